package creator

import (
	"context"
	"errors"
	"strings"
	"testing"

	"helium/backend/protocol"
)

func notCancelled(t *testing.T, err error, says string) {
	t.Helper()
	var reason protocol.Reason
	if !errors.As(err, &reason) || reason.Code != "not_cancellable" || !strings.Contains(reason.Detail, says) {
		t.Errorf("got %v, want a refusal that says %q", err, says)
	}
}

func TestAQueuedTaskIsTakenBackAndItsFeeComesBack(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	c := n.start(p, t.TempDir(), nil)
	before, err := c.Balance(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	task := n.make(c, "changed my mind", 30)
	for range 2 { // as often as anybody asks
		if err := task.Cancel(n.ctx); err != nil {
			t.Fatal(err)
		}
	}
	all := n.collect(task)
	reason, r := find(all, StageAborted).Reason, find(all, StageSettled).Receipt
	kept, _ := r.Fee.Sub(r.Refunded)
	if reason.Code != "cancelled" || !strings.Contains(reason.Detail, "of 30 CNX came back") || r.Outcome != protocol.OutcomeCancelled ||
		kept.Big().Cmp(n.chain.Params.MinFee) != 0 {
		t.Errorf("%+v, %s of %s came back", reason, r.Refunded, r.Fee)
	}
	if left, err := before.Sub(kept); err != nil {
		t.Error(err)
	} else {
		n.sameBalance(c, left)
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *r); err != nil {
		t.Errorf("its receipt does not verify: %v", err)
	}
	if p.count("creator/cancel/") != 1 {
		t.Errorf("the contract was asked %d times", p.count("creator/cancel/"))
	}
	again, err := c.Task(task.ID())
	if err != nil || again.Cancel(n.ctx) != nil {
		t.Errorf("an ended one: %v", err)
	}
}

func TestADrawnTaskIsNotTakenBack(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), nil)
	task, err := c.Create(n.ctx, request("at once"))
	if err != nil {
		t.Fatal(err)
	}
	n.waitFor(task, StageDrawn)
	notCancelled(t, task.Cancel(n.ctx), "")
	if all := n.collect(task); find(all, StageVerified) == nil {
		t.Errorf("it ended with %v", stages(all))
	}
	notCancelled(t, task.Cancel(n.ctx), "ended")
}

// A wish outlives the process that it was told to.
func TestAWishToCancelIsKeptOverARestart(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	dir := t.TempDir()
	asked := make(chan struct{})
	p.before = func(key string) error {
		if strings.HasPrefix(key, "creator/cancel/") {
			close(asked) // it is written down by then
			return errors.New("the power fails")
		}
		return nil
	}
	c := n.start(p, dir, nil)
	task := n.make(c, "changed my mind", 30)
	n.placed(task, 1)
	ctx, stop := context.WithCancel(n.ctx)
	stop()
	if err := task.Cancel(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	<-asked
	c.stop()
	p.mu.Lock()
	p.before = nil
	p.mu.Unlock()

	next := n.start(p, dir, nil)
	task, err := next.Task(task.ID())
	if err != nil {
		t.Fatal(err)
	}
	if reason := find(n.collect(task), StageAborted).Reason; reason.Code != "cancelled" {
		t.Errorf("it ended with %+v", reason)
	}
}
