// Package ldmtest writes Stable Diffusion models in one file, for tests.
//
// Nouns: a name is what the program that trains models and diffusers call a
// tensor. The names follow from how that program builds its networks, module by
// module, and know nothing of how package ldm reads them.
package ldmtest

import (
	"fmt"
	"slices"

	"helium/inference/diffusion/network"
)

// Name is a tensor's name in a file, and those of its thirds or of all of it in
// diffusers.
type Name struct {
	File      string
	Diffusers []string
	Turned    bool // its rows are the columns of diffusers
	Point     bool // it is a kernel of one point, and a matrix in diffusers
}

// names collects those of a network's modules.
type names []Name

// module adds a weight and a bias.
func (n *names) module(file, diffusers string) {
	n.weight(file, diffusers)
	*n = append(*n, Name{File: file + ".bias", Diffusers: []string{diffusers + ".bias"}})
}

func (n *names) weight(file, diffusers string) {
	*n = append(*n, Name{File: file + ".weight", Diffusers: []string{diffusers + ".weight"}})
}

// point adds a convolution of one point.
func (n *names) point(file, diffusers string) {
	n.module(file, diffusers)
	(*n)[len(*n)-2].Point = true
}

// UNet are the names of a UNet with matrices around its transformers, or with
// convolutions.
func UNet(c *network.UNetConfig, matrices bool) []Name {
	var n names
	n.module("time_embed.0", "time_embedding.linear_1")
	n.module("time_embed.2", "time_embedding.linear_2")
	if c.Added != "" {
		n.module("label_emb.0.0", "add_embedding.linear_1")
		n.module("label_emb.0.2", "add_embedding.linear_2")
	}
	n.module("input_blocks.0.0", "conv_in")

	channels, kept := c.Channels[0], []int64{c.Channels[0]}
	at := 1
	for level, width := range c.Channels {
		for i := range c.Layers[level] {
			file := fmt.Sprintf("input_blocks.%d.", at)
			n.resnet(file+"0", fmt.Sprintf("down_blocks.%d.resnets.%d", level, i), channels != width)
			if c.Down[level] != "DownBlock2D" {
				n.transformers(file+"1", fmt.Sprintf("down_blocks.%d.attentions.%d", level, i), c.Depth[level], matrices)
			}
			channels, kept, at = width, append(kept, width), at+1
		}
		if level < len(c.Channels)-1 {
			n.module(fmt.Sprintf("input_blocks.%d.0.op", at), fmt.Sprintf("down_blocks.%d.downsamplers.0.conv", level))
			kept, at = append(kept, width), at+1
		}
	}

	n.resnet("middle_block.0", "mid_block.resnets.0", false)
	n.transformers("middle_block.1", "mid_block.attentions.0", c.Depth[len(c.Depth)-1], matrices)
	n.resnet("middle_block.2", "mid_block.resnets.1", false)

	at = 0
	for level, width := range slices.Backward(c.Channels) {
		up := len(c.Channels) - 1 - level
		for i := range c.Layers[level] + 1 {
			file, next := fmt.Sprintf("output_blocks.%d.", at), 1
			skip := kept[len(kept)-1]
			kept = kept[:len(kept)-1]
			n.resnet(file+"0", fmt.Sprintf("up_blocks.%d.resnets.%d", up, i), channels+skip != width)
			if c.Down[level] != "DownBlock2D" {
				n.transformers(file+"1", fmt.Sprintf("up_blocks.%d.attentions.%d", up, i), c.Depth[level], matrices)
				next++
			}
			if level > 0 && i == c.Layers[level] {
				n.module(fmt.Sprintf("%s%d.conv", file, next), fmt.Sprintf("up_blocks.%d.upsamplers.0.conv", up))
			}
			channels, at = width, at+1
		}
	}
	n.module("out.0", "conv_norm_out")
	n.module("out.2", "conv_out")
	return n
}

func (n *names) resnet(file, diffusers string, shortcut bool) {
	for _, m := range [][2]string{{"in_layers.0", "norm1"}, {"in_layers.2", "conv1"}, {"emb_layers.1", "time_emb_proj"}, {"out_layers.0", "norm2"}, {"out_layers.3", "conv2"}} {
		n.module(file+"."+m[0], diffusers+"."+m[1])
	}
	if shortcut {
		n.module(file+".skip_connection", diffusers+".conv_shortcut")
	}
}

func (n *names) transformers(file, diffusers string, depth int64, matrices bool) {
	project := n.point
	if matrices {
		project = n.module
	}
	n.module(file+".norm", diffusers+".norm")
	project(file+".proj_in", diffusers+".proj_in")
	for i := range depth {
		block := fmt.Sprintf(".transformer_blocks.%d.", i)
		file, diffusers := file+block, diffusers+block
		for _, attention := range []string{"attn1", "attn2"} {
			for _, layer := range []string{".to_q", ".to_k", ".to_v"} {
				n.weight(file+attention+layer, diffusers+attention+layer)
			}
			n.module(file+attention+".to_out.0", diffusers+attention+".to_out.0")
		}
		for _, m := range []string{"ff.net.0.proj", "ff.net.2", "norm1", "norm2", "norm3"} {
			n.module(file+m, diffusers+m)
		}
	}
	project(file+".proj_out", diffusers+".proj_out")
}

