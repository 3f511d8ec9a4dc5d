package seal

import (
	"bytes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// A sealed stream is age's own payload construction (STREAM over
// ChaCha20-Poly1305, eleven bytes of counter and one that marks the end), with
// chunks of any length so that a token needn't wait for others, and with the
// task and the node as associated data:
//
//	chunk 0:  "hst1" ‖ length of K, 2 bytes big endian ‖ K ‖ box
//	chunk n:  "hst1" ‖ box
//	K:        the stream's random key, sealed to the reply key as by Seal
//	box:      ChaCha20-Poly1305(key, nonce = n ‖ end, text,
//	          associated data = "helium stream 1" ‖ task key ‖ node ‖ K of chunk 0)
//
// A chunk opens in its place only. A stream without its last chunk is known to
// be cut short.

const (
	streamMagic = "hst1"
	streamLabel = "helium stream 1"
	// MaxChunk is the most text in one chunk.
	MaxChunk = 32 << 10
	// MaxSealedChunk is the longest sealed chunk.
	MaxSealedChunk = MaxChunk + 1<<10
)

// IsSealedChunk reports whether b begins as a sealed chunk does.
func IsSealedChunk(b []byte) bool {
	return len(b) >= len(streamMagic)+chacha20poly1305.Overhead && bytes.HasPrefix(b, []byte(streamMagic))
}

// streamBox seals or opens the boxes of one stream.
type streamBox struct {
	aead cipher.AEAD
	data []byte
	next uint64
	done bool
}

func newStreamBox(key [32]byte, task protocol.TaskKey, node common.Address, sealedKey []byte) (*streamBox, error) {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return nil, fmt.Errorf("make stream cipher: %w", err)
	}
	data := append([]byte(streamLabel), task[:]...)
	data = append(append(data, node[:]...), sealedKey...)
	return &streamBox{aead: aead, data: data}, nil
}

// nonce never repeats: next only grows, and nothing is sealed after the end.
func (b *streamBox) nonce(end bool) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(nonce[3:11], b.next)
	if end {
		nonce[11] = 1
	}
	return nonce
}

// StreamSealer seals one stream. After a restart a node can't go on with a
// stream: it makes none, and the creator waits for the result. It is for one
// goroutine.
type StreamSealer struct {
	box       *streamBox
	sealedKey []byte
}

// NewStreamSealer begins the stream of node in the task, to its reply key.
func NewStreamSealer(reply [32]byte, task protocol.TaskKey, node common.Address) (*StreamSealer, error) {
	var key [32]byte
	if _, err := rand.Read(key[:]); err != nil {
		return nil, fmt.Errorf("make stream key: %w", err)
	}
	return newStreamSealer(key, reply, task, node)
}

func newStreamSealer(key, reply [32]byte, task protocol.TaskKey, node common.Address) (*StreamSealer, error) {
	sealedKey, err := Seal(key[:], reply)
	if err != nil {
		return nil, fmt.Errorf("seal stream key: %w", err)
	}
	box, err := newStreamBox(key, task, node, sealedKey)
	if err != nil {
		return nil, err
	}
	return &StreamSealer{box: box, sealedKey: sealedKey}, nil
}

// Seal seals the next chunk, at most MaxChunk bytes, and returns its number,
// which counts from 0. With end true it is the last.
func (s *StreamSealer) Seal(text []byte, end bool) (seq uint64, chunk []byte, err error) {
	if s.box.done {
		return 0, nil, errors.New("seal chunk: the stream has ended")
	}
	if len(text) > MaxChunk {
		return 0, nil, fmt.Errorf("seal chunk: %d bytes, at most %d", len(text), MaxChunk)
	}
	seq = s.box.next
	chunk = []byte(streamMagic)
	if seq == 0 {
		chunk = binary.BigEndian.AppendUint16(chunk, uint16(len(s.sealedKey)))
		chunk = append(chunk, s.sealedKey...)
	}
	chunk = s.box.aead.Seal(chunk, s.box.nonce(end), text, s.box.data)
	s.box.next, s.box.done = seq+1, end
	return seq, chunk, nil
}

// StreamOpener opens one stream, chunk after chunk. It is for one goroutine.
type StreamOpener struct {
	key  Key
	task protocol.TaskKey
	node common.Address
	box  *streamBox
}

// NewStreamOpener begins to open the stream of node in the task.
func NewStreamOpener(key Key, task protocol.TaskKey, node common.Address) *StreamOpener {
	return &StreamOpener{key: key, task: task, node: node}
}

// Open opens the next chunk and reports whether it was the last. After an
// error the same chunk may be tried again; a wrong one changes nothing.
func (o *StreamOpener) Open(chunk []byte) (text []byte, end bool, err error) {
	if !IsSealedChunk(chunk) || len(chunk) > MaxSealedChunk {
		return nil, false, fmt.Errorf("open chunk: %d bytes that are not a sealed chunk", len(chunk))
	}
	box, rest := o.box, chunk[len(streamMagic):]
	if box == nil {
		if box, rest, err = o.begin(rest); err != nil {
			return nil, false, fmt.Errorf("open first chunk: %w", err)
		}
	}
	if box.done {
		return nil, false, errors.New("open chunk: the stream has ended")
	}
	text, err = box.aead.Open(nil, box.nonce(false), rest, box.data)
	if err != nil {
		end = true
		text, err = box.aead.Open(nil, box.nonce(true), rest, box.data)
	}
	if err != nil {
		return nil, false, fmt.Errorf("open chunk %d: it is changed, or not this task's, this node's or the next", box.next)
	}
	box.next, box.done = box.next+1, end
	o.box = box
	return text, end, nil
}

// Ended reports whether the last chunk was opened. A stream that stops before
// was cut short.
func (o *StreamOpener) Ended() bool { return o.box != nil && o.box.done }

// begin reads the key from the first chunk.
func (o *StreamOpener) begin(rest []byte) (*streamBox, []byte, error) {
	if len(rest) < 2 {
		return nil, nil, errors.New("it is cut short")
	}
	n := int(binary.BigEndian.Uint16(rest))
	if rest = rest[2:]; len(rest) < n {
		return nil, nil, errors.New("it is cut short or not the first")
	}
	sealedKey, rest := rest[:n:n], rest[n:]
	opened, err := Open(sealedKey, o.key)
	if err != nil {
		return nil, nil, err
	}
	if len(opened) != 32 {
		return nil, nil, fmt.Errorf("stream key has %d bytes, not 32", len(opened))
	}
	box, err := newStreamBox([32]byte(opened), o.task, o.node, sealedKey)
	return box, rest, err
}
