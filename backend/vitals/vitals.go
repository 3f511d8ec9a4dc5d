// Package vitals tells the operator of a service how it is.
//
// A service has one page for whoever runs it, apart from what its users see:
// /healthz says that the process lives, /readyz whether it should be sent users now,
// /metrics what it counts, for Prometheus. The promise: the page answers while the
// service does not, and no label on it is chosen by a user.
package vitals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Config of a page. Listen, Registry and Unready are needed.
type Config struct {
	// Listen is a TCP address that only the operator reaches; port 0 takes a free one.
	Listen   string
	Registry *prometheus.Registry
	// Unready says why the service should be sent no users now, by part.
	Unready func(ctx context.Context) map[string]string
	Log     *slog.Logger
}

// Readiness is the body of /readyz.
type Readiness struct {
	Ready bool `json:"ready"`
	// Why not, by part of the service.
	Why map[string]string `json:"why,omitempty"`
}

// Page is a page that is served.
type Page struct {
	http     *http.Server
	listener net.Listener
	served   sync.WaitGroup
}

// Serve serves until Close.
func Serve(c Config) (*Page, error) {
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the operator: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"}) // the process lives
	})
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, req *http.Request) {
		why, status := c.Unready(req.Context()), http.StatusOK
		if len(why) > 0 {
			status = http.StatusServiceUnavailable
		}
		answer(w, status, Readiness{Ready: len(why) == 0, Why: why})
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(c.Registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 4, Timeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelWarn),
	}))
	p := &Page{listener: listener, http: &http.Server{
		Handler: mux, ReadTimeout: 10 * time.Second, WriteTimeout: 20 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(c.Log.Handler(), slog.LevelDebug),
	}}
	p.served.Go(func() {
		if err := p.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.Log.Error("the operator is not served any more", "err", err)
		}
	})
	return p, nil
}

// URL of the page, without a path.
func (p *Page) URL() string { return "http://" + p.listener.Addr().String() }

// Close ends the page.
func (p *Page) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := p.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, p.http.Close())
	}
	p.served.Wait()
	return err
}

// Since is how many seconds have passed since then; 0 where that is zero.
func Since(then, now time.Time) float64 {
	if then.IsZero() {
		return 0
	}
	return now.Sub(then).Seconds()
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v) // an error is the connection's, which has gone
}
