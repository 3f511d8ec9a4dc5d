package creator

import (
	"context"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Stage is a step that a request has taken.
type Stage string

const (
	StageCreated   Stage = "created"   // TaskID, Tx
	StageQueued    Stage = "queued"    // Position, Wait; again whenever they change
	StageDrawn     Stage = "drawn"     // Tx, Nodes by seat, ClassID, Class
	StageSealed    Stage = "sealed"    // the relay has the envelope
	StageReady     Stage = "ready"     // Count, Nodes: who said so
	StageDelta     Stage = "delta"     // Text and Tokens or Step, Steps and Preview, Choice: provisional
	StageCommitted Stage = "committed" // Count, Nodes: who, Tx
	StageRevealed  Stage = "revealed"  // Count, Nodes: who, Tx
	StageVerified  Stage = "verified"  // Response, Nodes: who agreed so far
	StageDisputed  Stage = "disputed"  // Reason: the nodes did not agree
	StageAborted   Stage = "aborted"   // Reason: no result, for another cause
	StageSettled   Stage = "settled"   // Receipt, Tx
)

// Event is one step, with what belongs to its stage; the rest is zero.
type Event struct {
	Stage Stage
	// At is the time since the request was made.
	At      time.Duration
	TaskID  protocol.TaskID
	Tx      common.Hash
	Nodes   []common.Address
	ClassID common.Hash
	Class   protocol.GPUClass
	// Position is the place in the queue, from 1, and Wait roughly how long that takes.
	Position int
	Wait     time.Duration
	Count    int
	// Text is the next piece of the text of a choice, which counts from 0.
	Text   string
	Choice int
	// Tokens are those of the text and what could have stood in their places, where
	// the task asks for that. Some may come before their text.
	Tokens []protocol.StreamToken
	// Step of Steps is done of an image, which Choice counts; Preview is about what
	// it looks like, a small PNG file, and nil at most steps.
	Step, Steps int
	Preview     []byte
	// Response is the response document, byte for byte.
	Response []byte
	Reason   *protocol.Reason
	Receipt  *protocol.Receipt
}

// Events replays what has happened to the task, then follows. The channel is
// closed after the last event or when ctx ends.
func (t *Task) Events(ctx context.Context) <-chan Event {
	out := make(chan Event)
	go func() {
		defer close(out)
		for next := 0; ; next++ {
			e, ok := t.event(ctx, next)
			if !ok {
				return
			}
			select {
			case out <- e:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// event waits for the n-th event; false when there will be none.
func (t *Task) event(ctx context.Context, n int) (Event, bool) {
	for {
		t.mu.Lock()
		if n < len(t.events) {
			defer t.mu.Unlock()
			return t.events[n], true
		}
		over, changed := t.over, t.changed
		t.mu.Unlock()
		if over {
			return Event{}, false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return Event{}, false
		}
	}
}

// emit adds an event and wakes whoever waits for it.
func (t *Task) emit(e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return
	}
	e.At = t.c.now().Sub(t.record.Created)
	if e.TaskID == 0 {
		e.TaskID = t.record.TaskID
	}
	t.events = append(t.events, e)
	close(t.changed)
	t.changed = make(chan struct{})
}

// finish says that no event will follow.
func (t *Task) finish() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.over = true
		close(t.changed)
	}
}

// finished is the task of a request that ended before: its events are what the
// journal still knows.
func (c *Creator) finished(r Record) *Task {
	t := c.newTask(r)
	if r.TaskID != 0 {
		e := Event{Stage: StageCreated}
		if r.Receipt != nil {
			e.Tx = r.Receipt.CreateTx
		}
		t.emit(e)
	}
	if r.Response != nil {
		t.emit(Event{Stage: StageVerified, Response: r.Response, Nodes: agreeing(r.Receipt)})
	}
	if r.Reason != nil {
		t.emit(Event{Stage: stageOf(r), Reason: r.Reason})
	}
	if r.Receipt != nil {
		t.emit(Event{Stage: StageSettled, Receipt: r.Receipt, Tx: r.Receipt.SettleTx})
	}
	t.finish()
	return t
}

func stageOf(r Record) Stage {
	if r.Receipt != nil && r.Receipt.Outcome == protocol.OutcomeNoAgreement {
		return StageDisputed
	}
	return StageAborted
}

func agreeing(r *protocol.Receipt) (nodes []common.Address) {
	if r == nil {
		return nil
	}
	for _, n := range r.Nodes {
		if n.Agrees {
			nodes = append(nodes, n.Address)
		}
	}
	return nodes
}
