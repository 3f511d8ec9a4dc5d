package pretrained_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/pretrained"
)

// library is the real engine. It must be there: run `npm ci --ignore-scripts`
// in build/engine, as make does.
var library = sync.OnceValues(func() (*ggml.Library, error) {
	return ggml.Open(ggml.Options{CPUOnly: true})
})

// tiny is one architecture's case: a small random model and its forward pass.
type tiny struct {
	name      string
	class     string
	files     int
	tolerance float64 // of the logits, as a share of their size
	config    map[string]any
	build     func(w *weights)
	forward   func(w *weights, tokens []int32) [][]float64
}

const (
	tinyWidth  = 64
	tinyHidden = 96
	tinyLayers = 2
	tinyHeads  = 4
	tinyKV     = 2
	tinyHead   = 16
)

// base is a config.json of the usual names, changed by more.
func base(class string, more map[string]any) map[string]any {
	c := map[string]any{
		"architectures": []string{class}, "hidden_size": tinyWidth, "intermediate_size": tinyHidden, "num_hidden_layers": tinyLayers,
		"num_attention_heads": tinyHeads, "num_key_value_heads": tinyKV, "vocab_size": vocabSize, "max_position_embeddings": 128,
		"rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": false, "torch_dtype": "float32",
	}
	for k, v := range more {
		c[k] = v
	}
	return c
}

// llamaBody adds the tensors of Llama's layers, without MLP.
func llamaBody(w *weights, headDim int, bias bool) {
	w.matrix("model.embed_tokens.weight", vocabSize, tinyWidth)
	w.norm("model.norm.weight", tinyWidth)
	for l := range tinyLayers {
		at := fmt.Sprintf("model.layers.%d.", l)
		w.norm(at+"input_layernorm.weight", tinyWidth)
		w.norm(at+"post_attention_layernorm.weight", tinyWidth)
		w.matrix(at+"self_attn.q_proj.weight", tinyHeads*headDim, tinyWidth)
		w.matrix(at+"self_attn.k_proj.weight", tinyKV*headDim, tinyWidth)
		w.matrix(at+"self_attn.v_proj.weight", tinyKV*headDim, tinyWidth)
		w.matrix(at+"self_attn.o_proj.weight", tinyWidth, tinyHeads*headDim)
		if bias {
			w.offset(at+"self_attn.q_proj.bias", tinyHeads*headDim)
			w.offset(at+"self_attn.k_proj.bias", tinyKV*headDim)
			w.offset(at+"self_attn.v_proj.bias", tinyKV*headDim)
		}
	}
}

func gatedMLP(w *weights) {
	for l := range tinyLayers {
		at := fmt.Sprintf("model.layers.%d.mlp.", l)
		w.matrix(at+"gate_proj.weight", tinyHidden, tinyWidth)
		w.matrix(at+"up_proj.weight", tinyHidden, tinyWidth)
		w.matrix(at+"down_proj.weight", tinyWidth, tinyHidden)
	}
}

func newDecoder(w *weights, headDim int) *decoder {
	return &decoder{w: w, layers: tinyLayers, heads: tinyHeads, kvHeads: tinyKV, headDim: headDim, theta: 10000, eps: 1e-5}
}

// exact is the tolerance for an engine that computes the same in float32 and
// keeps keys and values in half floats.
const exact = 0.01

