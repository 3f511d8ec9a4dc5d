package bench

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"

	"helium/inference/ggml"
	"helium/inference/gpt"
)

// Options say what is measured. Program is how this program is started.
type Options struct {
	Model   string // GGUF file
	Threads int    // of every contestant, at least 1
	Tokens  int    // of an answer
	Rounds  int    // counted; one more comes before them
	Program string
	Package ggml.Package // that every contestant runs on
	// Rival is the folder of node-llama-cpp's project; "" leaves it out.
	Rival string
	Log   *slog.Logger
	// OnRound, which may be nil, is told of every finished round.
	OnRound func(done, total int)
}

// question is a job that all contestants get.
type question struct {
	Model   string `json:"model"`
	Prompt  string `json:"prompt"`
	Tokens  int    `json:"tokens"`
	Context int    `json:"context"`
	Batch   int    `json:"batch"`
	Threads int    `json:"threads"`
	// Package is what all run on; node-llama-cpp looks for it by itself.
	Package ggml.Package `json:"package"`
}

// turn is an answer.
type turn struct {
	Seconds   float64 `json:"seconds"`
	Tokens    int     `json:"tokens"`
	Text      string  `json:"text"`
	PeakBytes uint64  `json:"peak_bytes"` // of the process so far; 0 is unknown
}

type contestant interface {
	turn(ctx context.Context) (turn, error)
	Close() error
}

// prompt is what a person may say to a model; a random model reads it byte by byte.
const prompt = "A network of computers answers questions for people who pay for it. Three of them work on each, and none can see what the others say before all have promised."

// Run measures.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Threads < 1 || o.Tokens < 1 || o.Rounds < 1 {
		return nil, fmt.Errorf("measure inference: threads %d, tokens %d and rounds %d must be at least 1", o.Threads, o.Tokens, o.Rounds)
	}
	if o.Threads > runtime.NumCPU() {
		return nil, fmt.Errorf("measure inference: %d threads on %d cores: with more threads than cores the library waits for itself", o.Threads, runtime.NumCPU())
	}
	path, err := filepath.Abs(o.Model)
	if err != nil {
		return nil, err
	}
	header, err := gpt.Describe(path)
	if err != nil {
		return nil, fmt.Errorf("measure inference: %w", err)
	}
	shown := header.Summary()
	q := question{Model: path, Prompt: prompt, Tokens: o.Tokens, Context: min(shown.Context, gpt.MaxContext), Batch: ggml.Batch, Threads: o.Threads, Package: o.Package}

	r := &Report{
		Model: shown.Name, Parameters: shown.Parameters, Formats: shown.Formats, WeightBytes: shown.WeightBytes,
		Threads: o.Threads, NewTokens: o.Tokens, Rounds: o.Rounds, SameText: true,
	}
	field, err := start(ctx, q, o, r)
	defer field.close()
	if err != nil {
		return nil, fmt.Errorf("measure inference: %w", err)
	}
	if err := field.compete(ctx, o, r); err != nil {
		return nil, fmt.Errorf("measure inference: %w", err)
	}
	return r, nil
}

// field is the contestants by name.
type field struct {
	names []string
	by    map[string]contestant
}

// Names of the contestants.
const (
	nameNode    = "node"
	nameLibrary = "library"
	nameRival   = "node-llama-cpp"
)

func start(ctx context.Context, q question, o Options, r *Report) (*field, error) {
	f := &field{by: map[string]contestant{}}
	add := func(name string, c contestant) {
		f.names = append(f.names, name)
		f.by[name] = c
	}
	node, err := startNode(ctx, q, o)
	if err != nil {
		return f, err
	}
	add(nameNode, node)
	r.Runtime = node.runtime

	library, err := startProcess(ctx, q, "", o.Program, "bench", "library")
	if err != nil {
		return f, fmt.Errorf("start the bare library: %w", err)
	}
	add(nameLibrary, library)

	if o.Rival == "" {
		r.RivalMissing = "it was left out"
		return f, nil
	}
	rival, err := startRival(ctx, q, o)
	var missing *missingError
	if errors.As(err, &missing) {
		r.RivalMissing = missing.Error()
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("start node-llama-cpp: %w", err)
	}
	add(nameRival, rival)
	return f, nil
}

func (f *field) close() {
	for _, c := range f.by {
		c.Close()
	}
}

// compete runs the rounds. The first is not counted: files are read and memory is
// made ready in it.
func (f *field) compete(ctx context.Context, o Options, r *Report) error {
	speeds := map[string][]float64{}
	for round := range o.Rounds + 1 {
		var text string
		for i := range f.names {
			name := f.names[(round+i)%len(f.names)]
			t, err := f.by[name].turn(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if t.Tokens != o.Tokens {
				return fmt.Errorf("%s ended after %d tokens, want %d: take a model that goes on", name, t.Tokens, o.Tokens)
			}
			if i == 0 {
				text = t.Text
			}
			r.SameText = r.SameText && t.Text == text
			r.keepPeak(name, t.PeakBytes)
			if round > 0 {
				speeds[name] = append(speeds[name], float64(t.Tokens)/t.Seconds)
			}
		}
		if o.OnRound != nil {
			o.OnRound(round, o.Rounds)
		}
	}
	r.fill(speeds)
	return nil
}
