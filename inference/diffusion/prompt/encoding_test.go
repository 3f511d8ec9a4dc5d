package prompt_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion/prompt"
	"helium/inference/diffusion/tokenizer"
)

// words gives every word of a text the token of its length.
type words struct{}

func (words) Tokens(text string) []int32 {
	var out []int32
	for _, w := range strings.Fields(text) {
		out = append(out, int32(len(w)))
	}
	return out
}

func (words) Special() tokenizer.Special {
	return tokenizer.Special{Begin: 1000, End: 1001, Pad: 1002}
}

func encode(t *testing.T, text string) *prompt.Encoding {
	t.Helper()
	return prompt.Encode(words{}, parse(t, text))
}

// chunk is a chunk that holds tokens.
func chunk(tokens ...int32) []int32 {
	out := append(append([]int32{1000}, tokens...), 1001)
	for len(out) < prompt.Context {
		out = append(out, 1002)
	}
	return out
}

func TestChunksAreFramedAndPadded(t *testing.T) {
	long := slices.Repeat([]int32{1}, 75)
	for text, want := range map[string][][]int32{
		"":                                {chunk()},
		"a bb ccc":                        {chunk(1, 2, 3)},
		strings.Repeat("a ", 75):          {chunk(long...)},
		strings.Repeat("a ", 75) + "bb":   {chunk(long...), chunk(2)},
		strings.Repeat("a ", 150) + "bb+": {chunk(long...), chunk(long...), chunk(2)},
	} {
		e := encode(t, text)
		if !slices.EqualFunc(e.Chunks, want, slices.Equal) || len(e.Weights) != len(e.Chunks) {
			t.Errorf("%.12q: %v, want %v", text, e.Chunks, want)
		}
		if !slices.Equal(prompt.Pooled(words{}, text), want[0]) {
			t.Errorf("%.12q: pooled %v", text, prompt.Pooled(words{}, text))
		}
	}
	if !slices.Equal(prompt.Empty(words{}), chunk()) {
		t.Errorf("empty: %v", prompt.Empty(words{}))
	}
}

func TestWeightsFollowTheirTokens(t *testing.T) {
	e := encode(t, strings.Repeat("a ", 73)+"(b c d)2 e")
	for at, want := range map[[2]int]float64{
		{0, 0}: 1, {0, 73}: 1, {0, 74}: 2, {0, 75}: 2, {0, 76}: 1,
		{1, 0}: 1, {1, 1}: 2, {1, 2}: 1, {1, 3}: 1, {1, 76}: 1,
	} {
		if got := e.Weights[at[0]][at[1]]; got != want {
			t.Errorf("the weight of token %d in chunk %d is %v, want %v", at[1], at[0], got, want)
		}
	}
	if len(e.Lessened) != 0 {
		t.Errorf("lessened: %v", e.Lessened)
	}
}

func TestLessenedFragmentsAreHidden(t *testing.T) {
	e := encode(t, strings.Repeat("a ", 73)+"(b c d)0.5 e (f)0.25")
	if len(e.Lessened) != 2 {
		t.Fatalf("%d lessened fragments, want 2", len(e.Lessened))
	}
	want := [][][2]int{{{0, 74}, {0, 75}, {1, 1}}, {{1, 3}}}
	for i, l := range e.Lessened {
		var hidden [][2]int
		for c := range 2 {
			for token := range prompt.Context {
				if l.Hides(c, token) {
					hidden = append(hidden, [2]int{c, token})
				}
			}
		}
		if !slices.Equal(hidden, want[i]) {
			t.Errorf("fragment %d hides %v, want %v", i, hidden, want[i])
		}
	}
}

func TestFragmentThatFillsAChunkHidesNoMarks(t *testing.T) {
	l := encode(t, "("+strings.Repeat("a ", 150)+")0.5").Lessened[0]
	for c := range 2 {
		if l.Hides(c, 0) || !l.Hides(c, 1) || !l.Hides(c, 75) || l.Hides(c, 76) {
			t.Errorf("chunk %d hides %v %v %v %v", c, l.Hides(c, 0), l.Hides(c, 1), l.Hides(c, 75), l.Hides(c, 76))
		}
	}
}

