package diffusion_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/task"
)

func TestWhatIsNotDoneIsRefusedByName(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	for name, c := range map[string]struct {
		config, document string
		code             gpt.Code
		says             string
	}{
		"lora":          {"", `"lora":{"model":"m"}`, gpt.CodeModelNotFound, "the lora m is not among the models"},
		"refiner":       {"", `"refiner":{"model":"m"}`, gpt.CodeModelNotFound, "refiner m"},
		"controlnet":    {"", controlled("m", whitePNG, 70, ""), gpt.CodeModelNotFound, "controlnet m"},
		"its URL":       {"", controlled("https://example.org/m", whitePNG, 70, ""), gpt.CodeCannotRun, "controlnet by URL"},
		"preprocess":    {"", controlled("m", whitePNG, 70, `{"method":"openpose"}`), gpt.CodeCannotRun, `method: not supported yet: "openpose"`},
		"no image":      {"", controlled("m", "", 70, ""), gpt.CodeInvalidArguments, "image_dataurl"},
		"a cut image":   {"", controlled("m", whitePNG[:60], 70, ""), gpt.CodeInvalidArguments, "image_dataurl"},
		"a long image":  {"", controlled("m", flat(t, 90, 10), 70, ""), gpt.CodeInvalidArguments, "90×10"},
		"inversion":     {"", `"textual_inversion":"m"`, gpt.CodeModelNotFound, "the textual_inversion m is not among the models"},
		"size":          {`"image_width":100`, "", gpt.CodeInvalidArguments, "image_width"},
		"operator":      {"", `"prompt":"(\"a\", \"b\").blend(1, 1)"`, gpt.CodePromptRefused, "prompt"},
		"other":         {"", `"negative_prompt":"(\"a\", \"b\").and()"`, gpt.CodePromptRefused, "negative_prompt"},
		"length":        {"", `"prompt":"` + strings.Repeat("a ", 4090) + `"`, gpt.CodeContextTooLong, "55 chunks"},
		"scheduler arg": {"", scheduler(task.SchedulerDPM, `"thresholding":true`), gpt.CodeCannotRun, "thresholding"},
		"clip":          {"", scheduler(task.SchedulerLCM, `"clip_samples":1`), gpt.CodeCannotRun, "clip_samples"},
		"steps":         {`"steps":60`, scheduler(task.SchedulerLCM, ""), gpt.CodeCannotRun, "original_inference_steps"},
	} {
		s := made(t, c.config, c.document)
		hooks := diffusion.Hooks{Step: func(diffusion.Progress) { t.Errorf("%s: a step was made", name) }}
		_, err := p.Run(t.Context(), s, hooks)
		if gpt.CodeOf(err) != c.code || err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %s about %s", name, err, c.code, c.says)
		}
		if _, planned := p.Plan(s); planned == nil || planned.Error() != err.Error() {
			t.Errorf("%s: the plan's error is %v", name, planned)
		}
	}
}

