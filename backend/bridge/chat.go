package bridge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/task"
)

// maxBody bounds a request's body.
const maxBody = 4 << 20

// maxIdempotencyKey bounds what a caller may name its request.
const maxIdempotencyKey = 256

// chatCompletions makes a task of the request and answers when it is verified,
// or streams its text from the first token on.
func (b *Bridge) chatCompletions(w http.ResponseWriter, r *http.Request) error {
	who, body, err := b.receive(w, r, maxBody)
	if err != nil {
		return err
	}
	req, err := decodeChat(body)
	if err != nil {
		return err
	}
	t, err := b.start(r, who, body, func() (order, error) { return b.chatOrder(req) })
	if err != nil {
		return err
	}

	answer := reply{id: t.ID(), model: req.Model, created: b.now(), choices: 1, chances: req.logprobs() != nil, forced: req.forced()}
	if req.N != nil {
		answer.choices = *req.N
	}
	return b.deliver(w, r, t, answer, delivery{req.Stream, req.StreamOptions, req.Helium})
}

// delivery is how a caller wants a text, as its request says.
type delivery struct {
	stream  bool
	options *streamOptions
	helium  *heliumOptions
}

// deliver answers with the task's text, streamed or whole, or leaves the task as
// the caller chose when it has gone.
func (b *Bridge) deliver(w http.ResponseWriter, r *http.Request, t *creator.Task, answer reply, d delivery) (err error) {
	fee := tellFee(w, t)
	if d.helium != nil {
		answer.helium = &heliumAnswer{Receipt: t.ID(), Fee: amountOf(fee)}
	}
	if d.stream {
		err = b.stream(w, r, t, answer, d.options != nil && d.options.IncludeUsage)
	} else {
		err = b.whole(w, r, t, answer)
	}
	if r.Context().Err() != nil {
		b.left(t, d.helium)
	}
	return err
}

// planFor is what is done when a new request comes to nothing.
func (b *Bridge) planFor(who caller, q creator.Request, o offer) plan {
	return plan{
		Request: q, Offer: o.fee, Most: b.limitOf(who, o).most, Budget: who.budget,
		Left: o.retries, Until: b.now().Add(o.deadline), Asked: o.asked, Number: 1,
	}
}

// receive lets a caller in and reads a body of so many bytes at most.
func (b *Bridge) receive(w http.ResponseWriter, r *http.Request, most int64) (who caller, body []byte, err error) {
	if who, err = b.admit(r); err != nil {
		return who, nil, err
	}
	if body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, most)); err != nil {
		return who, nil, fmt.Errorf("read request: %w", err)
	}
	return who, body, nil
}

// admit lets an authorised caller in, within its rate.
func (b *Bridge) admit(r *http.Request) (caller, error) {
	who, err := b.authorise(r)
	if err != nil {
		return who, err
	}
	if wait := b.limiters.take(who, b.now()); wait > 0 {
		return who, errTooOften(wait)
	}
	return who, nil
}

// order is a request that was read: what to have done, and for how much.
type order struct {
	size   creator.Size
	task   []byte // the document
	model  string
	models []protocol.ModelPin
	images int // 0 for a text
	offer  offer
	// context is the caller's own, and kept with the task.
	context json.RawMessage
}

func (b *Bridge) chatOrder(req *chatRequest) (order, error) {
	if _, err := b.modelFor(req.Model, false); err != nil {
		return order{}, err
	}
	doc, err := req.task()
	if err != nil {
		return order{}, err
	}
	return b.labelled(req.labels, req.Helium, doc)
}

// start makes the task of a request, which is read when it is a new one, or finds
// the one that the same idempotency key made before.
func (b *Bridge) start(r *http.Request, who caller, body []byte, read func() (order, error)) (*creator.Task, error) {
	ctx, idempotency := r.Context(), r.Header.Get("Idempotency-Key")
	id, hash := creator.NewID(), sha256.Sum256(body)
	if idempotency != "" {
		if len(idempotency) > maxIdempotencyKey {
			return nil, badField("Idempotency-Key", fmt.Sprintf("is longer than %d characters", maxIdempotencyKey))
		}
		id = idempotentID(who, idempotency)
		if t, err := b.repeated(who, id, hash); t != nil || err != nil {
			return t, err
		}
	}

	o, err := read()
	if err != nil {
		return nil, err
	}
	fee, err := b.price(ctx, who, o.offer, o.size)
	if err != nil {
		return nil, err
	}
	if l := b.limitOf(who, o.offer); !l.allows(fee) {
		return nil, errPriceCap(fee, l)
	}
	q := creator.Request{
		ID: id, Owner: who.id, Context: o.context, Type: o.size.Type, Task: o.task, Model: o.model, Models: o.models,
		Units: o.size.Units, Images: uint16(o.images), MinVRAMGB: o.size.MinVRAMGB, Fee: fee,
	}
	if err := b.charge(who, id, fee, hash, b.planFor(who, q, o.offer)); err != nil {
		return nil, err
	}
	t, err := b.creator.Create(ctx, q)
	if err != nil {
		return nil, errors.Join(err, b.settle(id, fee))
	}
	b.follow(t)
	return t, nil
}

// tellFee says in headers what a task costs and where its receipt will be.
func tellFee(w http.ResponseWriter, t *creator.Task) protocol.Wei {
	fee := t.Record().Fee
	w.Header().Set("X-Helium-Receipt", t.ID())
	w.Header().Set("X-Helium-Fee", fee.Decimal())
	return fee
}

// idempotentID is the same for the same caller and key, and tells neither.
func idempotentID(who caller, key string) string {
	sum := sha256.Sum256([]byte(who.id + "\x00" + key))
	return "req_" + hex.EncodeToString(sum[:12])
}

