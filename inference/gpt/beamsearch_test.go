package gpt

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"helium/inference/ggml"
)

// letters is a vocabulary of one letter each, of which the last few are ends.
type letters struct{ size, ends int }

func (l letters) VocabSize() int                    { return l.size }
func (l letters) IsEnd(t ggml.Token) bool           { return int(t) >= l.size-l.ends }
func (l letters) Piece(t ggml.Token, _ bool) []byte { return []byte{'a' + byte(t)} }

// oracle is a model: the scores after each answer so far.
type oracle func(answer []ggml.Token) []float32

// randomOracle is an arbitrary model, the same for a seed.
func randomOracle(v vocabulary, seed uint64) oracle {
	return func(answer []ggml.Token) []float32 {
		h := seed
		for _, t := range answer {
			h = (h ^ uint64(t+1)) * 0x9e3779b97f4a7c15
		}
		r := rand.New(rand.NewPCG(h, seed))
		out := make([]float32, v.VocabSize())
		for i := range out {
			out[i] = float32(2 * r.NormFloat64())
		}
		return out
	}
}

// search runs a beamSearch on an oracle.
func search(t testing.TB, v vocabulary, r Request, prompt []ggml.Token, model oracle) []hypothesis {
	t.Helper()
	s := newBeamSearch(v, r, prompt, r.MaxNewTokens)
	answers := [][]ggml.Token{nil}
	for steps := 1; ; steps++ {
		var logits [][]float32
		for _, a := range answers {
			logits = append(logits, model(a))
		}
		if err := s.step(logits); err != nil {
			t.Fatal(err)
		}
		if s.done() {
			return s.kept
		}
		if steps == r.MaxNewTokens {
			t.Fatalf("not done after %d steps", steps)
		}

		var next [][]ggml.Token
		parents, tokens := s.next()
		for i, p := range parents {
			next = append(next, append(slices.Clone(answers[p]), tokens[i]))
		}
		answers = next
	}
}

// plain is a beam or a hypothesis of plainSearch.
type plain struct {
	answer []ggml.Token
	score  float64
	ended  bool
}

// plainSearch is beam search written down from its definition, with whole lists
// and the standard library's arithmetic.
func plainSearch(v vocabulary, r Request, prompt []ggml.Token, model oracle) []plain {
	ends := 0
	for t := range v.VocabSize() {
		if v.IsEnd(ggml.Token(t)) {
			ends++
		}
	}
	best := func(list []plain, n int) []plain {
		sort.SliceStable(list, func(i, j int) bool { return list[i].score > list[j].score })
		return list[:min(n, len(list))]
	}

	beams, finished := []plain{{}}, []plain(nil)
	for length := 1; ; length++ {
		var all []plain
		for _, b := range beams {
			logits := model(b.answer)
			sum := 0.0
			for _, x := range logits {
				sum += math.Exp(float64(x))
			}
			for t, x := range logits {
				p := float64(x) - math.Log(sum)
				if slices.Contains(prompt, ggml.Token(t)) || slices.Contains(b.answer, ggml.Token(t)) {
					p *= max(r.Sampling.RepetitionPenalty, 1)
				}
				all = append(all, plain{answer: append(slices.Clone(b.answer), ggml.Token(t)), score: b.score + p})
			}
		}

		var open []plain
		for rank, c := range best(all, max(2, 1+ends)*r.Beams) {
			var text []byte
			for _, t := range c.answer {
				text = append(text, v.Piece(t, false)...)
			}
			c.ended = v.IsEnd(c.answer[length-1])
			for _, stop := range r.Stops {
				c.ended = c.ended || strings.Contains(string(text), stop)
			}
			if !c.ended && length < r.MaxNewTokens {
				open = append(open, c)
			} else if rank < r.Beams {
				c.score /= float64(length)
				finished = append(finished, c)
			}
		}
		finished = best(finished, r.Beams)
		beams = best(open, r.Beams)
		if len(beams) == 0 || len(finished) == r.Beams && finished[r.Beams-1].score >= beams[0].score/float64(length) {
			return finished
		}
	}
}

