// Package pretrainedtest makes models in the layout of a Hugging Face repository
// for tests.
package pretrainedtest

import (
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
)

// Folder writes a Llama model's GGUF file as a repository of safetensors.
func Folder(t *testing.T, path string) string {
	t.Helper()
	h, err := checkpoint.CheckGGUF(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	number := func(key string) uint64 {
		v, _ := h.Get("llama." + key)
		return uint64(v.(uint32))
	}

	dir := t.TempDir()
	heads := number("attention.head_count")
	eps, _ := h.Get("llama.attention.layer_norm_rms_epsilon")
	theta, _ := h.Get("llama.rope.freq_base")
	Put(t, dir, "config.json", map[string]any{
		"architectures": []string{"LlamaForCausalLM"}, "num_hidden_layers": number("block_count"), "hidden_size": number("embedding_length"),
		"intermediate_size": number("feed_forward_length"), "num_attention_heads": heads, "num_key_value_heads": number("attention.head_count_kv"),
		"max_position_embeddings": number("context_length"), "vocab_size": number("vocab_size"), "rms_norm_eps": eps, "rope_theta": theta,
		"head_dim": number("rope.dimension_count"), "tie_word_embeddings": false,
	})
	folderTokenizer(t, dir, h)

	table := map[string]any{}
	var data []byte
	for _, info := range h.Tensors {
		size, _ := info.Size()
		raw := file[h.DataOffset+info.Offset:][:size]
		if strings.Contains(info.Name, "attn_q.") || strings.Contains(info.Name, "attn_k.") {
			raw = halves(raw, info.Dims[1], number("rope.dimension_count"))
		}
		shape := slices.Clone(info.Dims)
		slices.Reverse(shape)
		table[repositoryName(info.Name)] = map[string]any{"dtype": info.Type.String(), "shape": shape, "data_offsets": []int{len(data), len(data) + len(raw)}}
		data = append(data, raw...)
	}
	header, _ := json.Marshal(table)
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	if err := os.WriteFile(filepath.Join(dir, checkpoint.WeightsFile), slices.Concat(out, header, data), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// halves puts a head's rows back into the order of the repository: first all
// first numbers of the rotated pairs, then all second ones.
func halves(raw []byte, rows, headDim uint64) []byte {
	stride := uint64(len(raw)) / rows
	out := make([]byte, 0, len(raw))
	for head := uint64(0); head < rows; head += headDim {
		for _, second := range []uint64{0, 1} {
			for i := uint64(0); i < headDim/2; i++ {
				row := head + 2*i + second
				out = append(out, raw[row*stride:(row+1)*stride]...)
			}
		}
	}
	return out
}

func repositoryName(name string) string {
	return strings.NewReplacer("token_embd", "model.embed_tokens", "output_norm", "model.norm", "output.weight", "lm_head.weight",
		"blk.", "model.layers.", "attn_norm", "input_layernorm", "ffn_norm", "post_attention_layernorm", "attn_q", "self_attn.q_proj",
		"attn_k", "self_attn.k_proj", "attn_v", "self_attn.v_proj", "attn_output.weight", "self_attn.o_proj.weight",
		"ffn_gate", "mlp.gate_proj", "ffn_up", "mlp.up_proj", "ffn_down", "mlp.down_proj").Replace(name)
}

func folderTokenizer(t *testing.T, dir string, h *checkpoint.Header) {
	t.Helper()
	list := func(key string) []string {
		v, _ := h.Get("tokenizer.ggml." + key)
		return v.([]string)
	}
	vocab := map[string]int{}
	var added []map[string]any
	for id, text := range list("tokens") {
		if strings.HasPrefix(text, "<|") {
			added = append(added, map[string]any{"id": id, "content": text, "special": true})
			continue
		}
		vocab[text] = id
	}
	Put(t, dir, "tokenizer.json", map[string]any{
		"added_tokens":  added,
		"pre_tokenizer": map[string]any{"type": "ByteLevel", "add_prefix_space": false},
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": list("merges")},
	})
	Put(t, dir, "tokenizer_config.json", map[string]any{
		"bos_token": "<|endoftext|>", "eos_token": map[string]any{"content": "<|im_end|>"}, "pad_token": "<|endoftext|>",
		"chat_template": h.Text("tokenizer.chat_template"),
	})
}

// Put writes a file of the repository as JSON.
func Put(t *testing.T, dir, name string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}
