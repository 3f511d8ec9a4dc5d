package diffusion_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/canny"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/resample"
	"helium/inference/gpt"
	"helium/inference/task"
)

// whitePNG is a single point.
const whitePNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

// controlled is a task's ControlNet with a PNG file in base64.
func controlled(model, file string, weight int, preprocess string) string {
	if preprocess == "" {
		preprocess = "null"
	}
	return fmt.Sprintf(`"controlnet":{"model":%q,"image_dataurl":"data:image/png;base64,%s","weight":%d,"preprocess":%s}`, model, file, weight, preprocess)
}

// inBase64 is an image as a PNG file in base64.
func inBase64(t testing.TB, img image.Image) string {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(out.Bytes())
}

func flat(t testing.TB, width, height int) string {
	return inBase64(t, image.NewGray(image.Rect(0, 0, width, height)))
}

// drawing has a bright field in a colour and a soft ground.
func drawing(width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{uint8(100 * x / width), uint8(100 * y / height), 30, 255}
			if x > width/4 && x < width/2 && y > height/3 {
				c = color.RGBA{250, 200, 10, 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// controlConfig belongs to the small UNet, in JSON.
func controlConfig(unet string) string {
	unet = strings.Replace(unet, `"UNet2DConditionModel"`, `"ControlNetModel"`, 1)
	from, to := strings.Index(unet, `"up_block_types"`), strings.Index(unet, `"layers_per_block"`)
	return unet[:from] + unet[to:len(unet)-1] + `,"conditioning_embedding_out_channels":[4,6,8,10]}`
}

// controlFolder writes a ControlNet of made-up weights.
func controlFolder(t testing.TB, config string, seed uint64) (string, *network.ControlNet) {
	t.Helper()
	n, err := network.ParseControlNet([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return files(t, map[string]string{"config.json": config, "diffusion_pytorch_model.safetensors": weights(t, n, seed)}), n
}

// openWith opens the small pipeline, or another one in its place, with one more
// model.
func openWith(t testing.TB, threads int, base string, role task.ModelRole, dir string) *diffusion.Pipeline {
	t.Helper()
	models := at(base)
	models[role] = diffusion.Model{Path: dir}
	p, err := diffusion.Open(newCompute(t, threads), models, diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

func TestImagesByAControlNetAreThoseOfTheFormulas(t *testing.T) {
	base := folder(t, nil)
	dir, control := controlFolder(t, controlConfig(unetConfig), 11)
	img := drawing(50, 70)
	hint := resample.Resize(img, 64, 64, resample.Lanczos)
	edges := canny.Edges(resample.Resize(img, 64, 64, resample.Area), 40, 90) // 50 and 70 are both nearest to 64
	for name, c := range map[string]struct {
		preprocess string
		hint       *image.RGBA
		weight     int
	}{
		"as it is":  {"", hint, 65},
		"its edges": {`{"method":"canny","args":{"low_threshold":40,"high_threshold":90}}`, edges, 100},
	} {
		_, unet, _ := networks(t)
		l := newLiteral(t, base, unet, 8, 8, 1)
		compute := newCompute(t, 1)
		size := network.Size{Width: 8, Height: 8, Count: 1, Tokens: 77, Control: true}
		l.unetRun = engine(t, compute, filepath.Join(base, "unet"), unet, size)
		l.controlRun = engine(t, compute, dir, control, size)
		l.weight = float64(c.weight) / 100
		for channel := range 3 {
			for i := range 64 * 64 {
				l.hint = append(l.hint, float64(c.hint.Pix[4*i+channel])/255)
			}
		}
		positive := guide{rows: l.conditioning([]fragment{{"a cat,", 1}, {"a dog", 0.5}, {"under the", 1}, {"sun", 1.3}}, 1)}
		negative := guide{rows: l.conditioning([]fragment{{"rain", 1}}, 1)}

		s := made(t, `"num_images":2`, controlled("c", inBase64(t, img), c.weight, c.preprocess))
		for i, got := range run(t, openWith(t, 1, base, task.RoleControlNet, dir), s) {
			t.Log(name, i)
			compare(t, got.Pixels.Pix, l.image(s, i, false, positive, negative))
		}
	}
}

func TestWhatAControlNetIsGivenChangesTheImage(t *testing.T) {
	base := folder(t, nil)
	dir, _ := controlFolder(t, controlConfig(unetConfig), 11)
	p := openWith(t, 1, base, task.RoleControlNet, dir)
	file, other := inBase64(t, drawing(50, 70)), inBase64(t, drawing(70, 50))
	seen := map[string]string{string(run(t, open(t, 1, diffusion.Options{}), made(t, `"steps":2`, ""))[0].Pixels.Pix): "none"}
	for name, document := range map[string]string{
		"the image":    controlled("c", file, 100, ""),
		"another":      controlled("c", other, 100, ""),
		"a weight":     controlled("c", file, 50, ""),
		"a low weight": controlled("c", file, 1, ""),
		"edges":        controlled("c", file, 100, `{"method":"canny"}`),
		"fewer edges":  controlled("c", file, 100, `{"method":"canny","args":{"low_threshold":900,"high_threshold":900}}`),
		"other steps":  scheduler(task.SchedulerEuler, "") + "," + controlled("c", file, 100, ""),
	} {
		pixels := string(run(t, p, made(t, `"steps":2`, document))[0].Pixels.Pix)
		if before, ok := seen[pixels]; ok {
			t.Errorf("%s makes the image of %s", name, before)
		}
		seen[pixels] = name
	}

	s := made(t, `"steps":2`, controlled("c", file, 70, `{"method":"canny"}`))
	one, two := run(t, p, s), run(t, openWith(t, 2, base, task.RoleControlNet, dir), s)
	for i := range one {
		if !bytes.Equal(one[i].PNG, two[i].PNG) {
			t.Errorf("the bytes of image %d change with the number of threads", i)
		}
	}
	plan, err := p.Plan(s)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := open(t, 1, diffusion.Options{}).Plan(made(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	if len(plan) != 3 || plan[1].Part != "unet and controlnet" || plan[1].Weights < plain[1].Weights*3/2 {
		t.Errorf("planned %+v, and without it %+v", plan, plain)
	}

	models := diffusion.Models{task.RoleBase: {Path: base}, task.RoleControlNet: {Path: dir}}
	small, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact, Limit: plan[1].Total() - 1})
	if err != nil {
		t.Fatal(err)
	}
	defer small.Close()
	if _, err := small.Plan(s); gpt.CodeOf(err) != gpt.CodeOutOfMemory || !strings.Contains(err.Error(), "unet and controlnet") {
		t.Errorf("with less memory: %v", err)
	}
}

func TestStableDiffusionXLTakesAControlNet(t *testing.T) {
	xl, _, _ := xlFiles(t)
	base := folder(t, xl)
	dir, _ := controlFolder(t, controlConfig(xl["unet/config.json"]), 12)
	p := openWith(t, 1, base, task.RoleControlNet, dir)
	a := run(t, p, made(t, "", controlled("c", inBase64(t, drawing(64, 64)), 100, "")))[0]
	b := run(t, p, made(t, "", controlled("c", flat(t, 64, 64), 100, "")))[0]
	if d := spread(a.Pixels); bytes.Equal(a.PNG, b.PNG) || d < 20 {
		t.Errorf("the image changes nothing, or the result is flat: a deviation of %.1f", d)
	}
}

func TestAModelThatWasTaughtItsGuidanceTakesAControlNet(t *testing.T) {
	config := `{"time_cond_proj_dim":8,` + unetConfig[1:]
	unet, err := network.ParseUNet([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	base := folder(t, map[string]string{"unet/config.json": config, "unet/diffusion_pytorch_model.safetensors": weights(t, unet, 4)})
	dir, _ := controlFolder(t, controlConfig(unetConfig), 11)
	p := openWith(t, 1, base, task.RoleControlNet, dir)
	document := scheduler(task.SchedulerLCM, "") + "," + controlled("c", inBase64(t, drawing(64, 64)), 100, "")
	a, b := run(t, p, made(t, `"steps":2`, document)), run(t, p, made(t, `"steps":2,"cfg":8`, document))
	if bytes.Equal(a[0].PNG, b[0].PNG) {
		t.Error("the guidance changes nothing")
	}
}

func TestAControlNetThatDoesNotFitIsRefusedBeforeItIsLoaded(t *testing.T) {
	xl, _, _ := xlFiles(t)
	own := controlConfig(unetConfig)
	for name, c := range map[string]struct {
		base   map[string]string
		config string
		says   string
	}{
		"of another kind": {nil, controlConfig(xl["unet/config.json"]), "it wants text of 40 numbers, and the base model makes 16"},
		"for XL":          {xl, own, "it wants text of 16 numbers, and the base model makes 40"},
		"without sizes":   {xl, strings.Replace(own, `attention_dim":16`, `attention_dim":40`, 1), "it wants text alone, and the base model takes text and sizes"},
		"other widths":    {nil, strings.Replace(own, "[16,24]", "[16,32]", 1), "blocks of [16 32] channels, and the base model of [16 24]"},
		"more layers":     {nil, strings.Replace(own, `layers_per_block":1`, `layers_per_block":2`, 1), "blocks of [2 2] layers, and the base model of [1 1]"},
		"other latents":   {nil, `{"in_channels":9,` + own[1:], "latents of 9 channels, and the base model 4"},
		"a smaller hint":  {nil, strings.Replace(own, "[4,6,8,10]", "[4,6,8]", 1), "smaller by 4, and the base model's vae by 8"},
		"a grey hint":     {nil, `{"conditioning_channels":1,` + own[1:], "images of 1 channels"},
		"no ControlNet":   {nil, unetConfig, "UNet2DConditionModel"},
		"no weights":      {nil, own, "controlnet: "},
	} {
		models := at(folder(t, c.base))
		models[task.RoleControlNet] = diffusion.Model{Path: files(t, map[string]string{"config.json": c.config})}
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "controlnet: ") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// Pillow drops what a PNG says of transparency and keeps the colour below it.
func TestAnImageLosesItsTransparencyAlone(t *testing.T) {
	rect := image.Rect(0, 0, 2, 1)
	nrgba, deep, rgba := image.NewNRGBA(rect), image.NewNRGBA64(rect), image.NewRGBA(rect)
	palette := image.NewPaletted(rect, color.Palette{color.NRGBA{200, 100, 50, 0}, color.NRGBA{10, 20, 30, 255}})
	grey := image.NewGray16(rect)
	palette.Pix[1] = 1
	for x, c := range []color.NRGBA{{200, 100, 50, 0}, {10, 20, 30, 255}} {
		nrgba.SetNRGBA(x, 0, c)
		deep.SetNRGBA64(x, 0, color.NRGBA64{uint16(c.R)<<8 | 7, uint16(c.G) << 8, uint16(c.B) << 8, uint16(c.A) * 257})
		rgba.SetRGBA(x, 0, color.RGBA{c.R, c.G, c.B, 255})
		grey.SetGray16(x, 0, color.Gray16{uint16(c.R)<<8 | 99})
	}
	for name, c := range map[string]struct {
		img  image.Image
		want []uint8
	}{
		"transparent": {nrgba, []uint8{200, 100, 50, 255, 10, 20, 30, 255}},
		"16 bits":     {deep, []uint8{200, 100, 50, 255, 10, 20, 30, 255}},
		"opaque":      {rgba, []uint8{200, 100, 50, 255, 10, 20, 30, 255}},
		"a palette":   {palette, []uint8{200, 100, 50, 255, 10, 20, 30, 255}},
		"grey":        {grey, []uint8{200, 200, 200, 255, 10, 10, 10, 255}},
	} {
		img, err := diffusion.Picture(&task.ControlNet{DataURL: "data:image/png;base64," + inBase64(t, c.img)})
		if err != nil || !slices.Equal(img.Pix, c.want) {
			t.Errorf("%s: %v, %v", name, img, err)
		}
	}

	var file bytes.Buffer
	if err := jpeg.Encode(&file, drawing(40, 30), &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	img, err := diffusion.Picture(&task.ControlNet{DataURL: "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(file.Bytes())})
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(15, 20).RGBA(); img.Rect != image.Rect(0, 0, 40, 30) || r>>8 < 240 {
		t.Errorf("a JPEG of %v with a red of %d", img.Rect, r>>8)
	}

	file.Write(bytes.Repeat([]byte{0xff, 0xda}, 64))
	_, err = diffusion.Picture(&task.ControlNet{DataURL: "data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(file.Bytes())})
	if gpt.CodeOf(err) != gpt.CodeInvalidArguments || !strings.Contains(err.Error(), "scans") {
		t.Errorf("a JPEG of 65 scans: %v", err)
	}
}

// The sides are those of the rule of controlnet-aux.
func TestAPreprocessorsSidesAreMultiplesOf64(t *testing.T) {
	for _, c := range []struct{ width, height, shorter, toWidth, toHeight int }{
		{500, 300, 300, 512, 320}, {500, 300, 512, 832, 512}, {512, 512, 768, 768, 768},
		{96, 96, 96, 128, 128}, {160, 160, 160, 128, 128}, // halves to the even multiple
		{20, 20, 20, 64, 64}, {10, 70, 10, 64, 64},
	} {
		img := diffusion.Coarse(image.NewRGBA(image.Rect(0, 0, c.width, c.height)), c.shorter)
		if size := img.Rect.Max; size != image.Pt(c.toWidth, c.toHeight) {
			t.Errorf("%+v: %v", c, size)
		}
	}
}

func FuzzPicture(f *testing.F) {
	f.Add([]byte("\x89PNG\r\n\x1a\n"), true)
	var file bytes.Buffer
	png.Encode(&file, drawing(9, 7))
	f.Add(bytes.Clone(file.Bytes()), true)
	file.Reset()
	jpeg.Encode(&file, drawing(9, 7), nil)
	f.Add(file.Bytes(), false)
	f.Fuzz(func(t *testing.T, file []byte, isPNG bool) {
		kind := "jpeg"
		if isPNG {
			kind = "png"
		}
		img, err := diffusion.Picture(&task.ControlNet{DataURL: "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(file)})
		if (err == nil) != (img != nil) || err == nil && img.Rect.Empty() {
			t.Errorf("%v and %v", img, err)
		}
	})
}
