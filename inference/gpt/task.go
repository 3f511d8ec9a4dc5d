package gpt

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ardanlabs/jinja"
)

// Prepared is a task that was read and found runnable.
type Prepared struct {
	model   string
	request Request
}

// Output is a task's result.
type Output struct {
	Response         []byte // the exact bytes whose digest is compared
	PromptTokens     int
	CompletionTokens int
}

// document is the part of a GPT task document that running it needs.
type document struct {
	Model        string            `json:"model"`
	Messages     []json.RawMessage `json:"messages"`
	Tools        []json.RawMessage `json:"tools"`
	TemplateArgs json.RawMessage   `json:"template_args"`
	Seed         int64             `json:"seed"`
	Config       struct {
		MaxNewTokens       *int     `json:"max_new_tokens"`
		DoSample           bool     `json:"do_sample"`
		NumBeams           *int     `json:"num_beams"`
		Temperature        *float64 `json:"temperature"`
		TypicalP           float64  `json:"typical_p"`
		TopK               int      `json:"top_k"`
		TopP               float64  `json:"top_p"`
		MinP               float64  `json:"min_p"`
		RepetitionPenalty  float64  `json:"repetition_penalty"`
		NumReturnSequences *int     `json:"num_return_sequences"`
		StopStrings        []string `json:"stop_strings"`
	} `json:"generation_config"`
}

// Prepare reads a task document. Errors carry CodeInvalidArguments, or
// CodeCannotRun for what this engine doesn't do.
func Prepare(raw []byte) (*Prepared, error) {
	var d document
	if err := json.Unmarshal(raw, &d); err != nil {
		return nil, fail(CodeInvalidArguments, "read task: %w", err)
	}
	if d.Model == "" {
		return nil, fail(CodeInvalidArguments, "read task: model is empty")
	}
	if n := orElse(d.Config.NumBeams, 1); n > 1 {
		return nil, fail(CodeCannotRun, "num_beams %d: this engine does not search with beams; ask for 1", n)
	}

	temperature := orElse(d.Config.Temperature, 1)
	return &Prepared{model: d.Model, request: Request{
		Messages:     d.Messages,
		Tools:        d.Tools,
		TemplateArgs: d.TemplateArgs,
		MaxNewTokens: orElse(d.Config.MaxNewTokens, 256),
		Choices:      orElse(d.Config.NumReturnSequences, 1),
		Stops:        d.Config.StopStrings,
		Sampling: Sampling{
			Random:            d.Config.DoSample && temperature > 0,
			Temperature:       temperature,
			TopK:              d.Config.TopK,
			TopP:              d.Config.TopP,
			MinP:              d.Config.MinP,
			TypicalP:          d.Config.TypicalP,
			RepetitionPenalty: d.Config.RepetitionPenalty,
			Seed:              d.Seed,
		},
	}}, nil
}

func orElse[T any](v *T, missing T) T {
	if v == nil {
		return missing
	}
	return *v
}

// Run answers the task on a loaded model; see Model.Run.
func (p *Prepared) Run(ctx context.Context, m *Model, onDelta func(Delta)) (Output, error) {
	answer, err := m.Run(ctx, p.request, onDelta)
	if err != nil {
		return Output{}, err
	}

	out := Output{PromptTokens: answer.PromptTokens}
	for _, c := range answer.Choices {
		out.CompletionTokens += c.Tokens
	}
	if out.Response, err = p.response(answer, out.CompletionTokens); err != nil {
		return Output{}, &Error{CodeCannotRun, fmt.Errorf("write response: %w", err)}
	}
	return out, nil
}

// response encodes the result document as the network compares it.
func (p *Prepared) response(a Answer, completion int) ([]byte, error) {
	var choices []jinja.Value
	for i, c := range a.Choices {
		choices = append(choices, object(
			"finish_reason", jinja.NewString(c.Finish),
			"message", object("role", jinja.NewString("assistant"), "content", jinja.NewString(c.Text)),
			"index", jinja.NewInt(int64(i)),
		))
	}
	doc := object(
		"model", jinja.NewString(p.model),
		"choices", jinja.NewList(choices),
		"usage", object(
			"prompt_tokens", jinja.NewInt(int64(a.PromptTokens)),
			"completion_tokens", jinja.NewInt(int64(completion)),
			"total_tokens", jinja.NewInt(int64(a.PromptTokens+completion)),
		),
	)

	var enc pyJSON
	if err := enc.value(doc, 0); err != nil {
		return nil, err
	}
	return []byte(enc.b.String()), nil
}

func object(pairs ...any) jinja.Value {
	v := jinja.NewDict()
	for i := 0; i < len(pairs); i += 2 {
		v.AsDict().Set(pairs[i].(string), pairs[i+1].(jinja.Value))
	}
	return v
}
