package roles

import (
	"context"
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay"
)

func follow(t *testing.T, c *contractstest.Chain) *Follower {
	t.Helper()
	ch, err := chain.Open(t.Context(), c.Client, chain.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ch.Close)
	f, err := Follow(t.Context(), ch, Options{Contract: c.Deployment.Task})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func task(t *testing.T, f *Follower, key protocol.TaskKey) (creator common.Address, nodes [3]common.Address, ended time.Time) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	r, err := f.Task(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	return r.Creator, r.Nodes, r.Ended
}

func TestRolesAreTheChains(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	early := follow(t, c)
	court := c.Create(creator, contractstest.GPTRequest(), nodes)
	late := follow(t, c) // finds what was there before it

	for name, f := range map[string]*Follower{"early": early, "late": late} {
		by, drawn, ended := task(t, f, court.Drawn.TaskKey)
		if by != contractstest.Address(creator) || drawn != court.Drawn.Nodes || !ended.IsZero() {
			t.Errorf("%s: creator %s, nodes %s, ended %s", name, by, drawn, ended)
		}
	}

	for seat := range 3 {
		court.Commit(seat, contractstest.Result("same"))
	}
	for seat := range 3 {
		court.Reveal(seat)
	}
	if court.Info().Status != uint8(protocol.TaskSettled) {
		court.Close()
	}
	waitEnd(t, early, court.Drawn.TaskKey, int64(c.Now()))
	early.forget(time.Unix(int64(c.Now()), 0).Add(3 * time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := early.Task(ctx, court.Drawn.TaskKey); !errors.Is(err, context.Canceled) {
		t.Errorf("long after its end: %v, want that it is not known", err)
	}
}

func TestWaitingIsWokenByTheDraw(t *testing.T) {
	c := contractstest.New(t, func(p *contracts.Params) {})
	nodes := c.Join(3, contractstest.SmallClass())
	f := follow(t, c)

	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := f.Task(ctx, common.Hash{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a key that is none: %v", err)
	}
	if len(f.waiting) != 0 {
		t.Errorf("%d keys are still waited for", len(f.waiting))
	}
	court := c.Create(c.Account(), contractstest.GPTRequest(), nodes)
	if _, drawn, _ := task(t, f, court.Drawn.TaskKey); drawn != court.Drawn.Nodes {
		t.Errorf("nodes %s, want %s", drawn, court.Drawn.Nodes)
	}
}

func TestEndIsThatOfTheBranchWhichWon(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	court := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		court.Commit(seat, contractstest.Result("same"))
	}
	court.Reveal(0)
	before, err := c.Client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	court.Reveal(1)
	court.Reveal(2)
	if court.Info().Status != uint8(protocol.TaskSettled) {
		court.Close()
	}
	f := follow(t, c)
	key := court.Drawn.TaskKey
	waitEnd(t, f, key, int64(c.Now()))

	lost := transactionsAfter(t, c, before)
	if err := c.Backend.Fork(before.Hash()); err != nil {
		t.Fatal(err)
	}
	// The pool takes up what was on the lost branch, and time moves only while it is
	// empty: its transactions are dropped, and sent again an hour later.
	c.Backend.Rollback()
	c.Advance(time.Hour)
	for _, tx := range lost {
		if err := c.Client.SendTransaction(t.Context(), tx); err != nil {
			t.Fatal(err)
		}
	}
	for range 8 {
		c.Backend.Commit()
	}
	want := int64(0)
	logs, err := c.Client.FilterLogs(t.Context(), ethereum.FilterQuery{Addresses: []common.Address{c.Deployment.Task}})
	if err != nil {
		t.Fatal(err)
	}
	for _, log := range logs {
		if event, _ := c.Events.Parse(&log); event != nil {
			if _, ok := event.(*contracts.TaskTaskEnded); ok {
				want = int64(log.BlockTimestamp)
			}
		}
	}
	if want == int64(before.Time) {
		t.Fatal("the fork changed nothing")
	}
	waitEnd(t, f, key, want)
}

// transactionsAfter are those of the blocks that follow one, oldest first.
func transactionsAfter(t *testing.T, c *contractstest.Chain, block *types.Header) types.Transactions {
	t.Helper()
	head, err := c.Client.BlockNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all types.Transactions
	for n := block.Number.Uint64() + 1; n <= head; n++ {
		b, err := c.Client.BlockByNumber(t.Context(), new(big.Int).SetUint64(n))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Transactions()...)
	}
	return all
}

// waitEnd waits for the end's time; 0 is none.
func waitEnd(t *testing.T, f *Follower, key protocol.TaskKey, want int64) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		_, _, ended := task(t, f, key)
		if ended.IsZero() && want == 0 || ended.Unix() == want {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("ended at %s, want %d", ended, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// A task that the winning branch does not have is nobody's; one that it has too, or
// drew otherwise, is whose the branch says.
func TestDrawIsThatOfTheBranchWhichWon(t *testing.T) {
	c := contractstest.New(t, nil)
	nodes := c.Join(9, contractstest.SmallClass())
	creator, other := c.Account(), c.Account()
	kept := c.Create(creator, contractstest.GPTRequest(), nodes)
	before, err := c.Client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	lost := c.Create(creator, contractstest.GPTRequest(), nodes)
	f := follow(t, c)
	task(t, f, kept.Drawn.TaskKey)
	task(t, f, lost.Drawn.TaskKey)

	if err := c.Backend.Fork(before.Hash()); err != nil {
		t.Fatal(err)
	}
	c.Backend.Commit()
	c.Backend.Commit()
	won := c.Create(other, contractstest.GPTRequest(), nodes)
	// The transaction that created the lost task comes again, and draws anew.
	if now := lost.Info().TaskKey; now == lost.Drawn.TaskKey {
		t.Fatal("both branches drew the same")
	}
	if by, drawn, _ := task(t, f, won.Drawn.TaskKey); by != contractstest.Address(other) || drawn != won.Drawn.Nodes {
		t.Errorf("creator %s, nodes %s", by, drawn)
	}
	if by, drawn, ended := task(t, f, kept.Drawn.TaskKey); by != contractstest.Address(creator) || drawn != kept.Drawn.Nodes || !ended.IsZero() {
		t.Errorf("the task of both branches: creator %s, nodes %s, ended %s", by, drawn, ended)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if r, err := f.Task(ctx, lost.Drawn.TaskKey); err == nil {
		t.Errorf("the task of the lost branch has still %+v", r)
	}
}

// A second draw that is taken back leaves the first one in force, and the end of
// the task on the new branch is that draw's.
func TestADrawTakenBackLeavesTheOneBefore(t *testing.T) {
	f := &Follower{
		creators: map[protocol.TaskID]created{7: {by: common.Address{9}, block: 10}},
		keys:     map[protocol.TaskID]protocol.TaskKey{}, known: map[protocol.TaskKey]*entry{}, waiting: map[protocol.TaskKey]*waiters{},
	}
	draw := func(key byte, block uint64, index uint) {
		t.Helper()
		e := &contracts.TaskTaskDrawn{TaskId: big.NewInt(7), TaskKey: common.Hash{key}, Raw: &types.Log{BlockNumber: block, Index: index}}
		if err := f.drawn(t.Context(), e, time.Unix(int64(block), 0)); err != nil {
			t.Fatal(err)
		}
	}
	known := func(key byte) (relay.TaskRoles, bool) {
		e := f.known[common.Hash{key}]
		if e == nil {
			return relay.TaskRoles{}, false
		}
		return e.roles, true
	}
	draw(1, 10, 0)
	draw(2, 11, 5)
	draw(3, 11, 6)
	draw(4, 20, 0)
	for key, ended := range map[byte]bool{1: true, 2: true, 3: true, 4: false} {
		if r, ok := known(key); !ok || r.Ended.IsZero() == ended {
			t.Errorf("draw %d before the fork: %+v", key, r)
		}
	}
	f.forgetFrom(15)
	if _, ok := known(4); ok {
		t.Error("the draw that was taken back is known")
	}
	if r, _ := known(3); !r.Ended.IsZero() || f.keys[7] != (common.Hash{3}) {
		t.Errorf("the draw before it: %+v, in force is %s", r, f.keys[7])
	}
	if r, _ := known(2); r.Ended.IsZero() {
		t.Error("an older draw is in force again")
	}
	end := &contracts.TaskTaskEnded{TaskId: big.NewInt(7), Raw: &types.Log{BlockNumber: 16}}
	if err := f.ended(end, time.Unix(16, 0)); err != nil {
		t.Fatal(err)
	}
	if r, _ := known(3); r.Ended.Unix() != 16 {
		t.Errorf("the end on the new branch: %+v", r)
	}
	f.forgetFrom(10)
	if len(f.known)+len(f.keys)+len(f.creators) != 0 {
		t.Errorf("after all of it was taken back: %d tasks, %d keys, %d creators", len(f.known), len(f.keys), len(f.creators))
	}
}
