package diffusion

import (
	"image"

	"helium/inference/diffusion/schedule"
)

// colours are what each channel of latents adds to red, green and blue from -1
// to 1. They are fits of what an autoencoder makes, published with the programs
// that show previews.
type colours [][3]float64

// colours are those of the autoencoder that the model was taught with: one for
// versions 1 and 2, another one for Stable Diffusion XL. Those of the demo model are
// its design. There are none for others.
func (p *Pipeline) colours() colours {
	switch {
	case p.decoder.Latents == 6:
		return colours{
			{0.25, 0.25, 0.25},
			{0.15, 0.15, 0.15},
			{0.10, 0.10, 0.10},
			{-0.10, -0.05, 0.25},
			{0.25, -0.08, -0.10},
			{0.20, 0.20, 0.20},
		}
	case p.decoder.Latents != 4:
		return nil
	case p.unet.Added != "":
		return colours{
			{0.3920, 0.4054, 0.4549},
			{-0.2634, -0.0196, 0.0653},
			{0.0568, 0.1687, -0.0755},
			{-0.3112, -0.2359, -0.2076},
		}
	}
	return colours{
		{0.3512, 0.2297, 0.3227},
		{0.3250, 0.4974, 0.2350},
		{-0.2829, 0.1762, 0.2721},
		{-0.2120, -0.2616, -0.7177},
	}
}

// preview shows what an image is becoming, where it is asked for and the step is
// one of those. What a safety checker has yet to see is not shown.
func (p *Pipeline) preview(hooks Hooks, j *job, at Progress, state *schedule.State) {
	colours := p.colours()
	if hooks.Preview == nil || at.Step%max(hooks.PreviewEvery, 1) != 0 || colours == nil || j.checker != nil {
		return
	}
	hooks.Preview(at, colours.of(state.Clean(), int(j.width), int(j.height)))
}

// of makes a pixel of each of the latents' points.
func (c colours) of(latents []float32, width, height int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	n := width * height
	for i := range n {
		for colour := range 3 {
			var v float64
			for channel, adds := range c {
				v += float64(adds[colour] * float64(latents[channel*n+i]))
			}
			img.Pix[4*i+colour] = eightBits(v)
		}
		img.Pix[4*i+3] = 255
	}
	return img
}
