package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"

	"helium/backend/relay/internal/wire"
)

// link is one WebSocket connection, which is replaced when it breaks.
type link struct {
	base  *url.URL
	conn  *websocket.Conn
	epoch string
	gone  chan struct{} // closed when it is of no use any more

	// mu guards everything that follows.
	mu      sync.Mutex
	pending map[uint64]chan *wire.ErrorBody
}

// maxFrame bounds what the client reads at a time.
const maxFrame = 1 << 20

// silence is how long a link may say nothing, not even answer a ping.
const silence = 20 * time.Second

// openAny opens a link to the first relay that lets it.
func (c *Client) openAny(ctx context.Context) (*link, error) {
	var refusals []error
	for range c.bases {
		l, err := c.open(ctx)
		if err == nil {
			return l, nil
		}
		refusals = append(refusals, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, errors.Join(refusals...)
}

// openTimeout is how long one relay may take, less where there is another.
func (c *Client) openTimeout() time.Duration {
	if len(c.bases) > 1 {
		return silence / 4
	}
	return silence
}

// open signs in and connects. It leaves a relay that does not let it.
func (c *Client) open(ctx context.Context) (*link, error) {
	ctx, cancel := context.WithTimeout(ctx, c.openTimeout())
	defer cancel()
	base := c.here()
	l, err := c.openAt(ctx, base)
	if err != nil {
		c.leave(base, err)
	}
	return l, err
}

func (c *Client) openAt(ctx context.Context, base *url.URL) (*link, error) {
	var l *link
	stale := ""
	for {
		s, err := c.signIn(ctx, base, stale)
		if err != nil {
			return nil, err
		}
		l, err = c.connect(ctx, s)
		if statusOf(err) == http.StatusUnauthorized && stale == "" {
			stale = s.token
			continue
		}
		return l, err
	}
}

func (c *Client) connect(ctx context.Context, s session) (*link, error) {
	target, err := s.base.Parse("/v1/events")
	if err != nil {
		return nil, fmt.Errorf("make relay address: %w", err)
	}
	conn, resp, err := websocket.Dial(ctx, target.String(), &websocket.DialOptions{
		HTTPClient: c.http, HTTPHeader: http.Header{"Authorization": {"Bearer " + s.token}},
	})
	if err != nil {
		if resp != nil && resp.StatusCode == http.StatusUnauthorized {
			return nil, &Error{Status: resp.StatusCode, Code: "bad_token", Message: "the relay does not take the token"}
		}
		return nil, fmt.Errorf("open socket: %w", err)
	}
	conn.SetReadLimit(maxFrame)
	hello, err := readFrame(ctx, conn)
	if err == nil && hello.Op != wire.OpHello {
		err = fmt.Errorf("relay begins with %q", hello.Op)
	}
	if err != nil {
		_ = conn.CloseNow() // the error says more
		return nil, fmt.Errorf("open socket: %w", err)
	}
	return &link{base: s.base, conn: conn, epoch: hello.Epoch, gone: make(chan struct{}), pending: make(map[uint64]chan *wire.ErrorBody)}, nil
}

func readFrame(ctx context.Context, conn *websocket.Conn) (wire.Frame, error) {
	var f wire.Frame
	_, raw, err := conn.Read(ctx)
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		return f, fmt.Errorf("read frame: %w", err)
	}
	return f, nil
}

// keepOpen serves a link, then the next, until the client is closed.
func (c *Client) keepOpen(l *link) {
	defer c.endWatches()
	var wait backoff
	for {
		began := time.Now()
		err := c.serve(l)
		if c.ctx.Err() != nil {
			return
		}
		c.log.Info("relay connection broke, connecting again", "relay", l.base.Host, "error", err)
		if time.Since(began) > time.Minute {
			wait = 0
		}
		for l = nil; l == nil; {
			if wait.wait(c.ctx) != nil {
				return
			}
			l, err = c.open(c.ctx)
			if err != nil && c.ctx.Err() == nil {
				c.log.Info("relay can't be reached, trying again", "error", err)
			}
		}
	}
}

// serve makes l the client's link until it breaks.
func (c *Client) serve(l *link) error {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Go(func() {
		l.ping(ctx)
		cancel()
	})

	c.mu.Lock()
	c.link = l
	close(c.linked)
	again := make([]wire.Frame, 0, len(c.watches))
	for _, w := range c.watches {
		again = append(again, w.frame(l.epoch))
	}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.link, c.linked = nil, make(chan struct{})
		c.mu.Unlock()
		close(l.gone)
		_ = l.conn.CloseNow() // it is broken or of no use any more
	}()
	wg.Go(func() {
		for _, f := range again {
			if l.write(ctx, f) != nil {
				cancel()
				return
			}
		}
	})

	for {
		f, err := readFrame(ctx, l.conn)
		if err != nil {
			cancel()
			return err
		}
		c.take(l, f)
	}
}

