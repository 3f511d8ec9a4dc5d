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

// moreTinies are mixtures of experts and the families further from Llama.
func moreTinies() []tiny {
	mixed := func(w *weights, tokens []int32) [][]float64 {
		d := newDecoder(w, tinyHead)
		d.expertsUsed = 2
		return d.llama(tokens)
	}
	headNorms := func(w *weights, headDim int) {
		for l := range tinyLayers {
			w.norm(fmt.Sprintf("model.layers.%d.self_attn.q_norm.weight", l), headDim)
			w.norm(fmt.Sprintf("model.layers.%d.self_attn.k_norm.weight", l), headDim)
		}
	}
	return []tiny{
		{name: "Mixtral", class: "MixtralForCausalLM", files: 2, tolerance: exact,
			config: base("MixtralForCausalLM", map[string]any{"num_local_experts": 4, "num_experts_per_tok": 2, "sliding_window": nil}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, false)
				experts(w, "block_sparse_moe", tinyHidden, [3]string{"w1", "w3", "w2"})
				w.matrix("lm_head.weight", vocabSize, tinyWidth)
			},
			forward: mixed},
		{name: "Qwen1.5-MoE", class: "Qwen2MoeForCausalLM", files: 1, tolerance: exact,
			config: base("Qwen2MoeForCausalLM", map[string]any{"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "shared_expert_intermediate_size": 48,
				"norm_topk_prob": false, "decoder_sparse_step": 1, "mlp_only_layers": []int{}}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, true)
				experts(w, "mlp", 32, [3]string{"gate_proj", "up_proj", "down_proj"})
				for l := range tinyLayers {
					at := fmt.Sprintf("model.layers.%d.mlp.", l)
					w.matrix(at+"shared_expert_gate.weight", 1, tinyWidth)
					w.matrix(at+"shared_expert.gate_proj.weight", 48, tinyWidth)
					w.matrix(at+"shared_expert.up_proj.weight", 48, tinyWidth)
					w.matrix(at+"shared_expert.down_proj.weight", tinyWidth, 48)
				}
				w.matrix("lm_head.weight", vocabSize, tinyWidth)
			},
			forward: mixed},
		{name: "Qwen3", class: "Qwen3ForCausalLM", files: 1, tolerance: exact,
			config: base("Qwen3ForCausalLM", map[string]any{"head_dim": 32, "tie_word_embeddings": true, "attention_bias": false}),
			build: func(w *weights) {
				llamaBody(w, 32, false)
				headNorms(w, 32)
				gatedMLP(w)
			},
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, 32).llama(tokens) }},
		{name: "Qwen3-MoE", class: "Qwen3MoeForCausalLM", files: 1, tolerance: exact,
			config: base("Qwen3MoeForCausalLM", map[string]any{"head_dim": tinyHead, "num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 32, "norm_topk_prob": true}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, false)
				headNorms(w, tinyHead)
				experts(w, "mlp", 32, [3]string{"gate_proj", "up_proj", "down_proj"})
				w.matrix("lm_head.weight", vocabSize, tinyWidth)
			},
			forward: mixed},
		{name: "Gemma", class: "GemmaForCausalLM", files: 1, tolerance: exact,
			config: without(base("GemmaForCausalLM", map[string]any{"head_dim": 32, "hidden_act": "gelu_pytorch_tanh"}), "tie_word_embeddings"),
			build:  func(w *weights) { gemmaBody(w, false) },
			forward: func(w *weights, tokens []int32) [][]float64 {
				return (&gemma{decoder: *newDecoder(w, 32)}).run(tokens)
			}},
		{name: "Gemma 2", class: "Gemma2ForCausalLM", files: 1, tolerance: exact,
			config: without(base("Gemma2ForCausalLM", map[string]any{"head_dim": 32, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 32,
				"sliding_window": 5, "attn_logit_softcapping": 2.0, "final_logit_softcapping": 3.0}), "tie_word_embeddings"),
			build: func(w *weights) { gemmaBody(w, true) },
			forward: func(w *weights, tokens []int32) [][]float64 {
				return (&gemma{decoder: *newDecoder(w, 32), sandwich: true, window: 5, period: 2, localTheta: 10000, cap: 2, finalCap: 3}).run(tokens)
			}},
		{name: "Gemma 3", class: "Gemma3ForCausalLM", files: 1, tolerance: exact,
			config: without(base("Gemma3ForCausalLM", map[string]any{"head_dim": 32, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 32, "num_hidden_layers": 6,
				"sliding_window": 5, "sliding_window_pattern": 6, "rope_theta": 1e6, "rope_local_base_freq": 10000.0, "rope_scaling": map[string]any{"rope_type": "linear", "factor": 1.0}}), "tie_word_embeddings"),
			build: func(w *weights) { gemma3Body(w) },
			forward: func(w *weights, tokens []int32) [][]float64 {
				g := &gemma{decoder: *newDecoder(w, 32), sandwich: true, window: 5, period: 6, localTheta: 10000}
				g.layers, g.theta = 6, 1e6
				return g.run(tokens)
			}},
		{name: "Gemma 3 with eyes", class: "Gemma3ForConditionalGeneration", files: 2, tolerance: exact,
			config: map[string]any{"architectures": []string{"Gemma3ForConditionalGeneration"}, "vision_config": map[string]any{"hidden_size": 8}, "eos_token_id": []int{1, 106},
				"text_config": map[string]any{"hidden_size": tinyWidth, "intermediate_size": tinyHidden, "num_hidden_layers": 6, "num_attention_heads": tinyHeads, "num_key_value_heads": tinyKV,
					"head_dim": 32, "query_pre_attn_scalar": 32, "vocab_size": vocabSize, "rms_norm_eps": 1e-5, "sliding_window": 5, "rope_scaling": map[string]any{"rope_type": "linear", "factor": 8.0}}},
			build: func(w *weights) {
				gemma3Body(w)
				for i, name := range w.order {
					w.order[i] = "language_model." + name
					w.tensors[w.order[i]] = w.tensors[name]
				}
				w.norm("vision_tower.vision_model.post_layernorm.weight", 8)
				w.matrix("multi_modal_projector.mm_input_projection_weight", 8, 8)
			},
			forward: func(w *weights, tokens []int32) [][]float64 {
				g := &gemma{decoder: *newDecoder(w, 32), sandwich: true, window: 5, period: 6, localTheta: 10000, slow: 8}
				g.layers, g.theta = 6, 1e6
				return g.run(tokens)
			}},
		{name: "StableLM", class: "StableLmForCausalLM", files: 1, tolerance: exact,
			config: base("StableLmForCausalLM", map[string]any{"layer_norm_eps": 1e-5, "partial_rotary_factor": 0.25, "use_qkv_bias": true, "use_parallel_residual": false, "qk_layernorm": false}),
			build: func(w *weights) {
				llamaBody(w, tinyHead, true)
				gatedMLP(w)
				w.matrix("lm_head.weight", vocabSize, tinyWidth)
				w.offset("model.norm.bias", tinyWidth)
				for l := range tinyLayers {
					w.offset(fmt.Sprintf("model.layers.%d.input_layernorm.bias", l), tinyWidth)
					w.offset(fmt.Sprintf("model.layers.%d.post_attention_layernorm.bias", l), tinyWidth)
				}
			},
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, tinyHead).stableLM(tokens, 4) }},
		{name: "Phi-3 with frequencies for long texts", class: "Phi3ForCausalLM", files: 1, tolerance: exact,
			config: base("Phi3ForCausalLM", map[string]any{"max_position_embeddings": 1024, "original_max_position_embeddings": 256, "sliding_window": nil, "partial_rotary_factor": 0.75, "rope_scaling": map[string]any{
				"type": "longrope", "short_factor": []float64{1, 1.5, 2, 1, 1, 3}, "long_factor": []float64{4, 4, 4, 4, 4, 4}}}),
			build: phi3Weights,
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				d.freqs = []float64{1, 1.5, 2, 1, 1, 3}
				return d.phi3(tokens, 12, math.Sqrt(1+math.Log(4)/math.Log(256)))
			}},
		{name: "Phi-4", class: "Phi3ForCausalLM", files: 1, tolerance: exact, config: base("Phi3ForCausalLM", nil), build: phi3Weights,
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, tinyHead).phi3(tokens, tinyHead, 1) }},
		{name: "OLMo 2", class: "Olmo2ForCausalLM", files: 1, tolerance: exact, config: base("Olmo2ForCausalLM", nil), build: olmo2Weights,
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, tinyHead).olmo2(tokens) }},
		{name: "Pythia", class: "GPTNeoXForCausalLM", files: 1, tolerance: approximate, config: neoxConfig(true), build: neoxWeights,
			forward: func(w *weights, tokens []int32) [][]float64 { return neoxDecoder(w).neox(tokens, 4, true) }},
		{name: "GPT-NeoX in sequence", class: "GPTNeoXForCausalLM", files: 1, tolerance: approximate, config: neoxConfig(false), build: neoxWeights,
			forward: func(w *weights, tokens []int32) [][]float64 { return neoxDecoder(w).neox(tokens, 4, false) }},
		{name: "Falcon 7B", class: "FalconForCausalLM", files: 1, tolerance: approximate, config: falconConfig(map[string]any{"multi_query": true, "parallel_attn": true}),
			build: func(w *weights) { falconWeights(w, 1, "input_layernorm") },
			forward: func(w *weights, tokens []int32) [][]float64 {
				d := newDecoder(w, tinyHead)
				d.kvHeads = 1
				return d.falcon(tokens)
			}},
		{name: "Falcon 40B", class: "FalconForCausalLM", files: 1, tolerance: approximate, config: falconConfig(map[string]any{"new_decoder_architecture": true, "num_kv_heads": tinyKV}),
			build:   func(w *weights) { falconWeights(w, tinyKV, "ln_attn", "ln_mlp") },
			forward: func(w *weights, tokens []int32) [][]float64 { return newDecoder(w, tinyHead).falcon(tokens) }},
	}
}

