package ggml

import (
	"errors"
	"fmt"
	"strconv"
	"unsafe"
)

// SequencesParams are the numbers of a Sequences that its user decides. All but
// Threads decide bits.
type SequencesParams struct {
	Context ContextParams // what one sequence alone would get; it bounds each
	Count   int           // sequences at most
	Shared  int           // tokens of the common beginning
	Own     int           // tokens of each sequence after it
}

// Sequences is the working memory for several sequences that begin alike and
// share the memory of what they have in common. Its methods may be called from
// one goroutine at a time.
type Sequences struct {
	model  *Model
	handle uintptr
	params SequencesParams
	length int     // tokens of each
	ids    []int32 // the library's id of each
}

// NewSequences makes room for one empty sequence that may become many. The
// error is ErrNoMemory where they don't fit.
func (m *Model) NewSequences(params SequencesParams) (*Sequences, error) {
	if params.Count < 1 || params.Count > Batch || params.Shared < 1 || params.Own < 1 || params.Context.Threads < 1 {
		return nil, fmt.Errorf("make sequences: %+v has a number out of range", params)
	}
	if params.Shared+params.Own > params.Context.Size {
		return nil, fmt.Errorf("make sequences: %d and %d tokens don't fit in a context of %d", params.Shared, params.Own, params.Context.Size)
	}
	if architecture, _ := m.Meta("general.architecture"); architecture == "deepseek4" {
		// Its memory is of a kind of its own, of which no sharing was ever tried.
		return nil, errors.New("make sequences: the memory of deepseek4 can't be shared between them")
	}
	cells, err := m.cells(params)
	if err != nil {
		return nil, err
	}

	p := m.contextParams(ContextParams{Size: cells, Threads: params.Context.Threads})
	p.nSeqMax = uint32(params.Count)
	p.kvUnified = true // else nothing is shared, and a copy copies everything
	handle, err := m.initContext(p)
	if err != nil {
		return nil, err
	}
	return &Sequences{model: m, handle: handle, params: params, ids: []int32{0}}, nil
}

// cells is the number of tokens that all sequences need together. A model may
// have two sets of rotation factors, of which the library takes one by the size
// of the whole context: then sequences must get the set that one alone gets.
func (m *Model) cells(params SequencesParams) (int, error) {
	cells := max(params.Shared+params.Count*params.Own, Batch)
	original, ok := m.originalContext()
	if !ok {
		return cells, nil
	}

	if roundUp(params.Context.Size) > original {
		return max(cells, params.Context.Size), nil
	}
	if roundUp(cells) > original {
		return 0, fmt.Errorf("make sequences: %d of them take %d tokens, and this model computes otherwise beyond %d", params.Count, cells, original)
	}
	return cells, nil
}

// originalContext is the size up to which a model with a stretched context uses
// its first rotation factors.
func (m *Model) originalContext() (int, bool) {
	architecture, _ := m.Meta("general.architecture")
	text, _ := m.Meta(architecture + ".rope.scaling.original_context_length")
	size, err := strconv.Atoi(text)
	return size, err == nil && size > 0
}

// roundUp is the size that the library makes of a context's.
func roundUp(size int) int { return (size + 255) / 256 * 256 }

// Close frees the memory.
func (s *Sequences) Close() {
	if s.handle == 0 {
		return
	}
	s.model.lib.fn.free(s.handle)
	s.handle = 0
}

// Decode appends at most Batch tokens to the common beginning; Logits(0) then
// describes the token after the last one.
func (s *Sequences) Decode(tokens []Token) error {
	if len(tokens) == 0 || len(tokens) > Batch {
		return fmt.Errorf("decode: %d tokens, want 1 to %d", len(tokens), Batch)
	}
	if s.length+len(tokens) > s.params.Shared {
		return fmt.Errorf("decode: %d tokens after %d don't fit in a beginning of %d", len(tokens), s.length, s.params.Shared)
	}

	if err := s.model.decode(s.handle, batch{nTokens: int32(len(tokens)), token: &tokens[0]}); err != nil {
		return err
	}
	s.length += len(tokens)
	return nil
}

// Continue replaces the sequences: the i-th is what parents[i] was, with
// tokens[i] after it. Logits(i) then describes the token after that.
func (s *Sequences) Continue(parents []int, tokens []Token) error {
	if len(parents) == 0 || len(parents) > s.params.Count || len(parents) != len(tokens) {
		return fmt.Errorf("continue: %d sequences with %d tokens, want 1 to %d", len(parents), len(tokens), s.params.Count)
	}
	for _, p := range parents {
		if p < 0 || p >= len(s.ids) {
			return fmt.Errorf("continue: sequence %d of %d", p, len(s.ids))
		}
	}
	if s.length == s.params.Shared+s.params.Own {
		return fmt.Errorf("continue: the sequences have all %d tokens", s.length)
	}

	if err := s.branch(parents); err != nil {
		return err
	}
	if err := s.decodeEach(tokens); err != nil {
		return err
	}
	s.length++
	return nil
}

// branch makes the i-th sequence what parents[i] was. The first child of a
// parent takes over its memory; the ids of childless ones go to the others.
func (s *Sequences) branch(parents []int) error {
	fn, memory := &s.model.lib.fn, s.model.lib.fn.getMemory(s.handle)
	ids := make([]int32, len(parents))
	inherited := map[int32]bool{}
	var copies []int
	for i, p := range parents {
		if id := s.ids[p]; !inherited[id] {
			ids[i], inherited[id] = id, true
			continue
		}
		copies = append(copies, i)
	}

	for _, id := range s.ids {
		if !inherited[id] && !fn.memorySeqRm(memory, id, -1, -1) {
			return errors.New("branch: the library can't end a sequence of this model")
		}
	}
	free := int32(0)
	for _, i := range copies {
		for inherited[free] {
			free++
		}
		ids[i], inherited[free] = free, true
		fn.memorySeqCp(memory, s.ids[parents[i]], free, -1, -1)
	}
	s.ids = ids
	return nil
}

// decodeEach appends one token to each sequence.
func (s *Sequences) decodeEach(tokens []Token) error {
	n := len(tokens)
	counts, lists, logits := make([]int32, n), make([]*int32, n), make([]int8, n)
	for i := range tokens {
		counts[i], lists[i], logits[i] = 1, &s.ids[i], 1
	}

	return s.model.decode(s.handle, batch{
		nTokens: int32(n),
		token:   &tokens[0],
		nSeqID:  &counts[0],
		seqID:   &lists[0],
		logits:  &logits[0],
	})
}

// Logits are the scores of every token of the vocabulary after the last decoded
// one of a sequence. The slice is the library's memory, valid until the next
// Decode or Continue.
func (s *Sequences) Logits(i int) ([]float32, error) {
	if i < 0 || i >= len(s.ids) {
		return nil, fmt.Errorf("read logits: sequence %d of %d", i, len(s.ids))
	}
	if s.length == 0 { // at which the library for Windows ends the process
		return nil, errors.New("read logits: nothing was decoded")
	}
	at := int32(i)
	if s.length <= s.params.Shared {
		at = -1 // of the last token of the beginning
	}
	p := s.model.lib.fn.getLogitsIth(s.handle, at)
	if p == nil {
		return nil, errors.New("read logits: nothing was decoded")
	}
	return unsafe.Slice((*float32)(p), s.model.VocabSize()), nil
}
