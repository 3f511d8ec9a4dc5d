package client

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
)

// Client is a signed-in connection to a relay, or to one at a time of several that
// share a cluster. Its methods may be called
// from many goroutines. Those that wait do so until their ctx ends: give them
// one with a deadline where that matters.
type Client struct {
	signer Signer
	domain protocol.Domain
	log    *slog.Logger
	bases  []*url.URL
	http   *http.Client
	// bringing is Options.Bringing.
	bringing time.Duration

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup

	// signing is held while signing in, so that it is done once at a time.
	signing sync.Mutex

	// mu guards everything that follows.
	mu sync.Mutex
	// at is the relay in use, of bases.
	at       int
	sessions map[*url.URL]session
	link     *link         // nil while there is none
	linked   chan struct{} // closed when there is one
	lastID   uint64
	watches  map[uint64]*watch
}

// Dial signs in and opens the WebSocket. It fails when the relay can't be
// reached or refuses; later on, the client reconnects by itself.
func Dial(ctx context.Context, o Options) (*Client, error) {
	bases, err := basesOf(o)
	if err != nil {
		return nil, fmt.Errorf("dial relay: %w", err)
	}
	if o.Signer == nil {
		return nil, errors.New("dial relay: no signer")
	}
	c := &Client{
		signer: o.Signer, domain: o.Domain, log: o.Log, bases: bases, sessions: make(map[*url.URL]session),
		linked: make(chan struct{}), watches: make(map[uint64]*watch),
	}
	if c.bringing = o.Bringing; c.bringing == 0 {
		c.bringing = bringPatience
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	transport.ResponseHeaderTimeout = envelopeWait*time.Second + silence
	c.http = &http.Client{Transport: transport, CheckRedirect: refuseRedirect}
	c.ctx, c.stop = context.WithCancel(context.Background())

	l, err := c.openAny(ctx)
	if err != nil {
		c.stop()
		transport.CloseIdleConnections()
		return nil, fmt.Errorf("dial relay: %w", err)
	}
	c.spawn(func() { c.keepOpen(l) })
	return c, nil
}

func basesOf(o Options) (bases []*url.URL, err error) {
	for _, text := range append([]string{o.URL}, o.Others...) {
		base, err := url.Parse(text)
		if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
			return nil, fmt.Errorf("%q is not an http or https address", text)
		}
		bases = append(bases, base)
	}
	return bases, nil
}

// here is the relay in use.
func (c *Client) here() *url.URL {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bases[c.at]
}

// Connected says that the connection to a relay stands.
func (c *Client) Connected() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link != nil
}

// leave moves on from a relay, unless somebody else did already.
func (c *Client) leave(base *url.URL, why error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.bases) == 1 || c.bases[c.at] != base || c.ctx.Err() != nil {
		return
	}
	c.at = (c.at + 1) % len(c.bases)
	c.log.Warn("relay can't be used, moving on to the next", "relay", base.Host, "next", c.bases[c.at].Host, "error", why)
}

// refuseRedirect keeps the token from going to another host.
func refuseRedirect(*http.Request, []*http.Request) error {
	return errors.New("relay redirects; use its final address")
}

// Close ends all watches and the connection. Calls under way end with ErrClosed.
func (c *Client) Close() error {
	c.mu.Lock()
	c.stop()
	c.mu.Unlock()
	c.wg.Wait()
	c.http.CloseIdleConnections()
	return nil
}

// PutEnvelope stores the creator's sealed envelope. Putting the same bytes
// again succeeds; ErrDifferent when other bytes are stored.
func (c *Client) PutEnvelope(ctx context.Context, key protocol.TaskKey, sealed []byte) error {
	var reply wire.PutEnvelopeReply
	if err := c.doJSON(ctx, http.MethodPut, taskPath(key)+"/envelope", sealed, &reply); err != nil {
		return fmt.Errorf("put envelope: %w", err)
	}
	return nil
}

// PutEnvelopeFor stores the arguments that this node, which could open them,
// has sealed anew for another node of the task.
func (c *Client) PutEnvelopeFor(ctx context.Context, key protocol.TaskKey, to common.Address, sealed []byte) error {
	var reply wire.PutEnvelopeReply
	if err := c.doJSON(ctx, http.MethodPut, taskPath(key)+"/envelopes/"+to.Hex(), sealed, &reply); err != nil {
		return fmt.Errorf("put envelope for %s: %w", to, err)
	}
	return nil
}

