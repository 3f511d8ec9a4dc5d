package gpt

import (
	"errors"
	"math"
	"slices"

	"helium/inference/exact"
	"helium/inference/ggml"
)

// Sampling says how the next token is chosen. The zero value is greedy: the
// likeliest token, of equal ones the lowest.
type Sampling struct {
	Random            bool    // choose by chance; otherwise greedy
	Temperature       float64 // above 0; 1 leaves the odds as they are
	TopK              int     // keep the K likeliest; 0 keeps all
	TopP              float64 // keep the likeliest that together reach P; 0 or 1 keeps all
	MinP              float64 // keep those at least P times as likely as the likeliest; 0 keeps all
	TypicalP          float64 // keep the most typical that together reach P; 0 or 1 keeps all
	RepetitionPenalty float64 // makes tokens seen before less likely; 0 or 1 is off
	Seed              int64
}

// negligible is the distance below the best score at which a token is never
// drawn: a chance of 1 in 10^13. It bounds the work where the vocabulary is
// large, and is part of the definition of the result.
const negligible = 30

// errNotNumbers means that the model computed no usable scores.
var errNotNumbers = errors.New("the model's scores are not numbers")

// candidate is a token that may be drawn.
type candidate struct {
	token  ggml.Token
	score  float64 // divided by the temperature
	weight float64 // e^(score - best), not normalised
}

// sampler chooses the tokens of one choice.
type sampler struct {
	rules  Sampling
	least  int // tokens that every rule leaves
	random *random
	seen   tokenSet
	kept   []candidate // reused
}

func newSampler(rules Sampling, choice int, prompt []ggml.Token) *sampler {
	s := &sampler{rules: rules, least: 1, random: newRandom(rules.Seed, choice)}
	for _, t := range prompt {
		s.seen.add(t)
	}
	return s
}

// next chooses a token by the model's scores, which it leaves as they are. The
// steps and their order are those of Hugging Face transformers.
func (s *sampler) next(logits []float32) (ggml.Token, error) {
	best, top, err := s.best(logits)
	if err != nil {
		return 0, err
	}

	if s.rules.Random {
		s.collect(len(logits), func(t int) float64 { return s.score(logits, t) }, top, -negligible)
		s.filter()
		best = s.draw()
	}
	s.seen.add(best)
	return best, nil
}

// score is a token's score after the repetition penalty.
func (s *sampler) score(logits []float32, t int) float64 {
	x := float64(logits[t])
	if !s.rules.penalises() || !s.seen.has(ggml.Token(t)) {
		return x
	}
	return s.rules.penalise(x)
}

func (r Sampling) penalises() bool { return r.RepetitionPenalty != 0 && r.RepetitionPenalty != 1 }

// tokenSet is asked for every token of the vocabulary at every step.
type tokenSet []bool

func (s *tokenSet) add(t ggml.Token) {
	if int(t) >= len(*s) {
		*s = append(*s, make([]bool, int(t)+1-len(*s))...)
	}
	(*s)[t] = true
}

func (s tokenSet) has(t ggml.Token) bool { return int(t) < len(s) && s[t] }

// penalise makes the score of a token seen before worse.
func (r Sampling) penalise(x float64) float64 {
	if x < 0 {
		return float64(x * r.RepetitionPenalty)
	}
	return x / r.RepetitionPenalty
}

// best finds the highest score, and refuses scores that have no order.
func (s *sampler) best(logits []float32) (ggml.Token, float64, error) {
	if p := s.rules.RepetitionPenalty; p == 0 || p == 1 {
		return highest(logits)
	}
	best, top := -1, math.Inf(-1)
	for t := range logits {
		x := s.score(logits, t)
		if math.IsNaN(x) || math.IsInf(x, 1) {
			return 0, 0, errNotNumbers
		}
		if x > top {
			best, top = t, x
		}
	}
	if best < 0 {
		return 0, 0, errNotNumbers
	}
	return ggml.Token(best), top, nil
}

// highest is best where no score changes. One comparison a token passes over all
// but a new highest score and what is no number: it runs over the whole
// vocabulary for every token made.
func highest(logits []float32) (ggml.Token, float64, error) {
	best, top := -1, float32(math.Inf(-1))
	for t, x := range logits {
		if x <= top {
			continue
		}
		if x != x {
			return 0, 0, errNotNumbers
		}
		best, top = t, x
	}
	if best < 0 || math.IsInf(float64(top), 1) {
		return 0, 0, errNotNumbers
	}
	return ggml.Token(best), float64(top), nil
}

// collect keeps the tokens whose distance to the best score is at least floor,
// likeliest first, equal ones by id.
func (s *sampler) collect(n int, score func(t int) float64, top, floor float64) {
	s.kept = s.kept[:0]
	temperature := s.rules.Temperature
	for t := range n {
		distance := (score(t) - top) / temperature
		if distance >= floor {
			s.kept = append(s.kept, candidate{ggml.Token(t), distance, exact.Exp(distance)})
		}
	}

	slices.SortFunc(s.kept, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return int(a.token) - int(b.token)
		}
	})
}

// filter leaves the tokens that all rules allow.
func (s *sampler) filter() {
	s.topK()
	s.topP()
	s.minP()
	s.typical()
}

func (s *sampler) topK() {
	if k := max(s.rules.TopK, s.least); s.rules.TopK > 0 && k < len(s.kept) {
		s.kept = s.kept[:k]
	}
}

// topP keeps the fewest tokens whose chances reach P together.
func (s *sampler) topP() {
	p := s.rules.TopP
	if p <= 0 || p >= 1 {
		return
	}
	s.kept = s.kept[:s.reach(p)]
}

// reach counts the first tokens whose share of all weight is at least p, and no
// fewer than must be left.
func (s *sampler) reach(p float64) int {
	goal := float64(p * s.total())
	sum := 0.0
	for i, c := range s.kept {
		sum += c.weight
		if sum >= goal && i+1 >= s.least {
			return i + 1
		}
	}
	return len(s.kept)
}

func (s *sampler) total() float64 {
	sum := 0.0
	for _, c := range s.kept {
		sum += c.weight
	}
	return sum
}

func (s *sampler) minP() {
	p := s.rules.MinP
	if p <= 0 {
		return
	}
	least := float64(p * s.kept[0].weight)
	n := min(s.least, len(s.kept))
	for n < len(s.kept) && s.kept[n].weight >= least {
		n++
	}
	s.kept = s.kept[:n]
}

// typical keeps the tokens whose surprise is nearest to the expected one, the
// fewest that reach P together.
func (s *sampler) typical() {
	p := s.rules.TypicalP
	if p <= 0 || p >= 1 {
		return
	}

	total := s.total()
	logTotal := exact.Log(total)
	entropy := 0.0
	for _, c := range s.kept {
		entropy -= float64((c.weight / total) * (c.score - logTotal))
	}

	distance := func(c candidate) float64 { return math.Abs(logTotal - c.score - entropy) }
	byTypical := func(a, b candidate) int {
		da, db := distance(a), distance(b)
		switch {
		case da < db:
			return -1
		case da > db:
			return 1
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return int(a.token) - int(b.token)
		}
	}
	slices.SortFunc(s.kept, byTypical)
	s.kept = s.kept[:s.reach(p)]
}

// draw chooses one of the kept tokens by its weight.
func (s *sampler) draw() ggml.Token {
	goal := float64(s.random.unit() * s.total())
	sum := 0.0
	for _, c := range s.kept {
		sum += c.weight
		if sum > goal {
			return c.token
		}
	}
	return s.kept[len(s.kept)-1].token
}
