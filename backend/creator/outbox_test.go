package creator

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/backend/wallet"
)

// mine makes a block whenever the account has a transaction waiting.
func (n *testNet) mine(account common.Address) {
	n.all.Go(func() {
		for sleep(n.ctx, 2*time.Millisecond) {
			n.mu.Lock()
			pending, err := n.chain.Client.PendingNonceAt(n.ctx, account)
			mined, err2 := n.chain.Client.NonceAt(n.ctx, account, nil)
			if err == nil && err2 == nil && pending > mined {
				n.chain.Backend.Commit()
			}
			n.mu.Unlock()
		}
	})
}

// TestProgramsOutboxSuits runs a creator as a program does: on chain.Sender and
// a wallet, in one store, through a queue and a refusal.
func TestProgramsOutboxSuits(t *testing.T) {
	n := newTestNet(t, 3, nil)
	key := n.account()
	w, err := wallet.FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	// The test's account has no credit and lets nobody take its CNX: the creator
	// sees to both itself.
	if _, err := n.try(key, n.chain.Deployment.Token, n.chain.Token.PackApprove(n.chain.Deployment.Task, common.Big0)); err != nil {
		t.Fatal(err)
	}
	if _, err := n.try(key, n.chain.Deployment.Task, n.chain.Task.PackWithdraw(w.Address())); err != nil {
		t.Fatal(err)
	}
	n.mine(w.Address())
	st, err := store.Open(t.TempDir(), store.Options{Log: n.log})
	if err != nil {
		t.Fatal(err)
	}
	link, err := chain.Open(n.ctx, n.chain.Client, chain.Options{Log: n.log})
	if err != nil {
		t.Fatal(err)
	}
	sender := chain.OpenSender(link, st, w, chain.SenderOptions{Decode: contracts.DecodeError, Log: n.log})
	c, err := New(Config{Profile: n.profile, Chain: n.chain.Client, Sender: sender, Relay: n.dial(key), Store: st, Log: n.log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(n.ctx)
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	defer func() {
		stop()
		<-done
		sender.Close()
		link.Close()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	}()

	var tasks []*Task
	for _, prompt := range []string{"one", "two", "three", "four"} {
		task, err := c.Create(n.ctx, request(prompt))
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, task)
	}
	for _, task := range tasks {
		all := n.collect(task)
		settled := find(all, StageSettled)
		if find(all, StageVerified) == nil || settled == nil {
			t.Fatalf("task ended with %v", stages(all))
		}
		if settled.Receipt.Fee.Cmp(protocol.CNX(1)) != 0 {
			t.Errorf("without a price the least fee is paid, not %s", settled.Receipt.Fee)
		}
	}
	q := request("Too big for you")
	q.MinVRAMGB = 4000
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)
	if e := find(all, StageAborted); e == nil || e.Reason.Code != "no_nodes" {
		t.Errorf("refused task: %+v", all)
	}
}
