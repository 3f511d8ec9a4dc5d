package checkpoint

import (
	"encoding/binary"
	"math"
)

// HalfBits is v as an IEEE half float, rounded to nearest, ties to even. A
// value beyond the largest half is infinite.
func HalfBits(v float64) uint16 {
	// Signs come as they like, so that a branch on them would be guessed wrong half
	// of the time.
	sign := uint16(math.Float64bits(v)>>48) & 0x8000
	v = math.Abs(v)

	switch {
	case v != v:
		return 0x7e00
	case v >= 65520:
		return sign | 0x7c00
	case v < 0x1p-14: // in units of the smallest half
		return sign + uint16(math.RoundToEven(v*0x1p24))
	default:
		const dropped, bias = 52 - 10, 1023 - 15
		bits := math.Float64bits(v)
		bits += 1<<(dropped-1) - 1 + bits>>dropped&1
		return sign + uint16(bits>>dropped-bias<<10)
	}
}

// HalfToFloat is the value of an IEEE half float.
func HalfToFloat(h uint16) float32 {
	sign, exp, fraction := uint32(h>>15)<<31, uint32(h>>10&31), uint32(h&1023)
	switch {
	case exp == 31 && fraction != 0:
		return float32(math.NaN())
	case exp == 31:
		exp = 255
	case exp == 0:
		return math.Float32frombits(math.Float32bits(float32(fraction)*0x1p-24) | sign)
	default:
		exp += 127 - 15
	}
	return math.Float32frombits(sign | exp<<23 | fraction<<13)
}

// BrainBits is v as a bfloat16, rounded to nearest, ties to even.
func BrainBits(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}

// FloatBytes is the length of a number in F32, F16 or BF16.
func FloatBytes(t TensorType) uint64 {
	if t == F32 {
		return 4
	}
	return 2
}

// DecodeFloats reads numbers in F32, F16 or BF16.
func DecodeFloats(raw []byte, t TensorType) []float32 {
	out := make([]float32, uint64(len(raw))/FloatBytes(t))
	for i := range out {
		switch t {
		case F32:
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		case BF16:
			out[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		default:
			out[i] = HalfToFloat(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	}
	return out
}

// EncodeFloats writes numbers, each with plus added, in F32, F16 or BF16.
func EncodeFloats(values []float32, t TensorType, plus float32) []byte {
	out := make([]byte, 0, uint64(len(values))*FloatBytes(t))
	for _, v := range values {
		v += plus
		switch t {
		case F32:
			out = binary.LittleEndian.AppendUint32(out, math.Float32bits(v))
		case BF16:
			out = binary.LittleEndian.AppendUint16(out, BrainBits(v))
		default:
			out = binary.LittleEndian.AppendUint16(out, HalfBits(float64(v)))
		}
	}
	return out
}
