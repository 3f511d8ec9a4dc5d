package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"helium/inference/checkpoint"
	"helium/inference/diffusion"
	"helium/inference/diffusion/network"
	"helium/inference/ggml"
	"helium/inference/task"
)

// order is what a painter is told.
type order struct {
	Package ggml.Package          `json:"package"`
	Variant string                `json:"variant"`
	Number  checkpoint.TensorType `json:"number"`
	Model   string                `json:"model"` // folder
	Into    string                `json:"into"`  // folder for the images
	Images  int                   `json:"images"`
	Side    int                   `json:"side"`
	Steps   int                   `json:"steps"`
}

// painted is what it says of an image that it made.
type painted struct {
	Runtime string `json:"runtime"`
	File    string `json:"file"`
}

// Paint is a painter: it reads an order and writes a line for every image.
func Paint(ctx context.Context, in io.Reader, out io.Writer) error {
	var o order
	if err := json.NewDecoder(in).Decode(&o); err != nil {
		return fmt.Errorf("read order: %w", err)
	}
	lib, err := ggml.Open(ggml.Options{Package: o.Package, Variant: o.Variant})
	if err != nil {
		return err
	}
	compute, err := lib.NewCompute(1)
	if err != nil {
		return err
	}
	defer compute.Close()
	models := diffusion.Models{task.RoleBase: {Path: o.Model}}
	pipeline, err := diffusion.Open(compute, models, diffusion.Options{Network: network.Options{Number: o.Number}})
	if err != nil {
		return err
	}
	defer pipeline.Close()

	lines := json.NewEncoder(out)
	for i := range o.Images {
		t, err := imageTask(i, o.Side, o.Steps)
		if err != nil {
			return err
		}
		images, err := pipeline.Run(ctx, t, diffusion.Hooks{})
		if err != nil {
			return err
		}
		file := filepath.Join(o.Into, fmt.Sprintf("%s-%s-%03d.png", o.Variant, numberName(o.Number), i))
		if err := os.WriteFile(file, images[0].PNG, 0o600); err != nil {
			return err
		}
		if err := lines.Encode(painted{Runtime: lib.Runtime(), File: file}); err != nil {
			return err
		}
	}
	return nil
}

// imageTask is the task of a number: a prompt and a seed of its own.
func imageTask(i, side, steps int) (*task.SD, error) {
	things := []string{"a red fox", "an old ship", "two apples", "a stone bridge", "a tall tree", "the moon", "a small house", "a sleeping cat", "a glass of water", "an empty road"}
	places := []string{"in the snow", "at night", "on a table", "by the sea", "under heavy clouds", "in a forest", "before a white wall", "in the morning light", "seen from above", "painted in oil"}
	document := map[string]any{
		"base_model":      "bench/model",
		"prompt":          things[i%len(things)] + " " + places[i/len(things)%len(places)],
		"negative_prompt": "blurry, low quality",
		"scheduler":       map[string]any{"method": task.SchedulerDPM},
		"task_config": map[string]any{
			"image_width": side, "image_height": side, "steps": steps, "seed": i + 1, "num_images": 1, "safety_checker": false, "cfg": 5,
		},
	}
	raw, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	return task.ParseSD(raw)
}

func numberName(n checkpoint.TensorType) string {
	if n == checkpoint.F16 {
		return "f16"
	}
	return "f32"
}
