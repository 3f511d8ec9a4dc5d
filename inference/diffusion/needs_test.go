package diffusion_test

import (
	"os"
	"path/filepath"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
)

// Published models have 1.7 and 5.1 GB of weights in half floats.
func TestWhatAModelNeedsIsToldByItsConfig(t *testing.T) {
	for file, want := range map[string]uint64{"sd15-unet.json": 1720e6 * 5 / 4, "sdxl-unet.json": 5136e6 * 5 / 4} {
		raw, err := os.ReadFile(filepath.Join("network", "testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		got, err := diffusion.Needs(folder(t, map[string]string{"unet/config.json": string(raw)}))
		if err != nil || got < want-want/50 || got > want+want/50 {
			t.Errorf("%s needs %d, %v, want about %d", file, got, err, want)
		}
	}
	dir := folder(t, nil)
	needs, err := diffusion.Needs(dir)
	if err != nil {
		t.Fatal(err)
	}
	p, err := diffusion.Open(newCompute(t, 1), at(dir), diffusion.Options{Network: network.Options{Number: checkpoint.F16}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	plan, err := p.Plan(made(t, "", ""))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range plan {
		if part.Part == "unet" && (needs > part.Weights*5/4 || needs < part.Weights*5/4*99/100) {
			t.Errorf("it needs %d, and the UNet's weights are %d", needs, part.Weights)
		}
	}
	for _, config := range []string{"", "{"} {
		if _, err := diffusion.Needs(folder(t, map[string]string{"unet/config.json": config})); err == nil {
			t.Errorf("the config %q needs something", config)
		}
	}
}
