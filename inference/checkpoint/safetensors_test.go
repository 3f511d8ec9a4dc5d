package checkpoint_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
)

// safetensors is a file with the given header and data.
func safetensors(header string, data int) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	out = append(out, header...)
	for i := range data {
		out = append(out, byte(i))
	}
	return out
}

const twoTensors = `{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[2,3],"data_offsets":[0,12]},"a":{"dtype":"F32","shape":[2],"data_offsets":[12,20]}}`

func TestSafetensorsAreReadInTheOrderOfTheirData(t *testing.T) {
	file := safetensors(twoTensors, 20)
	tensors, err := checkpoint.ReadSafetensors(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if len(tensors) != 2 || tensors[0].Name != "b" || tensors[0].Type != checkpoint.F16 || tensors[1].Size() != 8 || tensors[1].Type != checkpoint.F32 {
		t.Errorf("tensors = %+v", tensors)
	}
}

func TestEveryShorterSafetensorsFileIsRefused(t *testing.T) {
	file := safetensors(twoTensors, 20)
	for n := range file {
		_, err := checkpoint.ReadSafetensors(bytes.NewReader(file[:n]), int64(n))
		if !errors.Is(err, checkpoint.ErrSafetensors) {
			t.Errorf("%d of %d bytes: error = %v", n, len(file), err)
		}
	}
}

func TestHostileSafetensorsAreRefusedWithoutTheirMemory(t *testing.T) {
	tensor := func(dtype, shape, offsets string) []byte {
		return safetensors(fmt.Sprintf(`{"t":{"dtype":"%s","shape":%s,"data_offsets":%s}}`, dtype, shape, offsets), 16)
	}
	tests := map[string][]byte{
		"empty":              nil,
		"huge header":        binary.LittleEndian.AppendUint64(nil, 1<<63),
		"header over limit":  binary.LittleEndian.AppendUint64(nil, 101<<20),
		"header over file":   binary.LittleEndian.AppendUint64(nil, 90<<20),
		"not JSON":           safetensors("pickle", 4),
		"a list":             safetensors("[]", 0),
		"deep nesting":       safetensors(strings.Repeat("[", 1<<20), 0),
		"tensor is a number": safetensors(`{"t":7}`, 0),
		"unknown format":     tensor("F4", "[16]", "[0,16]"),
		"negative size":      tensor("F32", "[4]", "[16,0]"),
		"negative offset":    tensor("F32", "[4]", "[-16,0]"),
		"one offset":         tensor("F32", "[4]", "[0]"),
		"negative shape":     tensor("F32", "[-4]", "[0,16]"),
		"fractional shape":   tensor("F32", "[4.5]", "[0,16]"),
		"wrong size":         tensor("F32", "[5]", "[0,16]"),
		"overflowing shape":  tensor("F32", "[4294967296,4294967296,4294967296]", "[0,16]"),
		"wrapping shape":     tensor("F32", "[4611686018427387905]", "[0,4]"),
		"many dimensions":    tensor("F32", "[4,1,1,1,1,1,1,1,1]", "[0,16]"),
		"past the end":       tensor("F32", "[5]", "[0,20]"),
		"far past the end":   tensor("F32", "[1000000000000]", "[0,4000000000000]"),
		"hole":               tensor("F32", "[3]", "[4,16]"),
		"trailing bytes":     tensor("F32", "[3]", "[0,12]"),
		"overlap":            safetensors(`{"a":{"dtype":"U8","shape":[10],"data_offsets":[0,10]},"b":{"dtype":"U8","shape":[10],"data_offsets":[6,16]}}`, 16),
		"same place":         safetensors(`{"a":{"dtype":"U8","shape":[16],"data_offsets":[0,16]},"b":{"dtype":"U8","shape":[16],"data_offsets":[0,16]}}`, 16),
		"long name":          safetensors(fmt.Sprintf(`{"%s":{"dtype":"U8","shape":[16],"data_offsets":[0,16]}}`, strings.Repeat("n", 513)), 16),
	}
	for name, file := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := checkpoint.ReadSafetensors(bytes.NewReader(file), int64(len(file)))
		runtime.ReadMemStats(&after)
		if !errors.Is(err, checkpoint.ErrSafetensors) {
			t.Errorf("%s: error = %v", name, err)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
			t.Errorf("%s: took %d bytes of memory for a file of %d", name, used, len(file))
		}
	}
}

