package chain

import (
	"context"
	"errors"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/store"
)

// Filter says which logs to follow.
type Filter struct {
	// Addresses are the contracts; at least one.
	Addresses []common.Address
	// Topics as eth_getLogs takes them; nil means every event.
	Topics [][]common.Hash
	// Start is the first block of interest; no older one is read.
	Start uint64
	// Depth is how deep a reorganisation may go and still be undone. 0 means 64.
	Depth uint64
	// Wants, if any, is asked of every log, in their order, after what it wants of the
	// logs before it was applied: one that it does not want is neither applied nor
	// remembered, and a block without any that it wants costs no write. It is asked
	// again where a transaction conflicts with another. What it says of a log may turn
	// to yes by what is applied before that log, and by nothing else.
	Wants func(l types.Log) bool
}

// Head is a block up to which every log has been applied.
type Head struct {
	Number uint64
	Hash   common.Hash
	// Time is the block's, in seconds since 1970.
	Time uint64
	// Live says that this is the newest block there is: the follower has caught up.
	Live bool
}

// Handler takes what a follower brings. The functions that get a transaction may
// run again when it conflicts with another: they must do nothing that it does
// not undo. An error from any of them ends Follow.
type Handler struct {
	// Apply takes one log of the canonical chain; logs come in order, each once.
	Apply func(tx *store.Tx, l types.Log) error
	// Undo takes a log back that Apply took, when its block is no longer
	// canonical; the newest first. nil means that a reorganisation is an error.
	Undo func(tx *store.Tx, l types.Log) error
	// Head, if any, is called when everything up to a block is applied, in the
	// transaction that says so.
	Head func(tx *store.Tx, h Head) error
	// Committed, if any, is called once that transaction is on disk: the place
	// for wake-ups and other effects outside the store.
	Committed func(h Head)
}

// Follow applies the logs that f asks for to h until ctx ends, starting behind
// the last one applied under name in st. The chain's absence is waited out. One
// name has one follower at a time.
func Follow(ctx context.Context, c *Chain, st *store.Store, name string, f Filter, h Handler) error {
	return follow(ctx, c, &stored{store: st, name: name, tables: cursorTables()}, f, h)
}

// Watch is Follow without a store, for a command that lives shorter than its
// interest in the past: it starts at f.Start and remembers nothing. removed says
// that the log was passed to fn before and is no longer true.
func Watch(ctx context.Context, c *Chain, f Filter, fn func(l types.Log, removed bool) error) error {
	return follow(ctx, c, &live{}, f, Handler{
		Apply: func(_ *store.Tx, l types.Log) error { return fn(l, false) },
		Undo:  func(_ *store.Tx, l types.Log) error { return fn(l, true) },
	})
}

// ErrTooDeep says that the chain dropped more blocks than the follower remembers.
var ErrTooDeep = errors.New("the chain was rewritten deeper than this program remembers: delete the data that follows it and start again")

// handlerError marks an error that is not the chain's and will not go away.
type handlerError struct{ error }

func (e handlerError) Unwrap() error { return e.error }

func follow(ctx context.Context, c *Chain, j journal, f Filter, h Handler) error {
	if len(f.Addresses) == 0 {
		return errors.New("follow logs: no contract is named")
	}
	if f.Depth == 0 {
		f.Depth = 64
	}
	heads, cancel := c.Wake()
	defer cancel()
	t := &trail{chain: c, journal: j, filter: f, handler: h}

	var wait backoff
	for {
		err := t.catchUp(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		var fatal handlerError
		if errors.As(err, &fatal) {
			return fatal.error
		}
		if err != nil {
			c.log.Warn("following logs, trying again", "err", err)
			if wait.sleep(ctx) != nil {
				return ctx.Err()
			}
			continue
		}
		wait.reset()

		idle := time.NewTimer(30 * time.Second)
		select {
		case <-ctx.Done():
		case <-heads:
		case <-idle.C:
		}
		idle.Stop()
	}
}

// mark is a block the follower has applied, with the logs it would have to undo.
type mark struct {
	Number uint64      `json:"number"`
	Hash   common.Hash `json:"hash"`
	Logs   []types.Log `json:"logs,omitempty"`

	// kept: the journal has it.
	kept bool
}

// cursor is where a follower stands: the next block it wants, and the last
// marks, oldest first. Blocks between two marks held no logs.
type cursor struct {
	Next  uint64
	Marks []mark
}

// journal remembers a cursor. apply runs fn and moves the cursor in one step.
type journal interface {
	load() (cursor, error)
	apply(change change, fn func(tx *store.Tx) error) error
}

// change is a step of a cursor: marks dropped, from the newest end or for that they
// are too deep to be undone, or one added.
type change struct {
	next uint64
	drop []mark
	add  *mark
}
