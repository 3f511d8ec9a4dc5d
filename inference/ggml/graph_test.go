package ggml_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

const f32 = checkpoint.F32

func compute(t *testing.T, threads int) *ggml.Compute {
	t.Helper()
	c, err := open(t, ggml.Options{}).NewCompute(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// array is a tensor of the reference, in float64.
type array struct {
	shape ggml.Shape
	data  []float64
}

func (a array) at(i, j, k, l int64) float64 {
	return a.data[((l*a.shape[2]+k)*a.shape[1]+j)*a.shape[0]+i]
}

// filled computes every number of an array from its place.
func filled(shape ggml.Shape, f func(i, j, k, l int64) float64) array {
	a := array{shape: shape}
	for l := range shape[3] {
		for k := range shape[2] {
			for j := range shape[1] {
				for i := range shape[0] {
					a.data = append(a.data, f(i, j, k, l))
				}
			}
		}
	}
	return a
}

func random(rng *rand.Rand, sizes ...int64) array {
	return filled(ggml.Dims(sizes...), func(_, _, _, _ int64) float64 { return float64(float32(rng.NormFloat64())) })
}

func (a array) floats() []float32 {
	var out []float32
	for _, v := range a.data {
		out = append(out, float32(v))
	}
	return out
}

// relative is the error's root mean square by that of the numbers.
func relative(got []float32, want []float64) float64 {
	var diff, norm float64
	for i, v := range want {
		diff += (float64(got[i]) - v) * (float64(got[i]) - v)
		norm += v * v
	}
	return math.Sqrt(diff / norm)
}

// run computes a graph of some inputs.
func run(t *testing.T, c *ggml.Compute, build func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor, inputs ...array) ([]float32, ggml.Shape) {
	t.Helper()
	s, err := c.NewStore([]*ggml.Tensor{{Name: "unused", Type: f32, Shape: ggml.Dims(1)}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, err := s.NewGraph()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()

	var in []*ggml.Tensor
	for _, a := range inputs {
		in = append(in, g.Input("input", f32, a.shape))
	}
	out := build(g, in)
	g.Output(out)
	if err := g.Alloc(); err != nil {
		t.Fatal(err)
	}
	for i, a := range inputs {
		if err := g.SetFloats(in[i], a.floats()); err != nil {
			t.Fatal(err)
		}
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := g.Floats(out)
	if err != nil {
		t.Fatal(err)
	}
	return got, out.Shape
}

func TestOperationsComputeWhatTheySay(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := random(rng, 6, 5, 8, 2), random(rng, 6, 5, 8, 2)
	channel, image, kernel := random(rng, 1, 1, 8), random(rng, 7, 9, 4, 2), random(rng, 3, 3, 4, 5)
	a, b := random(rng, 10, 3, 4), random(rng, 10, 6, 8, 2)
	square := random(rng, 6, 6, 3)

	unary := func(a array, f func(x float64) float64) array {
		return filled(a.shape, func(i, j, k, l int64) float64 { return f(a.at(i, j, k, l)) })
	}
	normed := func(a array, eps float64, in func(i, j, k, l, p, q, r, s int64) bool) array {
		return filled(a.shape, func(i, j, k, l int64) float64 {
			var n, mean, square float64
			filled(a.shape, func(p, q, r, s int64) float64 {
				if in(i, j, k, l, p, q, r, s) {
					n++
					mean += a.at(p, q, r, s)
					square += a.at(p, q, r, s) * a.at(p, q, r, s)
				}
				return 0
			})
			mean /= n
			return (a.at(i, j, k, l) - mean) / math.Sqrt(square/n-mean*mean+eps)
		})
	}
	convolved := func(stride, pad int64, shape ggml.Shape) array {
		return filled(shape, func(i, j, o, l int64) float64 {
			var sum float64
			for c := range kernel.shape[2] {
				for q := range kernel.shape[1] {
					for p := range kernel.shape[0] {
						u, v := i*stride+p-pad, j*stride+q-pad
						if u >= 0 && v >= 0 && u < image.shape[0] && v < image.shape[1] {
							sum += kernel.at(p, q, c, o) * image.at(u, v, c, l)
						}
					}
				}
			}
			return sum
		})
	}

	mask := filled(ggml.Dims(6, 6), func(i, j, _, _ int64) float64 {
		if i > j {
			return math.Inf(-1)
		}
		return 0
	})
	softMax := func(seen func(i, j int64) bool) array {
		return filled(square.shape, func(i, j, k, _ int64) float64 {
			var sum float64
			for n := range int64(6) {
				if seen(n, j) {
					sum += math.Exp(square.at(n, j, k, 0) / 2)
				}
			}
			if !seen(i, j) {
				return 0
			}
			return math.Exp(square.at(i, j, k, 0)/2) / sum
		})
	}

	tests := map[string]struct {
		inputs []array
		build  func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor
		want   array
	}{
		"add": {[]array{x, y}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Add(in[0], in[1]) },
			filled(x.shape, func(i, j, k, l int64) float64 { return x.at(i, j, k, l) + y.at(i, j, k, l) })},
		"add to channels": {[]array{x, channel}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Add(in[0], in[1]) },
			filled(x.shape, func(i, j, k, l int64) float64 { return x.at(i, j, k, l) + channel.at(0, 0, k, 0) })},
		"multiply channels": {[]array{x, channel}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Mul(in[0], in[1]) },
			filled(x.shape, func(i, j, k, l int64) float64 { return x.at(i, j, k, l) * channel.at(0, 0, k, 0) })},
		"multiply matrices": {[]array{a, b}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.MatMul(in[0], in[1]) },
			filled(ggml.Dims(3, 6, 8, 2), func(i, j, k, l int64) float64 {
				var sum float64
				for n := range a.shape[0] {
					sum += a.at(n, i, k/2, 0) * b.at(n, j, k, l)
				}
				return sum
			})},
		"silu": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.SiLU(in[0]) },
			unary(x, func(v float64) float64 { return v / (1 + math.Exp(-v)) })},
		"gelu": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.GELU(in[0]) },
			unary(x, func(v float64) float64 { return v / 2 * (1 + math.Erf(v/math.Sqrt2)) })},
		"quick gelu": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.QuickGELU(in[0]) },
			unary(x, func(v float64) float64 { return v / (1 + math.Exp(-1.702*v)) })},
		"scale": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Scale(in[0], -1.5) },
			unary(x, func(v float64) float64 { return -1.5 * v })},
		"geglu": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.GEGLU(in[0]) },
			filled(ggml.Dims(3, 5, 8, 2), func(i, j, k, l int64) float64 {
				gate := x.at(i+3, j, k, l)
				return x.at(i, j, k, l) * gate / 2 * (1 + math.Erf(gate/math.Sqrt2))
			})},
		"norm": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Norm(in[0], 1e-3) },
			normed(x, 1e-3, func(_, j, k, l, _, q, r, s int64) bool { return j == q && k == r && l == s })},
		"group norm": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.GroupNorm(in[0], 4, 1e-3) },
			normed(x, 1e-3, func(_, _, k, l, _, _, r, s int64) bool { return k/2 == r/2 && l == s })},
		"concatenate": {[]array{x, y}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Concat(in[0], in[1], 2) },
			filled(ggml.Dims(6, 5, 16, 2), func(i, j, k, l int64) float64 {
				if k < 8 {
					return x.at(i, j, k, l)
				}
				return y.at(i, j, k-8, l)
			})},
		"reshape": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.Reshape(in[0], ggml.Dims(30, 4, 4))
		},
			array{ggml.Dims(30, 4, 4), x.data}},
		"permute": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.Permute(in[0], f32, [4]int{1, 3, 0, 2})
		}, filled(ggml.Dims(8, 6, 2, 5), func(i, j, k, l int64) float64 { return x.at(j, l, i, k) })},
		"slice": {[]array{x}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Slice(in[0], 1, 2, 3) },
			filled(ggml.Dims(6, 3, 8, 2), func(i, j, k, l int64) float64 { return x.at(i, j+2, k, l) })},
		"soft max": {[]array{square}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.SoftMax(in[0], nil, 0.5)
		}, softMax(func(i, j int64) bool { return true })},
		"masked soft max": {[]array{square, mask}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.SoftMax(in[0], in[1], 0.5)
		}, softMax(func(i, j int64) bool { return i <= j })},
		"convolve": {[]array{kernel, image}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Conv(in[0], in[1], 1, 1) },
			convolved(1, 1, ggml.Dims(7, 9, 5, 2))},
		"convolve by two": {[]array{kernel, image}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Conv(in[0], in[1], 2, 1) },
			convolved(2, 1, ggml.Dims(4, 5, 5, 2))},
		"convolve by patches": {[]array{kernel, image}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.ConvByPatches(in[0], in[1], 2, 1)
		}, convolved(2, 1, ggml.Dims(4, 5, 5, 2))},
		"convolve a padded image": {[]array{kernel, image}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
			return g.Conv(in[0], g.Pad(in[1], 1, 1), 2, 0)
		}, convolved(2, 0, ggml.Dims(3, 4, 5, 2))},
		"resize": {[]array{image}, func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor { return g.Resize(in[0], 13, 18) },
			filled(ggml.Dims(13, 18, 4, 2), func(i, j, k, l int64) float64 { return image.at(i*7/13, j/2, k, l) })},
	}
	c := compute(t, 1)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, shape := run(t, c, tt.build, tt.inputs...)
			if shape != tt.want.shape {
				t.Fatalf("shape = %v, want %v", shape, tt.want.shape)
			}
			if e := relative(got, tt.want.data); e > 1e-6 {
				t.Errorf("relative error %.2g", e)
			}
		})
	}
}

func TestFlashAttentionIsAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	q, k, v := random(rng, 40, 70, 2, 2), random(rng, 40, 90, 2, 2), random(rng, 40, 90, 2, 2)
	same := [4]int{0, 1, 2, 3}
	got, shape := run(t, compute(t, 1), func(g *ggml.Graph, in []*ggml.Tensor) *ggml.Tensor {
		out, ok := g.Flash(in[0], g.Permute(in[1], checkpoint.F16, same), g.Permute(in[2], checkpoint.F16, same), 0.2)
		if !ok {
			t.Error("the device can't do it")
		}
		return out
	}, q, k, v)

	want := filled(ggml.Dims(40, 2, 70, 2), func(i, h, n, l int64) float64 {
		var sum, out float64
		for s := range k.shape[1] {
			var dot float64
			for d := range k.shape[0] {
				dot += q.at(d, n, h, l) * k.at(d, s, h, l)
			}
			sum += math.Exp(dot * 0.2)
			out += math.Exp(dot*0.2) * v.at(i, s, h, l)
		}
		return out / sum
	})
	if e := relative(got, want.data); shape != want.shape || e > 3e-3 {
		t.Errorf("shape %v, relative error %.2g", shape, e)
	}
}

func TestWeightsAndRowsComeFromAStore(t *testing.T) {
	c := compute(t, 1)
	table := random(rand.New(rand.NewPCG(7, 8)), 4, 10)
	s, err := c.NewStore([]*ggml.Tensor{{Name: "table", Type: checkpoint.F16, Shape: table.shape}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var raw []byte
	for _, v := range table.data {
		raw = binary.LittleEndian.AppendUint16(raw, checkpoint.HalfBits(v))
	}
	for i, piece := range slices.Collect(slices.Chunk(raw, 24)) {
		if err := s.Set("table", uint64(24*i), piece); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range []error{s.Set("table", 79, raw[:2]), s.Set("table", 1<<63, raw[:2]), s.Set("chair", 0, raw)} {
		if bad == nil {
			t.Error("bytes outside of a weight were written")
		}
	}

	g, err := s.NewGraph()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	ids := g.Input("ids", ggml.I32, ggml.Dims(3))
	out := g.Rows(g.Weight("table", checkpoint.F16, table.shape), ids)
	g.Output(out)
	if err := g.Alloc(); err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context()); err == nil {
		t.Error("a graph without its input was run")
	}
	if err := g.SetInts(ids, []int32{7, 0, 7}); err != nil {
		t.Fatal(err)
	}
	if err := g.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := g.Floats(out)
	if err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(table.data[28:32], table.data[:4], table.data[28:32])
	if e := relative(got, want); e > 1e-3 {
		t.Errorf("relative error %.2g", e)
	}
}

// The library would end the process on each of these.
func TestShapesThatDontFitAreErrors(t *testing.T) {
	c := compute(t, 1)
	tests := map[string]func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor{
		"add":      func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.Add(in(4, 4), in(3)) },
		"multiply": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.Mul(in(4), in(4, 2)) },
		"matrices": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.MatMul(in(4, 2), in(3, 2)) },
		"batches": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.MatMul(in(4, 2, 2), in(4, 2, 3))
		},
		"rows":  func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.Rows(in(4, 4), in(2)) },
		"geglu": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.GEGLU(in(5)) },
		"groups": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.GroupNorm(in(1, 1, 6), 4, 0)
		},
		"no groups": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.GroupNorm(in(1, 1, 6), 0, 0)
		},
		"concatenate": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.Concat(in(2, 3), in(3, 3), 1)
		},
		"reshape": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.Reshape(in(4), ggml.Dims(5))
		},
		"permute": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.Permute(in(4), f32, [4]int{0, 0, 1, 2})
		},
		"slice": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.Slice(in(4), 0, 2, 3) },
		"channels": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.Conv(in(3, 3, 2, 2), in(8, 8, 3), 1, 1)
		},
		"small": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			return g.Conv(in(3, 3, 2, 2), in(1, 8, 2), 1, 0)
		},
		"pad":  func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return g.Pad(in(4), -1, 0) },
		"huge": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return in(1<<30, 1<<30, 1<<30) },
		"none": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor { return in(0) },
		"flash": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			out, _ := g.Flash(in(4), in(4), in(4), 1)
			return out
		},
		"weight": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			g.Weight("w", f32, ggml.Dims(2))
			return g.Weight("w", f32, ggml.Dims(3))
		},
		"endless": func(g *ggml.Graph, in func(...int64) *ggml.Tensor) *ggml.Tensor {
			x := in(1)
			for range 1 << 15 {
				x = g.Scale(x, 1)
			}
			return x
		},
	}
	for name, build := range tests {
		t.Run(name, func(t *testing.T) {
			draft, err := c.NewDraft()
			if err != nil {
				t.Fatal(err)
			}
			defer draft.Close()
			for _, g := range []*ggml.Graph{draft, ggml.NewSketch()} {
				out := build(g, func(sizes ...int64) *ggml.Tensor {
					s := ggml.Dims(sizes...)
					return g.Input("the input", f32, s)
				})
				g.Output(g.SiLU(g.Add(out, out)))
				if g.Err() == nil {
					t.Error("there is no error")
				}
				if _, err := g.Plan(); err == nil {
					t.Error("it was planned")
				}
			}
		})
	}
}