// approximate is the tolerance for models whose exact GELU the engine computes
// by the usual approximation with a hyperbolic tangent.
const approximate = 0.03

func without(m map[string]any, key string) map[string]any {
	delete(m, key)
	return m
}

func experts(w *weights, at string, hidden int, names [3]string) {
	for l := range tinyLayers {
		at := fmt.Sprintf("model.layers.%d.%s.", l, at)
		w.matrix(at+"gate.weight", 4, tinyWidth)
		for x := range 4 {
			at := fmt.Sprintf("%sexperts.%d.", at, x)
			w.matrix(at+names[0]+".weight", hidden, tinyWidth)
			w.matrix(at+names[1]+".weight", hidden, tinyWidth)
			w.matrix(at+names[2]+".weight", tinyWidth, hidden)
		}
	}
}

// gemmaBody is a Gemma checkpoint; its norms are around zero.
func gemmaBody(w *weights, sandwich bool) {
	gemmaLayers(w, tinyLayers, sandwich)
}

func gemma3Body(w *weights) {
	gemmaLayers(w, 6, true)
	for l := range 6 {
		w.offset(fmt.Sprintf("model.layers.%d.self_attn.q_norm.weight", l), 32)
		w.offset(fmt.Sprintf("model.layers.%d.self_attn.k_norm.weight", l), 32)
	}
}

