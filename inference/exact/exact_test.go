package exact_test

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"helium/inference/exact"
)

// ulps is the distance of two positive floats in units in the last place.
func ulps(a, b float64) float64 {
	return math.Abs(float64(int64(math.Float64bits(a)) - int64(math.Float64bits(b))))
}

func TestExpAndLogAreTheLibrarysWithinAFewUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200_000 {
		x := 1400*r.Float64() - 700
		if got, want := exact.Exp(x), math.Exp(x); ulps(got, want) > 3 {
			t.Fatalf("Exp(%v) = %v, want %v", x, got, want)
		}
		below := -700 * r.Float64() // a sampler's scores are up to 0
		if got, want := exact.Exp(below), math.Exp(below); ulps(got, want) > 3 {
			t.Fatalf("Exp(%v) = %v, want %v", below, got, want)
		}
		y := math.Ldexp(0.5+r.Float64(), r.IntN(200)-100)
		if got, want := exact.Log(y), math.Log(y); math.Abs(got-want) > 4e-16*math.Max(1, math.Abs(want)) {
			t.Fatalf("Log(%v) = %v, want %v", y, got, want)
		}
	}
	if exact.Exp(0) != 1 || exact.Exp(-701) != 0 || exact.Exp(-1000) != 0 || !math.IsInf(exact.Exp(701), 1) || exact.Log(1) != 0 {
		t.Error("Exp or Log is wrong at an end")
	}
}

func TestRootIsTheLibrarysPower(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		x := math.Exp(20*r.Float64() - 10)
		if got, want := exact.Root(x, 7), math.Pow(x, 1.0/7); math.Abs(got-want) > 1e-15*want {
			t.Fatalf("Root(%v, 7) = %v, want %v", x, got, want)
		}
	}
}

func TestSinCosIsTheLibrarysWithinTwoUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	check := func(turns float64) {
		sin, cos := exact.SinCos(turns)
		wantSin, wantCos := math.Sincos(2 * math.Pi * turns)
		// The library's argument is rounded: up to 2^-51 of a radian.
		if math.Abs(sin-wantSin) > 8e-16 || math.Abs(cos-wantCos) > 8e-16 {
			t.Fatalf("SinCos(%v) = %v, %v, want %v, %v", turns, sin, cos, wantSin, wantCos)
		}
	}
	for range 200_000 {
		check(r.Float64())
	}
	for i := range 8 {
		check(float64(i) / 8)
		check(math.Nextafter(float64(i+1)/8, 0))
	}
	if sin, cos := exact.SinCos(0.25); sin != 1 || cos != 0 {
		t.Errorf("SinCos of a quarter = %v, %v, want 1, 0", sin, cos)
	}
}

// machine carries out float64 operations with big.Float, each rounded to 53
// bits, so that no processor has a say.
type machine struct{}

func (machine) of(v float64) *big.Float {
	return new(big.Float).SetPrec(53).SetMode(big.ToNearestEven).SetFloat64(v)
}
func (m machine) add(a, b *big.Float) *big.Float { return m.of(0).Add(a, b) }
func (m machine) sub(a, b *big.Float) *big.Float { return m.of(0).Sub(a, b) }
func (m machine) mul(a, b *big.Float) *big.Float { return m.of(0).Mul(a, b) }
func (m machine) div(a, b *big.Float) *big.Float { return m.of(0).Quo(a, b) }

func (m machine) exp(x float64) float64 {
	scaled, _ := m.add(m.mul(m.of(x), m.of(1.44269504088896338700e+00)), m.of(0.5)).Float64()
	k := math.Floor(scaled)
	r := m.sub(m.of(x), m.mul(m.of(k), m.of(6.93147180369123816490e-01)))
	r = m.sub(r, m.mul(m.of(k), m.of(1.90821492927058770002e-10)))
	sum := m.of(1)
	for n := 14.0; n >= 1; n-- {
		sum = m.add(m.of(1), m.div(m.mul(sum, r), m.of(n)))
	}
	v, _ := sum.Float64()
	return math.Ldexp(v, int(k))
}

func (m machine) log(x float64) float64 {
	frac, k := math.Frexp(x)
	frac, k = 2*frac, k-1
	if frac > math.Sqrt2 {
		frac, k = frac/2, k+1
	}
	s := m.div(m.sub(m.of(frac), m.of(1)), m.add(m.of(frac), m.of(1)))
	square, sum := m.mul(s, s), m.of(0)
	for n := 23.0; n >= 1; n -= 2 {
		sum = m.add(m.mul(sum, square), m.div(m.of(1), m.of(n)))
	}
	low := m.add(m.mul(m.of(float64(k)), m.of(1.90821492927058770002e-10)), m.mul(m.of(2), m.mul(s, sum)))
	v, _ := m.add(m.mul(m.of(float64(k)), m.of(6.93147180369123816490e-01)), low).Float64()
	return v
}

func (m machine) sinCos(turns float64) (float64, float64) {
	x := m.mul(m.mul(m.of(turns), m.of(8)), m.of(math.Pi/4))
	square, sin, cos := m.mul(x, x), m.of(1), m.of(1)
	for n := 16.0; n >= 2; n -= 2 {
		sin = m.sub(m.of(1), m.div(m.mul(sin, square), m.of(n*(n+1))))
		cos = m.sub(m.of(1), m.div(m.mul(cos, square), m.of(n*(n-1))))
	}
	s, _ := m.mul(x, sin).Float64()
	c, _ := cos.Float64()
	return s, c
}

// This fails on a platform that rounds otherwise, as one that fuses
// multiplication and addition would.
func TestResultsAreThoseOfRoundingEveryOperation(t *testing.T) {
	for _, x := range []float64{-0.1, -1, -3.7, -20.123456789, -299.5} {
		if got, want := exact.Exp(x), (machine{}).exp(x); math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("Exp(%v) = %v, want %v", x, got, want)
		}
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 2000 {
		x, y, u := 200*r.Float64()-100, math.Exp(40*r.Float64()-20), r.Float64()/8
		if got, want := exact.Exp(x), (machine{}).exp(x); got != want {
			t.Fatalf("Exp(%v) = %v, want %v", x, got, want)
		}
		if got, want := exact.Log(y), (machine{}).log(y); got != want {
			t.Fatalf("Log(%v) = %v, want %v", y, got, want)
		}
		sin, cos := exact.SinCos(u)
		if s, c := (machine{}).sinCos(u); sin != s || cos != c {
			t.Fatalf("SinCos(%v) = %v, %v, want %v, %v", u, sin, cos, s, c)
		}
	}
}
