package ldm

import (
	"fmt"
	"strconv"
	"strings"
)

// width is one of a tensor's sizes, or 0.
func (t Tensors) width(name string, dimension int) uint64 {
	if w, ok := t[name]; ok && dimension < len(w.Shape) {
		return w.Shape[dimension]
	}
	return 0
}

// count is how many tensors there are whose names have the numbers from 0 on.
func (t Tensors) count(format string) int {
	for n := 0; ; n++ {
		if _, ok := t[fmt.Sprintf(format, n)]; !ok {
			return n
		}
	}
}

func (t Tensors) has(name string) bool {
	_, ok := t[name]
	return ok
}

// level is what is between two changes of an image's size.
type level struct {
	channels uint64
	layers   int
	depth    int // of the transformers; 0 is none
}

// levels are those of the way down.
func (t Tensors) levels() []level {
	levels := []level{{}}
	for n := 1; ; n++ {
		block := fmt.Sprintf("input_blocks.%d.", n)
		last := &levels[len(levels)-1]
		switch {
		case t.has(block + "0.op.weight"):
			levels = append(levels, level{})
		case t.has(block + "0.out_layers.3.weight"):
			last.layers++
			last.channels = t.width(block+"0.out_layers.3.weight", 0)
			last.depth = t.count(block + "1.transformer_blocks.%d.norm1.weight")
		default:
			return levels
		}
	}
}

// readUNet reads the UNet's config. The networks with matrices around their
// transformers have heads of 64 numbers, those with convolutions have 8.
func readUNet(t Tensors) (settings, renamer) {
	const middle = "middle_block.1."
	levels := t.levels()
	var channels, layers, depths, heads []uint64
	var down, up []string
	for i, l := range levels {
		kind := "Block2D"
		switch {
		case l.depth > 0:
			kind = "CrossAttn%sBlock2D"
		default:
			kind = "%sBlock2D"
			l.depth = 1
			if i == len(levels)-1 {
				l.depth = t.count(middle + "transformer_blocks.%d.norm1.weight")
			}
		}
		count := uint64(8)
		if len(t[middle+"proj_in.weight"].Shape) == 2 {
			count = l.channels / 64
		}
		channels, layers = append(channels, l.channels), append(layers, uint64(l.layers))
		depths, heads = append(depths, uint64(l.depth)), append(heads, count)
		down, up = append(down, fmt.Sprintf(kind, "Down")), append([]string{fmt.Sprintf(kind, "Up")}, up...)
	}
	s := settings{
		"_class_name": "UNet2DConditionModel", "in_channels": t.width("input_blocks.0.0.weight", 1), "out_channels": t.width("out.2.weight", 0),
		"block_out_channels": channels, "layers_per_block": layers, "transformer_layers_per_block": depths, "attention_head_dim": heads,
		"down_block_types": down, "up_block_types": up, "cross_attention_dim": t.width(middle+"transformer_blocks.0.attn2.to_k.weight", 1),
	}
	if added := t.width("label_emb.0.0.weight", 1); added > 0 {
		s["addition_embed_type"], s["addition_time_embed_dim"], s["projection_class_embeddings_input_dim"] = "text_time", 256, added
	}
	return s, func(name string) place { return place{name: unetName(name, levels)} }
}

// unetName finds the place of a tensor of the UNet.
func unetName(name string, levels []level) string {
	block, rest, _ := strings.Cut(name, ".")
	switch block {
	case "time_embed":
		return firstOf(rest, "0.", "time_embedding.linear_1.", "2.", "time_embedding.linear_2.")
	case "label_emb":
		return firstOf(rest, "0.0.", "add_embedding.linear_1.", "0.2.", "add_embedding.linear_2.")
	case "out":
		return firstOf(rest, "0.", "conv_norm_out.", "2.", "conv_out.")
	case "middle_block":
		n, inner, ok := number(rest)
		switch {
		case ok && n == 1:
			return "mid_block.attentions.0." + inner
		case ok && n <= 2:
			return resnetName(fmt.Sprintf("mid_block.resnets.%d.", n/2), inner)
		}
		return ""
	case "input_blocks", "output_blocks":
		n, inner, ok := number(rest)
		place, inner, alsoOK := number(inner)
		switch {
		case !ok || !alsoOK:
			return ""
		case block == "input_blocks":
			return downName(n, place, inner, levels)
		}
		return upName(n, place, inner, levels)
	}
	return ""
}

// downName counts the first convolution, then the layers of every level and what
// halves the image behind them.
func downName(n, place int, inner string, levels []level) string {
	if n == 0 && place == 0 {
		return "conv_in." + inner
	}
	n--
	for i, l := range levels {
		block := fmt.Sprintf("down_blocks.%d.", i)
		switch {
		case n < l.layers:
			return layerName(block, n, place, inner)
		case n == l.layers && place == 0:
			return firstOf(inner, "op.", block+"downsamplers.0.conv.")
		}
		n -= l.layers + 1
	}
	return ""
}

// upName counts a layer more in every level, the last of which may be followed by
// what doubles the image, in the next place that is free.
func upName(n, place int, inner string, levels []level) string {
	for i := range levels {
		l := levels[len(levels)-1-i]
		block := fmt.Sprintf("up_blocks.%d.", i)
		if n > l.layers {
			n -= l.layers + 1
			continue
		}
		free := 1
		if l.depth > 0 {
			free = 2
		}
		if n == l.layers && place == free {
			return firstOf(inner, "conv.", block+"upsamplers.0.conv.")
		}
		return layerName(block, n, place, inner)
	}
	return ""
}

func layerName(block string, n, place int, inner string) string {
	switch place {
	case 0:
		return resnetName(fmt.Sprintf("%sresnets.%d.", block, n), inner)
	case 1:
		return fmt.Sprintf("%sattentions.%d.%s", block, n, inner)
	}
	return ""
}

func resnetName(block, inner string) string {
	return firstOf(inner, "in_layers.0.", block+"norm1.", "in_layers.2.", block+"conv1.", "emb_layers.1.", block+"time_emb_proj.",
		"out_layers.0.", block+"norm2.", "out_layers.3.", block+"conv2.", "skip_connection.", block+"conv_shortcut.")
}

// firstOf replaces the first prefix that the name has; pairs are old and new.
func firstOf(name string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if rest, ok := strings.CutPrefix(name, pairs[i]); ok {
			return pairs[i+1] + rest
		}
	}
	return ""
}

// number reads the number before a name's first dot.
func number(name string) (n int, rest string, ok bool) {
	digits, rest, ok := strings.Cut(name, ".")
	n, err := strconv.Atoi(digits)
	return n, rest, ok && err == nil && n >= 0 && strconv.Itoa(n) == digits
}
