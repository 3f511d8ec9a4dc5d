package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net/http"
	"strconv"
	"strings"

	"helium/backend/creator"
	"helium/backend/protocol"
)

// endpoint answers a request or returns why not.
type endpoint func(w http.ResponseWriter, r *http.Request) error

func (b *Bridge) routes(chat fs.FS) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", b.serve(b.chatCompletions))
	mux.HandleFunc("POST /v1/completions", b.serve(b.completions))
	mux.HandleFunc("POST /v1/images/generations", b.serve(b.imageGenerations))
	mux.HandleFunc("GET /v1/models", b.serve(b.listModels))
	mux.HandleFunc("GET /v1/models/{id...}", b.serve(b.getModel))
	mux.HandleFunc("POST /v1/estimate", b.serve(b.estimate))
	mux.HandleFunc("POST /v1/tasks", b.serve(b.createTask))
	mux.HandleFunc("GET /v1/tasks/{id}", b.serve(b.getTask))
	mux.HandleFunc("POST /v1/tasks/{id}/cancel", b.serve(b.cancelTask))
	mux.HandleFunc("GET /v1/receipts/{id}", b.serve(b.getReceipt))
	mux.HandleFunc("POST /chat/session", b.serve(b.openSession))
	mux.HandleFunc("GET /healthz", b.serve(b.health))
	mux.HandleFunc("OPTIONS /v1/", preflight)
	mux.HandleFunc("/v1/", b.serve(func(http.ResponseWriter, *http.Request) error {
		return errNotFound("this bridge has no such endpoint: see its README for those it has")
	}))
	mux.Handle("/", page(chat))
	return b.metrics.Count(mux)
}

// serve turns an endpoint's error into OpenAI's shape. A page elsewhere may use
// the API with a key of its own; cookies are never sent from elsewhere.
func (b *Bridge) serve(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			w.Header().Set("Access-Control-Allow-Origin", "*")
			w.Header().Set("Access-Control-Expose-Headers", "X-Helium-Receipt, X-Helium-Fee, Retry-After")
		}
		err := e(w, r)
		if err == nil || r.Context().Err() != nil {
			return
		}
		api := asAPIError(err)
		if api.status == http.StatusInternalServerError {
			b.log.Error("request failed", "path", r.URL.Path, "err", err)
		}
		api.write(w)
	}
}

func preflight(w http.ResponseWriter, _ *http.Request) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "*, Authorization")
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
}

func (b *Bridge) listModels(w http.ResponseWriter, r *http.Request) error {
	if _, err := b.authorise(r); err != nil {
		return err
	}
	data := make([]map[string]any, len(b.models))
	for i, m := range b.models {
		data[i] = modelObject(m)
	}
	return answerJSON(w, map[string]any{"object": "list", "data": data})
}

func (b *Bridge) getModel(w http.ResponseWriter, r *http.Request) error {
	if _, err := b.authorise(r); err != nil {
		return err
	}
	m, ok := b.model(r.PathValue("id"))
	if !ok {
		return errNoModel(r.PathValue("id"))
	}
	return answerJSON(w, modelObject(m))
}

func modelObject(m Model) map[string]any {
	makes := "text"
	if m.Images {
		makes = "images"
	}
	return map[string]any{
		"id": m.Pin.ID, "object": "model", "created": 0, "owned_by": "helium",
		"helium": map[string]any{"makes": makes, "revision": m.Pin.Revision, "files": m.Pin.Files, "min_vram_gb": m.MinVRAMGB},
	}
}

// estimate says what a request for a text or for images would cost and when it
// would start, and sends nothing. It takes the body of the request.
func (b *Bridge) estimate(w http.ResponseWriter, r *http.Request) error {
	who, body, err := b.receive(w, r, maxBody)
	if err != nil {
		return err
	}
	o, err := b.anyOrder(body)
	if err != nil {
		return err
	}
	fee, err := b.price(r.Context(), who, o.offer, o.size)
	if err != nil {
		return err
	}
	e, err := b.creator.Estimate(r.Context(), o.size, fee)
	if err != nil {
		return err
	}
	return answerJSON(w, estimateOf(o.model, o.size, e, b.limitOf(who, o.offer)))
}

// anyOrder reads a request that has a prompt, for images or of a model of texts, or
// one for a chat.
func (b *Bridge) anyOrder(body []byte) (order, error) {
	var has struct {
		Model  string          `json:"model"`
		Prompt json.RawMessage `json:"prompt"`
	}
	if json.Unmarshal(body, &has) == nil && has.Prompt != nil {
		if m, ok := b.model(has.Model); ok && !m.Images {
			req, err := decodeCompletion(body)
			if err != nil {
				return order{}, err
			}
			return b.completionOrder(req)
		}
		req, err := decodeImages(body)
		if err != nil {
			return order{}, err
		}
		return b.imagesOrder(req)
	}
	req, err := decodeChat(body)
	if err != nil {
		return order{}, err
	}
	return b.chatOrder(req)
}

// taskAnswer is a request as it stands.
type taskAnswer struct {
	ID     string          `json:"id"`
	State  creator.State   `json:"state"`
	TaskID protocol.TaskID `json:"task_id"`
	Model  string          `json:"model"`
	Fee    Amount          `json:"fee"`
	// Refunded came back of the fee; left out while the task is open.
	Refunded *Amount `json:"refunded,omitempty"`
	Created  int64   `json:"created"`
	// Position is its place in the queue, from 1, while it waits there, and
	// WaitSeconds roughly how long it will.
	Position    int              `json:"position,omitempty"`
	WaitSeconds int              `json:"wait_seconds,omitempty"`
	Reason      *protocol.Reason `json:"reason"`
	Response    json.RawMessage  `json:"response,omitempty"`
	// Labels are the caller's own: user, safety_identifier and metadata.
	Labels json.RawMessage `json:"labels,omitempty"`
	// Attempts are the tasks that the request took, where the first one did not do:
	// the last is the one described here.
	Attempts []attemptAnswer `json:"attempts,omitempty"`
}

