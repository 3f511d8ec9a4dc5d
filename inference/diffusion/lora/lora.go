package lora

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

var (
	// ErrMisfit means that a file is a LoRA of another base model.
	ErrMisfit = errors.New("the LoRA doesn't fit the model")
	// ErrFile means that a file is no LoRA, or a damaged one.
	ErrFile = errors.New("not a usable LoRA")
	// ErrUnsupported means that a file is of a kind that isn't done.
	ErrUnsupported = errors.New("not supported")
)

// usualName is the name that diffusers gives a LoRA's file.
const usualName = "pytorch_lora_weights.safetensors"

// maxRank bounds a branch: files in use have up to 512, and no matrix of a model
// has more rows than this.
const maxRank = 1 << 11

// Part is a network that may be changed.
type Part struct {
	Name    string              // UNet, Text or TextTwo
	Weights []*ggml.Tensor      // all that it has
	UNet    *network.UNetConfig // nil of text encoders
}

// LoRA is a file whose branches fit. Close it to close the file.
type LoRA struct {
	file     *checkpoint.Weights
	branches map[string]map[string]*branch // by part and weight
}

// branch is what a file has for one weight.
type branch struct {
	key      string // the layer, as the file names it
	weight   *ggml.Tensor
	down, up checkpoint.Weight
	alpha    float64 // NaN if the file has none, which makes it the rank
}

// File is the file that Open reads where a path is one or the folder of one.
func File(path string) (string, error) { return checkpoint.SingleFile(path, usualName) }

// Open reads the file at a path, or in a folder there, and matches it with the
// parts of a model. The error is ErrMisfit, ErrFile, ErrUnsupported or one of the
// file system.
func Open(path string, parts []Part) (*LoRA, error) {
	path, err := File(path)
	if err != nil {
		return nil, fmt.Errorf("open LoRA: %w", err)
	}
	file, err := checkpoint.OpenWeightsFile(path)
	if err != nil {
		return nil, fmt.Errorf("open LoRA: %w", err)
	}
	l := &LoRA{file, map[string]map[string]*branch{}}
	if err := l.match(parts); err != nil {
		l.Close()
		return nil, fmt.Errorf("open LoRA %s: %w", filepath.Base(path), err)
	}
	return l, nil
}

// Close closes the file.
func (l *LoRA) Close() { l.file.Close() }

// match gives every key its branch, and every branch its weight.
func (l *LoRA) match(parts []Part) error {
	found, err := l.layers()
	if err != nil {
		return err
	}
	table := namesOf(parts)
	weights := map[string]*ggml.Tensor{}
	for _, p := range parts {
		for _, w := range p.Weights {
			weights[p.Name+" "+w.Name] = w
		}
	}

	for _, b := range found {
		part, name := table.find(b.key)
		if name == "" {
			return misfit(found, parts, fmt.Sprintf("its key %q names no layer of the model's %s", b.key, part))
		}
		b.weight = weights[part+" "+name]
		if problem := b.check(); problem != "" {
			return misfit(found, parts, problem)
		}
		if l.branches[part] == nil {
			l.branches[part] = map[string]*branch{}
		}
		if other, twice := l.branches[part][name]; twice {
			return fmt.Errorf("%w: %q and %q change the same layer", ErrFile, other.key, b.key)
		}
		l.branches[part][name] = b
	}
	return nil
}

// layers gathers the keys of each layer, in alphabetical order.
func (l *LoRA) layers() ([]*branch, error) {
	byKey := map[string]*branch{}
	var list []*branch
	for _, key := range l.file.Names() {
		if kind := otherKind(key); kind != "" {
			return nil, fmt.Errorf("%w: the key %q is of %s; this program does LoRA and LoCon of two matrices", ErrUnsupported, key, kind)
		}
		layer, half := parseKey(key)
		if half == none {
			return nil, fmt.Errorf("%w: the key %q is none of a LoRA", ErrFile, key)
		}
		b := byKey[layer]
		if b == nil {
			b = &branch{key: layer, alpha: math.NaN()}
			byKey[layer] = b
			list = append(list, b)
		}
		if err := b.take(half, l.file, key); err != nil {
			return nil, err
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%w: the file has no tensors", ErrFile)
	}
	for _, b := range list {
		if b.down.Name == "" || b.up.Name == "" {
			return nil, fmt.Errorf("%w: %q has not both of its matrices, down and up", ErrFile, b.key)
		}
	}
	return list, nil
}

// take keeps a key's tensor.
func (b *branch) take(h half, file *checkpoint.Weights, key string) error {
	w, _ := file.Get(key)
	if h == alpha {
		value, err := scalar(w)
		b.alpha = value
		return err
	}
	place := &b.down
	if h == up {
		place = &b.up
	}
	switch {
	case place.Name != "":
		return fmt.Errorf("%w: %q and %q are the same matrix", ErrFile, place.Name, key)
	case !w.Known:
		return fmt.Errorf("%w: %q is in the number format %s, want F32, F16 or BF16", ErrUnsupported, key, w.Format)
	}
	*place = w
	return nil
}

// scalar reads a tensor of one finite number.
func scalar(w checkpoint.Weight) (float64, error) {
	raw := make([]byte, 8)
	if w.Size() > int64(len(raw)) {
		return 0, fmt.Errorf("%w: %q has the shape %v, want one number", ErrFile, w.Name, w.Shape)
	}
	raw = raw[:w.Size()]
	if n, err := w.ReadAt(raw, 0); n != len(raw) {
		return 0, fmt.Errorf("read %s: %w", w.Name, err)
	}

	var value float64
	switch {
	case w.Known && uint64(len(raw)) == checkpoint.FloatBytes(w.Type):
		value = float64(checkpoint.DecodeFloats(raw, w.Type)[0])
	case w.Format == "F64" && len(raw) == 8:
		value = math.Float64frombits(binary.LittleEndian.Uint64(raw))
	case w.Format == "I64" && len(raw) == 8:
		value = float64(int64(binary.LittleEndian.Uint64(raw)))
	case w.Format == "I32" && len(raw) == 4:
		value = float64(int32(binary.LittleEndian.Uint32(raw)))
	default:
		return 0, fmt.Errorf("%w: %q is %v numbers in %s, want one number", ErrFile, w.Name, w.Shape, w.Format)
	}
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, fmt.Errorf("%w: %q is %v", ErrFile, w.Name, value)
	}
	return value, nil
}

