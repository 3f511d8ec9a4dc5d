package gpt

import (
	"context"
	"encoding/json"
	"errors"

	"helium/inference/ggml"
	"helium/inference/task"
)

// Request is a task as the engine needs it.
type Request struct {
	Messages     []json.RawMessage // objects with role and content, in order
	Tools        []json.RawMessage
	TemplateArgs json.RawMessage
	MaxNewTokens int
	Choices      int // answers wanted, at least 1
	Stops        []string
	Sampling     Sampling
}

// Reasons for the end of a choice.
const (
	FinishStop   = string(task.FinishStop)   // the model ended its answer, or a stop string came
	FinishLength = string(task.FinishLength) // the most tokens were made, or the context is full
)

// Delta is the next piece of a choice. The Texts of a choice, joined, are its
// content, and no piece ends inside a character.
type Delta struct {
	Choice int    `json:"choice"`
	Index  int    `json:"index"` // of this delta in its task, from 0
	Text   string `json:"text"`
	Tokens int    `json:"tokens"` // made so far for this choice
	Finish string `json:"finish,omitempty"`
}

// Choice is one answer.
type Choice struct {
	Text   string
	Finish string
	Tokens int // made, with the one that ended it
}

// Answer is what a task comes to.
type Answer struct {
	PromptTokens int
	Choices      []Choice
}

// Run answers a request. onDelta, which may be nil, is called as the text is
// made, in order. Cancelling ctx ends it before the next token. Errors are
// always *Error.
func (m *Model) Run(ctx context.Context, r Request, onDelta func(Delta)) (Answer, error) {
	if r.MaxNewTokens < 1 || r.Choices < 1 {
		return Answer{}, fail(CodeInvalidArguments, "max_new_tokens %d and num_return_sequences %d must be at least 1", r.MaxNewTokens, r.Choices)
	}
	if r.Sampling.Random && r.Sampling.Temperature <= 0 {
		return Answer{}, fail(CodeInvalidArguments, "temperature %v must be above 0 to sample", r.Sampling.Temperature)
	}

	prompt, err := m.tokens(r)
	if err != nil {
		return Answer{}, err
	}

	answer := Answer{PromptTokens: len(prompt)}
	index := 0
	for i := range r.Choices {
		emit := func(d Delta) {
			d.Choice, d.Index = i, index
			index++
			if onDelta != nil {
				onDelta(d)
			}
		}
		choice, err := m.choice(ctx, r, i, prompt, emit)
		if err != nil {
			return Answer{}, err
		}
		answer.Choices = append(answer.Choices, choice)
	}
	return answer, nil
}

// choice makes one answer in an empty context.
func (m *Model) choice(ctx context.Context, r Request, number int, prompt []ggml.Token, emit func(Delta)) (Choice, error) {
	m.context.Clear()
	if err := m.feed(ctx, prompt); err != nil {
		return Choice{}, err
	}

	sampler := newSampler(r.Sampling, number, prompt)
	stream := &textStream{stops: r.Stops}
	limit := min(r.MaxNewTokens, m.context.Size()-len(prompt))
	out := Choice{Finish: FinishLength}
	say := func(text, finish string) {
		out.Text += text
		if text != "" || finish != "" {
			emit(Delta{Text: text, Tokens: out.Tokens, Finish: finish})
		}
	}

	for out.Tokens < limit {
		token, err := m.nextToken(sampler)
		if err != nil {
			return Choice{}, err
		}
		out.Tokens++

		if m.weights.IsEnd(token) {
			out.Finish = FinishStop
			break
		}
		text, stopped := stream.push(m.weights.Piece(token, false))
		if stopped {
			out.Finish = FinishStop
			say(text, FinishStop)
			return out, nil
		}
		say(text, "")

		if out.Tokens == limit {
			break
		}
		if err := m.feed(ctx, []ggml.Token{token}); err != nil {
			return Choice{}, err
		}
	}

	say(stream.flush(), out.Finish)
	return out, nil
}

func (m *Model) nextToken(s *sampler) (ggml.Token, error) {
	logits, err := m.context.Logits()
	if err != nil {
		return 0, &Error{CodeCannotRun, err}
	}
	token, err := s.next(logits)
	if err != nil {
		return 0, &Error{CodeCannotRun, err}
	}
	return token, nil
}

// feed appends tokens to the context, a batch at a time.
func (m *Model) feed(ctx context.Context, tokens []ggml.Token) error {
	for len(tokens) > 0 {
		if err := ctx.Err(); err != nil {
			if errors.Is(err, context.DeadlineExceeded) {
				return &Error{CodeTimeout, err}
			}
			return &Error{CodeCancelled, err}
		}

		n := min(len(tokens), ggml.Batch)
		if err := m.context.Decode(tokens[:n]); err != nil {
			return &Error{CodeCannotRun, err}
		}
		tokens = tokens[n:]
	}
	return nil
}
