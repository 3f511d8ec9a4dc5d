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
