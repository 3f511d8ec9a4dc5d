package gpt

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"helium/inference/ggml"
	"helium/inference/task"
)

// afresh is a model that computes the scores after an answer from nothing, in
// the context of ordinary tasks.
func afresh(t *testing.T, m *Model, prompt []ggml.Token) oracle {
	return func(answer []ggml.Token) []float32 {
		m.context.Clear()
		if err := feed(context.Background(), m.context, slices.Concat(prompt, answer)); err != nil {
			t.Fatal(err)
		}
		logits, err := m.context.Logits()
		if err != nil {
			t.Fatal(err)
		}
		return slices.Clone(logits)
	}
}

func TestBeamsOfAModelAreThoseOfThePlainSearch(t *testing.T) {
	m := loadDemo(t)
	for name, r := range map[string]Request{
		"to the end":    {Messages: user("What is the stake?"), MaxNewTokens: 200, Beams: 2},
		"to the limit":  {Messages: user("Who are you?"), MaxNewTokens: 12, Beams: 5},
		"stop strings":  {Messages: user("What is the stake?"), MaxNewTokens: 30, Beams: 3, Stops: []string{"deposit of", "node"}},
		"repetition":    {Messages: user("What is Helium?"), MaxNewTokens: 10, Beams: 3, Sampling: Sampling{RepetitionPenalty: 1.2}},
		"unknown topic": {Messages: user("zq"), MaxNewTokens: 20, Beams: 4},
	} {
		t.Run(name, func(t *testing.T) {
			r.Choices = r.Beams
			got, deltas := mustRun(t, m, r)
			prompt, err := m.tokens(r)
			if err != nil {
				t.Fatal(err)
			}
			want := plainSearch(m.weights, r, prompt, afresh(t, m, prompt))

			if len(got.Choices) != len(want) || len(deltas) != len(want) {
				t.Fatalf("%d choices and %d deltas, want %d", len(got.Choices), len(deltas), len(want))
			}
			for i, c := range got.Choices {
				wantChoice := Choice{Text: answerText(m.weights, r.Stops, want[i].answer), Finish: FinishLength, Tokens: len(want[i].answer)}
				if want[i].ended {
					wantChoice.Finish = FinishStop
				}
				if c != wantChoice {
					t.Errorf("choice %d is %+v, want %+v", i, c, wantChoice)
				}
				if d := (Delta{Choice: i, Index: i, Text: c.Text, Tokens: c.Tokens, Finish: c.Finish}); !reflect.DeepEqual(deltas[i], d) {
					t.Errorf("delta %d is %+v, want %+v", i, deltas[i], d)
				}
			}
		})
	}
}

