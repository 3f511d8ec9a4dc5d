package network_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

// tensor is a weight, slowest dimension first.
type tensor struct {
	shape []int
	data  []float64
}

// reference computes networks in float64, written from their definition and
// from the tensors' names in their repositories. It makes up a weight when it
// first asks for it, and shares no code with the package.
type reference struct {
	rng     *rand.Rand
	tensors map[string]tensor
	order   []string
	beside  map[string]lowRank // nil if no layer has a branch beside it
}

func newReference(seed uint64) *reference {
	return &reference{rng: rand.New(rand.NewPCG(seed, 20261126)), tensors: map[string]tensor{}}
}

func (r *reference) get(name string, mean, deviation float64, shape ...int) []float64 {
	if t, ok := r.tensors[name]; ok {
		if !slices.Equal(t.shape, shape) {
			panic(fmt.Sprintf("%s is asked for as %v and %v", name, t.shape, shape))
		}
		return t.data
	}
	n := 1
	for _, d := range shape {
		n *= d
	}
	t := tensor{shape: shape}
	for range n {
		t.data = append(t.data, float64(float32(mean+deviation*r.rng.NormFloat64())))
	}
	r.tensors[name] = t
	r.order = append(r.order, name)
	return t.data
}

// normal are made-up inputs.
func (r *reference) normal(n int) []float64 {
	var out []float64
	for range n {
		out = append(out, float64(float32(r.rng.NormFloat64())))
	}
	return out
}

