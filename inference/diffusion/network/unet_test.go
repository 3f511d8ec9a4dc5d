package network_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"testing"

	"helium/inference/diffusion/network"
)

// unetCase is a small UNet of one of the models' kinds. heads and depth are
// those of the blocks down; depth 0 is a block without attention.
type unetCase struct {
	channels, heads, depth []int
	layers                 int
	linear                 bool
	added                  int // sizes beside the pooled text
	guidance               bool
	width, height          int
}

const (
	testGroups, testContext, testTokens = 4, 12, 5
	testPooled, testSizeWidth           = 10, 6
	testGuidance                        = 8
)

func unetCases() map[string]unetCase {
	return map[string]unetCase{
		"stable diffusion 1": {channels: []int{16, 24, 32}, heads: []int{4, 4, 4}, depth: []int{1, 1, 0}, layers: 2, width: 8, height: 8},
		"an odd size":        {channels: []int{16, 24, 32}, heads: []int{4, 4, 4}, depth: []int{1, 1, 0}, layers: 1, width: 7, height: 13},
		"stable diffusion 2": {channels: []int{16, 24}, heads: []int{2, 6}, depth: []int{1, 0}, layers: 2, linear: true, width: 8, height: 4},
		"stable diffusion xl": {channels: []int{16, 24, 32}, heads: []int{2, 3, 4}, depth: []int{0, 2, 3}, layers: 2, linear: true,
			added: 6, width: 8, height: 4},
		"refiner": {channels: []int{16, 24, 32, 32}, heads: []int{2, 3, 4, 4}, depth: []int{0, 2, 2, 0}, layers: 1, linear: true,
			added: 5, width: 8, height: 8},
		"latent consistency": {channels: []int{16, 24}, heads: []int{2, 2}, depth: []int{1, 0}, layers: 1, guidance: true, width: 4, height: 4},
	}
}

