// Package roles tells a relay who is who in a task, from the chain's own logs.
//
// A follower reads the Task contract's events from the blocks that are young
// enough to matter and then each new block as it comes. A draw gives a task its
// key; key, creator and nodes belong together for ever, because the key is a
// hash of the others. But another branch of the chain may take back that a task
// was created, drawn, drawn anew or ended; then what the follower knew of the
// blocks that are gone goes with them, and the new branch is read.
//
// The promise: what Task says of a key is what the chain says, and it says it
// within one request to the chain after the block was announced. Nothing is
// kept on disk.
package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sort"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay"
)

// Options say what to follow. Fields after StartBlock may be left out.
type Options struct {
	// Contract is the Task contract.
	Contract common.Address
	// StartBlock is where it was deployed.
	StartBlock uint64
	// Keep is how long a task that never ends is remembered; 28 h by default,
	// more than a relay keeps anything.
	Keep time.Duration
	// KeepEnded is how long one that ended is; 2 h by default. It must be longer
	// than the relay's retention.
	KeepEnded time.Duration
	Log       *slog.Logger
}

// rewind is how many blocks are read again when the chain took another branch.
const rewind = 64

// span is how many blocks are asked for at a time.
const span = 2000

// Follower is a relay's relay.Tasks.
type Follower struct {
	chain  *chain.Chain
	o      Options
	task   *contracts.Task
	events *contracts.Events

	stop context.CancelFunc
	done chan struct{}

	// next is the first block not read, last the hash of the one before it.
	next uint64
	last common.Hash
	// readTo is the last block of which all is known.
	readTo atomic.Uint64

	// mu guards everything that follows.
	mu       sync.Mutex
	creators map[protocol.TaskID]created
	keys     map[protocol.TaskID]protocol.TaskKey
	known    map[protocol.TaskKey]*entry
	waiting  map[protocol.TaskKey]*waiters
}

type created struct {
	by    common.Address
	at    time.Time
	block uint64
}

type entry struct {
	roles                  relay.TaskRoles
	drawn                  time.Time
	drawnBlock, endedBlock uint64
	drawnLog               uint // which of its block's
}

// waiters wait for a key.
type waiters struct {
	come  chan struct{}
	count int
}

var (
	_ relay.Tasks = (*Follower)(nil)
	_ relay.Chain = (*Follower)(nil)
)

