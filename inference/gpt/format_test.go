package gpt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/grammar"
	"helium/inference/task"
)

// loadRandom loads a small model that knows nothing and never ends by itself.
func loadRandom(t *testing.T) *Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "random.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	shape := checkpoint.Shape{Layers: 1, Width: 64, Hidden: 64, Vocabulary: 600, Context: 512}
	if err := errors.Join(checkpoint.WriteRandomModel(f, shape), f.Close()); err != nil {
		t.Fatal(err)
	}
	m, err := Load(openLibrary(t), path, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// answerFormats are schemas, and whether every value of theirs is short.
func answerFormats() map[string]struct {
	schema string
	short  bool
} {
	const object = `{"type":"object","additionalProperties":false,`
	return map[string]struct {
		schema string
		short  bool
	}{
		"enum":     {`{"type":"string","enum":["red","green","a \"quoted\" é"]}`, true},
		"numbers":  {object + `"properties":{"i":{"type":"integer"},"n":{"type":"number"},"b":{"type":["boolean","null"]}},"required":["i","n","b"]}`, true},
		"optional": {object + `"properties":{"a":{"type":"boolean"},"b":{"enum":[1,2]},"c":{"const":"x"}},"required":["b"]}`, true},
		"list":     {`{"type":"array","items":{"anyOf":[{"type":"null"},` + object + `"properties":{"k":{"type":"boolean"}},"required":["k"]}]},"minItems":1,"maxItems":3}`, true},
		"root":     {`{"type":"integer"}`, true},
		"person":   {object + `"properties":{"name":{"type":"string"},"tags":{"type":"array","items":{"type":"string"},"maxItems":2}},"required":["name","tags"]}`, false},
		"tree":     {`{"$ref":"#/$defs/n","$defs":{"n":` + object + `"properties":{"v":{"type":"boolean"},"next":{"anyOf":[{"$ref":"#/$defs/n"},{"type":"null"}]}},"required":["v","next"]}}}`, false},
		"anything": {`{}`, false},
	}
}

func TestAnswersAreOfTheirFormat(t *testing.T) {
	for name, m := range map[string]*Model{"demo": loadDemo(t), "random": loadRandom(t)} {
		whole := 0
		for format, f := range answerFormats() {
			g, err := grammar.Compile([]byte(f.schema))
			if err != nil {
				t.Fatal(err)
			}
			check := validatorOf(t, f.schema)
			for seed := range int64(4) {
				r := Request{Messages: user("Answer in JSON."), MaxNewTokens: 250, Choices: 2, Grammar: g}
				r.Sampling = Sampling{Random: seed > 0, Temperature: 0.5 + float64(seed), TopK: 50, RepetitionPenalty: 1.1, Seed: seed}
				a, _ := mustRun(t, m, r)
				for _, c := range a.Choices {
					if c.Finish == FinishLength && !f.short {
						continue
					}
					whole++
					if err := check(c.Text); err != nil || c.Finish != FinishStop {
						t.Errorf("%s model, %s, seed %d: ends by %s: %q: %v", name, format, seed, c.Finish, c.Text, err)
					}
				}
			}
		}
		if whole < 40 {
			t.Errorf("%s model: only %d whole answers", name, whole)
		}
	}
}

func validatorOf(t *testing.T, schema string) func(text string) error {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) error {
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			return err
		}
		return s.Validate(value)
	}
}

