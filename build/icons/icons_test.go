package icons

import (
	"bytes"
	"image/png"
	"testing"
)

func TestEveryShapeHasItsOwnPicture(t *testing.T) {
	seen := map[string]string{}
	for _, shape := range []string{"idle", "running", "working", "paused", "blocked"} {
		b, err := Tray(shape)
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", shape, err)
		}
		// A tray knows a state by its shape: compare what is drawn, not its colour.
		var alpha []byte
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				_, _, _, a := img.At(x, y).RGBA()
				alpha = append(alpha, byte(a>>8))
			}
		}
		if other, ok := seen[string(alpha)]; ok {
			t.Errorf("%s has the shape of %s", shape, other)
		}
		seen[string(alpha)] = shape
	}
	if _, err := Tray("../icons"); err == nil {
		t.Error("a shape that does not exist must be an error")
	}
}
