package creator

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// walker moves one task: each step compares what the chain says with what has
// been shown, and does what is due. A step may be repeated at any time.
type walker struct {
	t       *Task
	ctx     context.Context
	helpers *sync.WaitGroup

	created  bool
	queued   bool
	drawn    protocol.TaskKey
	quiet    context.CancelFunc // ends the talk with the relay
	commits  [protocol.Seats]bool
	reveals  [protocol.Seats]bool
	verified bool
	settling bool
	// cancelling says that the contract was asked to take the task back.
	cancelling bool
	fetching   map[common.Address]bool
	nextPush   time.Time
}

// step reports whether the request is over.
func (w *walker) step() (over bool, err error) {
	v, err := w.t.view()
	if err != nil {
		return false, err
	}
	if err := w.noteWish(); err != nil {
		return false, err
	}
	if v.created == nil {
		return w.fail()
	}
	id, err := protocol.TaskIDFromBig(v.created.TaskId)
	if err != nil {
		return false, err
	}
	w.showCreated(id, v)
	if v.drawn == nil {
		if err := w.showQueued(v); err != nil {
			return false, err
		}
		w.cancel(id, v)
	} else if err := w.showDrawn(v); err != nil {
		return false, err
	}
	if v.drawn != nil {
		w.prefetch(v.drawn.TaskKey)
	}
	w.showVotes(v)
	if err := w.verify(v); err != nil {
		return false, err
	}
	w.settle(id, v)
	if v.ended == nil {
		w.pushDeadline(id, v)
		return false, nil
	}
	return w.end(v)
}

// fail ends a request that the contract refused.
func (w *walker) fail() (bool, error) {
	t := w.t
	t.mu.Lock()
	reason := t.failure
	t.mu.Unlock()
	if reason == nil {
		return false, nil
	}
	err := t.move(Failed, func(r *Record) { r.Reason, r.Ended = reason, t.c.now() })
	if err != nil {
		return false, err
	}
	t.c.purse.release(t.ID())
	t.emit(Event{Stage: StageAborted, Reason: reason})
	return true, nil
}

func (w *walker) showCreated(id protocol.TaskID, v view) {
	if w.created {
		return
	}
	w.created = true
	w.t.mu.Lock()
	w.t.record.TaskID = id
	w.t.mu.Unlock()
	w.t.c.purse.paid(w.t.ID())
	w.t.c.recount()
	w.t.emit(Event{Stage: StageCreated, TaskID: id, Tx: v.created.Raw.TxHash})
}

func (w *walker) showQueued(v view) error {
	if !v.queued || w.queued {
		return nil
	}
	w.queued = true
	w.drawn = protocol.TaskKey{}
	if err := w.t.move(Queued, nil); err != nil {
		return err
	}
	w.t.c.nudge() // finds out the position, and dispatches when it can
	return nil
}

func (w *walker) showDrawn(v view) error {
	key := protocol.TaskKey(v.drawn.TaskKey)
	if w.drawn == key {
		return w.markSealed()
	}
	if w.quiet != nil {
		w.quiet() // a node declined, or a reorg drew other nodes
		w.commits, w.reveals = [protocol.Seats]bool{}, [protocol.Seats]bool{}
	}
	w.drawn, w.settling = key, false
	record := w.t.Record()
	if v.ended == nil {
		ctx, stop := context.WithCancel(w.ctx)
		w.quiet = stop
		w.talk(ctx, key, v.drawn.Nodes, record.State == Sealed)
	}
	class, err := w.t.c.network.class(w.ctx, v.drawn.ClassId)
	if err != nil {
		w.t.c.log.Warn("class of the drawn nodes can't be read", "err", err)
	}
	w.t.emit(Event{
		Stage: StageDrawn, Tx: v.drawn.Raw.TxHash, Nodes: v.drawn.Nodes[:], ClassID: v.drawn.ClassId, Class: class,
	})
	if record.State != Accepted && record.State != Queued {
		return nil
	}
	return w.t.move(Drawn, nil)
}

// markSealed writes down that the relay has the envelope.
func (w *walker) markSealed() error {
	w.t.mu.Lock()
	due := w.t.sealed && w.t.record.State == Drawn
	w.t.mu.Unlock()
	if !due {
		return nil
	}
	return w.t.move(Sealed, nil)
}

func (w *walker) showVotes(v view) {
	if v.drawn == nil {
		return
	}
	for i, node := range v.drawn.Nodes {
		if v.committed(i) && !w.commits[i] {
			w.commits[i] = true
			e := Event{Stage: StageCommitted, Count: trues(w.commits), Nodes: []common.Address{node}}
			if v.commits[i] != nil {
				e.Tx = v.commits[i].Raw.TxHash
			}
			w.t.emit(e)
		}
	}
	for i, node := range v.drawn.Nodes {
		if kind, _ := v.ballot(i); kind != protocol.KindNone && !w.reveals[i] {
			w.reveals[i] = true
			e := Event{Stage: StageRevealed, Count: trues(w.reveals), Nodes: []common.Address{node}}
			if v.reveals[i] != nil {
				e.Tx = v.reveals[i].Raw.TxHash
			}
			w.t.emit(e)
		}
	}
}

func trues(seats [protocol.Seats]bool) (n int) {
	for _, b := range seats {
		if b {
			n++
		}
	}
	return n
}

