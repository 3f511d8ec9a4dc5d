package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/png"
	"io"

	"helium/inference/imagehash"
)

// SDResponse is the answer to a Stable Diffusion task: its images as PNG files,
// in order. Unlike a GPT response its bytes are not consensus; the hashes of the
// images are.
type SDResponse struct {
	Images [][]byte `json:"images"` // in base64
}

// MaxSDResponseBytes bounds a response: as many pixels as a task may ask for, of
// three bytes that no compression makes less, in base64, and room for what made
// the images.
const MaxSDResponseBytes = 44 << 20

// Bytes is the response as JSON.
func (r *SDResponse) Bytes() []byte {
	data, err := json.Marshal(r)
	if err != nil {
		panic(err) // lists of bytes have an encoding
	}
	return data
}

// ParseSDResponse reads what a node answered to a task, and compares the number
// of images and, by the files' headers, their sizes with those asked for. It
// doesn't look at the pixels: Hashes does.
func ParseSDResponse(data []byte, s *SD) (*SDResponse, error) {
	if len(data) > MaxSDResponseBytes {
		return nil, fmt.Errorf("the response has %d bytes, more than %d", len(data), MaxSDResponseBytes)
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	var r SDResponse
	if err := dec.Decode(&r); err != nil {
		return nil, fmt.Errorf("the response is not one of images: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("the response has data after its end")
	}
	if len(r.Images) != s.Config.Images {
		return nil, fmt.Errorf("the response has %d images, and the task asks for %d", len(r.Images), s.Config.Images)
	}
	for i, file := range r.Images {
		size, err := png.DecodeConfig(bytes.NewReader(file))
		if err != nil {
			return nil, fmt.Errorf("image %d of the response is no PNG file: %w", i, err)
		}
		if size.Width != s.Config.Width || size.Height != s.Config.Height {
			return nil, fmt.Errorf("image %d of the response is %d×%d, and the task asks for %d×%d", i, size.Width, size.Height, s.Config.Width, s.Config.Height)
		}
	}
	return &r, nil
}

// Hashes are those of the images, as the network compares them.
func (r *SDResponse) Hashes() ([]imagehash.Hash, error) {
	hashes := make([]imagehash.Hash, len(r.Images))
	for i, file := range r.Images {
		img, err := imagehash.ReadPNG(file)
		if err != nil {
			return nil, fmt.Errorf("image %d of the response: %w", i, err)
		}
		hashes[i] = imagehash.Of(img)
	}
	return hashes, nil
}
