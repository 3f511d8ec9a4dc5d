package bridge

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/vitals"
	"helium/backend/vitals/vitalstest"
)

// standing is where a test says that the chain and the accounts are.
type standing struct {
	// mu guards everything that follows.
	mu       sync.Mutex
	at       ChainState
	accounts []Account
}

func (s *standing) State() ChainState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *standing) all(context.Context) []Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts
}

func (s *standing) set(at ChainState, accounts ...Account) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at, s.accounts = at, accounts
}

// ask gets a path of the operator's page.
func (b *Bridge) ask(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := http.Get(b.OperatorURL() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestMetricsCountTasksAndWhatTheyCost(t *testing.T) {
	at := &standing{}
	n := openNet(t, 6, true, func(c *Config) {
		c.Operator, c.Chain, c.Accounts, c.Low = "127.0.0.1:0", at, at.all, func() []string { return []string{"CNX"} }
	})
	half, some := cnx(t, "0.5"), protocol.CNX(7)
	at.set(ChainState{Head: 120, HeadTime: n.now().Add(-90 * time.Second), Heard: n.now()},
		Account{Number: 1, Address: common.Address{1}, Used: true, Ready: true, Open: 3, Waiting: 2, CNX: &some, Gas: &half, Relay: true},
		Account{Number: 2, Address: common.Address{2}, Used: true, Stuck: true, NoGas: true, LowGas: true, Behind: 9},
	)
	key := n.key(KeyOptions{Name: "secret name"})
	s := n.stream(key, with(`"stream":true,"helium":{}`), named)
	s.until("data: ", `"stage":"drawn"`)
	_, page := n.ask(t, "/metrics")
	for name, want := range map[string]float64{
		`helium_bridge_streams`:                            1,
		`helium_bridge_open_tasks{state="queued"}`:         0,
		`helium_bridge_low`:                                1,
		`helium_bridge_chain_head`:                         120,
		`helium_bridge_account_cnx_wei{account="1"}`:       7e18,
		`helium_bridge_account_gas_wei{account="1"}`:       5e17,
		`helium_bridge_account_cnx_wei{account="2"}`:       -1,
		`helium_bridge_account_open{account="1"}`:          3,
		`helium_bridge_account_waiting{account="1"}`:       2,
		`helium_bridge_account_ready{account="1"}`:         1,
		`helium_bridge_account_ready{account="2"}`:         0,
		`helium_bridge_account_stuck{account="2"}`:         1,
		`helium_bridge_account_no_gas{account="2"}`:        1,
		`helium_bridge_account_low_gas{account="2"}`:       1,
		`helium_bridge_account_blocks_behind{account="2"}`: 9,
		`helium_bridge_relay_connected{account="1"}`:       1,
		`helium_bridge_relay_connected{account="2"}`:       0,
	} {
		if got := vitalstest.Metric(t, page, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if age := vitalstest.Metric(t, page, "helium_bridge_chain_head_age_seconds"); age < 90 || age > 120 {
		t.Errorf("the newest block is %v seconds old", age)
	}

	n.counted(t, `helium_bridge_open_tasks{state="drawn"}`, 1)

	// Nobody does the task, nor the one in its place.
	n.pass(4*time.Minute + 30*time.Second)
	s.until("data: ", `"stage":"retry"`, `"attempt":2`)
	s.until("data: ", `"stage":"drawn"`)
	n.pass(4*time.Minute + 30*time.Second)
	s.until("data: [DONE]")
	n.call(t, call{"GET", "/v1/models/", "", bearer("sk-wrong")})
	n.call(t, call{"GET", "/v1/tasks/" + s.resp.Header.Get("X-Helium-Receipt"), "", bearer(key)})
	n.call(t, call{"GET", "/not/a/path", "", nil})
	n.counted(t, `helium_bridge_tasks_total{kind="text",outcome="nodes_silent"}`, 2)
	_, page = n.ask(t, "/metrics")
	for name, want := range map[string]float64{
		`helium_bridge_tasks_total{kind="text",outcome="nodes_silent"}`: 2,
		`helium_bridge_streams`: 0,
		`helium_bridge_requests_total{endpoint="POST /v1/chat/completions",status="200"}`: 1,
		`helium_bridge_requests_total{endpoint="GET /v1/models/{id...}",status="401"}`:    1,
		`helium_bridge_requests_total{endpoint="GET /v1/tasks/{id}",status="200"}`:        1,
		`helium_bridge_requests_total{endpoint="/",status="404"}`:                         1,
		`helium_bridge_request_seconds_count{endpoint="POST /v1/chat/completions"}`:       1,
		`helium_bridge_spent_wei_total{account="2"}`:                                      weiOf(n.spentBy(key)),
		`helium_bridge_verified_seconds_count{kind="text"}`:                               -1,
	} {
		if got := vitalstest.Metric(t, page, name); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	for what, secret := range map[string]string{
		"an address": common.Address{1}.Hex()[2:], "a key": key[len("sk-helium-"):], "a key's name": "secret name",
		"a model": "helium/demo", "a request": s.resp.Header.Get("X-Helium-Receipt"),
	} {
		if strings.Contains(strings.ToLower(page), strings.ToLower(secret)) {
			t.Errorf("the metrics name %s", what)
		}
	}
}

// counted waits until a metric is what it is to be.
func (n *queueNet) counted(t *testing.T, name string, want float64) {
	t.Helper()
	got := 0.0
	for range 500 {
		_, page := n.ask(t, "/metrics")
		if got = vitalstest.Metric(t, page, name); got == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("%s is %v, want %v", name, got, want)
}

func TestMetricsTellWhenAnAnswerCame(t *testing.T) {
	b, f, key := openTwoFaced(t)
	_, lines := b.streamed(t, key, "/v1/chat/completions", with(`"stream":true`), "wrong", false)
	close(f.answer)
	for lines.Scan() {
	}
	b.followers.Wait()
	page := metricsOf(t, b)
	for _, name := range []string{"first_token", "verified", "settled"} {
		if got := vitalstest.Metric(t, page, `helium_bridge_`+name+`_seconds_count{kind="text"}`); got != 1 {
			t.Errorf("%s was seen %v times", name, got)
		}
	}
	if got := vitalstest.Metric(t, page, `helium_bridge_tasks_total{kind="text",outcome="verified"}`); got != 1 {
		t.Errorf("%v tasks have ended well:\n%s", got, page)
	}
}

func pageOf(t *testing.T, b *Bridge) string {
	t.Helper()
	_, page := b.ask(t, "/metrics")
	return page
}

func metricsOf(t *testing.T, b *Bridge) string {
	t.Helper()
	var page strings.Builder
	families, err := b.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.Metric {
			labels := ""
			for i, l := range m.Label {
				if i > 0 {
					labels += ","
				}
				labels += l.GetName() + `="` + l.GetValue() + `"`
			}
			switch {
			case m.Histogram != nil:
				page.WriteString(f.GetName() + "_count{" + labels + "} " + strconv.FormatUint(m.Histogram.GetSampleCount(), 10) + "\n")
			case m.Counter != nil:
				page.WriteString(f.GetName() + "{" + labels + "} " + strconv.FormatFloat(m.Counter.GetValue(), 'g', -1, 64) + "\n")
			}
		}
	}
	return page.String()
}

func TestReadinessNamesWhatIsWrong(t *testing.T) {
	at := &standing{}
	b, _ := openWith(t, func(c *Config) {
		c.Operator, c.Chain, c.Accounts = "127.0.0.1:0", at, at.all
	})
	well := Account{Number: 1, Used: true, Ready: true, Relay: true}
	now := b.now()
	for name, c := range map[string]struct {
		at        ChainState
		accounts  []Account
		part, why string
	}{
		"an idle chain":         {ChainState{Head: 9, HeadTime: now.Add(-time.Hour), Heard: now}, []Account{well}, "", ""},
		"a chain that is gone":  {ChainState{Head: 9, Heard: now.Add(-2 * time.Minute)}, []Account{well}, "chain", "not heard of for 2m"},
		"a chain that stands":   {ChainState{Head: 9, Heard: now, Still: time.Date(2031, 2, 3, 4, 5, 6, 0, time.UTC)}, []Account{well}, "chain", "the chain stands still since 2031-02-03 04:05:06 UTC"},
		"no relay":              {ChainState{Heard: now}, []Account{{Used: true}, {Relay: true}}, "relay", "no relay can be reached"},
		"one account connected": {ChainState{Heard: now}, []Account{{Used: true}, well}, "", ""},
		"blocks not read":       {ChainState{Heard: now}, []Account{{Used: true, Relay: true, Behind: 40}, {Used: true, Relay: true, Behind: 17}}, "chain", "17 blocks"},
	} {
		at.set(c.at, c.accounts...)
		status, body := b.ask(t, "/readyz")
		var r vitals.Readiness
		if err := json.Unmarshal([]byte(body), &r); err != nil {
			t.Fatal(err)
		}
		delete(r.Why, "wallet") // the stand-in has nothing to pay with
		if len(r.Why) > 0 != (c.part != "") || !strings.Contains(r.Why[c.part], c.why) || status != http.StatusServiceUnavailable && c.part != "" {
			t.Errorf("%s: %d %s", name, status, body)
		}
	}
	if status, body := b.ask(t, "/healthz"); status != 200 {
		t.Errorf("the process lives, and /healthz says %d %s", status, body)
	}
	at.set(ChainState{Head: 9, Heard: now, Still: now.Add(-time.Minute)}, well)
	if resp, body := b.call(t, call{"GET", "/healthz", "", nil}); resp.StatusCode != 503 || !strings.Contains(body, "stands still since") {
		t.Errorf("its callers are told %d %s", resp.StatusCode, body)
	}
	if page := pageOf(t, b); vitalstest.Metric(t, page, "helium_bridge_chain_still_seconds") < 60 {
		t.Errorf("the metrics say nothing of it:\n%s", page)
	}
}

func TestTheOperatorsPageIsNotTheCallers(t *testing.T) {
	b, key := open(t)
	for _, path := range []string{"/metrics", "/readyz"} {
		if resp, body := b.call(t, call{"GET", path, "", bearer(key)}); resp.StatusCode != 404 {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	if b.OperatorURL() != "" {
		t.Error("without an address for the operator there is a page")
	}
}
