package ggml

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"unsafe"

	"github.com/ebitengine/purego"

	"helium/inference/checkpoint"
)

// Compute is the library's device, ready to run graphs, one at a time. Close it
// after its stores and graphs. A process makes few of them, as the number of
// callbacks is limited.
type Compute struct {
	device  Device
	fn      graphFunctions
	backend uintptr
	threads int
	buffers uintptr                     // the device's kind of memory
	stop    atomic.Pointer[atomic.Bool] // of the graph that runs

	held Memory // by stores and graphs
	peak uint64
}

// NewCompute prepares the device. Threads are the processor's; a card has none,
// and their number doesn't change a result.
func (l *Library) NewCompute(threads int) (*Compute, error) {
	c := &Compute{device: l.device, threads: min(max(threads, 1), 512)}
	if err := l.bind(c.fn.names()); err != nil {
		return nil, fmt.Errorf("prepare graphs: %w", err)
	}
	if err := c.fn.selfTest(); err != nil {
		return nil, fmt.Errorf("prepare graphs: %w", err)
	}

	l.errors.reset()
	c.backend = c.fn.deviceInit(l.device.handle, 0)
	if c.backend == 0 {
		return nil, l.errors.wrap("prepare " + l.device.Name)
	}
	c.buffers = c.fn.deviceBuffers(l.device.handle)

	var setThreads func(backend uintptr, threads int32)
	if c.own("ggml_backend_set_n_threads", &setThreads) {
		setThreads(c.backend, int32(c.threads))
	}
	var setStop func(backend, callback, data uintptr)
	if c.own("ggml_backend_set_abort_callback", &setStop) {
		setStop(c.backend, purego.NewCallback(c.stopped), 0)
	}
	return c, nil
}

// Threads is how many of the processor's threads the caller may use.
func (c *Compute) Threads() int { return c.threads }

// own finds a function that only some backends have: a card has none of those
// in use.
func (c *Compute) own(name string, fptr any) bool {
	addr := c.fn.regAddress(c.fn.deviceReg(c.device.handle), name)
	if addr != 0 {
		purego.RegisterFunc(fptr, addr)
	}
	return addr != 0
}

// stopped is asked by a processor before every operation.
func (c *Compute) stopped(uintptr) uintptr {
	if stop := c.stop.Load(); stop != nil && stop.Load() {
		return 1
	}
	return 0
}

// Held is what stores and graphs take of the device's memory now.
func (c *Compute) Held() Memory { return c.held }

// Peak is the most bytes that stores and graphs took at one time.
func (c *Compute) Peak() uint64 { return c.peak }

func (c *Compute) hold(m Memory) {
	c.held.Weights += m.Weights
	c.held.Work += m.Work
	c.peak = max(c.peak, c.held.Total())
}

func (c *Compute) release(m Memory) {
	c.held.Weights -= m.Weights
	c.held.Work -= m.Work
}

// Close frees the device's working memory.
func (c *Compute) Close() {
	if c.backend == 0 {
		return
	}
	c.fn.backendFree(c.backend)
	c.backend = 0
}

// Shape is a tensor's size in each dimension, fastest first; what a tensor
// lacks is 1. An image is {width, height, channels, count}.
type Shape [4]int64

// Dims is a shape of up to four sizes.
func Dims(sizes ...int64) Shape {
	s := Shape{1, 1, 1, 1}
	copy(s[:], sizes)
	return s
}

// Elements is the number of values. A shape has passed a check of its size.
func (s Shape) Elements() int64 { return s[0] * s[1] * s[2] * s[3] }

// valid bounds a shape, so that no product of its sizes overflows.
func (s Shape) valid() bool {
	n := int64(1)
	for _, d := range s {
		const limit = 1 << 40
		if d < 1 || d > limit/n {
			return false
		}
		n *= d
	}
	return true
}

// Tensor is a value of a graph or a weight of a store.
type Tensor struct {
	Name  string
	Type  checkpoint.TensorType // F32, F16 or I32
	Shape Shape

	native *nativeTensor // nil in a sketch
	set    bool          // an input that has its numbers for the next run
}

// I32 is the number format of row numbers.
const I32 checkpoint.TensorType = typeI32

// Bytes is the length of a tensor's numbers.
func (t *Tensor) Bytes() int64 { return t.Shape.Elements() * typeBytes(t.Type) }

func typeBytes(t checkpoint.TensorType) int64 {
	if t == checkpoint.F16 {
		return 2
	}
	return 4
}

// Store holds weights in the device's memory. Close it after its graphs.
type Store struct {
	compute *Compute
	ctx     uintptr
	buffer  uintptr
	bytes   uint64
	tensors map[string]*Tensor
}

// NewStore makes room for weights, such as Graph.Weights lists them. Their
// numbers are not set yet.
func (c *Compute) NewStore(weights []*Tensor) (*Store, error) {
	s := &Store{compute: c, tensors: map[string]*Tensor{}}
	s.ctx = c.fn.init(initParams{size: uintptr(len(weights)+1) * tensorOverhead, noAlloc: 1})
	if s.ctx == 0 {
		return nil, errors.New("make room for weights: no memory for a context")
	}

	for _, w := range weights {
		t, err := c.newTensor(s.ctx, w)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("make room for weights: %w", err)
		}
		s.tensors[w.Name] = t
	}

	size := uint64(c.fn.allocTensorsSize(s.ctx, c.buffers))
	s.buffer = c.fn.allocTensors(s.ctx, c.buffers)
	if s.buffer == 0 {
		s.Close()
		return nil, fmt.Errorf("make room for weights: %w: %s has no %d MB", ErrNoMemory, c.device.Name, size>>20)
	}
	c.fn.bufferUsage(s.buffer, usageWeights)
	s.bytes = size
	c.hold(Memory{Weights: size})
	return s, nil
}

func (c *Compute) newTensor(ctx uintptr, like *Tensor) (*Tensor, error) {
	if !like.Shape.valid() {
		return nil, fmt.Errorf("tensor %s has the shape %v", like.Name, like.Shape)
	}
	t := &Tensor{Name: like.Name, Type: like.Type, Shape: like.Shape}
	t.native = c.fn.newTensor(ctx, int32(like.Type), 4, (*[4]int64)(&t.Shape))
	if t.native == nil {
		return nil, fmt.Errorf("tensor %s: no memory for it", like.Name)
	}
	return t, nil
}

// Set writes bytes of a weight, in its number format.
func (s *Store) Set(name string, offset uint64, data []byte) error {
	t, ok := s.tensors[name]
	if !ok {
		return fmt.Errorf("set weight %s: there is none", name)
	}
	if size := uint64(t.Bytes()); offset > size || uint64(len(data)) > size-offset {
		return fmt.Errorf("set weight %s: %d bytes at %d of %d", name, len(data), offset, size)
	}
	if len(data) == 0 {
		return nil
	}
	s.compute.fn.tensorSet(t.native, unsafe.Pointer(&data[0]), uintptr(offset), uintptr(len(data)))
	runtime.KeepAlive(data)
	return nil
}

// Close frees the weights.
func (s *Store) Close() {
	if s.buffer != 0 {
		s.compute.fn.bufferFree(s.buffer)
	}
	if s.ctx != 0 {
		s.compute.fn.free(s.ctx)
	}
	s.compute.release(Memory{Weights: s.bytes})
	s.buffer, s.ctx, s.bytes, s.tensors = 0, 0, 0, nil
}
