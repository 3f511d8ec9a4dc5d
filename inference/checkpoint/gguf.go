package checkpoint

import "fmt"

// TensorType is a tensor's number format, numbered as in GGUF.
type TensorType uint32

// The formats this package writes.
const (
	F32  TensorType = 0
	F16  TensorType = 1
	BF16 TensorType = 30
)

// block is a number format's storage: so many values in so many bytes.
type block struct {
	name          string
	values, bytes uint64
}

// blocks lists the formats that the native library reads.
func blocks() map[TensorType]block {
	return map[TensorType]block{
		0: {"F32", 1, 4}, 1: {"F16", 1, 2}, 2: {"Q4_0", 32, 18}, 3: {"Q4_1", 32, 20},
		6: {"Q5_0", 32, 22}, 7: {"Q5_1", 32, 24}, 8: {"Q8_0", 32, 34}, 9: {"Q8_1", 32, 36},
		10: {"Q2_K", 256, 84}, 11: {"Q3_K", 256, 110}, 12: {"Q4_K", 256, 144}, 13: {"Q5_K", 256, 176},
		14: {"Q6_K", 256, 210}, 15: {"Q8_K", 256, 292}, 16: {"IQ2_XXS", 256, 66}, 17: {"IQ2_XS", 256, 74},
		18: {"IQ3_XXS", 256, 98}, 19: {"IQ1_S", 256, 50}, 20: {"IQ4_NL", 32, 18}, 21: {"IQ3_S", 256, 110},
		22: {"IQ2_S", 256, 82}, 23: {"IQ4_XS", 256, 136}, 24: {"I8", 1, 1}, 25: {"I16", 1, 2}, 26: {"I32", 1, 4},
		27: {"I64", 1, 8}, 28: {"F64", 1, 8}, 29: {"IQ1_M", 256, 56}, 30: {"BF16", 1, 2}, 34: {"TQ1_0", 256, 54},
		35: {"TQ2_0", 256, 66}, 39: {"MXFP4", 32, 17},
	}
}

// String is the format's usual name.
func (t TensorType) String() string {
	if b, ok := blocks()[t]; ok {
		return b.name
	}
	return fmt.Sprintf("type %d", uint32(t))
}

// KV is one named value of a header. Value is a bool, an integer or float of a
// fixed size, a string, or a slice of one of them.
type KV struct {
	Key   string
	Value any
}

// TensorInfo is one row of a header's tensor table.
type TensorInfo struct {
	Name   string
	Dims   []uint64 // fastest first: {columns, rows}
	Type   TensorType
	Offset uint64 // from the start of the data, in bytes
}

// Size is the tensor's length in bytes, or false where that is no whole number
// of blocks or doesn't fit in 63 bits.
func (t TensorInfo) Size() (uint64, bool) {
	b, ok := blocks()[t.Type]
	if !ok || len(t.Dims) == 0 || t.Dims[0]%b.values != 0 {
		return 0, false
	}

	const limit = 1 << 62
	size := t.Dims[0] / b.values
	if size > limit/b.bytes {
		return 0, false
	}
	size *= b.bytes
	for _, d := range t.Dims[1:] {
		if d != 0 && size > limit/d {
			return 0, false
		}
		size *= d
	}
	return size, true
}

// Value kinds as numbered in GGUF.
const (
	kindUint8 = iota
	kindInt8
	kindUint16
	kindInt16
	kindUint32
	kindInt32
	kindFloat32
	kindBool
	kindString
	kindArray
	kindUint64
	kindInt64
	kindFloat64
)

const (
	ggufMagic        = "GGUF"
	ggufVersion      = 3
	defaultAlignment = 32
)
