package demo

import "fmt"

const vaeConfig = `{"_class_name":"AutoencoderKL","in_channels":3,"out_channels":3,"latent_channels":6,"block_out_channels":[16,16,16,16],
"down_block_types":["DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D","DownEncoderBlock2D"],
"up_block_types":["UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D","UpDecoderBlock2D"],
"layers_per_block":1,"norm_num_groups":2,"act_fn":"silu","sample_size":512,"scaling_factor":0.18215,"mid_block_add_attention":false}
`

// Where numbers are in the decoder's trunk at the highest level: copies of the
// first two shapes, then blue, red, light and a constant, each with its negative.
// A pair goes through SiLU unbent, as SiLU(x) - SiLU(-x) = x.
const (
	copies   = 4
	colourAt = 2 * copies
	steady   = 6 // the constant, which keeps the norm from changing the others
)

// step is an edge that is cut out of a shape: what is added to blue, red and
// light above a height.
type step struct {
	height float64
	colour [senses]float64
}

// designDecoder makes a decoder that enlarges latents smoothly, cuts steps out of
// the shapes and turns them into red, green and blue. Shapes are brought to the
// same strength by the norms, so that all pictures have contrast; colours are not,
// so that a text decides how strong they are.
func designDecoder(w *weights) {
	for c := range latents {
		w.set("post_quant_conv.weight", 0.18215, c, c)
		w.kernel("decoder.conv_in.weight", c, c, 1, smooth(), smooth())
	}
	w.set("decoder.conv_in.bias", 1, steadyAt)
	for c := range steadyAt + 1 {
		for level := range 2 {
			w.kernel(fmt.Sprintf("decoder.up_blocks.%d.upsamplers.0.conv.weight", level), c, c, 1, smooth(), smooth())
		}
	}

	const last = "decoder.up_blocks.2.upsamplers.0.conv.weight"
	for i := range copies {
		w.kernel(last, i, 0, 1, smooth(), smooth())
		w.kernel(last, copies+i, 1, 1, smooth(), smooth())
	}
	for i, from := range []int{blueAt, redAt, lightAt, steadyAt} {
		gain := 1.0
		if from == steadyAt {
			gain = steady
		}
		w.kernel(last, colourAt+2*i, from, gain, smooth(), smooth())
		w.kernel(last, colourAt+2*i+1, from, -gain, smooth(), smooth())
	}

	designSteps(w, "decoder.up_blocks.3.resnets.0", [2][2]step{
		{{-1.0, [senses]float64{0.2, -0.1, 0.9}}, {-0.2, [senses]float64{-0.1, 0.3, 0.9}}},
		{{-0.3, [senses]float64{-0.5, 0.4, -0.5}}, {0.7, [senses]float64{0.6, -0.5, 0.6}}},
	})
	designSteps(w, "decoder.up_blocks.3.resnets.1", [2][2]step{
		{{0.5, [senses]float64{0.2, -0.2, 0.9}}, {1.2, [senses]float64{-0.3, 0.2, 0.9}}},
		{{-1.1, [senses]float64{0.3, 0.3, 0.5}}, {1.4, [senses]float64{0, 0, -0.4}}},
	})
	designColours(w)
}

// designSteps cuts two steps out of each of the two shapes. A step is the
// difference of two bends: it is steep between them and flat beyond.
func designSteps(w *weights, name string, cuts [2][2]step) {
	const slope, high = 60, 4
	var middle [senses]float64
	for shape, pair := range cuts {
		for k, s := range pair {
			for half, sign := range []float64{1, -1} {
				unit := copies*shape + 2*k + half
				w.set(name+".norm1.weight", slope, unit)
				w.set(name+".norm1.bias", -float64(slope*s.height)-float64(half*high), unit)
				for c, v := range s.colour {
					w.set(name+".conv1.weight", sign*v/high, 2*c, unit, 1, 1)
					w.set(name+".conv1.weight", -sign*v/high, 2*c+1, unit, 1, 1)
				}
			}
			for c, v := range s.colour {
				middle[c] += v / 2
			}
		}
	}
	for c, v := range middle {
		w.set(name+".conv1.bias", -v, 2*c)
		w.set(name+".conv1.bias", v, 2*c+1)
		for _, at := range []int{2 * c, 2*c + 1} {
			w.set(name+".conv2.weight", 1, colourAt+at, at, 1, 1)
			w.set(name+".conv2.weight", -1, colourAt+at, at^1, 1, 1)
		}
	}
}

// designColours makes red, green and blue of what is beside the light, as
// television does, and shades each step from its edge on by the first shape.
func designColours(w *weights) {
	const norm = 3 // is about what the last one divides colours by
	const chroma, light, shade = 0.17, 0.24, -0.12
	for i := range colourAt {
		w.set("decoder.conv_norm_out.weight", 0, i)
		w.set("decoder.conv_norm_out.weight", norm, colourAt+i)
	}
	w.set("decoder.conv_norm_out.weight", 1, 0)
	w.set("decoder.conv_norm_out.bias", linear, 0)
	for channel, mix := range [3][senses]float64{
		{0, chroma, light},
		{-0.19 * chroma, -0.51 * chroma, light},
		{chroma, 0, light},
	} {
		for c, gain := range mix {
			w.set("decoder.conv_out.weight", gain, channel, colourAt+2*c, 1, 1)
			w.set("decoder.conv_out.weight", -gain, channel, colourAt+2*c+1, 1, 1)
		}
		w.set("decoder.conv_out.weight", shade, channel, 0, 1, 1)
		w.set("decoder.conv_out.bias", -linear*shade, channel)
	}
}
