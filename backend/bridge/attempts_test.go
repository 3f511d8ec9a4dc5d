package bridge

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
)

// pass moves the chain's time and the wall clock on, past every deadline.
func (n *queueNet) pass(d time.Duration) {
	n.t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.chain.Advance(d)
	n.clock.by.Add(int64(d))
}

// get asks as the holder of a key and reads the answer.
func get[T any](n *queueNet, key, path string) (v T) {
	n.t.Helper()
	resp, body := n.call(n.t, call{"GET", path, "", bearer(key)})
	if err := json.Unmarshal([]byte(body), &v); resp.StatusCode != 200 || err != nil {
		n.t.Fatalf("%s: %d %s", path, resp.StatusCode, body)
	}
	return v
}

// spentBy is what a key's requests have cost.
func (n *queueNet) spentBy(key string) (sum protocol.Wei) {
	n.t.Helper()
	err := n.store.View(func(tx *store.Tx) (err error) {
		sum, err = spent.Get(tx, n.mustCaller(n.t, key).id)
		return err
	})
	if err != nil {
		n.t.Fatal(err)
	}
	return sum
}

var named = http.Header{"X-Helium-Events": {"1"}}

func TestARequestThatNodesFailAtIsSentAgainAndEachAttemptIsBooked(t *testing.T) {
	n := openNet(t, 6, true, nil)
	key := n.key(KeyOptions{Budget: protocol.CNX(15)}) // never enough for two fees of 10 at once
	s := n.stream(key, with(`"stream":true,"helium":{}`), named)
	s.until("data: ", `"stage":"drawn"`)
	n.pass(4*time.Minute + 30*time.Second)
	s.until("data: ", `"stage":"retry"`, `"attempt":2`, `"code":"nodes_silent"`)
	s.until("data: ", `"stage":"drawn"`)
	id := s.resp.Header.Get("X-Helium-Receipt")
	task := get[taskAnswer](n, key, "/v1/tasks/"+id)
	if task.ID != id || task.State.Final() || len(task.Attempts) != 2 || task.Attempts[0].State != creator.Aborted || task.Attempts[0].TaskID == task.TaskID {
		t.Errorf("while the second is under way: %+v", task)
	}
	n.pass(4*time.Minute + 30*time.Second)
	s.until(`data: {"error":`, `"nodes_silent"`)
	s.until("data: [DONE]")

	task = get[taskAnswer](n, key, "/v1/tasks/chatcmpl-"+id)
	first := get[protocol.Receipt](n, key, "/v1/receipts/"+id+"?attempt=1")
	second := get[protocol.Receipt](n, key, "/v1/receipts/"+id+"?attempt=2")
	last := get[protocol.Receipt](n, key, "/v1/receipts/"+id)
	if task.State != creator.Aborted || first.TaskID == second.TaskID || last.TaskID != second.TaskID || task.Attempts[0].TaskID != first.TaskID {
		t.Errorf("attempts are %+v, receipts of tasks %s, %s and %s", task.Attempts, first.TaskID, second.TaskID, last.TaskID)
	}
	cost := protocol.Wei{}
	for _, r := range []protocol.Receipt{first, second} {
		if _, err := creator.VerifyReceipt(t.Context(), n.chain.Client, n.profile, r); err != nil {
			t.Errorf("receipt of task %s: %v", r.TaskID, err)
		}
		kept, err := r.Fee.Sub(r.Refunded)
		if err != nil {
			t.Fatal(err)
		}
		cost = cost.Add(kept)
	}
	if got := n.spentBy(key); got.Cmp(cost) != 0 {
		t.Errorf("the key has spent %s, the receipts say %s", got, cost)
	}
	if resp, body := n.call(t, call{"GET", "/v1/receipts/" + id + "?attempt=3", "", bearer(key)}); resp.StatusCode != 404 || !strings.Contains(body, "2 attempts") {
		t.Errorf("a third: %d %s", resp.StatusCode, body)
	}
}

