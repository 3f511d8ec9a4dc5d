package task

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t testing.TB, text string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("task.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("task.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestSchemaAcceptsPublishedDocuments(t *testing.T) {
	gpt, sd := compiledSchema(t, GPTSchema()), compiledSchema(t, SDSchema())
	for _, e := range examples(t, "gpt") {
		if err := gpt.Validate(decode(t, e.doc)); err != nil {
			t.Errorf("%s: %v", e.File, err)
		}
	}
	for _, e := range examples(t, "sd") {
		if e.Newest != "valid" {
			continue
		}
		if err := sd.Validate(decode(t, e.doc)); err != nil {
			t.Errorf("%s: %v", e.File, err)
		}
	}
}

// full uses every field of the format, so that every field is edited below.
const full = `{
 "model": "m",
 "messages": [
  {"role": "system", "content": "s"},
  {"role": "user", "content": [{"type": "text", "text": "t"}, {"type": "image", "base64": "aQ=="}]},
  {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "function": {"name": "f"}}]},
  {"role": "tool", "content": "r", "tool_call_id": "c"}
 ],
 "tools": [{"type": "function"}],
 "generation_config": {
  "max_new_tokens": 2, "do_sample": true, "num_beams": 1, "temperature": 0.5, "typical_p": 0.5, "top_k": 3,
  "top_p": 0.5, "repetition_penalty": 1.5, "num_return_sequences": 2, "stop_strings": ["x"], "min_p": 0.5
 },
 "template_args": {"a": {"b": 1}},
 "seed": 1, "dtype": "float16", "quantize_bits": 4, "helium": {"raw_prompt": false}
}`

func TestSchemaAndParserAgreeOnEveryEditOfGPT(t *testing.T) {
	raw := `{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[],"template_args":null,"helium":{"raw_prompt":true}}`
	docs := map[string]any{"": decode(t, []byte(full)), "extended": decode(t, []byte(extended)), "raw": decode(t, []byte(raw))}
	for _, e := range examples(t, "gpt") {
		if len(e.doc) < 4096 { // large images are in no shape that full lacks
			doc := decode(t, e.doc)
			docs[shape(doc)] = doc // one of each shape is enough
		}
	}
	agreeOnEveryEdit(t, docs, compiledSchema(t, GPTSchema()), func(data []byte) error { _, err := ParseGPT(data); return err })
}

func agreeOnEveryEdit(t *testing.T, docs map[string]any, schema *jsonschema.Schema, parse func([]byte) error) {
	t.Helper()
	accepted, refused := 0, 0
	for _, doc := range docs {
		edits(doc, func() {
			data, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			parseErr := parse(data)
			schemaErr := schema.Validate(decode(t, data))
			if (parseErr == nil) != (schemaErr == nil) {
				t.Errorf("%s\nparser: %v\nschema: %v", data, parseErr, schemaErr)
			}
			if parseErr == nil {
				accepted++
			} else {
				refused++
			}
		})
	}
	if accepted < 1000 || refused < 1000 {
		t.Errorf("only %d edits accepted and %d refused", accepted, refused)
	}
}

// shape is a document's fields and types without its values.
func shape(doc any) string {
	switch node := doc.(type) {
	case map[string]any:
		s := "{"
		for _, key := range slices.Sorted(maps.Keys(node)) {
			s += key + ":" + shape(node[key]) + ","
		}
		return s + "}"
	case []any:
		s := "["
		for _, item := range node {
			s += shape(item) + ","
		}
		return s + "]"
	}
	return fmt.Sprintf("%T", doc)
}

func replacements() []any {
	list := []any{nil, true, false, "", "x", "user", "tool", "2.0.0", "canny", "openpose", SchedulerEuler, "auto", "text", "image", "aQ==", "aQ=", "a\nQ==", []any{}, map[string]any{},
		[]any{"x"}, []any{""}, []any{map[string]any{}}, map[string]any{"x": 1}, slices.Repeat([]any{"x"}, 65)}
	for _, n := range []string{"0", "-0", "1", "-1", "4", "8", "9", "10", "11", "20", "20.5", "42.0", "4.2e1", "0.5", "1.5", "-0.5", "100", "101", "100.5", "64", "65", "128",
		"129", "-2147483648", "-2147483649", "2147483647", "2147483648", "1048576", "1048577", "4294967295", "4294967296", "9223372036854775808", "1e300", "1e-9"} {
		list = append(list, json.Number(n))
	}
	return list
}

// edits makes every change of one place in a document, calls check, and undoes
// the change.
func edits(doc any, check func()) {
	switch node := doc.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(node)) {
			old := node[key]
			for _, v := range replacements() {
				node[key] = v
				check()
			}
			delete(node, key)
			check()
			node[strings.ToUpper(key)] = old
			check()
			delete(node, strings.ToUpper(key))
			node[key] = old
			edits(old, check)
		}
		node["unknown"] = nil
		check()
		delete(node, "unknown")
	case []any:
		for i, old := range node {
			for _, v := range replacements() {
				node[i] = v
				check()
			}
			node[i] = old
			edits(old, check)
		}
	}
}
