package ggml

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"
)

// Source is a model that isn't a GGUF file on disk.
type Source interface {
	// Header is a GGUF header without data.
	Header() ([]byte, error)
	// Tensor hands the bytes of a tensor to put, in pieces. It is also asked for
	// tensors that the header lacks and that the architecture may have; size is
	// what the library made room for.
	Tensor(name string, size uint64, put func(offset uint64, data []byte) error) error
}

// LoadSource loads a model from a source, with the settings of LoadModel. The
// library gives the weights memory of their own and never repacks them, so that
// the bits of a quantized model can differ from those of the same model as a
// file. The source has checked its header as checkpoint.CheckGGUF does.
func (l *Library) LoadSource(s Source) (*Model, error) {
	header, err := s.Header()
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	if len(header) == 0 {
		return nil, errors.New("load model: the header is empty")
	}

	l.errors.reset()
	metadata := l.fn.ggufInitFromBuffer(&header[0], uintptr(len(header)), ggufInitParams{noAlloc: 1})
	runtime.KeepAlive(header)
	if metadata == 0 {
		return nil, l.errors.wrap("load model: read header")
	}
	defer l.fn.ggufFree(metadata)

	load := l.loads.begin(s)
	defer l.loads.end(load)
	handle := l.fn.modelInitFromUser(metadata, l.loads.callback, load.id, l.modelParams())
	if load.err != nil {
		if handle != 0 {
			l.fn.modelFree(handle)
		}
		return nil, fmt.Errorf("load model: %w", load.err)
	}
	if handle == 0 {
		return nil, l.errors.wrap("load model")
	}
	return l.newModel(handle)
}

// loads are the sources that the library is reading from. It has one callback
// for all of them, as the number of callbacks of a process is limited.
type loads struct {
	lib      *Library
	callback uintptr

	mu     sync.Mutex // guards what follows
	last   uintptr
	active map[uintptr]*load
}

// load is one source being read. err is its first error; what follows it is not
// asked for any more.
type load struct {
	id     uintptr
	source Source
	err    error
}

func (l *loads) begin(s Source) *load {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last++
	if l.active == nil {
		l.active = map[uintptr]*load{}
	}
	one := &load{id: l.last, source: s}
	l.active[one.id] = one
	return one
}

func (l *loads) end(one *load) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.active, one.id)
}

func (l *loads) get(id uintptr) *load {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.active[id]
}

// fill is called by the library for every tensor. It must return: an error is
// kept for after the load. The result is for Windows, where a callback has one.
func (l *loads) fill(tensor, id uintptr) uintptr {
	one := l.get(id)
	if one == nil || one.err != nil {
		return 0
	}

	name, size := l.lib.fn.tensorName(tensor), uint64(l.lib.fn.tensorSize(tensor))
	var done uint64
	err := one.source.Tensor(name, size, func(offset uint64, data []byte) error {
		if offset > size || uint64(len(data)) > size-offset {
			return fmt.Errorf("tensor %s: %d bytes at %d of %d", name, len(data), offset, size)
		}
		if len(data) > 0 {
			l.lib.fn.tensorSet(tensor, unsafe.Pointer(&data[0]), uintptr(offset), uintptr(len(data)))
			runtime.KeepAlive(data)
		}
		done += uint64(len(data))
		return nil
	})
	if err == nil && done != size {
		err = fmt.Errorf("tensor %s: %d of %d bytes", name, done, size)
	}
	one.err = err
	return 0
}
