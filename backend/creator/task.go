package creator

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Task is one request on its way. One goroutine moves it; the rest look on.
type Task struct {
	c *Creator
	// wake gets a value when something came that the goroutine should look at.
	wake chan struct{}

	// mu guards everything that follows.
	mu       sync.Mutex
	record   Record
	logs     map[logKey]types.Log
	folded   *view // what they amount to; nil when that is to be found out anew
	answers  map[common.Address]answer
	lost     map[common.Address]bool
	wanted   []common.Address // results that the relay says it has
	signedOf protocol.TaskKey // the draw that signed is of
	signed   [protocol.Seats]signed
	sealed   bool
	place    place
	unwanted bool // somebody has asked to cancel it
	failure  *protocol.Reason
	events   []Event
	changed  chan struct{}
	over     bool
}

func (c *Creator) newTask(r Record) *Task {
	return &Task{
		c: c, wake: make(chan struct{}, 1), record: r,
		logs: map[logKey]types.Log{}, answers: map[common.Address]answer{}, lost: map[common.Address]bool{},
		changed: make(chan struct{}),
	}
}

// Record is the request as it stands, without what opens its seals.
func (t *Task) Record() Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.record
	r.ReplySecret, r.Envelope = nil, nil
	return r
}

// whole is the record with what opens its seals.
func (t *Task) whole() Record {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.record
}

// ID is the request's id, and its receipt's.
func (t *Task) ID() string { return t.Record().ID }

// take adds a log of this task, or drops it when a reorg took it back.
func (t *Task) take(l types.Log) {
	t.mu.Lock()
	if l.Removed {
		delete(t.logs, keyOf(l))
	} else {
		t.logs[keyOf(l)] = l
	}
	t.folded = nil
	t.mu.Unlock()
	t.poke()
}

// keepOnly drops logs of the blocks that the chain no longer has.
func (t *Task) keepOnly(from, to uint64, here map[logKey]bool) {
	t.mu.Lock()
	dropped := false
	for key, l := range t.logs {
		if l.BlockNumber >= from && l.BlockNumber <= to && !here[key] {
			delete(t.logs, key)
			t.folded, dropped = nil, true
		}
	}
	t.mu.Unlock()
	if dropped {
		t.poke()
	}
}

func (t *Task) poke() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

func (t *Task) view() (view, error) {
	t.mu.Lock()
	key, said := t.signedOf, t.signed
	v, err := t.fold()
	typ := t.record.Type
	t.mu.Unlock()
	v.like = t.c.network.prices().likeness(typ)
	if v.drawn != nil && v.drawn.TaskKey == key {
		v.signed = said
	}
	return v, err
}

// fold is what the logs amount to; mu is held. They change far less often than the
// task is looked at. What the view points to is shared.
func (t *Task) fold() (view, error) {
	if t.folded != nil {
		return *t.folded, nil
	}
	logs := make([]types.Log, 0, len(t.logs))
	for _, l := range t.logs {
		logs = append(logs, l)
	}
	v, err := fold(t.c.events, logs)
	if err == nil {
		t.folded = &v
	}
	return v, err
}

// run moves the task until it is over or ctx ends; the next run goes on from
// the row and the chain.
func (t *Task) run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var helpers sync.WaitGroup
	defer helpers.Wait()
	defer stop()

	if t.Record().State == Accepted {
		helpers.Go(func() { t.create(ctx) })
	}
	w := walker{t: t, ctx: ctx, helpers: &helpers}
	// Deadlines pass without a log.
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		over, err := w.step()
		if err != nil && ctx.Err() == nil {
			t.c.log.Warn("request can't go on, trying again", "request", t.ID(), "err", err)
			sleep(ctx, time.Second)
			t.poke()
		}
		if over {
			t.c.leave(t)
			t.finish()
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-t.wake:
		case <-tick.C:
		}
	}
}

// create makes the task on chain, once ever: the key is the request's.
func (t *Task) create(ctx context.Context) {
	r := t.Record()
	if err := t.c.purse.cover(ctx, r.Fee.Big(), t.c.now()); err != nil && ctx.Err() == nil {
		t.c.log.Warn("the fee could not be put in place", "request", r.ID, "err", err)
	}
	data := contracts.NewTask().PackCreateTask(contracts.TaskRequest{
		TaskType: uint8(r.Type), ArgsHash: r.ArgsHash, ModelKey: protocol.ModelKey(r.Model),
		MinVramGB: r.MinVRAMGB, Units: r.Units, Images: r.Images, Fee: r.Fee.Big(),
	})
	receipt, err := t.c.sender.Submit(ctx, chain.Intent{
		Key: "creator/create/" + r.ID, To: t.c.profile.Contracts.Task, Data: data, GasLimit: contracts.TaskGas,
	})
	if err == nil {
		for _, l := range receipt.Logs {
			t.c.deliver(*l)
		}
		return
	}
	if ctx.Err() != nil || errors.Is(err, chain.ErrClosed) {
		return // the next run asks again under the same key
	}
	if errors.Is(err, chain.ErrFunds) {
		t.c.dry.Store(t.c.now().UnixNano())
	}
	reason := t.c.refused(ctx, err, r.size())
	t.mu.Lock()
	t.failure = &reason
	t.mu.Unlock()
	t.poke()
}

