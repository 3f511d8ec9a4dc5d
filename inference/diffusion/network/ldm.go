package network

import (
	"slices"
	"strconv"
	"strings"
)

// LDMName is the name that a layer of the UNet has in the code that Stable
// Diffusion was published with, which counts blocks through, and an empty text if
// it is no layer's. Files that were made with that code have its names.
func (c *UNetConfig) LDMName(layer string) string {
	parts := strings.Split(layer, ".")
	switch {
	case parts[0] == "mid_block" && len(parts) > 3:
		return c.ldmMid(parts[1]+"."+parts[2], parts[3:])
	case (parts[0] == "down_blocks" || parts[0] == "up_blocks") && len(parts) > 4:
		block, err1 := strconv.Atoi(parts[1])
		number, err2 := strconv.Atoi(parts[3])
		if err1 != nil || err2 != nil || block < 0 || block >= len(c.Layers) || number < 0 {
			return ""
		}
		if parts[0] == "up_blocks" {
			return c.ldmUp(block, parts[2], number, parts[4:])
		}
		return c.ldmDown(block, parts[2], number, parts[4:])
	}
	return map[string]string{
		"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2",
		"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2",
		"add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2",
	}[layer]
}

// ldmDown counts a block for every layer and one for what halves the image, after
// the first convolution.
func (c *UNetConfig) ldmDown(block int, kind string, number int, rest []string) string {
	at := 1 + number
	for _, layers := range c.Layers[:block] {
		at += int(layers) + 1
	}
	if kind == "downsamplers" {
		return ldmPath("input_blocks", at+int(c.Layers[block]), 0, []string{"op"})
	}
	return ldmLayer("input_blocks", at, kind, rest)
}

// ldmUp counts a block for every layer, the last of which doubles the image, too.
func (c *UNetConfig) ldmUp(block int, kind string, number int, rest []string) string {
	upward := slices.Clone(c.Layers)
	slices.Reverse(upward)
	at := number
	for _, layers := range upward[:block] {
		at += int(layers) + 1
	}
	if kind != "upsamplers" {
		return ldmLayer("output_blocks", at, kind, rest)
	}
	place := 1
	if c.Down[len(c.Down)-1-block] == attentionBlock {
		place = 2
	}
	return ldmPath("output_blocks", at+int(upward[block]), place, []string{"conv"})
}

func (c *UNetConfig) ldmMid(place string, rest []string) string {
	switch place {
	case "resnets.0":
		return "middle_block.0." + ldmResnet(rest)
	case "attentions.0":
		return "middle_block.1." + strings.Join(rest, ".")
	case "resnets.1":
		return "middle_block.2." + ldmResnet(rest)
	}
	return ""
}

func ldmLayer(side string, at int, kind string, rest []string) string {
	switch kind {
	case "resnets":
		return ldmPath(side, at, 0, []string{ldmResnet(rest)})
	case "attentions":
		return ldmPath(side, at, 1, rest)
	}
	return ""
}

func ldmPath(side string, at, place int, rest []string) string {
	return of("%s.%d.%d.%s", side, at, place, strings.Join(rest, "."))
}

func ldmResnet(rest []string) string {
	name := strings.Join(rest, ".")
	if other, ok := map[string]string{
		"norm1": "in_layers.0", "conv1": "in_layers.2", "time_emb_proj": "emb_layers.1",
		"norm2": "out_layers.0", "conv2": "out_layers.3", "conv_shortcut": "skip_connection",
	}[name]; ok {
		return other
	}
	return name
}
