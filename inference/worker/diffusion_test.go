package worker

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/diffusiontest"
	"helium/inference/diffusion/ldm/ldmtest"
	"helium/inference/gpt"
	"helium/inference/imagehash"
	"helium/inference/pretrained"
	"helium/inference/task"
)

const pipelineID = "owner/model"

// pipeline writes a small Stable Diffusion model.
func pipeline(t *testing.T) Model {
	t.Helper()
	m := Model{ID: pipelineID, Path: diffusiontest.Folder(t, nil)}
	for _, name := range slices.Sorted(maps.Keys(diffusiontest.Files(t))) {
		sum, err := pretrained.FileDigest(filepath.Join(m.Path, filepath.FromSlash(name)), nil)
		if err != nil {
			t.Fatal(err)
		}
		m.Files = append(m.Files, File{name, sum})
	}
	return m
}

// drawing is a task of small images; change is JSON of the config, and of the
// document.
func drawing(t *testing.T, config, document string) []byte {
	t.Helper()
	settings := map[string]any{"image_width": 64, "image_height": 64, "steps": 3, "seed": 7, "num_images": 1, "safety_checker": false}
	doc := map[string]any{"base_model": pipelineID, "prompt": "a cat under the sun", "task_config": settings}
	for raw, into := range map[string]map[string]any{config: settings, document: doc} {
		if err := json.Unmarshal([]byte("{"+raw+"}"), &into); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func draw(t *testing.T, e *Engine, doc []byte, models ...Model) SDResult {
	t.Helper()
	r, err := e.RunSD(soon(t), SDRequest{Task: doc, Models: models}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestImagesComeWithTheirHashesAndProgress(t *testing.T) {
	e, model := testEngine(t, nil), pipeline(t)
	doc := drawing(t, `"num_images":2,"steps":4`, "")
	var stages []string
	var steps []string
	result, err := e.RunSD(soon(t), SDRequest{
		Task: doc, Models: []Model{model}, PreviewEvery: 3, OnStage: func(s Stage) { stages = append(stages, s.Name) },
	}, func(p ImageProgress) {
		steps = append(steps, fmt.Sprint(p.Image, p.Images, p.Step, p.Steps, len(p.Preview) > 0))
		if _, err := png.DecodeConfig(bytes.NewReader(p.Preview)); len(p.Preview) > 0 && err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	parsed, err := task.ParseSD(doc)
	if err != nil {
		t.Fatal(err)
	}
	response, err := task.ParseSDResponse(result.Response, parsed)
	if err != nil {
		t.Fatal(err)
	}
	if hashes, err := response.Hashes(); err != nil || !slices.Equal(hashes, result.Hashes) {
		t.Errorf("the images have the hashes %v, the engine says %v, %v", hashes, result.Hashes, err)
	}
	if result.RunSeconds <= 0 {
		t.Error("it took no time")
	}
	want := []string{
		"0 2 1 4 false", "0 2 2 4 false", "0 2 3 4 false", "0 2 3 4 true", "0 2 4 4 false",
		"1 2 1 4 false", "1 2 2 4 false", "1 2 3 4 false", "1 2 3 4 true", "1 2 4 4 false",
	}
	if !slices.Equal(steps, want) {
		t.Errorf("steps = %q", steps)
	}
	if got := strings.Join(slices.Compact(stages), " "); got != "checking loading running" {
		t.Errorf("stages = %s", got)
	}
}

func TestImagesAreEqualBytesInTwoProcessesAndBesideTexts(t *testing.T) {
	model, text := pipeline(t), demo(t)
	first, second := testEngine(t, nil), testEngine(t, func(o *Options) { o.Threads = 2 })
	doc := drawing(t, `"num_images":2`, `"negative_prompt":"rain"`)
	want := draw(t, first, doc, model)
	say := func(e *Engine) (wasWarm bool) {
		r, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: text}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.LoadSeconds == 0
	}

	if say(first) {
		t.Error("the text's model was warm before its first task")
	}
	held := memoryOf(t, first).Held
	again := draw(t, first, doc, model)
	if now := memoryOf(t, first).Held; now != held || held == 0 {
		t.Errorf("%d bytes are held after the images, %d before", now, held)
	}
	if !say(first) {
		t.Error("images put out a model beside which there was room")
	}
	anew, err := first.RunSDAnew(soon(t), SDRequest{Task: doc, Models: []Model{model}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if say(first) {
		t.Error("the process is not a new one")
	}
	for where, got := range map[string]SDResult{"again": again, "anew": anew, "two threads": draw(t, second, doc, model)} {
		if !bytes.Equal(got.Response, want.Response) || !slices.Equal(got.Hashes, want.Hashes) {
			t.Errorf("%s: other images, with the hashes %v and not %v", where, got.Hashes, want.Hashes)
		}
	}
	if other := draw(t, first, drawing(t, "", `"dtype":"float32"`), model); bytes.Equal(other.Response, draw(t, first, drawing(t, "", ""), model).Response) {
		t.Error("whole floats give the image of half ones")
	}
}

func memoryOf(t *testing.T, e *Engine) Memory {
	t.Helper()
	m, err := e.Memory(soon(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestWarmModelsMakeRoomForImages(t *testing.T) {
	model, text := pipeline(t), demo(t)
	say := func(e *Engine) (wasWarm bool) {
		r, err := e.RunGPT(soon(t), GPTRequest{Task: question(t, "Hi", nil), Model: text}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return r.LoadSeconds == 0
	}
	probe := testEngine(t, nil)
	say(probe)
	one := memoryOf(t, probe).Held

	e := testEngine(t, func(o *Options) { o.ModelMemory = one })
	say(e)
	if !say(e) {
		t.Fatal("the text's model is not warm")
	}
	var during uint64
	request := SDRequest{Task: drawing(t, "", ""), Models: []Model{model}, OnStage: func(s Stage) {
		if s.Name == StageRunning {
			during = memoryOf(t, e).Held
		}
	}}
	if _, err := e.RunSD(soon(t), request, nil); err != nil {
		t.Fatal(err)
	}
	if during == 0 || during >= one {
		t.Errorf("%d bytes are held while the images are made, the text's model takes %d", during, one)
	}
	if now := memoryOf(t, e).Held; now != 0 {
		t.Errorf("%d bytes are held after the images", now)
	}
	if say(e) {
		t.Error("both fit into the memory of one")
	}
}

func TestImagesThatNeedTooMuchMemoryAreRefusedWithNumbers(t *testing.T) {
	e, model := testEngine(t, func(o *Options) { o.ModelMemory = 4 << 20 }), pipeline(t)
	var stages []string
	_, err := e.RunSD(soon(t), SDRequest{
		Task: drawing(t, `"image_width":1024,"image_height":1024`, ""), Models: []Model{model}, OnStage: func(s Stage) { stages = append(stages, s.Name) },
	}, nil)
	if gpt.CodeOf(err) != gpt.CodeOutOfMemory || !strings.Contains(err.Error(), "for images of 1024×1024, and a task may take 4 MB") {
		t.Errorf("error = %v, want out_of_memory", err)
	}
	if slices.Contains(stages, StageLoading) {
		t.Errorf("stages = %v, want none of loading", stages)
	}
}

// atStep does something after a step of a task of many.
func atStep(t *testing.T, ctx context.Context, e *Engine, model Model, then func()) error {
	t.Helper()
	_, err := e.RunSD(ctx, SDRequest{Task: drawing(t, `"steps":100,"num_images":10,"image_width":128,"image_height":128`, ""), Models: []Model{model}}, func(p ImageProgress) {
		if p.Image == 0 && p.Step == 2 {
			then()
		}
	})
	return err
}

func TestImagesEndInTheMiddle(t *testing.T) {
	e, model := testEngine(t, nil), pipeline(t)
	want := draw(t, e, drawing(t, "", ""), model)
	for name, c := range map[string]struct {
		then func(pid int, cancel func())
		code gpt.Code
		kept bool // the process
	}{
		"cancelled": {func(_ int, cancel func()) { cancel() }, gpt.CodeCancelled, true},
		"killed": {func(pid int, _ func()) {
			p, err := os.FindProcess(pid)
			if err != nil {
				t.Error(err)
				return
			}
			p.Kill()
		}, gpt.CodeEngineDied, false},
		"yielded": {func(int, func()) { go e.Yield(context.Background()) }, gpt.CodeCancelled, false},
	} {
		before, err := e.Info(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(soon(t))
		if err := atStep(t, ctx, e, model, func() { c.then(before.PID, cancel) }); gpt.CodeOf(err) != c.code || err == nil {
			t.Errorf("%s: error = %v, want %s", name, err, c.code)
		}
		cancel()
		if got := draw(t, e, drawing(t, "", ""), model); !bytes.Equal(got.Response, want.Response) {
			t.Errorf("%s: the next task has other images", name)
		}
		after, err := e.Info(soon(t))
		if err != nil {
			t.Fatal(err)
		}
		if kept := after.PID == before.PID; kept != c.kept {
			t.Errorf("%s: the process was kept: %v", name, kept)
		}
	}
}

func TestImagesHaveATimeOfTheirOwn(t *testing.T) {
	e, model := testEngine(t, func(o *Options) { o.SDTimeout = 300 * time.Millisecond }), pipeline(t)
	if err := atStep(t, soon(t), e, model, func() {}); gpt.CodeOf(err) != gpt.CodeTimeout {
		t.Errorf("error = %v, want timeout", err)
	}
	e = testEngine(t, func(o *Options) { o.TaskTimeout = time.Nanosecond })
	draw(t, e, drawing(t, "", ""), model)
}

func TestErrorsOfImagesSayWhoseFaultItIs(t *testing.T) {
	e, model := testEngine(t, nil), pipeline(t)
	changed := func(change func(*Model)) []Model {
		m := model
		m.Files = slices.Clone(model.Files)
		change(&m)
		return []Model{m}
	}
	spoiled := func(files map[string]string) []Model {
		return []Model{{ID: pipelineID, Path: diffusiontest.Folder(t, files)}}
	}
	unet := slices.IndexFunc(model.Files, func(f File) bool { return f.Name == "unet/diffusion_pytorch_model.safetensors" })

	for name, c := range map[string]struct {
		task    []byte
		models  []Model
		code    gpt.Code
		problem string
	}{
		"not JSON":         {[]byte("{"), []Model{model}, gpt.CodeInvalidArguments, "not JSON"},
		"a text task":      {question(t, "Hi", nil), []Model{model}, gpt.CodeInvalidArguments, "messages"},
		"too large":        {drawing(t, `"image_width":4096`, ""), []Model{model}, gpt.CodeInvalidArguments, "task_config.image_width: is 4096"},
		"wrong prompt":     {drawing(t, "", `"prompt":"(\"a\", \"b\").blend(1, 1)"`), []Model{model}, gpt.CodePromptRefused, "prompt"},
		"an argument":      {drawing(t, "", `"scheduler":{"method":"DPMSolverMultistepScheduler","args":{"thresholding":true}}`), []Model{model}, gpt.CodeCannotRun, "thresholding"},
		"no models":        {drawing(t, "", ""), nil, gpt.CodeModelNotFound, "base_model owner/model"},
		"another model":    {drawing(t, "", `"base_model":"other/model"`), []Model{model}, gpt.CodeModelNotFound, "other/model"},
		"no folder":        {drawing(t, "", ""), []Model{{ID: pipelineID, Path: filepath.Join(t.TempDir(), "none")}}, gpt.CodeModelNotFound, "base_model"},
		"an empty folder":  {drawing(t, "", ""), []Model{{ID: pipelineID, Path: t.TempDir()}}, gpt.CodeModelNotFound, "scheduler"},
		"no weights":       {drawing(t, "", ""), []Model{{ID: pipelineID, Path: filepath.Join(model.Path, "model_index.json")}}, gpt.CodeCannotRun, "not usable safetensors"},
		"another file":     {drawing(t, "", ""), changed(func(m *Model) { m.Files[unet].SHA256 = strings.Repeat("0", 64) }), gpt.CodeHashDiffers, "unet/diffusion_pytorch_model.safetensors"},
		"a file not named": {drawing(t, "", ""), changed(func(m *Model) { m.Files = slices.Delete(m.Files, unet, unet+1) }), gpt.CodeHashDiffers, "does not name its file unet/diffusion_pytorch_model.safetensors"},
		"a missing file": {drawing(t, "", ""), changed(func(m *Model) {
			m.Files = append(m.Files, File{"tokenizer/added_tokens.json", strings.Repeat("0", 64)})
		}), gpt.CodeModelNotFound, "tokenizer/added_tokens.json, which is not here"},
		"a file elsewhere":  {drawing(t, "", ""), changed(func(m *Model) { m.Files = append(m.Files, File{"../../etc/hosts", strings.Repeat("0", 64)}) }), gpt.CodeModelNotFound, "not here"},
		"a lying config":    {drawing(t, "", ""), spoiled(map[string]string{"unet/config.json": strings.Replace(diffusiontest.UNetConfig, "[16,24]", "[16,32]", 1)}), gpt.CodeCannotRun, "unet"},
		"a short file":      {drawing(t, "", ""), spoiled(map[string]string{"vae/diffusion_pytorch_model.safetensors": "\x08\x00\x00\x00\x00\x00\x00\x00{}"}), gpt.CodeCannotRun, "vae"},
		"an unknown class":  {drawing(t, "", ""), spoiled(map[string]string{"model_index.json": `{"_class_name":"FluxPipeline"}`}), gpt.CodeCannotRun, "FluxPipeline"},
		"a missing network": {drawing(t, "", ""), spoiled(map[string]string{"unet/config.json": ""}), gpt.CodeCannotRun, "unet"},
	} {
		steps := 0
		_, err := e.RunSD(soon(t), SDRequest{Task: c.task, Models: c.models}, func(ImageProgress) { steps++ })
		if err == nil || gpt.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.problem) || steps > 0 {
			t.Errorf("%s: after %d steps error = %v, want %s about %q", name, steps, err, c.code, c.problem)
		}
	}
}

// loraFile writes a LoRA of one layer of the small pipeline's UNet.
func loraFile(t *testing.T, layer string, width uint64) Model {
	t.Helper()
	numbers := func(n uint64) []byte {
		values := make([]float32, n)
		for i := range values {
			values[i] = float32(i%7) / 5
		}
		return checkpoint.EncodeFloats(values, checkpoint.F32, 0)
	}
	path := filepath.Join(t.TempDir(), "style.safetensors")
	data := ldmtest.File([]ldmtest.Tensor{
		{Name: "unet." + layer + ".lora_A.weight", Type: "F32", Shape: []uint64{2, width}, Data: numbers(2 * width)},
		{Name: "unet." + layer + ".lora_B.weight", Type: "F32", Shape: []uint64{width, 2}, Data: numbers(2 * width)},
	}, nil)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	sum, err := pretrained.FileDigest(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Model{ID: "owner/loras#style.safetensors", Path: path, Files: []File{{"style.safetensors", sum}}}
}

func TestModelsBesideTheBaseModelTakePart(t *testing.T) {
	e, base := testEngine(t, nil), pipeline(t)
	const layer = "down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
	style := loraFile(t, layer, 16)
	document := func(weight string) []byte {
		return drawing(t, "", `"lora":{"model":"owner/loras","weight_file_name":"style.safetensors","weight":`+weight+`}`)
	}
	plain := draw(t, e, drawing(t, "", ""), base)
	full, again, half := draw(t, e, document("100"), base, style), draw(t, e, document("100"), base, style), draw(t, e, document("50"), base, style)
	if !bytes.Equal(full.Response, again.Response) || bytes.Equal(full.Response, plain.Response) || bytes.Equal(full.Response, half.Response) {
		t.Error("the LoRA has no part in the image, or another one each time")
	}

	changed := style
	changed.Files = []File{{"style.safetensors", strings.Repeat("0", 64)}}
	for name, c := range map[string]struct {
		models []Model
		code   gpt.Code
	}{
		"not given":     {[]Model{base}, gpt.CodeModelNotFound},
		"another file":  {[]Model{base, changed}, gpt.CodeHashDiffers},
		"of other size": {[]Model{base, loraFile(t, layer, 24)}, gpt.CodeFormatRefused},
		"of no layer":   {[]Model{base, loraFile(t, "down_blocks.9.to_q", 16)}, gpt.CodeFormatRefused},
	} {
		if _, err := e.RunSD(soon(t), SDRequest{Task: document("100"), Models: c.models}, nil); gpt.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
}

// A file that was checked is not read again, and one that has changed is.
func TestAChangedFileOfAPipelineIsFoundOutTheNextTime(t *testing.T) {
	e, model := testEngine(t, nil), pipeline(t)
	draw(t, e, drawing(t, "", ""), model)
	path := filepath.Join(model.Path, "vae", "config.json")
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(path, later, later); err != nil {
		t.Fatal(err)
	}
	draw(t, e, drawing(t, "", ""), model) // it is the same still
	if err := os.WriteFile(path, []byte(diffusiontest.VAEConfig+" "), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := e.RunSD(soon(t), SDRequest{Task: drawing(t, "", ""), Models: []Model{model}}, nil); gpt.CodeOf(err) != gpt.CodeHashDiffers {
		t.Errorf("error = %v, want one about the changed file", err)
	}
}

// What nothing compresses still fits where previews travel.
func TestAPreviewIsSmallForEverySize(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, size := range []image.Point{{8, 8}, {64, 64}, {65, 9}, {192, 192}, {256, 144}, {256, 1}} {
		img := image.NewRGBA(image.Rectangle{Max: size})
		for i := range img.Pix {
			img.Pix[i] = uint8(rng.Uint32())
			if i%4 == 3 {
				img.Pix[i] = 255
			}
		}
		file := previewFile(img)
		shown, err := png.DecodeConfig(bytes.NewReader(file))
		if err != nil || len(file) > 16<<10 || max(shown.Width, shown.Height) > 64 || max(shown.Width, shown.Height) < min(32, size.X) {
			t.Errorf("%v: %d bytes, %+v, %v", size, len(file), shown, err)
		}
	}
}

// called is a writer that calls at each write.
type called func()

func (c called) Write(b []byte) (int, error) {
	c()
	return len(b), nil
}

// About the longest response that a task can have comes through, image by image.
func TestLargeImagesComeThrough(t *testing.T) {
	out, in := io.Pipe()
	c := &child{nextID: helloID, pending: map[uint64]chan frame{}, done: make(chan struct{})}
	c.out = &writer{w: called(func() { go c.read(bufio.NewReader(out)) })}
	go func() {
		engine, file := &writer{w: in}, bytes.Repeat([]byte{0xff}, 3<<20)
		for i := range task.MaxImages {
			engine.send(frame{Kind: kindImage, ID: helloID + 1, Image: &madeImage{i, file, imagehash.Hash(i) << 60}})
		}
		engine.send(frame{Kind: kindResult, ID: helloID + 1, Result: &Result{RunSeconds: 1}})
		in.Close()
	}()
	r, err := c.runSD(soon(t), SDRequest{}, nil)
	if err != nil || len(r.Response) < 40<<20 || len(r.Hashes) != task.MaxImages || r.Hashes[9] != 9<<60 {
		t.Errorf("%d bytes, %d hashes, %v", len(r.Response), len(r.Hashes), err)
	}
}
