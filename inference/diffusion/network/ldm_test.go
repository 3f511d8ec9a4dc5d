package network_test

import (
	"strings"
	"testing"

	"helium/inference/diffusion/network"
)

// The names on the right are those of the published checkpoints.
func TestLayersHaveTheNamesOfThePublishedCheckpoints(t *testing.T) {
	for model, names := range map[string]map[string]string{
		"sd15-unet": {
			"conv_in":                           "input_blocks.0.0",
			"conv_out":                          "out.2",
			"time_embedding.linear_2":           "time_embed.2",
			"down_blocks.0.resnets.0.conv1":     "input_blocks.1.0.in_layers.2",
			"down_blocks.0.downsamplers.0.conv": "input_blocks.3.0.op",
			"down_blocks.0.attentions.1.transformer_blocks.0.attn1.to_q":   "input_blocks.2.1.transformer_blocks.0.attn1.to_q",
			"down_blocks.2.attentions.1.proj_out":                          "input_blocks.8.1.proj_out",
			"down_blocks.3.resnets.1.time_emb_proj":                        "input_blocks.11.0.emb_layers.1",
			"mid_block.resnets.0.conv2":                                    "middle_block.0.out_layers.3",
			"mid_block.attentions.0.transformer_blocks.0.ff.net.2":         "middle_block.1.transformer_blocks.0.ff.net.2",
			"mid_block.resnets.1.norm2":                                    "middle_block.2.out_layers.0",
			"up_blocks.0.resnets.2.conv_shortcut":                          "output_blocks.2.0.skip_connection",
			"up_blocks.0.upsamplers.0.conv":                                "output_blocks.2.1.conv",
			"up_blocks.1.upsamplers.0.conv":                                "output_blocks.5.2.conv",
			"up_blocks.3.attentions.2.transformer_blocks.0.attn2.to_out.0": "output_blocks.11.1.transformer_blocks.0.attn2.to_out.0",
		},
		"sdxl-unet": {
			"add_embedding.linear_1":                                      "label_emb.0.0",
			"add_embedding.linear_2":                                      "label_emb.0.2",
			"down_blocks.1.attentions.0.transformer_blocks.1.attn2.to_k":  "input_blocks.4.1.transformer_blocks.1.attn2.to_k",
			"down_blocks.1.downsamplers.0.conv":                           "input_blocks.6.0.op",
			"down_blocks.2.attentions.1.transformer_blocks.9.attn1.to_v":  "input_blocks.8.1.transformer_blocks.9.attn1.to_v",
			"up_blocks.0.attentions.0.proj_in":                            "output_blocks.0.1.proj_in",
			"up_blocks.0.upsamplers.0.conv":                               "output_blocks.2.2.conv",
			"up_blocks.1.attentions.2.transformer_blocks.0.ff.net.0.proj": "output_blocks.5.1.transformer_blocks.0.ff.net.0.proj",
			"up_blocks.2.resnets.2.conv1":                                 "output_blocks.8.0.in_layers.2",
		},
	} {
		unet := known(t, model).(*network.UNet)
		for layer, want := range names {
			if got := unet.LDMName(layer); got != want {
				t.Errorf("%s: %s is %q, want %s", model, layer, got, want)
			}
		}
	}
}

func TestEveryLayerHasANameOfItsOwn(t *testing.T) {
	for _, model := range []string{"sd15-unet", "sd21-unet", "sdxl-unet", "refiner-unet"} {
		n := known(t, model)
		seen := map[string]string{}
		for tensor := range shapesOf(t, n) {
			layer := tensor[:strings.LastIndex(tensor, ".")]
			name := n.(*network.UNet).LDMName(layer)
			if other, ok := seen[name]; name == "" || ok && other != layer {
				t.Errorf("%s: %s and %q are both %q", model, layer, other, name)
			}
			seen[name] = layer
		}
	}
	unet := known(t, "sd15-unet").(*network.UNet)
	for _, layer := range []string{"", "down_blocks", "down_blocks.9.resnets.0.conv1", "down_blocks.-1.resnets.0.conv1", "up_blocks.x.resnets.0.conv1", "mid_block.attentions.4.proj_in", "down_blocks.0.motion.0.proj"} {
		if name := unet.LDMName(layer); name != "" {
			t.Errorf("%q has the name %q", layer, name)
		}
	}
}