// A bridge asks before the task is paid for.
func TestATaskIsCheckedWithoutAModel(t *testing.T) {
	for name, c := range map[string]struct {
		document string
		code     gpt.Code
	}{
		"canny":       {controlled("m", whitePNG, 70, `{"method":"canny"}`), ""},
		"a refiner":   {refined(80, 20), ""},
		"openpose":    {controlled("m", whitePNG, 70, `{"method":"openpose"}`), gpt.CodeCannotRun},
		"a cut image": {controlled("m", whitePNG[:60], 70, ""), gpt.CodeInvalidArguments},
	} {
		if err := diffusion.Check(made(t, `"safety_checker":true`, c.document)); (err == nil) != (c.code == "") || err != nil && gpt.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAFolderThatDoesNotFitIsRefusedByItsPart(t *testing.T) {
	c := newCompute(t, 1)
	text, unet, _ := networks(t)
	for name, test := range map[string]struct {
		files       map[string]string
		says        string
		unsupported bool
	}{
		"another pipeline":  {map[string]string{"model_index.json": `{"_class_name":"FluxPipeline"}`}, "FluxPipeline", true},
		"two encoders":      {map[string]string{"text_encoder_2/config.json": textConfig, "tokenizer_2/vocab.json": ""}, "tokenizer_2: ", false},
		"no tokenizer":      {map[string]string{"tokenizer/vocab.json": ""}, "tokenizer: ", false},
		"no scheduler":      {map[string]string{"scheduler/scheduler_config.json": ""}, "scheduler: ", false},
		"a cut scheduler":   {map[string]string{"scheduler/scheduler_config.json": "{"}, "scheduler: ", false},
		"no text encoder":   {map[string]string{"text_encoder/config.json": ""}, "text_encoder: ", false},
		"few tokens":        {map[string]string{"text_encoder/config.json": strings.Replace(textConfig, "514", "513", 1)}, "tokenizer: it has 514", false},
		"a short encoder":   {map[string]string{"text_encoder/config.json": strings.Replace(textConfig, ":77", ":64", 1)}, "64 tokens", true},
		"another width":     {map[string]string{"unet/config.json": strings.Replace(unetConfig, `attention_dim":16`, `attention_dim":24`, 1)}, "unet: it wants text of 24", false},
		"inpainting":        {map[string]string{"unet/config.json": `{"in_channels":9,` + unetConfig[1:]}, "unet: ", true},
		"other latents":     {map[string]string{"vae/config.json": `{"latent_channels":16,` + vaeConfig[1:]}, "vae: it wants 16", false},
		"no weights":        {map[string]string{"unet/diffusion_pytorch_model.safetensors": ""}, "unet: ", false},
		"others' weights":   {map[string]string{"unet/diffusion_pytorch_model.safetensors": weights(t, text, 1)}, "unet: ", false},
		"others' vae":       {map[string]string{"vae/diffusion_pytorch_model.safetensors": weights(t, unet, 1)}, "vae: ", false},
		"an encoder's more": {map[string]string{"text_encoder/config.json": strings.Replace(textConfig, `layers":2`, `layers":1`, 1)}, "text_encoder: ", false},
	} {
		p, err := diffusion.Open(c, at(folder(t, test.files)), diffusion.Options{Network: exact})
		if err == nil {
			p.Close()
		}
		if err == nil || !strings.Contains(err.Error(), test.says) || errors.Is(err, diffusion.ErrUnsupported) != test.unsupported {
			t.Errorf("%s: %v, want %q", name, err, test.says)
		}
	}
	if _, err := diffusion.Open(c, at(filepath.Join(t.TempDir(), "none")), diffusion.Options{Network: exact}); gpt.CodeOf(err) != gpt.CodeModelNotFound {
		t.Errorf("no folder: %v", err)
	}

	// The index is optional, and Python writes a number that isn't JSON.
	p, err := diffusion.Open(c, at(folder(t, map[string]string{
		"model_index.json":                "",
		"scheduler/scheduler_config.json": `{"lambda_min_clipped":-Infinity,` + schedulerConfig[1:],
	})), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if _, err := p.Run(t.Context(), made(t, "", ""), diffusion.Hooks{}); gpt.CodeOf(err) != gpt.CodeCannotRun {
		t.Errorf("a closed pipeline: %v", err)
	}
}

func TestATaskThatDoesNotFitIsRefused(t *testing.T) {
	small, large := made(t, "", ""), made(t, `"image_width":256,"image_height":256`, "")
	p := open(t, 1, diffusion.Options{})
	a, err := p.Plan(small)
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.Plan(large)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d and %d bytes", a.Bytes(), b.Bytes())
	if len(a) != 3 || a[0].Weights == 0 || a[1].Weights == 0 || b.Bytes() < 4*a.Bytes() {
		t.Errorf("plans of %+v and %+v", a, b)
	}

	alone, err := p.Plan(made(t, `"cfg":1`, ""))
	if err != nil {
		t.Fatal(err)
	}
	if alone[1].Work >= a[1].Work {
		t.Errorf("without guidance the UNet takes %d bytes, with it %d", alone[1].Work, a[1].Work)
	}

	p = open(t, 1, diffusion.Options{Limit: a.Bytes()})
	run(t, p, small)
	if _, err := p.Run(t.Context(), large, diffusion.Hooks{}); gpt.CodeOf(err) != gpt.CodeOutOfMemory {
		t.Errorf("%v, want out_of_memory", err)
	}
}

func TestHalfFloatsMakeAboutTheSameImage(t *testing.T) {
	whole := run(t, open(t, 1, diffusion.Options{}), made(t, "", ""))[0]
	p := open(t, 1, diffusion.Options{Network: network.Options{Number: checkpoint.F16}})
	half := run(t, p, made(t, "", `"dtype":"float16"`))[0]
	var sum float64
	for i, v := range whole.Pixels.Pix {
		d := float64(v) - float64(half.Pixels.Pix[i])
		sum += d * d
	}
	if mean := sum / float64(len(whole.Pixels.Pix)); mean == 0 || mean > 25 {
		t.Errorf("the mean square of the difference is %.2f", mean)
	}
}
