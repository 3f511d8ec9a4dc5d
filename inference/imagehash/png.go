package imagehash

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
)

// MaxSide is the most pixels that an image has in either direction. A bound for
// all pixels alone would let a column of them take 64 times their memory.
const MaxSide = 2048

var errNotRGB = errors.New("read image: its pixels are not plain red, green and blue with 8 bits each, as those of nodes are")

// ReadPNG reads an image as nodes give it: PNG, red, green and blue with 8 bits
// each. It refuses all others, and before it takes memory for the pixels those
// that are too large.
func ReadPNG(data []byte) (*image.RGBA, error) {
	header, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	if header.Width > MaxSide || header.Height > MaxSide {
		return nil, fmt.Errorf("read image: it has %d×%d pixels, more than %d×%d", header.Width, header.Height, MaxSide, MaxSide)
	}
	if header.ColorModel != color.RGBAModel {
		return nil, errNotRGB
	}

	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("read image: %w", err)
	}
	opaque, ok := img.(*image.RGBA)
	if !ok { // one colour is marked as transparent
		return nil, errNotRGB
	}
	return opaque, nil
}
