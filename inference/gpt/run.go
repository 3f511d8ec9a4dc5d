package gpt

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"helium/inference/ggml"
	"helium/inference/grammar"
	"helium/inference/task"
)

// Request is a task as the engine needs it.
type Request struct {
	Messages     []json.RawMessage // objects with role and content, in order
	Tools        []json.RawMessage
	TemplateArgs json.RawMessage
	Raw          bool // the messages' text is the prompt, without a template
	MaxNewTokens int
	Choices      int // answers wanted, at least 1
	Beams        int // answers made at once to find the likeliest; 0 or 1 is no beam search
	Stops        []string
	Sampling     Sampling
	Grammar      *grammar.Grammar // of the answers; nil leaves them free
	Logprobs     *int             // alternatives to tell of beside every token; nil tells nothing
}

// Reasons for the end of a choice.
const (
	FinishStop   = string(task.FinishStop)   // the model ended its answer, or a stop string came
	FinishLength = string(task.FinishLength) // the most tokens were made, or the context is full
)

// Delta is the next piece of a choice. The Texts of a choice, joined, are its
// content, and no piece ends inside a character. With beams a choice is known
// only at the end, and has one Delta. The Logprobs, joined, are the choice's: a
// token comes with the text that it completes, or at the end.
type Delta struct {
	Choice int    `json:"choice"`
	Index  int    `json:"index"` // of this delta in its task, from 0
	Text   string `json:"text"`
	Tokens int    `json:"tokens"` // made so far for this choice
	Finish string `json:"finish,omitempty"`

	Logprobs []task.TokenLogprobs `json:"logprobs,omitempty"`
}

// Choice is one answer.
type Choice struct {
	Text   string
	Finish string
	Tokens int // made, with the one that ended it
	// Logprobs is nil where they were not asked for.
	Logprobs *task.Logprobs
}

// Answer is what a task comes to.
type Answer struct {
	PromptTokens int
	Choices      []Choice // of beams the best, best first
}

// Run answers a request. onDelta, which may be nil, is called as the text is
// made, in order. Cancelling ctx ends it before the next token. Errors are
// always *Error.
//
// There are as many choices as were asked for, except where beams are drawn by
// rules that leave fewer different answers than that.
func (m *Model) Run(ctx context.Context, r Request, onDelta func(Delta)) (Answer, error) {
	if err := r.check(); err != nil {
		return Answer{}, &Error{CodeInvalidArguments, err}
	}

	prompt, err := m.tokens(r)
	if err != nil {
		return Answer{}, err
	}

	index := 0
	emit := func(d Delta) {
		d.Index = index
		index++
		if onDelta != nil {
			onDelta(d)
		}
	}
	run := m.choices
	if r.Beams > 1 {
		run = m.beams
	}
	choices, err := run(ctx, r, prompt, emit)
	if err != nil {
		return Answer{}, err
	}
	return Answer{PromptTokens: len(prompt), Choices: choices}, nil
}

func (r Request) check() error {
	if r.MaxNewTokens < 1 || r.Choices < 1 {
		return fmt.Errorf("max_new_tokens %d and num_return_sequences %d must be at least 1", r.MaxNewTokens, r.Choices)
	}
	if r.Sampling.Random && r.Sampling.Temperature <= 0 {
		return fmt.Errorf("temperature %v must be above 0 to sample", r.Sampling.Temperature)
	}
	if r.Beams > 1 && r.Choices > r.Beams {
		return fmt.Errorf("num_return_sequences %d must be at most num_beams %d: each beam makes one", r.Choices, r.Beams)
	}
	if r.Beams > 1 && (r.Grammar != nil || r.Logprobs != nil) {
		return errors.New("a response format and probabilities can't be had with num_beams above 1")
	}
	return nil
}

// choices makes the answers one after another.
func (m *Model) choices(ctx context.Context, r Request, prompt []ggml.Token, emit func(Delta)) ([]Choice, error) {
	format := m.constraint(r)
	var choices []Choice
	for i := range r.Choices {
		choice, err := m.choice(ctx, r, i, prompt, format, func(d Delta) {
			d.Choice = i
			emit(d)
		})
		if err != nil {
			return nil, err
		}
		choices = append(choices, choice)
	}
	return choices, nil
}

// Rest forgets the last task, so that the next one need not wait for it.
func (m *Model) Rest() { m.context.Clear() }

// choice makes one answer in an empty context.
func (m *Model) choice(ctx context.Context, r Request, number int, prompt []ggml.Token, format *constraint, emit func(Delta)) (Choice, error) {
	m.context.Clear()
	if err := feed(ctx, m.context, prompt); err != nil {
		return Choice{}, err
	}

	sampler := newSampler(r.Sampling, number, prompt)
	format.begin()
	stream := &textStream{stops: r.Stops}
	limit := min(r.MaxNewTokens, m.context.Size()-len(prompt))
	out := Choice{Finish: FinishLength}
	if r.Logprobs != nil {
		out.Logprobs = &task.Logprobs{}
	}
	told := 0 // of the probabilities
	say := func(text, finish string) {
		out.Text += text
		if text == "" && finish == "" {
			return
		}
		d := Delta{Text: text, Tokens: out.Tokens, Finish: finish}
		if out.Logprobs != nil {
			d.Logprobs, told = out.Logprobs.Tokens[told:], len(out.Logprobs.Tokens)
		}
		emit(d)
	}

	for out.Tokens < limit {
		logits, err := m.context.Logits()
		if err != nil {
			return Choice{}, &Error{CodeCannotRun, err}
		}
		token, err := nextToken(sampler, format, logits)
		if err != nil {
			return Choice{}, err
		}
		out.Tokens++

		if m.weights.IsEnd(token) {
			out.Finish = FinishStop
			break
		}
		if out.Logprobs != nil {
			out.Logprobs.Tokens = append(out.Logprobs.Tokens, tokenLogprobs(logits, token, *r.Logprobs, m.name))
		}
		format.take(token)
		text, stopped := stream.push(m.weights.Piece(token, false))
		if stopped {
			out.Finish = FinishStop
			say(text, FinishStop)
			return out, nil
		}
		say(text, "")

		if format.over() {
			out.Finish = FinishStop
			break
		}
		if out.Tokens == limit {
			break
		}
		if err := feed(ctx, m.context, []ggml.Token{token}); err != nil {
			return Choice{}, err
		}
	}

	say(stream.flush(), out.Finish)
	return out, nil
}

// nextToken chooses among the tokens that may come.
func nextToken(s *sampler, format *constraint, logits []float32) (ggml.Token, error) {
	logits, err := format.mask(logits)
	if err != nil {
		return 0, err
	}
	token, err := s.next(logits)
	if err != nil {
		return 0, &Error{CodeCannotRun, err}
	}
	return token, nil
}

// decoder is a memory that tokens are appended to.
type decoder interface {
	Decode(tokens []ggml.Token) error
}

// feed appends tokens to a memory, a batch at a time.
func feed(ctx context.Context, to decoder, tokens []ggml.Token) error {
	for batch := range slices.Chunk(tokens, ggml.Batch) {
		if err := alive(ctx); err != nil {
			return err
		}
		if err := to.Decode(batch); err != nil {
			return &Error{CodeCannotRun, err}
		}
	}
	return nil
}

// alive tells why a task must not go on.
func alive(ctx context.Context) error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{CodeTimeout, err}
	default:
		return &Error{CodeCancelled, err}
	}
}
