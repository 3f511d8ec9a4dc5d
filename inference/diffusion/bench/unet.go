package bench

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/noise"
	"helium/inference/ggml"
)

// stableDiffusion1 is the config of its UNet, where that differs from the
// defaults.
const stableDiffusion1 = `{"_class_name":"UNet2DConditionModel","cross_attention_dim":768}`

// UNetOptions say what is timed: a UNet with random weights.
type UNetOptions struct {
	Package ggml.Package
	Variant string // build of the library; "" is the best
	Config  string // config.json of the UNet; "" is that of Stable Diffusion 1
	Side    int64  // of the latents
	Count   int64  // of images at once; guidance takes two
	Rounds  int
	// OnRound, which may be nil, is told of every round that is done.
	OnRound func(done, total int)
}

// RunUNet times evaluations of a UNet on one thread, and between them products of
// matrices as the UNet has them, in F32 and in F16.
func RunUNet(ctx context.Context, o UNetOptions) (*UNetReport, error) {
	r, err := runUNet(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("time the UNet: %w", err)
	}
	return r, nil
}

func runUNet(ctx context.Context, o UNetOptions) (*UNetReport, error) {
	if o.Side < 1 || o.Count < 1 || o.Rounds < 1 {
		return nil, fmt.Errorf("side %d, images %d and rounds %d must be at least 1", o.Side, o.Count, o.Rounds)
	}
	if o.Config == "" {
		o.Config = stableDiffusion1
	}
	unet, err := network.ParseUNet([]byte(o.Config))
	if err != nil {
		return nil, err
	}
	lib, err := ggml.Open(ggml.Options{Package: o.Package, Variant: o.Variant})
	if err != nil {
		return nil, err
	}
	compute, err := lib.NewCompute(1)
	if err != nil {
		return nil, err
	}
	defer compute.Close()

	r := &UNetReport{Runtime: lib.Runtime(), Side: o.Side, Count: o.Count, Clock: clockName}
	for i, number := range []checkpoint.TensorType{checkpoint.F32, checkpoint.F16} {
		onRound := func(done int) {
			if o.OnRound != nil {
				o.OnRound(i*o.Rounds+done, 2*o.Rounds)
			}
		}
		f, err := o.time(ctx, compute, unet, network.Options{Number: number}, onRound)
		if err != nil {
			return nil, err
		}
		r.Figures = append(r.Figures, f)
	}
	return r, nil
}

// time measures in one number format.
func (o UNetOptions) time(ctx context.Context, c *ggml.Compute, unet *network.UNet, opts network.Options, onRound func(done int)) (UNetFigure, error) {
	size := network.Size{Width: o.Side, Height: o.Side, Count: o.Count, Tokens: 77}
	f := UNetFigure{Number: numberName(opts.Number), Seconds: math.Inf(1)}
	var err error
	if f.MultiplyAdds, err = network.MultiplyAdds(unet, opts, size); err != nil {
		return f, err
	}
	if f.BuildSeconds, f.Memory, err = planned(c, unet, opts, size); err != nil {
		return f, err
	}

	weights, err := network.Weights(unet, opts)
	if err != nil {
		return f, err
	}
	store, err := randomStore(c, weights)
	if err != nil {
		return f, err
	}
	defer store.Close()
	run, err := network.Prepare(store, unet, opts, size)
	if err != nil {
		return f, err
	}
	defer run.Close()
	probe, err := newProbe(c, opts.Number)
	if err != nil {
		return f, err
	}
	defer probe.close()

	for round := range o.Rounds {
		rate, err := probe.rate(ctx)
		if err != nil {
			return f, err
		}
		f.Rate = max(f.Rate, rate)
		in := inputs(unet, size)
		begin := clock()
		if _, err := run.Do(ctx, in, nil); err != nil {
			return f, err
		}
		f.Seconds = min(f.Seconds, clock()-begin)
		onRound(round + 1)
	}
	f.FloorSeconds = float64(f.MultiplyAdds) / f.Rate
	f.Ratio = f.Seconds / f.FloorSeconds
	return f, nil
}

// planned is the shortest time of building a graph and planning its memory.
func planned(c *ggml.Compute, unet *network.UNet, opts network.Options, size network.Size) (float64, ggml.Memory, error) {
	shortest, memory := math.Inf(1), ggml.Memory{}
	for range 5 {
		begin := time.Now()
		var err error
		if memory, err = network.Plan(c, unet, opts, size); err != nil {
			return 0, memory, err
		}
		shortest = min(shortest, time.Since(begin).Seconds())
	}
	return shortest, memory, nil
}

