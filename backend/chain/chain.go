package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// Options adjust a Chain; the zero value is right for a Helium network.
type Options struct {
	// Poll is how often the head is asked for even though nothing was pushed.
	// 0 means 15 seconds, or 1 second where the node cannot push.
	Poll time.Duration
	// Still is how long the head may stay where it ought to grow: see StillAfter. 0
	// never takes a node that answers for unreachable.
	Still time.Duration
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Log gets lost and regained connections; nil discards them.
	Log *slog.Logger
}

// Chain is a connection to a chain and its head. It is safe for concurrent use.
type Chain struct {
	client Client
	id     *big.Int
	poll   time.Duration
	log    *slog.Logger
	clock  *Clock
	// patience is Options.Still.
	patience time.Duration

	now    func() time.Time
	stop   context.CancelFunc
	done   chan struct{}
	blocks blockLogs

	// mu guards everything that follows.
	mu        sync.Mutex
	head      *types.Header
	headHash  common.Hash // of head
	heard     time.Time
	lost      bool
	still     time.Time // since when the chain stands still; zero for that it does not
	listeners map[chan struct{}]bool
}

// Open reads the chain's id and head, and follows the head until Close.
func Open(ctx context.Context, client Client, o Options) (*Chain, error) {
	id, err := client.ChainID(ctx)
	if err != nil {
		return nil, fmt.Errorf("read chain id: %w", err)
	}
	head, err := client.HeaderByNumber(ctx, nil)
	if err != nil {
		return nil, fmt.Errorf("read chain head: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}

	watch, stop := context.WithCancel(context.Background())
	c := &Chain{
		client: client, id: id, poll: o.Poll, log: o.Log, patience: o.Still,
		now: o.Now, stop: stop, done: make(chan struct{}),
		head: head, headHash: head.Hash(), heard: o.Now(), listeners: map[chan struct{}]bool{},
	}
	c.clock = &Clock{wall: o.Now, head: c.Head}
	go func() {
		defer close(c.done)
		var watching sync.WaitGroup
		watching.Go(func() { c.watch(watch) })
		watching.Go(func() { c.watchGrowth(watch) })
		watching.Wait()
	}()
	return c, nil
}

// Close stops following the head. Senders and followers must be stopped before.
// The client stays open: it belongs to the caller.
func (c *Chain) Close() {
	c.stop()
	<-c.done
}

// Client is the connection, for contract bindings and calls.
func (c *Chain) Client() Client { return c.client }

// ID is the chain's id.
func (c *Chain) ID() *big.Int { return new(big.Int).Set(c.id) }

// Clock tells chain time.
func (c *Chain) Clock() *Clock { return c.clock }

// Head is the newest block header seen. Do not change it.
func (c *Chain) Head() *types.Header {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.head
}

// hashOf is the hash of a header: of the newest one it is known, and in a process of
// many nodes each asks.
func (c *Chain) hashOf(h *types.Header) common.Hash {
	c.mu.Lock()
	head, hash := c.head, c.headHash
	c.mu.Unlock()
	if h == head {
		return hash
	}
	return h.Hash()
}

// Heard is when the chain last answered or pushed, by the wall clock. The head of
// an idle chain is old; a chain that is not heard of is gone.
func (c *Chain) Heard() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.heard
}

// Lost says that the connection is gone, and tried again, or that the chain stands
// still.
func (c *Chain) Lost() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lost || !c.still.IsZero()
}

// Wake returns a channel that gets a value after each change of the head or of Lost,
// with several changes becoming one. Call cancel when done with it.
func (c *Chain) Wake() (wake <-chan struct{}, cancel func()) {
	ch := make(chan struct{}, 1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listeners[ch] = true
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.listeners, ch)
	}
}

// watch keeps a subscription to heads. What is pushed is only believed to be
// news; a slow poll stands behind it.
func (c *Chain) watch(ctx context.Context) {
	var wait backoff
	for ctx.Err() == nil {
		err := c.subscribe(ctx, &wait)
		if ctx.Err() != nil {
			return
		}
		if errors.Is(err, rpc.ErrNotificationsUnsupported) {
			c.pollHeads(ctx)
			return
		}
		c.log.Warn("chain connection lost, trying again", "err", err)
		c.setLost()
		if wait.sleep(ctx) != nil {
			return
		}
	}
}

func (c *Chain) subscribe(ctx context.Context, wait *backoff) error {
	heads := make(chan *types.Header, 16)
	sub, err := c.client.SubscribeNewHead(ctx, heads)
	if err != nil {
		return err
	}
	defer sub.Unsubscribe()
	if err := c.refresh(ctx); err != nil {
		return err
	}
	wait.reset()

	tick := time.NewTicker(orDuration(c.poll, 15*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-sub.Err():
			if err == nil {
				err = errors.New("the node ended the subscription")
			}
			return err
		case h := <-heads:
			c.setHead(h)
		case <-tick.C:
			if err := c.refresh(ctx); err != nil {
				return err
			}
		}
	}
}

// pollHeads serves nodes that cannot push.
func (c *Chain) pollHeads(ctx context.Context) {
	tick := time.NewTicker(orDuration(c.poll, time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
				c.log.Warn("chain does not answer", "err", err)
				c.setLost()
			}
		}
	}
}

func (c *Chain) refresh(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	h, err := c.client.HeaderByNumber(ctx, nil)
	if err != nil {
		return fmt.Errorf("read chain head: %w", err)
	}
	c.setHead(h)
	return nil
}

// callTimeout bounds one request to a node that may have stopped answering,
// stepTimeout a series of them.
const (
	callTimeout = 20 * time.Second
	stepTimeout = time.Minute
)

func (c *Chain) setHead(h *types.Header) {
	c.mu.Lock()
	defer c.mu.Unlock()
	back := c.lost
	c.heard, c.lost = c.now(), false
	hash := h.Hash()
	if hash == c.headHash && !back {
		return
	}
	c.head, c.headHash = h, hash
	c.tell()
}

func (c *Chain) setLost() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.lost {
		c.lost = true
		c.tell()
	}
}

// tell wakes every listener; mu is held.
func (c *Chain) tell() {
	for ch := range c.listeners {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func orDuration(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
