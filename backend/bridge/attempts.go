package bridge

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
)

// An attempt is one task of a request. A request has another one when the first
// came to nothing and what its caller allows is not used up: each is charged and
// refunded by itself, and has its own receipt.

// plan is what may be done when the attempt under way comes to nothing. It is kept
// under the attempt's id until that has ended.
type plan struct {
	// Request is made again as it is, under another id and at the price of then.
	Request creator.Request `json:"request"`
	// Offer is the fee that the caller offers; zero for the bridge's price.
	Offer protocol.Wei `json:"offer"`
	// Most is what all attempts may cost together, Budget what the caller may spend
	// in all its requests; zero for no limit.
	Most   protocol.Wei `json:"most"`
	Budget protocol.Wei `json:"budget"`
	// Cost is what the attempts before this one have cost.
	Cost protocol.Wei `json:"cost"`
	// Left is how many more there may be, none later than Until.
	Left  int       `json:"left"`
	Until time.Time `json:"until"`
	// Asked says that the caller asked for them, and so also pays nodes for attempts
	// that come to nothing.
	Asked bool `json:"asked"`
	// Number counts the attempts, this one included.
	Number int `json:"number"`
}

var plans = store.NewTable[string, plan]("bridge.plans")

func (p plan) size() creator.Size {
	return creator.Size{Type: p.Request.Type, Units: p.Request.Units, MinVRAMGB: p.Request.MinVRAMGB}
}

// again reports whether a request allows another attempt after a retriable one.
func (p plan) again(r creator.Record, now time.Time) bool {
	return p.Left > 0 && !now.After(p.Until) && (p.Asked || !nodesPaid(r.Receipt))
}

// retriable reports whether an attempt ended so that another may end better: the
// network has failed, not the request, and nothing was verified.
func retriable(r creator.Record) bool {
	if r.Cancel || r.Reason == nil || r.Response != nil {
		return false
	}
	switch r.Reason.Code {
	case "no_agreement", "no_arguments", "nodes_silent", "result_lost", "price_changed",
		"insufficient_gas": // another wallet of the bridge may have enough
		return true
	}
	return false
}

func nodesPaid(r *protocol.Receipt) bool {
	if r == nil {
		return false
	}
	for _, n := range r.Nodes {
		if !n.Paid.IsZero() {
			return true
		}
	}
	return false
}

// next is the plan of the attempt that follows one.
func (p plan) next(r creator.Record, refunded protocol.Wei, first string) plan {
	if kept, err := r.Fee.Sub(refunded); err == nil {
		p.Cost = p.Cost.Add(kept)
	}
	p.Left--
	p.Number++
	p.Request.ID = fmt.Sprintf("%s.%d", first, p.Number)
	return p
}

// follow books the end of a task, whether or not its caller still listens, and
// begins the next attempt where there is to be one.
func (b *Bridge) follow(t *creator.Task) {
	decided := b.deciding.begin(t.ID())
	b.followers.Go(func() {
		defer decided()
		b.metrics.follow(b.ctx, t, b.started)
		if b.ctx.Err() != nil {
			return
		}
		r := t.Record()
		b.metrics.ended(r, b.accountOf(payerOf(r)))
		if err := b.ended(r); err != nil {
			b.log.Error("book the end of a request", "request", t.ID(), "err", err)
		}
	})
}

// payerOf is whose wallet a task was made with; nobody's where it was not made.
func payerOf(r creator.Record) common.Address {
	if r.Receipt == nil {
		return common.Address{}
	}
	return r.Receipt.Creator
}

// ended books what an attempt has cost, in one write with the charge for the next
// one if there is to be one.
func (b *Bridge) ended(r creator.Record) error {
	refunded := r.Fee // without a receipt no task was made, and nothing was paid
	if r.Receipt != nil {
		refunded = r.Receipt.Refunded
	}
	if !retriable(r) {
		return b.settle(r.ID, refunded) // as most end: no plan is read
	}
	p, err := b.planOf(r.ID)
	if err != nil {
		return err
	}
	if !p.again(r, b.now()) {
		return b.settle(r.ID, refunded)
	}
	fee, err := b.creator.Fee(b.ctx, p.size(), p.Offer)
	if err != nil {
		b.log.Warn("a request is not sent again: its price can't be had", "request", r.ID, "err", err)
		return b.settle(r.ID, refunded)
	}
	next, err := b.bookNext(r, refunded, p, fee)
	var api *apiError
	if errors.As(err, &api) {
		return b.settle(r.ID, refunded) // the caller allows no more
	}
	if err != nil {
		return err
	}
	return b.attempt(next, fee)
}

// bookNext writes down that an attempt has ended and the next one begins, if that
// stays within the limits of the request and of its caller.
func (b *Bridge) bookNext(r creator.Record, refunded protocol.Wei, p plan, fee protocol.Wei) (next plan, err error) {
	err = b.store.Update(func(tx *store.Tx) error { // alone: a refusal takes the end back too
		row, err := ledger.Get(tx, r.ID)
		if err != nil {
			return err
		}
		first := row.First
		if first == "" {
			first = r.ID
		}
		next = p.next(r, refunded, first)
		if most := (limit{most: p.Most}); !most.allows(next.Cost.Add(fee)) {
			return errPriceCap(next.Cost.Add(fee), limit{p.Most, "request"})
		}
		if err := settleIn(tx, r.ID, refunded); err != nil {
			return err
		}
		if err := b.chargeIn(tx, caller{id: row.Caller, budget: p.Budget}, next.Request.ID, fee, row.Body); err != nil {
			return err
		}
		if err := link(tx, r.ID, next.Request.ID, first); err != nil {
			return err
		}
		return plans.Put(tx, next.Request.ID, next)
	})
	return next, err
}

