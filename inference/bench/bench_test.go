package bench

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/worker/workertest"
)

// TestMain makes the test binary a contestant when it is started as one, as the
// program itself is.
func TestMain(m *testing.M) {
	workertest.ServeEngine()
	if !slices.Equal(os.Args[1:], []string{"bench", "library"}) {
		os.Exit(m.Run())
	}
	if err := ServeLibrary(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func small(t *testing.T) Options {
	t.Helper()
	installed, err := ggml.Installed()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "small.gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	shape := checkpoint.Shape{Layers: 2, Width: 128, Hidden: 256, Vocabulary: 400, Context: 512}
	if err := errors.Join(checkpoint.WriteRandomModel(f, shape), f.Close()); err != nil {
		t.Fatal(err)
	}
	return Options{Model: path, Threads: 1, Tokens: 20, Rounds: 3, Program: self, Package: installed[0], Log: slog.New(slog.DiscardHandler)}
}

func TestAllDoTheSameWork(t *testing.T) {
	o := small(t)
	o.Rival = "rival" // runs where it is installed
	var rounds []int
	o.OnRound = func(done, total int) { rounds = append(rounds, done) }
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if !r.SameText || r.Parameters == 0 || !slices.Equal(rounds, []int{0, 1, 2, 3}) {
		t.Errorf("report %+v after rounds %v", r, rounds)
	}
	for name, f := range map[string]Figure{"node": r.TokensPerS, "library": r.LibraryTokensPerS, "ratio": r.Ratio} {
		if f.Min <= 0 || f.Min > f.Low || f.Low > f.Median || f.Median > f.High || f.High > f.Max {
			t.Errorf("%s has %+v", name, f)
		}
	}
	if (r.RivalRatio == nil) == (r.RivalMissing == "") {
		t.Errorf("the rival's ratio is %v, missing %q", r.RivalRatio, r.RivalMissing)
	}

	var text, object bytes.Buffer
	if err := errors.Join(r.WriteTable(&text), r.WriteJSON(&object)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "All gave the same text.") {
		t.Errorf("table is %s", text.String())
	}
	for _, key := range []string{`"tokens_per_s": {`, `"library_tokens_per_s": {`, `"ratio": {`} {
		if !strings.Contains(object.String(), key) {
			t.Errorf("%s lacks %s", object.String(), key)
		}
	}
}

func TestWhatCanNotBeMeasuredIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Options)
		want   string
	}{
		"no rounds":        {func(o *Options) { o.Rounds = 0 }, "rounds 0 must be at least 1"},
		"too many threads": {func(o *Options) { o.Threads = 10_000 }, "10000 threads on"},
		"no model":         {func(o *Options) { o.Model = "none.gguf" }, "none.gguf"},
		"too many tokens":  {func(o *Options) { o.Tokens = 10_000 }, "node ended after"},
		"no program":       {func(o *Options) { o.Program = "none" }, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			o := small(t)
			c.change(&o)
			if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestFiguresAreRanks(t *testing.T) {
	if got, want := figureOf([]float64{5, 1, 3, 2, 4}), (Figure{Median: 3, Min: 1, Low: 2, High: 4, Max: 5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := figureOf([]float64{1, 2}).Median; got != 1.5 {
		t.Errorf("the median of two is %v", got)
	}
	if got := ratios([]float64{2, 9}, []float64{1, 3}); got.Min != 2 || got.Max != 3 {
		t.Errorf("ratios are %+v", got)
	}
}