// document is a task of the demo model with a helium object.
func document(t *testing.T, config, helium string) *Prepared {
	t.Helper()
	p, err := Prepare(fmt.Appendf(nil, `{"model":"helium/demo","messages":[{"role":"user","content":"What is the stake?"}],"generation_config":%s,"helium":%s}`, config, helium))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTasksAskForAFormatAndProbabilities(t *testing.T) {
	m := loadDemo(t)
	run := func(t *testing.T, config, helium string) *task.Response {
		t.Helper()
		p := document(t, config, helium)
		out, err := p.Run(context.Background(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, err := p.Run(context.Background(), m, nil)
		if err != nil || string(again.Response) != string(out.Response) {
			t.Errorf("the second answer differs: %s, %v, want %s", again.Response, err, out.Response)
		}
		r, err := task.ParseResponse(out.Response)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}

	t.Run("an object", func(t *testing.T) {
		r := run(t, `{"num_return_sequences":2,"do_sample":true,"max_new_tokens":200}`, `{"response_format":{"type":"json_object"}}`)
		for _, c := range r.Choices {
			if !strings.HasPrefix(c.Content, "{") || c.FinishReason == task.FinishStop && !json.Valid([]byte(c.Content)) || c.Logprobs != nil {
				t.Errorf("choice = %+v", c)
			}
		}
	})

	t.Run("a schema and probabilities", func(t *testing.T) {
		r := run(t, `null`, `{"response_format":{"type":"json_schema","schema":{"enum":["yes","no"]}},"logprobs":2}`)
		if c := r.Choices[0]; c.Content != `"yes"` && c.Content != `"no"` || joined(c.Logprobs) != c.Content {
			t.Errorf("choice = %+v", c)
		}
	})

	t.Run("a stop string cuts the answer", func(t *testing.T) {
		r := run(t, `{"stop_strings":["es"]}`, `{"response_format":{"type":"json_schema","schema":{"const":"yes"}},"logprobs":0}`)
		if c := r.Choices[0]; c.Content != `"y` || c.FinishReason != task.FinishStop || !strings.HasPrefix(joined(c.Logprobs), `"yes`) {
			t.Errorf("choice = %+v", c)
		}
	})

	t.Run("probabilities change nothing else", func(t *testing.T) {
		const config = `{"do_sample":true,"temperature":2.0,"max_new_tokens":30}`
		plain, with := run(t, config, `{}`), run(t, config, `{"logprobs":5}`)
		c := with.Choices[0]
		if c.Content != plain.Choices[0].Content || with.Usage != plain.Usage || plain.Choices[0].Logprobs != nil {
			t.Errorf("got %+v, want %+v", with, plain)
		}
		for i, l := range c.Logprobs.Tokens {
			if len(l.Top) != 5 {
				t.Fatalf("token %d has %d alternatives", i, len(l.Top))
			}
			for j := 1; j < 5; j++ {
				if l.Top[j].Logprob > l.Top[j-1].Logprob {
					t.Errorf("token %d: alternatives in a wrong order: %+v", i, l.Top)
				}
			}
			if l.Logprob > l.Top[0].Logprob {
				t.Errorf("token %d is likelier than the likeliest", i)
			}
		}
	})
}

// joined is what the tokens say together.
func joined(l *task.Logprobs) (text string) {
	if l == nil {
		return "no probabilities"
	}
	for _, t := range l.Tokens {
		text += string(t.Bytes)
	}
	return text
}

func TestEachPieceHasTheProbabilitiesOfItsOwnTokens(t *testing.T) {
	m := loadDemo(t)
	ask := Request{Messages: user("What is the stake?"), Logprobs: new(2), Choices: 2, MaxNewTokens: 24}
	a, deltas := mustRun(t, m, ask)
	for i, c := range a.Choices {
		var told task.Logprobs
		for _, d := range deltas {
			if d.Choice != i {
				continue
			}
			if text := joined(&task.Logprobs{Tokens: d.Logprobs}); d.Text != "" && text != d.Text {
				t.Errorf("a piece %q has the tokens of %q", d.Text, text)
			}
			told.Tokens = append(told.Tokens, d.Logprobs...)
		}
		if !reflect.DeepEqual(&told, c.Logprobs) || len(told.Tokens) < 10 {
			t.Errorf("choice %d: %d tokens were told of %d", i, len(told.Tokens), len(c.Logprobs.Tokens))
		}
	}

	// What a stop string holds back comes with the text after it, or at the end.
	text := a.Choices[0].Text
	ask.Choices, ask.Stops = 1, []string{text[:9] + "!", text[12:17]}
	a, deltas = mustRun(t, m, ask)
	var told []task.TokenLogprobs
	for i, d := range deltas {
		if d.Text == "" && i < len(deltas)-1 {
			t.Errorf("piece %d is empty", i)
		}
		told = append(told, d.Logprobs...)
	}
	if a.Choices[0].Text != text[:12] || !reflect.DeepEqual(told, a.Choices[0].Logprobs.Tokens) {
		t.Errorf("%q with %d tokens told of %d", a.Choices[0].Text, len(told), len(a.Choices[0].Logprobs.Tokens))
	}
}

func TestLogprobsAreThoseOfTheModel(t *testing.T) {
	m := loadDemo(t)
	a, _ := mustRun(t, m, Request{Messages: user("What is the stake?"), Logprobs: new(3), Sampling: Sampling{RepetitionPenalty: 5}})
	m.context.Clear()
	prompt, err := m.tokens(Request{Messages: user("What is the stake?")})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.context.Decode(prompt); err != nil {
		t.Fatal(err)
	}
	logits, err := m.context.Logits()
	if err != nil {
		t.Fatal(err)
	}

	sum, likeliest := 0.0, 0
	for i, x := range logits {
		sum += math.Exp(float64(x))
		if x > logits[likeliest] {
			likeliest = i
		}
	}
	want := float64(logits[likeliest]) - math.Log(sum)
	first := a.Choices[0].Logprobs.Tokens[0]
	if got := first.Top[0]; math.Abs(got.Logprob.Float()-want) > 1e-4 || string(got.Bytes) != string(m.weights.Piece(ggml.Token(likeliest), true)) {
		t.Errorf("the likeliest is %+v, want %v", got, want)
	}
}

func TestLogprobsOfEqualAndImpossibleTokens(t *testing.T) {
	piece := func(t ggml.Token) []byte { return []byte{'a' + byte(t)} }
	inf := float32(math.Inf(-1))
	got := tokenLogprobs([]float32{1, 3, inf, 3, 1}, 2, 4, piece)
	half := -math.Log(2 + 2*math.Exp(-2))
	want := []struct {
		bytes   string
		logprob float64
	}{{"b", half}, {"d", half}, {"a", half - 2}, {"e", half - 2}}
	if len(got.Top) != len(want) || got.Logprob.Float() != -9999 || string(got.Bytes) != "c" {
		t.Fatalf("got %+v", got)
	}
	for i, w := range want {
		if g := got.Top[i]; string(g.Bytes) != w.bytes || math.Abs(g.Logprob.Float()-w.logprob) > 1e-4 {
			t.Errorf("%d: %+v, want %+v", i, g, w)
		}
	}
	if all := tokenLogprobs([]float32{0}, 0, 5, piece); len(all.Top) != 1 || all.Logprob != 0 {
		t.Errorf("of one token: %+v", all)
	}
}

func TestBeamsHaveNoFormat(t *testing.T) {
	m := loadDemo(t)
	for name, r := range map[string]Request{"format": {Grammar: grammar.Any()}, "probabilities": {Logprobs: new(0)}} {
		r.Messages, r.MaxNewTokens, r.Choices, r.Beams = user("x"), 5, 1, 2
		if _, err := m.Run(context.Background(), r, nil); CodeOf(err) != CodeInvalidArguments {
			t.Errorf("%s: error = %v", name, err)
		}
	}
}

func TestAModelWithoutTheTokensForAFormatIsRefused(t *testing.T) {
	words := grammar.NewVocabulary([][]byte{[]byte("a"), []byte("b"), nil})
	c := &constraint{matcher: grammar.NewMatcher(grammar.Any(), words), ends: []ggml.Token{2}}
	if _, err := c.mask([]float32{1, 2, 3}); CodeOf(err) != CodeFormatRefused || !CodeOf(err).TaskAtFault() {
		t.Errorf("error = %v", err)
	}
}
