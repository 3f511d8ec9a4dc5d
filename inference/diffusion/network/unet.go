package network

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/exact"
	"helium/inference/ggml"
)

// UNetConfig is the config.json of a UNet or a ControlNet.
type UNetConfig struct {
	InChannels    int64    `json:"in_channels"`
	OutChannels   int64    `json:"out_channels"`
	Down          []string `json:"down_block_types"`
	Up            []string `json:"up_block_types"`
	Channels      []int64  `json:"block_out_channels"`
	Layers        perBlock `json:"layers_per_block"`
	Groups        int64    `json:"norm_num_groups"`
	Eps           float64  `json:"norm_eps"`
	Context       int64    `json:"cross_attention_dim"`
	Depth         perBlock `json:"transformer_layers_per_block"`
	Heads         perBlock `json:"attention_head_dim"` // the number of heads, not their size
	Added         string   `json:"addition_embed_type"`
	AddedTime     int64    `json:"addition_time_embed_dim"`
	AddedWidth    int64    `json:"projection_class_embeddings_input_dim"`
	GuidanceWidth int64    `json:"time_cond_proj_dim"`

	// Of a ControlNet only.
	HintChannels int64   `json:"conditioning_channels"`
	HintWidths   []int64 `json:"conditioning_embedding_out_channels"`
}

// Names of the block kinds, which for the way up have Up in the place of Down.
const (
	plainBlock     = "DownBlock2D"
	attentionBlock = "CrossAttnDownBlock2D"
)

// unetFixed are the settings that this program does in one way only.
func unetFixed() map[string]string {
	return map[string]string{
		"act_fn": `"silu"|"swish"`, "attention_type": `"default"`, "center_input_sample": "false",
		"class_embed_type": "null", "class_embeddings_concat": "false", "conv_in_kernel": "3", "conv_out_kernel": "3",
		"cross_attention_norm": "null", "downsample_padding": "1", "dual_cross_attention": "false",
		"encoder_hid_dim": "null", "encoder_hid_dim_type": "null", "flip_sin_to_cos": "true", "freq_shift": "0|0.0",
		"global_pool_conditions": "false", "mid_block_only_cross_attention": "false", "mid_block_scale_factor": "1|1.0",
		"mid_block_type": `"UNetMidBlock2DCrossAttn"`, "num_attention_heads": "null", "num_class_embeds": "null",
		"only_cross_attention": "false", "quantization_config": "null", "resnet_out_scale_factor": "1|1.0",
		"resnet_skip_time_act": "false", "resnet_time_scale_shift": `"default"`, "reverse_transformer_layers_per_block": "null",
		"time_embedding_act_fn": "null", "time_embedding_dim": "null", "time_embedding_type": `"positional"`,
		"timestep_post_act": "null", "addition_embed_type": `"text_time"`,
		"controlnet_conditioning_channel_order": `"rgb"`,
	}
}

