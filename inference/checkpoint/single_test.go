package checkpoint_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
)

func TestASingleFileIsFoundByItsNameOrAlone(t *testing.T) {
	const usual = "usual.safetensors"
	for name, test := range map[string]struct {
		files []string
		path  string // in the folder
		want  string
		says  string
	}{
		"alone":           {[]string{"a.safetensors", "README.md", "a.bin"}, "", "a.safetensors", ""},
		"the usual":       {[]string{"a.safetensors", usual}, "", usual, ""},
		"named":           {[]string{"a.safetensors", "b.safetensors"}, "b.safetensors", "b.safetensors", ""},
		"without ending":  {[]string{"model"}, "model", "model", ""},
		"two":             {[]string{"a.safetensors", "b.safetensors"}, "", "", "2 .safetensors files and none of them is " + usual},
		"hidden":          {[]string{".a.safetensors"}, "", "", "no .safetensors file"},
		"none":            {nil, "", "", "no .safetensors file"},
		"pickles":         {[]string{"learned.bin"}, "", "", "learned.bin is a file of Python objects"},
		"a named pickle":  {[]string{"Old.PT"}, "Old.PT", "", "Old.PT is a file of Python objects"},
		"a named missing": {nil, "c.safetensors", "", "c.safetensors"},
	} {
		dir := t.TempDir()
		for _, file := range test.files {
			if err := os.WriteFile(filepath.Join(dir, file), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		got, err := checkpoint.SingleFile(filepath.Join(dir, test.path), usual)
		if test.says == "" {
			if err != nil || got != filepath.Join(dir, test.want) {
				t.Errorf("%s: %s and %v, want %s", name, got, err, test.want)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.says) || !errors.Is(err, checkpoint.ErrSafetensors) && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
}
