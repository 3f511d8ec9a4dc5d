package imagehash

import (
	"fmt"
	"image"
	"math/bits"
	"slices"
)

// Hash is the perceptual hash of an image.
type Hash uint64

// String is as the network writes hashes: 0x and 16 digits.
func (h Hash) String() string { return fmt.Sprintf("0x%016x", uint64(h)) }

// Distance is the number of bits that differ, 0 to 64.
func Distance(a, b Hash) int { return bits.OnesCount64(uint64(a ^ b)) }

const (
	side = 64 // an image is shrunk to a square of so many pixels
	kept = 8  // of its frequencies, so many in each direction, the lowest, are kept
)

// Of is the hash of an opaque image that has pixels: it is shrunk, made grey and
// taken apart into frequencies; a bit says whether one of the lowest 64 is
// stronger than their median. The first bit is that of no frequency at all.
func Of(img *image.RGBA) Hash {
	strengths := transform(grey(shrink(shrink(img))))

	sorted := slices.Sorted(slices.Values(strengths[:]))
	middle := sorted[len(sorted)/2-1] + sorted[len(sorted)/2] // twice the median
	var h Hash
	for _, s := range strengths {
		h <<= 1
		if 2*s > middle {
			h |= 1
		}
	}
	return h
}

// grey is the brightness of each pixel, 0 to 255000.
func grey(img *image.RGBA) (pixels [side][side]int64) {
	for y := range pixels {
		row := img.Pix[y*img.Stride:]
		for x := range pixels[y] {
			p := row[4*x:]
			pixels[y][x] = 299*int64(p[0]) + 587*int64(p[1]) + 114*int64(p[2])
		}
	}
	return pixels
}

// transform is the two-dimensional cosine transform (DCT-II, not scaled) as far
// as it is kept. The largest number in it is below 2^62.
func transform(pixels [side][side]int64) (strengths [kept * kept]int64) {
	var rows [kept][side]int64
	for y := range pixels {
		for k := range kept {
			rows[k][y] = round(frequency(&pixels[y], k))
		}
	}
	for k := range kept {
		for j := range kept {
			strengths[kept*j+k] = frequency(&rows[k], j)
		}
	}
	return strengths
}

func frequency(line *[side]int64, k int) (sum int64) {
	for n, v := range line {
		sum += v * cosine((2*n+1)*k)
	}
	return sum
}

// round takes 20 bits away. Unlike a shift it treats both signs alike, so that
// what cancels out still does.
func round(v int64) int64 {
	const unit = 1 << 20
	if v < 0 {
		return (v - unit/2) / unit
	}
	return (v + unit/2) / unit
}

// cosine is cos(iπ/128) in units of 2^-26.
func cosine(i int) int64 {
	i %= 256
	if i > 128 {
		i = 256 - i
	}
	if i > 64 {
		return -quarter[128-i]
	}
	return quarter[i]
}

// quarter is written down because math.Cos may differ between processors.
var quarter = [65]int64{
	67108864, 67088652, 67028028, 66927030, 66785716, 66604174, 66382512, 66120863,
	65819386, 65478262, 65097695, 64677917, 64219179, 63721758, 63185953, 62612087,
	62000506, 61351578, 60665695, 59943268, 59184734, 58390550, 57561193, 56697163,
	55798981, 54867188, 53902345, 52905033, 51875853, 50815425, 49724388, 48603399,
	47453133, 46274283, 45067559, 43833687, 42573413, 41287493, 39976704, 38641834,
	37283687, 35903083, 34500851, 33077838, 31634900, 30172906, 28692737, 27195284,
	25681450, 24152147, 22608295, 21050825, 19480675, 17898790, 16306124, 14703635,
	13092290, 11473058, 9846915, 8214841, 6577819, 4936834, 3292876, 1646934,
	0,
}
