package diffusion_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"maps"
	"math"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/resample"
	"helium/inference/gpt"
	"helium/inference/imagehash"
)

const (
	checkerConfig = `{"architectures":["StableDiffusionSafetyChecker"],"projection_dim":8,
		"vision_config":{"hidden_size":16,"intermediate_size":32,"num_hidden_layers":2,"num_attention_heads":2,"image_size":16,"patch_size":4}}`
	extractorConfig = `{"crop_size":{"height":16,"width":16},"do_center_crop":true,"do_convert_rgb":true,"do_normalize":true,"do_resize":true,
		"image_mean":[0.5,0.4,0.3],"image_std":[0.25,0.2,0.3],"resample":3,"size":{"shortest_edge":16}}`
)

// set replaces a tensor's numbers in a file of safetensors.
func set(t *testing.T, file, name string, values []float32) string {
	t.Helper()
	out := []byte(file)
	n := binary.LittleEndian.Uint64(out)
	var table map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal(out[8:8+n], &table); err != nil {
		t.Fatal(err)
	}
	entry, ok := table[name]
	if !ok || entry.Offsets[1]-entry.Offsets[0] != 4*len(values) {
		t.Fatalf("%s is not of %d numbers", name, len(values))
	}
	data := out[8+int(n)+entry.Offsets[0]:]
	for i, v := range values {
		binary.LittleEndian.PutUint32(data[4*i:], math.Float32bits(v))
	}
	return string(out)
}

