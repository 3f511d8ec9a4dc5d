//go:build !desktop

package main

import (
	"os"

	"helium/backend/contracts"
	"helium/inference/diffusion/bench"
)

type benchImagesCmd struct {
	Variant []string `help:"Builds of the library to compare; all that run here if not given." placeholder:"NAME"`
	Images  int      `default:"100" help:"Images of each, every one of a prompt and a seed of its own."`
	Side    int      `default:"128" help:"Pixels of their sides."`
	Steps   int      `default:"8" help:"Steps of each."`
	Into    string   `help:"Folder to leave the images in." type:"existingdir" placeholder:"DIR"`
	JSON    bool     `name:"json" help:"Print one JSON object."`
}

// Help is what the command says of itself beyond one line.
func (benchImagesCmd) Help() string {
	return "Makes the same images with a small random model and every build of the library for processors, in F32 and in F16, each in a process of its own, " +
		"and prints how far their hashes are from one another beside the distances that decide over a node's pay and stake."
}

func (c benchImagesCmd) Run(env *environment) error {
	pack, err := processorPackage()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	rules := contracts.DefaultParams()
	report, err := bench.RunImages(env.ctx, bench.ImagesOptions{
		Program: self, Args: []string{"bench", "painter"}, Package: pack, Variants: c.Variant,
		Images: c.Images, Side: c.Side, Steps: c.Steps, Into: c.Into,
		Match: int(rules.MatchDistance), Slash: int(rules.SlashDistance),
		OnWay: func(name string, done, total int) { env.log.Info("painted", "with", name, "done", done, "of", total) },
	})
	if err != nil {
		return err
	}
	return env.print(report, c.JSON)
}

// benchPainterCmd makes the images of bench images.
type benchPainterCmd struct{}

func (benchPainterCmd) Run(env *environment) error { return bench.Paint(env.ctx, os.Stdin, env.stdout) }
