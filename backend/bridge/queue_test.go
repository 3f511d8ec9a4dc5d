package bridge

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
)

// queueNet is a bridge with a real creator on a simulated chain, whose three
// nodes have paused: every task waits. What nodes do once they are drawn is tested
// with whole networks, in package main; here they stay silent.
type queueNet struct {
	*Bridge
	clock   *aheadClock
	profile protocol.Profile
	t       *testing.T
	store   *store.Store
	// mu guards the chain, which is not made for many goroutines.
	mu    sync.Mutex
	chain *contractstest.Chain
}

// deaf is a relay that takes envelopes and has nothing from any node.
type deaf struct{}

func (deaf) PutEnvelope(context.Context, protocol.TaskKey, []byte) error { return nil }
func (deaf) Result(context.Context, protocol.TaskKey, common.Address) ([]byte, error) {
	return nil, errors.New("there is no result")
}
func (deaf) Watch(ctx context.Context, _ protocol.TaskKey) (<-chan client.Event, error) {
	out := make(chan client.Event)
	context.AfterFunc(ctx, func() { close(out) })
	return out, nil
}

// aheadClock is the wall clock, moved forward.
type aheadClock struct{ by atomic.Int64 }

func (c *aheadClock) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// openQueue opens one where every task waits.
func openQueue(t *testing.T, change func(*Config)) *queueNet {
	t.Helper()
	return openNet(t, 3, false, change)
}

// openNet opens one with so many nodes, which can be drawn if they are awake.
func openNet(t *testing.T, nodes int, awake bool, change func(*Config)) *queueNet {
	t.Helper()
	n := &queueNet{t: t, clock: &aheadClock{}, chain: contractstest.New(t, func(p *contracts.Params) {
		p.ArgumentSeconds, p.CommitSeconds, p.RevealSeconds = 10, 30, 30
	})}
	for _, node := range n.chain.Join(nodes, contractstest.SmallClass()) {
		if !awake {
			n.chain.Send("pause", node, n.chain.Deployment.Node, n.chain.Node.PackPause())
		}
	}
	w, err := wallet.FromKey(n.chain.Account())
	if err != nil {
		t.Fatal(err)
	}
	if n.store, err = store.Open(t.TempDir(), store.Options{}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	link, err := chain.Open(ctx, n.chain.Client, chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sender := chain.OpenSender(link, n.store, w, chain.SenderOptions{Decode: contracts.DecodeError})
	at := n.chain.Deployment
	n.profile = protocol.Profile{
		Version: protocol.ProfileVersion, Name: "test", ChainID: contractstest.ChainID,
		HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:1",
		Contracts: protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task},
		Relays:    []protocol.RelayInfo{{URL: "http://127.0.0.1:1", Address: contractstest.Address(n.chain.Relay)}},
	}
	maker, err := creator.New(creator.Config{
		Profile: n.profile, Chain: n.chain.Client, Sender: sender, Relay: deaf{}, Store: n.store, Value: cnx(t, "0.25"), Now: n.clock.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { maker.Run(ctx) })
	running.Go(func() { n.mine(ctx, w.Address()) })
	c := Config{Listen: "127.0.0.1:0", Payers: []common.Address{{1}, w.Address()}, Now: n.clock.now, Creator: maker, Store: n.store, Models: []Model{{Pin: protocol.ModelPin{ID: "helium/demo"}, MinVRAMGB: 1}}}
	if change != nil {
		change(&c)
	}
	if n.Bridge, err = Start(c); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		n.Bridge.Close()
		stop()
		running.Wait()
		sender.Close()
		link.Close()
		n.store.Close()
	})
	return n
}

// mine makes a block whenever the account has a transaction waiting.
func (n *queueNet) mine(ctx context.Context, account common.Address) {
	for ctx.Err() == nil {
		n.mu.Lock()
		pending, err := n.chain.Client.PendingNonceAt(ctx, account)
		mined, err2 := n.chain.Client.NonceAt(ctx, account, nil)
		if err == nil && err2 == nil && pending > mined {
			n.chain.Backend.Commit()
		}
		n.mu.Unlock()
		time.Sleep(2 * time.Millisecond)
	}
}

