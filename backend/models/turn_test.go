package models

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// hubThatNotes answers every greeting and notes who asked with what.
func hubThatNotes(t *testing.T) (address string, asked func() []string) {
	var mu sync.Mutex
	var list []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, r.URL.Path+" "+r.Header.Get("Authorization"))
		if r.Header.Get("Authorization") == "Bearer wrong" {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() []string { mu.Lock(); defer mu.Unlock(); return list }
}

func TestTurningToAnotherHubTakesItsTokenAlong(t *testing.T) {
	t.Setenv("HF_TOKEN", "")
	first, askedFirst := hubThatNotes(t)
	second, askedSecond := hubThatNotes(t)
	l, err := Open(t.TempDir(), Options{Endpoint: first, Token: "one"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Greet(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"two", "", "wrong"} {
		if err := l.TurnTo(second, token); err != nil {
			t.Fatal(err)
		}
		if err := l.Greet(t.Context()); (err != nil) != (token == "wrong") {
			t.Errorf("with %q: %v", token, err)
		}
	}
	if err := l.TurnTo("ftp://hub", ""); err == nil {
		t.Error("an address that is no hub's was taken")
	}
	if got := strings.Join(askedFirst(), ";"); got != "/api/whoami-v2 Bearer one" {
		t.Errorf("the first was asked %q", got)
	}
	if got := strings.Join(askedSecond(), ";"); got != "/api/whoami-v2 Bearer two;/api/models ;/api/whoami-v2 Bearer wrong" {
		t.Errorf("the second was asked %q", got)
	}
}

func TestTheProxyIsChosenAnewForEachRequest(t *testing.T) {
	hub, asked := hubThatNotes(t)
	var through int
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		through++
		if r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
		}
	}))
	defer proxy.Close()
	var chosen *url.URL
	l, err := Open(t.TempDir(), Options{Endpoint: hub, Proxy: func(*url.URL) (*url.URL, error) { return chosen, nil }})
	if err != nil {
		t.Fatal(err)
	}
	greet := func() error { return l.Greet(t.Context()) }
	if err := greet(); err != nil || through != 0 {
		t.Fatal(err, through)
	}
	chosen, _ = url.Parse(proxy.URL)
	if err := greet(); err == nil || through != 1 {
		t.Errorf("through %d, %v: want to be refused", through, err)
	}
	chosen.User = url.UserPassword("erika", "geheim")
	if err := greet(); err != nil || through != 2 {
		t.Errorf("through %d, %v", through, err)
	}
	if n := len(asked()); n != 1 {
		t.Errorf("the hub was asked %d times without the proxy, want once", n)
	}
}
