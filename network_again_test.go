//go:build linux && !desktop

package main

import (
	"context"
	"encoding/json"
	"math/big"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/app/local"
	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
)

// openTrios starts a network of six nodes, three of each of two cards. A task of
// text is drawn to three of one card. The last nodes have faults.
func openTrios(t *testing.T, faults ...string) *lab {
	t.Helper()
	args := []string{"--nodes", "6"}
	for _, card := range []string{"One card:2", "Another card:2"} {
		args = append(args, "--card", card, "--card", card, "--card", card)
	}
	for _, fault := range faults {
		args = append(args, "--fault", fault)
	}
	return openLab(t, args...)
}

func (l *lab) addresses(nodes ...int) (all []common.Address) {
	for _, i := range nodes {
		all = append(all, l.ready.Nodes[i].Address)
	}
	return all
}

// steer has nodes' owners press a button, and waits until the chain knows.
func (l *lab) steer(t *testing.T, press func(*local.Client, context.Context) error, want protocol.NodeStatus, nodes ...int) {
	t.Helper()
	for _, i := range nodes {
		a, err := local.ReadAddress(l.nodeDir(i))
		if err != nil {
			t.Fatal(err)
		}
		c, err := local.Dial(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		err = press(c, t.Context())
		c.Close()
		if err != nil {
			t.Fatalf("node %d: %v", i+1, err)
		}
	}
	for _, address := range l.addresses(nodes...) {
		await(t, address.Hex()+" to be "+want.String(), func() bool { return protocol.NodeStatus(l.nodeInfo(t, address).Status) == want })
	}
}

// signal stops nodes' processes where they are, or lets them go on.
func (l *lab) signal(t *testing.T, s syscall.Signal, nodes ...int) {
	t.Helper()
	for _, i := range nodes {
		if err := syscall.Kill(l.nodePID(i), s); err != nil {
			t.Fatalf("node %d: %v", i+1, err)
		}
	}
}

// The nodes of a network of trios.
var (
	sound  = []int{0, 1, 2}
	faulty = []int{3, 4, 5}
)

// failFirst has the faulty nodes drawn for the task that ask makes, since the sound
// ones rest. As soon as it is drawn, which ask tells, the sound ones are there.
func (l *lab) failFirst(t *testing.T, ask func(drawn func())) {
	t.Helper()
	l.signal(t, syscall.SIGSTOP, faulty...)
	ask(func() {
		l.steer(t, (*local.Client).Resume, protocol.NodeAvailable, sound...)
		l.signal(t, syscall.SIGCONT, faulty...)
	})
}

// TestATaskWithoutAgreementIsSentAgainWithinItsPrice has three nodes drawn of which
// one lies, one fails and one is alone with what is right. Those that answered are
// paid for their try, so that a caller has to ask for another one.
func TestATaskWithoutAgreementIsSentAgainWithinItsPrice(t *testing.T) {
	l := openTrios(t, "lie", "fail")
	m := l.openMoney(t)
	l.steer(t, (*local.Client).Pause, protocol.NodePaused, sound...)
	// Of the fee of 10 a tenth of a CNX goes to who ended the task, and 30 of 40
	// seconds' worth of what is left to the two nodes that answered.
	const back, cost, each = "2.475", "17.525", "3.7125"
	liar, failing := l.ready.Nodes[4].Address, l.ready.Nodes[5].Address

	alone := t.Run("a try too dear is not made", func(t *testing.T) {
		q := map[string]any{"type": "gpt", "helium": map[string]any{"retries": 3, "max_fee": "17.524999999999999999"}, "task": map[string]any{
			"model": models.DemoID, "messages": []map[string]string{{"role": "user", "content": plainPrompt}},
			"seed": 7, "generation_config": map[string]any{"max_new_tokens": 24, "do_sample": false},
		}}
		var made struct{ ID string }
		l.answer(t, "/v1/tasks", q, http.StatusAccepted, &made)
		now := l.ended(t, made.ID, 1)
		l.cameToNothing(t, made.ID, now, back)
		r := l.receipt(t, made.ID)
		for _, n := range r.Nodes {
			want := map[bool]string{false: each, true: "0"}[n.Address == failing]
			if n.Paid.Decimal() != want || n.Slashed || n.Agrees {
				t.Errorf("%s was paid %s, want %s; slashed %t, agrees %t", n.Address, n.Paid.Decimal(), want, n.Slashed, n.Agrees)
			}
		}
		m.check(t, l, 1)
	})
	if !alone {
		return // another try has changed who is left to be drawn
	}
	t.Run("one within the price is", func(t *testing.T) {
		q := question(plainPrompt, true)
		q["helium"], q["stream_options"] = map[string]any{"retries": 2, "max_fee": cost}, map[string]any{"include_usage": true}
		var s told
		l.failFirst(t, func(drawn func()) {
			s = l.listen(t, q, once("drawn", drawn))
		})
		s.inOrder(t, "created", "drawn", "retry", "created", "drawn", "verified", "settled", "receipt", "done")
		if len(s.retries) != 1 || s.retries[0].attempt != 2 || s.retries[0].reason.Code != "no_agreement" || !strings.Contains(s.retries[0].reason.Detail, back+" CNX of 10 CNX came back") {
			t.Errorf("between the attempts came %+v", s.retries)
		}
		if !sameNodes(s.drawn[0], l.addresses(faulty...)) || !sameNodes(s.drawn[1], l.addresses(sound...)) {
			t.Errorf("drawn were %v", s.drawn)
		}
		if s.failure != nil || s.cost.Attempts != 2 || s.cost.Fee.CNX != cost {
			t.Errorf("it failed with %+v; the usage says %+v", s.failure, s.cost)
		}
		want := bareAnswer(t, plainPrompt)
		s.endsWith(t, want, s.drawn[0][0] == liar)
		l.doneAtLast(t, s.id, want, back)
		m.check(t, l, 3)
	})
	l.letGo(t)
}

// TestATaskThatEnginesFailAtIsSentAgainWithinItsTime has three nodes drawn whose
// engines fail. They are not paid, so that another try needs no word.
func TestATaskThatEnginesFailAtIsSentAgainWithinItsTime(t *testing.T) {
	l := openTrios(t, "fail", "fail", "fail")
	m := l.openMoney(t)
	l.steer(t, (*local.Client).Pause, protocol.NodePaused, sound...)
	const back = "9.9" // all but what goes to who ended the task

	alone := t.Run("a try too late is not made", func(t *testing.T) {
		q := question(plainPrompt, true)
		q["helium"] = map[string]any{"retries": 2, "deadline_seconds": 1}
		l.signal(t, syscall.SIGSTOP, faulty...)
		late := once("drawn", func() {
			time.Sleep(time.Second)
			l.signal(t, syscall.SIGCONT, faulty...)
		})
		s := l.listen(t, q, func(step string) {
			if late(step); step == "retry" {
				t.Fatal("it is sent again")
			}
		})
		s.inOrder(t, "created", "drawn", "disputed", "settled", "receipt", "error", "done")
		if s.failure == nil || s.failure.Code != "no_agreement" || !strings.Contains(s.failure.Message, back+" CNX of 10 CNX came back") || s.text != "" || len(s.retries) > 0 {
			t.Errorf("it failed with %+v, after the text %q and %+v", s.failure, s.text, s.retries)
		}
		l.cameToNothing(t, s.id, l.ended(t, s.id, 1), back)
		m.check(t, l, 1)
	})
	if !alone {
		return // another try has changed who is left to be drawn
	}
	t.Run("one in time is, without a word", func(t *testing.T) {
		var id string
		var lines []string
		l.failFirst(t, func(drawn func()) {
			id, lines = l.overhear(t, question(plainPrompt, true), once(": helium stage=drawn", drawn))
		})
		retries := commented(lines, "stage=retry")
		if len(retries) != 1 || !strings.HasSuffix(retries[0], "attempt=2 reason=no_agreement fee=10 refunded="+back) || len(commented(lines, "stage=drawn")) != 2 {
			t.Errorf("the stages are %q", commented(lines, "stage"))
		}
		want := bareAnswer(t, plainPrompt)
		if got := textOf(t, lines); got != want || len(commented(lines, "verified")) != 1 || len(commented(lines, "replaced")) != 0 {
			t.Errorf("streamed was %q in %q", got, lines)
		}
		l.doneAtLast(t, id, want, back)
		m.check(t, l, 3)
	})
	l.letGo(t)
}

// once calls act at the first line or step that begins like this.
func once(like string, act func()) (see func(string)) {
	seen := false
	return func(what string) {
		if !seen && strings.HasPrefix(what, like) {
			seen = true
			act()
		}
	}
}

// endsWith wants a stream's caller to have the right text at its end, in place of a
// lie if that was streamed before.
func (s *told) endsWith(t *testing.T, want string, lied bool) {
	t.Helper()
	right := s.text == want && len(s.replaced) == 0
	if lied {
		right = len(s.text) > len("No. ") && strings.HasPrefix("No. "+want, s.text) && len(s.replaced) == 1 && s.replaced[0] == want
	}
	if !right || s.matches == nil || *s.matches == lied {
		t.Errorf("streamed was %q (a lie: %t), replaced by %q (%v); the engine alone says %q", s.text, lied, s.replaced, s.matches, want)
	}
}

func sameNodes(a, b []common.Address) bool {
	order := func(a, b common.Address) int { return a.Cmp(b) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), order), slices.SortedFunc(slices.Values(b), order))
}