// others put so many tasks of a fee into the queue.
func (n *queueNet) others(count int, fee int64) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	from, r := n.chain.Account(), contractstest.GPTRequest()
	r.MinVramGB, r.Fee = 1, contractstest.CNX(fee)
	for range count {
		n.chain.Send("createTask", from, n.chain.Deployment.Task, n.chain.Task.PackCreateTask(r))
	}
}

func (n *queueNet) created() int64 {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	return contractstest.View(n.chain, n.chain.Deployment.Task, n.chain.Task.PackCounts(), n.chain.Task.UnpackCounts).Created.Int64()
}

func (n *queueNet) key(o KeyOptions) string {
	n.t.Helper()
	secret, err := CreateKey(n.store, o, time.Now())
	if err != nil {
		n.t.Fatal(err)
	}
	return secret
}

func cnx(t *testing.T, s string) protocol.Wei {
	t.Helper()
	w, err := protocol.ParseCNX(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// with adds fields to a chat request.
func with(fields string) string { return strings.TrimSuffix(ask, "}") + "," + fields + "}" }

func (n *queueNet) estimated(key, body string) (e Estimate) {
	n.t.Helper()
	resp, answer := n.call(n.t, call{"POST", "/v1/estimate", body, bearer(key)})
	if err := json.Unmarshal([]byte(answer), &e); resp.StatusCode != 200 || err != nil {
		n.t.Fatalf("estimate of %s: %d %s", body, resp.StatusCode, answer)
	}
	return e
}

func TestAnEstimateSaysPricePlaceAndLimit(t *testing.T) {
	n := openQueue(t, func(c *Config) { c.MaxFee = protocol.CNX(500) })
	key := n.key(KeyOptions{MaxFee: protocol.CNX(20)})
	before := n.created()
	e := n.estimated(key, with(`"max_tokens":300`)) // two units: 30 + 2*10 s
	if e.Units != 2 || e.Seconds != 50 || e.Fee.CNX != "12.5" || e.Fee.Wei.Cmp(cnx(t, "12.5")) != 0 || e.LeastFee.CNX != "1.25" || e.Value.CNX != "0.25" ||
		e.Start != "queued" || e.Position != 1 || e.WaitSeconds != 50 || e.Waiting != 0 || e.FeeAtOnce != nil || e.FeeToEnter.CNX != "1.25" ||
		e.MaxFee.CNX != "20" || e.MaxFeeOf != "key" || !e.Allowed {
		t.Errorf("got %+v", e)
	}
	if e := n.estimated(key, with(`"helium":{"fee":"30","max_fee":"25"}`)); e.Fee.CNX != "30" || e.Value.CNX != "0.75" || e.MaxFeeOf != "key" || e.Allowed {
		t.Errorf("over the key's limit: %+v", e)
	}
	if e := n.estimated(key, with(`"helium":{"max_fee":"5"}`)); e.Fee.CNX != "10" || e.MaxFeeOf != "request" || e.MaxFee.CNX != "5" || e.Allowed {
		t.Errorf("over the request's own: %+v", e)
	}
	if e := n.estimated(n.key(KeyOptions{}), ask); e.MaxFeeOf != "bridge" || !e.Allowed {
		t.Errorf("under the bridge's: %+v", e)
	}
	if n.created() != before {
		t.Error("an estimate made a task")
	}
}

func TestAPriceOverALimitIsRefusedBeforeAnythingIsSent(t *testing.T) {
	n := openQueue(t, func(c *Config) { c.MaxFee = protocol.CNX(50) })
	free, bound := n.key(KeyOptions{}), n.key(KeyOptions{MaxFee: protocol.CNX(8)})
	before := n.created()
	for name, c := range map[string]struct {
		key, body, code, param string
		status                 int
		says                   []string
	}{
		"the request's":   {free, with(`"helium":{"max_fee":"9.99"}`), "price_cap", "helium.max_fee", 402, []string{"costs 10 CNX", "9.99 CNX", "nothing was sent", "raise it"}},
		"the key's":       {bound, ask, "price_cap", "", 402, []string{"costs 10 CNX", "this API key may spend 8 CNX", "max_tokens", "operator"}},
		"the bridge's":    {free, with(`"max_tokens":8192`), "price_cap", "", 402, []string{"costs 87.5 CNX", "this bridge spends 50 CNX"}},
		"by its offer":    {free, with(`"helium":{"fee":"51"}`), "price_cap", "", 402, []string{"costs 51 CNX"}},
		"too little":      {free, with(`"helium":{"fee":"0.9"}`), "fee_too_low", "helium.fee", 400, []string{"0.9 CNX are offered", "costs 1 CNX at least"}},
		"no number":       {free, with(`"helium":{"max_fee":"ten"}`), "", "helium.max_fee", 400, []string{`"ten"`, "amount of CNX", `"2.5"`}},
		"less than 0":     {free, with(`"helium":{"max_fee":-1}`), "", "helium.max_fee", 400, []string{"-1"}},
		"nothing":         {free, with(`"helium":{"fee":0}`), "", "helium.fee", 400, []string{"above 0"}},
		"too fine":        {free, with(`"helium":{"fee":"1.0000000000000000001"}`), "", "helium.fee", 400, []string{"18 decimals"}},
		"an unknown wish": {free, with(`"helium":{"colour":"red"}`), "", "colour", 400, []string{"colour"}},
		"no object":       {free, with(`"helium":"cheap"`), "", "helium", 400, []string{"helium"}},
	} {
		for _, path := range []string{"/v1/chat/completions", "/v1/estimate"} {
			if path == "/v1/estimate" && c.code == "price_cap" {
				continue // it says so instead
			}
			resp, body := n.call(t, call{"POST", path, c.body, bearer(c.key)})
			var got struct {
				Error struct{ Message, Code, Param, Type string }
			}
			if err := json.Unmarshal([]byte(body), &got); err != nil || resp.StatusCode != c.status || got.Error.Code != c.code || got.Error.Param != c.param || got.Error.Type != invalidRequest {
				t.Errorf("%s, %s: got %d %s", name, path, resp.StatusCode, body)
			}
			for _, says := range c.says {
				if !strings.Contains(got.Error.Message, says) {
					t.Errorf("%s: %q does not say %q", name, got.Error.Message, says)
				}
			}
		}
	}
	if n.created() != before {
		t.Error("something was sent")
	}
}

func TestThePageOffersNoFeesOfItsOwn(t *testing.T) {
	n := openQueue(t, nil)
	resp, _ := n.call(t, call{"POST", "/chat/session", "", http.Header{"Sec-Fetch-Site": {"same-origin"}}})
	page := http.Header{"Cookie": {resp.Cookies()[0].String()}, "Sec-Fetch-Site": {"same-origin"}}
	if resp, body := n.call(t, call{"POST", "/v1/chat/completions", with(`"helium":{"fee":"99"}`), page}); resp.StatusCode != 400 || !strings.Contains(body, "use an API key") {
		t.Errorf("got %d %s", resp.StatusCode, body)
	}
	if resp, body := n.call(t, call{"POST", "/v1/estimate", with(`"helium":{"max_fee":"3"}`), page}); resp.StatusCode != 200 || !strings.Contains(body, `"allowed":false`) {
		t.Errorf("a limit of its own: got %d %s", resp.StatusCode, body)
	}
}

// following is a stream that is being read.
type following struct {
	t     *testing.T
	resp  *http.Response
	lines *bufio.Scanner
}

func (n *queueNet) stream(key, body string, header http.Header) *following {
	n.t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	n.t.Cleanup(stop)
	req, err := http.NewRequestWithContext(ctx, "POST", n.URL()+"/v1/chat/completions", strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	req.Header = bearer(key)
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		n.t.Fatal(err)
	}
	n.t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 {
		b, _ := io.ReadAll(resp.Body)
		n.t.Fatalf("got %d %s", resp.StatusCode, b)
	}
	return &following{n.t, resp, bufio.NewScanner(resp.Body)}
}

// until reads to a line that has all of these in it.
func (f *following) until(parts ...string) string {
	f.t.Helper()
	var seen []string
	for f.lines.Scan() {
		line := f.lines.Text()
		seen = append(seen, line)
		missing := false
		for _, p := range parts {
			missing = missing || !strings.Contains(line, p)
		}
		if !missing {
			return line
		}
	}
	f.t.Fatalf("no line has %q; there were\n%s", parts, strings.Join(seen, "\n"))
	return ""
}

func TestWhoWaitsIsToldWhereAndWhoLosesItsPlaceThatNothingWasPaid(t *testing.T) {
	n := openQueue(t, nil)
	key := n.key(KeyOptions{Budget: protocol.CNX(20)})
	plain := n.stream(key, with(`"stream":true`), nil)
	if got := plain.resp.Header.Get("X-Helium-Fee"); got != "10" {
		t.Errorf("X-Helium-Fee is %q", got)
	}
	plain.until(": helium stage=queued", "position=1 wait=40s")
	named := n.stream(key, with(`"stream":true,"helium":{"fee":"9"}`), http.Header{"X-Helium-Events": {"1"}})
	named.until("data: ", `"stage":"queued"`, `"position":2`, `"wait_seconds":90`)
	n.others(1, 11)
	plain.until(": helium stage=queued", "position=2")
	named.until(`"position":3`)

	id := named.resp.Header.Get("X-Helium-Receipt")
	if _, body := n.call(t, call{"GET", "/v1/tasks/" + id, "", bearer(key)}); !strings.Contains(body, `"state":"queued"`) || !strings.Contains(body, `"position":3`) ||
		!strings.Contains(body, `"fee":{"cnx":"9","wei":"9000000000000000000"}`) {
		t.Errorf("/v1/tasks says %s", body)
	}
	if resp, body := n.call(t, call{"POST", "/v1/chat/completions", ask, bearer(key)}); resp.StatusCode != 402 || !strings.Contains(body, "1 CNX of the budget is left") {
		t.Errorf("19 of 20 CNX are under way: %d %s", resp.StatusCode, body)
	}

	n.others(49, 12) // two more than there is room for
	const nothing = "Nothing was paid: all of"
	plain.until(`data: {"error":`, `"evicted"`, nothing+" 10 CNX came back", "Offer a higher fee")
	plain.until("data: [DONE]")
	named.until("data: ", `"code":"evicted"`, nothing+" 9 CNX came back")
	named.until("data: ", `"receipt":{`, `"refunded":"9000000000000000000"`)
	named.until(`data: {"error":`, `"evicted"`)
	for range 100 {
		resp, body := n.call(t, call{"GET", "/v1/tasks/" + id, "", bearer(key)})
		if resp.StatusCode == 200 && strings.Contains(body, `"refunded":{"cnx":"9"`) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}

	// The whole budget is there again, and what it buys now has a price that is named.
	resp, body := n.call(t, call{"POST", "/v1/chat/completions", ask, bearer(key)})
	if resp.StatusCode != 503 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, `"queue_full"`) ||
		!strings.Contains(body, "the least of them pays 0.275 CNX a second") || !strings.Contains(body, "Offer a fee of 11.0001 CNX") {
		t.Errorf("a full queue: %d %s", resp.StatusCode, body)
	}
	time.Sleep(1100 * time.Millisecond) // what the estimate knows is a second old at most
	e := n.estimated(key, ask)
	if e.Start != "full" || e.FeeToEnter == nil || e.FeeToEnter.CNX != "11.00000000000000004" || e.Waiting != 50 {
		t.Fatalf("a full queue is estimated %+v", e)
	}
	n.stream(key, with(`"stream":true,"helium":{"fee":"`+e.FeeToEnter.CNX+`"}`), nil).until("stage=queued", "position=50")
}

func TestATaskThatNoNodesCouldRunIsRefused(t *testing.T) {
	n := openQueue(t, func(c *Config) { c.Models[0].MinVRAMGB = 80 })
	key := n.key(KeyOptions{})
	if e := n.estimated(key, ask); e.Start != "never" || e.FeeToEnter != nil || e.FeeAtOnce != nil {
		t.Errorf("it is estimated %+v", e)
	}
	resp, body := n.call(t, call{"POST", "/v1/chat/completions", ask, bearer(key)})
	if resp.StatusCode != 503 || !strings.Contains(body, `"no_nodes"`) || !strings.Contains(body, "Nothing was paid") {
		t.Errorf("got %d %s", resp.StatusCode, body)
	}
}
