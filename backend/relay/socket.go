package relay

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"

	"helium/backend/relay/internal/wire"
)

const (
	// maxFrame is more than the largest chunk or message in base64.
	maxFrame = 128 << 10
	// queued frames on their way out; more wait in JetStream.
	queuedOut = 256
	queuedIn  = 64
	pingEvery = 20 * time.Second
)

// sockets are the open ones.
type sockets struct {
	mu   sync.Mutex
	open map[*socket]struct{}
}

func (s *sockets) add(k *socket)    { s.mu.Lock(); defer s.mu.Unlock(); s.open[k] = struct{}{} }
func (s *sockets) remove(k *socket) { s.mu.Lock(); defer s.mu.Unlock(); delete(s.open, k) }
func (s *sockets) count() int       { s.mu.Lock(); defer s.mu.Unlock(); return len(s.open) }

// socket is one client's WebSocket. Its reader hands frames on, a worker does
// the writes of a client in their order, each watch has a pump, and one writer
// sends. All of them end with ctx.
type socket struct {
	relay *Relay
	conn  *websocket.Conn
	who   *account
	ctx   context.Context
	end   context.CancelFunc
	in    chan wire.Frame
	out   chan []byte
	wg    sync.WaitGroup

	received chan received // closed when nothing is read any more

	// mu guards everything that follows.
	mu      sync.Mutex
	watches map[uint64]context.CancelFunc
	reason  string // why the relay closes it
	status  websocket.StatusCode
}

// events is GET /v1/events.
func (r *Relay) events(w http.ResponseWriter, req *http.Request) error {
	var who *account
	if header := req.Header.Get("Authorization"); header != "" {
		var err error
		if who, err = r.bearer(header); err != nil {
			return err
		}
	}
	conn, err := websocket.Accept(w, req, nil)
	if err != nil {
		return nil // Accept has answered
	}
	r.wg.Add(1)
	defer r.wg.Done()
	conn.SetReadLimit(maxFrame)

	if who == nil {
		if who, err = r.firstFrame(conn); err != nil {
			closeFor(conn, websocket.StatusPolicyViolation, r.asRefusal(err).body.Message)
			return nil
		}
	}
	if !who.sockets.take() {
		closeFor(conn, websocket.StatusPolicyViolation, "this address has too many sockets open")
		return nil
	}
	defer who.sockets.give()

	s := &socket{
		relay: r, conn: conn, who: who,
		in: make(chan wire.Frame, queuedIn), out: make(chan []byte, queuedOut),
		received: make(chan received), watches: make(map[uint64]context.CancelFunc),
	}
	s.ctx, s.end = context.WithCancel(r.ctx)
	r.sockets.add(s)
	defer r.sockets.remove(s)
	s.run()
	return nil
}

// firstFrame signs in a client that can't set headers, as in a browser.
func (r *Relay) firstFrame(conn *websocket.Conn) (*account, error) {
	ctx, cancel := context.WithTimeout(r.ctx, 5*time.Second)
	defer cancel()
	f, err := readFrame(ctx, conn)
	if err != nil {
		return nil, refuse(401, "not_signed_in", "no token came in the first frame", "")
	}
	if f.Op != wire.OpAuth {
		return nil, refuse(401, "not_signed_in", "the first frame is not auth", "")
	}
	return r.bearer("Bearer " + f.Token)
}

func closeFor(conn *websocket.Conn, status websocket.StatusCode, reason string) {
	if len(reason) > 120 {
		reason = reason[:120]
	}
	// The other side may be gone already; there is nobody to tell.
	_ = conn.Close(status, reason)
}

func readFrame(ctx context.Context, conn *websocket.Conn) (wire.Frame, error) {
	var f wire.Frame
	kind, raw, err := conn.Read(ctx)
	if err != nil {
		return f, err
	}
	if kind != websocket.MessageText {
		return f, refuse(400, "bad_frame", "frames are JSON text", "")
	}
	if err := wire.DecodeStrict(raw, &f); err != nil {
		return f, refuse(400, "bad_frame", "the frame can't be read: "+err.Error(), "")
	}
	return f, nil
}

// run serves the socket until either side ends it.
func (s *socket) run() {
	s.wg.Go(s.write)
	s.wg.Go(s.work)
	s.wg.Go(s.ping)
	go s.receive()
	s.send(wire.Frame{Op: wire.OpHello, Epoch: s.relay.epoch})

	s.read()
	s.end()
	s.wg.Wait()

	s.mu.Lock()
	status, reason := s.status, s.reason
	s.mu.Unlock()
	switch {
	case status != 0:
		closeFor(s.conn, status, reason)
	case s.relay.ctx.Err() != nil:
		closeFor(s.conn, websocket.StatusGoingAway, "the relay stops; connect again")
	}
	_ = s.conn.CloseNow() // may be closed already
	for range s.received {
		// What came too late is dropped; the reader ends here.
	}
}