// refused says why there is no task. Nothing was paid for it but gas.
func (c *Creator) refused(ctx context.Context, err error, s Size) protocol.Reason {
	const nothing = "Nothing was paid."
	r := protocol.Reason{
		Code: "task_refused", Title: "The network refused the task",
		Detail: "The transaction failed. " + nothing, Action: "Try again.",
	}
	if errors.Is(err, chain.ErrFunds) {
		r.Code, r.Title, r.Action = "insufficient_gas", "The wallet that pays has too little for gas", "Add coins for gas to it."
		return r
	}
	var revert *chain.RevertError
	if errors.As(err, &revert) {
		r.Detail = revert.Error() + ". " + nothing
	}
	var refusal *contracts.Refusal
	if !errors.As(err, &refusal) {
		return r
	}
	r.Detail = refusal.Error() + ". " + nothing
	switch refusal.Name {
	case "QueueFull":
		return c.queueFull(refusal, s)
	case "NoClassFits":
		r.Code, r.Title, r.Action = "no_nodes", "No nodes can run this", "Wait for nodes to join, or choose a smaller model."
	case "FeeTooLow":
		// The prices have changed since they were read.
		if err := c.network.load(ctx); err != nil {
			c.log.Warn("prices could not be read again", "err", err)
		}
		r.Code, r.Title, r.Action = "price_changed", "The price has changed", "Send the request again: the new one is known now."
	case "ERC20InsufficientBalance", "ERC20InsufficientAllowance", "SafeERC20FailedOperation":
		r.Code, r.Title, r.Action = "insufficient_funds", "The wallet that pays has too little CNX", "Add CNX to it."
	case "TaskTypeNotServed", "InvalidUnits":
		r.Code, r.Title, r.Action = "invalid_task", "The network does not take such tasks", "Change the request."
	}
	return r
}

// queueFull says what fee would have got in.
func (c *Creator) queueFull(refusal *contracts.Refusal, s Size) protocol.Reason {
	r := protocol.Reason{
		Code: "queue_full", Title: "The queue is full",
		Detail: "All tasks that wait pay as much or more. Nothing was paid.", Action: "Offer more, or try again in a minute.",
	}
	least, ok := refusal.Args["leastValue"].(*big.Int)
	if !ok {
		return r
	}
	enough := forPeopleRoundedUp(leastFeeAbove(least, c.network.prices().seconds(s)))
	r.Detail = fmt.Sprintf("%v tasks wait, and the least of them pays %s a second, as much as this one or more. Nothing was paid.",
		refusal.Args["capacity"], wei(least))
	r.Action = fmt.Sprintf("Offer a fee of %s, which gets in now, or try again in a minute.", enough)
	return r
}

// aborted says why a task ended without a result, and what came back of its fee.
func aborted(o protocol.Outcome, fee, refunded protocol.Wei) protocol.Reason {
	r := protocol.Reason{Code: "task_aborted", Action: "Send the request again."}
	back := fmt.Sprintf(" %s of %s came back.", refunded, fee)
	if refunded.Cmp(fee) == 0 {
		back = fmt.Sprintf(" Nothing was paid: all of %s came back.", fee)
	}
	switch o {
	case protocol.OutcomeInvalidArguments:
		return protocol.Reason{
			Code: "invalid_arguments", Title: "The nodes found the request at fault",
			Detail: "At least two nodes say that these arguments can't be run." + back, Action: "Change the request.",
		}
	case protocol.OutcomeNoAgreement:
		r.Code, r.Title, r.Detail = "no_agreement", "The nodes did not agree", "Their answers differ, so none is shown as verified."+back
	case protocol.OutcomeNoArguments:
		r.Code, r.Title, r.Detail = "no_arguments", "The nodes could not read the request", "They did not get or could not open it."+back
	case protocol.OutcomeSilent:
		r.Code, r.Title, r.Detail = "nodes_silent", "The nodes did not answer in time", "Too few of the three finished."+back
	case protocol.OutcomeExpired:
		r.Code, r.Title, r.Detail = "queue_expired", "No nodes were free in time", "The task waited in the queue for as long as a task may."+back
		r.Action = "Offer a higher fee, or send the request again when fewer tasks wait."
	case protocol.OutcomeEvicted:
		r.Code, r.Title, r.Detail = "evicted", "The task lost its place in the queue", "The queue is full, and a task that pays more took its place."+back
		r.Action = "Offer a higher fee, or send the request again when fewer tasks wait."
	case protocol.OutcomeCancelled:
		r.Code, r.Title, r.Detail, r.Action = cancelled, "The task was cancelled", "It was taken back from the queue."+back, ""
	default:
		r.Title, r.Detail = "The task ended without a result", o.String()+"."+back
	}
	return r
}