func tinies() []tiny {
	plain := func(w *weights) {
		llamaBody(w, tinyHead, false)
		gatedMLP(w)
		w.matrix("lm_head.weight", vocabSize, tinyWidth)
	}
	return []tiny{
		{name: "Llama 2", class: "LlamaForCausalLM", files: 1, tolerance: exact, config: base("LlamaForCausalLM", nil), build: plain,
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, tinyHead).llama(tokens) }},
		{name: "Llama 3.1", class: "LlamaForCausalLM", files: 3, tolerance: exact,
			config: base("LlamaForCausalLM", map[string]any{"rope_theta": 500000.0, "rope_scaling": map[string]any{
				"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}}),
			build: plain,
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				d.theta = 500000
				for i := range tinyHead / 2 {
					wave := 2 * math.Pi * math.Pow(d.theta, 2*float64(i)/tinyHead)
					share := (64/wave - 1) / (4 - 1)
					d.freqs = append(d.freqs, 1/((1-min(max(share, 0), 1))/8+min(max(share, 0), 1)))
				}
				return d.llama(tokens)
			}},
		{name: "SmolLM, tied, with biases and linear scaling", class: "LlamaForCausalLM", files: 1, tolerance: exact,
			config: base("LlamaForCausalLM", map[string]any{"tie_word_embeddings": true, "attention_bias": true, "rope_scaling": map[string]any{"type": "linear", "factor": 4.0}}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, true)
				gatedMLP(w)
			},
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				for range tinyHead / 2 {
					d.freqs = append(d.freqs, 4)
				}
				return d.llama(tokens)
			}},
		{name: "Mistral with a head size of its own", class: "MistralForCausalLM", files: 2, tolerance: exact,
			config: base("MistralForCausalLM", map[string]any{"head_dim": 32, "sliding_window": nil}),
			build: func(w *weights) {
				llamaBody(w, 32, false)
				gatedMLP(w)
				w.matrix("lm_head.weight", vocabSize, tinyWidth)
			},
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, 32).llama(tokens) }},
		{name: "Qwen2", class: "Qwen2ForCausalLM", files: 1, tolerance: exact,
			config: base("Qwen2ForCausalLM", map[string]any{"tie_word_embeddings": true, "use_sliding_window": false, "sliding_window": 32, "rope_theta": 1e6}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, true)
				gatedMLP(w)
			},
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				d.theta = 1e6
				return d.llama(tokens)
			}},
		{name: "GPT-2", class: "GPT2LMHeadModel", files: 1, tolerance: exact,
			config: map[string]any{"architectures": []string{"GPT2LMHeadModel"}, "n_embd": tinyWidth, "n_layer": tinyLayers, "n_head": tinyHeads,
				"n_positions": 64, "n_ctx": 64, "n_inner": nil, "vocab_size": vocabSize, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"},
			build: gpt2Weights,
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				d.kvHeads = tinyHeads
				return d.gpt2(tokens)
			}},
	}
}

func gpt2Weights(w *weights) {
	w.matrix("wte.weight", vocabSize, tinyWidth)
	w.add("wpe.weight", 0, 0.2, 64, tinyWidth)
	w.norm("ln_f.weight", tinyWidth)
	w.offset("ln_f.bias", tinyWidth)
	for l := range tinyLayers {
		at := fmt.Sprintf("h.%d.", l)
		w.add(at+"attn.bias", 1, 0, 1, 1, 8, 8) // an old folder's mask
		for _, norm := range []string{"ln_1", "ln_2"} {
			w.norm(at+norm+".weight", tinyWidth)
			w.offset(at+norm+".bias", tinyWidth)
		}
		w.conv1D(at+"attn.c_attn", tinyWidth, 3*tinyWidth)
		w.conv1D(at+"attn.c_proj", tinyWidth, tinyWidth)
		w.conv1D(at+"mlp.c_fc", tinyWidth, 4*tinyWidth)
		w.conv1D(at+"mlp.c_proj", 4*tinyWidth, tinyWidth)
	}
}

