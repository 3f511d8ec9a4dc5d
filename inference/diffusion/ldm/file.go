package ldm

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/tokenizer"
)

// ErrUnsupported means that a file is right and that this program can't run such
// a model.
var ErrUnsupported = errors.New("checkpoint is not supported")

// Names of the parts.
const (
	UNet       = "unet"
	VAE        = "vae"
	Text       = "text_encoder"
	SecondText = "text_encoder_2"
)

// File is a model in one file. Close it.
type File struct {
	weights *checkpoint.Weights
	model
}

// model is what a file's tensors make.
type model struct {
	family    family
	parts     map[string]*part
	scheduler settings
}

// part is a network's config and tensors by the names of diffusers.
type part struct {
	config  settings
	tensors Tensors
}

// settings are those of a config.json.
type settings map[string]any

// Tensors are a part's. They are closed with the file.
type Tensors map[string]checkpoint.Weight

// Get returns a tensor by its name.
func (t Tensors) Get(name string) (checkpoint.Weight, bool) {
	w, ok := t[name]
	return w, ok
}

// Names lists the tensors in alphabetical order.
func (t Tensors) Names() []string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Close does nothing; see File.Close.
func (t Tensors) Close() {}

// Open reads which model a file is.
func Open(path string) (*File, error) {
	if ending := filepath.Ext(path); slices.Contains([]string{".ckpt", ".pt", ".pth", ".bin"}, strings.ToLower(ending)) {
		return nil, fmt.Errorf("open checkpoint %s: files of the kind %s may hold programs and are never read; take a .safetensors file", path, ending)
	}
	weights, err := checkpoint.OpenWeightsFile(path)
	if err != nil {
		return nil, err
	}
	tensors := Tensors{}
	for _, name := range weights.Names() {
		tensors[name], _ = weights.Get(name)
	}
	m, err := read(tensors, weights.Metadata())
	if err != nil {
		weights.Close()
		return nil, fmt.Errorf("open checkpoint %s: %w", path, err)
	}
	return &File{weights, m}, nil
}

// Close closes the file.
func (f *File) Close() { f.weights.Close() }

// Has says whether the file has a part.
func (m model) Has(part string) bool { return m.parts[part] != nil }

// Config is a part's config.json.
func (m model) Config(part string) ([]byte, error) {
	p := m.parts[part]
	if p == nil {
		return nil, fmt.Errorf("the file has no %s", part)
	}
	return json.Marshal(p.config)
}

// Scheduler is the scheduler_config.json that the model is published with.
func (m model) Scheduler() ([]byte, error) { return json.Marshal(m.scheduler) }

// Tensors are those of a part, or none.
func (m model) Tensors(part string) Tensors {
	if p := m.parts[part]; p != nil {
		return p.tensors
	}
	return nil
}

// Tokenizer is the one that a text encoder was taught with.
func (m model) Tokenizer(part string) (*tokenizer.Tokenizer, error) {
	if part == SecondText || m.family == second {
		return tokenizer.CLIP("!")
	}
	return tokenizer.CLIP("<|endoftext|>")
}

// ForXL says that a VAE alone is one of Stable Diffusion XL, which its file doesn't
// tell. It changes no other file.
func (m model) ForXL() {
	if m.family == alone {
		m.parts[VAE].config[scaling] = xl.scale()
	}
}
