package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/inference/task"
)

// heartbeat keeps a stream alive through proxies while nothing happens.
const heartbeat = 10 * time.Second

// settleWait is how long a stream waits for the receipt of what it has told.
const settleWait = 5 * time.Second

// stream sends the text as it is made, and what happens to it as comments, or
// as named events to clients that ask for them.
func (b *Bridge) stream(w http.ResponseWriter, r *http.Request, t *creator.Task, answer reply, usage bool) error {
	s := newSSE(w, r, t.ID())
	s.answer, s.usage = answer, usage
	return b.forward(s, r, t, answer.helium, s.event)
}

// forward gives a stream the events of its task until it is done.
func (b *Bridge) forward(s *sse, r *http.Request, t *creator.Task, told *heliumAnswer, take func(creator.Event)) error {
	b.metrics.streams.Inc()
	defer b.metrics.streams.Dec()
	events := b.events(r.Context(), t)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	var settled <-chan time.Time
	for !s.done {
		select {
		case e, open := <-events:
			if !open {
				s.end()
				continue
			}
			if e.Stage == stageRetry {
				b.retold(t, told)
			}
			if take(e); (s.verified || s.failed != nil) && settled == nil {
				settled = time.After(settleWait)
			}
		case <-settled:
			s.end()
		case <-beat.C:
			s.comment(strings.TrimSpace("waiting " + s.place))
		case <-r.Context().Done():
			return nil // the caller has gone; the task goes on and can be fetched
		}
		if s.err != nil {
			return nil
		}
	}
	return nil
}

// sse writes one stream. After the first error it writes nothing more.
type sse struct {
	w      http.ResponseWriter
	flush  *http.ResponseController
	named  bool
	answer reply
	usage  bool
	task   string

	// place is where the task stands in the queue, while it does.
	place string

	choices  []streamed
	verified bool
	// failed is why there is no answer. It is said last, after the receipt.
	failed *protocol.Reason
	done   bool
	err    error
}

// streamed is the text of a choice as its caller has it so far. Where the request
// was sent again, the new text is passed on from where it goes further, as long as
// it is the same up to there.
type streamed struct {
	begun bool
	text  []byte
	// same is how much of the text the attempt under way has made too, and other
	// says that it makes another one.
	same  int
	other bool

	// tokens went out with the text. The attempt under way has told made of its own,
	// and those of waiting belong to text that has yet to come.
	tokens  []task.TokenLogprobs
	made    int
	waiting []task.TokenLogprobs
}

// news is what a piece adds to the text; nothing where the text is another.
func (c *streamed) news(piece string) string {
	again := min(len(piece), len(c.text)-c.same)
	if c.other || string(c.text[c.same:c.same+again]) != piece[:again] {
		c.other = true
		return ""
	}
	c.same += len(piece)
	return piece[again:]
}

// hear takes the tokens of a piece; the first ones of another attempt went out
// before.
func (c *streamed) hear(tokens []protocol.StreamToken) {
	for _, t := range tokens {
		if c.made++; c.made > len(c.tokens)+len(c.waiting) {
			c.waiting = append(c.waiting, tokenLogprobs(t))
		}
	}
}

// send is what goes out with the next text.
func (c *streamed) send() *task.Logprobs {
	if len(c.waiting) == 0 {
		return nil
	}
	next := &task.Logprobs{Tokens: c.waiting}
	c.tokens, c.waiting = append(c.tokens, c.waiting...), nil
	return next
}

// rest are the tokens that are still to be told of those that nodes agreed on, and
// whether the ones that were told are among them.
func (c *streamed) rest(right *task.Logprobs) (rest []task.TokenLogprobs, matches bool) {
	if right == nil {
		return nil, len(c.tokens) == 0
	}
	if len(c.tokens) > len(right.Tokens) {
		return nil, false
	}
	return right.Tokens[len(c.tokens):], slices.EqualFunc(c.tokens, right.Tokens[:len(c.tokens)], sameToken)
}

// startAgain expects the text of another attempt.
func (s *sse) startAgain() {
	for i := range s.choices {
		c := &s.choices[i]
		c.same, c.other, c.made, c.waiting = 0, false, 0, nil
	}
}

// newSSE begins a stream.
func newSSE(w http.ResponseWriter, r *http.Request, task string) *sse {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	s := &sse{w: w, flush: http.NewResponseController(w), named: r.Header.Get("X-Helium-Events") == "1", task: task}
	s.err = s.flush.Flush() // the request is accepted, whenever its first event comes
	return s
}

