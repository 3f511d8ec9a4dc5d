package network

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// Network is one of the networks of this package.
type Network interface {
	// build makes the graph for a size and returns its inputs and outputs.
	build(b builder, s Size) (in, out ports)
	// smallest is a size that the network can be built for.
	smallest() Size
	// file is the usual name of the weights' file.
	file() string
	// other is the name that an old file has for a tensor.
	other(name string) string
	// ignores says whether a folder may hold a tensor that isn't used.
	ignores(name string) bool
}

// ports are a graph's inputs or outputs by name.
type ports map[string]*ggml.Tensor

// add makes an input.
func (p ports) add(b builder, name string, typ checkpoint.TensorType, shape ggml.Shape) *ggml.Tensor {
	p[name] = b.Input(name, typ, shape)
	return p[name]
}

// Size says for what a network is built.
type Size struct {
	Width, Height int64 // of what goes in: latents, or the autoencoder's image
	Count         int64 // images or texts at once
	Tokens        int64 // rows of the text that guides the UNet
	Control       bool  // whether the UNet takes a ControlNet's outputs
}

// check bounds a size, so that a mistake is no huge graph.
func (s Size) check() error {
	return check(limit{"width", max(s.Width, 1), 1 << 14}, limit{"height", max(s.Height, 1), 1 << 14},
		limit{"count", s.Count, 64}, limit{"tokens", max(s.Tokens, 1), maxTokens})
}

// Weights lists the tensors that a network's folder must hold. It needs no
// native library.
func Weights(n Network, opts Options) ([]*ggml.Tensor, error) {
	g := ggml.NewSketch()
	n.build(builder{g, opts}, n.smallest())
	if err := g.Err(); err != nil {
		return nil, fmt.Errorf("config.json describes no network: %w", err)
	}
	return g.Weights(), nil
}

// MultiplyAdds counts those of a run of a size; see ggml.Graph. It needs no native
// library.
func MultiplyAdds(n Network, opts Options, s Size) (int64, error) {
	if err := s.check(); err != nil {
		return 0, err
	}
	g := ggml.NewSketch()
	n.build(builder{g, opts}, s)
	return g.MultiplyAdds(), g.Err()
}

// Plan tells what a network of a size would take of the device's memory.
func Plan(c *ggml.Compute, n Network, opts Options, s Size) (ggml.Memory, error) {
	if err := s.check(); err != nil {
		return ggml.Memory{}, err
	}
	g, err := c.NewDraft()
	if err != nil {
		return ggml.Memory{}, err
	}
	defer g.Close()
	_, out := n.build(builder{g, opts}, s)
	out.finish(g)
	return g.Plan()
}

// finish says that all outputs are wanted, always in the same order.
func (p ports) finish(g *ggml.Graph) {
	for _, name := range p.names() {
		g.Output(p[name])
	}
}