// sizes are a weight's: how many rows and, slowest first, what a row is.
func sizes(w *ggml.Tensor) (rows int64, row []int64) {
	s := w.Shape
	if s[2]*s[3] == 1 {
		return s[1], []int64{s[0]}
	}
	return s[3], []int64{s[2], s[1], s[0]}
}

// check says what is wrong with the shapes, and nothing if they fit.
func (b *branch) check() string {
	rows, row := sizes(b.weight)
	if rows < 2 {
		return fmt.Sprintf("its key %q changes %s, which is no matrix", b.key, b.weight.Name)
	}
	rank := uint64(0)
	if len(b.down.Shape) > 0 {
		rank = b.down.Shape[0]
	}
	if rank < 1 || rank > maxRank {
		return fmt.Sprintf("its key %q has the shape %v, want a rank of 1 to %d and %v", b.down.Name, b.down.Shape, maxRank, row)
	}
	if want := append([]int64{int64(rank)}, row...); !same(b.down.Shape, want) {
		return fmt.Sprintf("its key %q has the shape %v, and the model's %s wants %v", b.down.Name, b.down.Shape, b.weight.Name, want)
	}
	if want := []int64{rows, int64(rank)}; !same(b.up.Shape, want) {
		return fmt.Sprintf("its key %q has the shape %v, and the model's %s wants %v", b.up.Name, b.up.Shape, b.weight.Name, want)
	}
	return ""
}

// same compares shapes but for sizes of 1 after the second: a matrix may be stored
// as a kernel of one point.
func same(got []uint64, want []int64) bool {
	for len(got) > 2 && got[len(got)-1] == 1 {
		got = got[:len(got)-1]
	}
	for len(want) > 2 && want[len(want)-1] == 1 {
		want = want[:len(want)-1]
	}
	return slices.EqualFunc(got, want, func(a uint64, b int64) bool { return b >= 0 && a == uint64(b) })
}

// misfit is the error for a file that is right and for another model, and says for
// which where that can be told.
func misfit(found []*branch, parts []Part, problem string) error {
	made, own := madeFor(found), baseOf(parts)
	if made == "" || own == "" || made == own {
		return fmt.Errorf("%w: %s", ErrMisfit, problem)
	}
	return fmt.Errorf("%w: it was made for %s, and the model is %s: %s", ErrMisfit, made, own, problem)
}

// madeFor tells a file's base model by the text that its UNet sees, or by a second
// text encoder.
func madeFor(found []*branch) string {
	for _, b := range found {
		if plain := strings.ReplaceAll(b.key, ".", "_"); strings.Contains(plain, "attn2_to_k") || strings.Contains(plain, "attn2_processor_to_k") {
			if shape := b.down.Shape; len(shape) > 1 {
				return family(int64(min(shape[1], math.MaxInt64)))
			}
		}
	}
	for _, b := range found {
		if strings.HasPrefix(b.key, "lora_te2_") || strings.HasPrefix(b.key, TextTwo) {
			return family(2048)
		}
	}
	return ""
}

func baseOf(parts []Part) string {
	for _, p := range parts {
		if p.UNet != nil {
			return family(p.UNet.Context)
		}
	}
	return ""
}

// Change is what the LoRA adds to a part's weights, times a weight of its own. So
// many threads compute it, which changes no bit.
func (l *LoRA) Change(part string, weight float64, threads int) network.Change {
	return func(name string) (network.Addition, error) {
		b := l.branches[part][name]
		if b == nil {
			return nil, nil
		}
		p, err := b.product(weight, threads)
		if err != nil {
			return nil, err
		}
		return p.add, nil
	}
}

// product reads the matrices.
func (b *branch) product(weight float64, threads int) (*product, error) {
	rank := int(b.down.Shape[0])
	down, err := read(b.down)
	if err != nil {
		return nil, err
	}
	up, err := read(b.up)
	if err != nil {
		return nil, err
	}

	scale := weight
	if !math.IsNaN(b.alpha) {
		scale = float64(weight*b.alpha) / float64(rank)
	}
	return newProduct(up, down, rank, scale, threads), nil
}

// read reads a whole matrix.
func read(w checkpoint.Weight) ([]float32, error) {
	raw := make([]byte, w.Size())
	if n, err := w.ReadAt(raw, 0); n != len(raw) {
		return nil, fmt.Errorf("read %s: %w; the file was changed", w.Name, err)
	}
	return checkpoint.DecodeFloats(raw, w.Type), nil
}
