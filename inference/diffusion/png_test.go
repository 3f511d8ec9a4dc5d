package diffusion_test

import (
	"math"
	"testing"

	"helium/inference/diffusion"
)

func TestNumbersAreRoundedToEightBits(t *testing.T) {
	for v, want := range map[float64]uint8{
		-1: 0, 1: 255, 0: 128 /* 127.5 */, -3: 0, 3: 255, 1e300: 255,
		0.003: 128, -0.003: 127, 0.004: 128, 0.01: 129, 125.0 / 255: 190,
	} {
		if got := diffusion.EightBits(v); got != want {
			t.Errorf("%v is %d, want %d", v, got, want)
		}
	}
}

func TestAnImageOfNoNumbersIsAnError(t *testing.T) {
	for name, values := range map[string][]float32{
		"not a number": {0, 0, float32(math.NaN())},
		"infinite":     {0, float32(math.Inf(-1)), 0},
		"short":        {0, 0},
	} {
		if img, err := diffusion.PixelsOf(values, 1, 1); err == nil {
			t.Errorf("%s: %v", name, img.Pix)
		}
	}
}
