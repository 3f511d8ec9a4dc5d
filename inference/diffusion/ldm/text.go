package ldm

import (
	"fmt"
	"strings"
)

// headWidth is that of the heads of all CLIP text encoders.
const headWidth = 64

// readCLIP reads the config of OpenAI's text encoder, whose tensors have the
// names of diffusers. Some programs leave the first of them out.
func readCLIP(t Tensors) (settings, renamer) {
	const model = "text_model."
	prefix := model
	if !t.has(prefix + "embeddings.token_embedding.weight") {
		prefix = ""
	}
	s := textSettings("CLIPTextModel", "quick_gelu",
		t.width(prefix+"embeddings.token_embedding.weight", 0), t.width(prefix+"embeddings.token_embedding.weight", 1),
		t.width(prefix+"embeddings.position_embedding.weight", 0), t.width(prefix+"encoder.layers.0.mlp.fc1.weight", 0),
		t.count(prefix+"encoder.layers.%d.layer_norm1.weight"))
	return s, func(name string) place {
		if prefix == "" && !strings.HasPrefix(name, "text_projection.") {
			return place{name: model + name}
		}
		return place{name: name}
	}
}

func textSettings(class, activation string, vocabulary, width, positions, hidden uint64, layers int) settings {
	return settings{
		"architectures": []string{class}, "hidden_act": activation, "vocab_size": vocabulary, "hidden_size": width,
		"max_position_embeddings": positions, "intermediate_size": hidden, "num_hidden_layers": layers, "num_attention_heads": width / headWidth,
	}
}

// openCLIP is the config of OpenCLIP's text encoder.
func (t Tensors) openCLIP(class string, layers int) settings {
	return textSettings(class, "gelu", t.width("token_embedding.weight", 0), t.width("token_embedding.weight", 1),
		t.width("positional_embedding", 0), t.width("transformer.resblocks.0.mlp.c_fc.weight", 0), layers)
}

// blocks is how many layers OpenCLIP's encoder has.
func (t Tensors) blocks() int { return t.count("transformer.resblocks.%d.ln_1.weight") }

// readOpenCLIP reads the whole of OpenCLIP's encoder.
func readOpenCLIP(t Tensors) (settings, renamer) {
	s := t.openCLIP("CLIPTextModelWithProjection", t.blocks())
	s["projection_dim"] = t.width("text_projection", 1)
	return s, openCLIPName
}

// readPenultimate reads OpenCLIP's encoder without its last layer, whose output
// Stable Diffusion 2 doesn't use. Files that were made of a folder of diffusers
// lack that layer.
func readPenultimate(t Tensors) (settings, renamer) {
	const whole, width = 24, 1024
	layers := t.blocks()
	if layers != whole-1 || t.width("token_embedding.weight", 1) != width {
		layers--
	}
	last := fmt.Sprintf("transformer.resblocks.%d.", layers)
	return t.openCLIP("CLIPTextModel", layers), func(name string) place {
		if strings.HasPrefix(name, last) || name == "text_projection" {
			return place{how: unused}
		}
		return openCLIPName(name)
	}
}

// openCLIPName finds the place of a tensor of OpenCLIP's text encoder.
func openCLIPName(name string) place {
	const model = "text_model."
	switch name {
	case "token_embedding.weight":
		return place{name: model + "embeddings.token_embedding.weight"}
	case "positional_embedding":
		return place{name: model + "embeddings.position_embedding.weight"}
	case "text_projection":
		return place{"text_projection.weight", transposed}
	case "attn_mask": // is made of the places of the tokens
		return place{how: unused}
	}
	if rest, ok := strings.CutPrefix(name, "ln_final."); ok {
		return place{name: model + "final_layer_norm." + rest}
	}
	rest, ok := strings.CutPrefix(name, "transformer.resblocks.")
	n, inner, isNumber := number(rest)
	if !ok || !isNumber {
		return place{}
	}
	layer := fmt.Sprintf("%sencoder.layers.%d.", model, n)
	switch inner {
	case "attn.in_proj_weight":
		return place{layer + "self_attn.%s_proj.weight", threeInOne}
	case "attn.in_proj_bias":
		return place{layer + "self_attn.%s_proj.bias", threeInOne}
	}
	return place{name: firstOf(inner, "ln_1.", layer+"layer_norm1.", "ln_2.", layer+"layer_norm2.", "mlp.c_fc.", layer+"mlp.fc1.",
		"mlp.c_proj.", layer+"mlp.fc2.", "attn.out_proj.", layer+"self_attn.out_proj.")}
}