// cameToNothing wants a request to have ended without an answer, after one attempt
// whose receipt says what came back.
func (l *lab) cameToNothing(t *testing.T, id string, now requestNow, back string) {
	t.Helper()
	if now.State != creator.Aborted || now.Response != nil || now.Reason == nil || now.Reason.Code != "no_agreement" || now.Reason.Action == "" || len(now.Attempts) > 0 {
		t.Errorf("the request is %s (%+v) with the answer %s, after the attempts %+v", now.State, now.Reason, now.Response, now.Attempts)
	}
	if now.Fee.CNX != "10" || now.Refunded == nil || now.Refunded.CNX != back {
		t.Errorf("of the fee %s came back %+v, want %s", now.Fee.CNX, now.Refunded, back)
	}
	l.nothingAgreed(t, l.receipt(t, id), back)
}

func (l *lab) nothingAgreed(t *testing.T, r protocol.Receipt, back string) {
	t.Helper()
	if r.Outcome != protocol.OutcomeNoAgreement || r.Response != "" || r.Refunded.Decimal() != back {
		t.Errorf("the receipt is of %s, with %q and %s back", r.Outcome, r.Response, r.Refunded.Decimal())
	}
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil {
		t.Error(err)
	}
}

// doneAtLast wants a request to have taken two attempts, each with a receipt.
func (l *lab) doneAtLast(t *testing.T, id, text, back string) {
	t.Helper()
	now := l.ended(t, id, 2)
	var answer struct {
		Choices []struct{ Message struct{ Content string } }
	}
	if err := json.Unmarshal(now.Response, &answer); err != nil || len(answer.Choices) != 1 || answer.Choices[0].Message.Content != text {
		t.Errorf("the answer is %s, %v", now.Response, err)
	}
	if now.State != creator.Settled || now.Reason != nil || len(now.Attempts) != 2 {
		t.Fatalf("the request is %s (%v) after the attempts %+v", now.State, now.Reason, now.Attempts)
	}
	first, second := now.Attempts[0], now.Attempts[1]
	if first.State != creator.Aborted || first.Refunded == nil || first.Refunded.CNX != back || first.Reason == nil || first.Reason.Code != "no_agreement" || first.TaskID == second.TaskID {
		t.Errorf("the first attempt is %+v", first)
	}
	if second.State != creator.Settled || second.Refunded == nil || !second.Refunded.Wei.IsZero() || second.Fee.CNX != "10" || second.TaskID != now.TaskID {
		t.Errorf("the second attempt is %+v", second)
	}
	var failed protocol.Receipt
	if !l.get(t, "/v1/receipts/"+id+"?attempt=1", &failed) || failed.TaskID != first.TaskID {
		t.Errorf("the first receipt is of task %s", failed.TaskID)
	}
	l.nothingAgreed(t, failed, back)
	r := l.receipt(t, id)
	if _, err := creator.VerifyReceipt(t.Context(), l.rpc, *l.net, r); err != nil || r.TaskID != second.TaskID || r.Outcome != protocol.OutcomeAgreed {
		t.Errorf("the second receipt is of task %s, which ended with %s: %v", r.TaskID, r.Outcome, err)
	}
	if out, err := l.verifyText(t, r, text); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// letGo wants the faulty nodes to be out of the network with their stakes: it lets
// go of those that failed twice, and slashes nobody for it.
func (l *lab) letGo(t *testing.T) {
	t.Helper()
	b := l.readBook(t)
	b.check(t, l)
	if len(b.slashed) > 0 {
		t.Errorf("slashed were %v", b.slashed)
	}
	for _, address := range l.addresses(faulty...) {
		if info := l.nodeInfo(t, address); protocol.NodeStatus(info.Status) != protocol.NodeQuit {
			t.Errorf("%s is %s", address, protocol.NodeStatus(info.Status))
		}
	}
}

// money is what the bridge's wallet had at first.
type money struct {
	payer common.Address
	had   *big.Int
}

func (l *lab) openMoney(t *testing.T) money {
	t.Helper()
	payer := openWallet(t, filepath.Join(l.data(), "wallets", "bridge")).Address()
	return money{payer, l.wealth(t, payer)}
}

// wealth is what an account has, and what the Task contract owes it.
func (l *lab) wealth(t *testing.T, who common.Address) *big.Int {
	t.Helper()
	c := contracts.NewTask()
	owed, err := c.UnpackCredit(l.call(t, l.net.Contracts.Task, c.PackCredit(who)))
	if err != nil {
		t.Fatal(err)
	}
	return owed.Add(owed, l.tokens(t, who))
}

// check wants so many tasks, and the wallet to be poorer by just what they cost.
func (m money) check(t *testing.T, l *lab, tasks int) {
	t.Helper()
	b := l.readBook(t)
	b.check(t, l)
	want := new(big.Int).Set(m.had)
	for id, task := range b.tasks {
		if task.creator != m.payer || task.ended != 1 {
			t.Errorf("task %s is %s's and ended %d times", id, task.creator, task.ended)
		}
		want.Sub(want, task.fee).Add(want, task.back)
		if earned := task.rewards[m.payer]; earned != nil {
			want.Add(want, earned)
		}
	}
	if has := l.wealth(t, m.payer); has.Cmp(want) != 0 || len(b.tasks) != tasks {
		t.Errorf("after %d tasks, of %d, the bridge has %s, the logs say %s", len(b.tasks), tasks, has, want)
	}
}
