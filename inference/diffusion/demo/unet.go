package demo

import (
	"fmt"
	"math"

	"helium/inference/exact"
)

const unetConfig = `{"_class_name":"UNet2DConditionModel","sample_size":64,"in_channels":6,"out_channels":6,"block_out_channels":[16,16,16,32],
"down_block_types":["DownBlock2D","DownBlock2D","DownBlock2D","DownBlock2D"],"up_block_types":["UpBlock2D","UpBlock2D","UpBlock2D","UpBlock2D"],
"layers_per_block":1,"use_linear_projection":true,"norm_num_groups":2,"norm_eps":1e-05,"cross_attention_dim":32,"attention_head_dim":1}
`

// The channels of latents: the shapes, of which two are seen, and the colours.
const (
	shapes  = 3
	blueAt  = 3
	redAt   = 4
	lightAt = 5
	latents = 6
)

// Where numbers are in the trunk. At the lowest level shapes and colours are in
// norms of their own.
const (
	wide      = 16 // channels of all levels but the lowest
	steadyAt  = 6  // a constant
	outPushAt = 8
	outLoadAt = 14 // see load

	deep         = 32
	deepColourAt = 16
	deepPushAt   = 20
)

// Where numbers are in the transformer's rows, behind the shapes.
const (
	rateAt = 4  // by which each pair of shapes is turned
	pushAt = 10 // for each latent channel
	loadAt = 30
)

const (
	load    = 12  // two numbers, one negative, that make a norm all but a division by a constant
	outLoad = 8   // the same in the last norm
	linear  = 8   // where SiLU is as good as a straight line
	pushing = 0.1 // is what a push of 1 is of the noise
)

// designUNet makes a UNet that is linear but for its norms. Going down, it means
// over squares of 8×8 points, and going up it makes these smooth again: what is
// coarse in the sample. The rest of the sample, brought to the size that noise
// has, is the noise, so that what is coarse stays through all steps, whatever
// their number.
func designUNet(w *weights) {
	halving, doubling := [3]float64{0, 0.5, 0.5}, smooth()
	for c := range latents {
		w.set("conv_in.weight", 1, c, c, 1, 1)
		for level := range 3 {
			w.kernel(fmt.Sprintf("down_blocks.%d.downsamplers.0.conv.weight", level), c, c, 1, halving, halving)
		}
		w.set("down_blocks.3.resnets.0.conv_shortcut.weight", 1, deepAt(c), c)
	}
	w.set("conv_in.bias", 1, steadyAt)
	designTransformer(w)

	for c := range deep {
		w.set("up_blocks.0.resnets.0.conv_shortcut.weight", 1, c, c)
		w.set("up_blocks.0.resnets.1.conv_shortcut.weight", 1, c, c)
		w.kernel("up_blocks.0.upsamplers.0.conv.weight", c, c, 1, doubling, doubling)
	}
	for c := range latents {
		w.set("up_blocks.1.resnets.0.conv_shortcut.weight", 1, c, deepAt(c))
		w.set("up_blocks.1.resnets.0.conv_shortcut.weight", 1, outPushAt+c, deepPushAt+c)
		for _, at := range []int{c, outPushAt + c} {
			for _, name := range []string{"up_blocks.1.resnets.1", "up_blocks.2.resnets.0", "up_blocks.2.resnets.1", "up_blocks.3.resnets.0"} {
				w.set(name+".conv_shortcut.weight", 1, at, at)
			}
			for level := 1; level < 3; level++ {
				w.kernel(fmt.Sprintf("up_blocks.%d.upsamplers.0.conv.weight", level), at, at, 1, doubling, doubling)
			}
		}
	}
	designNoise(w)
}

// smooth is the kernel that rounds the corners of what was doubled.
func smooth() [3]float64 { return [3]float64{0.25, 0.5, 0.25} }

// deepAt says where a latent channel is in the trunk at the lowest level.
func deepAt(channel int) int {
	if channel < shapes {
		return channel
	}
	return deepColourAt + channel - shapes
}

