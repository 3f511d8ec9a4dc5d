// Package diffusiontest makes a small Stable Diffusion pipeline for tests: a
// folder of made-up weights, complete and with a few thousand numbers in each
// network.
package diffusiontest

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/tokenizer"
)

// The configs of the small pipeline, as its folder holds them.
const (
	TextConfig = `{"architectures":["CLIPTextModel"],"vocab_size":514,"hidden_size":16,"intermediate_size":32,
		"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":77}`
	UNetConfig = `{"_class_name":"UNet2DConditionModel","block_out_channels":[16,24],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"norm_num_groups":4,"cross_attention_dim":16,"attention_head_dim":2}`
	VAEConfig = `{"_class_name":"AutoencoderKL","block_out_channels":[8,8,12,16],"layers_per_block":1,"norm_num_groups":4,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
		"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}`
	SchedulerConfig = `{"_class_name":"PNDMScheduler","beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear",
		"num_train_timesteps":1000,"set_alpha_to_one":false,"skip_prk_steps":true,"steps_offset":1,"timestep_spacing":"leading","clip_sample":false}`
)

// Networks are those of the configs above.
func Networks(t testing.TB) (*network.Text, *network.UNet, *network.Decoder) {
	t.Helper()
	text, err := network.ParseText([]byte(TextConfig))
	if err != nil {
		t.Fatal(err)
	}
	unet, err := network.ParseUNet([]byte(UNetConfig))
	if err != nil {
		t.Fatal(err)
	}
	_, decoder, err := network.ParseVAE([]byte(VAEConfig))
	if err != nil {
		t.Fatal(err)
	}
	return text, unet, decoder
}

// Folder writes a small pipeline of made-up weights. Changed files replace its
// own, or take them away where they are empty.
func Folder(t testing.TB, changed map[string]string) string {
	t.Helper()
	all := Files(t)
	maps.Copy(all, changed)
	return Write(t, all)
}

// Write writes files by their paths, but for empty ones.
func Write(t testing.TB, all map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range all {
		if content == "" {
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// Files are the files of the small pipeline by their paths.
func Files(t testing.TB) map[string]string {
	t.Helper()
	raw, err := json.Marshal(tokenizer.ByteVocabulary())
	if err != nil {
		t.Fatal(err)
	}
	text, unet, decoder := Networks(t)
	return map[string]string{
		"model_index.json":                                `{"_class_name":"StableDiffusionPipeline"}`,
		"tokenizer/vocab.json":                            string(raw),
		"tokenizer/merges.txt":                            "#version: 0.2\n",
		"text_encoder/config.json":                        TextConfig,
		"text_encoder/model.safetensors":                  Weights(t, text, 1),
		"unet/config.json":                                UNetConfig,
		"unet/diffusion_pytorch_model.safetensors":        Weights(t, unet, 2),
		"vae/config.json":                                 VAEConfig,
		"vae/diffusion_pytorch_model.safetensors":         Weights(t, decoder, 3),
		"scheduler/scheduler_config.json":                 SchedulerConfig,
		"safety_checker/an_unused_part_has_no_files.json": "{}",
	}
}

// Weights is a file of safetensors for a network: layers that keep the size of
// numbers about, and a last one of the decoder that makes light and dark.
func Weights(t testing.TB, n network.Network, seed uint64) string {
	t.Helper()
	list, err := network.Weights(n, network.Options{Number: checkpoint.F32})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(seed, 20261126))
	table := map[string]any{}
	var data []byte
	for _, w := range list {
		rows := max(w.Shape[1], w.Shape[3])
		mean, deviation := 0.0, math.Sqrt(float64(rows)/float64(w.Shape.Elements()))
		switch {
		case strings.HasSuffix(w.Name, ".bias"):
			deviation = 0.1
		case strings.Contains(w.Name, "embedding.weight"):
			deviation = 1
		case strings.HasPrefix(w.Name, "decoder.conv_out"):
			deviation *= 0.6
		case rows == 1:
			mean, deviation = 1, 0.1
		}
		start := len(data)
		for range w.Shape.Elements() {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(mean+deviation*rng.NormFloat64())))
		}
		shape := slices.Clone(w.Shape[:])
		slices.Reverse(shape)
		table[w.Name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{start, len(data)}}
	}
	header, err := json.Marshal(table)
	if err != nil {
		t.Fatal(err)
	}
	return string(binary.LittleEndian.AppendUint64(nil, uint64(len(header)))) + string(header) + string(data)
}
