package gpt

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"testing"

	"helium/inference/ggml"
)

func TestRandomIsSplitmix64(t *testing.T) {
	// The first outputs of the published generator for the seed 1234567.
	r := &random{state: 1234567}
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := r.next(); got != want {
			t.Errorf("output %d = %d, want %d", i, got, want)
		}
	}
}

func draw(rules Sampling, logits []float32, prompt ...ggml.Token) ggml.Token {
	t, err := newSampler(rules, 0, prompt).next(logits)
	if err != nil {
		panic(err)
	}
	return t
}

func TestGreedyTakesTheLikeliestAndOfEqualOnesTheLowest(t *testing.T) {
	if got := draw(Sampling{}, []float32{1, 3, 3, 2}); got != 1 {
		t.Errorf("token = %d, want 1", got)
	}
	if got := draw(Sampling{RepetitionPenalty: 2}, []float32{1, 3, 2, -1}, 1); got != 2 {
		t.Errorf("token after a penalty = %d, want 2", got)
	}
	if got := draw(Sampling{RepetitionPenalty: 2}, []float32{-1, -1.5}, 0); got != 1 {
		t.Errorf("token after a penalty of a negative score = %d, want 1", got)
	}
}

func TestScoresWithoutAnOrderAreRefused(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, logits := range [][]float32{{1, nan}, {nan, 1}, {inf, 1}, {1, inf}, {}, {float32(math.Inf(-1))}} {
		for _, rules := range []Sampling{{}, {RepetitionPenalty: 2}} {
			if _, err := newSampler(rules, 0, nil).next(logits); err == nil {
				t.Errorf("%v was accepted with %+v", logits, rules)
			}
		}
	}
}

func TestHighestScoreIsThatOfAPenaltyWhichTouchesNone(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		logits := make([]float32, 1+random.IntN(300))
		for i := range logits {
			logits[i] = float32(random.IntN(40)) - 20 // many are equal
		}
		got, top, err := highest(logits)
		want, wantTop, wantErr := newSampler(Sampling{RepetitionPenalty: 2}, 0, nil).best(logits)
		if got != want || top != wantTop || err != nil || wantErr != nil {
			t.Fatalf("%v: token %d with %v (%v), want %d with %v (%v)", logits, got, top, err, want, wantTop, wantErr)
		}
	}
}

// reference computes the probabilities that the rules leave, straight from
// their definitions and with the standard library.
func reference(rules Sampling, logits []float32) map[int]float64 {
	type item struct {
		id int
		p  float64
	}
	softmax := func(items []item) {
		sum := 0.0
		for _, it := range items {
			sum += it.p
		}
		for i := range items {
			items[i].p /= sum
		}
	}

	var items []item
	for i, l := range logits {
		items = append(items, item{i, math.Exp(float64(l) / rules.Temperature)})
	}
	softmax(items)
	sort.SliceStable(items, func(i, j int) bool { return items[i].p > items[j].p })

	upTo := func(p float64) int {
		sum := 0.0
		for i, it := range items {
			if sum += it.p; sum >= p {
				return i + 1
			}
		}
		return len(items)
	}
	if rules.TopK > 0 {
		items = items[:min(rules.TopK, len(items))]
		softmax(items)
	}
	if rules.TopP > 0 && rules.TopP < 1 {
		items = items[:upTo(rules.TopP)]
		softmax(items)
	}
	if rules.MinP > 0 {
		least := rules.MinP * items[0].p
		items = slices.DeleteFunc(items, func(it item) bool { return it.p < least })
		softmax(items)
	}
	if rules.TypicalP > 0 && rules.TypicalP < 1 {
		entropy := 0.0
		for _, it := range items {
			entropy -= it.p * math.Log(it.p)
		}
		sort.SliceStable(items, func(i, j int) bool {
			return math.Abs(-math.Log(items[i].p)-entropy) < math.Abs(-math.Log(items[j].p)-entropy)
		})
		items = items[:upTo(rules.TypicalP)]
		softmax(items)
	}

	out := map[int]float64{}
	for _, it := range items {
		out[it.id] = it.p
	}
	return out
}

func TestDrawsFollowTheReferenceDistribution(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	logits := make([]float32, 40)
	for i := range logits {
		logits[i] = float32(r.NormFloat64() * 2)
	}

	tests := map[string]Sampling{
		"temperature": {Temperature: 1.3},
		"top k":       {Temperature: 1, TopK: 5},
		"top p":       {Temperature: 0.8, TopP: 0.7},
		"min p":       {Temperature: 1, MinP: 0.1},
		"typical":     {Temperature: 1, TypicalP: 0.6},
		"all":         {Temperature: 0.9, TopK: 20, TopP: 0.95, MinP: 0.02, TypicalP: 0.9},
	}
	for name, rules := range tests {
		rules.Random = true
		want := reference(rules, logits)

		const n = 40_000
		counts := map[int]int{}
		for i := range n {
			rules.Seed = int64(i)
			counts[int(draw(rules, logits))]++
		}
		for id, c := range counts {
			p, ok := want[id]
			if !ok {
				t.Errorf("%s: token %d was drawn, but the rules exclude it", name, id)
				continue
			}
			if sigma := math.Sqrt(n * p * (1 - p)); math.Abs(float64(c)-n*p) > 5*sigma+1 {
				t.Errorf("%s: token %d was drawn %d times, want about %.0f", name, id, c, n*p)
			}
		}
		for id, p := range want {
			if n*p > 50 && counts[id] == 0 {
				t.Errorf("%s: token %d was never drawn, want about %.0f", name, id, n*p)
			}
		}
	}
}

func TestSeedAndChoiceDecideTheDraws(t *testing.T) {
	logits := make([]float32, 1000)
	rules := Sampling{Random: true, Temperature: 1, Seed: 42}
	sequence := func(rules Sampling, choice int) []ggml.Token {
		s := newSampler(rules, choice, nil)
		var out []ggml.Token
		for range 8 {
			token, err := s.next(logits)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, token)
		}
		return out
	}

	want := sequence(rules, 0)
	if got := sequence(rules, 0); !slices.Equal(got, want) {
		t.Errorf("the same seed drew %v and %v", want, got)
	}
	if slices.Equal(sequence(rules, 1), want) {
		t.Error("two choices of a task drew the same")
	}
	rules.Seed = 43
	if slices.Equal(sequence(rules, 0), want) {
		t.Error("two seeds drew the same")
	}
}
