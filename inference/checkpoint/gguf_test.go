package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"helium/inference/checkpoint"
)

// small is a whole file with one of everything that the writer writes.
func small(t testing.TB) []byte {
	t.Helper()
	meta := []checkpoint.KV{
		{Key: "general.architecture", Value: "llama"},
		{Key: "number", Value: uint32(7)},
		{Key: "float", Value: float32(0.5)},
		{Key: "flag", Value: true},
		{Key: "texts", Value: []string{"a", "", "ü"}},
		{Key: "numbers", Value: []int32{-1, 2}},
		{Key: "floats", Value: []float32{1, 2}},
	}
	tensors := []checkpoint.Tensor{
		{Name: "a", Dims: []uint64{3, 2}, Type: checkpoint.F16, Data: make([]byte, 12)},
		{Name: "b", Dims: []uint64{5}, Type: checkpoint.F32, Data: make([]byte, 20)},
	}
	var out bytes.Buffer
	if err := checkpoint.WriteGGUF(&out, meta, tensors); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestHeaderReadsBackWhatWasWritten(t *testing.T) {
	file := small(t)
	h, err := checkpoint.ReadHeader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}

	if h.Text("general.architecture") != "llama" || h.Text("number") != "" {
		t.Errorf("texts %q and %q", h.Text("general.architecture"), h.Text("number"))
	}
	if v, _ := h.Get("texts"); !reflect.DeepEqual(v, []string{"a", "", "ü"}) {
		t.Errorf("texts = %v", v)
	}
	if v, ok := h.Get("flag"); v != true || !ok {
		t.Errorf("flag = %v", v)
	}
	want := []checkpoint.TensorInfo{
		{Name: "a", Dims: []uint64{3, 2}, Type: checkpoint.F16},
		{Name: "b", Dims: []uint64{5}, Type: checkpoint.F32, Offset: 32},
	}
	if !reflect.DeepEqual(h.Tensors, want) {
		t.Errorf("tensors = %+v, want %+v", h.Tensors, want)
	}
	if h.DataOffset%32 != 0 || h.DataOffset+64 != uint64(len(file)) {
		t.Errorf("data begins at %d of %d", h.DataOffset, len(file))
	}
}

func TestEveryShorterFileIsRefused(t *testing.T) {
	file := small(t)
	for n := range len(file) - 12 { // the last 12 bytes are padding
		_, err := checkpoint.ReadHeader(bytes.NewReader(file[:n]), int64(n))
		if !errors.Is(err, checkpoint.ErrGGUF) {
			t.Errorf("%d of %d bytes: error = %v", n, len(file), err)
		}
	}
}

// header builds the start of a hostile file.
func header(tensors, values uint64, rest ...any) []byte {
	out := append([]byte("GGUF"), 3, 0, 0, 0)
	out = binary.LittleEndian.AppendUint64(out, tensors)
	out = binary.LittleEndian.AppendUint64(out, values)
	for _, r := range rest {
		switch v := r.(type) {
		case string:
			out = binary.LittleEndian.AppendUint64(out, uint64(len(v)))
			out = append(out, v...)
		case uint32:
			out = binary.LittleEndian.AppendUint32(out, v)
		case uint64:
			out = binary.LittleEndian.AppendUint64(out, v)
		}
	}
	return out
}

