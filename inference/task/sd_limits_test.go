package task

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"

	"helium/inference/imagehash"
)

func minimalSD(change func(*SD)) *SD {
	s := newSD()
	s.BaseModel.Name, s.Prompt = "m", "p"
	change(s)
	return s
}

func size(width, height int) *SD {
	return minimalSD(func(s *SD) { s.Config.Width, s.Config.Height = width, height })
}

func dataURL(kind string, data []byte) string {
	return "data:image/" + kind + ";base64," + base64.StdEncoding.EncodeToString(data)
}

func TestPublishedSDDocumentsAreRunApartFromThoseWithoutAnImage(t *testing.T) {
	var refused []string
	for _, e := range examples(t, "sd") {
		s, err := ParseSD(e.doc)
		if err != nil {
			continue
		}
		for _, p := range s.Refusals() {
			if p.Field != "controlnet.image_dataurl" {
				t.Errorf("%s: %v", e.File, p)
			}
			refused = append(refused, e.File)
		}
	}
	want := []string{"sd/doc_2025_text_to_image.json", "sd/doc_workflow_fixed_false.json", "sd/readme_helium_sdxl_full.json", "sd/test_node_model_name_sd.json", "sd/test_relay_sd_full.json"}
	if slices.Sort(refused); !slices.Equal(refused, want) {
		t.Errorf("refused are %v, want %v", refused, want)
	}
}

func images(n int, s *SD) *SD {
	s.Config.Images = n
	return s
}

func TestRefusalsNameTheField(t *testing.T) {
	control := func(url string) *SD {
		return minimalSD(func(s *SD) { s.ControlNet = &ControlNet{Model: "c", DataURL: url} })
	}
	for name, c := range map[string]struct {
		task           *SD
		field, problem string
	}{
		"narrow":      {size(56, 512), "task_config.image_width", "is 56, which this network does not run; use 64 to 2048 in steps of 8"},
		"negative":    {size(512, -512), "task_config.image_height", "is -512"},
		"odd":         {size(513, 512), "task_config.image_width", "is 513"},
		"long":        {size(64, 2056), "task_config.image_height", "is 2056"},
		"many":        {images(5, size(1536, 1536)), "task_config.num_images", "is 5, and that many of 1536×1536 are more than this network runs at once; ask for at most 4 of this size"},
		"large":       {size(1544, 1536), "task_config", "images of 1544×1536, more than this network runs; ask for at most 2359296 pixels"},
		"prompt":      {minimalSD(func(s *SD) { s.Prompt = strings.Repeat("x", 8193) }), "prompt", "has 8193 bytes"},
		"no prompt":   {minimalSD(func(s *SD) { s.NegativePrompt = strings.Repeat("x", 8193) }), "negative_prompt", "use at most 8192"},
		"no image":    {control(""), "controlnet.image_dataurl", "holds no image"},
		"docs' form":  {control("base64,image/png:..."), "controlnet.image_dataurl", "is not the data URL of an image; use data:image/png;base64,"},
		"other kind":  {control(dataURL("webp", []byte("RIFF"))), "controlnet.image_dataurl", "is not the data URL"},
		"not base64":  {control("data:image/png;base64,12FE1373..."), "controlnet.image_dataurl", "is not base64"},
		"line end":    {control("data:image/png;base64,aQ==\n"), "controlnet.image_dataurl", "is not base64"},
		"no PNG":      {control(dataURL("png", []byte("x"))), "controlnet.image_dataurl", "holds no image that can be read"},
		"no JPEG":     {control(dataURL("jpeg", blank(t, "png", 8, 8))), "controlnet.image_dataurl", "holds no image that can be read"},
		"large image": {control(dataURL("png", blank(t, "png", 2049, 2048))), "controlnet.image_dataurl", "holds an image of 2049×2048, more than 4194304 pixels"},
		"heavy image": {control(dataURL("png", make([]byte, 5<<20+3))), "controlnet.image_dataurl", "holds an image of more than 5 MB"},
	} {
		list := c.task.Refusals()
		if len(list) != 1 || list[0].Field != c.field || !strings.Contains(list[0].Error(), c.problem) {
			t.Errorf("%s: %v, want %q about %q", name, list, c.problem, c.field)
		}
	}
	if list := size(0, 0).Refusals(); len(list) != 2 {
		t.Errorf("both sides: %v", list)
	}
}

