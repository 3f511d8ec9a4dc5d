package checkpoint

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
)

// ErrGGUF means that a file is not a GGUF file that this program will load.
var ErrGGUF = errors.New("not a usable GGUF file")

// Limits of a header. The largest vocabularies in use have 262,144 tokens and
// take about 12 MB.
const (
	maxHeaderBytes = 256 << 20
	maxMetaCount   = 1 << 16
	maxTensors     = 1 << 17
	maxKeyLen      = 1 << 16
	maxNameLen     = 63 // the library's own limit
	maxDims        = 4
	maxAlignment   = 1 << 20
)

// Header is what a GGUF file says about itself.
type Header struct {
	Meta       []KV
	Tensors    []TensorInfo
	DataOffset uint64 // where the tensors' data begins in the file, in bytes
}

// Get returns the value of a key.
func (h *Header) Get(key string) (any, bool) {
	for _, kv := range h.Meta {
		if kv.Key == key {
			return kv.Value, true
		}
	}
	return nil, false
}

// Text returns a key's value where that is a string, and otherwise "".
func (h *Header) Text(key string) string {
	v, _ := h.Get(key)
	s, _ := v.(string)
	return s
}

// CheckGGUF reads the header of the file at path and makes sure that the file
// holds everything the header promises.
func CheckGGUF(path string) (*Header, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("check model file: %w", err)
	}
	defer f.Close()

	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("check model file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("check model file %s: %w: it is not a regular file", path, ErrGGUF)
	}

	h, err := ReadHeader(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("check model file %s: %w", path, err)
	}
	return h, nil
}

// ReadHeader reads a header from the start of a file of the given size.
func ReadHeader(r io.Reader, size int64) (*Header, error) {
	in := &ggufReader{r: bufio.NewReaderSize(r, 1<<16), left: uint64(min(max(size, 0), maxHeaderBytes))}
	h, err := in.header()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGGUF, err)
	}

	alignment, err := h.alignment()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGGUF, err)
	}
	h.DataOffset = align(in.read, alignment)

	if err := h.checkTensors(uint64(max(size, 0)), alignment); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGGUF, err)
	}
	return h, nil
}

// ReadStart reads what the beginning of a file says: the values that are whole in
// it, and no tensors.
func ReadStart(beginning []byte) (*Header, error) {
	in := &ggufReader{r: bufio.NewReader(bytes.NewReader(beginning)), left: uint64(len(beginning))}
	_, nMeta, err := in.counts()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGGUF, err)
	}
	h := &Header{}
	h.Meta, _ = in.meta(nMeta) // the error is where the beginning ends
	return h, nil
}

func (h *Header) alignment() (uint64, error) {
	v, ok := h.Get("general.alignment")
	if !ok {
		return defaultAlignment, nil
	}
	n, ok := v.(uint32)
	if !ok || n == 0 || n&(n-1) != 0 || n > maxAlignment {
		return 0, fmt.Errorf("alignment %v is not a power of two up to %d", v, maxAlignment)
	}
	return uint64(n), nil
}

// checkTensors makes sure that every tensor lies inside the file, on its
// alignment.
func (h *Header) checkTensors(fileSize, alignment uint64) error {
	names := make(map[string]bool, len(h.Tensors))
	for _, t := range h.Tensors {
		if names[t.Name] {
			return fmt.Errorf("tensor %q appears twice", t.Name)
		}
		names[t.Name] = true

		size, ok := t.Size()
		if !ok {
			return fmt.Errorf("tensor %q of %v in %v has no valid size", t.Name, t.Dims, t.Type)
		}
		if t.Offset%alignment != 0 {
			return fmt.Errorf("tensor %q begins at %d, not a multiple of %d", t.Name, t.Offset, alignment)
		}
		if h.DataOffset > fileSize || t.Offset > fileSize-h.DataOffset || size > fileSize-h.DataOffset-t.Offset {
			return fmt.Errorf("tensor %q ends after the file's %d bytes; the file is cut short", t.Name, fileSize)
		}
	}
	return nil
}

// ggufReader never asks for memory that the rest of the file cannot fill.
type ggufReader struct {
	r    *bufio.Reader
	read uint64
	left uint64
}

// counts reads up to the numbers of tensors and values.
func (in *ggufReader) counts() (nTensors, nMeta uint64, err error) {
	magic, err := in.bytes(4)
	if err != nil {
		return 0, 0, err
	}
	if string(magic) != ggufMagic {
		return 0, 0, fmt.Errorf("it begins with %q, want %q", magic, ggufMagic)
	}

	version, err := in.u32()
	if err != nil {
		return 0, 0, err
	}
	if version != 2 && version != ggufVersion {
		return 0, 0, fmt.Errorf("version %d, want 2 or 3", version)
	}

	if nTensors, err = in.count("tensors", maxTensors); err != nil {
		return 0, 0, err
	}
	nMeta, err = in.count("values", maxMetaCount)
	return nTensors, nMeta, err
}

func (in *ggufReader) header() (*Header, error) {
	nTensors, nMeta, err := in.counts()
	if err != nil {
		return nil, err
	}
	h := &Header{}
	if h.Meta, err = in.meta(nMeta); err != nil {
		return nil, err
	}
	if h.Tensors, err = in.tensors(nTensors); err != nil {
		return nil, err
	}
	return h, nil
}