// inputs are some of a step.
func inputs(unet *network.UNet, size network.Size) map[string][]float32 {
	sample := make([]float32, size.Width*size.Height*unet.InChannels*size.Count)
	context := make([]float32, unet.Context*size.Tokens*size.Count)
	noise.Stream{Seed: 1}.Fill(sample)
	noise.Stream{Seed: 2}.Fill(context)
	return map[string][]float32{"sample": sample, "context": context, "time": unet.Time(500, int(size.Count))}
}

// randomStore holds weights that keep the size of what goes through a layer. One
// block of random numbers serves all of them.
func randomStore(c *ggml.Compute, weights []*ggml.Tensor) (*ggml.Store, error) {
	store, err := c.NewStore(weights)
	if err != nil {
		return nil, err
	}
	random := randoms(1 << 20)
	for _, w := range weights {
		if err := fill(store, w, random); err != nil {
			store.Close()
			return nil, err
		}
	}
	return store, nil
}

// randoms are so many numbers, of which no more than a block are different.
func randoms(count int64) []float32 {
	const block = 1 << 20
	out := make([]float32, count)
	noise.Stream{Seed: 3}.Fill(out[:min(count, block)])
	for done := int64(block); done < count; done *= 2 {
		copy(out[done:], out[:done])
	}
	return out
}

func fill(store *ggml.Store, w *ggml.Tensor, random []float32) error {
	rows := max(w.Shape[1], w.Shape[3])
	scale := float32(math.Sqrt(float64(rows) / float64(w.Shape.Elements())))
	scaled := slices.Clone(random[:min(w.Shape.Elements(), int64(len(random)))])
	for i := range scaled {
		scaled[i] *= scale
	}
	raw := checkpoint.EncodeFloats(scaled, w.Type, 0)
	for at := int64(0); at < w.Bytes(); at += int64(len(raw)) {
		if err := store.Set(w.Name, uint64(at), raw[:min(int64(len(raw)), w.Bytes()-at)]); err != nil {
			return err
		}
	}
	return nil
}

// probe is products of matrices of the sizes that most of a UNet's work has.
type probe struct {
	store    *ggml.Store
	products []product
}

// product is of a weight {length, rows} with so many columns.
type product struct {
	length, rows, columns int64
	graph                 *ggml.Graph
	in                    *ggml.Tensor
}

func newProbe(c *ggml.Compute, number checkpoint.TensorType) (*probe, error) {
	p := &probe{products: []product{
		{length: 2880, rows: 320, columns: 4096},  // a convolution of the first level
		{length: 320, rows: 2560, columns: 4096},  // a transformer's wide layer there
		{length: 5760, rows: 640, columns: 1024},  // of the second
		{length: 11520, rows: 1280, columns: 256}, // and of the third
	}}
	var weights []*ggml.Tensor
	for i, m := range p.products {
		weights = append(weights, &ggml.Tensor{Name: fmt.Sprint(i), Type: number, Shape: ggml.Dims(m.length, m.rows)})
	}
	var err error
	if p.store, err = randomStore(c, weights); err != nil {
		return nil, err
	}
	for i, w := range weights {
		if err := p.products[i].build(p.store, w); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

func (m *product) build(store *ggml.Store, w *ggml.Tensor) (err error) {
	if m.graph, err = store.NewGraph(); err != nil {
		return err
	}
	m.in = m.graph.Input("columns", checkpoint.F32, ggml.Dims(m.length, m.columns))
	m.graph.Output(m.graph.MatMul(m.graph.Weight(w.Name, w.Type, w.Shape), m.in))
	return m.graph.Alloc()
}

func (p *probe) close() {
	for _, m := range p.products {
		if m.graph != nil {
			m.graph.Close()
		}
	}
	p.store.Close()
}

// rate is that of the fastest product, in multiply-adds a second.
func (p *probe) rate(ctx context.Context) (float64, error) {
	var most float64
	for _, m := range p.products {
		columns := randoms(m.length * m.columns)
		for range 2 {
			if err := m.graph.SetFloats(m.in, columns); err != nil {
				return 0, err
			}
			begin := clock()
			if err := m.graph.Run(ctx); err != nil {
				return 0, err
			}
			most = max(most, float64(m.graph.MultiplyAdds())/(clock()-begin))
		}
	}
	return most, nil
}
