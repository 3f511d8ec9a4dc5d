package checkpoint

import "math"

// HalfBits is v as an IEEE half float, rounded to nearest, ties to even. A
// value beyond the largest half is infinite.
func HalfBits(v float64) uint16 {
	if math.IsNaN(v) {
		return 0x7e00
	}
	sign := uint16(0)
	if math.Signbit(v) {
		sign, v = 0x8000, -v
	}
	if v == 0 {
		return sign
	}
	if v >= 65520 {
		return sign | 0x7c00
	}

	_, exp := math.Frexp(v) // v = f·2^exp with f in [½, 1)
	exp = max(exp-1, -14)
	steps := uint16(math.RoundToEven(math.Ldexp(v, 10-exp))) // in units of 2^(exp-10)
	return sign + uint16(exp+14)<<10 + steps
}

// HalfToFloat is the value of an IEEE half float.
func HalfToFloat(h uint16) float32 {
	exp, fraction := int(h>>10&31), float64(h&1023)
	var v float64
	switch {
	case exp == 31 && fraction != 0:
		return float32(math.NaN())
	case exp == 31:
		v = math.Inf(1)
	case exp == 0:
		v = math.Ldexp(fraction, -24)
	default:
		v = math.Ldexp(1024+fraction, exp-25)
	}
	return float32(math.Copysign(v, 1-2*float64(h>>15)))
}

// BrainBits is v as a bfloat16, rounded to nearest, ties to even.
func BrainBits(v float32) uint16 {
	bits := math.Float32bits(v)
	if v != v {
		return uint16(bits>>16) | 0x40
	}
	return uint16((bits + 0x7fff + bits>>16&1) >> 16)
}
