// Package exact computes elementary functions for what decides a token or a picture.
//
// Nouns: a turn is a full circle, so that a quarter of a turn is 90 degrees.
//
// Promise: a result is the same to the bit on every platform. Only single
// additions, subtractions, multiplications, divisions and square roots of
// float64 are used, which IEEE 754 defines to the bit, in the order that is
// written here. Every product is converted to float64, which forbids the
// compiler to fuse it with the addition after it. Package math's functions take
// other paths on other processors.
package exact

import "math"

const (
	ln2High = 6.93147180369123816490e-01 // 32 bits of ln 2, so that k·ln2High is exact
	ln2Low  = 1.90821492927058770002e-10
	log2E   = 1.44269504088896338700e+00
	eighth  = math.Pi / 4 // of a turn
)

// Exp is e^x, within two units in the last place. Below -700 it is 0, above 700
// infinite.
func Exp(x float64) float64 {
	if x < -700 {
		return 0
	}
	if x > 700 {
		return math.Inf(1)
	}

	k := math.Floor(float64(x*log2E) + 0.5)
	r := x - float64(k*ln2High)
	r -= float64(k * ln2Low)

	// Taylor's series of e^r, |r| ≤ 0.35: the 15th term is below 2^-60.
	sum := 1.0
	for n := 14.0; n >= 1; n-- {
		sum = 1 + float64(sum*r)/n
	}
	return float64(sum * math.Float64frombits(uint64(1023+int(k))<<52))
}

// Log is the natural logarithm of a positive, finite, normal x.
func Log(x float64) float64 {
	bits := math.Float64bits(x)
	k := int(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52) // in [1, 2)
	if m > math.Sqrt2 {
		m /= 2
		k++
	}

	// ln m = 2·artanh s with s = (m-1)/(m+1), |s| ≤ 0.172.
	s := (m - 1) / (m + 1)
	square := float64(s * s)
	sum := 0.0
	for n := 23.0; n >= 1; n -= 2 {
		sum = float64(sum*square) + 1/n
	}
	return float64(float64(k)*ln2High) + (float64(float64(k)*ln2Low) + float64(2*float64(s*sum)))
}

// Root is the n-th root of a positive, finite, normal x.
func Root(x, n float64) float64 { return Exp(Log(x) / n) }

// SinCos is the sine and the cosine of an angle in turns, from 0 to below 1.
func SinCos(turns float64) (sin, cos float64) {
	scaled := float64(turns * 8)
	octant := math.Floor(scaled)
	f := scaled - octant
	if int(octant)%2 == 1 {
		f = 1 - f // measured from the octant's other end
	}

	s, c := smallSinCos(float64(f * eighth))
	switch int(octant) {
	case 0:
		return s, c
	case 1:
		return c, s
	case 2:
		return c, -s
	case 3:
		return s, -c
	case 4:
		return -s, -c
	case 5:
		return -c, -s
	case 6:
		return -c, s
	default:
		return -s, c
	}
}

// smallSinCos sums Taylor's series of an angle in radians up to π/4, where the
// terms left out are below 2^-60.
func smallSinCos(x float64) (sin, cos float64) {
	square := float64(x * x)
	sin, cos = 1, 1
	for n := 16.0; n >= 2; n -= 2 {
		sin = 1 - float64(sin*square)/float64(n*(n+1))
		cos = 1 - float64(cos*square)/float64(n*(n-1))
	}
	return float64(x * sin), cos
}
