package network_test

import (
	"os"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
)

// known reads a published config.json.
func known(t testing.TB, name string) network.Network {
	t.Helper()
	raw, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var n network.Network
	switch {
	case strings.HasSuffix(name, "controlnet"):
		n, err = network.ParseControlNet(raw)
	case strings.HasSuffix(name, "unet"):
		n, err = network.ParseUNet(raw)
	case strings.HasSuffix(name, "vae"):
		_, n, err = network.ParseVAE(raw)
	case strings.HasSuffix(name, "safety"):
		n, err = network.ParseSafetyChecker(raw)
	default:
		n, err = network.ParseText(raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func shapesOf(t testing.TB, n network.Network) map[string]ggml.Shape {
	t.Helper()
	weights, err := network.Weights(n, exact)
	if err != nil {
		t.Fatal(err)
	}
	shapes := map[string]ggml.Shape{}
	for _, w := range weights {
		shapes[w.Name] = w.Shape
	}
	return shapes
}

// The numbers of parameters are those that are published of the models. That of
// the safety checker is what the size of its file, 1,215,981,830 bytes, leaves room
// for: four bytes each, 2 KB of positions and a header of 53 KB.
func TestKnownNetworksHaveTheirTensors(t *testing.T) {
	tests := map[string]struct {
		tensors    int
		parameters int64
		has        map[string]ggml.Shape
	}{
		"sd15-unet": {686, 859_520_964, map[string]ggml.Shape{
			"down_blocks.0.attentions.1.transformer_blocks.0.attn2.to_k.weight": ggml.Dims(768, 320),
			"down_blocks.1.resnets.0.conv_shortcut.weight":                      ggml.Dims(1, 1, 320, 640),
			"mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.weight":  ggml.Dims(1280, 10240),
			"up_blocks.1.resnets.2.conv1.weight":                                ggml.Dims(3, 3, 1920, 1280),
			"up_blocks.3.attentions.2.proj_out.bias":                            ggml.Dims(320),
		}},
		"sd21-unet": {686, 865_910_724, nil},
		"sdxl-unet": {1680, 2_567_463_684, map[string]ggml.Shape{
			"add_embedding.linear_1.weight":                                     ggml.Dims(2816, 1280),
			"down_blocks.2.attentions.1.transformer_blocks.9.attn2.to_v.weight": ggml.Dims(2048, 1280),
			"up_blocks.1.attentions.2.transformer_blocks.1.norm3.weight":        ggml.Dims(640),
		}},
		"refiner-unet":    {1220, 2_259_526_660, nil},
		"sd15-controlnet": {340, 361_279_120, nil},
		"sd15-text":       {196, 123_060_480, nil},
		"sd21-text":       {372, 340_387_840, nil},
		"sdxl-text2":      {517, 694_659_840, nil},
		"sd15-safety": {396, 303_981_588, map[string]ggml.Shape{
			"vision_model.vision_model.embeddings.patch_embedding.weight":    ggml.Dims(14, 14, 3, 1024),
			"vision_model.vision_model.embeddings.position_embedding.weight": ggml.Dims(1024, 257),
			"visual_projection.weight":                                       ggml.Dims(1024, 768),
			"concept_embeds":                                                 ggml.Dims(768, 17),
		}},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			n := known(t, name)
			if text, ok := n.(*network.Text); ok && name == "sdxl-text2" {
				text.Pooled = true
			}
			shapes := shapesOf(t, n)
			compareCounts(t, shapes, want.tensors, want.parameters)
			for tensor, shape := range want.has {
				if got := shapes[tensor]; got != shape {
					t.Errorf("%s is %v, want %v", tensor, got, shape)
				}
			}
		})
	}
}

func compareCounts(t *testing.T, shapes map[string]ggml.Shape, tensors int, parameters int64) {
	t.Helper()
	var n int64
	for _, s := range shapes {
		n += s.Elements()
	}
	if len(shapes) != tensors || n != parameters {
		t.Errorf("%d tensors of %d parameters, want %d of %d", len(shapes), n, tensors, parameters)
	}
}

func TestTheHalvesOfAnAutoencoderAreItsTensors(t *testing.T) {
	raw, err := os.ReadFile("testdata/sd15-vae.json")
	if err != nil {
		t.Fatal(err)
	}
	e, d, err := network.ParseVAE(raw)
	if err != nil {
		t.Fatal(err)
	}
	shapes := shapesOf(t, e)
	for name, shape := range shapesOf(t, d) {
		shapes[name] = shape
	}
	compareCounts(t, shapes, 248, 83_653_863)
}

// half is what a machine with a small card computes with.
var half = network.Options{Number: checkpoint.F16, Flash: true}

// A pipeline loads its parts one after the other, and cards lay out patches of
// convolutions of up to a gigabyte. The autoencoder stays in full precision: that of
// Stable Diffusion XL makes numbers beyond half floats.
func TestPlansFitIntoTheMemoryOfSmallCards(t *testing.T) {
	c := newCompute(t, 1)
	const patches = 1 << 30
	card, whole := half, exact
	card.Patches, whole.Patches = patches, patches
	for model, m := range map[string]struct {
		texts   []string
		unet    string
		control string
		side    int64
		limit   uint64
	}{
		"stable diffusion 1 at 512 by 512":                   {[]string{"sd15-text"}, "sd15-unet", "", 64, 4 << 30},
		"stable diffusion 1 with a ControlNet at 512 by 512": {[]string{"sd15-text"}, "sd15-unet", "sd15-controlnet", 64, 4 << 30},
		"stable diffusion xl at 1024 by 1024":                {[]string{"sd15-text", "sdxl-text2"}, "sdxl-unet", "", 128, 8 << 30},
	} {
		plan := func(name string, opts network.Options, size network.Size) ggml.Memory {
			p, err := network.Plan(c, known(t, name), opts, size)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %s: weights %d MB, work %d MB", model, name, p.Weights>>20, p.Work>>20)
			return p
		}

		var most uint64
		for _, name := range m.texts {
			most = max(most, plan(name, card, network.Size{Count: 2}).Total())
		}
		size := network.Size{Width: m.side, Height: m.side, Count: 2, Tokens: 77, Control: m.control != ""}
		denoising := plan(m.unet, card, size).Total()
		if m.control != "" { // both at once
			denoising += plan(m.control, card, size).Total()
		}
		decoding := plan("sd15-vae", whole, network.Size{Width: m.side, Height: m.side, Count: 1}).Total()
		most = max(most, denoising, decoding)
		t.Logf("%s: %d MB at most", model, most>>20)
		if most > m.limit {
			t.Errorf("%s takes %d MB, want at most %d MB", model, most>>20, m.limit>>20)
		}
	}
}

// The target is 10 ms; a step of a full-size UNet takes seconds on a processor.
func BenchmarkBuildStableDiffusion1(b *testing.B) {
	c, n := newCompute(b, 1), known(b, "sd15-unet")
	for b.Loop() {
		if _, err := network.Build(c, n, half, network.Size{Width: 64, Height: 64, Count: 2, Tokens: 77}); err != nil {
			b.Fatal(err)
		}
	}
}