func (s *sse) event(e creator.Event) {
	switch e.Stage {
	case creator.StageDelta:
		// A piece that comes late is in the verified text already, a node that streams
		// choices nobody asked for is not listened to, and a call is told as a whole.
		if !s.verified && e.Choice < s.answer.choices && s.answer.forced == nil {
			if !s.answer.chances {
				e.Tokens = nil
			}
			s.delta(e.Choice, e.Text, e.Tokens)
		}
	case creator.StageVerified:
		s.verify(e)
	case creator.StageAborted, creator.StageDisputed:
		s.fail(e)
	case stageRetry:
		s.startAgain()
		s.stage(e)
	case creator.StageSettled:
		s.stage(e)
		if s.named && e.Receipt != nil {
			s.namedEvent("helium.receipt", map[string]any{"id": s.task, "receipt": e.Receipt})
		}
		s.end()
	default:
		s.stage(e)
	}
}

// stageEvent is what a caller is told of a step.
type stageEvent struct {
	Stage  string             `json:"stage"`
	TaskID protocol.TaskID    `json:"task_id,omitempty"`
	Tx     *common.Hash       `json:"tx,omitempty"`
	Nodes  []common.Address   `json:"nodes,omitempty"`
	Class  *protocol.GPUClass `json:"class,omitempty"`
	// Position is the place in the queue, from 1, and WaitSeconds roughly how long
	// that takes; left out while neither is known.
	Position    int   `json:"position,omitempty"`
	WaitSeconds int   `json:"wait_seconds,omitempty"`
	Count       int   `json:"count,omitempty"`
	AtMS        int64 `json:"at_ms"`
	// Attempt is the number of the one that begins with a retry, and Reason why
	// the one before came to nothing.
	Attempt int              `json:"attempt,omitempty"`
	Reason  *protocol.Reason `json:"reason,omitempty"`
}

func (s *sse) stage(e creator.Event) {
	out := stageEvent{
		Stage: string(e.Stage), TaskID: e.TaskID, Nodes: e.Nodes, Count: e.Count, AtMS: e.At.Milliseconds(),
		Position: e.Position, WaitSeconds: int(e.Wait.Seconds()),
	}
	if e.Tx != (common.Hash{}) {
		out.Tx = &e.Tx
	}
	if e.Class != (protocol.GPUClass{}) {
		out.Class = &e.Class
	}
	line := fmt.Sprintf("stage=%s task=%s", e.Stage, e.TaskID)
	s.place = ""
	if e.Stage == creator.StageQueued {
		s.place = fmt.Sprintf("position=%d wait=%ds", e.Position, out.WaitSeconds)
		line += " " + s.place
	}
	if e.Stage == stageRetry {
		out.Count, out.Attempt, out.Reason = 0, e.Count, e.Reason
		line += fmt.Sprintf(" attempt=%d reason=%s", e.Count, e.Reason.Code)
	}
	if e.Receipt != nil {
		line += fmt.Sprintf(" fee=%s refunded=%s", e.Receipt.Fee.Decimal(), e.Receipt.Refunded.Decimal())
	}
	if s.named {
		s.namedEvent("helium.stage", out)
		return
	}
	s.comment(line)
}

// delta passes on the next text of a choice, with its tokens where they are told.
func (s *sse) delta(index int, text string, tokens []protocol.StreamToken) {
	if text == "" && len(tokens) == 0 {
		return
	}
	c := s.begin(index)
	if !c.other {
		c.hear(tokens)
	}
	if text = c.news(text); text == "" {
		return
	}
	c.text = append(c.text, text...)
	s.part(s.answer.chunk(index, text, map[string]any{"content": text}, c.send()))
}

// begin says once for each choice who speaks.
func (s *sse) begin(index int) *streamed {
	if index >= len(s.choices) {
		s.choices = append(s.choices, make([]streamed, index+1-len(s.choices))...)
	}
	c := &s.choices[index]
	if !c.begun {
		c.begun = true
		if !s.answer.raw {
			s.part(s.answer.chunk(index, "", map[string]any{"role": "assistant", "content": ""}, nil))
		}
	}
	return c
}

// part sends a chunk; where the usage comes at the end, each says that it is not yet
// known.
func (s *sse) part(out map[string]any) {
	if s.usage {
		out["usage"] = nil
	}
	s.data(out)
}

