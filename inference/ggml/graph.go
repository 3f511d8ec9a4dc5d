package ggml

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"helium/inference/checkpoint"
)

// maxGraphTensors bounds a graph. The largest network in use, the UNet of
// Stable Diffusion XL, takes about 9,000.
const maxGraphTensors = 1 << 15

// Graph is a computation: inputs, weights and what is made of them. The native
// library ends the process on shapes that don't fit, so every operation checks
// them first. The first thing wrong is kept, later operations do nothing, and
// Err, Plan and Alloc return it; so a network is written in plain lines.
type Graph struct {
	compute *Compute // nil in a sketch
	store   *Store   // nil where the weights are only declared

	ctx       uintptr
	handle    uintptr
	allocator uintptr
	work      uint64 // bytes that the allocator holds

	weights  []*Tensor
	named    map[string]*Tensor
	inputs   []*Tensor
	outputs  []*Tensor
	count    int
	products int64
	err      error
}

// NewSketch begins a graph without the native library, which tells the weights
// that a network has and checks its shapes.
func NewSketch() *Graph { return &Graph{named: map[string]*Tensor{}} }

// NewDraft begins a graph whose weights are nowhere, which can be planned.
func (c *Compute) NewDraft() (*Graph, error) { return c.newGraph(nil) }

// NewGraph begins a graph over the store's weights, which can be run.
func (s *Store) NewGraph() (*Graph, error) { return s.compute.newGraph(s) }

func (c *Compute) newGraph(s *Store) (*Graph, error) {
	g := NewSketch()
	g.compute, g.store = c, s
	size := maxGraphTensors*tensorOverhead + c.fn.graphOverhead(maxGraphTensors, false)
	g.ctx = c.fn.init(initParams{size: size, noAlloc: 1})
	if g.ctx == 0 {
		return nil, errors.New("begin graph: no memory for a context")
	}
	g.handle = c.fn.newGraph(g.ctx, maxGraphTensors, false)
	return g, nil
}

// Close frees the graph and its working memory, not the weights.
func (g *Graph) Close() {
	if g.allocator != 0 {
		g.compute.release(Memory{Work: g.work})
		g.compute.fn.allocatorFree(g.allocator)
	}
	if g.ctx != 0 {
		g.compute.fn.free(g.ctx)
	}
	g.allocator, g.work, g.ctx, g.handle = 0, 0, 0, 0
	g.fail("graph", "it is closed")
}

// Err is the first thing wrong with the graph.
func (g *Graph) Err() error { return g.err }

// Weights lists the weights that the operations asked for.
func (g *Graph) Weights() []*Tensor { return g.weights }

// Nodes is the number of operations that a run does.
func (g *Graph) Nodes() int {
	if g.handle == 0 {
		return 0
	}
	return int(g.compute.fn.nodeCount(g.handle))
}

// MultiplyAdds is how many products of two numbers a run adds up in matrices,
// convolutions and attention, which is nearly all of its work.
func (g *Graph) MultiplyAdds() int64 { return g.products }

func (g *Graph) fail(what, format string, args ...any) *Tensor {
	if g.err == nil {
		g.err = fmt.Errorf("%s: %s", what, fmt.Sprintf(format, args...))
	}
	return failed(what)
}

// failed stands for a tensor that there isn't.
func failed(what string) *Tensor { return &Tensor{Name: what, Shape: Dims()} }

// leaf makes a tensor that no operation computes.
func (g *Graph) leaf(name string, typ checkpoint.TensorType, shape Shape) *Tensor {
	t := &Tensor{Name: name, Type: typ, Shape: shape}
	switch {
	case g.err != nil:
		return failed(name)
	case !shape.valid():
		return g.fail(name, "shape %v", shape)
	case typ != checkpoint.F32 && typ != checkpoint.F16 && typ != I32:
		return g.fail(name, "number format %v, want F32, F16 or I32", typ)
	case !g.room(1):
		return g.fail(name, "the graph has more than %d tensors", maxGraphTensors)
	case g.compute == nil:
		return t
	}
	made, err := g.compute.newTensor(g.ctx, t)
	if err != nil {
		return g.fail(name, "%v", err)
	}
	return made
}

// room counts tensors: the library ends the process where a context is full.
func (g *Graph) room(n int) bool {
	g.count += n
	return g.count < maxGraphTensors
}

// Weight is a weight of the network. Asked for twice it is the same.
func (g *Graph) Weight(name string, typ checkpoint.TensorType, shape Shape) *Tensor {
	t, ok := g.named[name]
	if !ok {
		t = g.newWeight(name, typ, shape)
		g.named[name] = t
		g.weights = append(g.weights, t)
	}
	if g.err == nil && (t.Shape != shape || t.Type != typ) {
		return g.fail(name, "it is %v of %v, want %v of %v", t.Type, t.Shape, typ, shape)
	}
	return t
}

func (g *Graph) newWeight(name string, typ checkpoint.TensorType, shape Shape) *Tensor {
	if g.store != nil {
		if t, ok := g.store.tensors[name]; ok {
			return t
		}
		return g.fail(name, "the store has no such weight")
	}

	t := g.leaf(name, typ, shape)
	if t.native != nil {
		// The planner must not give the place of a weight to anything else.
		g.compute.fn.setOutput(t.native)
		g.compute.fn.expand(g.handle, t.native)
	}
	return t
}

// Input is what a run is given.
func (g *Graph) Input(name string, typ checkpoint.TensorType, shape Shape) *Tensor {
	t := g.leaf(name, typ, shape)
	if t.native != nil {
		g.compute.fn.setInput(t.native)
	}
	g.inputs = append(g.inputs, t)
	return t
}

