package diffusion

import (
	"encoding/json"
	"fmt"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/diffusion/schedule"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/task"
)

// Plan is what a task takes of the device's memory, part by part. A processor
// takes some tens of MB more.
type Plan struct {
	Text, UNet, Decoder ggml.Memory
}

// Bytes is the most that is taken at a time.
func (p Plan) Bytes() uint64 {
	var most uint64
	for _, m := range []ggml.Memory{p.Text, p.UNet, p.Decoder} {
		most = max(most, m.Weights+m.Work)
	}
	return most
}

// Plan tells what a task would take, and refuses what Run refuses before it
// loads anything. The error is a *gpt.Error.
func (p *Pipeline) Plan(t *task.SD) (Plan, error) {
	j, err := p.prepare(t)
	if err != nil {
		return Plan{}, err
	}
	return j.plan, nil
}

// job is a task that was read and fits.
type job struct {
	task     *task.SD
	schedule *schedule.Schedule
	positive *prompt.Encoding
	negative *prompt.Encoding // nil without guidance

	width, height int64 // of latents
	plan          Plan
}

func (p *Pipeline) prepare(t *task.SD) (*job, error) {
	if err := Check(t); err != nil {
		return nil, err
	}
	if err := p.checkNumbers(t); err != nil {
		return nil, err
	}
	factor := int64(1) << (len(p.decoder.Channels) - 1)
	j := &job{task: t, width: int64(t.Config.Width) / factor, height: int64(t.Config.Height) / factor}
	if j.width*factor != int64(t.Config.Width) || j.height*factor != int64(t.Config.Height) {
		return nil, fail(gpt.CodeCannotRun, "%w: images of %d×%d by a vae that makes multiples of %d", ErrUnsupported, t.Config.Width, t.Config.Height, factor)
	}

	var err error
	if j.schedule, err = p.plannedSteps(t); err != nil {
		return nil, err
	}
	if err := p.encode(j); err != nil {
		return nil, err
	}
	return j, p.planMemory(j)
}

// plannedSteps are the task's scheduler over the model's config over the
// method's presets.
func (p *Pipeline) plannedSteps(t *task.SD) (*schedule.Schedule, error) {
	if clip := t.Scheduler.Args.ClipSamples; clip != nil && *clip != 0 {
		return nil, fail(gpt.CodeCannotRun, "%w: scheduler.args.clip_samples", ErrUnsupported)
	}
	var document struct {
		Scheduler struct {
			Args json.RawMessage `json:"args"`
		} `json:"scheduler"`
	}
	if err := json.Unmarshal(t.Normalised(), &document); err != nil {
		return nil, &gpt.Error{Code: gpt.CodeInvalidArguments, Err: err}
	}

	method := schedule.Method(t.Scheduler.Method)
	config, err := schedule.Defaults(method)
	for _, raw := range [][]byte{p.scheduler, document.Scheduler.Args} {
		if err == nil && len(raw) > 0 {
			err = config.Overlay(raw)
		}
	}
	if err != nil {
		return nil, fail(gpt.CodeCannotRun, "plan steps: %w", err)
	}
	s, err := schedule.New(method, config, t.Config.Steps)
	if err != nil {
		return nil, fail(gpt.CodeCannotRun, "plan steps: %w", err)
	}
	return s, nil
}

// encode lays out the prompts.
func (p *Pipeline) encode(j *job) error {
	all := []*prompt.Encoding{}
	for _, text := range []string{j.task.Prompt, j.task.NegativePrompt} {
		fragments, err := prompt.Parse(text)
		if err != nil {
			return &gpt.Error{Code: gpt.CodePromptRefused, Err: err}
		}
		all = append(all, prompt.Encode(p.tokens, fragments))
	}
	j.positive = all[0]
	if p.guided(j.task) {
		j.negative = all[1]
		prompt.Pad(p.tokens, j.positive, j.negative)
	}

	const most = 4096 / prompt.Context // that a UNet is built for
	if n := len(j.positive.Chunks); n > most {
		return fail(gpt.CodeContextTooLong, "the prompts take %d chunks of %d tokens, at most %d fit", n, prompt.Context, most)
	}
	return nil
}

// guided says whether the UNet runs for the negative prompt, too. One that was
// taught its guidance is told the number instead.
func (p *Pipeline) guided(t *task.SD) bool { return t.Config.CFG > 1 && p.unet.GuidanceWidth == 0 }

// Sizes of the networks for a task.
func (j *job) textSize() network.Size { return network.Size{Count: 1} }

func (j *job) unetSize() network.Size {
	s := network.Size{Width: j.width, Height: j.height, Count: 1, Tokens: int64(len(j.positive.Chunks)) * prompt.Context}
	if j.negative != nil {
		s.Count = 2
	}
	return s
}

func (j *job) decoderSize() network.Size {
	return network.Size{Width: j.width, Height: j.height, Count: 1}
}

func (p *Pipeline) planMemory(j *job) error {
	for i, part := range []struct {
		n    network.Network
		size network.Size
		to   *ggml.Memory
	}{
		{p.text, j.textSize(), &j.plan.Text}, {p.unet, j.unetSize(), &j.plan.UNet}, {p.decoder, j.decoderSize(), &j.plan.Decoder},
	} {
		m, err := network.Plan(p.compute, part.n, p.opts.Network, part.size)
		if err != nil {
			return &gpt.Error{Code: gpt.CodeCannotRun, Err: fmt.Errorf("plan %s: %w", parts()[i], err)}
		}
		*part.to = m
		if needs := m.Weights + m.Work; p.opts.Limit > 0 && needs > p.opts.Limit {
			return fail(gpt.CodeOutOfMemory, "%s needs about %d MB for images of %d×%d, and a task may take %d MB",
				parts()[i], needs>>20, j.task.Config.Width, j.task.Config.Height, p.opts.Limit>>20)
		}
	}
	return nil
}
