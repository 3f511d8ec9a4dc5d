package pretrained_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"helium/inference/pretrained"
)

// known are the settings of models that people ask for, as their repositories
// have them, without those that have no part in the computation.
func known() map[string]string {
	list := func(n int) string { return "[" + strings.TrimSuffix(strings.Repeat("1.05,", n), ",") + "]" }
	kinds := func(period, layers int) string {
		var out []string
		for i := range layers {
			kind := "sliding_attention"
			if (i+1)%period == 0 {
				kind = "full_attention"
			}
			out = append(out, kind)
		}
		raw, _ := json.Marshal(out)
		return string(raw)
	}
	return map[string]string{
		"Llama 2 7B":      `{"architectures":["LlamaForCausalLM"],"bos_token_id":1,"eos_token_id":2,"hidden_act":"silu","hidden_size":4096,"intermediate_size":11008,"max_position_embeddings":4096,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_scaling":null,"tie_word_embeddings":false,"vocab_size":32000}`,
		"Llama 3.2 1B":    `{"architectures":["LlamaForCausalLM"],"attention_bias":false,"eos_token_id":[128001,128008,128009],"head_dim":64,"hidden_act":"silu","hidden_size":2048,"intermediate_size":8192,"max_position_embeddings":131072,"mlp_bias":false,"num_attention_heads":32,"num_hidden_layers":16,"num_key_value_heads":8,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_scaling":{"factor":32.0,"high_freq_factor":4.0,"low_freq_factor":1.0,"original_max_position_embeddings":8192,"rope_type":"llama3"},"rope_theta":500000.0,"tie_word_embeddings":true,"vocab_size":128256}`,
		"SmolLM2 135M":    `{"architectures":["LlamaForCausalLM"],"hidden_act":"silu","hidden_size":576,"intermediate_size":1536,"is_llama_config":true,"max_position_embeddings":8192,"num_attention_heads":9,"num_hidden_layers":30,"num_key_value_heads":3,"pretraining_tp":1,"rms_norm_eps":1e-05,"rope_interleaved":false,"rope_scaling":null,"rope_theta":100000,"tie_word_embeddings":true,"vocab_size":49152}`,
		"Mistral 7B 0.1":  `{"architectures":["MistralForCausalLM"],"hidden_act":"silu","hidden_size":4096,"intermediate_size":14336,"max_position_embeddings":32768,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":8,"rms_norm_eps":1e-05,"rope_theta":10000.0,"sliding_window":4096,"tie_word_embeddings":false,"vocab_size":32000}`,
		"Mixtral 8x7B":    `{"architectures":["MixtralForCausalLM"],"hidden_act":"silu","hidden_size":4096,"intermediate_size":14336,"max_position_embeddings":32768,"num_attention_heads":32,"num_experts_per_tok":2,"num_hidden_layers":32,"num_key_value_heads":8,"num_local_experts":8,"rms_norm_eps":1e-05,"rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,"vocab_size":32000}`,
		"Qwen2.5 0.5B":    `{"architectures":["Qwen2ForCausalLM"],"hidden_act":"silu","hidden_size":896,"intermediate_size":4864,"max_position_embeddings":32768,"max_window_layers":21,"num_attention_heads":14,"num_hidden_layers":24,"num_key_value_heads":2,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"sliding_window":32768,"tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936}`,
		"R1 Distill 1.5B": `{"architectures":["Qwen2ForCausalLM"],"hidden_act":"silu","hidden_size":1536,"intermediate_size":8960,"max_position_embeddings":131072,"max_window_layers":21,"num_attention_heads":12,"num_hidden_layers":28,"num_key_value_heads":2,"rms_norm_eps":1e-06,"rope_theta":10000,"sliding_window":4096,"tie_word_embeddings":false,"use_mrope":false,"use_sliding_window":false,"vocab_size":151936}`,
		"Qwen1.5 MoE":     `{"architectures":["Qwen2MoeForCausalLM"],"decoder_sparse_step":1,"hidden_act":"silu","hidden_size":2048,"intermediate_size":5632,"max_position_embeddings":8192,"moe_intermediate_size":1408,"norm_topk_prob":false,"num_attention_heads":16,"num_experts":60,"num_experts_per_tok":4,"num_hidden_layers":24,"num_key_value_heads":16,"rms_norm_eps":1e-06,"rope_theta":1000000.0,"shared_expert_intermediate_size":5632,"tie_word_embeddings":false,"vocab_size":151936}`,
		"Qwen3 0.6B":      `{"architectures":["Qwen3ForCausalLM"],"attention_bias":false,"head_dim":128,"hidden_act":"silu","hidden_size":1024,"intermediate_size":3072,"max_position_embeddings":40960,"max_window_layers":28,"num_attention_heads":16,"num_hidden_layers":28,"num_key_value_heads":8,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000,"sliding_window":null,"tie_word_embeddings":true,"use_sliding_window":false,"vocab_size":151936}`,
		"Qwen3 30B A3B":   `{"architectures":["Qwen3MoeForCausalLM"],"attention_bias":false,"decoder_sparse_step":1,"head_dim":128,"hidden_act":"silu","hidden_size":2048,"intermediate_size":6144,"max_position_embeddings":40960,"mlp_only_layers":[],"moe_intermediate_size":768,"norm_topk_prob":true,"num_attention_heads":32,"num_experts":128,"num_experts_per_tok":8,"num_hidden_layers":48,"num_key_value_heads":4,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":1000000.0,"sliding_window":null,"tie_word_embeddings":false,"vocab_size":151936}`,
		"Gemma 2B":        `{"architectures":["GemmaForCausalLM"],"attention_bias":false,"head_dim":256,"hidden_act":"gelu","hidden_activation":"gelu_pytorch_tanh","hidden_size":2048,"intermediate_size":16384,"max_position_embeddings":8192,"num_attention_heads":8,"num_hidden_layers":18,"num_key_value_heads":1,"rms_norm_eps":1e-06,"rope_theta":10000.0,"vocab_size":256000}`,
		"Gemma 2 2B":      `{"architectures":["Gemma2ForCausalLM"],"attention_bias":false,"attn_logit_softcapping":50.0,"final_logit_softcapping":30.0,"head_dim":256,"hidden_act":"gelu_pytorch_tanh","hidden_activation":"gelu_pytorch_tanh","hidden_size":2304,"intermediate_size":9216,"max_position_embeddings":8192,"num_attention_heads":8,"num_hidden_layers":26,"num_key_value_heads":4,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_theta":10000.0,"sliding_window":4096,"vocab_size":256000}`,
		"Gemma 2 27B":     `{"architectures":["Gemma2ForCausalLM"],"attn_logit_softcapping":50.0,"final_logit_softcapping":30.0,"head_dim":128,"hidden_activation":"gelu_pytorch_tanh","hidden_size":4608,"intermediate_size":36864,"max_position_embeddings":8192,"num_attention_heads":32,"num_hidden_layers":46,"num_key_value_heads":16,"query_pre_attn_scalar":144,"rms_norm_eps":1e-06,"rope_theta":10000.0,"sliding_window":4096,"vocab_size":256000}`,
		"Gemma 3 1B":      `{"architectures":["Gemma3ForCausalLM"],"attention_bias":false,"attn_logit_softcapping":null,"final_logit_softcapping":null,"head_dim":256,"hidden_activation":"gelu_pytorch_tanh","hidden_size":1152,"intermediate_size":6912,"max_position_embeddings":32768,"num_attention_heads":4,"num_hidden_layers":26,"num_key_value_heads":1,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_local_base_freq":10000,"rope_scaling":null,"rope_theta":1000000,"sliding_window":512,"sliding_window_pattern":6,"vocab_size":262144}`,
		"Gemma 3 4B":      `{"architectures":["Gemma3ForConditionalGeneration"],"eos_token_id":[1,106],"text_config":{"hidden_size":2560,"intermediate_size":10240,"num_hidden_layers":34,"rope_scaling":{"factor":8.0,"rope_type":"linear"},"sliding_window":1024},"vision_config":{"hidden_size":1152}}`,
		"Gemma 3, newer":  `{"architectures":["Gemma3ForCausalLM"],"head_dim":256,"hidden_activation":"gelu_pytorch_tanh","hidden_size":640,"intermediate_size":2048,"layer_types":` + kinds(6, 18) + `,"max_position_embeddings":32768,"num_attention_heads":4,"num_hidden_layers":18,"num_key_value_heads":1,"query_pre_attn_scalar":256,"rms_norm_eps":1e-06,"rope_parameters":{"full_attention":{"rope_type":"default","rope_theta":1000000.0},"sliding_attention":{"rope_type":"default","rope_theta":10000.0}},"sliding_window":512,"vocab_size":262144}`,
		"Phi-3 mini 4k":   `{"architectures":["Phi3ForCausalLM"],"hidden_act":"silu","hidden_size":3072,"intermediate_size":8192,"max_position_embeddings":4096,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,"original_max_position_embeddings":4096,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":10000.0,"sliding_window":2047,"tie_word_embeddings":false,"vocab_size":32064}`,
		"Phi-4":           `{"architectures":["Phi3ForCausalLM"],"attention_bias":false,"hidden_act":"silu","hidden_size":5120,"intermediate_size":17920,"max_position_embeddings":16384,"num_attention_heads":40,"num_hidden_layers":40,"num_key_value_heads":10,"original_max_position_embeddings":16384,"rms_norm_eps":1e-05,"rope_scaling":null,"rope_theta":250000,"sliding_window":null,"tie_word_embeddings":false,"vocab_size":100352}`,
		"Phi-4 mini":      `{"architectures":["Phi3ForCausalLM"],"hidden_act":"silu","hidden_size":3072,"intermediate_size":8192,"max_position_embeddings":131072,"num_attention_heads":24,"num_hidden_layers":32,"num_key_value_heads":8,"original_max_position_embeddings":4096,"partial_rotary_factor":0.75,"rms_norm_eps":1e-05,"rope_scaling":{"long_factor":` + list(48) + `,"short_factor":` + list(48) + `,"type":"longrope"},"rope_theta":10000.0,"sliding_window":262144,"tie_word_embeddings":true,"vocab_size":200064}`,
		"GPT-2":           `{"activation_function":"gelu_new","architectures":["GPT2LMHeadModel"],"bos_token_id":50256,"eos_token_id":50256,"layer_norm_epsilon":1e-05,"n_ctx":1024,"n_embd":768,"n_head":12,"n_layer":12,"n_positions":1024,"vocab_size":50257}`,
		"Pythia 70M":      `{"architectures":["GPTNeoXForCausalLM"],"hidden_act":"gelu","hidden_size":512,"intermediate_size":2048,"layer_norm_eps":1e-05,"max_position_embeddings":2048,"num_attention_heads":8,"num_hidden_layers":6,"rotary_emb_base":10000,"rotary_pct":0.25,"tie_word_embeddings":false,"use_parallel_residual":true,"vocab_size":50304}`,
		"Falcon 7B":       `{"alibi":false,"apply_residual_connection_post_layernorm":false,"architectures":["FalconForCausalLM"],"bias":false,"hidden_size":4544,"layer_norm_epsilon":1e-05,"multi_query":true,"new_decoder_architecture":false,"num_attention_heads":71,"num_hidden_layers":32,"parallel_attn":true,"vocab_size":65024}`,
		"Falcon 40B":      `{"alibi":false,"architectures":["FalconForCausalLM"],"bias":false,"hidden_size":8192,"layer_norm_epsilon":1e-05,"new_decoder_architecture":true,"num_attention_heads":128,"num_hidden_layers":60,"num_kv_heads":8,"parallel_attn":true,"vocab_size":65024}`,
		"StableLM 2 1.6B": `{"architectures":["StableLmForCausalLM"],"hidden_act":"silu","hidden_size":2048,"intermediate_size":5632,"layer_norm_eps":1e-05,"max_position_embeddings":4096,"num_attention_heads":32,"num_hidden_layers":24,"num_key_value_heads":32,"partial_rotary_factor":0.25,"rope_theta":10000,"tie_word_embeddings":false,"use_qkv_bias":true,"vocab_size":100352}`,
		"OLMo 2 7B":       `{"architectures":["Olmo2ForCausalLM"],"attention_bias":false,"hidden_act":"silu","hidden_size":4096,"intermediate_size":11008,"max_position_embeddings":4096,"num_attention_heads":32,"num_hidden_layers":32,"num_key_value_heads":32,"rms_norm_eps":1e-06,"rope_scaling":null,"rope_theta":500000,"tie_word_embeddings":false,"vocab_size":100352}`,
	}
}

func TestTheModelsThatPeopleKnowAreKnown(t *testing.T) {
	for name, config := range known() {
		if err := pretrained.CheckConfig([]byte(config)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNoNumberIsTakenUnseen(t *testing.T) {
	// These have no part in the computation, or none where others say so.
	harmless := []string{"bos_token_id", "eos_token_id", "max_window_layers", "n_ctx", "original_max_position_embeddings", "sliding_window"}
	for name, text := range known() {
		var config map[string]any
		if err := json.Unmarshal([]byte(text), &config); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, value := range config {
			if _, number := value.(float64); !number || slices.Contains(harmless, key) {
				continue
			}
			config[key] = -1e30
			raw, _ := json.Marshal(config)
			if err := pretrained.CheckConfig(raw); err == nil {
				t.Errorf("%s: %s may be anything", name, key)
			}
			config[key] = value
		}
	}
}
