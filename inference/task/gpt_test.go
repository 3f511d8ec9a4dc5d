package task

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
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

func examples(t testing.TB, kind string) []example {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", kind, "manifest.json"))
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
	for _, e := range examples(t, "gpt") {
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
	for _, e := range examples(t, "gpt") {
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

// Of the documents that Helium refused or whose fields it ignored, the manifest
// has no whole normalised form: there the document itself says what must stay.
func TestPublishedDocumentsKeepEveryFieldAndGetDefaults(t *testing.T) {
	for _, e := range examples(t, "gpt") {
		g, err := ParseGPT(e.doc)
		if err != nil {
			t.Errorf("%s: %v", e.File, err)
			continue
		}
		want := map[string]any{"generation_config": nil, "seed": json.Number("0"), "dtype": "auto", "quantize_bits": nil}
		for key, value := range decode(t, e.doc).(map[string]any) {
			want[key] = value
		}
		if tools, ok := want["tools"].([]any); want["tools"] == nil || ok && len(tools) == 0 {
			delete(want, "tools")
		}
		if want["template_args"] == nil {
			delete(want, "template_args")
		}
		if got := decode(t, g.Normalised()); !reflect.DeepEqual(got, any(want)) {
			t.Errorf("%s:\n got %s\nwant %v", e.File, g.Normalised(), want)
		}
	}
}

// Every field of every published document is broken in turn, with each kind of
// value; a refusal must name that field or, where an object took its place, what
// is odd or missing in there, and nothing else.
func TestARefusalNamesTheBrokenField(t *testing.T) {
	refused := 0
	for _, e := range examples(t, "gpt") {
		for _, b := range breakEach(decode(t, e.doc), "") {
			doc, err := json.Marshal(b.doc)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := CheckGPT(doc)
			if len(problems) == 0 {
				continue // such as null where null is allowed
			}
			refused++
			for _, p := range problems {
				if !strings.HasPrefix(p.Field, b.path) || p.Problem == "" {
					t.Errorf("%s with %s broken: %v", e.File, b.path, p)
				}
			}
		}
	}
	if refused < 1800 {
		t.Errorf("%d refusals, want at least 1800", refused)
	}
}

// broken is a document with another value at path.
type broken struct {
	path string
	doc  any
}

func breakEach(v any, path string) []broken {
	var out []broken
	for _, bad := range []any{nil, true, -1.5, map[string]any{"odd": 1}} {
		out = append(out, broken{path, bad})
	}
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			for _, b := range breakEach(item, join(path, key)) {
				copied := maps.Clone(v)
				copied[key] = b.doc
				out = append(out, broken{b.path, copied})
			}
		}
	case []any:
		for i, item := range v {
			for _, b := range breakEach(item, fmt.Sprintf("%s[%d]", path, i)) {
				copied := slices.Clone(v)
				copied[i] = b.doc
				out = append(out, broken{b.path, copied})
			}
		}
	}
	return out
}
