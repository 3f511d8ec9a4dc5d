package creator

import (
	"context"
	"errors"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Cancel takes the task back from the queue, and returns when that is so. The wish
// also holds for a task that is still on its way to the chain, and once it is
// written down over a restart. The contract keeps its least fee and the rest comes
// back.
//
// Nodes that were drawn are paid for what they do: from then on, and when the task
// is over, the error is a protocol.Reason with the code not_cancellable. When ctx
// ends first the wish stands.
func (t *Task) Cancel(ctx context.Context) error {
	t.mu.Lock()
	record, next := t.record, len(t.events)
	t.unwanted = t.unwanted || record.State == Accepted || record.State == Queued
	t.mu.Unlock()
	switch {
	case record.Reason != nil && record.Reason.Code == cancelled:
		return nil
	case record.State.Final():
		return notCancellable("It has ended.")
	case record.State != Accepted && record.State != Queued:
		return notCancellable(atWork)
	}
	t.poke()

	for ; ; next++ {
		e, more := t.event(ctx, next)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !more:
			return notCancellable("It has ended.")
		case e.Stage == StageCreated || e.Stage == StageQueued:
			continue
		case e.Stage == StageAborted:
			return nil // so, or refused before it was on chain
		}
		return notCancellable(atWork)
	}
}

// cancelled is the code of a task that was taken back.
const cancelled = "cancelled"

const atWork = "Three nodes are at work on it and are paid for that."

func notCancellable(why string) error {
	return protocol.Reason{
		Code: "not_cancellable", Title: "The task can't be cancelled any more",
		Detail: why, Action: "Fetch its answer instead.",
	}
}

// noteWish writes down that the task is not wanted any more.
func (w *walker) noteWish() error {
	w.t.mu.Lock()
	state, due := w.t.record.State, w.t.unwanted && !w.t.record.Cancel
	w.t.mu.Unlock()
	if !due {
		return nil
	}
	return w.t.move(state, func(r *Record) { r.Cancel = true })
}

// cancel takes the task back when somebody has asked for it and no nodes were
// drawn. A draw that is faster stands.
func (w *walker) cancel(id protocol.TaskID, v view) {
	t := w.t
	if w.cancelling || !t.whole().Cancel || !v.queued || v.drawn != nil || v.ended != nil {
		return
	}
	w.cancelling = true
	w.helpers.Go(func() {
		receipt, err := t.c.sender.Submit(w.ctx, chain.Intent{
			Key: "creator/cancel/" + t.ID(), To: t.c.profile.Contracts.Task,
			Data: contracts.NewTask().PackCancel(id.Big()), GasLimit: contracts.TaskGas,
		})
		if err == nil {
			for _, l := range receipt.Logs {
				t.c.deliver(*l)
			}
			return
		}
		if w.ctx.Err() == nil && !errors.Is(err, chain.ErrClosed) {
			t.c.log.Info("task was not cancelled", "task", id, "err", err)
		}
	})
}
