package network

import (
	"fmt"
	"math"
	"slices"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// TextConfig is the config.json of a CLIP text encoder.
type TextConfig struct {
	Vocab      int64   `json:"vocab_size"`
	Width      int64   `json:"hidden_size"`
	Hidden     int64   `json:"intermediate_size"`
	Layers     int64   `json:"num_hidden_layers"`
	Heads      int64   `json:"num_attention_heads"`
	Positions  int64   `json:"max_position_embeddings"`
	Projection int64   `json:"projection_dim"`
	Activation string  `json:"hidden_act"`
	Eps        float64 `json:"layer_norm_eps"`
	EndOfText  int64   `json:"eos_token_id"`
}

// Text is a CLIP text encoder. It is also the penultimate layer and the pooled
// row that Stable Diffusion XL takes of it.
type Text struct {
	Config TextConfig
	// Skip is the number of last layers to leave out; the final norm is applied
	// to the rest where Norm says so.
	Skip int64
	Norm bool
	// Pooled asks for the normed row of the text's end, too, projected where the
	// encoder has a projection.
	Pooled bool

	projected bool
}

// ParseText reads the config.json of a text encoder whose last layer is used.
func ParseText(raw []byte) (*Text, error) {
	c := TextConfig{
		Vocab: 49408, Width: 512, Hidden: 2048, Layers: 12, Heads: 8, Positions: 77,
		Projection: 512, Activation: "quick_gelu", Eps: 1e-5, EndOfText: 2,
	}
	classes := []string{"CLIPTextModel", "CLIPTextModelWithProjection"}
	fixed := map[string]string{"model_type": `"clip_text_model"`, "quantization_config": "null"}
	class, err := readConfig(raw, classes, fixed, &c)
	if err != nil {
		return nil, err
	}

	err = check(
		limit{"vocab_size", c.Vocab, maxVocab}, limit{"hidden_size", c.Width, maxChannels},
		limit{"intermediate_size", c.Hidden, maxChannels}, limit{"num_hidden_layers", c.Layers, maxLayers},
		limit{"num_attention_heads", c.Heads, maxHeads}, limit{"max_position_embeddings", c.Positions, maxTokens},
		limit{"projection_dim", c.Projection, maxChannels},
	)
	if err != nil {
		return nil, err
	}
	if c.Width%c.Heads != 0 {
		return nil, fmt.Errorf("config.json has %d heads for %d numbers", c.Heads, c.Width)
	}
	if !slices.Contains([]string{"quick_gelu", "gelu"}, c.Activation) {
		return nil, fmt.Errorf("%w: config.json has the activation %.100q, and this program knows gelu and quick_gelu", ErrUnsupported, c.Activation)
	}
	if err := checkEps("layer_norm_eps", c.Eps); err != nil {
		return nil, err
	}
	return &Text{Config: c, Norm: true, projected: class == classes[1]}, nil
}

// Tokens are the inputs of texts, each padded to the encoder's length.
func (t *Text) Tokens(texts [][]int32) (map[string][]int32, error) {
	in := map[string][]int32{}
	for i, text := range texts {
		if int64(len(text)) != t.Config.Positions {
			return nil, fmt.Errorf("text %d has %d tokens, want %d", i, len(text), t.Config.Positions)
		}
		for _, token := range text {
			if token < 0 || int64(token) >= t.Config.Vocab {
				return nil, fmt.Errorf("text %d has the token %d of %d", i, token, t.Config.Vocab)
			}
		}
		in["tokens"] = append(in["tokens"], text...)
		if t.Pooled {
			in["ends"] = append(in["ends"], int32(i*len(text)+t.end(text)))
		}
	}
	return in, nil
}

// end is the place of a text's end. Old models were stored with a wrong number
// for it, 2, and are read as ending at their largest token.
func (t *Text) end(text []int32) int {
	end := int32(min(t.Config.EndOfText, math.MaxInt32))
	if end == 2 {
		end = slices.Max(text)
	}
	return max(slices.Index(text, end), 0)
}

func (t *Text) file() string { return checkpoint.WeightsFile }

// ignores are tensors that change nothing here: positions are counted, and some
// folders hold a projection that their class doesn't use.
func (t *Text) ignores(name string) bool {
	return name == "text_model.embeddings.position_ids" || name == "text_projection.weight" && !(t.Pooled && t.projected)
}

func (t *Text) other(name string) string { return name }

func (t *Text) smallest() Size { return Size{Count: 1} }

// build takes the "tokens" of Count texts, one after the other, and gives the
// "hidden" rows and, by the "ends" of the texts among all tokens, the "pooled"
// ones.
func (t *Text) build(b builder, s Size) (in, out ports) {
	c := t.Config
	tokens := b.Input("tokens", ggml.I32, ggml.Dims(c.Positions*s.Count))
	in, out = ports{"tokens": tokens}, ports{}

	const embeddings = "text_model.embeddings."
	x := b.Rows(b.Weight(embeddings+"token_embedding.weight", b.opts.Number, ggml.Dims(c.Width, c.Vocab)), tokens)
	x = b.Reshape(x, ggml.Dims(c.Width, c.Positions, s.Count))
	x = b.Add(x, b.vector(embeddings+"position_embedding.weight", ggml.Dims(c.Width, c.Positions)))

	hidden := x
	for l := range c.Layers {
		x = t.layer(b, of("text_model.encoder.layers.%d", l), x)
		if l == c.Layers-1-t.Skip {
			hidden = x
		}
	}
	norm := func(x *ggml.Tensor) *ggml.Tensor { return b.layerNorm("text_model.final_layer_norm", x, c.Eps) }
	last := norm(x)

	out["hidden"] = hidden
	if t.Norm {
		out["hidden"] = norm(hidden)
	}
	if t.Pooled {
		in["ends"] = b.Input("ends", ggml.I32, ggml.Dims(s.Count))
		out["pooled"] = b.Rows(b.Reshape(last, ggml.Dims(c.Width, c.Positions*s.Count)), in["ends"])
	}
	if t.Pooled && t.projected {
		out["pooled"] = b.linear("text_projection", out["pooled"], c.Projection, false)
	}
	return in, out
}

func (t *Text) layer(b builder, name string, x *ggml.Tensor) *ggml.Tensor {
	c := t.Config
	p := projections{q: "q_proj", k: "k_proj", v: "v_proj", out: "out_proj", bias: true}
	h := b.layerNorm(name+".layer_norm1", x, c.Eps)
	x = b.Add(x, b.attention(name+".self_attn", h, h, c.Heads, p, true))

	h = b.linear(name+".mlp.fc1", b.layerNorm(name+".layer_norm2", x, c.Eps), c.Hidden, true)
	if c.Activation == "gelu" {
		h = b.GELU(h)
	} else {
		h = b.QuickGELU(h)
	}
	return b.Add(x, b.linear(name+".mlp.fc2", h, c.Width, true))
}
