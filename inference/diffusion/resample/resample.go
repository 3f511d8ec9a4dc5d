// Package resample brings images to other sizes.
//
// Nouns: an axis is a row or a column of an image; a window is the stretch of the
// old axis that a point of the new one is made of, each point with its weight.
//
// Promise: the pixels are a function of the image, the sizes and the filter, the
// same on every platform, as weights and sums are whole numbers. Lanczos and
// Bicubic give the bytes that Pillow gives, Lanczos4 those of OpenCV, but for a
// weight that rounds otherwise here and there; Area is OpenCV's without its
// roundings on the way.
package resample

import (
	"image"
	"math"

	"helium/inference/exact"
)

// Filter is how a point is made of those around it.
type Filter int

const (
	Lanczos  Filter = iota // of three lobes; Pillow's
	Bicubic                // Pillow's
	Lanczos4               // of four lobes, of eight points however much smaller the image gets; OpenCV's
	Area                   // by what a point covers; where an axis grows, between two points; OpenCV's
)

// window is the weights of points from first on.
type window struct {
	first   int
	weights []int64
}

// Resize makes an opaque image of an opaque one. All sides are from 1 to 1<<22 long.
func Resize(img *image.RGBA, width, height int, f Filter) *image.RGBA {
	from := img.Bounds().Size()
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	if from == out.Rect.Max {
		for y := range height {
			copy(out.Pix[y*out.Stride:][:4*width], img.Pix[y*img.Stride:])
		}
		return out
	}

	p := newPlan(from, out.Rect.Max, f)
	middle := make([]int32, width*from.Y)
	for channel := range 3 {
		for y := range from.Y {
			row := img.Pix[y*img.Stride+channel:]
			for x, w := range p.across {
				middle[y*width+x] = p.first(w.sum(func(i int) int64 { return int64(row[4*i]) }))
			}
		}
		for y, w := range p.down {
			for x := range width {
				sum := w.sum(func(i int) int64 { return int64(middle[i*width+x]) })
				out.Pix[y*out.Stride+4*x+channel] = p.last(sum)
			}
		}
	}
	for i := 3; i < len(out.Pix); i += 4 {
		out.Pix[i] = 255
	}
	return out
}

func (w window) sum(at func(i int) int64) int64 {
	var sum int64
	for i, weight := range w.weights {
		sum += weight * at(w.first+i)
	}
	return sum
}

// plan is how both axes change, and what is done with the sums of each.
type plan struct {
	across, down []window
	first        func(sum int64) int32
	last         func(sum int64) uint8
}

// Bits behind the point of weights.
const (
	pillowBits = 22
	opencvBits = 11
)

func newPlan(from, to image.Point, f Filter) plan {
	keep := func(sum int64) int32 { return int32(sum) }
	axes := func(axis func(from, to int) []window) ([]window, []window) {
		return axis(from.X, to.X), axis(from.Y, to.Y)
	}
	p := plan{first: keep}
	switch f {
	case Lanczos4:
		p.across, p.down = axes(eightPoints)
		p.last = func(sum int64) uint8 { return clamp(sum, 2*opencvBits) }
	case Area:
		axis := between
		if from.X >= to.X && from.Y >= to.Y {
			axis = covered
		}
		p.across, p.down = axes(axis)
		whole := int64(from.X) * int64(from.Y) // the sum of all weights
		p.last = func(sum int64) uint8 { return uint8((2*sum + whole) / (2 * whole)) }
	default:
		kernel, reach := lanczos, 3.0
		if f == Bicubic {
			kernel, reach = bicubic, 2.0
		}
		p.across, p.down = axes(func(from, to int) []window { return smooth(from, to, kernel, reach) })
		p.first = func(sum int64) int32 { return int32(clamp(sum, pillowBits)) }
		p.last = func(sum int64) uint8 { return clamp(sum, pillowBits) }
	}
	return p
}

// clamp rounds a sum to a whole number, halves up, and holds it to 0 to 255.
func clamp(sum int64, bits uint) uint8 {
	return uint8(min(max((sum+1<<(bits-1))>>bits, 0), 255))
}

// smooth are windows that widen as the axis shrinks.
func smooth(from, to int, kernel func(x float64) float64, reach float64) []window {
	scale := float64(from) / float64(to)
	wide := math.Max(scale, 1)
	var out []window
	for i := range to {
		centre := float64((float64(i) + 0.5) * scale)
		first := max(int(centre-float64(reach*wide)+0.5), 0)
		end := min(int(centre+float64(reach*wide)+0.5), from)
		var values []float64
		var sum float64
		for k := first; k < end; k++ {
			v := kernel(float64((float64(k) - centre + 0.5) * (1 / wide)))
			values = append(values, v)
			sum += v
		}
		out = append(out, window{first, fixed(values, sum, pillowBits, math.Round)})
	}
	return out
}

// fixed are values by their sum, as whole numbers of so many bits behind the
// point.
func fixed(values []float64, sum float64, bits int, round func(float64) float64) []int64 {
	var out []int64
	for _, v := range values {
		out = append(out, int64(round(float64(v/sum)*float64(int64(1)<<bits))))
	}
	return out
}

func lanczos(x float64) float64 {
	if x < -3 || x >= 3 {
		return 0
	}
	return float64(sinc(x) * sinc(x/3))
}

// sinc is sin(πx)/(πx).
func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	turns := x / 2
	sin, _ := exact.SinCos(turns - math.Floor(turns))
	return sin / float64(x*math.Pi)
}

func bicubic(x float64) float64 {
	const a = -0.5
	x = math.Abs(x)
	switch {
	case x < 1:
		return float64(float64((float64((a+2)*x)-(a+3))*x)*x) + 1
	case x < 2:
		return float64((float64((float64((x-5)*x)+8)*x) - 4) * a)
	}
	return 0
}

// eightPoints are the windows of Lanczos4. Beyond its ends an axis goes on as it
// ended.
func eightPoints(from, to int) []window {
	scale := float64(from) / float64(to)
	var out []window
	for i := range to {
		at := float64(float32(float64((float64(i)+0.5)*scale) - 0.5))
		low := math.Floor(at)
		part := at - low
		var values []float64
		var sum float64
		for k := -3; k <= 4; k++ {
			d := part - float64(k)
			values = append(values, float64(sinc(d)*sinc(d/4)))
			sum += values[len(values)-1]
		}
		weights := fixed(values, sum, opencvBits, math.RoundToEven)
		out = append(out, held(int(low)-3, weights, from))
	}
	return out
}

// held moves the weights of points before and behind the axis to its ends.
func held(first int, weights []int64, from int) window {
	low, high := min(max(first, 0), from-1), min(max(first+len(weights)-1, 0), from-1)
	w := window{low, make([]int64, high-low+1)}
	for i, weight := range weights {
		w.weights[min(max(first+i, low), high)-low] += weight
	}
	return w
}

// covered are windows of the length that each old point and the new one share,
// where the axis is from·to long.
func covered(from, to int) []window {
	var out []window
	for i := range to {
		begin, end := i*from, (i+1)*from
		w := window{first: begin / to}
		for k := w.first; k*to < end; k++ {
			w.weights = append(w.weights, int64(min(end, (k+1)*to)-max(begin, k*to)))
		}
		out = append(out, w)
	}
	return out
}

// between are windows of two old points that share the weight by how much of the
// new one lies behind the first.
func between(from, to int) []window {
	var out []window
	for i := range to {
		low := i * from / to
		behind := max((i+1)*from-(low+1)*to, 0) % from
		out = append(out, held(low, []int64{int64(from - behind), int64(behind)}, from))
	}
	return out
}
