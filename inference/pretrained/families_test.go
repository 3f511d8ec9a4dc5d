package pretrained_test

import (
	"fmt"
	"math"
)

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
