//go:build !desktop

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"helium/backend/devnet"
	"helium/backend/devnet/bench"
)

// benchCmd measures.
type benchCmd struct {
	Latency   benchLatencyCmd   `cmd:"" help:"What the network adds to bare inference."`
	Consensus benchConsensusCmd `cmd:"" help:"What attacks on the consensus cost and gain."`
}

type benchLatencyCmd struct {
	Requests int    `default:"20" help:"How many requests, two seconds apart."`
	Nodes    int    `default:"9" help:"Nodes of the devnet that is started for it."`
	Ready    string `help:"Ready file of a devnet that runs already." placeholder:"FILE"`
	JSON     bool   `name:"json" help:"Print one JSON object."`
}

func (c benchLatencyCmd) Run(env *environment) error {
	library, err := openModels()
	if err != nil {
		return err
	}
	if _, err := library.MakeDemo(env.ctx); err != nil {
		return err
	}
	ready := c.Ready
	if ready == "" {
		var stop func()
		if ready, stop, err = startDevnet(env.ctx, c.Nodes); err != nil {
			return err
		}
		defer stop()
	}
	r, err := devnet.ReadReady(ready)
	if err != nil {
		return err
	}
	result, err := bench.Run(env.ctx, r, library, c.Requests, env.log)
	if err != nil {
		return err
	}
	if c.JSON {
		return result.WriteJSON(env.stdout)
	}
	return result.WriteTable(env.stdout)
}

// readyTimeout is how long a fresh devnet may take to serve.
const readyTimeout = 3 * time.Minute

// startDevnet runs a devnet of its own, with the demo model, in a folder that
// is gone afterwards.
func startDevnet(ctx context.Context, nodes int) (ready string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return "", nil, fmt.Errorf("start devnet: %w", err)
	}
	ready = filepath.Join(dir, "ready.json")
	cmd := exec.Command(self, "devnet", "--demo-model", "--port", "0", "--data", filepath.Join(dir, "data"), "--ready", ready, "--nodes", fmt.Sprint(nodes))
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return "", nil, fmt.Errorf("start devnet: %w", err)
	}
	exited := make(chan error, 1)
	go func() { exited <- cmd.Wait() }()
	stop = func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-exited:
		case <-time.After(30 * time.Second):
			cmd.Process.Kill()
			<-exited
		}
		os.RemoveAll(dir)
	}

	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		if _, err := os.Stat(ready); err == nil {
			return ready, stop, nil
		}
		select {
		case err := <-exited:
			os.RemoveAll(dir)
			return "", nil, fmt.Errorf("the devnet ended before it served: %v", err)
		case <-ctx.Done():
			stop()
			return "", nil, fmt.Errorf("start devnet: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}