func gemmaLayers(w *weights, layers int, sandwich bool) {
	w.matrix("model.embed_tokens.weight", vocabSize, tinyWidth)
	w.offset("model.norm.weight", tinyWidth)
	for l := range layers {
		at := fmt.Sprintf("model.layers.%d.", l)
		w.matrix(at+"self_attn.q_proj.weight", tinyHeads*32, tinyWidth)
		w.matrix(at+"self_attn.k_proj.weight", tinyKV*32, tinyWidth)
		w.matrix(at+"self_attn.v_proj.weight", tinyKV*32, tinyWidth)
		w.matrix(at+"self_attn.o_proj.weight", tinyWidth, tinyHeads*32)
		w.matrix(at+"mlp.gate_proj.weight", tinyHidden, tinyWidth)
		w.matrix(at+"mlp.up_proj.weight", tinyHidden, tinyWidth)
		w.matrix(at+"mlp.down_proj.weight", tinyWidth, tinyHidden)
		w.offset(at+"input_layernorm.weight", tinyWidth)
		w.offset(at+"post_attention_layernorm.weight", tinyWidth)
		if sandwich {
			w.offset(at+"pre_feedforward_layernorm.weight", tinyWidth)
			w.offset(at+"post_feedforward_layernorm.weight", tinyWidth)
		}
	}
}

func phi3Weights(w *weights) {
	w.matrix("model.embed_tokens.weight", vocabSize, tinyWidth)
	w.norm("model.norm.weight", tinyWidth)
	w.matrix("lm_head.weight", vocabSize, tinyWidth)
	for l := range tinyLayers {
		at := fmt.Sprintf("model.layers.%d.", l)
		w.norm(at+"input_layernorm.weight", tinyWidth)
		w.norm(at+"post_attention_layernorm.weight", tinyWidth)
		w.matrix(at+"self_attn.qkv_proj.weight", (tinyHeads+2*tinyKV)*tinyHead, tinyWidth)
		w.matrix(at+"self_attn.o_proj.weight", tinyWidth, tinyWidth)
		w.matrix(at+"mlp.gate_up_proj.weight", 2*tinyHidden, tinyWidth)
		w.matrix(at+"mlp.down_proj.weight", tinyWidth, tinyHidden)
	}
}