func parseUNet(raw []byte, class string) (*UNetConfig, error) {
	c := &UNetConfig{
		InChannels: 4, OutChannels: 4, Channels: []int64{320, 640, 1280, 1280},
		Down:   []string{attentionBlock, attentionBlock, attentionBlock, plainBlock},
		Up:     []string{"UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"},
		Layers: perBlock{2}, Groups: 32, Eps: 1e-5, Context: 1280, Depth: perBlock{1}, Heads: perBlock{8},
		HintChannels: 3, HintWidths: []int64{16, 32, 96, 256},
	}
	if _, err := readConfig(raw, []string{class}, unetFixed(), c); err != nil {
		return nil, err
	}
	if class == controlClass {
		c.Up = upward(c.Down)
	}
	blocks := len(c.Channels)
	c.Layers, c.Depth, c.Heads = c.Layers.spread(blocks), c.Depth.spread(blocks), c.Heads.spread(blocks)
	if err := c.check(); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *UNetConfig) check() error {
	blocks := len(c.Channels)
	err := check(
		limit{"blocks", int64(blocks), maxBlocks}, limit{"in_channels", c.InChannels, maxChannels},
		limit{"out_channels", c.OutChannels, maxChannels}, limit{"norm_num_groups", c.Groups, maxChannels},
		limit{"cross_attention_dim", c.Context, maxChannels}, limit{"conditioning_channels", c.HintChannels, maxHeads},
		limit{"time_cond_proj_dim", max(c.GuidanceWidth, 1), maxChannels},
		limit{"conditioning_embedding_out_channels", int64(len(c.HintWidths)), maxBlocks},
	)
	if err != nil {
		return err
	}
	for _, list := range []struct {
		name   string
		values []int64
		length int
		most   int64
	}{
		{"block_out_channels", c.Channels, blocks, maxChannels},
		{"layers_per_block", c.Layers, blocks, maxLayers},
		{"transformer_layers_per_block", c.Depth, blocks, maxDepth},
		{"attention_head_dim", c.Heads, blocks, maxHeads},
		{"conditioning_embedding_out_channels", c.HintWidths, len(c.HintWidths), maxChannels},
	} {
		if err := checkEach(list.name, list.values, list.length, list.most); err != nil {
			return err
		}
	}
	if err := c.checkBlocks(); err != nil {
		return err
	}
	if c.Added != "" {
		err = check(limit{"addition_time_embed_dim", c.AddedTime, maxChannels},
			limit{"projection_class_embeddings_input_dim", c.AddedWidth, maxChannels})
	}
	if err != nil {
		return err
	}
	return checkEps("norm_eps", c.Eps)
}

func (c *UNetConfig) checkBlocks() error {
	if len(c.Down) != len(c.Channels) {
		return fmt.Errorf("config.json has %d blocks down, want %d", len(c.Down), len(c.Channels))
	}
	if !slices.Equal(c.Up, upward(c.Down)) {
		return fmt.Errorf("%w: config.json has the blocks %.300q up, want those of the way down", ErrUnsupported, c.Up)
	}
	for i, kind := range c.Down {
		if kind != plainBlock && kind != attentionBlock {
			return fmt.Errorf("%w: config.json has the block %.100q, and this program knows %s and %s", ErrUnsupported, kind, plainBlock, attentionBlock)
		}
		if c.Channels[i]%c.Groups != 0 || c.Channels[i]%c.Heads[i] != 0 {
			return fmt.Errorf("config.json has %d channels, which are no multiple of %d groups and %d heads", c.Channels[i], c.Groups, c.Heads[i])
		}
	}
	if c.Channels[0]%2 != 0 || c.AddedTime%2 != 0 || c.GuidanceWidth%2 != 0 || c.GuidanceWidth == 2 {
		return fmt.Errorf("config.json has a time of %d, sizes of %d and a guidance of %d numbers, want even ones", c.Channels[0], c.AddedTime, c.GuidanceWidth)
	}
	return nil
}

// upward are the kinds of the blocks up for those down.
func upward(down []string) []string {
	var up []string
	for _, kind := range slices.Backward(down) {
		up = append(up, strings.Replace(kind, "Down", "Up", 1))
	}
	return up
}

// Time is a step of the noise as the network's input "time", count times.
func (c *UNetConfig) Time(step float64, count int) []float32 {
	var out []float32
	for range count {
		out = append(out, waves(step, c.Channels[0], c.Channels[0]/2)...)
	}
	return out
}

// AddedText is the input "added" of Stable Diffusion XL for one text: its pooled
// row, and the sizes that diffusers calls time ids.
func (c *UNetConfig) AddedText(pooled []float32, sizes []float64) ([]float32, error) {
	out := append([]float32{}, pooled...)
	for _, size := range sizes {
		out = append(out, waves(size, c.AddedTime, c.AddedTime/2)...)
	}
	if c.Added == "" || int64(len(out)) != c.AddedWidth {
		return nil, fmt.Errorf("a text of %d numbers and %d sizes makes %d numbers, want %d", len(pooled), len(sizes), len(out), c.AddedWidth)
	}
	return out, nil
}