// attemptAnswer is one task of several. Its receipt is that of the request with
// ?attempt= and its number.
type attemptAnswer struct {
	Attempt  int              `json:"attempt"`
	State    creator.State    `json:"state"`
	TaskID   protocol.TaskID  `json:"task_id"`
	Fee      Amount           `json:"fee"`
	Refunded *Amount          `json:"refunded,omitempty"`
	Reason   *protocol.Reason `json:"reason"`
}

// getTask shows a request of the caller's own, also after a disconnect.
func (b *Bridge) getTask(w http.ResponseWriter, r *http.Request) error {
	t, err := b.ownTask(r)
	if err != nil {
		return err
	}
	return answerJSON(w, b.taskAnswerOf(r.Context(), t))
}

// taskAnswerOf describes a request by its last attempt.
func (b *Bridge) taskAnswerOf(ctx context.Context, first *creator.Task) taskAnswer {
	all := b.attempts(ctx, first)
	t := all[len(all)-1]
	record := t.Record()
	out := taskAnswer{
		ID: first.ID(), State: record.State, TaskID: record.TaskID, Model: record.Model, Fee: amountOf(record.Fee),
		Created: record.Created.Unix(), Reason: record.Reason, Response: record.Response, Labels: record.Context,
	}
	if record.State == creator.Queued {
		position, wait := t.Place()
		out.Position, out.WaitSeconds = position, int(wait.Seconds())
	}
	if record.Receipt != nil {
		out.Refunded = new(amountOf(record.Receipt.Refunded))
	}
	if len(all) > 1 {
		for i, t := range all {
			out.Attempts = append(out.Attempts, attemptAnswerOf(i+1, t.Record()))
		}
	}
	return out
}

func attemptAnswerOf(number int, r creator.Record) attemptAnswer {
	out := attemptAnswer{Attempt: number, State: r.State, TaskID: r.TaskID, Fee: amountOf(r.Fee), Reason: r.Reason}
	if r.Receipt != nil {
		out.Refunded = new(amountOf(r.Receipt.Refunded))
	}
	return out
}

// getReceipt answers with the receipt of a request's last attempt, or of the one
// whose number is asked for.
func (b *Bridge) getReceipt(w http.ResponseWriter, r *http.Request) error {
	first, err := b.ownTask(r)
	if err != nil {
		return err
	}
	all := b.attempts(r.Context(), first)
	t := all[len(all)-1]
	if asked := r.URL.Query().Get("attempt"); asked != "" {
		number, err := strconv.Atoi(asked)
		if err != nil || number < 1 || number > len(all) {
			return errNotFound(fmt.Sprintf("there are %d attempts of this request: ask for one of those", len(all)))
		}
		t = all[number-1]
	}
	receipt := t.Record().Receipt
	if receipt == nil {
		return errNotFound("the task is not settled yet: try again when it is")
	}
	return answerJSON(w, receipt)
}

func (b *Bridge) ownTask(r *http.Request) (*creator.Task, error) {
	who, err := b.authorise(r)
	if err != nil {
		return nil, err
	}
	id := strings.TrimPrefix(strings.TrimPrefix(r.PathValue("id"), "chat"), "cmpl-")
	if _, err := b.ownRow(who, id); err != nil {
		return nil, err
	}
	t, err := b.creator.Task(id)
	if errors.Is(err, creator.ErrNotFound) {
		return nil, errNotFound("the request is too old: its receipt was yours to keep")
	}
	return t, err
}

// health says whether the bridge can pay for the smallest task and how many of
// them, and what its wallet runs low of.
func (b *Bridge) health(w http.ResponseWriter, r *http.Request) error {
	if away := b.chainAway(); away != "" {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusServiceUnavailable)
		return writeJSON(w, map[string]any{"status": "unready", "can_pay": false, "chain": away})
	}
	balance, fee, err := b.means(r.Context())
	if err != nil {
		return err
	}
	answer := map[string]any{"status": "ok", "can_pay": balance.Cmp(fee) >= 0}
	if !fee.IsZero() {
		// As many of the smallest as there can be at the price of now.
		answer["tasks_left"] = new(big.Int).Div(balance.Big(), fee.Big())
	}
	if low := b.low(); len(low) > 0 {
		answer["low"] = low
	}
	return answerJSON(w, answer)
}

// means are what the wallets can spend, and what the smallest task costs.
func (b *Bridge) means(ctx context.Context) (balance, fee protocol.Wei, err error) {
	if balance, err = b.creator.Balance(ctx); err != nil {
		return balance, fee, err
	}
	fee, err = b.creator.Fee(ctx, creator.Size{Type: protocol.GPT, Units: 1}, protocol.Wei{})
	return balance, fee, err
}

func (b *Bridge) canPay(ctx context.Context) (bool, error) {
	balance, fee, err := b.means(ctx)
	return balance.Cmp(fee) >= 0, err
}

func answerJSON(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json")
	return writeJSON(w, v)
}

// pagePolicy lets the page load from this bridge and nowhere else.
const pagePolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"

func page(chat fs.FS) http.Handler {
	if chat == nil {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "This bridge serves the API under /v1 and was built without its chat page.", http.StatusNotFound)
		})
	}
	files := http.FileServerFS(chat)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", pagePolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		files.ServeHTTP(w, r)
	})
}
