package diffusion_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/ldm/ldmtest"
	"helium/inference/diffusion/network"
	"helium/inference/gpt"
	"helium/inference/task"
)

// Parts of small models whose widths are such that one file tells them.
const (
	wideVAE = `{"_class_name":"AutoencoderKL","block_out_channels":[32,32,32,32],"layers_per_block":1,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
		"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"],"scaling_factor":0.18215}`
	wideXLVAE = `{"scaling_factor":0.13025,` + `"_class_name":"AutoencoderKL","block_out_channels":[32,32,32,32],"layers_per_block":1,
		"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
		"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"]}`
	wideText = `{"architectures":["CLIPTextModel"],"vocab_size":49408,"hidden_size":64,"intermediate_size":128,"hidden_act":"quick_gelu",
		"num_hidden_layers":2,"num_attention_heads":1,"max_position_embeddings":77}`
	wideSecond = `{"architectures":["CLIPTextModelWithProjection"],"vocab_size":49408,"hidden_size":64,"intermediate_size":128,"hidden_act":"gelu",
		"num_hidden_layers":3,"num_attention_heads":1,"max_position_embeddings":77,"projection_dim":40}`
	wideUNet = `{"_class_name":"UNet2DConditionModel","block_out_channels":[32,64],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"cross_attention_dim":64,"attention_head_dim":8}`
	wideMatrixUNet = `{"_class_name":"UNet2DConditionModel","block_out_channels":[64,128],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
		"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"layers_per_block":1,"cross_attention_dim":64,"attention_head_dim":[1,2],"use_linear_projection":true}`
	wideXLUNet = `{"_class_name":"UNet2DConditionModel","block_out_channels":[64,128],"down_block_types":["DownBlock2D","CrossAttnDownBlock2D"],
		"up_block_types":["CrossAttnUpBlock2D","UpBlock2D"],"layers_per_block":1,"cross_attention_dim":128,"attention_head_dim":[1,2],"use_linear_projection":true,
		"transformer_layers_per_block":[1,2],"addition_embed_type":"text_time","addition_time_embed_dim":256,"projection_class_embeddings_input_dim":1576}`

	betas = `"beta_start":0.00085,"beta_end":0.012,"beta_schedule":"scaled_linear","num_train_timesteps":1000,"set_alpha_to_one":false,"skip_prk_steps":true,"steps_offset":1,"clip_sample":false`
)

