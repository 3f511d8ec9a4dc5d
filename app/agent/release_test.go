package agent

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// relaysOf serve what they are given; the first of them does not answer.
func relaysOf(t *testing.T, served *atomic.Pointer[protocol.Profile]) []protocol.RelayInfo {
	t.Helper()
	dead := httptest.NewServer(http.NotFoundHandler())
	dead.Close()
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+client.ProfilePath, func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(served.Load())
	})
	live := httptest.NewServer(mux)
	t.Cleanup(live.Close)
	at := common.HexToAddress("0x01")
	return []protocol.RelayInfo{{URL: dead.URL, Address: at}, {URL: live.URL + "/", Address: at}}
}

func TestNewerReleaseIsShown(t *testing.T) {
	const page = "https://downloads.example/helium"
	at := common.HexToAddress("0x01")
	for name, c := range map[string]struct {
		joined, relay, have, want string
		page                      string
	}{
		"the relay tells of it":           {"", "0.2.0", "0.1.0", "0.2.0", page},
		"the profile tells of it":         {"0.2.0", "0.2.0", "0.1.0-dev", "0.2.0", page},
		"the operators took it back":      {"0.3.0", "0.1.0", "0.1.0", "", page},
		"this is the newest":              {"0.2.0", "0.2.0", "0.2.0", "", page},
		"the owner's profile has no page": {"", "0.2.0", "0.1.0", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			var served atomic.Pointer[protocol.Profile]
			joined := protocol.Profile{
				Version: protocol.ProfileVersion, Name: "test", ChainID: 7, HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:2",
				Contracts: protocol.Contracts{Token: at, Node: at, Task: at}, Release: c.joined, Downloads: c.page,
			}
			joined.Relays = relaysOf(t, &served)
			theirs := joined
			// A relay that names a page of its own is not heard in that.
			theirs.Release, theirs.Downloads = c.relay, "https://elsewhere.example"
			served.Store(&theirs)

			a := &Agent{cfg: Config{Version: c.have}, log: slog.New(slog.DiscardHandler), hub: newHub(api.State{Update: &api.Update{Version: "9", Page: "before"}})}
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			go a.watchRelease(ctx, &joined)
			var got *api.Update
			settled := func() bool {
				got = a.hub.get().Update
				if c.want == "" {
					return got == nil
				}
				return got != nil && got.Version == c.want
			}
			for end := time.Now().Add(10 * time.Second); !settled(); time.Sleep(5 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatalf("the update shown is %+v, want %q", got, c.want)
				}
			}
			if got != nil && got.Page != page {
				t.Errorf("the page is %s, want the owner's", got.Page)
			}
		})
	}
}
