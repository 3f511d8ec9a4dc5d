package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"helium/backend/bridge"
	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/store"
)

// talkIdle is how long the chat tab's own bridge runs on after its last request.
const talkIdle = 5 * time.Minute

// talk brings the chat tab's requests to a bridge: to the local network's, which
// asks for nothing, or to one that runs in the agent while it is used, for its owner
// alone, and pays from the wallet.
type talk struct {
	parts *parts
	// free leads to the local network's bridge; nil on other networks.
	free http.Handler
	// library is that of the folder in force.
	library func() (*models.Library, error)
	log     *slog.Logger

	// mu guards everything that follows.
	mu     sync.Mutex
	own    *ownBridge
	closed bool
	// cookie is the session at the local network's bridge; it never leaves the agent.
	cookie string
	// under counts requests under way, used is when the last one ended.
	under int
	used  time.Time
	idle  *time.Timer
}

func openTalk(p *parts, library func() (*models.Library, error), log *slog.Logger) *talk {
	t := &talk{parts: p, library: library, log: log.With("part", "chat")}
	if at := freeBridge(p.profile); at != nil {
		t.free = t.proxyFree(at)
	}
	return t
}

// close ends the own bridge; its tasks go on, and the next one follows them.
func (t *talk) close() {
	t.mu.Lock()
	own := t.own
	t.own, t.closed = nil, true
	if t.idle != nil {
		t.idle.Stop()
	}
	t.mu.Unlock()
	if own != nil {
		own.close()
	}
}

// ServeBridge serves the bridge's API to the chat tab, below whatever path the local
// server gave it. The local server has checked who asks.
func (a *Agent) ServeBridge(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	t := a.talk
	a.mu.Unlock()
	if t == nil {
		refuseTalk(w, "Helium is not connected to a network yet. The chat works when it is.")
		return
	}
	t.ServeHTTP(w, r)
}

func (t *talk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if t.free != nil {
		t.free.ServeHTTP(w, r)
		return
	}
	own, release, err := t.useOwn(r.Context())
	if err != nil {
		t.log.Warn("open the chat's bridge", "err", err)
		refuseTalk(w, "The chat can't be opened: "+err.Error())
		return
	}
	defer release()
	if r.Method == http.MethodPost && r.URL.Path == "/chat/session" {
		w.WriteHeader(http.StatusNoContent) // its owner needs none
		return
	}
	own.proxy.ServeHTTP(w, r)
}

// refuseTalk refuses in the shape that a bridge does.
func refuseTalk(w http.ResponseWriter, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusServiceUnavailable)
	fmt.Fprintf(w, `{"error":{"message":%q,"type":"server_error","code":"unavailable"}}`, message)
}

// freeBridge is the bridge of the local network; nil on any other, whose bridges
// are other people's.
func freeBridge(p *protocol.Profile) *url.URL {
	at, err := url.Parse(p.Chat)
	if err != nil || at.Host == "" {
		return nil
	}
	if ip := net.ParseIP(at.Hostname()); at.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil
	}
	return at
}

// proxyFree keeps the session's cookie, which a page in the window could not.
func (t *talk) proxyFree(to *url.URL) http.Handler {
	proxy := proxyTo(to)
	rewrite := proxy.Rewrite
	proxy.Rewrite = func(p *httputil.ProxyRequest) {
		rewrite(p)
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.cookie != "" {
			p.Out.Header.Set("Cookie", t.cookie)
		}
	}
	proxy.ModifyResponse = func(resp *http.Response) error {
		ownHeaders(resp)
		for _, c := range resp.Cookies() {
			t.mu.Lock()
			t.cookie = c.Name + "=" + c.Value
			t.mu.Unlock()
		}
		resp.Header.Del("Set-Cookie")
		return nil
	}
	return proxy
}

// proxyTo passes a page's requests on as if the bridge's own page had made them.
func proxyTo(to *url.URL) *httputil.ReverseProxy {
	return &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(to)
			for name := range p.Out.Header {
				if strings.HasPrefix(name, "Sec-") {
					p.Out.Header.Del(name)
				}
			}
			for _, name := range []string{"Authorization", "Cookie", "Referer"} {
				p.Out.Header.Del(name)
			}
			p.Out.Header.Set("Origin", to.Scheme+"://"+to.Host)
		},
		ModifyResponse: func(resp *http.Response) error { ownHeaders(resp); return nil },
		FlushInterval:  -1, // a token is shown when it is made
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() == nil {
				refuseTalk(w, "The network's bridge does not answer. Try again in a moment.")
			}
		},
	}
}

