package bridge

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"helium/inference/task"
)

// chatRequest is the body of /v1/chat/completions: OpenAI's fields that the
// network can honour, and those that it accepts only at the value that means
// nothing. Any other field is refused by name.
type chatRequest struct {
	Model    string        `json:"model"`
	Messages []chatMessage `json:"messages"`

	Stream        bool           `json:"stream"`
	StreamOptions *streamOptions `json:"stream_options"`

	MaxTokens           *int              `json:"max_tokens"`
	MaxCompletionTokens *int              `json:"max_completion_tokens"`
	Temperature         *float64          `json:"temperature"`
	TopP                *float64          `json:"top_p"`
	N                   *int              `json:"n"`
	Stop                json.RawMessage   `json:"stop"`
	Seed                *int64            `json:"seed"`
	Tools               []json.RawMessage `json:"tools"`
	ToolChoice          json.RawMessage   `json:"tool_choice"`

	// Not OpenAI's, but common among gateways, and part of the task format.
	TopK              *int     `json:"top_k"`
	MinP              *float64 `json:"min_p"`
	RepetitionPenalty *float64 `json:"repetition_penalty"`

	// Helium is what this network adds.
	Helium *heliumOptions `json:"helium"`

	labels

	ResponseFormat json.RawMessage `json:"response_format"`
	Logprobs       *bool           `json:"logprobs"`
	TopLogprobs    *int            `json:"top_logprobs"`

	// Accepted at their neutral value only: see neutral.
	FrequencyPenalty  *float64        `json:"frequency_penalty"`
	PresencePenalty   *float64        `json:"presence_penalty"`
	LogitBias         json.RawMessage `json:"logit_bias"`
	ParallelToolCalls *bool           `json:"parallel_tool_calls"`
	Store             *bool           `json:"store"`
	ServiceTier       *string         `json:"service_tier"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
	// IncludeObfuscation pads chunks at OpenAI; here there is nothing to pad.
	IncludeObfuscation *bool `json:"include_obfuscation"`
}

type chatMessage struct {
	Role       string            `json:"role"`
	Content    json.RawMessage   `json:"content"`
	Name       string            `json:"name"`
	ToolCalls  []json.RawMessage `json:"tool_calls"`
	ToolCallID string            `json:"tool_call_id"`
	// Refusal comes back from clients that send a conversation on; null only.
	Refusal json.RawMessage `json:"refusal"`
	// Annotations and audio come back likewise, empty.
	Annotations json.RawMessage `json:"annotations"`
	Audio       json.RawMessage `json:"audio"`
}

type chatPart struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

// decodeChat reads a body strictly.
func decodeChat(body []byte) (*chatRequest, error) {
	var r chatRequest
	if err := decodeBody(body, &r); err != nil {
		return nil, err
	}
	return &r, r.neutral()
}

// decodeBody reads a body strictly: unknown fields and data after it are refused.
func decodeBody(body []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return decodeError(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return badField("", "the body has data after the JSON object")
	}
	return nil
}

func decodeError(err error) error {
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return badField(strings.Trim(name, `"`), "is not supported by this network: leave it out")
	}
	var typed *json.UnmarshalTypeError
	if errors.As(err, &typed) {
		// What is embedded in Go is no object of the body's.
		field := strings.TrimPrefix(typed.Field, "labels.")
		return badField(field, fmt.Sprintf("must be a %s, not a %s", typed.Type, typed.Value))
	}
	return badField("", "the body is not a JSON object: "+err.Error())
}

// neutral refuses what would change the answer and can't be honoured.
func (r *chatRequest) neutral() error {
	notYet := "is not supported by this network yet: leave it out"
	switch {
	case r.FrequencyPenalty != nil && *r.FrequencyPenalty != 0:
		return badField("frequency_penalty", notYet+", or use repetition_penalty")
	case r.PresencePenalty != nil && *r.PresencePenalty != 0:
		return badField("presence_penalty", notYet+", or use repetition_penalty")
	case r.TopLogprobs != nil && *r.TopLogprobs != 0 && r.logprobs() == nil:
		return badField("top_logprobs", "needs logprobs to be true")
	case !empty(r.LogitBias):
		return badField("logit_bias", notYet)
	case r.ParallelToolCalls != nil && !*r.ParallelToolCalls:
		return badField("parallel_tool_calls", "can't be switched off on this network: leave it out")
	case r.Store != nil && *r.Store:
		return badField("store", "this bridge does not store completions: leave it out")
	case r.ServiceTier != nil && *r.ServiceTier != "auto" && *r.ServiceTier != "default":
		return badField("service_tier", "must be auto or default")
	case r.StreamOptions != nil && !r.Stream:
		return badField("stream_options", "needs stream to be true")
	case r.MaxTokens != nil && r.MaxCompletionTokens != nil && *r.MaxTokens != *r.MaxCompletionTokens:
		return badField("max_tokens", "differs from max_completion_tokens: give one of them")
	case len(r.Messages) == 0:
		return badField("messages", "is empty: give at least one message")
	}
	return nil
}

