package task

import (
	"encoding/json"
	"fmt"
)

// FromChat makes a task of a conversation and checks it as ParseGPT does, with
// the same errors. Each of set may fill in further fields.
func FromChat(model string, messages []Message, set ...func(*GPT)) (*GPT, error) {
	g := newGPT()
	g.Model, g.Messages = model, messages
	for _, f := range set {
		f(g)
	}

	if err := checkRaw(g); err != nil {
		return nil, err
	}
	return ParseGPT(g.Normalised())
}

// checkRaw refuses raw fields that are not JSON before Normalised pastes them
// into a document.
func checkRaw(g *GPT) error {
	check := func(field string, raw json.RawMessage) error {
		if !json.Valid(raw) {
			return &FieldError{field, "is not JSON", "pass one JSON object"}
		}
		return nil
	}

	for i, t := range g.Tools {
		if err := check(fmt.Sprintf("tools[%d]", i), t); err != nil {
			return err
		}
	}
	for i, m := range g.Messages {
		for j, c := range m.ToolCalls {
			if err := check(fmt.Sprintf("messages[%d].tool_calls[%d]", i, j), c); err != nil {
				return err
			}
		}
	}
	if f := g.Helium.ResponseFormat; f != nil && f.Schema != nil {
		if err := check("helium.response_format.schema", f.Schema); err != nil {
			return err
		}
	}
	if g.TemplateArgs != nil {
		return check("template_args", g.TemplateArgs)
	}
	return nil
}
