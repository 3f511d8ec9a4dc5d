package gpt

import (
	"cmp"
	"math"
	"slices"

	"helium/inference/exact"
	"helium/inference/ggml"
)

// vocabulary says what tokens are; *ggml.Model is one.
type vocabulary interface {
	VocabSize() int
	IsEnd(ggml.Token) bool
	Piece(t ggml.Token, special bool) []byte
}

// beamSearch finds the likeliest answers by making several at once, each step
// keeping the best of all their continuations. The search is that of Hugging
// Face transformers with a length penalty of 1 and no early stopping; with
// Sampling.Random the continuations are drawn, each at most once.
//
// Where scores are equal, the better beam goes first, then the lower token; of
// equal hypotheses, the one found first.
type beamSearch struct {
	vocabulary vocabulary
	width      int // beams at most
	draws      int // continuations that a step looks at, enough for width that are no ends
	limit      int // tokens of an answer
	sampler    *sampler

	length int          // tokens of every live beam
	live   []beam       // not ended, best first; before the first step the empty one
	kept   []hypothesis // ended, best first, at most width
	scores []float64    // reused
}

// beam is an answer in the making.
type beam struct {
	parent int // the beam before the last step that it continues
	token  ggml.Token
	before *beam      // all but the last token; nil for the empty beam
	score  float64    // sum of its tokens' log-probabilities as the rules changed them
	text   textStream // of its tokens
}

// hypothesis is an answer that ended.
type hypothesis struct {
	tokens []ggml.Token
	score  float64 // for each token
	finish string
}

func newBeamSearch(v vocabulary, r Request, prompt []ggml.Token, limit int) *beamSearch {
	ends := 0
	for t := range v.VocabSize() {
		if v.IsEnd(ggml.Token(t)) {
			ends++
		}
	}

	sampler := newSampler(r.Sampling, 0, prompt)
	sampler.least = 1 + max(ends, 1) // one that is no end among them
	return &beamSearch{
		vocabulary: v,
		width:      r.Beams,
		draws:      sampler.least * r.Beams,
		limit:      limit,
		sampler:    sampler,
		live:       []beam{{text: textStream{stops: r.Stops}}},
		scores:     make([]float64, v.VocabSize()),
	}
}

// step continues every live beam, by the model's scores after each.
func (s *beamSearch) step(logits [][]float32) error {
	continuations, err := s.continuations(logits)
	if err != nil {
		return err
	}

	s.length++
	var open []beam
	for rank, c := range continuations {
		next, ended := s.follow(c)
		switch {
		case !ended && s.length < s.limit:
			open = append(open, next)
		case rank < s.width: // the others only stand in for these
			s.keep(next, ended)
		}
	}

	slices.SortFunc(open, func(a, b beam) int {
		return inOrder(a.score, b.score, a.parent, b.parent, a.token, b.token)
	})
	s.live = slices.Clone(open[:min(len(open), s.width)]) // links to it keep all of it
	return nil
}

// done says whether no live beam is left that looks better than what is kept.
func (s *beamSearch) done() bool {
	if len(s.live) == 0 {
		return true
	}
	return len(s.kept) == s.width && s.kept[s.width-1].score >= s.live[0].score/float64(s.length)
}

// next returns how the live beams came of those before the last step.
func (s *beamSearch) next() (parents []int, tokens []ggml.Token) {
	for _, b := range s.live {
		parents = append(parents, b.parent)
		tokens = append(tokens, b.token)
	}
	return parents, tokens
}

// follow adds a continuation's token to its beam.
func (s *beamSearch) follow(c continuation) (next beam, ended bool) {
	before := &s.live[c.beam]
	next = beam{parent: c.beam, token: c.token, before: before, score: c.score, text: before.text.clone()}
	if s.vocabulary.IsEnd(c.token) {
		return next, true
	}
	_, ended = next.text.push(s.vocabulary.Piece(c.token, false))
	return next, ended
}

// keep makes a hypothesis of a beam if it is among the best.
func (s *beamSearch) keep(b beam, ended bool) {
	h := hypothesis{score: b.score / float64(s.length), finish: FinishLength}
	if ended {
		h.finish = FinishStop
	}
	at := len(s.kept)
	for at > 0 && h.score > s.kept[at-1].score {
		at--
	}
	if at == s.width {
		return
	}

	for link := &b; link.before != nil; link = link.before {
		h.tokens = append(h.tokens, link.token)
	}
	slices.Reverse(h.tokens)
	s.kept = slices.Insert(s.kept, at, h)
	s.kept = s.kept[:min(len(s.kept), s.width)]
}

