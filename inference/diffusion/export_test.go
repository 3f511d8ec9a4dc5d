package diffusion

import "image"

// EightBits is a decoder's number as a pixel's.
func EightBits(v float64) uint8 { return eightBits(v) }

// PixelsOf makes an image of a decoder's numbers.
var PixelsOf = pixelsOf

// Picture is the image that a ControlNet is given.
var Picture = picture

// Coarse brings an image to the sides that preprocessors work with.
var Coarse = coarse

// ParseExtractor reads how images are brought to what a safety checker looks at.
func ParseExtractor(raw []byte, side int64) (mean, deviation [3]float64, err error) {
	e, err := parseExtractor(raw, side)
	return e.Mean, e.Std, err
}

// Preview is the preview of latents by a pipeline's colours.
func (p *Pipeline) Preview(latents []float32, width, height int) *image.RGBA {
	return p.colours().of(latents, width, height)
}
