// Package inversion reads textual inversions: words that a text encoder was taught
// beside its vocabulary.
//
// Nouns: a vector is what an encoder is given for a token, one row of its table; an
// inversion is a token with the vectors that it stands for, one or several, for
// each encoder of the model.
//
// Promise: a file is read as diffusers and the web UI of AUTOMATIC1111 write them,
// as safetensors only, and refused where its vectors are not as wide as those of
// the encoders. The memory that it takes is bounded.
package inversion

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
)

var (
	// ErrMisfit means that a file is an inversion for another model.
	ErrMisfit = errors.New("the textual inversion doesn't fit the model")
	// ErrFile means that a file is no inversion.
	ErrFile = errors.New("not a usable textual inversion")
)

// usualName is the name that diffusers gives an inversion's file.
const usualName = "learned_embeds.safetensors"

// unnamed is what a file from an address is called on this machine.
const unnamed = "model"

// Limits of an inversion. No more vectors fit between the marks of a text.
const (
	maxVectors = 75
	maxToken   = 256 // bytes
)

// Names of the tensors in files that don't name their token.
const (
	webUI  = "emb_params"
	first  = "clip_l" // of Stable Diffusion XL's encoders
	second = "clip_g"
)

// Inversion is a token and its vectors.
type Inversion struct {
	Token   string
	Vectors [][][]float32 // of each encoder, as many for every one
}

// File is the file that Read reads where a path is one or the folder of one.
func File(path string) (string, error) { return checkpoint.SingleFile(path, usualName) }

// Read reads the file at a path, or in a folder there, for encoders of some
// widths. The token is the name of the file's one tensor, as in diffusers; where
// that says nothing of it, it is the file's name without the ending, as in the web
// UI, and for a file from an address, which has no name of its own, "emb_params".
// The error is ErrMisfit, ErrFile, checkpoint.ErrSafetensors or one of the
// file system.
func Read(path string, widths []int64) (*Inversion, error) {
	path, err := File(path)
	if err != nil {
		return nil, fmt.Errorf("read textual inversion: %w", err)
	}
	file, err := checkpoint.OpenWeightsFile(path)
	if err != nil {
		return nil, fmt.Errorf("read textual inversion: %w", err)
	}
	defer file.Close()

	i, err := read(file, widths, strings.TrimSuffix(filepath.Base(path), ".safetensors"))
	if err != nil {
		return nil, fmt.Errorf("read textual inversion %s: %w", filepath.Base(path), err)
	}
	return i, nil
}

func read(file *checkpoint.Weights, widths []int64, name string) (*Inversion, error) {
	keys, i := file.Names(), &Inversion{Token: name}
	switch {
	case slices.Equal(keys, []string{second, first}):
		keys = []string{first, second}
	case len(keys) != 1:
		return nil, fmt.Errorf("%w: it has %d tensors, want one, or %s and %s for Stable Diffusion XL", ErrFile, len(keys), first, second)
	case keys[0] != webUI || name == unnamed:
		i.Token = keys[0]
	}
	if i.Token == "" || len(i.Token) > maxToken {
		return nil, fmt.Errorf("%w: its token has %d bytes, want 1 to %d", ErrFile, len(i.Token), maxToken)
	}
	if len(keys) != len(widths) {
		return nil, fmt.Errorf("%w: it has vectors for %s, and the model has %s", ErrMisfit, encoders(len(keys)), encoders(len(widths)))
	}

	for e, key := range keys {
		w, _ := file.Get(key)
		vectors, err := vectorsOf(w, widths[e])
		if err != nil {
			return nil, err
		}
		if e > 0 && len(vectors) != len(i.Vectors[0]) {
			return nil, fmt.Errorf("%w: %s has %d vectors and %s has %d", ErrFile, keys[0], len(i.Vectors[0]), key, len(vectors))
		}
		i.Vectors = append(i.Vectors, vectors)
	}
	return i, nil
}

func encoders(n int) string {
	if n == 1 {
		return "one text encoder"
	}
	return fmt.Sprintf("%d text encoders", n)
}

// vectorsOf reads a tensor of one vector or of several.
func vectorsOf(w checkpoint.Weight, width int64) ([][]float32, error) {
	shape := w.Shape
	if len(shape) == 1 {
		shape = []uint64{1, shape[0]}
	}
	switch {
	case !w.Known:
		return nil, fmt.Errorf("%w: %q is in the number format %s, want F32, F16 or BF16", ErrFile, w.Name, w.Format)
	case len(shape) != 2 || shape[0] < 1 || shape[0] > maxVectors:
		return nil, fmt.Errorf("%w: %q has the shape %v, want 1 to %d vectors", ErrFile, w.Name, w.Shape, maxVectors)
	case shape[1] != uint64(width):
		return nil, fmt.Errorf("%w: its vectors %q have %d numbers, and those of the model's text encoder %d", ErrMisfit, w.Name, shape[1], width)
	}

	raw := make([]byte, w.Size())
	if n, err := w.ReadAt(raw, 0); n != len(raw) {
		return nil, fmt.Errorf("read %q: %w", w.Name, err)
	}
	values := checkpoint.DecodeFloats(raw, w.Type)
	for _, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("%w: %q has the number %v", ErrFile, w.Name, v)
		}
	}
	return slices.Collect(slices.Chunk(values, int(width))), nil
}
