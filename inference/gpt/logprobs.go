package gpt

import (
	"math"

	"helium/inference/exact"
	"helium/inference/ggml"
	"helium/inference/task"
)

// tokenLogprobs says how likely the model held a token to be and which tokens it
// held to be the likeliest, by its own scores: no temperature, penalty, filter or
// format has changed them. Tokens at a negligible chance don't count in the sum of
// all. Of equally likely ones the lower token is first.
func tokenLogprobs(logits []float32, token ggml.Token, top int, piece func(ggml.Token) []byte) task.TokenLogprobs {
	best := float32(math.Inf(-1))
	for _, x := range logits {
		if x > best { // some may be no numbers
			best = x
		}
	}
	distance := func(t ggml.Token) float64 { return float64(logits[t]) - float64(best) }
	sum := 0.0
	for t := range logits {
		if d := distance(ggml.Token(t)); d >= -negligible {
			sum += exact.Exp(d)
		}
	}

	logSum := exact.Log(sum)
	scored := func(t ggml.Token) task.TokenLogprob {
		return task.TokenLogprob{Bytes: piece(t), Logprob: task.RoundLogprob(distance(t) - logSum)}
	}
	out := task.TokenLogprobs{TokenLogprob: scored(token)}
	for _, t := range likeliest(logits, top) {
		out.Top = append(out.Top, scored(t))
	}
	return out
}

// name is a token's bytes, also of one that says nothing.
func (m *Model) name(t ggml.Token) []byte { return m.weights.Piece(t, true) }

// likeliest are the tokens with the highest scores, the highest first.
func likeliest(logits []float32, count int) []ggml.Token {
	var out []ggml.Token
	for t, x := range logits {
		if len(out) == count && (count == 0 || !(x > logits[out[count-1]])) {
			continue
		}
		if len(out) < count {
			out = append(out, 0)
		}
		i := len(out) - 1
		for ; i > 0 && x > logits[out[i-1]]; i-- {
			out[i] = out[i-1]
		}
		out[i] = ggml.Token(t)
	}
	return out
}
