package gpt

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/task"
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
	lib := openLibrary(t)
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
		if strings.Contains(path, partialPrefix) {
			t.Errorf("%s is left", path)
		}
		return nil
	})
}

// formats are the ways in which a folder can be asked for.
func formats() []Format {
	return []Format{{}, {Number: task.DTypeFloat32}, {Number: task.DTypeFloat16}, {Number: task.DTypeBFloat16}, {Bits: 8}, {Bits: 4}, {Number: task.DTypeFloat16, Bits: 4}}
}

func TestAFolderRunsInEveryFormat(t *testing.T) {
	lib := openLibrary(t)
	folder, made := stableLM(t), t.TempDir()
	for _, f := range formats() {
		t.Run(fmt.Sprintf("%s %d", f.Number, f.Bits), func(t *testing.T) {
			waits := 0
			var first string
			for i := range 3 {
				s, err := Open(lib, folder, OpenOptions{Format: f, Made: made, Digest: "AB12", OnQuantize: func() { waits++ }})
				if err != nil {
					t.Fatal(err)
				}
				m, err := s.Load(math.MaxUint64)
				if err != nil {
					t.Fatal(err)
				}
				a, _ := mustRun(t, m, Request{Messages: user("<|a|><|b|><|a|>"), MaxNewTokens: 8})
				got := fmt.Sprint(a, s.Memory())
				if i == 0 {
					first = got
				} else if got != first {
					t.Errorf("load %d gives %s, the first gave %s", i, got, first)
				}
				m.Close()
				s.Close()
			}
			if want := min(f.Bits, 1); waits != want {
				t.Errorf("quantized %d times, want %d", waits, want)
			}
		})
	}
	left, _ := filepath.Glob(filepath.Join(made, "*"))
	for _, path := range left {
		if !strings.HasSuffix(path, ".gguf") && !strings.HasSuffix(path, ".gguf"+sumName) {
			t.Errorf("%s is left", path)
		}
	}
	if len(left) != 2*3 {
		t.Errorf("%d files are kept, want 3 and their sums: %v", len(left), left)
	}
}

func TestAQuantizedFileThatChangedIsMadeAgain(t *testing.T) {
	lib := openLibrary(t)
	folder, made := stableLM(t), t.TempDir()
	again := func() (waits int) {
		s, err := Open(lib, folder, OpenOptions{Format: Format{Bits: 8}, Made: made, Digest: "ab12", OnQuantize: func() { waits++ }})
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		return waits
	}
	again()
	kept, _ := filepath.Glob(filepath.Join(made, "*.gguf"))
	if len(kept) != 1 {
		t.Fatalf("kept = %v", kept)
	}
	whole, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	spoiled := append([]byte(nil), whole...)
	spoiled[len(spoiled)-100] ^= 1
	if err := os.WriteFile(kept[0], spoiled, 0o600); err != nil {
		t.Fatal(err)
	}
	if waits := again(); waits != 1 {
		t.Errorf("the spoiled file was made again %d times", waits)
	}
	if now, _ := os.ReadFile(kept[0]); !bytes.Equal(now, whole) {
		t.Error("the file is not the one that it was")
	}
	if waits := again(); waits != 0 {
		t.Error("the whole file was made again")
	}
}

func TestWhatKilledEnginesLeaveIsRemoved(t *testing.T) {
	made := t.TempDir()
	old, young := filepath.Join(made, partialPrefix+"old"), filepath.Join(made, partialPrefix+"young")
	for _, dir := range []string{old, young} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "model.gguf"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := time.Now().Add(-2 * stale)
	for _, path := range []string{filepath.Join(old, "model.gguf"), old} {
		if err := os.Chtimes(path, before, before); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := madeDir(made); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(old); !os.IsNotExist(err) {
		t.Errorf("the old one is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("the young one is gone: %v", err)
	}
}

func TestAFileStaysInItsNumbers(t *testing.T) {
	lib := openLibrary(t)
	dir := t.TempDir()
	half, quantized := filepath.Join(dir, "half.gguf"), filepath.Join(dir, "quantized.gguf")
	if _, err := checkpoint.WriteDemoModel(half); err != nil {
		t.Fatal(err)
	}
	if err := lib.Quantize(half, quantized, 8, 1); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		path   string
		format Format
		want   string
	}{
		{half, Format{}, ""},
		{half, Format{Number: task.DTypeAuto}, ""},
		{half, Format{Number: task.DTypeFloat16}, ""},
		{half, Format{Bits: 4}, ""},
		{half, Format{Number: task.DTypeFloat32}, "dtype is float32"},
		{quantized, Format{}, ""},
		{quantized, Format{Number: task.DTypeFloat16}, "dtype is float16"},
		{quantized, Format{Bits: 8}, "quantize_bits is 8"},
	}
	for _, c := range cases {
		s, err := Open(lib, c.path, OpenOptions{Format: c.format, Made: dir})
		switch {
		case c.want == "" && err != nil:
			t.Errorf("%s as %+v: %v", c.path, c.format, err)
		case c.want != "" && (err == nil || CodeOf(err) != CodeFormatRefused || !CodeOf(err).TaskAtFault() || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s as %+v: error is %v, want %s with %q", c.path, c.format, err, CodeFormatRefused, c.want)
		}
		if err == nil {
			s.Close()
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, partialPrefix+"*")); len(left) != 0 {
		t.Errorf("%v are left of files that nobody will look for", left)
	}
}

func TestBeamsKeepToTheMemoryThatIsLeft(t *testing.T) {
	s, err := Open(openLibrary(t), demoFile(t), OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	perToken := s.header.Summary().TokenBytes()
	m, err := s.Load(200 * perToken)
	if err != nil {
		t.Fatal(err)
	}
	defer m.Close()
	r := Request{Messages: user("What is Helium?"), MaxNewTokens: 30, Choices: 1, Beams: 4}
	if _, err := m.Run(t.Context(), r, nil); err != nil {
		t.Error(err)
	}
	r.MaxNewTokens = 50
	if _, err := m.Run(t.Context(), r, nil); CodeOf(err) != CodeOutOfMemory || !strings.Contains(err.Error(), "num_beams 4") {
		t.Errorf("error is %v", err)
	}
	r.Beams = 1
	if _, err := m.Run(t.Context(), r, nil); err != nil {
		t.Error(err)
	}
}
