package diffusion

import (
	"context"
	"fmt"
	"slices"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/gpt"
)

// encoder runs the text encoder and remembers what it made of whole chunks, as
// most tasks hold one twice: that of no text.
type encoder struct {
	text *network.Text
	run  *network.Run
	made map[string]map[string][]float32
}

// words are what the text encoders make of a task's texts.
type words struct {
	rows   [][]float32 // of each encoder, of all texts
	pooled [][]float32 // of each text, in Stable Diffusion XL
}

// conditioning is what a UNet is told of the task's texts, of each in turn.
type conditioning struct {
	rows  []float32
	added []float32 // in Stable Diffusion XL the pooled text and the sizes
}

func (p *Pipeline) words(ctx context.Context, j *job) (words, error) {
	var w words
	for i, by := range p.texts {
		err := p.with(ctx, j, part{by.part, by.network}, func(run *network.Run) error {
			e := &encoder{by.network, run, map[string]map[string][]float32{}}
			own, err := e.texts(ctx, by, j.encoded[i])
			w.rows = append(w.rows, own)
			if err == nil && by.network.Pooled {
				w.pooled, err = e.pooled(ctx, by, j.texts)
			}
			return err
		})
		if err != nil {
			return w, err
		}
	}
	return w, nil
}

// conditioning lays out words for a pass. A refiner is told those of the last
// encoder alone.
func (p *Pipeline) conditioning(j *job, pass pass, w words) (conditioning, error) {
	first := 0
	if pass.refines {
		first = len(p.texts) - 1
	}
	var c conditioning
	// A token's vectors by the encoders stand one behind the other.
	for at := range len(j.texts) * j.chunks() * prompt.Context {
		for i, by := range p.texts[first:] {
			width := int(by.network.Config.Width)
			c.rows = append(c.rows, w.rows[first+i][at*width:][:width]...)
		}
	}
	for i, pooled := range w.pooled {
		positive := i == len(j.texts)-1
		added, err := pass.unet.AddedText(pooled, j.sizes(pass.refines, positive))
		if err != nil {
			return c, &gpt.Error{Code: gpt.CodeCannotRun, Err: err}
		}
		c.added = append(c.added, added...)
	}
	return c, nil
}

// sizes are those of the image that was and, but for a refiner, that shall be. Of
// neither anything was cut off. A refiner is told how beautiful the image is.
func (j *job) sizes(refines, positive bool) []float64 {
	height, width := float64(j.task.Config.Height), float64(j.task.Config.Width)
	switch {
	case !refines:
		return []float64{height, width, 0, 0, height, width}
	case positive:
		return []float64{height, width, 0, 0, 6}
	default:
		return []float64{height, width, 0, 0, 2.5}
	}
}

// texts encodes all texts of a task.
func (e *encoder) texts(ctx context.Context, by textual, encoded []*prompt.Encoding) ([]float32, error) {
	empty, err := e.outputs(ctx, network.Tokens{IDs: prompt.Empty(by.tokens)})
	if err != nil {
		return nil, err
	}
	var out []float32
	for _, encoding := range encoded {
		for chunk := range encoding.Chunks {
			if err := alive(ctx); err != nil {
				return nil, err
			}
			rows, err := e.chunk(ctx, encoding, chunk, empty[hiddenPort])
			if err != nil {
				return nil, err
			}
			out = append(out, rows...)
		}
	}
	return out, nil
}

// pooled is the pooled output of every text.
func (e *encoder) pooled(ctx context.Context, by textual, texts []string) ([][]float32, error) {
	var out [][]float32
	for _, text := range texts {
		o, err := e.outputs(ctx, network.Tokens{IDs: prompt.Pooled(by.tokens, text)})
		if err != nil {
			return nil, err
		}
		out = append(out, o["pooled"])
	}
	return out, nil
}

// chunk encodes a chunk, whole and without each of the lessened fragments.
func (e *encoder) chunk(ctx context.Context, encoding *prompt.Encoding, chunk int, empty []float32) ([]float32, error) {
	ids := encoding.Chunks[chunk]
	all, err := e.outputs(ctx, network.Tokens{IDs: ids})
	if err != nil {
		return nil, err
	}
	whole := all[hiddenPort]
	var without [][]float32
	for _, lessened := range encoding.Lessened {
		hidden := make([]bool, len(ids))
		for i := range hidden {
			hidden[i] = lessened.Hides(chunk, i)
		}
		rows := whole
		if slices.Contains(hidden, true) {
			parted, err := e.outputs(ctx, network.Tokens{IDs: ids, Hidden: hidden})
			if err != nil {
				return nil, err
			}
			rows = parted[hiddenPort]
		}
		without = append(without, rows)
	}

	rows, err := encoding.Combine(chunk, empty, whole, without...)
	if err != nil {
		return nil, failed(ctx, err)
	}
	return rows, nil
}

// hiddenPort is the output that has a row for each token.
const hiddenPort = "hidden"

// outputs are the encoder's for a chunk.
func (e *encoder) outputs(ctx context.Context, tokens network.Tokens) (map[string][]float32, error) {
	key := fmt.Sprint(tokens.IDs)
	if out, ok := e.made[key]; ok && tokens.Hidden == nil {
		return out, nil
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
		e.made[key] = out
	}
	return out, nil
}
