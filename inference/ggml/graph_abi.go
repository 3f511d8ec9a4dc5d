package ggml

import (
	"fmt"
	"unsafe"
)

// nativeTensor is ggml_tensor of library version 0.4.0.
type nativeTensor struct {
	typ      int32
	_        int32
	buffer   uintptr
	ne       [4]int64
	nb       [4]uintptr
	op       int32
	params   [16]int32
	flags    int32
	src      [10]uintptr
	viewSrc  uintptr
	viewOffs uintptr
	data     uintptr
	name     [64]byte
	extra    uintptr
	_        [8]byte
}

// initParams is ggml_init_params, the flag in a whole word.
type initParams struct {
	size    uintptr
	buffer  uintptr
	noAlloc uint64
}

// Values of the library's enums for graphs.
const (
	typeF32          = 0 // ggml_type
	typeI32          = 26
	scaleModeNearest = 0  // ggml_scale_mode
	precisionF32     = 10 // ggml_prec
	usageWeights     = 1  // ggml_backend_buffer_usage
	tensorOverhead   = 368
)

// node makes a tensor from one other.
type node = func(ctx uintptr, a *nativeTensor) *nativeTensor

// nodeOfTwo makes a tensor from two others.
type nodeOfTwo = func(ctx uintptr, a, b *nativeTensor) *nativeTensor

// graphFunctions are the native functions that graphs use.
type graphFunctions struct {
	tensorOverhead func() uintptr
	graphOverhead  func(size uintptr, grads bool) uintptr
	init           func(params initParams) uintptr
	free           func(ctx uintptr)
	newTensor      func(ctx uintptr, typ, dims int32, ne *[4]int64) *nativeTensor
	setInput       func(t *nativeTensor)
	setOutput      func(t *nativeTensor)
	newGraph       func(ctx uintptr, size uintptr, grads bool) uintptr
	expand         func(graph uintptr, t *nativeTensor)
	nodeCount      func(graph uintptr) int32
	nodeAt         func(graph uintptr, i int32) *nativeTensor
	opDescription  func(t *nativeTensor) string

	add, mul, matMul nodeOfTwo
	rows             nodeOfTwo
	silu, gelu       node
	geglu, cont      node
	matMulPrecision  func(t *nativeTensor, precision int32)
	scale            func(ctx uintptr, a *nativeTensor, s float32) *nativeTensor
	norm             func(ctx uintptr, a *nativeTensor, eps float32) *nativeTensor
	groupNorm        func(ctx uintptr, a *nativeTensor, groups int32, eps float32) *nativeTensor
	concat           func(ctx uintptr, a, b *nativeTensor, dim int32) *nativeTensor
	reshape          func(ctx uintptr, a *nativeTensor, n0, n1, n2, n3 int64) *nativeTensor
	view             func(ctx uintptr, a *nativeTensor, n0, n1, n2, n3 int64, b1, b2, b3, offset uintptr) *nativeTensor
	permute          func(ctx uintptr, a *nativeTensor, a0, a1, a2, a3 int32) *nativeTensor
	cast             func(ctx uintptr, a *nativeTensor, typ int32) *nativeTensor
	softMax          func(ctx uintptr, a, mask *nativeTensor, scale, maxBias float32) *nativeTensor
	conv             func(ctx uintptr, kernel, a *nativeTensor, s0, s1, p0, p1, d0, d1 int32) *nativeTensor
	patches          func(ctx uintptr, kernel, a *nativeTensor, s0, s1, p0, p1, d0, d1 int32, plane bool, typ int32) *nativeTensor
	resize           func(ctx uintptr, a *nativeTensor, n0, n1, n2, n3 int64, mode uint32) *nativeTensor
	pad              func(ctx uintptr, a *nativeTensor, p0, p1, p2, p3 int32) *nativeTensor
	flash            func(ctx uintptr, q, k, v, mask *nativeTensor, scale, maxBias, softcap float32) *nativeTensor
	flashPrecision   func(t *nativeTensor, precision int32)

	deviceInit       func(dev, params uintptr) uintptr
	deviceBuffers    func(dev uintptr) uintptr
	deviceSupports   func(dev uintptr, t *nativeTensor) bool
	deviceReg        func(dev uintptr) uintptr
	regAddress       func(reg uintptr, name string) uintptr
	backendFree      func(backend uintptr)
	compute          func(backend, graph uintptr) int32
	allocTensors     func(ctx, buffers uintptr) uintptr
	allocTensorsSize func(ctx, buffers uintptr) uintptr
	bufferFree       func(buffer uintptr)
	bufferUsage      func(buffer uintptr, usage int32)
	allocatorNew     func(buffers uintptr) uintptr
	allocatorFree    func(allocator uintptr)
	allocatorPlan    func(allocator, graph, nodeBuffers, leafBuffers uintptr, sizes *uintptr)
	allocatorAlloc   func(allocator, graph uintptr) bool
	allocatorSize    func(allocator uintptr, buffer int32) uintptr
	tensorSet        func(t *nativeTensor, data unsafe.Pointer, offset, size uintptr)
	tensorGet        func(t *nativeTensor, data unsafe.Pointer, offset, size uintptr)
}

