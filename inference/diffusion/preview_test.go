package diffusion_test

import (
	"bytes"
	"image"
	"image/color"
	"slices"
	"testing"

	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
)

type shown struct {
	at  diffusion.Progress
	img *image.RGBA
}

func previews(t *testing.T, p *diffusion.Pipeline, every int) (list []shown, images []diffusion.Image) {
	t.Helper()
	images, err := p.Run(t.Context(), made(t, `"steps":4,"num_images":2,"image_height":72`, ""), diffusion.Hooks{
		PreviewEvery: every,
		Preview:      func(at diffusion.Progress, img *image.RGBA) { list = append(list, shown{at, img}) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, images
}

func TestPreviewsShowEveryFewSteps(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	for every, want := range map[int][]int{0: {1, 2, 3, 4, 1, 2, 3, 4}, 1: {1, 2, 3, 4, 1, 2, 3, 4}, 2: {2, 4, 2, 4}, 3: {3, 3}, 9: nil} {
		list, _ := previews(t, p, every)
		var steps []int
		for i, one := range list {
			steps = append(steps, one.at.Step)
			if one.at.Image != i*2/len(list) || one.at.Images != 2 || one.at.Steps != 4 {
				t.Errorf("every %d: preview %d is at %+v", every, i, one.at)
			}
			if one.img.Rect != image.Rect(0, 0, 8, 9) {
				t.Errorf("every %d: a preview of %v for an image of 64×72", every, one.img.Rect)
			}
		}
		if !slices.Equal(steps, want) {
			t.Errorf("every %d: after the steps %v, want %v", every, steps, want)
		}
	}
}

func TestPreviewsChangeNothing(t *testing.T) {
	p := open(t, 1, diffusion.Options{})
	without := run(t, p, made(t, `"steps":4,"num_images":2,"image_height":72`, ""))
	first, images := previews(t, p, 1)
	again, _ := previews(t, p, 1)
	for i := range without {
		if !bytes.Equal(without[i].PNG, images[i].PNG) {
			t.Errorf("image %d is another one with previews", i)
		}
	}
	for i := range first {
		if !bytes.Equal(first[i].img.Pix, again[i].img.Pix) {
			t.Errorf("preview %d is another one the second time", i)
		}
	}
	if bytes.Equal(first[0].img.Pix, first[3].img.Pix) || bytes.Equal(first[0].img.Pix, first[4].img.Pix) {
		t.Error("previews of two steps or two images are the same")
	}
}

// The four points are nothing, and then one of each of the first three channels.
// By hand: 255·(0.3512/2 + 1/2) is 172.278.
func TestPreviewsHaveTheColoursOfTheLatents(t *testing.T) {
	latents := []float32{
		0, 1, 0, 0,
		0, 0, -2, 0,
		0, 0, 0, 4,
		0, 0, 0, 0,
	}
	files, _, _ := xlFiles(t)
	xl, err := diffusion.Open(newCompute(t, 1), at(folder(t, files)), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(xl.Close)
	for name, tt := range map[string]struct {
		p    *diffusion.Pipeline
		want []color.RGBA
	}{
		"versions 1 and 2": {open(t, 1, diffusion.Options{}), []color.RGBA{{128, 128, 128, 255}, {172, 157, 169, 255}, {45, 1, 68, 255}, {0, 217, 255, 255}}},
		"xl":               {xl, []color.RGBA{{128, 128, 128, 255}, {177, 179, 185, 255}, {195, 132, 111, 255}, {156, 214, 89, 255}}},
	} {
		img := tt.p.Preview(latents, 2, 2)
		for i, want := range tt.want {
			if got := img.RGBAAt(i%2, i/2); got != want {
				t.Errorf("%s: point %d is %v, want %v", name, i, got, want)
			}
		}
	}
}

// A network of the folder's shape whose decoder takes other latents shows nothing.
func TestLatentsOfAnotherKindHaveNoPreviews(t *testing.T) {
	config := `{"latent_channels":5,` + vaeConfig[1:]
	_, decoder, err := network.ParseVAE([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	unetOf5 := `{"in_channels":5,"out_channels":5,` + unetConfig[1:]
	unet, err := network.ParseUNet([]byte(unetOf5))
	if err != nil {
		t.Fatal(err)
	}
	p, err := diffusion.Open(newCompute(t, 1), at(folder(t, map[string]string{
		"unet/config.json": unetOf5, "unet/diffusion_pytorch_model.safetensors": weights(t, unet, 2),
		"vae/config.json": config, "vae/diffusion_pytorch_model.safetensors": weights(t, decoder, 3),
	})), diffusion.Options{Network: exact})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	if list, images := previews(t, p, 1); len(list) != 0 || len(images) != 2 {
		t.Errorf("%d previews and %d images, want none and 2", len(list), len(images))
	}
}