func TestWeightsOfSeveralFiles(t *testing.T) {
	one := safetensors(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4)
	two := safetensors(`{"b":{"dtype":"BF16","shape":[2,1],"data_offsets":[0,4]}}`, 4)
	folder := func(t *testing.T, files map[string]string) string {
		dir := t.TempDir()
		for name, content := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	files := func(index string) map[string]string {
		return map[string]string{"1.safetensors": string(one), "2.safetensors": string(two), checkpoint.WeightsIndex: index}
	}

	dir := folder(t, files(`{"metadata":{"total_size":8},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}`))
	w, err := checkpoint.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	b, ok := w.Get("b")
	if !ok || b.Type != checkpoint.BF16 || w.Size() != 8 || len(w.Names()) != 2 {
		t.Errorf("b = %+v, weights of %d bytes", b, w.Size())
	}
	data := make([]byte, 3)
	if _, err := b.ReadAt(data, 1); err != nil || !bytes.Equal(data, []byte{1, 2, 3}) {
		t.Errorf("data = %v, error %v", data, err)
	}
	if n, err := b.ReadAt(data, 2); n != 2 || err == nil {
		t.Errorf("read %d bytes past the end, error %v", n, err)
	}

	refused := map[string]map[string]string{
		"no weights":         {"config.json": "{}"},
		"wrong file":         files(`{"weight_map":{"a":"2.safetensors","b":"2.safetensors"}}`),
		"missing tensor":     files(`{"weight_map":{"a":"1.safetensors","b":"2.safetensors","c":"1.safetensors"}}`),
		"missing file":       files(`{"weight_map":{"a":"3.safetensors"}}`),
		"path upwards":       files(`{"weight_map":{"a":"../1.safetensors"}}`),
		"absolute path":      files(`{"weight_map":{"a":"/1.safetensors"}}`),
		"windows path":       files(`{"weight_map":{"a":"C:1.safetensors"}}`),
		"pickle":             files(`{"weight_map":{"a":"pytorch_model.bin"}}`),
		"empty index":        files(`{}`),
		"index is no object": files(`[1,2]`),
	}
	twice := files(`{"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}`)
	twice["2.safetensors"] = twice["1.safetensors"]
	refused["tensor in two files"] = twice
	for name, content := range refused {
		if w, err := checkpoint.OpenWeights(folder(t, content)); err == nil {
			w.Close()
			t.Errorf("%s was accepted", name)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	f.Add(safetensors(twoTensors, 20))
	f.Add(safetensors(`{}`, 0))
	f.Fuzz(func(t *testing.T, file []byte) {
		tensors, err := checkpoint.ReadSafetensors(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			if !errors.Is(err, checkpoint.ErrSafetensors) {
				t.Fatalf("error is not ErrSafetensors: %v", err)
			}
			return
		}
		var sum int64
		for _, tensor := range tensors {
			sum += tensor.Size()
		}
		if sum > int64(len(file)) {
			t.Fatalf("accepted %d bytes of tensors in %d", sum, len(file))
		}
	})
}

func TestAVariantOfWeightsIsTheOneThatIsNamed(t *testing.T) {
	file := func(value string) string {
		return string(safetensors(`{"`+value+`":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 4))
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"w.safetensors":                      file("plain"),
		"w.fp16.safetensors":                 file("half"),
		"w.safetensors.index.bf16.json":      `{"weight_map":{"one":"w.bf16-00001-of-00001.safetensors"}}`,
		"w.bf16-00001-of-00001.safetensors":  file("one"),
		"other.fp8.safetensors":              file("other"),
		"only.fp16.safetensors":              file("only"),
		"w.safetensors.index.escapes.json":   `{"weight_map":{"one":"../w.safetensors"}}`,
		"w.safetensors.index.cyclic.json":    `{"weight_map":{"one":"w.safetensors.index.cyclic.json"}}`,
		"w.safetensors.index.directory.json": `{"weight_map":{"one":"directory.safetensors"}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "directory.safetensors"), 0o700); err != nil {
		t.Fatal(err)
	}
	for variant, want := range map[string][]string{
		"":     {"plain", "w.safetensors"},
		"fp16": {"half", "w.fp16.safetensors"},
		"bf16": {"one", "w.bf16-00001-of-00001.safetensors", "w.safetensors.index.bf16.json"},
	} {
		w, err := checkpoint.OpenVariant(dir, "w.safetensors", variant)
		if err != nil {
			t.Fatal(err)
		}
		w.Close()
		files, err := checkpoint.VariantFiles(dir, "w.safetensors", variant)
		if got := append(w.Names(), files...); err != nil || !slices.Equal(got, want) {
			t.Errorf("variant %q: %v and %v, want %v", variant, got, err, want)
		}
	}
	for _, c := range []struct{ file, variant, says string }{
		{"w.safetensors", "fp8", "the variant fp8, only bf16, cyclic, directory, escapes, fp16, plain:"},
		{"only.safetensors", "", "no plain only.safetensors, only weights of the variants fp16"},
		{"w.safetensors", "../x", "letters"},
		{"w.safetensors", "escapes", "the same folder"},
		{"w.safetensors", "cyclic", "the same folder"},
		{"w.safetensors", "directory", "not a regular file"},
		{"none.safetensors", "fp16", "never read"},
	} {
		w, err := checkpoint.OpenVariant(dir, c.file, c.variant)
		if err == nil {
			w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s of %s: %v, want %q", c.variant, c.file, err, c.says)
		}
	}
}

func TestViewsOfAMatrixAreItsNumbers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w")
	header := `{"__metadata__":{"made":"here"},"m":{"dtype":"F16","shape":[3,2],"data_offsets":[0,12]},"n":{"dtype":"F16","shape":[2],"data_offsets":[12,16]}}`
	if err := os.WriteFile(path, safetensors(header, 16), 0o600); err != nil {
		t.Fatal(err)
	}
	w, err := checkpoint.OpenWeightsFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if got := w.Metadata()["made"]; got != "here" {
		t.Errorf("it was made %q", got)
	}
	m, _ := w.Get("m")
	n, _ := w.Get("n")
	rows, err := m.Rows(1, 2)
	if err != nil {
		t.Fatal(err)
	}
	turned, err := m.Transposed()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		view  checkpoint.Weight
		shape []uint64
		data  []byte
	}{
		{rows, []uint64{2, 2}, []byte{4, 5, 6, 7, 8, 9, 10, 11}},
		{turned, []uint64{2, 3}, []byte{0, 1, 4, 5, 8, 9, 2, 3, 6, 7, 10, 11}},
	} {
		for at := range len(c.data) {
			got := make([]byte, len(c.data)-at)
			if _, err := c.view.ReadAt(got, int64(at)); err != nil || !bytes.Equal(got, c.data[at:]) || !slices.Equal(c.view.Shape, c.shape) {
				t.Errorf("from %d of %v: %v and %v, want %v", at, c.view.Shape, got, err, c.data[at:])
			}
		}
	}
	_, lineErr := n.Transposed()
	_, twiceErr := turned.Transposed()
	_, farErr := m.Rows(2, 2)
	_, wrapErr := m.Rows(1, 1<<64-1)
	for _, err := range []error{lineErr, twiceErr, farErr, wrapErr} {
		if !errors.Is(err, checkpoint.ErrSafetensors) {
			t.Errorf("%v, want a refusal", err)
		}
	}
}