// checkerFiles are those of a safety checker whose only concept is what it makes
// of a flagged image, and of no other.
func checkerFiles(t *testing.T, flagged *image.RGBA, others ...*image.RGBA) map[string]string {
	t.Helper()
	n, err := network.ParseSafetyChecker([]byte(checkerConfig))
	if err != nil {
		t.Fatal(err)
	}
	file := weights(t, n, 31)
	dir := files(t, map[string]string{"model.safetensors": file})
	run := engine(t, newCompute(t, 1), dir, n, network.Size{Count: 1})
	embed := func(img *image.RGBA) []float32 {
		width, height := 16*img.Rect.Dx()/min(img.Rect.Dx(), img.Rect.Dy()), 16*img.Rect.Dy()/min(img.Rect.Dx(), img.Rect.Dy())
		small := resample.Resize(img, width, height, resample.Bicubic)
		mean, deviation := []float64{0.5, 0.4, 0.3}, []float64{0.25, 0.2, 0.3}
		var in []float64
		for c := range 3 {
			for y := (height - 16) / 2; y < (height-16)/2+16; y++ {
				for x := (width - 16) / 2; x < (width-16)/2+16; x++ {
					in = append(in, (float64(small.Pix[y*small.Stride+4*x+c])/255-mean[c])/deviation[c])
				}
			}
		}
		out, err := run.Do(t.Context(), map[string][]float32{"image": narrow(in)}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out["embedding"]
	}
	bad := embed(flagged)
	closest := -1.0
	for _, other := range others {
		var dot, first, second float64
		for i, v := range embed(other) {
			dot, first, second = dot+float64(bad[i]*v), first+float64(bad[i]*bad[i]), second+float64(v*v)
		}
		closest = max(closest, dot/math.Sqrt(first*second))
	}
	if closest > 0.99 {
		t.Fatalf("the images are too much alike: a cosine of %.4f", closest)
	}

	thresholds, concepts := make([]float32, 17), make([]float32, 17*8)
	for i := range thresholds {
		thresholds[i] = 2 // more than a cosine can be
		copy(concepts[8*i:], []float32{1})
	}
	thresholds[9] = float32((1 + closest) / 2)
	copy(concepts[9*8:], bad)
	file = set(t, file, "concept_embeds", concepts)
	file = set(t, file, "concept_embeds_weights", thresholds)
	file = set(t, file, "special_care_embeds_weights", []float32{2, 2, 2})
	return map[string]string{
		"safety_checker/config.json":                 checkerConfig,
		"safety_checker/model.safetensors":           file,
		"feature_extractor/preprocessor_config.json": extractorConfig,
	}
}

func TestAFlaggedImageIsBlackAndTheOthersStayAsTheyAre(t *testing.T) {
	const config = `"num_images":3,"steps":1,"image_width":96,"safety_checker":`
	plain := run(t, open(t, 1, diffusion.Options{}), made(t, config+"true", ""))
	parts := checkerFiles(t, plain[1].Pixels, plain[0].Pixels, plain[2].Pixels)
	dir := folder(t, parts)
	p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()

	var shown []diffusion.Image
	s := made(t, config+"true", "")
	images, err := p.Run(t.Context(), s, diffusion.Hooks{Image: func(n int, img diffusion.Image) {
		if n != len(shown) {
			t.Errorf("image %d is shown after %d others", n, len(shown))
		}
		shown = append(shown, img)
	}})
	if err != nil {
		t.Fatal(err)
	}
	black := image.NewRGBA(images[1].Pixels.Rect)
	for i := 3; i < len(black.Pix); i += 4 {
		black.Pix[i] = 255
	}
	for i, img := range images {
		want := plain[i]
		if i == 1 {
			want = diffusion.Image{Pixels: black, Flagged: true}
		}
		if !img.Checked || img.Flagged != want.Flagged || !bytes.Equal(img.Pixels.Pix, want.Pixels.Pix) {
			t.Errorf("image %d: checked %v, flagged %v", i, img.Checked, img.Flagged)
		}
		if plain[i].Checked || plain[i].Flagged {
			t.Errorf("image %d of a model without a safety checker: checked %v, flagged %v", i, plain[i].Checked, plain[i].Flagged)
		}
		if i != 1 && !bytes.Equal(img.PNG, want.PNG) {
			t.Errorf("image %d: the file changes when it is checked", i)
		}
		if !bytes.Equal(shown[i].PNG, img.PNG) || !bytes.Equal(shown[i].Pixels.Pix, img.Pixels.Pix) {
			t.Errorf("image %d was shown otherwise", i)
		}
	}
	if _, texts := chunks(t, images[1].PNG); texts["flagged"] == "" || texts["image"] != "1" {
		t.Errorf("the flagged file says %v", texts)
	}
	if read, err := imagehash.ReadPNG(images[1].PNG); err != nil || !bytes.Equal(read.Pix, black.Pix) {
		t.Errorf("the flagged file holds another image, or %v", err)
	}

	// Who doesn't ask gets the images as they are.
	for i, img := range run(t, p, made(t, config+"false", "")) {
		if img.Checked || img.Flagged || !bytes.Equal(img.PNG, plain[i].PNG) {
			t.Errorf("image %d, not to be checked: checked %v, flagged %v", i, img.Checked, img.Flagged)
		}
	}
	plan, err := p.Plan(s)
	if err != nil || len(plan) != 4 || plan[3].Part != "safety_checker" || plan[3].Weights == 0 {
		t.Errorf("planned %+v, %v", plan, err)
	}
	two, err := diffusion.Open(newCompute(t, 2), at(dir), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	for i, img := range run(t, two, made(t, config+`true,"num_images":2`, "")) {
		if !bytes.Equal(img.PNG, images[i].PNG) {
			t.Errorf("image %d changes with the number of threads", i)
		}
	}
}

func TestASafetyCheckerThatDoesNotFitIsRefusedWhereATaskAsksForIt(t *testing.T) {
	a, b := drawing(64, 64), drawing(64, 64)
	for i := range b.Pix {
		b.Pix[i] ^= 0xff
	}
	own := checkerFiles(t, a, b)
	extractor := func(from, to string) map[string]string {
		changed := strings.Replace(extractorConfig, from, to, 1)
		if changed == extractorConfig {
			t.Fatalf("there is no %s", from)
		}
		return map[string]string{"feature_extractor/preprocessor_config.json": changed}
	}
	for name, c := range map[string]struct {
		changed map[string]string
		says    string
	}{
		"no weights":         {map[string]string{"safety_checker/model.safetensors": ""}, "model.safetensors"},
		"another class":      {map[string]string{"safety_checker/config.json": textConfig}, "CLIPTextModel"},
		"another size":       {map[string]string{"safety_checker/config.json": strings.Replace(checkerConfig, `"image_size":16`, `"image_size":20`, 1)}, "safety_checker"},
		"no extractor":       {map[string]string{"feature_extractor/preprocessor_config.json": ""}, "feature_extractor"},
		"a cut extractor":    {map[string]string{"feature_extractor/preprocessor_config.json": "{"}, "preprocessor_config.json"},
		"a larger image":     {extractor(`"shortest_edge":16`, `"shortest_edge":24`), "images of 24"},
		"no square":          {extractor(`"height":16`, `"height":8`), "16×8"},
		"another filter":     {extractor(`"resample":3`, `"resample":2`), "step of CLIP's"},
		"no middle":          {extractor(`"do_center_crop":true`, `"do_center_crop":false`), "step of CLIP's"},
		"another factor":     {extractor(`"resample":3`, `"rescale_factor":1`), "step of CLIP's"},
		"no deviation":       {extractor(`[0.25,0.2,0.3]`, `[0.25,0,0.3]`), "deviations"},
		"means beyond sense": {extractor(`[0.5,0.4,0.3]`, `[0.5,1e300,0.3]`), "means"},
	} {
		changed := maps.Clone(own)
		maps.Copy(changed, c.changed)
		p, err := diffusion.Open(newCompute(t, 1), at(folder(t, changed)), diffusion.Options{Network: exact})
		if err != nil {
			t.Fatal(name, err)
		}
		t.Cleanup(p.Close)
		_, err = p.Plan(made(t, `"safety_checker":true`, ""))
		if gpt.CodeOf(err) != gpt.CodeCannotRun || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "safety_checker: ") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if _, err := p.Plan(made(t, "", "")); err != nil {
			t.Errorf("%s, and not asked for: %v", name, err)
		}
	}

	// Old files write a size as one number, and leave out what is always so.
	old := maps.Clone(own)
	old["feature_extractor/preprocessor_config.json"] = `{"crop_size":16,"size":16,"feature_extractor_type":"CLIPFeatureExtractor"}`
	p, err := diffusion.Open(newCompute(t, 1), at(folder(t, old)), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Plan(made(t, `"safety_checker":true`, "")); err != nil {
		t.Error(err)
	}
	p.Close()
	if _, err := p.Run(t.Context(), made(t, `"safety_checker":true`, ""), diffusion.Hooks{}); gpt.CodeOf(err) != gpt.CodeCannotRun {
		t.Errorf("a closed pipeline: %v", err)
	}
}

func FuzzExtractor(f *testing.F) {
	f.Add([]byte(extractorConfig), int64(16))
	f.Add([]byte(`{"crop_size":224,"size":224}`), int64(224))
	f.Fuzz(func(t *testing.T, raw []byte, side int64) {
		_, deviation, err := diffusion.ParseExtractor(raw, side)
		for _, d := range deviation {
			if err == nil && !(d > 0 && d <= 1) {
				t.Errorf("a deviation of %v", d)
			}
		}
	})
}