// clipFiles are CLIP's vocabulary as a folder has it.
func clipFiles(t testing.TB, part, pad string) map[string]string {
	t.Helper()
	packed, err := os.Open("tokenizer/clip/merges.txt.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	r, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	merges, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}

	ids := vocabulary()
	names := slices.Sorted(func(yield func(string) bool) {
		for text := range ids {
			if !strings.HasSuffix(text, "</w>") && !strings.HasPrefix(text, "<|") && !yield(text) {
				return
			}
		}
	})
	for i, text := range names {
		ids[text], ids[text+"</w>"] = int32(i), int32(256+i)
	}
	next := int32(512)
	for line := range strings.Lines(string(merges)) {
		left, right, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		ids[left+right] = next
		next++
	}
	ids["<|startoftext|>"], ids["<|endoftext|>"] = next, next+1
	raw, err := json.Marshal(ids)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{
		part + "/vocab.json": string(raw), part + "/merges.txt": "#version: 0.2\n" + string(merges),
		part + "/special_tokens_map.json": fmt.Sprintf(`{"pad_token":%q}`, pad),
	}
}

// parsed reads a config.
func parsed[N any](t testing.TB, parse func([]byte) (N, error), config string) N {
	t.Helper()
	n, err := parse([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func parseDecoder(raw []byte) (*network.Decoder, error) {
	_, d, err := network.ParseVAE(raw)
	return d, err
}

const (
	unetWeights = "unet/diffusion_pytorch_model.safetensors"
	vaeWeights  = "vae/diffusion_pytorch_model.safetensors"
)

// wideFiles are the files of a small model of a family.
func wideFiles(t testing.TB, family string) map[string]string {
	t.Helper()
	files := map[string]string{"vae/config.json": wideVAE, vaeWeights: weights(t, parsed(t, parseDecoder, wideVAE), 13), "text_encoder/config.json": wideText}
	unet, pad := wideUNet, "<|endoftext|>"
	switch family {
	case "first":
		files["scheduler/scheduler_config.json"] = `{"_class_name":"PNDMScheduler",` + betas + `}`
	case "second":
		unet, pad = wideMatrixUNet, "!"
		files["text_encoder/config.json"] = strings.Replace(wideText, "quick_gelu", "gelu", 1)
		files["scheduler/scheduler_config.json"] = `{"_class_name":"DDIMScheduler","prediction_type":"v_prediction",` + betas + `}`
	case "xl":
		unet = wideXLUNet
		text := parsed(t, network.ParseText, wideSecond)
		text.Pooled = true
		files["model_index.json"] = `{"_class_name":"StableDiffusionXLPipeline"}`
		files["scheduler/scheduler_config.json"] = `{"_class_name":"EulerDiscreteScheduler","timestep_spacing":"leading",` + betas + `}`
		files["text_encoder_2/config.json"], files["text_encoder_2/model.safetensors"] = wideSecond, weights(t, text, 14)
		files["vae/config.json"] = wideXLVAE
		maps.Copy(files, clipFiles(t, "tokenizer_2", "!"))
	}
	files["text_encoder/model.safetensors"] = weights(t, parsed(t, network.ParseText, files["text_encoder/config.json"]), 11)
	files["unet/config.json"], files[unetWeights] = unet, weights(t, parsed(t, network.ParseUNet, unet), 12)
	maps.Copy(files, clipFiles(t, "tokenizer", pad))
	return files
}

// converted writes a folder's model as one file.
func converted(t testing.TB, dir string, metadata map[string]string) string {
	t.Helper()
	raw, err := ldmtest.Convert(dir, metadata)
	if err != nil {
		t.Fatal(err)
	}
	return written(t, raw)
}

func written(t testing.TB, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.safetensors")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// making is a task's by models, and the error of opening them.
func making(t testing.TB, models diffusion.Models, opts network.Options, document string) ([]byte, error) {
	t.Helper()
	for _, role := range []task.ModelRole{task.RoleUNet, task.RoleVAE} {
		if _, ok := models[role]; ok {
			document = fmt.Sprintf(`%q:"m",`, role) + document
		}
	}
	p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: opts})
	if err != nil {
		return nil, err
	}
	defer p.Close()
	return run(t, p, made(t, `"steps":2`, strings.TrimSuffix(document, ",")))[0].Pixels.Pix, nil
}

func mustMake(t testing.TB, models diffusion.Models, document string) []byte {
	t.Helper()
	png, err := making(t, models, exact, document)
	if err != nil {
		t.Fatal(err)
	}
	return png
}

func TestAModelInOneFileMakesTheImagesOfItsFolder(t *testing.T) {
	for _, family := range []string{"first", "second", "xl"} {
		dir := folder(t, wideFiles(t, family))
		file := converted(t, dir, nil)
		want := mustMake(t, at(dir), "")
		if !bytes.Equal(mustMake(t, at(file), ""), want) {
			t.Errorf("%s: the images differ", family)
		}
		files, err := diffusion.Files(at(file))
		if err != nil || !slices.Equal(files[task.RoleBase], []string{"model.safetensors"}) {
			t.Errorf("%s: files %v and %v", family, files, err)
		}
	}

	files := wideFiles(t, "second")
	velocity := folder(t, files)
	files["scheduler/scheduler_config.json"] = strings.Replace(files["scheduler/scheduler_config.json"], "v_prediction", "epsilon", 1)
	said := converted(t, velocity, map[string]string{"modelspec.prediction_type": "epsilon"})
	if !bytes.Equal(mustMake(t, at(said), ""), mustMake(t, at(folder(t, files)), "")) {
		t.Error("what the file's metadata say of the prediction is not heard")
	}

	half := at(said)
	half[task.RoleBase] = diffusion.Model{Path: said, Variant: "fp16"}
	if _, err := making(t, half, exact, ""); err == nil || !strings.Contains(err.Error(), "no variant fp16") {
		t.Errorf("a variant of a file: %v", err)
	}
}

// standIns writes a part of other weights in all the ways in which it may come.
func standIns(t testing.TB, part, config, content string) map[string]string {
	t.Helper()
	write := func(folder string) string {
		dir := t.TempDir()
		inner := filepath.Join(dir, folder)
		if err := os.MkdirAll(inner, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"config.json": config, "diffusion_pytorch_model.safetensors": content} {
			if err := os.WriteFile(filepath.Join(inner, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	return map[string]string{"alone": write(""), "in a folder": write(part)}
}

// mixture is a model's files with the weights of a part from others.
func mixture(files, others map[string]string, weights string) map[string]string {
	mixed := maps.Clone(files)
	mixed[weights] = others[weights]
	return mixed
}

func TestAnotherUNetOrVAEStandsInForTheBaseModels(t *testing.T) {
	_, unet, decoder := networks(t)
	files := folderFiles(t)
	others := maps.Clone(files)
	others[unetWeights], others[vaeWeights] = weights(t, unet, 21), weights(t, decoder, 22)
	base, whole := folder(t, files), folder(t, others)
	for role, path := range map[task.ModelRole]string{task.RoleUNet: unetWeights, task.RoleVAE: vaeWeights} {
		part := filepath.Dir(path)
		want := mustMake(t, at(folder(t, mixture(files, others, path))), "")
		places := standIns(t, part, files[part+"/config.json"], others[path])
		places["of another model"] = whole
		for name, place := range places {
			models := at(base)
			models[role] = diffusion.Model{Path: place}
			if !bytes.Equal(mustMake(t, models, ""), want) {
				t.Errorf("%s %s makes another image than in the folder", part, name)
			}
			checkDecidingFiles(t, models)
		}
	}
}

// A VAE's file doesn't tell its scale, which is that of the other parts' family.
func TestPartsOfAFileStandInForTheBaseModels(t *testing.T) {
	for _, family := range []string{"first", "xl"} {
		files := wideFiles(t, family)
		others := maps.Clone(files)
		others[unetWeights] = weights(t, parsed(t, network.ParseUNet, files["unet/config.json"]), 21)
		others[vaeWeights] = weights(t, parsed(t, parseDecoder, wideVAE), 22)
		base, file := folder(t, files), converted(t, folder(t, others), nil)
		places := map[string]string{"with a prefix": onlyVAE(t, file, "first_stage_model."), "alone": onlyVAE(t, file, ""), "of diffusers": written(t, []byte(others[vaeWeights]))}
		want := mustMake(t, at(folder(t, mixture(files, others, vaeWeights))), "")
		for name, place := range places {
			models := at(base)
			models[task.RoleVAE] = diffusion.Model{Path: place}
			if !bytes.Equal(mustMake(t, models, ""), want) {
				t.Errorf("%s: the vae of a file %s makes another image than in the folder", family, name)
			}
		}
		models := at(base)
		models[task.RoleUNet] = diffusion.Model{Path: file}
		if !bytes.Equal(mustMake(t, models, ""), mustMake(t, at(folder(t, mixture(files, others, unetWeights))), "")) {
			t.Errorf("%s: the unet of a file makes another image than in the folder", family)
		}
	}
}

// onlyVAE writes the VAE of a file, with another prefix of its names.
func onlyVAE(t testing.TB, file, prefix string) string {
	t.Helper()
	w, err := checkpoint.OpenWeightsFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var tensors []ldmtest.Tensor
	for _, name := range w.Names() {
		inner, ok := strings.CutPrefix(name, "first_stage_model.")
		if !ok {
			continue
		}
		from, _ := w.Get(name)
		data := make([]byte, from.Size())
		if _, err := from.ReadAt(data, 0); err != nil {
			t.Fatal(err)
		}
		tensors = append(tensors, ldmtest.Tensor{Name: prefix + inner, Type: from.Format, Shape: from.Shape, Data: data})
	}
	return written(t, ldmtest.File(tensors, nil))
}

func TestAStandInThatDoesNotFitIsRefusedWithBothNumbers(t *testing.T) {
	base := folder(t, nil)
	wide := strings.Replace(unetConfig, `attention_dim":16`, `attention_dim":24`, 1)
	deep := `{"latent_channels":16,` + vaeConfig[1:]
	for _, c := range []struct {
		role         task.ModelRole
		part, config string
		network      network.Network
		says         []string
	}{
		{task.RoleUNet, "unet", wide, parsed(t, network.ParseUNet, wide), []string{"unet", "24", "16"}},
		{task.RoleVAE, "vae", deep, parsed(t, parseDecoder, deep), []string{"vae", "16", "4"}},
		{task.RoleVAE, "vae", "{}", parsed(t, parseDecoder, deep), []string{"vae", "AutoencoderKL"}},
	} {
		for name, path := range standIns(t, c.part, c.config, weights(t, c.network, 31)) {
			models := at(base)
			models[c.role] = diffusion.Model{Path: path}
			_, err := making(t, models, exact, "")
			for _, says := range c.says {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%s %s: %v, want an error about %s", c.part, name, err, says)
				}
			}
		}
	}

	models := at(base)
	models[task.RoleVAE] = diffusion.Model{Path: filepath.Join(base, "none")}
	if _, err := making(t, models, exact, ""); gpt.CodeOf(err) != gpt.CodeModelNotFound || !strings.Contains(err.Error(), "vae") {
		t.Errorf("no such VAE: %v", err)
	}
	models[task.RoleVAE] = diffusion.Model{Path: filepath.Join(base, "scheduler")}
	if _, err := making(t, models, exact, ""); gpt.CodeOf(err) != gpt.CodeCannotRun || !strings.Contains(err.Error(), "vae") {
		t.Errorf("a folder without a VAE: %v", err)
	}
}

// The scale is that of the VAE's own config.
func TestAnotherVAEHasItsOwnScale(t *testing.T) {
	base := at(folder(t, nil))
	plain := folderFiles(t)["vae/diffusion_pytorch_model.safetensors"]
	scaled := maps.Clone(base)
	scaled[task.RoleVAE] = diffusion.Model{Path: standIns(t, "vae", `{"scaling_factor":0.5,`+vaeConfig[1:], plain)["alone"]}
	same := maps.Clone(base)
	same[task.RoleVAE] = diffusion.Model{Path: standIns(t, "vae", vaeConfig, plain)["alone"]}
	want := mustMake(t, base, "")
	if !bytes.Equal(mustMake(t, same, ""), want) || bytes.Equal(mustMake(t, scaled, ""), want) {
		t.Error("the image doesn't follow the VAE's scale")
	}
}

// variantFiles are the small pipeline's with other weights in a variant, those of
// the UNet in two files with an index.
func variantFiles(t testing.TB) map[string]string {
	t.Helper()
	text, unet, decoder := networks(t)
	files := map[string]string{
		"text_encoder/model.fp16.safetensors":              weights(t, text, 41),
		"vae/diffusion_pytorch_model.fp16.safetensors":     weights(t, decoder, 43),
		"unet/diffusion_pytorch_model.fp16.safetensors.md": "not a file of weights",
	}
	whole := written(t, []byte(weights(t, unet, 42)))
	w, err := checkpoint.OpenWeightsFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	shards, index := map[string][]ldmtest.Tensor{}, map[string]string{}
	for i, name := range w.Names() {
		from, _ := w.Get(name)
		data := make([]byte, from.Size())
		if _, err := from.ReadAt(data, 0); err != nil {
			t.Fatal(err)
		}
		shard := fmt.Sprintf("diffusion_pytorch_model.fp16-%05d-of-00002.safetensors", 1+i%2)
		index[name] = shard
		shards[shard] = append(shards[shard], ldmtest.Tensor{Name: name, Type: from.Format, Shape: from.Shape, Data: data})
	}
	for name, tensors := range shards {
		files["unet/"+name] = string(ldmtest.File(tensors, nil))
	}
	raw, err := json.Marshal(map[string]any{"weight_map": index})
	if err != nil {
		t.Fatal(err)
	}
	files["unet/diffusion_pytorch_model.safetensors.index.fp16.json"] = string(raw)
	return files
}

func variant(dir, name string) diffusion.Models {
	return diffusion.Models{task.RoleBase: {Path: dir, Variant: name}}
}

func TestAVariantIsTheOneThatIsNamed(t *testing.T) {
	files := variantFiles(t)
	both := folder(t, files)
	text, unet, decoder := networks(t)
	others := folder(t, map[string]string{
		"text_encoder/model.safetensors": weights(t, text, 41), unetWeights: weights(t, unet, 42), vaeWeights: weights(t, decoder, 43),
	})
	plain, half := mustMake(t, at(both), ""), mustMake(t, variant(both, "fp16"), "")
	if bytes.Equal(plain, half) || !bytes.Equal(plain, mustMake(t, at(folder(t, nil)), "")) || !bytes.Equal(half, mustMake(t, at(others), "")) {
		t.Error("the images are not those of the named weights")
	}

	only := maps.Clone(files)
	for _, name := range []string{"text_encoder/model.safetensors", unetWeights, vaeWeights} {
		only[name] = ""
	}
	// A part without the variant has its plain weights, and their file decides.
	some := maps.Clone(files)
	some["vae/diffusion_pytorch_model.fp16.safetensors"] = ""
	mixed := variant(folder(t, some), "fp16")
	plainVAE := folder(t, map[string]string{"text_encoder/model.safetensors": weights(t, text, 41), unetWeights: weights(t, unet, 42)})
	if !bytes.Equal(mustMake(t, mixed, ""), mustMake(t, at(plainVAE), "")) {
		t.Error("a mixture of weights makes another image")
	}
	if list, err := diffusion.Files(mixed); err != nil || !slices.Contains(list[task.RoleBase], vaeWeights) {
		t.Errorf("a mixture of weights: %v, %v", list, err)
	}

	for _, c := range []struct {
		models diffusion.Models
		says   string
	}{
		{variant(both, "bf16"), "text_encoder: open weights in"},
		{variant(both, "bf16"), "no weights of the variant bf16, only fp16, plain"},
		{at(folder(t, only)), "only weights of the variants fp16"},
		{variant(both, "../fp16"), "letters"},
	} {
		_, err := making(t, c.models, exact, "")
		if gpt.CodeOf(err) != gpt.CodeCannotRun || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v, want an error about %q", c.models, err, c.says)
		}
	}
}

func TestNumbersAreNeverLessExactThanTheTaskAsks(t *testing.T) {
	dir := folder(t, nil)
	in := func(number checkpoint.TensorType, dtype string) []byte {
		png, err := making(t, at(dir), network.Options{Number: number}, fmt.Sprintf(`"dtype":%q`, dtype))
		if err != nil {
			t.Fatal(err)
		}
		return png
	}
	whole, half := in(checkpoint.F32, "auto"), in(checkpoint.F16, "auto")
	if bytes.Equal(whole, half) {
		t.Fatal("the numbers change nothing")
	}
	for dtype, want := range map[string][]byte{"float32": whole, "bfloat16": whole, "float16": half} {
		if !bytes.Equal(in(checkpoint.F16, dtype), want) {
			t.Errorf("%s on half floats makes another image", dtype)
		}
		if !bytes.Equal(in(checkpoint.F32, dtype), whole) {
			t.Errorf("%s on whole floats makes another image", dtype)
		}
	}

	p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: network.Options{Number: checkpoint.F16}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	less, err := p.Plan(made(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	more, err := p.Plan(made(t, "", `"dtype":"float32"`))
	if err != nil || more[1].Weights <= less[1].Weights {
		t.Errorf("the UNet takes %d bytes in whole floats and %d in half floats, %v", more[1].Weights, less[1].Weights, err)
	}
}

// copied is a model with nothing but some of its files.
func copied(t testing.TB, m diffusion.Model, files []string) diffusion.Model {
	t.Helper()
	dir := t.TempDir()
	from := m.Path
	info, err := os.Stat(from)
	if err != nil {
		t.Fatal(err)
	}
	m.Path = dir
	if !info.IsDir() {
		from, m.Path = filepath.Dir(from), filepath.Join(dir, filepath.Base(from))
	}
	for _, name := range files {
		raw, err := os.ReadFile(filepath.Join(from, filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// checkDecidingFiles makes sure that models make the same image of their listed
// files alone.
func checkDecidingFiles(t testing.TB, models diffusion.Models) {
	t.Helper()
	list, err := diffusion.Files(models)
	if err != nil {
		t.Fatal(err)
	}
	alone := diffusion.Models{}
	for role, m := range models {
		alone[role] = copied(t, m, list[role])
	}
	if !bytes.Equal(mustMake(t, alone, ""), mustMake(t, models, "")) {
		t.Errorf("the files %v alone make another image", list)
	}
}

func TestTheListedFilesAndNoOthersDecide(t *testing.T) {
	files := variantFiles(t)
	files["tokenizer/special_tokens_map.json"] = `{"pad_token":"!"}`
	files["tokenizer/tokenizer_config.json"] = `{"pad_token":"?","bos_token":"?"}`
	files["tokenizer/added_tokens.json"] = `{"dog": 400}`
	files["vae/config.json"] = `{"scaling_factor":0.2,` + vaeConfig[1:]
	dir := folder(t, files)
	models := variant(dir, "fp16")
	checkDecidingFiles(t, models)
	checkDecidingFiles(t, at(dir))

	list, err := diffusion.Files(models)
	want := []string{
		"model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json", "text_encoder/model.fp16.safetensors",
		"tokenizer/added_tokens.json", "tokenizer/merges.txt", "tokenizer/special_tokens_map.json", "tokenizer/tokenizer_config.json", "tokenizer/vocab.json",
		"unet/config.json", "unet/diffusion_pytorch_model.fp16-00001-of-00002.safetensors", "unet/diffusion_pytorch_model.fp16-00002-of-00002.safetensors",
		"unet/diffusion_pytorch_model.safetensors.index.fp16.json", "vae/config.json", "vae/diffusion_pytorch_model.fp16.safetensors",
	}
	if err != nil || !slices.Equal(list[task.RoleBase], want) {
		t.Fatalf("%v and %v, want %v", list, err, want)
	}

	// Any other file may be anything.
	image0 := mustMake(t, models, "")
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(dir, path)
		if err != nil || d.IsDir() || slices.Contains(want, filepath.ToSlash(name)) {
			return err
		}
		return os.WriteFile(path, []byte("{"), 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(mustMake(t, models, ""), image0) {
		t.Error("a file that is not listed changes the image")
	}

	for _, name := range want {
		m := copied(t, models[task.RoleBase], want)
		path := filepath.Join(m.Path, filepath.FromSlash(name))
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := making(t, diffusion.Models{task.RoleBase: m}, exact, ""); err == nil && name != "tokenizer/merges.txt" {
			t.Errorf("%s is spoiled and nobody says so", name)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		// What is optional is seen in the list and, but for the index, in the image.
		models := diffusion.Models{task.RoleBase: m}
		png, err := making(t, models, exact, "")
		if err == nil && bytes.Equal(png, image0) && name != "model_index.json" {
			t.Errorf("%s is gone and makes no difference", name)
		}
		if left, _ := diffusion.Files(models); err == nil && len(left[task.RoleBase]) != len(want)-1 {
			t.Errorf("%s is gone and listed: %v", name, left)
		}
	}
}

func TestTheFilesOfAPartThatAnotherModelGivesAreNotListed(t *testing.T) {
	dir := folder(t, map[string]string{"unet/config.json": "", unetWeights: "", "vae/config.json": "{", vaeWeights: ""})
	models := at(dir)
	models[task.RoleUNet], models[task.RoleVAE] = diffusion.Model{Path: folder(t, nil)}, diffusion.Model{Path: folder(t, nil)}
	list, err := diffusion.Files(models)
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[task.ModelRole][]string{
		task.RoleBase: {"model_index.json", "scheduler/scheduler_config.json", "text_encoder/config.json", "text_encoder/model.safetensors", "tokenizer/merges.txt", "tokenizer/vocab.json"},
		task.RoleUNet: {"unet/config.json", unetWeights},
		task.RoleVAE:  {"vae/config.json", vaeWeights},
	} {
		if !slices.Equal(list[role], want) {
			t.Errorf("%s: %v, want %v", role, list[role], want)
		}
	}
	if !bytes.Equal(mustMake(t, models, ""), mustMake(t, at(folder(t, nil)), "")) {
		t.Error("parts of other models make another image")
	}

	if _, err := diffusion.Files(at(filepath.Join(dir, "none"))); gpt.CodeOf(err) != gpt.CodeModelNotFound {
		t.Errorf("no model: %v", err)
	}
	if _, err := diffusion.Files(at(folder(t, map[string]string{vaeWeights: ""}))); gpt.CodeOf(err) != gpt.CodeModelNotFound || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "vae: ") {
		t.Errorf("no weights: %v", err)
	}
}

func TestModelsBesideTheBaseModelHaveDecidingFilesAndVariants(t *testing.T) {
	base, _, _ := xlFiles(t)
	maps.Copy(base, checkerFiles(t, image.NewRGBA(image.Rect(0, 0, 64, 64))))
	refiner, _ := refinerFiles(t)
	refiner["unet/diffusion_pytorch_model.fp16.safetensors"] = refiner[unetWeights]
	refiner[unetWeights] = ""
	control, _ := controlFolder(t, controlConfig(base["unet/config.json"]), 51)
	const plain, half = "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors"
	if err := os.Rename(filepath.Join(control, plain), filepath.Join(control, half)); err != nil {
		t.Fatal(err)
	}

	s := made(t, `"safety_checker":true,"steps":3`, controlled("c", inBase64(t, drawing(64, 64)), 70, "")+`,"refiner":{"model":"r","steps":4}`)
	images := func(models diffusion.Models) []byte {
		p, err := diffusion.Open(newCompute(t, 1), models, diffusion.Options{Network: exact})
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		return run(t, p, s)[0].Pixels.Pix
	}
	models := at(folder(t, base))
	models[task.RoleRefiner] = diffusion.Model{Path: files(t, refiner), Variant: "fp16"}
	models[task.RoleControlNet] = diffusion.Model{Path: control, Variant: "fp16"}
	list, err := diffusion.Files(models)
	if err != nil {
		t.Fatal(err)
	}
	for role, want := range map[task.ModelRole][]string{
		task.RoleRefiner:    {"model_index.json", "scheduler/scheduler_config.json", "unet/config.json", "unet/" + half, "vae/config.json"},
		task.RoleControlNet: {"config.json", half},
	} {
		if !slices.Equal(list[role], want) {
			t.Errorf("%s: %v, want %v", role, list[role], want)
		}
	}
	for _, want := range []string{"feature_extractor/preprocessor_config.json", "safety_checker/config.json", "safety_checker/model.safetensors"} {
		if !slices.Contains(list[task.RoleBase], want) {
			t.Errorf("%s is not listed", want)
		}
	}
	alone := diffusion.Models{}
	for role, m := range models {
		alone[role] = copied(t, m, list[role])
	}
	if !bytes.Equal(images(alone), images(models)) {
		t.Errorf("the files %v alone make another image", list)
	}

	for role, m := range models {
		other := maps.Clone(models)
		other[role] = diffusion.Model{Path: m.Path, Variant: "bf16"}
		if _, err := diffusion.Open(newCompute(t, 1), other, diffusion.Options{Network: exact}); err == nil || !strings.Contains(err.Error(), "no weights of the variant bf16") {
			t.Errorf("%s: %v, want an error about its variants", role, err)
		}
	}
	loras := written(t, []byte("x"))
	for _, role := range []task.ModelRole{task.RoleLoRA, task.RoleTextualInversion} {
		want := []string{filepath.Base(loras)}
		for _, path := range []string{loras, filepath.Dir(loras)} {
			if list, err := diffusion.Files(diffusion.Models{role: {Path: path}}); err != nil || !slices.Equal(list[role], want) {
				t.Errorf("%s in %s: %v, %v", role, path, list, err)
			}
		}
	}
}
