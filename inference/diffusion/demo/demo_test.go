package demo_test

import (
	"encoding/json"
	"fmt"
	"image"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/demo"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
	"helium/inference/imagehash"
	"helium/inference/task"
)

// write makes the model in a new folder.
func write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "demo")
	if _, err := demo.Write(dir); err != nil {
		t.Fatal(err)
	}
	return dir
}

// open is the model in the native library.
func open(t testing.TB, dir string, number checkpoint.TensorType) *diffusion.Pipeline {
	t.Helper()
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.NewCompute(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	p, err := diffusion.Open(c, diffusion.Models{task.RoleBase: {Path: dir}}, diffusion.Options{Network: network.Options{Number: number}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// made is a task of 128×128 in four steps; config and document are JSON that is
// laid over it.
func made(t testing.TB, prompt, config, document string) *task.SD {
	t.Helper()
	settings := map[string]any{"image_width": 128, "image_height": 128, "steps": 4, "seed": 1, "num_images": 1, "safety_checker": false, "cfg": 5}
	doc := map[string]any{"base_model": task.DemoImages, "prompt": prompt, "negative_prompt": ""}
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

func run(t testing.TB, p *diffusion.Pipeline, s *task.SD) []*image.RGBA {
	t.Helper()
	images, err := p.Run(t.Context(), s, diffusion.Hooks{})
	if err != nil {
		t.Fatal(err)
	}
	var pixels []*image.RGBA
	for _, img := range images {
		pixels = append(pixels, img.Pixels)
	}
	return pixels
}

// means are those of red, green and blue.
func means(img *image.RGBA) (sum [3]float64) {
	for i := 0; i < len(img.Pix); i += 4 {
		for c := range sum {
			sum[c] += float64(img.Pix[i+c]) / float64(len(img.Pix)/4)
		}
	}
	return sum
}

// spread is the deviation of an image's brightness.
func spread(img *image.RGBA) float64 {
	var sum, square float64
	n := float64(len(img.Pix) / 4)
	for i := 0; i < len(img.Pix); i += 4 {
		v := 0.299*float64(img.Pix[i]) + 0.587*float64(img.Pix[i+1]) + 0.114*float64(img.Pix[i+2])
		sum, square = sum+v/n, square+v*v/n
	}
	return math.Sqrt(square - sum*sum)
}

func TestTheModelIsTheSameToTheByte(t *testing.T) {
	info, err := demo.Write(filepath.Join(t.TempDir(), "demo"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(info.SHA256, demo.Version) {
		t.Errorf("sha256 = %s, but Version = %s; after a change to the words or the weights, set the latter", info.SHA256, demo.Version)
	}
	if info.Size > 2<<20 {
		t.Errorf("it has %d bytes, want at most 2 MB", info.Size)
	}
}

func TestTheModelIsWrittenWholeOrNotAtAll(t *testing.T) {
	dir := write(t)
	if _, err := demo.Write(dir); err == nil || !strings.Contains(err.Error(), "already there") {
		t.Errorf("written twice: %v", err)
	}
	if _, err := demo.Write(filepath.Join(dir, "missing", "demo")); err == nil {
		t.Error("written into a folder that isn't there")
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("left %v, %v", entries, err)
	}
}

func TestKnownWordsAreOneToken(t *testing.T) {
	tok, err := tokenizer.Read(filepath.Join(write(t), "tokenizer"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[int32]string{}
	for _, word := range demo.Words() {
		ids := tok.Tokens(word)
		if len(ids) != 1 || seen[ids[0]] != "" {
			t.Fatalf("%q has the tokens %v, of which the first is %q", word, ids, seen[ids[0]])
		}
		seen[ids[0]] = word
	}
	if n := len(tok.Tokens("reddish")); n < 2 {
		t.Errorf("a word that isn't known has %d tokens", n)
	}
}

func prompts() []string {
	return []string{
		"a red fox in the snow", "sunset over the sea", "a green forest", "blue", "the night sky with stars",
		"a portrait of an old man, oil painting", "autumn leaves on a river", "cyberpunk street, highly detailed, 8k",
		"a bowl of lemons", "lavender fields", "fire", "mathematics", "a bicycle", "two bicycles", "ein Haus am See",
		"東京の夜", "a train in the mountains", "a mountain of trains", "an astronaut riding a horse", "a horse riding an astronaut",
		"portrait of a queen", "portrait of a king", "x", "y", "a teapot made of glass, studio lighting, award winning photograph",
		"an old map", "the sound of rain", "jazz", "a cup of coffee, (steam)1.3, morning", "Nude descending a staircase",
	}
}

func TestPicturesAreRichFarApartAndTheSameInHalfFloats(t *testing.T) {
	dir := write(t)
	exact, half := open(t, dir, checkpoint.F32), open(t, dir, checkpoint.F16)
	var hashes []imagehash.Hash
	compared, agreed := 0, 0
	for i, prompt := range prompts() {
		s := made(t, prompt, "", "")
		img := run(t, exact, s)[0]
		if d := spread(img); d < 20 {
			t.Errorf("%q is flat, its deviation is %.1f", prompt, d)
		}
		hashes = append(hashes, imagehash.Of(img))
		if i%2 == 1 {
			continue // half of them are enough, and half floats are slow
		}
		compared++
		if d := imagehash.Distance(hashes[i], imagehash.Of(run(t, half, s)[0])); d <= 4 {
			agreed++
		} else {
			t.Logf("%q differs in %d bits in half floats", prompt, d)
		}
	}
	if agreed < compared-1 {
		t.Errorf("%d of %d pictures are the same in half floats", agreed, compared)
	}

	far, pairs := 0, 0
	for i, a := range hashes {
		for _, b := range hashes[:i] {
			pairs++
			if imagehash.Distance(a, b) >= 20 {
				far++
			}
		}
	}
	t.Logf("%d of %d pairs differ in 20 bits or more", far, pairs)
	if far*100 < pairs*85 {
		t.Errorf("%d of %d pairs of prompts are far apart, want 85 in a hundred", far, pairs)
	}
}

func TestSeedsAndImagesAreFarApart(t *testing.T) {
	p := open(t, write(t), checkpoint.F32)
	var hashes []imagehash.Hash
	for seed := range 3 {
		for _, img := range run(t, p, made(t, "a garden", fmt.Sprintf(`"seed":%d,"num_images":3`, seed), "")) {
			hashes = append(hashes, imagehash.Of(img))
		}
	}
	for i, a := range hashes {
		for j, b := range hashes[:i] {
			if d := imagehash.Distance(a, b); d < 8 {
				t.Errorf("pictures %d and %d differ in %d bits", i, j, d)
			}
		}
	}
}

func TestWordsHaveTheirColour(t *testing.T) {
	p := open(t, write(t), checkpoint.F32)
	of := func(prompt, document string) [3]float64 {
		return means(run(t, p, made(t, prompt, `"image_width":256,"image_height":256`, document))[0])
	}
	const red, green, blue = 0, 1, 2
	for prompt, most := range map[string]int{"red": red, "a green forest": green, "blue": blue, "a house on fire": red} {
		got := of(prompt, "")
		for c := range got {
			if c != most && got[c] > got[most]-15 {
				t.Errorf("%q has %.0f of red, green and blue", prompt, got)
			}
		}
	}
	if night, snow := of("night", ""), of("snow", ""); night[green] > snow[green]-50 {
		t.Errorf("night has %.0f, snow %.0f", night, snow)
	}
	with, without := of("a house", ""), of("a house", `"negative_prompt":"red"`)
	if without[red]-without[green] > with[red]-with[green]-20 {
		t.Errorf("a house has %.0f, and %.0f without red", with, without)
	}
}

func TestAllThatATaskMayAskForGivesPictures(t *testing.T) {
	p := open(t, write(t), checkpoint.F32)
	for name, c := range map[string]struct{ config, document string }{
		"smallest":         {`"image_width":64,"image_height":64`, ""},
		"a line":           {`"image_width":512,"image_height":64,"steps":1`, ""},
		"odd":              {`"image_width":136,"image_height":104`, ""},
		"one step":         {`"steps":1`, ""},
		"all steps":        {`"image_width":64,"image_height":64,"steps":100`, ""},
		"no guidance":      {`"cfg":0`, ""},
		"most guidance":    {`"cfg":20`, `"negative_prompt":"blue snow"`},
		"ten":              {`"image_width":64,"image_height":64,"num_images":10`, ""},
		"long":             {"", `"prompt":"` + strings.Repeat("far away ", 60) + `"`},
		"Karras":           {"", `"scheduler":{"method":"DPMSolverMultistepScheduler","args":{"use_karras_sigmas":true}}`},
		"ancestral":        {`"steps":10`, `"scheduler":{"method":"EulerAncestralDiscreteScheduler","args":{}}`},
		"ancestral, once":  {`"steps":1,"cfg":20`, `"scheduler":{"method":"EulerAncestralDiscreteScheduler","args":{}}`},
		"consistent":       {`"cfg":1`, `"scheduler":{"method":"LCMScheduler","args":{}}`},
		"consistent, once": {`"steps":1`, `"scheduler":{"method":"LCMScheduler","args":{}}`},
	} {
		for _, img := range run(t, p, made(t, "a red boat on a blue sea", c.config, c.document)) {
			if d := spread(img); d < 15 {
				t.Errorf("%s: the picture is flat, its deviation is %.1f", name, d)
			}
		}
	}
}