// verify completes the text with what the nodes agreed on, or says that what
// was streamed is wrong.
func (s *sse) verify(e creator.Event) {
	response, err := task.ParseResponse(e.Response)
	if err != nil || len(response.Choices) == 0 {
		s.fail(creator.Event{Reason: &protocol.Reason{Code: "bad_response", Title: "The nodes agreed on something that is not an answer"}})
		return
	}
	matches := true
	for i, choice := range response.Choices {
		matches = s.complete(i, choice) && matches
	}
	if s.usage {
		s.data(s.answer.usageChunk(response))
	}
	s.tellVerified(e, &matches)
}

// complete ends a choice with what the nodes agreed on, and reports whether what
// was streamed of it was right.
func (s *sse) complete(index int, choice task.Choice) bool {
	c := s.begin(index)
	rest, matches := strings.CutPrefix(choice.Content, string(c.text))
	tokens, likely := c.rest(choice.Logprobs)
	calls := s.answer.forced.calls(s.task, index, choice)
	switch {
	case calls != nil:
		calls[0]["index"] = 0 // of the calls, there is one
		s.part(s.answer.chunk(index, "", map[string]any{"tool_calls": calls}, nil))
	case !matches || !likely:
		s.replace(index, choice)
		tokens = nil
	}
	if calls == nil && matches && rest != "" {
		c.text, c.waiting = append(c.text, rest...), tokens
		s.part(s.answer.chunk(index, rest, map[string]any{"content": rest}, c.send()))
		tokens = nil
	}
	s.part(s.answer.lastChunk(index, choice, tokens))
	return matches
}

// replace gives the right text of a choice, and the chances of its tokens where they
// are told, in place of all that was streamed of it. Without named events it is a
// comment with the same object, as no chunk can take text back.
func (s *sse) replace(index int, choice task.Choice) {
	right := map[string]any{"index": index, "content": choice.Content}
	if choice.Logprobs != nil {
		right["logprobs"] = chancesOf(choice.Logprobs)
	}
	if s.named {
		s.namedEvent("helium.replaced", right)
		return
	}
	if b, ok := s.encode(right); ok {
		s.comment("replaced " + string(b))
	}
}

// tellVerified says that nodes stand behind what was sent. matches says whether a
// text was right as it was streamed.
func (s *sse) tellVerified(e creator.Event, matches *bool) {
	s.verified = true
	if !s.named {
		s.comment(fmt.Sprintf("verified task=%s receipt=%s", e.TaskID, s.task))
		return
	}
	out := map[string]any{"task_id": e.TaskID, "receipt": s.task, "at_ms": e.At.Milliseconds(), "nodes": e.Nodes}
	if matches != nil {
		out["text_matches_stream"] = *matches
	}
	s.namedEvent("helium.verified", out)
}

// fail notes why there is no answer.
func (s *sse) fail(e creator.Event) {
	if s.verified {
		return // what is verified stays so
	}
	s.failed = e.Reason
	if s.named {
		s.namedEvent("helium.disputed", e.Reason)
	}
}

// end ends the stream; without an answer, with an error that the official clients
// raise.
func (s *sse) end() {
	if s.done {
		return
	}
	s.done = true
	if s.failed != nil {
		s.raw("data: ", fromReason(*s.failed).body())
	}
	s.raw("data: ", []byte("[DONE]"))
}

func (s *sse) comment(text string) { s.raw(": helium ", []byte(text)) }

func (s *sse) data(v any) {
	if b, ok := s.encode(v); ok {
		s.raw("data: ", b)
	}
}

func (s *sse) namedEvent(name string, v any) {
	if b, ok := s.encode(v); ok {
		s.raw("event: "+name+"\ndata: ", b)
	}
}

func (s *sse) encode(v any) ([]byte, bool) {
	b, err := json.Marshal(v)
	if err != nil && s.err == nil {
		s.err = err
	}
	return b, err == nil
}

// raw writes one event. JSON has no line breaks; a comment's text gets none.
func (s *sse) raw(prefix string, b []byte) {
	if s.err != nil {
		return
	}
	b = bytes.ReplaceAll(b, []byte("\n"), []byte(" "))
	if _, s.err = fmt.Fprintf(s.w, "%s%s\n\n", prefix, b); s.err == nil {
		s.err = s.flush.Flush()
	}
}
