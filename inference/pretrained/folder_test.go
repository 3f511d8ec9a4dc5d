package pretrained_test

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
)

// tensor is a weight as the tests' own code sees it.
type tensor struct {
	shape []int
	data  []float32
}

// at is row r of a matrix.
func (t tensor) row(r int) []float32 {
	n := t.shape[len(t.shape)-1]
	return t.data[r*n : (r+1)*n]
}

// weights are a tiny checkpoint of random numbers.
type weights struct {
	rng     *rand.Rand
	tensors map[string]tensor
	order   []string
	format  string // of the numbers in files; empty is F32
}

func newWeights(seed uint64) *weights {
	return &weights{rng: rand.New(rand.NewPCG(seed, 1)), tensors: map[string]tensor{}}
}

func (w *weights) add(name string, around, spread float64, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = float32(around + spread*w.rng.NormFloat64())
	}
	w.tensors[name] = tensor{shape, data}
	w.order = append(w.order, name)
}

// matrix has rows that keep the size of what they are multiplied with.
func (w *weights) matrix(name string, out, in int) {
	w.add(name, 0, 1.5/math.Sqrt(float64(in)), out, in)
}

// conv1D is a matrix stored with its inputs first, and its bias.
func (w *weights) conv1D(name string, in, out int) {
	w.add(name+".weight", 0, 1.5/math.Sqrt(float64(in)), in, out)
	w.offset(name+".bias", out)
}

func (w *weights) norm(name string, n int)   { w.add(name, 1, 0.3, n) }
func (w *weights) offset(name string, n int) { w.add(name, 0, 0.3, n) }

// save writes the tensors into safetensors files, in one or in several.
func (w *weights) save(t testing.TB, dir string, files int) {
	t.Helper()
	index := map[string]string{}
	for f := range files {
		name := checkpoint.WeightsFile
		if files > 1 {
			name = fmt.Sprintf("model-%05d-of-%05d.safetensors", f+1, files)
		}
		table := map[string]any{"__metadata__": map[string]string{"format": "pt"}}
		var data []byte
		for i, n := range w.order {
			if i%files != f {
				continue
			}
			begin := len(data)
			for _, v := range w.tensors[n].data {
				data = w.encode(data, v)
			}
			table[n] = map[string]any{"dtype": cmp.Or(w.format, "F32"), "shape": w.tensors[n].shape, "data_offsets": []int{begin, len(data)}}
			index[n] = name
		}
		header, err := json.Marshal(table)
		if err != nil {
			t.Fatal(err)
		}
		file := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
		writeFile(t, dir, name, string(file)+string(header)+string(data))
	}
	if files > 1 {
		raw, _ := json.Marshal(map[string]any{"weight_map": index})
		writeFile(t, dir, checkpoint.WeightsIndex, string(raw))
	}
}

func (w *weights) encode(data []byte, v float32) []byte {
	switch w.format {
	case "F16":
		return binary.LittleEndian.AppendUint16(data, checkpoint.HalfBits(float64(v)))
	case "BF16":
		return binary.LittleEndian.AppendUint16(data, checkpoint.BrainBits(v))
	default:
		return binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
}

// store rounds the weights to a format and keeps them in it.
func (w *weights) store(format string) {
	w.format = format
	for _, t := range w.tensors {
		for i, v := range t.data {
			switch format {
			case "F16":
				t.data[i] = checkpoint.HalfToFloat(checkpoint.HalfBits(float64(v)))
			case "BF16":
				t.data[i] = math.Float32frombits(uint32(checkpoint.BrainBits(v)) << 16)
			}
		}
	}
}

func writeFile(t testing.TB, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func writeJSON(t testing.TB, dir, name string, v any) {
	t.Helper()
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, name, string(raw))
}

// vocabSize of the tiny models: 256 bytes, some merges, three added tokens and
// ids that no token has.
const vocabSize = 280

// byteLetters writes every byte as a letter, as byte-level tokenizers do.
func byteLetters() []string {
	var out []string
	extra := 0
	for b := range 256 {
		r := rune(b)
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			r = rune(256 + extra)
			extra++
		}
		out = append(out, string(r))
	}
	return out
}

// tinyTokenizer writes the tokenizer files of a byte-level model.
func tinyTokenizer(t testing.TB, dir string) {
	t.Helper()
	vocab := map[string]int{}
	for i, l := range byteLetters() {
		vocab[l] = i
	}
	var merges []string
	for _, m := range []string{"h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "l d", "Ġwor ld"} {
		vocab[strings.ReplaceAll(m, " ", "")] = 256 + len(merges)
		merges = append(merges, m)
	}
	added := []map[string]any{
		{"id": 265, "content": "<|im_start|>", "special": true},
		{"id": 266, "content": "<|im_end|>", "special": true},
		{"id": 267, "content": "<think>", "special": false},
	}
	writeJSON(t, dir, "tokenizer.json", map[string]any{
		"version":       "1.0",
		"added_tokens":  added,
		"normalizer":    nil,
		"pre_tokenizer": map[string]any{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true},
		"decoder":       map[string]any{"type": "ByteLevel"},
		"model":         map[string]any{"type": "BPE", "vocab": vocab, "merges": merges},
	})
	writeJSON(t, dir, "tokenizer_config.json", map[string]any{
		"eos_token":     "<|im_end|>",
		"chat_template": "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}",
	})
}

// tinyFolder writes a whole repository.
func tinyFolder(t testing.TB, config map[string]any, w *weights, files int) string {
	t.Helper()
	dir := t.TempDir()
	writeJSON(t, dir, "config.json", config)
	tinyTokenizer(t, dir)
	w.save(t, dir, files)
	return dir
}

// difference is the largest difference of two vectors, as a share of the
// second's root mean square.
func difference(got []float32, want []float64) float64 {
	var worst, sum float64
	for i, v := range want {
		sum += v * v
		worst = math.Max(worst, math.Abs(float64(got[i])-v))
	}
	return worst / math.Sqrt(sum/float64(len(want)))
}
