package ldm

import (
	"fmt"
	"slices"
	"strings"
)

// readVAE reads the config of the autoencoder, whose levels are numbered by size.
// A VAE alone may also have the names of diffusers, which counts its levels as
// they come.
func readVAE(t Tensors) (settings, renamer) {
	if levels := t.count("decoder.up_blocks.%d.resnets.0.conv1.weight"); levels > 0 {
		var channels []uint64
		for i := range levels {
			channels = append(channels, t.width(fmt.Sprintf("decoder.up_blocks.%d.resnets.0.conv1.weight", levels-1-i), 0))
		}
		layers := t.count("decoder.up_blocks.0.resnets.%d.conv1.weight")
		return t.vae(channels, layers, "decoder.mid_block.attentions.0.group_norm.weight"), func(name string) place { return place{name: name} }
	}

	levels := t.count("decoder.up.%d.block.0.conv1.weight")
	var channels []uint64
	for i := range levels {
		channels = append(channels, t.width(fmt.Sprintf("decoder.up.%d.block.0.conv1.weight", i), 0))
	}
	s := t.vae(channels, t.count("decoder.up.0.block.%d.conv1.weight"), "decoder.mid.attn_1.norm.weight")
	return s, func(name string) place { return place{name: vaeName(name, levels)} }
}

// vae is the config of an autoencoder whose decoder has so many layers in each
// level, and attention where it has the norm before it.
func (t Tensors) vae(channels []uint64, layers int, norm string) settings {
	in := t.width("encoder.conv_in.weight", 1)
	if in == 0 { // the file has the decoder alone
		in = 3
	}
	return settings{
		"_class_name": "AutoencoderKL", "in_channels": in, "out_channels": t.width("decoder.conv_out.weight", 0),
		"latent_channels": t.width("decoder.conv_in.weight", 1), "block_out_channels": channels, "layers_per_block": layers - 1,
		"down_block_types": slices.Repeat([]string{"DownEncoderBlock2D"}, len(channels)),
		"up_block_types":   slices.Repeat([]string{"UpDecoderBlock2D"}, len(channels)),
		"norm_num_groups":  32, "mid_block_add_attention": t.has(norm),
		"use_quant_conv": t.has("quant_conv.weight"), "use_post_quant_conv": t.has("post_quant_conv.weight"),
	}
}

// vaeName finds the place of a tensor of the autoencoder.
func vaeName(name string, levels int) string {
	half, rest, _ := strings.Cut(name, ".")
	switch half {
	case "quant_conv", "post_quant_conv":
		return name
	case "encoder", "decoder":
	default:
		return ""
	}
	half += "."
	block, inner, _ := strings.Cut(rest, ".")
	switch block {
	case "conv_in", "conv_out":
		return name
	case "norm_out":
		return half + "conv_norm_out." + inner
	case "mid":
		return firstOf(inner, "block_1.", half+"mid_block.resnets.0.", "block_2.", half+"mid_block.resnets.1.",
			"attn_1.norm.", half+"mid_block.attentions.0.group_norm.", "attn_1.q.", half+"mid_block.attentions.0.to_q.",
			"attn_1.k.", half+"mid_block.attentions.0.to_k.", "attn_1.v.", half+"mid_block.attentions.0.to_v.",
			"attn_1.proj_out.", half+"mid_block.attentions.0.to_out.0.")
	case "down", "up":
		n, inner, ok := number(inner)
		if !ok || n >= levels || (block == "down") != (half == "encoder.") {
			return ""
		}
		if block == "up" { // diffusers counts as they come
			n = levels - 1 - n
		}
		return vaeLevelName(fmt.Sprintf("%s%s_blocks.%d.", half, block, n), inner)
	}
	return ""
}

func vaeLevelName(block, inner string) string {
	if rest, ok := strings.CutPrefix(inner, "block."); ok {
		n, layer, ok := number(rest)
		if !ok {
			return ""
		}
		block = fmt.Sprintf("%sresnets.%d.", block, n)
		if rest, ok := strings.CutPrefix(layer, "nin_shortcut."); ok {
			return block + "conv_shortcut." + rest
		}
		return block + layer
	}
	return firstOf(inner, "downsample.conv.", block+"downsamplers.0.conv.", "upsample.conv.", block+"upsamplers.0.conv.")
}