func FuzzBeamSearchFindsWhatThePlainOneFinds(f *testing.F) {
	for seed := range uint64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		r := rand.New(rand.NewPCG(seed, 1))
		v := letters{size: 4 + r.IntN(9)}
		v.ends = r.IntN(4)
		request := Request{Beams: 1 + r.IntN(6), MaxNewTokens: 1 + r.IntN(12), Sampling: Sampling{RepetitionPenalty: []float64{0, 1, 1.3, 3}[r.IntN(4)]}}
		if r.IntN(2) == 0 {
			request.Stops = []string{"a", "bc", "bab"}[r.IntN(3):]
		}
		prompt := []ggml.Token{ggml.Token(r.IntN(v.size))}
		model := randomOracle(v, seed)

		want, got := plainSearch(v, request, prompt, model), search(t, v, request, prompt, model)
		if len(got) != len(want) {
			t.Fatalf("%+v, %+v: %d hypotheses, want %d", v, request, len(got), len(want))
		}
		for i, h := range got {
			finish := map[bool]string{true: FinishStop, false: FinishLength}[want[i].ended]
			if !slices.Equal(h.tokens, want[i].answer) || math.Abs(h.score-want[i].score) > 1e-9 || h.finish != finish {
				t.Errorf("%+v, %+v: hypothesis %d is %+v, want %+v", v, request, i, h, want[i])
			}
		}
	})
}

func TestWideBeamsFindTheBestAnswerOfAll(t *testing.T) {
	v := letters{size: 4, ends: 1}
	for seed := range uint64(20) {
		model := randomOracle(v, seed)
		var best hypothesis
		best.score = math.Inf(-1)
		var visit func(answer []ggml.Token, sum float64)
		visit = func(answer []ggml.Token, sum float64) {
			if n := len(answer); n > 0 && (v.IsEnd(answer[n-1]) || n == 5) {
				if score := sum / float64(n); score > best.score {
					best = hypothesis{tokens: slices.Clone(answer), score: score}
				}
				return
			}
			logits := model(answer)
			total := 0.0
			for _, x := range logits {
				total += math.Exp(float64(x))
			}
			for token, x := range logits {
				visit(append(slices.Clone(answer), ggml.Token(token)), sum+float64(x)-math.Log(total))
			}
		}
		visit(nil, 0)

		got := search(t, v, Request{Beams: 400, MaxNewTokens: 5}, nil, model)
		if !slices.Equal(got[0].tokens, best.tokens) || math.Abs(got[0].score-best.score) > 1e-9 {
			t.Errorf("seed %d: %+v, want %+v", seed, got[0], best)
		}
		if !slices.IsSortedFunc(got, func(a, b hypothesis) int { return int(math.Copysign(1, b.score-a.score)) }) {
			t.Errorf("seed %d: not best first", seed)
		}
	}
}

func TestOneBeamIsGreedy(t *testing.T) {
	v := letters{size: 12, ends: 1}
	for seed := range uint64(50) {
		model := randomOracle(v, seed)
		var want []ggml.Token
		for s := newSampler(Sampling{}, 0, nil); len(want) < 20; {
			token, err := s.next(model(want))
			if err != nil {
				t.Fatal(err)
			}
			if want = append(want, token); v.IsEnd(token) {
				break
			}
		}
		if got := search(t, v, Request{Beams: 1, MaxNewTokens: 20}, nil, model); !slices.Equal(got[0].tokens, want) {
			t.Errorf("seed %d: %v, want %v", seed, got[0].tokens, want)
		}
	}
}

// chances makes scores of chances.
func chances(p ...float64) []float32 {
	var out []float32
	for _, x := range p {
		out = append(out, float32(math.Log(x)))
	}
	return out
}

func TestAnEndBelowTheBeamsIsNotKept(t *testing.T) {
	v := letters{size: 3, ends: 1}
	for name, tt := range map[string]struct {
		first []float32
		want  int
	}{
		"third of three":  {chances(.5, .3, .2), 0},
		"second of three": {chances(.5, .2, .3), 1},
	} {
		s := newBeamSearch(v, Request{Beams: 2}, nil, 9)
		if err := s.step([][]float32{tt.first}); err != nil {
			t.Fatal(err)
		}
		if len(s.kept) != tt.want || len(s.live) != 2 {
			t.Errorf("%s: %d kept and %d live, want %d and 2", name, len(s.kept), len(s.live), tt.want)
		}
	}
}

func TestTiesGoToTheBetterBeamThenTheLowerToken(t *testing.T) {
	s := newBeamSearch(letters{size: 4}, Request{Beams: 3}, nil, 9)
	for _, logits := range [][][]float32{{{1, 1, 1, 1}}, {{0, 2, 2, 0}, {0, 0, 0, 2}, {0, 0, 0, 0}}} {
		if err := s.step(logits); err != nil {
			t.Fatal(err)
		}
	}
	parents, tokens := s.next()
	if got := fmt.Sprint(parents, tokens); got != "[1 0 0] [3 1 2]" {
		t.Errorf("beams = %s, want [1 0 0] [3 1 2]", got)
	}
}

