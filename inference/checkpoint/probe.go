package checkpoint

import (
	"io"
	"math"
)

// The probe model is a small network of fixed pseudo-random weights. It means
// nothing; the exact bits it computes on a machine are that machine's numeric
// fingerprint.
const (
	probeWidth  = 256
	probeHidden = 512
	probeVocab  = 320
)

// WriteProbeModel writes the probe model, 3 MB and always the same.
func WriteProbeModel(w io.Writer) error {
	b := trainBPE(nil, 0)
	for len(b.tokens) < probeVocab-1 {
		b.tokens = append(b.tokens, string(byteLetter(' '))+string(byteLetter(byte(len(b.tokens)-256))))
	}
	vocab := append(b.tokens, docToken)
	types := make([]int32, len(vocab))
	for i := range types {
		types[i] = 1
	}
	types[len(types)-1] = 3

	meta := []KV{
		{"general.architecture", "llama"},
		{"general.name", "Helium probe"},
		{"general.file_type", uint32(1)},
		{"llama.block_count", uint32(2)},
		{"llama.context_length", uint32(512)},
		{"llama.embedding_length", uint32(probeWidth)},
		{"llama.feed_forward_length", uint32(probeHidden)},
		{"llama.attention.head_count", uint32(4)},
		{"llama.attention.head_count_kv", uint32(2)},
		{"llama.attention.layer_norm_rms_epsilon", float32(1e-5)},
		{"llama.rope.dimension_count", uint32(64)},
		{"llama.rope.freq_base", float32(10000)},
		{"llama.vocab_size", uint32(len(vocab))},
		{"tokenizer.ggml.model", "gpt2"},
		{"tokenizer.ggml.pre", "gpt-2"},
		{"tokenizer.ggml.tokens", vocab},
		{"tokenizer.ggml.token_type", types},
		{"tokenizer.ggml.merges", []string{}},
		{"tokenizer.ggml.eos_token_id", uint32(len(vocab) - 1)},
		{"tokenizer.ggml.add_bos_token", false},
	}
	return WriteGGUF(w, meta, probeTensors())
}

func probeTensors() []Tensor {
	noise := &noise{}
	out := []Tensor{noise.matrix(probeWidth, probeVocab, 1).tensor("token_embd.weight")}
	for _, block := range []string{"blk.0.", "blk.1."} {
		out = append(out,
			ones(block+"attn_norm.weight"),
			noise.matrix(probeWidth, probeWidth, 2).tensor(block+"attn_q.weight"),
			noise.matrix(probeWidth, probeWidth/2, 2).tensor(block+"attn_k.weight"),
			noise.matrix(probeWidth, probeWidth/2, 1).tensor(block+"attn_v.weight"),
			noise.matrix(probeWidth, probeWidth, 1).tensor(block+"attn_output.weight"),
			ones(block+"ffn_norm.weight"),
			noise.matrix(probeWidth, probeHidden, 1).tensor(block+"ffn_gate.weight"),
			noise.matrix(probeWidth, probeHidden, 1).tensor(block+"ffn_up.weight"),
			noise.matrix(probeHidden, probeWidth, 1).tensor(block+"ffn_down.weight"),
		)
	}
	return append(out, ones("output_norm.weight"), noise.matrix(probeWidth, probeVocab, 2).tensor("output.weight"))
}

func ones(name string) Tensor {
	values := make([]float64, probeWidth)
	for i := range values {
		values[i] = 1
	}
	return vector(name, values)
}

// noise is a splitmix64 stream.
type noise struct{ state uint64 }

// matrix has uniform values whose rows have about the length gain.
func (n *noise) matrix(in, out int, gain float64) *matrix {
	m := newMatrix(in, out)
	spread := gain * math.Sqrt(3/float64(in))
	for i := range m.data {
		m.data[i] = spread * n.next()
	}
	return m
}

// next is uniform in [-1, 1).
func (n *noise) next() float64 {
	n.state += 0x9e3779b97f4a7c15
	z := n.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	z ^= z >> 31
	return float64(z>>11)/(1<<52) - 1
}
