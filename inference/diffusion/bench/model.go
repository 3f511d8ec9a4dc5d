package bench

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/noise"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
)

// The configs of the model. Its UNet foretells the picture and not the noise:
// then an image is all that the networks make, and their weights decide what it
// looks like.
const (
	textConfig = `{"architectures":["CLIPTextModel"],"vocab_size":514,"hidden_size":32,"intermediate_size":64,
		"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":77}`
	unetConfig = `{"_class_name":"UNet2DConditionModel","block_out_channels":[16,24,32],
		"down_block_types":["CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D","CrossAttnUpBlock2D"],
		"layers_per_block":1,"norm_num_groups":4,"cross_attention_dim":32,"attention_head_dim":2}`
	vaeConfig = `{"_class_name":"AutoencoderKL","block_out_channels":[8,8,12,16],"layers_per_block":1,"norm_num_groups":4,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
		"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}`
	schedulerConfig = `{"_class_name":"DPMSolverMultistepScheduler","beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear",
		"num_train_timesteps":1000,"steps_offset":1,"timestep_spacing":"leading","prediction_type":"sample"}`
)

// WriteModel writes the model into an empty folder.
func WriteModel(dir string) error {
	if err := writeModel(dir); err != nil {
		return fmt.Errorf("write model: %w", err)
	}
	return nil
}

func writeModel(dir string) error {
	text, err := network.ParseText([]byte(textConfig))
	if err != nil {
		return err
	}
	unet, err := network.ParseUNet([]byte(unetConfig))
	if err != nil {
		return err
	}
	_, decoder, err := network.ParseVAE([]byte(vaeConfig))
	if err != nil {
		return err
	}
	words, err := json.Marshal(tokenizer.ByteVocabulary())
	if err != nil {
		return err
	}

	files := map[string][]byte{
		"model_index.json":                []byte(`{"_class_name":"StableDiffusionPipeline"}`),
		"tokenizer/vocab.json":            words,
		"tokenizer/merges.txt":            []byte("#version: 0.2\n"),
		"text_encoder/config.json":        []byte(textConfig),
		"unet/config.json":                []byte(unetConfig),
		"vae/config.json":                 []byte(vaeConfig),
		"scheduler/scheduler_config.json": []byte(schedulerConfig),
	}
	for i, part := range []struct {
		file    string
		network network.Network
	}{
		{"text_encoder/model.safetensors", text},
		{"unet/diffusion_pytorch_model.safetensors", unet},
		{"vae/diffusion_pytorch_model.safetensors", decoder},
	} {
		if files[part.file], err = weights(part.network, int64(i)); err != nil {
			return err
		}
	}
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// weights is a file of safetensors with a network's weights.
func weights(n network.Network, seed int64) ([]byte, error) {
	list, err := network.Weights(n, network.Options{Number: checkpoint.F32})
	if err != nil {
		return nil, err
	}
	table := map[string]any{}
	var data []byte
	for i, w := range list {
		start := len(data)
		for _, v := range numbers(w, noise.Stream{Seed: seed, Image: uint16(i)}) {
			data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
		}
		shape := slices.Clone(w.Shape[:])
		slices.Reverse(shape)
		table[w.Name] = map[string]any{"dtype": "F32", "shape": shape, "data_offsets": []int{start, len(data)}}
	}
	header, err := json.Marshal(table)
	if err != nil {
		return nil, err
	}
	return slices.Concat(binary.LittleEndian.AppendUint64(nil, uint64(len(header))), header, data), nil
}

// numbers are those of a weight, random and scaled so that a layer keeps the size
// of what goes through it. A kernel mixes channels at random and blurs each a
// little, so that an image's large parts are stronger than its small ones.
func numbers(w *ggml.Tensor, random noise.Stream) []float32 {
	out := make([]float32, w.Shape.Elements())
	random.Fill(out)
	rows := max(w.Shape[1], w.Shape[3])
	mean, deviation := 0.0, math.Sqrt(float64(rows)/float64(len(out)))
	switch {
	case w.Shape[0] == 3 && w.Shape[1] == 3:
		return kernel(w, out)
	case strings.HasSuffix(w.Name, ".bias"):
		deviation = 0.1
	case strings.Contains(w.Name, "embedding.weight"):
		deviation = 1
	case strings.Contains(w.Name, ".attn2.to_out"):
		deviation *= 4 // what the text says is heard
	case rows == 1: // of a norm
		mean, deviation = 1, 0.1
	}
	for i, v := range out {
		out[i] = float32(mean + float64(deviation*float64(v)))
	}
	return out
}

// kernel is a mixture of channels in the middle of its nine points, and less of
// it around, beside something random in each.
func kernel(w *ggml.Tensor, random []float32) []float32 {
	blur := [9]float64{0.1, 0.3, 0.1, 0.3, 1, 0.3, 0.1, 0.3, 0.1}
	scale := 1 / math.Sqrt(float64(w.Shape[2]))
	switch w.Name {
	case "decoder.conv_out.weight":
		scale *= 0.7 // makes light and dark and little beyond
	}
	out := make([]float32, len(random))
	for i, v := range random {
		same := float64(random[i/9*9+4])
		out[i] = float32(scale * (float64(0.5*blur[i%9]*same) + float64(0.17*float64(v))))
	}
	return out
}
