package creator

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

func TestTaskIsFollowedFromPriceToReceipt(t *testing.T) {
	n := newTestNet(t, 3, nil)
	p := n.payer()
	c := n.start(p, t.TempDir(), nil)

	q := request("What is Helium?")
	e, err := c.Estimate(n.ctx, q.size(), protocol.Wei{})
	if err != nil || e.Fee.Cmp(protocol.CNX(80)) != 0 || e.Start != StartNow || e.Place != 0 {
		t.Fatalf("2 CNX a second for 30 + 10 seconds is 80 CNX and three nodes are free, got %+v, %v", e, err)
	}
	fee := e.Fee
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)

	want := []Stage{StageCreated, StageDrawn, StageSealed, StageReady, StageReady, StageReady, StageDelta, StageDelta,
		StageCommitted, StageCommitted, StageCommitted, StageRevealed, StageRevealed, StageRevealed, StageVerified, StageSettled}
	if got := stages(all); !sameSet(got, want) || slices.Index(got, StageVerified) != len(got)-2 {
		t.Errorf("stages are %v", got)
	}
	var text strings.Builder
	for _, e := range all {
		text.WriteString(e.Text)
		t.Logf("%9s after %s", e.Stage, e.At.Round(100*time.Microsecond))
	}
	answer := answerTo(q.Task)
	verified, settled := find(all, StageVerified), find(all, StageSettled)
	if string(verified.Response) != answer || text.String() != answer || len(verified.Nodes) != 3 {
		t.Errorf("verified %q by %d nodes, streamed %q, want %q", verified.Response, len(verified.Nodes), text.String(), answer)
	}
	r := settled.Receipt
	if r.Outcome != protocol.OutcomeAgreed || r.Fee.Cmp(fee) != 0 || !r.Refunded.IsZero() || r.Class.Card != n.class.Card {
		t.Errorf("receipt is %+v", r)
	}
	paid := protocol.Wei{}
	for _, node := range r.Nodes {
		paid = paid.Add(node.Paid)
	}
	if sum := paid.Add(r.Rewards); sum.Cmp(fee) != 0 || r.Rewards.IsZero() || !r.Fast || r.SettledBy != p.Address() {
		t.Errorf("%s was paid and %s rewarded of %s, fast: %v, by %s", paid, r.Rewards, fee, r.Fast, r.SettledBy)
	}
	if row := task.Record(); row.State != Settled || row.TaskID == 0 || row.Ended.IsZero() {
		t.Errorf("row is %+v", row)
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *r); err != nil {
		t.Errorf("the receipt does not verify: %v", err)
	}
	again, err := c.Task(task.ID())
	if err != nil {
		t.Fatal(err)
	}
	if got := stages(n.collect(again)); !slices.Equal(got, []Stage{StageCreated, StageVerified, StageSettled}) {
		t.Errorf("an ended task tells %v", got)
	}
}

func sameSet(a, b []Stage) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

func TestCheatingNodeIsOutvotedAndSlashed(t *testing.T) {
	n := newTestNet(t, 3, nil)
	n.peers[1].cheat.Store(true)
	c := n.start(n.payer(), t.TempDir(), nil)
	q := request("Who is right?")
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)
	verified, settled := find(all, StageVerified), find(all, StageSettled)
	if verified == nil || string(verified.Response) != answerTo(q.Task) || len(verified.Nodes) != 2 {
		t.Fatalf("verified is %+v", verified)
	}
	for _, node := range settled.Receipt.Nodes {
		if cheat := node.Address == n.peers[1].address; node.Slashed != cheat || node.Agrees == cheat || node.Paid.IsZero() != cheat {
			t.Errorf("node %s: %+v", node.Address, node)
		}
	}
	if settled.Receipt.Refunded.IsZero() {
		t.Error("the cheat's share did not come back")
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *settled.Receipt); err != nil {
		t.Errorf("the receipt does not verify: %v", err)
	}
}

func TestQueuedTaskIsDispatchedWhenNodesAreFree(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), nil)
	var tasks []*Task
	for _, prompt := range []string{"one", "two", "three"} {
		task, err := c.Create(n.ctx, request(prompt))
		if err != nil {
			t.Fatal(err)
		}
		tasks = append(tasks, task)
	}
	queued := 0
	for _, task := range tasks {
		all := n.collect(task)
		if find(all, StageVerified) == nil {
			t.Errorf("task ended with %v", stages(all))
		}
		if find(all, StageQueued) != nil {
			queued++
		}
	}
	if queued == 0 {
		t.Error("three nodes ran three tasks at once")
	}
}

