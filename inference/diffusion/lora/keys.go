package lora

import (
	"fmt"
	"strings"
)

// half is what a key holds of a branch.
type half int

const (
	none half = iota
	down
	up
	alpha
)

// parseKey parts a key of a file into a layer, as the file names it, and what the
// key holds of its branch.
func parseKey(key string) (layer string, h half) {
	for _, ending := range []struct {
		text string
		half half
	}{
		{".lora_down.weight", down}, {".lora_up.weight", up}, // kohya
		{".lora_A.weight", down}, {".lora_B.weight", up}, // PEFT
		{".lora.down.weight", down}, {".lora.up.weight", up}, // diffusers
		{".lora_linear_layer.down.weight", down}, {".lora_linear_layer.up.weight", up}, // of 2023, in text encoders
		{"_lora.down.weight", down}, {"_lora.up.weight", up}, // of attention processors before
		{".alpha", alpha},
	} {
		if layer, ok := strings.CutSuffix(key, ending.text); ok && layer != "" {
			return layer, ending.half
		}
	}
	return "", none
}

// otherKind names the kind of file that a key belongs to, if it is none that this
// package reads.
func otherKind(key string) string {
	for _, kind := range []struct{ mark, name string }{
		{".hada_", "LoHa, products by Hadamard"},
		{".lokr_", "LoKr, products by Kronecker"},
		{".dora_scale", "DoRA, weights by size and direction"},
		{".lora_magnitude_vector", "DoRA, weights by size and direction"},
		{".on_input", "IA3, factors of activations"},
		{".ia3_l", "IA3, factors of activations"},
		{".oft_", "OFT, rotations"},
		{".lora_mid.", "LoCon of three matrices, a CP decomposition"},
		{".lora_embedding_", "LoRA of an embedding"},
		{".lora_B.bias", "LoRA with biases"},
		{".lora_up.bias", "LoRA with biases"},
		{"bundle_emb", "LoRA with a textual inversion in one file"},
	} {
		if strings.Contains(key, kind.mark) {
			return kind.name
		}
	}
	if strings.HasSuffix(key, ".diff") || strings.HasSuffix(key, ".diff_b") {
		return "whole differences of weights"
	}
	return ""
}

// names finds the weights of the networks by what files call their layers.
type names struct {
	parts  map[string]bool
	dotted map[string]string // a part and a layer to the name of the weight
	flat   map[string]string // with underscores in the place of periods
}

// The parts of a model that a LoRA may change.
const (
	UNet    = "unet"
	Text    = "text_encoder"
	TextTwo = "text_encoder_2" // of Stable Diffusion XL
)

// namesOf makes the tables from the networks' own lists of weights. Where two
// layers would have one name, the name stands for neither.
func namesOf(parts []Part) *names {
	n := &names{map[string]bool{}, map[string]string{}, map[string]string{}}
	for _, p := range parts {
		n.parts[p.Name] = true
		for _, w := range p.Weights {
			layer, ok := strings.CutSuffix(w.Name, ".weight")
			if !ok {
				continue
			}
			n.dotted[p.Name+" "+layer] = w.Name
			n.flatten(p.Name, layer, w.Name)
			if p.UNet != nil {
				n.flatten(p.Name, p.UNet.LDMName(layer), w.Name)
			}
		}
	}
	return n
}

func (n *names) flatten(part, layer, weight string) {
	if layer == "" {
		return
	}
	key := part + " " + strings.ReplaceAll(layer, ".", "_")
	if other, ok := n.flat[key]; ok && other != weight {
		weight = ""
	}
	n.flat[key] = weight
}

// find says which weight of which part a layer of a file is. weight is empty if
// the part has none of this name.
func (n *names) find(layer string) (part, weight string) {
	for _, prefix := range []struct{ text, part string }{
		{"lora_unet_", UNet}, {"lora_te_", Text}, {"lora_te1_", Text}, {"lora_te2_", TextTwo},
	} {
		if rest, ok := strings.CutPrefix(layer, prefix.text); ok {
			return prefix.part, n.flat[prefix.part+" "+rest]
		}
	}

	layer = strings.TrimPrefix(layer, "base_model.model.")
	part = UNet
	for _, p := range []string{UNet, Text, TextTwo} {
		if rest, ok := strings.CutPrefix(layer, p+"."); ok {
			part, layer = p, rest
			break
		}
	}
	if weight, ok := n.dotted[part+" "+layer]; ok {
		return part, weight
	}
	return part, n.dotted[part+" "+processorLayer(part, layer)]
}

// processorLayer is the layer that an attention processor of early 2023 had a
// branch for, in the processor's names.
func processorLayer(part, layer string) string {
	layer = strings.Replace(layer, ".processor.", ".", 1)
	at := strings.LastIndex(layer, ".") + 1
	now := map[string]string{"to_out": "to_out.0"}
	if part != UNet {
		now = map[string]string{"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}
	}
	if name, ok := now[layer[at:]]; ok {
		return layer[:at] + name
	}
	return layer
}

// family is the base model that has so many numbers for a token of text.
func family(context int64) string {
	switch context {
	case 768:
		return "Stable Diffusion 1"
	case 1024:
		return "Stable Diffusion 2"
	case 1280:
		return "the refiner of Stable Diffusion XL"
	case 2048:
		return "Stable Diffusion XL"
	}
	return fmt.Sprintf("a model with text of %d numbers", context)
}
