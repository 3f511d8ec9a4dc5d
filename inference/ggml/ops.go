package ggml

import (
	"helium/inference/checkpoint"
)

// result adds a tensor that an operation computes. It compares the shape that
// the operation has here with the library's, so that a difference is an error
// and not the end of the process some operations later.
func (g *Graph) result(op string, typ checkpoint.TensorType, shape Shape, tensors int, build func(fn *graphFunctions) *nativeTensor) *Tensor {
	t := &Tensor{Name: op, Type: typ, Shape: shape}
	switch {
	case g.err != nil:
		return failed(op)
	case !shape.valid():
		return g.fail(op, "the result would have the shape %v", shape)
	case !g.room(tensors):
		return g.fail(op, "the graph has more than %d tensors", maxGraphTensors)
	case g.compute == nil:
		return t
	}

	t.native = build(&g.compute.fn)
	if t.native == nil {
		return g.fail(op, "no memory for the result")
	}
	if Shape(t.native.ne) != shape || t.native.typ != int32(typ) {
		return g.fail(op, "the library makes it %v, want %v", t.native.ne, shape)
	}
	return t
}

// same is an operation that keeps the shape and wants floats.
func (g *Graph) same(op string, a *Tensor, build func(fn *graphFunctions) *nativeTensor) *Tensor {
	if a.Type != checkpoint.F32 {
		return g.fail(op, "%s is %v, want F32", a.Name, a.Type)
	}
	return g.result(op, checkpoint.F32, a.Shape, 1, build)
}

// repeats says whether b fits into a a whole number of times.
func repeats(a, b Shape) bool {
	for i := range a {
		if a[i]%b[i] != 0 {
			return false
		}
	}
	return true
}

// Add is a+b, b repeated to the shape of a.
func (g *Graph) Add(a, b *Tensor) *Tensor {
	if !repeats(a.Shape, b.Shape) || b.Type != checkpoint.F32 {
		return g.fail("add", "%v %s to %v %s", b.Shape, b.Name, a.Shape, a.Name)
	}
	return g.same("add", a, func(fn *graphFunctions) *nativeTensor { return fn.add(g.ctx, a.native, b.native) })
}

// Mul is a·b number by number, b repeated to the shape of a.
func (g *Graph) Mul(a, b *Tensor) *Tensor {
	if !repeats(a.Shape, b.Shape) || b.Type != checkpoint.F32 {
		return g.fail("multiply", "%v %s with %v %s", b.Shape, b.Name, a.Shape, a.Name)
	}
	return g.same("multiply", a, func(fn *graphFunctions) *nativeTensor { return fn.mul(g.ctx, a.native, b.native) })
}

// MatMul multiplies the rows of a with those of b: of {n, p, …} and {n, q, …}
// it makes {p, q, …}. The outer dimensions of a repeat to those of b.
func (g *Graph) MatMul(a, b *Tensor) *Tensor {
	x, y := a.Shape, b.Shape
	if x[0] != y[0] || y[2]%x[2] != 0 || y[3]%x[3] != 0 || a.Type == I32 || b.Type != checkpoint.F32 {
		return g.fail("multiply matrices", "%v %s with %v %s", x, a.Name, y, b.Name)
	}
	g.products += x[0] * x[1] * y[1] * y[2] * y[3]
	return g.result("multiply matrices", checkpoint.F32, Shape{x[1], y[1], y[2], y[3]}, 1, func(fn *graphFunctions) *nativeTensor {
		t := fn.matMul(g.ctx, a.native, b.native)
		fn.matMulPrecision(t, precisionF32) // some cards would add up in half floats
		return t
	})
}

// Rows takes rows of a matrix by their numbers, which the caller has checked.
func (g *Graph) Rows(a, ids *Tensor) *Tensor {
	n := ids.Shape[0]
	if a.Shape[2] != 1 || a.Shape[3] != 1 || ids.Shape != Dims(n) || ids.Type != I32 || a.Type == I32 {
		return g.fail("take rows", "%v of %v %s", ids.Shape, a.Shape, a.Name)
	}
	return g.result("take rows", checkpoint.F32, Dims(a.Shape[0], n), 1, func(fn *graphFunctions) *nativeTensor {
		return fn.rows(g.ctx, a.native, ids.native)
	})
}

// SiLU is x·sigmoid(x).
func (g *Graph) SiLU(a *Tensor) *Tensor {
	return g.same("silu", a, func(fn *graphFunctions) *nativeTensor { return fn.silu(g.ctx, a.native) })
}

// GELU is x·Φ(x), with the error function.
func (g *Graph) GELU(a *Tensor) *Tensor {
	return g.same("gelu", a, func(fn *graphFunctions) *nativeTensor { return fn.gelu(g.ctx, a.native) })
}

// QuickGELU is x·sigmoid(1.702·x). The library's own rounds to half floats.
func (g *Graph) QuickGELU(a *Tensor) *Tensor {
	const slope = 1.702
	return g.Scale(g.SiLU(g.Scale(a, slope)), 1/slope)
}

