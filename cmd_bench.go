//go:build !desktop

package main

import (
	"context"
	"fmt"
	"io"
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
	Bridge    benchBridgeCmd    `cmd:"" help:"What a bridge adds to a plain reverse proxy."`
	Load      benchLoadCmd      `cmd:"" help:"Many requests at once, and what the chain says of them."`
	Consensus benchConsensusCmd `cmd:"" help:"What attacks on the consensus cost and gain."`
	Inference benchInferenceCmd `cmd:"" help:"The engine's speed beside the bare library's and node-llama-cpp's."`
	Images    benchImagesCmd    `cmd:"" help:"How far apart the images of the library's builds are."`
	App       benchAppCmd       `cmd:"" help:"What the desktop app takes of a computer, and how fast it starts."`
	UNet      benchUNetCmd      `cmd:"" name:"unet" help:"The UNet's speed beside that of plain products of matrices."`
	Painter   benchPainterCmd   `cmd:"" hidden:"" help:"Makes images (started by bench images)."`
	Library   benchLibraryCmd   `cmd:"" hidden:"" help:"The bare library (started by bench inference)."`
}

type benchLatencyCmd struct {
	Requests int            `default:"20" help:"How many requests, two seconds apart."`
	InFlight int            `help:"Have so many requests under way all the time instead." placeholder:"N"`
	Fake     *time.Duration `name:"fake-inference" help:"Nodes make answers up, in this time; with --ready, what that devnet was started with." placeholder:"TIME"`
	Nodes    int            `help:"Nodes of the devnet that is started for it; 9, or more for requests in flight." placeholder:"N"`
	Ready    string         `help:"Ready file of a devnet that runs already." placeholder:"FILE"`
	JSON     bool           `name:"json" help:"Print one JSON object."`
}

func (benchLatencyCmd) Help() string {
	return "Sends requests through a devnet's bridge and prints when the first token, the verified answer (three signed reveals, checked by the bridge) " +
		"and the settlement on chain came, what of it the network adds to bare inference of the same request, and every step on the way. " +
		"With --in-flight, add --fake-inference: nodes on one computer would otherwise wait for each other's engine."
}

// complete chooses how many nodes there are: for requests in flight three each,
// twice over, since a verified answer's nodes are free a block later, and some to
// draw from.
func (c *benchLatencyCmd) complete() {
	if c.Nodes == 0 {
		c.Nodes = 9
		if c.InFlight > 0 {
			c.Nodes = 6*c.InFlight + 12
		}
	}
}

func (c benchLatencyCmd) Run(env *environment) error {
	c.complete()
	library, err := openModels(env)
	if err != nil {
		return err
	}
	if _, err := library.MakeDemo(env.ctx); err != nil {
		return err
	}
	args := []string{"--nodes", fmt.Sprint(c.Nodes)}
	if c.Fake != nil {
		args = append(args, "--fake-inference", c.Fake.String())
	}
	r, stop, err := readyOr(env.ctx, c.Ready, args...)
	if err != nil {
		return err
	}
	defer stop()
	result, err := bench.Run(env.ctx, r, library, bench.Options{Requests: c.Requests, InFlight: c.InFlight, Fake: c.Fake}, env.log)
	if err != nil {
		return err
	}
	return env.print(result, c.JSON)
}

// result is what a benchmark prints.
type result interface {
	WriteJSON(io.Writer) error
	WriteTable(io.Writer) error
}

func (env *environment) print(r result, asJSON bool) error {
	if asJSON {
		return r.WriteJSON(env.stdout)
	}
	return r.WriteTable(env.stdout)
}

type benchLoadCmd struct {
	Requests int            `default:"500" help:"How many requests."`
	Parallel int            `default:"6" help:"How many at once."`
	Fake     *time.Duration `name:"fake-inference" help:"Nodes make answers up, in this time, to measure the network alone." placeholder:"TIME"`
	Nodes    int            `help:"Nodes of the devnet that is started for it; 9, or enough for all requests at once when answers are made up." placeholder:"N"`
	Card     []string       `help:"Declare cards, in turn, for those nodes." placeholder:"NAME:GB"`
	Fault    []string       `help:"Make the last of those nodes misbehave, one for each." placeholder:"KIND"`
	Ready    string         `help:"Ready file of a devnet that runs already." placeholder:"FILE"`
	JSON     bool           `name:"json" help:"Print one JSON object."`
}

func (benchLoadCmd) Help() string {
	return "Sends requests through a devnet's bridge, so many at once, and reads the chain when all are answered: every request must have become one task, " +
		"which ended once and paid each of its three nodes once, to the wei of its fee. Anything else is an error, unless nodes were made to misbehave. " +
		"Prints how many tasks a second that were, how long blocks took, and what the devnet took of processors and memory (where Linux tells)."
}

// complete chooses how many nodes there are: made-up answers take no processors, so
// that there can be three for each request, some to draw from, and again half as many,
// since a verified answer's nodes are free a block later.
func (c *benchLoadCmd) complete() {
	switch {
	case c.Nodes != 0:
	case c.Fake != nil:
		c.Nodes = 9*c.Parallel/2 + 12
	default:
		c.Nodes = 9
	}
}

func (c benchLoadCmd) Run(env *environment) error {
	c.complete()
	args := []string{"--nodes", fmt.Sprint(c.Nodes)}
	if c.Fake != nil {
		args = append(args, "--fake-inference", c.Fake.String())
	}
	for _, card := range c.Card {
		args = append(args, "--card", card)
	}
	for _, fault := range c.Fault {
		args = append(args, "--fault", fault)
	}
	r, stop, err := readyOr(env.ctx, c.Ready, args...)
	if err != nil {
		return err
	}
	defer stop()
	found, err := bench.RunLoad(env.ctx, r, c.Requests, c.Parallel)
	if err != nil {
		return err
	}
	if err := env.print(found, c.JSON); err != nil || len(c.Fault) > 0 {
		return err
	}
	return found.Check()
}

// readyOr is a devnet that runs already, or a new one.
func readyOr(ctx context.Context, ready string, args ...string) (r devnet.Ready, stop func(), err error) {
	stop = func() {}
	if ready == "" {
		if ready, stop, err = startDevnet(ctx, args...); err != nil {
			return r, stop, err
		}
	}
	if r, err = devnet.ReadReady(ready); err != nil {
		stop()
	}
	return r, stop, err
}

// readyTimeout is how long a fresh devnet may take to serve.
const readyTimeout = 5 * time.Minute

// startDevnet runs a devnet of its own, with the demo model, in a folder that
// is gone afterwards.
func startDevnet(ctx context.Context, args ...string) (ready string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return "", nil, fmt.Errorf("start devnet: %w", err)
	}
	ready = filepath.Join(dir, "ready.json")
	args = append([]string{"devnet", "--demo-model", "--port", "0", "--data", filepath.Join(dir, "data"), "--ready", ready}, args...)
	cmd := exec.Command(self, args...)
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