func (b *Bridge) repeated(who caller, id string, body [32]byte) (*creator.Task, error) {
	row, err := b.ownRow(who, id)
	var api *apiError
	if errors.As(err, &api) && api.status == http.StatusNotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if row.Body != body {
		return nil, errConflict("this Idempotency-Key was used with another body: use a new one")
	}
	t, err := b.creator.Task(id)
	if errors.Is(err, creator.ErrNotFound) {
		return nil, errConflict("the first request with this Idempotency-Key made no task: use a new one")
	}
	return t, err
}

// whole answers once, with a verified text.
func (b *Bridge) whole(w http.ResponseWriter, r *http.Request, t *creator.Task, answer reply) error {
	verified, err := b.verified(r, t, answer.helium)
	if err != nil {
		return err
	}
	response, err := task.ParseResponse(verified)
	if err != nil {
		return fmt.Errorf("read response of %s: %w", t.ID(), err)
	}
	return answerJSON(w, answer.completion(response))
}

// verified waits for the response that nodes stand behind.
func (b *Bridge) verified(r *http.Request, t *creator.Task, told *heliumAnswer) ([]byte, error) {
	for e := range b.events(r.Context(), t) {
		switch e.Stage {
		case stageRetry:
			b.retold(t, told)
		case creator.StageVerified:
			return e.Response, nil
		case creator.StageAborted, creator.StageDisputed:
			return nil, fromReason(*e.Reason)
		}
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // the caller has gone; the task goes on and can be fetched
	}
	return nil, fmt.Errorf("task %s ended without an answer", t.ID())
}

// reply makes OpenAI's objects of one request.
type reply struct {
	id      string
	model   string
	created time.Time
	// raw says that they are those of /v1/completions.
	raw bool
	// choices is how many there will be at most, and chances says that the
	// probabilities of their tokens are asked for.
	choices int
	chances bool
	// forced is nil where the answer need not be a call of a tool.
	forced *forcedCall
	// helium is left out for callers that know nothing of it.
	helium *heliumAnswer
}

// heliumAnswer is what this network adds to an answer. The fee is what was taken
// for the task; what comes back of it, the receipt tells.
type heliumAnswer struct {
	Receipt string `json:"receipt"`
	Fee     Amount `json:"fee"`
	// Attempts is how many tasks it took; left out when the first one did.
	Attempts int `json:"attempts,omitempty"`
}

// retold brings up to date what an answer says of its price, after a retry.
func (b *Bridge) retold(t *creator.Task, h *heliumAnswer) {
	if h == nil {
		return
	}
	cost, attempts, err := b.cost(t.ID())
	if err != nil {
		b.log.Error("add up a request", "request", t.ID(), "err", err)
		return
	}
	h.Fee, h.Attempts = amountOf(cost), attempts
}

// head begins an object: a part of a stream, or the whole.
func (a reply) head(part bool) map[string]any {
	id, object := "chatcmpl-", "chat.completion"
	switch {
	case a.raw:
		id, object = "cmpl-", "text_completion"
	case part:
		object = "chat.completion.chunk"
	}
	return map[string]any{"id": id + a.id, "object": object, "created": a.created.Unix(), "model": a.model}
}

func (a reply) completion(r *task.Response) map[string]any {
	choices := make([]map[string]any, len(r.Choices))
	for i, c := range r.Choices {
		choices[i] = map[string]any{"index": i, "finish_reason": string(c.FinishReason), "logprobs": nil}
		if a.raw {
			choices[i]["text"] = c.Content
			continue
		}
		calls := a.forced.calls(a.id, i, c)
		message := map[string]any{"role": "assistant", "content": c.Content, "refusal": nil}
		if calls != nil {
			message["content"], message["tool_calls"] = nil, calls
		}
		choices[i] = map[string]any{
			"index": i, "finish_reason": a.forced.finish(c, calls), "logprobs": chancesOf(c.Logprobs), "message": message,
		}
	}
	out := a.head(false)
	out["choices"], out["usage"] = choices, a.usage(r)
	return out
}

// chunk is the next part of a choice: a delta, or of a completion its text.
func (a reply) chunk(index int, text string, delta map[string]any, logprobs *task.Logprobs) map[string]any {
	return a.choiceChunk(index, text, delta, nil, chancesOf(logprobs))
}

// lastChunk ends a choice, with the tokens that came with no text: what ended it, or
// all those of a call.
func (a reply) lastChunk(index int, c task.Choice, tokens []task.TokenLogprobs) map[string]any {
	var logprobs any
	if len(tokens) > 0 {
		logprobs = chancesOf(&task.Logprobs{Tokens: tokens})
	}
	return a.choiceChunk(index, "", map[string]any{}, a.forced.finish(c, a.forced.calls(a.id, index, c)), logprobs)
}

func (a reply) choiceChunk(index int, text string, delta map[string]any, finish, logprobs any) map[string]any {
	choice := map[string]any{"index": index, "finish_reason": finish, "logprobs": logprobs}
	if a.raw {
		choice["text"] = text
	} else {
		choice["delta"] = delta
	}
	out := a.head(true)
	out["choices"] = []map[string]any{choice}
	return out
}

func (a reply) usageChunk(r *task.Response) map[string]any {
	out := a.head(true)
	out["choices"], out["usage"] = []any{}, a.usage(r)
	return out
}

func (a reply) usage(r *task.Response) map[string]any {
	out := map[string]any{
		"prompt_tokens": r.Usage.PromptTokens, "completion_tokens": r.Usage.CompletionTokens, "total_tokens": r.Usage.Total(),
	}
	if a.helium != nil {
		out["helium"] = a.helium
	}
	return out
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
