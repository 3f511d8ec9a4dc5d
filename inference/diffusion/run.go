package diffusion

import (
	"context"
	"fmt"
	"image"
	"slices"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/noise"
	"helium/inference/diffusion/schedule"
	"helium/inference/gpt"
	"helium/inference/task"
)

// Progress says what was done last.
type Progress struct {
	Image, Images int // the image is counted from 0
	Step, Steps   int // steps done of the image
}

// Hooks are told of a run as it goes, in its goroutine. Any of them may be nil.
type Hooks struct {
	Step  func(Progress)
	Image func(number int, img Image)
}

// Image is one result.
type Image struct {
	Pixels *image.RGBA // opaque
	PNG    []byte      // the same pixels and, as text, what made them
}

// Run makes a task's images. Cancelling ctx ends it before the next step, on a
// processor in the middle of one. Errors are always *gpt.Error.
func (p *Pipeline) Run(ctx context.Context, t *task.SD, hooks Hooks) ([]Image, error) {
	if err := alive(ctx); err != nil {
		return nil, err
	}
	j, err := p.prepare(t)
	if err != nil {
		return nil, err
	}

	guide, err := p.conditioning(ctx, j)
	if err != nil {
		return nil, err
	}

	var latents [][]float32
	err = p.with(ctx, j, part{unetPart, p.unet}, func(run *network.Run) error {
		latents, err = p.denoised(ctx, run, j, guide, hooks)
		return err
	})
	if err != nil {
		return nil, err
	}

	var images []Image
	err = p.with(ctx, j, part{decoderPart, p.decoder}, func(run *network.Run) error {
		images, err = p.decoded(ctx, run, j, latents, hooks)
		return err
	})
	return images, err
}

// with loads a network for a while.
func (p *Pipeline) with(ctx context.Context, j *job, part part, use func(*network.Run) error) error {
	if err := alive(ctx); err != nil {
		return err
	}
	name := part.name
	if p.folders == nil {
		return fail(gpt.CodeCannotRun, "load %s: the pipeline is closed", name)
	}
	store, err := p.folders[name].Load(p.compute)
	if err != nil {
		return failed(ctx, fmt.Errorf("load %s: %w", name, err))
	}
	defer store.Close()
	run, err := network.Prepare(store, part.network, p.opts.Network, j.size(name))
	if err != nil {
		return failed(ctx, fmt.Errorf("load %s: %w", name, err))
	}
	defer run.Close()
	return use(run)
}

// denoised makes the latents of all images, one after the other.
func (p *Pipeline) denoised(ctx context.Context, run *network.Run, j *job, guide conditioning, hooks Hooks) ([][]float32, error) {
	var all [][]float32
	for i := range j.task.Config.Images {
		latents, err := p.denoise(ctx, run, j, guide, i, hooks)
		if err != nil {
			return nil, err
		}
		all = append(all, latents)
	}
	return all, nil
}

func (p *Pipeline) denoise(ctx context.Context, run *network.Run, j *job, guide conditioning, number int, hooks Hooks) ([]float32, error) {
	stream := noise.Stream{Seed: j.task.Config.Seed, Image: uint16(number), Purpose: noise.Latents}
	sample := make([]float32, j.width*j.height*p.unet.InChannels)
	added, seen := make([]float32, len(sample)), make([]float32, len(sample))
	stream.Fill(sample)
	j.schedule.Begin(sample)

	var state schedule.State
	steps := j.schedule.Steps
	for i, step := range steps {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		step.Input(seen, sample)
		output, err := p.predict(ctx, run, j, guide, seen, float64(step.Timestep))
		if err != nil {
			return nil, failed(ctx, fmt.Errorf("step %d of image %d: %w", i, number, err))
		}

		if step.NeedsNoise() {
			stream.Purpose, stream.Step = noise.Steps, uint16(i)
			stream.Fill(added)
		}
		if err := step.Take(&state, sample, output, added); err != nil {
			return nil, failed(ctx, fmt.Errorf("step %d of image %d: %w", i, number, err))
		}
		if hooks.Step != nil {
			hooks.Step(Progress{Image: number, Images: j.task.Config.Images, Step: i + 1, Steps: len(steps)})
		}
	}
	return sample, nil
}

// predict is the UNet's output with guidance: negative + cfg·(positive -
// negative), in float64 and rounded once. Both are computed as one batch, the
// negative first.
func (p *Pipeline) predict(ctx context.Context, run *network.Run, j *job, guide conditioning, seen []float32, timestep float64) ([]float32, error) {
	in := map[string][]float32{"sample": seen, "context": guide.rows, "time": p.unet.Time(timestep, len(j.texts))}
	if p.unet.GuidanceWidth > 0 {
		in["guidance"] = p.unet.Guidance(j.task.Config.CFG)
	}
	if p.unet.Added != "" {
		in["added"] = guide.added
	}
	guided := len(j.texts) == 2
	if guided {
		in["sample"] = slices.Concat(seen, seen)
	}
	out, err := run.Do(ctx, in, nil)
	if err != nil || !guided {
		return out["sample"], err
	}

	negative, positive := out["sample"][:len(seen)], out["sample"][len(seen):]
	for i, v := range positive {
		base := float64(negative[i])
		positive[i] = float32(base + float64(j.task.Config.CFG*(float64(v)-base)))
	}
	return positive, nil
}

// decoded makes images of latents.
func (p *Pipeline) decoded(ctx context.Context, run *network.Run, j *job, latents [][]float32, hooks Hooks) ([]Image, error) {
	var images []Image
	for i, sample := range latents {
		if err := alive(ctx); err != nil {
			return nil, err
		}
		for k, v := range sample {
			sample[k] = float32(float64(v) / p.decoder.Scale)
		}
		out, err := run.Do(ctx, map[string][]float32{"latents": sample}, nil)
		if err != nil {
			return nil, failed(ctx, fmt.Errorf("decode image %d: %w", i, err))
		}
		pixels, err := pixelsOf(out["image"], j.task.Config.Width, j.task.Config.Height)
		if err != nil {
			return nil, failed(ctx, fmt.Errorf("decode image %d: %w", i, err))
		}

		img := Image{Pixels: pixels, PNG: encodePNG(pixels, texts(j.task, i))}
		images = append(images, img)
		if hooks.Image != nil {
			hooks.Image(i, img)
		}
	}
	return images, nil
}
