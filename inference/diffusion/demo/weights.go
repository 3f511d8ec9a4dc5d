package demo

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

// weights are a network's tensors by name. All numbers are 0 until they are set,
// but the factors of norms, which are 1.
type weights struct {
	tensors map[string]*tensor
	err     error // the first number that has no place
}

// tensor is a weight without its dimensions of 1. The last one is the fastest.
type tensor struct {
	shape []int64
	data  []float64
}

func newWeights(n network.Network) (*weights, error) {
	list, err := network.Weights(n, network.Options{Number: checkpoint.F16})
	if err != nil {
		return nil, err
	}
	w := &weights{tensors: map[string]*tensor{}}
	for _, t := range list {
		w.tensors[t.Name] = newTensor(t)
	}
	return w, nil
}

func newTensor(t *ggml.Tensor) *tensor {
	own := &tensor{data: make([]float64, t.Shape.Elements())}
	for _, d := range slices.Backward(t.Shape[:]) {
		if d != 1 {
			own.shape = append(own.shape, d)
		}
	}
	if len(own.shape) == 1 && strings.HasSuffix(t.Name, ".weight") {
		for i := range own.data {
			own.data[i] = 1
		}
	}
	return own
}

// set sets the number of an output, an input and, in a kernel, a row and a
// column.
func (w *weights) set(name string, v float64, at ...int) {
	t, ok := w.tensors[name]
	if !ok {
		w.fail("the network has no tensor %q", name)
		return
	}
	offset, ok := t.offset(at)
	if !ok {
		w.fail("the tensor %q of %v has no number %v", name, t.shape, at)
		return
	}
	t.data[offset] = v
}

func (w *weights) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (t *tensor) offset(at []int) (int, bool) {
	if len(at) != len(t.shape) {
		return 0, false
	}
	offset := 0
	for i, d := range t.shape {
		if at[i] < 0 || int64(at[i]) >= d {
			return 0, false
		}
		offset = offset*int(d) + at[i]
	}
	return offset, true
}

// kernel sets a kernel of 3×3 points between two channels to the product of a
// column and a row.
func (w *weights) kernel(name string, out, in int, gain float64, column, row [3]float64) {
	for y := range column {
		for x := range row {
			w.set(name, gain*column[y]*row[x], out, in, y, x)
		}
	}
}

// file is the weights as a file of safetensors in half floats, in the order of
// their names.
func (w *weights) file() ([]byte, error) {
	if w.err != nil {
		return nil, w.err
	}
	type entry struct {
		Format  string  `json:"dtype"`
		Shape   []int64 `json:"shape"`
		Offsets [2]int  `json:"data_offsets"`
	}
	table := map[string]entry{}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(w.tensors)) {
		t, start := w.tensors[name], len(data)
		for _, v := range t.data {
			data = binary.LittleEndian.AppendUint16(data, checkpoint.HalfBits(v))
		}
		shape := t.shape
		if strings.Contains(name, "conv") && len(shape) == 2 { // a kernel of one point
			shape = append(slices.Clone(shape), 1, 1)
		}
		table[name] = entry{"F16", shape, [2]int{start, len(data)}}
	}

	header, err := json.Marshal(table) // sorts by name
	if err != nil {
		return nil, err
	}
	for len(header)%8 != 0 { // so that the numbers are aligned
		header = append(header, ' ')
	}
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...), nil
}

// random makes pseudo-random numbers, always the same of a seed.
type random struct{ source *rand.PCG }

func newRandom(seed uint64) random { return random{rand.NewPCG(seed, 0)} }

// sign is 1 or -1.
func (r random) sign() float64 {
	if r.source.Uint64()>>63 == 0 {
		return -1
	}
	return 1
}

// uniform is from -1 to below 1, in steps of a 256th.
func (r random) uniform() float64 { return float64(r.source.Uint64()>>55)/256 - 1 }
