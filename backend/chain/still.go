package chain

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// A node may answer and stand still: cut off from the other validators, or with too
// few of them awake. What it says is then true and old, and what it is sent is never
// in a block. Where blocks are made on demand an old head alone is no sign of that.
// These are: another node of the chain is further; transactions wait that a block
// would take; or the chain used to make blocks with nothing in them.

// StillAfter is how long a chain whose blocks are at least so far apart may stand
// though it should not, before its node counts as unreachable.
func StillAfter(interval time.Duration) time.Duration { return max(20*interval, 20*time.Second) }

// Still says since when the chain stands still, if it does.
func (c *Chain) Still() (since time.Time, still bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.still, !c.still.IsZero()
}

// StillText is what there is to say of a chain that stands still since then.
func StillText(since time.Time) string {
	return fmt.Sprintf("the chain stands still since %s", since.UTC().Format("2006-01-02 15:04:05 MST"))
}

// rivals are other nodes of the chain, which Endpoints know.
type rivals interface {
	// overtake moves on to the node that is furthest, if one is further than height.
	overtake(ctx context.Context, height uint64) bool
}

// watchGrowth looks now and then whether a head that stays ought to have grown.
func (c *Chain) watchGrowth(ctx context.Context) {
	if c.patience == 0 {
		return
	}
	g := growth{chain: c, at: c.Head().Number.Uint64(), since: c.now()}
	for {
		pause := time.NewTimer(c.patience/8 + rand.N(c.patience/8))
		select {
		case <-ctx.Done():
			pause.Stop()
			return
		case <-pause.C:
		}
		c.setStill(g.look(ctx))
	}
}

// growth is how long the head has been what it is, by the wall clock.
type growth struct {
	chain *Chain
	at    uint64
	since time.Time
	// owed is since when transactions wait for a block of their own; zero for none.
	owed time.Time
	// idle says that the block before was empty too: they come on their own.
	idle bool
}

// look says since when the chain stands still; zero for that it does not.
func (g *growth) look(ctx context.Context) time.Time {
	c, now := g.chain, g.chain.now()
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	head := c.Head()
	if now.Sub(g.since) >= c.patience/4 && head.Number.Uint64() == g.at {
		if err := c.refresh(ctx); err != nil { // what it does not answer is another matter
			return c.stillSince()
		}
		head = c.Head()
	}
	if n := head.Number.Uint64(); n != g.at {
		g.at, g.since, g.owed = n, now, time.Time{}
	}
	if now.Sub(g.since) < c.patience/4 {
		return time.Time{} // a chain at work is asked nothing
	}
	if now.Sub(g.since) >= c.patience {
		if r, several := c.client.(rivals); several && r.overtake(ctx, g.at) {
			g.since, g.owed = now, time.Time{} // the next look is at another node
			return time.Time{}
		}
	}
	if g.regular(ctx, head) {
		return g.after(g.since, now)
	}
	waiting, err := c.client.PendingTransactionCount(ctx)
	switch {
	case err != nil:
		return c.stillSince()
	case waiting == 0:
		g.owed = time.Time{}
	case g.owed.IsZero():
		g.owed = now
	}
	if g.owed.IsZero() {
		return time.Time{}
	}
	return g.after(g.owed, now)
}

// after is since, once that is long enough ago.
func (g *growth) after(since, now time.Time) time.Time {
	if now.Sub(since) < g.chain.patience {
		return time.Time{}
	}
	return since
}

// regular says that the last two blocks are empty: the chain makes them in any case.
func (g *growth) regular(ctx context.Context, head *types.Header) bool {
	if head.TxHash != types.EmptyTxsHash || head.Number.Uint64() < 2 {
		return false
	}
	parent, err := g.chain.client.HeaderByHash(ctx, head.ParentHash)
	if err == nil {
		g.idle = parent.TxHash == types.EmptyTxsHash
	}
	return g.idle
}

func (c *Chain) stillSince() time.Time {
	since, _ := c.Still()
	return since
}

func (c *Chain) setStill(since time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	was := c.still
	c.still = since
	if was.IsZero() == since.IsZero() {
		return
	}
	if since.IsZero() {
		c.log.Info("the chain goes on", "block", c.head.Number)
	} else {
		c.log.Warn(StillText(since)+": its node is taken for unreachable", "block", c.head.Number)
	}
	c.tell()
}

// witnesses are connections to the nodes that are not in use, kept to compare.
type witnesses struct {
	// mu guards everything that follows.
	mu   sync.Mutex
	open map[int]*ethclient.Client
}

// of is a connection to a node; it is made if there is none.
func (w *witnesses) of(ctx context.Context, number int, url string) (*ethclient.Client, error) {
	w.mu.Lock()
	c := w.open[number]
	w.mu.Unlock()
	if c != nil {
		return c, nil
	}
	conn, err := rpc.DialOptions(ctx, url)
	if err != nil {
		return nil, err
	}
	c = ethclient.NewClient(conn)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.open == nil {
		w.open = map[int]*ethclient.Client{}
	}
	if was := w.open[number]; was != nil {
		was.Close()
	}
	w.open[number] = c
	return c, nil
}

func (w *witnesses) drop(number int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c := w.open[number]; c != nil {
		c.Close()
		delete(w.open, number)
	}
}

// overtake asks all nodes at once how far they are. Those that don't answer, or are of
// another chain, are left out.
func (e *Endpoints) overtake(ctx context.Context, height uint64) bool {
	e.mu.Lock()
	at, client, closed := e.at, e.client, e.closed
	e.mu.Unlock()
	if len(e.urls) == 1 || closed {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, e.wait)
	defer cancel()
	heights := make([]uint64, len(e.urls))
	var asked sync.WaitGroup
	for i := range e.urls {
		if i != at {
			asked.Go(func() { heights[i] = e.heightOf(ctx, i) })
		}
	}
	asked.Wait()
	best := at
	for i, h := range heights {
		if h > max(height, heights[best]) {
			best = i
		}
	}
	if best == at {
		return false
	}
	why := fmt.Errorf("it stands still at block %d, and %s is at block %d", height, e.urls[best], heights[best])
	return e.leaveFor(best, at, client, why)
}

// heightOf asks one node; 0 where it does not answer.
func (e *Endpoints) heightOf(ctx context.Context, number int) uint64 {
	c, err := e.witnesses.of(ctx, number, e.urls[number])
	if err != nil {
		return 0
	}
	height, err := c.BlockNumber(ctx)
	if err == nil {
		err = e.sameChain(ctx, number, c)
	}
	if err != nil {
		e.witnesses.drop(number)
		return 0
	}
	return height
}