// engineLogits decodes the tokens one by one.
func engineLogits(t *testing.T, m *ggml.Model, tokens []ggml.Token) [][]float32 {
	t.Helper()
	c, err := m.NewContext(ggml.ContextParams{Size: 64, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var out [][]float32
	for _, token := range tokens {
		if err := c.Decode([]ggml.Token{token}); err != nil {
			t.Fatal(err)
		}
		logits, err := c.Logits()
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, slices.Clone(logits))
	}
	return out
}

func TestEveryArchitectureComputesWhatItsDefinitionSays(t *testing.T) {
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	covered := map[string]bool{}
	for i, c := range append(tinies(), moreTinies()...) {
		covered[c.class] = true
		t.Run(c.name, func(t *testing.T) {
			w := newWeights(uint64(i) + 1)
			c.build(w)
			dir := tinyFolder(t, c.config, w, c.files)
			folder, err := pretrained.Open(dir, pretrained.Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer folder.Close()

			tokens := []int32{72, 5, 256, 199, 31, 31, 264, 0, 101, 7, 250, 12, 65, 66, 67, 3}
			want := c.forward(w, tokens)
			path := filepath.Join(t.TempDir(), "same.gguf")
			writeGGUF(t, folder, path)
			asFile, err := lib.LoadModel(path)
			if err != nil {
				t.Fatal(err)
			}
			defer asFile.Close()
			got := engineLogits(t, asFile, tokens)
			worst := 0.0
			for p := range want {
				worst = max(worst, difference(got[p], want[p]))
			}
			t.Logf("largest difference: %.5f of the logits' size", worst)
			if worst > c.tolerance {
				t.Errorf("logits differ by %.4f of their size, want at most %v", worst, c.tolerance)
			}

			inMemory, err := lib.LoadSource(folder)
			if folder.NeedsFile() {
				if err == nil {
					t.Error("the model was loaded from memory, where it computes something else")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer inMemory.Close()
			for p, logits := range engineLogits(t, inMemory, tokens) {
				if !slices.Equal(logits, got[p]) {
					t.Errorf("position %d: the folder computes other bits than the file", p)
				}
			}
		})
	}
	for _, class := range pretrained.Supported() {
		if !covered[class] {
			t.Errorf("architecture %s has no case", class)
		}
	}
}

func TestNumberFormats(t *testing.T) {
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		stored, asked string
		matrices      checkpoint.TensorType
		tolerance     float64 // half the bits of a product are lost in bfloat16
	}{
		{"F16", "auto", checkpoint.F16, 0.02},
		{"BF16", "", checkpoint.BF16, 0.15},
		{"F16", "float32", checkpoint.F32, exact},
		{"BF16", "float32", checkpoint.F32, exact},
		{"BF16", "float16", checkpoint.F16, 0.02},
		{"F32", "float16", checkpoint.F16, 0.02},
		{"F32", "bfloat16", checkpoint.BF16, 0.15},
	}
	for _, test := range tests {
		for _, c := range []tiny{tinies()[0], tinies()[5]} { // one with reordered rows, one with turned matrices
			t.Run(fmt.Sprintf("%s stored as %s, asked for as %q", c.name, test.stored, test.asked), func(t *testing.T) {
				w := newWeights(11)
				c.build(w)
				w.store(test.stored)
				folder, err := pretrained.Open(tinyFolder(t, c.config, w, 1), pretrained.Options{Number: test.asked})
				if err != nil {
					t.Fatal(err)
				}
				defer folder.Close()

				path := filepath.Join(t.TempDir(), "same.gguf")
				writeGGUF(t, folder, path)
				h, err := checkpoint.CheckGGUF(path)
				if err != nil {
					t.Fatal(err)
				}
				for _, info := range h.Tensors {
					want := test.matrices
					if len(info.Dims) == 1 || info.Name == "position_embd.weight" {
						want = checkpoint.F32
					}
					if info.Type != want {
						t.Errorf("tensor %s is in %v, want %v", info.Name, info.Type, want)
					}
				}

				tokens := []int32{72, 5, 256, 199}
				m, err := lib.LoadSource(folder)
				if err != nil {
					t.Fatal(err)
				}
				defer m.Close()
				want, got := c.forward(w, tokens), engineLogits(t, m, tokens)
				for p := range want {
					if d := difference(got[p], want[p]); d > test.tolerance {
						t.Errorf("position %d: logits differ by %.4f of their size, want at most %v", p, d, test.tolerance)
					}
				}
			})
		}
	}

	w := newWeights(1)
	c := tinies()[0]
	c.build(w)
	if _, err := pretrained.Open(tinyFolder(t, c.config, w, 1), pretrained.Options{Number: "int3"}); err == nil {
		t.Error("the number format int3 was taken")
	}
}

// writeGGUF writes the folder as a file, twice, and wants the same bytes.
func writeGGUF(t *testing.T, m *pretrained.Model, path string) {
	t.Helper()
	var sums [2][32]byte
	for i := range sums {
		var out bytes.Buffer
		if err := m.WriteGGUF(&out); err != nil {
			t.Fatal(err)
		}
		sums[i] = sha256.Sum256(out.Bytes())
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if sums[0] != sums[1] {
		t.Error("the same folder gives two files")
	}
	if _, err := checkpoint.CheckGGUF(path); err != nil {
		t.Error(err)
	}
}
