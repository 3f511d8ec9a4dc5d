package creator

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// pause makes all nodes unavailable, so that tasks wait.
func (n *testNet) pause() { n.moveAll(n.chain.Node.PackPause()) }

func (n *testNet) resume() { n.moveAll(n.chain.Node.PackResume()) }

func (n *testNet) moveAll(data []byte) {
	n.t.Helper()
	for _, p := range n.peers {
		if _, err := n.try(p.key, n.chain.Deployment.Node, data); err != nil {
			n.t.Fatal(err)
		}
	}
}

// hold leaves a payer so many CNX in its wallet and so many of credit.
func (n *testNet) hold(p *payer, wallet, credit int64) {
	n.t.Helper()
	at := n.chain.Deployment
	must := func(to common.Address, data []byte) {
		n.t.Helper()
		if _, err := n.try(p.key, to, data); err != nil {
			n.t.Fatal(err)
		}
	}
	must(at.Task, n.chain.Task.PackWithdraw(p.Address()))
	rest := new(big.Int).Sub(n.chain.Balance(p.Address()), contractstest.CNX(wallet+credit))
	must(at.Token, n.chain.Token.PackTransfer(common.Address{1}, rest))
	if credit > 0 {
		must(at.Task, n.chain.Task.PackDeposit(contractstest.CNX(credit)))
	}
}

// forbid takes the contract's leave to take CNX from the wallet.
func (n *testNet) forbid(p *payer) {
	n.t.Helper()
	if _, err := n.try(p.key, n.chain.Deployment.Token, n.chain.Token.PackApprove(n.chain.Deployment.Task, common.Big0)); err != nil {
		n.t.Fatal(err)
	}
}

func (n *testNet) wantBalance(c *running, want uint64) {
	n.t.Helper()
	if got, err := c.Balance(n.ctx); err != nil || got.Cmp(protocol.CNX(want)) != 0 {
		n.t.Errorf("%s can be spent, %v, want %d CNX", got, err, want)
	}
}

func offering(prompt string, cnx uint64) Request {
	q := request(prompt)
	q.Fee = protocol.CNX(cnx)
	return q
}

func TestWalletAndCreditTogetherPayForTasksMadeAtOnce(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	n.hold(p, 15, 10)
	c := n.start(p, t.TempDir(), nil)
	n.wantBalance(c, 25)

	var tasks []*Task
	for _, fee := range []uint64{6, 6, 11} {
		task, err := c.Create(n.ctx, offering("at once", fee))
		if err != nil {
			t.Fatalf("%d CNX: %v", fee, err)
		}
		tasks = append(tasks, task)
	}
	var reason protocol.Reason
	if _, err := c.Create(n.ctx, offering("one too many", 3)); !errors.As(err, &reason) || reason.Code != "insufficient_funds" || !strings.Contains(reason.Detail, "2 CNX is left") {
		t.Errorf("with 2 CNX left, 3 were taken: %v", err)
	}
	for _, task := range tasks {
		n.waitFor(task, StageCreated)
	}
	n.wantBalance(c, 2)
	if got := p.count("creator/deposit/"); got == 0 {
		t.Error("what was missing came from nowhere")
	}
	if _, err := c.Create(n.ctx, offering("the rest", 2)); err != nil {
		t.Errorf("2 of 2 CNX: %v", err)
	}
}

func TestCreditThatSufficesNeedsNoWallet(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	n.hold(p, 0, 10)
	n.forbid(p)
	c := n.start(p, t.TempDir(), nil)
	for _, fee := range []uint64{7, 3} {
		task, err := c.Create(n.ctx, offering("on credit", fee))
		if err != nil {
			t.Fatal(err)
		}
		n.waitFor(task, StageCreated)
	}
	n.wantBalance(c, 0)
	if p.count("creator/approve/") != 0 || p.count("creator/deposit/") != 0 {
		t.Error("the wallet was touched")
	}
}

func TestAWalletThatIsFilledLaterIsAllowedThen(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.pause()
	p := n.payer()
	n.hold(p, 0, 0)
	n.forbid(p)
	c := n.start(p, t.TempDir(), nil)
	var reason protocol.Reason
	if _, err := c.Create(n.ctx, offering("too early", 5)); !errors.As(err, &reason) || reason.Code != "insufficient_funds" {
		t.Errorf("from nothing: %v", err)
	}
	if _, err := n.try(n.chain.Owner, n.chain.Deployment.Token, n.chain.Token.PackTransfer(p.Address(), contractstest.CNX(5))); err != nil {
		t.Fatal(err)
	}
	task, err := c.Create(n.ctx, offering("now", 5))
	if err != nil {
		t.Fatal(err)
	}
	n.waitFor(task, StageCreated)
	n.wantBalance(c, 0)
	if got := p.count("creator/approve/"); got != 1 {
		t.Errorf("approved %d times", got)
	}
}

func TestWhatComesBackCanBeSpentAgain(t *testing.T) {
	n := newTestNet(t, 3, nil)
	p := n.payer()
	n.pause()
	n.hold(p, 10, 0)
	var clock aheadClock
	c := n.start(p, t.TempDir(), func(cfg *Config) { cfg.Now = clock.now })
	task, err := c.Create(n.ctx, offering("nobody is there", 10))
	if err != nil {
		t.Fatal(err)
	}
	n.waitFor(task, StageQueued)
	n.wantBalance(c, 0)
	n.mu.Lock()
	n.chain.Advance(time.Hour + time.Minute)
	n.mu.Unlock()
	clock.add(time.Hour + time.Minute)
	all := n.collect(task)
	reason := find(all, StageAborted).Reason
	if reason.Code != "queue_expired" || !strings.Contains(reason.Detail, "Nothing was paid: all of 10 CNX came back") {
		t.Errorf("reason is %+v", reason)
	}
	n.wantBalance(c, 10)
	if _, err := c.Create(n.ctx, offering("again", 10)); err != nil {
		t.Errorf("the refund can't be spent: %v", err)
	}
}

func TestTheCreditIsFilledUpBeforeItIsUsedUp(t *testing.T) {
	n := newTestNet(t, 3, nil)
	p := n.payer()
	n.pause()
	n.hold(p, 10_000, 0)
	const ahead = 32
	c := n.start(p, t.TempDir(), func(cfg *Config) { cfg.DepositAhead = ahead })
	n.wantBalance(c, 10_000)
	first := n.chain.Credit(p.Address())
	usual := c.network.prices().usualFee(c.value)
	if first.Cmp(times(usual, ahead)) != 0 {
		t.Fatalf("%s are deposited before the first task, want %d fees of %s", first, ahead, usual)
	}

	// Most of the credit goes, and covers the fee: the task does not wait.
	task, err := c.Create(n.ctx, offering("most of it", 2500))
	if err != nil {
		t.Fatal(err)
	}
	n.waitFor(task, StageCreated)
	want := contractstest.CNX(7500)
	for n.chain.Credit(p.Address()).Cmp(want) != 0 {
		if !sleep(n.ctx, 20*time.Millisecond) {
			t.Fatalf("the credit is %s, want all that is left", n.chain.Credit(p.Address()))
		}
	}
	n.wantBalance(c, 7500)

	back, err := c.Withdraw(n.ctx)
	if err != nil || back.Cmp(protocol.CNX(7500)) != 0 || n.chain.Balance(p.Address()).Cmp(want) != 0 {
		t.Errorf("withdrew %s, %v; the wallet has %s", back, err, n.chain.Balance(p.Address()))
	}
	n.wantBalance(c, 7500)
}