func TestAnAttemptOverALimitOrAgainstAWishIsNotMade(t *testing.T) {
	n := openNet(t, 12, true, nil)
	poor := n.key(KeyOptions{Budget: protocol.CNX(10)}) // closing what was silent costs a little
	rich := n.key(KeyOptions{})
	all := map[string]*following{
		"over the budget": n.stream(poor, with(`"stream":true`), named),
		"over its own":    n.stream(rich, with(`"stream":true,"helium":{"max_fee":"10"}`), named),
		"asked for none":  n.stream(rich, with(`"stream":true,"helium":{"retries":0}`), named),
		"after its time":  n.stream(rich, with(`"stream":true,"helium":{"deadline_seconds":60}`), named),
	}
	for _, s := range all {
		s.until("data: ", `"stage":"drawn"`)
	}
	before := n.created()
	n.pass(4*time.Minute + 30*time.Second)
	for name, s := range all {
		if line := s.until("data: ", "nodes_silent"); strings.Contains(line, "retry") {
			t.Errorf("%s: %s", name, line)
		}
		s.until("data: [DONE]")
	}
	if n.created() != before {
		t.Error("another task was made")
	}
}

func TestTheWishesOfARequestAreReadByName(t *testing.T) {
	n := openQueue(t, nil)
	key := n.key(KeyOptions{})
	for wish, field := range map[string]string{
		`"retries":-1`: "helium.retries", `"retries":6`: "helium.retries", `"retries":"x"`: "helium.retries",
		`"deadline_seconds":0`: "helium.deadline_seconds", `"deadline_seconds":86401`: "helium.deadline_seconds",
		`"on_disconnect":"stop"`: "helium.on_disconnect",
	} {
		if resp, body := n.call(t, call{"POST", "/v1/estimate", with(`"helium":{` + wish + `}`), bearer(key)}); resp.StatusCode != 400 || !strings.Contains(body, `"param":"`+field+`"`) {
			t.Errorf("%s: %d %s", wish, resp.StatusCode, body)
		}
	}
}

func TestARequestThatWaitsIsCancelledAndItsFeeIsBookedBack(t *testing.T) {
	n := openQueue(t, nil)
	key := n.key(KeyOptions{})
	s := n.stream(key, with(`"stream":true,"metadata":{"order":"7"}`), nil)
	s.until("stage=queued")
	id := s.resp.Header.Get("X-Helium-Receipt")
	if resp, _ := n.call(t, call{"POST", "/v1/tasks/" + id + "/cancel", "", bearer(n.key(KeyOptions{}))}); resp.StatusCode != 404 {
		t.Errorf("somebody else's: %d", resp.StatusCode)
	}
	for range 2 {
		resp, body := n.call(t, call{"POST", "/v1/tasks/" + id + "/cancel", "", bearer(key)})
		if resp.StatusCode != 200 || !strings.Contains(body, `"state":"aborted"`) || !strings.Contains(body, `"code":"cancelled"`) ||
			!strings.Contains(body, `"refunded":{"cnx":"9"`) || !strings.Contains(body, `"metadata":{"order":"7"}`) {
			t.Fatalf("got %d %s", resp.StatusCode, body)
		}
	}
	s.until(`data: {"error":`, `"cancelled"`)
	if got := n.spentBy(key); got.Cmp(protocol.CNX(1)) != 0 {
		t.Errorf("%s is spent, the least fee of 1 CNX should be", got)
	}
	if r := get[protocol.Receipt](n, key, "/v1/receipts/"+id); r.Outcome != protocol.OutcomeCancelled {
		t.Errorf("the receipt says %s", r.Outcome)
	}
}

func TestARequestThatNodesWorkOnIsNotCancelledButNotSentAgain(t *testing.T) {
	n := openNet(t, 6, true, nil)
	key := n.key(KeyOptions{})
	s := n.stream(key, with(`"stream":true`), named)
	s.until("data: ", `"stage":"drawn"`)
	id := s.resp.Header.Get("X-Helium-Receipt")
	if resp, body := n.call(t, call{"POST", "/v1/tasks/" + id + "/cancel", "", bearer(key)}); resp.StatusCode != 409 || !strings.Contains(body, "not_cancellable") {
		t.Errorf("got %d %s", resp.StatusCode, body)
	}
	n.pass(4*time.Minute + 30*time.Second)
	s.until(`data: {"error":`, `"nodes_silent"`)
	if task := get[taskAnswer](n, key, "/v1/tasks/"+id); task.Attempts != nil {
		t.Errorf("it was sent again: %+v", task)
	}
}

