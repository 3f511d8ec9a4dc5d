package pretrained_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/pretrained"
)

// spoil changes a file in one of the ways that an accident or an enemy would.
func spoil(rng *rand.Rand, file []byte) []byte {
	out := slices.Clone(file)
	at := rng.IntN(len(out))
	n := min(rng.IntN(64)+1, len(out)-at)
	switch rng.IntN(7) {
	case 0:
		return out[:at]
	case 1:
		out[at] ^= 1 << rng.IntN(8)
	case 2:
		return slices.Delete(out, at, at+n)
	case 3:
		return slices.Insert(out, at, out[at:at+n]...)
	case 4:
		for i := range n {
			out[at+i] = byte(rng.Uint32())
		}
	default:
		return spoilNumber(rng, out)
	}
	return out
}

var digits = regexp.MustCompile(`\d+`)

// spoilNumber puts an odd number in the place of one in a text.
func spoilNumber(rng *rand.Rand, file []byte) []byte {
	places := digits.FindAllIndex(file[:min(len(file), 1<<16)], -1)
	if len(places) == 0 {
		return file
	}
	odd := []string{"0", "-1", "1", "3", "65536", "2147483647", "4294967296", "9223372036854775807", "99999999999999999999", "1e9", "0.5", "null", "[]", `"x"`, "1e400"}
	p := places[rng.IntN(len(places))]
	return slices.Replace(file, p[0], p[1], []byte(odd[rng.IntN(len(odd))])...)
}

func TestAThousandSpoiledFoldersAreRefusedOrRun(t *testing.T) {
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	w := newWeights(3)
	c := tinies()[1]
	c.build(w)
	sound := tinyFolder(t, c.config, w, 2)
	pieces := tinyFolder(t, c.config, w, 1)
	os.Remove(filepath.Join(pieces, "tokenizer.json"))
	writeFile(t, pieces, "tokenizer.model", string(pieceFile(t, "testdata/tokenizers/gemma.json", 2, false)))

	rng := rand.New(rand.NewPCG(20261126, 4))
	refused, ran := 0, 0
	for i := range 1000 {
		dir := sound
		if i%5 == 4 {
			dir = pieces
		}
		copied := copyFolder(t, dir)
		name := spoiledFile(t, rng, copied)

		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := pretrained.Open(copied, pretrained.Options{})
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
			t.Fatalf("input %d, %s: took %d MB", i, name, used>>20)
		}
		if err != nil {
			refused++
			if len(err.Error()) < 20 {
				t.Errorf("input %d, %s: error %q gives no reason", i, name, err)
			}
			os.RemoveAll(copied)
			continue
		}

		ran++
		model, err := lib.LoadSource(m)
		m.Close()
		os.RemoveAll(copied)
		if err != nil {
			continue
		}
		if _, err := model.Tokenize("Hello <|im_end|> 日本語\n", false, true); err != nil {
			t.Errorf("input %d, %s: %v", i, name, err)
		}
		engineLogits(t, model, []int32{1, 2})
		model.Close()
	}
	t.Logf("%d refused, %d run", refused, ran)
	if refused < 500 || ran < 50 {
		t.Errorf("%d inputs refused and %d run; the test does not reach both", refused, ran)
	}
}

func copyFolder(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// spoiledFile spoils one file of a folder, of the weights the header only, and
// returns its name.
func spoiledFile(t *testing.T, rng *rand.Rand, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	name := entries[rng.IntN(len(entries))].Name()
	raw, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".safetensors") {
		writeFile(t, dir, name, string(spoil(rng, raw)))
		return name
	}
	head := min(len(raw), 3000)
	writeFile(t, dir, name, string(spoil(rng, raw[:head]))+string(raw[head:]))
	return name
}

func TestWhatIsNotKnownIsNamed(t *testing.T) {
	tests := map[string]struct {
		change map[string]any
		want   string
	}{
		"architecture":     {map[string]any{"architectures": []string{"MambaForCausalLM"}}, `"MambaForCausalLM"`},
		"no architecture":  {map[string]any{"architectures": []string{}}, "names no architecture"},
		"quantized":        {map[string]any{"quantization_config": map[string]any{"quant_method": "gptq"}}, `"gptq"`},
		"activation":       {map[string]any{"hidden_act": "relu"}, `"relu"`},
		"rope":             {map[string]any{"rope_scaling": map[string]any{"rope_type": "spiral", "factor": 2.0}}, `"spiral"`},
		"newer rope":       {map[string]any{"rope_parameters": map[string]any{"rope_type": "spiral", "rope_theta": 1e4}}, `"spiral"`},
		"tensor parallel":  {map[string]any{"pretraining_tp": 2}, "pretraining_tp"},
		"yarn of its own":  {map[string]any{"rope_scaling": map[string]any{"type": "yarn", "factor": 2.0, "beta_fast": 16, "original_max_position_embeddings": 64}}, "yarn"},
		"layers":           {map[string]any{"num_hidden_layers": 513}, "num_hidden_layers"},
		"no layers":        {map[string]any{"num_hidden_layers": 0}, "num_hidden_layers"},
		"negative width":   {map[string]any{"hidden_size": -64}, "hidden_size"},
		"huge vocabulary":  {map[string]any{"vocab_size": 1 << 40}, "vocab_size"},
		"head sharing":     {map[string]any{"num_key_value_heads": 3}, "can't share"},
		"odd heads":        {map[string]any{"head_dim": 7}, "even size"},
		"missing setting":  {map[string]any{"intermediate_size": nil}, "intermediate_size is missing"},
		"theta":            {map[string]any{"rope_theta": 0}, "rope_theta"},
		"other shape":      {map[string]any{"intermediate_size": 128}, "has the shape"},
		"fewer layers":     {map[string]any{"num_hidden_layers": 1}, "does not know"},
		"more layers":      {map[string]any{"num_hidden_layers": 3}, "has no tensor"},
		"other vocabulary": {map[string]any{"vocab_size": 281}, "has the shape"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := tinies()[0]
			w := newWeights(1)
			c.build(w)
			_, err := pretrained.Open(tinyFolder(t, base(c.class, test.change), w, 1), pretrained.Options{})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one with %s", err, test.want)
			}
		})
	}
}

