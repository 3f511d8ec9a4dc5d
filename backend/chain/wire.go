package chain

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/rpc"
	"github.com/gorilla/websocket"
)

// The rpc library forgets a question that it writes at the moment its connection
// breaks: it asks again only what could not be written, and ends only what was
// written before. Whoever asked in between would wait for as long as he may.

// errForgotten ends a question that was under way when the connection broke.
var errForgotten = errors.New("the connection broke before there was an answer")

// forgottenAfter is what the library is left with, after a break, to end a question
// by itself or to ask it again over a new connection.
const forgottenAfter = time.Second

// wire tells when a connection made with its dialer breaks. The zero value is ready.
type wire struct {
	// mu guards everything that follows.
	mu     sync.Mutex
	whole  context.Context // ends at the next break; nil before anybody asked
	broken context.CancelFunc
}

// option makes connections through w.
func (w *wire) option() rpc.ClientOption {
	d := *websocket.DefaultDialer
	d.NetDialContext = w.dial
	return rpc.WithWebsocketDialer(d)
}

func (w *wire) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &strand{Conn: conn, wire: w}, nil
}

// untilBroken is a context in which to ask one question. Call done after it.
func (w *wire) untilBroken(ctx context.Context) (_ context.Context, done func()) {
	w.mu.Lock()
	if w.whole == nil {
		w.whole, w.broken = context.WithCancel(context.Background())
	}
	whole := w.whole
	w.mu.Unlock()

	ctx, cancel := context.WithCancelCause(ctx)
	forget := context.AfterFunc(whole, func() {
		time.AfterFunc(forgottenAfter, func() { cancel(errForgotten) })
	})
	return ctx, func() { forget(); cancel(nil) }
}

func (w *wire) broke() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.whole != nil {
		w.broken()
		w.whole = nil
	}
}

// strand is one connection.
type strand struct {
	net.Conn
	wire *wire
}

func (s *strand) Read(p []byte) (int, error) {
	n, err := s.Conn.Read(p)
	if err != nil {
		s.wire.broke()
	}
	return n, err
}
