//go:build !desktop

package main

import "helium/inference/diffusion/bench"

type benchUNetCmd struct {
	Variant string `help:"Build of the library; the best for this processor if not given." placeholder:"NAME"`
	Side    int64  `default:"64" help:"Of the latents: 64 make an image of 512 pixels."`
	Count   int64  `default:"1" help:"Images at once; guidance takes two."`
	Rounds  int    `default:"3" help:"Evaluations in each number format."`
	JSON    bool   `name:"json" help:"Print one JSON object."`
}

// Help is what the command says of itself beyond one line.
func (benchUNetCmd) Help() string {
	return "Evaluates the UNet of Stable Diffusion 1 with random weights on one thread of the processor, in F32 and in F16, " +
		"and prints the time beside what its multiply-adds would take as plain products of matrices. It holds 4 GB."
}

func (c benchUNetCmd) Run(env *environment) error {
	pack, err := processorPackage()
	if err != nil {
		return err
	}
	report, err := bench.RunUNet(env.ctx, bench.UNetOptions{
		Package: pack, Variant: c.Variant, Side: c.Side, Count: c.Count, Rounds: c.Rounds,
		OnRound: func(done, total int) { env.log.Info("round", "done", done, "of", total) },
	})
	if err != nil {
		return err
	}
	return env.print(report, c.JSON)
}
