package ldmtest

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

// Tensor is a tensor of a file. The data may be left out where only the table of
// the file is looked at.
type Tensor struct {
	Name  string
	Type  string
	Shape []uint64
	Data  []byte
}

// Size is the data's length in bytes.
func (t Tensor) Size() uint64 {
	size := uint64(4)
	if t.Type != "F32" {
		size = 2
	}
	for _, d := range t.Shape {
		size *= d
	}
	return size
}

// Header is the beginning of a file of tensors, before the data.
func Header(tensors []Tensor, metadata map[string]string) []byte {
	table := map[string]any{}
	if len(metadata) > 0 {
		table["__metadata__"] = metadata
	}
	var at uint64
	for _, t := range tensors {
		table[t.Name] = map[string]any{"dtype": t.Type, "shape": t.Shape, "data_offsets": []uint64{at, at + t.Size()}}
		at += t.Size()
	}
	raw, err := json.Marshal(table)
	if err != nil {
		panic(err) // texts and numbers
	}
	return append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...)
}

// File is a file of tensors.
func File(tensors []Tensor, metadata map[string]string) []byte {
	out := Header(tensors, metadata)
	for _, t := range tensors {
		out = append(out, t.Data...)
	}
	return out
}

// Part is a network by its names in a file.
type Part struct {
	Prefix  string
	Network []network.Network
	Names   []Name
}

// Tensors are those that a part's file has, without data.
func (p Part) Tensors() ([]Tensor, error) {
	shapes, err := p.shapes()
	if err != nil {
		return nil, err
	}
	var list []Tensor
	for _, n := range p.Names {
		shape, ok := shapes[n.Diffusers[0]]
		if !ok {
			return nil, fmt.Errorf("the network has no %s", n.Diffusers[0])
		}
		switch {
		case n.Turned:
			slices.Reverse(shape)
		case n.Point:
			shape = append(shape, 1, 1)
		}
		shape[0] *= uint64(len(n.Diffusers))
		list = append(list, Tensor{Name: p.Prefix + n.File, Type: "F32", Shape: shape})
	}
	return list, nil
}

// shapes are those that training programs give the network's tensors, slowest
// first.
func (p Part) shapes() (map[string][]uint64, error) {
	shapes := map[string][]uint64{}
	for _, n := range p.Network {
		weights, err := network.Weights(n, network.Options{Number: checkpoint.F32})
		if err != nil {
			return nil, err
		}
		for _, w := range weights {
			shapes[w.Name] = trainedShape(w)
		}
	}
	return shapes, nil
}

// trainedShape has one number for vectors, two for matrices and four for kernels.
func trainedShape(w *ggml.Tensor) []uint64 {
	if strings.HasSuffix(w.Name, ".bias") || strings.Contains(w.Name, "norm") {
		return []uint64{uint64(w.Shape.Elements())}
	}
	var shape []uint64
	for _, d := range slices.Backward(w.Shape[:]) {
		if len(shape) > 0 || d > 1 {
			shape = append(shape, uint64(d))
		}
	}
	return shape
}

// Convert makes one file of a folder of diffusers, with numbers in F32. metadata
// are the texts beside the tensors. As published files do, one of Stable Diffusion
// 2 has a layer more than the folder, whose numbers are any.
func Convert(dir string, metadata map[string]string) ([]byte, error) {
	parts, err := parts(dir)
	if err != nil {
		return nil, err
	}
	var all []Tensor
	for folder, part := range parts {
		tensors, err := part.filled(filepath.Join(dir, folder))
		if err != nil {
			return nil, fmt.Errorf("convert %s: %w", folder, err)
		}
		all = append(all, tensors...)
	}
	slices.SortFunc(all, func(a, b Tensor) int { return strings.Compare(a.Name, b.Name) })
	return File(all, metadata), nil
}

// filled are the tensors with the numbers of a folder.
func (p Part) filled(dir string) ([]Tensor, error) {
	file := network.WeightsFile
	if _, ok := p.Network[0].(*network.Text); ok {
		file = checkpoint.WeightsFile
	}
	weights, err := checkpoint.OpenWeightsNamed(dir, file)
	if err != nil {
		return nil, err
	}
	defer weights.Close()
	tensors, err := p.Tensors()
	if err != nil {
		return nil, err
	}
	var out []Tensor
	for i, n := range p.Names {
		t := tensors[i]
		for _, name := range n.Diffusers {
			w, ok := weights.Get(name)
			if !ok {
				continue
			}
			raw := make([]byte, w.Size())
			if _, err := w.ReadAt(raw, 0); err != nil {
				return nil, err
			}
			if n.Turned {
				raw = turned(raw, int(t.Shape[0]), int(t.Shape[1]))
			}
			t.Data = append(t.Data, raw...)
		}
		if len(t.Data) == 0 { // the layer that the folder lacks, or the encoder
			t.Data = slices.Repeat([]byte{0, 0, 0x80, 0x3f}, int(t.Size()/4))
		}
		if uint64(len(t.Data)) != t.Size() {
			return nil, fmt.Errorf("tensor %s has %d bytes in the folder, want %d", t.Name, len(t.Data), t.Size())
		}
		out = append(out, t)
	}
	return out, nil
}

// turned has rows and columns of a matrix that has them the other way.
func turned(raw []byte, rows, columns int) []byte {
	out := make([]byte, len(raw))
	for r := range rows {
		for c := range columns {
			copy(out[(r*columns+c)*4:], raw[(c*rows+r)*4:][:4])
		}
	}
	return out
}

// parts are those of a folder by their places in it.
func parts(dir string) (map[string]Part, error) {
	read := func(part string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, part, "config.json")) }
	raw, err := read("unet")
	if err != nil {
		return nil, err
	}
	unet, err := network.ParseUNet(raw)
	if err != nil {
		return nil, err
	}
	if raw, err = read("vae"); err != nil {
		return nil, err
	}
	encoder, decoder, err := network.ParseVAE(raw)
	if err != nil {
		return nil, err
	}
	if raw, err = read("text_encoder"); err != nil {
		return nil, err
	}
	text, err := network.ParseText(raw)
	if err != nil {
		return nil, err
	}

	open := text.Config.Activation == "gelu"
	secondRaw, secondErr := read("text_encoder_2")
	parts := map[string]Part{
		"unet": {"model.diffusion_model.", []network.Network{unet}, UNet(&unet.UNetConfig, open || secondErr == nil)},
		"vae":  {"first_stage_model.", []network.Network{decoder, encoder}, VAE(&decoder.VAEConfig)},
	}
	switch {
	case secondErr == nil:
		second, err := network.ParseText(secondRaw)
		if err != nil {
			return nil, err
		}
		second.Pooled = true
		parts["text_encoder"] = Part{"conditioner.embedders.0.transformer.", []network.Network{text}, CLIP(text.Config.Layers)}
		parts["text_encoder_2"] = Part{"conditioner.embedders.1.model.", []network.Network{second}, OpenCLIP(second.Config.Layers, true)}
	case open:
		text.Config.Layers++
		parts["text_encoder"] = Part{"cond_stage_model.model.", []network.Network{text}, OpenCLIP(text.Config.Layers, false)}
	default:
		parts["text_encoder"] = Part{"cond_stage_model.transformer.", []network.Network{text}, CLIP(text.Config.Layers)}
	}
	return parts, nil
}
