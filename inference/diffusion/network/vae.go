package network

import (
	"fmt"
	"slices"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// VAEConfig is the config.json of an autoencoder.
type VAEConfig struct {
	InChannels  int64    `json:"in_channels"`
	OutChannels int64    `json:"out_channels"`
	Down        []string `json:"down_block_types"`
	Up          []string `json:"up_block_types"`
	Channels    []int64  `json:"block_out_channels"`
	Layers      int64    `json:"layers_per_block"`
	Latents     int64    `json:"latent_channels"`
	Groups      int64    `json:"norm_num_groups"`
	Scale       float64  `json:"scaling_factor"` // latents are the encoder's numbers times this
	Attention   bool     `json:"mid_block_add_attention"`
	Quant       bool     `json:"use_quant_conv"`
	PostQuant   bool     `json:"use_post_quant_conv"`
}

// eps of all norms of an autoencoder.
const vaeEps = 1e-6

// Decoder makes images of latents.
type Decoder struct{ VAEConfig }

// Encoder makes latents of images.
type Encoder struct{ VAEConfig }

// ParseVAE reads the config.json of an autoencoder.
func ParseVAE(raw []byte) (*Encoder, *Decoder, error) {
	c := VAEConfig{
		InChannels: 3, OutChannels: 3, Channels: []int64{64}, Layers: 1, Latents: 4, Groups: 32, Scale: 0.18215,
		Down: []string{"DownEncoderBlock2D"}, Up: []string{"UpDecoderBlock2D"}, Attention: true, Quant: true, PostQuant: true,
	}
	fixed := map[string]string{"act_fn": `"silu"|"swish"`, "shift_factor": "0|0.0", "latents_mean": "null", "latents_std": "null", "quantization_config": "null"}
	if _, err := readConfig(raw, []string{"AutoencoderKL"}, fixed, &c); err != nil {
		return nil, nil, err
	}
	if err := c.check(); err != nil {
		return nil, nil, err
	}
	return &Encoder{c}, &Decoder{c}, nil
}

func (c *VAEConfig) check() error {
	blocks := len(c.Channels)
	err := check(
		limit{"blocks", int64(blocks), maxBlocks}, limit{"in_channels", c.InChannels, maxHeads},
		limit{"out_channels", c.OutChannels, maxHeads}, limit{"layers_per_block", c.Layers, maxLayers},
		limit{"latent_channels", c.Latents, maxHeads}, limit{"norm_num_groups", c.Groups, maxChannels},
	)
	if err != nil {
		return err
	}
	if err := checkEach("block_out_channels", c.Channels, blocks, maxChannels); err != nil {
		return err
	}
	for _, n := range c.Channels {
		if n%c.Groups != 0 {
			return fmt.Errorf("config.json has %d channels, which are no multiple of %d groups", n, c.Groups)
		}
	}
	if !slices.Equal(c.Down, slices.Repeat([]string{"DownEncoderBlock2D"}, blocks)) || !slices.Equal(c.Up, slices.Repeat([]string{"UpDecoderBlock2D"}, blocks)) {
		return fmt.Errorf("%w: config.json has the blocks %.300q and %.300q, and this program knows DownEncoderBlock2D and UpDecoderBlock2D, one for each of %d channels", ErrUnsupported, c.Down, c.Up, blocks)
	}
	return checkEps("scaling_factor", c.Scale)
}

func (c *VAEConfig) file() string { return WeightsFile }

// other gives the attention's layers the names that they had until 2023.
func (c *VAEConfig) other(name string) string {
	return strings.NewReplacer(".to_q.", ".query.", ".to_k.", ".key.", ".to_v.", ".value.", ".to_out.0.", ".proj_attn.").Replace(name)
}

func (d *Decoder) ignores(name string) bool {
	return strings.HasPrefix(name, "encoder.") || strings.HasPrefix(name, "quant_conv.")
}

func (e *Encoder) ignores(name string) bool {
	return strings.HasPrefix(name, "decoder.") || strings.HasPrefix(name, "post_quant_conv.")
}

func (d *Decoder) smallest() Size { return Size{Width: 1, Height: 1, Count: 1} }

func (e *Encoder) smallest() Size {
	side := int64(1) << (len(e.Channels) - 1)
	return Size{Width: side, Height: side, Count: 1}
}

// build takes "latents", divided by the scale, and gives an "image" of numbers
// from -1 to 1.
func (d *Decoder) build(b builder, s Size) (in, out ports) {
	in = ports{}
	x := in.add(b, "latents", checkpoint.F32, ggml.Dims(s.Width, s.Height, d.Latents, s.Count))
	if d.PostQuant {
		x = b.conv("post_quant_conv", x, d.Latents, 1, 1, 0)
	}

	last := len(d.Channels) - 1
	x = d.mid(b, "decoder.mid_block", b.conv("decoder.conv_in", x, d.Channels[last], 3, 1, 1))
	for i := range d.Channels {
		name, channels := of("decoder.up_blocks.%d", i), d.Channels[last-i]
		for l := range d.Layers + 1 {
			x = b.resnet(of("%s.resnets.%d", name, l), x, nil, channels, d.Groups, vaeEps)
		}
		if i < last {
			x = b.conv(name+".upsamplers.0.conv", b.Resize(x, 2*x.Shape[0], 2*x.Shape[1]), channels, 3, 1, 1)
		}
	}
	x = b.SiLU(b.groupNorm("decoder.conv_norm_out", x, d.Groups, vaeEps))
	return in, ports{"image": b.conv("decoder.conv_out", x, d.OutChannels, 3, 1, 1)}
}

// build takes an "image" of numbers from -1 to 1 and gives the "latents", which
// are still to be multiplied by the scale: the means of all their channels, then
// the logarithms of the variances.
func (e *Encoder) build(b builder, s Size) (in, out ports) {
	in = ports{}
	x := in.add(b, "image", checkpoint.F32, ggml.Dims(s.Width, s.Height, e.InChannels, s.Count))
	last := len(e.Channels) - 1
	x = b.conv("encoder.conv_in", x, e.Channels[0], 3, 1, 1)
	for i, channels := range e.Channels {
		name := of("encoder.down_blocks.%d", i)
		for l := range e.Layers {
			x = b.resnet(of("%s.resnets.%d", name, l), x, nil, channels, e.Groups, vaeEps)
		}
		if i < last {
			x = b.conv(name+".downsamplers.0.conv", b.Pad(x, 1, 1), channels, 3, 2, 0)
		}
	}

	x = e.mid(b, "encoder.mid_block", x)
	x = b.SiLU(b.groupNorm("encoder.conv_norm_out", x, e.Groups, vaeEps))
	x = b.conv("encoder.conv_out", x, 2*e.Latents, 3, 1, 1)
	if e.Quant {
		x = b.conv("quant_conv", x, 2*e.Latents, 1, 1, 0)
	}
	return in, ports{"latents": x}
}

func (c *VAEConfig) mid(b builder, name string, x *ggml.Tensor) *ggml.Tensor {
	channels := c.Channels[len(c.Channels)-1]
	x = b.resnet(name+".resnets.0", x, nil, channels, c.Groups, vaeEps)
	if c.Attention {
		at := name + ".attentions.0"
		p := projections{q: "to_q", k: "to_k", v: "to_v", out: "to_out.0", bias: true}
		h := b.points(b.groupNorm(at+".group_norm", x, c.Groups, vaeEps))
		x = b.Add(x, b.image(b.attention(at, h, h, 1, p, nil), x.Shape))
	}
	return b.resnet(name+".resnets.1", x, nil, channels, c.Groups, vaeEps)
}
