// Package wire is what a relay and its client say to each other: the frames on
// the WebSocket, the JSON bodies, and the text that a wallet signs to sign in.
// It decides nothing; both sides check what they read.
package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
)

// Ops of frames, the client's first.
const (
	OpAuth    = "auth"
	OpWatch   = "watch"
	OpUnwatch = "unwatch"
	OpChunk   = "chunk"
	OpMessage = "message"

	OpHello = "hello"
	OpOK    = "ok"
	OpError = "error"
	OpEvent = "event"
	OpEnd   = "end"
)

// Frame is one text message on the socket.
type Frame struct {
	Op string `json:"op"`
	// ID is chosen by the client; the answer carries it. A watch keeps its ID
	// until it ends.
	ID      uint64           `json:"id,omitempty"`
	Token   string           `json:"token,omitempty"`
	TaskKey protocol.TaskKey `json:"task_key,omitzero"`
	// Drawn asks for the envelopes of all tasks for which the client was drawn.
	Drawn bool `json:"drawn,omitempty"`
	// After resumes a watch behind this event number, in the same Epoch.
	After uint64 `json:"after,omitempty"`
	// Seq and Sealed are a chunk.
	Seq     uint64          `json:"seq,omitempty"`
	Sealed  []byte          `json:"sealed,omitempty"`
	Message json.RawMessage `json:"message,omitempty"`

	// Epoch is the span in which event numbers keep their meaning.
	Epoch string `json:"epoch,omitempty"`
	// N is the event's number, which only grows.
	N     uint64          `json:"n,omitempty"`
	Event json.RawMessage `json:"event,omitempty"`
	Error *ErrorBody      `json:"error,omitempty"`
}

// Event is a task's event as the relay keeps it.
type Event struct {
	Kind           string           `json:"kind"`
	TaskKey        protocol.TaskKey `json:"task_key"`
	Node           common.Address   `json:"node,omitzero"`
	Seq            uint64           `json:"seq,omitempty"`
	Sealed         []byte           `json:"sealed,omitempty"`
	CiphertextHash common.Hash      `json:"ciphertext_hash,omitzero"`
	Message        json.RawMessage  `json:"message,omitempty"`
}

// ErrorBody is why something was refused.
type ErrorBody struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// ErrorReply is the body of every HTTP refusal.
type ErrorReply struct {
	Error ErrorBody `json:"error"`
}

// ChallengeRequest asks for the text to sign.
type ChallengeRequest struct {
	Address common.Address `json:"address"`
}

// ChallengeReply is the EIP-4361 message.
type ChallengeReply struct {
	Message string `json:"message"`
}

// TokenRequest brings it back, signed.
type TokenRequest struct {
	Message   string        `json:"message"`
	Signature hexutil.Bytes `json:"signature"`
}

// TokenReply is what the Authorization header carries from then on.
type TokenReply struct {
	Token string `json:"token"`
	// ExpiresIn is in seconds.
	ExpiresIn int64 `json:"expires_in"`
	// Relay is the address with which this relay signs.
	Relay common.Address `json:"relay"`
}

// PutEnvelopeReply names what is stored.
type PutEnvelopeReply struct {
	CiphertextHash common.Hash `json:"ciphertext_hash"`
}

// PutResultReply is the relay's word for it.
type PutResultReply struct {
	StorageSignature hexutil.Bytes `json:"storage_signature"`
	CiphertextHash   common.Hash   `json:"ciphertext_hash"`
}

// DecodeStrict reads exactly one JSON value without unknown fields.
func DecodeStrict(b []byte, into any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("data after the end")
	}
	return nil
}

// ParseTaskKey reads 0x and 64 lower-case hex digits, so that a key has one
// spelling.
func ParseTaskKey(s string) (protocol.TaskKey, error) {
	if len(s) != 66 || !strings.HasPrefix(s, "0x") || strings.Trim(s[2:], "0123456789abcdef") != "" {
		return protocol.TaskKey{}, fmt.Errorf("task key %.80q is not 0x and 64 lower-case hex digits", s)
	}
	return common.HexToHash(s), nil
}

// ParseAddress reads 0x and 40 hex digits of either case.
func ParseAddress(s string) (common.Address, error) {
	if len(s) != 42 || !strings.HasPrefix(s, "0x") || strings.Trim(s[2:], "0123456789abcdefABCDEF") != "" {
		return common.Address{}, fmt.Errorf("address %.80q is not 0x and 40 hex digits", s)
	}
	return common.HexToAddress(s), nil
}
