package diffusion_test

import (
	"bytes"
	"math"
	"os"
	"slices"
	"testing"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/bench"
	"helium/inference/diffusion/network"
	"helium/inference/imagehash"
)

func TestTilesCoverAnImage(t *testing.T) {
	for _, c := range []struct {
		length, tile int64
		want         []int64
	}{
		{8, 64, []int64{0}}, {64, 64, []int64{0}}, {65, 64, []int64{0, 1}}, {112, 64, []int64{0, 48}}, {113, 64, []int64{0, 24, 49}},
		{128, 64, []int64{0, 32, 64}}, {192, 64, []int64{0, 42, 85, 128}}, {64, 32, []int64{0, 16, 32}}, {256, 32, []int64{0, 22, 44, 67, 89, 112, 134, 156, 179, 201, 224}},
	} {
		if c.length < c.tile {
			c.tile = c.length
		}
		starts, parts := diffusion.Starts(c.length, c.tile), diffusion.Parts(c.length, c.tile)
		if !slices.Equal(starts, c.want) {
			t.Errorf("tiles of %d on %d begin at %v, want %v", c.tile, c.length, starts, c.want)
		}
		sums := make([]float64, c.length)
		for i, start := range starts {
			for k, part := range parts[i] {
				sums[start+int64(k)] += part
			}
		}
		for at, sum := range sums {
			if math.Abs(sum-1) > 1e-15 {
				t.Errorf("tiles of %d on %d: point %d has the parts %v together", c.tile, c.length, at, sum)
			}
		}
	}

	// Where only a quarter overlaps, a tile fades out along a line.
	parts := diffusion.Parts(112, 64)
	if parts[0][47] != 1 || parts[0][48] != 15.5/16 || parts[0][63] != 0.5/16 || parts[1][0] != 0.5/16 || parts[1][16] != 1 {
		t.Errorf("parts are %v and %v", parts[0][47:], parts[1][:17])
	}
}

// knownDecoder is that of the published models.
func knownDecoder(t *testing.T) *network.Decoder {
	t.Helper()
	raw, err := os.ReadFile("network/testdata/sd15-vae.json")
	if err != nil {
		t.Fatal(err)
	}
	_, d, err := network.ParseVAE(raw)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestImagesOfAllSizesAreDecodedInLittleMemory(t *testing.T) {
	c, d := newCompute(t, 1), knownDecoder(t)
	const gigabyte = 1 << 30
	for _, tt := range []struct {
		width, height int64
		most          uint64
		tiles         int
	}{
		{512, 512, 4 * gigabyte, 1},
		{1024, 1024, 8 * gigabyte, 1},
		{2048, 512, 8 * gigabyte, 1},
		{1032, 1024, 8 * gigabyte, 2},
		{1536, 1536, 8 * gigabyte, 4},
		{2048, 1152, 8 * gigabyte, 6},
	} {
		for _, patches := range []int64{0, gigabyte, 4 * gigabyte} {
			opts := diffusion.Options{Network: network.Options{Number: checkpoint.F32, Patches: patches}}
			m, err := diffusion.PlanDecoder(c, d, opts, tt.width/8, tt.height/8)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%d×%d with patches of %d MB: %d MB in %d tiles", tt.width, tt.height, patches>>20, m.Total()>>20, m.Tiles)
			if m.Tiles != tt.tiles || m.Total() > tt.most {
				t.Errorf("%d×%d with patches of %d MB: %d MB in %d tiles, want %d", tt.width, tt.height, patches>>20, m.Total()>>20, m.Tiles, tt.tiles)
			}
		}
	}
}

func TestTilesOfAnImageMakeTheImage(t *testing.T) {
	for _, size := range [][2]int64{{9, 7}, {40, 33}, {70, 20}, {20, 70}, {96, 80}} {
		var values []float32
		for i := range 3 * size[0] * size[1] {
			values = append(values, float32(math.Sin(float64(i*i))))
		}
		for i, v := range diffusion.Mix(values, size[0], size[1], 32) {
			if math.Abs(float64(v-values[i])) > 1e-7 {
				t.Fatalf("%v: number %d is %v, want %v", size, i, v, values[i])
			}
		}
	}
}

func TestTilesMakeAboutTheSameImage(t *testing.T) {
	dir := t.TempDir()
	if err := bench.WriteModel(dir); err != nil { // its images have large parts, as the hash wants them
		t.Fatal(err)
	}
	pipeline := func() *diffusion.Pipeline {
		opts := diffusion.Options{Network: network.Options{Number: checkpoint.F32, Scores: 1 << 20}}
		p, err := diffusion.Open(newCompute(t, 1), at(dir), opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(p.Close)
		return p
	}
	s := made(t, `"image_width":384,"image_height":320,"steps":2`, "")
	whole, tiled := pipeline(), pipeline()
	tiled.Tile(32)
	for p, want := range map[*diffusion.Pipeline]int{whole: 1, tiled: 4} {
		if plan, err := p.Plan(s); err != nil || plan[2].Tiles != want {
			t.Fatalf("the plan is %+v, %v, and the decoder shall work in %d tiles", plan, err, want)
		}
	}

	a, b, again := run(t, whole, s)[0], run(t, tiled, s)[0], run(t, tiled, s)[0]
	if !bytes.Equal(b.PNG, again.PNG) {
		t.Error("tiles make another image the second time")
	}
	var worst, sum float64
	for i, v := range a.Pixels.Pix {
		d := math.Abs(float64(v) - float64(b.Pixels.Pix[i]))
		worst, sum = max(worst, d), sum+d*d
	}
	mean := math.Sqrt(sum / float64(len(a.Pixels.Pix)))
	distance := imagehash.Distance(imagehash.Of(a.Pixels), imagehash.Of(b.Pixels))
	t.Logf("the largest difference is %v, the deviation %.2f of %.1f, the distance %d", worst, mean, spread(a.Pixels), distance)
	if mean == 0 || mean > spread(a.Pixels)/2 || distance >= 24 {
		t.Errorf("the deviation is %.2f of %.1f, the distance %d", mean, spread(a.Pixels), distance)
	}
	if dir := os.Getenv("HELIUM_SAVE_IMAGES"); dir != "" {
		os.WriteFile(dir+"/whole.png", a.PNG, 0o600)
		os.WriteFile(dir+"/tiled.png", b.PNG, 0o600)
	}
}
