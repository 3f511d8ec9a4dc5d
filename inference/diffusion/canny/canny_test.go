package canny_test

import (
	"fmt"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"helium/inference/diffusion/canny"
)

func read(t *testing.T, path string) *image.RGBA {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewRGBA(img.Bounds())
	draw.Draw(out, out.Rect, img, image.Point{}, draw.Src)
	return out
}

// The edges were drawn by OpenCV 4.6, see testdata/make.py of package resample.
func TestEdgesAreThoseOfOpenCV(t *testing.T) {
	img := read(t, "testdata/image.png")
	files, err := filepath.Glob("testdata/edges-*.png")
	if err != nil || len(files) != 5 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		var low, high int
		if _, err := fmt.Sscanf(filepath.Base(path), "edges-%dx%d.png", &low, &high); err != nil {
			t.Fatal(err)
		}
		want, got := read(t, path), canny.Edges(img, low, high)
		edges, differ := 0, 0
		for i, v := range want.Pix {
			if i%4 == 0 && v == 255 {
				edges++
			}
			if got.Pix[i] != v {
				differ++
			}
		}
		if edges == 0 || got.Rect != want.Rect || differ > 0 {
			t.Errorf("%s: %d numbers differ, %d points are edges", path, differ, edges)
		}
	}
}

func TestEdgesByHand(t *testing.T) {
	// A white half: the gradient is 4·255 on both sides of the border, and of two
	// equal points the first is the edge.
	img := image.NewRGBA(image.Rect(0, 0, 6, 3))
	draw.Draw(img, img.Rect, image.Black, image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(3, 0, 6, 3), image.White, image.Point{}, draw.Src)
	for high, columns := range map[int]string{1019: "001000", 1020: "000000"} {
		out := canny.Edges(img, 0, high)
		for i := range 18 {
			want := (columns[i%6] - '0') * 255
			if got := out.Pix[4*i : 4*i+4]; got[0] != want || got[1] != want || got[2] != want || got[3] != 255 {
				t.Errorf("high %d, point %d: %v, want %d", high, i, got, want)
			}
		}
	}
	if one := canny.Edges(image.NewRGBA(image.Rect(0, 0, 1, 1)), 100, 200); one.Pix[0] != 0 {
		t.Error("a single point is an edge")
	}
}