// Follow begins to read. It returns at once; Task waits for what is not read yet.
func Follow(ctx context.Context, c *chain.Chain, o Options) (*Follower, error) {
	if o.Keep == 0 {
		o.Keep = 28 * time.Hour
	}
	if o.KeepEnded == 0 {
		o.KeepEnded = 2 * time.Hour
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, err
	}
	f := &Follower{
		chain: c, o: o, task: contracts.NewTask(), events: events, done: make(chan struct{}),
		creators: make(map[protocol.TaskID]created),
		keys:     make(map[protocol.TaskID]protocol.TaskKey),
		known:    make(map[protocol.TaskKey]*entry),
		waiting:  make(map[protocol.TaskKey]*waiters),
	}
	if f.next, err = f.firstBlock(ctx); err != nil {
		return nil, fmt.Errorf("find first block to follow: %w", err)
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

// firstBlock is the first one young enough to matter. Block times only grow.
func (f *Follower) firstBlock(ctx context.Context) (uint64, error) {
	since := f.chain.Clock().Now().Add(-f.o.Keep).Unix()
	head := f.chain.Head().Number.Uint64()
	if head < f.o.StartBlock {
		return f.o.StartBlock, nil
	}
	var failed error
	n := sort.Search(int(head-f.o.StartBlock), func(i int) bool {
		if failed != nil {
			return true
		}
		h, err := f.chain.Client().HeaderByNumber(ctx, new(big.Int).SetUint64(f.o.StartBlock+uint64(i)))
		if err != nil {
			failed = err
			return true
		}
		return int64(h.Time) >= since
	})
	return f.o.StartBlock + uint64(n), failed
}

// State is how far the chain is, and how far it was read.
func (f *Follower) State() relay.ChainState {
	head := f.chain.Head()
	still, _ := f.chain.Still()
	return relay.ChainState{
		Still: still, Head: head.Number.Uint64(), HeadTime: time.Unix(int64(head.Time), 0), Read: f.readTo.Load(), Heard: f.chain.Heard(),
	}
}

func (f *Follower) run(ctx context.Context) {
	defer close(f.done)
	wake, cancel := f.chain.Wake()
	defer cancel()
	tidy := time.NewTicker(time.Minute)
	defer tidy.Stop()
	var again <-chan time.Time
	for {
		again = nil
		if err := f.catchUp(ctx); err != nil && ctx.Err() == nil {
			f.o.Log.Warn("relay can't read the chain, trying again", "error", err)
			again = time.After(time.Second)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-again:
		case <-tidy.C:
			f.forget(f.chain.Clock().Now())
		}
	}
}

// catchUp reads up to the head.
func (f *Follower) catchUp(ctx context.Context) error {
	for ctx.Err() == nil {
		head := f.chain.Head()
		at := head.Number.Uint64()
		if f.last == head.Hash() || at < f.o.StartBlock {
			f.readTo.Store(at)
			return nil
		}
		// A head that follows on what was read last needs no other look.
		if f.last != (common.Hash{}) && (at != f.next || head.ParentHash != f.last) {
			f.goBack(ctx, at)
		}
		for f.next <= at {
			to := min(at, f.next+span-1)
			if err := f.read(ctx, f.next, to); err != nil {
				return err
			}
			f.next = to + 1
		}
		f.last = head.Hash()
	}
	return ctx.Err()
}

// goBack reads again what another branch may have changed, unless the last
// block that was read is still the chain's.
func (f *Follower) goBack(ctx context.Context, head uint64) {
	if head >= f.next {
		h, err := f.chain.Client().HeaderByNumber(ctx, new(big.Int).SetUint64(f.next-1))
		if err == nil && h.Hash() == f.last {
			return
		}
	}
	first := f.o.StartBlock
	if from := min(f.next, head+1); from > first+rewind {
		first = from - rewind
	}
	f.next = first
	f.forgetFrom(first)
}

// forgetFrom drops what the blocks from first on said.
func (f *Follower) forgetFrom(first uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, c := range f.creators {
		if c.block >= first {
			delete(f.creators, id)
		}
	}
	clear(f.keys)
	for key, e := range f.known {
		if e.drawnBlock >= first {
			delete(f.known, key)
			continue
		}
		if e.endedBlock >= first {
			e.endedBlock, e.roles.Ended = 0, time.Time{}
		}
		// The last draw that is left counts.
		if other, ok := f.keys[e.roles.ID]; !ok || f.known[other].drawnBefore(e) {
			f.keys[e.roles.ID] = key
		}
	}
}

func (e *entry) drawnBefore(o *entry) bool {
	return e.drawnBlock < o.drawnBlock || e.drawnBlock == o.drawnBlock && e.drawnLog < o.drawnLog
}

// callTimeout bounds one request to a node that may have stopped answering.
const callTimeout = 20 * time.Second

func (f *Follower) read(ctx context.Context, from, to uint64) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	logs, err := f.chain.Client().FilterLogs(ctx, ethereum.FilterQuery{
		Addresses: []common.Address{f.o.Contract},
		FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to),
	})
	if err != nil {
		return fmt.Errorf("read logs of blocks %d to %d: %w", from, to, err)
	}
	for i := range logs {
		if err := f.apply(ctx, &logs[i]); err != nil {
			return err
		}
	}
	return nil
}

func (f *Follower) apply(ctx context.Context, log *types.Log) error {
	event, err := f.events.Parse(log)
	if errors.Is(err, contracts.ErrUnknownEvent) {
		return nil
	}
	if err != nil {
		return err
	}
	at := time.Unix(int64(log.BlockTimestamp), 0)
	if log.BlockTimestamp == 0 {
		// An older node leaves it out. Later than the truth is on the safe side.
		at = f.chain.Clock().Now()
	}
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		return f.created(e, at)
	case *contracts.TaskTaskDrawn:
		return f.drawn(ctx, e, at)
	case *contracts.TaskTaskEnded:
		return f.ended(e, at)
	}
	return nil
}

