package diffusion_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/task"
)

// matrix is a tensor of a file, slowest dimension first.
type matrix struct {
	shape  []int
	values []float32
}

// madeMatrix has numbers of a deviation, the same for a name.
func madeMatrix(name string, deviation float64, shape ...int) matrix {
	n := 1
	for _, d := range shape {
		n *= d
	}
	m := matrix{shape, make([]float32, n)}
	state := uint64(14695981039346656037)
	for _, b := range []byte(name) {
		state = (state ^ uint64(b)) * 1099511628211
	}
	for i := range m.values {
		state = state*6364136223846793005 + 1442695040888963407
		m.values[i] = float32(deviation * math.Sqrt(3) * (float64(state>>11)*0x1p-52 - 1))
	}
	return m
}

// safetensors is a file of matrices in single floats.
func safetensors(t testing.TB, tensors map[string]matrix) string {
	t.Helper()
	table := map[string]any{}
	var data []byte
	for _, name := range slices.Sorted(maps.Keys(tensors)) {
		begin := len(data)
		data = append(data, checkpoint.EncodeFloats(tensors[name].values, checkpoint.F32, 0)...)
		table[name] = map[string]any{"dtype": "F32", "shape": tensors[name].shape, "data_offsets": []int{begin, len(data)}}
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + string(header) + string(data)
}

// stored writes a file in a folder of its own.
func stored(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// branches are a LoRA of every layer whose weight has two dimensions or four, in
// the names of diffusers.
func branches(t testing.TB, deviation float64, parts map[string]network.Network) map[string]matrix {
	t.Helper()
	const rank = 3
	out := map[string]matrix{}
	for part, n := range parts {
		weights, err := network.Weights(n, exact)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range weights {
			layer, ok := strings.CutSuffix(w.Name, ".weight")
			s := w.Shape
			if !ok || max(s[1], s[3]) == 1 || strings.Contains(layer, "embeddings.") {
				continue
			}
			down, up := []int{rank, int(s[0])}, []int{int(s[1]), rank}
			if s[3] > 1 {
				down, up = []int{rank, int(s[2]), int(s[1]), int(s[0])}, []int{int(s[3]), rank, 1, 1}
			}
			key := part + "." + layer
			fan := 1.0
			for _, d := range down[1:] {
				fan *= float64(d)
			}
			out[key+".lora_A.weight"] = madeMatrix(key+" down", 1/math.Sqrt(fan), down...)
			out[key+".lora_B.weight"] = madeMatrix(key+" up", deviation, up...)
		}
	}
	return out
}

// smallLoRA is one for the small pipeline.
func smallLoRA(t testing.TB, deviation float64) string {
	t.Helper()
	text, unet, _ := networks(t)
	return stored(t, "pytorch_lora_weights.safetensors", safetensors(t, branches(t, deviation, map[string]network.Network{"unet": unet, "text_encoder": text})))
}

func withLoRA(weight string) string { return `"lora":{"model":"owner/lora","weight":` + weight + `}` }

func TestALoRAChangesTheImageByItsWeight(t *testing.T) {
	dir, path := folder(t, nil), smallLoRA(t, 0.2)
	p := openWith(t, 1, dir, task.RoleLoRA, path)
	plain := run(t, open(t, 1, diffusion.Options{}), made(t, "", ""))[0].Pixels.Pix

	last := 0.0
	for _, weight := range []string{"1", "10", "30", "60", "100"} {
		var sum float64
		for i, v := range run(t, p, made(t, "", withLoRA(weight)))[0].Pixels.Pix {
			sum += math.Abs(float64(v) - float64(plain[i]))
		}
		t.Logf("weight %s: the mean difference is %.2f", weight, sum/float64(len(plain)))
		if sum <= last {
			t.Errorf("weight %s changes no more than the one before", weight)
		}
		last = sum
	}

	s := made(t, `"steps":1`, withLoRA("60"))
	two := openWith(t, 2, dir, task.RoleLoRA, filepath.Dir(path))
	img := run(t, p, s)[0]
	if !bytes.Equal(run(t, two, s)[0].PNG, img.PNG) {
		t.Error("two threads make other bytes than one")
	}
	if _, texts := chunks(t, img.PNG); texts["lora"] != "owner/lora" || texts["lora_weight"] != "60" {
		t.Errorf("the PNG says %q of the LoRA %q", texts["lora_weight"], texts["lora"])
	}
}

// merged is a file of safetensors for a network with a LoRA's product in the
// weights.
func merged(t testing.TB, file string, part string, lora map[string]matrix, scale float64) string {
	t.Helper()
	raw := []byte(file)
	var table map[string]struct {
		Offsets []int `json:"data_offsets"`
		Shape   []int `json:"shape"`
	}
	header := binary.LittleEndian.Uint64(raw)
	if err := json.Unmarshal(raw[8:8+header], &table); err != nil {
		t.Fatal(err)
	}
	data := raw[8+header:]
	for name, w := range table {
		layer := strings.TrimSuffix(part+"."+name, ".weight")
		down, up := lora[layer+".lora_A.weight"], lora[layer+".lora_B.weight"]
		if down.shape == nil {
			continue
		}
		bytes := data[w.Offsets[0]:w.Offsets[1]]
		values := checkpoint.DecodeFloats(bytes, checkpoint.F32)
		rank := down.shape[0]
		row := len(down.values) / rank
		for i, v := range values {
			var sum float64
			for r := range rank {
				sum += float64(float64(up.values[i/row*rank+r]) * float64(down.values[r*row+i%row]))
			}
			binary.LittleEndian.PutUint32(bytes[4*i:], math.Float32bits(float32(float64(v)+float64(scale*sum))))
		}
	}
	return string(raw)
}

func TestALoRAMakesTheImageOfTheMergedFolder(t *testing.T) {
	files, second, unet := xlFiles(t)
	text, _, _ := networks(t)
	list := branches(t, 0.3, map[string]network.Network{"unet": unet, "text_encoder": text, "text_encoder_2": second})
	p := openWith(t, 1, folder(t, files), task.RoleLoRA, stored(t, "x.safetensors", safetensors(t, list)))
	got := run(t, p, made(t, "", withLoRA("70")))[0].Pixels.Pix

	all := folderFiles(t)
	maps.Copy(all, files)
	for _, part := range []string{"unet", "text_encoder", "text_encoder_2"} {
		path := part + "/model.safetensors"
		if part == "unet" {
			path = part + "/diffusion_pytorch_model.safetensors"
		}
		all[path] = merged(t, all[path], part, list, 0.7)
	}
	whole, err := diffusion.Open(newCompute(t, 1), at(folder(t, all)), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(whole.Close)
	if want := run(t, whole, made(t, "", ""))[0].Pixels.Pix; !bytes.Equal(got, want) {
		t.Error("the image is another than that of a folder with the LoRA in its weights")
	}

	// Every part has its share.
	for _, part := range []string{"unet.", "text_encoder.", "text_encoder_2."} {
		some := maps.Clone(list)
		maps.DeleteFunc(some, func(key string, _ matrix) bool { return strings.HasPrefix(key, part) })
		p := openWith(t, 1, folder(t, files), task.RoleLoRA, stored(t, "x.safetensors", safetensors(t, some)))
		if bytes.Equal(run(t, p, made(t, "", withLoRA("70")))[0].Pixels.Pix, got) {
			t.Errorf("the branches of %s change nothing", part)
		}
	}
}

func TestALoRAOfAnotherModelIsRefusedWhenItIsOpened(t *testing.T) {
	_, second, unet := xlFiles(t)
	for name, test := range map[string]struct {
		content string
		code    gpt.Code
		is      error
		says    string
	}{
		"XL":       {safetensors(t, branches(t, 1, map[string]network.Network{"unet": unet})), gpt.CodeFormatRefused, lora.ErrMisfit, "lora: "},
		"encoders": {safetensors(t, branches(t, 1, map[string]network.Network{"text_encoder_2": second})), gpt.CodeFormatRefused, lora.ErrMisfit, "it was made for Stable Diffusion XL"},
		"weights":  {weights(t, unet, 1), gpt.CodeFormatRefused, lora.ErrFile, "is none of a LoRA"},
		"LoHa":     {safetensors(t, map[string]matrix{"lora_unet_conv_in.hada_w1_a": madeMatrix("x", 1, 4)}), gpt.CodeCannotRun, lora.ErrUnsupported, "LoHa"},
		"damaged":  {"damaged", gpt.CodeCannotRun, checkpoint.ErrSafetensors, "lora: "},
	} {
		models := at(folder(t, nil))
		models[task.RoleLoRA] = diffusion.Model{Path: stored(t, "x.safetensors", test.content)}
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if gpt.CodeOf(err) != test.code || !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %s with %q", name, err, test.code, test.says)
		}
	}
}
