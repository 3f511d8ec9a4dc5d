package relay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/relay/internal/wire"
	"helium/backend/relay/netstats"
	"helium/backend/relay/sponsor"
)

// refusal is an answer that says no, and why.
type refusal struct {
	status int
	body   wire.ErrorBody
}

func refuse(status int, code, message, hint string) *refusal {
	return &refusal{status, wire.ErrorBody{Code: code, Message: message, Hint: hint}}
}

func (r *refusal) Error() string { return r.body.Message }

// asRefusal hides what is the relay's own trouble from the client.
func (r *Relay) asRefusal(err error) *refusal {
	var no *refusal
	var unpaid *sponsor.Refusal
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &no):
		return no
	case errors.As(err, &unpaid):
		return unsponsored(unpaid)
	case errors.As(err, &tooLarge):
		return refuse(413, "too_large", fmt.Sprintf("the body is over %d bytes", tooLarge.Limit), "shorten it")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(503, "interrupted", "the request was interrupted", "try again")
	}
	r.cfg.Log.Error("relay failed at a request", "error", err)
	return refuse(503, "failed", "the relay could not do this", "try again, or use another relay")
}

type handler func(w http.ResponseWriter, req *http.Request) error

type signedInHandler func(w http.ResponseWriter, req *http.Request, who *account) error

func (r *Relay) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /.well-known/helium.json", r.guest(r.profile))
	mux.Handle("GET /healthz", r.guest(r.healthz))
	mux.Handle("GET /v1/stats", r.guest(r.stats))
	mux.Handle("GET /stats", r.guest(r.statsForPeople))
	mux.Handle("POST /v1/auth/challenge", r.guest(r.challenge))
	mux.Handle("POST /v1/auth/token", r.guest(r.token))
	mux.Handle("PUT /v1/tasks/{key}/envelope", r.signedIn(r.putEnvelope))
	mux.Handle("GET /v1/tasks/{key}/envelope", r.signedIn(r.getEnvelope))
	mux.Handle("PUT /v1/tasks/{key}/envelopes/{to}", r.signedIn(r.putEnvelopeFor))
	mux.Handle("GET /v1/tasks/{key}/envelopes/{from}", r.signedIn(r.getEnvelopeFrom))
	mux.Handle("PUT /v1/tasks/{key}/results", r.signedIn(r.putResult))
	mux.Handle("GET /v1/tasks/{key}/results/{node}", r.signedIn(r.getResult))
	mux.Handle("GET /v1/events", r.guest(r.events))
	mux.Handle("GET /v1/sponsor", r.guest(r.sponsorOffer))
	mux.Handle("POST /v1/sponsor", r.signedIn(r.sponsorCall))
	known := r.metrics.Count(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "no-store")
		if _, pattern := mux.Handler(req); pattern == "" {
			// The mux answers in plain text; clients read JSON.
			probe := &statusProbe{header: http.Header{}}
			mux.ServeHTTP(probe, req)
			if probe.status == http.StatusMethodNotAllowed {
				w.Header().Set("Allow", probe.header.Get("Allow"))
				r.answerError(w, refuse(405, "method", "the path takes other methods", "see the Allow header"))
				return
			}
			r.answerError(w, refuse(404, "no_such_path", "there is nothing at this path", ""))
			return
		}
		known.ServeHTTP(w, req)
	})
}

// statusProbe finds out what the mux would answer.
type statusProbe struct {
	header http.Header
	status int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusProbe) WriteHeader(status int)      { p.status = orElse(p.status, status) }

func tooOften() *refusal {
	no := refuse(429, "too_often", "too many requests", "wait a second")
	no.body.RetryAfter = 1
	return no
}

// guestMay counts a request of somebody who is not signed in.
func (r *Relay) guestMay(req *http.Request) bool {
	return r.guests.of(placeOf(req.RemoteAddr), common.Address{}).rate.Allow()
}

// guest serves those who are not signed in, limited by IP address.
func (r *Relay) guest(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if !r.guestMay(req) {
			r.answerError(w, tooOften())
			return
		}
		if err := h(w, req); err != nil {
			r.answerError(w, r.asRefusal(err))
		}
	})
}

