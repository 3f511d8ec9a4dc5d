package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// StreamPiece is some text of a live stream, provisional until the task is
// verified. The text of sealed chunk n of a stream is EncodeStream of the
// pieces that were made since chunk n-1; the last chunk may be empty.
type StreamPiece struct {
	// Choice is the answer that the text belongs to, from 0.
	Choice int `json:"choice"`
	// Text never splits a UTF-8 character.
	Text string `json:"text"`
}

// EncodeStream is the plain text of one chunk of a stream.
func EncodeStream(pieces []StreamPiece) ([]byte, error) {
	if len(pieces) == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(pieces); err != nil {
		return nil, fmt.Errorf("encode stream: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// DecodeStream reads the plain text of one chunk. It is what a node says, so
// it may be wrong; a choice below 0 is refused.
func DecodeStream(b []byte) ([]StreamPiece, error) {
	if len(b) == 0 {
		return nil, nil
	}
	var pieces []StreamPiece
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&pieces); err != nil {
		return nil, fmt.Errorf("decode stream: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("decode stream: data after its end")
	}
	for _, p := range pieces {
		if p.Choice < 0 {
			return nil, fmt.Errorf("decode stream: choice %d is below 0", p.Choice)
		}
	}
	return pieces, nil
}
