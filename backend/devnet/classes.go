package devnet

import (
	"context"
	"fmt"

	"helium/backend/contracts"
	"helium/backend/hardware"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/inference/worker"
)

// classesHere are the classes that this computer's nodes are of: its own, or
// the cards that were declared for testing. All compute what the engine here
// computes, so they have one fingerprint.
func (d *devnet) classesHere(ctx context.Context) ([]contracts.RegisteredClass, error) {
	plan, err := hardware.Here(ctx, d.Log)
	if err != nil {
		return nil, err
	}
	engine, choice, err := plan.Start(ctx, worker.Options{Command: []string{d.Program, "engine"}, Threads: 1, Log: d.Log})
	if err != nil {
		return nil, fmt.Errorf("start the engine to see what this computer is: %w", err)
	}
	defer engine.Close()
	info, err := engine.Info(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask the engine what this computer is: %w", err)
	}
	classes := []contracts.RegisteredClass{{GPUClass: choice.Device.Class(info.Runtime), Fingerprint: node.Fingerprint(info)}}
	for _, c := range d.Cards {
		declared := protocol.GPUClass{Card: c.Card, VRAMGB: c.VRAMGB, Runtime: info.Runtime}
		classes = append(classes, contracts.RegisteredClass{GPUClass: declared, Fingerprint: node.Fingerprint(info)})
	}
	return classes, nil
}
