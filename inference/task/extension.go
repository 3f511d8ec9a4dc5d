package task

import (
	"encoding/json"
	"errors"
	"fmt"

	"helium/inference/grammar"
)

// GPTExtension is what this network adds to a GPT task. Its zero value is left
// out of a document.
type GPTExtension struct {
	// RawPrompt has the model continue what the messages say, line by line, without
	// its chat template, as if it had none. Such a task has neither tools nor
	// template arguments, which only a template reads.
	RawPrompt      bool
	ResponseFormat *ResponseFormat // nil leaves the text free
	Logprobs       *int            // alternatives named beside every token, 0 to 20; nil asks for no probabilities
}

// ResponseFormat holds the answer to JSON: what ends by itself is of the format,
// and what a limit or a stop string ends is the beginning of such an answer.
type ResponseFormat struct {
	Schema json.RawMessage // a compact object as package grammar takes it; nil is an object of any content
}

// maxLogprobs bounds the probabilities in a response, so that it fits what the
// network stores: tokens of all choices with their alternatives.
const maxLogprobs = 1 << 16

// Grammar is what a matcher holds the model to. The error is a *grammar.Error;
// a parsed task has none.
func (f *ResponseFormat) Grammar() (*grammar.Grammar, error) {
	if f.Schema == nil {
		return grammar.Any(), nil
	}
	return grammar.Compile(f.Schema)
}

// The types of a response format.
const (
	formatObject = "json_object"
	formatSchema = "json_schema"
)

func (r *reader) gptExtension(v *value, g *GPT) {
	f := r.fields(v, "response_format", "logprobs", "raw_prompt")
	if raw := f["raw_prompt"]; raw != nil {
		g.Helium.RawPrompt = r.boolean(raw)
	}
	if format := f["response_format"]; !isNull(format) {
		g.Helium.ResponseFormat = r.responseFormat(format)
		r.withoutBeams(format, g)
	}
	if asked := f["logprobs"]; !isNull(asked) {
		g.Helium.Logprobs = new(int(r.integer(asked, 0, 20)))
		r.withoutBeams(asked, g)
		r.fewLogprobs(asked, g)
	}
}

func (r *reader) responseFormat(v *value) *ResponseFormat {
	f := r.fields(v, "type", "schema")
	kind := r.oneOf(r.required(v, f, "type"), formatObject, formatSchema)
	if kind == formatObject {
		if stray := f["schema"]; stray != nil {
			r.fail(stray, "does not belong in a format of type "+kind, "leave it out, or use "+formatSchema)
		}
		return &ResponseFormat{}
	}
	if kind != formatSchema {
		return nil
	}

	schema := r.required(v, f, "schema")
	format := &ResponseFormat{Schema: r.object(schema)}
	if format.Schema == nil {
		return nil
	}
	var refusal *grammar.Error
	if _, err := format.Grammar(); errors.As(err, &refusal) {
		at := schema.path
		for _, key := range refusal.Path {
			at = join(at, key)
		}
		r.fail(&value{path: at}, refusal.Problem, refusal.Hint)
	}
	return format
}

// withoutBeams refuses what a beam search does not do.
func (r *reader) withoutBeams(v *value, g *GPT) {
	if c := g.GenerationConfig; c != nil && c.NumBeams != nil && *c.NumBeams > 1 {
		r.fail(v, fmt.Sprintf("can't be had with num_beams %d", *c.NumBeams), "leave one of them out")
	}
}

func (r *reader) fewLogprobs(v *value, g *GPT) {
	s := g.Settings(nil)
	asked := s.MaxNewTokens * s.NumReturnSequences * (1 + *g.Helium.Logprobs)
	if asked > maxLogprobs {
		r.fail(v, fmt.Sprintf("may make %d probabilities, more than %d", asked, maxLogprobs), "ask for fewer alternatives, choices or new tokens")
	}
}

func (w *writer) gptExtension(e GPTExtension) {
	if e == (GPTExtension{}) {
		return
	}
	w.key("helium")
	w.open('{')
	if f := e.ResponseFormat; f != nil {
		w.key("response_format")
		w.open('{')
		w.key("type")
		if f.Schema == nil {
			w.text(formatObject)
		} else {
			w.text(formatSchema)
			w.key("schema")
			w.raw(f.Schema)
		}
		w.close('}')
	}
	w.optInteger("logprobs", e.Logprobs)
	if e.RawPrompt {
		w.key("raw_prompt")
		w.boolean(true)
	}
	w.close('}')
}