// designTransformer pushes the colours to where the text's sense is, and the
// shapes along a rotation whose rates are sums of the text's code: so texts make
// as many pictures of one noise as there are directions. Every point hears the
// mean of all rows of the text.
func designTransformer(w *weights) {
	const at = "mid_block.attentions.0."
	const block = at + "transformer_blocks.0."
	const heard = block + "attn2.to_v.weight"
	for c := range shapes {
		w.set(at+"proj_in.weight", 0.4375, c, c) // about 1, as three of sixteen in the norm's group are shapes
	}
	w.set(at+"proj_in.bias", load, loadAt)
	w.set(at+"proj_in.bias", -load, loadAt+1)

	r := newRandom(2)
	for pair := range shapes * (shapes - 1) / 2 {
		for i := range codes {
			w.set(heard, 0.375*r.sign(), rateAt+pair, codeAt+i)
		}
	}
	for i, gain := range [senses]float64{2, 2, 1.5} {
		w.set(heard, gain, pushAt+shapes+i, senseAt+i)
		for k := range codes {
			w.set(heard, gain/24*r.sign(), pushAt+shapes+i, codeAt+k)
		}
	}
	for i := range deep {
		w.set(block+"attn2.to_out.0.weight", 1, i, i)
	}

	unit, pair := 0, 0
	for i := range shapes {
		for j := range i {
			designProduct(w, block, unit, pushAt+i, j, rateAt+pair, 1)
			designProduct(w, block, unit+2, pushAt+j, i, rateAt+pair, -1)
			unit, pair = unit+4, pair+1
		}
	}
	for c := range latents {
		w.set(at+"proj_out.weight", 1, deepPushAt+c, pushAt+c)
	}
}

// designProduct adds ±a·b to a number of the row by two units of the feed-forward
// network, as GELU(b) - GELU(-b) = b. They undo what the norm divides by.
func designProduct(w *weights, block string, unit, to, a, b int, sign float64) {
	const units = 4 * deep
	const others = 12 // is about the sum of the squares beside the load
	norm := math.Sqrt((2*load*load + others) / float64(deep))
	for k, half := range []float64{1, -1} {
		w.set(block+"ff.net.0.proj.weight", norm, unit+k, a)
		w.set(block+"ff.net.0.proj.weight", half*norm, units+unit+k, b)
		w.set(block+"ff.net.2.weight", half*sign, to, unit+k)
	}
}

// designNoise predicts the noise: the sample less what is coarse, and the push.
// Colours count little in the norm, since a strong push looks like noise at the
// border, where nothing is beside it, and would hide that of the shapes.
func designNoise(w *weights) {
	const shortcut = "up_blocks.3.resnets.1.conv_shortcut.weight"
	const group, part = 8, 0.25
	fine := math.Sqrt((shapes + (latents-shapes)*part*part) / group)
	norm := math.Sqrt((2*outLoad*outLoad + 1) / float64(group))
	bent := linear / (1 + exact.Exp(-linear)) // is what SiLU makes of it
	for c := range latents {
		share := 1.0
		if c >= shapes {
			share = part
		}
		w.set(shortcut, share, c, wide+c) // as conv_in left it
		w.set(shortcut, -share, c, c)
		w.set("conv_norm_out.bias", linear, c)
		w.set("conv_out.weight", fine/share, c, c, 1, 1)

		push := outPushAt + c
		w.set(shortcut, 1, push, push)
		w.set("conv_norm_out.weight", norm, push)
		w.set("conv_norm_out.bias", linear, push)
		w.set("conv_out.weight", -pushing, c, push, 1, 1)
		w.set("conv_out.bias", (pushing-fine/share)*bent, c)
	}
	w.set(shortcut, outLoad, outLoadAt, wide+steadyAt)
	w.set(shortcut, -outLoad, outLoadAt+1, wide+steadyAt)
}