// link makes one request's row name the next.
func link(tx *store.Tx, id, next, first string) error {
	row, err := ledger.Get(tx, id)
	if err != nil {
		return err
	}
	row.Next = next
	if err := ledger.Put(tx, id, row); err != nil {
		return err
	}
	if row, err = ledger.Get(tx, next); err != nil {
		return err
	}
	row.First = first
	return ledger.Put(tx, next, row)
}

// attempt makes the task of a plan that is charged for.
func (b *Bridge) attempt(p plan, fee protocol.Wei) error {
	q := p.Request
	q.Fee = fee
	t, err := b.creator.Create(b.ctx, q)
	if errors.Is(err, creator.ErrExists) {
		t, err = b.creator.Task(q.ID)
	}
	if b.ctx.Err() != nil && err != nil {
		return nil // the next run makes it
	}
	if err != nil {
		return errors.Join(fmt.Errorf("send request %s again: %w", q.ID, err), b.release(q.ID))
	}
	b.follow(t)
	return nil
}

// planOf is the plan of an attempt; one that allows nothing where there is none.
func (b *Bridge) planOf(id string) (p plan, err error) {
	err = b.store.View(func(tx *store.Tx) (err error) {
		p, err = plans.Get(tx, id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return plan{}, nil
	}
	return p, err
}

// nextOf is the attempt that followed an ended one, once that is decided; nil if
// none did.
func (b *Bridge) nextOf(ctx context.Context, id string) *creator.Task {
	b.deciding.wait(ctx, id)
	var row ledgerRow
	err := b.store.View(func(tx *store.Tx) (err error) {
		row, err = ledger.Get(tx, id)
		return err
	})
	if err != nil || row.Next == "" || ctx.Err() != nil {
		return nil
	}
	t, err := b.creator.Task(row.Next)
	if err != nil {
		return nil
	}
	return t
}

// attempts are the tasks of a request, the first one first.
func (b *Bridge) attempts(ctx context.Context, first *creator.Task) []*creator.Task {
	all := []*creator.Task{first}
	for t := first; t.Record().State.Final(); {
		if t = b.nextOf(ctx, t.ID()); t == nil {
			break
		}
		all = append(all, t)
	}
	return all
}

// stageRetry stands between the events of two attempts: the Reason and the Receipt
// are of the one that came to nothing, Count is the number of the next.
const stageRetry creator.Stage = "retry"

// events are those of a request: of its task and, where that came to nothing and
// another is made in its place, of that one. A failure is told when it is final.
func (b *Bridge) events(ctx context.Context, t *creator.Task) <-chan creator.Event {
	out := make(chan creator.Event)
	began := t.Record().Created
	send := func(e creator.Event, late time.Duration) {
		e.At += late
		select {
		case out <- e:
		case <-ctx.Done():
		}
	}
	go func() {
		defer close(out)
		for number := 2; ; number++ {
			late := t.Record().Created.Sub(began)
			var failure []creator.Event
			for e := range t.Events(ctx) {
				if failure != nil || e.Stage == creator.StageAborted || e.Stage == creator.StageDisputed {
					failure = append(failure, e)
					continue
				}
				send(e, late)
			}
			if failure == nil || ctx.Err() != nil {
				return
			}
			next := b.nextOf(ctx, t.ID())
			if next == nil {
				for _, e := range failure {
					send(e, late)
				}
				return
			}
			last := failure[len(failure)-1]
			send(creator.Event{
				Stage: stageRetry, At: last.At, TaskID: last.TaskID, Reason: failure[0].Reason, Receipt: last.Receipt, Count: number,
			}, late)
			t = next
		}
	}()
	return out
}

// cost is what a request has cost so far in all its attempts, and how many there
// were.
func (b *Bridge) cost(id string) (sum protocol.Wei, count int, err error) {
	err = b.store.View(func(tx *store.Tx) error {
		sum, count = protocol.Wei{}, 0
		for at := id; at != ""; count++ {
			row, err := ledger.Get(tx, at)
			if err != nil {
				return err
			}
			kept, err := row.Fee.Sub(row.Refunded)
			if err != nil {
				return err
			}
			sum, at = sum.Add(kept), row.Next
		}
		return nil
	})
	return sum, count, err
}

// decisions tell those who listen when it is known what follows an attempt.
type decisions struct {
	// mu guards everything that follows.
	mu   sync.Mutex
	open map[string]chan struct{}
}

func (d *decisions) begin(id string) (done func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	ch := make(chan struct{})
	d.open[id] = ch
	return func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.open, id)
		close(ch)
	}
}

func (d *decisions) wait(ctx context.Context, id string) {
	d.mu.Lock()
	ch := d.open[id]
	d.mu.Unlock()
	if ch == nil {
		return
	}
	select {
	case <-ch:
	case <-ctx.Done():
	}
}
