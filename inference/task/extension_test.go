package task

import (
	"bytes"
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

// extended uses what the network adds to the format. What its fields say of those
// beside them a schema can't look at, so they are edited by themselves.
const extended = `{"model":"m","messages":[],"helium":{"response_format":{"type":"json_object"},"logprobs":20}}`

func TestExtensionIsNormalised(t *testing.T) {
	const rest = `{"model":"m","messages":[],"generation_config":null,"seed":0,"dtype":"auto","quantize_bits":null`
	for helium, want := range map[string]string{
		`null`: ``,
		`{}`:   ``,
		`{"logprobs":null,"response_format":null}`: ``,
		`{"logprobs":0}`: `,"helium":{"logprobs":0}`,
		`{ "logprobs" : 2e0, "response_format": {"type":"json_object"} }`:             `,"helium":{"response_format":{"type":"json_object"},"logprobs":2}`,
		`{"response_format":{"schema":{"type" : "array"},"type":"json_schema"}}`:      `,"helium":{"response_format":{"type":"json_schema","schema":{"type":"array"}}}`,
		`{"response_format":{"schema":{},"type":"json_schema"}}`:                      `,"helium":{"response_format":{"type":"json_schema","schema":{}}}`,
		`{"response_format":{"type":"json_schema","schema":{"enum":["b","\u0061"]}}}`: `,"helium":{"response_format":{"type":"json_schema","schema":{"enum":["b","a"]}}}`,
	} {
		g, err := ParseGPT([]byte(`{"model":"m","messages":[],"helium":` + helium + `}`))
		if err != nil {
			t.Errorf("%s: %v", helium, err)
			continue
		}
		if got := string(g.Normalised()); got != rest+want+`}` {
			t.Errorf("%s: got %s, want %s", helium, got, rest+want+`}`)
		}
		again, err := ParseGPT(g.Normalised())
		if err != nil || !reflect.DeepEqual(again, g) {
			t.Errorf("%s reads back as %+v, %v", helium, again, err)
		}
	}
}

func TestExtensionIsRefusedByTheNameOfTheField(t *testing.T) {
	for name, c := range map[string]struct{ rest, field, problem string }{
		"format type":     {`"helium":{"response_format":{"type":"text"}}`, "helium.response_format.type", "json_object, json_schema"},
		"format missing":  {`"helium":{"response_format":{}}`, "helium.response_format.type", "is missing"},
		"format text":     {`"helium":{"response_format":"json_object"}`, "helium.response_format", "an object"},
		"schema missing":  {`"helium":{"response_format":{"type":"json_schema"}}`, "helium.response_format.schema", "is missing"},
		"schema stray":    {`"helium":{"response_format":{"type":"json_object","schema":{}}}`, "helium.response_format.schema", "does not belong"},
		"schema list":     {`"helium":{"response_format":{"type":"json_schema","schema":[]}}`, "helium.response_format.schema", "an object"},
		"schema keyword":  {`"helium":{"response_format":{"type":"json_schema","schema":{"type":"object","additionalProperties":false,"properties":{"a b":{"type":"string","pattern":"x"}}}}}`, `helium.response_format.schema.properties["a b"].pattern`, "not a supported keyword"},
		"schema endless":  {`"helium":{"response_format":{"type":"json_schema","schema":{"$ref":"#"}}}`, "helium.response_format.schema", "no value fits"},
		"format beams":    {`"generation_config":{"num_beams":2},"helium":{"response_format":{"type":"json_object"}}`, "helium.response_format", "num_beams 2"},
		"logprobs beams":  {`"generation_config":{"num_beams":2},"helium":{"logprobs":0}`, "helium.logprobs", "num_beams 2"},
		"logprobs high":   {`"helium":{"logprobs":21}`, "helium.logprobs", "use 0 to 20"},
		"logprobs true":   {`"helium":{"logprobs":true}`, "helium.logprobs", "a whole number"},
		"logprobs many":   {`"generation_config":{"max_new_tokens":1000,"num_return_sequences":4},"helium":{"logprobs":20}`, "helium.logprobs", "may make 84000 probabilities"},
		"logprobs absurd": {`"generation_config":{"max_new_tokens":1048576,"num_return_sequences":128},"helium":{"logprobs":20}`, "helium.logprobs", "more than 65536"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseGPT([]byte(`{"model":"m","messages":[],` + c.rest + `}`))
			field, ok := err.(*FieldError)
			if !ok || field.Field != c.field || !strings.Contains(err.Error(), c.problem) {
				t.Errorf("error = %v, want %q about %q", err, c.problem, c.field)
			}
		})
	}
	_, err := FromChat("m", nil, func(g *GPT) { g.Helium.ResponseFormat = &ResponseFormat{Schema: json.RawMessage(`{`)} })
	if field, ok := err.(*FieldError); !ok || field.Field != "helium.response_format.schema" {
		t.Errorf("error = %v", err)
	}
}

func withLogprobs() *Response {
	r := upstream()
	r.Choices[0].Logprobs = &Logprobs{Tokens: []TokenLogprobs{
		{TokenLogprob: TokenLogprob{[]byte("\n\n"), -12345}, Top: []TokenLogprob{{[]byte("\xf0\x9f"), -7}, {[]byte("�"), -100000}}},
		{TokenLogprob: TokenLogprob{[]byte("I"), 0}},
	}}
	return r
}

func TestResponseCarriesProbabilities(t *testing.T) {
	const want = `, "index": 0, "logprobs": {"content": [` +
		`{"token": "\n\n", "logprob": -1.2345, "top_logprobs": [{"token": "��", "logprob": -0.0007, "bytes": [240, 159]}, {"token": "�", "logprob": -10.0000}]}, ` +
		`{"token": "I", "logprob": 0.0000, "top_logprobs": []}]}}`
	r := withLogprobs()
	got := r.Bytes()
	if !strings.Contains(string(got), want) {
		t.Errorf("got %s", got)
	}
	back, err := ParseResponse(got)
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("reads back as %+v, %v", back, err)
	}
	for name, edit := range map[string][2]string{
		"decimals":      {"-1.2345", "-1.23450"},
		"too few":       {"-10.0000", "-10.0"},
		"above 0":       {"0.0000,", "0.1000,"},
		"minus 0":       {" 0.0000", " -0.0000"},
		"needless":      {`"logprob": 0.0000`, `"logprob": 0.0000, "bytes": [73]`},
		"other bytes":   {"[240, 159]", "[240, 300]"},
		"another field": {`"logprobs": {`, `"logprobs": {"refusal": null, `},
	} {
		bad := bytes.Replace(got, []byte(edit[0]), []byte(edit[1]), 1)
		if bytes.Equal(bad, got) {
			t.Fatalf("%s: the edit changed nothing", name)
		}
		if _, err := ParseResponse(bad); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func TestLogprobsAreRounded(t *testing.T) {
	for x, want := range map[float64]Logprob{0: 0, -0.00004: 0, -0.00006: -1, -1.23456: -12346, 1e-9: 0, -9999: -99990000, -1e300: -99990000, math.Inf(-1): -99990000} {
		if got := RoundLogprob(x); got != want {
			t.Errorf("%v: %d, want %d", x, got, want)
		}
	}
}
