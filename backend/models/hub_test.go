package models

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	testID     = "owner/tiny-gguf"
	testFile   = "tiny.q4.gguf"
	testCommit = "0123456789abcdef0123456789abcdef01234567"
	testToken  = "hf_testTokenThatMustNotLeak"
)

// fakeHub is a real server that answers as Hugging Face does: a description of
// each repository, redirects to a file server under another address for large
// files and to itself for small ones, ranges, and refusals with its error codes.
type fakeHub struct {
	*httptest.Server
	cdn   *httptest.Server
	repos map[string]map[string][]byte // id, then name

	gated       map[string]bool
	hideBlobs   bool // the description leaves out sizes and checksums
	noRanges    bool
	noRedirects bool
	wrongBytes  atomic.Int32 // so many answers of the file server are damaged
	busy        atomic.Int32 // so many requests get 429
	retryAfter  string
	cuts        atomic.Int32 // so many answers break off in the middle
	stalls      atomic.Int32 // so many answers stop, and stay open
	expired     atomic.Int32 // so many requests find their signed address expired
	pace        atomic.Int64 // nanoseconds between blocks of 16 KiB

	sent          atomic.Int64 // bytes of files
	working, most atomic.Int32

	// mu guards everything that follows.
	mu   sync.Mutex
	seen []seen
}

type seen struct{ server, method, path, span, authorization string }

func newHub(t *testing.T) *fakeHub {
	t.Helper()
	h := &fakeHub{repos: map[string]map[string][]byte{}, gated: map[string]bool{}}
	h.cdn = httptest.NewServer(http.HandlerFunc(h.serveFile))
	h.Server = httptest.NewServer(http.HandlerFunc(h.serveHub))
	t.Cleanup(func() {
		h.CloseClientConnections()
		h.Close()
		h.cdn.CloseClientConnections()
		h.cdn.Close()
	})
	return h
}

// rest waits until nothing is being sent any more.
func (h *fakeHub) rest() {
	h.cdn.CloseClientConnections()
	for h.working.Load() > 0 {
		time.Sleep(10 * time.Millisecond)
	}
}

// put adds a file to a repository. A request locks mu before it looks for one.
func (h *fakeHub) put(id, name string, body []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.repos[id] == nil {
		h.repos[id] = map[string][]byte{}
	}
	h.repos[id][name] = body
}

func (h *fakeHub) note(server string, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, seen{server, r.Method, r.URL.Path, r.Header.Get("Range"), r.Header.Get("Authorization")})
}

// count says how many requests there were to a server, of a method.
func (h *fakeHub) count(server, method string) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.seen {
		if s.server == server && s.method == method {
			n++
		}
	}
	return n
}

func isLarge(name string) bool {
	return strings.HasSuffix(name, ".gguf") || strings.HasSuffix(name, ".safetensors") || strings.HasSuffix(name, ".bin")
}

func hexSHA256(b []byte) string { s := sha256.Sum256(b); return hex.EncodeToString(s[:]) }

// gitID is computed here without the product's code.
func gitID(b []byte) string {
	s := sha1.Sum(append([]byte(fmt.Sprintf("blob %d\x00", len(b))), b...))
	return hex.EncodeToString(s[:])
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("X-Error-Code", code)
	w.WriteHeader(status)
}

func (h *fakeHub) serveHub(w http.ResponseWriter, r *http.Request) {
	h.note("hub", r)
	if h.busy.Add(-1) >= 0 {
		w.Header().Set("Retry-After", h.retryAfter)
		w.WriteHeader(http.StatusTooManyRequests)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/cached/") {
		h.serveSmall(w, r)
		return
	}
	id, name, revision, isInfo := h.parse(r.URL.Path)
	files, ok := h.repos[id]
	switch {
	case r.Header.Get("Authorization") == "Bearer hf_expired":
		w.WriteHeader(http.StatusUnauthorized)
	case !ok:
		refuse(w, http.StatusUnauthorized, "RepoNotFound") // as the hub does for strangers
	case revision != "main" && revision != testCommit:
		refuse(w, http.StatusNotFound, "RevisionNotFound")
	case isInfo:
		h.serveInfo(w, id)
	case files[name] == nil:
		refuse(w, http.StatusNotFound, "EntryNotFound")
	case h.gated[id] && r.Header.Get("Authorization") == "":
		refuse(w, http.StatusUnauthorized, "GatedRepo")
	case h.gated[id] && r.Header.Get("Authorization") != "Bearer "+testToken:
		refuse(w, http.StatusForbidden, "GatedRepo")
	default:
		w.Header().Set("X-Repo-Commit", testCommit)
		if !isLarge(name) {
			w.Header().Set("Location", "/cached/"+id+"/"+name)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		body := files[name]
		w.Header().Set("X-Linked-Etag", `"`+hexSHA256(body)+`"`)
		w.Header().Set("X-Linked-Size", fmt.Sprint(len(body)))
		if h.noRedirects {
			h.send(w, r, body)
			return
		}
		http.Redirect(w, r, h.cdn.URL+"/"+id+"/"+name+"?signature=secret", http.StatusFound)
	}
}

// parse reads /api/models/ID/revision/REVISION and /ID/resolve/REVISION/NAME.
func (h *fakeHub) parse(path string) (id, name, revision string, isInfo bool) {
	if rest, ok := strings.CutPrefix(path, "/api/models/"); ok {
		id, revision, _ = strings.Cut(rest, "/revision/")
		return id, "", revision, true
	}
	id, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/resolve/")
	revision, name, _ = strings.Cut(rest, "/")
	return id, name, revision, false
}

func (h *fakeHub) serveInfo(w http.ResponseWriter, id string) {
	siblings := []map[string]any{}
	for name, body := range h.repos[id] {
		s := map[string]any{"rfilename": name}
		if !h.hideBlobs {
			s["size"], s["blobId"] = len(body), gitID(body)
			if isLarge(name) {
				s["blobId"] = gitID([]byte("a pointer"))
				s["lfs"] = map[string]any{"sha256": hexSHA256(body), "size": len(body), "pointerSize": 134}
			}
		}
		siblings = append(siblings, s)
	}
	json.NewEncoder(w).Encode(map[string]any{"id": id, "sha": testCommit, "siblings": siblings})
}

func (h *fakeHub) serveSmall(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.Path, "/cached/")
	for id, files := range h.repos {
		if name, ok := strings.CutPrefix(path, id+"/"); ok && files[name] != nil {
			w.Header().Set("ETag", `"`+gitID(files[name])+`"`)
			h.send(w, r, files[name])
			return
		}
	}
	http.NotFound(w, r)
}