// meta returns the values before an error with it.
func (in *ggufReader) meta(n uint64) ([]KV, error) {
	var out []KV
	seen := map[string]bool{}
	for range n {
		key, err := in.str(maxKeyLen)
		if err != nil {
			return out, fmt.Errorf("read key: %w", err)
		}
		if seen[key] {
			return out, fmt.Errorf("key %q appears twice", key)
		}
		seen[key] = true

		value, err := in.value()
		if err != nil {
			return out, fmt.Errorf("read value of %q: %w", key, err)
		}
		out = append(out, KV{key, value})
	}
	return out, nil
}

func (in *ggufReader) tensors(n uint64) ([]TensorInfo, error) {
	var out []TensorInfo
	for range n {
		t, err := in.tensor()
		if err != nil {
			return nil, fmt.Errorf("read tensor table: %w", err)
		}
		out = append(out, t)
	}
	return out, nil
}

func (in *ggufReader) tensor() (TensorInfo, error) {
	var t TensorInfo
	var err error
	if t.Name, err = in.str(maxNameLen); err != nil {
		return t, err
	}

	nDims, err := in.u32()
	if err != nil {
		return t, err
	}
	if nDims == 0 || nDims > maxDims {
		return t, fmt.Errorf("tensor %q has %d dimensions, want 1 to %d", t.Name, nDims, maxDims)
	}
	for range nDims {
		d, err := in.u64()
		if err != nil {
			return t, err
		}
		t.Dims = append(t.Dims, d)
	}

	kind, err := in.u32()
	if err != nil {
		return t, err
	}
	t.Type = TensorType(kind)
	t.Offset, err = in.u64()
	return t, err
}

func (in *ggufReader) value() (any, error) {
	kind, err := in.u32()
	if err != nil {
		return nil, err
	}
	if kind == kindArray {
		return in.array()
	}
	return in.scalar(kind)
}

func (in *ggufReader) scalar(kind uint32) (any, error) {
	if kind == kindString {
		return in.str(maxHeaderBytes)
	}

	width := scalarWidth(kind)
	if width == 0 {
		return nil, fmt.Errorf("unknown kind %d", kind)
	}
	b, err := in.bytes(width)
	if err != nil {
		return nil, err
	}

	var wide [8]byte
	copy(wide[:], b)
	n := binary.LittleEndian.Uint64(wide[:])
	switch kind {
	case kindUint8:
		return uint8(n), nil
	case kindInt8:
		return int8(n), nil
	case kindUint16:
		return uint16(n), nil
	case kindInt16:
		return int16(n), nil
	case kindUint32:
		return uint32(n), nil
	case kindInt32:
		return int32(n), nil
	case kindFloat32:
		return math.Float32frombits(uint32(n)), nil
	case kindBool:
		if n > 1 {
			return nil, fmt.Errorf("boolean holds %d", n)
		}
		return n == 1, nil
	case kindUint64:
		return n, nil
	case kindInt64:
		return int64(n), nil
	default:
		return math.Float64frombits(n), nil
	}
}

func scalarWidth(kind uint32) uint64 {
	switch kind {
	case kindUint8, kindInt8, kindBool:
		return 1
	case kindUint16, kindInt16:
		return 2
	case kindUint32, kindInt32, kindFloat32:
		return 4
	case kindUint64, kindInt64, kindFloat64:
		return 8
	default:
		return 0
	}
}

// array reads strings as []string; of numbers it keeps the raw bytes and the
// kind, because nobody here looks inside them.
func (in *ggufReader) array() (any, error) {
	kind, err := in.u32()
	if err != nil {
		return nil, err
	}
	n, err := in.u64()
	if err != nil {
		return nil, err
	}

	if kind == kindString {
		var out []string
		for range n {
			s, err := in.str(maxHeaderBytes)
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
		return out, nil
	}

	width := scalarWidth(kind)
	if width == 0 {
		return nil, fmt.Errorf("array of unknown kind %d", kind)
	}
	if n > in.left/width {
		return nil, fmt.Errorf("array of %d values is longer than the file", n)
	}
	b, err := in.bytes(n * width)
	if err != nil {
		return nil, err
	}
	return RawArray{Kind: kind, Data: b}, nil
}

// RawArray is an array of numbers as it lies in the file.
type RawArray struct {
	Kind uint32 // the value kind, numbered as in GGUF
	Data []byte // little-endian
}

func (in *ggufReader) count(what string, limit uint64) (uint64, error) {
	n, err := in.u64()
	if err != nil {
		return 0, err
	}
	if n > limit {
		return 0, fmt.Errorf("%d %s, want at most %d", n, what, limit)
	}
	return n, nil
}

func (in *ggufReader) str(limit uint64) (string, error) {
	n, err := in.u64()
	if err != nil {
		return "", err
	}
	if n > limit {
		return "", fmt.Errorf("text of %d bytes, want at most %d", n, limit)
	}
	b, err := in.bytes(n)
	return string(b), err
}

func (in *ggufReader) u32() (uint32, error) {
	b, err := in.bytes(4)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(b), nil
}

func (in *ggufReader) u64() (uint64, error) {
	b, err := in.bytes(8)
	if err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint64(b), nil
}

func (in *ggufReader) bytes(n uint64) ([]byte, error) {
	if n > in.left {
		return nil, fmt.Errorf("header ends at byte %d, where %d more are needed", in.read+in.left, n)
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(in.r, b); err != nil {
		return nil, err
	}
	in.read += n
	in.left -= n
	return b, nil
}