// continuation is a beam with one more token.
type continuation struct {
	beam  int
	token ggml.Token
	score float64 // of the whole
	rank  float64 // the score, or that with the luck of the draw
}

// continuations are the best of all beams together, or those drawn, in order.
func (s *beamSearch) continuations(logits [][]float32) ([]continuation, error) {
	out := ranking{most: s.draws}
	for i := range s.live {
		top, err := s.logProbabilities(logits[i])
		if err != nil {
			return nil, err
		}
		if s.sampler.rules.penalises() {
			top = s.penalise(i)
		}

		if s.sampler.rules.Random {
			s.draw(&out, i, top)
		} else {
			s.offer(&out, i)
		}
	}
	best := out.best()
	if len(best) == 0 {
		return nil, errNotNumbers // a temperature next to 0 makes infinities
	}
	return best, nil
}

// logProbabilities fills in the scores, of which it returns the highest.
func (s *beamSearch) logProbabilities(logits []float32) (float64, error) {
	top := math.Inf(-1)
	for _, x := range logits {
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 1) {
			return 0, errNotNumbers
		}
		top = max(top, float64(x))
	}
	if math.IsInf(top, -1) {
		return 0, errNotNumbers
	}

	sum := 0.0
	for _, x := range logits {
		sum += exact.Exp(float64(x) - top)
	}
	logSum := exact.Log(sum)
	for t, x := range logits {
		s.scores[t] = float64(x) - top - logSum
	}
	return -logSum, nil
}

// penalise makes the tokens of the prompt and of a beam less likely. Unlike the
// sampler of one answer it has log-probabilities to change, as in transformers.
func (s *beamSearch) penalise(i int) (top float64) {
	again := map[ggml.Token]bool{}
	for link := &s.live[i]; link.before != nil; link = link.before {
		again[link.token] = true
	}

	top = math.Inf(-1)
	for t, x := range s.scores {
		if s.sampler.seen.has(ggml.Token(t)) || again[ggml.Token(t)] {
			s.scores[t] = s.sampler.rules.penalise(x)
		}
		top = max(top, s.scores[t])
	}
	return top
}

// offer adds a beam's continuations to the ranking by their scores.
func (s *beamSearch) offer(out *ranking, i int) {
	for t, x := range s.scores {
		score := s.live[i].score + x
		out.add(continuation{i, ggml.Token(t), score, score})
	}
}

// draw adds to the ranking those of a beam's continuations that the rules leave.
// Each has its luck added to its score, by Gumbel's distribution: the order is
// then that in which they would be drawn one after another by their chances.
func (s *beamSearch) draw(out *ranking, i int, top float64) {
	temperature := s.sampler.rules.Temperature
	s.sampler.collect(len(s.scores), func(t int) float64 { return s.scores[t] }, top, s.floor(top))
	s.sampler.filter()
	for _, c := range s.sampler.kept {
		score := s.live[i].score + s.scores[c.token]/temperature
		luck := -exact.Log(-exact.Log(s.sampler.random.inside()))
		out.add(continuation{i, c.token, score, score + luck})
	}
}

// floor is the distance from the top at which tokens are negligible, or more
// where a step wants more of them.
func (s *beamSearch) floor(top float64) float64 {
	wanted := ranking{most: s.draws}
	for t, x := range s.scores {
		wanted.add(continuation{token: ggml.Token(t), rank: x})
	}
	best := wanted.best()
	last := (best[len(best)-1].rank - top) / s.sampler.rules.Temperature
	return max(min(last, -negligible), -math.MaxFloat64)
}

// ranking keeps the best of many continuations.
type ranking struct {
	most int
	list []continuation // at most twice as many
	full bool
	last continuation // of the best, once there are enough
}

func (r *ranking) add(c continuation) {
	if math.IsInf(c.rank, -1) || r.full && compare(c, r.last) > 0 {
		return
	}
	r.list = append(r.list, c)
	if len(r.list) == 2*r.most {
		r.best()
	}
}

// best returns the best, in order.
func (r *ranking) best() []continuation {
	slices.SortFunc(r.list, compare)
	if len(r.list) >= r.most {
		r.list = r.list[:r.most]
		r.full, r.last = true, r.list[r.most-1]
	}
	return r.list
}

func compare(a, b continuation) int {
	return inOrder(a.rank, b.rank, a.beam, b.beam, a.token, b.token)
}

func inOrder(scoreA, scoreB float64, beamA, beamB int, tokenA, tokenB ggml.Token) int {
	return cmp.Or(cmp.Compare(scoreB, scoreA), cmp.Compare(beamA, beamB), cmp.Compare(tokenA, tokenB))
}
