package creator

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"helium/backend/contracts"
)

const (
	// pageBlocks is how many blocks one question for old logs spans.
	pageBlocks = 2000
	// againBlocks are read again after a lost subscription and now and then, for
	// what it may have missed and for what a reorg took back meanwhile.
	againBlocks = 64
	// leastAgain of them are read where no open task is older: a full block's logs are
	// a megabyte.
	leastAgain = 8
	// lookAgain is how often that is done though nothing seems to be missing.
	lookAgain = 30 * time.Second
)

// watch brings every log of the contracts to the tasks, by push; one
// subscription serves them all.
func (c *Creator) watch(ctx context.Context) {
	from := ^uint64(0) // nothing old is wanted when no request is open
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, 10*time.Second) {
		began := c.now()
		seen, err := c.session(ctx, min(from, c.oldest()))
		if ctx.Err() != nil {
			return
		}
		if seen > 0 {
			from = back(seen, againBlocks)
		}
		if c.now().Sub(began) > time.Minute {
			wait = 100 * time.Millisecond
		}
		c.log.Warn("chain logs stopped, asking again", "err", err, "in", wait)
		if !sleep(ctx, wait) {
			return
		}
	}
}

// session reads what is new from a block on, then follows until the
// subscription ends. It returns the last block it has read.
func (c *Creator) session(ctx context.Context, from uint64) (seen uint64, err error) {
	logs := make(chan types.Log, 4096)
	sub, err := c.chain.SubscribeFilterLogs(ctx, ethereum.FilterQuery{Addresses: c.watched()}, logs)
	push := !errors.Is(err, rpc.ErrNotificationsUnsupported)
	if push && err != nil {
		return 0, fmt.Errorf("subscribe to logs: %w", err)
	}
	every, ended := lookAgain, (<-chan error)(nil)
	if push {
		defer sub.Unsubscribe()
		ended = sub.Err()
	} else {
		every = time.Second
	}

	if seen, err = c.catchUp(ctx, from); err != nil {
		return seen, err
	}
	c.reads(seen)
	c.live.Store(true)
	defer c.live.Store(false)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return seen, ctx.Err()
		case err := <-ended:
			return seen, fmt.Errorf("subscription ended: %w", orEnded(err))
		case l := <-logs:
			c.deliver(l)
			seen = max(seen, l.BlockNumber)
			c.reads(seen)
		case <-tick.C:
			head, err := c.catchUp(ctx, max(back(seen, againBlocks), min(c.oldest(), back(seen, leastAgain))))
			if err != nil {
				return seen, err
			}
			seen = max(seen, head)
			c.reads(seen)
		}
	}
}

// reads notes up to which block logs are known.
func (c *Creator) reads(block uint64) { c.read.Store(max(c.read.Load(), block)) }

func orEnded(err error) error {
	if err == nil {
		return errors.New("the node closed it")
	}
	return err
}

func back(block, n uint64) uint64 { return block - min(block, n) }

func (c *Creator) watched() []common.Address {
	return []common.Address{c.profile.Contracts.Task, c.profile.Contracts.Node}
}

// oldest is where the oldest open request began, or no block at all.
func (c *Creator) oldest() uint64 {
	from := ^uint64(0)
	for _, t := range c.openTasks() {
		from = min(from, t.Record().FromBlock)
	}
	return from
}

// catchUp delivers the logs from a block to the head, and takes back those
// that are no longer there.
func (c *Creator) catchUp(ctx context.Context, from uint64) (head uint64, err error) {
	head, err = c.chain.BlockNumber(ctx)
	if err != nil {
		return 0, fmt.Errorf("read chain head: %w", err)
	}
	for start := from; start <= head; start += pageBlocks {
		end := min(start+pageBlocks-1, head)
		logs, err := c.chain.FilterLogs(ctx, ethereum.FilterQuery{
			FromBlock: new(big.Int).SetUint64(start), ToBlock: new(big.Int).SetUint64(end), Addresses: c.watched(),
		})
		if err != nil {
			return 0, fmt.Errorf("read logs of blocks %d to %d: %w", start, end, err)
		}
		here := make(map[logKey]bool, len(logs))
		for _, l := range logs {
			here[keyOf(l)] = true
			c.deliver(l)
		}
		for _, t := range c.openTasks() {
			t.keepOnly(start, end, here)
		}
	}
	return head, nil
}

// deliver hands a log to its task.
func (c *Creator) deliver(l types.Log) {
	if l.Address == c.profile.Contracts.Node {
		c.network.learn(&l)
		c.nudge()
		return
	}
	event, err := c.events.Parse(&l)
	if err != nil {
		if !errors.Is(err, contracts.ErrUnknownEvent) {
			c.log.Warn("a log of the Task contract can't be read", "tx", l.TxHash, "err", err)
		}
		return
	}
	c.pace.see(event, &l)
	id, ok := taskOf(event)
	if !ok {
		return
	}
	c.mu.Lock()
	t := c.byID[id]
	if created, is := event.(*contracts.TaskTaskCreated); is && t == nil && created.Creator == c.sender.Address() {
		// The envelope's salt makes its hash one request's own.
		if t = c.byArgs[created.ArgsHash]; t != nil {
			c.byID[id] = t
		}
	}
	c.mu.Unlock()
	if t != nil {
		t.take(l)
	}
	switch event.(type) {
	case *contracts.TaskTaskEnded, *contracts.TaskTaskQueued, *contracts.TaskTaskDrawn:
		c.nudge()
	}
}

// nudge wakes whoever dispatches: nodes may be free or the queue has moved.
func (c *Creator) nudge() {
	select {
	case c.pushes <- struct{}{}:
	default:
	}
}
