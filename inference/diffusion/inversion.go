package diffusion

import (
	"fmt"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/inversion"
	"helium/inference/task"
)

// readInversion teaches the text encoders the vectors of a textual inversion, as
// rows behind those of their tables, and the tokenizers their tokens.
func (p *Pipeline) readInversion() error {
	model, ok := p.models[task.RoleTextualInversion]
	if !ok {
		return nil
	}
	var widths []int64
	for _, t := range p.texts {
		widths = append(widths, t.network.Config.Width)
	}
	learned, err := inversion.Read(model.Path, widths)
	if err != nil {
		return err
	}
	for i, t := range p.texts {
		if err := t.learn(learned.Token, learned.Vectors[i], p.opts.Network.Number); err != nil {
			return err
		}
	}
	return nil
}

// learn adds a token of several vectors. As in diffusers the token stands for all
// of them, and with the number of one, from 1 on, for that.
func (t textual) learn(token string, vectors [][]float32, number checkpoint.TensorType) error {
	var ids []int32
	for _, v := range vectors {
		ids = append(ids, int32(t.network.Config.Vocab)+int32(len(t.network.Added)))
		if number == checkpoint.F16 { // as the table's own rows are
			v = checkpoint.DecodeFloats(checkpoint.EncodeFloats(v, number, 0), number)
		}
		t.network.Added = append(t.network.Added, v)
	}
	for i := range ids {
		text, own := token, ids
		if i > 0 {
			text, own = fmt.Sprintf("%s_%d", token, i), ids[i:i+1]
		}
		if t.tokens.Has(text) {
			return fmt.Errorf("%w: the text %q is a token of the model already", inversion.ErrMisfit, text)
		}
		if err := t.tokens.Add(text, own); err != nil {
			return fmt.Errorf("%w: %w", inversion.ErrFile, err)
		}
	}
	return nil
}
