package task

import (
	"bytes"
	"crypto/sha256"
)

// Response is the answer to a GPT task. Its bytes are consensus: three nodes
// agree when theirs are equal.
type Response struct {
	Model   string // as the task named it
	Choices []Choice
	Usage   Usage
}

// Choice is one answer. Its index is its place in Response.Choices.
type Choice struct {
	FinishReason FinishReason
	Content      string    // text after the prompt; tool calls stay in it as text
	Logprobs     *Logprobs // nil where the task did not ask
}

// FinishReason is why a choice ended.
type FinishReason string

// The reasons: the model ended, or the limit of new tokens did.
const (
	FinishStop   FinishReason = "stop"
	FinishLength FinishReason = "length"
)

// Usage counts tokens. The total is the sum and not kept.
type Usage struct {
	PromptTokens     int
	CompletionTokens int // of all choices
}

// Bytes is the response's only encoding: that of Python's json.dump with
// ensure_ascii=False, keys in Helium's order, no line end. Content that is not
// UTF-8 is written with U+FFFD in place of each wrong byte.
func (r *Response) Bytes() []byte {
	w := writer{spaced: true}
	w.open('{')
	w.key("model")
	w.text(r.Model)
	w.key("choices")
	w.open('[')
	for i, c := range r.Choices {
		w.choice(i, c)
	}
	w.close(']')
	w.key("usage")
	w.open('{')
	w.key("prompt_tokens")
	w.integer(int64(r.Usage.PromptTokens))
	w.key("completion_tokens")
	w.integer(int64(r.Usage.CompletionTokens))
	w.key("total_tokens")
	w.integer(int64(r.Usage.Total()))
	w.close('}')
	w.close('}')
	return w.b
}

func (w *writer) choice(index int, c Choice) {
	w.open('{')
	w.key("finish_reason")
	w.text(string(c.FinishReason))
	w.key("message")
	w.open('{')
	w.key("role")
	w.text(string(RoleAssistant))
	w.key("content")
	w.text(c.Content)
	w.close('}')
	w.key("index")
	w.integer(int64(index))
	if c.Logprobs != nil {
		w.key("logprobs")
		w.logprobs(c.Logprobs)
	}
	w.close('}')
}

// Total is the number of tokens read and made.
func (u Usage) Total() int { return u.PromptTokens + u.CompletionTokens }

// ParseResponse reads a response and refuses, with a *FieldError, one that is
// not exactly as Bytes would write it.
func ParseResponse(data []byte) (*Response, error) {
	doc, err := parse(data)
	if err != nil {
		return nil, err
	}

	var r reader
	answer := r.response(doc)
	if err := r.first(); err != nil {
		return nil, err
	}
	if !bytes.Equal(answer.Bytes(), data) {
		return nil, &FieldError{"", "the response is not in its one encoding", "write it with Response.Bytes"}
	}
	return answer, nil
}

func (r *reader) response(doc *value) *Response {
	f := r.fields(doc, "model", "choices", "usage")
	answer := &Response{Model: r.str(r.required(doc, f, "model"))}
	for i, c := range r.list(r.required(doc, f, "choices")) {
		answer.Choices = append(answer.Choices, r.choice(i, c))
	}

	usage := r.required(doc, f, "usage")
	u := r.fields(usage, "prompt_tokens", "completion_tokens", "total_tokens")
	const most = 1 << 31
	answer.Usage = Usage{
		PromptTokens:     int(r.integer(r.required(usage, u, "prompt_tokens"), 0, most)),
		CompletionTokens: int(r.integer(r.required(usage, u, "completion_tokens"), 0, most)),
	}
	total := r.required(usage, u, "total_tokens")
	if int(r.integer(total, 0, 2*most)) != answer.Usage.Total() {
		r.fail(total, "is not the sum of the two others", "")
	}
	return answer
}

func (r *reader) choice(index int, v *value) Choice {
	f := r.fields(v, "finish_reason", "message", "index", "logprobs")
	message := r.required(v, f, "message")
	m := r.fields(message, "role", "content")
	r.oneOf(r.required(message, m, "role"), string(RoleAssistant))
	r.integer(r.required(v, f, "index"), int64(index), int64(index))
	choice := Choice{
		FinishReason: FinishReason(r.oneOf(r.required(v, f, "finish_reason"), string(FinishStop), string(FinishLength))),
		Content:      r.str(r.required(message, m, "content")),
	}
	if l := f["logprobs"]; l != nil {
		choice.Logprobs = r.logprobs(l)
	}
	return choice
}

// GPTDigest is what stands on chain for a response: sha256 of salt and bytes.
// The salt, which only the creator and the three nodes know, keeps a short
// answer from being guessed.
func GPTDigest(salt [32]byte, response []byte) [32]byte {
	h := sha256.New()
	h.Write(salt[:])
	h.Write(response)
	return [32]byte(h.Sum(nil))
}
