package operator

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"helium/backend/bridge"
	"helium/backend/protocol"
	"helium/backend/store"
)

// NewKey is an API key that is to be.
type NewKey struct {
	Name      string       `json:"name"`
	Budget    protocol.Wei `json:"budget_wei"`
	MaxFee    protocol.Wei `json:"max_fee_wei"`
	PerMinute int          `json:"per_minute"`
	Expires   time.Time    `json:"expires,omitzero"`
}

// KeyBook is the API keys of one bridge, whether it runs or not.
type KeyBook interface {
	// Create returns the secret, which is kept nowhere.
	Create(ctx context.Context, k NewKey) (secret string, err error)
	List(ctx context.Context) ([]bridge.Key, error)
	Change(ctx context.Context, id string, c bridge.KeyChange) (bridge.Key, error)
	Revoke(ctx context.Context, id string) (bridge.Key, error)
	Ledger(ctx context.Context, id string) (KeyLedger, error)
	Close() error
}

// KeyLedger is a key and everything that it was charged and refunded.
type KeyLedger struct {
	Key     bridge.Key      `json:"key"`
	Charges []bridge.Charge `json:"charges"`
}

// OpenKeys opens the keys of the bridge in dir: through the bridge while it runs,
// since only one process may have its store, and by itself otherwise.
func OpenKeys(ctx context.Context, dir string, log *slog.Logger) (KeyBook, error) {
	remote, err := dialAdmin(ctx, dir)
	if err == nil {
		return remote, nil
	}
	if _, err := os.Stat(dir); err != nil {
		return nil, fmt.Errorf("no bridge has its data in %s: name its folder with --data", dir)
	}
	s, err := store.Open(storeDir(dir), store.Options{Log: log, Busy: true})
	if errors.Is(err, store.ErrInUse) {
		return nil, fmt.Errorf("the bridge of %s is starting or stopping: try again in a moment", dir)
	}
	if err != nil {
		return nil, err
	}
	return &storedKeys{s}, nil
}

// storedKeys are keys in an open store.
type storedKeys struct{ store *store.Store }

func (k *storedKeys) Create(_ context.Context, n NewKey) (string, error) {
	if n.Name == "" || len(n.Name) > maxName {
		return "", fmt.Errorf("create key: a name of 1 to %d characters says whose it is", maxName)
	}
	now := time.Now()
	if !n.Expires.IsZero() && !now.Before(n.Expires) {
		return "", fmt.Errorf("create key: it would have expired on %s", n.Expires.Format(time.DateTime))
	}
	return bridge.CreateKey(k.store, bridge.KeyOptions{
		Name: n.Name, Budget: n.Budget, MaxFee: n.MaxFee, PerMinute: n.PerMinute, Expires: n.Expires,
	}, now)
}

// maxName bounds the name of a key.
const maxName = 100

func (k *storedKeys) List(context.Context) ([]bridge.Key, error) { return bridge.ListKeys(k.store) }

func (k *storedKeys) Change(_ context.Context, id string, c bridge.KeyChange) (bridge.Key, error) {
	return bridge.ChangeKey(k.store, id, c)
}

func (k *storedKeys) Revoke(_ context.Context, id string) (bridge.Key, error) {
	return bridge.RevokeKey(k.store, id, time.Now())
}

func (k *storedKeys) Ledger(_ context.Context, id string) (l KeyLedger, err error) {
	l.Key, l.Charges, err = bridge.KeyLedger(k.store, id)
	return l, err
}

func (k *storedKeys) Close() error { return k.store.Close() }

// adminFile stands in the folder of a bridge while it runs, for its owner's eyes
// only: where the keys are administered, and the token for that.
const adminFile = "admin.json"

type adminAddress struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// accountStates says how the wallets of a bridge stand.
type accountStates func(ctx context.Context) []bridge.Account

// startAdmin serves a running bridge's keys, and how its wallets stand, to this
// computer's owner of dir.
func startAdmin(dir string, keys KeyBook, accounts accountStates) (closeAdmin func(), err error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the bridge's administration: %w", err)
	}
	var random [32]byte
	rand.Read(random[:])
	a := adminAddress{URL: "http://" + ln.Addr().String(), Token: hex.EncodeToString(random[:])}
	if err := writeJSON(filepath.Join(dir, adminFile), a, 0o600); err != nil {
		ln.Close()
		return nil, err
	}
	server := &http.Server{Handler: guarded(a.Token, adminRoutes(keys, accounts)), ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	go server.Serve(ln)
	return func() {
		os.Remove(filepath.Join(dir, adminFile))
		server.Close()
	}, nil
}

