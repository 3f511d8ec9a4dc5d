package diffusion

import (
	"encoding/json"
	"fmt"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/diffusion/schedule"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/task"
)

// Plan is what a task takes of the device's memory, part by part. A processor
// takes some tens of MB more.
type Plan []PartMemory

// PartMemory is what one part takes, named as its folder, or parts that are needed
// together.
type PartMemory struct {
	Part  string
	Tiles int // that the decoder works in; 1 is none
	ggml.Memory
}

// Bytes is the most that is taken at a time.
func (p Plan) Bytes() uint64 {
	var most uint64
	for _, m := range p {
		most = max(most, m.Weights+m.Work)
	}
	return most
}

// Plan tells what a task would take, and refuses what Run refuses before it
// loads anything. The error is a *gpt.Error.
func (p *Pipeline) Plan(t *task.SD) (Plan, error) {
	j, err := p.prepare(t)
	if err != nil {
		return nil, err
	}
	return j.plan, nil
}

// job is a task that was read and fits.
type job struct {
	task    *task.SD
	passes  []pass               // the base model's, and a refiner's
	texts   []string             // the negative prompt, where there is guidance, and the prompt
	encoded [][]*prompt.Encoding // by each text encoder
	hint    []float32            // what a ControlNet looks at
	checker *checker             // nil if images are not checked

	width, height int64 // of latents
	tile          int64 // side of the decoder's tiles, where it works in tiles
	plan          Plan
}

// pass is a model's share of the denoising.
type pass struct {
	parts      []part // to be loaded together, the UNet first
	unet       *network.UNet
	schedule   *schedule.Schedule
	begin, end int  // the steps that it takes
	refines    bool // what another model made
	renoise    bool // begins with finished samples
}

func (p *Pipeline) prepare(t *task.SD) (*job, error) {
	if err := Check(t); err != nil {
		return nil, err
	}
	if err := p.checkModels(t); err != nil {
		return nil, err
	}
	factor := int64(1) << (len(p.decoder.Channels) - 1)
	j := &job{task: t, tile: p.tile, width: int64(t.Config.Width) / factor, height: int64(t.Config.Height) / factor}
	if j.width*factor != int64(t.Config.Width) || j.height*factor != int64(t.Config.Height) {
		return nil, fail(gpt.CodeCannotRun, "%w: images of %d×%d by a vae that makes multiples of %d", ErrUnsupported, t.Config.Width, t.Config.Height, factor)
	}

	if err := p.planPasses(j); err != nil {
		return nil, err
	}
	if err := p.encode(j); err != nil {
		return nil, err
	}
	if t.Config.SafetyChecker {
		var err error
		if j.checker, err = p.safetyChecker(); err != nil {
			return nil, &gpt.Error{Code: gpt.CodeCannotRun, Err: err}
		}
	}
	return j, p.planMemory(j)
}

// options are those of a task's part: the pipeline's, in numbers that are never less
// exact than the task asks for. The decoder's grow beyond what half floats hold.
func (p *Pipeline) options(t *task.SD, part string) network.Options {
	opts := p.opts.Network
	switch t.DType {
	case task.DTypeFloat32:
		opts.Number, opts.Flash = checkpoint.F32, false
	case task.DTypeBFloat16:
		opts.Number = checkpoint.F32
	}
	if part == decoderPart {
		opts.Number = checkpoint.F32
	}
	return opts
}

func (p *Pipeline) planPasses(j *job) error {
	plan, err := plannedSteps(j.task, p.scheduler, j.task.Config.Steps)
	if err != nil {
		return err
	}
	base := pass{parts: []part{{unetPart, p.unet}}, unet: p.unet, schedule: plan, end: len(plan.Steps)}
	if p.control != nil {
		base.parts = append(base.parts, part{controlPart, p.control})
	}
	j.passes = []pass{base}
	return p.refine(j)
}