func (f *Follower) created(e *contracts.TaskTaskCreated, at time.Time) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.creators[id] = created{e.Creator, at, e.Raw.BlockNumber}
	return nil
}

func (f *Follower) drawn(ctx context.Context, e *contracts.TaskTaskDrawn, at time.Time) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	creator, err := f.creator(ctx, id)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	key := protocol.TaskKey(e.TaskKey)
	if old, ok := f.keys[id]; ok && old != key && f.known[old].roles.Ended.IsZero() {
		// Drawn anew: what was sealed to the first draw is of no use any more.
		f.known[old].roles.Ended, f.known[old].endedBlock = at, e.Raw.BlockNumber
	}
	f.keys[id] = key
	if f.known[key] == nil {
		f.known[key] = &entry{
			roles: relay.TaskRoles{ID: id, Type: protocol.TaskType(e.TaskType), Creator: creator, Nodes: e.Nodes},
			drawn: at, drawnBlock: e.Raw.BlockNumber, drawnLog: e.Raw.Index,
		}
	}
	if w := f.waiting[key]; w != nil {
		close(w.come)
		delete(f.waiting, key)
	}
	return nil
}

// creator asks the contract when the task is older than what was read.
func (f *Follower) creator(ctx context.Context, id protocol.TaskID) (common.Address, error) {
	f.mu.Lock()
	c, ok := f.creators[id]
	f.mu.Unlock()
	if ok {
		return c.by, nil
	}
	raw, err := f.chain.Client().CallContract(ctx, ethereum.CallMsg{To: &f.o.Contract, Data: f.task.PackTask(id.Big())}, nil)
	if err != nil {
		return common.Address{}, fmt.Errorf("read task %s: %w", id, err)
	}
	info, err := f.task.UnpackTask(raw)
	if err != nil {
		return common.Address{}, fmt.Errorf("read task %s: %w", id, err)
	}
	return info.Creator, nil
}

func (f *Follower) ended(e *contracts.TaskTaskEnded, at time.Time) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.creators, id)
	if key, ok := f.keys[id]; ok {
		f.known[key].roles.Ended, f.known[key].endedBlock = at, e.Raw.BlockNumber
	}
	return nil
}

// forget drops what no relay asks about any more.
func (f *Follower) forget(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, c := range f.creators {
		if now.Sub(c.at) > f.o.Keep {
			delete(f.creators, id)
		}
	}
	for key, e := range f.known {
		if now.Sub(e.drawn) <= f.o.Keep && (e.roles.Ended.IsZero() || now.Sub(e.roles.Ended) <= f.o.KeepEnded) {
			continue
		}
		delete(f.known, key)
		if f.keys[e.roles.ID] == key {
			delete(f.keys, e.roles.ID)
		}
	}
}

// Task waits until key's draw was read or ctx ends.
func (f *Follower) Task(ctx context.Context, key protocol.TaskKey) (relay.TaskRoles, error) {
	for {
		roles, known := f.look(ctx, key)
		if known {
			return roles, nil
		}
		// A draw that was read may be gone again, with its branch of the chain.
		if err := ctx.Err(); err != nil {
			return relay.TaskRoles{}, fmt.Errorf("find task %s on chain: %w", key, err)
		}
	}
}

// look waits until something is read of key's draw or ctx ends.
func (f *Follower) look(ctx context.Context, key protocol.TaskKey) (relay.TaskRoles, bool) {
	f.mu.Lock()
	if e, ok := f.known[key]; ok {
		defer f.mu.Unlock()
		return e.roles, true
	}
	w := f.waiting[key]
	if w == nil {
		w = &waiters{come: make(chan struct{})}
		f.waiting[key] = w
	}
	w.count++
	f.mu.Unlock()

	select {
	case <-w.come:
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if w.count--; w.count == 0 && f.waiting[key] == w {
		delete(f.waiting, key)
	}
	e, ok := f.known[key]
	if !ok {
		return relay.TaskRoles{}, false
	}
	return e.roles, true
}