func TestBeams(t *testing.T) {
	m := loadDemo(t)
	question := Request{Messages: user("What is the stake?"), Beams: 4, Choices: 3}
	drawn := Request{Messages: user("What is the stake?"), Beams: 4, Choices: 4, MaxNewTokens: 25,
		Sampling: Sampling{Random: true, Temperature: 4, TopK: 50, Seed: 7}}
	full, _ := mustRun(t, m, question)
	random, _ := mustRun(t, m, drawn)

	t.Run("one beam is no search", func(t *testing.T) {
		one, none := question, question
		one.Beams, none.Beams = 1, 0
		a, _ := mustRun(t, m, one)
		b, _ := mustRun(t, m, none)
		if !slices.Equal(a.Choices, b.Choices) || a.Choices[0] != full.Choices[0] {
			t.Errorf("one beam: %+v, want %+v", a, b)
		}
	})

	t.Run("fewer choices are the first of more", func(t *testing.T) {
		r := question
		r.Choices = 1
		a, _ := mustRun(t, m, r)
		if !slices.Equal(a.Choices, full.Choices[:1]) {
			t.Errorf("%+v, want the first of %+v", a.Choices, full.Choices)
		}
	})

	t.Run("tokens are counted with the one that ends", func(t *testing.T) {
		tokens, err := m.weights.Tokenize(full.Choices[0].Text, false, false)
		if err != nil {
			t.Fatal(err)
		}
		if c := full.Choices[0]; c.Finish != FinishStop || c.Tokens != len(tokens)+1 {
			t.Errorf("finish %s after %d tokens, want stop after %d", c.Finish, c.Tokens, len(tokens)+1)
		}
	})

	t.Run("a text ends before a stop string", func(t *testing.T) {
		r := question
		r.Choices, r.Stops = 1, []string{"hour after", "lying"}
		a, _ := mustRun(t, m, r)
		if c := a.Choices[0]; strings.Contains(c.Text, "lying") || c.Finish != FinishStop {
			t.Errorf("choice = %+v", c)
		}
	})

	t.Run("neither threads nor another load nor a task before change anything", func(t *testing.T) {
		path := demoFile(t)
		for _, threads := range []int{1, 2} {
			other, err := Load(openLibrary(t), path, threads)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			for range 2 {
				mustRun(t, other, Request{Messages: user(strings.Repeat("Tell me a story. ", 20)), Beams: 3, MaxNewTokens: 5})
				a, _ := mustRun(t, other, question)
				b, _ := mustRun(t, other, drawn)
				if !slices.Equal(a.Choices, full.Choices) || !slices.Equal(b.Choices, random.Choices) {
					t.Errorf("%d threads: %+v and %+v, want %+v and %+v", threads, a, b, full, random)
				}
			}
		}
	})

	t.Run("the seed decides what is drawn", func(t *testing.T) {
		again, _ := mustRun(t, m, drawn)
		r := drawn
		r.Sampling.Seed++
		other, _ := mustRun(t, m, r)
		if !slices.Equal(again.Choices, random.Choices) || slices.Equal(other.Choices, random.Choices) {
			t.Errorf("%+v, again %+v, of another seed %+v", random, again, other)
		}
	})

	t.Run("an ordinary task is the same before and after", func(t *testing.T) {
		r := Request{Messages: user("What is Helium?"), Sampling: Sampling{Random: true, Temperature: 1.5, Seed: 3}, MaxNewTokens: 40}
		before, _ := mustRun(t, m, r)
		logits := slices.Clone(mustLogits(t, m))
		mustRun(t, m, question)
		if !slices.Equal(mustLogits(t, m), logits) {
			t.Error("the beams wrote into the warm context")
		}
		if after, _ := mustRun(t, m, r); !slices.Equal(after.Choices, before.Choices) {
			t.Errorf("%+v, before it %+v", after, before)
		}
	})

	t.Run("answers end where the context does", func(t *testing.T) {
		r := Request{Messages: user(strings.Repeat("node ", m.ContextSize()-20)), Beams: 3, Choices: 3, MaxNewTokens: 500,
			Sampling: Sampling{Random: true, Temperature: 100, Seed: 1}}
		a, _ := mustRun(t, m, r)
		longest := 0
		for _, c := range a.Choices {
			longest = max(longest, c.Tokens)
		}
		if a.PromptTokens+longest > m.ContextSize() || longest < 2 {
			t.Errorf("%d + %d tokens in a context of %d", a.PromptTokens, longest, m.ContextSize())
		}
	})

	t.Run("a cancel ends it before the next step", func(t *testing.T) {
		for _, asks := range []int{1, 2, 5} {
			ctx := &cancelled{Context: context.Background(), after: asks}
			r := question
			r.MaxNewTokens = 200
			_, err := m.Run(ctx, r, func(Delta) { t.Error("there was a delta") })
			if err == nil || CodeOf(err) != CodeCancelled || ctx.asked != asks {
				t.Errorf("error = %v after asking %d times, want a cancel after %d", err, ctx.asked, asks)
			}
		}
	})

	t.Run("more choices than beams are refused", func(t *testing.T) {
		_, err := m.Run(context.Background(), Request{Messages: user("Hi"), Beams: 2, Choices: 3, MaxNewTokens: 9}, nil)
		_, docErr := Prepare([]byte(`{"model":"m","messages":[],"generation_config":{"num_beams":2,"num_return_sequences":3}}`))
		for _, err := range []error{err, docErr} {
			if CodeOf(err) != CodeInvalidArguments || !strings.Contains(err.Error(), "num_return_sequences") || !strings.Contains(err.Error(), "num_beams") {
				t.Errorf("error = %v, want one that names both fields", err)
			}
		}
	})

	t.Run("the response is the task's own encoding", func(t *testing.T) {
		p, err := Prepare([]byte(`{"model":"helium/demo","messages":[{"role":"user","content":"What is the stake?"}],
			"generation_config":{"num_beams":4,"num_return_sequences":3,"max_new_tokens":200}}`))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.Run(context.Background(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := task.ParseResponse(out.Response)
		if err != nil {
			t.Fatal(err)
		}
		tokens := 0
		for i, c := range full.Choices {
			tokens += c.Tokens
			if got := r.Choices[i]; got.Content != c.Text || string(got.FinishReason) != c.Finish {
				t.Errorf("choice %d = %+v, want %+v", i, got, c)
			}
		}
		if len(r.Choices) != 3 || r.Usage.CompletionTokens != tokens || r.Usage.PromptTokens != full.PromptTokens {
			t.Errorf("response = %+v", r)
		}
	})
}

func mustLogits(t *testing.T, m *Model) []float32 {
	t.Helper()
	logits, err := m.context.Logits()
	if err != nil {
		t.Fatal(err)
	}
	return logits
}

// cancelled is a context that ends when it has been asked some times.
type cancelled struct {
	context.Context
	after, asked int
}

func (c *cancelled) Err() error {
	if c.asked++; c.asked >= c.after {
		return context.Canceled
	}
	return nil
}