func TestPlanIsWhatRunsTake(t *testing.T) {
	c := compute(t, 1)
	build := func(g *ggml.Graph) {
		x := g.Input("x", f32, ggml.Dims(64, 48, 8, 2))
		kernel := g.Weight("kernel", f32, ggml.Dims(3, 3, 8, 8))
		for range 4 {
			x = g.Add(g.SiLU(g.Conv(kernel, x, 1, 1)), x)
		}
		g.Weight("unused", f32, ggml.Dims(1000))
		g.Output(x)
	}
	draft, err := c.NewDraft()
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Close()
	build(draft)
	plan, err := draft.Plan()
	if err != nil {
		t.Fatal(err)
	}

	s, err := c.NewStore(draft.Weights())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, err := s.NewGraph()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	build(g)
	if err := g.Alloc(); err != nil {
		t.Fatal(err)
	}
	image := uint64(64 * 48 * 8 * 2 * 4)
	if plan.Weights != 3*3*8*8*4+4000 || plan.Work != g.Work() || plan.Work < 2*image || plan.Work > 3*image+4096 {
		t.Errorf("plan = %+v, taken %d, an image has %d", plan, g.Work(), image)
	}
	if err := draft.Alloc(); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("a draft was allocated: %v", err)
	}

	if c.Held() != plan || c.Peak() != plan.Total() {
		t.Errorf("%+v are held and %d were, want %+v", c.Held(), c.Peak(), plan)
	}
	g.Close()
	s.Close()
	s.Close() // does nothing
	if c.Held() != (ggml.Memory{}) || c.Peak() != plan.Total() {
		t.Errorf("%+v are held and %d were after the end", c.Held(), c.Peak())
	}
}

