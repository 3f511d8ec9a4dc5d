package diffusion_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/prompt"
	"helium/inference/task"
)

const (
	secondConfig = `{"architectures":["CLIPTextModelWithProjection"],"vocab_size":514,"hidden_size":24,"intermediate_size":48,"hidden_act":"gelu",
		"num_hidden_layers":3,"num_attention_heads":2,"max_position_embeddings":77,"projection_dim":10}`
	sizes = `"addition_embed_type":"text_time","addition_time_embed_dim":6,"projection_class_embeddings_input_dim":46`
)

// xlFiles are the parts that Stable Diffusion XL has otherwise.
func xlFiles(t *testing.T) (files map[string]string, text *network.Text, unet *network.UNet) {
	t.Helper()
	config := `{` + sizes + `,` + strings.Replace(unetConfig, `attention_dim":16`, `attention_dim":40`, 1)[1:]
	unet, err := network.ParseUNet([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	if text, err = network.ParseText([]byte(secondConfig)); err != nil {
		t.Fatal(err)
	}
	text.Skip, text.Norm, text.Pooled = 1, false, true
	plain := folderFiles(t)
	return map[string]string{
		"model_index.json":                         `{"_class_name":"StableDiffusionXLPipeline"}`,
		"text_encoder_2/config.json":               secondConfig,
		"text_encoder_2/model.safetensors":         weights(t, text, 5),
		"tokenizer_2/vocab.json":                   plain["tokenizer/vocab.json"],
		"tokenizer_2/merges.txt":                   plain["tokenizer/merges.txt"],
		"tokenizer_2/special_tokens_map.json":      `{"pad_token":"!"}`,
		"unet/config.json":                         config,
		"unet/diffusion_pytorch_model.safetensors": weights(t, unet, 6),
	}, text, unet
}

// interleaved puts the rows of one encoder behind those of the other.
func interleaved(a, b []float32) []float32 {
	var out []float32
	for i := range len(a) / 16 {
		out = slices.Concat(out, a[i*16:][:16], b[i*24:][:24])
	}
	return out
}

// told is what two text encoders make of a text.
type told struct{ first, second, pooled []float32 }

// guide is what a UNet is told of it, given the sizes. A refiner is told what the
// second encoder makes alone.
func (w told) guide(t *testing.T, unet *network.UNet, sizes []float64) guide {
	t.Helper()
	added, err := unet.AddedText(w.pooled, sizes)
	if err != nil {
		t.Fatal(err)
	}
	if len(sizes) == 5 {
		return guide{w.second, added}
	}
	return guide{interleaved(w.first, w.second), added}
}

// tell encodes the usual prompt, then the negative one, by both encoders.
func (l *literal) tell(dir string, second *network.Text, s *task.SD) []told {
	l.t.Helper()
	fragments := [][]fragment{{{"a cat,", 1}, {"a dog", 0.5}, {"under the", 1}, {"sun", 1.3}}, {{"rain", 1}}}
	var all []told
	for _, f := range fragments {
		all = append(all, told{first: l.conditioning(f, 1)})
	}
	l.take(newCompute(l.t, 1), dir, "_2", second)
	for i, f := range fragments {
		ids := prompt.Pooled(l.words, []string{s.Prompt, s.NegativePrompt}[i])
		in, rows, err := second.Inputs([]network.Tokens{{IDs: ids}})
		if err != nil {
			l.t.Fatal(err)
		}
		all[i].pooled = narrow(l.do(l.textRun, in, rows, "pooled"))
		all[i].second = l.conditioning(f, 1)
	}
	return all
}

func TestImagesOfTwoTextEncodersAreThoseOfTheFormulas(t *testing.T) {
	files, second, unet := xlFiles(t)
	dir := folder(t, files)
	l := newLiteral(t, dir, unet, 9, 8, 1)
	s := made(t, `"num_images":2,"steps":5,"image_width":72`, "")
	var guides []guide
	for _, words := range l.tell(dir, second, s) {
		guides = append(guides, words.guide(t, unet, []float64{64, 72, 0, 0, 64, 72}))
	}

	p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	for i, img := range run(t, p, s) {
		compare(t, img.Pixels.Pix, l.image(s, i, false, guides[0], guides[1]))
	}

	// A longer prompt is padded for both encoders.
	run(t, p, made(t, "", `"prompt":"`+strings.Repeat("far (away)0.7 ", 30)+`"`))
}

func TestAPartOfStableDiffusionXLAloneIsRefused(t *testing.T) {
	files, _, _ := xlFiles(t)
	for name, without := range map[string][]string{
		"no second encoder": {"text_encoder_2/config.json", "text_encoder_2/model.safetensors"},
		"another UNet":      {"unet/config.json", "unet/diffusion_pytorch_model.safetensors"},
	} {
		part := map[string]string{}
		for path, content := range files {
			if !slices.Contains(without, path) {
				part[path] = content
			}
		}
		p, err := diffusion.Open(newCompute(t, 1), at(folder(t, part)), diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if !errors.Is(err, diffusion.ErrUnsupported) || !strings.Contains(err.Error(), "unet: ") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
