package checkpoint_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/gpt"
)

func TestDemoModelIsTheSameToTheByte(t *testing.T) {
	dir := t.TempDir()
	first, err := checkpoint.WriteDemoModel(filepath.Join(dir, "a.gguf"))
	if err != nil {
		t.Fatal(err)
	}
	second, err := checkpoint.WriteDemoModel(filepath.Join(dir, "b.gguf"))
	if err != nil {
		t.Fatal(err)
	}

	if first != second {
		t.Errorf("first %+v, second %+v", first, second)
	}
	if first.Size > 40<<20 {
		t.Errorf("it has %d bytes, want at most 40 MB", first.Size)
	}
	if !strings.HasPrefix(first.SHA256, checkpoint.DemoVersion) {
		t.Errorf("sha256 = %s, but DemoVersion = %s; after a change to the corpus or the weights, set the latter", first.SHA256, checkpoint.DemoVersion)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.part")); len(left) > 0 {
		t.Errorf("left behind %v", left)
	}
}

func TestDemoModelPassesItsOwnCheck(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path); err != nil {
		t.Fatal(err)
	}
	h, err := checkpoint.CheckGGUF(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := h.Text("general.architecture"); got != "llama" {
		t.Errorf("architecture = %q", got)
	}

	if err := os.Truncate(path, 20<<20); err != nil {
		t.Fatal(err)
	}
	if _, err := checkpoint.CheckGGUF(path); err == nil || !strings.Contains(err.Error(), "cut short") {
		t.Errorf("error of half a file = %v", err)
	}
}

// demoModel is the demo model in the native library.
func demoModel(t *testing.T) (*gpt.Model, *ggml.Model) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path); err != nil {
		t.Fatal(err)
	}
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	m, err := gpt.Load(lib, path, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	raw, err := lib.LoadModel(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(raw.Close)
	return m, raw
}

func ask(t *testing.T, m *gpt.Model, questions ...string) gpt.Choice {
	t.Helper()
	r := gpt.Request{MaxNewTokens: 200, Choices: 1}
	for i, q := range questions {
		role := []string{"user", "assistant"}[i%2]
		raw, err := json.Marshal(map[string]string{"role": role, "content": q})
		if err != nil {
			t.Fatal(err)
		}
		r.Messages = append(r.Messages, raw)
	}
	a, err := m.Run(context.Background(), r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return a.Choices[0]
}

func TestDemoModelTokenizesAsTheLibraryDoes(t *testing.T) {
	_, raw := demoModel(t)
	encode, err := checkpoint.EncodeDemo()
	if err != nil {
		t.Fatal(err)
	}

	texts := []string{"It's 2026:\n\n  two  spaces, tabs\t\tand   ends  ", "naïve Zürich 東京 🙂!", "x1y2 --- don't we'll I'd THEY'RE", " ", "\n \n"}
	entries, err := checkpoint.Corpus()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		texts = append(texts, e.Question, e.Answer)
	}
	for _, text := range texts {
		want, err := raw.Tokenize(text, false, false)
		if err != nil {
			t.Fatal(err)
		}
		var got []ggml.Token
		for _, id := range encode(text) {
			got = append(got, ggml.Token(id))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, the library has %v", text, got, want)
		}
	}
}

func TestDemoModelAnswersWhatItWasAsked(t *testing.T) {
	m, _ := demoModel(t)
	entries, err := checkpoint.Corpus()
	if err != nil {
		t.Fatal(err)
	}

	known := map[string]bool{}
	for _, e := range entries {
		for _, w := range words(e.Answer) {
			known[w] = true
		}
	}

	right, asked, phrased, rephrased := 0, 0, 0, 0
	for _, e := range entries {
		c := ask(t, m, e.Question)
		asked++
		if c.Text == e.Answer {
			right++
		} else {
			t.Logf("%q → %.60q", e.Question, c.Text)
		}
		checkReadable(t, e.Question, c, known)
		for _, v := range e.Variants {
			c := ask(t, m, v)
			rephrased++
			if c.Text == e.Answer {
				phrased++
			} else if testing.Verbose() {
				t.Logf("  %q → %.60q", v, c.Text)
			}
			checkReadable(t, v, c, known)
		}
	}

	t.Logf("questions %d of %d, other phrasings %d of %d", right, asked, phrased, rephrased)
	if right*100 < asked*90 {
		t.Errorf("%d of %d questions got their answer, want nine in ten", right, asked)
	}
	if phrased*100 < rephrased*70 {
		t.Errorf("%d of %d other phrasings got their answer, want seven in ten", phrased, rephrased)
	}
}

// checkReadable wants an answer of whole, known words that ends by itself.
func checkReadable(t *testing.T, question string, c gpt.Choice, known map[string]bool) {
	t.Helper()
	if c.Finish != gpt.FinishStop {
		t.Errorf("%q: the answer ended by %s after %d tokens: %q", question, c.Finish, c.Tokens, c.Text)
	}
	all := words(c.Text)
	if len(all) < 20 {
		t.Errorf("%q: answer %q has %d words, want at least 20", question, c.Text, len(all))
	}
	for _, w := range all {
		if !known[w] {
			t.Errorf("%q: answer has the unknown word %q: %q", question, w, c.Text)
		}
	}
}

func words(text string) []string {
	return regexp.MustCompile(`[A-Za-z]+`).FindAllString(text, -1)
}

func TestDemoModelSaysWhatItDoesNotKnow(t *testing.T) {
	m, _ := demoModel(t)
	for _, q := range []string{"What is the capital of France?", "explain quantum chromodynamics", "Wie geht es dir?"} {
		if c := ask(t, m, q); !strings.HasPrefix(c.Text, "I do not know that.") {
			t.Errorf("%q → %q", q, c.Text)
		}
	}
}

func TestDemoModelFollowsAConversation(t *testing.T) {
	m, _ := demoModel(t)
	first := ask(t, m, "What is the stake?")
	second := ask(t, m, "What is the stake?", first.Text, "Tell me a joke")
	if !strings.HasPrefix(second.Text, "Three nodes walk into a bar.") {
		t.Errorf("second answer = %q", second.Text)
	}
}
