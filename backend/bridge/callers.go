package bridge

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"helium/backend/protocol"
	"helium/backend/store"
)

// caller is whoever a request is counted against.
type caller struct {
	id     string
	budget protocol.Wei
	// maxFee is the most that one request may cost; zero for no limit.
	maxFee    protocol.Wei
	perMinute int
	// page says that it is somebody at the chat page.
	page bool
}

// sessionCookie authorises the chat page, and nothing from other sites.
const sessionCookie = "helium_session"

const sessionLife = 24 * time.Hour

// sessions holds when each session of the chat page ends, under the hash of its
// secret: a page that is open while the bridge starts again goes on.
var sessions = store.NewTable[[32]byte, time.Time]("bridge.sessions")

// maxSessions bounds what strangers can make the bridge remember.
const maxSessions = 10_000

// createSession makes a session, once those that have ended are forgotten; ok
// is false when there are too many.
func (b *Bridge) createSession() (secret string, ok bool, err error) {
	var random [32]byte
	rand.Read(random[:])
	secret = hex.EncodeToString(random[:])
	now := b.now()
	err = b.store.Update(func(tx *store.Tx) error {
		live := 0
		err := sessions.Scan(tx, func(hash [32]byte, ends time.Time) error {
			if now.Before(ends) {
				live++
				return nil
			}
			return sessions.Delete(tx, hash)
		})
		if ok = live < maxSessions; err != nil || !ok {
			return err
		}
		return sessions.Put(tx, hashKey(secret), now.Add(sessionLife))
	})
	return secret, ok, err
}

func (b *Bridge) validSession(secret string) (bool, error) {
	var ends time.Time
	err := b.store.View(func(tx *store.Tx) (err error) {
		ends, err = sessions.Get(tx, hashKey(secret))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return b.now().Before(ends), err
}

// limiters hold one rate for each caller that is active.
type limiters struct {
	// mu guards everything that follows.
	mu   sync.Mutex
	each map[string]*rate.Limiter
}

// take reports how long the caller must wait; 0 lets it in.
func (l *limiters) take(c caller, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit, burst := rate.Limit(float64(c.perMinute)/60), max(c.perMinute/6, 1)
	limiter := l.each[c.id]
	if limiter == nil {
		if len(l.each) >= maxSessions {
			clear(l.each) // forgetting is kinder than growing
		}
		limiter = rate.NewLimiter(limit, burst)
		l.each[c.id] = limiter
	}
	if limiter.Limit() != limit { // its operator has changed it
		limiter.SetLimitAt(now, limit)
		limiter.SetBurstAt(now, burst)
	}
	r := limiter.ReserveN(now, 1)
	wait := r.DelayFrom(now)
	if wait > 0 {
		r.CancelAt(now) // a refused request does not count
	}
	return wait
}

// authorise finds the caller of a request: an API key in the Authorization
// header, or the page's cookie.
func (b *Bridge) authorise(r *http.Request) (caller, error) {
	if header := r.Header.Get("Authorization"); header != "" {
		secret, ok := strings.CutPrefix(header, "Bearer ")
		if !ok {
			return caller{}, errNoKey("the Authorization header must be: Bearer, a space, and an API key")
		}
		return b.callerOfKey(strings.TrimSpace(secret))
	}
	cookie, err := r.Cookie(sessionCookie)
	if err != nil {
		return caller{}, errNoKey("no API key: send one in the Authorization header, as Bearer " + keyPrefix + "…")
	}
	valid, err := b.validSession(cookie.Value)
	if err != nil {
		return caller{}, err
	}
	if !valid || !sameOrigin(r) {
		return caller{}, errNoKey("the page's session has ended: load the page again")
	}
	hash := hashKey(cookie.Value)
	return caller{id: "page:" + hex.EncodeToString(hash[:12]), budget: b.pageBudget, perMinute: pagePerMinute, page: true}, nil
}

// pagePerMinute is how many requests one open page may make.
const pagePerMinute = 60

// sameOrigin says that the request came from a page of this bridge. Browsers
// send one header or the other with every request that could do harm.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin, err := url.Parse(r.Header.Get("Origin"))
	return err == nil && origin.Host != "" && origin.Host == r.Host
}

// openSession gives the chat page its cookie.
func (b *Bridge) openSession(w http.ResponseWriter, r *http.Request) error {
	if !sameOrigin(r) {
		return &apiError{status: http.StatusForbidden, Type: invalidRequest, Code: "foreign_page", Message: "only this bridge's own page gets a session: use an API key"}
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		valid, err := b.validSession(cookie.Value)
		if err != nil {
			return err
		}
		if valid {
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
	}
	secret, ok, err := b.createSession()
	if err != nil {
		return err
	}
	if !ok {
		return errTooOften(time.Minute)
	}
	http.SetCookie(w, &http.Cookie{
		Name: sessionCookie, Value: secret, Path: "/", MaxAge: int(sessionLife / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// knownHost refuses requests that reached a loopback bridge under a stranger's
// name, which a website can point at 127.0.0.1.
func knownHost(addr net.Addr, next http.Handler) http.Handler {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
			http.Error(w, "this bridge listens on this computer only: use 127.0.0.1", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
