package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/backend/protocol"
)

// listing is a repository's list of files as the hub gives it, read as the library
// does. Names may have {alternatives}, as in a shell.
func listing(t testing.TB, id, index, names string) Repository {
	t.Helper()
	var siblings []map[string]any
	for name := range strings.FieldsSeq(names) {
		for _, name := range expand(name) {
			siblings = append(siblings, map[string]any{"rfilename": name, "size": 5, "blobId": strings.Repeat("a", 40)})
		}
	}
	b, err := json.Marshal(map[string]any{"sha": testCommit, "siblings": siblings})
	if err != nil {
		t.Fatal(err)
	}
	r, err := parseInfo(id, b)
	if err == nil && index != "" {
		r.index, err = parseIndex([]byte(index))
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func expand(s string) (all []string) {
	before, rest, ok := strings.Cut(s, "{")
	if !ok {
		return []string{s}
	}
	choice, after, _ := strings.Cut(rest, "}")
	for c := range strings.SplitSeq(choice, ",") {
		all = append(all, expand(before+c+after)...)
	}
	return all
}

const (
	sd15Index = `{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0",
		"feature_extractor": ["transformers", "CLIPImageProcessor"], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"],
		"scheduler": ["diffusers", "PNDMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"], "tokenizer": ["transformers", "CLIPTokenizer"],
		"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}`
	sd21Index = `{"_class_name": "StableDiffusionPipeline", "requires_safety_checker": false, "feature_extractor": ["transformers", "CLIPImageProcessor"],
		"safety_checker": [null, null], "scheduler": ["diffusers", "DDIMScheduler"], "text_encoder": ["transformers", "CLIPTextModel"],
		"tokenizer": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}`
	sdxlIndex = `{"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": true, "scheduler": ["diffusers", "EulerDiscreteScheduler"],
		"text_encoder": ["transformers", "CLIPTextModel"], "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer": ["transformers", "CLIPTokenizer"],
		"tokenizer_2": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}`
	refinerIndex = `{"_class_name": "StableDiffusionXLImg2ImgPipeline", "requires_aesthetics_score": true, "scheduler": ["diffusers", "EulerDiscreteScheduler"],
		"text_encoder": [null, null], "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"], "tokenizer": [null, null],
		"tokenizer_2": ["transformers", "CLIPTokenizer"], "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}`

	sd15Files = `.gitattributes README.md model_index.json v1-5-pruned-emaonly.{ckpt,safetensors} v1-5-pruned.{ckpt,safetensors} v1-inference.yaml
		feature_extractor/preprocessor_config.json safety_checker/{config.json,model.fp16.safetensors,model.safetensors,pytorch_model.bin,pytorch_model.fp16.bin}
		scheduler/scheduler_config.json text_encoder/{config.json,model.fp16.safetensors,model.safetensors,pytorch_model.bin,pytorch_model.fp16.bin}
		tokenizer/{merges.txt,special_tokens_map.json,tokenizer_config.json,vocab.json}
		unet/config.json unet/diffusion_pytorch_model.{bin,fp16.bin,fp16.safetensors,non_ema.bin,non_ema.safetensors,safetensors}
		vae/config.json vae/diffusion_pytorch_model.{bin,fp16.bin,fp16.safetensors,safetensors}`
	sdxlFiles = `.gitattributes 01.png LICENSE.md README.md model_index.json pipeline.png sd_xl_base_1.0.safetensors sd_xl_base_1.0_0.9vae.safetensors sd_xl_offset_example-lora_1.0.safetensors
		scheduler/scheduler_config.json text_encoder/{config.json,flax_model.msgpack,model.fp16.safetensors,model.onnx,model.safetensors,openvino_model.bin,openvino_model.xml}
		text_encoder_2/{config.json,flax_model.msgpack,model.fp16.safetensors,model.onnx,model.onnx_data,model.safetensors,openvino_model.bin,openvino_model.xml}
		tokenizer/{merges.txt,special_tokens_map.json,tokenizer_config.json,vocab.json} tokenizer_2/{merges.txt,special_tokens_map.json,tokenizer_config.json,vocab.json}
		unet/{config.json,diffusion_flax_model.msgpack,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors,model.onnx,model.onnx_data,openvino_model.bin}
		vae/{config.json,diffusion_flax_model.msgpack,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors}
		vae_1_0/{config.json,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors} vae_decoder/{config.json,model.onnx,openvino_model.bin} vae_encoder/{config.json,model.onnx}`
	clip  = ` tokenizer/{merges.txt,special_tokens_map.json,tokenizer_config.json,vocab.json}`
	clip2 = ` tokenizer_2/{merges.txt,special_tokens_map.json,tokenizer_config.json,vocab.json}`
)

// What is chosen of repositories as they are on the hub.
func TestOfAnImageModelWhatATaskNeedsIsChosen(t *testing.T) {
	for _, c := range []struct{ id, index, files, want string }{
		{"runwayml/stable-diffusion-v1-5", sd15Index, sd15Files, `model_index.json feature_extractor/preprocessor_config.json safety_checker/{config.json,model.safetensors}
			scheduler/scheduler_config.json text_encoder/{config.json,model.safetensors} unet/{config.json,diffusion_pytorch_model.safetensors} vae/{config.json,diffusion_pytorch_model.safetensors}` + clip},
		{"runwayml/stable-diffusion-v1-5@fp16", sd15Index, sd15Files, `model_index.json feature_extractor/preprocessor_config.json safety_checker/{config.json,model.fp16.safetensors}
			scheduler/scheduler_config.json text_encoder/{config.json,model.fp16.safetensors} unet/{config.json,diffusion_pytorch_model.fp16.safetensors} vae/{config.json,diffusion_pytorch_model.fp16.safetensors}` + clip},
		{"runwayml/stable-diffusion-v1-5#v1-5-pruned-emaonly.safetensors", sd15Index, sd15Files, "v1-5-pruned-emaonly.safetensors"},
		{"stabilityai/stable-diffusion-xl-base-1.0@fp16", sdxlIndex, sdxlFiles, `model_index.json scheduler/scheduler_config.json text_encoder/{config.json,model.fp16.safetensors}
			text_encoder_2/{config.json,model.fp16.safetensors} unet/{config.json,diffusion_pytorch_model.fp16.safetensors} vae/{config.json,diffusion_pytorch_model.fp16.safetensors}` + clip + clip2},
		{"stabilityai/sdxl-turbo", sdxlIndex, `README.md LICENSE.md model_index.json sd_xl_turbo_1.0.safetensors sd_xl_turbo_1.0_fp16.safetensors scheduler/scheduler_config.json
			text_encoder{,_2}/{config.json,model.fp16.safetensors,model.onnx,model.safetensors} text_encoder_2/model.onnx_data
			unet/{config.json,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors,model.onnx,model.onnx_data}
			vae/{config.json,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors} vae_{de,en}coder/{config.json,model.onnx}` + clip + clip2,
			`model_index.json scheduler/scheduler_config.json text_encoder{,_2}/{config.json,model.safetensors} unet/{config.json,diffusion_pytorch_model.safetensors}
			vae/{config.json,diffusion_pytorch_model.safetensors}` + clip + clip2},
		{"stabilityai/stable-diffusion-xl-refiner-1.0", refinerIndex, `README.md model_index.json sd_xl_refiner_1.0.safetensors sd_xl_refiner_1.0_0.9vae.safetensors scheduler/scheduler_config.json
			text_encoder_2/{config.json,model.fp16.safetensors,model.safetensors} unet/{config.json,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors}
			vae/{config.json,diffusion_pytorch_model.fp16.safetensors,diffusion_pytorch_model.safetensors} vae_1_0/{config.json,diffusion_pytorch_model.safetensors}` + clip2,
			`model_index.json scheduler/scheduler_config.json text_encoder_2/{config.json,model.safetensors} unet/{config.json,diffusion_pytorch_model.safetensors}
			vae/{config.json,diffusion_pytorch_model.safetensors}` + clip2},
		{"stabilityai/stable-diffusion-2-1", sd21Index, `README.md model_index.json v2-1_768-{,non}ema-pruned.{ckpt,safetensors} feature_extractor/preprocessor_config.json scheduler/scheduler_config.json
			text_encoder/{config.json,model.fp16.safetensors,model.safetensors,pytorch_model.bin,pytorch_model.fp16.bin} unet/config.json unet/diffusion_pytorch_model.{bin,fp16.bin,fp16.safetensors,safetensors}
			vae/config.json vae/diffusion_pytorch_model.{bin,fp16.bin,fp16.safetensors,safetensors} safety_checker/{config.json,model.safetensors}` + clip,
			`model_index.json feature_extractor/preprocessor_config.json scheduler/scheduler_config.json text_encoder/{config.json,model.safetensors} unet/{config.json,diffusion_pytorch_model.safetensors}
			vae/{config.json,diffusion_pytorch_model.safetensors}` + clip},
		// The autoencoder has no weights of the variant, and the UNet is in parts.
		{"owner/mixed@fp16", sd21Index, `model_index.json feature_extractor/preprocessor_config.json scheduler/scheduler_config.json text_encoder/{config.json,model.fp16.safetensors}
			unet/{config.json,diffusion_pytorch_model.safetensors,diffusion_pytorch_model.safetensors.index.fp16.json} unet/diffusion_pytorch_model.fp16-0000{1,2}-of-00002.safetensors
			vae/{config.json,diffusion_pytorch_model.safetensors}` + clip,
			`model_index.json feature_extractor/preprocessor_config.json scheduler/scheduler_config.json text_encoder/{config.json,model.fp16.safetensors}
			unet/{config.json,diffusion_pytorch_model.safetensors.index.fp16.json} unet/diffusion_pytorch_model.fp16-0000{1,2}-of-00002.safetensors vae/{config.json,diffusion_pytorch_model.safetensors}` + clip},
		{"owner/parts", sd21Index, `model_index.json feature_extractor/preprocessor_config.json scheduler/scheduler_config.json text_encoder/{config.json,model.safetensors}
			unet/{config.json,diffusion_pytorch_model.safetensors.index.json,diffusion_pytorch_model.fp16.safetensors} unet/diffusion_pytorch_model-0000{1,2}-of-00002.safetensors
			vae/{config.json,diffusion_pytorch_model.safetensors}` + clip,
			`model_index.json feature_extractor/preprocessor_config.json scheduler/scheduler_config.json text_encoder/{config.json,model.safetensors}
			unet/{config.json,diffusion_pytorch_model.safetensors.index.json} unet/diffusion_pytorch_model-0000{1,2}-of-00002.safetensors vae/{config.json,diffusion_pytorch_model.safetensors}` + clip},

		{"lllyasviel/sd-controlnet-canny", "", ".gitattributes README.md config.json diffusion_pytorch_model.{bin,safetensors} images/bird.png", "config.json diffusion_pytorch_model.safetensors"},
		{"lllyasviel/control_v11p_sd15_openpose@fp16", "", "README.md config.json diffusion_pytorch_model.{bin,fp16.bin,fp16.safetensors,safetensors} control_net_open_pose.py",
			"config.json diffusion_pytorch_model.fp16.safetensors"},
		{"madebyollin/sdxl-vae-fp16-fix", "", "README.md config.json diffusion_pytorch_model.{bin,safetensors} sdxl.vae.safetensors sdxl_vae.safetensors images/x.png",
			"config.json diffusion_pytorch_model.safetensors"},
		{"latent-consistency/lcm-sdxl@fp16", "", "README.md config.json diffusion_pytorch_model.{fp16.safetensors,safetensors}", "config.json diffusion_pytorch_model.fp16.safetensors"},

		{"latent-consistency/lcm-lora-sdv1-5", "", ".gitattributes README.md pytorch_lora_weights.safetensors", "pytorch_lora_weights.safetensors"},
		{"ByteDance/several", "", "README.md several_2step_lora.safetensors pytorch_lora_weights.safetensors", "pytorch_lora_weights.safetensors"},
		{"ByteDance/SDXL-Lightning#sdxl_lightning_4step_lora.safetensors", "", "README.md sdxl_lightning_{2,4}step.safetensors sdxl_lightning_{2,4}step_lora.safetensors",
			"sdxl_lightning_4step_lora.safetensors"},
		{"nerijs/pixel-art-xl", "", "README.md pixel-art-xl.safetensors", "pixel-art-xl.safetensors"},
		{"sd-concepts-library/outline", "", "README.md concept_images/0.jpeg learned_embeds.{bin,safetensors} token_identifier.txt type_of_concept.txt", "learned_embeds.safetensors"},
	} {
		t.Run(c.id, func(t *testing.T) {
			files, folder, err := listing(t, homeOf(c.id), c.index, c.files).Choose(Want{ID: c.id})
			if err != nil {
				t.Fatal(err)
			}
			var got, want []string
			for _, f := range files {
				got = append(got, f.Name)
			}
			for name := range strings.FieldsSeq(c.want) {
				want = append(want, expand(name)...)
			}
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("chosen are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			if folder != (len(want) > 1) {
				t.Errorf("opened as a folder: %v", folder)
			}
		})
	}
}

func TestAChoiceThatCannotBeMadeIsExplained(t *testing.T) {
	class := func(name string) string { return `{"_class_name": "` + name + `", "unet": ["a", "b"]}` }
	without := func(part string) string {
		return strings.Join(slices.DeleteFunc(strings.Fields(sd15Files), func(s string) bool { return strings.HasPrefix(s, part) }), " ")
	}
	for _, c := range []struct{ name, id, index, files, code, detail, action string }{
		{"only pickles", "a/b", sd15Index, without("unet/diff") + " unet/diffusion_pytorch_model.bin", CodeUnsafe, "unet/diffusion_pytorch_model.bin", "safetensors"},
		{"the checker as a pickle", "a/b", sd15Index, without("safety") + " safety_checker/{config.json,pytorch_model.bin}", CodeUnsafe, "safety_checker/pytorch_model.bin", ""},
		{"another variant", "a/b", sd15Index, without("unet/diff") + " unet/diffusion_pytorch_model.{fp16,bf16}.safetensors", CodeChoice, "no plain weights of its unet, and has bf16, fp16", "a/b@bf16"},
		{"no such variant", "a/b@int8", sd15Index, sd15Files, CodeChoice, "no variant int8 of its unet, and has fp16", "a/b@fp16"},
		{"no variants", "a/b@fp16", sd21Index, strings.ReplaceAll(strings.ReplaceAll(sd15Files, "model.fp16.safetensors,", ""), "fp16.safetensors,", ""), CodeChoice, "has plain weights", "variant out"},
		{"only for training", "a/b", sd15Index, without("unet/diff") + " unet/diffusion_pytorch_model.non_ema.safetensors", CodeNotFound, "unet/diffusion_pytorch_model.safetensors", ""},
		{"no configuration", "a/b", sd15Index, without("vae/config"), CodeNotFound, "vae/config.json", ""},
		{"no words", "a/b", sd15Index, without("tokenizer/"), CodeNotFound, "tokenizer/vocab.json", ""},
		{"no part of the weights", "a/b", sd15Index, without("unet/diff") + " unet/diffusion_pytorch_model.safetensors.index.json unet/diffusion_pytorch_model-00001-of-00002.safetensors", CodeNotFound, "00002-of-00002", ""},
		{"no UNet", "a/b", `{"_class_name": "StableDiffusionPipeline", "vae": ["a", "b"]}`, sd15Files, CodeDamaged, "names no unet", ""},
		{"FLUX", "black-forest-labs/FLUX.1-schnell", class("FluxPipeline"), "model_index.json transformer/config.json", CodeUnsupported, "FluxPipeline", "Stable Diffusion"},
		{"SD3", "a/b", class("StableDiffusion3Pipeline"), "model_index.json", CodeUnsupported, "StableDiffusion3Pipeline", ""},
		{"inpainting", "a/b", class("StableDiffusionInpaintPipeline"), "model_index.json", CodeUnsupported, "StableDiffusionInpaintPipeline", ""},
		{"video", "a/b", class("StableVideoDiffusionPipeline"), "model_index.json", CodeUnsupported, "StableVideoDiffusionPipeline", ""},
		{"a network's other variant", "a/b", "", "config.json diffusion_pytorch_model.fp16.safetensors", CodeChoice, "plain weights of its network, and has fp16", "a/b@fp16"},
		{"a network as a pickle", "a/b", "", "config.json diffusion_pytorch_model.bin", CodeUnsafe, "format that can run code", ""},
		{"several LoRAs", "a/b", "", "x_2step.safetensors x_4step.safetensors", CodeChoice, "2 safetensors files", "x_2step.safetensors"},
		{"a file that is not there", "a/b#z.safetensors", "", "x.safetensors y.safetensors", CodeNotFound, "no z.safetensors", "x.safetensors"},
		{"a variant of a text model", "a/b@fp16", "", "model.safetensors config.json", CodeNotFound, "no variants", ""},
		{"a concept as a pickle", "sd-concepts-library/type", "", "README.md concept_images/0.jpeg learned_embeds.bin token_identifier.txt type_of_concept.txt", CodeUnsafe, "format that can run code", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			files, _, err := listing(t, homeOf(c.id), c.index, c.files).Choose(Want{ID: c.id})
			var reason protocol.Reason
			if !errors.As(err, &reason) || reason.Code != c.code || !strings.Contains(reason.Detail, c.detail) || !strings.Contains(reason.Action, c.action) || reason.Action == "" {
				t.Errorf("got %v, %v with %q", files, err, reason.Action)
			}
		})
	}
}

func TestIdsNameModelsAndNothingElse(t *testing.T) {
	long := strings.Repeat("x", maxAddress)
	for id, want := range map[string]reference{
		"gpt2":                         {home: "gpt2"},
		"owner/name":                   {home: "owner/name"},
		"owner/name@fp16":              {home: "owner/name", variant: "fp16"},
		"owner/name#x.safetensors":     {home: "owner/name", file: "x.safetensors"},
		"owner/name#a b/X.SAFETENSORS": {home: "owner/name", file: "a b/X.SAFETENSORS"},
		"owner/name#x-q4.gguf":         {home: "owner/name", file: "x-q4.gguf"},
	} {
		got, err := parseID(id)
		if err != nil || got != want || homeOf(id) != want.home || Label(id) != id {
			t.Errorf("%q is %+v, %v", id, got, err)
		}
	}
	for id, label := range map[string]string{
		"https://civitai.com/api/download/models/128713?type=Model&format=SafeTensor&token=secret": "civitai.com/api/download/models/128713",
		"https://host.example:8443/x.safetensors":                                                  "host.example:8443/x.safetensors",
		"https://host.example/@user/x%20y":                                                         "host.example/@user/x%20y",
		"http://127.0.0.1:8000/x.safetensors":                                                      "127.0.0.1:8000/x.safetensors",
		"http://[::1]/x.safetensors":                                                               "[::1]/x.safetensors",
	} {
		got, err := parseID(id)
		if err != nil || got.home != id || got.address == nil || homeOf(id) != id || Label(id) != label {
			t.Errorf("%q is %+v, %v and called %q", id, got, err, Label(id))
		}
	}
	for _, id := range []string{
		"", "..", "owner/../x", "owner/name@", "owner/name@../x", "owner/name@a.b", "owner/name@a@b", "owner/name@non_ema", "owner/name@fp16#x.safetensors",
		"owner/name#", "owner/name#../x.safetensors", "owner/name#/x.safetensors", "owner/name#x.bin", "owner/name#x.ckpt", `owner/name#a\x.safetensors`, "owner/name#a#x.safetensors",
		"@fp16", "#x.safetensors", "owner/name#x.safetensors/", "owner/name#./x.safetensors",
		"http://host.example/x.safetensors", "ftp://host.example/x", "file:///etc/passwd", "https://", "https:///x", "https://user:pass@host.example/x", "https://host.example/x#y",
		"https://host.example/a b", "https://host.example/\x00", "https://host.example/\u00e9", "https://h.example/" + long, "http://127.0.0.1.example/x", "javascript://x/y",
	} {
		if got, err := parseID(id); err == nil {
			t.Errorf("%q is taken as %+v", id, got)
		} else if strings.Contains(err.Error(), "pass") {
			t.Errorf("%v tells a password", err)
		}
	}
}

func FuzzID(f *testing.F) {
	for _, id := range []string{"owner/name@fp16", "owner/name#a/b.safetensors", "https://h/x?y=z", "http://localhost/x", "a/b@../c", "a@b#c", "urls--x", "https://%00/"} {
		f.Add(id)
	}
	l := &Library{dir: "/models"}
	f.Fuzz(func(t *testing.T, id string) {
		r, err := parseID(id)
		if err != nil {
			return
		}
		if again, err := parseID(r.home); err != nil || again.variant+again.file != "" || homeOf(id) != r.home {
			t.Errorf("%q has the home %q, %v, and %q", id, r.home, err, homeOf(id))
		}
		for _, path := range []string{l.repoDir(r.home), l.notePath(r.home), l.lockPath(id, useLock(id)), l.lockPath(id, writeLock)} {
			rest, ok := strings.CutPrefix(filepath.ToSlash(path), "/models/")
			if depth := strings.Count(rest, "/"); !ok || depth > 2 || strings.ContainsAny(rest, "@#:?\\ ") || strings.Contains(rest, "..") {
				t.Errorf("%q has the path %q", id, path)
			}
		}
		if r.file != "" && !isSafeName(r.file) {
			t.Errorf("%q has the file %q", id, r.file)
		}
	})
}

// What a pipeline says of itself decides what is fetched.
func FuzzIndex(f *testing.F) {
	f.Add(sd15Index)
	f.Add(refinerIndex)
	f.Add(`{"_class_name": 5, "unet": [null]}`)
	r := listing(f, "a/b", "", sd15Files+" "+sdxlFiles)
	f.Fuzz(func(t *testing.T, s string) {
		var err error
		if r.index, err = parseIndex([]byte(s)); err != nil {
			return
		}
		files, folder, err := r.Choose(Want{ID: "a/b"})
		if err == nil && (len(files) < 3 || !folder || !slices.IsSortedFunc(files, func(a, b RemoteFile) int { return strings.Compare(a.Name, b.Name) })) {
			t.Errorf("chose %v", fmt.Sprint(files))
		}
	})
}
