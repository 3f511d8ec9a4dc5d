package models

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helium/backend/protocol"
	"helium/inference/task"
)

// site is a server of one file, as sites of models are: its address has a query
// with a key, and it sends on to a signed address of another server.
type site struct {
	*httptest.Server
	hub  *fakeHub // which sends bytes, as badly as it is told to
	body atomic.Pointer[[]byte]

	version string // of the file; empty for a server that gives none
	kind    string // Content-Type
	status  int    // refuses with it
	chunked bool   // does not say how long the file is
	asked   atomic.Int32
}

const siteKey = "key-that-must-not-leak"

func newSite(t *testing.T, body []byte) *site {
	t.Helper()
	s := &site{hub: newHub(t), version: `"v1"`, kind: "application/octet-stream"}
	s.body.Store(&body)
	files := httptest.NewServer(http.HandlerFunc(s.serveFile))
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		if r.URL.Query().Get("token") != siteKey || r.Header.Get("Authorization") != "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if s.status != 0 {
			w.WriteHeader(s.status)
			return
		}
		http.Redirect(w, r, files.URL+"/blob?signature="+siteKey, http.StatusTemporaryRedirect)
	}))
	t.Cleanup(func() {
		for _, server := range []*httptest.Server{files, s.Server} {
			server.CloseClientConnections()
			server.Close()
		}
	})
	return s
}

