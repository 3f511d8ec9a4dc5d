package local

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"

	"helium/app/api"
	"helium/backend/yield"
)

// recorder is a backend whose state the test changes.
type recorder struct {
	api.SetupService
	api.ModelsService
	states chan api.State
	calls  chan string
}

func (r *recorder) State(context.Context) (api.State, error) { return api.State{Version: "1"}, nil }
func (r *recorder) Start(context.Context) error              { r.calls <- "start"; return nil }
func (r *recorder) Stop(context.Context) error {
	r.calls <- "stop"
	return errors.New("not now: try later")
}
func (r *recorder) Pause(context.Context) error { r.calls <- "pause"; return nil }
func (r *recorder) PauseFor(_ context.Context, l api.PauseLength) error {
	r.calls <- string(l)
	return nil
}
func (r *recorder) SetWhen(_ context.Context, s json.RawMessage) error {
	r.calls <- string(s)
	return nil
}
func (r *recorder) Resume(context.Context) error           { r.calls <- "resume"; return nil }
func (r *recorder) Watch(context.Context) <-chan api.State { return r.states }

func serve(t *testing.T) (*Server, *recorder) {
	t.Helper()
	r := &recorder{states: make(chan api.State, 4), calls: make(chan string, 4)}
	ui := fstest.MapFS{"index.html": {Data: []byte("<title>Helium</title>")}}
	s, err := Serve("127.0.0.1:0", NewToken(), r, ui, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s, r
}

func TestClientCallsAndIsSentStates(t *testing.T) {
	s, r := serve(t)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	c, err := Dial(ctx, s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()

	if st, err := c.State(ctx); err != nil || st.Version != "1" {
		t.Fatalf("state is %+v, %v", st, err)
	}
	if err := c.Start(ctx); err != nil || <-r.calls != "start" {
		t.Fatalf("start: %v", err)
	}
	if err := c.Stop(ctx); err == nil || !strings.Contains(err.Error(), "try later") {
		t.Fatalf("an error must come through as it is, got %v", err)
	}

	<-r.calls
	if err := c.PauseFor(ctx, api.PauseHour); err != nil || <-r.calls != "hour" {
		t.Fatalf("pause for an hour: %v", err)
	}
	if err := c.SetWhen(ctx, yield.Defaults()); err != nil || !strings.Contains(<-r.calls, `"celsius":88`) {
		t.Fatalf("set when: %v", err)
	}

	got := make(chan api.State, 2)
	go c.Watch(ctx, got)
	r.states <- api.State{Version: "2"}
	r.states <- api.State{Version: "3"}
	for _, want := range []string{"2", "3"} {
		select {
		case st := <-got:
			if st.Version != want {
				t.Fatalf("got state %s, want %s", st.Version, want)
			}
		case <-ctx.Done():
			t.Fatal("no state came")
		}
	}
}

func TestStrangersAreTurnedAway(t *testing.T) {
	s, _ := serve(t)
	ws := "ws" + strings.TrimPrefix(s.URL(), "http") + "/api"
	for name, o := range map[string]websocket.DialOptions{
		"no token":        {Subprotocols: []string{Protocol}},
		"wrong token":     {Subprotocols: []string{Protocol, TokenPrefix + NewToken()}},
		"empty token":     {Subprotocols: []string{Protocol, TokenPrefix}},
		"foreign page":    {Subprotocols: []string{Protocol, TokenPrefix + s.token}, HTTPHeader: http.Header{"Origin": {"https://example.com"}}},
		"rebound name":    {Subprotocols: []string{Protocol, TokenPrefix + s.token}, Host: "evil.example:80"},
		"null origin":     {Subprotocols: []string{Protocol, TokenPrefix + s.token}, HTTPHeader: http.Header{"Origin": {"null"}}},
		"look-alike":      {Subprotocols: []string{Protocol, TokenPrefix + s.token}, HTTPHeader: http.Header{"Origin": {"http://wails.localhost.example.com"}}},
		"token elsewhere": {Subprotocols: []string{Protocol}, HTTPHeader: http.Header{"Authorization": {"Bearer " + s.token}}},
	} {
		conn, resp, err := websocket.Dial(t.Context(), ws, &o)
		if err == nil {
			conn.CloseNow()
			t.Errorf("%s: let in", name)
			continue
		}
		if resp == nil || resp.StatusCode/100 != 4 {
			t.Errorf("%s: got %v, want a refusal", name, err)
		}
	}
	conn, _, err := websocket.Dial(t.Context(), ws, &websocket.DialOptions{
		Subprotocols: []string{Protocol, TokenPrefix + s.token}, HTTPHeader: http.Header{"Origin": {"wails://wails"}},
	})
	if err != nil {
		t.Errorf("the window was turned away: %v", err)
	} else {
		if conn.Subprotocol() != Protocol {
			t.Errorf("the token was echoed: %q", conn.Subprotocol())
		}
		conn.CloseNow()
	}
}

func TestThePageIsServedWithoutTheToken(t *testing.T) {
	s, _ := serve(t)
	resp, err := http.Get(s.URL() + "/")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 200 || !strings.Contains(string(b), "Helium") {
		t.Errorf("got %d %s", resp.StatusCode, b)
	}
	if strings.Contains(string(b), s.token) {
		t.Error("the page holds the token")
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "localhost", "[::]:0"} {
		if s, err := Serve(addr, "t", &recorder{}, fstest.MapFS{}, slog.New(slog.DiscardHandler)); err == nil {
			s.Close()
			t.Errorf("%s: served", addr)
		}
	}
}

func TestAddressFileIsPrivateAndTellsAStrangerNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadAddress(dir); !errors.Is(err, ErrNotRunning) {
		t.Errorf("got %v", err)
	}
	s, _ := serve(t)
	if err := WriteAddress(dir, s.Address()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, AddressFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	a, err := ReadAddress(dir)
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := Dial(t.Context(), a); !errors.Is(err, ErrNotRunning) {
		t.Errorf("a dead agent gives %v", err)
	}
}
