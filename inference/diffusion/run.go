package diffusion

import (
	"context"
	"fmt"
	"image"
	"maps"
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
	Step, Steps   int // steps done of the image; a refiner goes on where the base model left all images
}

// Hooks are told of a run as it goes, in its goroutine. Any of them may be nil.
type Hooks struct {
	Step  func(Progress)
	Image func(number int, img Image)
	// Preview is shown what an image is becoming, roughly and with a pixel for
	// each of the latents, after every PreviewEvery steps; 0 is after each.
	Preview      func(Progress, *image.RGBA)
	PreviewEvery int
}

// Image is one result.
type Image struct {
	Pixels  *image.RGBA // opaque
	PNG     []byte      // the same pixels and, as text, what made them
	Checked bool        // by a safety checker; a task that asks for it runs on models without one, too
	Flagged bool        // by it, and therefore all black
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

	if t.ControlNet != nil {
		img, err := controlMap(t)
		if err != nil {
			return nil, err
		}
		j.hint = channels(img)
	}
	words, err := p.words(ctx, j)
	if err != nil {
		return nil, err
	}
	latents, err := p.denoised(ctx, j, words, hooks)
	if err != nil {
		return nil, err
	}
	return p.images(ctx, j, latents, hooks)
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
	folder, err := p.folders[name].In(p.options(j.task, name))
	if err != nil {
		return failed(ctx, fmt.Errorf("load %s: %w", name, err))
	}
	store, err := folder.LoadChanged(ctx, p.compute, p.change(j.task, name))
	if err != nil {
		return failed(ctx, fmt.Errorf("load %s: %w", name, err))
	}
	defer store.Close()
	run, err := network.Prepare(store, part.network, p.options(j.task, name), j.size(name))
	if err != nil {
		return failed(ctx, fmt.Errorf("load %s: %w", name, err))
	}
	defer run.Close()
	return use(run)
}

// together loads networks for a while.
func (p *Pipeline) together(ctx context.Context, j *job, parts []part, use func(runs []*network.Run) error) error {
	if len(parts) == 0 {
		return use(nil)
	}
	return p.with(ctx, j, parts[0], func(first *network.Run) error {
		return p.together(ctx, j, parts[1:], func(runs []*network.Run) error {
			return use(slices.Concat([]*network.Run{first}, runs))
		})
	})
}

