package models

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheTokenGoesToTheHubOnly(t *testing.T) {
	h, dir := newHub(t), t.TempDir()
	h.put(testID, testFile, weights(300_000))
	h.put(testID, "config.json", []byte("{}"))
	h.gated[testID] = true
	l := openQuick(t, dir, Options{Endpoint: h.URL, Token: testToken})
	if _, err := l.Fetch(t.Context(), Want{ID: testID}, nil); err != nil {
		t.Fatal(err)
	}
	hubs, cdns := 0, 0
	for _, s := range h.seen {
		switch {
		case s.server == "hub" && s.authorization == "Bearer "+testToken:
			hubs++
		case s.server == "cdn" && s.authorization == "":
			cdns++
		default:
			t.Errorf("unexpected: %+v", s)
		}
	}
	if hubs == 0 || cdns == 0 {
		t.Errorf("%d requests to the hub, %d to the file server", hubs, cdns)
	}
	filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if b, _ := os.ReadFile(path); bytes.Contains(b, []byte(testToken)) {
			t.Errorf("%s holds the token", path)
		}
		return nil
	})
}

func TestRedirectsTakeTheTokenNowhereElse(t *testing.T) {
	hub, err := openHub(Options{Endpoint: "https://hub.example/base", Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		to   string
		kept bool
		err  error
	}{
		{"https://hub.example/other", true, nil},
		{"https://HUB.example/other", true, nil},
		{"https://cdn.hub.example/x", false, nil},
		{"https://hub.example:8443/x", false, nil},
		{"https://hub.example.evil/x", false, nil},
		{"https://elsewhere/x", false, nil},
		{"http://hub.example/x", false, errDowngrade},
	} {
		via := httptest.NewRequest(http.MethodGet, "https://hub.example/base/x", nil)
		r := httptest.NewRequest(http.MethodGet, c.to, nil)
		r.Header.Set("Authorization", "Bearer "+testToken) // as the client copies it
		if err := hub.checkRedirect(r, []*http.Request{via}); !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.to, err)
		}
		if c.err == nil && (r.Header.Get("Authorization") != "") != c.kept {
			t.Errorf("%s: authorization is %q", c.to, r.Header.Get("Authorization"))
		}
	}
}

func TestProxiesAreHonoured(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "ALL_PROXY"} {
		t.Run(name, func(t *testing.T) {
			for _, other := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"} {
				t.Setenv(other, "")
			}
			h := newHub(t)
			h.put(testID, testFile, []byte("weights"))
			h.noRedirects = true
			asked := make(chan string, 10)
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked <- r.URL.Host
				h.serveHub(w, r)
			}))
			defer proxy.Close()
			t.Setenv(name, proxy.URL)
			l := openQuick(t, t.TempDir(), Options{Endpoint: "http://hub.invalid"})
			if _, err := l.Download(t.Context(), testID, testFile, nil); err != nil {
				t.Fatal(err)
			}
			if host := <-asked; host != "hub.invalid" {
				t.Errorf("the proxy was asked for %q", host)
			}
		})
	}
}

func TestEnvironmentNamesHubTokenAndOffline(t *testing.T) {
	h := newHub(t)
	h.put(testID, testFile, []byte("weights"))
	h.gated[testID] = true
	t.Setenv("HF_ENDPOINT", h.URL+"/")
	t.Setenv("HF_TOKEN", testToken)
	if _, err := openQuick(t, t.TempDir(), Options{}).Download(t.Context(), testID, testFile, nil); err != nil {
		t.Error(err)
	}
	t.Setenv("HF_HUB_OFFLINE", "1")
	if _, err := openQuick(t, t.TempDir(), Options{}).Download(t.Context(), testID, testFile, nil); codeOf(err) != CodeUnreachable || !strings.Contains(err.Error(), "HF_HUB_OFFLINE") {
		t.Errorf("offline gives %v", err)
	}
}

func TestACommitIsWhatWasAskedFor(t *testing.T) {
	h := newHub(t)
	h.put(testID, testFile, []byte("weights"))
	l := h.library(t, t.TempDir())
	f, err := l.Fetch(t.Context(), Want{ID: testID, Revision: testCommit}, nil)
	if err != nil || f.Pin.Revision != testCommit {
		t.Fatalf("%+v, %v", f, err)
	}
	if refs, _ := filepath.Glob(filepath.Join(l.repoDir(testID), "refs", "*")); len(refs) > 0 {
		t.Errorf("a commit is no name for itself: %q", refs)
	}
	other := strings.Repeat("b", 40)
	liar := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.serveInfo(w, testID)
	}))
	defer liar.Close()
	l = openQuick(t, t.TempDir(), Options{Endpoint: liar.URL})
	if _, err := l.Fetch(t.Context(), Want{ID: testID, Revision: other}, nil); codeOf(err) != CodeRefused {
		t.Errorf("another commit gives %v", err)
	}
}
