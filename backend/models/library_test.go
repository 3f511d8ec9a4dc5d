package models

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"helium/inference/checkpoint"
)

const (
	testID     = "owner/tiny-gguf"
	testFile   = "tiny.q4.gguf"
	testCommit = "0123456789abcdef0123456789abcdef01234567"
)

// hub answers as Hugging Face does: HEAD with X-Linked-* headers and a
// redirect, GET with ranges from another place.
type hub struct {
	*httptest.Server
	body []byte

	mu     sync.Mutex
	cutAt  int    // the next GET breaks off after so many bytes; 0 for never
	claims string // sha256 to announce instead of the true one
	ranges []string
}

func newHub(t *testing.T, body []byte) *hub {
	t.Helper()
	h := &hub{body: body}
	mux := http.NewServeMux()
	mux.HandleFunc("/"+testID+"/resolve/main/"+testFile, func(w http.ResponseWriter, r *http.Request) {
		sum := sha256.Sum256(h.body)
		claim := hex.EncodeToString(sum[:])
		h.mu.Lock()
		if h.claims != "" {
			claim = h.claims
		}
		h.mu.Unlock()
		w.Header().Set("X-Repo-Commit", testCommit)
		w.Header().Set("X-Linked-Etag", `"`+claim+`"`)
		w.Header().Set("X-Linked-Size", fmt.Sprint(len(h.body)))
		http.Redirect(w, r, "/cdn", http.StatusFound)
	})
	mux.HandleFunc("GET /cdn", func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		cut := h.cutAt
		h.cutAt = 0
		h.ranges = append(h.ranges, r.Header.Get("Range"))
		h.mu.Unlock()
		if cut > 0 {
			w.Header().Set("Content-Length", fmt.Sprint(len(h.body)))
			w.Write(h.body[:cut])
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(h.body))
	})
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func (h *hub) library(t *testing.T, dir string) *Library {
	t.Helper()
	l, err := Open(dir, Options{Endpoint: h.URL, Client: h.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestDownloadThatWasCutGoesOnAndIsCheckedAndKept(t *testing.T) {
	body := bytes.Repeat([]byte("0123456789abcdef"), 1<<14)
	h, dir := newHub(t, body), t.TempDir()
	h.cutAt = 100_000
	l := h.library(t, dir)

	if _, err := l.Download(t.Context(), testID, testFile, nil); err == nil {
		t.Fatal("the cut went unseen")
	}
	var seen []Progress
	f, err := l.Download(t.Context(), testID, testFile, func(p Progress) { seen = append(seen, p) })
	if err != nil {
		t.Fatal(err)
	}
	if len(h.ranges) != 2 || !strings.HasPrefix(h.ranges[1], "bytes=") || h.ranges[1] == "bytes=0-" {
		t.Errorf("the second try began anew: %q", h.ranges)
	}
	if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the file differs: %v", err)
	}
	if last := seen[len(seen)-1]; last.Done != int64(len(body)) || last.Total != int64(len(body)) {
		t.Errorf("progress ends at %+v", last)
	}
	if f.Pin.Revision != testCommit || f.Pin.Files[0].Name != testFile {
		t.Errorf("pin is %+v", f.Pin)
	}

	again, err := h.library(t, dir).Get(testID)
	if err != nil || again.SHA256() != f.SHA256() || again.Path != f.Path {
		t.Errorf("after a restart: %+v, %v", again, err)
	}
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil || len(h.ranges) != 2 {
		t.Errorf("fetched again: %v, %q", err, h.ranges)
	}
}

func TestAFileOfAnotherProgramIsNotFetchedAgain(t *testing.T) {
	body := []byte("weights")
	h, dir := newHub(t, body), t.TempDir()
	sum := sha256.Sum256(body)
	blobs := filepath.Join(dir, "models--owner--tiny-gguf", "blobs")
	os.MkdirAll(blobs, 0o755)
	os.WriteFile(filepath.Join(blobs, hex.EncodeToString(sum[:])), body, 0o644)

	if _, err := h.library(t, dir).Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	if len(h.ranges) != 0 {
		t.Errorf("fetched: %q", h.ranges)
	}
}

func TestDownloadRefusesWhatItCannotTrust(t *testing.T) {
	h := newHub(t, []byte("weights"))
	l := h.library(t, t.TempDir())
	h.claims = strings.Repeat("0", 64)
	if _, err := l.Download(t.Context(), testID, testFile, nil); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a wrong checksum gives %v", err)
	}
	h.claims = "none"
	if _, err := l.Download(t.Context(), testID, testFile, nil); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("no checksum gives %v", err)
	}
	if _, err := l.Download(t.Context(), "owner/absent", testFile, nil); !errors.Is(err, ErrNotHere) {
		t.Errorf("an absent repository gives %v", err)
	}
	for _, bad := range [][2]string{
		{"../../etc", "x.gguf"}, {"owner", "x.gguf"}, {"a/b/c", "x.gguf"}, {"a/..", "x.gguf"}, {"a--b/c", "x.gguf"}, {"", "x.gguf"},
		{testID, "../x.gguf"}, {testID, "/etc/x.gguf"}, {testID, "model.safetensors"}, {testID, `..\x.gguf`}, {testID, ""},
	} {
		if _, err := l.Download(t.Context(), bad[0], bad[1], nil); err == nil {
			t.Errorf("%q %q: accepted", bad[0], bad[1])
		}
	}
}

func TestAFileChangedOnDiskIsNotHandedOut(t *testing.T) {
	h, dir := newHub(t, []byte("weights")), t.TempDir()
	f, err := h.library(t, dir).Download(t.Context(), testID, testFile, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(f.Path, []byte("weightX"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := h.library(t, dir).Get(testID); !errors.Is(err, ErrNotHere) {
		t.Errorf("got %v", err)
	}
}

func TestDemoIsMadeOnceAndIsTheVersionItSays(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	f, err := l.MakeDemo(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sum := f.SHA256()
	if got := hex.EncodeToString(sum[:8]); got != checkpoint.DemoVersion {
		t.Errorf("the demo model changed: set checkpoint.DemoVersion to %q", got)
	}
	info, _ := os.Stat(f.Path)
	l2, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l2.MakeDemo(context.Background()); err != nil {
		t.Fatal(err)
	}
	if now, _ := os.Stat(f.Path); !now.ModTime().Equal(info.ModTime()) {
		t.Error("made again")
	}
}
