package lora_test

import (
	"os"
	"strings"
	"testing"

	"helium/inference/diffusion/lora"
	"helium/inference/diffusion/network"
)

// The LoRA of all matrices in the transformers of Stable Diffusion 1.5's UNet, on
// one thread, without the time that reading the model takes.
func BenchmarkStableDiffusion15(b *testing.B) { benchmark(b, "../network/testdata/sd15-unet.json") }

// And that of Stable Diffusion XL.
func BenchmarkStableDiffusionXL(b *testing.B) { benchmark(b, "../network/testdata/sdxl-unet.json") }

func benchmark(b *testing.B, config string) {
	const rank = 64
	raw, err := os.ReadFile(config)
	if err != nil {
		b.Fatal(err)
	}
	unet, err := network.ParseUNet(raw)
	if err != nil {
		b.Fatal(err)
	}
	weights := list(b, unet)
	tensors := map[string]stored{}
	products := 0.0
	for _, w := range weights {
		layer, isWeight := strings.CutSuffix(w.Name, ".weight")
		if !isWeight || !strings.Contains(w.Name, "attentions") || w.Shape[1] == 1 {
			continue
		}
		in, out := int(w.Shape[0]), int(w.Shape[1])
		tensors[layer+".lora_A.weight"] = stored{"F16", []int{rank, in}, make([]byte, 2*rank*in)}
		tensors[layer+".lora_B.weight"] = stored{"F16", []int{out, rank}, make([]byte, 2*rank*out)}
		products += rank * float64(w.Shape.Elements())
	}
	l, err := lora.Open(write(b, "x.safetensors", tensors), []lora.Part{{Name: lora.UNet, Weights: weights, UNet: &unet.UNetConfig}})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()

	const piece = 8 << 20 / 2
	numbers := make([]float64, piece)
	for b.Loop() {
		for _, w := range weights {
			add, err := l.Change(lora.UNet, 1, 1)(w.Name)
			if err != nil {
				b.Fatal(err)
			}
			for first := int64(0); add != nil && first < w.Shape.Elements(); first += piece {
				add(numbers[:min(piece, w.Shape.Elements()-first)], first)
			}
		}
	}
	b.ReportMetric(products*float64(b.N)/b.Elapsed().Seconds()/1e9, "products/ns")
}
