package ggml_test

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// A quantized file is a part of what a task names, so its bytes must not depend
// on who made it.
func TestQuantizedFilesAreEqualToTheByte(t *testing.T) {
	dir := t.TempDir()
	from := filepath.Join(dir, "model.gguf")
	if _, err := checkpoint.WriteDemoModel(from); err != nil {
		t.Fatal(err)
	}
	variants := []string{"", "x64"}
	for _, bits := range []int{4, 8} {
		var first []byte
		for _, variant := range variants {
			lib := open(t, ggml.Options{Variant: variant})
			for _, threads := range []int{1, 2} {
				to := filepath.Join(dir, "out.gguf")
				if err := lib.Quantize(from, to, bits, threads); err != nil {
					t.Fatal(err)
				}
				file, err := os.ReadFile(to)
				if err != nil {
					t.Fatal(err)
				}
				if first == nil {
					first = file
					t.Logf("%d bits: %d bytes, sha256 %x", bits, len(file), sha256.Sum256(file))
				}
				if !bytes.Equal(file, first) {
					t.Errorf("%d bits: variant %q with %d threads gives another file", bits, variant, threads)
				}
				if m, err := lib.LoadModel(to); err != nil {
					t.Error(err)
				} else {
					m.Close()
				}
			}
		}
	}
}

func TestQuantizeSaysWhatItWillNotDo(t *testing.T) {
	lib := open(t, ggml.Options{})
	dir := t.TempDir()
	from, once, to := filepath.Join(dir, "model.gguf"), filepath.Join(dir, "once.gguf"), filepath.Join(dir, "to.gguf")
	if _, err := checkpoint.WriteDemoModel(from); err != nil {
		t.Fatal(err)
	}
	if err := lib.Quantize(from, once, 8, 1); err != nil {
		t.Fatal(err)
	}
	cases := map[string]struct {
		from, to string
		bits     int
		want     string
	}{
		"bits":          {from, to, 5, "want 4 or 8 bits"},
		"no file":       {filepath.Join(dir, "none.gguf"), to, 4, "none.gguf"},
		"quantized":     {once, to, 4, "requantizing"},
		"no room there": {from, filepath.Join(dir, "none", "to.gguf"), 4, "quantize: "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if err := lib.Quantize(c.from, c.to, c.bits, 1); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}