func (p ports) names() []string {
	var names []string
	for name := range p {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Tensors are where a network's weights are, by the names of diffusers.
type Tensors interface {
	Get(name string) (checkpoint.Weight, bool)
	Names() []string
	Close()
}

// Folder is a network's folder whose tensors fit. Close it when it is loaded.
type Folder struct {
	network Network
	opts    Options
	files   Tensors
	sources []source
}

// source is a weight and where its numbers are.
type source struct {
	weight *ggml.Tensor
	from   checkpoint.Weight
}

// OpenFolder compares the tensors of a folder with those that the network
// needs. file is the name of the weights' file, empty for the usual one.
func OpenFolder(dir, file string, n Network, opts Options) (*Folder, error) {
	f, err := openFolder(dir, file, n, opts)
	if err != nil {
		return nil, fmt.Errorf("open network in %s: %w", dir, err)
	}
	return f, nil
}

func openFolder(dir, file string, n Network, opts Options) (*Folder, error) {
	if file == "" {
		file = n.file()
	}
	if file != filepath.Base(file) {
		return nil, fmt.Errorf("the file %q is not in the folder", file)
	}
	files, err := checkpoint.OpenWeightsNamed(dir, file)
	if err != nil {
		return nil, err
	}
	return OpenTensors(files, n, opts)
}

// WeightsFile is the usual name of the file of a network's weights, but for a text
// encoder's.
const WeightsFile = "diffusion_pytorch_model.safetensors"

// OpenTensors is OpenFolder for tensors that are found already. It closes them
// where they don't fit.
func OpenTensors(t Tensors, n Network, opts Options) (*Folder, error) {
	f, err := (&Folder{network: n, files: t}).In(opts)
	if err != nil {
		t.Close()
		return nil, err
	}
	return f, nil
}

// In is the folder for a run with other options. It has the same files, which
// closing either closes.
func (f *Folder) In(opts Options) (*Folder, error) {
	if opts.Number != checkpoint.F32 && opts.Number != checkpoint.F16 {
		return nil, fmt.Errorf("number format %v, want F32 or F16", opts.Number)
	}
	weights, err := Weights(f.network, opts)
	if err != nil {
		return nil, err
	}
	other := &Folder{network: f.network, opts: opts, files: f.files}
	if err := other.match(weights); err != nil {
		return nil, err
	}
	return other, nil
}

// match finds the source of every weight, and refuses tensors that are left.
func (f *Folder) match(weights []*ggml.Tensor) error {
	used := map[string]bool{}
	for _, w := range weights {
		name := w.Name
		from, ok := f.files.Get(name)
		if !ok {
			name = f.network.other(name)
			from, ok = f.files.Get(name)
		}
		switch {
		case !ok:
			return fmt.Errorf("the folder has no tensor %q, which config.json asks for", w.Name)
		case !sameLayout(from.Shape, w.Shape):
			return fmt.Errorf("tensor %q has the shape %v, and config.json makes it %v", from.Name, from.Shape, slowestFirst(w.Shape))
		case !from.Known:
			return fmt.Errorf("%w: tensor %q is in the number format %s, want F32, F16 or BF16", ErrUnsupported, from.Name, from.Format)
		}
		used[name] = true
		f.sources = append(f.sources, source{w, from})
	}

	for _, name := range f.files.Names() {
		if !used[name] && !f.network.ignores(name) {
			return fmt.Errorf("%w: the folder has a tensor %q, which config.json doesn't ask for", ErrUnsupported, name)
		}
	}
	return nil
}

// sameLayout compares shapes but for sizes of 1, which don't move a number: some
// networks store a matrix as a kernel of one point.
func sameLayout(stored []uint64, shape ggml.Shape) bool {
	var want []uint64
	for _, d := range slowestFirst(shape) {
		if d != 1 {
			want = append(want, uint64(d))
		}
	}
	return slices.Equal(slices.DeleteFunc(slices.Clone(stored), func(d uint64) bool { return d == 1 }), want)
}

func slowestFirst(s ggml.Shape) []int64 {
	slices.Reverse(s[:])
	return s[:]
}

// Close closes the folder's files.
func (f *Folder) Close() { f.files.Close() }

// chunkBytes bounds the memory that the copying of a tensor takes.
const chunkBytes = 8 << 20

// Load copies the weights to the device, and stops in the middle of one where ctx
// ends.
func (f *Folder) Load(ctx context.Context, c *ggml.Compute) (*ggml.Store, error) {
	return f.LoadChanged(ctx, c, nil)
}

// LoadChanged is Load of weights that are changed on the way; a nil change is
// none.
func (f *Folder) LoadChanged(ctx context.Context, c *ggml.Compute, change Change) (*ggml.Store, error) {
	var weights []*ggml.Tensor
	for _, s := range f.sources {
		weights = append(weights, s.weight)
	}
	store, err := c.NewStore(weights)
	if err != nil {
		return nil, fmt.Errorf("load network: %w", err)
	}

	buf := make([]byte, chunkBytes)
	for _, s := range f.sources {
		if err := s.copy(ctx, store, buf, change); err != nil {
			store.Close()
			return nil, fmt.Errorf("load network: %w", err)
		}
	}
	return store, nil
}

func (s source) copy(ctx context.Context, store *ggml.Store, buf []byte, change Change) error {
	add, err := change.of(s.weight.Name)
	if err != nil {
		return err
	}
	if add != nil {
		buf = buf[:changedBytes]
	}
	var to uint64
	for at := int64(0); at < s.from.Size(); {
		if err := ctx.Err(); err != nil {
			return err
		}
		raw := buf[:min(int64(len(buf)), s.from.Size()-at)]
		if n, err := s.from.ReadAt(raw, at); n != len(raw) {
			return fmt.Errorf("read tensor %s: %w; the file was changed", s.from.Name, err)
		}
		first := at / int64(checkpoint.FloatBytes(s.from.Type))
		at += int64(len(raw))

		switch {
		case add != nil:
			if raw, err = s.changed(raw, first, add); err != nil {
				return err
			}
		case s.from.Type != s.weight.Type:
			raw = checkpoint.EncodeFloats(checkpoint.DecodeFloats(raw, s.from.Type), s.weight.Type, 0)
		}
		if err := store.Set(s.weight.Name, to, raw); err != nil {
			return err
		}
		to += uint64(len(raw))
	}
	return nil
}

// Run is a network of one size in the device's memory. Close it before the
// weights.
type Run struct {
	graph   *ggml.Graph
	in, out ports
}

// Prepare builds a network of a size over its weights and makes room for what a
// run takes.
func Prepare(store *ggml.Store, n Network, opts Options, s Size) (*Run, error) {
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("prepare network: %w", err)
	}
	g, err := store.NewGraph()
	if err != nil {
		return nil, fmt.Errorf("prepare network: %w", err)
	}

	r := &Run{graph: g}
	r.in, r.out = n.build(builder{g, opts}, s)
	r.out.finish(g)
	if err := g.Alloc(); err != nil {
		g.Close()
		return nil, fmt.Errorf("prepare network: %w", err)
	}
	return r, nil
}

// Close frees the run's memory.
func (r *Run) Close() { r.graph.Close() }

// Do computes the network. Every input is wanted each time, numbers or row
// numbers, in the layout of diffusers: the last dimension is the fastest. See
// ggml.Graph.Run on ctx.
func (r *Run) Do(ctx context.Context, numbers map[string][]float32, rows map[string][]int32) (map[string][]float32, error) {
	if n := len(numbers) + len(rows); n != len(r.in) {
		return nil, fmt.Errorf("run network: %d inputs, want %v", n, r.in.names())
	}
	for name, t := range r.in {
		var err error
		if t.Type == ggml.I32 {
			err = r.graph.SetInts(t, rows[name])
		} else {
			err = r.graph.SetFloats(t, numbers[name])
		}
		if err != nil {
			return nil, fmt.Errorf("run network: %w", err)
		}
	}
	if err := r.graph.Run(ctx); err != nil {
		return nil, fmt.Errorf("run network: %w", err)
	}

	out := map[string][]float32{}
	for name, t := range r.out {
		values, err := r.graph.Floats(t)
		if err != nil {
			return nil, fmt.Errorf("run network: %w", err)
		}
		out[name] = values
	}
	return out, nil
}