// Output says that a run has to compute a tensor and keep it.
func (g *Graph) Output(t *Tensor) {
	g.outputs = append(g.outputs, t)
	if g.err != nil || t.native == nil {
		return
	}
	g.compute.fn.setOutput(t.native)
	g.compute.fn.expand(g.handle, t.native)
}

// Memory is what a graph takes of the device, in bytes.
type Memory struct {
	Weights uint64
	Work    uint64
}

// Total is the sum.
func (m Memory) Total() uint64 { return m.Weights + m.Work }

// Plan tells what a draft would take, and allocates nothing. A processor takes
// some tens of MB more, for numbers that it repacks on the way.
func (g *Graph) Plan() (Memory, error) {
	if err := g.runnable(); err != nil {
		return Memory{}, fmt.Errorf("plan graph: %w", err)
	}
	if g.store != nil {
		return Memory{}, errors.New("plan graph: its weights are allocated")
	}

	fn := &g.compute.fn
	allocator := fn.allocatorNew(g.compute.buffers)
	defer fn.allocatorFree(allocator)
	var total uintptr
	fn.allocatorPlan(allocator, g.handle, 0, 0, &total)

	var m Memory
	for _, w := range g.weights {
		m.Weights += (uint64(w.Bytes()) + 31) &^ 31
	}
	m.Work = uint64(total) - min(m.Weights, uint64(total))
	return m, nil
}

// runnable makes sure that the device knows every operation.
func (g *Graph) runnable() error {
	switch {
	case g.err != nil:
		return g.err
	case g.compute == nil:
		return errors.New("it is a sketch")
	case len(g.outputs) == 0:
		return errors.New("it has no output")
	}

	fn := &g.compute.fn
	for i := range fn.nodeCount(g.handle) {
		t := fn.nodeAt(g.handle, i)
		if !fn.deviceSupports(g.compute.device.handle, t) {
			return fmt.Errorf("%s can't compute %s of %v", g.compute.device.Name, fn.opDescription(t), t.ne)
		}
	}
	return nil
}

// Alloc makes room for the graph's working memory; it can then be run as often
// as wanted.
func (g *Graph) Alloc() error {
	if err := g.runnable(); err != nil {
		return fmt.Errorf("allocate graph: %w", err)
	}
	if g.store == nil {
		return errors.New("allocate graph: its weights are nowhere")
	}
	if g.allocator != 0 {
		return errors.New("allocate graph: it is allocated")
	}

	g.allocator = g.compute.fn.allocatorNew(g.compute.buffers)
	if !g.compute.fn.allocatorAlloc(g.allocator, g.handle) {
		return fmt.Errorf("allocate graph: %w on %s", ErrNoMemory, g.compute.device.Name)
	}
	g.work = uint64(g.compute.fn.allocatorSize(g.allocator, 0))
	g.compute.hold(Memory{Work: g.work})
	return nil
}

// Work is the working memory that Alloc took, in bytes.
func (g *Graph) Work() uint64 { return g.work }

// SetFloats gives an input its numbers for the next run.
func (g *Graph) SetFloats(t *Tensor, values []float32) error {
	if t.Type != checkpoint.F32 || int64(len(values)) != t.Shape.Elements() {
		return fmt.Errorf("set input %s: %d numbers for %v of %v", t.Name, len(values), t.Type, t.Shape)
	}
	err := g.setInput(t, unsafe.Pointer(&values[0]))
	runtime.KeepAlive(values)
	return err
}

// SetInts gives an input of row numbers its numbers for the next run.
func (g *Graph) SetInts(t *Tensor, values []int32) error {
	if t.Type != I32 || int64(len(values)) != t.Shape.Elements() {
		return fmt.Errorf("set input %s: %d row numbers for %v of %v", t.Name, len(values), t.Type, t.Shape)
	}
	err := g.setInput(t, unsafe.Pointer(&values[0]))
	runtime.KeepAlive(values)
	return err
}

func (g *Graph) setInput(t *Tensor, data unsafe.Pointer) error {
	if g.allocator == 0 || t.native == nil || t.native.data == 0 {
		return fmt.Errorf("set input %s: the graph is not allocated or does not use it", t.Name)
	}
	g.compute.fn.tensorSet(t.native, data, 0, uintptr(t.Bytes()))
	t.set = true
	return nil
}

// Run computes the outputs. The memory of an input is used again on the way, so
// every run needs all of its inputs. Where ctx ends, a processor stops after the
// operation that it is at; a card finishes.
func (g *Graph) Run(ctx context.Context) error {
	if g.allocator == 0 {
		return errors.New("run graph: it is not allocated")
	}
	for _, t := range g.inputs {
		if !t.set {
			return fmt.Errorf("run graph: input %s is not set", t.Name)
		}
		t.set = false
	}

	c := g.compute
	var stop atomic.Bool
	stop.Store(ctx.Err() != nil)
	c.stop.Store(&stop)
	done := context.AfterFunc(ctx, func() { stop.Store(true) })
	status := c.fn.compute(c.backend, g.handle)
	done()
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("run graph: %w", err)
	}
	if status != 0 {
		return fmt.Errorf("run graph: the library's status is %d", status)
	}
	return nil
}

// Floats copies an output of the last run.
func (g *Graph) Floats(t *Tensor) ([]float32, error) {
	if g.allocator == 0 || t.native == nil || t.native.data == 0 || t.Type != checkpoint.F32 {
		return nil, fmt.Errorf("read output %s: the graph has no such numbers", t.Name)
	}
	out := make([]float32, t.Shape.Elements())
	g.compute.fn.tensorGet(t.native, unsafe.Pointer(&out[0]), 0, uintptr(t.Bytes()))
	return out, nil
}