// config is the case as diffusers would write it.
func (c unetCase) config(t testing.TB, class string) []byte {
	var down, up []string
	depth := slices.Clone(c.depth)
	for i, d := range c.depth {
		kind := "CrossAttn%sBlock2D"
		if d == 0 {
			kind, depth[i] = "%sBlock2D", slices.Max(c.depth) // which the middle takes
		}
		down = append(down, fmt.Sprintf(kind, "Down"))
		up = append([]string{fmt.Sprintf(kind, "Up")}, up...)
	}
	config := map[string]any{
		"_class_name": class, "act_fn": "silu", "block_out_channels": c.channels, "down_block_types": down,
		"up_block_types": up, "in_channels": 4, "out_channels": 4, "layers_per_block": c.layers, "norm_num_groups": testGroups,
		"norm_eps": 1e-5, "cross_attention_dim": testContext, "transformer_layers_per_block": depth,
		"attention_head_dim": c.heads, "use_linear_projection": c.linear, "flip_sin_to_cos": true, "freq_shift": 0,
		"mid_block_type": "UNetMidBlock2DCrossAttn", "conditioning_embedding_out_channels": []int{4, 6, 8},
	}
	if c.added > 0 {
		config["addition_embed_type"], config["addition_time_embed_dim"] = "text_time", testSizeWidth
		config["projection_class_embeddings_input_dim"] = testPooled + c.added*testSizeWidth
	}
	if c.guidance {
		config["time_cond_proj_dim"] = testGuidance
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// guide is what a UNet is told beside the image.
type guide struct {
	step, scale float64
	context     rows
	pooled      []float64
	sizes       []float64
}

func sinusoids(x float64, n int, steps float64) (cosines, sines []float64) {
	for i := range n / 2 {
		angle := x * math.Pow(10000, -float64(i)/steps)
		cosines, sines = append(cosines, math.Cos(angle)), append(sines, math.Sin(angle))
	}
	return cosines, sines
}

func (r *reference) mlp(name string, x []float64, out int) []float64 {
	return r.linear(name+".linear_2", apply(r.linear(name+".linear_1", x, out, true), silu), out, true)
}

// moment is the vector that every block gets.
func (r *reference) moment(c unetCase, g guide) []float64 {
	cosines, sines := sinusoids(g.step, c.channels[0], float64(c.channels[0]/2))
	time := append(cosines, sines...)
	if c.guidance {
		cosines, sines := sinusoids(1000*(g.scale-1), testGuidance, testGuidance/2-1)
		time = sum(time, r.linear("time_embedding.cond_proj", append(sines, cosines...), c.channels[0], false))
	}
	time = r.mlp("time_embedding", time, 4*c.channels[0])
	if c.added > 0 {
		text := slices.Clone(g.pooled)
		for _, size := range g.sizes {
			cosines, sines := sinusoids(size, testSizeWidth, testSizeWidth/2)
			text = slices.Concat(text, cosines, sines)
		}
		time = sum(time, r.mlp("add_embedding", text, 4*c.channels[0]))
	}
	return time
}

// spatial is a transformer over the points of an image.
func (r *reference) spatial(name string, p picture, context rows, heads, depth int, linear bool) picture {
	h := r.groupNorm(name+".norm", p, testGroups, 1e-6)
	width := p.channels
	var x rows
	if linear {
		x = each(h.points(), func(v []float64) []float64 { return r.linear(name+".proj_in", v, width, true) })
	} else {
		x = r.conv1(name+".proj_in", h, width).points()
	}
	for d := range depth {
		x = r.block(fmt.Sprintf("%s.transformer_blocks.%d", name, d), x, context, heads)
	}
	if linear {
		x = each(x, func(v []float64) []float64 { return r.linear(name+".proj_out", v, width, true) })
		return x.picture(p.height, p.width).plus(p)
	}
	return r.conv1(name+".proj_out", x.picture(p.height, p.width), width).plus(p)
}

func (r *reference) block(name string, x, context rows, heads int) rows {
	width := len(x[0])
	cross := func(attn string, x, context rows) rows {
		project := func(layer string, x rows) rows {
			return each(x, func(v []float64) []float64 { return r.linear(name+attn+layer, v, width, false) })
		}
		y := attend(project(".to_q", x), project(".to_k", context), project(".to_v", context), heads, nil)
		return each(y, func(v []float64) []float64 { return r.linear(name+attn+".to_out.0", v, width, true) })
	}
	norm := func(n string) rows {
		return each(x, func(v []float64) []float64 { return r.layerNorm(name+n, v, 1e-5) })
	}
	h := norm(".norm1")
	x = sumRows(x, cross(".attn1", h, h))
	x = sumRows(x, cross(".attn2", norm(".norm2"), context))
	return sumRows(x, each(norm(".norm3"), func(v []float64) []float64 {
		v = r.linear(name+".ff.net.0.proj", v, 8*width, true)
		value, gate := v[:4*width], apply(v[4*width:], gelu)
		for i := range value {
			value[i] *= gate[i]
		}
		return r.linear(name+".ff.net.2", value, width, true)
	}))
}

// downward is the half that a UNet and a ControlNet share: what is kept, and
// the middle's result.
func (r *reference) downward(c unetCase, p picture, time []float64, context rows) ([]picture, picture) {
	kept := []picture{p}
	for i, channels := range c.channels {
		for l := range c.layers {
			p = r.resnet(fmt.Sprintf("down_blocks.%d.resnets.%d", i, l), p, time, channels, testGroups, 1e-5)
			if c.depth[i] > 0 {
				p = r.spatial(fmt.Sprintf("down_blocks.%d.attentions.%d", i, l), p, context, c.heads[i], c.depth[i], c.linear)
			}
			kept = append(kept, p)
		}
		if i < len(c.channels)-1 {
			p = r.conv(fmt.Sprintf("down_blocks.%d.downsamplers.0.conv", i), p, channels, 3, 2, 1, (p.height+1)/2, (p.width+1)/2)
			kept = append(kept, p)
		}
	}

	last := len(c.channels) - 1
	depth := c.depth[last]
	if depth == 0 {
		depth = slices.Max(c.depth)
	}
	p = r.resnet("mid_block.resnets.0", p, time, c.channels[last], testGroups, 1e-5)
	p = r.spatial("mid_block.attentions.0", p, context, c.heads[last], depth, c.linear)
	return kept, r.resnet("mid_block.resnets.1", p, time, c.channels[last], testGroups, 1e-5)
}

// unet computes the noise. control is nil or a ControlNet's outputs, the
// middle's last.
func (r *reference) unet(c unetCase, p picture, g guide, control []picture) picture {
	time := r.moment(c, g)
	kept, p := r.downward(c, r.conv3("conv_in", p, c.channels[0]), time, g.context)
	for i, q := range control {
		if i < len(kept) {
			kept[i] = kept[i].plus(q)
		} else {
			p = p.plus(q)
		}
	}

	for i := range c.channels {
		at := len(c.channels) - 1 - i
		for l := range c.layers + 1 {
			p = p.joined(kept[len(kept)-1])
			kept = kept[:len(kept)-1]
			p = r.resnet(fmt.Sprintf("up_blocks.%d.resnets.%d", i, l), p, time, c.channels[at], testGroups, 1e-5)
			if c.depth[at] > 0 {
				p = r.spatial(fmt.Sprintf("up_blocks.%d.attentions.%d", i, l), p, g.context, c.heads[at], c.depth[at], c.linear)
			}
		}
		if at > 0 {
			next := kept[len(kept)-1]
			p = r.conv3(fmt.Sprintf("up_blocks.%d.upsamplers.0.conv", i), p.resized(next.height, next.width), c.channels[at])
		}
	}
	return r.conv3("conv_out", r.groupNorm("conv_norm_out", p, testGroups, 1e-5).apply(silu), 4)
}

// example are made-up inputs of two images.
func (r *reference) example(c unetCase) ([]picture, []guide) {
	var images []picture
	var guides []guide
	for i := range 2 {
		images = append(images, picture{4, c.height, c.width, r.normal(4 * c.height * c.width)})
		g := guide{step: 981, scale: 7.5, pooled: r.normal(testPooled), sizes: []float64{1024, 768, 0, 16, 1024, float64(512 + i)}[:max(c.added, 5)]}
		if c.added == 0 {
			g.sizes = nil
		}
		for range testTokens {
			g.context = append(g.context, r.normal(testContext))
		}
		guides = append(guides, g)
	}
	return images, guides
}

// inputs are the same for the engine.
func inputs(t testing.TB, u *network.UNetConfig, images []picture, guides []guide) map[string][]float32 {
	in := map[string][]float32{"time": u.Time(guides[0].step, len(images))}
	for i, g := range guides {
		in["sample"] = append(in["sample"], floats(images[i].data)...)
		in["context"] = append(in["context"], floats(g.context...)...)
		if g.sizes != nil {
			added, err := u.AddedText(floats(g.pooled), g.sizes)
			if err != nil {
				t.Fatal(err)
			}
			in["added"] = append(in["added"], added...)
		}
		if u.GuidanceWidth > 0 {
			in["guidance"] = append(in["guidance"], u.Guidance(g.scale)...)
		}
	}
	return in
}

const unetFile = "diffusion_pytorch_model.safetensors"

func TestUNetsComputeTheReference(t *testing.T) {
	for name, c := range unetCases() {
		t.Run(name, func(t *testing.T) {
			u, err := network.ParseUNet(c.config(t, "UNet2DConditionModel"))
			if err != nil {
				t.Fatal(err)
			}
			r := newReference(2)
			images, guides := r.example(c)
			var want []float64
			for i := range images {
				want = append(want, r.unet(c, images[i], guides[i], nil).data...)
			}

			size := network.Size{Width: int64(c.width), Height: int64(c.height), Count: 2, Tokens: testTokens}
			run := r.engine(t, unetFile, u, exact, size, 1)
			out, err := run.Do(t.Context(), inputs(t, &u.UNetConfig, images, guides), nil)
			if err != nil {
				t.Fatal(err)
			}
			e := relative(t, out["sample"], want)
			t.Logf("%d tensors, relative error %.2g", len(r.order), e)
			if e > 1e-3 {
				t.Errorf("relative error %.2g", e)
			}
		})
	}
}
