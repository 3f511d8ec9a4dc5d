package task

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"strings"
)

// What this network runs of what the format allows. The format has no limits of
// its own here; without any, a task would not be paid for by its units.
const (
	minSide          = 64
	maxSide          = 2048
	sideStep         = 8 // a latent pixel
	maxPixels        = 1536 * 1536
	maxAllPixels     = 10 << 20 // of all images: ten of 1024×1024, which a relay still carries
	maxPrompt        = 8 << 10  // bytes; a longer one makes every step longer
	maxPicture       = 5 << 20  // bytes, of which an envelope holds 7 MB in base64
	maxPicturePixels = 2048 * 2048
)

// Refusals names what the format allows and this network does not run. A task
// that has any is as wrong as one that ParseSD refuses; it depends on the
// document's bytes alone.
func (s *SD) Refusals() []*FieldError {
	var list []*FieldError
	refuse := func(field, problem, hint string) { list = append(list, &FieldError{field, problem, hint}) }

	c := s.Config
	for _, side := range []struct {
		field  string
		pixels int
	}{{"task_config.image_width", c.Width}, {"task_config.image_height", c.Height}} {
		if side.pixels < minSide || side.pixels > maxSide || side.pixels%sideStep != 0 {
			refuse(side.field, fmt.Sprintf("is %d, which this network does not run", side.pixels),
				fmt.Sprintf("use %d to %d in steps of %d", minSide, maxSide, sideStep))
		}
	}
	if len(list) == 0 && c.Width*c.Height > maxPixels {
		refuse("task_config", fmt.Sprintf("asks for images of %d×%d, more than this network runs", c.Width, c.Height),
			fmt.Sprintf("ask for at most %d pixels, as 1536×1536 has", maxPixels))
	}
	if len(list) == 0 && c.Width*c.Height*c.Images > maxAllPixels {
		refuse("task_config.num_images", fmt.Sprintf("is %d, and that many of %d×%d are more than this network runs at once", c.Images, c.Width, c.Height),
			fmt.Sprintf("ask for at most %d of this size", maxAllPixels/(c.Width*c.Height)))
	}
	for _, text := range []struct{ field, text string }{{"prompt", s.Prompt}, {"negative_prompt", s.NegativePrompt}} {
		if len(text.text) > maxPrompt {
			refuse(text.field, fmt.Sprintf("has %d bytes, more than this network runs", len(text.text)), fmt.Sprintf("use at most %d", maxPrompt))
		}
	}
	if s.ControlNet != nil {
		if _, err := s.ControlNet.Picture(); err != nil {
			refuse("controlnet.image_dataurl", err.Error(), "use data:image/png;base64, or data:image/jpeg;base64, and the file")
		}
	}
	return list
}

// Picture is the file that image_dataurl holds, PNG or JPEG. Its header was read,
// and says that it has a size which this network runs.
func (c *ControlNet) Picture() ([]byte, error) {
	if c.DataURL == "" {
		return nil, errors.New("holds no image, and a ControlNet needs one")
	}
	head, body, _ := strings.Cut(c.DataURL, ",")
	var decode func(data []byte) (image.Config, error)
	switch head {
	case "data:image/png;base64":
		decode = func(data []byte) (image.Config, error) { return png.DecodeConfig(bytes.NewReader(data)) }
	case "data:image/jpeg;base64":
		decode = func(data []byte) (image.Config, error) { return jpeg.DecodeConfig(bytes.NewReader(data)) }
	default:
		return nil, errors.New("is not the data URL of an image")
	}
	if len(body) > base64.StdEncoding.EncodedLen(maxPicture) {
		return nil, fmt.Errorf("holds an image of more than %d MB", maxPicture>>20)
	}
	data, err := base64.StdEncoding.DecodeString(body)
	if err != nil || strings.ContainsAny(body, "\r\n") { // the decoder skips line ends
		return nil, errors.New("is not base64 after the comma")
	}

	size, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("holds no image that can be read (%w)", err)
	}
	if int64(size.Width)*int64(size.Height) > maxPicturePixels {
		return nil, fmt.Errorf("holds an image of %d×%d, more than %d pixels", size.Width, size.Height, maxPicturePixels)
	}
	return data, nil
}

// A unit of Stable Diffusion work is one image of so many pixels and steps.
const (
	pixelsPerUnit = 512 * 512
	stepsPerUnit  = 25
)

// SDUnitsRoundedUp is the work of a task, for its price: the pixels of all its
// images times their steps, in units, at least 1. A refiner's steps count as the
// base model's do.
func SDUnitsRoundedUp(s *SD) uint32 {
	const unit = pixelsPerUnit * stepsPerUnit * 100
	side := func(pixels int) uint64 { return uint64(min(max(pixels, 1), 1<<16)) } // others do not run
	work := side(s.Config.Width) * side(s.Config.Height) * uint64(s.Config.Images) * percentSteps(s)
	return uint32((work + unit - 1) / unit)
}

// refinedAnew is the percent of its steps that a refiner takes over a finished
// image.
const refinedAnew = 30

// percentSteps are the steps of one image, in hundredths: base model and refiner
// share the denoising, but with a ControlNet the refiner goes over what the base
// model has finished.
func percentSteps(s *SD) uint64 {
	base := uint64(s.Config.Steps)
	if s.Refiner == nil {
		return 100 * base
	}
	refined, cutoff := uint64(s.Refiner.Steps), uint64(s.Refiner.Cutoff)
	if s.ControlNet != nil {
		return 100*base + refinedAnew*refined
	}
	return base*cutoff + refined*(100-cutoff)
}

// DemoImages is the name of the model that the program makes itself.
const DemoImages = "helium/demo-images"

// SDMinVRAMGB is the least memory of a card that the network draws for a task, as
// Helium's bridge asks: 8 for Stable Diffusion 1.5, whoever hosts the copy, and
// 10 for others. The demo model runs anywhere.
func SDMinVRAMGB(s *SD) uint16 {
	name := strings.ToLower(s.BaseModel.Name)
	switch {
	case name == DemoImages:
		return 1
	case strings.HasSuffix(name, "/stable-diffusion-v1-5"):
		return 8
	}
	return 10
}