// EnvelopeFrom is what another node sealed for this one; ErrNotStored when it
// sealed nothing.
func (c *Client) EnvelopeFrom(ctx context.Context, key protocol.TaskKey, from common.Address) ([]byte, error) {
	sealed, err := c.do(ctx, http.MethodGet, taskPath(key)+"/envelopes/"+from.Hex(), nil)
	if err != nil {
		return nil, fmt.Errorf("get envelope from %s: %w", from, err)
	}
	return sealed, nil
}

// Result is the sealed result of one node, for the creator or that node itself.
// ErrNotStored when there is none.
func (c *Client) Result(ctx context.Context, key protocol.TaskKey, node common.Address) ([]byte, error) {
	sealed, err := c.doLong(ctx, http.MethodGet, taskPath(key)+"/results/"+node.Hex(), nil, maxResult)
	if err != nil {
		return nil, fmt.Errorf("get result: %w", err)
	}
	return sealed, nil
}

// envelopeWait is how long one request waits at the relay.
const envelopeWait = 30

// Envelope waits, by push, until the envelope is stored or ctx ends.
func (c *Client) Envelope(ctx context.Context, key protocol.TaskKey) ([]byte, error) {
	path := fmt.Sprintf("%s/envelope?wait=%d", taskPath(key), envelopeWait)
	for {
		began, wait := time.Now(), backoff(0)
		sealed, err := c.do(ctx, http.MethodGet, path, nil)
		if err == nil {
			return sealed, nil
		}
		if errors.Is(err, ErrNotStored) && time.Since(began) < time.Second {
			// It answered without waiting; don't press it.
			err = c.pause(ctx, &wait)
		} else if errors.Is(err, ErrNotStored) {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("get envelope: %w", err)
		}
	}
}

// PutResult stores the node's sealed result and returns the relay's signature
// of protocol.Stored. Putting the same bytes again gives the signature again;
// ErrDifferent when other bytes are stored, which Result reads back.
func (c *Client) PutResult(ctx context.Context, key protocol.TaskKey, sealed []byte) (storageSignature []byte, err error) {
	var reply wire.PutResultReply
	var by session
	err = c.try(ctx, func(s session) error {
		by = s
		return c.once(ctx, s.base, http.MethodPut, taskPath(key)+"/results", sealed, s.token, &reply)
	})
	if err != nil {
		return nil, fmt.Errorf("put result: %w", err)
	}
	if err := c.checkStored(key, sealed, reply, by.relay); err != nil {
		return nil, fmt.Errorf("put result: %w", err)
	}
	return reply.StorageSignature, nil
}

// SendChunk sends one piece of the node's live stream and returns when the
// relay has it. seq counts from 0 without gaps, so chunks of one task are sent
// one after the other; sending the last one again is harmless. Tokens that come
// while a chunk is on its way are best put together into the next.
func (c *Client) SendChunk(ctx context.Context, key protocol.TaskKey, seq uint64, sealed []byte) error {
	if err := c.request(ctx, wire.Frame{Op: wire.OpChunk, TaskKey: key, Seq: seq, Sealed: sealed}); err != nil {
		return fmt.Errorf("send chunk: %w", err)
	}
	return nil
}

// SendMessage passes on a message that the node signed, as NewMessage makes it;
// sending it again is harmless.
func (c *Client) SendMessage(ctx context.Context, key protocol.TaskKey, m Message) error {
	raw, err := encode(m)
	if err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	if err := c.request(ctx, wire.Frame{Op: wire.OpMessage, TaskKey: key, Message: raw}); err != nil {
		return fmt.Errorf("send message: %w", err)
	}
	return nil
}

// Watch replays the task's events, then follows. The channel is closed when
// ctx ends, the client is closed, or the relay refuses for good. Read it: what
// is not read stays in memory.
func (c *Client) Watch(ctx context.Context, key protocol.TaskKey) (<-chan Event, error) {
	return c.watch(ctx, wire.Frame{Op: wire.OpWatch, TaskKey: key})
}

// WatchDrawn follows the envelopes of all tasks for which this address was
// drawn, from those that the relay still has.
func (c *Client) WatchDrawn(ctx context.Context) (<-chan Event, error) {
	return c.watch(ctx, wire.Frame{Op: wire.OpWatch, Drawn: true})
}

// spawn runs f in a goroutine that Close waits for, unless the client is closed.
func (c *Client) spawn(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return false
	}
	c.wg.Go(f)
	return true
}

func taskPath(key protocol.TaskKey) string { return "/v1/tasks/" + key.Hex() }

// backoff grows from try to try; the zero value is the first.
type backoff time.Duration

func (b *backoff) wait(ctx context.Context) error {
	d := min(max(2*time.Duration(*b), 50*time.Millisecond), 5*time.Second)
	*b = backoff(d)
	timer := time.NewTimer(jitter(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
