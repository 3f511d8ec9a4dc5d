package modelstest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Commit is the one that every repository of a Hub is at.
const Commit = "0123456789abcdef0123456789abcdef01234567"

// Hub is a server that answers as Hugging Face does, with files that a test put there.
type Hub struct {
	*httptest.Server

	// mu guards everything that follows.
	mu    sync.Mutex
	repos map[string]map[string][]byte
	pace  time.Duration
	down  bool
	sent  int64
}

// NewHub starts one for the time of a test.
func NewHub(t *testing.T) *Hub {
	t.Helper()
	h := &Hub{repos: map[string]map[string][]byte{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
	})
	return h
}

// Put adds a file to a repository.
func (h *Hub) Put(id, name string, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.repos[id] == nil {
		h.repos[id] = map[string][]byte{}
	}
	h.repos[id][name] = body
}

// Pace waits so long after every 16 KiB.
func (h *Hub) Pace(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pace = d
}

// Down has it answer nobody, or everybody again.
func (h *Hub) Down(down bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.down = down
}

// Sent is how many bytes of files it sent.
func (h *Hub) Sent() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent
}

// ServeHTTP is what its server calls.
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	down := h.down
	h.mu.Unlock()
	if down {
		panic(http.ErrAbortHandler)
	}
	if rest, ok := strings.CutPrefix(r.URL.Path, "/api/models/"); ok {
		id, _, _ := strings.Cut(rest, "/revision/")
		h.serveInfo(w, id)
		return
	}
	id, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/resolve/")
	_, name, _ := strings.Cut(rest, "/")
	h.mu.Lock()
	body, ok := h.repos[id][name]
	h.mu.Unlock()
	if !ok {
		w.Header().Set("X-Error-Code", "EntryNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("X-Repo-Commit", Commit)
	w.Header().Set("X-Linked-Etag", `"`+sum(body)+`"`)
	http.ServeContent(&slow{w, h}, r, "", time.Time{}, bytes.NewReader(body))
}

func (h *Hub) serveInfo(w http.ResponseWriter, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.repos[id] == nil {
		w.Header().Set("X-Error-Code", "RepoNotFound")
		w.WriteHeader(http.StatusNotFound)
		return
	}
	siblings := []map[string]any{}
	for name, body := range h.repos[id] {
		siblings = append(siblings, map[string]any{
			"rfilename": name, "size": len(body), "lfs": map[string]any{"sha256": sum(body), "size": len(body)},
		})
	}
	json.NewEncoder(w).Encode(map[string]any{"id": id, "sha": Commit, "siblings": siblings})
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// slow sends in small blocks.
type slow struct {
	http.ResponseWriter
	h *Hub
}

func (w *slow) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		m, err := w.ResponseWriter.Write(b[:min(len(b), 16<<10)])
		w.h.mu.Lock()
		pace := w.h.pace
		w.h.sent += int64(m)
		w.h.mu.Unlock()
		n += m
		if err != nil {
			return n, err
		}
		if pace > 0 {
			w.ResponseWriter.(http.Flusher).Flush()
			time.Sleep(pace)
		}
		b = b[m:]
	}
	return n, nil
}

// Weights are bytes that don't repeat, others for every seed.
func Weights(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}
