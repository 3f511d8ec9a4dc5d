package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"helium/inference/grammar"
	"helium/inference/task"
)

// forcedCall says that the answer is a call of a tool. The answer is held to JSON
// of {"name", "arguments"} whatever the model's own way to write calls, and
// becomes a call in OpenAI's shape when it is verified.
type forcedCall struct {
	// named says that the caller chose the function, for which OpenAI ends with
	// "stop" and not with "tool_calls".
	named bool
}

// function is a tool as far as the answer is held to it.
type function struct {
	Type     string `json:"type"`
	Function struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
		Strict     *bool           `json:"strict"`
	} `json:"function"`
}

// toolChoice reads tool_choice: whether there are tools for the model, and which
// of them it must call. forced is nil where it need not call any.
func (r *chatRequest) toolChoice() (tools []json.RawMessage, forced *forcedCall, only string, err error) {
	if len(r.ToolChoice) == 0 || string(r.ToolChoice) == "null" {
		return r.Tools, nil, "", nil
	}
	var word string
	if json.Unmarshal(r.ToolChoice, &word) == nil {
		switch word {
		case "none":
			return nil, nil, "", nil
		case "auto":
			return r.Tools, nil, "", nil
		case "required":
			return r.Tools, &forcedCall{}, "", nil
		}
	}
	var one function
	if json.Unmarshal(r.ToolChoice, &one) != nil || one.Type != "function" || one.Function.Name == "" {
		return nil, nil, "", badField("tool_choice", "must be none, auto, required, or a function by its name")
	}
	return r.Tools, &forcedCall{named: true}, one.Function.Name, nil
}

// forced is what the answer must be a call of, nil where it need not be one.
func (r *chatRequest) forced() *forcedCall {
	_, forced, _, _ := r.toolChoice()
	return forced
}

// callFormat is the schema of a call of one of the tools, or of the one with a
// name. The answer can't be of another format besides.
func callFormat(tools []json.RawMessage, only string, other *task.ResponseFormat) (*task.ResponseFormat, error) {
	if other != nil {
		return nil, badField("response_format", "can't be had with a tool_choice that asks for a call: leave one of them out")
	}
	var calls []string
	for i, raw := range tools {
		at := fmt.Sprintf("tools[%d]", i)
		var f function
		if err := json.Unmarshal(raw, &f); err != nil || f.Type != "function" || f.Function.Name == "" {
			return nil, badField(at, "must be a function with a name, as tool_choice asks for a call")
		}
		if only != "" && f.Function.Name != only {
			continue
		}
		call, err := f.call(i)
		if err != nil {
			return nil, err
		}
		calls = append(calls, call)
	}
	switch {
	case len(calls) == 0 && only != "":
		return nil, badField("tool_choice", fmt.Sprintf("names %.64q, which is none of tools", only))
	case len(calls) == 0:
		return nil, badField("tool_choice", "asks for a call, and there are no tools")
	}
	return &task.ResponseFormat{Schema: json.RawMessage(`{"anyOf":[` + strings.Join(calls, ",") + `]}`)}, nil
}

// call is the schema of a call of the function. As at OpenAI, arguments are of
// their schema where the function is strict, and otherwise where they can be.
func (f function) call(place int) (string, error) {
	arguments := `{"type":"object","additionalProperties":false}`
	if p := bytes.TrimSpace(f.Function.Parameters); len(p) > 0 && string(p) != "null" {
		strict := f.Function.Strict != nil && *f.Function.Strict
		_, err := grammar.Compile(p)
		var refusal *grammar.Error
		switch {
		case err == nil:
			arguments = ownRoot(p, place)
		case strict && errors.As(err, &refusal):
			e := badField(fmt.Sprintf("tools[%d].function.parameters", place), "")
			e.Message = fmt.Sprintf("Invalid schema for function '%s': %v", f.Function.Name, refusal)
			return "", e
		default:
			arguments = `{"type":"object","additionalProperties":true}`
		}
	}
	name, err := json.Marshal(f.Function.Name)
	if err != nil {
		return "", err
	}
	return `{"type":"object","additionalProperties":false,"required":["name","arguments"],"properties":{"name":{"const":` + string(name) + `},"arguments":` + arguments + `}}`, nil
}

// ownRoot gives a schema an $id, so that its references mean itself inside
// another schema too.
func ownRoot(schema []byte, place int) string {
	var own struct {
		ID *string `json:"$id"`
	}
	rest := bytes.TrimSpace(schema[1:])
	if json.Unmarshal(schema, &own) == nil && own.ID != nil || rest[0] == '}' {
		return string(schema)
	}
	return fmt.Sprintf(`{"$id":"urn:tool:%d",%s`, place, rest)
}

// calls are the tool calls that an answer is, nil for one that need not be any or
// was cut.
func (f *forcedCall) calls(id string, index int, c task.Choice) []map[string]any {
	if f == nil || c.FinishReason != task.FinishStop {
		return nil
	}
	var call struct {
		Name      string          `json:"name"`
		Arguments json.RawMessage `json:"arguments"`
	}
	if json.Unmarshal([]byte(c.Content), &call) != nil {
		return nil
	}
	return []map[string]any{{
		"id": fmt.Sprintf("call_%s_%d", strings.TrimPrefix(id, "req_"), index), "type": "function",
		"function": map[string]any{"name": call.Name, "arguments": string(call.Arguments)},
	}}
}

// finish is why a choice ended.
func (f *forcedCall) finish(c task.Choice, calls []map[string]any) string {
	if calls == nil || f.named {
		return string(c.FinishReason)
	}
	return "tool_calls"
}
