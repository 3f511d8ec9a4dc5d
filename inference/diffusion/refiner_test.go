package diffusion_test

import (
	"bytes"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/noise"
	"helium/inference/task"
)

// refinerConfig takes what the second of the small text encoders makes.
func refinerConfig() string {
	return `{"addition_embed_type":"text_time","addition_time_embed_dim":6,"projection_class_embeddings_input_dim":40,` +
		strings.Replace(unetConfig, `attention_dim":16`, `attention_dim":24`, 1)[1:]
}

// refinerFiles are those of a refiner of made-up weights.
func refinerFiles(t testing.TB) (map[string]string, *network.UNet) {
	t.Helper()
	unet, err := network.ParseUNet([]byte(refinerConfig()))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		"model_index.json":                         `{"_class_name":"StableDiffusionXLImg2ImgPipeline","requires_aesthetics_score":true}`,
		"unet/config.json":                         refinerConfig(),
		"unet/diffusion_pytorch_model.safetensors": weights(t, unet, 21),
		"scheduler/scheduler_config.json":          schedulerConfig,
		"vae/config.json":                          vaeConfig,
	}, unet
}

func refined(cutoff, steps int) string {
	return fmt.Sprintf(`"refiner":{"model":"r","denoising_cutoff":%d,"steps":%d}`, cutoff, steps)
}

// refiner makes the literal go on with another UNet.
func (l *literal) refiner(dir string, unet *network.UNet) {
	l.unet, l.controlRun = unet, nil
	l.unetRun = engine(l.t, newCompute(l.t, 1), filepath.Join(dir, "unet"), unet, network.Size{Width: 8, Height: 8, Count: 1, Tokens: 77})
}

func TestImagesByARefinerAreThoseOfTheFormulas(t *testing.T) {
	xl, second, unet := xlFiles(t)
	base := folder(t, xl)
	own, refiner := refinerFiles(t)
	dir := files(t, own)
	p := openWith(t, 1, base, task.RoleRefiner, dir)
	for _, method := range schedulers() {
		l := newLiteral(t, base, unet, 8, 8, 1)
		s := made(t, `"num_images":2,"steps":5`, scheduler(method, "")+","+refined(60, 7))
		words := l.tell(base, second, s)
		first, then := timesteps(s, 5), timesteps(s, 7)
		// The base model takes what is above 400 of 1000 timesteps.
		end, begin := 0, 0
		for end < len(first) && first[end] >= 400 {
			end++
		}
		for begin < len(then) && then[begin] >= 400 {
			begin++
		}
		if end == 0 || end == 5 || begin == 0 || begin == 7 {
			t.Fatalf("%s: steps of %v and %v", method, first, then)
		}

		var want [][]float64
		for i := range 2 {
			sizes := []float64{64, 64, 0, 0, 64, 64}
			x := l.denoise(s, i, false, first, share{0, end, noise.Steps}, drawn(s, i, 0, noise.Latents),
				words[0].guide(t, unet, sizes), words[1].guide(t, unet, sizes))
			want = append(want, x)
		}
		l.refiner(dir, refiner)
		for i, img := range run(t, p, s) {
			if method == task.SchedulerEuler { // hands over picture + noise
				a := signals()
				for k := range want[i] {
					want[i][k] *= math.Sqrt(a[then[begin]] / a[first[end]])
				}
			}
			x := l.denoise(s, i, false, then, share{begin, 7, noise.RefinerSteps}, want[i],
				words[0].guide(t, refiner, []float64{64, 64, 0, 0, 6}), words[1].guide(t, refiner, []float64{64, 64, 0, 0, 2.5}))
			t.Log(method, i)
			compare(t, img.Pixels.Pix, l.pixels(s, x))
		}
	}
}

// With a ControlNet the base model finishes and the refiner begins at 30 % of its
// steps from the end.
func TestARefinerBesideAControlNetRefinesFinishedImages(t *testing.T) {
	xl, second, unet := xlFiles(t)
	base := folder(t, xl)
	own, refiner := refinerFiles(t)
	dir := files(t, own)
	controlDir, control := controlFolder(t, controlConfig(xl["unet/config.json"]), 12)
	models := diffusion.Models{task.RoleBase: {Path: base}, task.RoleRefiner: {Path: dir}, task.RoleControlNet: {Path: controlDir}}
	p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for _, method := range []string{task.SchedulerDPM, task.SchedulerEuler} {
		img := drawing(64, 64)
		s := made(t, `"steps":3`, scheduler(method, "")+","+refined(60, 10)+","+controlled("c", inBase64(t, img), 80, ""))
		l := newLiteral(t, base, unet, 8, 8, 1)
		size := network.Size{Width: 8, Height: 8, Count: 1, Tokens: 77, Control: true}
		compute := newCompute(t, 1)
		l.unetRun = engine(t, compute, filepath.Join(base, "unet"), unet, size)
		l.controlRun, l.weight = engine(t, compute, controlDir, control, size), 0.8
		for channel := range 3 {
			for i := range 64 * 64 {
				l.hint = append(l.hint, float64(img.Pix[4*i+channel])/255)
			}
		}
		words, sizes := l.tell(base, second, s), []float64{64, 64, 0, 0, 64, 64}
		x := l.denoise(s, 0, false, timesteps(s, 3), share{0, 3, noise.Steps}, drawn(s, 0, 0, noise.Latents),
			words[0].guide(t, unet, sizes), words[1].guide(t, unet, sizes))

		l.refiner(dir, refiner)
		steps := timesteps(s, 10)
		a := signals()[steps[7]]
		for k, v := range drawn(s, 0, 0, noise.Refined) {
			x[k] = math.Sqrt(a)*x[k] + math.Sqrt(1-a)*v
		}
		x = l.denoise(s, 0, false, steps, share{7, 10, noise.RefinerSteps}, x,
			words[0].guide(t, refiner, []float64{64, 64, 0, 0, 6}), words[1].guide(t, refiner, []float64{64, 64, 0, 0, 2.5}))
		var progress []diffusion.Progress
		images, err := p.Run(t.Context(), s, diffusion.Hooks{Step: func(p diffusion.Progress) { progress = append(progress, p) }})
		if err != nil {
			t.Fatal(err)
		}
		compare(t, images[0].Pixels.Pix, l.pixels(s, x))
		if want := (diffusion.Progress{Image: 0, Images: 1, Step: 6, Steps: 6}); len(progress) != 6 || progress[5] != want {
			t.Errorf("progress %v, want 6 steps to %v", progress, want)
		}
	}
}

