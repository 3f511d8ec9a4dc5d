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
	"unicode/utf8"

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
	// RetryAfter is in seconds; 0 where waiting does not help, or nobody knows.
	RetryAfter int64 `json:"retry_after,omitempty"`
	// Revert is what a contract answered that would refuse.
	Revert hexutil.Bytes `json:"revert,omitempty"`
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

// SponsorRequest asks the relay's sponsor to bring a call to the chain.
type SponsorRequest struct {
	// Key is chosen by whoever asks. The same call under the same key is the same
	// request, made again.
	Key string `json:"key"`
	// Call is calldata of one of the functions that are sponsored.
	Call hexutil.Bytes `json:"call"`
}

// States of a sponsored call.
const (
	// SponsorSent: on its way. Asking again tells more.
	SponsorSent = "sent"
	SponsorDone = "done"
	// SponsorReverted: in a block, and the contract refused. Revert says why, where
	// that is known.
	SponsorReverted = "reverted"
)

// SponsorReply is what became of a call.
type SponsorReply struct {
	State       string        `json:"state"`
	Transaction common.Hash   `json:"transaction,omitzero"`
	Block       uint64        `json:"block,omitempty"`
	Revert      hexutil.Bytes `json:"revert,omitempty"`
}

// SponsorOffer is what a relay's sponsor pays for. Without one only On is there,
// and is false.
type SponsorOffer struct {
	On bool `json:"on"`
	// Why says why nothing is sponsored, when On is false.
	Why string `json:"why,omitempty"`
	// Address is who pays.
	Address common.Address `json:"address,omitzero"`
	Kinds   []string       `json:"kinds,omitempty"`
	// MaxGasPrice, Day and the amounts left are in wei of the chain's own coin.
	MaxGasPrice protocol.Wei `json:"max_gas_price"`
	Day         protocol.Wei `json:"day"`
	// Left is what is left of today; LeftForJoins, and LeftForNodes for all but
	// court, are parts of it.
	Left         protocol.Wei `json:"left"`
	LeftForNodes protocol.Wei `json:"left_for_nodes"`
	LeftForJoins protocol.Wei `json:"left_for_joins"`
	// ResetsAt is when a new day begins, in Unix seconds.
	ResetsAt int64 `json:"resets_at,omitempty"`
	// What an account is given in a day, and an IP address in an hour.
	JoinsPerAccount   int `json:"joins_per_account,omitempty"`
	MovesPerAccount   int `json:"moves_per_account,omitempty"`
	PayoutsPerAccount int `json:"payouts_per_account,omitempty"`
	StepsPerAccount   int `json:"steps_per_account,omitempty"`
	PerAddressAnHour  int `json:"per_ip_an_hour,omitempty"`
	// LeastPayout is the least credit that is paid out.
	LeastPayout protocol.Wei `json:"least_payout"`
}

// DecodeStrict reads exactly one JSON value without unknown fields.
func DecodeStrict(b []byte, into any) error {
	if !utf8.Valid(b) {
		return errors.New("it is not UTF-8") // the decoder would put other letters in its place
	}
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