// plannedSteps are the task's scheduler over a model's config over the method's
// presets.
func plannedSteps(t *task.SD, model []byte, steps int) (*schedule.Schedule, error) {
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
	for _, raw := range [][]byte{model, document.Scheduler.Args} {
		if err == nil && len(raw) > 0 {
			err = config.Overlay(raw)
		}
	}
	if err != nil {
		return nil, fail(gpt.CodeCannotRun, "plan steps: %w", err)
	}
	s, err := schedule.New(method, config, steps)
	if err != nil {
		return nil, fail(gpt.CodeCannotRun, "plan steps: %w", err)
	}
	return s, nil
}

// encode lays out the prompts.
func (p *Pipeline) encode(j *job) error {
	j.texts = []string{j.task.Prompt}
	if p.guided(j.task) {
		j.texts = []string{j.task.NegativePrompt, j.task.Prompt}
	}
	for _, by := range p.texts {
		var all []*prompt.Encoding
		for _, text := range j.texts {
			fragments, err := prompt.Parse(text)
			if err != nil {
				return &gpt.Error{Code: gpt.CodePromptRefused, Err: err}
			}
			all = append(all, prompt.Encode(by.tokens, fragments))
		}
		prompt.Pad(by.tokens, all...)
		j.encoded = append(j.encoded, all)
	}

	const most = 4096 / prompt.Context // that a UNet is built for
	if n := j.chunks(); n > most {
		return fail(gpt.CodeContextTooLong, "the prompts take %d chunks of %d tokens, at most %d fit", n, prompt.Context, most)
	}
	for _, all := range j.encoded {
		if n := len(all[0].Chunks); n != j.chunks() {
			return fail(gpt.CodeCannotRun, "%w: tokenizers that make %d and %d chunks of a prompt", ErrUnsupported, j.chunks(), n)
		}
	}
	return nil
}

func (j *job) chunks() int { return len(j.encoded[0][0].Chunks) }

// guided says whether the UNet runs for the negative prompt, too. One that was
// taught its guidance is told the number instead.
func (p *Pipeline) guided(t *task.SD) bool { return t.Config.CFG > 1 && p.unet.GuidanceWidth == 0 }

// size is that of a network for the task.
func (j *job) size(part string) network.Size {
	switch part {
	case unetPart, controlPart, refinerPart:
		return j.unetSize(part)
	case decoderPart:
		return j.decoderSize()
	}
	return network.Size{Count: 1}
}

func (j *job) unetSize(part string) network.Size {
	return network.Size{
		Width: j.width, Height: j.height, Count: int64(len(j.texts)), Tokens: int64(j.chunks()) * prompt.Context,
		Control: part == unetPart && j.task.ControlNet != nil,
	}
}

// loads are the networks of a task in the order in which they are loaded, those
// together that are needed together.
func (p *Pipeline) loads(j *job) [][]part {
	var list [][]part
	for _, t := range p.texts {
		list = append(list, []part{{t.part, t.network}})
	}
	for _, pass := range j.passes {
		list = append(list, pass.parts)
	}
	list = append(list, []part{{decoderPart, p.decoder}})
	if j.checker != nil {
		list = append(list, []part{{checkerPart, j.checker.network}})
	}
	return list
}

func (p *Pipeline) planMemory(j *job) error {
	for _, parts := range p.loads(j) {
		var names []string
		var sum ggml.Memory
		for _, part := range parts {
			m, err := network.Plan(p.compute, part.network, p.options(j.task, part.name), j.size(part.name))
			if err != nil {
				return &gpt.Error{Code: gpt.CodeCannotRun, Err: fmt.Errorf("plan %s: %w", part.name, err)}
			}
			names = append(names, part.name)
			sum.Weights += m.Weights
			sum.Work += m.Work
		}
		name := strings.Join(names, " and ")
		j.plan = append(j.plan, PartMemory{Part: name, Tiles: j.tiles(name), Memory: sum})
		if needs := sum.Total(); p.opts.Limit > 0 && needs > p.opts.Limit {
			return fail(gpt.CodeOutOfMemory, "%s: about %d MB are needed for images of %d×%d, and a task may take %d MB",
				name, needs>>20, j.task.Config.Width, j.task.Config.Height, p.opts.Limit>>20)
		}
	}
	return nil
}
