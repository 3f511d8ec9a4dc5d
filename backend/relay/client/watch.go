package client

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/relay/internal/wire"
)

// watch is one row of events, over as many links as it takes.
type watch struct {
	id     uint64
	asked  wire.Frame
	answer chan error // the first answer of the relay
	more   chan struct{}

	// mu guards everything that follows.
	mu       sync.Mutex
	answered bool
	epoch    string
	after    uint64
	queue    []Event
	ended    bool
	chunks   map[common.Address]uint64 // next chunk by node
	seen     map[common.Hash]struct{}  // all other events
}

func (c *Client) watch(ctx context.Context, f wire.Frame) (<-chan Event, error) {
	w := &watch{
		asked: f, answer: make(chan error, 1), more: make(chan struct{}, 1),
		chunks: make(map[common.Address]uint64), seen: make(map[common.Hash]struct{}),
	}
	c.mu.Lock()
	if c.ctx.Err() != nil {
		c.mu.Unlock()
		return nil, ErrClosed
	}
	c.lastID++
	w.id = c.lastID
	c.watches[w.id] = w
	l := c.link
	c.mu.Unlock()
	if l != nil {
		c.ask(l, w)
	} // otherwise the next link asks

	select {
	case err := <-w.answer:
		if err != nil {
			c.forget(w)
			return nil, fmt.Errorf("watch task: %w", err)
		}
	case <-ctx.Done():
		c.forget(w)
		return nil, fmt.Errorf("watch task: %w", ctx.Err())
	case <-c.ctx.Done():
		return nil, ErrClosed
	}
	out := make(chan Event)
	if !c.spawn(func() {
		defer close(out)
		defer c.forget(w)
		w.deliver(ctx, c.ctx, out)
	}) {
		return nil, ErrClosed
	}
	return out, nil
}

// ask sends the watch's frame. A link that breaks meanwhile is no matter: the
// next one asks again.
func (c *Client) ask(l *link, w *watch) {
	if err := l.write(c.ctx, w.frame(l.epoch)); err != nil {
		c.log.Debug("ask for watch", "error", err)
	}
}

// frame asks for the watch's events behind the last one it has.
func (w *watch) frame(epoch string) wire.Frame {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := w.asked
	f.ID = w.id
	if epoch == w.epoch {
		f.Epoch, f.After = epoch, w.after
	}
	return f
}

// add queues an event unless it came before.
func (w *watch) add(epoch string, f wire.Frame) error {
	var in wire.Event
	if err := json.Unmarshal(f.Event, &in); err != nil {
		return fmt.Errorf("read event: %w", err)
	}
	ev := Event{Kind: EventKind(in.Kind), TaskKey: in.TaskKey, Node: in.Node, Seq: in.Seq, Sealed: in.Sealed, CiphertextHash: in.CiphertextHash}
	if in.Message != nil {
		ev.Message = new(Message)
		if err := json.Unmarshal(in.Message, ev.Message); err != nil {
			return fmt.Errorf("read message in event: %w", err)
		}
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	w.epoch, w.after = epoch, f.N
	if !w.isNew(ev, f.Event) {
		return nil
	}
	w.queue = append(w.queue, ev)
	w.wake()
	return nil
}

// isNew holds when a relay that lost its event numbers replays from the start.
func (w *watch) isNew(ev Event, raw []byte) bool {
	if ev.Kind == EventChunk {
		if ev.Seq != w.chunks[ev.Node] {
			return false
		}
		w.chunks[ev.Node]++
		return true
	}
	id := crypto.Keccak256Hash(raw)
	_, seen := w.seen[id]
	w.seen[id] = struct{}{}
	return !seen
}

func (w *watch) wake() {
	select {
	case w.more <- struct{}{}:
	default:
	}
}

// deliver passes the queue on until the watch ends.
func (w *watch) deliver(ctx, client context.Context, out chan<- Event) {
	for {
		w.mu.Lock()
		queue, ended := w.queue, w.ended
		w.queue = nil
		w.mu.Unlock()
		for _, ev := range queue {
			select {
			case out <- ev:
			case <-ctx.Done():
				return
			case <-client.Done():
				return
			}
		}
		if ended {
			return
		}
		select {
		case <-w.more:
		case <-ctx.Done():
			return
		case <-client.Done():
			return
		}
	}
}

func (c *Client) watchOf(id uint64) *watch {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.watches[id]
}

// forget ends the watch at the relay too.
func (c *Client) forget(w *watch) {
	c.mu.Lock()
	_, running := c.watches[w.id]
	delete(c.watches, w.id)
	l := c.link
	c.mu.Unlock()
	if running && l != nil && c.ctx.Err() == nil {
		if err := l.write(c.ctx, wire.Frame{Op: wire.OpUnwatch, ID: w.id}); err != nil {
			c.log.Debug("end watch", "error", err)
		}
	}
}

// settle gives the first answer to the one who waits for it. It reports false
// when that was given before.
func (w *watch) settle(err error) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.answered {
		return false
	}
	w.answered = true
	w.answer <- err
	return true
}

// watchEnded takes the relay's word that a watch is over.
func (c *Client) watchEnded(w *watch, why *wire.ErrorBody) {
	err := errorOf(why)
	if transient(err) {
		c.spawn(func() { c.askLater(w) })
		return
	}
	if w.settle(err) {
		return
	}
	c.log.Warn("relay ended a watch", "error", err)
	w.mu.Lock()
	w.ended = true
	w.wake()
	w.mu.Unlock()
}

func (c *Client) askLater(w *watch) {
	var wait backoff
	if wait.wait(c.ctx) != nil {
		return
	}
	c.mu.Lock()
	l, running := c.link, c.watches[w.id] == w
	c.mu.Unlock()
	if l != nil && running {
		c.ask(l, w)
	}
}

// endWatches lets every watch end when the client does.
func (c *Client) endWatches() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.watches)
}
