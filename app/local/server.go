// Package local carries the agent's API over 127.0.0.1.
//
// A server hands out the screen's files and one WebSocket, /api, that speaks
// JSON-RPC. Whoever opens the socket must show the install's token, as a
// WebSocket subprotocol and never in an address, and must come from this
// machine's own page or window: any other website in the owner's browser is
// turned away before a byte is read. An address file tells programs of the
// same user where the server listens; nobody else can read it.
package local

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/app/api"
)

// Protocol is the WebSocket subprotocol of the API; TokenPrefix begins the
// second one that a client offers, which carries the token.
const (
	Protocol    = "helium.v1"
	TokenPrefix = "token."
)

// maxMessageBytes bounds one JSON-RPC message.
const maxMessageBytes = 1 << 20

// Backend is what the API shows: the methods, and a feed of states. Watch
// sends the present state at once and then every change; a slow reader is sent
// the newest one only. The channel closes when ctx ends.
type Backend interface {
	api.Service
	api.SetupService
	api.SettingsService
	api.DesktopService
	api.ComputerService
	api.WalletService
	api.EarningsService
	api.ModelsService
	Watch(ctx context.Context) <-chan api.State
	// ServeBridge serves the API of a bridge to the chat tab, below /bridge.
	ServeBridge(w http.ResponseWriter, r *http.Request)
	// WatchLog sends lines of the log several at a time; a slow reader may miss some.
	WatchLog(ctx context.Context) <-chan []api.LogLine
}

