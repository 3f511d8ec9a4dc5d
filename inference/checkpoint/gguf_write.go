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
	infos := make([]TensorInfo, len(tensors))
	for i, t := range tensors {
		infos[i] = TensorInfo{Name: t.Name, Dims: t.Dims, Type: t.Type}
		if size, ok := infos[i].Size(); !ok || size != uint64(len(t.Data)) {
			return fmt.Errorf("write gguf: tensor %s holds %d bytes, want %d", t.Name, len(t.Data), size)
		}
	}

	out := &ggufWriter{w: bufio.NewWriterSize(w, 1<<20)}
	out.header(meta, infos)
	for _, t := range tensors {
		out.pad()
		out.raw(t.Data)
	}
	out.pad()
	return out.flush()
}

// WriteHeader writes a file's header alone, up to where the data begin. The
// tensors' data follow it in the same order, each on a multiple of 32 bytes; the
// offsets in tensors are not used.
func WriteHeader(w io.Writer, meta []KV, tensors []TensorInfo) error {
	for _, t := range tensors {
		if _, ok := t.Size(); !ok {
			return fmt.Errorf("write gguf: tensor %s of %v in %v has no valid size", t.Name, t.Dims, t.Type)
		}
	}
	out := &ggufWriter{w: bufio.NewWriterSize(w, 1<<20)}
	out.header(meta, tensors)
	out.pad()
	return out.flush()
}

func align(n, to uint64) uint64 { return (n + to - 1) / to * to }

// ggufWriter counts what it wrote and keeps its first error.
type ggufWriter struct {
	w   *bufio.Writer
	n   uint64
	err error
}

// header writes everything before the data, for tensors of valid sizes.
func (o *ggufWriter) header(meta []KV, tensors []TensorInfo) {
	o.raw([]byte(ggufMagic))
	o.u32(ggufVersion)
	o.u64(uint64(len(tensors)))
	o.u64(uint64(len(meta)))
	for _, kv := range meta {
		o.str(kv.Key)
		o.value(kv)
	}

	var offset uint64
	for _, t := range tensors {
		o.str(t.Name)
		o.u32(uint32(len(t.Dims)))
		for _, d := range t.Dims {
			o.u64(d)
		}
		o.u32(uint32(t.Type))
		o.u64(offset)
		size, _ := t.Size()
		offset = align(offset+size, defaultAlignment)
	}
}

func (o *ggufWriter) flush() error {
	if o.err == nil {
		o.err = o.w.Flush()
	}
	if o.err != nil {
		return fmt.Errorf("write gguf: %w", o.err)
	}
	return nil
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
	case uint16:
		o.u32(kindUint16)
		o.raw(binary.LittleEndian.AppendUint16(nil, v))
	case uint32:
		o.u32(kindUint32)
		o.u32(v)
	case int32:
		o.u32(kindInt32)
		o.u32(uint32(v))
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
	case RawArray:
		o.array(v.Kind, len(v.Data)/int(scalarWidth(v.Kind)))
		o.raw(v.Data)
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
