package diffusion

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"helium/inference/diffusion/ldm"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/diffusion/schedule"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
	"helium/inference/gpt"
	"helium/inference/task"
)

// Options choose how a pipeline is computed. All of Network decides bits.
type Options struct {
	// Network is for all parts, but that the decoder is always in F32.
	Network network.Options
	// Limit is the most bytes of the device's memory that a task may take; 0 is
	// any number.
	Limit uint64
}

// Model is a model on this machine.
type Model struct {
	// Path is that of a folder in the layout of diffusers, or of a safetensors file
	// with a whole model in the names of the program that trained it. In place of a
	// UNet or a VAE it may also be that of one alone.
	Path    string
	Variant string // which of a folder's weights, as in fp16; empty for the plain ones
}

// Models are what tasks of a pipeline name, by the field that names it. The base
// model is always there.
type Models map[task.ModelRole]Model

// Pipeline is models whose tensors fit their configs and one another, with nothing
// loaded. It runs tasks that name models in the same fields, one at a time. Close
// it to close the models' files.
type Pipeline struct {
	compute   *ggml.Compute
	opts      Options
	models    Models
	scheduler []byte // the model's config, in the JSON that Python writes

	texts   []textual // two in Stable Diffusion XL
	unet    *network.UNet
	decoder *network.Decoder
	control *network.ControlNet // nil if none
	refiner *refiner            // nil if none
	checker *checker            // nil if the model has none, or no task asked for it yet
	layouts map[task.ModelRole]layout
	folders map[string]*network.Folder // by part
	lora    *lora.LoRA                 // nil if tasks name none
	tile    int64                      // side of the decoder's tiles, in latents
}

// textual is a text encoder with its tokenizer.
type textual struct {
	part    string
	network *network.Text
	tokens  *tokenizer.Tokenizer
}

// Names of a folder's parts.
const (
	indexPart     = "" // the folder itself
	schedulerPart = "scheduler"
	textPart      = ldm.Text
	tokensPart    = "tokenizer"
	unetPart      = ldm.UNet
	decoderPart   = ldm.VAE
	second        = "_2" // of Stable Diffusion XL
)

// Open reads models and compares their tensors with what the networks need. The
// error is a *gpt.Error and names the part.
func Open(c *ggml.Compute, models Models, opts Options) (*Pipeline, error) {
	p := &Pipeline{compute: c, opts: opts, models: models, layouts: map[task.ModelRole]layout{}, folders: map[string]*network.Folder{}, tile: tileSide}
	if err := p.open(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

func (p *Pipeline) open() error {
	for _, m := range roles() {
		model, ok := p.models[m.role]
		if !ok && m.role != task.RoleBase {
			continue
		}
		l, err := openLayout(model, m.alone)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fail(gpt.CodeModelNotFound, "open %s: %w", m.role, err)
		case err != nil:
			return fail(gpt.CodeCannotRun, "open %s: %w", m.role, err)
		}
		p.layouts[m.role] = l
	}
	if err := p.read(p.layouts[task.RoleBase]); err != nil {
		return fail(openCode(err), "open model: %w", err)
	}
	return nil
}

// of is where a part is read from: another model where the task names one for it.
func (p *Pipeline) of(part string) layout {
	if l, ok := p.layouts[standIns()[part]]; ok {
		return l
	}
	return p.layouts[task.RoleBase]
}

func (p *Pipeline) read(base layout) error {
	if err := checkClass(base, task.RoleBase); err != nil {
		return err
	}
	var err error
	if p.scheduler, err = base.config(schedulerPart); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}
	if err := new(schedule.Config).Overlay(p.scheduler); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}

	if err := p.readNetworks(base); err != nil {
		return err
	}
	if err := p.fit(); err != nil {
		return err
	}
	for _, part := range p.parts() {
		if err := p.openNetwork(p.of(part.name), part.name, part.name, part.network); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	if err := p.openControl(); err != nil {
		return fmt.Errorf("%s: %w", task.RoleControlNet, err)
	}
	if err := p.openRefiner(); err != nil {
		return fmt.Errorf("%s: %w", task.RoleRefiner, err)
	}
	if err := p.readInversion(); err != nil {
		return fmt.Errorf("%s: %w", task.RoleTextualInversion, err)
	}
	if err := p.openLoRA(); err != nil {
		return fmt.Errorf("%s: %w", task.RoleLoRA, err)
	}
	return nil
}

// openNetwork compares the tensors of a part with what its network needs, and keeps
// it by a name.
func (p *Pipeline) openNetwork(l layout, part, name string, n network.Network) error {
	tensors, err := l.tensors(part)
	if err != nil {
		return err
	}
	f, err := network.OpenTensors(tensors, n, p.opts.Network)
	if err != nil {
		return err
	}
	p.folders[name] = f
	return nil
}

// part is a network by its name.
type part struct {
	name    string
	network network.Network
}

// parts are the base model's networks in the order in which they are used.
func (p *Pipeline) parts() []part {
	var list []part
	for _, t := range p.texts {
		list = append(list, part{t.part, t.network})
	}
	return append(list, part{unetPart, p.unet}, part{decoderPart, p.decoder})
}

