package bridge

import (
	"context"
	"errors"
	"net/http"
	"time"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
)

const (
	// cancelWait is how long a caller waits for the chain to have taken a task back.
	cancelWait = 30 * time.Second
	// leaveWait is the same where nobody waits.
	leaveWait = 10 * time.Minute
)

// cancelTask takes a request back: no further attempt is made of it, and a task
// that waits in the queue is cancelled, which gives back its fee but for the least
// one. Once nodes are drawn that is refused with 409. It answers with the task as
// it then stands, and with 202 when the chain takes longer.
func (b *Bridge) cancelTask(w http.ResponseWriter, r *http.Request) error {
	first, err := b.ownTask(r)
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(r.Context(), cancelWait)
	defer stop()
	switch err := b.cancel(ctx, first); {
	case errors.Is(err, context.DeadlineExceeded) && r.Context().Err() == nil:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusAccepted)
		return writeJSON(w, b.taskAnswerOf(r.Context(), first))
	case err != nil:
		return err
	}
	return answerJSON(w, b.taskAnswerOf(r.Context(), first))
}

func (b *Bridge) cancel(ctx context.Context, first *creator.Task) error {
	all := b.attempts(ctx, first)
	t := all[len(all)-1]
	if err := b.lastAttempt(t.ID()); err != nil {
		return err
	}
	if err := t.Cancel(ctx); err != nil {
		return err
	}
	b.deciding.wait(ctx, t.ID()) // the refund is booked
	return nil
}

// lastAttempt sees to it that no other follows.
func (b *Bridge) lastAttempt(id string) error {
	return b.store.Update(func(tx *store.Tx) error { return plans.Delete(tx, id) })
}

// left is called when a caller has gone before its answer came. The task goes on
// and can be fetched, unless the caller asked for it to be cancelled then.
func (b *Bridge) left(t *creator.Task, h *heliumOptions) {
	if h == nil || h.OnDisconnect != "cancel" || b.closing.Load() {
		return
	}
	b.followers.Go(func() {
		ctx, stop := context.WithTimeout(b.ctx, leaveWait)
		defer stop()
		var reason protocol.Reason
		if err := b.cancel(ctx, t); err != nil && !errors.As(err, &reason) && b.ctx.Err() == nil {
			b.log.Warn("a task that its caller left could not be cancelled", "request", t.ID(), "err", err)
		}
	})
}
