package diffusion

import (
	"fmt"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
)

// Needs is about what a task takes of the device's memory with the base model in
// a folder: its UNet in half floats, and a quarter of that to work with. It reads
// a config and needs no native library; Pipeline.Plan is exact.
func Needs(dir string) (uint64, error) {
	raw, err := readConfig(dir, unetPart, "config.json")
	if err != nil {
		return 0, err
	}
	unet, err := network.ParseUNet(raw)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", unetPart, err)
	}
	weights, err := network.Weights(unet, network.Options{Number: checkpoint.F16})
	if err != nil {
		return 0, fmt.Errorf("%s: %w", unetPart, err)
	}
	var bytes uint64
	for _, w := range weights {
		size := uint64(4)
		if w.Type == checkpoint.F16 {
			size = 2
		}
		bytes += size * uint64(w.Shape.Elements())
	}
	return bytes + bytes/4, nil
}
