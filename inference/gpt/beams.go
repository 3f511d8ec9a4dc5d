package gpt

import (
	"context"
	"errors"

	"helium/inference/ggml"
)

// beams answers a request by beam search, in a memory of its own.
func (m *Model) beams(ctx context.Context, r Request, prompt []ggml.Token, emit func(Delta)) ([]Choice, error) {
	limit := min(r.MaxNewTokens, m.context.Size()-len(prompt))
	if err := m.checkSpare(r.Beams, len(prompt)+r.Beams*limit); err != nil {
		return nil, err
	}
	sequences, err := m.weights.NewSequences(ggml.SequencesParams{
		Context: ggml.ContextParams{Size: m.context.Size(), Threads: m.threads},
		Count:   r.Beams,
		Shared:  len(prompt),
		Own:     limit,
	})
	if err != nil {
		if errors.Is(err, ggml.ErrNoMemory) {
			return nil, &Error{CodeOutOfMemory, err}
		}
		return nil, &Error{CodeCannotRun, err}
	}
	defer sequences.Close()
	if err := feed(ctx, sequences, prompt); err != nil {
		return nil, err
	}

	search := newBeamSearch(m.weights, r, prompt, limit)
	for {
		if err := m.searchStep(search, sequences); err != nil {
			return nil, &Error{CodeCannotRun, err}
		}
		if search.done() {
			break
		}
		if err := alive(ctx); err != nil {
			return nil, err
		}
		if err := sequences.Continue(search.next()); err != nil {
			return nil, &Error{CodeCannotRun, err}
		}
	}

	var choices []Choice
	for i, h := range search.kept[:min(len(search.kept), r.Choices)] {
		c := Choice{Text: answerText(m.weights, r.Stops, h.tokens), Finish: h.finish, Tokens: len(h.tokens)}
		choices = append(choices, c)
		emit(Delta{Choice: i, Text: c.Text, Tokens: c.Tokens, Finish: c.Finish})
	}
	return choices, nil
}

// checkSpare refuses what would need more memory than a task may take.
func (m *Model) checkSpare(beams, tokens int) error {
	needs := uint64(tokens) * m.tokenBytes
	if needs > m.spare {
		return fail(CodeOutOfMemory, "num_beams %d takes %d MB for %d tokens, and %d MB are left beside the model; ask for fewer beams or tokens", beams, needs>>20, tokens, m.spare>>20)
	}
	return nil
}

func (m *Model) searchStep(search *beamSearch, sequences *ggml.Sequences) error {
	logits := make([][]float32, len(search.live))
	for i := range logits {
		var err error
		if logits[i], err = sequences.Logits(i); err != nil {
			return err
		}
	}
	return search.step(logits)
}

// answerText is the text of an answer's tokens, up to the one that ends it.
func answerText(v vocabulary, stops []string, tokens []ggml.Token) string {
	stream := &textStream{stops: stops}
	var text string
	for _, t := range tokens {
		if v.IsEnd(t) {
			break
		}
		piece, stopped := stream.push(v.Piece(t, false))
		text += piece
		if stopped {
			return text
		}
	}
	return text + stream.flush()
}
