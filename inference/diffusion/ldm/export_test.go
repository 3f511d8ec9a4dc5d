package ldm

import "helium/inference/checkpoint"

// Model is what a file's tensors make.
type Model struct{ model }

// Read reads a table of tensors.
func Read(tensors []checkpoint.Weight, metadata map[string]string) (Model, error) {
	t := Tensors{}
	for _, w := range tensors {
		t[w.Name] = w
	}
	m, err := read(t, metadata)
	return Model{m}, err
}

// NameOf is the name that diffusers has for a tensor of a part of a UNet with the
// given layers, with or without transformers, of an autoencoder of levels, and of
// OpenCLIP.
func NameOf(part, name string, layers, depths []int) string {
	switch part {
	case UNet:
		var levels []level
		for i := range layers {
			levels = append(levels, level{layers: layers[i], depth: depths[i]})
		}
		return unetName(name, levels)
	case VAE:
		return vaeName(name, len(layers))
	}
	return openCLIPName(name).name
}
