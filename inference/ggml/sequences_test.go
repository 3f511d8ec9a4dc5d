package ggml_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// tree grows sequences at random and calls see with the path of each and the
// scores after it.
func tree(t *testing.T, m *ggml.Model, threads int, see func(path []ggml.Token, scores []float32)) {
	t.Helper()
	const count, own = 5, 30
	r := rand.New(rand.NewPCG(3, 4))
	begin := make([]ggml.Token, 20)
	for i := range begin {
		begin[i] = ggml.Token(r.IntN(m.VocabSize()))
	}
	s, err := m.NewSequences(ggml.SequencesParams{
		Context: ggml.ContextParams{Size: 256, Threads: threads}, Count: count, Shared: len(begin), Own: own})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for piece := range slices.Chunk(begin, 7) {
		if err := s.Decode(piece); err != nil {
			t.Fatal(err)
		}
	}

	paths := [][]ggml.Token{begin}
	for step := 0; ; step++ {
		for i, path := range paths {
			scores, err := s.Logits(i)
			if err != nil {
				t.Fatal(err)
			}
			see(path, scores)
		}
		if step == own {
			if err := s.Continue([]int{0}, []ggml.Token{1}); err == nil {
				t.Error("a token after the last was taken")
			}
			return
		}

		var parents []int
		var tokens []ggml.Token
		var next [][]ggml.Token
		for range 1 + r.IntN(count) {
			p, token := r.IntN(len(paths)), ggml.Token(r.IntN(m.VocabSize()))
			parents, tokens = append(parents, p), append(tokens, token)
			next = append(next, append(slices.Clone(paths[p]), token))
		}
		if err := s.Continue(parents, tokens); err != nil {
			t.Fatalf("step %d: %v", step, err)
		}
		paths = next
	}
}

// models are of all kinds of memory: a cache, a running state, and both.
func models(t *testing.T) map[string]*ggml.Model {
	lib := open(t, ggml.Options{})
	return map[string]*ggml.Model{"llama": probeModel(t, lib), "mamba": mamba(t, lib), "lfm2": lfm2(t, lib)}
}

