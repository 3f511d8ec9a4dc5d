package diffusion_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/diffusiontest"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/tokenizer"
	"helium/inference/ggml"
	"helium/inference/task"
)

const (
	textConfig      = diffusiontest.TextConfig
	unetConfig      = diffusiontest.UNetConfig
	vaeConfig       = diffusiontest.VAEConfig
	schedulerConfig = diffusiontest.SchedulerConfig
)

var exact = network.Options{Number: checkpoint.F32}

func networks(t testing.TB) (*network.Text, *network.UNet, *network.Decoder) {
	t.Helper()
	return diffusiontest.Networks(t)
}

func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	return diffusiontest.Folder(t, files)
}

func files(t testing.TB, all map[string]string) string {
	t.Helper()
	return diffusiontest.Write(t, all)
}

func folderFiles(t testing.TB) map[string]string {
	t.Helper()
	return diffusiontest.Files(t)
}

func vocabulary() map[string]int32 { return tokenizer.ByteVocabulary() }

func weights(t testing.TB, n network.Network, seed uint64) string {
	t.Helper()
	return diffusiontest.Weights(t, n, seed)
}

func newCompute(t testing.TB, threads int) *ggml.Compute {
	t.Helper()
	lib, err := ggml.Open(ggml.Options{CPUOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	c, err := lib.NewCompute(threads)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func open(t testing.TB, threads int, opts diffusion.Options) *diffusion.Pipeline {
	t.Helper()
	if opts.Network == (network.Options{}) {
		opts.Network = exact
	}
	p, err := diffusion.Open(newCompute(t, threads), at(folder(t, nil)), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// made is a task of 64×64; change is JSON of the config, and of the document.
func made(t testing.TB, config, document string) *task.SD {
	t.Helper()
	settings := map[string]any{"image_width": 64, "image_height": 64, "steps": 4, "seed": 7, "num_images": 1, "safety_checker": false, "cfg": 5}
	doc := map[string]any{"base_model": "owner/model", "prompt": "a cat, (a dog)0.5 under the (sun)1.3", "negative_prompt": "rain"}
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

func scheduler(method string, args string) string {
	return fmt.Sprintf(`"scheduler":{"method":%q,"args":{%s}}`, method, args)
}

func schedulers() []string {
	return []string{task.SchedulerDPM, task.SchedulerEuler, task.SchedulerLCM}
}

// at is the base model alone.
func at(dir string) diffusion.Models {
	return diffusion.Models{task.RoleBase: {Path: dir}}
}
