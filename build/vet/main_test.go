package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSourcesForAnotherSystemAreChecked(t *testing.T) {
	for name, c := range map[string]struct{ source, finds string }{
		"clean":                     {"package p\n", ""},
		"what the compiler refuses": {"package p\n\nvar n int = syscall.Kill\n", "undefined: syscall"},
		"what go vet refuses":       {"package p\n\nimport \"fmt\"\n\nfunc f() { fmt.Printf(\"%d\", \"no number\") }\n", "wrong type string"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{
				"go.mod": "module example\n\ngo 1.24\n", "p.go": "package p\n", "p_windows.go": c.source,
			} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("CGO_ENABLED", "0")
			t.Setenv("GOFLAGS", "")
			for system, finds := range map[string]string{"windows": c.finds, "linux": ""} {
				t.Setenv("GOOS", system)
				var report bytes.Buffer
				found, err := check(dir, &report, "./...")
				if err != nil || found != (finds != "") || !strings.Contains(report.String(), finds) {
					t.Errorf("%s: found %v, %v; want %q in:\n%s", system, found, err, finds, &report)
				}
			}
		})
	}
}
