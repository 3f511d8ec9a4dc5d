package ggml

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"
)

// Token is a vocabulary index.
type Token = int32

// NoToken stands for a special token that a vocabulary lacks.
const NoToken Token = -1

// Model is a loaded file. Its methods may be called from one goroutine at a
// time. Close it after its contexts.
type Model struct {
	lib    *Library
	handle uintptr
	vocab  uintptr
}

// LoadModel reads a GGUF file. On a GPU every layer goes to the card; the split
// is never the library's choice. The caller has checked the file (see
// inference/checkpoint): the native reader is not built for hostile input.
func (l *Library) LoadModel(path string) (*Model, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}

	l.errors.reset()
	handle := l.fn.modelLoadFromFile(path, l.modelParams())
	if handle == 0 {
		return nil, l.errors.wrap("load model")
	}
	return l.newModel(handle)
}

// modelParams are the fixed parameters of every model.
func (l *Library) modelParams() modelParams {
	p := l.fn.modelDefaultParams()
	p.nGPULayers = 0
	if l.card != nil {
		p.nGPULayers = 1 << 16
		p.devices = uintptr(unsafe.Pointer(l.card))
	}
	p.splitMode = splitModeNone
	p.loadMode = loadModeMmap
	p.lazyMode = lazyModeOff
	p.mainGPU = 0
	p.useExtraBufts = true
	return p
}

// newModel takes over a loaded model, and frees it where it is of a kind that
// this package doesn't run.
func (l *Library) newModel(handle uintptr) (*Model, error) {
	m := &Model{lib: l, handle: handle, vocab: l.fn.modelGetVocab(handle)}
	if l.fn.modelHasEncoder(handle) {
		m.Close()
		return nil, errors.New("load model: it has an encoder, want a decoder-only model")
	}
	return m, nil
}

// Close frees the weights.
func (m *Model) Close() {
	if m.handle == 0 {
		return
	}
	m.lib.fn.modelFree(m.handle)
	m.handle = 0
}

// TrainedContext is the number of tokens the model was made for.
func (m *Model) TrainedContext() int { return int(m.lib.fn.modelNCtxTrain(m.handle)) }

// Size is the weights' size in bytes.
func (m *Model) Size() uint64 { return m.lib.fn.modelSize(m.handle) }

// Parameters is the number of weights.
func (m *Model) Parameters() uint64 { return m.lib.fn.modelNParams(m.handle) }

// Description is the library's name for the architecture and number format.
func (m *Model) Description() string {
	buf := make([]byte, 256)
	n := m.lib.fn.modelDesc(m.handle, &buf[0], uintptr(len(buf)))
	return string(buf[:min(max(int(n), 0), len(buf)-1)])
}

// Meta returns a single-valued entry of the file's header as text.
func (m *Model) Meta(key string) (string, bool) {
	size := 256
	for {
		buf := make([]byte, size)
		n := int(m.lib.fn.modelMetaValStr(m.handle, key, &buf[0], uintptr(len(buf))))
		if n < 0 {
			return "", false
		}
		if n < size {
			return string(buf[:n]), true
		}
		size = n + 1
	}
}

// VocabSize is the number of tokens.
func (m *Model) VocabSize() int { return int(m.lib.fn.vocabNTokens(m.vocab)) }

// IsEnd says whether the model ends its answer with this token.
func (m *Model) IsEnd(t Token) bool { return m.lib.fn.vocabIsEOG(m.vocab, t) }

// BOS is the token that begins a text, or NoToken.
func (m *Model) BOS() Token { return m.lib.fn.vocabBOS(m.vocab) }

// EOS is the token that ends a text, or NoToken.
func (m *Model) EOS() Token { return m.lib.fn.vocabEOS(m.vocab) }

// TokenText is a token's spelling in the vocabulary, used for special tokens.
func (m *Model) TokenText(t Token) string {
	if t < 0 {
		return ""
	}
	return m.lib.fn.vocabGetText(m.vocab, t)
}

// Tokenize splits text. addSpecial puts the model's own beginning token before
// it; parseSpecial reads the spelling of special tokens as those tokens.
func (m *Model) Tokenize(text string, addSpecial, parseSpecial bool) ([]Token, error) {
	raw := []byte(text)
	if len(raw) > 1<<30 {
		return nil, fmt.Errorf("tokenize: text of %d bytes is too long", len(raw))
	}
	var p *byte
	if len(raw) > 0 {
		p = &raw[0]
	}

	out := make([]Token, len(raw)+8)
	for {
		n := m.lib.fn.tokenize(m.vocab, p, int32(len(raw)), &out[0], int32(len(out)), addSpecial, parseSpecial)
		runtime.KeepAlive(raw)
		if n >= 0 {
			return out[:n:n], nil
		}
		if int(-n) <= len(out) || n == -1<<31 {
			return nil, fmt.Errorf("tokenize: the library answered %d", n)
		}
		out = make([]Token, -n)
	}
}

// BeginsSpecial says whether a text begins with a token that is found before
// any other, such as the mark of a speaker.
func (m *Model) BeginsSpecial(text string) bool {
	tokens, err := m.Tokenize(text, false, true)
	if err != nil || len(tokens) == 0 {
		return false
	}
	return m.lib.fn.vocabGetAttr(m.vocab, tokens[0])&(attrUnknown|attrControl|attrUserDefined) != 0
}

