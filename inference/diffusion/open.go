package diffusion

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"helium/inference/checkpoint"
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
	Network network.Options
	// Limit is the most bytes of the device's memory that a task may take; 0 is
	// any number.
	Limit uint64
}

// Model is a model on this machine.
type Model struct {
	Path    string // of a folder in the layout of diffusers
	Variant string // which of the folder's weights, as in fp16; empty for the plain ones
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
	control *network.ControlNet        // nil if none
	refiner *refiner                   // nil if none
	checker *checker                   // nil if the model has none, or no task asked for it yet
	folders map[string]*network.Folder // by part
	lora    *lora.LoRA                 // nil if tasks name none
}

// textual is a text encoder with its tokenizer.
type textual struct {
	part    string
	network *network.Text
	tokens  *tokenizer.Tokenizer
}

// Names of a folder's parts.
const (
	textPart    = "text_encoder"
	tokensPart  = "tokenizer"
	unetPart    = "unet"
	decoderPart = "vae"
	second      = "_2" // of Stable Diffusion XL
)

// Open reads models and compares their tensors with what the networks need. The
// error is a *gpt.Error and names the part.
func Open(c *ggml.Compute, models Models, opts Options) (*Pipeline, error) {
	dir := models[task.RoleBase].Path
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fail(gpt.CodeModelNotFound, "open model: %s is no folder", dir)
	}
	p := &Pipeline{compute: c, opts: opts, models: models}
	if err := p.read(dir); err != nil {
		p.Close()
		return nil, fail(openCode(err), "open model: %w", err)
	}
	return p, nil
}

func (p *Pipeline) read(dir string) error {
	if err := checkClass(dir); err != nil {
		return err
	}
	var err error
	if p.scheduler, err = readConfig(dir, "scheduler", "scheduler_config.json"); err != nil {
		return err
	}
	if err := new(schedule.Config).Overlay(p.scheduler); err != nil {
		return fmt.Errorf("scheduler: %w", err)
	}

	if err := p.readNetworks(dir); err != nil {
		return err
	}
	if err := p.fit(); err != nil {
		return err
	}
	p.folders = map[string]*network.Folder{}
	for _, part := range p.parts() {
		if err := p.open(part.name, filepath.Join(dir, part.name), part.network); err != nil {
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

func (p *Pipeline) open(name, dir string, n network.Network) error {
	f, err := network.OpenFolder(dir, "", n, p.opts.Network)
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

// checkClass refuses folders of other pipelines.
func checkClass(dir string) error {
	raw, err := readConfig(dir, "", "model_index.json")
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
	if known := []string{"StableDiffusionPipeline", "StableDiffusionXLPipeline", "LatentConsistencyModelPipeline"}; !slices.Contains(known, index.Class) {
		return fmt.Errorf("%w: model_index.json describes %.100q, and this program knows %v", ErrUnsupported, index.Class, known)
	}
	return nil
}

func readConfig(dir, part, file string) ([]byte, error) {
	const limit = 1 << 20
	raw, err := checkpoint.ReadLimited(filepath.Join(dir, part, file), limit)
	if err != nil && part != "" {
		return nil, fmt.Errorf("%s: %w", part, err)
	}
	return raw, err
}

func (p *Pipeline) readNetworks(dir string) error {
	for _, part := range []struct {
		name  string
		parse func(raw []byte) error
	}{
		{unetPart, func(raw []byte) (err error) { p.unet, err = network.ParseUNet(raw); return err }},
		{decoderPart, func(raw []byte) (err error) { _, p.decoder, err = network.ParseVAE(raw); return err }},
	} {
		raw, err := readConfig(dir, part.name, "config.json")
		if err != nil {
			return err
		}
		if err := part.parse(raw); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}

	endings := []string{""}
	if _, err := os.Stat(filepath.Join(dir, textPart+second)); err == nil {
		endings = append(endings, second)
	}
	for _, ending := range endings {
		t, err := readTextual(dir, ending)
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

func readTextual(dir, ending string) (textual, error) {
	t := textual{part: textPart + ending}
	raw, err := readConfig(dir, t.part, "config.json")
	if err != nil {
		return t, err
	}
	if t.network, err = network.ParseText(raw); err != nil {
		return t, fmt.Errorf("%s: %w", t.part, err)
	}
	if t.tokens, err = tokenizer.Read(filepath.Join(dir, tokensPart+ending)); err != nil {
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

// Close closes the folder's files.
func (p *Pipeline) Close() {
	for _, f := range p.folders {
		f.Close()
	}
	p.folders = nil
	if p.lora != nil {
		p.lora.Close()
	}
}
