package gpt

import (
	"errors"
	"os"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// MaxContext bounds the context of every model, in tokens. It decides which
// prompts are too long and so belongs to the rules of a task.
const MaxContext = 8192

// Model is a loaded model that answers tasks, one at a time.
type Model struct {
	weights *ggml.Model
	context *ggml.Context
	prompts *Prompter
}

// Load reads a GGUF file and makes room for its context. Threads don't change
// results. Errors carry a Code.
func Load(lib *ggml.Library, path string, threads int) (*Model, error) {
	header, err := checkpoint.CheckGGUF(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil, &Error{CodeModelNotFound, err}
		}
		return nil, &Error{CodeCannotRun, err}
	}

	prompts, err := PrompterOf(header)
	if err != nil {
		return nil, &Error{CodeCannotRun, err}
	}

	weights, err := lib.LoadModel(path)
	if err != nil {
		return nil, &Error{CodeCannotRun, err}
	}

	m := &Model{weights: weights, prompts: prompts}

	size := min(weights.TrainedContext(), MaxContext)
	m.context, err = weights.NewContext(ggml.ContextParams{Size: size, Threads: threads})
	if err != nil {
		m.Close()
		if errors.Is(err, ggml.ErrNoMemory) {
			return nil, &Error{CodeOutOfMemory, err}
		}
		return nil, &Error{CodeCannotRun, err}
	}
	return m, nil
}

// Close frees everything.
func (m *Model) Close() {
	if m.context != nil {
		m.context.Close()
	}
	m.weights.Close()
}

// ContextSize is the number of tokens that prompt and answer share.
func (m *Model) ContextSize() int { return m.context.Size() }

// tokens is the tokenized prompt.
func (m *Model) tokens(r Request) ([]ggml.Token, error) {
	text, err := m.prompts.prompt(r.Messages, r.Tools, r.TemplateArgs)
	if err != nil {
		return nil, &Error{CodePromptRefused, err}
	}

	tokens, err := m.weights.Tokenize(text, false, true)
	if err != nil {
		return nil, &Error{CodeCannotRun, err}
	}
	if len(tokens) == 0 {
		return nil, fail(CodePromptRefused, "the messages make an empty prompt")
	}
	if len(tokens) >= m.context.Size() {
		return nil, fail(CodeContextTooLong, "the prompt has %d tokens, and this model takes at most %d with room for an answer; shorten the messages", len(tokens), m.context.Size()-1)
	}
	return tokens, nil
}
