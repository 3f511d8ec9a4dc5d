package lora_test

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

const (
	unetConfig = `{"_class_name":"UNet2DConditionModel","block_out_channels":[16,24],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"norm_num_groups":4,"cross_attention_dim":768,"attention_head_dim":2}`
	textConfig = `{"architectures":["CLIPTextModel"],"vocab_size":514,"hidden_size":16,"intermediate_size":32,
		"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":77}`
)

// model is the parts of a small Stable Diffusion 1 or, with text of 2048 numbers,
// XL.
func model(t testing.TB, context int) []lora.Part {
	t.Helper()
	unet, err := network.ParseUNet([]byte(strings.Replace(unetConfig, "768", fmt.Sprint(context), 1)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := network.ParseText([]byte(textConfig))
	if err != nil {
		t.Fatal(err)
	}
	parts := []lora.Part{{Name: lora.UNet, Weights: list(t, unet), UNet: &unet.UNetConfig}, {Name: lora.Text, Weights: list(t, text)}}
	if context == 2048 {
		parts = append(parts, lora.Part{Name: lora.TextTwo, Weights: list(t, text)})
	}
	return parts
}

func list(t testing.TB, n network.Network) []*ggml.Tensor {
	t.Helper()
	weights, err := network.Weights(n, network.Options{Number: checkpoint.F32})
	if err != nil {
		t.Fatal(err)
	}
	return weights
}

// stored is a tensor of a file.
type stored struct {
	format string
	shape  []int
	data   []byte
}

func floats(shape []int, values ...float32) stored {
	return stored{"F32", shape, checkpoint.EncodeFloats(values, checkpoint.F32, 0)}
}

// noise is a made-up matrix or kernel.
func noise(rng *rand.Rand, shape ...int) stored {
	n := 1
	for _, d := range shape {
		n *= d
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return floats(shape, values...)
}

func (s stored) values() []float32 { return checkpoint.DecodeFloats(s.data, checkpoint.F32) }

// write makes a file in a folder of its own.
func write(t testing.TB, name string, tensors map[string]stored) string {
	t.Helper()
	table := map[string]any{"__metadata__": map[string]string{"ss_network_dim": "4"}}
	var data []byte
	for _, key := range slices.Sorted(maps.Keys(tensors)) {
		s := tensors[key]
		table[key] = map[string]any{"dtype": s.format, "shape": s.shape, "data_offsets": []int{len(data), len(data) + len(s.data)}}
		data = append(data, s.data...)
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	file := append(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header...)
	if err := os.WriteFile(path, append(file, data...), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// difference is what a file adds to a weight, asked for in pieces.
func difference(t testing.TB, path string, parts []lora.Part, part, weight string, times float64, threads int, pieces ...int) []float64 {
	t.Helper()
	l, err := lora.Open(path, parts)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	add, err := l.Change(part, times, threads)(weight)
	if err != nil || add == nil {
		t.Fatalf("%s: nothing is added, %v", weight, err)
	}
	var size int64
	for _, p := range parts {
		for _, w := range p.Weights {
			if p.Name == part && w.Name == weight {
				size = w.Shape.Elements()
			}
		}
	}
	out := make([]float64, size)
	first := 0
	for _, n := range append(pieces, int(size)) {
		next := min(first+n, len(out))
		add(out[first:next], int64(first))
		first = next
	}
	return out
}

const (
	query = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q" // 16 by 16
	outer = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_out.0"
	fold  = "down_blocks.0.resnets.0.conv1" // 16 by 16 by 3 by 3
	proj  = "text_model.encoder.layers.1.self_attn.q_proj"
	ends  = "text_model.encoder.layers.0.self_attn.out_proj"
	fully = "text_model.encoder.layers.1.mlp.fc1" // 32 by 16
)

// Every line is a layer's name in one of the layouts that files have.
func TestLayersAreFoundInEveryLayout(t *testing.T) {
	type place struct{ part, layer string }
	two := model(t, 2048)
	for keys, want := range map[string]place{
		"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight lora_up":     {lora.UNet, query},
		"lora_unet_input_blocks_1_1_transformer_blocks_0_attn1_to_q.lora_down.weight lora_up":               {lora.UNet, query},
		"unet." + query + ".lora_A.weight lora_B":                                                           {lora.UNet, query},
		query + ".lora_A.weight lora_B":                                                                     {lora.UNet, query},
		"base_model.model." + query + ".lora_A.weight lora_B":                                               {lora.UNet, query},
		"base_model.model.unet." + query + ".lora_A.weight lora_B":                                          {lora.UNet, query},
		"unet." + query + ".lora.down.weight up":                                                            {lora.UNet, query},
		"unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight up":     {lora.UNet, query},
		"down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor.to_out_lora.down.weight up":        {lora.UNet, outer},
		"lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_out_0.lora_down.weight lora_up": {lora.UNet, outer},
		"lora_te_text_model_encoder_layers_1_self_attn_q_proj.lora_down.weight lora_up":                     {lora.Text, proj},
		"lora_te1_text_model_encoder_layers_1_self_attn_q_proj.lora_down.weight lora_up":                    {lora.Text, proj},
		"lora_te2_text_model_encoder_layers_1_mlp_fc1.lora_down.weight lora_up":                             {lora.TextTwo, fully},
		"text_encoder." + proj + ".lora_linear_layer.down.weight up":                                        {lora.Text, proj},
		"text_encoder_2." + proj + ".lora_A.weight lora_B":                                                  {lora.TextTwo, proj},
		"text_encoder.text_model.encoder.layers.1.self_attn.to_q_lora.down.weight up":                       {lora.Text, proj},
		"text_encoder.text_model.encoder.layers.0.self_attn.to_out_lora.down.weight up":                     {lora.Text, ends},
	} {
		down, half, _ := strings.Cut(keys, " ")
		other := map[string]string{"lora_up": "lora_down", "lora_B": "lora_A", "up": "down"}[half]
		at := strings.LastIndex(down, other)
		up := down[:at] + half + down[at+len(other):]
		rng := rand.New(rand.NewPCG(1, 2))
		rows := 16
		if want.layer == fully {
			rows = 32
		}
		a, b := noise(rng, 4, 16), noise(rng, rows, 4)
		path := write(t, "lora.safetensors", map[string]stored{down: a, up: b})
		got := difference(t, path, two, want.part, want.layer+".weight", 0.5, 1)
		if !slices.Equal(got, plain(a, b, 0.5)) {
			t.Errorf("%s changes %s otherwise than by the product", keys, want.layer)
		}
	}
}

// plain is scale·up·down.
func plain(down, up stored, scale float64) []float64 {
	a, b := down.values(), up.values()
	rank := down.shape[0]
	row := len(a) / rank
	out := make([]float64, len(b)/rank*row)
	for i := range out {
		var sum float64
		for r := range rank {
			sum += float64(float64(b[i/row*rank+r]) * float64(a[r*row+i%row]))
		}
		out[i] = float64(scale * sum)
	}
	return out
}

func TestAlphaByRankScalesTheProduct(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	a, b := noise(rng, 4, 16), noise(rng, 16, 4)
	long := binary.LittleEndian.AppendUint64(nil, 8)
	for name, test := range map[string]struct {
		alpha *stored
		scale float64
	}{
		"none":        {nil, 0.25},
		"one":         {&stored{"F32", []int{}, checkpoint.EncodeFloats([]float32{1}, checkpoint.F32, 0)}, 0.0625},
		"half floats": {&stored{"F16", []int{1}, checkpoint.EncodeFloats([]float32{2}, checkpoint.F16, 0)}, 0.125},
		"an integer":  {&stored{"I64", []int{}, long}, 0.5},
		"a double":    {&stored{"F64", []int{}, binary.LittleEndian.AppendUint64(nil, math.Float64bits(-4))}, -0.25},
	} {
		tensors := map[string]stored{"unet." + query + ".lora_A.weight": a, "unet." + query + ".lora_B.weight": b}
		if test.alpha != nil {
			tensors["unet."+query+".alpha"] = *test.alpha
		}
		got := difference(t, write(t, "x.safetensors", tensors), model(t, 768), lora.UNet, query+".weight", 0.25, 1)
		if !slices.Equal(got, plain(a, b, test.scale)) {
			t.Errorf("%s: it adds something else than %v times the product", name, test.scale)
		}
	}
}

// Where the pieces of a weight end and how many threads there are changes no bit.
func TestPiecesAndThreadsChangeNoBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	a, b := noise(rng, 5, 16, 3, 3), noise(rng, 16, 5, 1, 1)
	path := write(t, "x.safetensors", map[string]stored{"lora_unet_down_blocks_0_resnets_0_conv1.lora_down.weight": a,
		"lora_unet_down_blocks_0_resnets_0_conv1.lora_up.weight": b})
	parts := model(t, 768)
	want := plain(a, b, 1)
	for name, pieces := range map[string][]int{
		"whole": nil, "one row": {144}, "within a row": {1, 5, 137, 2}, "over rows": {145, 300, 7, 900}, "odd rows": {144 * 3, 144 * 5},
	} {
		for _, threads := range []int{0, 1, 2, 3, 16, 100} {
			if got := difference(t, path, parts, lora.UNet, fold+".weight", 1, threads, pieces...); !slices.Equal(got, want) {
				t.Errorf("%s with %d threads: other bits", name, threads)
			}
		}
	}
}

func TestAKernelOfOnePointIsAMatrix(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const layer = "down_blocks.0.attentions.0.proj_in" // a matrix in some folders, a kernel in others
	a, b := noise(rng, 4, 16), noise(rng, 16, 4)
	kernel := func(s stored) stored { return stored{s.format, append(slices.Clone(s.shape), 1, 1), s.data} }
	for _, pair := range [][2]stored{{a, b}, {kernel(a), kernel(b)}, {kernel(a), b}} {
		path := write(t, "x.safetensors", map[string]stored{layer + ".lora.down.weight": pair[0], layer + ".lora.up.weight": pair[1]})
		if got := difference(t, path, model(t, 768), lora.UNet, layer+".weight", 1, 1); !slices.Equal(got, plain(a, b, 1)) {
			t.Errorf("of the shapes %v and %v: other bits", pair[0].shape, pair[1].shape)
		}
	}
}

func TestOtherLayersStayAsTheyAre(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	path := write(t, "x.safetensors", map[string]stored{query + ".lora_A.weight": noise(rng, 4, 16), query + ".lora_B.weight": noise(rng, 16, 4)})
	parts := model(t, 768)
	l, err := lora.Open(filepath.Dir(path), parts)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	changed := 0
	for _, p := range append(parts, lora.Part{Name: "vae", Weights: parts[0].Weights}) {
		for _, w := range p.Weights {
			add, err := l.Change(p.Name, 1, 1)(w.Name)
			if err != nil {
				t.Fatal(err)
			}
			if add != nil {
				changed++
			}
		}
	}
	if changed != 1 {
		t.Errorf("%d weights are changed, want 1", changed)
	}
}

func TestFilesThatDoNotFitAreRefused(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	pair := func(layer string, down, up []int) map[string]stored {
		return map[string]stored{layer + ".lora_down.weight": noise(rng, down...), layer + ".lora_up.weight": noise(rng, up...)}
	}
	with := func(base map[string]stored, key string, s stored) map[string]stored {
		base[key] = s
		return base
	}
	const flat = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
	const seen = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
	good := func() map[string]stored { return pair(flat, []int{4, 16}, []int{16, 4}) }
	number := noise(rng, 1)

	for name, test := range map[string]struct {
		tensors map[string]stored
		is      error
		says    string
	}{
		"another text":      {pair(seen, []int{4, 2048}, []int{16, 4}), lora.ErrMisfit, "it was made for Stable Diffusion XL, and the model is Stable Diffusion 1"},
		"version 2":         {pair(seen, []int{4, 1024}, []int{16, 4}), lora.ErrMisfit, "it was made for Stable Diffusion 2, and the model is Stable Diffusion 1"},
		"a second encoder":  {pair("lora_te2_text_model_encoder_layers_1_mlp_fc1", []int{4, 16}, []int{32, 4}), lora.ErrMisfit, "it was made for Stable Diffusion XL"},
		"no such layer":     {pair("lora_unet_down_blocks_7_attentions_0_proj_in", []int{4, 16}, []int{16, 4}), lora.ErrMisfit, `"lora_unet_down_blocks_7_attentions_0_proj_in" names no layer of the model's unet`},
		"no such text":      {pair("lora_te_text_model_encoder_layers_9_mlp_fc1", []int{4, 16}, []int{32, 4}), lora.ErrMisfit, "names no layer of the model's text_encoder"},
		"another part":      {pair("transformer.blocks.0.attn.to_q", []int{4, 16}, []int{16, 4}), lora.ErrMisfit, "names no layer"},
		"wide":              {pair(flat, []int{4, 32}, []int{16, 4}), lora.ErrMisfit, "has the shape [4 32], and the model's down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight wants [4 16]"},
		"tall":              {pair(flat, []int{4, 16}, []int{32, 4}), lora.ErrMisfit, "has the shape [32 4], and the model's"},
		"two ranks":         {pair(flat, []int{4, 16}, []int{16, 5}), lora.ErrMisfit, "[16 5]"},
		"turned around":     {pair(flat, []int{16, 4}, []int{4, 16}), lora.ErrMisfit, "[16 4]"},
		"rank 0":            {pair(flat, []int{0, 16}, []int{16, 0}), lora.ErrMisfit, "want a rank of 1 to 2048"},
		"a huge rank":       {pair(flat, []int{2049, 16}, []int{16, 2049}), lora.ErrMisfit, "want a rank of 1 to 2048"},
		"no dimensions":     {pair(flat, nil, nil), lora.ErrMisfit, "want a rank"},
		"a kernel for one":  {pair(flat, []int{4, 16, 3, 3}, []int{16, 4, 1, 1}), lora.ErrMisfit, "[4 16 3 3]"},
		"one for a kernel":  {pair("lora_unet_down_blocks_0_resnets_0_conv1", []int{4, 16}, []int{16, 4}), lora.ErrMisfit, "wants [4 16 3 3]"},
		"a norm":            {pair("lora_unet_down_blocks_0_resnets_0_norm1", []int{4, 16}, []int{1, 4}), lora.ErrMisfit, "is no matrix"},
		"no LoRA":           {map[string]stored{"conv_in.weight": noise(rng, 16)}, lora.ErrFile, `the key "conv_in.weight" is none of a LoRA`},
		"nothing":           {nil, lora.ErrFile, "no tensors"},
		"half a branch":     {map[string]stored{flat + ".lora_down.weight": noise(rng, 4, 16)}, lora.ErrFile, "has not both of its matrices"},
		"alpha alone":       {with(good(), "lora_unet_conv_in.alpha", number), lora.ErrFile, "has not both of its matrices"},
		"a stray key":       {with(good(), "text_model.weight", number), lora.ErrFile, "is none of a LoRA"},
		"twice":             {with(with(good(), query+".lora_A.weight", noise(rng, 4, 16)), query+".lora_B.weight", noise(rng, 16, 4)), lora.ErrFile, "change the same layer"},
		"a matrix twice":    {with(good(), flat+".lora_A.weight", noise(rng, 4, 16)), lora.ErrFile, "are the same matrix"},
		"alpha of many":     {with(good(), flat+".alpha", noise(rng, 4)), lora.ErrFile, "want one number"},
		"alpha of two":      {with(good(), flat+".alpha", noise(rng, 2)), lora.ErrFile, "want one number"},
		"an infinite alpha": {with(good(), flat+".alpha", floats(nil, float32(math.Inf(1)))), lora.ErrFile, "is +Inf"},
		"other numbers":     {with(good(), flat+".lora_up.weight", stored{"F64", []int{16, 4}, make([]byte, 512)}), lora.ErrUnsupported, "number format F64"},
		"LoHa":              {with(good(), "lora_unet_conv_in.hada_w1_a", number), lora.ErrUnsupported, "LoHa"},
		"LoKr":              {with(good(), "lora_unet_conv_in.lokr_w2", number), lora.ErrUnsupported, "LoKr"},
		"DoRA":              {with(good(), flat+".dora_scale", number), lora.ErrUnsupported, "DoRA"},
		"DoRA of PEFT":      {with(good(), "unet."+query+".lora_magnitude_vector", number), lora.ErrUnsupported, "DoRA"},
		"IA3":               {with(good(), flat+".on_input", number), lora.ErrUnsupported, "IA3"},
		"OFT":               {with(good(), flat+".oft_blocks", number), lora.ErrUnsupported, "OFT"},
		"CP":                {with(good(), flat+".lora_mid.weight", number), lora.ErrUnsupported, "CP decomposition"},
		"differences":       {with(good(), flat+".diff", number), lora.ErrUnsupported, "whole differences"},
	} {
		l, err := lora.Open(write(t, "x.safetensors", test.tensors), model(t, 768))
		if err == nil {
			l.Close()
		}
		if !errors.Is(err, test.is) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %v with %q", name, err, test.is, test.says)
		}
	}

	l, err := lora.Open(write(t, "x.safetensors", pair(seen, []int{4, 768}, []int{16, 4})), model(t, 2048))
	if err == nil {
		l.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "made for Stable Diffusion 1, and the model is Stable Diffusion XL") {
		t.Errorf("Stable Diffusion 1 for XL: %v", err)
	}
	if _, err := lora.Open(filepath.Join(t.TempDir(), "none"), model(t, 768)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	damaged := filepath.Join(t.TempDir(), "x.safetensors")
	if err := os.WriteFile(damaged, []byte("not safetensors"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := lora.Open(damaged, model(t, 768)); !errors.Is(err, checkpoint.ErrSafetensors) {
		t.Errorf("a damaged file: %v", err)
	}
}

func TestAFileThatIsCutAfterItWasOpenedIsAnError(t *testing.T) {
	rng := rand.New(rand.NewPCG(13, 14))
	path := write(t, "x.safetensors", map[string]stored{query + ".lora_A.weight": noise(rng, 4, 16), query + ".lora_B.weight": noise(rng, 16, 4)})
	l, err := lora.Open(path, model(t, 768))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.Truncate(path, 300); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Change(lora.UNet, 1, 1)(query + ".weight"); err == nil {
		t.Error("it is taken")
	}
}

// A file with any key is opened or refused, and is never taken for a LoRA without
// a layer that the model has.
func FuzzKeys(f *testing.F) {
	parts := model(f, 2048)
	known := map[string]bool{}
	for _, p := range parts {
		for _, w := range p.Weights {
			known[p.Name+" "+w.Name] = true
		}
	}
	for _, key := range []string{
		"lora_unet_input_blocks_1_1_proj_in.lora_down.weight", "unet." + query + ".lora_A.weight", "lora_te2_.lora_up.weight", ".alpha",
		"unet..processor.to_out_lora.down.weight", "base_model.model..lora_B.weight", "lora_unet_middle_block_1_proj_in.hada_w1_a", "text_encoder.to_q",
	} {
		f.Add(key)
	}
	find := lora.Finder(parts)
	f.Fuzz(func(t *testing.T, key string) {
		layer, half := lora.ParseKey(key)
		if (layer == "") != (half == 0) || !strings.HasPrefix(key, layer) {
			t.Fatalf("%q is the layer %q and %d", key, layer, half)
		}
		lora.OtherKind(key)
		if part, weight := find(layer); weight != "" && !known[part+" "+weight] {
			t.Fatalf("%q is the weight %q of %q, which has none", key, weight, part)
		}
	})
}

// The processor's own way to sum up is plain Go's to the bit, for numbers of very
// different sizes, too.
func TestSumsArePlainToTheBit(t *testing.T) {
	rng := rand.New(rand.NewPCG(15, 16))
	for _, rank := range []int{1, 2, 3, 7, 64, 333} {
		up, down := make([]float64, 4*rank), make([]float64, 8*rank)
		for _, list := range [][]float64{up, down} {
			for i := range list {
				list[i] = math.Ldexp(rng.NormFloat64(), rng.IntN(60)-30)
			}
		}
		fast, plain := lora.Sums(up, down)
		if fast != plain {
			t.Errorf("rank %d: %v, want %v", rank, fast, plain)
		}
		for i, got := range plain {
			var want float64
			for r := range rank {
				want += float64(up[i/8*rank+r] * down[r*8+i%8])
			}
			if got != want {
				t.Errorf("rank %d: sum %d is %v, want %v", rank, i, got, want)
			}
		}
	}
}
