// Package client speaks to a relay.
//
// A relay files by task key: the sealed envelope its creator put there, the
// sealed results of its three nodes, and the task's events: envelope stored,
// messages that nodes signed, chunks of a node's live stream, result stored. A
// watch is a task's events from the first on, in the relay's order.
//
// The promise: everything that can be tried again is tried again, and trying
// again is harmless. A client signs in by itself, keeps one WebSocket open,
// opens it again when it breaks, and a watch goes on where it was, without gaps
// and without repeats. Of several relays of one cluster it speaks to one, and moves
// on to the next when that is gone. What the relay refused comes back as *Error.
package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// Signer is the wallet that a client signs in with.
type Signer interface {
	Address() common.Address
	// SignText signs an EIP-191 personal message: 65 bytes r, s, v with v 27 or 28.
	SignText(text []byte) ([]byte, error)
}

// Options say which relay to speak to and as whom.
type Options struct {
	// URL of the relay, http or https, without a path.
	URL string
	// Others are relays of the same cluster, which keep the same: the client moves
	// on to the next where one can't be reached.
	Others []string
	Signer Signer
	// Bringing is how long one of several relays may take to say what becomes of a
	// call that its sponsor is to bring; 0 means 25 seconds.
	Bringing time.Duration
	// Domain of the network; signing in to a relay of another chain is refused.
	Domain protocol.Domain
	// Log may be nil.
	Log *slog.Logger
}

// EventKind says what happened.
type EventKind string

const (
	// EventEnvelope: a sealed envelope is stored. CiphertextHash is set; Node is
	// the node that sealed it anew, zero for the creator's own.
	EventEnvelope EventKind = "envelope"
	// EventMessage: a node signed something. Node and Message are set.
	EventMessage EventKind = "message"
	// EventChunk: a piece of a node's live stream. Node, Seq and Sealed are set.
	// Only the creator sees these.
	EventChunk EventKind = "chunk"
	// EventResult: a node's sealed result is stored. Node and CiphertextHash are set.
	EventResult EventKind = "result"
)

// Event is one thing that happened to a task at the relay.
type Event struct {
	Kind    EventKind
	TaskKey protocol.TaskKey
	// Node is who sent it; zero for the creator.
	Node common.Address
	// Seq counts a node's chunks from 0, without gaps.
	Seq uint64
	// Sealed is the chunk as the node sealed it.
	Sealed []byte
	// CiphertextHash is keccak256 of what is stored.
	CiphertextHash common.Hash
	Message        *Message
}

// Message is an EIP-712 message of package protocol on its way through a relay,
// which has checked that From signed it.
type Message struct {
	From common.Address `json:"from"`
	// Type is one of the Message… constants.
	Type string `json:"type"`
	// Payload is the message as JSON, in the form NewMessage gives it.
	Payload json.RawMessage `json:"payload"`
	// Signature is 65 bytes r, s, v with v 27 or 28.
	Signature []byte `json:"signature"`
	// Proof goes with a reveal: the relay's signature of Stored, which whoever
	// settles needs. The signature does not cover it.
	Proof []byte `json:"proof,omitempty"`
}

// The types of messages that a relay passes on.
const (
	MessageReady       = "ready"
	MessageNoArguments = "no_arguments"
	MessageDecline     = "decline"
	MessageCommitment  = "commitment"
	MessageReveal      = "reveal"
)

var (
	// ErrNotStored: the relay has no such blob (yet).
	ErrNotStored = errors.New("relay has not stored this")
	// ErrDifferent: other bytes are stored there already. What is stored never
	// changes, so one who sealed anew after a restart can take it as stored and
	// read it back.
	ErrDifferent = errors.New("relay has stored other bytes there")
	// ErrNotYours: the chain gives the signer no part in this task.
	ErrNotYours = errors.New("relay refuses: the chain gives this address no part in the task")
	// ErrUnknownTask: the relay has not seen the task on chain, after waiting for it.
	ErrUnknownTask = errors.New("relay has not seen this task on chain")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("relay client is closed")
)

// Error is a relay's refusal. Use errors.Is with the variables above for those
// that a caller decides on.
type Error struct {
	// Status is HTTP's.
	Status  int
	Code    string
	Message string
	// Hint says what to do about it; may be empty.
	Hint string
	// RetryAfter is when the same may be asked again; 0 where that is not known.
	RetryAfter time.Duration
	// Revert is what a contract answers, or would, where that is the cause.
	Revert []byte
}

// OfSponsor says whether it is the relay's sponsor that does not pay, now or at
// all, while nothing is wrong with the call.
func (e *Error) OfSponsor() bool { return strings.HasPrefix(e.Code, "sponsor_") }

func (e *Error) Error() string {
	s := fmt.Sprintf("relay refuses (%d %s): %s", e.Status, e.Code, e.Message)
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// Is makes the sentinel errors match the codes they stand for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotStored:
		return e.Code == "not_stored"
	case ErrDifferent:
		return e.Code == "different"
	case ErrNotYours:
		return e.Code == "not_yours"
	case ErrUnknownTask:
		return e.Code == "unknown_task"
	}
	return false
}
