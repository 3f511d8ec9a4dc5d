package gpt

import (
	"context"

	"helium/inference/task"
)

// Prepared is a task that was read and found runnable.
type Prepared struct {
	model   string
	format  Format
	request Request
}

// Beams is how many the task searches with; 1 is no search. They take what a model
// leaves of the memory.
func (p *Prepared) Beams() int { return p.request.Beams }

// Format is the one that the task asks for.
func (p *Prepared) Format() Format { return p.format }

// Output is a task's result.
type Output struct {
	Response         []byte // the exact bytes whose digest is compared
	PromptTokens     int
	CompletionTokens int
}

// Prepare reads a task document. Errors carry CodeInvalidArguments where the
// document is wrong, and CodeCannotRun for what is right but not done here.
func Prepare(raw []byte) (*Prepared, error) {
	t, err := task.ParseGPT(raw)
	if err != nil {
		return nil, &Error{CodeInvalidArguments, err}
	}
	return PrepareTask(t)
}

// PrepareTask is Prepare for a task that was read already.
func PrepareTask(t *task.GPT) (*Prepared, error) {
	s := t.Settings(nil)
	if t.HasImages() {
		return nil, fail(CodeCannotRun, "a message holds an image: this engine reads text only")
	}

	r := Request{
		Tools:        t.Tools,
		TemplateArgs: t.TemplateArgs,
		Raw:          t.Helium.RawPrompt,
		MaxNewTokens: s.MaxNewTokens,
		Logprobs:     t.Helium.Logprobs,
		Choices:      s.NumReturnSequences,
		Beams:        s.NumBeams,
		Stops:        s.StopStrings,
		Sampling: Sampling{
			Random:            s.DoSample,
			Temperature:       s.Temperature,
			TopK:              s.TopK,
			TopP:              s.TopP,
			MinP:              s.MinP,
			TypicalP:          s.TypicalP,
			RepetitionPenalty: s.RepetitionPenalty,
			Seed:              t.Seed,
		},
	}
	if f := t.Helium.ResponseFormat; f != nil {
		var err error
		if r.Grammar, err = f.Grammar(); err != nil {
			return nil, &Error{CodeInvalidArguments, err}
		}
	}
	var err error
	if r.Messages, err = rawMessages(t); err != nil {
		return nil, &Error{CodeCannotRun, err}
	}
	return &Prepared{model: t.Model, format: Format{Number: t.DType, Bits: t.QuantizeBits}, request: r}, nil
}

// Run answers the task on a loaded model; see Model.Run.
func (p *Prepared) Run(ctx context.Context, m *Model, onDelta func(Delta)) (Output, error) {
	answer, err := m.Run(ctx, p.request, onDelta)
	if err != nil {
		return Output{}, err
	}

	response := task.Response{Model: p.model, Usage: task.Usage{PromptTokens: answer.PromptTokens}}
	for _, c := range answer.Choices {
		response.Choices = append(response.Choices, task.Choice{FinishReason: task.FinishReason(c.Finish), Content: c.Text, Logprobs: c.Logprobs})
		response.Usage.CompletionTokens += c.Tokens
	}
	return Output{
		Response:         response.Bytes(),
		PromptTokens:     answer.PromptTokens,
		CompletionTokens: response.Usage.CompletionTokens,
	}, nil
}