// Guidance is the input "guidance" of a network that was taught its guidance
// scale, for one image.
func (c *UNetConfig) Guidance(scale float64) []float32 {
	w := waves((scale-1)*1000, c.GuidanceWidth, c.GuidanceWidth/2-1)
	half := len(w) / 2
	return slices.Concat(w[half:], w[:half]) // sines first
}

// waves are the cosines, then the sines, of a number times frequencies, which
// fall to a ten thousandth after so many steps.
func waves(x float64, n, steps int64) []float32 {
	out := make([]float32, n)
	half := int(n / 2)
	for i := range half {
		frequency := exact.Exp(float64(-exact.Log(10000)*float64(i)) / float64(steps))
		turns := float64(x*frequency) / (2 * math.Pi)
		sin, cos := exact.SinCos(turns - math.Floor(turns))
		out[i], out[half+i] = float32(cos), float32(sin)
	}
	return out
}

// UNet takes the noise of a step out of latents.
type UNet struct{ UNetConfig }

// ParseUNet reads the config.json of a UNet.
func ParseUNet(raw []byte) (*UNet, error) {
	c, err := parseUNet(raw, "UNet2DConditionModel")
	if err != nil {
		return nil, err
	}
	return &UNet{*c}, nil
}

func (u *UNet) file() string             { return WeightsFile }
func (u *UNet) other(name string) string { return name }
func (u *UNet) ignores(string) bool      { return false }
func (u *UNet) smallest() Size           { return u.smallestSize() }

// smallestSize is one that every block can halve.
func (c *UNetConfig) smallestSize() Size {
	side := int64(1) << len(c.Channels)
	return Size{Width: side, Height: side, Count: 1, Tokens: 1}
}

// build takes the latents "sample", the "time" and the text's rows "context",
// and gives the noise, "sample". A ControlNet's outputs are added under the
// names that it gives them.
func (u *UNet) build(b builder, s Size) (in, out ports) {
	n := u.begin(b, s)
	x := n.mid(n.down(n.first()))
	if s.Control {
		x = n.controlled(x)
	}
	x = n.up(x)
	x = b.SiLU(b.groupNorm("conv_norm_out", x, u.Groups, u.Eps))
	return n.in, ports{"sample": b.conv("conv_out", x, u.OutChannels, 3, 1, 1)}
}

// unet is a UNet or a ControlNet being built.
type unet struct {
	builder
	*UNetConfig
	in      ports
	time    *ggml.Tensor
	context *ggml.Tensor
	skips   []*ggml.Tensor // from the way down to the way up
}

// begin makes the inputs and what all blocks are told of the time.
func (c *UNetConfig) begin(b builder, s Size) *unet {
	n := &unet{builder: b, UNetConfig: c, in: ports{}}
	n.input("sample", ggml.Dims(s.Width, s.Height, c.InChannels, s.Count))
	n.context = n.input("context", ggml.Dims(c.Context, s.Tokens, s.Count))

	wide := 4 * c.Channels[0]
	time := n.input("time", ggml.Dims(c.Channels[0], s.Count))
	if c.GuidanceWidth > 0 {
		guidance := n.input("guidance", ggml.Dims(c.GuidanceWidth, s.Count))
		time = b.Add(time, b.linear("time_embedding.cond_proj", guidance, c.Channels[0], false))
	}
	time = n.embed("time_embedding", time, wide)
	if c.Added != "" {
		time = b.Add(time, n.embed("add_embedding", n.input("added", ggml.Dims(c.AddedWidth, s.Count)), wide))
	}
	n.time = b.SiLU(time)
	return n
}

func (n *unet) input(name string, shape ggml.Shape) *ggml.Tensor {
	return n.in.add(n.builder, name, checkpoint.F32, shape)
}

func (n *unet) embed(name string, x *ggml.Tensor, wide int64) *ggml.Tensor {
	return n.linear(name+".linear_2", n.SiLU(n.linear(name+".linear_1", x, wide, true)), wide, true)
}

func (n *unet) first() *ggml.Tensor { return n.conv("conv_in", n.in["sample"], n.Channels[0], 3, 1, 1) }

