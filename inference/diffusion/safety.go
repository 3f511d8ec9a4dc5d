package diffusion

import (
	"context"
	"encoding/json"
	"fmt"
	"image"
	"math"

	"helium/inference/diffusion/network"
	"helium/inference/diffusion/resample"
	"helium/inference/task"
)

// checker is a model's safety checker.
type checker struct {
	network  *network.SafetyChecker
	concepts *network.Concepts
	colours  extractor
}

// Names of the folder's parts that check images.
const (
	checkerPart   = "safety_checker"
	extractorPart = "feature_extractor"
)

// extractor is how an image is brought to what the checker looks at: its middle
// square, in colours around 0.
type extractor struct {
	Mean [3]float64 `json:"image_mean"`
	Std  [3]float64 `json:"image_std"`
}

// safetyChecker is the base model's, opened when a task first asks for it; nil if
// the model has none, as the newer ones.
func (p *Pipeline) safetyChecker() (*checker, error) {
	if p.checker != nil || p.folders == nil {
		return p.checker, nil
	}
	c, err := p.openChecker()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", checkerPart, err)
	}
	p.checker = c
	return c, nil
}

func (p *Pipeline) openChecker() (*checker, error) {
	base := p.layouts[task.RoleBase]
	if !base.has(checkerPart) {
		return nil, nil
	}
	raw, err := base.config(checkerPart)
	if err != nil {
		return nil, err
	}
	c := new(checker)
	if c.network, err = network.ParseSafetyChecker(raw); err != nil {
		return nil, err
	}
	if raw, err = base.config(extractorPart); err != nil {
		return nil, err
	}
	if c.colours, err = parseExtractor(raw, c.network.Config.Side); err != nil {
		return nil, fmt.Errorf("%s: %w", extractorPart, err)
	}
	if err := p.openNetwork(base, checkerPart, checkerPart, c.network); err != nil {
		return nil, err
	}
	if c.concepts, err = p.folders[checkerPart].Concepts(); err != nil {
		p.folders[checkerPart].Close()
		delete(p.folders, checkerPart)
		return nil, err
	}
	return c, nil
}

// parseExtractor reads a preprocessor_config.json of CLIP for images of a side.
func parseExtractor(raw []byte, side int64) (extractor, error) {
	config := struct {
		extractor
		Size      sideOf  `json:"size"`
		Crop      sideOf  `json:"crop_size"`
		Resample  int     `json:"resample"`
		Resize    bool    `json:"do_resize"`
		Cut       bool    `json:"do_center_crop"`
		Rescale   bool    `json:"do_rescale"`
		Factor    float64 `json:"rescale_factor"`
		Normalize bool    `json:"do_normalize"`
	}{
		extractor: extractor{[3]float64{0.48145466, 0.4578275, 0.40821073}, [3]float64{0.26862954, 0.26130258, 0.27577711}},
		Size:      224, Crop: 224, Resample: 3, Resize: true, Cut: true, Rescale: true, Factor: 1.0 / 255, Normalize: true,
	}
	if err := json.Unmarshal(raw, &config); err != nil {
		return extractor{}, fmt.Errorf("read preprocessor_config.json: %w", err)
	}
	const bicubic = 3 // Pillow's number for it
	if !config.Resize || !config.Cut || !config.Rescale || !config.Normalize || config.Resample != bicubic || math.Abs(config.Factor*255-1) > 1e-6 {
		return extractor{}, fmt.Errorf("%w: preprocessor_config.json leaves out a step of CLIP's, or has another", ErrUnsupported)
	}
	if int64(config.Size) != side || int64(config.Crop) != side {
		return extractor{}, fmt.Errorf("it makes images of %d and cuts %d out, and the safety checker looks at %d", config.Size, config.Crop, side)
	}
	for i, std := range config.Std {
		if !(std > 1e-6 && math.Abs(config.Mean[i]) <= 1 && std <= 1) {
			return extractor{}, fmt.Errorf("preprocessor_config.json has the means %v and deviations %v", config.Mean, config.Std)
		}
	}
	return config.extractor, nil
}

// sideOf is a size that is written as a number, or as the shortest edge, or as
// two equal sides.
type sideOf int64

// UnmarshalJSON reads any of the three.
func (s *sideOf) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, (*int64)(s)) == nil {
		return nil
	}
	var object struct {
		Shortest int64 `json:"shortest_edge"`
		Width    int64 `json:"width"`
		Height   int64 `json:"height"`
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	if object.Width != object.Height {
		return fmt.Errorf("a size of %d×%d, want a square", object.Width, object.Height)
	}
	*s = sideOf(max(object.Shortest, object.Width))
	return nil
}

// of are the numbers of an image's middle square, a channel after the other.
func (e extractor) of(img *image.RGBA, side int) []float32 {
	size := img.Bounds().Size()
	short := min(size.X, size.Y)
	width, height := side*size.X/short, side*size.Y/short
	img = resample.Resize(img, width, height, resample.Bicubic)
	left, top := (width-side)/2, (height-side)/2
	out := make([]float32, 3*side*side)
	for c := range 3 {
		for y := range side {
			for x := range side {
				v := float64(img.Pix[(top+y)*img.Stride+4*(left+x)+c]) / 255
				out[(c*side+y)*side+x] = float32((v - e.Mean[c]) / e.Std[c])
			}
		}
	}
	return out
}

// flagged says of every image whether the checker finds in it what it looks for.
func (p *Pipeline) flagged(ctx context.Context, j *job, images []*image.RGBA) ([]bool, error) {
	c := j.checker
	var all []bool
	err := p.with(ctx, j, part{checkerPart, c.network}, func(run *network.Run) error {
		for i, img := range images {
			if err := alive(ctx); err != nil {
				return err
			}
			in := map[string][]float32{"image": c.colours.of(img, int(c.network.Config.Side))}
			out, err := run.Do(ctx, in, nil)
			if err != nil {
				return failed(ctx, fmt.Errorf("check image %d: %w", i, err))
			}
			flagged, err := c.concepts.Flagged(out["embedding"])
			if err != nil {
				return failed(ctx, fmt.Errorf("check image %d: %w", i, err))
			}
			all = append(all, flagged)
		}
		return nil
	})
	return all, err
}

// blacken takes everything off an image.
func blacken(img *image.RGBA) {
	for i := range img.Pix {
		img.Pix[i] = 0
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
}
