package network_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion/network"
)

// parse reads a config.json as each of the networks.
func parse(raw []byte) ([]network.Network, error) {
	u, err := network.ParseUNet(raw)
	if err == nil {
		return []network.Network{u}, nil
	}
	c, controlErr := network.ParseControlNet(raw)
	if controlErr == nil {
		return []network.Network{c}, nil
	}
	e, d, vaeErr := network.ParseVAE(raw)
	if vaeErr == nil {
		return []network.Network{e, d}, nil
	}
	t, textErr := network.ParseText(raw)
	if textErr == nil {
		return []network.Network{t}, nil
	}
	s, safetyErr := network.ParseSafetyChecker(raw)
	if safetyErr == nil {
		return []network.Network{s}, nil
	}
	for _, other := range []error{controlErr, vaeErr, textErr, safetyErr} {
		if !strings.Contains(other.Error(), "describes") {
			err = other // the class is this one's
		}
	}
	return nil, err
}

func FuzzConfig(f *testing.F) {
	files, err := filepath.Glob("testdata/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal(files, err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte(vaeConfig))
	f.Add([]byte(visionConfig))
	f.Fuzz(func(t *testing.T, raw []byte) {
		networks, _ := parse(raw)
		for _, n := range networks {
			weights, err := network.Weights(n, exact)
			if err == nil && len(weights) == 0 {
				t.Error("a network without weights")
			}
		}
	})
}

func TestSettingsThatAreNotDoneAreRefused(t *testing.T) {
	unet := string(unetCases()["stable diffusion xl"].config(t, "UNet2DConditionModel"))
	text := textCases()["stable diffusion 1"].config
	for _, change := range []struct{ config, from, to, reason string }{
		{unet, `"UNet2DConditionModel"`, `"UNet3DConditionModel"`, "UNet3D"},
		{unet, `{`, `{"class_embed_type":"timestep",`, "class_embed_type"},
		{unet, `{`, `{"resnet_time_scale_shift":"scale_shift",`, "resnet_time_scale_shift"},
		{unet, `{`, `{"num_attention_heads":8,`, "num_attention_heads"},
		{unet, `"CrossAttnDownBlock2D"`, `"AttnDownBlock2D"`, "block"},
		{unet, `"UpBlock2D"`, `"CrossAttnUpBlock2D"`, "up"},
		{unet, `"text_time"`, `"image"`, "addition_embed_type"},
		{unet, `"addition_time_embed_dim":6`, `"addition_time_embed_dim":7`, "even"},
		{unet, `[16,24,32]`, `[16,24]`, "want 2"},
		{unet, `[16,24,32]`, `[16,26,32]`, "multiple"},
		{unet, `[16,24,32]`, `[16,24,1000000]`, "block_out_channels"},
		{unet, `[2,3,4]`, `[2,3]`, "attention_head_dim"},
		{unet, `[2,3,4]`, `[2,-3,4]`, "attention_head_dim"},
		{unet, `"norm_num_groups":4`, `"norm_num_groups":0`, "norm_num_groups"},
		{unet, `"norm_eps":0.00001`, `"norm_eps":-1`, "norm_eps"},
		{unet, `"layers_per_block":2`, `"layers_per_block":[2,2,99]`, "layers_per_block"},
		{unet, `"cross_attention_dim":12`, `"cross_attention_dim":"x"`, "cross_attention_dim"},
		{text, `"quick_gelu"`, `"relu"`, "relu"},
		{text, `"num_attention_heads":3`, `"num_attention_heads":5`, "heads"},
		{text, `"CLIPTextModel"`, `"CLIPModel"`, "CLIPModel"},
		{text, `"vocab_size":60`, `"vocab_size":9999999999`, "vocab_size"},
		{vaeConfig, `"UpDecoderBlock2D"]`, `"AttnUpDecoderBlock2D"]`, "AttnUp"},
		{vaeConfig, `[8,16,24]`, `[8,16]`, "blocks"},
		{vaeConfig, `{`, `{"shift_factor":0.1,`, "shift_factor"},
		{visionConfig, `"hidden_size":24`, `"hidden_size":25`, "heads"},
		{visionConfig, `"hidden_size":24`, `"hidden_size":"x"`, "vision_config_dict"},
		{visionConfig, `"patch_size":5`, `"patch_size":16`, "patch_size"},
		{visionConfig, `"image_size":15`, `"image_size":100000`, "image_size"},
		{visionConfig, `"image_size":15`, `"hidden_act":"relu"`, "relu"},
		{visionConfig, `"image_size":15`, `"num_channels":1`, "num_channels"},
		{visionConfig, `"projection_dim":10`, `"projection_dim":0`, "projection_dim"},
		{vaeConfig, `{`, `[{`, "read config.json"},
	} {
		raw := strings.Replace(change.config, change.from, change.to, 1)
		if raw == change.config {
			t.Errorf("there is no %s", change.from)
		}
		if _, err := parse([]byte(raw)); err == nil || !strings.Contains(err.Error(), change.reason) {
			t.Errorf("%s: error = %v, want one about %s", change.to, err, change.reason)
		}
	}
}

func TestFoldersThatDontFitAreRefusedByName(t *testing.T) {
	c := unetCases()["stable diffusion 2"]
	u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
	if err != nil {
		t.Fatal(err)
	}
	const name = "mid_block.attentions.0.transformer_blocks.0.attn2.to_k.weight"
	for reason, change := range map[string]func(r *reference){
		"no tensor": func(r *reference) {
			r.order = slices.DeleteFunc(r.order, func(n string) bool { return n == name })
		},
		"the shape": func(r *reference) {
			r.tensors[name] = tensor{[]int{testContext, 24}, r.tensors[name].data}
		},
		"doesn't ask for": func(r *reference) {
			r.get(name+".lora", 0, 1, 1)
		},
	} {
		r := newReference(9)
		images, guides := r.example(c)
		r.unet(c, images[0], guides[0], nil)
		change(r)
		dir := t.TempDir()
		r.write(t, filepath.Join(dir, unetFile))
		_, err := network.OpenFolder(dir, "", u, exact)
		if err == nil || !strings.Contains(err.Error(), reason) || !strings.Contains(err.Error(), name) {
			t.Errorf("error = %v, want one about %s and %s", err, reason, name)
		}
	}
	if _, err := network.OpenFolder(t.TempDir(), "../"+unetFile, u, exact); err == nil {
		t.Error("a file outside of the folder was opened")
	}
}

var digits = regexp.MustCompile(`\d+`)

// spoil changes a file in one of the ways that an accident or an enemy would.
func spoil(rng *rand.Rand, file []byte) []byte {
	out := slices.Clone(file)
	// Most of a weights' file is numbers; half of the time spoil what is before.
	at := rng.IntN(len(out))
	if rng.IntN(2) == 0 {
		at = rng.IntN(min(len(out), 4096))
	}
	n := min(rng.IntN(64)+1, len(out)-at)
	switch rng.IntN(6) {
	case 0:
		return out[:at]
	case 1:
		out[at] ^= 1 << rng.IntN(8)
	case 2:
		return slices.Delete(out, at, at+n)
	case 3:
		return slices.Insert(out, at, out[at:at+n]...)
	default:
		places := digits.FindAllIndex(out[:min(len(out), 1<<15)], -1)
		odd := []string{"0", "-1", "1", "3", "65536", "4294967296", "9223372036854775807", "99999999999999999999", "1e9", "0.5", "null", "[]", `"x"`, "1e400", "[1,2,3]"}
		p := places[rng.IntN(len(places))]
		return slices.Replace(out, p[0], p[1], []byte(odd[rng.IntN(len(odd))])...)
	}
	return out
}

func TestSpoiledFoldersAreRefusedOrRun(t *testing.T) {
	c := unetCases()["stable diffusion 2"]
	u, v, x := newReference(10), vae{newReference(11), true}, newReference(12)
	images, guides := u.example(c)
	u.unet(c, images[0], guides[0], nil)
	v.decode(picture{4, 1, 1, v.normal(4)})
	v.encode(picture{3, 4, 4, v.normal(48)})
	x.text(textCases()["stable diffusion 1"], make([]int32, 9), 0)

	dir := t.TempDir()
	kinds := []struct {
		config  []byte
		weights string
	}{
		{c.config(t, "UNet2DConditionModel"), filepath.Join(dir, "unet")},
		{[]byte(vaeConfig), filepath.Join(dir, "vae")},
		{[]byte(textCases()["stable diffusion 1"].config), filepath.Join(dir, "text")},
	}
	for i, r := range []*reference{u, v.reference, x} {
		r.write(t, kinds[i].weights)
	}

	engine := newCompute(t, 1)
	rng := rand.New(rand.NewPCG(20261126, 5))
	refused, ran := 0, 0
	for i := range 400 {
		kind := kinds[i%len(kinds)]
		config := slices.Clone(kind.config)
		file, err := os.ReadFile(kind.weights)
		if err != nil {
			t.Fatal(err)
		}
		if rng.IntN(2) == 0 {
			config = spoil(rng, config)
		} else {
			file = spoil(rng, file)
		}

		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		folders, err := openSpoiled(t, config, file)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("input %d took %d MB", i, used>>20)
		}
		if err != nil {
			refused++
			if len(err.Error()) < 20 {
				t.Errorf("input %d: error %q gives no reason", i, err)
			}
			continue
		}
		ran++
		for _, f := range folders {
			store, err := f.Load(t.Context(), engine)
			if err != nil {
				t.Errorf("input %d: %v", i, err)
			} else {
				store.Close()
			}
			f.Close()
		}
	}
	t.Logf("%d refused, %d loaded", refused, ran)
	if refused < 150 || ran < 30 {
		t.Errorf("%d inputs refused and %d loaded; the test does not reach both", refused, ran)
	}
}

func openSpoiled(t *testing.T, config, file []byte) ([]*network.Folder, error) {
	t.Helper()
	networks, err := parse(config)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "w.safetensors"), file, 0o600); err != nil {
		t.Fatal(err)
	}
	var folders []*network.Folder
	for _, n := range networks {
		f, err := network.OpenFolder(dir, "w.safetensors", n, exact)
		if err != nil {
			return nil, err
		}
		folders = append(folders, f)
	}
	return folders, nil
}