// GEGLU multiplies the first half of every row with the GELU of the second.
func (g *Graph) GEGLU(a *Tensor) *Tensor {
	shape := a.Shape
	if shape[0]%2 != 0 || a.Type != checkpoint.F32 {
		return g.fail("geglu", "%v %s", shape, a.Name)
	}
	shape[0] /= 2
	return g.result("geglu", checkpoint.F32, shape, 1, func(fn *graphFunctions) *nativeTensor { return fn.geglu(g.ctx, a.native) })
}

// Scale is s·a.
func (g *Graph) Scale(a *Tensor, s float32) *Tensor {
	return g.same("scale", a, func(fn *graphFunctions) *nativeTensor { return fn.scale(g.ctx, a.native, s) })
}

// Norm gives every row the mean 0 and the variance 1.
func (g *Graph) Norm(a *Tensor, eps float32) *Tensor {
	return g.same("norm", a, func(fn *graphFunctions) *nativeTensor { return fn.norm(g.ctx, a.native, eps) })
}

// GroupNorm gives every group of an image's channels the mean 0 and the
// variance 1.
func (g *Graph) GroupNorm(a *Tensor, groups int64, eps float32) *Tensor {
	if groups < 1 || a.Shape[2]%groups != 0 {
		return g.fail("group norm", "%d groups of %v %s", groups, a.Shape, a.Name)
	}
	return g.same("group norm", a, func(fn *graphFunctions) *nativeTensor {
		return fn.groupNorm(g.ctx, a.native, int32(groups), eps)
	})
}

// Concat puts b behind a in one dimension.
func (g *Graph) Concat(a, b *Tensor, dim int) *Tensor {
	shape, other := a.Shape, b.Shape
	shape[dim] += other[dim]
	other[dim] = shape[dim]
	if shape != other || a.Type != checkpoint.F32 || b.Type != checkpoint.F32 {
		return g.fail("concatenate", "%v %s and %v %s", a.Shape, a.Name, b.Shape, b.Name)
	}
	return g.result("concatenate", checkpoint.F32, shape, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.concat(g.ctx, a.native, b.native, int32(dim))
	})
}

// Reshape reads the same numbers in other dimensions.
func (g *Graph) Reshape(a *Tensor, shape Shape) *Tensor {
	if !shape.valid() || shape.Elements() != a.Shape.Elements() {
		return g.fail("reshape", "%v %s to %v", a.Shape, a.Name, shape)
	}
	return g.result(a.Name, a.Type, shape, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.reshape(g.ctx, a.native, shape[0], shape[1], shape[2], shape[3])
	})
}

// Permute copies a tensor with its dimensions in another order and in a number
// format: dimension i goes to axes[i].
func (g *Graph) Permute(a *Tensor, typ checkpoint.TensorType, axes [4]int) *Tensor {
	var shape Shape
	for i, axis := range axes {
		if axis < 0 || axis > 3 || shape[axis] != 0 {
			return g.fail("permute", "axes %v", axes)
		}
		shape[axis] = a.Shape[i]
	}
	return g.result("permute", typ, shape, 2, func(fn *graphFunctions) *nativeTensor {
		t := fn.permute(g.ctx, a.native, int32(axes[0]), int32(axes[1]), int32(axes[2]), int32(axes[3]))
		if typ == a.Type {
			return fn.cont(g.ctx, t)
		}
		return fn.cast(g.ctx, t, int32(typ))
	})
}

// Slice copies n places of one dimension.
func (g *Graph) Slice(a *Tensor, dim int, from, n int64) *Tensor {
	shape := a.Shape
	if from < 0 || n < 1 || from > shape[dim]-n {
		return g.fail("slice", "%d places at %d of %v %s", n, from, a.Shape, a.Name)
	}
	shape[dim] = n
	return g.result("slice", a.Type, shape, 2, func(fn *graphFunctions) *nativeTensor {
		nb := a.native.nb
		t := fn.view(g.ctx, a.native, shape[0], shape[1], shape[2], shape[3], nb[1], nb[2], nb[3], uintptr(from)*nb[dim])
		return fn.cont(g.ctx, t)
	})
}

// SoftMax makes every row, times scale, a distribution. mask is added to the
// scaled rows; it may be nil, and its outer dimensions repeat.
func (g *Graph) SoftMax(a, mask *Tensor, scale float32) *Tensor {
	var added *nativeTensor
	if mask != nil {
		x, m := a.Shape, mask.Shape
		if x[0] != m[0] || x[1] != m[1] || x[2]%m[2] != 0 || x[3]%m[3] != 0 || mask.Type != checkpoint.F32 {
			return g.fail("soft max", "%v %s with the mask %v %s", x, a.Name, m, mask.Name)
		}
		added = mask.native
	}
	return g.same("soft max", a, func(fn *graphFunctions) *nativeTensor {
		return fn.softMax(g.ctx, a.native, added, scale, 0)
	})
}