// Piece is a token's bytes. They may be a part of a character. Special tokens
// have bytes only when special is true.
func (m *Model) Piece(t Token, special bool) []byte {
	buf := make([]byte, 64)
	for {
		n := int(m.lib.fn.tokenToPiece(m.vocab, t, &buf[0], int32(len(buf)), 0, special))
		if n >= 0 {
			return buf[:n:n]
		}
		buf = make([]byte, -n)
	}
}

// ContextParams are the numbers of a context that its user decides. Size
// decides bits and belongs to the rules of a task; Threads doesn't.
type ContextParams struct {
	Size    int // tokens
	Threads int // at least 1, never more than the free cores: the library spins
}

// Batch is the number of prompt tokens handed over at once. It decides bits.
const Batch = 512

// ErrNoMemory means that a context, weights or a graph did not fit.
var ErrNoMemory = errors.New("not enough memory")

// Context is the working memory for one sequence. Its methods may be called
// from one goroutine at a time.
type Context struct {
	model  *Model
	handle uintptr
	size   int
	used   int
	clear  bool // nothing was decoded since Clear
}

// NewContext makes room for one sequence, with every parameter fixed.
func (m *Model) NewContext(params ContextParams) (*Context, error) {
	if params.Size < 1 || params.Threads < 1 {
		return nil, fmt.Errorf("make context: size %d and threads %d must be at least 1", params.Size, params.Threads)
	}

	handle, err := m.initContext(m.contextParams(params))
	if err != nil {
		return nil, err
	}
	// The library rounds up to a multiple of 256. A model with a table of
	// positions has none for what is beyond its own size.
	return &Context{model: m, handle: handle, size: min(params.Size, int(m.lib.fn.nCtx(handle)))}, nil
}

// contextParams are the parameters of every context, fixed but for its numbers.
func (m *Model) contextParams(params ContextParams) contextParams {
	p := m.lib.fn.contextDefaultParams()
	p.nCtx = uint32(params.Size)
	p.nBatch = Batch
	p.nUbatch = Batch
	p.nSeqMax = 1
	p.nThreads = int32(params.Threads)
	p.nThreadsBatch = int32(params.Threads)
	p.flashAttnType = flashAttnDisabled
	p.typeK = typeF16
	p.typeV = typeF16
	p.offloadKQV = m.lib.card != nil
	p.opOffload = m.lib.card != nil
	p.noPerf = true
	p.swaFull = true
	p.kvUnified = false
	return p
}

func (m *Model) initContext(p contextParams) (uintptr, error) {
	m.lib.errors.reset()
	handle := m.lib.fn.initFromModel(m.handle, p)
	if handle == 0 {
		return 0, fmt.Errorf("%w for the context: %w", ErrNoMemory, m.lib.errors.wrap("make context"))
	}
	return handle, nil
}

// Close frees the context.
func (c *Context) Close() {
	if c.handle == 0 {
		return
	}
	c.model.lib.fn.free(c.handle)
	c.handle = 0
}

// Size is the number of tokens that fit.
func (c *Context) Size() int { return c.size }

// Clear forgets the sequence and its memory's contents, so that a task's result
// can't depend on the task before it.
// It takes as long as the memory is large, and no time when there is nothing to
// forget.
func (c *Context) Clear() {
	if c.clear {
		return
	}
	c.model.lib.fn.memoryClear(c.model.lib.fn.getMemory(c.handle), true)
	c.used, c.clear = 0, true
}

// Decode appends at most Batch tokens to the sequence; Logits then describes
// the token after the last one.
func (c *Context) Decode(tokens []Token) error {
	if len(tokens) == 0 || len(tokens) > Batch {
		return fmt.Errorf("decode: %d tokens, want 1 to %d", len(tokens), Batch)
	}
	if c.used+len(tokens) > c.size {
		return fmt.Errorf("decode: %d tokens after %d don't fit in a context of %d", len(tokens), c.used, c.size)
	}

	c.clear = false
	if err := c.model.decode(c.handle, batch{nTokens: int32(len(tokens)), token: &tokens[0]}); err != nil {
		return err
	}
	c.used += len(tokens)
	return nil
}

func (m *Model) decode(context uintptr, b batch) error {
	m.lib.errors.reset()
	status := m.lib.fn.decode(context, b)
	runtime.KeepAlive(b)
	if status != 0 {
		return m.lib.errors.wrap(fmt.Sprintf("decode: status %d", status))
	}
	return nil
}

// Logits are the scores of every token of the vocabulary after the last decoded
// one. The slice is the library's memory, valid until the next Decode.
func (c *Context) Logits() ([]float32, error) {
	if c.used == 0 { // at which the library for Windows ends the process
		return nil, errors.New("read logits: nothing was decoded")
	}
	p := c.model.lib.fn.getLogitsIth(c.handle, -1)
	if p == nil {
		return nil, errors.New("read logits: nothing was decoded")
	}
	return unsafe.Slice((*float32)(p), c.model.VocabSize()), nil
}
