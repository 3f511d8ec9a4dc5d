package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// StreamPiece is some text of a live stream, or how far an image is, provisional
// until the task is verified. The text of sealed chunk n of a stream is
// EncodeStream of the pieces that were made since chunk n-1; the last chunk may
// be empty.
type StreamPiece struct {
	// Choice is the answer that the text belongs to, or the image, from 0.
	Choice int `json:"choice"`
	// Text never splits a UTF-8 character. It is empty for an image.
	Text string `json:"text"`
	// Tokens are those that the text up to here is made of, from where the piece
	// before ended. They are told only where the task asks for their chances, and
	// may come before the text that they are a part of.
	Tokens []StreamToken `json:"tokens,omitempty"`
	// Step of Steps is done of the image; both are 0 for a text.
	Step  int `json:"step,omitempty"`
	Steps int `json:"steps,omitempty"`
	// Preview is what the image looks like after the step, a small PNG file of at
	// most MaxPreviewBytes; most steps have none.
	Preview []byte `json:"preview,omitempty"`
}

// StreamToken is a token of a text, how likely it was, and what could have stood in
// its place, likeliest first.
type StreamToken struct {
	StreamChance
	Top []StreamChance `json:"t,omitempty"`
}

// StreamChance is a token's bytes, maybe a part of a character, and the natural
// logarithm of its probability in ten-thousandths. The names are short because
// there are many.
type StreamChance struct {
	Bytes   []byte `json:"b"`
	Logprob int64  `json:"p"`
}

// Size is no less than what the token takes of a chunk.
func (t StreamToken) Size() int {
	size := t.StreamChance.size()
	for _, c := range t.Top {
		size += c.size()
	}
	return size
}

// size counts names, signs and digits, and the bytes in base64.
func (c StreamChance) size() int { return 32 + (len(c.Bytes)+2)/3*4 }

const (
	// maxTop is as many alternatives as a task may ask for.
	maxTop = 20
	// minLogprob stands for every token that is less likely.
	minLogprob = -9999_0000
	// MaxPreviewBytes bounds a preview so that a chunk holds one in base64.
	MaxPreviewBytes = 20 << 10
	// maxSteps is more than any task has.
	maxSteps = 1000
)

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
// it may be wrong; what no honest node says is refused. A preview's bytes are not
// looked at.
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
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("decode stream: %w", err)
		}
	}
	return pieces, nil
}

func (p StreamPiece) check() error {
	switch {
	case p.Choice < 0:
		return fmt.Errorf("choice %d is below 0", p.Choice)
	case p.Step < 0 || p.Step > p.Steps || p.Steps > maxSteps:
		return fmt.Errorf("step %d of %d", p.Step, p.Steps)
	case p.Steps > 0 && p.Text != "":
		return fmt.Errorf("text in a piece about an image")
	case len(p.Preview) > MaxPreviewBytes:
		return fmt.Errorf("a preview of %d bytes, at most %d", len(p.Preview), MaxPreviewBytes)
	case p.Steps == 0 && len(p.Preview) > 0:
		return fmt.Errorf("a preview of no step")
	case p.Steps > 0 && len(p.Tokens) > 0:
		return fmt.Errorf("tokens in a piece about an image")
	}
	for _, t := range p.Tokens {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

func (t StreamToken) check() error {
	if len(t.Top) > maxTop {
		return fmt.Errorf("%d tokens that could have stood in the place of one, at most %d", len(t.Top), maxTop)
	}
	for _, c := range append([]StreamChance{t.StreamChance}, t.Top...) {
		if c.Logprob > 0 || c.Logprob < minLogprob {
			return fmt.Errorf("the logarithm %d of a probability, in ten-thousandths", c.Logprob)
		}
	}
	return nil
}