// ownHeaders leaves it to the local server who may read an answer.
func ownHeaders(resp *http.Response) {
	for name := range resp.Header {
		if strings.HasPrefix(name, "Access-Control-") {
			resp.Header.Del(name)
		}
	}
}

// useOwn starts the agent's bridge if it doesn't run, and keeps it until release.
func (t *talk) useOwn(ctx context.Context) (own *ownBridge, release func(), err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, nil, errors.New("Helium is changing the network")
	}
	if t.own == nil {
		library, err := t.library()
		if err != nil {
			return nil, nil, err
		}
		if t.own, err = startOwnBridge(ctx, t.parts, library, t.log); err != nil {
			return nil, nil, err
		}
	}
	t.under++
	return t.own, t.release, nil
}

func (t *talk) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.under--
	t.used = time.Now()
	if t.idle == nil {
		t.idle = time.AfterFunc(talkIdle, t.rest)
		return
	}
	t.idle.Reset(talkIdle)
}

// rest ends the bridge that nobody uses.
func (t *talk) rest() {
	t.mu.Lock()
	own := t.own
	if t.under > 0 || time.Since(t.used) < talkIdle {
		own = nil // its release sets the clock again
	} else {
		t.own = nil
	}
	t.mu.Unlock()
	if own != nil {
		own.close()
	}
}

// ownBridge is a bridge in the agent.
type ownBridge struct {
	proxy   *httputil.ReverseProxy
	bridge  *bridge.Bridge
	creator context.CancelFunc
	ended   chan struct{}
}

func startOwnBridge(ctx context.Context, p *parts, library *models.Library, log *slog.Logger) (*ownBridge, error) {
	offers := bridge.Offers(library, log)
	if len(offers) == 0 {
		return nil, errors.New("there is no model here yet to ask the network for: download one")
	}
	maker, err := creator.New(creator.Config{
		Profile: *p.profile, Chain: p.rpc, Sender: p.sender, Relay: p.relay, Store: p.store, Value: creator.UsualValue(), Log: log,
	})
	if err != nil {
		return nil, err
	}
	secret, err := ownKey(p.store)
	if err != nil {
		return nil, err
	}

	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	own := &ownBridge{creator: stop, ended: make(chan struct{})}
	go func() {
		defer close(own.ended)
		if err := maker.Run(running); err != nil && running.Err() == nil {
			log.Error("the chat's tasks are not followed", "err", err)
		}
	}()
	own.bridge, err = bridge.Start(bridge.Config{
		Listen: "127.0.0.1:0", Creator: creator.NewAccounts(1, maker), Store: p.store, Models: offers,
		Pin: func(id string) (protocol.ModelPin, bool) {
			f, err := library.Get(id)
			return f.Pin, err == nil
		},
		Log: log,
	})
	if err != nil {
		stop()
		<-own.ended
		return nil, err
	}
	at, err := url.Parse(own.bridge.URL())
	if err != nil {
		own.close()
		return nil, err
	}
	own.proxy = proxyTo(at)
	rewrite := own.proxy.Rewrite
	own.proxy.Rewrite = func(p *httputil.ProxyRequest) {
		rewrite(p)
		p.Out.Header.Set("Authorization", "Bearer "+secret)
	}
	return own, nil
}

func (o *ownBridge) close() {
	o.bridge.Close()
	o.creator()
	<-o.ended
}

// ownKeyName marks the key that stands for the owner at the agent's own bridge.
const ownKeyName = "chat tab"

// ownKey is the owner's key at the agent's own bridge. Its secret is kept with the
// rest of the store, so that the requests of one run can be asked for in the next;
// it opens nothing but a port of this computer while the chat is used.
func ownKey(s *store.Store) (secret string, err error) {
	err = s.View(func(tx *store.Tx) (err error) {
		secret, err = talkKeys.Get(tx, ownKeyName)
		return err
	})
	if !errors.Is(err, store.ErrNotFound) {
		return secret, err
	}
	if secret, err = bridge.CreateKey(s, bridge.KeyOptions{Name: ownKeyName, PerMinute: 6000}, time.Now()); err != nil {
		return "", err
	}
	return secret, s.Update(func(tx *store.Tx) error { return talkKeys.Put(tx, ownKeyName, secret) })
}

var talkKeys = store.NewTable[string, string]("agent.talk")
