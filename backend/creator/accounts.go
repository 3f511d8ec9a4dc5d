package creator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Accounts make tasks from several wallets, so that no request waits behind the
// transactions of another wallet, and one that is stuck stops no more than what it
// has under way. Each wallet has a creator with a purse and nonces of its own; all
// keep to one store. A request stays with the wallet that it was given to.
type Accounts struct {
	all   []*Creator
	using int
	turn  atomic.Uint64   // counts requests
	given []atomic.Uint64 // the turn in which each was last given one
}

// NewAccounts takes the main wallet's creator first. New requests go to the first
// using of them; those of the others are followed to their end. All but the main
// one are made with Config.Extra.
func NewAccounts(using int, all ...*Creator) *Accounts {
	return &Accounts{all: all, using: min(max(using, 1), len(all)), given: make([]atomic.Uint64, len(all))}
}

// stuckAfter is how long a task may wait for its block before its wallet is the
// last one to be given another.
const stuckAfter = 20 * time.Second

// dryFor is how long a wallet that could not pay for gas is avoided.
const dryFor = 30 * time.Second

// AccountState is how one wallet stands.
type AccountState struct {
	Address common.Address
	// Used says that it is given new requests.
	Used bool
	// Ready is false until it has read the chain and put its first fees in place.
	Ready bool
	// Open requests are under way; Waiting are those whose task is in no block yet,
	// the oldest of them since Since.
	Open, Waiting int
	Since         time.Time
	// Stuck says that one waits for too long, NoGas that it could lately not pay for
	// a transaction: it is the last to be given another.
	Stuck, NoGas bool
	// Read is the last block whose logs are known, if any; none is missing while
	// Live.
	Read uint64
	Live bool
}

func (c *Creator) state() AccountState {
	s := AccountState{Address: c.Address()}
	select {
	case <-c.ready:
		s.Ready = true
	default:
	}
	s.Read, s.Live = c.read.Load(), c.live.Load()
	for _, t := range c.openTasks() {
		s.Open++
		t.mu.Lock()
		waits, since := t.record.State == Accepted && t.record.TaskID == 0, t.record.Created
		t.mu.Unlock()
		if !waits {
			continue
		}
		s.Waiting++
		if s.Since.IsZero() || since.Before(s.Since) {
			s.Since = since
		}
	}
	now := c.now()
	s.Stuck = s.Waiting > 0 && now.Sub(s.Since) > stuckAfter
	s.NoGas = now.Sub(time.Unix(0, c.dry.Load())) < dryFor
	return s
}

// States are those of all wallets, the main one first.
func (a *Accounts) States() []AccountState {
	states := make([]AccountState, len(a.all))
	for i, c := range a.all {
		states[i] = c.state()
		states[i].Used = i < a.using
	}
	return states
}

// order is in which order wallets are offered a request: those that are well first,
// then those with the fewest tasks on their way to a block, then who has waited longest.
func (a *Accounts) order() (numbers []int) {
	type choice struct {
		number, rank, waiting int
		given                 uint64
	}
	choices := make([]choice, 0, a.using)
	for i, c := range a.all[:a.using] {
		s, rank := c.state(), 0
		switch {
		case !s.Ready:
			rank = 2
		case s.Stuck || s.NoGas:
			rank = 1
		}
		choices = append(choices, choice{i, rank, s.Waiting, a.given[i].Load()})
	}
	slices.SortStableFunc(choices, func(x, y choice) int {
		return cmp.Or(cmp.Compare(x.rank, y.rank), cmp.Compare(x.waiting, y.waiting), cmp.Compare(x.given, y.given))
	})
	if choices[0].rank < 2 { // one that is not ready would make the request wait
		choices = slices.DeleteFunc(choices, func(c choice) bool { return c.rank == 2 })
	}
	for _, c := range choices {
		numbers = append(numbers, c.number)
	}
	return numbers
}

// Create is Creator.Create, with the first wallet that has enough.
func (a *Accounts) Create(ctx context.Context, q Request) (t *Task, err error) {
	for _, i := range a.order() {
		if t, err = a.all[i].Create(ctx, q); err == nil {
			a.given[i].Store(a.turn.Add(1))
		}
		var why protocol.Reason
		if !errors.As(err, &why) || why.Code != "insufficient_funds" {
			break
		}
	}
	return t, err
}

// Task is Creator.Task.
func (a *Accounts) Task(id string) (*Task, error) {
	for _, c := range a.all {
		c.mu.Lock()
		t := c.tasks[id]
		c.mu.Unlock()
		if t != nil {
			return t, nil
		}
	}
	return a.all[0].Task(id)
}

// Fee is Creator.Fee.
func (a *Accounts) Fee(ctx context.Context, s Size, offered protocol.Wei) (protocol.Wei, error) {
	return a.informed().Fee(ctx, s, offered)
}

// Estimate is Creator.Estimate.
func (a *Accounts) Estimate(ctx context.Context, s Size, offered protocol.Wei) (Estimate, error) {
	return a.informed().Estimate(ctx, s, offered)
}

// informed is a creator that knows the network, of which all know the same.
func (a *Accounts) informed() *Creator {
	for _, c := range a.all {
		if c.state().Ready {
			return c
		}
	}
	return a.all[0]
}

// Balance is what all wallets together can still spend; what is in one that is not
// ready, or is not used, does not count.
func (a *Accounts) Balance(ctx context.Context) (sum protocol.Wei, err error) {
	ready := 0
	for _, c := range a.all[:a.using] {
		if !c.state().Ready {
			continue
		}
		ready++
		free, err := c.Balance(ctx)
		if err != nil {
			return sum, err
		}
		sum = sum.Add(free)
	}
	if ready == 0 {
		return a.all[0].Balance(ctx)
	}
	return sum, nil
}
