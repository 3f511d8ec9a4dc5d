package diffusion_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/imagehash"
	"helium/inference/task"
)

func run(t testing.TB, p *diffusion.Pipeline, s *task.SD) []diffusion.Image {
	t.Helper()
	images, err := p.Run(t.Context(), s, diffusion.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	return images
}

// spread is the deviation of an image's numbers.
func spread(img *image.RGBA) float64 {
	var sum, square, n float64
	for i, v := range img.Pix {
		if i%4 != 3 {
			sum, square, n = sum+float64(v), square+float64(v)*float64(v), n+1
		}
	}
	return math.Sqrt(square/n - sum/n*sum/n)
}

func TestImagesAreTheSameBytesWithAnyThreads(t *testing.T) {
	one, two := open(t, 1, diffusion.Options{}), open(t, 2, diffusion.Options{})
	var before [][]byte
	for _, method := range schedulers() {
		s := made(t, `"steps":2`, scheduler(method, ""))
		first, again, threads := run(t, one, s), run(t, one, s), run(t, two, s)
		if !bytes.Equal(first[0].PNG, again[0].PNG) || !bytes.Equal(first[0].PNG, threads[0].PNG) {
			t.Errorf("%s: the bytes differ", method)
		}
		if d := spread(first[0].Pixels); d < 20 {
			t.Errorf("%s: the image is flat, its deviation is %.1f", method, d)
		}
		if slices.ContainsFunc(before, func(b []byte) bool { return bytes.Equal(b, first[0].Pixels.Pix) }) {
			t.Errorf("%s makes another scheduler's image", method)
		}
		before = append(before, first[0].Pixels.Pix)
	}
}

func TestAnImageDoesNotDependOnTheOthers(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	for _, method := range schedulers() {
		three := run(t, p, made(t, `"num_images":3,"steps":2`, scheduler(method, "")))
		two := run(t, p, made(t, `"num_images":2,"steps":2`, scheduler(method, "")))
		for i, img := range two {
			if !bytes.Equal(img.PNG, three[i].PNG) {
				t.Errorf("%s: image %d changes with their number", method, i)
			}
		}
		if bytes.Equal(two[0].Pixels.Pix, two[1].Pixels.Pix) {
			t.Errorf("%s: two images are the same", method)
		}
	}
}

func TestWhatATaskSaysChangesTheImage(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	seen := map[string]string{}
	for name, s := range map[string]*task.SD{
		"the task":      made(t, "", ""),
		"seed":          made(t, `"seed":8`, ""),
		"cfg":           made(t, `"cfg":7.5`, ""),
		"no guidance":   made(t, `"cfg":1`, ""),
		"steps":         made(t, `"steps":3`, ""),
		"prompt":        made(t, "", `"prompt":"a house"`),
		"weight":        made(t, "", `"prompt":"a cat, (a dog)0.6 under the (sun)1.3"`),
		"negative":      made(t, "", `"negative_prompt":"snow"`),
		"long":          made(t, "", `"prompt":"`+strings.Repeat("far away ", 20)+`"`),
		"scheduler arg": made(t, "", scheduler(task.SchedulerDPM, `"use_karras_sigmas":true`)),
	} {
		pixels := string(run(t, p, s)[0].Pixels.Pix)
		if other, ok := seen[pixels]; ok {
			t.Errorf("%s makes the image of %s", name, other)
		}
		seen[pixels] = name
	}

	// Without guidance the negative prompt has no say.
	a, b := run(t, p, made(t, `"cfg":1`, "")), run(t, p, made(t, `"cfg":0`, `"negative_prompt":"snow"`))
	if !bytes.Equal(a[0].Pixels.Pix, b[0].Pixels.Pix) {
		t.Error("a negative prompt without guidance changes the image")
	}
}

func TestAModelThatWasTaughtItsGuidanceIsToldIt(t *testing.T) {
	config := `{"time_cond_proj_dim":8,` + unetConfig[1:]
	unet, err := network.ParseUNet([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	dir := folder(t, map[string]string{
		"model_index.json": `{"_class_name":"LatentConsistencyModelPipeline"}`,
		"unet/config.json": config, "unet/diffusion_pytorch_model.safetensors": weights(t, unet, 4),
	})
	p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)

	image := func(config, document string) []byte {
		return run(t, p, made(t, config, document+scheduler(task.SchedulerLCM, "")))[0].Pixels.Pix
	}
	base := image("", "")
	if bytes.Equal(base, image(`"cfg":8`, "")) {
		t.Error("the guidance changes nothing")
	}
	if !bytes.Equal(base, image("", `"negative_prompt":"snow",`)) {
		t.Error("the negative prompt changes the image")
	}
}

func TestProgressIsToldOfEveryStep(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	var steps []diffusion.Progress
	var images []int
	hooks := diffusion.Hooks{
		Step:  func(p diffusion.Progress) { steps = append(steps, p) },
		Image: func(n int, img diffusion.Image) { images = append(images, n) },
	}
	if _, err := p.Run(t.Context(), made(t, `"steps":2,"num_images":2`, ""), hooks); err != nil {
		t.Fatal(err)
	}
	want := []diffusion.Progress{{0, 2, 1, 2}, {0, 2, 2, 2}, {1, 2, 1, 2}, {1, 2, 2, 2}}
	if !slices.Equal(steps, want) || !slices.Equal(images, []int{0, 1}) {
		t.Errorf("steps %v and images %v, want %v and [0 1]", steps, images, want)
	}
}

func TestARunEndsBetweenSteps(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	done := 0
	_, err := p.Run(ctx, made(t, `"steps":20`, ""), diffusion.Hooks{Step: func(diffusion.Progress) {
		if done++; done == 3 {
			cancel()
		}
	}})
	if gpt.CodeOf(err) != gpt.CodeCancelled || done != 3 {
		t.Errorf("%d steps and %v, want 3 and cancelled", done, err)
	}

	large := made(t, `"image_width":256,"image_height":256,"steps":100`, "")
	for _, after := range []time.Duration{0, time.Millisecond, 300 * time.Millisecond} {
		late, cancel := context.WithTimeout(t.Context(), after)
		defer cancel()
		if _, err := p.Run(late, large, diffusion.Hooks{}); gpt.CodeOf(err) != gpt.CodeTimeout {
			t.Errorf("after %v: %v, want timeout", after, err)
		}
	}
	run(t, p, made(t, "", "")) // and it can run again
}

// chunks are a PNG's kinds, and its texts by name.
func chunks(t *testing.T, file []byte) (kinds []string, texts map[string]string) {
	t.Helper()
	texts = map[string]string{}
	for rest := file[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		kind, data := string(rest[4:8]), rest[8:8+n]
		kinds = append(kinds, kind)
		if kind == "iTXt" {
			key, value, _ := bytes.Cut(data, []byte("\x00\x00\x00\x00\x00"))
			texts[string(key)] = string(value)
		}
		rest = rest[12+n:]
	}
	return kinds, texts
}

func TestAPNGHoldsTheImageAndWhatMadeIt(t *testing.T) {
	s := made(t, `"num_images":2,"image_height":72,"cfg":7.5`, `"prompt":"a cät\u0000"`)
	img := run(t, open(t, 1, diffusion.Options{}), s)[1]

	decoded, err := png.Decode(bytes.NewReader(img.PNG))
	if err != nil {
		t.Fatal(err)
	}
	if got := decoded.(*image.RGBA); got.Rect != image.Rect(0, 0, 64, 72) || !bytes.Equal(got.Pix, img.Pixels.Pix) {
		t.Errorf("it decodes to another image, of %v", got.Rect)
	}
	read, err := imagehash.ReadPNG(img.PNG)
	if err != nil {
		t.Fatal(err)
	}
	if imagehash.Of(read) != imagehash.Of(img.Pixels) {
		t.Error("it has another hash")
	}

	kinds, texts := chunks(t, img.PNG)
	want := map[string]string{
		"prompt": "a cät\ufffd", "negative_prompt": "rain", "model": "owner/model", "scheduler": task.SchedulerDPM,
		"steps": "4", "cfg": "7.5", "seed": "7", "image": "1",
	}
	for key, value := range want {
		if texts[key] != value {
			t.Errorf("%s is %q, want %q", key, texts[key], value)
		}
	}
	if got := strings.Join(slices.Compact(kinds), " "); got != "IHDR iTXt IDAT IEND" || len(texts) != len(want) {
		t.Errorf("it has the chunks %s and %d texts, want %d", got, len(texts), len(want))
	}
}

func TestAnImageIsSavedToBeLookedAt(t *testing.T) {
	path := os.Getenv("HELIUM_SAVE_IMAGE")
	if path == "" {
		t.Skip("HELIUM_SAVE_IMAGE names no file")
	}
	img := run(t, open(t, 1, diffusion.Options{}), made(t, `"image_width":256,"image_height":256,"steps":10`, ""))[0]
	if err := os.WriteFile(path, img.PNG, 0o600); err != nil {
		t.Fatal(err)
	}
}

// louder is a file of safetensors with the numbers of one tensor multiplied.
func louder(t *testing.T, file, name string, factor float32) string {
	t.Helper()
	size := binary.LittleEndian.Uint64([]byte(file))
	var table map[string]struct {
		Offsets [2]int `json:"data_offsets"`
	}
	if err := json.Unmarshal([]byte(file[8:8+size]), &table); err != nil || table[name].Offsets[1] == 0 {
		t.Fatalf("no tensor %s: %v", name, err)
	}
	data := []byte(file)
	for at := table[name].Offsets[0]; at < table[name].Offsets[1]; at += 4 {
		number := data[8+int(size)+at:]
		v := math.Float32frombits(binary.LittleEndian.Uint32(number))
		binary.LittleEndian.PutUint32(number, math.Float32bits(v*factor))
	}
	return string(data)
}

// As those of Stable Diffusion XL do, this decoder adds numbers up beyond 65504.
func TestADecoderMayHaveNumbersThatHalfFloatsHaveNot(t *testing.T) {
	const file = "vae/diffusion_pytorch_model.safetensors"
	loud := louder(t, folderFiles(t)[file], "decoder.conv_in.weight", 3e4)
	for _, number := range []checkpoint.TensorType{checkpoint.F16, checkpoint.F32} {
		dir := folder(t, map[string]string{file: loud})
		p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: network.Options{Number: number}})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		if d := spread(run(t, p, made(t, "", ""))[0].Pixels); d < 5 {
			t.Errorf("%v: the image is flat, its deviation is %.1f", number, d)
		}
	}
}
