package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"
)

// EnvelopeVersion is the only version this program writes and reads.
const EnvelopeVersion = 1

// MaxEnvelopeBytes bounds what a node opens and a relay stores.
const MaxEnvelopeBytes = 8 << 20

// ModelFile pins one file of an external model, so that model identity is
// part of what the nodes agree on.
type ModelFile struct {
	// Name is the path inside the repository.
	Name   string      `json:"name"`
	SHA256 common.Hash `json:"sha256"`
	Bytes  int64       `json:"bytes"`
}

// ModelPin names a model exactly.
type ModelPin struct {
	// ID is the name the task document uses, e.g. "Qwen/Qwen2.5-0.5B-Instruct-GGUF".
	ID string `json:"id"`
	// Revision is the repository's commit; for the built-in demo model its version.
	Revision string      `json:"revision"`
	Files    []ModelFile `json:"files"`
}

// Envelope is what a creator seals to the nodes of its task. Nodes hash its
// exact bytes against the chain before they read it.
type Envelope struct {
	Version int      `json:"version"`
	Type    TaskType `json:"type"`
	// Task is the task document, byte for byte.
	Task json.RawMessage `json:"task"`
	// Models pins every external model the task names.
	Models []ModelPin `json:"models,omitempty"`
	// Salt is mixed into the digest, so that a short answer can't be guessed from the chain.
	Salt common.Hash `json:"salt"`
	// ReplyKey is the X25519 public key to which streams and results are sealed.
	ReplyKey hexutil.Bytes `json:"reply_key"`
}

// Encode returns the bytes that are sealed and hashed.
func (e Envelope) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return nil, fmt.Errorf("encode envelope: %w", err)
	}
	b := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	if len(b) > MaxEnvelopeBytes {
		return nil, fmt.Errorf("envelope of %d bytes is over the limit of %d: shorten the task", len(b), MaxEnvelopeBytes)
	}
	return b, nil
}

// DecodeEnvelope reads bytes whose hash has been checked already.
func DecodeEnvelope(b []byte) (*Envelope, error) {
	if len(b) > MaxEnvelopeBytes {
		return nil, fmt.Errorf("envelope of %d bytes is over the limit of %d", len(b), MaxEnvelopeBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var e Envelope
	if err := dec.Decode(&e); err != nil {
		return nil, fmt.Errorf("decode envelope: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("decode envelope: data after its end")
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return &e, nil
}

func (e Envelope) check() error {
	switch {
	case e.Version != EnvelopeVersion:
		return fmt.Errorf("envelope version %d is not %d: update Helium", e.Version, EnvelopeVersion)
	case len(e.ReplyKey) != 32:
		return fmt.Errorf("envelope reply key has %d bytes, not 32", len(e.ReplyKey))
	case len(e.Task) == 0 || string(e.Task) == "null":
		return fmt.Errorf("envelope has no task")
	}
	return nil
}

// ArgsHash is what createTask carries of an envelope.
func ArgsHash(envelope []byte) common.Hash { return crypto.Keccak256Hash(envelope) }
