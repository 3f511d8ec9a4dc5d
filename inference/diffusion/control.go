package diffusion

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg" // the two kinds of files that a task may hold
	_ "image/png"
	"maps"
	"math"
	"slices"

	"helium/inference/diffusion/canny"
	"helium/inference/diffusion/network"
	"helium/inference/diffusion/resample"
	"helium/inference/gpt"
	"helium/inference/task"
)

// controlPart is the folder of a ControlNet in the plan and in errors.
const controlPart = "controlnet"

// cannyMethod is the preprocessing that is done here. Each of the others is a
// network of its own.
const cannyMethod = "canny"

// checkControl refuses what of a ControlNet is not done here, or cannot be read.
func checkControl(c *task.ControlNet) error {
	if c == nil {
		return nil
	}
	if p := c.Preprocess; p != nil && p.Method != cannyMethod {
		return fail(gpt.CodeCannotRun, "controlnet.preprocess.method: %w: %.40q; send the ready-made map without preprocess", ErrUnsupported, p.Method)
	}
	_, err := picture(c)
	return err
}

// picture is the image of a ControlNet without its transparency, as it is where
// Pillow converts one to red, green and blue.
func picture(c *task.ControlNet) (*image.RGBA, error) {
	const field = "controlnet.image_dataurl"
	file, err := c.Picture()
	if err != nil {
		return nil, fail(gpt.CodeInvalidArguments, "%s %w", field, err)
	}
	// Every scan of a JPEG may go over the whole image again, for a few bytes each.
	// Cameras and programs write about ten.
	const scans = 64
	if bytes.HasPrefix(file, []byte{0xff, 0xd8}) && bytes.Count(file, []byte{0xff, 0xda}) > scans {
		return nil, fail(gpt.CodeInvalidArguments, "%s holds an image of more than %d scans", field, scans)
	}
	decoded, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fail(gpt.CodeInvalidArguments, "%s holds no image that can be read: %w", field, err)
	}

	// A longer one would take gigabytes on the way to other sizes.
	const longest = 8
	size := decoded.Bounds().Size()
	if short, long := min(size.X, size.Y), max(size.X, size.Y); short < 1 || long > longest*short {
		return nil, fail(gpt.CodeInvalidArguments, "%s holds an image of %d×%d, want a longer side of at most %d times the other", field, size.X, size.Y, longest)
	}
	return opaque(decoded), nil
}

// opaque drops transparency and what a colour has beyond 8 bits.
func opaque(img image.Image) *image.RGBA {
	bounds := img.Bounds()
	out := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), bounds.Dy()))
	at := func(x, y int) (r, g, b uint32) { // in 16 bits
		r, g, b, _ = img.At(x, y).RGBA()
		return r, g, b
	}
	switch img := img.(type) { // the kinds that may be transparent
	case *image.NRGBA:
		at = func(x, y int) (r, g, b uint32) {
			c := img.NRGBAAt(x, y)
			return uint32(c.R) << 8, uint32(c.G) << 8, uint32(c.B) << 8
		}
	case *image.NRGBA64:
		at = func(x, y int) (r, g, b uint32) {
			c := img.NRGBA64At(x, y)
			return uint32(c.R), uint32(c.G), uint32(c.B)
		}
	case *image.Paletted:
		at = func(x, y int) (r, g, b uint32) {
			if c, ok := img.At(x, y).(color.NRGBA); ok {
				return uint32(c.R) << 8, uint32(c.G) << 8, uint32(c.B) << 8
			}
			r, g, b, _ = img.At(x, y).RGBA()
			return r, g, b
		}
	}
	for y := range bounds.Dy() {
		for x := range bounds.Dx() {
			r, g, b := at(bounds.Min.X+x, bounds.Min.Y+y)
			copy(out.Pix[y*out.Stride+4*x:], []byte{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8), 255})
		}
	}
	return out
}

// controlMap is what a ControlNet looks at, in the size of the task's images.
func controlMap(t *task.SD) (*image.RGBA, error) {
	img, err := picture(t.ControlNet)
	if err != nil {
		return nil, err
	}
	width, height := t.Config.Width, t.Config.Height
	if p := t.ControlNet.Preprocess; p != nil {
		settings, size := p.Settings(), img.Bounds().Size()
		img = coarse(img, min(size.X, size.Y))
		img = canny.Edges(img, settings.LowThreshold, settings.HighThreshold)
		img = coarse(img, min(width, height))
	}
	return resample.Resize(img, width, height, resample.Lanczos), nil
}