// ping returns when the relay does not answer.
func (l *link) ping(ctx context.Context) {
	tick := time.NewTicker(silence)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		answer, cancel := context.WithTimeout(ctx, silence)
		err := l.conn.Ping(answer)
		cancel()
		if err != nil {
			return
		}
	}
}

func (l *link) write(ctx context.Context, f wire.Frame) error {
	raw, err := encode(f)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, silence)
	defer cancel()
	if err := l.conn.Write(ctx, websocket.MessageText, raw); err != nil {
		return fmt.Errorf("write frame: %w", err)
	}
	return nil
}

// take handles a frame from the relay.
func (c *Client) take(l *link, f wire.Frame) {
	switch f.Op {
	case wire.OpOK, wire.OpError:
		l.mu.Lock()
		answer := l.pending[f.ID]
		delete(l.pending, f.ID)
		l.mu.Unlock()
		if answer != nil {
			answer <- f.Error
			return
		}
		w := c.watchOf(f.ID)
		switch {
		case w == nil:
		case f.Error == nil:
			w.settle(nil)
		case f.Error.Code != "id_taken": // asked twice, which is no harm
			c.watchEnded(w, f.Error)
		}
	case wire.OpEvent:
		if w := c.watchOf(f.ID); w != nil {
			if err := w.add(l.epoch, f); err != nil {
				c.log.Warn("relay sent an event that can't be read", "error", err)
			}
		}
	case wire.OpEnd:
		if w := c.watchOf(f.ID); w != nil {
			c.watchEnded(w, f.Error)
		}
	}
}

// refusalStatus gives refusals on the socket the status they have over HTTP.
func refusalStatus(code string) int {
	switch code {
	case "not_signed_in", "bad_token", "expired_token":
		return http.StatusUnauthorized
	case "not_yours":
		return http.StatusForbidden
	case "not_stored", "unknown_task":
		return http.StatusNotFound
	case "different", "gap", "id_taken":
		return http.StatusConflict
	case "expired":
		return http.StatusGone
	case "too_large":
		return http.StatusRequestEntityTooLarge
	case "too_often", "too_many_waits", "too_many_watches", "too_many_bytes":
		return http.StatusTooManyRequests
	case "failed", "busy", "full", "interrupted":
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

func errorOf(b *wire.ErrorBody) error {
	if b == nil {
		return nil
	}
	return &Error{Status: refusalStatus(b.Code), Code: b.Code, Message: b.Message, Hint: b.Hint}
}

var errLinkGone = errors.New("connection broke")

// request sends a frame until the relay answers it.
func (c *Client) request(ctx context.Context, f wire.Frame) error {
	var wait backoff
	for tries := 1; ; tries++ {
		l, err := c.currentLink(ctx)
		if err != nil {
			return err
		}
		c.mu.Lock()
		c.lastID++
		f.ID = c.lastID
		c.mu.Unlock()
		err = l.roundTrip(ctx, f)
		if err == nil || !transient(err) && !errors.Is(err, errLinkGone) {
			return err
		}
		if gone(err) && tries%unwell == 0 && len(c.bases) > 1 {
			c.leave(l.base, err)
			_ = l.conn.CloseNow() // what waits on it asks again at the next relay
		}
		if err := c.pause(ctx, &wait); err != nil {
			return err
		}
	}
}

// unwell is how often a relay may fail to do the same, though it answers, before
// another one is asked.
const unwell = 3

func (c *Client) currentLink(ctx context.Context) (*link, error) {
	for {
		c.mu.Lock()
		l, linked := c.link, c.linked
		c.mu.Unlock()
		if c.ctx.Err() != nil {
			return nil, ErrClosed
		}
		if l != nil {
			return l, nil
		}
		select {
		case <-linked:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-c.ctx.Done():
		}
	}
}

func (l *link) roundTrip(ctx context.Context, f wire.Frame) error {
	answer := make(chan *wire.ErrorBody, 1)
	l.mu.Lock()
	l.pending[f.ID] = answer
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		delete(l.pending, f.ID)
		l.mu.Unlock()
	}()
	// A write that is cancelled breaks the connection for everybody, so ctx
	// bounds the wait for the answer only.
	if err := l.write(context.WithoutCancel(ctx), f); err != nil {
		return fmt.Errorf("%w: %w", errLinkGone, err)
	}
	select {
	case no := <-answer:
		return errorOf(no)
	case <-l.gone:
		return errLinkGone
	case <-ctx.Done():
		return ctx.Err()
	}
}
