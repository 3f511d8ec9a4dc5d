package task

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"helium/inference/imagehash"
)

// picture is a PNG file of a slope.
func picture(t testing.TB, width, height int, slope int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * slope / 64)
		if i%4 == 3 {
			img.Pix[i] = 255
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func twoOf64() *SD { return images(2, size(64, 64)) }

func TestAResponseOfImagesReadsBack(t *testing.T) {
	first, second := picture(t, 64, 64, 1), picture(t, 64, 64, 3)
	data := (&SDResponse{Images: [][]byte{first, second}}).Bytes()
	r, err := ParseSDResponse(data, twoOf64())
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := r.Hashes()
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range [][]byte{first, second} {
		if !bytes.Equal(r.Images[i], file) {
			t.Errorf("image %d is other bytes", i)
		}
		img, err := imagehash.ReadPNG(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := imagehash.Of(img); hashes[i] != want {
			t.Errorf("image %d has the hash %s, want %s", i, hashes[i], want)
		}
	}
	if hashes[0] == hashes[1] {
		t.Error("two images have one hash")
	}
}

func TestAResponseOfOtherImagesIsRefused(t *testing.T) {
	good := picture(t, 64, 64, 1)
	of := func(files ...[]byte) string { return string((&SDResponse{Images: files}).Bytes()) }
	for name, c := range map[string]struct{ data, want string }{
		"text":        {`{"model":"x"}`, "not one of images"},
		"no JSON":     {"PNG", "not one of images"},
		"more":        {of(good, good) + "{}", "after its end"},
		"one image":   {of(good), "has 1 images, and the task asks for 2"},
		"no PNG":      {of(good, []byte("x")), "image 1 of the response is no PNG"},
		"small image": {of(good, picture(t, 64, 56, 1)), "image 1 of the response is 64×56, and the task asks for 64×64"},
		"long":        {strings.Repeat(" ", MaxSDResponseBytes+1), "more than"},
	} {
		if _, err := ParseSDResponse([]byte(c.data), twoOf64()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}

	cut, err := ParseSDResponse([]byte(of(good, good[:len(good)-20])), twoOf64())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cut.Hashes(); err == nil || !strings.Contains(err.Error(), "image 1 of the response") {
		t.Errorf("a cut image: %v", err)
	}
}

func FuzzParseSDResponse(f *testing.F) {
	f.Add((&SDResponse{Images: [][]byte{picture(f, 64, 64, 1), picture(f, 64, 64, 3)}}).Bytes())
	f.Add([]byte(`{"images":["",""]}`))
	f.Add([]byte(`{"images":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseSDResponse(data, twoOf64())
		if err != nil {
			return
		}
		hashes, err := r.Hashes()
		if err == nil && len(hashes) != 2 {
			t.Errorf("%d hashes", len(hashes))
		}
	})
}