func (h *fakeHub) serveFile(w http.ResponseWriter, r *http.Request) {
	h.note("cdn", r)
	if h.expired.Add(-1) >= 0 || r.URL.Query().Get("signature") != "secret" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	for id, files := range h.repos {
		if name, ok := strings.CutPrefix(r.URL.Path, "/"+id+"/"); ok && files[name] != nil {
			w.Header().Set("ETag", `"`+hexSHA256(files[name])+`"`)
			h.send(w, r, files[name])
			return
		}
	}
	http.NotFound(w, r)
}

// send answers with bytes, as badly as it was told to.
func (h *fakeHub) send(w http.ResponseWriter, r *http.Request, body []byte) {
	now := h.working.Add(1)
	defer h.working.Add(-1)
	for most := h.most.Load(); now > most && !h.most.CompareAndSwap(most, now); most = h.most.Load() {
	}
	if r.Method == http.MethodGet && h.wrongBytes.Add(-1) >= 0 {
		body = bytes.Clone(body)
		for i := 0; i < len(body); i += 1000 {
			body[i] ^= 1
		}
	}
	if h.noRanges {
		r.Header.Del("Range")
	}
	bad := &badWriter{ResponseWriter: w, h: h, r: r, left: -1}
	if r.Method == http.MethodGet && h.cuts.Add(-1) >= 0 {
		bad.left, bad.end = 40_000, func() { panic(http.ErrAbortHandler) }
	} else if r.Method == http.MethodGet && h.stalls.Add(-1) >= 0 {
		bad.left, bad.end = 40_000, func() { <-r.Context().Done(); panic(http.ErrAbortHandler) }
	}
	http.ServeContent(bad, r, "", time.Time{}, bytes.NewReader(body))
}

// badWriter breaks off, stops or is slow.
type badWriter struct {
	http.ResponseWriter
	h    *fakeHub
	r    *http.Request
	left int // before end is called; below 0 for never
	end  func()
}

func (w *badWriter) Write(b []byte) (n int, err error) {
	for len(b) > 0 {
		block := b[:min(len(b), 16<<10)]
		if w.left >= 0 {
			block = block[:min(len(block), w.left)]
			w.left -= len(block)
		}
		m, err := w.ResponseWriter.Write(block)
		w.h.sent.Add(int64(m))
		n += m
		if err != nil {
			return n, err
		}
		if w.left == 0 {
			w.ResponseWriter.(http.Flusher).Flush()
			w.end()
		}
		if pace := w.h.pace.Load(); pace > 0 {
			w.ResponseWriter.(http.Flusher).Flush()
			time.Sleep(time.Duration(pace))
		}
		b = b[m:]
	}
	return n, nil
}

// ReadFrom is hidden, so that all bytes go through Write.
func (w *badWriter) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{w}, r)
}

// library opens dir with little patience and small chunks.
func (h *fakeHub) library(t *testing.T, dir string) *Library {
	t.Helper()
	return openQuick(t, dir, Options{Endpoint: h.URL})
}

func openQuick(t *testing.T, dir string, o Options) *Library {
	t.Helper()
	l, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	l.chunk = 64 << 10
	l.hub.patience = patience{tries: 4, first: time.Millisecond, most: 5 * time.Millisecond, longest: 2 * time.Second, stall: 20 * time.Second}
	return l
}

// weights are bytes that don't repeat.
// llamaConfig is the config.json of a small model that this program knows.
const llamaConfig = `{"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2,
	"num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 100, "max_position_embeddings": 128, "rms_norm_eps": 1e-5}`

func weights(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}