func blank(t *testing.T, kind string, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	img := image.NewGray(image.Rect(0, 0, width, height))
	err := png.Encode(&b, img)
	if kind == "jpeg" {
		b.Reset()
		err = jpeg.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWhatRunsIsNotRefused(t *testing.T) {
	for name, s := range map[string]*SD{
		"smallest": size(64, 64),
		"largest":  images(4, size(1536, 1536)),
		"widest":   images(4, size(2048, 1152)),
		"most":     images(10, size(1024, 1024)),
		"PNG":      minimalSD(func(s *SD) { s.ControlNet = &ControlNet{DataURL: dataURL("png", blank(t, "png", 2048, 2048))} }),
		"JPEG":     minimalSD(func(s *SD) { s.ControlNet = &ControlNet{DataURL: dataURL("jpeg", blank(t, "jpeg", 8, 8))} }),
	} {
		if list := s.Refusals(); list != nil {
			t.Errorf("%s: %v", name, list)
		}
	}
	// What a task may ask for is what its hash can be taken of.
	if maxSide > imagehash.MaxSide {
		t.Errorf("images of %d pixels have no hash", maxSide)
	}
}

func TestSDUnitsAreRoundedUp(t *testing.T) {
	config := func(width, height, steps, images int) *SD {
		return minimalSD(func(s *SD) {
			s.Config.Width, s.Config.Height, s.Config.Steps, s.Config.Images = width, height, steps, images
		})
	}
	refined := func(steps, cutoff, of int, control bool) *SD {
		s := config(512, 512, steps, 1)
		s.Refiner = &Refiner{"r", "", Percent(cutoff), of}
		if control {
			s.ControlNet = newControlNet()
		}
		return s
	}
	for name, c := range map[string]struct {
		task *SD
		want uint32
	}{
		"a unit":          {config(512, 512, 25, 1), 1},
		"the default":     {newSD(), 6},
		"one step more":   {config(512, 512, 26, 1), 2},
		"one step":        {config(512, 512, 1, 1), 1},
		"ten of one step": {config(512, 512, 1, 10), 1},
		"together":        {config(512, 512, 40, 9), 15}, // 14.4
		"XL":              {config(1024, 1024, 25, 1), 4},
		"a little larger": {config(520, 512, 25, 1), 2},
		"refined":         {refined(25, 80, 20, false), 1}, // 20 and 4 steps
		"refined longer":  {refined(25, 80, 30, false), 2}, // 20 and 6 steps
		"refined in full": {refined(25, 80, 20, true), 2},  // 25 and 6 steps
		"refined little":  {refined(19, 80, 20, true), 1},  // 19 and 6 steps
		"what never runs": {config(-5, 0, 25, 1), 1},
		"nor this":        {config(1<<31-1, 1<<31-1, 100, 10), 655360},
		"the most that runs": {minimalSD(func(s *SD) {
			s.Config = SDConfig{Width: 1024, Height: 1024, Steps: 100, Images: 10}
			s.Refiner = &Refiner{Cutoff: 100, Steps: 100}
			s.ControlNet = newControlNet()
		}), 208},
	} {
		if got := SDUnitsRoundedUp(c.task); got != c.want {
			t.Errorf("%s: %d units, want %d", name, got, c.want)
		}
	}
}

func TestSDNeedsTheMemoryThatTheBridgeAsks(t *testing.T) {
	for name, want := range map[string]uint16{
		"runwayml/stable-diffusion-v1-5": 8, "crynux-network/Stable-Diffusion-V1-5": 8,
		"stabilityai/sdxl-turbo": 10, "https://civitai.com/api/download/models/190908": 10, "stable-diffusion-v1-5": 10,
		DemoImages: 1,
	} {
		if got := SDMinVRAMGB(&SD{BaseModel: BaseModel{Name: name}}); got != want {
			t.Errorf("%s needs %d GB, want %d", name, got, want)
		}
	}
}
