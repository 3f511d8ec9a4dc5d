package ggml_test

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// open loads the real library. It must be there: run `npm ci --ignore-scripts`
// in build/engine, as make does.
func open(t *testing.T, opts ggml.Options) *ggml.Library {
	t.Helper()
	opts.CPUOnly = true
	lib, err := ggml.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func probeModel(t *testing.T, lib *ggml.Library) *ggml.Model {
	t.Helper()
	path := filepath.Join(t.TempDir(), "probe.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.WriteProbeModel(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := lib.LoadModel(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// logits decodes tokens in pieces of n and returns the last scores' bits.
func logits(t *testing.T, c *ggml.Context, tokens []ggml.Token, n int) []uint32 {
	t.Helper()
	c.Clear()
	for piece := range slices.Chunk(tokens, n) {
		if err := c.Decode(piece); err != nil {
			t.Fatal(err)
		}
	}
	scores, err := c.Logits()
	if err != nil {
		t.Fatal(err)
	}
	var out []uint32
	for _, x := range scores {
		out = append(out, math.Float32bits(x))
	}
	return out
}

func TestLibraryNamesWhatDecidesItsBits(t *testing.T) {
	lib := open(t, ggml.Options{})
	if !strings.HasPrefix(lib.Backend(), "cpu-") || lib.Runtime() != lib.Backend()+"/"+ggml.Version {
		t.Errorf("backend %q, runtime %q", lib.Backend(), lib.Runtime())
	}
	if lib.Device().TotalMemory == 0 || lib.Device().Name != "CPU" {
		t.Errorf("device = %+v", lib.Device())
	}
}

func TestForcedVariantIsLoadedOrRefused(t *testing.T) {
	best := strings.TrimPrefix(open(t, ggml.Options{}).Backend(), "cpu-")
	if got := open(t, ggml.Options{Variant: best}).Backend(); got != "cpu-"+best {
		t.Errorf("backend = %s, want cpu-%s", got, best)
	}
	if _, err := ggml.Open(ggml.Options{Variant: "z80"}); !errors.Is(err, ggml.ErrVariant) {
		t.Errorf("error = %v, want ErrVariant", err)
	}
}

func TestMissingLibrarySaysHowToGetIt(t *testing.T) {
	t.Setenv(ggml.DirEnv, "")
	t.Chdir(t.TempDir())
	_, err := ggml.FindLibrary()
	if !errors.Is(err, ggml.ErrNotInstalled) || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("error = %v", err)
	}

	t.Setenv(ggml.DirEnv, t.TempDir())
	if _, err := ggml.FindLibrary(); !errors.Is(err, ggml.ErrNotInstalled) || !strings.Contains(err.Error(), ggml.DirEnv) {
		t.Errorf("error with an empty folder = %v", err)
	}
}

func TestLibraryIsFoundThroughItsVariable(t *testing.T) {
	want, err := ggml.FindLibrary()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for _, dir := range []string{want, filepath.Join(want, "..", ".."), filepath.Join(want, "..", "..", "..", "..")} {
		t.Setenv(ggml.DirEnv, dir)
		if got, err := ggml.FindLibrary(); err != nil || got != want {
			t.Errorf("from %s: %s, %v; want %s", dir, got, err, want)
		}
	}
}

func TestScoresHaveTheSameBitsWhateverTheThreadsAndTheTaskBefore(t *testing.T) {
	m := probeModel(t, open(t, ggml.Options{}))
	tokens := make([]ggml.Token, 60)
	for i := range tokens {
		tokens[i] = ggml.Token(i * 37 % 256)
	}

	var want []uint32
	for _, threads := range []int{1, 2} {
		c, err := m.NewContext(ggml.ContextParams{Size: 256, Threads: threads})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()

		first := logits(t, c, tokens, 60)
		logits(t, c, tokens[7:50], 5)
		if again := logits(t, c, tokens, 60); !slices.Equal(first, again) {
			t.Errorf("%d threads: other bits after another task", threads)
		}
		if want == nil {
			want = first
		}
		if !slices.Equal(first, want) {
			t.Errorf("%d threads: other bits than with one", threads)
		}
	}
	if len(want) != m.VocabSize() || slices.Max(want) == slices.Min(want) {
		t.Errorf("%d scores, all equal: %v", len(want), slices.Max(want) == slices.Min(want))
	}
}

func TestContextRefusesWhatDoesNotFit(t *testing.T) {
	m := probeModel(t, open(t, ggml.Options{}))
	c, err := m.NewContext(ggml.ContextParams{Size: 256, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	if err := c.Decode(make([]ggml.Token, c.Size())); err != nil {
		t.Fatal(err)
	}
	if err := c.Decode([]ggml.Token{1}); err == nil {
		t.Error("a token after the last was taken")
	}
	if err := c.Decode(nil); err == nil {
		t.Error("no token was taken")
	}
	c.Clear()
	if err := c.Decode([]ggml.Token{ggml.Token(m.VocabSize())}); err == nil {
		t.Error("a token outside of the vocabulary was taken")
	}
}

func TestBrokenModelIsAnErrorWithAReason(t *testing.T) {
	lib := open(t, ggml.Options{})
	path := filepath.Join(t.TempDir(), "broken.gguf")
	if err := os.WriteFile(path, []byte("GGUF\x03\x00\x00\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lib.LoadModel(path); err == nil || strings.Contains(err.Error(), "no reason") {
		t.Errorf("error = %v", err)
	}
	if _, err := lib.LoadModel(path + ".none"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error of a missing file = %v", err)
	}
}

func TestPiecesOfATextJoinToIt(t *testing.T) {
	lib := open(t, ggml.Options{})
	path := filepath.Join(t.TempDir(), "demo.gguf")
	if _, err := checkpoint.WriteDemoModel(path); err != nil {
		t.Fatal(err)
	}
	m, err := lib.LoadModel(path)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()

	for _, text := range []string{"", "Helium is light.", "東京 🙂 \x00 Zürich\n\n", strings.Repeat("a b ", 5000)} {
		tokens, err := m.Tokenize(text, false, false)
		if err != nil {
			t.Fatal(err)
		}
		var back []byte
		for _, token := range tokens {
			back = append(back, m.Piece(token, true)...)
		}
		if string(back) != text {
			t.Errorf("%.40q came back as %.40q", text, back)
		}
	}

	special, err := m.Tokenize("<|im_end|>", false, true)
	if err != nil || len(special) != 1 || !m.IsEnd(special[0]) || len(m.Piece(special[0], false)) != 0 {
		t.Errorf("end token = %v, %v", special, err)
	}
	if plain, err := m.Tokenize("<|im_end|>", false, false); err != nil || len(plain) == 1 {
		t.Errorf("spelled out = %v, %v", plain, err)
	}
}
