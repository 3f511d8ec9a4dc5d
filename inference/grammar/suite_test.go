package grammar

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// group is a schema of the JSON Schema Test Suite with values and whether they
// are valid. The file has the groups of draft 2020-12 about the keywords that are
// supported, at commit 44401e0c046704b476ec9d2e2fccdaee618f259d.
type group struct {
	Description string
	Schema      json.RawMessage
	Tests       []struct {
		Data  json.RawMessage
		Valid bool
	}
}

func suite(t *testing.T) []group {
	t.Helper()
	data, err := os.ReadFile("testdata/suite/suite.json")
	if err != nil {
		t.Fatal(err)
	}
	var groups []group
	if err := json.Unmarshal(data, &groups); err != nil {
		t.Fatal(err)
	}
	return groups
}

// closed gives the types that keywords imply, and no more properties than are
// named: the suite's schemas mostly leave both open.
func closed(schema any) any {
	switch s := schema.(type) {
	case []any:
		for i := range s {
			s[i] = closed(s[i])
		}
	case map[string]any:
		for key, v := range s {
			if key != "enum" && key != "const" && key != "default" {
				s[key] = closed(v)
			}
		}
		for keyword, name := range map[string]string{"properties": "object", "items": "array", "minItems": "array", "maxItems": "array"} {
			if _, there := s[keyword]; there && s["type"] == nil {
				s["type"] = name
			}
		}
		if s["type"] == "object" && s["additionalProperties"] == nil {
			s["additionalProperties"] = false
		}
	}
	return schema
}

func TestSuite(t *testing.T) {
	words := pieces()
	tree := NewVocabulary(words)
	asIs, asClosed, accepted, written := 0, 0, 0, 0
	for _, g := range suite(t) {
		schema := g.Schema
		compiled, err := Compile(schema)
		if err == nil {
			asIs++
		} else {
			var refusal *Error
			if !errors.As(err, &refusal) {
				t.Fatalf("%s: %T %v", g.Description, err, err)
			}
			var open any
			dec := json.NewDecoder(bytes.NewReader(schema))
			dec.UseNumber()
			if err := dec.Decode(&open); err != nil {
				t.Fatal(err)
			}
			if schema, err = json.Marshal(closed(open)); err != nil {
				t.Fatal(err)
			}
			if compiled, err = Compile(schema); err != nil {
				continue
			}
			asClosed++
		}

		v, m := validator(t, string(schema)), NewMatcher(compiled, tree)
		for _, c := range g.Tests {
			var text bytes.Buffer
			if err := json.Compact(&text, c.Data); err != nil {
				t.Fatal(err)
			}
			if !accepts(m, text.String()) {
				continue
			}
			accepted++
			doc, err := jsonschema.UnmarshalJSON(&text)
			if err != nil || v.Validate(doc) != nil || !c.Valid {
				t.Errorf("%s: accepts %s", g.Description, c.Data)
			}
		}
		for seed := range uint64(10) {
			text, ended := generate(t, m, words, rand.New(rand.NewPCG(seed, 0)), 200)
			if !ended {
				continue
			}
			written++
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
			if err != nil || v.Validate(doc) != nil {
				t.Errorf("%s: writes %s", g.Description, text)
			}
		}
	}
	if asIs < 40 || asClosed < 20 || accepted < 75 || written < 400 {
		t.Errorf("only %d schemas as they are, %d closed, %d values accepted, %d written", asIs, asClosed, accepted, written)
	}
}
