package diffusion

import (
	"errors"

	"helium/inference/diffusion/inversion"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/task"
)

// openLoRA matches the LoRA with the networks that one may change.
func (p *Pipeline) openLoRA() error {
	model, ok := p.models[task.RoleLoRA]
	if !ok {
		return nil
	}
	var parts []lora.Part
	add := func(name string, n network.Network, unet *network.UNetConfig) error {
		weights, err := network.Weights(n, p.opts.Network)
		parts = append(parts, lora.Part{Name: name, Weights: weights, UNet: unet})
		return err
	}
	if err := add(lora.UNet, p.unet, &p.unet.UNetConfig); err != nil {
		return err
	}
	for i, t := range p.texts {
		if err := add([]string{lora.Text, lora.TextTwo}[i], t.network, nil); err != nil {
			return err
		}
	}

	var err error
	p.lora, err = lora.Open(model.Path, parts)
	return err
}

// change is what the task's LoRA adds to the weights of a part.
func (p *Pipeline) change(t *task.SD, part string) network.Change {
	if p.lora == nil {
		return nil
	}
	return p.lora.Change(part, float64(t.LoRA.Weight)/100, p.compute.Threads())
}

// openCode is the code of an error of Open. Models that don't fit one another do
// so on no machine.
func openCode(err error) gpt.Code {
	for _, misfit := range []error{lora.ErrMisfit, lora.ErrFile, inversion.ErrMisfit, inversion.ErrFile} {
		if errors.Is(err, misfit) {
			return gpt.CodeFormatRefused
		}
	}
	return gpt.CodeCannotRun
}
