package gpt

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/task"
)

// loadDemo loads the demo model into the real library, with one thread.
func loadDemo(t *testing.T) *Model {
	t.Helper()
	m, err := Load(openLibrary(t), demoFile(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

func openLibrary(t *testing.T) *ggml.Library {
	t.Helper()
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func demoFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func user(text string) []json.RawMessage {
	raw, _ := json.Marshal(map[string]string{"role": "user", "content": text})
	return []json.RawMessage{raw}
}

func mustRun(t *testing.T, m *Model, r Request) (Answer, []Delta) {
	t.Helper()
	if r.Choices == 0 {
		r.Choices = 1
	}
	if r.MaxNewTokens == 0 {
		r.MaxNewTokens = 200
	}
	var deltas []Delta
	a, err := m.Run(context.Background(), r, func(d Delta) { deltas = append(deltas, d) })
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range a.Choices {
		var text strings.Builder
		for _, d := range deltas {
			if d.Choice == i {
				text.WriteString(d.Text)
			}
		}
		if text.String() != c.Text {
			t.Errorf("deltas of choice %d give %q, want %q", i, text.String(), c.Text)
		}
	}
	return a, deltas
}

func TestRun(t *testing.T) {
	m := loadDemo(t)
	full, _ := mustRun(t, m, Request{Messages: user("What is the stake?")})
	text := full.Choices[0].Text

	t.Run("ends by itself and counts its tokens", func(t *testing.T) {
		tokens, err := m.weights.Tokenize(text, false, false)
		if err != nil {
			t.Fatal(err)
		}
		if c := full.Choices[0]; c.Finish != FinishStop || c.Tokens != len(tokens)+1 {
			t.Errorf("finish %s after %d tokens, want stop after %d", c.Finish, c.Tokens, len(tokens)+1)
		}
	})

	t.Run("ends at the limit", func(t *testing.T) {
		a, _ := mustRun(t, m, Request{Messages: user("What is the stake?"), MaxNewTokens: 5})
		if c := a.Choices[0]; c.Finish != FinishLength || c.Tokens != 5 || !strings.HasPrefix(text, c.Text) {
			t.Errorf("choice = %+v", c)
		}
	})

	t.Run("ends before a stop string", func(t *testing.T) {
		a, _ := mustRun(t, m, Request{Messages: user("What is the stake?"), Stops: []string{"hour after", "lying"}})
		want, _, _ := strings.Cut(text, "lying")
		if c := a.Choices[0]; c.Text != want || c.Finish != FinishStop {
			t.Errorf("choice = %+v, want text %q", c, want)
		}
	})

	t.Run("a task before it changes nothing", func(t *testing.T) {
		mustRun(t, m, Request{Messages: user(strings.Repeat("Tell me a story. ", 150))})
		again, _ := mustRun(t, m, Request{Messages: user("What is the stake?")})
		if again.Choices[0] != full.Choices[0] {
			t.Errorf("%+v, want %+v", again.Choices[0], full.Choices[0])
		}
	})

	t.Run("the prompt may not fill the context", func(t *testing.T) {
		_, err := m.Run(context.Background(), Request{Messages: user(strings.Repeat("node ", m.ContextSize())), MaxNewTokens: 1, Choices: 1}, nil)
		if CodeOf(err) != CodeContextTooLong || !CodeOf(err).TaskAtFault() {
			t.Errorf("error = %v", err)
		}
	})

	t.Run("an answer ends where the context does", func(t *testing.T) {
		prompt := user(strings.Repeat("node ", m.ContextSize()-20))
		a, _ := mustRun(t, m, Request{Messages: prompt, MaxNewTokens: 500, Sampling: Sampling{Random: true, Temperature: 100, Seed: 1}})
		if c := a.Choices[0]; a.PromptTokens+c.Tokens > m.ContextSize() {
			t.Errorf("%d + %d tokens in a context of %d", a.PromptTokens, c.Tokens, m.ContextSize())
		}
	})

	t.Run("a cancel ends it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		count := 0
		_, err := m.Run(ctx, Request{Messages: user("What is Helium?"), MaxNewTokens: 200, Choices: 1}, func(Delta) {
			if count++; count == 3 {
				cancel()
			}
		})
		if CodeOf(err) != CodeCancelled || count != 3 {
			t.Errorf("error = %v after %d deltas", err, count)
		}
	})

	t.Run("the response is the task's own encoding", func(t *testing.T) {
		p, err := Prepare([]byte(`{"model":"helium/demo","messages":[{"role":"user","content":"What is the stake?"}],"generation_config":{"num_return_sequences":2}}`))
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
		if len(r.Choices) != 2 || r.Choices[1].Content != text || r.Usage.CompletionTokens != 2*full.Choices[0].Tokens || r.Usage.PromptTokens != full.PromptTokens {
			t.Errorf("response = %+v", r)
		}
	})

	t.Run("what this engine does not do is not the task's fault", func(t *testing.T) {
		_, err := Prepare([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"image","base64":"aQ=="}]}]}`))
		if err == nil || CodeOf(err) != CodeCannotRun {
			t.Errorf("error = %v", err)
		}
	})
}

// A raw prompt is what the model gets, to the token: the text that a template makes,
// given raw, has the answer that the template has.
func TestARawPromptIsNotPutIntoTheTemplate(t *testing.T) {
	m := loadDemo(t)
	question := Request{Messages: user("What is a relay?"), MaxNewTokens: 20}
	text, err := m.prompts.prompt(question.Messages, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	through, _ := mustRun(t, m, question)
	given, _ := mustRun(t, m, Request{Messages: user(text), Raw: true, MaxNewTokens: 20})
	if given.PromptTokens != through.PromptTokens || given.Choices[0] != through.Choices[0] {
		t.Errorf("raw %+v, through the template %+v", given, through)
	}
	bare, _ := mustRun(t, m, Request{Messages: user("What is a relay?"), Raw: true, MaxNewTokens: 20})
	if bare.PromptTokens >= through.PromptTokens {
		t.Errorf("the bare question has %d tokens, %d in the template", bare.PromptTokens, through.PromptTokens)
	}

	doc, err := task.FromChat("m", []task.Message{{Role: task.RoleUser, Content: task.Text("a {{ b }}")}}, func(g *task.GPT) { g.Helium.RawPrompt = true })
	if err != nil {
		t.Fatal(err)
	}
	if p, err := PrepareTask(doc); err != nil || !p.request.Raw {
		t.Errorf("prepared %+v, %v", p, err)
	}
	if got, err := m.prompts.TaskPrompt(doc); err != nil || got != "a {{ b }}" {
		t.Errorf("the prompt is %q, %v", got, err)
	}
}
