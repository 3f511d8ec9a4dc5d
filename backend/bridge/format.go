package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"helium/backend/protocol"
	"helium/inference/task"
)

// formatRequest is OpenAI's response_format.
type formatRequest struct {
	Type       string       `json:"type"`
	JSONSchema *namedSchema `json:"json_schema"`
}

// namedSchema is a schema with labels. Every answer is held to it, so that strict
// changes nothing.
type namedSchema struct {
	Name        string          `json:"name"`
	Description string          `json:"description"`
	Strict      *bool           `json:"strict"`
	Schema      json.RawMessage `json:"schema"`
}

// responseFormat is what the answer is held to; nil for text.
func (r *chatRequest) responseFormat() (*task.ResponseFormat, string, error) {
	const field = "response_format"
	if empty(r.ResponseFormat) {
		return nil, "", nil
	}
	var f formatRequest
	dec := json.NewDecoder(bytes.NewReader(r.ResponseFormat))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, "", badField(field, "can't be read: "+strings.TrimPrefix(err.Error(), "json: "))
	}
	switch {
	case f.Type == "json_schema" && f.JSONSchema == nil:
		return nil, "", badField(field+".json_schema", "is missing: give a name and a schema")
	case f.Type != "json_schema" && f.JSONSchema != nil:
		return nil, "", badField(field+".json_schema", "needs the type json_schema")
	case f.Type == "text":
		return nil, "", nil
	case f.Type == "json_object":
		return &task.ResponseFormat{}, "", nil
	case f.Type != "json_schema":
		return nil, "", badField(field+".type", fmt.Sprintf("is %.40q: it must be text, json_object or json_schema", f.Type))
	}

	s := f.JSONSchema
	if !regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`).MatchString(s.Name) {
		return nil, "", badField(field+".json_schema.name", "must be 1 to 64 letters, digits, _ and -")
	}
	if schema := bytes.TrimSpace(s.Schema); len(schema) == 0 || string(schema) == "null" {
		return nil, "", badField(field+".json_schema.schema", "is missing: give a JSON Schema, or use json_object")
	}
	return &task.ResponseFormat{Schema: s.Schema}, s.Name, nil
}

// logprobs is how many alternatives are asked for; nil where no probabilities are.
func (r *chatRequest) logprobs() *int {
	if r.Logprobs == nil || !*r.Logprobs {
		return nil
	}
	if r.TopLogprobs == nil {
		return new(0)
	}
	return r.TopLogprobs
}

// badSchema refuses a schema in OpenAI's words, that of a call by the tools it was
// made of; nil for an error about something else.
func badSchema(err error, name string, forced *forcedCall) *apiError {
	var f *task.FieldError
	if !errors.As(err, &f) {
		return nil
	}
	inside, ok := strings.CutPrefix(f.Field, "helium.response_format.schema")
	if !ok {
		return nil
	}
	if forced != nil {
		return fieldError("tools", f)
	}
	e := badField("response_format", "")
	e.Message = fmt.Sprintf("Invalid schema for response_format '%s': ", name)
	if inside != "" {
		e.Message += strings.TrimPrefix(inside, ".") + " "
	}
	e.Message += f.Problem
	if f.Hint != "" {
		e.Message += ": " + f.Hint
	}
	return e
}

// tokenChance is a token and its chance in OpenAI's shape.
type tokenChance struct {
	Token   string       `json:"token"`
	Logprob task.Logprob `json:"logprob"`
	Bytes   []int        `json:"bytes"`
}

// tokenChances is one of an answer, and what could have stood in its place.
type tokenChances struct {
	tokenChance
	Top []tokenChance `json:"top_logprobs"`
}

func chanceOf(t task.TokenLogprob) tokenChance {
	c := tokenChance{Token: t.Text(), Logprob: t.Logprob, Bytes: make([]int, len(t.Bytes))}
	for i, b := range t.Bytes {
		c.Bytes[i] = int(b)
	}
	return c
}

// chancesOf is a choice's logprobs; null where they were not asked for.
func chancesOf(l *task.Logprobs) any {
	if l == nil {
		return nil
	}
	content := make([]tokenChances, len(l.Tokens))
	for i, t := range l.Tokens {
		content[i] = tokenChances{chanceOf(t.TokenLogprob), make([]tokenChance, len(t.Top))}
		for j, top := range t.Top {
			content[i].Top[j] = chanceOf(top)
		}
	}
	return map[string]any{"content": content, "refusal": nil}
}

// tokenLogprobs is a token of a stream, as a response has it.
func tokenLogprobs(t protocol.StreamToken) task.TokenLogprobs {
	out := task.TokenLogprobs{TokenLogprob: tokenLogprob(t.StreamChance)}
	for _, c := range t.Top {
		out.Top = append(out.Top, tokenLogprob(c))
	}
	return out
}

func tokenLogprob(c protocol.StreamChance) task.TokenLogprob {
	return task.TokenLogprob{Bytes: c.Bytes, Logprob: task.Logprob(c.Logprob)}
}

func sameToken(a, b task.TokenLogprobs) bool {
	return sameChance(a.TokenLogprob, b.TokenLogprob) && slices.EqualFunc(a.Top, b.Top, sameChance)
}

func sameChance(a, b task.TokenLogprob) bool {
	return a.Logprob == b.Logprob && bytes.Equal(a.Bytes, b.Bytes)
}
