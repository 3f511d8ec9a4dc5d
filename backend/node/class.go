package node

import (
	"context"
	"fmt"
	"log/slog"

	"helium/backend/contracts"
	"helium/backend/hardware"
	"helium/inference/worker"
)

// ClassHere is the class that nodes of this computer are of, as a network
// registers it. program runs the engine when called as PROGRAM engine.
func ClassHere(ctx context.Context, program string, log *slog.Logger) (contracts.RegisteredClass, error) {
	var none contracts.RegisteredClass
	plan, err := hardware.Here(ctx, log)
	if err != nil {
		return none, err
	}
	engine, choice, err := plan.Start(ctx, worker.Options{Command: []string{program, "engine"}, Threads: 1, Log: log})
	if err != nil {
		return none, fmt.Errorf("start the engine to see what this computer is: %w", err)
	}
	defer engine.Close()
	info, err := engine.Info(ctx)
	if err != nil {
		return none, fmt.Errorf("ask the engine what this computer is: %w", err)
	}
	return contracts.RegisteredClass{GPUClass: choice.Device.Class(info.Runtime), Fingerprint: Fingerprint(info)}, nil
}
