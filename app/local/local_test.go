package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/coder/websocket"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/yield"
)

// recorder is a backend whose state the test changes.
type recorder struct {
	api.SetupService
	api.SettingsService
	api.ComputerService
	api.WalletService
	api.EarningsService
	api.ModelsService
	states chan api.State
	lines  chan []api.LogLine
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
func (r *recorder) SetDesktop(_ context.Context, d api.Desktop) error {
	r.calls <- fmt.Sprintf("%+v", d)
	return nil
}
func (r *recorder) WindowShown(context.Context) error      { r.calls <- "window shown"; return nil }
func (r *recorder) WindowClosed(context.Context) error     { r.calls <- "window closed"; return nil }
func (r *recorder) Quit(context.Context) error             { r.calls <- "quit"; return nil }
func (r *recorder) Resume(context.Context) error           { r.calls <- "resume"; return nil }
func (r *recorder) Watch(context.Context) <-chan api.State { return r.states }

func (r *recorder) ServeBridge(w http.ResponseWriter, q *http.Request) {
	io.WriteString(w, "bridge "+q.URL.Path)
}
func (r *recorder) WatchLog(context.Context) <-chan []api.LogLine { return r.lines }

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

func TestTheChatIsForWhoeverShowsTheToken(t *testing.T) {
	s, _ := serve(t)
	ask := func(method string, header http.Header) *http.Response {
		q, err := http.NewRequestWithContext(t.Context(), method, s.URL()+"/bridge/v1/models", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header = header
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	for name, header := range map[string]http.Header{
		"no token": {}, "wrong token": {"Authorization": {"Bearer " + NewToken()}}, "empty token": {"Authorization": {"Bearer "}},
		"another scheme": {"Authorization": {"Basic " + s.token}}, "a cookie": {"Cookie": {"token=" + s.token}},
	} {
		if got := ask("GET", header).StatusCode; got != 401 {
			t.Errorf("%s: got %d, want 401", name, got)
		}
	}
	own := http.Header{"Authorization": {"Bearer " + s.token}, "Origin": {"wails://wails"}}
	resp := ask("GET", own)
	if b, _ := io.ReadAll(resp.Body); string(b) != "bridge /v1/models" {
		t.Errorf("the owner got %d %s", resp.StatusCode, b)
	}
	if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "wails://wails" {
		t.Errorf("the window may not read its answer: %q", got)
	}
	for origin, want := range map[string]string{"wails://wails": "wails://wails", "http://wails.localhost": "http://wails.localhost", "https://example.com": "", "null": ""} {
		resp := ask("OPTIONS", http.Header{"Origin": {origin}, "Access-Control-Request-Headers": {"authorization"}})
		if got := resp.Header.Get("Access-Control-Allow-Origin"); got != want {
			t.Errorf("%s: a page may read %q, want %q", origin, got, want)
		}
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
	// On Windows the folder says who may read it.
	if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
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

func TestTheDesktopsChoicesComeThroughWholeOrNotAtAll(t *testing.T) {
	s, r := serve(t)
	c, err := Dial(t.Context(), s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	d := api.Desktop{StartAtLogin: true, Notify: api.Notify{KickedOut: true}}
	if err := c.SetDesktop(t.Context(), d); err != nil || <-r.calls != fmt.Sprintf("%+v", d) {
		t.Fatalf("set: %v", err)
	}
	if err := c.WindowShown(t.Context()); err != nil || <-r.calls != "window shown" {
		t.Error(err)
	}
	if err := c.WindowClosed(t.Context()); err != nil || <-r.calls != "window closed" {
		t.Fatalf("window closed: %v", err)
	}
	if err := c.Quit(t.Context()); err != nil || <-r.calls != "quit" {
		t.Fatalf("quit: %v", err)
	}
	notify := `"notify":{"first_earning":true,"slashed":true,"kicked_out":true,"low_gas":true,"update":true}`
	for text, says := range map[string]string{
		`{"start_at_login":true,` + notify + `}`:                                 "close_to_tray is missing",
		`{"start_at_login":true,"close_to_tray":true}`:                           "notify is missing",
		`{"start_at_login":true,"close_to_tray":true,"notify":{"slashed":true}}`: "notify.first_earning is missing",
		`{"start_at_login":true,"close_to_tray":true,"notify":null}`:             "notify.first_earning is missing",
		`{"start_at_login":true,"close_to_tray":true,"more":1,` + notify + `}`:   "more",
		`{"start_at_login":"yes","close_to_tray":true,` + notify + `}`:           "start_at_login",
		`[]`: "choices",
	} {
		err := c.call(t.Context(), "setDesktop", json.RawMessage(text))
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if len(r.calls) != 0 {
		t.Errorf("%s came through", <-r.calls)
	}
}

func (r *recorder) SetPower(_ context.Context, p api.PowerChoice) error {
	return &api.FieldError{Field: "watts", Said: protocol.Say("power_watts", "{watts} watts is no limit for a card.", 9000)}
}

// A screen shows an error beside the field that it is about.
func TestAnErrorAboutAFieldNamesIt(t *testing.T) {
	s, _ := serve(t)
	c, err := Dial(t.Context(), s.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	err = c.call(t.Context(), "setPower", api.PowerChoice{Mode: api.PowerOwn, Watts: 9000})
	var data rpc.DataError
	if !errors.As(err, &data) || err.Error() != "9000 watts is no limit for a card." {
		t.Fatalf("got %v", err)
	}
	if field, _ := data.ErrorData().(map[string]any); field["field"] != "watts" {
		t.Errorf("its data is %v", data.ErrorData())
	}
}
