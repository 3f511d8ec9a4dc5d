package gpt

import (
	"errors"
	"math"
	"strconv"

	"helium/inference/ggml"
	"helium/inference/pretrained"
)

// MaxContext bounds the context of every model, in tokens. It decides which
// prompts are too long and so belongs to the rules of a task.
const MaxContext = 8192

// Model is a loaded model that answers tasks, one at a time.
type Model struct {
	weights *ggml.Model
	done    func() // after the weights are closed
	context *ggml.Context
	threads int

	spare      uint64 // bytes that a task may take beside the context
	tokenBytes uint64 // of one token in a context
	prompts    *Prompter

	normalizer pretrained.Normalizer // before the engine's tokenizer
	spelling   *spelling             // nil until a task needs it
}

// Load is Open and Source.Load of a model as it comes.
func Load(lib *ggml.Library, path string, threads int) (*Model, error) {
	s, err := Open(lib, path, OpenOptions{Threads: threads})
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.Load(math.MaxUint64)
}

// newModel takes over loaded weights and makes room for their context.
func newModel(weights *ggml.Model, done func(), threads int) (*Model, error) {
	m := &Model{weights: weights, done: done, threads: threads}
	if err := m.readHeader(); err != nil {
		m.Close()
		return nil, &Error{CodeCannotRun, err}
	}

	var err error
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
	m.done()
}

// ContextSize is the number of tokens that prompt and answer share.
func (m *Model) ContextSize() int { return m.context.Size() }

// readHeader reads what happens to a prompt before the engine gets it.
func (m *Model) readHeader() error {
	value, _ := m.weights.Meta(pretrained.NormalizerKey)
	normalizer, err := pretrained.ParseNormalizer(value)
	if err != nil {
		return err
	}
	m.normalizer = normalizer
	text := func(key string) string {
		value, _ := m.weights.Meta(key)
		return value
	}
	m.prompts, err = newPrompter(text, m.specialToken(text, "bos"), m.specialToken(text, "eos"))
	return err
}

// specialToken is checkpoint.Header.SpecialToken of a loaded model. The library
// itself names a token also where the model names none.
func (m *Model) specialToken(text func(key string) string, name string) string {
	id, err := strconv.ParseUint(text("tokenizer.ggml."+name+"_token_id"), 10, 31)
	if err != nil || id >= uint64(m.weights.VocabSize()) {
		return ""
	}
	return m.weights.TokenText(ggml.Token(id))
}

// tokens is the tokenized prompt.
func (m *Model) tokens(r Request) ([]ggml.Token, error) {
	var text string
	var err error
	if r.Raw {
		text, err = joinContents(r.Messages)
	} else {
		text, err = m.prompts.prompt(r.Messages, r.Tools, r.TemplateArgs)
	}
	if err != nil {
		return nil, &Error{CodePromptRefused, err}
	}

	// A template writes the tokens that begin a text; before a raw prompt the
	// tokenizer puts those that the model's file asks for.
	tokens, err := m.weights.Tokenize(m.normalizer.Apply(text, m.weights.BeginsSpecial), r.Raw, true)
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
