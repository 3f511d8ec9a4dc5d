package network

import "helium/inference/ggml"

const controlClass = "ControlNetModel"

// ControlNet is the way down of a UNet that looks at a second image, the hint.
type ControlNet struct{ UNetConfig }

// ParseControlNet reads the config.json of a ControlNet.
func ParseControlNet(raw []byte) (*ControlNet, error) {
	c, err := parseUNet(raw, controlClass)
	if err != nil {
		return nil, err
	}
	return &ControlNet{*c}, nil
}

func (c *ControlNet) file() string             { return "diffusion_pytorch_model.safetensors" }
func (c *ControlNet) other(name string) string { return name }
func (c *ControlNet) ignores(string) bool      { return false }
func (c *ControlNet) smallest() Size           { return c.smallestSize() }

// build takes the inputs of the UNet and an image "hint" of numbers from 0 to 1,
// as much larger as the autoencoder makes images. It gives what the UNet adds:
// "down.0" and so on, and "mid".
func (c *ControlNet) build(b builder, s Size) (in, out ports) {
	n := c.begin(b, s)
	factor := int64(1) << (len(c.HintWidths) - 1)
	hint := n.input("hint", ggml.Dims(s.Width*factor, s.Height*factor, c.HintChannels, s.Count))
	x := n.mid(n.down(b.Add(n.first(), c.look(b, hint))))

	out = ports{midName: b.conv("controlnet_mid_block", x, x.Shape[2], 1, 1, 0)}
	for i, skip := range n.skips {
		out[downName(i)] = b.conv(of("controlnet_down_blocks.%d", i), skip, skip.Shape[2], 1, 1, 0)
	}
	return n.in, out
}

// look makes the hint as small as the latents.
func (c *ControlNet) look(b builder, x *ggml.Tensor) *ggml.Tensor {
	const name = "controlnet_cond_embedding"
	x = b.SiLU(b.conv(name+".conv_in", x, c.HintWidths[0], 3, 1, 1))
	for i, width := range c.HintWidths[1:] {
		x = b.SiLU(b.conv(of("%s.blocks.%d", name, 2*i), x, c.HintWidths[i], 3, 1, 1))
		x = b.SiLU(b.conv(of("%s.blocks.%d", name, 2*i+1), x, width, 3, 2, 1))
	}
	return b.conv(name+".conv_out", x, c.Channels[0], 3, 1, 1)
}