func TestEachSequenceHasTheScoresThatItHasAlone(t *testing.T) {
	for name, m := range models(t) {
		alone, err := m.NewContext(ggml.ContextParams{Size: 256, Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer alone.Close()

		seen, other := 0, 0.0
		tree(t, m, 1, func(path []ggml.Token, scores []float32) {
			seen++
			if d := distance(scores, logits(t, alone, path, len(path))); d > tolerance {
				t.Fatalf("%s: scores of a sequence of %d tokens are %v from those alone", name, len(path), d)
			}
			other = max(other, distance(scores, logits(t, alone, path[len(path)-1:], 1)))
		})
		if seen < 60 || other < 10*tolerance {
			t.Errorf("%s: %d sequences compared, %v from those without a beginning", name, seen, other)
		}
	}
}

// tolerance is what the library's scores change by with the tokens beside them.
const tolerance = 0.02

func distance(scores []float32, bits []uint32) (most float64) {
	for i, x := range scores {
		most = max(most, math.Abs(float64(x-math.Float32frombits(bits[i]))))
	}
	return most
}

func TestSequencesHaveTheSameBitsWhateverTheThreads(t *testing.T) {
	for name, m := range models(t) {
		run := func(threads int) (bits []uint32) {
			tree(t, m, threads, func(_ []ggml.Token, scores []float32) {
				for _, x := range scores {
					bits = append(bits, math.Float32bits(x))
				}
			})
			return bits
		}

		want := run(1)
		for _, threads := range []int{1, 2} {
			if !slices.Equal(run(threads), want) {
				t.Errorf("%s, %d threads: other bits than before", name, threads)
			}
		}
	}
}

func TestSequencesThatCannotBeAreRefused(t *testing.T) {
	m := probeModel(t, open(t, ggml.Options{}))
	good := ggml.SequencesParams{Context: ggml.ContextParams{Size: 256, Threads: 1}, Count: 3, Shared: 6, Own: 250}
	for name, change := range map[string]func(*ggml.SequencesParams){
		"no sequence":  func(p *ggml.SequencesParams) { p.Count = 0 },
		"no beginning": func(p *ggml.SequencesParams) { p.Shared = 0 },
		"no thread":    func(p *ggml.SequencesParams) { p.Context.Threads = 0 },
		"too long":     func(p *ggml.SequencesParams) { p.Own++ },
	} {
		p := good
		change(&p)
		if _, err := m.NewSequences(p); err == nil {
			t.Errorf("%s: no error", name)
		}
	}

	s, err := m.NewSequences(good)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Logits(0); err == nil {
		t.Error("scores were there before any token")
	}
	if err := s.Decode(make([]ggml.Token, 7)); err == nil {
		t.Error("a beginning that is too long was taken")
	}
	if err := s.Decode(make([]ggml.Token, 6)); err != nil {
		t.Fatal(err)
	}
	for name, parents := range map[string][]int{"none": {}, "too many": {0, 0, 0, 0}, "no such parent": {1}, "negative": {-1}} {
		if err := s.Continue(parents, make([]ggml.Token, len(parents))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestSequencesComputeAsOneAloneInAStretchedContext(t *testing.T) {
	m := lfm2(t, open(t, ggml.Options{}), checkpoint.KV{Key: "lfm2.rope.scaling.original_context_length", Value: uint32(512)})
	for _, tt := range []struct {
		size, count int
		ok          bool
	}{
		{512, 1, true},  // all short
		{512, 2, false}, // together beyond the original size, each alone not
		{513, 2, true},  // each alone beyond it too
		{513, 1, true},
	} {
		s, err := m.NewSequences(ggml.SequencesParams{
			Context: ggml.ContextParams{Size: tt.size, Threads: 1}, Count: tt.count, Shared: 12, Own: 300})
		if (err == nil) != tt.ok {
			t.Errorf("%d in contexts of %d: error = %v", tt.count, tt.size, err)
		}
		if err == nil {
			s.Close()
		}
	}
}

// mamba is a model with a running state.
func mamba(t *testing.T, lib *ggml.Library) *ggml.Model {
	const width, inner, state, conv, rank = 32, 64, 16, 4, 2
	n := &noise{rand.New(rand.NewPCG(7, 8))}
	return tiny(t, lib, "mamba", []checkpoint.KV{
		{Key: "mamba.block_count", Value: uint32(1)},
		{Key: "mamba.context_length", Value: uint32(256)},
		{Key: "mamba.embedding_length", Value: uint32(width)},
		{Key: "mamba.feed_forward_length", Value: uint32(0)},
		{Key: "mamba.attention.head_count", Value: uint32(0)},
		{Key: "mamba.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
		{Key: "mamba.ssm.conv_kernel", Value: uint32(conv)},
		{Key: "mamba.ssm.inner_size", Value: uint32(inner)},
		{Key: "mamba.ssm.state_size", Value: uint32(state)},
		{Key: "mamba.ssm.time_step_rank", Value: uint32(rank)},
	}, []checkpoint.Tensor{
		n.tensor("token_embd.weight", 0, 1, width, tinyVocab),
		n.tensor("output_norm.weight", 1, 0, width),
		n.tensor("blk.0.attn_norm.weight", 1, 0, width),
		n.tensor("blk.0.ssm_in.weight", 0, 0.4, width, 2*inner),
		n.tensor("blk.0.ssm_conv1d.weight", 0, 0.4, conv, inner),
		n.tensor("blk.0.ssm_conv1d.bias", 0, 0.4, inner),
		n.tensor("blk.0.ssm_x.weight", 0, 0.4, inner, rank+2*state),
		n.tensor("blk.0.ssm_dt.weight", 0, 0.4, rank, inner),
		n.tensor("blk.0.ssm_dt.bias", 0, 0.4, inner),
		n.tensor("blk.0.ssm_a", -1, 0.1, state, inner),
		n.tensor("blk.0.ssm_d", 1, 0.1, inner),
		n.tensor("blk.0.ssm_out.weight", 0, 0.4, inner, width),
	})
}

// lfm2 is a model with a running state in one layer and a cache in the other.
func lfm2(t *testing.T, lib *ggml.Library, more ...checkpoint.KV) *ggml.Model {
	const width, hidden, conv, head = 32, 64, 3, 16
	n := &noise{rand.New(rand.NewPCG(9, 10))}
	tensors := []checkpoint.Tensor{
		n.tensor("token_embd.weight", 0, 1, width, tinyVocab),
		n.tensor("token_embd_norm.weight", 1, 0, width),
		n.tensor("blk.0.shortconv.conv.weight", 0, 0.4, conv, width),
		n.tensor("blk.0.shortconv.in_proj.weight", 0, 0.4, width, 3*width),
		n.tensor("blk.0.shortconv.out_proj.weight", 0, 0.4, width, width),
		n.tensor("blk.1.attn_q_norm.weight", 1, 0, head),
		n.tensor("blk.1.attn_k_norm.weight", 1, 0, head),
	}
	for _, name := range []string{"q", "k", "v", "output"} {
		tensors = append(tensors, n.tensor("blk.1.attn_"+name+".weight", 0, 0.4, width, width))
	}
	for _, block := range []string{"blk.0.", "blk.1."} {
		tensors = append(tensors,
			n.tensor(block+"attn_norm.weight", 1, 0, width),
			n.tensor(block+"ffn_norm.weight", 1, 0, width),
			n.tensor(block+"ffn_gate.weight", 0, 0.4, width, hidden),
			n.tensor(block+"ffn_up.weight", 0, 0.4, width, hidden),
			n.tensor(block+"ffn_down.weight", 0, 0.4, hidden, width))
	}
	return tiny(t, lib, "lfm2", append([]checkpoint.KV{
		{Key: "lfm2.block_count", Value: uint32(2)},
		{Key: "lfm2.context_length", Value: uint32(256)},
		{Key: "lfm2.embedding_length", Value: uint32(width)},
		{Key: "lfm2.feed_forward_length", Value: uint32(hidden)},
		{Key: "lfm2.attention.head_count", Value: uint32(width / head)},
		{Key: "lfm2.attention.head_count_kv", Value: []int32{0, width / head}},
		{Key: "lfm2.attention.layer_norm_rms_epsilon", Value: float32(1e-5)},
		{Key: "lfm2.shortconv.l_cache", Value: uint32(conv)},
	}, more...), tensors)
}

const tinyVocab = 32

// tiny loads a model that is made here, with a vocabulary of no meaning.
func tiny(t *testing.T, lib *ggml.Library, architecture string, meta []checkpoint.KV, tensors []checkpoint.Tensor) *ggml.Model {
	t.Helper()
	var vocab []string
	types := make([]int32, tinyVocab)
	for i := range types {
		vocab = append(vocab, string(rune('A'+i)))
		types[i] = 1
	}
	meta = append(append([]checkpoint.KV{{Key: "general.architecture", Value: architecture}}, meta...),
		checkpoint.KV{Key: "tokenizer.ggml.model", Value: "gpt2"},
		checkpoint.KV{Key: "tokenizer.ggml.pre", Value: "gpt-2"},
		checkpoint.KV{Key: "tokenizer.ggml.tokens", Value: vocab},
		checkpoint.KV{Key: "tokenizer.ggml.token_type", Value: types},
		checkpoint.KV{Key: "tokenizer.ggml.merges", Value: []string{}},
		checkpoint.KV{Key: "tokenizer.ggml.eos_token_id", Value: uint32(tinyVocab - 1)})

	path := filepath.Join(t.TempDir(), architecture+".gguf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := checkpoint.WriteGGUF(f, meta, tensors); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := lib.LoadModel(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	return m
}

// noise makes tensors of random numbers.
type noise struct{ *rand.Rand }

func (n *noise) tensor(name string, mean, deviation float64, dims ...uint64) checkpoint.Tensor {
	size := uint64(1)
	for _, d := range dims {
		size *= d
	}
	out := checkpoint.Tensor{Name: name, Dims: dims, Type: checkpoint.F32}
	for range size {
		x := float32(mean + deviation*n.NormFloat64())
		out.Data = binary.LittleEndian.AppendUint32(out.Data, math.Float32bits(x))
	}
	return out
}
