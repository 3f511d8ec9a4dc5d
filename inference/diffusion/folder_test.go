package diffusion_test

import (
	"encoding/binary"
	"encoding/json"
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
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
	"helium/inference/task"
)

const (
	textConfig = `{"architectures":["CLIPTextModel"],"vocab_size":514,"hidden_size":16,"intermediate_size":32,
		"num_hidden_layers":2,"num_attention_heads":2,"max_position_embeddings":77}`
	unetConfig = `{"_class_name":"UNet2DConditionModel","block_out_channels":[16,24],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"norm_num_groups":4,"cross_attention_dim":16,"attention_head_dim":2}`
	vaeConfig = `{"_class_name":"AutoencoderKL","block_out_channels":[8,8,12,16],"layers_per_block":1,"norm_num_groups":4,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
		"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}`
	schedulerConfig = `{"_class_name":"PNDMScheduler","beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear",
		"num_train_timesteps":1000,"set_alpha_to_one":false,"skip_prk_steps":true,"steps_offset":1,"timestep_spacing":"leading","clip_sample":false}`
)

var exact = network.Options{Number: checkpoint.F32}

// vocabulary is one without merges: every byte is a token, inside of a word and
// at its end.
func vocabulary() map[string]int32 {
	var inside, last []string
	next := rune(0x100)
	for b := range rune(256) {
		if !(b >= '!' && b <= '~' || b >= 0xa1 && b <= 0xac || b >= 0xae) {
			inside = append(inside, string(next))
			next++
			continue
		}
		inside = append(inside, string(b))
	}
	for _, name := range inside {
		last = append(last, name+"</w>")
	}
	ids := map[string]int32{}
	for i, name := range slices.Concat(inside, last, []string{"<|startoftext|>", "<|endoftext|>"}) {
		ids[name] = int32(i)
	}
	return ids
}

// networks are those of the configs above.
func networks(t testing.TB) (*network.Text, *network.UNet, *network.Decoder) {
	t.Helper()
	text, err := network.ParseText([]byte(textConfig))
	if err != nil {
		t.Fatal(err)
	}
	unet, err := network.ParseUNet([]byte(unetConfig))
	if err != nil {
		t.Fatal(err)
	}
	_, decoder, err := network.ParseVAE([]byte(vaeConfig))
	if err != nil {
		t.Fatal(err)
	}
	return text, unet, decoder
}

// folder writes a small pipeline of made-up weights. Changed files replace its own, or
// take them away where they are empty.
func folder(t testing.TB, changed map[string]string) string {
	t.Helper()
	all := folderFiles(t)
	maps.Copy(all, changed)
	return files(t, all)
}

// files writes files by their paths, but for empty ones.
func files(t testing.TB, all map[string]string) string {
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

// folderFiles are the files of the small pipeline by their paths.
func folderFiles(t testing.TB) map[string]string {
	t.Helper()
	raw, err := json.Marshal(vocabulary())
	if err != nil {
		t.Fatal(err)
	}
	text, unet, decoder := networks(t)
	return map[string]string{
		"model_index.json":                                `{"_class_name":"StableDiffusionPipeline"}`,
		"tokenizer/vocab.json":                            string(raw),
		"tokenizer/merges.txt":                            "#version: 0.2\n",
		"text_encoder/config.json":                        textConfig,
		"text_encoder/model.safetensors":                  weights(t, text, 1),
		"unet/config.json":                                unetConfig,
		"unet/diffusion_pytorch_model.safetensors":        weights(t, unet, 2),
		"vae/config.json":                                 vaeConfig,
		"vae/diffusion_pytorch_model.safetensors":         weights(t, decoder, 3),
		"scheduler/scheduler_config.json":                 schedulerConfig,
		"safety_checker/an_unused_part_has_no_files.json": "{}",
	}
}

// weights is a file of safetensors for a network: layers that keep the size of
// numbers about, and a last one of the decoder that makes light and dark.
func weights(t testing.TB, n network.Network, seed uint64) string {
	t.Helper()
	list, err := network.Weights(n, exact)
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

func newCompute(t testing.TB, threads int) *ggml.Compute {
	t.Helper()
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.NewCompute(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func open(t testing.TB, threads int, opts diffusion.Options) *diffusion.Pipeline {
	t.Helper()
	if opts.Network == (network.Options{}) {
		opts.Network = exact
	}
	p, err := diffusion.Open(newCompute(t, threads), at(folder(t, nil)), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// made is a task of 64×64; change is JSON of the config, and of the document.
func made(t testing.TB, config, document string) *task.SD {
	t.Helper()
	settings := map[string]any{"image_width": 64, "image_height": 64, "steps": 4, "seed": 7, "num_images": 1, "safety_checker": false, "cfg": 5}
	doc := map[string]any{"base_model": "owner/model", "prompt": "a cat, (a dog)0.5 under the (sun)1.3", "negative_prompt": "rain"}
	for raw, into := range map[string]map[string]any{config: settings, document: doc} {
		if err := json.Unmarshal([]byte("{"+raw+"}"), &into); err != nil {
			t.Fatal(err)
		}
	}
	doc["task_config"] = settings
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	s, err := task.ParseSD(raw)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func scheduler(method string, args string) string {
	return fmt.Sprintf(`"scheduler":{"method":%q,"args":{%s}}`, method, args)
}

func schedulers() []string {
	return []string{task.SchedulerDPM, task.SchedulerEuler, task.SchedulerLCM}
}

// at is the base model alone.
func at(dir string) diffusion.Models {
	return diffusion.Models{task.RoleBase: {Path: dir}}
}
