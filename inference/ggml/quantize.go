package ggml

import (
	"fmt"
	"os"
	"unsafe"
)

// quantizeParams is llama_model_quantize_params of library version 0.4.0.
type quantizeParams struct {
	nThread              int32
	fileType             int32
	outputTensorType     int32
	tokenEmbeddingType   int32
	allowRequantize      bool
	quantizeOutputTensor bool
	onlyCopy             bool
	pure                 bool
	keepSplit            bool
	dryRun               bool
	_                    [2]byte
	importance           uintptr
	kvOverrides          uintptr
	tensorOverrides      uintptr
	pruneLayers          uintptr
	maxBufSize           uintptr
}

// fileTypes are the mixtures of number formats (llama_ftype), by the bits of
// most weights.
func fileTypes() map[int]int32 {
	return map[int]int32{
		4: 15, // Q4_K_M
		8: 7,  // Q8_0
	}
}

// quantizeBuffer bounds the rows in memory at once, in bytes.
const quantizeBuffer = 256 << 20

// Quantize writes the GGUF file from, whose weights are float numbers, to the
// file to with 4 bits (Q4_K_M) or 8 (Q8_0) for most weights. The same file
// gives the same bytes on every machine. It can't be stopped; after an error
// to may hold a part.
func (l *Library) Quantize(from, to string, bits, threads int) error {
	fileType, ok := fileTypes()[bits]
	if !ok || threads < 1 {
		return fmt.Errorf("quantize: %d bits with %d threads, want 4 or 8 bits and at least 1 thread", bits, threads)
	}
	if _, err := os.Stat(from); err != nil {
		return fmt.Errorf("quantize: %w", err)
	}

	p := l.fn.quantizeDefaultParams()
	p.nThread = int32(threads)
	p.fileType = fileType
	p.allowRequantize = false
	p.maxBufSize = quantizeBuffer
	l.errors.reset()
	if l.fn.quantize(from, to, unsafe.Pointer(&p)) != 0 {
		return l.errors.wrap("quantize")
	}
	return nil
}