// fail makes the relay close the socket.
func (s *socket) fail(status websocket.StatusCode, reason string) {
	s.mu.Lock()
	if s.status == 0 {
		s.status, s.reason = status, reason
	}
	s.mu.Unlock()
	s.end()
}

// received is a frame, or why there are no more.
type received struct {
	frame wire.Frame
	err   error
}

// receive reads frames. It does not end with s.ctx: a read that is cancelled
// cuts the connection before the reason for closing is sent. It ends when run
// has closed the connection.
func (s *socket) receive() {
	defer close(s.received)
	for {
		f, err := readFrame(context.Background(), s.conn)
		select {
		case s.received <- received{f, err}:
		case <-s.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (s *socket) read() {
	for {
		var got received
		select {
		case got = <-s.received:
		case <-s.ctx.Done():
			return
		}
		var no *refusal
		switch {
		case errors.As(got.err, &no):
			s.fail(websocket.StatusPolicyViolation, no.body.Message)
			return
		case got.err != nil:
			return
		}
		if !s.take(got.frame) {
			return
		}
	}
}

// take does what a frame asks for. It reports false when the socket is to end.
func (s *socket) take(f wire.Frame) bool {
	s.relay.metrics.Received(len(f.Sealed) + len(f.Message))
	if !s.who.rate.Allow() {
		s.relay.metrics.drop(dropRequest)
		s.reply(f.ID, tooOften())
		return true
	}
	switch f.Op {
	case wire.OpWatch:
		s.startWatch(f)
	case wire.OpUnwatch:
		s.stopWatch(f.ID)
	case wire.OpChunk, wire.OpMessage:
		select {
		case s.in <- f:
		case <-s.ctx.Done():
			return false
		}
	default:
		s.reply(f.ID, refuse(400, "bad_op", "the frame's op is not known", ""))
	}
	return true
}

// work does the client's writes, one after the other.
func (s *socket) work() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case f := <-s.in:
			var err error
			if f.Op == wire.OpChunk {
				err = s.relay.takeChunk(s.ctx, s.who, f)
			} else {
				err = s.relay.takeMessage(s.ctx, s.who, f)
			}
			s.reply(f.ID, err)
		}
	}
}

func (s *socket) reply(id uint64, err error) {
	if err == nil {
		s.send(wire.Frame{Op: wire.OpOK, ID: id})
		return
	}
	if s.ctx.Err() != nil {
		return
	}
	body := s.relay.asRefusal(err).body
	s.send(wire.Frame{Op: wire.OpError, ID: id, Error: &body})
}

// send queues a frame. A client that leaves its queue full for too long is
// dropped; it can resume where it was.
func (s *socket) send(f wire.Frame) {
	raw, err := json.Marshal(f)
	if err != nil {
		s.relay.cfg.Log.Error("encode frame", "error", err)
		s.fail(websocket.StatusInternalError, "the relay could not write a frame")
		return
	}
	select {
	case s.out <- raw:
		return
	default:
	}
	slow := time.NewTimer(s.relay.cfg.Limits.SlowReader)
	defer slow.Stop()
	select {
	case s.out <- raw:
	case <-s.ctx.Done():
	case <-slow.C:
		s.tooSlow()
	}
}

func (s *socket) tooSlow() {
	s.relay.metrics.drop(dropReader)
	s.fail(websocket.StatusTryAgainLater, "reading too slowly; connect again and resume behind the last event")
}

func (s *socket) write() {
	for {
		select {
		case <-s.ctx.Done():
			return
		case raw := <-s.out:
			ctx, cancel := context.WithTimeout(context.Background(), s.relay.cfg.Limits.SlowReader)
			err := s.conn.Write(ctx, websocket.MessageText, raw)
			cancel()
			s.relay.metrics.Sent(len(raw))
			if errors.Is(err, context.DeadlineExceeded) {
				s.tooSlow()
			}
			if err != nil {
				s.end()
				return
			}
		}
	}
}

// ping finds out that the other side is gone.
func (s *socket) ping() {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(s.ctx, pingEvery)
		err := s.conn.Ping(ctx)
		cancel()
		if err != nil {
			s.end()
			return
		}
	}
}
