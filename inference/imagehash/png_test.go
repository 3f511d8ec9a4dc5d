package imagehash

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/png"
	"runtime"
	"strings"
	"testing"
)

func encode(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// chunk is one chunk of a PNG file.
func chunk(kind string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, kind...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

// header is the beginning of a PNG file, up to its size.
func header(width, height uint32) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	return append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(size, 8, 2, 0, 0, 0))...)
}

func TestAnImageReadsBack(t *testing.T) {
	want := picture(1, 96, 64)
	got, err := ReadPNG(encode(t, want))
	if err != nil || got.Rect != want.Rect || !bytes.Equal(got.Pix, want.Pix) {
		t.Fatalf("%v, or another picture", err)
	}
}

func TestOtherImagesAreRefused(t *testing.T) {
	square := image.Rect(0, 0, 8, 8)
	plain := encode(t, picture(1, 8, 8))
	marked := append(bytes.Clone(plain[:33]), append(chunk("tRNS", make([]byte, 6)), plain[33:]...)...)
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"nothing":      {nil, "EOF"},
		"text":         {[]byte("no image at all"), "not a PNG file"},
		"a cut one":    {plain[:len(plain)/2], "not enough pixel data"},
		"without size": {header(0, 8), "non-positive dimension"},
		"wide":         {header(2049, 1), "2049×1 pixels, more than 2048×2048"},
		"long":         {header(1, 4194304), "1×4194304 pixels, more than 2048×2048"},
		"huge":         {header(1<<31-1, 1<<31-1), "dimension overflow"},
		"grey":         {encode(t, image.NewGray(square)), "not plain red"},
		"palette":      {encode(t, image.NewPaletted(square, color.Palette{color.Black, color.White})), "not plain red"},
		"transparent":  {encode(t, image.NewNRGBA(square)), "not plain red"},
		"marked":       {marked, "not plain red"},
		"16 bits":      {encode(t, &image.RGBA64{Pix: bytes.Repeat([]byte{0xff}, 512), Stride: 64, Rect: square}), "not plain red"},
	} {
		if _, err := ReadPNG(c.data); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// The pixels of the largest image, twice where they come interlaced, its
// columns, and what zlib needs.
const mostMemory = 2*4*MaxSide*MaxSide + 4<<20

func FuzzHostileImagesTakeLittleMemory(f *testing.F) {
	f.Add([]byte{})
	f.Add(encode(f, picture(1, 8, 5)))
	f.Add(encode(f, picture(2, 70, 70)))
	f.Add(encode(f, image.NewNRGBA(image.Rect(0, 0, 3, 3))))
	f.Add(encode(f, picture(3, 2048, 1)))
	f.Add(encode(f, picture(3, 1, 2048)))
	f.Add(header(1<<30, 1<<30))
	f.Add(append(header(2048, 2048), chunk("IDAT", []byte("x"))...))
	f.Fuzz(func(t *testing.T, data []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		img, err := ReadPNG(data)
		var h Hash
		if err == nil {
			h = Of(img)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > mostMemory+uint64(len(data)) {
			t.Fatalf("%d bytes for an image of %d", used, len(data))
		}
		if err != nil {
			return
		}
		again, err := ReadPNG(encode(t, img))
		if err != nil || Of(again) != h {
			t.Fatalf("%v, or another hash: %v and %v", err, h, Of(again))
		}
	})
}
