package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// ChainState is how a relay stands with its chain.
type ChainState struct {
	// Head is the newest block, HeadTime its time.
	Head     uint64
	HeadTime time.Time
	// Read is the last block whose roles are known.
	Read uint64
	// Heard is when the chain last answered.
	Heard time.Time
}

func (s ChainState) lag() uint64 {
	if s.Read >= s.Head {
		return 0
	}
	return s.Head - s.Read
}

// Chain tells how the relay stands with its chain.
type Chain interface{ State() ChainState }

const (
	// unheard is how long a chain may say nothing. It is asked every 15 seconds.
	unheard = time.Minute
	// behind is how many blocks a relay may not have read and still know the tasks
	// that it is asked about.
	behind = 16
)

// unready says why the relay should be sent no clients now, by part.
func (r *Relay) unready(ctx context.Context) map[string]string {
	why := map[string]string{}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if _, err := r.bus.blobs.Info(ctx); err != nil {
		why["blobs"] = "the store does not answer: " + err.Error()
	}
	if _, err := r.bus.events.Info(ctx); err != nil {
		why["events"] = "the store does not answer: " + err.Error()
	}
	if r.cfg.Chain == nil {
		return why
	}
	at := r.cfg.Chain.State()
	if silence := r.cfg.Now().Sub(at.Heard); silence > unheard {
		why["chain"] = fmt.Sprintf("not heard of for %s", silence.Round(time.Second))
	} else if at.lag() > behind {
		why["chain"] = fmt.Sprintf("%d blocks are not read yet", at.lag())
	}
	return why
}

// Readiness is the body of /readyz.
type Readiness struct {
	Ready bool `json:"ready"`
	// Why not, by part: blobs, events, chain.
	Why map[string]string `json:"why,omitempty"`
}

// operator is the server for whoever runs the relay.
type operator struct {
	http     *http.Server
	listener net.Listener
}

func (r *Relay) startOperator() (*operator, error) {
	listener, err := net.Listen("tcp", r.cfg.Operator)
	if err != nil {
		return nil, fmt.Errorf("listen for the relay's operator: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		r.answer(w, http.StatusOK, map[string]string{"status": "ok"}) // the process lives
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, req *http.Request) {
		why, status := r.unready(req.Context()), http.StatusOK
		if len(why) > 0 {
			status = http.StatusServiceUnavailable
		}
		r.answer(w, status, Readiness{Ready: len(why) == 0, Why: why})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(r.metrics.registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(r.cfg.Log.Handler(), slog.LevelWarn),
	}))
	o := &operator{listener: listener, http: &http.Server{
		Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return r.ctx },
		ErrorLog:    slog.NewLogLogger(r.cfg.Log.Handler(), slog.LevelDebug),
	}}
	r.wg.Go(func() {
		if err := o.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			r.cfg.Log.Error("relay stopped serving its operator", "error", err)
		}
	})
	return o, nil
}

func (o *operator) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := o.http.Shutdown(ctx); err != nil {
		return errors.Join(err, o.http.Close())
	}
	return nil
}

// OperatorURL is where the operator's server listens; empty for none.
func (r *Relay) OperatorURL() string {
	if r.operator == nil {
		return ""
	}
	return "http://" + r.operator.listener.Addr().String()
}
