package task

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// example is one published document and what Helium's validators said of it.
type example struct {
	File       string          `json:"file"`
	Helium     string          `json:"helium"`
	Newest     string          `json:"newest"`
	Normalised json.RawMessage `json:"normalised"`
	doc        []byte
}

func examples(t testing.TB) []example {
	t.Helper()
	data, err := os.ReadFile("testdata/gpt/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []example
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if list[i].doc, err = os.ReadFile(filepath.Join("testdata", list[i].File)); err != nil {
			t.Fatal(err)
		}
	}
	if len(list) < 40 {
		t.Fatalf("manifest lists %d documents, want all of them", len(list))
	}
	return list
}

func TestPublishedDocumentsAreJudgedAsByTheNewestValidator(t *testing.T) {
	for _, e := range examples(t) {
		_, err := ParseGPT(e.doc)
		if got := err == nil; got != (e.Newest == "valid") {
			t.Errorf("%s: error %v, newest validator says %s", e.File, err, e.Newest)
		}
	}
}

// Helium ignored tools and template_args, so its normalised form lacks them;
// everything else is equal.
func TestPublishedDocumentsNormaliseAsHelium(t *testing.T) {
	compared := 0
	for _, e := range examples(t) {
		g, err := ParseGPT(e.doc)
		if err != nil || e.Helium != "valid" {
			continue
		}
		compared++

		g.Tools, g.TemplateArgs = nil, nil
		got, want := decode(t, g.Normalised()), decode(t, e.Normalised)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %s\nwant %s", e.File, g.Normalised(), e.Normalised)
		}
	}
	if compared < 30 {
		t.Errorf("compared %d documents, want at least 30", compared)
	}
}

// decode keeps the spelling of numbers: 1.0 is not 1.
func decode(t testing.TB, data []byte) any {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("decode %s: %v", data, err)
	}
	return v
}
