package network_test

import (
	"math"
	"slices"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
)

// large is a UNet whose first level has as many points as flash attention wants.
func large() unetCase {
	return unetCase{channels: []int{16, 24}, heads: []int{1, 2}, depth: []int{1, 0}, layers: 1, width: 32, height: 32}
}

func TestOtherWaysToComputeStayClose(t *testing.T) {
	c := large()
	u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
	if err != nil {
		t.Fatal(err)
	}
	r := newReference(6)
	images, guides := r.example(c)
	want := r.unet(c, images[0], guides[0], nil).data
	size := network.Size{Width: 32, Height: 32, Count: 1, Tokens: testTokens}

	for name, tt := range map[string]struct {
		opts network.Options
		most float64
	}{
		"exact":            {exact, 1e-5},
		"scores in pieces": {network.Options{Number: checkpoint.F32, Scores: 300 << 10}, 1e-5},
		"patches":          {network.Options{Number: checkpoint.F32, Patches: 1 << 20}, 1e-5},
		"flash attention":  {network.Options{Number: checkpoint.F32, Flash: true}, 1e-3},
		"half floats":      {half, 2e-2},
	} {
		out, err := r.engine(t, unetFile, u, tt.opts, size, 1).Do(t.Context(), inputs(t, &u.UNetConfig, images[:1], guides[:1]), nil)
		if err != nil {
			t.Fatal(err)
		}
		e := relative(t, out["sample"], want)
		t.Logf("%s: relative error %.2g", name, e)
		if e > tt.most {
			t.Errorf("%s: relative error %.2g, want at most %.2g", name, e, tt.most)
		}
	}
}

func TestTheSameInputsGiveTheSameBits(t *testing.T) {
	c := large()
	u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := network.ParseVAE([]byte(vaeConfig))
	if err != nil {
		t.Fatal(err)
	}
	r, v := newReference(7), vae{newReference(8), true}
	images, guides := r.example(c)
	r.unet(c, images[0], guides[0], nil)
	v.decode(picture{4, 2, 2, v.normal(16)})
	v.encode(picture{3, 4, 4, v.normal(48)})

	for _, opts := range []network.Options{exact, half} {
		var first []uint32
		for threads, repeats := range map[int]int{1: 2, 2: 1} {
			size := network.Size{Width: 32, Height: 32, Count: 1, Tokens: testTokens}
			step := r.engine(t, unetFile, u, opts, size, threads)
			decode := v.engine(t, unetFile, d, opts, network.Size{Width: 8, Height: 8, Count: 1}, threads)
			for range repeats {
				out, err := step.Do(t.Context(), inputs(t, &u.UNetConfig, images[:1], guides[:1]), nil)
				if err != nil {
					t.Fatal(err)
				}
				image, err := decode.Do(t.Context(), map[string][]float32{"latents": out["sample"][:4*8*8]}, nil)
				if err != nil {
					t.Fatal(err)
				}
				var bits []uint32
				for _, v := range slices.Concat(out["sample"], image["image"]) {
					bits = append(bits, math.Float32bits(v))
				}
				if first == nil {
					first = bits
				}
				if !slices.Equal(bits, first) {
					t.Errorf("%+v with %d threads: other bits", opts, threads)
				}
			}
		}
	}
}
