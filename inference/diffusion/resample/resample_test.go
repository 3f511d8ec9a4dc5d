package resample_test

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"helium/inference/diffusion/resample"
)

func read(t *testing.T, name string) *image.RGBA {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.RGBA)
}

// The images were made by Pillow 9.4 and OpenCV 4.6, see testdata/make.py.
func TestImagesAreThoseOfPillowAndOpenCV(t *testing.T) {
	img := read(t, "image.png")
	filters := map[string]resample.Filter{
		"lanczos": resample.Lanczos, "bicubic": resample.Bicubic, "lanczos4": resample.Lanczos4, "area": resample.Area,
	}
	seen := map[string]int{}
	files, err := filepath.Glob("testdata/*-*.png")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		name := filepath.Base(path)
		filter, size, _ := strings.Cut(strings.TrimSuffix(name, ".png"), "-")
		var width, height int
		if _, err := fmt.Sscanf(size, "%dx%d", &width, &height); err != nil {
			t.Fatal(name, err)
		}
		want := read(t, name)
		got := resample.Resize(img, width, height, filters[filter])
		if got.Rect != want.Rect {
			t.Fatalf("%s: an image of %v", name, got.Rect)
		}
		differ, worst := 0, 0
		for i, v := range got.Pix {
			if d := max(int(v)-int(want.Pix[i]), int(want.Pix[i])-int(v)); d > 0 {
				differ++
				worst = max(worst, d)
			}
		}
		t.Logf("%s: %d of %d numbers differ, by %d at most", name, differ, len(got.Pix), worst)
		if allowed := map[string]int{"area": 1}[filter]; worst > allowed {
			t.Errorf("%s: %d numbers differ, by %d at most", name, differ, worst)
		}
		seen[filter]++
	}
	if len(seen) != len(filters) {
		t.Errorf("only %v were compared", seen)
	}
}

func TestOneColourStaysAndEverySizeIsMade(t *testing.T) {
	rng := rand.New(rand.NewPCG(20261126, 1))
	filters := []resample.Filter{resample.Lanczos, resample.Bicubic, resample.Lanczos4, resample.Area}
	sizes := []int{1, 2, 3, 7, 64, 301}
	for range 200 {
		pick := func() int { return sizes[rng.IntN(len(sizes))] }
		from, to := image.Rect(0, 0, pick(), pick()), image.Rect(0, 0, pick(), pick())
		img := image.NewRGBA(from)
		want := color.RGBA{uint8(rng.IntN(256)), uint8(rng.IntN(256)), 255, 255}
		for i := 0; i < len(img.Pix); i += 4 {
			copy(img.Pix[i:], []byte{want.R, want.G, want.B, 255})
		}
		for _, f := range filters {
			got := resample.Resize(img, to.Dx(), to.Dy(), f)
			for i := 0; i < len(got.Pix); i += 4 {
				at := color.RGBA{got.Pix[i], got.Pix[i+1], got.Pix[i+2], got.Pix[i+3]}
				if got.Rect != to || at != want {
					t.Fatalf("filter %d, %v to %v: %v, want %v", f, from, to, at, want)
				}
			}
		}
	}
}