func TestABeamsScoresWithoutAnOrderAreRefused(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, logits := range [][]float32{{1, nan}, {inf, 1}, {-inf, -inf}} {
		if err := newBeamSearch(letters{size: 2}, Request{Beams: 2}, nil, 9).step([][]float32{logits}); err == nil {
			t.Errorf("%v was accepted", logits)
		}
	}
	cold := Request{Beams: 2, Sampling: Sampling{Random: true, Temperature: math.SmallestNonzeroFloat64}}
	if err := newBeamSearch(letters{size: 2}, cold, nil, 9).step([][]float32{{1, 2}}); err == nil {
		t.Error("infinite scores were accepted")
	}
	s := newBeamSearch(letters{size: 3}, Request{Beams: 2}, nil, 9)
	if err := s.step([][]float32{{-inf, 1, -inf}}); err != nil || len(s.live) != 1 {
		t.Errorf("with one token possible: %v, %d beams; want 1", err, len(s.live))
	}
}

func TestBeamsAreDrawnWithoutReplacement(t *testing.T) {
	p := []float64{.5, .25, .15, .1}
	const n, temperature = 40_000, 2.0
	counts := map[string]int{}
	for seed := range int64(n) {
		r := Request{Beams: 2, MaxNewTokens: 1, Sampling: Sampling{Random: true, Temperature: temperature, Seed: seed}}
		got := search(t, letters{size: 4}, r, nil, func([]ggml.Token) []float32 { return chances(p...) })
		first, second := got[0].tokens[0], got[1].tokens[0]
		if want := math.Log(p[first]) / temperature; first > second || math.Abs(got[0].score-want) > 1e-6 {
			t.Fatalf("%+v, want the likelier first, of score %v", got, want)
		}
		counts[fmt.Sprint(first, second)]++
	}

	total := 0.0
	for i := range p {
		p[i] = math.Pow(p[i], 1/temperature)
		total += p[i]
	}
	for i := range p {
		for j := i + 1; j < len(p); j++ {
			// One first and the other of what is left, in either order.
			want := n * (p[i]/total*p[j]/(total-p[i]) + p[j]/total*p[i]/(total-p[j]))
			if got := float64(counts[fmt.Sprint(i, j)]); math.Abs(got-want) > 5*math.Sqrt(want) {
				t.Errorf("%d and %d were drawn %.0f times, want about %.0f", i, j, got, want)
			}
		}
	}
}

func TestTheBestOfTheDrawnBeamsGoOn(t *testing.T) {
	for seed := range int64(50) {
		s := newBeamSearch(letters{size: 4}, Request{Beams: 2, Sampling: Sampling{Random: true, Temperature: 1, Seed: seed}}, nil, 9)
		if err := s.step([][]float32{chances(.1, .2, .3, .4)}); err != nil { // draws all four
			t.Fatal(err)
		}
		if _, tokens := s.next(); !slices.Equal(tokens, []ggml.Token{3, 2}) {
			t.Errorf("seed %d: %v go on, want 3 and 2", seed, tokens)
		}
	}
}

func TestRulesMayLeaveFewerAnswersThanBeams(t *testing.T) {
	r := Request{Beams: 4, MaxNewTokens: 1, Sampling: Sampling{Random: true, Temperature: 1, TopK: 1}}
	if got := search(t, letters{size: 8}, r, nil, randomOracle(letters{size: 8}, 1)); len(got) != 2 {
		t.Errorf("%+v, want 2: the fewest tokens that a rule leaves", got)
	}
}

func TestDrawnBeamsKeepEnoughTokensToGoOn(t *testing.T) {
	v := letters{size: 8, ends: 2}
	model := func([]ggml.Token) []float32 { return chances(.01, .02, .03, .04, .05, .05, .4, .4) }
	for name, rules := range map[string]Sampling{
		"top k": {TopK: 1}, "top p": {TopP: 0.01}, "min p": {MinP: 1}, "typical": {TypicalP: 0.01},
	} {
		rules.Random, rules.Temperature = true, 1
		s := newBeamSearch(v, Request{Beams: 2, Sampling: rules}, nil, 9)
		if err := s.step([][]float32{model(nil)}); err != nil {
			t.Fatal(err)
		}
		if len(s.live) == 0 {
			t.Errorf("%s: no beam goes on, want one that is no end", name)
		}
	}
}
