package gpt

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// stableLM writes a repository of a kind that the engine takes from files only.
func stableLM(t *testing.T) string {
	t.Helper()
	const width, vocab = 32, 260
	shapes := map[string][]int{"model.embed_tokens.weight": {vocab, width}, "lm_head.weight": {vocab, width}, "model.norm.weight": {width}, "model.norm.bias": {width}}
	for _, name := range []string{"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"} {
		shapes["model.layers.0."+name+".weight"] = []int{width, width}
	}
	for _, name := range []string{"input_layernorm", "post_attention_layernorm"} {
		shapes["model.layers.0."+name+".weight"] = []int{width}
		shapes["model.layers.0."+name+".bias"] = []int{width}
	}

	table := map[string]any{}
	var data []byte
	for name, shape := range shapes {
		begin, n := len(data), 1
		for _, d := range shape {
			n *= d
		}
		for i := range n {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(math.Sin(float64(i*i%1009+len(name))))))
		}
		table[name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{begin, len(data)}}
	}
	header, _ := json.Marshal(table)
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)

	letters := map[string]int{}
	for i := range 256 {
		letters[string(rune(0x100+i))] = i // names alone; the prompt is of added tokens
	}
	dir := t.TempDir()
	write := func(name string, v any) {
		raw, ok := v.([]byte)
		if !ok {
			raw, _ = json.Marshal(v)
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(checkpoint.WeightsFile, append(file, data...))
	write("config.json", map[string]any{"architectures": []string{"StableLmForCausalLM"}, "hidden_size": width, "intermediate_size": width, "num_hidden_layers": 1,
		"num_attention_heads": 2, "vocab_size": vocab, "max_position_embeddings": 256, "partial_rotary_factor": 0.25})
	write("tokenizer.json", map[string]any{
		"added_tokens":  []any{map[string]any{"id": 256, "content": "<|a|>"}, map[string]any{"id": 257, "content": "<|b|>"}},
		"pre_tokenizer": map[string]any{"type": "ByteLevel"},
		"model":         map[string]any{"type": "BPE", "vocab": letters, "merges": []string{}},
	})
	return dir
}

func TestAModelThatNeedsAFileLeavesNone(t *testing.T) {
	cache := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", cache) // Linux
	t.Setenv("HOME", cache)           // macOS
	t.Setenv("LocalAppData", cache)   // Windows
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Load(lib, stableLM(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := mustRun(t, m, Request{Messages: user("<|a|><|b|><|a|>"), MaxNewTokens: 8})
	if a.PromptTokens != 3 || a.Choices[0].Tokens < 1 {
		t.Errorf("answer = %+v", a)
	}
	m.Close()

	filepath.WalkDir(cache, func(path string, d os.DirEntry, err error) error {
		if strings.Contains(fmt.Sprint(path), "helium-model-") {
			t.Errorf("%s is left", path)
		}
		return nil
	})
}
