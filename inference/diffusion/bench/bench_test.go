package bench_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion/bench"
	"helium/inference/ggml"
)

// TestMain makes the test binary a painter when it is started as one, as the
// program itself is.
func TestMain(m *testing.M) {
	if !slices.Equal(os.Args[1:], []string{"painter"}) {
		os.Exit(m.Run())
	}
	if err := bench.Paint(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func processor(t *testing.T) ggml.Package {
	t.Helper()
	installed, err := ggml.Installed()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(installed, func(p ggml.Package) bool { return p.Backend == ggml.CPU })
	if i < 0 {
		t.Skip("there is no package for the processor alone")
	}
	return installed[i]
}

// images are options for few images by the best and the worst build.
func images(t *testing.T) bench.ImagesOptions {
	t.Helper()
	pack := processor(t)
	variants, err := pack.Variants()
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if len(variants) > 1 {
		variants = []string{variants[0], variants[len(variants)-1]}
	}
	return bench.ImagesOptions{
		Program: self, Args: []string{"painter"}, Package: pack, Variants: variants,
		Images: 3, Side: 96, Steps: 3, Match: 5, Slash: 24,
	}
}

func TestBuildsMakeImagesThatMatch(t *testing.T) {
	o := images(t)
	o.Into = t.TempDir()
	var told []string
	o.OnWay = func(name string, done, total int) { told = append(told, fmt.Sprintf("%s %d of %d", name, done, total)) }
	r, err := bench.RunImages(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())

	builds := len(o.Variants)
	for i, want := range []int{3 * builds * (builds - 1) / 2, 3 * builds * (builds - 1) / 2, 3 * builds, 3} {
		c := r.Comparisons[i]
		var pairs int
		for d, n := range c.Distances {
			pairs += n
			if i < 3 && n > 0 && d >= o.Match {
				t.Errorf("%s: %d pairs have the distance %d", c.What, n, d)
			}
			if i == 3 && n > 0 && d < o.Match {
				t.Errorf("%s: %d pairs match at the distance %d", c.What, n, d)
			}
		}
		if c.Pairs != want || pairs != want {
			t.Errorf("%s: %d pairs with %d distances, want %d", c.What, c.Pairs, pairs, want)
		}
	}
	if r.Comparisons[2].Equal > 0 || r.Comparisons[2].PixelDifference == 0 {
		t.Errorf("F16 changes nothing: %+v", r.Comparisons[2])
	}
	if r.Deviation < 30 || r.Deviation > 90 {
		t.Errorf("the pixels' values deviate by %.1f, and a photograph's by about 60", r.Deviation)
	}

	files, err := filepath.Glob(filepath.Join(o.Into, "*.png"))
	if err != nil || len(files) != 6*builds || len(told) != 2*builds {
		t.Errorf("%d images were left and %v told: %v", len(files), told, err)
	}
}

func TestTheModelIsAlwaysTheSame(t *testing.T) {
	read := func() (all []byte) {
		dir := t.TempDir()
		if err := bench.WriteModel(dir); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"text_encoder/model", "unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model"} {
			raw, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(part)+".safetensors"))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, raw...)
		}
		return all
	}
	if sum := fmt.Sprintf("%x", sha256.Sum256(read())); sum != "95a98aac08771df1601b6343d795054d56ee47d44cb6ebc9c2061572f045cc78" {
		t.Errorf("the weights have the hash %s", sum)
	}
}

func TestImagesThatCanNotBeComparedAreSaid(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*bench.ImagesOptions)
		want   string
	}{
		"no images":     {func(o *bench.ImagesOptions) { o.Images = 0 }, "0 images"},
		"no steps":      {func(o *bench.ImagesOptions) { o.Steps = 0 }, "of 0 steps"},
		"an odd size":   {func(o *bench.ImagesOptions) { o.Side = 100 }, "image_width"},
		"no such build": {func(o *bench.ImagesOptions) { o.Variants = []string{"z80"} }, `z80 f32: exit status 1`},
		"no program":    {func(o *bench.ImagesOptions) { o.Program = "none" }, "none"},
		"no folder":     {func(o *bench.ImagesOptions) { o.Into = "none" }, "none"},
	} {
		t.Run(name, func(t *testing.T) {
			o := images(t)
			c.change(&o)
			if _, err := bench.RunImages(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error is %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestTheUNetIsTimed(t *testing.T) {
	var rounds []int
	o := bench.UNetOptions{
		Package: processor(t), Side: 16, Count: 2, Rounds: 1, OnRound: func(done, total int) { rounds = append(rounds, done, total) },
		Config: `{"_class_name":"UNet2DConditionModel","block_out_channels":[32,64],"down_block_types":["CrossAttnDownBlock2D","DownBlock2D"],
			"up_block_types":["UpBlock2D","CrossAttnUpBlock2D"],"cross_attention_dim":32}`,
	}
	r, err := bench.RunUNet(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.WriteTable(&text); err != nil {
		t.Fatal(err)
	}
	t.Log(text.String())
	if len(r.Figures) != 2 || r.Figures[0].MultiplyAdds != r.Figures[1].MultiplyAdds || r.Figures[0].Memory.Weights <= r.Figures[1].Memory.Weights {
		t.Errorf("the figures are %+v", r.Figures)
	}
	for _, f := range r.Figures {
		if f.MultiplyAdds == 0 || f.Rate <= 0 || f.Seconds <= 0 || f.BuildSeconds <= 0 || f.Ratio != f.Seconds/f.FloorSeconds {
			t.Errorf("a figure is %+v", f)
		}
	}
	if !slices.Equal(rounds, []int{1, 2, 2, 2}) {
		t.Errorf("rounds are told as %v", rounds)
	}

	for name, change := range map[string]func(*bench.UNetOptions){
		"rounds 0": func(o *bench.UNetOptions) { o.Rounds = 0 },
		"side 0":   func(o *bench.UNetOptions) { o.Side = 0 },
		"z80":      func(o *bench.UNetOptions) { o.Variant = "z80" },
		"config":   func(o *bench.UNetOptions) { o.Config = "{" },
	} {
		bad := o
		change(&bad)
		if _, err := bench.RunUNet(t.Context(), bad); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
