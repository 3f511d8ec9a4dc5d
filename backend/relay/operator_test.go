package relay

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"helium/backend/relay/internal/wire"
	"helium/backend/vitals"
	"helium/backend/vitals/vitalstest"
)

// fakeChain is where the test says that the chain is.
type fakeChain struct {
	mu sync.Mutex
	at ChainState
}

func (f *fakeChain) State() ChainState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *fakeChain) set(at ChainState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = at
}

// ask gets a path of the operator's server.
func (n *network) ask(path string) (int, string) {
	n.t.Helper()
	transport := &http.Transport{DisableKeepAlives: true}
	req, err := http.NewRequestWithContext(n.ctx(), "GET", n.relay.OperatorURL()+path, nil)
	if err != nil {
		n.t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		n.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		n.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestMetricsCountWhatHappens(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	chain := &fakeChain{at: ChainState{Head: 120, Read: 117, HeadTime: now.Add(-90 * time.Second), Heard: now.Add(-2 * time.Second)}}
	n := newNetwork(t, func(c *Config) {
		c.Operator, c.Chain, c.Now = "127.0.0.1:0", chain, func() time.Time { return now }
		c.Limits.ConnectionsPerGuest = 5
		c.Limits.PerGuest = Rate{PerSecond: 0.001, Burst: 4}
	})
	creator := n.bearerOf(n.creator) // two guests' requests
	envelope := sealed(t, "question", n.nodes[0])
	path := "/v1/tasks/" + n.key.Hex() + "/envelope"
	for _, token := range []string{creator, creator, ""} {
		n.raw("PUT", path, token, envelope)
	}
	n.raw("GET", "/v1/nothing/"+n.key.Hex(), creator, nil)
	s := n.socket(creator)
	s.expect(wire.OpHello)
	s.write(wire.Frame{Op: wire.OpWatch, ID: 1, TaskKey: n.key})
	s.expect(wire.OpEvent)
	n.raw("GET", "/healthz", "", nil) // one guest too many
	for range 500 {                   // until all but the socket's connection have gone
		if n.relay.gate.count() == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for range 6 {
		conn, err := net.Dial("tcp", n.relay.listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}

	var page string
	for range 500 { // connections are counted when they are accepted
		if _, page = n.ask("/metrics"); vitalstest.Metric(t, page, `helium_relay_dropped_total{what="connection"}`) == 2 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for name, want := range map[string]float64{
		`helium_relay_requests_total{endpoint="PUT /v1/tasks/{key}/envelope",status="200"}`: 2,
		`helium_relay_requests_total{endpoint="PUT /v1/tasks/{key}/envelope",status="401"}`: 1,
		`helium_relay_requests_total{endpoint="GET /healthz",status="429"}`:                 1,
		`helium_relay_request_seconds_count{endpoint="PUT /v1/tasks/{key}/envelope"}`:       3,
		`helium_relay_dropped_total{what="connection"}`:                                     2,
		`helium_relay_dropped_total{what="request"}`:                                        1,
		`helium_relay_dropped_total{what="slow_reader"}`:                                    0,
		`helium_relay_sockets`:                    1,
		`helium_relay_watches`:                    1,
		`helium_relay_connections`:                5,
		`helium_relay_stored{stream="blobs"}`:     1,
		`helium_relay_stored{stream="events"}`:    4,
		`helium_relay_storage_up{stream="blobs"}`: 1,
		`helium_relay_chain_head`:                 120,
		`helium_relay_chain_lag_blocks`:           3,
		`helium_relay_chain_head_age_seconds`:     90,
		`helium_relay_chain_silence_seconds`:      2,
	} {
		if got := vitalstest.Metric(t, page, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if in := vitalstest.Metric(t, page, `helium_relay_bytes_total{direction="in"}`); in < float64(2*len(envelope)) {
		t.Errorf("%v bytes came in, want %d at least", in, 2*len(envelope))
	}
	if strings.Contains(page, n.key.Hex()) || strings.Contains(strings.ToLower(page), strings.ToLower(n.creator.Address().Hex()[2:])) {
		t.Error("the metrics name a task or an address")
	}
}

func TestReadiness(t *testing.T) {
	now := time.Unix(1_900_000_000, 0)
	chain := &fakeChain{}
	n := newNetwork(t, func(c *Config) {
		c.Operator, c.Chain, c.Now = "127.0.0.1:0", chain, func() time.Time { return now }
	})
	for _, c := range []struct {
		name string
		at   ChainState
		why  string
	}{
		{"all is well", ChainState{Head: 9, Read: 9, Heard: now}, ""},
		{"an idle chain", ChainState{Head: 9, Read: 9, HeadTime: now.Add(-time.Hour), Heard: now.Add(-15 * time.Second)}, ""},
		{"a block that has just come", ChainState{Head: 10, Read: 9, Heard: now}, ""},
		{"a chain that is gone", ChainState{Head: 9, Read: 9, Heard: now.Add(-2 * time.Minute)}, "2m0s"},
		{"a chain that stands still", ChainState{Head: 9, Read: 9, Heard: now, Still: now.Add(-time.Minute)}, "the chain stands still since 2030-03-17 17:45:40 UTC"},
		{"a relay that catches up", ChainState{Head: 5000, Read: 9, Heard: now}, "4991 blocks"},
	} {
		chain.set(c.at)
		status, body := n.ask("/readyz")
		var r vitals.Readiness
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		if r.Ready != (c.why == "") || (status == 200) != r.Ready || !strings.Contains(r.Why["chain"], c.why) {
			t.Errorf("%s: %d %s", c.name, status, body)
		}
	}
	n.relay.bus.synced.nc.Close()
	if status, body := n.ask("/readyz"); status != 503 || !strings.Contains(body, `"blobs"`) {
		t.Errorf("without a store: %d %s", status, body)
	}
	if status, body := n.ask("/healthz"); status != 200 {
		t.Errorf("the process lives, and /healthz says %d %s", status, body)
	}
	if _, page := n.ask("/metrics"); vitalstest.Metric(t, page, `helium_relay_storage_up{stream="blobs"}`) != 0 {
		t.Error("the metrics don't say that the store is gone")
	}
}

func TestTheOperatorsPagesAreNotPublic(t *testing.T) {
	n := newNetwork(t)
	for _, path := range []string{"/metrics", "/readyz"} {
		if status, code, _ := n.raw("GET", path, "", nil); status != 404 || code != "no_such_path" {
			t.Errorf("%s: %d %s", path, status, code)
		}
	}
	if n.relay.OperatorURL() != "" {
		t.Error("without an address for the operator there is a server")
	}
}
