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
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/diffusion/schedule"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
	"helium/inference/gpt"
)

// Options choose how a pipeline is computed. All of Network decides bits.
type Options struct {
	Network network.Options
	// Limit is the most bytes of the device's memory that a task may take; 0 is
	// any number.
	Limit uint64
}

// Pipeline is a model's folder whose tensors fit its configs, with nothing
// loaded. It runs one task at a time. Close it to close the folder's files.
type Pipeline struct {
	compute   *ggml.Compute
	opts      Options
	tokens    *tokenizer.Tokenizer
	scheduler []byte // the model's config, in the JSON that Python writes

	text    *network.Text
	unet    *network.UNet
	decoder *network.Decoder
	folders []*network.Folder // of the three, in this order
}

// Names of a folder's parts, in the order in which they are used.
const (
	textPart = iota
	unetPart
	decoderPart
)

func parts() []string { return []string{"text_encoder", "unet", "vae"} }

// Open reads a folder in the layout of diffusers and compares its tensors with
// what the networks need. The error is a *gpt.Error and names the part.
func Open(c *ggml.Compute, dir string, opts Options) (*Pipeline, error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, fail(gpt.CodeModelNotFound, "open model: %s is no folder", dir)
	}
	p := &Pipeline{compute: c, opts: opts}
	if err := p.read(dir); err != nil {
		p.Close()
		return nil, fail(gpt.CodeCannotRun, "open model: %w", err)
	}
	return p, nil
}

func (p *Pipeline) read(dir string) error {
	if err := checkClass(dir); err != nil {
		return err
	}
	var err error
	if p.tokens, err = tokenizer.Read(filepath.Join(dir, "tokenizer")); err != nil {
		return fmt.Errorf("tokenizer: %w", err)
	}
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
	for i, n := range []network.Network{p.text, p.unet, p.decoder} {
		f, err := network.OpenFolder(filepath.Join(dir, parts()[i]), "", n, p.opts.Network)
		if err != nil {
			return fmt.Errorf("%s: %w", parts()[i], err)
		}
		p.folders = append(p.folders, f)
	}
	return nil
}

// checkClass refuses folders of other pipelines.
func checkClass(dir string) error {
	if _, err := os.Stat(filepath.Join(dir, "text_encoder_2")); err == nil {
		return fmt.Errorf("%w: a second text encoder, as Stable Diffusion XL has", ErrUnsupported)
	}
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
	if known := []string{"StableDiffusionPipeline", "LatentConsistencyModelPipeline"}; !slices.Contains(known, index.Class) {
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
	for i, parse := range []func(raw []byte) error{
		func(raw []byte) (err error) { p.text, err = network.ParseText(raw); return err },
		func(raw []byte) (err error) { p.unet, err = network.ParseUNet(raw); return err },
		func(raw []byte) (err error) { _, p.decoder, err = network.ParseVAE(raw); return err },
	} {
		raw, err := readConfig(dir, parts()[i], "config.json")
		if err != nil {
			return err
		}
		if err := parse(raw); err != nil {
			return fmt.Errorf("%s: %w", parts()[i], err)
		}
	}
	return nil
}

// fit makes sure that what one part gives is what the next one takes.
func (p *Pipeline) fit() error {
	text, unet, vae := p.text.Config, p.unet.UNetConfig, p.decoder.VAEConfig
	switch {
	case unet.Added != "":
		return fmt.Errorf("unet: %w: one that wants sizes beside the text, as that of Stable Diffusion XL", ErrUnsupported)
	case text.Positions != prompt.Context:
		return fmt.Errorf("text_encoder: %w: %d tokens at once, want %d", ErrUnsupported, text.Positions, prompt.Context)
	case int64(p.tokens.Size()) > text.Vocab:
		return fmt.Errorf("tokenizer: it has %d tokens, and text_encoder knows %d", p.tokens.Size(), text.Vocab)
	case text.Width != unet.Context:
		return fmt.Errorf("unet: it wants text of %d numbers, and text_encoder makes %d", unet.Context, text.Width)
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
}