func (s *site) serveFile(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("signature") != siteKey || s.hub.expired.Add(-1) >= 0 {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if s.version != "" {
		w.Header().Set("ETag", s.version)
	}
	w.Header().Set("Content-Type", s.kind)
	w.Header().Set("Content-Disposition", `attachment; filename="..\\evil.exe"`)
	if s.chunked {
		w.(http.Flusher).Flush()
		w.Write(*s.body.Load())
		return
	}
	s.hub.send(w, r, *s.body.Load())
}

func (s *site) id() string { return s.URL + "/api/download/models/1?type=Model&token=" + siteKey }

// library takes models from this computer, as the test's servers are.
func (s *site) library(t *testing.T, dir string) *Library {
	t.Helper()
	return openQuick(t, dir, Options{Endpoint: s.hub.URL, AllowPrivate: true, Token: testToken})
}

func loraFile(t *testing.T, n int) []byte {
	return tensors(t, map[string][]int{"lora_unet.lora_up.weight": {n / 4}})
}

func TestAFileOfAnAddressIsFetchedCheckedAndKept(t *testing.T) {
	body, dir := loraFile(t, 500_000), t.TempDir()
	s := newSite(t, body)
	id := task.NamedModel{Role: task.RoleLoRA, Name: s.id()}.ID()
	l := s.library(t, dir)
	var last Progress
	f, err := l.Fetch(t.Context(), Want{ID: id}, func(p Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	sum := hexSHA256(body)
	want := protocol.ModelFile{Name: addressFile, Bytes: int64(len(body))}
	want.SHA256 = f.Pin.Files[0].SHA256
	if f.Pin.ID != id || f.Pin.Revision != sum || len(f.Pin.Files) != 1 || f.Pin.Files[0] != want || fmt.Sprintf("%x", want.SHA256) != sum {
		t.Errorf("the pin is %+v", f.Pin)
	}
	// The folder is named as the nodes of Helium always did.
	if want := filepath.Join(dir, "urls--"+hexSHA256([]byte(id)), "snapshots", sum, "model.safetensors"); f.Path != want {
		t.Errorf("it is at %q, want %q", f.Path, want)
	}
	if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
		t.Errorf("the file differs: %v", err)
	}
	if last.Done != int64(len(body)) || last.Total != last.Done || last.Stage != StageChecking {
		t.Errorf("progress ends at %+v", last)
	}
	if info, err := os.Stat(l.notePath(id)); err != nil || info.Mode().Perm()&0o077 != 0 && filepath.Separator == '/' {
		t.Errorf("a note that may hold a key is %v, %v", info.Mode(), err)
	}
	if m, err := l.Image(f); err != nil || m.Class != "LoRA" {
		t.Errorf("it is %+v, %v", m, err)
	}

	before := s.asked.Load()
	again := s.library(t, dir)
	got, release, err := again.Use(id)
	if err != nil || got.Path != f.Path {
		t.Fatalf("after a restart: %+v, %v", got, err)
	}
	if _, err := again.Remove(id); !errors.Is(err, ErrInUse) {
		t.Errorf("in use, got %v", err)
	}
	release()
	for _, revision := range []string{"", sum} {
		if _, err := again.Fetch(t.Context(), Want{ID: id, Revision: revision}, nil); err != nil || s.asked.Load() != before {
			t.Errorf("fetched again as %q: %v", revision, err)
		}
	}
	if freed, err := again.Remove(id); err != nil || freed != int64(len(body)) {
		t.Errorf("freed %d, %v", freed, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "urls--*")); len(left) != 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestAFileOfAnAddressGetsOverWhatGoesWrong(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(s *site)
	}{
		{"connections are cut", func(s *site) { s.hub.cuts.Store(9) }},
		{"the server sends no ranges", func(s *site) { s.hub.noRanges = true }},
		{"no ranges, and one cut", func(s *site) { s.hub.noRanges = true; s.hub.cuts.Store(2) }},
		{"signed addresses expire", func(s *site) { s.hub.expired.Store(3) }},
		{"no mark of the version", func(s *site) { s.version = ""; s.hub.cuts.Store(3) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			body := loraFile(t, 400_000)
			s := newSite(t, body)
			c.spoil(s)
			f, err := s.library(t, t.TempDir()).Fetch(t.Context(), Want{ID: s.id()}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
				t.Errorf("the file differs: %v", err)
			}
		})
	}
}

func TestAFileOfAnAddressGoesOnUnlessItHasChanged(t *testing.T) {
	for _, c := range []struct {
		name, version string // afterwards
		goesOn        bool
	}{{"the same", `"v1"`, true}, {"another", `"v2"`, false}, {"unmarked", "", false}} {
		t.Run(c.name, func(t *testing.T) {
			body, dir := loraFile(t, 600_000), t.TempDir()
			s := newSite(t, body)
			s.hub.pace.Store(int64(5 * time.Millisecond))
			ctx, stop := context.WithCancel(t.Context())
			_, err := s.library(t, dir).Fetch(ctx, Want{ID: s.id()}, func(p Progress) {
				if p.Done > 200_000 {
					stop()
				}
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v", err)
			}
			s.hub.pace.Store(0)
			for s.hub.working.Load() > 0 {
				time.Sleep(10 * time.Millisecond)
			}
			s.version = c.version
			if !c.goesOn {
				body = slices.Concat(body[:len(body)-1000], make([]byte, 1000))
				s.body.Store(&body)
			}
			begun := int64(-1)
			l := s.library(t, dir)
			f, err := l.Fetch(t.Context(), Want{ID: s.id()}, func(p Progress) {
				if begun < 0 && p.Total > 0 {
					begun = p.Done
				}
			})
			if err != nil || (begun > 0) != c.goesOn {
				t.Fatalf("it began at %d, %v", begun, err)
			}
			if got, err := os.ReadFile(f.Path); err != nil || !bytes.Equal(got, body) {
				t.Errorf("the file differs: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(l.repoDir(s.id()), "blobs", "*.*")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func TestAFileThatChangesOnTheWayIsNotMixed(t *testing.T) {
	s := newSite(t, loraFile(t, 400_000))
	l := s.library(t, t.TempDir())
	_, err := l.Fetch(t.Context(), Want{ID: s.id()}, func(p Progress) {
		if p.Total > 0 {
			s.version = `"v2"` // between the look at the beginning and the rest
		}
	})
	if codeOf(err) != CodeDamaged || !strings.Contains(err.Error(), "changed") {
		t.Errorf("got %v", err)
	}
	if _, err := l.Fetch(t.Context(), Want{ID: s.id()}, nil); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestAnAddressThatIsNotAModelIsRefusedByWhatItSends(t *testing.T) {
	lora := loraFile(t, 200_000)
	long := slices.Clone(lora)
	copy(long[4:], "\x01") // a table of gigabytes
	cut := bytes.Replace(lora, []byte(`"dtype":"F32"`), []byte(`"dtype":"F3x"`), 1)
	for _, c := range []struct {
		name   string
		body   []byte
		with   func(s *site)
		want   Want
		code   string
		detail string
	}{
		{"a web page", []byte("<!DOCTYPE html><html>Log in</html>"), func(s *site) { s.kind = "text/html; charset=utf-8" }, Want{}, CodeAddress, "web page, not a model file"},
		{"a web page by another name", []byte("\n <html>Log in</html>"), nil, Want{}, CodeAddress, "web page, not a model file"},
		{"a pickle", slices.Concat([]byte("PK\x03\x04"), weights(300_000)), nil, Want{}, CodeAddress, "does not begin as a file of safetensors"},
		{"a table that is too long", long, nil, Want{}, CodeAddress, "does not begin as a file of safetensors"},
		{"a table that is damaged", cut, nil, Want{}, CodeAddress, "not usable safetensors"},
		{"next to nothing", []byte("12345"), nil, Want{}, CodeAddress, "5 bytes"},
		{"no length", lora, func(s *site) { s.chunked = true }, Want{}, CodeAddress, "does not say how long"},
		{"a file that was cut when it was put there", lora[:len(lora)-8], nil, Want{}, CodeAddress, "not usable safetensors"},
		{"another file than is pinned", lora, nil, Want{Revision: strings.Repeat("ab", 32)}, CodeDamaged, "is wanted"},
		{"no file", lora, func(s *site) { s.status = 404 }, Want{}, CodeNotFound, "404"},
		{"a file for those with an account", lora, func(s *site) { s.status = 403 }, Want{}, CodeGated, "403"},
		{"a server that fails", lora, func(s *site) { s.status = 503 }, Want{}, CodeRefused, "503"},
		{"no room", lora, func(s *site) { t.Setenv("HELIUM_MODELS_MAX_GB", "0.0001") }, Want{}, CodeCap, "0 MB"},
		{"no network", lora, func(s *site) { t.Setenv("HF_HUB_OFFLINE", "1") }, Want{}, CodeUnreachable, "HF_HUB_OFFLINE"},
		{"no server", lora, func(s *site) { s.Close() }, Want{}, CodeUnreachable, "refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, dir := newSite(t, c.body), t.TempDir()
			for _, name := range []string{"HELIUM_MODELS_MAX_GB", "HF_HUB_OFFLINE"} {
				t.Setenv(name, "")
			}
			if c.with != nil {
				c.with(s)
			}
			l := s.library(t, dir)
			var lines bytes.Buffer
			l.log = slog.New(slog.NewTextHandler(&lines, nil))
			c.want.ID = s.id()
			_, err := l.Fetch(t.Context(), c.want, nil)
			var reason protocol.Reason
			if !errors.As(err, &reason) || reason.Code != c.code || !strings.Contains(reason.Detail, c.detail) || reason.Action == "" {
				t.Errorf("got %v, with %+v", err, reason)
			}
			if text := fmt.Sprint(err, reason, lines.String()); strings.Contains(text, siteKey) || strings.Contains(text, "?") {
				t.Errorf("%q tells a key", text)
			}
			if c.code != CodeDamaged && s.hub.sent.Load() > probeBytes+64<<10 {
				t.Errorf("%d bytes were sent", s.hub.sent.Load())
			}
			if found, _ := filepath.Glob(filepath.Join(dir, "urls--*", "snapshots", "*")); len(found) != 0 || len(l.List()) != 0 {
				t.Errorf("it keeps %q", found)
			}
		})
	}
}

func TestAModelOfAnAddressGoesWhenTheLimitIsReachedAndItsKeyIsNotLogged(t *testing.T) {
	s := newSite(t, loraFile(t, 100_000))
	l := s.library(t, t.TempDir())
	if _, err := l.Fetch(t.Context(), Want{ID: s.id()}, nil); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	l.log = slog.New(slog.NewTextHandler(&lines, nil))
	s.hub.put(testID, testFile, weights(100_000))
	l.maxBytes = 150_000
	if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Get(s.id()); !errors.Is(err, ErrNotHere) || strings.Contains(err.Error(), siteKey) {
		t.Errorf("afterwards: %v", err)
	}
	if text := lines.String(); !strings.Contains(text, "/api/download/models/1") || strings.Contains(text, siteKey) {
		t.Errorf("the log says %q", text)
	}
}

// A stranger's task must not have a node ask what is near it.
func TestAddressesOfLocalNetworksAreNotAsked(t *testing.T) {
	s := newSite(t, loraFile(t, 1000))
	l := openQuick(t, t.TempDir(), Options{Endpoint: s.hub.URL})
	port := s.URL[strings.LastIndex(s.URL, ":"):]
	for _, id := range []string{
		s.id(), "http://localhost" + port + "/?token=" + siteKey, "https://localhost" + port + "/x", "https://127.0.0.1" + port + "/x", "https://[::1]" + port + "/x",
		"https://[::ffff:127.0.0.1]" + port + "/x", "https://10.0.0.1/x", "https://169.254.169.254/latest/meta-data", "https://192.168.1.1/x", "https://0.0.0.0" + port + "/x",
		"https://[fd00::1]/x", "https://[fe80::1]/x",
	} {
		if _, err := l.Fetch(t.Context(), Want{ID: id}, nil); codeOf(err) != CodeAddress || !strings.Contains(err.Error(), "local network") {
			t.Errorf("%s: %v", Label(id), err)
		}
	}
	if s.asked.Load() != 0 {
		t.Errorf("the server was asked %d times", s.asked.Load())
	}
}

// roundTripper answers requests itself.
type roundTripper func(r *http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// An address of the internet that sends on to one that is near, or to one without
// encryption, gets nowhere.
func TestRedirectionsToLocalNetworksAreNotFollowed(t *testing.T) {
	var asked atomic.Int32
	near := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer near.Close()
	for to, detail := range map[string]string{
		near.URL + "/x":                          "local network",
		"https://169.254.169.254/latest":         "local network",
		"https://hop.example/":                   "local network", // which sends on to near
		"http://elsewhere.example/x":             "without encryption",
		"http://127.0.0.1/x":                     "without encryption",
		"https://far.example/x?token=" + siteKey: "more than 10 times",
	} {
		l := openQuick(t, t.TempDir(), Options{Endpoint: "http://127.0.0.1:1"})
		guard := l.web.client.Transport
		l.web.client.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
			location := map[string]string{"far.example": to, "hop.example": near.URL}[r.URL.Host]
			if location == "" {
				return guard.RoundTrip(r)
			}
			return &http.Response{StatusCode: http.StatusFound, Header: http.Header{"Location": {location}}, Body: http.NoBody, Request: r}, nil
		})
		_, err := l.Fetch(t.Context(), Want{ID: "https://far.example/x?token=" + siteKey}, nil)
		if codeOf(err) == "" || !strings.Contains(err.Error(), detail) || strings.Contains(err.Error(), siteKey) {
			t.Errorf("to %s: %v", Label(to), err)
		}
	}
	if asked.Load() != 0 {
		t.Errorf("the server that is near was asked %d times", asked.Load())
	}
}

// Where a proxy looks names up, they are looked at before.
func TestBehindAProxyNamesOfLocalNetworksAreNotAsked(t *testing.T) {
	var asked atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	}))
	defer proxy.Close()
	g := newGuard(EnvironmentProxy(), false)
	g.proxy = func(*url.URL) (*url.URL, error) { return url.Parse(proxy.URL) }
	g.lookup = func(_ context.Context, host string) ([]netip.Addr, error) {
		switch host {
		case "near.example":
			return []netip.Addr{netip.MustParseAddr("93.184.215.14"), netip.MustParseAddr("10.1.2.3")}, nil
		case "far.example":
			return []netip.Addr{netip.MustParseAddr("93.184.215.14")}, nil
		}
		return nil, errors.New("no such host")
	}
	for host, want := range map[string]int32{"near.example": 0, "10.0.0.1": 0, "localhost": 0, "[::1]": 0, "far.example": 1, "known.only.to.the.proxy": 1} {
		asked.Store(0)
		r := httptest.NewRequest(http.MethodGet, "https://"+host+"/x", nil)
		_, err := g.RoundTrip(r)
		if asked.Load() != want || errors.Is(err, errPrivate) != (want == 0) {
			t.Errorf("%s: the proxy was asked %d times, %v", host, asked.Load(), err)
		}
	}
}

func TestPublicAddressesAreToldFromOthers(t *testing.T) {
	for _, ip := range []string{"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.0", "100.63.255.255", "223.255.255.255", "2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::808:808", "::ffff:8.8.8.8"} {
		if !isPublic(netip.MustParseAddr(ip)) {
			t.Errorf("%s is not taken", ip)
		}
	}
	for _, ip := range []string{
		"0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1",
		"198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1",
		"fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
	} {
		if isPublic(netip.MustParseAddr(ip)) {
			t.Errorf("%s is taken", ip)
		}
	}
}
