package bridge

import (
	"context"
	"errors"
	"time"

	"helium/backend/store"
)

// books writes what requests cost. Many write at once, all those of one caller to
// one row, and each write waits for the disk: what comes while one is under way is
// written together, in the next. What no caller waits for begins no write of its own
// as long as another is about to come, and so takes no turn at the disk from a caller.
type books struct {
	store *store.Store
	queue chan entry
	later chan entry
	ctx   context.Context // ends when nothing more is written
	stop  context.CancelFunc
}

// entry is one thing to write. It refuses with an *apiError, before it has written
// anything, or fails, and then nothing of it stays.
type entry struct {
	write func(tx *store.Tx) error
	done  chan error
}

const (
	// mostTogether bounds one write to the disk.
	mostTogether = 128
	// patience is how long what nobody waits for waits for another write.
	patience = 20 * time.Millisecond
)

// book writes an entry, and returns once it is on disk.
func (b *books) book(write func(tx *store.Tx) error) error { return b.put(b.queue, write) }

// bookLater is book for what no caller waits for: with the next write, and soon
// without one.
func (b *books) bookLater(write func(tx *store.Tx) error) error { return b.put(b.later, write) }

func (b *books) put(queue chan<- entry, write func(tx *store.Tx) error) error {
	e := entry{write, make(chan error, 1)}
	select {
	case queue <- e:
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
	select {
	case err := <-e.done:
		return err
	case <-b.ctx.Done():
		return b.ctx.Err()
	}
}

func (b *books) run() {
	for {
		select {
		case e := <-b.queue:
			b.write(b.together(e))
		case e := <-b.later:
			b.write(b.together(b.company(e)...))
		case <-b.ctx.Done():
			return
		}
	}
}

// company is an entry that can wait, before the first that comes and can't.
func (b *books) company(patient entry) []entry {
	select {
	case e := <-b.queue:
		return []entry{patient, e}
	case <-time.After(patience):
	case <-b.ctx.Done():
	}
	return []entry{patient}
}

// together is the entries to begin with and those that wait behind them.
func (b *books) together(all ...entry) []entry {
	for len(all) < mostTogether {
		select {
		case e := <-b.queue:
			all = append(all, e)
		case e := <-b.later:
			all = append(all, e)
		default:
			return all
		}
	}
	return all
}

func (b *books) write(all []entry) {
	refused := make([]error, len(all))
	err := b.store.Update(func(tx *store.Tx) error {
		for i, e := range all {
			refused[i] = e.write(tx)
			var refusal *apiError
			if refused[i] != nil && !errors.As(refused[i], &refusal) {
				return refused[i] // it may have written a part
			}
		}
		return nil
	})
	if err != nil && len(all) > 1 {
		// One of them is to blame, or they are too much at once.
		for _, e := range all {
			b.write([]entry{e})
		}
		return
	}
	for i, e := range all {
		if err != nil {
			refused[i] = err
		}
		e.done <- refused[i]
	}
}
