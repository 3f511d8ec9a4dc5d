package gpt

import "math"

// The functions of this file decide tokens, so they must give the same bits on
// every platform. They use only single additions, multiplications and divisions
// of float64, which IEEE 754 defines to the bit; every product is converted to
// float64, which forbids the compiler to fuse it with the addition after it.
// math.Exp and math.Log take other paths on other processors.

const (
	ln2High = 6.93147180369123816490e-01 // 32 bits of ln 2, so that k·ln2High is exact
	ln2Low  = 1.90821492927058770002e-10
	log2E   = 1.44269504088896338700e+00
)

// exp is e^x for x up to 0, within two units in the last place. Below -700 it
// is 0.
func exp(x float64) float64 {
	if x < -700 {
		return 0
	}

	k := math.Floor(float64(x*log2E) + 0.5)
	r := x - float64(k*ln2High)
	r -= float64(k * ln2Low)

	// Taylor's series of e^r, |r| ≤ 0.35: the 14th term is below 2^-57.
	sum := 1.0
	for n := 14.0; n >= 1; n-- {
		sum = 1 + float64(sum*r)/n
	}
	return scale(sum, int(k))
}

// log is the natural logarithm of a positive, finite, normal x.
func log(x float64) float64 {
	bits := math.Float64bits(x)
	k := int(bits>>52) - 1023
	m := math.Float64frombits(bits&(1<<52-1) | 1023<<52) // in [1, 2)
	if m > 1.4142135623730951 {
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

// scale is x·2^k for a normal result.
func scale(x float64, k int) float64 {
	return float64(x * math.Float64frombits(uint64(1023+k)<<52))
}

// random is the splitmix64 generator: small, and the same everywhere.
type random struct{ state uint64 }

// newRandom begins a stream of its own for each choice of a task.
func newRandom(seed int64, choice int) *random {
	r := &random{state: uint64(seed)}
	r.state = r.next() ^ uint64(choice)
	r.state = r.next()
	return r
}

func (r *random) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	z := r.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// unit is uniform in [0, 1), in steps of 2^-53.
func (r *random) unit() float64 { return float64(r.next()>>11) / (1 << 53) }

// inside is uniform in (0, 1), so that it has a logarithm other than 0.
func (r *random) inside() float64 { return (float64(r.next()>>12) + 0.5) / (1 << 52) }
