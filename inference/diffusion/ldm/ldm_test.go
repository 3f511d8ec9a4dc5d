package ldm_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/ldm"
	"helium/inference/diffusion/ldm/ldmtest"
	"helium/inference/diffusion/network"
)

var exact = network.Options{Number: checkpoint.F32}

// published reads a config.json of the models that all others are made of.
func published[N any](t testing.TB, name string, parse func([]byte) (N, error)) N {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "network", "testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	n, err := parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// autoencoder is both halves of one.
type autoencoder struct {
	*network.Encoder
	*network.Decoder
}

func parseVAE(raw []byte) (autoencoder, error) {
	e, d, err := network.ParseVAE(raw)
	return autoencoder{e, d}, err
}

// model is a published one: its parts as a file has them, and as diffusers does.
type model struct {
	unet  *network.UNet
	vae   autoencoder
	texts map[string]*network.Text
	parts []ldmtest.Part
	scale float64
	sum   int // of the tensors in the file
}

func models(t testing.TB) map[string]model {
	t.Helper()
	vae := published(t, "sd15-vae", parseVAE)
	halves := ldmtest.Part{Prefix: "first_stage_model.", Network: []network.Network{vae.Encoder, vae.Decoder}, Names: ldmtest.VAE(&vae.Encoder.VAEConfig)}
	unet := func(name string, matrices bool) (*network.UNet, ldmtest.Part) {
		u := published(t, name, network.ParseUNet)
		return u, ldmtest.Part{Prefix: "model.diffusion_model.", Network: []network.Network{u}, Names: ldmtest.UNet(&u.UNetConfig, matrices)}
	}
	text := func(name, prefix string, whole *network.Text, names []ldmtest.Name) (*network.Text, ldmtest.Part) {
		return published(t, name, network.ParseText), ldmtest.Part{Prefix: prefix, Network: []network.Network{whole}, Names: names}
	}

	unet1, unetPart1 := unet("sd15-unet", false)
	clip := published(t, "sd15-text", network.ParseText)
	text1, textPart1 := text("sd15-text", "cond_stage_model.transformer.", clip, ldmtest.CLIP(12))

	unet2, unetPart2 := unet("sd21-unet", true)
	open := published(t, "sd21-text", network.ParseText)
	open.Config.Layers = 24 // the file has the last one, too
	text2, textPart2 := text("sd21-text", "cond_stage_model.model.", open, ldmtest.OpenCLIP(24, false))

	unetXL, unetPartXL := unet("sdxl-unet", true)
	big := published(t, "sdxl-text2", network.ParseText)
	big.Pooled = true
	_, textPartXL := text("sd15-text", "conditioner.embedders.0.transformer.", clip, ldmtest.CLIP(12))
	textXL, textPart2XL := text("sdxl-text2", "conditioner.embedders.1.model.", big, ldmtest.OpenCLIP(32, true))

	unetR, unetPartR := unet("refiner-unet", true)
	_, textPartR := text("sdxl-text2", "conditioner.embedders.0.model.", big, ldmtest.OpenCLIP(32, true))
	return map[string]model{
		"Stable Diffusion 1.5":    {unet1, vae, map[string]*network.Text{ldm.Text: text1}, []ldmtest.Part{unetPart1, halves, textPart1}, 0.18215, 686 + 248 + 196},
		"Stable Diffusion 2.1":    {unet2, vae, map[string]*network.Text{ldm.Text: text2}, []ldmtest.Part{unetPart2, halves, textPart2}, 0.18215, 686 + 248 + 292},
		"Stable Diffusion XL":     {unetXL, vae, map[string]*network.Text{ldm.Text: text1, ldm.SecondText: textXL}, []ldmtest.Part{unetPartXL, halves, textPartXL, textPart2XL}, 0.13025, 1680 + 248 + 196 + 389},
		"Stable Diffusion XL too": {unetR, vae, map[string]*network.Text{ldm.SecondText: textXL}, []ldmtest.Part{unetPartR, halves, textPartR}, 0.13025, 1220 + 248 + 389},
	}
}

// tensors are all of a model's in its file.
func (m model) tensors(t testing.TB) []ldmtest.Tensor {
	t.Helper()
	var all []ldmtest.Tensor
	for _, p := range m.parts {
		list, err := p.Tensors()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return all
}

// table is a file's, without the numbers.
func table(tensors []ldmtest.Tensor) ([]checkpoint.Weight, error) {
	header := ldmtest.Header(tensors, nil)
	size := uint64(len(header))
	for _, tensor := range tensors {
		size += tensor.Size()
	}
	return checkpoint.ReadSafetensors(bytes.NewReader(header), int64(size))
}

// read reads a file's table.
func read(t testing.TB, tensors []ldmtest.Tensor, metadata map[string]string) (ldm.Model, error) {
	t.Helper()
	weights, err := table(tensors)
	if err != nil {
		t.Fatal(err)
	}
	return ldm.Read(weights, metadata)
}

func config(t testing.TB, m ldm.Model, part string) []byte {
	t.Helper()
	raw, err := m.Config(part)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Every tensor of a file has one place in the networks as published, of the same
// shape, and no place is empty.
func TestPublishedModelsInOneFileAreTheirFolders(t *testing.T) {
	for name, m := range models(t) {
		t.Run(name, func(t *testing.T) {
			tensors := m.tensors(t)
			if len(tensors) != m.sum {
				t.Errorf("the file has %d tensors, want %d", len(tensors), m.sum)
			}
			file, err := read(t, tensors, nil)
			if err != nil {
				t.Fatal(err)
			}
			fit := func(part string, networks ...network.Network) {
				for _, n := range networks {
					if _, err := network.OpenTensors(file.Tensors(part), n, exact); err != nil {
						t.Errorf("%s: %v", part, err)
					}
				}
			}
			fit(ldm.UNet, m.unet)
			fit(ldm.VAE, m.vae.Encoder, m.vae.Decoder)
			for part, text := range m.texts {
				text.Pooled = part == ldm.SecondText
				fit(part, text)
			}
			compareConfigs(t, file, m)
			if file.Has(ldm.Text) != (m.texts[ldm.Text] != nil) || file.Has(ldm.SecondText) != (m.texts[ldm.SecondText] != nil) {
				t.Error("it has other text encoders")
			}
		})
	}
}

// compareConfigs compares what shapes say with what was published, but for
// settings of which nothing depends.
func compareConfigs(t *testing.T, file ldm.Model, m model) {
	t.Helper()
	unet, err := network.ParseUNet(config(t, file, ldm.UNet))
	if err != nil {
		t.Fatal(err)
	}
	for i, kind := range m.unet.Down {
		if kind == "DownBlock2D" && i < len(m.unet.Down)-1 {
			unet.Depth[i], m.unet.Depth[i] = 0, 0
		}
	}
	same(t, unet, m.unet)
	vae, err := parseVAE(config(t, file, ldm.VAE))
	if err != nil {
		t.Fatal(err)
	}
	m.vae.Encoder.Scale, m.vae.Decoder.Scale = m.scale, m.scale
	same(t, vae, m.vae)
	for part, want := range m.texts {
		text, err := network.ParseText(config(t, file, part))
		if err != nil {
			t.Fatal(err)
		}
		if part == ldm.Text {
			text.Config.Projection = want.Config.Projection
		}
		text.Pooled = want.Pooled
		same(t, text, want)
	}
}

func same(t *testing.T, got, want any) {
	t.Helper()
	a, errA := json.Marshal(got)
	b, errB := json.Marshal(want)
	if errA != nil || errB != nil || !bytes.Equal(a, b) {
		t.Errorf("config\n%s, want\n%s", a, b)
	}
}

// The names on the left are in files that are published.
func TestNamesOfPublishedFiles(t *testing.T) {
	layers := []int{2, 2, 2, 2}
	for _, c := range []struct {
		part       string
		depths     []int
		name, want string
	}{
		{ldm.UNet, []int{1, 1, 1, 0}, "time_embed.2.bias", "time_embedding.linear_2.bias"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.0.0.weight", "conv_in.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.1.1.transformer_blocks.0.attn1.to_q.weight", "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.3.0.op.weight", "down_blocks.0.downsamplers.0.conv.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.4.0.skip_connection.weight", "down_blocks.1.resnets.0.conv_shortcut.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.11.0.emb_layers.1.weight", "down_blocks.3.resnets.1.time_emb_proj.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "middle_block.1.transformer_blocks.0.ff.net.0.proj.weight", "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "middle_block.2.out_layers.3.weight", "mid_block.resnets.1.conv2.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "output_blocks.2.1.conv.weight", "up_blocks.0.upsamplers.0.conv.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "output_blocks.5.2.conv.weight", "up_blocks.1.upsamplers.0.conv.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "output_blocks.11.1.proj_out.weight", "up_blocks.3.attentions.2.proj_out.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "out.2.weight", "conv_out.weight"},
		{ldm.UNet, []int{0, 2, 10}, "label_emb.0.0.weight", "add_embedding.linear_1.weight"},
		{ldm.UNet, []int{0, 2, 10}, "input_blocks.8.1.transformer_blocks.9.attn2.to_v.weight", "down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_v.weight"},
		{ldm.UNet, []int{0, 2, 10}, "output_blocks.2.2.conv.bias", "up_blocks.0.upsamplers.0.conv.bias"},
		{ldm.UNet, []int{0, 2, 10}, "output_blocks.5.2.conv.bias", "up_blocks.1.upsamplers.0.conv.bias"},
		{ldm.UNet, []int{0, 2, 10}, "output_blocks.8.0.in_layers.2.weight", "up_blocks.2.resnets.2.conv1.weight"},
		{ldm.VAE, nil, "decoder.mid.attn_1.q.weight", "decoder.mid_block.attentions.0.to_q.weight"},
		{ldm.VAE, nil, "encoder.mid.attn_1.proj_out.bias", "encoder.mid_block.attentions.0.to_out.0.bias"},
		{ldm.VAE, nil, "encoder.down.1.block.0.nin_shortcut.weight", "encoder.down_blocks.1.resnets.0.conv_shortcut.weight"},
		{ldm.VAE, nil, "decoder.up.0.block.2.conv2.weight", "decoder.up_blocks.3.resnets.2.conv2.weight"},
		{ldm.VAE, nil, "decoder.up.3.upsample.conv.weight", "decoder.up_blocks.0.upsamplers.0.conv.weight"},
		{ldm.VAE, nil, "decoder.norm_out.weight", "decoder.conv_norm_out.weight"},
		{ldm.VAE, nil, "post_quant_conv.weight", "post_quant_conv.weight"},
		{ldm.Text, nil, "transformer.resblocks.22.mlp.c_proj.bias", "text_model.encoder.layers.22.mlp.fc2.bias"},
		{ldm.Text, nil, "ln_final.weight", "text_model.final_layer_norm.weight"},
		{ldm.Text, nil, "positional_embedding", "text_model.embeddings.position_embedding.weight"},
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.12.0.in_layers.0.weight", ""},
		{ldm.UNet, []int{1, 1, 1, 0}, "output_blocks.12.0.in_layers.0.weight", ""},
		{ldm.UNet, []int{1, 1, 1, 0}, "output_blocks.5.1.conv.weight", "up_blocks.1.attentions.2.conv.weight"}, // no network asks for it
		{ldm.UNet, []int{1, 1, 1, 0}, "input_blocks.01.0.in_layers.0.weight", ""},
		{ldm.UNet, []int{1, 1, 1, 0}, "conv_in.weight", ""},
		{ldm.VAE, nil, "decoder.down.0.block.0.conv1.weight", ""},
		{ldm.VAE, nil, "decoder.up.4.block.0.conv1.weight", ""},
	} {
		if got := ldm.NameOf(c.part, c.name, layers[:cmp.Or(len(c.depths), len(layers))], c.depths); got != c.want {
			t.Errorf("%s is %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWhatAFileSaysOfItsSchedule(t *testing.T) {
	all := models(t)
	for name, c := range map[string]struct {
		model    string
		marks    []string
		metadata map[string]string
		want     []string
	}{
		"first":          {"Stable Diffusion 1.5", nil, nil, []string{`"epsilon"`}},
		"velocity":       {"Stable Diffusion 1.5", nil, map[string]string{"modelspec.prediction_type": "v"}, []string{`"v_prediction"`}},
		"second":         {"Stable Diffusion 2.1", nil, nil, []string{`"v_prediction"`}},
		"second's base":  {"Stable Diffusion 2.1", nil, map[string]string{"modelspec.architecture": "stable-diffusion-v2-512"}, []string{`"epsilon"`}},
		"second says":    {"Stable Diffusion 2.1", nil, map[string]string{"modelspec.prediction_type": "epsilon", "modelspec.architecture": "stable-diffusion-v2-768-v"}, []string{`"epsilon"`}},
		"xl":             {"Stable Diffusion XL", nil, nil, []string{`"epsilon"`, `"timestep_spacing":"leading"`}},
		"xl of velocity": {"Stable Diffusion XL", []string{"v_pred", "ztsnr"}, nil, []string{`"v_prediction"`, `"rescale_betas_zero_snr":true`}},
	} {
		tensors := all[c.model].tensors(t)
		for _, mark := range c.marks {
			tensors = append(tensors, ldmtest.Tensor{Name: mark, Type: "F32", Shape: []uint64{0}})
		}
		m, err := read(t, tensors, c.metadata)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := m.Scheduler()
		for _, want := range append(c.want, `"beta_end":0.012`, `"steps_offset":1`) {
			if err != nil || !strings.Contains(string(raw), want) {
				t.Errorf("%s: %s and %v, want %s", name, raw, err, want)
			}
		}
	}
	if _, err := read(t, all["Stable Diffusion 1.5"].tensors(t), map[string]string{"modelspec.prediction_type": "sample"}); !errors.Is(err, ldm.ErrUnsupported) {
		t.Errorf("another prediction: %v", err)
	}
}

func TestTensorsWithoutAPlaceAreRefusedByName(t *testing.T) {
	m := models(t)["Stable Diffusion 2.1"]
	with := func(change func([]ldmtest.Tensor) []ldmtest.Tensor) error {
		file, err := read(t, change(m.tensors(t)), nil)
		if err != nil {
			return err
		}
		if _, err = network.OpenTensors(file.Tensors(ldm.UNet), m.unet, exact); err == nil {
			_, err = network.OpenTensors(file.Tensors(ldm.Text), m.texts[ldm.Text], exact)
		}
		return err
	}
	added := func(name string, shape ...uint64) func([]ldmtest.Tensor) []ldmtest.Tensor {
		return func(all []ldmtest.Tensor) []ldmtest.Tensor {
			return append(all, ldmtest.Tensor{Name: name, Type: "F32", Shape: shape})
		}
	}
	without := func(name string) func([]ldmtest.Tensor) []ldmtest.Tensor {
		return func(all []ldmtest.Tensor) []ldmtest.Tensor {
			return slices.DeleteFunc(all, func(t ldmtest.Tensor) bool { return t.Name == name })
		}
	}
	const unet, text = "model.diffusion_model.", "cond_stage_model.model."
	for _, c := range []struct {
		change func([]ldmtest.Tensor) []ldmtest.Tensor
		says   string
	}{
		{added("edm_mean", 4), "edm_mean"},
		{added("control_model.input_blocks.0.0.weight", 4), "control_model"},
		{added(unet+"conv_in.weight", 320, 4, 3, 3), unet + "conv_in.weight"},
		{added(unet+"input_blocks.1.2.weight", 4), "input_blocks.1.2.weight"},
		{added(unet+"down_blocks.0.resnets.0.conv1.weight", 4), "down_blocks.0.resnets.0.conv1.weight"},
		{added(text+"transformer.resblocks.24.mlp.c_fc.weight", 4096, 1024), "layers.24.mlp.fc1"},
		{added(text+"transformer.resblocks.3.attn.in_proj_extra", 4), "in_proj_extra"},
		{without(unet + "input_blocks.4.1.norm.bias"), "down_blocks.1.attentions.0.norm.bias"},
		{without(text + "transformer.resblocks.3.attn.in_proj_bias"), "layers.3.self_attn.q_proj.bias"},
	} {
		if err := with(c.change); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v, want an error about %s", err, c.says)
		}
	}

	for _, harmless := range []string{"model_ema.decay", "alphas_cumprod", text + "logit_scale", text + "attn_mask", text + "text_projection", "first_stage_model.loss.logvar"} {
		if err := with(added(harmless, 1)); err != nil {
			t.Errorf("%s: %v", harmless, err)
		}
	}
	if _, err := read(t, []ldmtest.Tensor{{Name: "weight", Type: "F32", Shape: []uint64{1}}}, nil); !errors.Is(err, ldm.ErrUnsupported) {
		t.Errorf("another file: %v", err)
	}
}

// Programs that write files have ways of their own.
func TestFilesOfOtherWritersAreTheSameModels(t *testing.T) {
	all := models(t)
	renamed := func(tensors []ldmtest.Tensor, from, to string) []ldmtest.Tensor {
		for i := range tensors {
			tensors[i].Name = strings.Replace(tensors[i].Name, from, to, 1)
		}
		return tensors
	}
	file := func(tensors []ldmtest.Tensor) ldm.Model {
		m, err := read(t, tensors, nil)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}

	m := all["Stable Diffusion 1.5"]
	short := file(renamed(m.tensors(t), "cond_stage_model.transformer.text_model.", "cond_stage_model.transformer."))
	if _, err := network.OpenTensors(short.Tensors(ldm.Text), m.texts[ldm.Text], exact); err != nil {
		t.Errorf("names without text_model: %v", err)
	}

	m = all["Stable Diffusion 2.1"]
	less := slices.DeleteFunc(m.tensors(t), func(t ldmtest.Tensor) bool { return strings.Contains(t.Name, ".resblocks.23.") })
	if _, err := network.OpenTensors(file(less).Tensors(ldm.Text), m.texts[ldm.Text], exact); err != nil {
		t.Errorf("without the layer that is not used: %v", err)
	}
	compareConfigs(t, file(less), m)

	var names []ldmtest.Name // of diffusers in both places
	for _, n := range ldmtest.VAE(&m.vae.Encoder.VAEConfig) {
		names = append(names, ldmtest.Name{File: n.Diffusers[0], Diffusers: n.Diffusers})
	}
	alone, err := ldmtest.Part{Network: []network.Network{m.vae.Encoder, m.vae.Decoder}, Names: names}.Tensors()
	if err != nil {
		t.Fatal(err)
	}
	vae := file(alone)
	got, err := parseVAE(config(t, vae, ldm.VAE))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, all["Stable Diffusion 1.5"].vae)
	vae.ForXL()
	if got, err = parseVAE(config(t, vae, ldm.VAE)); err != nil || got.Decoder.Scale != 0.13025 {
		t.Errorf("a VAE alone of Stable Diffusion XL has the scale %v, %v", got.Decoder.Scale, err)
	}
}

func TestAFileOfAnotherKindIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "model.ckpt")
	if err := os.WriteFile(path, []byte("PK\x03\x04"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ldm.Open(path); err == nil || !strings.Contains(err.Error(), "safetensors") {
		t.Errorf("%v, want advice", err)
	}
	if _, err := ldm.Open(path + ".safetensors"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// smallTable is a table of tensors, a name and its sizes in each line.
const smallTable = `model.diffusion_model.input_blocks.0.0.weight 32 4 3 3
model.diffusion_model.input_blocks.1.0.out_layers.3.weight 32 32 3 3
model.diffusion_model.input_blocks.1.1.transformer_blocks.0.norm1.weight 32
model.diffusion_model.input_blocks.2.0.op.weight 32 32 3 3
model.diffusion_model.input_blocks.3.0.out_layers.3.weight 64 32 3 3
model.diffusion_model.output_blocks.1.1.conv.weight 64 64 3 3
model.diffusion_model.middle_block.1.proj_in.weight 64 64
model.diffusion_model.label_emb.0.0.weight 128 96
first_stage_model.decoder.up.0.block.0.conv1.weight 32 32 3 3
first_stage_model.decoder.up.1.upsample.conv.weight 32 32 3 3
conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight 9 64
conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight 192 64
conditioner.embedders.1.model.transformer.resblocks.0.ln_1.weight 64
conditioner.embedders.1.model.text_projection 64 40
`

// tableOf reads such a table; nil is one that no file can have.
func tableOf(text string) []checkpoint.Weight {
	var tensors []ldmtest.Tensor
	for line := range strings.Lines(text) {
		fields := strings.Fields(line)
		if len(fields) == 0 || len(fields) > 9 {
			return nil
		}
		shape, total := []uint64{}, uint64(1)
		for _, field := range fields[1:] {
			n, err := strconv.ParseUint(field, 10, 64)
			if err != nil || n > 1<<31 || total*max(n, 1) > 1<<31 {
				return nil
			}
			shape, total = append(shape, n), total*max(n, 1)
		}
		tensors = append(tensors, ldmtest.Tensor{Name: fields[0], Type: "F32", Shape: shape})
	}
	weights, err := table(tensors)
	if err != nil {
		return nil
	}
	return weights
}

// Whatever a table of tensors says, no number has two places, no view leaves its
// tensor, configs are JSON, and what networks make of them has bounds.
func FuzzFile(f *testing.F) {
	f.Add(smallTable, "v")
	f.Add(strings.ReplaceAll(smallTable, "conditioner.embedders.1.model.", "cond_stage_model.model."), "")
	f.Add(strings.ReplaceAll(smallTable, "32 ", "1000000000 "), "")
	f.Add(strings.ReplaceAll(smallTable, " 64", " 0"), "epsilon")
	f.Add("decoder.conv_in.weight 4\nencoder.conv_in.weight 3", "")
	f.Fuzz(func(t *testing.T, table, prediction string) {
		weights := tableOf(table)
		var stored int64
		for _, w := range weights {
			stored += w.Size()
		}
		m, err := ldm.Read(weights, map[string]string{"modelspec.prediction_type": prediction})
		if err != nil {
			return
		}
		var shown int64
		for _, part := range []string{ldm.UNet, ldm.VAE, ldm.Text, ldm.SecondText} {
			for _, name := range m.Tensors(part).Names() {
				view, _ := m.Tensors(part).Get(name)
				shown += view.Size()
			}
			if !m.Has(part) {
				continue
			}
			raw, err := m.Config(part)
			if err != nil || !json.Valid(raw) {
				t.Fatalf("config %s: %v", raw, err)
			}
			var n network.Network
			switch part {
			case ldm.UNet:
				n, err = network.ParseUNet(raw)
			case ldm.VAE:
				_, n, err = network.ParseVAE(raw)
			default:
				n, err = network.ParseText(raw)
			}
			if err == nil {
				network.OpenTensors(m.Tensors(part), n, exact)
			}
		}
		if shown > stored {
			t.Errorf("%d bytes of views of %d", shown, stored)
		}
	})
}

func TestTheTableOfTheFuzzingIsAModel(t *testing.T) {
	m, err := ldm.Read(tableOf(smallTable), nil)
	if err != nil || !m.Has(ldm.UNet) || !m.Has(ldm.VAE) || !m.Has(ldm.Text) || len(m.Tensors(ldm.SecondText)) != 5 {
		t.Errorf("%v: it is none: %v", err, m.Tensors(ldm.SecondText).Names())
	}
}
