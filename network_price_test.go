//go:build linux && !desktop

package main

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"helium/backend/bridge"
	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
)

// testPrice looks at what is said of a price before, while and after it is paid.
func (l *lab) testPrice(t *testing.T) {
	l.awaitIdle(t)
	with := func(helium map[string]any) map[string]any {
		q := question("What does a bridge do?", false)
		q["helium"] = helium
		return q
	}

	var e bridge.Estimate
	l.answer(t, "/v1/estimate", with(map[string]any{}), http.StatusOK, &e)
	if e.Fee.CNX != "10" || e.Value.CNX != "0.25" || e.LeastFee.CNX != "1" || e.Seconds != 40 || e.Start != "now" || e.FeeAtOnce == nil || e.FeeAtOnce.CNX != "1" || !e.Allowed {
		t.Errorf("three nodes are free: %+v", e)
	}

	var refused struct {
		Error struct{ Code, Message string }
	}
	before := len(l.readBook(t).tasks)
	l.answer(t, "/v1/chat/completions", with(map[string]any{"max_fee": "9.5"}), http.StatusPaymentRequired, &refused)
	if refused.Error.Code != "price_cap" || !strings.Contains(refused.Error.Message, "costs 10 CNX") {
		t.Errorf("over the cap: %+v", refused)
	}
	if after := len(l.readBook(t).tasks); after != before {
		t.Errorf("%d tasks were made over the cap", after-before)
	}

	var answer struct {
		Usage struct {
			Helium struct {
				Receipt string
				Fee     bridge.Amount
			}
		}
	}
	header := l.answer(t, "/v1/chat/completions", with(map[string]any{"fee": "12", "max_fee": "12"}), http.StatusOK, &answer)
	if got := answer.Usage.Helium; header.Get("X-Helium-Fee") != "12" || got.Fee.CNX != "12" || got.Receipt != header.Get("X-Helium-Receipt") {
		t.Errorf("the answer says %+v, its header %q", got, header.Get("X-Helium-Fee"))
	}
	r := l.receipt(t, answer.Usage.Helium.Receipt)
	if r.Fee.Cmp(protocol.CNX(12)) != 0 || !r.Fast || r.SettledBy != r.Creator {
		t.Errorf("the receipt says %s, fast: %v, settled by %s for %s", r.Fee, r.Fast, r.SettledBy, r.Creator)
	}
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
	l.testTaskCommand(t)
}

// testTaskCommand pays with a wallet of the command's own.
func (l *lab) testTaskCommand(t *testing.T) {
	run := func(more ...string) (string, error) {
		args := []string{"task", "run", "What is a receipt?", "--model", models.DemoID, "--max-tokens", "24", "--network", l.ready.Profile}
		return l.helium(t, append(args, more...)...)
	}
	out, err := run("--estimate", "--fee", "2")
	if err != nil || !strings.Contains(out, "It costs 2 CNX for 40 nominal seconds, which is 0.05 CNX a second. It starts at once.") || strings.Contains(out, "created") {
		t.Errorf("--estimate: %v\n%s", err, out)
	}
	out, err = run("--max-fee", "0.5")
	if err == nil || !strings.Contains(out, "it costs 1 CNX, the limit is 0.5 CNX; nothing was sent. Raise the limit") {
		t.Errorf("over the limit: %v\n%s", err, out)
	}
	path := filepath.Join(t.TempDir(), "receipt.json")
	out, err = run("--fee", "2", "--receipt", path)
	for _, want := range []string{"everything in one transaction", "2 CNX  was the fee", "0.76 CNX  to 0x", "0.1 CNX  to who sent the transactions", "0 CNX  came back"} {
		if err != nil || !strings.Contains(out, want) {
			t.Fatalf("helium task run does not say %q: %v\n%s", want, err, out)
		}
	}
	t.Log(out)
	if out, err := l.helium(t, "task", "verify", path, "--network", l.ready.Profile); err != nil {
		t.Errorf("its receipt: %v\n%s", err, out)
	}
}

// answer posts a body, wants a status and reads what comes back.
func (l *lab) answer(t *testing.T, path string, body map[string]any, status int, into any) http.Header {
	t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := l.request(t.Context(), http.MethodPost, path, b)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s answers %s: %s, %v", path, resp.Status, got, err)
	}
	if err := json.Unmarshal(got, into); err != nil {
		t.Fatalf("%s answers %s: %v", path, got, err)
	}
	return resp.Header
}