func TestWhatHasNoRoomIsSaidSo(t *testing.T) {
	c := compute(t, 1)
	const count = 64
	vast := ggml.Dims(1<<20, 1<<20) // 4 TB; all together they are more than a process has addresses for
	var weights []*ggml.Tensor
	for i := range count {
		weights = append(weights, &ggml.Tensor{Name: fmt.Sprint(i), Type: f32, Shape: vast})
	}
	if _, err := c.NewStore(weights); !errors.Is(err, ggml.ErrNoMemory) {
		t.Errorf("weights of 256 TB: %v", err)
	}

	s, err := c.NewStore([]*ggml.Tensor{{Name: "small", Type: f32, Shape: ggml.Dims(1 << 20)}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, err := s.NewGraph()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	x := g.Add(g.Input("x", f32, vast), g.Weight("small", f32, ggml.Dims(1<<20)))
	for i := range count {
		x = g.Add(x, g.Input(fmt.Sprint(i), f32, vast))
	}
	g.Output(x)
	if err := g.Alloc(); !errors.Is(err, ggml.ErrNoMemory) {
		t.Errorf("a graph of 256 TB: %v", err)
	}
	if c.Held() != (ggml.Memory{Weights: 4 << 20}) {
		t.Errorf("%+v are held, want 4 MB of weights", c.Held())
	}
}

func TestARunStopsWhenItsContextEnds(t *testing.T) {
	c := compute(t, 1)
	s, err := c.NewStore([]*ggml.Tensor{{Name: "kernel", Type: f32, Shape: ggml.Dims(3, 3, 64, 64)}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	g, err := s.NewGraph()
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	x := g.Input("x", f32, ggml.Dims(64, 64, 64))
	y := x
	for range 2000 {
		y = g.Conv(g.Weight("kernel", f32, ggml.Dims(3, 3, 64, 64)), y, 1, 1)
	}
	g.Output(y)
	if err := g.Alloc(); err != nil {
		t.Fatal(err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for range 2 { // once on the way, once before
		if err := g.SetFloats(x, make([]float32, 64*64*64)); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if err := g.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error = %v", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("it stopped after %v", took)
		}
	}
}

func TestMultiplyAddsAreCounted(t *testing.T) {
	g := ggml.NewSketch()
	g.MatMul(g.Weight("w", f32, ggml.Dims(3, 5)), g.Input("x", f32, ggml.Dims(3, 7, 2)))
	if got, want := g.MultiplyAdds(), int64(3*5*7*2); got != want {
		t.Errorf("matrices take %d, want %d", got, want)
	}

	kernel, image := g.Weight("k", f32, ggml.Dims(3, 3, 4, 6)), g.Input("i", f32, ggml.Dims(8, 10, 4, 2))
	before, each := g.MultiplyAdds(), int64(3*3*4*6*8*10*2)
	g.Conv(kernel, image, 1, 1)
	g.ConvByPatches(kernel, image, 1, 1)
	g.Conv(kernel, image, 2, 1)
	if got, want := g.MultiplyAdds()-before, 2*each+each/4; got != want {
		t.Errorf("convolutions take %d, want %d", got, want)
	}

	before = g.MultiplyAdds()
	kv := ggml.Dims(16, 9, 2)
	g.Flash(g.Input("q", f32, ggml.Dims(16, 11, 2)), g.Input("k", checkpoint.F16, kv), g.Input("v", checkpoint.F16, kv), 1)
	if got, want := g.MultiplyAdds()-before, int64(2*16*9*11*2); got != want {
		t.Errorf("attention takes %d, want %d", got, want)
	}
	if err := g.Err(); err != nil {
		t.Error(err)
	}
}
