package ggml

import (
	"fmt"
	"unsafe"
)

// modelParams is llama_model_params of library version 0.4.0, padding written
// out. Fields that hold no number here stay as the library's defaults have them.
type modelParams struct {
	devices             uintptr
	tensorBuftOverrides uintptr
	nGPULayers          int32
	splitMode           int32
	loadMode            int32
	lazyMode            int32
	mainGPU             int32
	_                   int32
	tensorSplit         uintptr
	progressCallback    uintptr
	progressUserData    uintptr
	kvOverrides         uintptr
	vocabOnly           bool
	checkTensors        bool
	useExtraBufts       bool
	noHost              bool
	noAlloc             bool
	loadMTP             bool
	_                   [2]byte
}

// contextParams is llama_context_params of library version 0.4.0.
type contextParams struct {
	nCtx              uint32
	nBatch            uint32
	nUbatch           uint32
	nSeqMax           uint32
	nRsSeq            uint32
	nOutputsMax       uint32
	nOutputsMaxPerSeq uint32
	nThreads          int32
	nThreadsBatch     int32
	ctxType           int32
	ropeScalingType   int32
	poolingType       int32
	attentionType     int32
	flashAttnType     int32
	ropeFreqBase      float32
	ropeFreqScale     float32
	yarnExtFactor     float32
	yarnAttnFactor    float32
	yarnBetaFast      float32
	yarnBetaSlow      float32
	yarnOrigCtx       uint32
	defragThold       float32
	cbEval            uintptr
	cbEvalUserData    uintptr
	typeK             int32
	typeV             int32
	abortCallback     uintptr
	abortCallbackData uintptr
	embeddings        bool
	offloadKQV        bool
	noPerf            bool
	opOffload         bool
	swaFull           bool
	kvUnified         bool
	_                 [2]byte
	samplers          uintptr
	nSamplers         uintptr
	ctxOther          uintptr
}

// ggufInitParams is gguf_init_params, the flag in a whole word.
type ggufInitParams struct {
	noAlloc uint64
	ctx     uintptr
}

// batch is llama_batch. Nil positions and sequence ids mean: the next
// positions of sequence 0; nil logits mean: of the last token only.
type batch struct {
	nTokens int32
	_       int32
	token   *int32
	embd    uintptr
	pos     uintptr
	nSeqID  *int32
	seqID   **int32
	logits  *int8
}

// deviceProps is ggml_backend_dev_props of library version 0.4.0.
type deviceProps struct {
	name        unsafe.Pointer
	description unsafe.Pointer
	memoryFree  uintptr
	memoryTotal uintptr
	kind        int32
	_           int32
	deviceID    unsafe.Pointer
	caps        [5]bool
	_           [3]byte
}

// Values of the library's enums that this package fixes.
const (
	typeF16           = 1  // ggml_type
	splitModeNone     = 0  // one device holds the whole model
	loadModeMmap      = 1  // map the file
	lazyModeOff       = 0  // read every tensor up front
	flashAttnAuto     = -1 // never used: the library would decide
	flashAttnDisabled = 0

	attrUnknown     = 1 << 0 // llama_token_attr
	attrControl     = 1 << 3
	attrUserDefined = 1 << 4
)

// functions are the native functions in use. The library has no headers here,
// so every signature is kept beside its name in bind.
type functions struct {
	version              func() string
	backendInit          func()
	logSet               func(callback, userData uintptr)
	modelDefaultParams   func() modelParams
	contextDefaultParams func() contextParams

	modelLoadFromFile func(path string, params modelParams) uintptr
	modelInitFromUser func(metadata, callback, userData uintptr, params modelParams) uintptr
	modelFree         func(model uintptr)
	modelGetVocab     func(model uintptr) uintptr
	modelNCtxTrain    func(model uintptr) int32
	modelSize         func(model uintptr) uint64
	modelNParams      func(model uintptr) uint64
	modelHasEncoder   func(model uintptr) bool
	modelDesc         func(model uintptr, buf *byte, size uintptr) int32
	modelMetaValStr   func(model uintptr, key string, buf *byte, size uintptr) int32

	vocabNTokens  func(vocab uintptr) int32
	vocabIsEOG    func(vocab uintptr, token int32) bool
	vocabBOS      func(vocab uintptr) int32
	vocabEOS      func(vocab uintptr) int32
	vocabGetText  func(vocab uintptr, token int32) string
	vocabGetAttr  func(vocab uintptr, token int32) int32
	tokenize      func(vocab uintptr, text *byte, textLen int32, tokens *int32, max int32, addSpecial, parseSpecial bool) int32
	tokenToPiece  func(vocab uintptr, token int32, buf *byte, length, lstrip int32, special bool) int32
	initFromModel func(model uintptr, params contextParams) uintptr
	free          func(ctx uintptr)
	nCtx          func(ctx uintptr) uint32
	getMemory     func(ctx uintptr) uintptr
	memoryClear   func(memory uintptr, data bool)
	memorySeqRm   func(memory uintptr, seq, from, to int32) bool
	memorySeqCp   func(memory uintptr, src, dst, from, to int32)
	decode        func(ctx uintptr, b batch) int32
	getLogitsIth  func(ctx uintptr, i int32) unsafe.Pointer

	quantizeDefaultParams func() quantizeParams
	quantize              func(from, to string, params unsafe.Pointer) uint32

	ggufInitFromBuffer func(data *byte, size uintptr, params ggufInitParams) uintptr
	ggufFree           func(metadata uintptr)
	tensorName         func(tensor uintptr) string
	tensorSize         func(tensor uintptr) uintptr
	tensorSet          func(tensor uintptr, data unsafe.Pointer, offset, size uintptr)

	backendLoad func(path string) uintptr
	regDevCount func(reg uintptr) uintptr
	regDevGet   func(reg uintptr, index uintptr) uintptr
	devProps    func(dev uintptr, props *deviceProps)
}

