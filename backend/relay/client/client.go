package client

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

var errUnfinished = errors.New("relay client is being written")

// Client is a signed-in connection to one relay. Its methods may be called
// from many goroutines.
type Client struct{}

// Dial signs in and opens the WebSocket. It fails when the relay can't be
// reached or refuses; later on, the client reconnects by itself.
func Dial(ctx context.Context, o Options) (*Client, error) { return nil, errUnfinished }

// Close ends all watches and the connection.
func (c *Client) Close() error { return nil }

// PutEnvelope stores the creator's sealed envelope. Putting the same bytes
// again succeeds; ErrDifferent when other bytes are stored.
func (c *Client) PutEnvelope(ctx context.Context, key protocol.TaskKey, sealed []byte) error {
	return errUnfinished
}

// Result is the sealed result of one node, for the creator or that node itself.
// ErrNotStored when there is none.
func (c *Client) Result(ctx context.Context, key protocol.TaskKey, node common.Address) ([]byte, error) {
	return nil, errUnfinished
}

// Envelope waits, by push, until the envelope is stored or ctx ends.
func (c *Client) Envelope(ctx context.Context, key protocol.TaskKey) ([]byte, error) {
	return nil, errUnfinished
}

// PutResult stores the node's sealed result and returns the relay's signature
// of protocol.Stored. Putting the same bytes again gives the signature again;
// ErrDifferent when other bytes are stored, which Result reads back.
func (c *Client) PutResult(ctx context.Context, key protocol.TaskKey, sealed []byte) (storageSignature []byte, err error) {
	return nil, errUnfinished
}

// SendChunk sends one piece of the node's live stream. seq counts from 0
// without gaps; sending one again is harmless.
func (c *Client) SendChunk(ctx context.Context, key protocol.TaskKey, seq uint64, sealed []byte) error {
	return errUnfinished
}

// SendMessage passes on a message that the node signed; sending it again is harmless.
func (c *Client) SendMessage(ctx context.Context, key protocol.TaskKey, m Message) error {
	return errUnfinished
}

// Watch replays the task's events, then follows. The channel is closed when
// ctx ends, the client is closed, or the relay refuses for good.
func (c *Client) Watch(ctx context.Context, key protocol.TaskKey) (<-chan Event, error) {
	return nil, errUnfinished
}
