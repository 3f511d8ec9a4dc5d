package creator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/protocol"
	"helium/backend/store"
)

// dryPayer has no gas for tasks.
type dryPayer struct{ *payer }

func (d dryPayer) Submit(ctx context.Context, in chain.Intent) (*types.Receipt, error) {
	if strings.HasPrefix(in.Key, "creator/create/") {
		return nil, fmt.Errorf("%s: %w", in.Key, chain.ErrFunds)
	}
	return d.payer.Submit(ctx, in)
}

// together runs creators of these wallets over one store, until stop.
func (n *testNet) together(dir string, using int, payers ...Sender) (a *Accounts, stop func()) {
	n.t.Helper()
	st, err := store.Open(dir, store.Options{Log: n.log})
	if err != nil {
		n.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(n.ctx)
	done := make(chan error, len(payers))
	var all []*Creator
	for i, p := range payers {
		c, err := New(Config{
			Profile: n.profile, Chain: n.chain.Client, Sender: p, Relay: n.dial(n.payerOf(p).key), Store: st, Log: n.log, Value: protocol.CNX(2), Extra: i > 0,
		})
		if err != nil {
			n.t.Fatal(err)
		}
		go func() { done <- c.Run(ctx) }()
		if err := c.waitReady(n.ctx); err != nil {
			n.t.Fatal(err)
		}
		all = append(all, c)
	}
	return NewAccounts(using, all...), func() {
		cancel()
		for range payers {
			if err := <-done; !errors.Is(err, context.Canceled) && n.ctx.Err() == nil {
				n.t.Errorf("a creator ended with %v", err)
			}
		}
		if err := st.Close(); err != nil {
			n.t.Error(err)
		}
	}
}

func (n *testNet) payerOf(s Sender) *payer {
	if d, ok := s.(dryPayer); ok {
		return d.payer
	}
	return s.(*payer)
}

func (n *testNet) makeIn(a *Accounts, prompt string) *Task {
	n.t.Helper()
	t, err := a.Create(n.ctx, request(prompt))
	if err != nil {
		n.t.Fatal(err)
	}
	return t
}

// A transaction that is not mined holds up its own wallet's request and no other;
// it is taken up again after a restart, by the wallet that it is of.
func TestAStuckWalletStopsNoOther(t *testing.T) {
	n := newTestNet(t, 3, nil)
	first, stuck, third := n.payer(), n.payer(), n.payer()
	var blocked atomic.Bool
	blocked.Store(true)
	release := make(chan struct{})
	stuck.before = func(key string) error {
		if blocked.Load() && strings.HasPrefix(key, "creator/create/") {
			<-release
			return errors.New("the process died before it was sent")
		}
		return nil
	}
	dir := t.TempDir()
	a, stop := n.together(dir, 3, first, stuck, third)

	tasks := map[string]common.Address{}
	of := map[common.Address]int{}
	var waiting *Task
	for i := range 9 {
		task := n.makeIn(a, fmt.Sprint("question ", i))
		payer := task.Record().Payer
		tasks[task.ID()] = payer
		of[payer]++
		if payer == stuck.Address() {
			waiting = task
			continue
		}
		if settled := find(n.collect(task), StageSettled); settled == nil || settled.Receipt.Creator != payer {
			t.Fatalf("task %d of %s ended with %+v", i, payer, settled)
		}
	}
	if of[stuck.Address()] != 1 || of[first.Address()] != 4 || of[third.Address()] != 4 {
		t.Fatalf("requests went to %v, want one to the stuck wallet and the rest shared evenly", of)
	}
	if s := a.States()[1]; s.Address != stuck.Address() || s.Waiting != 1 || s.Open != 1 || s.Since.IsZero() {
		t.Errorf("the stuck wallet is %+v", s)
	}
	blocked.Store(false)
	close(release)
	stop()

	// With fewer wallets in use, those that are left over finish what they have.
	a, stop = n.together(dir, 1, first, stuck, third)
	defer stop()
	again, err := a.Task(waiting.ID())
	if err != nil {
		t.Fatal(err)
	}
	if find(n.collect(again), StageVerified) == nil {
		t.Error("the request was lost")
	}
	if task := n.makeIn(a, "who pays now?"); task.Record().Payer != first.Address() || find(n.collect(task), StageSettled) == nil {
		t.Errorf("a wallet that is not used pays")
	}
	for id, payer := range tasks {
		if task, err := a.Task(id); err != nil || task.Record().Receipt == nil || task.Record().Receipt.Creator != payer {
			t.Errorf("request %s of %s: %v", id, payer, err)
		}
	}
	if len(stuck.sent) == 0 || len(first.sent) < 5 {
		t.Error("not every wallet has paid")
	}
}

// A wallet without CNX is passed over at once, and one without gas after its first
// failure, which cost nothing.
func TestRequestsGoToAWalletThatCanPay(t *testing.T) {
	n := newTestNet(t, 3, nil)
	rich, dry, poor := n.payer(), dryPayer{n.payer()}, n.payer()
	n.hold(poor, 0, 0)
	a, stop := n.together(t.TempDir(), 3, rich, dry, poor)
	defer stop()
	failed := 0
	for i := range 8 {
		task := n.makeIn(a, fmt.Sprint("question ", i))
		all := n.collect(task)
		if e := find(all, StageAborted); e != nil && e.Reason.Code == "insufficient_gas" && task.Record().Payer == dry.Address() {
			failed++
			continue
		}
		if find(all, StageSettled) == nil || task.Record().Payer != rich.Address() {
			t.Errorf("task %d of %s ended with %v", i, task.Record().Payer, stages(all))
		}
	}
	if failed != 1 || !a.States()[1].NoGas {
		t.Errorf("%d requests went to a wallet without gas, want the first one", failed)
	}
	sum, err := a.Balance(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	var want protocol.Wei
	for _, c := range a.all {
		free, err := c.Balance(n.ctx)
		if err != nil {
			t.Fatal(err)
		}
		want = want.Add(free)
	}
	if sum.Cmp(want) != 0 {
		t.Errorf("%s can be spent, want %s", sum, want)
	}
}
