package imagehash

import (
	"image"
	"math"
	"slices"
	"testing"
)

// picture is an image like no other of another seed, without a float: waves of
// several lengths in each colour.
func picture(seed uint64, width, height int) *image.RGBA {
	next := func(n uint64) int {
		seed = seed*6364136223846793005 + 1442695040888963407
		return int(seed >> 33 % n)
	}
	type wave struct{ x, y, from, high int }
	var waves [3][8]wave
	for c := range waves {
		for i := range waves[c] {
			waves[c][i] = wave{next(12000) - 6000, next(12000) - 6000, next(1000), next(64)}
		}
	}

	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			p := img.Pix[img.PixOffset(x, y):]
			for c := range waves {
				v := 0
				for _, w := range waves[c] {
					at := ((w.x*x/width+w.y*y/height+w.from)%1000 + 1000) % 1000
					v += w.high * min(at, 1000-at) / 500
				}
				p[c] = uint8(min(v, 255))
			}
			p[3] = 0xff
		}
	}
	return img
}

// The hashes are goimagehash 1.1.0's, with GOARCH=amd64. The original network's
// own vector, test.png of crynux-node with 0x9c3bc76699c63609, was compared by
// hand: the picture is not ours.
func TestHashesAreThoseOfTheOriginalNetwork(t *testing.T) {
	for _, c := range []struct {
		seed          uint64
		width, height int
		want          Hash
	}{
		{1, 512, 512, 0xfc167847504655fc},
		{2, 512, 512, 0xf80f5e7540e288d7},
		{3, 512, 768, 0xd5a2e7a4c0f3250f},
		{4, 768, 512, 0x9ed415d967757420},
		{5, 1024, 1024, 0x979c1184d11bb7ea},
		{6, 640, 448, 0xdaec0cc79771116c},
		{7, 832, 1216, 0xf8d7ae0245be9e80},
		{9, 344, 680, 0xa7cdc74b85759844},
		{10, 64, 64, 0x89c60f4914be57f8},
		{11, 64, 96, 0xa2d4b98e5a6ae2aa},
		{12, 65, 63, 0x8db11d49ad45d2d5},
		{13, 200, 40, 0xc35fcd5517194ae0},
		{14, 16, 16, 0xb567f279ccc90491},
		{15, 1, 1, 0x8000000000000000},
	} {
		if got := Of(picture(c.seed, c.width, c.height)); got != c.want {
			t.Errorf("picture %d of %d×%d has %v, want %v", c.seed, c.width, c.height, got, c.want)
		}
	}
}

func TestAFlatImageHasNoFrequencies(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 512, 768))
	if got := Of(img); got != 0 { // what the safety checker leaves of an image
		t.Errorf("black has %v, want 0", got)
	}
	for i := range img.Pix {
		img.Pix[i] = 77
	}
	if got := Of(img); got != 1<<63 {
		t.Errorf("grey has %v, want the first bit alone", got)
	}
}

// A card that rounds differently changes each value by two at most.
func TestNoiseOfAnotherCardKeepsTheHash(t *testing.T) {
	worst := 0
	for seed := range uint64(20) {
		img := picture(seed, 512, 512)
		want := Of(img)
		noise := seed
		for i := range img.Pix {
			noise = noise*6364136223846793005 + 1442695040888963407
			if i%4 != 3 {
				img.Pix[i] = uint8(min(max(int(img.Pix[i])+int(noise>>33%5)-2, 0), 255))
			}
		}
		worst = max(worst, Distance(want, Of(img)))
	}
	if worst >= 5 {
		t.Errorf("the noise changes %d bits, want fewer than 5", worst)
	}
}

func TestOtherPicturesAreFarAway(t *testing.T) {
	hashes := make([]Hash, 20)
	for seed := range hashes {
		hashes[seed] = Of(picture(uint64(seed), 256, 256))
	}
	for i, a := range hashes {
		for _, b := range hashes[:i] {
			if d := Distance(a, b); d < 12 {
				t.Errorf("%v and %v differ in %d bits only", a, b, d)
			}
		}
	}
}

// reference is the transform by its definition, in floating point.
func reference(pixels [side][side]int64) (strengths [kept * kept]float64) {
	wave := func(n, k int) float64 { return math.Cos(float64(2*n+1) * float64(k) * math.Pi / (2 * side)) }
	for j := range kept {
		for k := range kept {
			for y := range side {
				for x := range side {
					strengths[kept*j+k] += float64(pixels[y][x]) * wave(y, j) * wave(x, k)
				}
			}
		}
	}
	return strengths
}

func TestTheTransformIsThatOfTheDefinition(t *testing.T) {
	for seed := range uint64(10) {
		pixels := grey(picture(seed, side, side))
		got, want := transform(pixels), reference(pixels)
		for i := range got {
			if off := math.Abs(float64(got[i])/(1<<32) - want[i]); off > 1 { // a thousandth of a step of brightness
				t.Errorf("picture %d: frequency %d is off by %v", seed, i, off)
			}
		}
	}
}

// The largest sums come from the brightest image, and from its halves.
func TestTheTransformDoesNotOverflow(t *testing.T) {
	for k := range kept {
		for j := range kept {
			var pixels [side][side]int64
			for y := range pixels {
				for x := range pixels[y] {
					if (cosine((2*x+1)*k) > 0) == (cosine((2*y+1)*j) > 0) {
						pixels[y][x] = 255000
					}
				}
			}
			got, want := float64(transform(pixels)[kept*j+k])/(1<<32), reference(pixels)[kept*j+k]
			if math.Abs(got-want) > 10 {
				t.Errorf("frequency %d, %d is %v, want %v", k, j, got, want)
			}
		}
	}
}

func TestCosines(t *testing.T) {
	for i := range 1024 {
		want := math.Round(math.Cos(float64(i)*math.Pi/128) * (1 << 26))
		if got := cosine(i); float64(got) != want {
			t.Errorf("cosine %d is %d, want %v", i, got, want)
		}
	}
}

func TestDistanceCountsBits(t *testing.T) {
	for _, c := range []struct {
		a, b Hash
		want int
	}{{0, 0, 0}, {0, math.MaxUint64, 64}, {0x8000000000000001, 0, 2}, {0xff, 0x0f, 4}} {
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("%v and %v differ in %d bits, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestAHashIsWrittenWithAllItsDigits(t *testing.T) {
	if got := Hash(0xabc).String(); got != "0x0000000000000abc" {
		t.Errorf("got %s", got)
	}
}

func TestPartOfAnImageIsAsGoodAsACopy(t *testing.T) {
	img := picture(1, 200, 100)
	part := img.SubImage(image.Rect(50, 20, 150, 90)).(*image.RGBA)
	clone := image.NewRGBA(image.Rect(0, 0, 100, 70))
	for y := range 70 {
		copy(clone.Pix[y*clone.Stride:], part.Pix[y*part.Stride:][:400])
	}
	if Of(part) != Of(clone) || slices.Equal(part.Pix, clone.Pix) {
		t.Errorf("the part has %v, its copy %v", Of(part), Of(clone))
	}
}