// names lists where every function comes from.
func (f *functions) names() map[string]map[string]any {
	return map[string]map[string]any{
		"llama": {
			"llama_version":                &f.version,
			"llama_backend_init":           &f.backendInit,
			"llama_log_set":                &f.logSet,
			"llama_model_default_params":   &f.modelDefaultParams,
			"llama_context_default_params": &f.contextDefaultParams,
			"llama_model_load_from_file":   &f.modelLoadFromFile,
			"llama_model_init_from_user":   &f.modelInitFromUser,
			"llama_model_free":             &f.modelFree,
			"llama_model_get_vocab":        &f.modelGetVocab,
			"llama_model_n_ctx_train":      &f.modelNCtxTrain,
			"llama_model_size":             &f.modelSize,
			"llama_model_n_params":         &f.modelNParams,
			"llama_model_has_encoder":      &f.modelHasEncoder,
			"llama_model_desc":             &f.modelDesc,
			"llama_model_meta_val_str":     &f.modelMetaValStr,
			"llama_vocab_n_tokens":         &f.vocabNTokens,
			"llama_vocab_is_eog":           &f.vocabIsEOG,
			"llama_vocab_bos":              &f.vocabBOS,
			"llama_vocab_eos":              &f.vocabEOS,
			"llama_vocab_get_text":         &f.vocabGetText,
			"llama_vocab_get_attr":         &f.vocabGetAttr,
			"llama_tokenize":               &f.tokenize,
			"llama_token_to_piece":         &f.tokenToPiece,
			"llama_init_from_model":        &f.initFromModel,
			"llama_free":                   &f.free,
			"llama_n_ctx":                  &f.nCtx,
			"llama_get_memory":             &f.getMemory,
			"llama_memory_clear":           &f.memoryClear,
			"llama_memory_seq_rm":          &f.memorySeqRm,
			"llama_memory_seq_cp":          &f.memorySeqCp,
			"llama_decode":                 &f.decode,
			"llama_get_logits_ith":         &f.getLogitsIth,

			"llama_model_quantize_default_params": &f.quantizeDefaultParams,
			"llama_model_quantize":                &f.quantize,
		},
		"ggml": {
			"ggml_backend_load": &f.backendLoad,
		},
		"ggml-base": {
			"gguf_init_from_buffer":      &f.ggufInitFromBuffer,
			"gguf_free":                  &f.ggufFree,
			"ggml_get_name":              &f.tensorName,
			"ggml_nbytes":                &f.tensorSize,
			"ggml_backend_tensor_set":    &f.tensorSet,
			"ggml_backend_reg_dev_count": &f.regDevCount,
			"ggml_backend_reg_dev_get":   &f.regDevGet,
			"ggml_backend_dev_get_props": &f.devProps,
		},
	}
}

// selfTest refuses a library whose structures are laid out otherwise than
// here, by the defaults that version 0.4.0 answers.
func (f *functions) selfTest() error {
	if s := unsafe.Sizeof(modelParams{}); s != 80 {
		return fmt.Errorf("model parameters take %d bytes, want 80", s)
	}
	if s := unsafe.Sizeof(contextParams{}); s != 160 {
		return fmt.Errorf("context parameters take %d bytes, want 160", s)
	}
	if s := unsafe.Sizeof(batch{}); s != 56 {
		return fmt.Errorf("a batch takes %d bytes, want 56", s)
	}

	if s := unsafe.Sizeof(quantizeParams{}); s != 64 {
		return fmt.Errorf("quantization parameters take %d bytes, want 64", s)
	}

	m := f.modelDefaultParams()
	if m.splitMode != 1 || m.devices != 0 || !m.useExtraBufts || m.vocabOnly {
		return fmt.Errorf("model defaults are not those of version %s: %+v", Version, m)
	}

	c := f.contextDefaultParams()
	if c.nCtx != 512 || c.nBatch != 2048 || c.nUbatch != 512 || c.nSeqMax != 1 || c.flashAttnType != flashAttnAuto ||
		c.typeK != typeF16 || c.typeV != typeF16 || !c.offloadKQV || !c.noPerf || c.samplers != 0 || c.ctxOther != 0 {
		return fmt.Errorf("context defaults are not those of version %s: %+v", Version, c)
	}
	q := f.quantizeDefaultParams()
	if q.nThread != 0 || q.fileType != fileTypes()[8] || q.allowRequantize || !q.quantizeOutputTensor || q.maxBufSize != 8<<30 {
		return fmt.Errorf("quantization defaults are not those of version %s: %+v", Version, q)
	}
	return nil
}
