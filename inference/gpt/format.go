package gpt

import (
	"math"

	"helium/inference/ggml"
	"helium/inference/grammar"
)

// spelling is what a model's tokens say.
type spelling struct {
	words *grammar.Vocabulary
	ends  []ggml.Token // those that end an answer
}

// spell reads the spelling of a model, once for all its tasks.
func (m *Model) spell() *spelling {
	if m.spelling != nil {
		return m.spelling
	}
	s := &spelling{}
	pieces := make([][]byte, m.weights.VocabSize())
	for t := range pieces {
		if token := ggml.Token(t); m.weights.IsEnd(token) {
			s.ends = append(s.ends, token)
		} else {
			pieces[t] = m.weights.Piece(token, false)
		}
	}
	s.words = grammar.NewVocabulary(pieces)
	m.spelling = s
	return s
}

// constraint holds the answers of one request to its format, one after another. A
// nil one leaves them free.
type constraint struct {
	matcher *grammar.Matcher
	ends    []ggml.Token
	masked  []float32 // reused
}

func (m *Model) constraint(r Request) *constraint {
	if r.Grammar == nil {
		return nil
	}
	s := m.spell()
	return &constraint{matcher: grammar.NewMatcher(r.Grammar, s.words), ends: s.ends}
}

// begin is where an answer begins.
func (c *constraint) begin() {
	if c != nil {
		c.matcher.Reset()
	}
}

// take goes on by the token that was chosen, which is no end.
func (c *constraint) take(token ggml.Token) {
	if c != nil {
		c.matcher.Take(int(token))
	}
}

// over tells that nothing can follow: the answer has ended without a token that
// says so.
func (c *constraint) over() bool { return c != nil && c.matcher.Final() }

// mask gives the model's scores with those of all tokens that can't come next at
// minus infinity. The others are as they were, so that a token is chosen among
// them as among all.
func (c *constraint) mask(logits []float32) ([]float32, error) {
	if c == nil {
		return logits, nil
	}
	allowed, some := c.matcher.Allowed(), c.matcher.Complete()
	c.masked = append(c.masked[:0], logits...)
	for t := range c.masked {
		if allowed.Has(t) {
			some = true
		} else {
			c.masked[t] = float32(math.Inf(-1))
		}
	}
	if c.matcher.Complete() {
		for _, t := range c.ends {
			c.masked[t] = logits[t]
		}
	}
	if !some {
		return nil, fail(CodeFormatRefused, "no token of this model goes on with an answer of the response format; take another model or leave response_format out")
	}
	return c.masked, nil
}