// coarse brings an image to sides of a multiple of 64, of which the shorter is
// about as long as is said, as the preprocessors of controlnet-aux do. Theirs fail
// on images that this makes 64 long.
func coarse(img *image.RGBA, shorter int) *image.RGBA {
	const step = 64
	size := img.Bounds().Size()
	scale := float64(shorter) / float64(min(size.X, size.Y))
	side := func(n int) int {
		return max(int(math.RoundToEven(float64(float64(n)*scale)/step)), 1) * step
	}
	filter := resample.Area
	if scale > 1 {
		filter = resample.Lanczos4
	}
	return resample.Resize(img, side(size.X), side(size.Y), filter)
}

// channels are an image's numbers from 0 to 1, a channel after the other.
func channels(img *image.RGBA) []float32 {
	n := img.Rect.Dx() * img.Rect.Dy()
	out := make([]float32, 3*n)
	for i := range n {
		for c := range 3 {
			out[c*n+i] = float32(float64(img.Pix[4*i+c]) / 255)
		}
	}
	return out
}

// openControl reads the ControlNet that tasks name, and compares it with the base
// model before its weights are looked at.
func (p *Pipeline) openControl() error {
	l, ok := p.layouts[task.RoleControlNet]
	if !ok {
		return nil
	}
	raw, err := l.config(controlPart)
	if err != nil {
		return err
	}
	if p.control, err = network.ParseControlNet(raw); err != nil {
		return err
	}
	if err := p.fitControl(); err != nil {
		return err
	}
	return p.openNetwork(l, controlPart, controlPart, p.control)
}

func (p *Pipeline) fitControl() error {
	own, unet := p.control.UNetConfig, p.unet.UNetConfig
	factor, shrinks := int64(1)<<(len(p.decoder.Channels)-1), int64(1)<<(len(own.HintWidths)-1)
	kind := func(added string) string {
		if added == "" {
			return "text alone"
		}
		return "text and sizes"
	}
	switch {
	case own.Context != unet.Context:
		return fmt.Errorf("it wants text of %d numbers, and the base model makes %d: it belongs to another kind of model", own.Context, unet.Context)
	case own.Added != unet.Added:
		return fmt.Errorf("it wants %s, and the base model takes %s", kind(own.Added), kind(unet.Added))
	case own.AddedWidth != unet.AddedWidth && own.Added != "":
		return fmt.Errorf("it wants %d numbers beside the text, and the base model takes %d", own.AddedWidth, unet.AddedWidth)
	case own.InChannels != unet.InChannels:
		return fmt.Errorf("it takes latents of %d channels, and the base model %d", own.InChannels, unet.InChannels)
	case !slices.Equal(own.Channels, unet.Channels):
		return fmt.Errorf("it has blocks of %d channels, and the base model of %d", own.Channels, unet.Channels)
	case !slices.Equal(own.Layers, unet.Layers):
		return fmt.Errorf("it has blocks of %d layers, and the base model of %d", own.Layers, unet.Layers)
	case shrinks != factor:
		return fmt.Errorf("it makes an image smaller by %d, and the base model's vae by %d", shrinks, factor)
	case own.HintChannels != 3:
		return fmt.Errorf("%w: it looks at images of %d channels, want 3", ErrUnsupported, own.HintChannels)
	case own.GuidanceWidth > 0:
		return fmt.Errorf("%w: it was taught its guidance", ErrUnsupported)
	}
	return nil
}

// controls are a ControlNet's inputs for the UNet whose other inputs are in. The
// task's weight says how much of them it gets.
func (p *Pipeline) controls(ctx context.Context, j *job, run *network.Run, in map[string][]float32) (map[string][]float32, error) {
	in = maps.Clone(in)
	delete(in, "guidance") // of a UNet that was taught it
	in["hint"] = slices.Repeat(j.hint, len(j.texts))
	out, err := run.Do(ctx, in, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", controlPart, err)
	}
	for _, values := range out {
		for i, v := range values {
			values[i] = float32(float64(float64(v)*float64(j.task.ControlNet.Weight)) / 100)
		}
	}
	return out, nil
}