// denoised makes the latents of all images, each model all of them before the
// next.
func (p *Pipeline) denoised(ctx context.Context, j *job, words words, hooks Hooks) ([][]float32, error) {
	all := make([][]float32, j.task.Config.Images)
	for i := range all {
		all[i] = make([]float32, j.width*j.height*p.unet.InChannels)
		noise.Stream{Seed: j.task.Config.Seed, Image: uint16(i), Purpose: noise.Latents}.Fill(all[i])
		j.passes[0].schedule.Begin(all[i])
	}

	progress := Progress{Images: len(all)}
	for _, pass := range j.passes {
		progress.Steps += pass.end - pass.begin
	}
	for _, pass := range j.passes {
		if pass.begin == pass.end {
			continue
		}
		guide, err := p.conditioning(j, pass, words)
		if err != nil {
			return nil, err
		}
		err = p.together(ctx, j, pass.parts, func(runs []*network.Run) error {
			for i, sample := range all {
				progress.Image = i
				if err := p.denoise(ctx, j, loaded{pass, guide, runs}, sample, progress, hooks); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		progress.Step += pass.end - pass.begin
	}
	return all, nil
}

// loaded is a pass that can be made.
type loaded struct {
	pass
	guide conditioning
	runs  []*network.Run // of its parts
}

// denoise takes a pass's steps with a sample. done is how far all passes before
// came.
func (p *Pipeline) denoise(ctx context.Context, j *job, pass loaded, sample []float32, done Progress, hooks Hooks) error {
	stream := noise.Stream{Seed: j.task.Config.Seed, Image: uint16(done.Image), Purpose: noise.Steps}
	added, seen := make([]float32, len(sample)), make([]float32, len(sample))
	if pass.renoise {
		stream.Purpose = noise.Refined
		stream.Fill(added)
		pass.schedule.Steps[pass.begin].Renoise(sample, added)
	}
	if pass.refines {
		stream.Purpose = noise.RefinerSteps
	}

	var state schedule.State
	for i := pass.begin; i < pass.end; i++ {
		step := pass.schedule.Steps[i]
		if err := alive(ctx); err != nil {
			return err
		}
		step.Input(seen, sample)
		output, err := p.predict(ctx, j, pass, seen, float64(step.Timestep))
		if err != nil {
			return failed(ctx, fmt.Errorf("step %d of image %d: %w", done.Step, done.Image, err))
		}

		if step.NeedsNoise() {
			stream.Step = uint16(i)
			stream.Fill(added)
		}
		if err := step.Take(&state, sample, output, added); err != nil {
			return failed(ctx, fmt.Errorf("step %d of image %d: %w", done.Step, done.Image, err))
		}
		done.Step++
		if hooks.Step != nil {
			hooks.Step(done)
		}
		p.preview(hooks, j, done, &state)
	}
	return nil
}

// predict is the UNet's output with guidance: negative + cfg·(positive -
// negative), in float64 and rounded once. Both are computed as one batch, the
// negative first. A ControlNet, the second of the runs, looks at both.
func (p *Pipeline) predict(ctx context.Context, j *job, pass loaded, seen []float32, timestep float64) ([]float32, error) {
	unet := pass.unet
	in := map[string][]float32{"sample": seen, "context": pass.guide.rows, "time": unet.Time(timestep, len(j.texts))}
	if unet.GuidanceWidth > 0 {
		in["guidance"] = unet.Guidance(j.task.Config.CFG)
	}
	if unet.Added != "" {
		in["added"] = pass.guide.added
	}
	guided := len(j.texts) == 2
	if guided {
		in["sample"] = slices.Concat(seen, seen)
	}
	if len(pass.runs) > 1 {
		controls, err := p.controls(ctx, j, pass.runs[1], in)
		if err != nil {
			return nil, err
		}
		maps.Copy(in, controls)
	}
	out, err := pass.runs[0].Do(ctx, in, nil)
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

// images makes the results of latents. Where they are checked, that is done for all
// after the last one was decoded, and none is shown before.
func (p *Pipeline) images(ctx context.Context, j *job, latents [][]float32, hooks Hooks) ([]Image, error) {
	var images []Image
	show := func(img Image) {
		more := texts(j.task, len(images))
		if img.Flagged {
			blacken(img.Pixels)
			more = append(more, text{"flagged", "by the model's safety checker, and made black"})
		}
		img.PNG = encodePNG(img.Pixels, more)
		images = append(images, img)
		if hooks.Image != nil {
			hooks.Image(len(images)-1, img)
		}
	}

	var unchecked []*image.RGBA
	err := p.with(ctx, j, part{decoderPart, p.decoder}, func(run *network.Run) error {
		for i, sample := range latents {
			if err := alive(ctx); err != nil {
				return err
			}
			pixels, err := p.decoded(ctx, run, j, sample)
			if err != nil {
				return failed(ctx, fmt.Errorf("decode image %d: %w", i, err))
			}
			if j.checker == nil {
				show(Image{Pixels: pixels})
			} else {
				unchecked = append(unchecked, pixels)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if j.checker == nil {
		return images, nil
	}

	flagged, err := p.flagged(ctx, j, unchecked)
	if err != nil {
		return nil, err
	}
	for i, pixels := range unchecked {
		show(Image{Pixels: pixels, Checked: true, Flagged: flagged[i]})
	}
	return images, nil
}

// decoded makes an image of latents.
func (p *Pipeline) decoded(ctx context.Context, run *network.Run, j *job, sample []float32) (*image.RGBA, error) {
	for k, v := range sample {
		sample[k] = float32(float64(v) / p.decoder.Scale)
	}
	values, err := p.decode(ctx, run, j, sample)
	if err != nil {
		return nil, err
	}
	return pixelsOf(values, j.task.Config.Width, j.task.Config.Height)
}
