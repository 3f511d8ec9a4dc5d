package network

import (
	"fmt"
	"math"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// Options choose how a network is computed.
type Options struct {
	// Number is the number format of matrices and kernels, F32 or F16. In F16 the
	// processor rounds what it multiplies them with to half floats, too.
	Number checkpoint.TensorType
	// Flash is attention without a matrix of scores where the image has many
	// points and the device can do it. It rounds keys and values to half floats,
	// and takes a processor many times as long.
	Flash bool
	// Scores bounds the bytes of scores that attention without Flash holds at a
	// time; 0 is 256 MB.
	Scores int64
	// Patches bounds the bytes that a convolution holds to be done as a product of
	// matrices, which cards do much faster; 0 is never. A processor is as fast
	// without.
	Patches int64
}

// flashTokens is the number of points from which on Flash counts.
const flashTokens = 1024

func (o Options) scores() int64 {
	if o.Scores > 0 {
		return o.Scores
	}
	return 256 << 20
}

// builder makes the layers that the networks share. Layers take their widths
// from what they are given; a name is that of the layer in the folder.
type builder struct {
	*ggml.Graph
	opts Options
}

// linear is a matrix and, where bias says so, a bias.
func (b builder) linear(name string, x *ggml.Tensor, out int64, bias bool) *ggml.Tensor {
	y := b.MatMul(b.Weight(name+".weight", b.opts.Number, ggml.Dims(x.Shape[0], out)), x)
	if !bias {
		return y
	}
	return b.Add(y, b.vector(name+".bias", ggml.Dims(out)))
}

func (b builder) vector(name string, shape ggml.Shape) *ggml.Tensor {
	return b.Weight(name, checkpoint.F32, shape)
}

// conv is a convolution of an image {width, height, channels, count}.
func (b builder) conv(name string, x *ggml.Tensor, out, size, stride, pad int64) *ggml.Tensor {
	kernel := b.Weight(name+".weight", b.opts.Number, ggml.Dims(size, size, x.Shape[2], out))
	convolve := b.Conv
	if seen := size * size * x.Shape[2] * x.Shape[0] * x.Shape[1] * x.Shape[3]; seen*4 <= b.opts.Patches {
		convolve = b.ConvByPatches
	}
	return b.Add(convolve(kernel, x, stride, pad), b.vector(name+".bias", ggml.Dims(1, 1, out)))
}

// groupNorm is the norm of an image's groups of channels.
func (b builder) groupNorm(name string, x *ggml.Tensor, groups int64, eps float64) *ggml.Tensor {
	channels := ggml.Dims(1, 1, x.Shape[2])
	x = b.Mul(b.GroupNorm(x, groups, float32(eps)), b.vector(name+".weight", channels))
	return b.Add(x, b.vector(name+".bias", channels))
}

// layerNorm is the norm of every row.
func (b builder) layerNorm(name string, x *ggml.Tensor, eps float64) *ggml.Tensor {
	width := ggml.Dims(x.Shape[0])
	x = b.Mul(b.Norm(x, float32(eps)), b.vector(name+".weight", width))
	return b.Add(x, b.vector(name+".bias", width))
}

// resnet is two convolutions beside a shortcut. time is nil in the autoencoder.
func (b builder) resnet(name string, x, time *ggml.Tensor, out, groups int64, eps float64) *ggml.Tensor {
	h := b.SiLU(b.groupNorm(name+".norm1", x, groups, eps))
	h = b.conv(name+".conv1", h, out, 3, 1, 1)
	if time != nil {
		t := b.linear(name+".time_emb_proj", time, out, true)
		h = b.Add(h, b.Reshape(t, ggml.Dims(1, 1, out, t.Shape[1])))
	}

	h = b.SiLU(b.groupNorm(name+".norm2", h, groups, eps))
	h = b.conv(name+".conv2", h, out, 3, 1, 1)
	if x.Shape[2] != out {
		x = b.conv(name+".conv_shortcut", x, out, 1, 1, 0)
	}
	// What is first in a sum is computed first. The other way the shortcut's image
	// would be held all the while, a quarter of what the autoencoder takes.
	return b.Add(h, x)
}

// points turns an image into a row of channels for each of its points.
func (b builder) points(x *ggml.Tensor) *ggml.Tensor {
	s := x.Shape
	return b.Permute(b.Reshape(x, ggml.Dims(s[0]*s[1], s[2], s[3])), checkpoint.F32, [4]int{1, 0, 2, 3})
}

// image turns rows of channels back.
func (b builder) image(x *ggml.Tensor, like ggml.Shape) *ggml.Tensor {
	like[2] = x.Shape[0]
	return b.Reshape(b.Permute(x, checkpoint.F32, [4]int{1, 0, 2, 3}), like)
}

// projections name the four layers of an attention, and say whether the first
// three have a bias.
type projections struct {
	q, k, v, out string
	bias         bool
}

// attention mixes the rows of context into those of x, {width, rows, count}.
// mask, {rows of context, rows of x, 1, count}, is added to scores; nil is none.
func (b builder) attention(name string, x, context *ggml.Tensor, heads int64, p projections, mask *ggml.Tensor) *ggml.Tensor {
	width := x.Shape[0]
	project := func(layer string, from *ggml.Tensor) *ggml.Tensor {
		y := b.linear(name+"."+layer, from, width, p.bias)
		return b.Reshape(y, ggml.Dims(width/heads, heads, from.Shape[1], from.Shape[2]))
	}
	q, k, v := project(p.q, x), project(p.k, context), project(p.v, context)
	y := b.mix(q, k, v, mask)
	return b.linear(name+"."+p.out, b.Reshape(y, x.Shape), width, true)
}

// mix is softmax(q·k/√size)·v of {size, heads, rows, count}, in that layout.
func (b builder) mix(q, k, v, mask *ggml.Tensor) *ggml.Tensor {
	byHead := [4]int{0, 2, 1, 3}
	scale := rootInverse(q.Shape[0])
	q = b.Permute(q, checkpoint.F32, byHead)
	if b.opts.Flash && mask == nil && q.Shape[1] >= flashTokens && k.Shape[2] >= flashTokens {
		y, ok := b.Flash(q, b.Permute(k, checkpoint.F16, byHead), b.Permute(v, checkpoint.F16, byHead), scale)
		if ok {
			return y
		}
	}

	q, k = b.wide(q), b.wide(b.Permute(k, checkpoint.F32, byHead))
	v = b.Permute(v, checkpoint.F32, [4]int{1, 2, 0, 3}) // {rows, size, heads, count}
	y := b.inPieces(q, k.Shape[1]*q.Shape[2]*q.Shape[3]*4, func(q *ggml.Tensor) *ggml.Tensor {
		return b.MatMul(v, b.SoftMax(b.MatMul(k, q), mask, scale))
	}, mask != nil)
	return b.Permute(y, checkpoint.F32, byHead)
}

// wide adds zeros to rows, which no product of them sees, up to a length that
// processors multiply fast: with the heads of 40 numbers that Stable Diffusion 1
// has, one is eight times as fast.
func (b builder) wide(x *ggml.Tensor) *ggml.Tensor {
	const step = 16 // floats in the widest registers
	if more := -x.Shape[0] & (step - 1); more > 0 {
		return b.Pad(x, more, 0)
	}
	return x
}

// inPieces computes a row of scores for each row of q, but not more of them at a
// time than fit into the limit; rows don't depend on one another.
func (b builder) inPieces(q *ggml.Tensor, rowBytes int64, f func(q *ggml.Tensor) *ggml.Tensor, whole bool) *ggml.Tensor {
	rows := q.Shape[1]
	piece := max(1, b.opts.scores()/max(1, rowBytes))
	if whole || piece >= rows {
		return f(q)
	}

	var out *ggml.Tensor
	for at := int64(0); at < rows; at += piece {
		y := f(b.Slice(q, 1, at, min(piece, rows-at)))
		if out == nil {
			out = y
		} else {
			out = b.Concat(out, y, 1)
		}
	}
	return out
}

func rootInverse(n int64) float32 { return float32(1 / math.Sqrt(float64(n))) }

// of names a part of a layer.
func of(format string, args ...any) string { return fmt.Sprintf(format, args...) }