func TestShorterPromptIsPaddedWithEmptyChunks(t *testing.T) {
	long, short := encode(t, strings.Repeat("a ", 160)), encode(t, "bb")
	prompt.Pad(words{}, long, short)
	want := [][]int32{chunk(2), chunk(), chunk()}
	if len(long.Chunks) != 3 || !slices.EqualFunc(short.Chunks, want, slices.Equal) || len(short.Weights) != 3 {
		t.Errorf("%d chunks and %v, want 3 and %v", len(long.Chunks), short.Chunks, want)
	}
}

func output(value float32) []float32 { return slices.Repeat([]float32{value}, 2*prompt.Context) }

func TestCombineScalesAndBlends(t *testing.T) {
	for _, c := range []struct {
		text    string
		without []float32
		want    float64 // of the empty output 1 and the whole 3
	}{
		{"a", nil, 3},
		{"(a)1.5", nil, 4},
		{"(a)0.5", []float32{2}, (1 + 0.5*2 + 1*(1+0.5*1)) / 2},
		{"(a)0", []float32{2}, 1},
		{"(b)0.5 (a)2", []float32{1}, (5.0 + 1.0) / 2}, // at the second token
	} {
		e := encode(t, c.text)
		var without [][]float32
		for _, v := range c.without {
			without = append(without, output(v))
		}
		got, err := e.Combine(0, output(1), output(3), without...)
		if err != nil {
			t.Fatal(err)
		}
		at := 2 * (len(e.Lessened) + 1)
		if !strings.Contains(c.text, "b") {
			at = 2
		}
		if math.Abs(float64(got[at])-c.want) > 1e-6 {
			t.Errorf("%s: %v, want %v", c.text, got[at], c.want)
		}
		if want := (3 + sum(c.without)) / float64(1+len(c.without)); c.text != "(a)0" && math.Abs(float64(got[0])-want) > 1e-6 {
			t.Errorf("%s: the beginning is %v, want %v", c.text, got[0], want)
		}
	}
}

func sum(values []float32) float64 {
	total := 0.0
	for _, v := range values {
		total += float64(v)
	}
	return total
}

// literal is Compel's rule with the standard library: the runs without fragments
// weigh tan((1-weight)·π/2), the run with all 1.
func TestPullIsTheTangent(t *testing.T) {
	for _, text := range []string{"(a)0.9", "(a)0.25", "(a)0.001", "a-----"} {
		e := encode(t, text)
		weight := parse(t, text)[0].Weight
		got, err := e.Combine(0, output(0), output(0), output(1))
		if err != nil {
			t.Fatal(err)
		}
		tangent := math.Tan((1 - weight) * math.Pi / 2)
		if want := tangent / (1 + tangent); math.Abs(float64(got[0])-want) > 1e-7 {
			t.Errorf("%s: %v, want %v", text, got[0], want)
		}
	}
}

func TestCombineRefusesOutputsThatDoNotFit(t *testing.T) {
	e := encode(t, "(a)0.5")
	for name, err := range map[string]error{
		"none without": second(e.Combine(0, output(1), output(1))),
		"short":        second(e.Combine(0, output(1), output(1), output(1)[:77])),
		"odd":          second(e.Combine(0, output(1)[:78], output(1)[:78], output(1)[:78])),
		"empty":        second(e.Combine(0, nil, nil, nil)),
	} {
		if err == nil {
			t.Errorf("%s was combined", name)
		}
	}
}

func second(_ []float32, err error) error { return err }

// The bits were computed on amd64. They differ where a platform rounds
// otherwise.
func TestCombineHasTheSameBitsEverywhere(t *testing.T) {
	e := encode(t, "a (b)0.7 (c)1.37 d--")
	empty, whole, first, last := output(0), output(0), output(0), output(0)
	for i := range empty {
		f := float32(i)
		empty[i], whole[i], first[i], last[i] = f/7, 1/(f+3), f*f/11, -f/13
	}
	got, err := e.Combine(0, empty, whole, first, last)
	if err != nil {
		t.Fatal(err)
	}
	var bits uint32
	for _, v := range got {
		bits = bits*31 + math.Float32bits(v)
	}
	if want := uint32(0x7b0a28fc); bits != want {
		t.Errorf("bits %#x, want %#x", bits, want)
	}
}
