package diffusion

import (
	"fmt"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/schedule"
	"helium/inference/task"
)

// refiner finishes what the base model began. Text, latents and decoder are the
// base model's: a refiner was taught with the second of its text encoders.
type refiner struct {
	unet      *network.UNet
	scheduler []byte // its config
}

// refinerPart is the refiner's UNet in the plan and in errors.
const refinerPart = "refiner/unet"

// openRefiner reads the refiner that tasks name, and compares it with the base
// model before its weights are looked at.
func (p *Pipeline) openRefiner() error {
	l, ok := p.layouts[task.RoleRefiner]
	if !ok {
		return nil
	}
	if err := checkClass(l, task.RoleRefiner); err != nil {
		return err
	}
	var err error
	p.refiner = new(refiner)
	if p.refiner.unet, err = readNetwork(l, unetPart, network.ParseUNet); err != nil {
		return err
	}
	if p.refiner.scheduler, err = l.config(schedulerPart); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	if err := new(schedule.Config).Overlay(p.refiner.scheduler); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	if err := p.fitRefiner(l); err != nil {
		return err
	}
	return p.openNetwork(l, unetPart, refinerPart, p.refiner.unet)
}

// scoreNumbers is how many sizes a refiner is told, the last of them no size but
// how beautiful the image is.
const scoreNumbers = 5

// fitRefiner makes sure that the refiner takes what the base model gives.
func (p *Pipeline) fitRefiner(l layout) error {
	if len(p.texts) != 2 {
		return fmt.Errorf("it refines images of Stable Diffusion XL, which has 2 text encoders, and the base model has %d", len(p.texts))
	}
	own, text := p.refiner.unet.UNetConfig, p.texts[1].network.Config
	switch wanted := text.Projection + scoreNumbers*own.AddedTime; {
	case own.Context != text.Width:
		return fmt.Errorf("it wants text of %d numbers, and the base model's second encoder makes %d", own.Context, text.Width)
	case own.Added == "" || own.AddedWidth != wanted:
		return fmt.Errorf("%w: it wants %d numbers beside the text, want %d and %d for each of %d sizes", ErrUnsupported, own.AddedWidth, text.Projection, own.AddedTime, scoreNumbers)
	case own.InChannels != p.unet.OutChannels || own.OutChannels != p.unet.OutChannels:
		return fmt.Errorf("it takes latents of %d channels and gives %d, and the base model makes %d", own.InChannels, own.OutChannels, p.unet.OutChannels)
	case own.GuidanceWidth > 0:
		return fmt.Errorf("%w: it was taught its guidance", ErrUnsupported)
	}

	// Its autoencoder is not used, and tells what its latents are.
	if !l.has(decoderPart) {
		return nil
	}
	vae, err := readNetwork(l, decoderPart, parseDecoder)
	if err != nil {
		return err
	}
	if vae.Scale != p.decoder.Scale {
		return fmt.Errorf("its latents are scaled by %v, and the base model's by %v", vae.Scale, p.decoder.Scale)
	}
	return nil
}

// refine plans the refiner's share. Beside a ControlNet the base model finishes,
// and the refiner begins with what it made, noised again up to where the last 30 %
// of its steps begin, for diffusers' ControlNets cannot stop before the end.
func (p *Pipeline) refine(j *job) error {
	r := j.task.Refiner
	if r == nil {
		return nil
	}
	plan, err := plannedSteps(j.task, p.refiner.scheduler, r.Steps)
	if err != nil {
		return err
	}
	base := &j.passes[0]
	pass := pass{parts: []part{{refinerPart, p.refiner.unet}}, unet: p.refiner.unet, schedule: plan, end: len(plan.Steps), refines: true}
	if j.task.ControlNet != nil {
		pass.begin, pass.renoise = len(plan.Steps)-len(plan.Steps)*3/10, true
	} else {
		base.end = base.schedule.Split(int(r.Cutoff))
		pass.begin = plan.Split(int(r.Cutoff))
	}
	j.passes = append(j.passes, pass)
	return nil
}
