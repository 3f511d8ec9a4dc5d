package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
	"helium/inference/imagehash"
)

// ImagesOptions say what is compared. Program with Args is how a painter is
// started.
type ImagesOptions struct {
	Program string
	Args    []string
	Package ggml.Package
	// Variants are builds of the library for processors; none is all that run here.
	Variants []string
	Images   int // of every way
	Side     int // pixels
	Steps    int
	// Match and Slash are the network's distances: below the one images match, from
	// the other on a node loses its stake.
	Match, Slash int
	Into         string // folder that the images are left in; "" is none
	// OnWay, which may be nil, is told of every way that is done.
	OnWay func(name string, done, total int)
}

// way is how images were made, and they.
type way struct {
	variant string
	number  checkpoint.TensorType
	images  []*image.RGBA
	hashes  []imagehash.Hash
}

func (w *way) name() string { return w.variant + " " + numberName(w.number) }

// RunImages makes the same images in many ways and compares them.
func RunImages(ctx context.Context, o ImagesOptions) (*ImagesReport, error) {
	r, err := runImages(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("compare images: %w", err)
	}
	return r, nil
}

func runImages(ctx context.Context, o ImagesOptions) (*ImagesReport, error) {
	if o.Images < 1 || o.Images > 1000 || o.Steps < 1 {
		return nil, fmt.Errorf("%d images of %d steps, want 1 to 1000 of at least one", o.Images, o.Steps)
	}
	if _, err := imageTask(0, o.Side, o.Steps); err != nil {
		return nil, err
	}
	if len(o.Variants) == 0 {
		var err error
		if o.Variants, err = o.Package.Variants(); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := WriteModel(filepath.Join(dir, "model")); err != nil {
		return nil, err
	}
	into := o.Into
	if into == "" {
		into = dir
	}

	var ways []*way
	for _, number := range []checkpoint.TensorType{checkpoint.F32, checkpoint.F16} {
		for _, variant := range o.Variants {
			w := &way{variant: variant, number: number}
			if err := w.paint(ctx, o, filepath.Join(dir, "model"), into); err != nil {
				return nil, fmt.Errorf("%s: %w", w.name(), err)
			}
			ways = append(ways, w)
			if o.OnWay != nil {
				o.OnWay(w.name(), len(ways), 2*len(o.Variants))
			}
		}
	}
	return o.report(ways), nil
}

// paint has a painter make the images, and reads them.
func (w *way) paint(ctx context.Context, o ImagesOptions, model, into string) error {
	raw, err := json.Marshal(order{
		Package: o.Package, Variant: w.variant, Number: w.number, Model: model, Into: into, Images: o.Images, Side: o.Side, Steps: o.Steps,
	})
	if err != nil {
		return err
	}
	var out, words bytes.Buffer
	cmd := exec.CommandContext(ctx, o.Program, o.Args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(raw), &out, &words
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%w: %.2000s", err, strings.TrimSpace(words.String()))
	}

	lines := json.NewDecoder(&out)
	for {
		var p painted
		err := lines.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p.File)
		if err != nil {
			return err
		}
		img, err := imagehash.ReadPNG(data)
		if err != nil {
			return err
		}
		w.images, w.hashes = append(w.images, img), append(w.hashes, imagehash.Of(img))
	}
	if len(w.images) != o.Images {
		return fmt.Errorf("%d images were made, want %d", len(w.images), o.Images)
	}
	return nil
}

func (o ImagesOptions) report(ways []*way) *ImagesReport {
	r := &ImagesReport{
		Library: ggml.Version, Variants: o.Variants, Images: o.Images, Side: o.Side, Steps: o.Steps, Match: o.Match, Slash: o.Slash,
		Deviation: deviation(ways[0].images),
	}
	half := len(ways) / 2
	for _, group := range []struct {
		what string
		ways []*way
	}{{"two builds, F32", ways[:half]}, {"two builds, F16", ways[half:]}} {
		c := Comparison{What: group.what}
		for i, a := range group.ways {
			for _, b := range group.ways[:i] {
				c.addAll(a, b)
			}
		}
		r.Comparisons = append(r.Comparisons, c)
	}

	numbers := Comparison{What: "F32 and F16 of one build"}
	for i := range half {
		numbers.addAll(ways[i], ways[half+i])
	}
	others := Comparison{What: "two prompts"}
	for i := range ways[0].images {
		for k := range i {
			others.add(ways[0], ways[0], i, k)
		}
	}
	r.Comparisons = append(r.Comparisons, numbers, others)
	return r
}

// addAll compares the images that two ways made of the same tasks.
func (c *Comparison) addAll(a, b *way) {
	for i := range a.images {
		c.add(a, b, i, i)
	}
}

func (c *Comparison) add(a, b *way, i, k int) {
	largest := 0
	for at, v := range a.images[i].Pix {
		d := int(v) - int(b.images[k].Pix[at])
		largest = max(largest, d, -d)
	}
	c.Pairs++
	if largest == 0 {
		c.Equal++
	}
	c.PixelDifference = max(c.PixelDifference, largest)
	c.Distances[imagehash.Distance(a.hashes[i], b.hashes[k])]++
}
