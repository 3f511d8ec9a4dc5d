package diffusion

import (
	"context"
	"image"

	"helium/inference/diffusion/network"
	"helium/inference/ggml"
	"helium/inference/task"
)

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

// Failed gives an error of a part its code.
func Failed(err error) error { return failed(context.Background(), err) }

// Preview is the preview of latents by a pipeline's colours.
func (p *Pipeline) Preview(latents []float32, width, height int) *image.RGBA {
	return p.colours().of(latents, width, height)
}

// PlanDecoder plans a decoder for latents of a size.
func PlanDecoder(c *ggml.Compute, d *network.Decoder, opts Options, width, height int64) (PartMemory, error) {
	j := &job{task: &task.SD{}, tile: tileSide, width: width, height: height}
	m, err := network.Plan(c, d, opts.Network, j.size(decoderPart))
	return PartMemory{Part: decoderPart, Tiles: j.tiles(decoderPart), Memory: m}, err
}

// Tile makes the tiles of a pipeline smaller.
func (p *Pipeline) Tile(side int64) { p.tile = side }

// Starts is where tiles of a side begin, and Parts what each counts in its points.
func Starts(length, tile int64) []int64    { return newAxis(length, tile).starts }
func Parts(length, tile int64) [][]float64 { return newAxis(length, tile).weights() }

// Mix takes tiles out of an image and puts them together again.
func Mix(values []float32, width, height, tile int64) []float32 {
	j := &job{width: width, height: height, tile: tile}
	size := j.decoderSize()
	across, down := newAxis(width, size.Width), newAxis(height, size.Height)
	m := newMixed(across, down, int64(len(values))/(width*height))
	for row, top := range down.starts {
		for column, left := range across.starts {
			m.add(cut(values, width, height, left, top, size), column, row)
		}
	}
	return m.image()
}
