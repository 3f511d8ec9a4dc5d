package checkpoint

import "math/bits"

// A Kerdock code gives 2,048 vectors of 64 signs of which any two agree or
// disagree in nearly half of the places: their inner product is 0 or ±8, where
// that of a vector with itself is 64. The demo model names each token by one of
// them, so that six tokens in a row can be recognised in few dimensions with a
// bounded error.
const (
	codeLen   = 64
	codeWords = 2048
)

// codeWord returns the signs of one vector, +1 or -1.
//
// The construction is the classical one from quadratic forms over GF(32): place
// (x, e) of word (a, b, d) is the trace of (ax)³ + (ax)⁵ + e·ax + bx, plus de.
func codeWord(word int) [codeLen]int8 {
	a, b, d := uint8(word>>6), uint8(word>>1)&31, word&1

	var out [codeLen]int8
	for place := range codeLen {
		x, e := uint8(place>>1), place&1
		ax := gf32Mul(a, x)
		square := gf32Mul(ax, ax)
		cube := gf32Mul(square, ax)

		sign := gf32Trace(cube) ^ gf32Trace(gf32Mul(cube, square)) ^ gf32Trace(gf32Mul(b, x)) ^ (d & e)
		if e == 1 {
			sign ^= gf32Trace(ax)
		}
		out[place] = int8(1 - 2*sign)
	}
	return out
}

// gf32Mul multiplies in GF(32) = GF(2)[x] / (x⁵ + x² + 1).
func gf32Mul(a, b uint8) uint8 {
	var product uint16
	for i := range 5 {
		if b>>i&1 == 1 {
			product ^= uint16(a) << i
		}
	}
	for i := 8; i >= 5; i-- {
		if product>>i&1 == 1 {
			product ^= 0b100101 << (i - 5)
		}
	}
	return uint8(product)
}

// gf32Trace is x + x² + x⁴ + x⁸ + x¹⁶, which is 0 or 1.
func gf32Trace(x uint8) int {
	sum, power := x, x
	for range 4 {
		power = gf32Mul(power, power)
		sum ^= power
	}
	return bits.OnesCount8(sum)
}
