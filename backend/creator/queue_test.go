package creator

import (
	"crypto/ecdsa"
	"errors"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// aheadClock is the wall clock, moved forward.
type aheadClock struct{ by atomic.Int64 }

func (c *aheadClock) now() time.Time       { return time.Now().Add(time.Duration(c.by.Load())) }
func (c *aheadClock) add(by time.Duration) { c.by.Add(int64(by)) }

// placed waits until a task is said to stand at a place in the queue.
func (n *testNet) placed(task *Task, position int) {
	n.t.Helper()
	for e := range task.Events(n.ctx) {
		if e.Stage == StageQueued && e.Position == position {
			if e.Wait <= 0 {
				n.t.Errorf("at place %d it waits %s", position, e.Wait)
			}
			return
		}
	}
	n.t.Fatalf("the task never stood at place %d", position)
}

func TestTheQueueIsToldAndServedByValue(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	c := n.start(n.payer(), t.TempDir(), nil)
	cheap, dear, middle := n.make(c, "cheap", 10), n.make(c, "dear", 30), n.make(c, "middle", 20)
	n.placed(dear, 1)
	n.placed(middle, 2)
	n.placed(cheap, 3)

	s := request("").size()
	for fee, want := range map[uint64]int{5: 4, 10: 4, 11: 3, 20: 3, 30: 2, 31: 1} {
		if e, err := c.Estimate(n.ctx, s, protocol.CNX(fee)); err != nil || e.Start != StartQueued || e.Place != want || e.Waiting != 3 || e.Wait <= 0 {
			t.Errorf("%d CNX are estimated %+v, %v, want place %d", fee, e, err, want)
		}
	}

	n.resume()
	var blocks []uint64
	for _, task := range []*Task{dear, middle, cheap} {
		all := n.collect(task)
		r := find(all, StageSettled).Receipt
		drawn, err := n.chain.Client.TransactionReceipt(n.ctx, r.DrawTx)
		if err != nil || find(all, StageVerified) == nil {
			t.Fatalf("%v: %v", stages(all), err)
		}
		blocks = append(blocks, drawn.BlockNumber.Uint64())
		if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *r); err != nil {
			t.Errorf("the receipt of a task from the queue does not verify: %v", err)
		}
	}
	if blocks[0] >= blocks[1] || blocks[1] >= blocks[2] {
		t.Errorf("they were drawn in blocks %v, dearest first", blocks)
	}
	time.Sleep(freshLook)
	if e, err := c.Estimate(n.ctx, s, protocol.CNX(5)); err != nil || e.Start != StartNow || e.Waiting != 0 || e.Place != 0 {
		t.Errorf("afterwards: %+v, %v", e, err)
	}
}

func (n *testNet) make(c *running, prompt string, cnx uint64) *Task {
	n.t.Helper()
	task, err := c.Create(n.ctx, offering(prompt, cnx))
	if err != nil {
		n.t.Fatal(err)
	}
	n.waitFor(task, StageCreated)
	return task
}

func TestATaskThatOnlyOtherNodesCanRunHoldsUpNoneOfOurs(t *testing.T) {
	n := newTestNet(t, 3, nil)
	large := contractstest.Class{Card: "Large", VRAMGB: 80, Runtime: "cuda/1"}
	n.mu.Lock()
	n.chain.Join(3, large)
	n.mu.Unlock()
	c := n.start(n.payer(), t.TempDir(), nil)
	// The large nodes answer nothing, so what they hold stays theirs.
	for _, prompt := range []string{"held", "waits for the large ones"} {
		q := offering(prompt, 50)
		q.MinVRAMGB = 80
		task, err := c.Create(n.ctx, q)
		if err != nil {
			t.Fatal(err)
		}
		n.waitFor(task, StageCreated)
	}
	n.pause()
	ours := n.make(c, "ours", 5)
	n.placed(ours, 2)
	n.resume()
	if all := n.collect(ours); find(all, StageVerified) == nil {
		t.Errorf("it ended with %v", stages(all))
	}
}

func TestAFullQueueSaysWhatGetsInAndWhoLeavesPaysNothing(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	c := n.start(p, t.TempDir(), nil)
	ours := n.make(c, "the cheapest", 2)
	other := n.account()
	for range 49 {
		n.wait(other, 4)
	}
	before, err := c.Balance(n.ctx)
	if err != nil {
		t.Fatal(err)
	}

	// 50 wait, the cheapest for 2 CNX / 40 s = 0.05 a second.
	refused, err := c.Create(n.ctx, offering("as cheap", 2))
	if err != nil {
		t.Fatal(err)
	}
	reason := n.collect(refused)[0].Reason
	if reason.Code != "queue_full" || !strings.Contains(reason.Detail, "50 tasks wait, and the least of them pays 0.05 CNX a second") ||
		!strings.Contains(reason.Detail, "Nothing was paid") || !strings.Contains(reason.Action, "2.0001 CNX") {
		t.Errorf("reason is %+v", reason)
	}
	n.sameBalance(c, before)

	e, err := c.Estimate(n.ctx, request("").size(), protocol.CNX(2))
	if err != nil || e.Start != StartFull || e.Enter.Decimal() != "2.00000000000000004" {
		t.Errorf("it is estimated %+v, %v", e, err)
	}
	q := request("just enough")
	q.Fee = e.Enter
	enough, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	n.placed(enough, 50)

	reason = find(n.collect(ours), StageAborted).Reason
	if reason.Code != "evicted" || !strings.Contains(reason.Detail, "Nothing was paid: all of 2 CNX came back") || reason.Action == "" {
		t.Errorf("reason is %+v", reason)
	}
	if r := ours.Record().Receipt; r == nil || r.Outcome != protocol.OutcomeEvicted || r.Refunded.Cmp(r.Fee) != 0 {
		t.Errorf("receipt is %+v", r)
	}
}

// wait puts somebody else's task into the queue.
func (n *testNet) wait(from *ecdsa.PrivateKey, cnx int64) {
	n.t.Helper()
	r := contractstest.GPTRequest()
	r.MinVramGB, r.Fee = request("").MinVRAMGB, contractstest.CNX(cnx)
	if _, err := n.try(from, n.chain.Deployment.Task, n.chain.Task.PackCreateTask(r)); err != nil {
		n.t.Fatal(err)
	}
}

func (n *testNet) sameBalance(c *running, want protocol.Wei) {
	n.t.Helper()
	if got, err := c.Balance(n.ctx); err != nil || got.Cmp(want) != 0 {
		n.t.Errorf("%s can be spent, %v, it was %s", got, err, want)
	}
}

func TestAPriceOverTheCapIsRefusedBeforeAnythingIsSent(t *testing.T) {
	n := newTestNet(t, 0, nil)
	p := n.payer()
	c := n.start(p, t.TempDir(), nil)
	for _, q := range []Request{request("own price"), offering("offered", 7)} {
		q.MaxFee = protocol.CNX(6)
		var reason protocol.Reason
		if _, err := c.Create(n.ctx, q); !errors.As(err, &reason) || reason.Code != "price_cap" {
			t.Errorf("%v", err)
		}
	}
	q := request("nothing")
	q.Fee, _ = protocol.WeiOf(big.NewInt(1))
	var reason protocol.Reason
	if _, err := c.Create(n.ctx, q); !errors.As(err, &reason) || reason.Code != "fee_too_low" || !strings.Contains(reason.Detail, "costs 1 CNX at least") {
		t.Errorf("%v", err)
	}
	if p.count("creator/create/") != 0 {
		t.Error("a task was made")
	}
}