// VAE are the names of an autoencoder.
func VAE(c *network.VAEConfig) []Name {
	var n names
	last := len(c.Channels) - 1
	n.module("encoder.conv_in", "encoder.conv_in")
	channels := c.Channels[0]
	for level, width := range c.Channels {
		for i := range c.Layers {
			n.vaeResnet(fmt.Sprintf("encoder.down.%d.block.%d", level, i), fmt.Sprintf("encoder.down_blocks.%d.resnets.%d", level, i), channels != width)
			channels = width
		}
		if level < last {
			n.module(fmt.Sprintf("encoder.down.%d.downsample.conv", level), fmt.Sprintf("encoder.down_blocks.%d.downsamplers.0.conv", level))
		}
	}
	n.vaeMid("encoder.")
	n.module("decoder.conv_in", "decoder.conv_in")
	n.vaeMid("decoder.")
	for level, width := range slices.Backward(c.Channels) {
		for i := range c.Layers + 1 {
			n.vaeResnet(fmt.Sprintf("decoder.up.%d.block.%d", level, i), fmt.Sprintf("decoder.up_blocks.%d.resnets.%d", last-level, i), channels != width)
			channels = width
		}
		if level > 0 {
			n.module(fmt.Sprintf("decoder.up.%d.upsample.conv", level), fmt.Sprintf("decoder.up_blocks.%d.upsamplers.0.conv", last-level))
		}
	}
	for _, half := range []string{"encoder.", "decoder."} {
		n.module(half+"norm_out", half+"conv_norm_out")
		n.module(half+"conv_out", half+"conv_out")
	}
	n.module("quant_conv", "quant_conv")
	n.module("post_quant_conv", "post_quant_conv")
	return n
}

func (n *names) vaeResnet(file, diffusers string, shortcut bool) {
	for _, m := range []string{".norm1", ".conv1", ".norm2", ".conv2"} {
		n.module(file+m, diffusers+m)
	}
	if shortcut {
		n.module(file+".nin_shortcut", diffusers+".conv_shortcut")
	}
}

func (n *names) vaeMid(half string) {
	n.vaeResnet(half+"mid.block_1", half+"mid_block.resnets.0", false)
	file, diffusers := half+"mid.attn_1.", half+"mid_block.attentions.0."
	n.module(file+"norm", diffusers+"group_norm")
	for _, m := range [][2]string{{"q", "to_q"}, {"k", "to_k"}, {"v", "to_v"}, {"proj_out", "to_out.0"}} {
		n.point(file+m[0], diffusers+m[1])
	}
	n.vaeResnet(half+"mid.block_2", half+"mid_block.resnets.1", false)
}

// OpenCLIP are the names of OpenCLIP's text encoder.
func OpenCLIP(layers int64, projected bool) []Name {
	var n names
	n.weight("token_embedding", "text_model.embeddings.token_embedding")
	n = append(n, Name{File: "positional_embedding", Diffusers: []string{"text_model.embeddings.position_embedding.weight"}})
	for i := range layers {
		file, diffusers := fmt.Sprintf("transformer.resblocks.%d.", i), fmt.Sprintf("text_model.encoder.layers.%d.", i)
		n.module(file+"ln_1", diffusers+"layer_norm1")
		for _, kind := range []string{"weight", "bias"} {
			three := Name{File: file + "attn.in_proj_" + kind}
			for _, letter := range []string{"q", "k", "v"} {
				three.Diffusers = append(three.Diffusers, diffusers+"self_attn."+letter+"_proj."+kind)
			}
			n = append(n, three)
		}
		n.module(file+"attn.out_proj", diffusers+"self_attn.out_proj")
		n.module(file+"ln_2", diffusers+"layer_norm2")
		n.module(file+"mlp.c_fc", diffusers+"mlp.fc1")
		n.module(file+"mlp.c_proj", diffusers+"mlp.fc2")
	}
	n.module("ln_final", "text_model.final_layer_norm")
	if projected {
		n = append(n, Name{File: "text_projection", Diffusers: []string{"text_projection.weight"}, Turned: true})
	}
	return n
}

// CLIP are the names of OpenAI's text encoder, which both call the same.
func CLIP(layers int64) []Name {
	var n names
	for _, m := range []string{"token_embedding", "position_embedding"} {
		n.weight("text_model.embeddings."+m, "text_model.embeddings."+m)
	}
	for i := range layers {
		layer := fmt.Sprintf("text_model.encoder.layers.%d.", i)
		for _, m := range []string{"layer_norm1", "layer_norm2", "mlp.fc1", "mlp.fc2", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj"} {
			n.module(layer+m, layer+m)
		}
	}
	n.module("text_model.final_layer_norm", "text_model.final_layer_norm")
	return n
}