// guarded lets nobody in without the token, and no web page at all.
func guarded(token string, next http.Handler) http.Handler {
	want := []byte("Bearer " + token)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), want) != 1 {
			http.Error(w, "the token is missing or wrong", http.StatusUnauthorized)
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		next.ServeHTTP(w, r)
	})
}

// created is the answer to a new key.
type created struct {
	Secret string `json:"secret"`
}

func adminRoutes(keys KeyBook, accounts accountStates) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /accounts", answering(func(r *http.Request) (any, error) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		return accounts(ctx), nil
	}))
	mux.HandleFunc("GET /keys", answering(func(r *http.Request) (any, error) { return keys.List(r.Context()) }))
	mux.HandleFunc("POST /keys", answering(func(r *http.Request) (any, error) {
		var n NewKey
		if err := readBody(r, &n); err != nil {
			return nil, err
		}
		secret, err := keys.Create(r.Context(), n)
		return created{secret}, err
	}))
	mux.HandleFunc("PATCH /keys/{id}", answering(func(r *http.Request) (any, error) {
		var c bridge.KeyChange
		if err := readBody(r, &c); err != nil {
			return nil, err
		}
		return keys.Change(r.Context(), r.PathValue("id"), c)
	}))
	mux.HandleFunc("DELETE /keys/{id}", answering(func(r *http.Request) (any, error) {
		return keys.Revoke(r.Context(), r.PathValue("id"))
	}))
	mux.HandleFunc("GET /keys/{id}/ledger", answering(func(r *http.Request) (any, error) {
		return keys.Ledger(r.Context(), r.PathValue("id"))
	}))
	return mux
}

func readBody(r *http.Request, into any) error {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	if err := decodeStrict(b, into); err != nil {
		return fmt.Errorf("read request: %w", err)
	}
	return nil
}

// answering gives JSON, or the error as a line of text.
func answering(do func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := do(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
}

// adminClient is the keys of a bridge that runs.
type adminClient struct {
	adminAddress
	http *http.Client
}

// dialAdmin fails when no bridge runs in dir. A file may be left by one that was
// killed, so it is asked.
func dialAdmin(ctx context.Context, dir string) (*adminClient, error) {
	var a adminAddress
	err := readJSON(filepath.Join(dir, adminFile), &a)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no bridge runs in %s", dir)
	}
	if err != nil {
		return nil, err
	}
	c := &adminClient{adminAddress: a, http: &http.Client{Timeout: 10 * time.Second}}
	_, err = c.List(ctx)
	return c, err
}

func (c *adminClient) Create(ctx context.Context, n NewKey) (string, error) {
	var answer created
	err := c.call(ctx, http.MethodPost, "/keys", n, &answer)
	return answer.Secret, err
}

func (c *adminClient) List(ctx context.Context) (all []bridge.Key, err error) {
	err = c.call(ctx, http.MethodGet, "/keys", nil, &all)
	return all, err
}

func (c *adminClient) Change(ctx context.Context, id string, change bridge.KeyChange) (k bridge.Key, err error) {
	err = c.call(ctx, http.MethodPatch, "/keys/"+url.PathEscape(id), change, &k)
	return k, err
}

func (c *adminClient) Revoke(ctx context.Context, id string) (k bridge.Key, err error) {
	err = c.call(ctx, http.MethodDelete, "/keys/"+url.PathEscape(id), nil, &k)
	return k, err
}

func (c *adminClient) Ledger(ctx context.Context, id string) (l KeyLedger, err error) {
	err = c.call(ctx, http.MethodGet, "/keys/"+url.PathEscape(id)+"/ledger", nil, &l)
	return l, err
}

func (c *adminClient) Close() error { return nil }

// Accounts asks the bridge of a folder, which must run, how its wallets stand.
func Accounts(ctx context.Context, dir string) (all []bridge.Account, err error) {
	c, err := dialAdmin(ctx, dir)
	if err != nil {
		return nil, fmt.Errorf("%w: only a bridge that runs can say how its wallets stand, and helium bridge wallet prints their addresses", err)
	}
	err = c.call(ctx, http.MethodGet, "/accounts", nil, &all)
	return all, err
}

// maxAdminBytes bounds an answer: a ledger of a million tasks.
const maxAdminBytes = 256 << 20

func (c *adminClient) call(ctx context.Context, method, path string, body, into any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("ask the bridge: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.URL+path, bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("ask the bridge: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("ask the bridge: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAdminBytes))
	if err != nil {
		return fmt.Errorf("ask the bridge: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return errors.New(string(bytes.TrimSpace(answer)))
	}
	if err := json.Unmarshal(answer, into); err != nil {
		return fmt.Errorf("ask the bridge: %w", err)
	}
	return nil
}
