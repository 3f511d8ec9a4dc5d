package diffusion

import (
	"context"
	"fmt"
	"slices"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
)

// encoder runs the text encoder and remembers what it made of whole chunks, as
// most tasks hold one twice: that of no text.
type encoder struct {
	text *network.Text
	run  *network.Run
	made map[string][]float32
}

// conditioning is what the UNet is told of the task's prompts: the rows of the
// negative one, where there is guidance, and of the positive one.
func (p *Pipeline) conditioning(ctx context.Context, run *network.Run, j *job) ([]float32, error) {
	e := &encoder{p.text, run, map[string][]float32{}}
	empty, err := e.hidden(ctx, network.Tokens{IDs: prompt.Empty(p.tokens)})
	if err != nil {
		return nil, err
	}

	var out []float32
	for _, encoding := range []*prompt.Encoding{j.negative, j.positive} {
		if encoding == nil {
			continue
		}
		for chunk := range encoding.Chunks {
			if err := alive(ctx); err != nil {
				return nil, err
			}
			rows, err := e.chunk(ctx, encoding, chunk, empty)
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		}
	}
	return out, nil
}

// chunk encodes a chunk, whole and without each of the lessened fragments.
func (e *encoder) chunk(ctx context.Context, encoding *prompt.Encoding, chunk int, empty []float32) ([]float32, error) {
	ids := encoding.Chunks[chunk]
	whole, err := e.hidden(ctx, network.Tokens{IDs: ids})
	if err != nil {
		return nil, err
	}
	var without [][]float32
	for _, lessened := range encoding.Lessened {
		hidden := make([]bool, len(ids))
		for i := range hidden {
			hidden[i] = lessened.Hides(chunk, i)
		}
		rows := whole
		if slices.Contains(hidden, true) {
			if rows, err = e.hidden(ctx, network.Tokens{IDs: ids, Hidden: hidden}); err != nil {
				return nil, err
			}
		}
		without = append(without, rows)
	}

	rows, err := encoding.Combine(chunk, empty, whole, without...)
	if err != nil {
		return nil, failed(ctx, err)
	}
	return rows, nil
}

// hidden is the encoder's output for a chunk.
func (e *encoder) hidden(ctx context.Context, tokens network.Tokens) ([]float32, error) {
	key := fmt.Sprint(tokens.IDs)
	if rows, ok := e.made[key]; ok && tokens.Hidden == nil {
		return rows, nil
	}
	if err := alive(ctx); err != nil {
		return nil, err
	}
	numbers, rows, err := e.text.Inputs([]network.Tokens{tokens})
	if err != nil {
		return nil, failed(ctx, fmt.Errorf("encode prompt: %w", err))
	}
	out, err := e.run.Do(ctx, numbers, rows)
	if err != nil {
		return nil, failed(ctx, fmt.Errorf("encode prompt: %w", err))
	}
	if tokens.Hidden == nil {
		e.made[key] = out["hidden"]
	}
	return out["hidden"], nil
}
