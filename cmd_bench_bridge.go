//go:build !desktop

package main

import (
	"os"
	"time"

	"helium/backend/devnet/bench"
)

type benchBridgeCmd struct {
	Rate   int           `default:"500" help:"Requests a second."`
	Held   int           `default:"2000" help:"Streams that wait at each meanwhile."`
	Work   time.Duration `default:"20ms" help:"What the node takes for an answer."`
	Round  time.Duration `default:"5s" help:"How long each is asked at a time."`
	Rounds int           `default:"3" help:"How often they take turns, and are asked together."`
	Dir    string        `help:"Where the bridge's records are written; a temporary folder if not given." placeholder:"DIR"`
	JSON   bool          `name:"json" help:"Print one JSON object."`
}

// Help is what the command says of itself beyond one line.
func (benchBridgeCmd) Help() string {
	return "Sends the same requests to a reverse proxy and to a bridge, in turn and then to both at once, before nodes that take the same time, with the bridge's " +
		"keys, charges and refunds on disk, and prints what the bridge adds. There is no chain: what a task costs there, bench latency measures. " +
		"All of it runs in one process, so the client's own work is in both numbers."
}

func (c benchBridgeCmd) Run(env *environment) error {
	dir, err := os.MkdirTemp(c.Dir, "helium-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	result, err := bench.MeasureBridge(env.ctx, bench.OverheadOptions{
		Dir: dir, Rate: c.Rate, Held: c.Held, Work: c.Work, Round: c.Round, Rounds: c.Rounds,
		OnRound: func(done, total int) { env.log.Info("round", "done", done, "of", total) },
	})
	if err != nil {
		return err
	}
	return env.print(result, c.JSON)
}