func (f *graphFunctions) names() map[string]map[string]any {
	return map[string]map[string]any{
		"ggml-base": {
			"ggml_tensor_overhead":       &f.tensorOverhead,
			"ggml_graph_overhead_custom": &f.graphOverhead,
			"ggml_init":                  &f.init,
			"ggml_free":                  &f.free,
			"ggml_new_tensor":            &f.newTensor,
			"ggml_set_input":             &f.setInput,
			"ggml_set_output":            &f.setOutput,
			"ggml_new_graph_custom":      &f.newGraph,
			"ggml_build_forward_expand":  &f.expand,
			"ggml_graph_n_nodes":         &f.nodeCount,
			"ggml_graph_node":            &f.nodeAt,
			"ggml_op_desc":               &f.opDescription,

			"ggml_add":                     &f.add,
			"ggml_mul":                     &f.mul,
			"ggml_mul_mat":                 &f.matMul,
			"ggml_mul_mat_set_prec":        &f.matMulPrecision,
			"ggml_get_rows":                &f.rows,
			"ggml_silu":                    &f.silu,
			"ggml_gelu_erf":                &f.gelu,
			"ggml_geglu_erf_swapped":       &f.geglu,
			"ggml_cont":                    &f.cont,
			"ggml_scale":                   &f.scale,
			"ggml_norm":                    &f.norm,
			"ggml_group_norm":              &f.groupNorm,
			"ggml_concat":                  &f.concat,
			"ggml_reshape_4d":              &f.reshape,
			"ggml_view_4d":                 &f.view,
			"ggml_permute":                 &f.permute,
			"ggml_cast":                    &f.cast,
			"ggml_soft_max_ext":            &f.softMax,
			"ggml_conv_2d_direct":          &f.conv,
			"ggml_im2col":                  &f.patches,
			"ggml_interpolate":             &f.resize,
			"ggml_pad":                     &f.pad,
			"ggml_flash_attn_ext":          &f.flash,
			"ggml_flash_attn_ext_set_prec": &f.flashPrecision,

			"ggml_backend_dev_init":                         &f.deviceInit,
			"ggml_backend_dev_buffer_type":                  &f.deviceBuffers,
			"ggml_backend_dev_supports_op":                  &f.deviceSupports,
			"ggml_backend_dev_backend_reg":                  &f.deviceReg,
			"ggml_backend_reg_get_proc_address":             &f.regAddress,
			"ggml_backend_free":                             &f.backendFree,
			"ggml_backend_graph_compute":                    &f.compute,
			"ggml_backend_alloc_ctx_tensors_from_buft":      &f.allocTensors,
			"ggml_backend_alloc_ctx_tensors_from_buft_size": &f.allocTensorsSize,
			"ggml_backend_buffer_free":                      &f.bufferFree,
			"ggml_backend_buffer_set_usage":                 &f.bufferUsage,
			"ggml_gallocr_new":                              &f.allocatorNew,
			"ggml_gallocr_free":                             &f.allocatorFree,
			"ggml_gallocr_reserve_n_size":                   &f.allocatorPlan,
			"ggml_gallocr_alloc_graph":                      &f.allocatorAlloc,
			"ggml_gallocr_get_buffer_size":                  &f.allocatorSize,
			"ggml_backend_tensor_set":                       &f.tensorSet,
			"ggml_backend_tensor_get":                       &f.tensorGet,
		},
	}
}

// selfTest refuses a library whose tensors are laid out otherwise than here.
func (f *graphFunctions) selfTest() error {
	if s := unsafe.Sizeof(nativeTensor{}); s != 336 {
		return fmt.Errorf("a tensor takes %d bytes, want 336", s)
	}
	if s := f.tensorOverhead(); s != tensorOverhead {
		return fmt.Errorf("a tensor and its place in a context take %d bytes, want %d", s, tensorOverhead)
	}

	ctx := f.init(initParams{size: 4 * tensorOverhead, noAlloc: 1})
	if ctx == 0 {
		return fmt.Errorf("no memory for a context")
	}
	defer f.free(ctx)
	t := f.newTensor(ctx, typeF16, 4, &[4]int64{2, 3, 5, 7})
	if t.typ != typeF16 || t.ne != [4]int64{2, 3, 5, 7} || t.nb != [4]uintptr{2, 4, 12, 60} || t.data != 0 || t.flags != 0 {
		return fmt.Errorf("a tensor is not laid out as in version %s: %+v", Version, *t)
	}
	return nil
}
