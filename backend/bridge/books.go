package bridge

import (
	"context"
	"errors"

	"helium/backend/store"
)

// books writes what requests cost. Many write at once, all those of one caller to
// one row, and each write waits for the disk: what comes while one is under way is
// written together, in the next.
type books struct {
	store *store.Store
	queue chan entry
	ctx   context.Context // ends when nothing more is written
	stop  context.CancelFunc
}

// entry is one thing to write. It refuses with an *apiError, before it has written
// anything, or fails, and then nothing of it stays.
type entry struct {
	write func(tx *store.Tx) error
	done  chan error
}

// mostTogether bounds one write to the disk.
const mostTogether = 128

// book writes an entry, and returns once it is on disk.
func (b *books) book(write func(tx *store.Tx) error) error {
	e := entry{write, make(chan error, 1)}
	select {
	case b.queue <- e:
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
		case <-b.ctx.Done():
			return
		}
	}
}

// together is an entry with those that wait behind it.
func (b *books) together(first entry) []entry {
	all := []entry{first}
	for len(all) < mostTogether {
		select {
		case e := <-b.queue:
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