func TestHostileHeadersAreRefusedWithoutTheirMemory(t *testing.T) {
	const huge = uint64(math.MaxUint64)
	tests := map[string][]byte{
		"not a model":         []byte("PK\x03\x04 and so on, long enough to have a header"),
		"version 1":           append([]byte("GGUF"), 1, 0, 0, 0, 0, 0, 0, 0),
		"many tensors":        header(huge, 0),
		"many values":         header(0, huge),
		"long key":            header(0, 1, huge),
		"long text":           header(0, 1, "k", uint32(8), uint64(1)<<40),
		"long array":          header(0, 1, "k", uint32(9), uint32(10), uint64(1)<<40),
		"overflowing array":   header(0, 1, "k", uint32(9), uint32(10), uint64(1)<<61),
		"many texts":          header(0, 1, "k", uint32(9), uint32(8), huge),
		"nested array":        header(0, 1, "k", uint32(9), uint32(9), uint64(1), uint32(9), uint64(1)),
		"unknown kind":        header(0, 1, "k", uint32(99)),
		"key twice":           header(0, 2, "k", uint32(4), uint32(1), "k", uint32(4), uint32(1)),
		"odd alignment":       header(0, 1, "general.alignment", uint32(4), uint32(33)),
		"alignment 0":         header(0, 1, "general.alignment", uint32(4), uint32(0)),
		"no dimensions":       header(1, 0, "t", uint32(0), uint32(0), uint64(0)),
		"five dimensions":     header(1, 0, "t", uint32(5), uint64(1), uint64(1), uint64(1), uint64(1), uint64(1), uint32(0), uint64(0)),
		"unknown type":        header(1, 0, "t", uint32(1), uint64(1), uint32(4), uint64(0)),
		"overflowing tensor":  header(1, 0, "t", uint32(2), uint64(1)<<40, uint64(1)<<40, uint32(0), uint64(0)),
		"part of a block":     header(1, 0, "t", uint32(1), uint64(33), uint32(8), uint64(0)),
		"tensor past the end": header(1, 0, "t", uint32(1), uint64(1000), uint32(0), uint64(0)),
		"offset past the end": header(1, 0, "t", uint32(1), uint64(1), uint32(0), huge-31),
		"odd offset":          header(1, 0, "t", uint32(1), uint64(1), uint32(0), uint64(1)),
		"long name":           header(1, 0, strings.Repeat("n", 64), uint32(1), uint64(1), uint32(0), uint64(0)),
	}
	for name, file := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := checkpoint.ReadHeader(bytes.NewReader(file), int64(len(file)))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, checkpoint.ErrGGUF) {
			t.Errorf("%s: error = %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("%s: took %d bytes of memory for a file of %d", name, used, len(file))
		}
	}
}

func FuzzHeader(f *testing.F) {
	f.Add(small(f))
	f.Add(header(1, 1, "general.alignment", uint32(4), uint32(64), "t", uint32(2), uint64(2), uint64(2), uint32(1), uint64(0)))
	f.Fuzz(func(t *testing.T, file []byte) {
		h, err := checkpoint.ReadHeader(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if !errors.Is(err, checkpoint.ErrGGUF) {
				t.Fatalf("error is not ErrGGUF: %v", err)
			}
			return
		}
		for _, tensor := range h.Tensors {
			size, ok := tensor.Size()
			if !ok || h.DataOffset+tensor.Offset+size > uint64(len(file)) {
				t.Fatalf("accepted %+v in %d bytes", tensor, len(file))
			}
		}
	})
}

func TestHalfFloatsRoundToNearestEven(t *testing.T) {
	// Values of IEEE 754 binary16.
	tests := map[float64]uint16{
		0: 0, 1: 0x3c00, -2: 0xc000, 0.5: 0x3800, 65504: 0x7bff, 1.0 / 3: 0x3555,
		6.103515625e-05: 0x0400, 5.960464477539063e-08: 0x0001, 2.98e-08: 0x0000, 3e-08: 0x0001,
		2049: 0x6800, 2051: 0x6802, 1.99951171875: 0x4000, 65519: 0x7bff, 65520: 0x7c00, -1e9: 0xfc00,
	}
	for v, want := range tests {
		if got := checkpoint.HalfBits(v); got != want {
			t.Errorf("%v is %#04x, want %#04x", v, got, want)
		}
	}
}

func TestEveryHalfFloatComesBack(t *testing.T) {
	for bits := range 1 << 16 {
		v := checkpoint.HalfToFloat(uint16(bits))
		if v == v && checkpoint.HalfBits(float64(v)) != uint16(bits) {
			t.Fatalf("%#04x is %v, which is %#04x", bits, v, checkpoint.HalfBits(float64(v)))
		}
	}
}

func TestBrainFloatsRoundToNearestEven(t *testing.T) {
	tests := map[float32]uint16{0: 0, 1: 0x3f80, -2: 0xc000, 1.00390625: 0x3f80, 1.01171875: 0x3f82, 3.4e38: 0x7f80, 1e-40: 0x0001}
	for v, want := range tests {
		if got := checkpoint.BrainBits(v); got != want {
			t.Errorf("%v is %#04x, want %#04x", v, got, want)
		}
	}
}

func TestCodeWordsAreNearlyOrthogonal(t *testing.T) {
	words := make([][64]int8, checkpoint.CodeWords)
	for i := range words {
		words[i] = checkpoint.CodeWord(i)
	}
	for i := range words {
		for j := range i {
			product := 0
			for k := range 64 {
				product += int(words[i][k]) * int(words[j][k])
			}
			if product != 0 && product != 8 && product != -8 {
				t.Fatalf("words %d and %d have the product %d, want 0 or ±8", i, j, product)
			}
		}
	}
}