// down keeps what every layer makes for the way up.
func (n *unet) down(x *ggml.Tensor) *ggml.Tensor {
	n.keep(x)
	for i, kind := range n.Down {
		name := of("down_blocks.%d", i)
		for l := range n.Layers[i] {
			x = n.keep(n.layer(name, l, x, i, kind == attentionBlock))
		}
		if i < len(n.Down)-1 {
			x = n.keep(n.conv(name+".downsamplers.0.conv", x, n.Channels[i], 3, 2, 1))
		}
	}
	return x
}

func (n *unet) keep(x *ggml.Tensor) *ggml.Tensor {
	n.skips = append(n.skips, x)
	return x
}

func (n *unet) mid(x *ggml.Tensor) *ggml.Tensor {
	last := len(n.Channels) - 1
	x = n.resnet("mid_block.resnets.0", x, n.time, n.Channels[last], n.Groups, n.Eps)
	x = n.transformers("mid_block.attentions.0", x, last)
	return n.resnet("mid_block.resnets.1", x, n.time, n.Channels[last], n.Groups, n.Eps)
}

// up has a layer more in each block than down, and takes back what was kept,
// the last first. The settings of its blocks are those of the way down.
func (n *unet) up(x *ggml.Tensor) *ggml.Tensor {
	for i := range n.Up {
		at := len(n.Up) - 1 - i
		name := of("up_blocks.%d", i)
		for l := range n.Layers[at] + 1 {
			skip := n.skips[len(n.skips)-1]
			n.skips = n.skips[:len(n.skips)-1]
			x = n.layer(name, l, n.Concat(x, skip, 2), at, n.Down[at] == attentionBlock)
		}
		if at > 0 {
			next := n.skips[len(n.skips)-1].Shape // an odd size was rounded up on the way down
			x = n.conv(name+".upsamplers.0.conv", n.Resize(x, next[0], next[1]), n.Channels[at], 3, 1, 1)
		}
	}
	return x
}

func (n *unet) layer(name string, l int64, x *ggml.Tensor, block int, attention bool) *ggml.Tensor {
	x = n.resnet(of("%s.resnets.%d", name, l), x, n.time, n.Channels[block], n.Groups, n.Eps)
	if attention {
		x = n.transformers(of("%s.attentions.%d", name, l), x, block)
	}
	return x
}

// transformers let the points of an image look at one another and at the text.
func (n *unet) transformers(name string, x *ggml.Tensor, block int) *ggml.Tensor {
	width := n.Channels[block]
	// Folders hold the projections as matrices or as kernels of one point, which
	// compute the same.
	y := n.linear(name+".proj_in", n.points(n.groupNorm(name+".norm", x, n.Groups, 1e-6)), width, true)
	for d := range n.Depth[block] {
		y = n.transformer(of("%s.transformer_blocks.%d", name, d), y, n.Heads[block])
	}
	return n.Add(n.image(n.linear(name+".proj_out", y, width, true), x.Shape), x)
}

func (n *unet) transformer(name string, x *ggml.Tensor, heads int64) *ggml.Tensor {
	const eps = 1e-5
	p := projections{q: "to_q", k: "to_k", v: "to_v", out: "to_out.0"}
	h := n.layerNorm(name+".norm1", x, eps)
	x = n.Add(x, n.attention(name+".attn1", h, h, heads, p, nil))
	x = n.Add(x, n.attention(name+".attn2", n.layerNorm(name+".norm2", x, eps), n.context, heads, p, nil))

	width := x.Shape[0]
	h = n.linear(name+".ff.net.0.proj", n.layerNorm(name+".norm3", x, eps), 8*width, true)
	return n.Add(x, n.linear(name+".ff.net.2", n.GEGLU(h), width, true))
}

// controlled adds a ControlNet's outputs to what was kept and to x.
func (n *unet) controlled(x *ggml.Tensor) *ggml.Tensor {
	for i, skip := range n.skips {
		n.skips[i] = n.Add(skip, n.input(downName(i), skip.Shape))
	}
	return n.Add(x, n.input(midName, x.Shape))
}

// Names of a ControlNet's outputs.
const midName = "mid"

func downName(i int) string { return of("down.%d", i) }
