package imagehash

import (
	"image"
	"math"
)

// shrink brings the width to 64 pixels by a linear filter as wide as the change
// needs, and turns the image over its diagonal: twice it is both sides, upright.
// Weights and averages lose their fractions, as they did in the original.
func shrink(img *image.RGBA) *image.RGBA {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, height, side))
	for to := range side {
		first, weights := window(width, to)
		for y := range height {
			average(out.Pix[to*out.Stride+4*y:], img.Pix[y*img.Stride:], width, first, weights)
		}
	}
	return out
}

// average writes one pixel. Beyond a row's ends its last pixels go on.
func average(to, row []uint8, width, first int, weights []int64) {
	var red, green, blue, sum int64
	for i, weight := range weights {
		p := row[4*min(max(first+i, 0), width-1):]
		red += weight * int64(p[0])
		green += weight * int64(p[1])
		blue += weight * int64(p[2])
		sum += weight
	}
	to[0], to[1], to[2], to[3] = uint8(red/sum), uint8(green/sum), uint8(blue/sum), 0xff
}

// window is which of n pixels make pixel number to of 64, from the first on, and
// how much each counts, in 256ths. Every product is converted, which forbids the
// compiler to fuse it with an addition: fused, it would round differently.
func window(n, to int) (first int, weights []int64) {
	scale := float64(n) / side
	centre := float64(scale*(float64(to)+0.5)) - 0.5
	weights = make([]int64, 2*int(max(math.Ceil(scale), 1)))
	first = int(centre) - len(weights)/2 + 1
	narrow := min(1/scale, 1)
	for i := range weights {
		away := math.Abs(float64((centre - float64(first) - float64(i)) * narrow))
		weights[i] = int64(float64((1 - min(away, 1)) * 256))
	}
	return first, weights
}
