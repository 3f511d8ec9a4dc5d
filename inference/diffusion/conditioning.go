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
	made map[string]map[string][]float32
}

// conditioning is what the UNet is told of the task's texts, of each in turn.
type conditioning struct {
	rows  []float32
	added []float32 // in Stable Diffusion XL the pooled text and the sizes
}

func (p *Pipeline) conditioning(ctx context.Context, j *job) (conditioning, error) {
	var c conditioning
	var rows [][]float32 // of each encoder
	for i, by := range p.texts {
		err := p.with(ctx, j, part{by.part, by.network}, func(run *network.Run) error {
			e := &encoder{by.network, run, map[string]map[string][]float32{}}
			own, err := e.texts(ctx, by, j.encoded[i])
			rows = append(rows, own)
			if err == nil && by.network.Pooled {
				c.added, err = p.added(ctx, e, by, j)
			}
			return err
		})
		if err != nil {
			return c, err
		}
	}

	// A token's vectors by the encoders stand one behind the other.
	for at := range len(j.texts) * j.chunks() * prompt.Context {
		for i, by := range p.texts {
			width := int(by.network.Config.Width)
			c.rows = append(c.rows, rows[i][at*width:][:width]...)
		}
	}
	return c, nil
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

// added is the pooled output of every text and the sizes: those of the image
// that was and that shall be, of which nothing was cut off.
func (p *Pipeline) added(ctx context.Context, e *encoder, by textual, j *job) ([]float32, error) {
	height, width := float64(j.task.Config.Height), float64(j.task.Config.Width)
	var out []float32
	for _, text := range j.texts {
		o, err := e.outputs(ctx, network.Tokens{IDs: prompt.Pooled(by.tokens, text)})
		if err != nil {
			return nil, err
		}
		added, err := p.unet.AddedText(o["pooled"], []float64{height, width, 0, 0, height, width})
		if err != nil {
			return nil, failed(ctx, err)
		}
		out = append(out, added...)
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
