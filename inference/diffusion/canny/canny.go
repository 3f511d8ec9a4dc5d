// Package canny finds the edges in an image (Canny, 1986).
//
// Nouns: a gradient is how fast the colour changes to the right and downwards; its
// strength is the sum of both; an edge is a line of points whose gradient is
// stronger than that of their neighbours on both sides.
//
// Promise: the edges are those that OpenCV's Canny finds with an aperture of 3
// and without its L2 gradient, to the pixel. Only whole numbers are used.
package canny

import "image"

// gradient is that of a point, by Sobel's kernels.
type gradient struct{ right, down int32 }

func (g gradient) strength() int32 { return max(g.right, -g.right) + max(g.down, -g.down) }

// Edges draws white edges on black. An edge holds a point stronger than high;
// none of its points is weaker than low. The order of the two doesn't matter. The
// image is opaque.
func Edges(img *image.RGBA, low, high int) *image.RGBA {
	low, high = min(low, high), max(low, high)
	f := newField(img)
	out := image.NewRGBA(image.Rect(0, 0, f.width, f.height))
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 255
	}

	// Strong points, then all that are joined to them.
	ridge := make([]bool, len(f.points))
	var found []int
	for y := range f.height {
		for x := range f.width {
			i := y*f.width + x
			strength := int(f.points[i].strength())
			ridge[i] = strength > low && f.isRidge(x, y)
			if ridge[i] && strength > high {
				found = append(found, i)
			}
		}
	}
	for len(found) > 0 {
		i := found[len(found)-1]
		found = found[:len(found)-1]
		if !ridge[i] {
			continue
		}
		ridge[i] = false
		out.Pix[4*i], out.Pix[4*i+1], out.Pix[4*i+2] = 255, 255, 255
		for y := max(i/f.width-1, 0); y <= min(i/f.width+1, f.height-1); y++ {
			for x := max(i%f.width-1, 0); x <= min(i%f.width+1, f.width-1); x++ {
				if ridge[y*f.width+x] {
					found = append(found, y*f.width+x)
				}
			}
		}
	}
	return out
}

// field is the gradients of an image, at each point that of the colour that
// changes most.
type field struct {
	width, height int
	points        []gradient
}

func newField(img *image.RGBA) field {
	size := img.Bounds().Size()
	f := field{size.X, size.Y, make([]gradient, 0, size.X*size.Y)}
	for y := range f.height {
		for x := range f.width {
			best := sobel(img, x, y, 0)
			for c := 1; c < 3; c++ {
				if g := sobel(img, x, y, c); g.strength() > best.strength() {
					best = g
				}
			}
			f.points = append(f.points, best)
		}
	}
	return f
}

// sobel is one colour's gradient. Beyond its borders the image goes on as it
// ended.
func sobel(img *image.RGBA, x, y, colour int) gradient {
	size := img.Bounds().Size()
	left, right := max(x-1, 0), min(x+1, size.X-1)
	above, below := max(y-1, 0), min(y+1, size.Y-1)
	at := func(x, y int) int32 { return int32(img.Pix[y*img.Stride+4*x+colour]) }
	return gradient{
		right: at(right, above) + 2*at(right, y) + at(right, below) - at(left, above) - 2*at(left, y) - at(left, below),
		down:  at(left, below) + 2*at(x, below) + at(right, below) - at(left, above) - 2*at(x, above) - at(right, above),
	}
}

// isRidge says whether a point is stronger than its neighbours along its
// gradient, which is taken as lying along an axis up to an angle of 22.5 degrees
// to it and as diagonal else. Of two equal ones on an axis the first counts.
func (f field) isRidge(x, y int) bool {
	const tangent = 13573 // of 22.5 degrees, in units of 2^-15
	g := f.points[y*f.width+x]
	strength := g.strength()
	right, down := max(g.right, -g.right), max(g.down, -g.down)<<15
	flat := right * tangent
	steep := flat + right<<16 // the tangent of 67.5 degrees is larger by 2
	switch {
	case down < flat:
		return strength > f.strength(x-1, y) && strength >= f.strength(x+1, y)
	case down > steep:
		return strength > f.strength(x, y-1) && strength >= f.strength(x, y+1)
	}
	side := 1
	if g.right^g.down < 0 {
		side = -1
	}
	return strength > f.strength(x-side, y-1) && strength > f.strength(x+side, y+1)
}

// strength is none outside of the image.
func (f field) strength(x, y int) int32 {
	if x < 0 || y < 0 || x >= f.width || y >= f.height {
		return 0
	}
	return f.points[y*f.width+x].strength()
}
