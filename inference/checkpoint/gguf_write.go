package checkpoint

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Tensor is a named tensor with its data, Type-formatted.
type Tensor struct {
	Name string
	Dims []uint64 // fastest first
	Type TensorType
	Data []byte
}

// WriteGGUF writes a GGUF version 3 file, keys and tensors in the given order.
func WriteGGUF(w io.Writer, meta []KV, tensors []Tensor) error {
	out := &ggufWriter{w: bufio.NewWriterSize(w, 1<<20)}
	out.raw([]byte(ggufMagic))
	out.u32(ggufVersion)
	out.u64(uint64(len(tensors)))
	out.u64(uint64(len(meta)))

	for _, kv := range meta {
		out.str(kv.Key)
		out.value(kv)
	}

	var offset uint64
	for _, t := range tensors {
		info := TensorInfo{Name: t.Name, Dims: t.Dims, Type: t.Type}
		if size, ok := info.Size(); !ok || size != uint64(len(t.Data)) {
			return fmt.Errorf("write gguf: tensor %s holds %d bytes, want %d", t.Name, len(t.Data), size)
		}
		out.str(t.Name)
		out.u32(uint32(len(t.Dims)))
		for _, d := range t.Dims {
			out.u64(d)
		}
		out.u32(uint32(t.Type))
		out.u64(offset)
		offset = align(offset+uint64(len(t.Data)), defaultAlignment)
	}

	for _, t := range tensors {
		out.pad()
		out.raw(t.Data)
	}
	out.pad()

	if out.err != nil {
		return fmt.Errorf("write gguf: %w", out.err)
	}
	if err := out.w.Flush(); err != nil {
		return fmt.Errorf("write gguf: %w", err)
	}
	return nil
}

func align(n, to uint64) uint64 { return (n + to - 1) / to * to }

// ggufWriter counts what it wrote and keeps its first error.
type ggufWriter struct {
	w   *bufio.Writer
	n   uint64
	err error
}

func (o *ggufWriter) raw(b []byte) {
	if o.err != nil {
		return
	}
	n, err := o.w.Write(b)
	o.n += uint64(n)
	o.err = err
}

func (o *ggufWriter) u32(v uint32) { o.raw(binary.LittleEndian.AppendUint32(nil, v)) }
func (o *ggufWriter) u64(v uint64) { o.raw(binary.LittleEndian.AppendUint64(nil, v)) }

func (o *ggufWriter) str(s string) {
	o.u64(uint64(len(s)))
	o.raw([]byte(s))
}

func (o *ggufWriter) pad() {
	o.raw(make([]byte, align(o.n, defaultAlignment)-o.n))
}

func (o *ggufWriter) value(kv KV) {
	switch v := kv.Value.(type) {
	case uint32:
		o.u32(kindUint32)
		o.u32(v)
	case float32:
		o.u32(kindFloat32)
		o.u32(math.Float32bits(v))
	case bool:
		o.u32(kindBool)
		if v {
			o.raw([]byte{1})
		} else {
			o.raw([]byte{0})
		}
	case string:
		o.u32(kindString)
		o.str(v)
	case []string:
		o.array(kindString, len(v))
		for _, s := range v {
			o.str(s)
		}
	case []int32:
		o.array(kindInt32, len(v))
		for _, n := range v {
			o.u32(uint32(n))
		}
	case []float32:
		o.array(kindFloat32, len(v))
		for _, n := range v {
			o.u32(math.Float32bits(n))
		}
	default:
		if o.err == nil {
			o.err = fmt.Errorf("value of %s has the unsupported type %T", kv.Key, v)
		}
	}
}

func (o *ggufWriter) array(kind uint32, n int) {
	o.u32(kindArray)
	o.u32(kind)
	o.u64(uint64(n))
}