func TestSilentNodesEndInARefund(t *testing.T) {
	n := newTestNet(t, 3, func(p *contracts.Params) { p.ArgumentSeconds, p.CommitSeconds, p.RevealSeconds = 10, 30, 30 })
	for _, p := range n.peers {
		p.silent.Store(true)
	}
	var ahead atomic.Int64 // of the wall clock
	c := n.start(n.payer(), t.TempDir(), func(cfg *Config) {
		cfg.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	task, err := c.Create(n.ctx, request("Anybody?"))
	if err != nil {
		t.Fatal(err)
	}
	n.waitFor(task, StageSealed)
	n.mu.Lock()
	n.chain.Advance(3 * time.Minute)
	n.mu.Unlock()
	ahead.Store(int64(3 * time.Minute))
	all := n.collect(task)
	ended := find(all, StageAborted)
	if ended == nil || ended.Reason.Code != "nodes_silent" || find(all, StageVerified) != nil {
		t.Fatalf("stages are %v", stages(all))
	}
	r := find(all, StageSettled).Receipt
	if r.Outcome != protocol.OutcomeSilent || r.Refunded.Add(r.Rewards).Cmp(r.Fee) != 0 {
		t.Errorf("outcome %s, %s of %s came back, %s went to who closed it", r.Outcome, r.Refunded, r.Fee, r.Rewards)
	}
	if _, err := VerifyReceipt(n.ctx, n.chain.Client, n.profile, *r); err != nil {
		t.Errorf("the receipt does not verify: %v", err)
	}
}

func TestRefusedTaskFailsWithAReasonAndPaysNothing(t *testing.T) {
	n := newTestNet(t, 3, nil)
	c := n.start(n.payer(), t.TempDir(), nil)
	q := request("Too big for you")
	q.MinVRAMGB = 4000
	before, err := c.Balance(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	all := n.collect(task)
	if len(all) != 1 || all[0].Stage != StageAborted || all[0].Reason.Code != "no_nodes" {
		t.Errorf("got %+v", all)
	}
	if after, err := c.Balance(n.ctx); err != nil || after.Cmp(before) != 0 {
		t.Errorf("balance went from %s to %s, %v", before, after, err)
	}
	if task.Record().State != Failed {
		t.Errorf("state is %s", task.Record().State)
	}
}

func TestCreateGuardsTheWallet(t *testing.T) {
	n := newTestNet(t, 0, nil)
	p := n.payer()
	n.hold(p, 50_000, 50_000)
	c := n.start(p, t.TempDir(), func(cfg *Config) { cfg.Value = protocol.CNX(2000) })
	var reason protocol.Reason
	q := request("x")
	q.MaxFee = protocol.CNX(1)
	if _, err := c.Create(n.ctx, q); !errors.As(err, &reason) || reason.Code != "price_cap" {
		t.Errorf("over the cap: %v", err)
	}
	q.MaxFee = protocol.Wei{}
	q.ID = "req_one"
	if _, err := c.Create(n.ctx, q); err != nil {
		t.Fatalf("80,000 of 100,000 CNX: %v", err)
	}
	q.ID = "req_two"
	if _, err := c.Create(n.ctx, q); !errors.As(err, &reason) || reason.Code != "insufficient_funds" {
		t.Errorf("160,000 of 100,000 CNX: %v", err)
	}
}

func TestRequestIDsAreUsedOnce(t *testing.T) {
	n := newTestNet(t, 3, nil)
	p := n.payer()
	c := n.start(p, t.TempDir(), nil)
	q := request("once")
	q.ID = "req_once"
	task, err := c.Create(n.ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(n.ctx, q); !errors.Is(err, ErrExists) {
		t.Errorf("while it is open: %v", err)
	}
	n.collect(task)
	if _, err := c.Create(n.ctx, q); !errors.Is(err, ErrExists) {
		t.Errorf("when it has ended: %v", err)
	}
	if got := p.count("creator/create/"); got != 1 {
		t.Errorf("%d tasks were made", got)
	}
	if _, err := c.Task("req_other"); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown request: %v", err)
	}
}

// count is how many intents with a prefix were mined.
func (p *payer) count(prefix string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for key, receipt := range p.sent {
		if strings.HasPrefix(key, prefix) && receipt != nil {
			n++
		}
	}
	return n
}

var errCrash = errors.New("crash")

// TestStoppedCreatorGoesOnAndPaysOnce stops the creator at every stage, without
// grace, and lets another one finish on the same folder.
func TestStoppedCreatorGoesOnAndPaysOnce(t *testing.T) {
	type crash struct {
		name  string
		spoil func(*payer)
		stage Stage
	}
	create := func(key string) error {
		if strings.HasPrefix(key, "creator/create/") {
			return errCrash
		}
		return nil
	}
	crashes := []crash{
		{"before the transaction is sent", func(p *payer) { p.before = create }, ""},
		{"after the transaction is mined, before its receipt is seen", func(p *payer) { p.after = create }, ""},
	}
	for _, s := range []Stage{StageCreated, StageDrawn, StageSealed, StageDelta, StageCommitted, StageRevealed, StageVerified} {
		crashes = append(crashes, crash{"at " + string(s), nil, s})
	}
	n := newTestNet(t, 3, nil)
	for _, crash := range crashes {
		t.Run(crash.name, func(t *testing.T) {
			p, dir := n.payer(), t.TempDir()
			if crash.spoil != nil {
				crash.spoil(p)
			}
			first := n.start(p, dir, nil)
			q := request(crash.name)
			task, err := first.Create(n.ctx, q)
			if err != nil {
				t.Fatal(err)
			}
			n.waitFor(task, crash.stage)
			first.stop()
			p.before, p.after = nil, nil

			second := n.start(p, dir, nil)
			defer second.stop()
			task, err = second.Task(task.ID())
			if err != nil {
				t.Fatal(err)
			}
			all := n.collect(task)
			verified := find(all, StageVerified)
			if verified == nil || string(verified.Response) != answerTo(q.Task) {
				t.Errorf("after the restart: %v", stages(all))
			}
			if got := p.count("creator/create/"); got != 1 {
				t.Errorf("%d tasks were paid for", got)
			}
		})
	}
}

// waitFor waits for a stage; for a moment where there is none to wait for.
func (n *testNet) waitFor(t *Task, s Stage) {
	if s == "" {
		ctx, stop := context.WithTimeout(n.ctx, 300*time.Millisecond)
		defer stop()
		<-ctx.Done()
		return
	}
	ctx, stop := context.WithCancel(n.ctx)
	defer stop()
	for e := range t.Events(ctx) {
		if e.Stage == s {
			return
		}
	}
}
