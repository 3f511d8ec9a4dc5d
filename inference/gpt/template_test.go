package gpt

import (
	"encoding/json"
	"strings"
	"testing"
)

func raws(items ...string) []json.RawMessage {
	var out []json.RawMessage
	for _, s := range items {
		out = append(out, json.RawMessage(s))
	}
	return out
}

func TestTemplateSeesMessagesToolsAndArguments(t *testing.T) {
	tests := map[string]struct {
		source string
		in     PromptInput
		want   string
	}{
		"messages": {
			`{{ bos_token }}{% for m in messages %}[{{ m.role }}|{{ m.content }}]{% endfor %}{% if add_generation_prompt %}>{% endif %}{{ eos_token }}`,
			PromptInput{Messages: raws(`{"role":"user","content":"hi"}`, `{"role":"assistant","content":"<&>"}`), BOS: "<s>", EOS: "</s>"},
			"<s>[user|hi][assistant|<&>]></s>",
		},
		"tools keep their key order": {
			`{% for t in tools %}{{ t | tojson }}{% endfor %}`,
			PromptInput{Tools: raws(`{"type":"function","function":{"name":"f","args":[1,2.0,null,true]},"a":"ü\n\""}`)},
			`{"type": "function", "function": {"name": "f", "args": [1, 2.0, null, true]}, "a": "ü\n\""}`,
		},
		"indented": {
			`{{ tools[0] | tojson(indent=2) }}`,
			PromptInput{Tools: raws(`{"b":[1],"a":{}}`)},
			"{\n  \"b\": [\n    1\n  ],\n  \"a\": {}\n}",
		},
		"no tools are none":           {`{{ tools is none }}`, PromptInput{}, "True"},
		"arguments":                   {`{{ enable_thinking }}`, PromptInput{Args: json.RawMessage(`{"enable_thinking":false}`)}, "False"},
		"arguments can't replace":     {`{{ messages | length }}`, PromptInput{Args: json.RawMessage(`{"messages":[1,2]}`)}, "0"},
		"the date is always the same": {`{{ strftime_now("%d %b %Y") }}`, PromptInput{}, "26 Jul 2024"},
	}
	for name, tt := range tests {
		template, err := CompileTemplate(tt.source)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, err := template.Render(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
}

func TestTemplateThatRefusesGivesItsReason(t *testing.T) {
	template, err := CompileTemplate(`{{ raise_exception("roles must alternate") }}`)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := template.Render(PromptInput{}); err == nil {
		t.Error("no error")
	}
}

func TestFloatsPrintAsInPython(t *testing.T) {
	tests := map[float64]string{
		0: "0.0", 1: "1.0", -2.5: "-2.5", 0.1: "0.1", 1e15: "1000000000000000.0", 1e16: "1e+16", 1.5e-5: "1.5e-05",
		0.0001: "0.0001", 1e22: "1e+22", 1e100: "1e+100", 123456789.125: "123456789.125",
	}
	for f, want := range tests {
		if got := pyFloat(f); got != want {
			t.Errorf("%v prints as %s, want %s", f, got, want)
		}
	}
}

func TestPromptOfAModelWithoutATemplateIsTheContents(t *testing.T) {
	got, err := joinContents(raws(`{"role":"system","content":"a"}`, `{"role":"user","content":null}`,
		`{"role":"user","content":[{"type":"text","text":"b"},{"type":"text","text":"c"}]}`, `{"role":"user","content":""}`))
	if want := "a\nb\nc\n"; err != nil || got != want {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
}

func TestHostileTemplatesAreRefused(t *testing.T) {
	for name, source := range map[string]string{
		"too long":       strings.Repeat("a", maxTemplate+1),
		"not closed":     "{{ a",
		"endless range":  "{% for i in range(1000000000000) %}x{% endfor %}",
		"endless text":   "{{ 'ab' * 9223372036854775807 }}",
		"unknown filter": "{{ messages | shell }}",
	} {
		template, err := CompileTemplate(source)
		if err == nil {
			_, err = template.Render(PromptInput{})
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestNamedValuesHaveOneOrder(t *testing.T) {
	template, err := CompileTemplate(`{{ dict(c=1, a=2, d=3, b=4, e=5) }}`)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if got, err := template.Render(PromptInput{}); err != nil || got != "{'a': 2, 'b': 4, 'c': 1, 'd': 3, 'e': 5}" {
			t.Fatalf("%q, %v", got, err)
		}
	}
}