func TestAnUnknownArchitectureIsToldFromItsConfigAlone(t *testing.T) {
	err := pretrained.CheckConfig([]byte(`{"architectures":["RwkvForCausalLM"],"hidden_size":"?"}`))
	if !errors.Is(err, pretrained.ErrUnsupported) || !strings.Contains(err.Error(), `"RwkvForCausalLM"`) || !strings.Contains(err.Error(), "LlamaForCausalLM") {
		t.Errorf("error = %v", err)
	}
	dir := t.TempDir()
	writeFile(t, dir, "config.json", `{"architectures":["RwkvForCausalLM"]}`)
	writeFile(t, dir, checkpoint.WeightsFile, "not weights at all")
	if _, err := pretrained.Open(dir, pretrained.Options{}); !errors.Is(err, pretrained.ErrUnsupported) {
		t.Errorf("error = %v, want the architecture before the weights", err)
	}
}

func TestHostileTokenizersAreRefused(t *testing.T) {
	sound := `{"added_tokens":[],"pre_tokenizer":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}`
	replaced := func(old, new string) string { return strings.Replace(sound, old, new, 1) }
	tests := map[string]string{
		"not JSON":          "nonsense",
		"unigram":           replaced(`"BPE"`, `"Unigram"`),
		"vocabulary a list": replaced(`{"a":0}`, `[["a",0]]`),
		"negative id":       replaced(`{"a":0}`, `{"a":-1}`),
		"huge id":           replaced(`{"a":0}`, `{"a":4294967296}`),
		"same id":           replaced(`"added_tokens":[]`, `"added_tokens":[{"id":5,"content":"a"}]`),
		"empty text":        replaced(`{"a":0}`, `{"":0}`),
		"zero byte":         replaced(`{"a":0}`, `{"a\u0000b":0}`),
		"no vocabulary":     replaced(`{"a":0}`, `{}`),
		"merge of one":      replaced(`"merges":[]`, `"merges":["a"]`),
		"merge of three":    replaced(`"merges":[]`, `"merges":[["a","b","c"]]`),
		"merge a number":    replaced(`"merges":[]`, `"merges":[7]`),
		"merge with spaces": replaced(`"merges":[]`, `"merges":[["a "," b"]]`),
		"prefix":            replaced(`"merges":[]`, `"merges":[],"continuing_subword_prefix":"##"`),
		"unknown words":     replaced(`{"type":"ByteLevel"}`, `{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"x"},"behavior":"Isolated"},{"type":"ByteLevel"}]}`),
		"no words":          replaced(`{"type":"ByteLevel"}`, `null`),
		"whitespace":        replaced(`{"type":"ByteLevel"}`, `{"type":"Whitespace"}`),
		"normalizer":        replaced(`"added_tokens":[]`, `"added_tokens":[],"normalizer":{"type":"Lowercase"}`),
		"bytes missing":     replaced(`{"type":"ByteLevel"}`, `null,"normalizer":{"type":"Replace","pattern":{"String":" "},"content":"▁"}`),
		"single words":      replaced(`"added_tokens":[]`, `"added_tokens":[{"id":1,"content":"<x>","single_word":true}]`),
	}
	for name, file := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			smallestModel(t, dir, 8)
			writeFile(t, dir, "tokenizer.json", file)
			_, err := pretrained.Open(dir, pretrained.Options{})
			if !errors.Is(err, pretrained.ErrTokenizer) {
				t.Errorf("error = %v", err)
			}
		})
	}
	t.Run("unigram pieces", func(t *testing.T) {
		dir := t.TempDir()
		smallestModel(t, dir, 8)
		writeFile(t, dir, "tokenizer.model", string(pieceFile(t, "testdata/tokenizers/gemma.json", 1, false)))
		if _, err := pretrained.Open(dir, pretrained.Options{}); !errors.Is(err, pretrained.ErrUnsupported) {
			t.Errorf("error = %v", err)
		}
	})
}

func FuzzConfig(f *testing.F) {
	for _, c := range append(tinies(), moreTinies()...) {
		dir := f.TempDir()
		writeJSON(f, dir, "config.json", c.config)
		raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { pretrained.CheckConfig(raw) })
}

func FuzzTokenizer(f *testing.F) {
	for _, name := range []string{"gpt2", "llama3", "falcon", "gemma"} {
		raw, err := os.ReadFile("testdata/tokenizers/" + name + ".json")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { pretrained.ParseTokenizerJSON(raw, 600) })
}

func FuzzSentencePiece(f *testing.F) {
	f.Add(pieceFile(f, "testdata/tokenizers/llama2.json", 2, true))
	f.Fuzz(func(t *testing.T, raw []byte) { pretrained.ParseSentencePiece(raw, 600) })
}
