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
	// Added are the vectors of tokens beyond the vocabulary, as textual inversions
	// bring them.
	Added [][]float32

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

// Tokens is a text, padded to the encoder's length.
type Tokens struct {
	IDs []int32
	// Hidden are tokens that no token looks at; nil is none. The first is never
	// one of them.
	Hidden []bool
}

// Inputs are those of a run for as many texts.
func (t *Text) Inputs(texts []Tokens) (numbers map[string][]float32, rows map[string][]int32, err error) {
	if t.Skip < 0 || t.Skip > t.Config.Layers {
		return nil, nil, fmt.Errorf("%d of %d layers to leave out", t.Skip, t.Config.Layers)
	}
	numbers, rows = map[string][]float32{}, map[string][]int32{}
	for i, text := range texts {
		if err := t.check(text); err != nil {
			return nil, nil, fmt.Errorf("text %d: %w", i, err)
		}
		for _, id := range text.IDs {
			row, kept, vector := id, float32(1), make([]float32, t.Config.Width)
			if added := int64(id) - t.Config.Vocab; added >= 0 {
				row, kept, vector = 0, 0, t.Added[added]
			}
			rows["tokens"] = append(rows["tokens"], row)
			if len(t.Added) > 0 {
				numbers["kept"] = append(numbers["kept"], kept)
				numbers["added"] = append(numbers["added"], vector...)
			}
		}
		numbers["mask"] = append(numbers["mask"], text.mask()...)
		if t.Pooled {
			rows["ends"] = append(rows["ends"], int32(i*len(text.IDs)+t.end(text.IDs)))
		}
	}
	return numbers, rows, nil
}

func (t *Text) check(text Tokens) error {
	if int64(len(text.IDs)) != t.Config.Positions {
		return fmt.Errorf("it has %d tokens, want %d", len(text.IDs), t.Config.Positions)
	}
	for _, id := range text.IDs {
		if id < 0 || int64(id) >= t.Config.Vocab+int64(len(t.Added)) {
			return fmt.Errorf("it has the token %d of %d", id, t.Config.Vocab+int64(len(t.Added)))
		}
	}
	for i, vector := range t.Added {
		if int64(len(vector)) != t.Config.Width {
			return fmt.Errorf("the added token %d has %d numbers, want %d", i, len(vector), t.Config.Width)
		}
	}
	if text.Hidden != nil && (len(text.Hidden) != len(text.IDs) || text.Hidden[0]) {
		return fmt.Errorf("%d tokens are marked as hidden or not, want %d and the first not", len(text.Hidden), len(text.IDs))
	}
	return nil
}

// mask keeps tokens from looking at later and at hidden ones.
func (t Tokens) mask() []float32 {
	n := len(t.IDs)
	out := make([]float32, n*n)
	for i := range out {
		if from, to := i/n, i%n; to > from || t.Hidden != nil && t.Hidden[to] {
			out[i] = float32(math.Inf(-1))
		}
	}
	return out
}

// end is the place of a text's end. Old models were stored with a wrong number
// for it, 2, and are read as ending at their largest token, but for added ones.
func (t *Text) end(text []int32) int {
	end := int32(min(t.Config.EndOfText, math.MaxInt32))
	if end == 2 {
		end = 0
		for _, id := range text {
			if int64(id) < t.Config.Vocab {
				end = max(end, id)
			}
		}
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

// build takes what Inputs makes of Count texts, and gives the "hidden" rows and
// the "pooled" ones.
func (t *Text) build(b builder, s Size) (in, out ports) {
	c := t.Config
	in, out = ports{}, ports{}
	x := t.embed(b, in, c.Positions*s.Count)
	x = b.Reshape(x, ggml.Dims(c.Width, c.Positions, s.Count))
	x = b.Add(x, b.vector(embeddings+"position_embedding.weight", ggml.Dims(c.Width, c.Positions)))
	mask := in.add(b, "mask", checkpoint.F32, ggml.Dims(c.Positions, c.Positions, 1, s.Count))

	hidden := x
	for l := range c.Layers {
		x = b.clipLayer(of("text_model.encoder.layers.%d", l), x, mask, c.Hidden, c.Heads, c.Activation, c.Eps)
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
		ends := in.add(b, "ends", ggml.I32, ggml.Dims(s.Count))
		out["pooled"] = b.Rows(b.Reshape(last, ggml.Dims(c.Width, c.Positions*s.Count)), ends)
	}
	if t.Pooled && t.projected {
		out["pooled"] = b.linear("text_projection", out["pooled"], c.Projection, false)
	}
	return in, out
}

const embeddings = "text_model.embeddings."

// embed gives every token its vector.
func (t *Text) embed(b builder, in ports, count int64) *ggml.Tensor {
	width := t.Config.Width
	table := b.Weight(embeddings+"token_embedding.weight", b.opts.Number, ggml.Dims(width, t.Config.Vocab))
	x := b.Rows(table, in.add(b, "tokens", ggml.I32, ggml.Dims(count)))
	if len(t.Added) == 0 {
		return x
	}
	x = b.Mul(x, in.add(b, "kept", checkpoint.F32, ggml.Dims(1, count)))
	return b.Add(x, in.add(b, "added", checkpoint.F32, ggml.Dims(width, count)))
}

// clipLayer is a layer of one of CLIP's encoders.
func (b builder) clipLayer(name string, x, mask *ggml.Tensor, hidden, heads int64, activation string, eps float64) *ggml.Tensor {
	width := x.Shape[0]
	p := projections{q: "q_proj", k: "k_proj", v: "v_proj", out: "out_proj", bias: true}
	h := b.layerNorm(name+".layer_norm1", x, eps)
	x = b.Add(x, b.attention(name+".self_attn", h, h, heads, p, mask))

	h = b.linear(name+".mlp.fc1", b.layerNorm(name+".layer_norm2", x, eps), hidden, true)
	if activation == "gelu" {
		h = b.GELU(h)
	} else {
		h = b.QuickGELU(h)
	}
	return b.Add(x, b.linear(name+".mlp.fc2", h, width, true))
}