func TestARefinersShareIsWhatTheCutoffLeaves(t *testing.T) {
	xl, _, _ := xlFiles(t)
	base := folder(t, xl)
	own, _ := refinerFiles(t)
	p := openWith(t, 1, base, task.RoleRefiner, files(t, own))
	alone, err := diffusion.Open(newCompute(t, 1), at(base), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()

	pixels := func(document string) []byte { return run(t, p, made(t, "", document))[0].Pixels.Pix }
	want := run(t, alone, made(t, "", ""))[0].Pixels.Pix
	if !bytes.Equal(pixels(refined(100, 9)), want) {
		t.Error("a refiner without a share changes the image")
	}
	seen := [][]byte{want}
	for _, document := range []string{refined(80, 9), refined(40, 9), refined(40, 4), refined(1, 9)} {
		got := pixels(document)
		if slices.ContainsFunc(seen, func(b []byte) bool { return bytes.Equal(b, got) }) {
			t.Errorf("%s makes another's image", document)
		}
		seen = append(seen, got)
	}

	// Both models make all images, one model after the other. Of the base model's
	// timesteps, 801, 601, 401 and 201, three are not below 400; of the refiner's,
	// 831, 665, 499, 333 and 167, two are.
	s := made(t, `"num_images":2`, refined(60, 5))
	var progress []diffusion.Progress
	if _, err := p.Run(t.Context(), s, diffusion.Hooks{Step: func(p diffusion.Progress) { progress = append(progress, p) }}); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range progress {
		told = append(told, fmt.Sprintf("%d:%d/%d", p.Image, p.Step, p.Steps))
	}
	if got, want := strings.Join(told, " "), "0:1/5 0:2/5 0:3/5 1:1/5 1:2/5 1:3/5 0:4/5 0:5/5 1:4/5 1:5/5"; got != want {
		t.Errorf("progress %s, want %s", got, want)
	}
	plan, err := p.Plan(s)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, m := range plan {
		parts = append(parts, m.Part)
	}
	if want := []string{"text_encoder", "text_encoder_2", "unet", "refiner/unet", "vae"}; !slices.Equal(parts, want) || plan[3].Weights == 0 {
		t.Errorf("planned %+v", plan)
	}
	threads := openWith(t, 2, base, task.RoleRefiner, files(t, own))
	s = made(t, `"steps":2`, refined(60, 3))
	if a, b := run(t, p, s), run(t, threads, s); !bytes.Equal(a[0].PNG, b[0].PNG) {
		t.Error("the bytes change with the number of threads")
	}
}

func TestARefinerThatDoesNotFitIsRefusedBeforeItIsLoaded(t *testing.T) {
	xl, _, _ := xlFiles(t)
	for name, c := range map[string]struct {
		base, changed map[string]string
		says          string
	}{
		"a base of one encoder": {map[string]string{}, nil, "the base model has 1"},
		"other text":            {xl, map[string]string{"unet/config.json": strings.Replace(refinerConfig(), `attention_dim":24`, `attention_dim":40`, 1)}, "text of 40 numbers, and the base model's second encoder makes 24"},
		"six sizes":             {xl, map[string]string{"unet/config.json": strings.Replace(refinerConfig(), `dim":40`, `dim":46`, 1)}, "46 numbers beside the text, want 10 and 6 for each of 5"},
		"no sizes":              {xl, map[string]string{"unet/config.json": strings.Replace(unetConfig, `attention_dim":16`, `attention_dim":24`, 1)}, "0 numbers beside the text"},
		"other latents":         {xl, map[string]string{"unet/config.json": `{"in_channels":16,"out_channels":16,` + refinerConfig()[1:]}, "latents of 16 channels"},
		"other scale":           {xl, map[string]string{"vae/config.json": `{"scaling_factor":0.13025,` + vaeConfig[1:]}, "scaled by 0.13025, and the base model's by 0.18215"},
		"another pipeline":      {xl, map[string]string{"model_index.json": `{"_class_name":"StableDiffusionPipeline"}`}, "StableDiffusionPipeline"},
		"no scheduler":          {xl, map[string]string{"scheduler/scheduler_config.json": ""}, "scheduler"},
		"no weights":            {xl, map[string]string{"unet/diffusion_pytorch_model.safetensors": ""}, "refiner: "},
		"no UNet":               {xl, map[string]string{"unet/config.json": "{"}, "unet"},
	} {
		own, _ := refinerFiles(t)
		for path, content := range c.changed {
			own[path] = content
		}
		models := at(folder(t, c.base))
		models[task.RoleRefiner] = diffusion.Model{Path: files(t, own)}
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "refiner: ") {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}