// write stores all weights in the way of safetensors.
func (r *reference) write(t testing.TB, path string) {
	t.Helper()
	table, size := map[string]any{}, 0
	for _, name := range r.order {
		n := 4 * len(r.tensors[name].data)
		table[name] = map[string]any{"dtype": "F32", "shape": r.tensors[name].shape, "data_offsets": []int{size, size + n}}
		size += n
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	for _, name := range r.order {
		for _, v := range r.tensors[name].data {
			file = binary.LittleEndian.AppendUint32(file, math.Float32bits(float32(v)))
		}
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// rows are vectors, one after the other.
type rows [][]float64

func each(x rows, f func(v []float64) []float64) rows {
	out := make(rows, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

func sum(a, b []float64) []float64 {
	out := make([]float64, len(a))
	for i := range a {
		out[i] = a[i] + b[i]
	}
	return out
}

func sumRows(a, b rows) rows {
	out := make(rows, len(a))
	for i := range a {
		out[i] = sum(a[i], b[i])
	}
	return out
}

func apply(x []float64, f func(float64) float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = f(v)
	}
	return out
}

func silu(x float64) float64      { return x / (1 + math.Exp(-x)) }
func gelu(x float64) float64      { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }
func quickGELU(x float64) float64 { return x / (1 + math.Exp(-1.702*x)) }

func (r *reference) linear(name string, x []float64, out int, bias bool) []float64 {
	w := r.get(name+".weight", 0, 1/math.Sqrt(float64(len(x))), out, len(x))
	y := make([]float64, out)
	for o := range y {
		for i, v := range x {
			y[o] += w[o*len(x)+i] * v
		}
	}
	if bias {
		y = sum(y, r.get(name+".bias", 0, 0.1, out))
	}
	return r.withBranch(name, x, y)
}

func (r *reference) layerNorm(name string, x []float64, eps float64) []float64 {
	w, b := r.get(name+".weight", 1, 0.1, len(x)), r.get(name+".bias", 0, 0.1, len(x))
	x = normalized(x, eps)
	for i := range x {
		x[i] = x[i]*w[i] + b[i]
	}
	return x
}

func normalized(x []float64, eps float64) []float64 {
	var mean, square float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	return apply(x, func(v float64) float64 { return (v - mean) / math.Sqrt(square+eps) })
}

// picture is one image, a channel after the other, each from its first line.
type picture struct {
	channels, height, width int
	data                    []float64
}

func (p picture) at(c, y, x int) float64 {
	if y < 0 || x < 0 || y >= p.height || x >= p.width {
		return 0
	}
	return p.data[(c*p.height+y)*p.width+x]
}

// conv reads in of the kernel's columns and lines to the left of a point, and
// makes a picture of the given size.
func (r *reference) conv(name string, p picture, out, size, stride, pad, height, width int) picture {
	fan := float64(p.channels * size * size)
	w := r.get(name+".weight", 0, 1/math.Sqrt(fan), out, p.channels, size, size)
	b := r.get(name+".bias", 0, 0.1, out)
	q := picture{out, height, width, make([]float64, out*height*width)}
	for o := range out {
		for y := range height {
			for x := range width {
				v := b[o]
				for c := range p.channels {
					for i := range size {
						for j := range size {
							v += w[((o*p.channels+c)*size+i)*size+j] * p.at(c, y*stride+i-pad, x*stride+j-pad)
						}
					}
				}
				q.data[(o*height+y)*width+x] = v
			}
		}
	}
	return r.withKernelBranch(name, p, q, size, stride, pad)
}

// conv3 is the usual convolution, which keeps the size.
func (r *reference) conv3(name string, p picture, out int) picture {
	return r.conv(name, p, out, 3, 1, 1, p.height, p.width)
}

func (r *reference) conv1(name string, p picture, out int) picture {
	return r.conv(name, p, out, 1, 1, 0, p.height, p.width)
}

func (r *reference) groupNorm(name string, p picture, groups int, eps float64) picture {
	w, b := r.get(name+".weight", 1, 0.1, p.channels), r.get(name+".bias", 0, 0.1, p.channels)
	q := p
	q.data = nil
	for group := range slices.Chunk(p.data, len(p.data)/groups) {
		q.data = append(q.data, normalized(group, eps)...)
	}
	for i := range q.data {
		c := i / (p.height * p.width)
		q.data[i] = q.data[i]*w[c] + b[c]
	}
	return q
}

func (p picture) apply(f func(float64) float64) picture {
	p.data = apply(p.data, f)
	return p
}

func (p picture) plus(q picture) picture {
	p.data = sum(p.data, q.data)
	return p
}

// resnet is a residual block; time is nil in the autoencoder.
func (r *reference) resnet(name string, p picture, time []float64, out, groups int, eps float64) picture {
	h := r.conv3(name+".conv1", r.groupNorm(name+".norm1", p, groups, eps).apply(silu), out)
	if time != nil {
		shift := r.linear(name+".time_emb_proj", apply(time, silu), out, true)
		for i := range h.data {
			h.data[i] += shift[i/(h.height*h.width)]
		}
	}
	h = r.conv3(name+".conv2", r.groupNorm(name+".norm2", h, groups, eps).apply(silu), out)
	if p.channels != out {
		p = r.conv1(name+".conv_shortcut", p, out)
	}
	return p.plus(h)
}

func (p picture) points() rows {
	out := make(rows, p.height*p.width)
	for i := range out {
		for c := range p.channels {
			out[i] = append(out[i], p.data[c*len(out)+i])
		}
	}
	return out
}

func (x rows) picture(height, width int) picture {
	p := picture{len(x[0]), height, width, nil}
	for c := range p.channels {
		for _, v := range x {
			p.data = append(p.data, v[c])
		}
	}
	return p
}

// double repeats points up to a size.
func (p picture) resized(height, width int) picture {
	q := picture{p.channels, height, width, nil}
	for c := range p.channels {
		for y := range height {
			for x := range width {
				q.data = append(q.data, p.at(c, y*p.height/height, x*p.width/width))
			}
		}
	}
	return q
}

// joined puts the channels of q behind those of p.
func (p picture) joined(q picture) picture {
	p.channels += q.channels
	p.data = slices.Concat(p.data, q.data)
	return p
}

// attend mixes v by the likeness of q and k, where a row sees another; nil is
// everywhere.
func attend(q, k, v rows, heads int, sees func(i, j int) bool) rows {
	size := len(q[0]) / heads
	out := make(rows, len(q))
	for i := range q {
		out[i] = make([]float64, len(q[i]))
		for h := range heads {
			var total float64
			shares := make([]float64, len(k))
			for j := range k {
				if sees != nil && !sees(i, j) {
					continue
				}
				var dot float64
				for n := h * size; n < (h+1)*size; n++ {
					dot += q[i][n] * k[j][n]
				}
				shares[j] = math.Exp(dot / math.Sqrt(float64(size)))
				total += shares[j]
			}
			for j := range k {
				for n := h * size; n < (h+1)*size; n++ {
					out[i][n] += shares[j] / total * v[j][n]
				}
			}
		}
	}
	return out
}

// library opens the real library once a test.
func newCompute(t testing.TB, threads int) *ggml.Compute {
	t.Helper()
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.NewCompute(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// engine is a network of the package over the reference's weights.
func (r *reference) engine(t testing.TB, file string, n network.Network, opts network.Options, s network.Size, threads int) *network.Run {
	t.Helper()
	return r.changedEngine(t, file, n, opts, s, threads, nil)
}

// changedEngine is one whose weights are changed while they are loaded.
func (r *reference) changedEngine(t testing.TB, file string, n network.Network, opts network.Options, s network.Size, threads int, change network.Change) *network.Run {
	t.Helper()
	dir := t.TempDir()
	r.write(t, filepath.Join(dir, file))
	f, err := network.OpenFolder(dir, "", n, opts)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := newCompute(t, threads)
	store, err := f.LoadChanged(t.Context(), c, change)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	run, err := network.Prepare(store, n, opts, s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Close)
	return run
}

func floats(values ...[]float64) []float32 {
	var out []float32
	for _, v := range slices.Concat(values...) {
		out = append(out, float32(v))
	}
	return out
}

// relative is the root mean square of the error by that of the numbers.
func relative(t testing.TB, got []float32, want []float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d numbers, want %d", len(got), len(want))
	}
	var diff, norm float64
	for i, v := range want {
		diff += (float64(got[i]) - v) * (float64(got[i]) - v)
		norm += v * v
	}
	if norm == 0 {
		t.Fatal("the reference is zero")
	}
	return math.Sqrt(diff / norm)
}

var exact = network.Options{Number: checkpoint.F32}
