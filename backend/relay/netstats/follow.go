package netstats

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
)

// Options say what to follow. Fields after StartBlock may be left out.
type Options struct {
	// Node and Task are the contracts, StartBlock where the first was deployed.
	Node, Task common.Address
	StartBlock uint64
	Log        *slog.Logger
}

const (
	// depth is how many blocks another branch may take back.
	depth = 64
	// span is how many blocks are asked for at a time.
	span = 2000
	// callTimeout bounds one request to a node that may have stopped answering.
	callTimeout = 20 * time.Second
	// fresh is how long numbers may be given again: counting them takes a look at
	// every node.
	fresh = time.Second
)

// entry is a log that may be taken back.
type entry struct {
	log types.Log
	at  int64
}

// Follower keeps the numbers of a network.
type Follower struct {
	chain *chain.Chain
	o     Options

	stop context.CancelFunc
	done chan struct{}

	// next is the first block not read, last the hash of the one before it.
	// settled is of all blocks before from; pending are the logs since.
	next, from uint64
	last       common.Hash
	settled    *fold
	pending    []entry

	// mu guards everything that follows.
	mu     sync.Mutex
	newest *fold
	block  uint64
	at     int64
	behind bool
	given  Stats // numbers that were given at
	when   time.Time
}

// Follow begins to read. It returns at once; until the past is read, Stats say that
// they are catching up.
func Follow(c *chain.Chain, o Options) (*Follower, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, err
	}
	f := &Follower{
		chain: c, o: o, done: make(chan struct{}), behind: true,
		next: o.StartBlock, from: o.StartBlock, settled: newFold(events), newest: newFold(events),
	}
	run, stop := context.WithCancel(context.Background())
	f.stop = stop
	go f.run(run)
	return f, nil
}

// Close stops following.
func (f *Follower) Close() {
	f.stop()
	<-f.done
}

// Stats are the numbers as of the last block read, a second ago at most.
func (f *Follower) Stats() (Stats, error) {
	now := f.chain.Clock().Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if age := now.Sub(f.when); age >= 0 && age < fresh {
		return f.given, nil
	}
	s, err := f.newest.stats(now)
	if err != nil {
		return s, fmt.Errorf("count what the network does: %w", err)
	}
	s.Block, s.At, s.CatchingUp = f.block, f.at, f.behind
	f.given, f.when = s, now
	return s, nil
}

func (f *Follower) run(ctx context.Context) {
	defer close(f.done)
	wake, cancel := f.chain.Wake()
	defer cancel()
	for {
		var again <-chan time.Time
		if err := f.catchUp(ctx); err != nil && ctx.Err() == nil {
			f.o.Log.Warn("statistics can't read the chain, trying again", "error", err)
			again = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-again:
		}
	}
}

// catchUp reads up to the head.
func (f *Follower) catchUp(ctx context.Context) error {
	for ctx.Err() == nil {
		head := f.chain.Head()
		at := head.Number.Uint64()
		if f.last == head.Hash() || at < f.o.StartBlock {
			f.arrived(head)
			return nil
		}
		// A head that follows on what was read last needs no other look.
		if f.next > f.o.StartBlock && (at != f.next || head.ParentHash != f.last) {
			if err := f.goBack(ctx, at); err != nil {
				return err
			}
		}
		for f.next <= at {
			to := min(at, f.next+span-1)
			if err := f.read(ctx, f.next, to); err != nil {
				return err
			}
			f.next = to + 1
			if err := f.settle(at); err != nil {
				return err
			}
		}
		f.last = head.Hash()
		f.arrived(head)
	}
	return ctx.Err()
}

func (f *Follower) arrived(head *types.Header) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.block, f.at, f.behind = head.Number.Uint64(), int64(head.Time), false
}

// goBack forgets what another branch may have changed, unless the last block that
// was read is still the chain's.
func (f *Follower) goBack(ctx context.Context, head uint64) error {
	if head >= f.next {
		ctx, cancel := context.WithTimeout(ctx, callTimeout)
		defer cancel()
		h, err := f.chain.Client().HeaderByNumber(ctx, new(big.Int).SetUint64(f.next-1))
		if err == nil && h.Hash() == f.last {
			return nil
		}
		if err != nil && !errors.Is(err, ethereum.NotFound) {
			return fmt.Errorf("read header of block %d: %w", f.next-1, err)
		}
	}
	if head+1 < f.from {
		// Deeper than any branch we count with: all of it is read anew.
		f.o.Log.Warn("the chain was rewritten far back, statistics read it anew", "head", head)
		f.from, f.settled = f.o.StartBlock, newFold(f.settled.events)
	}
	f.next, f.pending = f.from, nil
	f.mu.Lock()
	defer f.mu.Unlock()
	f.newest = f.settled.clone()
	return nil
}

func (f *Follower) read(ctx context.Context, from, to uint64) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	logs, err := f.chain.Client().FilterLogs(ctx, ethereum.FilterQuery{
		Addresses: []common.Address{f.o.Node, f.o.Task},
		FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to),
	})
	if err != nil {
		return fmt.Errorf("read logs of blocks %d to %d: %w", from, to, err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range logs {
		e := entry{logs[i], int64(logs[i].BlockTimestamp)}
		if e.at == 0 {
			e.at = f.chain.Clock().Now().Unix() // an older node leaves it out
		}
		if err := f.newest.apply(&e.log, e.at); err != nil {
			f.o.Log.Warn("statistics can't read a log and go on without it", "block", e.log.BlockNumber, "error", err)
			continue
		}
		f.pending = append(f.pending, e)
	}
	return nil
}

// settle moves what is too deep to be taken back into the settled fold.
func (f *Follower) settle(head uint64) error {
	if head < f.from+depth {
		return nil
	}
	from := min(head-depth+1, f.next)
	n := 0
	for ; n < len(f.pending) && f.pending[n].log.BlockNumber < from; n++ {
		if err := f.settled.apply(&f.pending[n].log, f.pending[n].at); err != nil {
			return err
		}
	}
	f.pending = append([]entry(nil), f.pending[n:]...)
	f.from = from
	return nil
}
