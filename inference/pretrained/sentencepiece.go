package pretrained

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"

	"helium/inference/checkpoint"
)

// pieceModel is what a SentencePiece file says of its tokens. The numbers of
// fields and kinds are those of the format's description.
type pieceModel struct {
	pieces      []piece
	bpe         bool
	charsmap    int  // bytes of a table that rewrites characters
	spacePrefix bool // a text begins with a space of its own
	squeeze     bool // runs of spaces become one
}

type piece struct {
	text  string
	score float32
	kind  tokenKind // numbered the same in both formats
}

// message calls field for every field of a protocol buffer. Every length is
// checked against the bytes that are there.
func message(raw []byte, field func(number protowire.Number, kind protowire.Type, value []byte) error) error {
	for len(raw) > 0 {
		number, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return protowire.ParseError(n)
		}
		raw = raw[n:]
		n = protowire.ConsumeFieldValue(number, kind, raw)
		if n < 0 {
			return protowire.ParseError(n)
		}
		if err := field(number, kind, raw[:n]); err != nil {
			return err
		}
		raw = raw[n:]
	}
	return nil
}

// bytesOf is the content of a field with a length.
func bytesOf(kind protowire.Type, value []byte) ([]byte, error) {
	if kind != protowire.BytesType {
		return nil, fmt.Errorf("a field is of kind %d, want one with a length", kind)
	}
	b, n := protowire.ConsumeBytes(value)
	if n < 0 {
		return nil, protowire.ParseError(n)
	}
	return b, nil
}

func numberOf(kind protowire.Type, value []byte) (uint64, error) {
	if kind != protowire.VarintType {
		return 0, fmt.Errorf("a field is of kind %d, want a number", kind)
	}
	v, n := protowire.ConsumeVarint(value)
	if n < 0 {
		return 0, protowire.ParseError(n)
	}
	return v, nil
}

func readPieceModel(raw []byte) (*pieceModel, error) {
	m := &pieceModel{spacePrefix: true, squeeze: true}
	err := message(raw, func(number protowire.Number, kind protowire.Type, value []byte) error {
		if number > 3 {
			return nil
		}
		content, err := bytesOf(kind, value)
		if err != nil {
			return err
		}
		switch number {
		case 1:
			return m.readPiece(content)
		case 2:
			return m.readTrainer(content)
		default:
			return m.readNormalizer(content)
		}
	})
	return m, err
}

func (m *pieceModel) readPiece(raw []byte) error {
	if len(m.pieces) >= maxVocab {
		return fmt.Errorf("more than %d tokens", maxVocab)
	}
	p := piece{kind: normalToken}
	err := message(raw, func(number protowire.Number, kind protowire.Type, value []byte) error {
		switch number {
		case 1:
			b, err := bytesOf(kind, value)
			p.text = string(b)
			return err
		case 2:
			if kind != protowire.Fixed32Type {
				return errors.New("a score is no float")
			}
			bits, _ := protowire.ConsumeFixed32(value)
			p.score = math.Float32frombits(bits)
			if p.score != p.score {
				return errors.New("a score is not a number")
			}
		case 3:
			v, err := numberOf(kind, value)
			if err != nil {
				return err
			}
			if v < uint64(normalToken) || v > uint64(byteToken) {
				return fmt.Errorf("a token is of kind %d", v)
			}
			p.kind = tokenKind(v)
		}
		return nil
	})
	m.pieces = append(m.pieces, p)
	return err
}

func (m *pieceModel) readTrainer(raw []byte) error {
	return message(raw, func(number protowire.Number, kind protowire.Type, value []byte) error {
		if number != 3 { // model_type
			return nil
		}
		v, err := numberOf(kind, value)
		m.bpe = v == 2
		return err
	})
}

func (m *pieceModel) readNormalizer(raw []byte) error {
	return message(raw, func(number protowire.Number, kind protowire.Type, value []byte) error {
		switch number {
		case 2: // precompiled_charsmap
			b, err := bytesOf(kind, value)
			m.charsmap = len(b)
			return err
		case 3: // add_dummy_prefix
			v, err := numberOf(kind, value)
			m.spacePrefix = v != 0
			return err
		case 4: // remove_extra_whitespaces
			v, err := numberOf(kind, value)
			m.squeeze = v != 0
			return err
		}
		return nil
	})
}

// parseSentencePiece reads a tokenizer.model file.
func parseSentencePiece(raw []byte, added []addedToken, size uint64) ([]checkpoint.KV, *tokens, error) {
	m, err := readPieceModel(raw)
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(m.pieces) == 0:
		return nil, nil, errors.New("it has no tokens")
	case !m.bpe:
		return nil, nil, fmt.Errorf("%w: it is a unigram model, want BPE", ErrUnsupported)
	case m.charsmap > 0 || m.squeeze:
		return nil, nil, fmt.Errorf("%w: it rewrites characters or spaces", ErrUnsupported)
	}

	t := newTokens(size)
	var unknown *string
	for id, p := range m.pieces {
		if err := t.put(id, p.text, p.kind, p.score); err != nil {
			return nil, nil, err
		}
		if p.kind == unknownToken {
			unknown = &p.text
		}
	}
	if err := t.classify(unknown); err != nil {
		return nil, nil, err
	}

	slices.SortFunc(added, func(a, b addedToken) int { return a.ID - b.ID })
	n, err := addedNormalizer(added)
	if err != nil {
		return nil, nil, err
	}
	if err := t.add(added); err != nil {
		return nil, nil, err
	}
	t.fill()
	keys := append(t.keys("llama"),
		checkpoint.KV{Key: "tokenizer.ggml.pre", Value: "default"},
		checkpoint.KV{Key: "tokenizer.ggml.add_space_prefix", Value: m.spacePrefix})
	return append(keys, n.key()...), t, nil
}