func TestWhoLeavesChoosesWhatHappens(t *testing.T) {
	n := openQueue(t, nil)
	key := n.key(KeyOptions{})
	goesOn := n.stream(key, with(`"stream":true`), nil)
	ends := n.stream(key, with(`"stream":true,"helium":{"on_disconnect":"cancel"}`), nil)
	for _, s := range []*following{goesOn, ends} {
		s.until("stage=queued")
		s.resp.Body.Close()
	}
	path := func(s *following) string { return "/v1/tasks/" + s.resp.Header.Get("X-Helium-Receipt") }
	for range 500 {
		if get[taskAnswer](n, key, path(ends)).State.Final() {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if task := get[taskAnswer](n, key, path(ends)); task.Reason == nil || task.Reason.Code != "cancelled" {
		t.Errorf("it is %+v", task)
	}
	if task := get[taskAnswer](n, key, path(goesOn)); task.State != creator.Queued {
		t.Errorf("the other one is %+v", task)
	}
}

// The bridge stopped when the second attempt was charged and not yet made.
func TestAnAttemptThatWasChargedIsMadeAfterARestart(t *testing.T) {
	b, key := open(t)
	who := b.mustCaller(t, key)
	if err := b.charge(who, "req_a", protocol.CNX(2), [32]byte{1}, plan{Left: 1, Number: 1}); err != nil {
		t.Fatal(err)
	}
	p, err := b.planOf("req_a")
	if err != nil {
		t.Fatal(err)
	}
	next, err := b.bookNext(creator.Record{ID: "req_a", Fee: protocol.CNX(2)}, protocol.CNX(1), p, protocol.CNX(2))
	if err != nil || next.Request.ID != "req_a.2" || next.Cost.Cmp(protocol.CNX(1)) != 0 || next.Left != 0 {
		t.Fatalf("next is %+v, %v", next, err)
	}
	if cost, attempts, err := b.cost("req_a"); err != nil || attempts != 2 || cost.Cmp(protocol.CNX(3)) != 0 {
		t.Errorf("%d attempts cost %s, %v", attempts, cost, err)
	}
	if err := b.resume(); err != nil {
		t.Fatal(err)
	}
	// This creator has no money: the attempt is tried and given up, and nothing paid.
	b.followers.Wait()
	if cost, _, err := b.cost("req_a"); err != nil || cost.Cmp(protocol.CNX(1)) != 0 {
		t.Errorf("afterwards it cost %s, %v", cost, err)
	}
	if _, err := b.bookNext(creator.Record{ID: "req_a.2", Fee: protocol.CNX(2)}, protocol.Wei{}, plan{Most: protocol.CNX(4), Cost: protocol.CNX(1)}, protocol.CNX(2)); err == nil {
		t.Error("5 of 4 CNX may be spent")
	}
}

func TestTheTextOfAnotherAttemptGoesOnWhereItIsTheSame(t *testing.T) {
	retry := creator.Event{Stage: stageRetry, Count: 2, Reason: &protocol.Reason{Code: "nodes_silent"}}
	delta := func(text string) creator.Event { return creator.Event{Stage: creator.StageDelta, Text: text} }
	same := record(true, delta("Hel"), retry, delta("He"), delta("llo w"), verifiedEvent("Hello world"))
	var text strings.Builder
	for line := range strings.Lines(same) {
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
		}
		if body, ok := strings.CutPrefix(line, "data: "); ok && json.Unmarshal([]byte(body), &chunk) == nil && len(chunk.Choices) == 1 {
			text.WriteString(chunk.Choices[0].Delta.Content)
		}
	}
	if text.String() != "Hello world" || !strings.Contains(same, `"text_matches_stream":true`) || !strings.Contains(same, `"attempt":2`) {
		t.Errorf("%q came of\n%s", text.String(), same)
	}
	other := record(true, delta("Hel"), retry, delta("Ha"), delta("llo"), verifiedEvent("Hallo"))
	if strings.Contains(other, `"content":"Ha"`) || !strings.Contains(other, "event: helium.replaced\ndata: {\"content\":\"Hallo\",\"index\":0}") {
		t.Errorf("another text:\n%s", other)
	}
}
