package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestCheckedInSchemaIsWhatTheGoTypesSay(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	want, err := generate(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(schemaFile)))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the Go types say: run `go run ./app/api/gen` and then `npm run types` in frontend, and commit both", schemaFile)
	}
}

func TestCheckedInPhrasesAreWhatTheSourcesSay(t *testing.T) {
	root := filepath.Join("..", "..", "..")
	want, err := phrases(root)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(phrasesFile)))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not what the sources say: run `go run ./app/api/gen`, and put what is new into the other languages", phrasesFile)
	}
}

func TestAPhraseThatNoCatalogCouldHoldIsRefused(t *testing.T) {
	for name, call := range map[string]string{
		"a text that is put together": `say("a", "x"+y)`,
		"a code that is not known":    `say(code, "x")`,
		"a value too few":             `protocol.Say("a", "{x} {y}", 1)`,
		"a value too many":            `say("a", "x", 1)`,
		"a text that is no message":   `say("a", "{x", 1)`,
		"a code of two texts":         `f(say("a", "x"), say("a", "y"))`,
	} {
		file := filepath.Join(t.TempDir(), "x.go")
		if err := os.WriteFile(file, []byte("package x\n\nvar _ = "+call+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := phrasesIn(file, map[string]phrase{}); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestEveryNodeStatusIsListed(t *testing.T) {
	got, err := constantsOf(filepath.Join("..", "api.go"), "NodeStatus")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 9 || got[0] != "starting" || got[8] != "blocked" {
		t.Errorf("got %v, want the nine statuses from starting to blocked", got)
	}
	if _, err := constantsOf(filepath.Join("..", "api.go"), "NoSuchType"); err == nil {
		t.Error("a type without constants must be an error, not an empty list")
	}
}
