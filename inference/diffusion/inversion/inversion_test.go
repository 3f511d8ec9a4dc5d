package inversion_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/inversion"
)

// stored is a tensor of a file.
type stored struct {
	name   string
	format checkpoint.TensorType
	shape  []int
	values []float32
}

func single(name string, shape []int, values ...float32) stored {
	return stored{name, checkpoint.F32, shape, values}
}

// content is a file of safetensors.
func content(t testing.TB, tensors ...stored) []byte {
	t.Helper()
	table := map[string]any{}
	var data []byte
	for _, s := range tensors {
		begin := len(data)
		data = append(data, checkpoint.EncodeFloats(s.values, s.format, 0)...)
		format := map[checkpoint.TensorType]string{checkpoint.F32: "F32", checkpoint.F16: "F16", checkpoint.BF16: "BF16"}[s.format]
		table[s.name] = map[string]any{"dtype": format, "shape": s.shape, "data_offsets": []int{begin, len(data)}}
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...), data...)
}

func write(t testing.TB, name string, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFilesOfEveryKindAreRead(t *testing.T) {
	for name, test := range map[string]struct {
		file    string
		tensors []stored
		widths  []int64
		token   string
		vectors [][][]float32
	}{
		"diffusers":    {"learned_embeds.safetensors", []stored{single("<cat-toy>", []int{3}, 1, 2, 3)}, []int64{3}, "<cat-toy>", [][][]float32{{{1, 2, 3}}}},
		"several":      {"x.safetensors", []stored{single("<a>", []int{2, 2}, 1, 2, 3, 4)}, []int64{2}, "<a>", [][][]float32{{{1, 2}, {3, 4}}}},
		"half floats":  {"x.safetensors", []stored{{"<a>", checkpoint.F16, []int{1, 2}, []float32{0.5, -2}}}, []int64{2}, "<a>", [][][]float32{{{0.5, -2}}}},
		"the web UI":   {"bad-hands-5.safetensors", []stored{single("emb_params", []int{2, 1}, 7, 8)}, []int64{1}, "bad-hands-5", [][][]float32{{{7}, {8}}}},
		"an address":   {"model.safetensors", []stored{single("emb_params", []int{1}, 7)}, []int64{1}, "emb_params", [][][]float32{{{7}}}},
		"two encoders": {"my style.safetensors", []stored{single("clip_g", []int{1, 2}, 5, 6), single("clip_l", []int{1, 1}, 4)}, []int64{1, 2}, "my style", [][][]float32{{{4}}, {{5, 6}}}},
	} {
		path := write(t, test.file, content(t, test.tensors...))
		for _, at := range []string{path, filepath.Dir(path)} {
			got, err := inversion.Read(at, test.widths)
			if err != nil || got.Token != test.token || !reflect.DeepEqual(got.Vectors, test.vectors) {
				t.Errorf("%s: %+v and %v, want %s and %v", name, got, err, test.token, test.vectors)
			}
		}
	}
}

func TestFilesThatDoNotFitAreRefused(t *testing.T) {
	clip := func(l, g int) []stored {
		return []stored{single("clip_l", []int{l, 1}, make([]float32, l)...), single("clip_g", []int{g, 1}, make([]float32, g)...)}
	}
	for name, test := range map[string]struct {
		tensors []stored
		widths  []int64
		is      error
		says    string
	}{
		"nothing":        {nil, []int64{1}, inversion.ErrFile, "0 tensors"},
		"another width":  {[]stored{single("<a>", []int{2}, 1, 2)}, []int64{768}, inversion.ErrMisfit, "have 2 numbers, and those of the model's text encoder 768"},
		"XL":             {clip(1, 1), []int64{1}, inversion.ErrMisfit, "2 text encoders, and the model has one"},
		"one of two":     {[]stored{single("clip_l", []int{1}, 1)}, []int64{1, 1}, inversion.ErrMisfit, "one text encoder, and the model has 2"},
		"uneven":         {clip(1, 2), []int64{1, 1}, inversion.ErrFile, "clip_l has 1 vectors and clip_g has 2"},
		"a second wide":  {clip(1, 1), []int64{1, 4}, inversion.ErrMisfit, `"clip_g" have 1 numbers`},
		"two tokens":     {[]stored{single("<a>", []int{1}, 1), single("<b>", []int{1}, 1)}, []int64{1}, inversion.ErrFile, "2 tensors"},
		"no name":        {[]stored{single("", []int{1}, 1)}, []int64{1}, inversion.ErrFile, "0 bytes"},
		"a long name":    {[]stored{single(strings.Repeat("a", 257), []int{1}, 1)}, []int64{1}, inversion.ErrFile, "257 bytes"},
		"a number":       {[]stored{single("<a>", []int{}, 1)}, []int64{1}, inversion.ErrFile, "1 to 75 vectors"},
		"three levels":   {[]stored{single("<a>", []int{1, 1, 1}, 1)}, []int64{1}, inversion.ErrFile, "1 to 75 vectors"},
		"many":           {[]stored{single("<a>", []int{76, 1}, make([]float32, 76)...)}, []int64{1}, inversion.ErrFile, "1 to 75 vectors"},
		"not a number":   {[]stored{single("<a>", []int{1}, float32(math.NaN()))}, []int64{1}, inversion.ErrFile, "the number NaN"},
		"without an end": {[]stored{single("<a>", []int{1}, float32(math.Inf(-1)))}, []int64{1}, inversion.ErrFile, "the number -Inf"},
	} {
		_, err := inversion.Read(write(t, "x.safetensors", content(t, test.tensors...)), test.widths)
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %v with %q", name, err, test.is, test.says)
		}
	}
	if _, err := inversion.Read(write(t, "x.pt", nil), []int64{1}); !errors.Is(err, checkpoint.ErrSafetensors) || !strings.Contains(err.Error(), "may hold programs") {
		t.Errorf("a pickle: %v", err)
	}
}

// Any file is read into vectors of the encoders' widths or refused.
func FuzzRead(f *testing.F) {
	f.Add(content(f, single("<a>", []int{2, 2}, 1, 2, 3, 4)), uint8(1))
	f.Add(content(f, single("emb_params", []int{2}, 1, 2)), uint8(1))
	f.Add(content(f, single("clip_l", []int{1, 2}, 1, 2), single("clip_g", []int{1, 2}, 3, 4)), uint8(2))
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"), uint8(0))
	path := filepath.Join(f.TempDir(), "x.safetensors")
	f.Fuzz(func(t *testing.T, file []byte, encoders uint8) {
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		widths := []int64{2, 2}[:encoders%3]
		read, err := inversion.Read(path, widths)
		if err != nil {
			return
		}
		if read.Token == "" || len(read.Vectors) != len(widths) {
			t.Fatalf("%+v for %v", read, widths)
		}
		for _, vectors := range read.Vectors {
			for _, v := range vectors {
				if len(v) != 2 || len(vectors) != len(read.Vectors[0]) || v[0]-v[0] != 0 || v[1]-v[1] != 0 {
					t.Fatalf("the vectors %v", vectors)
				}
			}
		}
	})
}