// signedIn serves those with a token. Who has none is a guest, and guesses as often.
func (r *Relay) signedIn(h signedInHandler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		who, err := r.bearer(req.Header.Get("Authorization"))
		if err != nil && !r.guestMay(req) || err == nil && !who.rate.Allow() {
			err = tooOften()
		}
		if err == nil {
			err = h(w, req, who)
		}
		if err != nil {
			r.answerError(w, r.asRefusal(err))
		}
	})
}

// bearer finds the account that an Authorization header stands for.
func (r *Relay) bearer(header string) (*account, error) {
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok {
		return nil, refuse(401, "not_signed_in", "there is no token in the Authorization header", "sign in at /v1/auth/challenge")
	}
	address, err := r.checkToken(token)
	if err != nil {
		return nil, err
	}
	return r.accounts.of(address.Hex(), address), nil
}

func (r *Relay) answerError(w http.ResponseWriter, no *refusal) {
	if no.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if no.body.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.FormatInt(no.body.RetryAfter, 10))
	}
	if no.status == http.StatusTooManyRequests {
		r.metrics.drop(dropRequest)
	}
	r.answer(w, no.status, wire.ErrorReply{Error: no.body})
}

func (r *Relay) answer(w http.ResponseWriter, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		r.cfg.Log.Error("encode answer", "error", err)
		status, b = http.StatusInternalServerError, []byte("{}")
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if _, err := w.Write(append(b, '\n')); err != nil {
		r.cfg.Log.Debug("client left before its answer", "error", err)
	}
}

// body reads a JSON body into v.
func body(w http.ResponseWriter, req *http.Request, v any) error {
	raw, err := io.ReadAll(http.MaxBytesReader(w, req.Body, 16<<10))
	if err != nil {
		return badBody(err)
	}
	if err := wire.DecodeStrict(raw, v); err != nil {
		return refuse(400, "bad_json", "the body can't be read: "+err.Error(), "")
	}
	return nil
}

// badBody tells a body that is too long from one that did not arrive.
func badBody(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return refuse(408, "body_cut", "the body did not arrive whole in time", "send it again")
}

func (r *Relay) profile(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	r.answer(w, http.StatusOK, r.cfg.Profile)
	return nil
}

func (r *Relay) healthz(w http.ResponseWriter, req *http.Request) error {
	ctx, cancel := context.WithTimeout(req.Context(), 2*time.Second)
	defer cancel()
	if _, err := r.bus.blobs.Info(ctx); err != nil {
		return fmt.Errorf("check health: %w", err)
	}
	r.answer(w, http.StatusOK, map[string]string{"status": "ok"})
	return nil
}

// Stats is what a relay tells everybody about itself and its network.
type Stats struct {
	Relay         common.Address `json:"relay"`
	UptimeSeconds int64          `json:"uptime_seconds"`
	// Blobs and Events are what is kept now.
	Blobs      uint64 `json:"blobs"`
	BlobBytes  uint64 `json:"blob_bytes"`
	Events     uint64 `json:"events"`
	EventBytes uint64 `json:"event_bytes"`
	Sockets    int    `json:"sockets"`
	// Sponsored counts what the sponsor did, where there is one.
	Sponsored *sponsor.Counts `json:"sponsored,omitempty"`
	// Network is what the relay counted on the chain, where it does.
	Network *netstats.Stats `json:"network,omitempty"`
}

func (r *Relay) stats(w http.ResponseWriter, req *http.Request) error {
	blobs, err := r.bus.blobs.Info(req.Context())
	if err != nil {
		return fmt.Errorf("read statistics: %w", err)
	}
	events, err := r.bus.events.Info(req.Context())
	if err != nil {
		return fmt.Errorf("read statistics: %w", err)
	}
	stats := Stats{
		Relay: r.address, UptimeSeconds: int64(r.cfg.Now().Sub(r.started).Seconds()),
		Blobs: blobs.State.Msgs, BlobBytes: blobs.State.Bytes,
		Events: events.State.Msgs, EventBytes: events.State.Bytes,
		Sockets: r.sockets.count(),
	}
	if r.cfg.Sponsor != nil {
		counts := r.cfg.Sponsor.Counts()
		stats.Sponsored = &counts
	}
	if r.cfg.Network != nil {
		network, err := r.cfg.Network.Stats()
		if err != nil {
			return err
		}
		stats.Network = &network
	}
	w.Header().Set("Access-Control-Allow-Origin", "*")
	r.answer(w, http.StatusOK, stats)
	return nil
}