// checkClass refuses folders of other pipelines than those that are taken for a
// role.
func checkClass(l layout, role task.ModelRole) error {
	raw, err := l.config(indexPart)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var index struct {
		Class string `json:"_class_name"`
	}
	if err := json.Unmarshal(raw, &index); err != nil {
		return fmt.Errorf("read model_index.json: %w", err)
	}
	known := []string{"StableDiffusionPipeline", "StableDiffusionXLPipeline", "LatentConsistencyModelPipeline"}
	if role == task.RoleRefiner {
		known = []string{"StableDiffusionXLImg2ImgPipeline", "StableDiffusionXLPipeline"}
	}
	if !slices.Contains(known, index.Class) {
		return fmt.Errorf("%w: model_index.json describes %.100q, and a %s is one of %v", ErrUnsupported, index.Class, role, known)
	}
	return nil
}

func (p *Pipeline) readNetworks(base layout) error {
	var err error
	if p.unet, err = readNetwork(p.of(unetPart), unetPart, network.ParseUNet); err != nil {
		return err
	}
	if vae, ok := p.of(decoderPart).(single); ok && p.unet.Added != "" {
		vae.file.ForXL()
	}
	if p.decoder, err = readNetwork(p.of(decoderPart), decoderPart, parseDecoder); err != nil {
		return err
	}

	for _, ending := range endings(base) {
		t, err := readTextual(base, ending)
		if err != nil {
			return err
		}
		p.texts = append(p.texts, t)
	}
	if len(p.texts) == 2 { // as Stable Diffusion XL was taught
		for _, t := range p.texts {
			t.network.Skip, t.network.Norm = 1, false
		}
		p.texts[1].network.Pooled = true
	}
	return nil
}

func parseDecoder(raw []byte) (*network.Decoder, error) {
	_, d, err := network.ParseVAE(raw)
	return d, err
}

// readNetwork reads the config of a part.
func readNetwork[N any](l layout, part string, parse func(raw []byte) (N, error)) (N, error) {
	raw, err := l.config(part)
	if err == nil {
		var n N
		if n, err = parse(raw); err == nil {
			return n, nil
		}
	}
	var none N
	return none, fmt.Errorf("%s: %w", part, err)
}

func readTextual(l layout, ending string) (textual, error) {
	t := textual{part: textPart + ending}
	var err error
	if t.network, err = readNetwork(l, t.part, network.ParseText); err != nil {
		return t, err
	}
	if t.tokens, err = l.tokens(tokensPart + ending); err != nil {
		return t, fmt.Errorf("%s: %w", tokensPart+ending, err)
	}

	if n := t.network.Config.Positions; n != prompt.Context {
		return t, fmt.Errorf("%s: %w: %d tokens at once, want %d", t.part, ErrUnsupported, n, prompt.Context)
	}
	if size, known := t.tokens.Size(), t.network.Config.Vocab; int64(size) > known {
		return t, fmt.Errorf("%s: it has %d tokens, and %s knows %d", tokensPart+ending, size, t.part, known)
	}
	return t, nil
}

// sizeNumbers is how many sizes Stable Diffusion XL is told.
const sizeNumbers = 6

// fit makes sure that what one part gives is what the next one takes.
func (p *Pipeline) fit() error {
	unet, vae := p.unet.UNetConfig, p.decoder.VAEConfig
	last := p.texts[len(p.texts)-1].network.Config
	var width int64
	for _, t := range p.texts {
		width += t.network.Config.Width
	}
	switch {
	case (unet.Added != "") != (len(p.texts) == 2):
		return fmt.Errorf("unet: %w: one that wants sizes beside the text of one encoder, or none beside that of two", ErrUnsupported)
	case unet.Added != "" && unet.AddedWidth != last.Projection+sizeNumbers*unet.AddedTime:
		return fmt.Errorf("unet: %w: it wants %d numbers beside the text, want %d and %d for each of %d sizes",
			ErrUnsupported, unet.AddedWidth, last.Projection, unet.AddedTime, sizeNumbers)
	case width != unet.Context:
		return fmt.Errorf("unet: it wants text of %d numbers, and text_encoder makes %d", unet.Context, width)
	case unet.InChannels != unet.OutChannels:
		return fmt.Errorf("unet: %w: it takes %d channels and gives %d, as for inpainting", ErrUnsupported, unet.InChannels, unet.OutChannels)
	case unet.OutChannels != vae.Latents:
		return fmt.Errorf("vae: it wants %d channels, and unet makes %d", vae.Latents, unet.OutChannels)
	case vae.OutChannels != 3:
		return fmt.Errorf("vae: it makes images of %d channels, want 3", vae.OutChannels)
	}
	return nil
}

// Close closes the models' files.
func (p *Pipeline) Close() {
	for _, f := range p.folders {
		f.Close()
	}
	for _, l := range p.layouts {
		l.close()
	}
	p.folders, p.layouts = nil, nil
	if p.lora != nil {
		p.lora.Close()
	}
}