// Conv is a convolution with a kernel {width, height, in, out}.
func (g *Graph) Conv(kernel, a *Tensor, stride, pad int64) *Tensor {
	shape, ok := convShape(kernel, a, stride, pad)
	if !ok {
		return g.fail("convolve", "%v %s with %v %s", a.Shape, a.Name, kernel.Shape, kernel.Name)
	}
	g.products += kernel.Shape[0] * kernel.Shape[1] * kernel.Shape[2] * shape.Elements()
	return g.result("convolve", checkpoint.F32, shape, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.conv(g.ctx, kernel.native, a.native, int32(stride), int32(stride), int32(pad), int32(pad), 1, 1)
	})
}

// ConvByPatches is Conv as one product of matrices, which some devices do much
// faster. It holds what the kernel sees of the image at every point of the
// result. (The library's own way rounds that to half floats.)
func (g *Graph) ConvByPatches(kernel, a *Tensor, stride, pad int64) *Tensor {
	shape, ok := convShape(kernel, a, stride, pad)
	if !ok {
		return g.fail("convolve", "%v %s with %v %s", a.Shape, a.Name, kernel.Shape, kernel.Name)
	}
	seen := kernel.Shape[0] * kernel.Shape[1] * kernel.Shape[2]
	patches := g.result("patches", checkpoint.F32, Shape{seen, shape[0], shape[1], shape[3]}, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.patches(g.ctx, kernel.native, a.native, int32(stride), int32(stride), int32(pad), int32(pad), 1, 1, true, typeF32)
	})

	patches = g.Reshape(patches, Dims(seen, shape[0]*shape[1], shape[3]))
	rows := g.MatMul(g.Reshape(kernel, Dims(seen, shape[2])), patches)
	return g.Reshape(g.Permute(rows, checkpoint.F32, [4]int{1, 0, 2, 3}), shape)
}

func convShape(kernel, a *Tensor, stride, pad int64) (Shape, bool) {
	k, x := kernel.Shape, a.Shape
	if k[2] != x[2] || stride < 1 || pad < 0 || x[0]+2*pad < k[0] || x[1]+2*pad < k[1] || a.Type != checkpoint.F32 || kernel.Type == I32 {
		return Shape{}, false
	}
	return Shape{(x[0]+2*pad-k[0])/stride + 1, (x[1]+2*pad-k[1])/stride + 1, k[3], x[3]}, true
}

// Resize makes an image larger by repeating its points.
func (g *Graph) Resize(a *Tensor, width, height int64) *Tensor {
	shape := a.Shape
	if a.Type != checkpoint.F32 || width < shape[0] || height < shape[1] {
		return g.fail("resize", "%v %s to %d by %d", shape, a.Name, width, height)
	}
	shape[0], shape[1] = width, height
	return g.result("resize", checkpoint.F32, shape, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.resize(g.ctx, a.native, shape[0], shape[1], shape[2], shape[3], scaleModeNearest)
	})
}

// Pad adds zeros to the right and below an image.
func (g *Graph) Pad(a *Tensor, right, below int64) *Tensor {
	shape := a.Shape
	shape[0] += right
	shape[1] += below
	if right < 0 || below < 0 || a.Type != checkpoint.F32 {
		return g.fail("pad", "%v %s by %d and %d", a.Shape, a.Name, right, below)
	}
	return g.result("pad", checkpoint.F32, shape, 1, func(fn *graphFunctions) *nativeTensor {
		return fn.pad(g.ctx, a.native, int32(right), int32(below), 0, 0)
	})
}

// Flash is attention that never holds all scores: softmax(q·k·scale)·v of
// {size, tokens, heads, count} as {size, heads, tokens, count}. k and v are half
// floats. It says whether the device can do it for heads of this size.
func (g *Graph) Flash(q, k, v *Tensor, scale float32) (*Tensor, bool) {
	x, y := q.Shape, k.Shape
	if x[0] != y[0] || x[2] != y[2] || x[3] != y[3] || v.Shape != y ||
		q.Type != checkpoint.F32 || k.Type != checkpoint.F16 || v.Type != checkpoint.F16 {
		return g.fail("flash attention", "%v %s, %v %s and %v %s", x, q.Name, y, k.Name, v.Shape, v.Name), true
	}
	g.products += 2 * x.Elements() * y[1]
	t := g.result("flash attention", checkpoint.F32, Shape{x[0], x[2], x[1], x[3]}, 1, func(fn *graphFunctions) *nativeTensor {
		t := fn.flash(g.ctx, q.native, k.native, v.native, nil, scale, 0, 0)
		fn.flashPrecision(t, precisionF32)
		return t
	})
	return t, t.native == nil || g.compute.fn.deviceSupports(g.compute.device.handle, t.native)
}
