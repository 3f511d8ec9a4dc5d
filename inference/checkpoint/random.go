package checkpoint

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Shape is that of a Llama model. Width is a multiple of 64, the size of a head.
type Shape struct {
	Layers     int
	Width      int
	Hidden     int // of a layer's feed-forward network
	Vocabulary int // at least 300
	Context    int
}

// GPT2Shape makes a model of 124 million parameters, as many as the smallest GPT-2.
func GPT2Shape() Shape {
	return Shape{Layers: 12, Width: 768, Hidden: 2048, Vocabulary: 25_000, Context: 2048}
}

// headSize is what every head of a random model has.
const headSize = 64

// WriteRandomModel writes a model of a shape with pseudo-random weights in F16,
// always the same. It says nothing, takes as long as a trained model of the shape,
// and never ends its answer: its end token has no chance.
func WriteRandomModel(w io.Writer, s Shape) error {
	if s.Layers < 1 || s.Width < headSize || s.Width%headSize != 0 || s.Hidden < 1 || s.Vocabulary < 300 || s.Context < 1 {
		return fmt.Errorf("write random model: %+v is no shape of one", s)
	}
	tensors := s.tensors()
	infos := make([]TensorInfo, len(tensors))
	for i, t := range tensors {
		infos[i] = t.TensorInfo
	}
	out := &ggufWriter{w: bufio.NewWriterSize(w, 1<<20)}
	out.header(s.meta(), infos)
	noise := &noise{}
	for _, t := range tensors {
		out.pad()
		t.write(out, noise)
	}
	out.pad()
	return out.flush()
}

func (s Shape) meta() []KV {
	b := trainBPE(nil, 0)
	tokens := b.tokens
	for i := 0; len(tokens) < s.Vocabulary-1; i++ {
		tokens = append(tokens, fmt.Sprintf("%sw%d", string(byteLetter(' ')), i))
	}
	tokens = append(tokens, docToken)
	types := make([]int32, len(tokens))
	for i := range types {
		types[i] = 1
	}
	types[len(types)-1] = 3
	return []KV{
		{"general.architecture", "llama"},
		{"general.name", "Helium random"},
		{"general.file_type", uint32(1)},
		{"llama.block_count", uint32(s.Layers)},
		{"llama.context_length", uint32(s.Context)},
		{"llama.embedding_length", uint32(s.Width)},
		{"llama.feed_forward_length", uint32(s.Hidden)},
		{"llama.attention.head_count", uint32(s.Width / headSize)},
		{"llama.attention.head_count_kv", uint32(s.Width / headSize)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-5)},
		{"llama.rope.dimension_count", uint32(headSize)},
		{"llama.rope.freq_base", float32(10000)},
		{"llama.vocab_size", uint32(s.Vocabulary)},
		{"tokenizer.ggml.model", "gpt2"},
		{"tokenizer.ggml.pre", "gpt-2"},
		{"tokenizer.ggml.tokens", tokens},
		{"tokenizer.ggml.token_type", types},
		{"tokenizer.ggml.merges", []string{}},
		{"tokenizer.ggml.eos_token_id", uint32(s.Vocabulary - 1)},
		{"tokenizer.ggml.add_bos_token", false},
	}
}

// randomTensor is a matrix whose rows have about the length gain, or a vector of
// ones where gain is 0.
type randomTensor struct {
	TensorInfo
	gain     float64
	lastZero bool // the last row is zeros
}

func (s Shape) tensors() []randomTensor {
	width, hidden, vocabulary := uint64(s.Width), uint64(s.Hidden), uint64(s.Vocabulary)
	matrix := func(name string, in, out uint64, gain float64) randomTensor {
		return randomTensor{TensorInfo: TensorInfo{Name: name, Dims: []uint64{in, out}, Type: F16}, gain: gain}
	}
	vector := func(name string) randomTensor {
		return randomTensor{TensorInfo: TensorInfo{Name: name, Dims: []uint64{width}, Type: F32}}
	}
	out := []randomTensor{matrix("token_embd.weight", width, vocabulary, 1)}
	for i := range s.Layers {
		block := fmt.Sprintf("blk.%d.", i)
		out = append(out,
			vector(block+"attn_norm.weight"),
			matrix(block+"attn_q.weight", width, width, 2),
			matrix(block+"attn_k.weight", width, width, 2),
			matrix(block+"attn_v.weight", width, width, 1),
			matrix(block+"attn_output.weight", width, width, 1),
			vector(block+"ffn_norm.weight"),
			matrix(block+"ffn_gate.weight", width, hidden, 1),
			matrix(block+"ffn_up.weight", width, hidden, 1),
			matrix(block+"ffn_down.weight", hidden, width, 1),
		)
	}
	head := matrix("output.weight", width, vocabulary, 2)
	head.lastZero = true
	return append(out, vector("output_norm.weight"), head)
}

func (t randomTensor) write(out *ggufWriter, noise *noise) {
	if t.gain == 0 {
		for range t.Dims[0] {
			out.raw(binary.LittleEndian.AppendUint32(nil, math.Float32bits(1)))
		}
		return
	}
	in, rows := t.Dims[0], t.Dims[1]
	spread := t.gain * math.Sqrt(3/float64(in))
	row := make([]byte, 0, 2*in)
	for i := range rows {
		row = row[:0]
		for range in {
			row = binary.LittleEndian.AppendUint16(row, HalfBits(spread*noise.next()))
		}
		if t.lastZero && i == rows-1 {
			clear(row)
		}
		out.raw(row)
	}
}