func olmo2Weights(w *weights) {
	w.matrix("model.embed_tokens.weight", vocabSize, tinyWidth)
	w.norm("model.norm.weight", tinyWidth)
	w.matrix("lm_head.weight", vocabSize, tinyWidth)
	for l := range tinyLayers {
		at := fmt.Sprintf("model.layers.%d.", l)
		w.norm(at+"post_attention_layernorm.weight", tinyWidth)
		w.norm(at+"post_feedforward_layernorm.weight", tinyWidth)
		w.norm(at+"self_attn.q_norm.weight", tinyHeads*tinyHead)
		w.norm(at+"self_attn.k_norm.weight", tinyKV*tinyHead)
		w.matrix(at+"self_attn.q_proj.weight", tinyHeads*tinyHead, tinyWidth)
		w.matrix(at+"self_attn.k_proj.weight", tinyKV*tinyHead, tinyWidth)
		w.matrix(at+"self_attn.v_proj.weight", tinyKV*tinyHead, tinyWidth)
		w.matrix(at+"self_attn.o_proj.weight", tinyWidth, tinyWidth)
	}
	gatedMLP(w)
}

func neoxConfig(parallel bool) map[string]any {
	return map[string]any{"architectures": []string{"GPTNeoXForCausalLM"}, "hidden_size": tinyWidth, "intermediate_size": tinyHidden, "num_hidden_layers": tinyLayers,
		"num_attention_heads": tinyHeads, "vocab_size": vocabSize, "max_position_embeddings": 128, "layer_norm_eps": 1e-5, "hidden_act": "gelu",
		"rotary_pct": 0.25, "rotary_emb_base": 10000, "use_parallel_residual": parallel, "tie_word_embeddings": false}
}

func neoxDecoder(w *weights) *decoder {
	d := newDecoder(w, tinyHead)
	d.kvHeads = tinyHeads
	return d
}

// linear is a matrix and its bias.
func (w *weights) linear(name string, out, in int) {
	w.matrix(name+".weight", out, in)
	w.offset(name+".bias", out)
}

func (w *weights) layerNorm(name string) {
	w.norm(name+".weight", tinyWidth)
	w.offset(name+".bias", tinyWidth)
}

func neoxWeights(w *weights) {
	w.matrix("gpt_neox.embed_in.weight", vocabSize, tinyWidth)
	w.matrix("embed_out.weight", vocabSize, tinyWidth)
	w.layerNorm("gpt_neox.final_layer_norm")
	for l := range tinyLayers {
		at := fmt.Sprintf("gpt_neox.layers.%d.", l)
		w.layerNorm(at + "input_layernorm")
		w.layerNorm(at + "post_attention_layernorm")
		w.linear(at+"attention.query_key_value", 3*tinyWidth, tinyWidth)
		w.linear(at+"attention.dense", tinyWidth, tinyWidth)
		w.linear(at+"mlp.dense_h_to_4h", tinyHidden, tinyWidth)
		w.linear(at+"mlp.dense_4h_to_h", tinyWidth, tinyHidden)
	}
}

func falconConfig(more map[string]any) map[string]any {
	c := map[string]any{"architectures": []string{"FalconForCausalLM"}, "hidden_size": tinyWidth, "num_hidden_layers": tinyLayers, "num_attention_heads": tinyHeads,
		"vocab_size": vocabSize, "layer_norm_epsilon": 1e-5, "bias": false, "alibi": false}
	for k, v := range more {
		c[k] = v
	}
	return c
}

func falconWeights(w *weights, kvHeads int, norms ...string) {
	w.matrix("transformer.word_embeddings.weight", vocabSize, tinyWidth)
	w.layerNorm("transformer.ln_f")
	for l := range tinyLayers {
		at := fmt.Sprintf("transformer.h.%d.", l)
		for _, norm := range norms {
			w.layerNorm(at + norm)
		}
		w.matrix(at+"self_attention.query_key_value.weight", (tinyHeads+2*kvHeads)*tinyHead, tinyWidth)
		w.matrix(at+"self_attention.dense.weight", tinyWidth, tinyWidth)
		w.matrix(at+"mlp.dense_h_to_4h.weight", 4*tinyWidth, tinyWidth)
		w.matrix(at+"mlp.dense_4h_to_h.weight", tinyWidth, 4*tinyWidth)
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