// verify looks for a response that hashes to what a node has opened that agrees.
// What a relay or a node calls the answer counts for nothing.
func (w *walker) verify(v view) error {
	if v.agreed() == nil || w.verified || v.drawn == nil {
		return nil
	}
	t := w.t
	t.mu.Lock()
	response := t.record.Response // of an earlier run
	for _, a := range t.answers {
		if response == nil && v.opened(a.digest) {
			response = a.response
		}
	}
	state := t.record.State
	t.mu.Unlock()

	if response == nil {
		w.fetchAgreed(v)
		return nil
	}
	w.verified = true
	var nodes []common.Address
	for i, n := range v.drawn.Nodes {
		if v.agrees(i) {
			nodes = append(nodes, n)
		}
	}
	t.emit(Event{Stage: StageVerified, Response: response, Nodes: nodes})
	if state == Verified {
		return nil
	}
	return t.move(Verified, func(r *Record) { r.Response = response })
}

// fetchAgreed asks for the results of the nodes that agree, until one fits.
func (w *walker) fetchAgreed(v view) {
	for i, n := range v.drawn.Nodes {
		if v.agrees(i) {
			w.fetch(v.drawn.TaskKey, n)
		}
	}
}

// lost reports whether no node that agreed has left its response anywhere.
func (w *walker) lost(v view) bool {
	w.t.mu.Lock()
	defer w.t.mu.Unlock()
	for i, n := range v.drawn.Nodes {
		_, have := w.t.answers[n] // and it did not fit
		if v.agrees(i) && !have && !w.t.lost[n] {
			return false
		}
	}
	return true
}

// end writes the receipt when the task has ended and its response is at hand,
// or will never be.
func (w *walker) end(v view) (bool, error) {
	agreed := v.agreed() != nil
	if agreed && !w.verified && !w.lost(v) {
		return false, nil
	}
	t := w.t
	receipt, err := t.c.receipt(w.ctx, t.whole(), v)
	if err != nil {
		return false, err
	}
	state, reason := Settled, (*protocol.Reason)(nil)
	switch {
	case !agreed:
		r := aborted(receipt.Outcome, receipt.Fee, receipt.Refunded)
		state, reason = Aborted, &r
	case !w.verified:
		reason = &protocol.Reason{
			Code: "result_lost", Title: "The answer was lost",
			Detail: "The nodes agreed on an answer, but none of them left it at the relay.", Action: "Send the request again.",
		}
	}
	err = t.move(state, func(r *Record) { r.Receipt, r.Reason, r.Ended = receipt, reason, t.c.now() })
	if err != nil {
		return false, err
	}
	if w.quiet != nil {
		w.quiet()
	}
	if reason != nil {
		t.emit(Event{Stage: stageOf(t.Record()), Reason: reason})
	}
	t.emit(Event{Stage: StageSettled, Receipt: receipt, Tx: receipt.SettleTx})
	w.t.c.recount()
	return true, nil
}

// move writes a step down.
func (t *Task) move(to State, edit func(*Record)) error {
	t.mu.Lock()
	id, taskID := t.record.ID, t.record.TaskID
	t.mu.Unlock()
	after, err := change(t.c.store, id, to, func(r *Record) {
		r.TaskID = taskID
		if edit != nil {
			edit(r)
		}
	})
	if err != nil {
		return fmt.Errorf("write request %s: %w", id, err)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.record = after
	return nil
}

// settle brings the three openings to the contract: when the answer is at hand,
// or when they don't agree, so that the fee comes back soon. The creator does it
// first, since it wants the receipt most; its nodes do when it doesn't. That it
// sends vouches for the responses, so no relay's signatures need be paid for.
func (w *walker) settle(id protocol.TaskID, v view) {
	if w.settling || v.ended != nil || v.drawn == nil || v.agreed() != nil && !w.verified {
		return
	}
	var statements [protocol.Seats]contracts.Statement
	for i, s := range v.signed {
		if s.opening == nil {
			return
		}
		statements[i] = contracts.StatementOf(s.opening.reveal, s.opening.signature, nil)
	}
	w.settling = true
	w.helpers.Go(func() {
		_, err := w.t.c.sender.Submit(w.ctx, chain.Intent{
			Key:      fmt.Sprintf("creator/settle/%s/%x", w.t.ID(), v.drawn.TaskKey[:6]),
			To:       w.t.c.profile.Contracts.Task,
			Data:     contracts.NewTask().PackSettle(id.Big(), statements),
			GasLimit: contracts.TaskGas,
		})
		if err != nil && w.ctx.Err() == nil {
			// Its nodes may have been faster; if not, they or the court end it.
			w.t.c.log.Info("task was not settled by this creator", "task", id, "err", err)
		}
	})
}

const (
	// closeGrace leaves the closing of a late task to its nodes, who also want it.
	closeGrace = 5 * time.Second
	// closeAgain is between two tries.
	closeAgain = 30 * time.Second
	// queueLife is how long a task may be queued on a network of default rules.
	queueLife = time.Hour
)

// pushDeadline closes the task when a deadline has passed and nobody did.
func (w *walker) pushDeadline(id protocol.TaskID, v view) {
	now := w.t.c.now()
	due := w.t.Record().Created.Add(queueLife)
	if v.drawn != nil {
		due = time.Unix(int64(v.drawn.CommitBy+protocol.CommitGraceSeconds), 0)
		if v.revealBy != 0 {
			due = time.Unix(int64(v.revealBy), 0)
		}
	}
	if now.Before(due.Add(closeGrace)) || now.Before(w.nextPush) {
		return
	}
	w.nextPush = now.Add(closeAgain)
	w.helpers.Go(func() {
		// A try that came too early is worth its gas: its block moves chain time.
		_, err := w.t.c.sender.Submit(w.ctx, chain.Intent{
			Key:      fmt.Sprintf("creator/close/%s/%d", id, now.Unix()),
			To:       w.t.c.profile.Contracts.Task,
			Data:     contracts.NewTask().PackClose(id.Big()),
			GasLimit: contracts.TaskGas,
		})
		if err != nil && w.ctx.Err() == nil {
			w.t.c.log.Warn("late task could not be closed", "task", id, "err", err)
		}
	})
}
