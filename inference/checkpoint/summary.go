package checkpoint

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Summary is what a header says of its model. Numbers that it does not say are 0,
// texts "".
type Summary struct {
	Name         string
	Architecture string
	Parameters   uint64
	Formats      []string // number formats of the weights, that of most bytes first
	WeightBytes  uint64
	Layers       int
	Width        int
	Heads        int
	Experts      int
	ExpertsUsed  int // of Experts, at each token
	Context      int // tokens that the model was made for
	Tokenizer    string
	Vocabulary   int
	Template     bool // has a chat template
	ToolTemplate bool // has one of its own for tasks with tools
	BOS, EOS     string

	feedForward uint64
	cacheValues uint64 // kept for a token of the context, in all layers
	kind        string
}

// Summary reads the header's values.
func (h *Header) Summary() Summary {
	arch := h.Text("general.architecture")
	s := Summary{
		Name:         h.Text("general.name"),
		Architecture: arch,
		Layers:       int(h.number(arch + ".block_count")),
		Width:        int(h.number(arch + ".embedding_length")),
		Heads:        int(slices.Max(h.numbers(arch + ".attention.head_count"))),
		Experts:      int(h.number(arch + ".expert_count")),
		ExpertsUsed:  int(h.number(arch + ".expert_used_count")),
		Context:      int(h.number(arch + ".context_length")),
		Tokenizer:    h.Text("tokenizer.ggml.model"),
		Vocabulary:   len(h.tokens()),
		Template:     h.Text("tokenizer.chat_template") != "",
		ToolTemplate: h.Text("tokenizer.chat_template.tool_use") != "",
		BOS:          h.SpecialToken("bos"),
		EOS:          h.SpecialToken("eos"),
		feedForward:  slices.Max(h.numbers(arch + ".feed_forward_length")),
		kind:         h.Text("general.type"),
	}
	s.countWeights(h.Tensors)
	s.cacheValues = h.cacheValues(s)
	return s
}

func (s *Summary) countWeights(tensors []TensorInfo) {
	bytes := map[string]uint64{}
	for _, t := range tensors {
		size, _ := t.Size()
		values := uint64(1)
		for _, d := range t.Dims {
			values *= d
		}
		s.Parameters += values
		s.WeightBytes += size
		bytes[t.Type.String()] += size
		if !slices.Contains(s.Formats, t.Type.String()) {
			s.Formats = append(s.Formats, t.Type.String())
		}
	}
	slices.SortStableFunc(s.Formats, func(a, b string) int {
		switch {
		case bytes[a] > bytes[b]:
			return -1
		case bytes[a] < bytes[b]:
			return 1
		}
		return strings.Compare(a, b)
	})
}

// cacheValues counts what attention keeps for one token: a key and a value for
// each key-value head of each layer. Layers without attention have no heads.
func (h *Header) cacheValues(s Summary) uint64 {
	attention := s.Architecture + ".attention."
	heads := h.numbers(attention + "head_count_kv")
	if heads[0] == 0 && len(heads) == 1 {
		heads = h.numbers(attention + "head_count")
	}

	size := func(key string) uint64 {
		if n := h.number(attention + key); n > 0 {
			return n
		}
		return uint64(s.Width / max(s.Heads, 1))
	}
	perHead := size("key_length") + size("value_length")

	total := uint64(0)
	for layer := range min(s.Layers, 1<<16) {
		total += heads[min(layer, len(heads)-1)] * perHead
	}
	return total
}

// TokenBytes is what attention keeps of one token of the context, in F16.
func (s Summary) TokenBytes() uint64 { return 2 * s.cacheValues }

// Memory estimates the bytes that the model takes with a context of so many
// tokens, batch of which are read at a time: its weights, the cache of the
// context in F16, and room to compute in.
func (s Summary) Memory(context, batch int) uint64 {
	cache := s.TokenBytes() * uint64(context)
	scores := uint64(s.Heads) * uint64(context)
	room := 4 * uint64(batch) * (scores + uint64(s.Vocabulary) + 2*uint64(s.Width) + s.feedForward)
	return s.WeightBytes + cache + room
}

// WhyNot is the reason why this engine can't make text with the model, "" where
// nothing in its header stands against that.
func (s Summary) WhyNot() string {
	switch {
	case s.kind != "" && s.kind != "model":
		return fmt.Sprintf("the file holds no model but what it calls %q", s.kind)
	case WhyNoText(s.Architecture) != "":
		return WhyNoText(s.Architecture)
	case len(s.Formats) == 0:
		return "the file holds no weights"
	case s.Tokenizer == "" || s.Tokenizer == "no_vocab" || s.Vocabulary == 0:
		return "the file holds no tokenizer"
	case s.Layers == 0 || s.Width == 0 || s.Context == 0:
		return "the file does not say how many layers, how wide they are and how long a text may be"
	}
	return ""
}

// SpecialToken is the spelling of a special token such as "bos" or "eos", or "".
func (h *Header) SpecialToken(name string) string {
	v, _ := h.Get("tokenizer.ggml." + name + "_token_id")
	id, ok := whole(v)
	if tokens := h.tokens(); ok && id < uint64(len(tokens)) {
		return tokens[id]
	}
	return ""
}

func (h *Header) tokens() []string {
	v, _ := h.Get("tokenizer.ggml.tokens")
	tokens, _ := v.([]string)
	return tokens
}

// number is a whole number of the header, 0 where there is none.
func (h *Header) number(key string) uint64 {
	return h.numbers(key)[0]
}

// numbers are a value that is one whole number for all layers or one for each.
// There is always one at least.
func (h *Header) numbers(key string) []uint64 {
	v, _ := h.Get(key)
	list, ok := v.(RawArray)
	if !ok || list.Kind != kindUint32 && list.Kind != kindInt32 || len(list.Data) < 4 {
		n, _ := whole(v)
		return []uint64{n}
	}

	var out []uint64
	for b := list.Data; len(b) >= 4; b = b[4:] {
		n, _ := whole(int32(binary.LittleEndian.Uint32(b)))
		out = append(out, n)
	}
	return out
}

// whole is a header's value where it is a number from 0 to 2^31-1: no count of a
// model is larger.
func whole(v any) (uint64, bool) {
	var n int64
	switch v := v.(type) {
	case uint8:
		n = int64(v)
	case int8:
		n = int64(v)
	case uint16:
		n = int64(v)
	case int16:
		n = int64(v)
	case uint32:
		n = int64(v)
	case int32:
		n = int64(v)
	case uint64:
		n = int64(min(v, math.MaxInt64))
	case int64:
		n = v
	default:
		return 0, false
	}
	if n < 0 || n > math.MaxInt32 {
		return 0, false
	}
	return uint64(n), true
}
