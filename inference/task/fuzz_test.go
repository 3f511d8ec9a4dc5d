package task

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"unicode/utf8"
)

func raws(list ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, s := range list {
		out = append(out, json.RawMessage(s))
	}
	return out
}

func FuzzParseGPTAcceptsOnlyWhatTheSchemaDoesAndNormalisesToAFixedPoint(f *testing.F) {
	schema := compiledSchema(f, GPTSchema())
	f.Add([]byte(full))
	f.Add([]byte(extended))
	f.Add([]byte(`{"model":"m","messages":[],"helium":{"response_format":{"type":"json_schema","schema":{"type":"array","items":{"enum":["\ud83d\ude42",1.0]}}}}}`))
	f.Add([]byte(`{"model":"m","messages":[],"helium":{"raw_prompt":true}}`))
	for _, e := range examples(f, "gpt") {
		if len(e.doc) < 4096 {
			f.Add(e.doc)
		}
	}
	f.Add([]byte(`{"model":"\ud83d\ude42","messages":[{"role":"user","content":null}],"seed":4.2e1,"quantize_bits":8.0}`))
	f.Add([]byte(`{"model":"m","messages":[],"generation_config":{"top_p":1e-400,"temperature":-0.0}}`))

	f.Fuzz(func(t *testing.T, doc []byte) {
		g, err := ParseGPT(doc)
		if err != nil {
			if _, ok := err.(*FieldError); !ok || err.Error() == "" {
				t.Fatalf("error %T %q, want a FieldError", err, err)
			}
			return
		}
		if err := schema.Validate(decode(t, doc)); err != nil {
			t.Fatalf("accepted what the schema refuses: %v", err)
		}

		normal := g.Normalised()
		again, err := ParseGPT(normal)
		if err != nil {
			t.Fatalf("own document refused: %v\n%s", err, normal)
		}
		if !reflect.DeepEqual(again, g) || !bytes.Equal(again.Normalised(), normal) {
			t.Fatalf("not a fixed point:\n%s\n%s", normal, again.Normalised())
		}

		wrapped, err := json.Marshal(map[string]any{"task": g})
		if err != nil {
			t.Fatal(err)
		}
		var unwrapped struct{ Task *GPT }
		if err := json.Unmarshal(wrapped, &unwrapped); err != nil || !reflect.DeepEqual(unwrapped.Task, g) {
			t.Fatalf("lost inside another document: %v\n%s", err, wrapped)
		}
	})
}

func FuzzParseSDAcceptsOnlyWhatTheSchemaDoesAndNormalisesToAFixedPoint(f *testing.F) {
	schema := compiledSchema(f, SDSchema())
	f.Add([]byte(fullSD))
	for _, e := range examples(f, "sd") {
		f.Add(e.doc)
	}
	for _, method := range preprocessMethods() {
		f.Add(fmt.Appendf(nil, `{"base_model":"m","prompt":"p","task_config":{"cfg":1e-9},"controlnet":{"model":"c","preprocess":{"method":%q,"args":{}}}}`, method))
	}

	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := ParseSD(doc)
		if err != nil {
			if _, ok := err.(*FieldError); !ok || err.Error() == "" || len(err.Error()) > 8<<10 {
				t.Fatalf("error %T %q, want a FieldError", err, err)
			}
			return
		}
		if err := schema.Validate(decode(t, doc)); err != nil {
			t.Fatalf("accepted what the schema refuses: %v", err)
		}

		normal := s.Normalised()
		again, err := ParseSD(normal)
		if err != nil {
			t.Fatalf("own document refused: %v\n%s", err, normal)
		}
		if !reflect.DeepEqual(again, s) || !bytes.Equal(again.Normalised(), normal) {
			t.Fatalf("not a fixed point:\n%s\n%s", normal, again.Normalised())
		}
		if len(normal) > 2*len(doc)+1024 {
			t.Fatalf("%d bytes became %d", len(doc), len(normal))
		}

		for _, p := range s.Refusals() {
			if p.Field == "" || len(p.Error()) > 1024 {
				t.Fatalf("refusal %q", p)
			}
		}
		if units := SDUnitsRoundedUp(s); units < 1 || s.Refusals() == nil && units > 1024 { // the contract takes no more
			t.Fatalf("%d units", units)
		}
	})
}

func FuzzParseResponseAcceptsOnlyTheOneEncoding(f *testing.F) {
	f.Add(upstream().Bytes())
	f.Add(withLogprobs().Bytes())
	f.Add([]byte(`{"model": "m", "choices": [], "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		r, err := ParseResponse(doc)
		if err == nil && !bytes.Equal(r.Bytes(), doc) {
			t.Fatalf("accepted %q, which encodes as %q", doc, r.Bytes())
		}
	})
}

func FuzzResponseReadsBackWithAnyText(f *testing.F) {
	f.Add("gpt2", "\n\n<b>\u2028", uint16(3), uint16(4))
	f.Fuzz(func(t *testing.T, model, content string, prompt, completion uint16) {
		if !utf8.ValidString(model) || !utf8.ValidString(content) {
			t.Skip("models make text")
		}
		want := &Response{
			Model:   model,
			Choices: []Choice{{FinishReason: FinishStop, Content: content}, {FinishReason: FinishLength}},
			Usage:   Usage{int(prompt), int(completion)},
		}
		got, err := ParseResponse(want.Bytes())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, %v, want %+v", got, err, want)
		}
		var plain struct {
			Choices []struct{ Message struct{ Content string } }
		}
		if err := json.Unmarshal(want.Bytes(), &plain); err != nil || plain.Choices[0].Message.Content != content {
			t.Fatalf("encoding/json reads %q, %v, want %q", plain, err, content)
		}
	})
}
