package diffusion

import (
	"fmt"

	"helium/inference/checkpoint"
	"helium/inference/diffusion/network"
)

// Needs is about what a task takes of the device's memory with the base model at
// a path: its UNet in half floats, and a quarter of that to work with. It reads no
// weights and needs no native library; Pipeline.Plan is exact.
func Needs(path string) (uint64, error) {
	l, err := openLayout(Model{Path: path}, "")
	if err != nil {
		return 0, err
	}
	defer l.close()
	raw, err := l.config(unetPart)
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