// task makes the task document of the request. A request without a seed gets a
// random one, so that asking twice gives two answers.
func (r *chatRequest) task() (*task.GPT, error) {
	messages := make([]task.Message, len(r.Messages))
	for i, m := range r.Messages {
		var err error
		if messages[i], err = m.message(fmt.Sprintf("messages[%d]", i)); err != nil {
			return nil, err
		}
	}
	tools, forced, only, err := r.toolChoice()
	if err != nil {
		return nil, err
	}
	stop, err := stopStrings(r.Stop)
	if err != nil {
		return nil, err
	}
	format, schemaName, err := r.responseFormat()
	if err == nil && forced != nil {
		format, err = callFormat(tools, only, format)
	}
	if err != nil {
		return nil, err
	}
	seed := randomSeed()
	if r.Seed != nil {
		seed = *r.Seed & task.MaxSeed // OpenAI's seeds have 64 bits, the format's 32
	}
	limit := r.MaxCompletionTokens
	if limit == nil {
		limit = r.MaxTokens
	}
	sample := r.Temperature == nil || *r.Temperature > 0
	g, err := task.FromChat(r.Model, messages, func(g *task.GPT) {
		g.Tools, g.Seed = tools, seed
		g.Helium = task.GPTExtension{ResponseFormat: format, Logprobs: r.logprobs()}
		g.GenerationConfig = &task.GenerationConfig{
			MaxNewTokens: limit, DoSample: &sample, Temperature: r.Temperature, TopP: r.TopP, TopK: r.TopK,
			MinP: r.MinP, RepetitionPenalty: r.RepetitionPenalty, NumReturnSequences: r.N, StopStrings: stop,
		}
	})
	if e := badSchema(err, schemaName, forced); e != nil {
		return nil, e
	}
	if err != nil {
		return nil, asFieldError(err)
	}
	return g, nil
}

func (m chatMessage) message(at string) (task.Message, error) {
	role := task.Role(m.Role)
	if m.Role == "developer" {
		role = task.RoleSystem
	}
	if m.Name != "" {
		return task.Message{}, badField(at+".name", "is not part of this network's task format: leave it out")
	}
	for field, raw := range map[string]json.RawMessage{"refusal": m.Refusal, "audio": m.Audio, "annotations": m.Annotations} {
		if !empty(raw) {
			return task.Message{}, badField(at+"."+field, "is not supported by this network: leave it out")
		}
	}
	content, err := contentOf(m.Content, at+".content")
	if err != nil {
		return task.Message{}, err
	}
	return task.Message{Role: role, Content: content, ToolCalls: m.ToolCalls, ToolCallID: m.ToolCallID}, nil
}

// contentOf takes a string, null, or a list of text parts, which it joins: the
// models' templates know text only.
func contentOf(raw json.RawMessage, at string) (task.Content, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return task.Content{Null: true}, nil
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return task.Text(text), nil
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return task.Content{}, badField(at, "must be a string or a list of text parts")
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		var part chatPart
		if json.Unmarshal(p, &part) != nil || part.Type != "text" {
			return task.Content{}, badField(fmt.Sprintf("%s[%d]", at, i), "is not a text part: this network's models read text only")
		}
		texts[i] = part.Text
	}
	return task.Text(strings.Join(texts, "\n")), nil
}

func stopStrings(raw json.RawMessage) ([]string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return []string{one}, nil
	}
	var many []string
	if json.Unmarshal(raw, &many) != nil {
		return nil, badField("stop", "must be a string or a list of strings")
	}
	return many, nil
}

// taskFields gives OpenAI's names for the task format's, so that an error names
// what the caller wrote.
var taskFields = map[string]string{
	"generation_config.max_new_tokens":       "max_tokens",
	"generation_config.temperature":          "temperature",
	"generation_config.top_p":                "top_p",
	"generation_config.top_k":                "top_k",
	"generation_config.min_p":                "min_p",
	"generation_config.repetition_penalty":   "repetition_penalty",
	"generation_config.num_return_sequences": "n",
	"generation_config.stop_strings":         "stop",
	"helium.logprobs":                        "top_logprobs",

	"base_model":                 "model",
	"base_model.name":            "model",
	"base_model.variant":         "variant",
	"task_config":                "size",
	"task_config.image_width":    "size",
	"task_config.image_height":   "size",
	"task_config.num_images":     "n",
	"task_config.steps":          "steps",
	"task_config.seed":           "seed",
	"task_config.cfg":            "cfg",
	"task_config.safety_checker": "safety_checker",
}

func asFieldError(err error) error {
	var f *task.FieldError
	if !errors.As(err, &f) {
		return err
	}
	field := f.Field
	list, _, _ := strings.Cut(field, "[")
	if name, ok := taskFields[list]; ok {
		field = name + strings.TrimPrefix(field, list)
	}
	return fieldError(field, f)
}

func fieldError(name string, f *task.FieldError) *apiError {
	problem := f.Problem
	if f.Hint != "" {
		problem += ": " + f.Hint
	}
	return badField(name, problem)
}

// empty: absent, null, or a container of nothing.
func empty(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "{}", "[]":
		return true
	}
	return false
}

func randomSeed() int64 {
	var b [4]byte
	rand.Read(b[:])
	return int64(binary.BigEndian.Uint32(b[:]) >> 1)
}
