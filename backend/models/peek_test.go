package models

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/backend/protocol"
	"helium/inference/checkpoint"
)

func TestAModelIsLookedAtBeforeItIsFetched(t *testing.T) {
	h, dir, body := newHub(t), t.TempDir(), weights(300_000)
	config := []byte(`{"model_type":"llama"}`)
	h.put(testID, testFile, body)
	h.put(testID, "config.json", config)
	h.put(testID, "modeling.py", []byte("import os"))
	l := h.library(t, dir)
	r, err := l.Look(t.Context(), testID, "")
	if err != nil {
		t.Fatal(err)
	}
	if f, ok := r.Find(testFile); !ok || f.Bytes != int64(len(body)) || r.Commit != testCommit || len(r.Files) != 2 {
		t.Errorf("the repository is %+v", r)
	}
	if got, err := l.Peek(t.Context(), r, "config.json", 1<<20); err != nil || !bytes.Equal(got, config) {
		t.Errorf("the configuration is %q, %v", got, err)
	}
	if got, err := l.Peek(t.Context(), r, testFile, 1000); err != nil || !bytes.Equal(got, body[:1000]) {
		t.Errorf("the head is %d bytes, %v", len(got), err)
	}
	h.noRanges = true
	if got, err := l.Peek(t.Context(), r, testFile, 1000); err != nil || !bytes.Equal(got, body[:1000]) {
		t.Errorf("without ranges the head is %d bytes, %v", len(got), err)
	}
	if _, err := l.Peek(t.Context(), r, "modeling.py", 1000); codeOf(err) != CodeNotFound {
		t.Errorf("code gives %v", err)
	}
	h.wrongBytes.Store(1)
	if _, err := l.Peek(t.Context(), r, "config.json", 1<<20); codeOf(err) != CodeDamaged {
		t.Errorf("wrong bytes give %v", err)
	}
	if len(l.List()) != 0 {
		t.Errorf("it holds %+v", l.List())
	}

	if _, err := l.Fetch(t.Context(), Want{ID: testID}, nil); err != nil {
		t.Fatal(err)
	}
	before := h.count("cdn", http.MethodGet)
	if got, err := l.Peek(t.Context(), r, testFile, 1000); err != nil || !bytes.Equal(got, body[:1000]) || h.count("cdn", http.MethodGet) != before {
		t.Errorf("what is here was asked for: %d bytes, %v", len(got), err)
	}
}

func TestABranchThatDidNotMoveIsNotHashedAgain(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, weights(100_000))
	l := h.library(t, dir)
	if _, err := l.Fetch(t.Context(), Want{ID: testID}, nil); err != nil {
		t.Fatal(err)
	}
	var stages []string
	f, err := l.Fetch(t.Context(), Want{ID: testID, Revision: "main"}, func(p Progress) { stages = append(stages, p.Stage) })
	if err != nil || f.Pin.Revision != testCommit {
		t.Fatalf("%+v, %v", f, err)
	}
	for _, s := range stages {
		if s == StageChecking {
			t.Errorf("stages were %q", stages)
		}
	}
	if h.sent.Load() != 100_000 {
		t.Errorf("%d bytes were sent", h.sent.Load())
	}
}

func TestAModelThatIsNotKnownIsRefusedByNameBeforeItIsFetched(t *testing.T) {
	with := func(setting string) string { return strings.Replace(llamaConfig, "{", "{"+setting+", ", 1) }
	for _, c := range []struct{ name, config, code, detail string }{
		{"architecture", `{"architectures": ["MambaForCausalLM"]}`, CodeUnsupported, `"MambaForCausalLM"`},
		{"no architecture", `{}`, CodeUnsupported, "names no architecture"},
		{"quantisation", with(`"quantization_config": {"quant_method": "awq"}`), CodeUnsupported, `"awq"`},
		{"activation", with(`"hidden_act": "swish9"`), CodeUnsupported, `"swish9"`},
		{"not JSON", `{"architectures": [`, CodeDamaged, "config.json"},
		{"layers", strings.Replace(llamaConfig, `layers": 2`, `layers": -2`, 1), CodeDamaged, "num_hidden_layers is -2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h, dir := newHub(t), t.TempDir()
			h.put(testID, "model.safetensors", weights(300_000))
			h.put(testID, "tokenizer.json", []byte("{}"))
			h.put(testID, "config.json", []byte(c.config))
			l := h.library(t, dir)
			_, err := l.Fetch(t.Context(), Want{ID: testID}, nil)
			var reason protocol.Reason
			if !errors.As(err, &reason) || reason.Code != c.code || !strings.Contains(reason.Detail, c.detail) || reason.Action == "" {
				t.Errorf("got %v, with %+v", err, reason)
			}
			if n := h.count("cdn", http.MethodGet); n != 0 {
				t.Errorf("%d requests for weights were made", n)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "models--*")); len(left) != 0 || len(l.List()) != 0 {
				t.Errorf("it left %q and lists %v", left, l.List())
			}
		})
	}
}

func TestAGGUFFileOfAKindThatIsNotKnownIsRefusedBeforeItIsFetched(t *testing.T) {
	for _, c := range []struct{ name, architecture, code, detail string }{
		{"known", "llama", "", ""},
		{"other", "bert", CodeUnsupported, `"bert"`},
		{"later", "later9", CodeUnsupported, `"later9"`},
		{"none", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file bytes.Buffer
			meta := []checkpoint.KV{{Key: "general.architecture", Value: c.architecture}, {Key: "tokenizer.ggml.tokens", Value: slices.Repeat([]string{"token"}, 10_000)}}
			if err := checkpoint.WriteGGUF(&file, meta, nil); err != nil {
				t.Fatal(err)
			}
			h := newHub(t)
			h.put(testID, testFile, append(file.Bytes(), make([]byte, worthAsking)...))
			l := h.library(t, t.TempDir())
			if _, err := l.Fetch(t.Context(), Want{ID: testID}, nil); codeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.detail) {
				t.Errorf("got %v, want the code %q with %q", err, c.code, c.detail)
			}
			if sent := h.sent.Load(); c.code != "" && sent > 10*startBytes {
				t.Errorf("%d bytes were sent", sent)
			}
		})
	}
	h := newHub(t)
	h.put(testID, testFile, weights(worthAsking))
	if _, err := h.library(t, t.TempDir()).Fetch(t.Context(), Want{ID: testID}, nil); codeOf(err) != CodeDamaged || !strings.Contains(err.Error(), testFile) {
		t.Errorf("what is no GGUF file gives %v", err)
	}
}
