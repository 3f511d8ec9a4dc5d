package roles

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
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

	if err := c.Backend.Fork(before.Hash()); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
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