// NewToken makes a token of 256 random bits.
func NewToken() string {
	var b [32]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Server serves one backend until it is closed.
type Server struct {
	token string
	http  *http.Server
	rpc   *rpc.Server
	ln    net.Listener
	log   *slog.Logger
}

// Serve listens on addr, which must be a loopback address; port 0 takes a free one.
func Serve(addr, token string, backend Backend, ui fs.FS, log *slog.Logger) (*Server, error) {
	if err := mustBeLoopback(addr); err != nil {
		return nil, err
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s for the local API: %w", addr, err)
	}

	s := &Server{token: token, ln: ln, log: log, rpc: rpc.NewServer()}
	if err := errors.Join(
		s.rpc.RegisterName(api.Namespace, methods{backend}),
		s.rpc.RegisterName(api.Namespace, setup{backend}),
		s.rpc.RegisterName(api.Namespace, settings{backend}),
		s.rpc.RegisterName(api.Namespace, desktop{backend}),
		s.rpc.RegisterName(api.Namespace, computer{backend}),
		s.rpc.RegisterName(api.Namespace, money{backend}),
		s.rpc.RegisterName(api.Namespace, earnings{backend}),
		s.rpc.RegisterName(api.Namespace, shelf{backend}),
		s.rpc.RegisterName(api.Namespace, feed{backend}),
	); err != nil {
		return nil, fmt.Errorf("register the local API: %w", err)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /api", s.serveSocket)
	chat := s.forChat(http.StripPrefix("/bridge", http.HandlerFunc(backend.ServeBridge)))
	for _, method := range []string{"GET", "POST", "OPTIONS"} {
		mux.Handle(method+" /bridge/", chat)
	}
	mux.Handle("GET /", page(ui))
	s.http = &http.Server{Handler: ownHostOnly(mux), ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	go s.http.Serve(ln)
	return s, nil
}

// URL is the server's address without the token.
func (s *Server) URL() string { return "http://" + s.ln.Addr().String() }

// Link opens the page for a person: the token stands in the fragment, which
// browsers do not send.
func (s *Server) Link() string { return s.URL() + "/#token=" + s.token }

// Close ends every connection.
func (s *Server) Close() error {
	s.rpc.Stop()
	return s.http.Close()
}

func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !s.hasToken(r) {
		http.Error(w, "the local API wants this install's token: open Helium again from its link", http.StatusUnauthorized)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols: []string{Protocol},
		// Wails pages have origins of their own; a browser page must be ours.
		OriginPatterns: []string{"wails", "wails.localhost", "wails.localhost:*"},
	})
	if err != nil {
		s.log.Debug("local API: socket refused", "err", err)
		return
	}
	conn.SetReadLimit(maxMessageBytes)
	stream := websocket.NetConn(context.Background(), conn, websocket.MessageText)
	s.rpc.ServeCodec(rpc.NewCodec(stream), 0)
}

// windowOrigins are those that the window's page has on the three systems.
var windowOrigins = []string{"wails://wails", "wails://wails.localhost", "http://wails.localhost", "https://wails.localhost"}

// forChat lets pass what shows the token, as a bearer of it: the chat tab streams its
// answers by HTTP, like any other client of a bridge.
func (s *Server) forChat(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Add("Vary", "Origin")
		if origin := r.Header.Get("Origin"); slices.Contains(windowOrigins, origin) {
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "X-Helium-Receipt, X-Helium-Fee, Retry-After")
			h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, X-Helium-Events")
			h.Set("Access-Control-Allow-Methods", "GET, POST")
		}
		if r.Method == http.MethodOptions {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !ok || subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) != 1 {
			http.Error(w, "the chat wants this install's token: open Helium again from its link", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) hasToken(r *http.Request) bool {
	for _, header := range r.Header.Values("Sec-WebSocket-Protocol") {
		for offered := range strings.SplitSeq(header, ",") {
			token, ok := strings.CutPrefix(strings.TrimSpace(offered), TokenPrefix)
			if ok && subtle.ConstantTimeCompare([]byte(token), []byte(s.token)) == 1 {
				return true
			}
		}
	}
	return false
}

// ownHostOnly refuses requests that reached this port under another name: a
// website can point a name of its own at 127.0.0.1.
func ownHostOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil || (host != "127.0.0.1" && host != "localhost" && host != "::1") {
			http.Error(w, "this address is for this computer only", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func page(ui fs.FS) http.Handler {
	files := http.FileServerFS(ui)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		files.ServeHTTP(w, r)
	})
}

func mustBeLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("local API address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("local API address %q is not on this computer: use 127.0.0.1, and an SSH tunnel from elsewhere", addr)
	}
	return nil
}

// methods is the callable half of the namespace.
type methods struct{ b Backend }

func (m methods) State(ctx context.Context) (api.State, error) { return m.b.State(ctx) }
func (m methods) Start(ctx context.Context) error              { return m.b.Start(ctx) }
func (m methods) Stop(ctx context.Context) error               { return m.b.Stop(ctx) }
func (m methods) Pause(ctx context.Context) error              { return m.b.Pause(ctx) }
func (m methods) Resume(ctx context.Context) error             { return m.b.Resume(ctx) }
func (m methods) PauseFor(ctx context.Context, length api.PauseLength) error {
	return m.b.PauseFor(ctx, length)
}
func (m methods) SetWhen(ctx context.Context, settings json.RawMessage) error {
	return m.b.SetWhen(ctx, settings)
}

// feed is the subscribable half: helium_subscribe "state", or "log".
type feed struct{ b Backend }

func (f feed) State(ctx context.Context) (*rpc.Subscription, error) {
	return subscribe(ctx, f.b.Watch)
}

// subscribe notifies of all that watch sends, until nobody listens any more.
func subscribe[T any](ctx context.Context, watch func(context.Context) <-chan T) (*rpc.Subscription, error) {
	notifier, ok := rpc.NotifierFromContext(ctx)
	if !ok {
		return nil, rpc.ErrNotificationsUnsupported
	}
	sub := notifier.CreateSubscription()
	watching, stop := context.WithCancel(context.Background())
	go func() {
		defer stop()
		values := watch(watching)
		for {
			select {
			case value, open := <-values:
				if !open || notifier.Notify(sub.ID, value) != nil {
					return
				}
			case <-sub.Err():
				return
			}
		}
	}()
	return sub, nil
}
