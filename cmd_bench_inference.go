//go:build !desktop

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"helium/inference/bench"
	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

type benchInferenceCmd struct {
	Model   string `help:"GGUF file; a random one of 124 million parameters is made if not given." placeholder:"FILE"`
	Bits    int    `enum:"4,8,16" default:"4" help:"Of the weights of the model that is made: 4 (Q4_K_M), 8 (Q8_0) or 16 (F16)."`
	Tokens  int    `default:"128" help:"New tokens of each answer."`
	Rounds  int    `default:"10" help:"Answers of each."`
	Threads int    `default:"1" help:"Of the engine, never more than the free cores."`
	Rival   string `default:"inference/bench/rival" help:"Folder of the node-llama-cpp project." placeholder:"DIR"`
	JSON    bool   `name:"json" help:"Print one JSON object."`
	Small   bool   `hidden:"" help:"Make a small model, for tests."`
}

// Help is what the command says of itself beyond one line.
func (benchInferenceCmd) Help() string {
	return "Three processes answer the same question with the same file, in turn, on the processor: a node's engine as a task runs in it, " +
		"the bare library, and node-llama-cpp where it is installed (make bench-inference does that). " +
		"Prints new tokens per second of each with their spread, the ratios round by round, the most memory each held, and whether all said the same."
}

func (c benchInferenceCmd) Run(env *environment) error {
	pack, err := processorPackage()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	if c.Model == "" {
		dir, err := os.MkdirTemp("", "helium-bench-")
		if err != nil {
			return fmt.Errorf("make a model: %w", err)
		}
		defer os.RemoveAll(dir)
		if c.Model, err = c.makeModel(pack, dir); err != nil {
			return err
		}
	}
	report, err := bench.Run(env.ctx, bench.Options{
		Model: c.Model, Threads: c.Threads, Tokens: c.Tokens, Rounds: c.Rounds, Program: self, Package: pack, Rival: c.Rival, Log: env.log,
		OnRound: func(done, total int) { env.log.Info("round", "done", done, "of", total) },
	})
	if err != nil {
		return err
	}
	return env.print(report, c.JSON)
}

// processorPackage is what all can run on.
func processorPackage() (ggml.Package, error) {
	installed, err := ggml.Installed()
	if err != nil {
		return ggml.Package{}, err
	}
	i := slices.IndexFunc(installed, func(p ggml.Package) bool { return p.Backend == ggml.CPU })
	if i < 0 {
		return ggml.Package{}, fmt.Errorf("%w: there is no package for the processor", ggml.ErrNotInstalled)
	}
	return installed[i], nil
}

// makeModel writes the random model, quantized if that is wanted.
func (c benchInferenceCmd) makeModel(pack ggml.Package, dir string) (string, error) {
	shape := checkpoint.GPT2Shape()
	if c.Small {
		shape = checkpoint.Shape{Layers: 2, Width: 256, Hidden: 512, Vocabulary: 1000, Context: 512}
	}
	whole := filepath.Join(dir, "model.gguf")
	if err := writeRandom(whole, shape); err != nil {
		return "", err
	}
	if c.Bits == 16 {
		return whole, nil
	}
	lib, err := ggml.Open(ggml.Options{Package: pack})
	if err != nil {
		return "", err
	}
	quantized := filepath.Join(dir, fmt.Sprintf("model-%d.gguf", c.Bits))
	if err := lib.Quantize(whole, quantized, c.Bits, max(c.Threads, 1)); err != nil {
		return "", err
	}
	return quantized, os.Remove(whole)
}

func writeRandom(path string, shape checkpoint.Shape) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("make a model: %w", err)
	}
	defer f.Close()
	if err := checkpoint.WriteRandomModel(f, shape); err != nil {
		return err
	}
	return f.Close()
}

// benchLibraryCmd is a contestant of bench inference.
type benchLibraryCmd struct{}

func (benchLibraryCmd) Run(env *environment) error {
	return bench.ServeLibrary(os.Stdin, env.stdout)
}
