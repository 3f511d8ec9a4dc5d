package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"helium/inference/checkpoint"
	"helium/inference/ggml"
)

// VisionConfig is what the config.json of a safety checker says of its CLIP
// vision model.
type VisionConfig struct {
	Width      int64   `json:"hidden_size"`
	Hidden     int64   `json:"intermediate_size"`
	Layers     int64   `json:"num_hidden_layers"`
	Heads      int64   `json:"num_attention_heads"`
	Channels   int64   `json:"num_channels"`
	Side       int64   `json:"image_size"` // of a square image
	Patch      int64   `json:"patch_size"` // of a square of points that becomes a row
	Activation string  `json:"hidden_act"`
	Eps        float64 `json:"layer_norm_eps"`
	Projection int64   `json:"-"`
}

// SafetyChecker is a CLIP vision model with the concepts that it is to find.
type SafetyChecker struct{ Config VisionConfig }

// ParseSafetyChecker reads the config.json of a safety checker.
func ParseSafetyChecker(raw []byte) (*SafetyChecker, error) {
	top := struct {
		Projection int64           `json:"projection_dim"`
		Vision     json.RawMessage `json:"vision_config"`
		Older      json.RawMessage `json:"vision_config_dict"` // where both say something this one is right
	}{Projection: 512}
	fixed := map[string]string{"model_type": `"clip"`, "quantization_config": "null"}
	if _, err := readConfig(raw, []string{"StableDiffusionSafetyChecker"}, fixed, &top); err != nil {
		return nil, err
	}

	c := VisionConfig{
		Width: 768, Hidden: 3072, Layers: 12, Heads: 12, Channels: 3, Side: 224, Patch: 32,
		Activation: "quick_gelu", Eps: 1e-5, Projection: top.Projection,
	}
	for _, part := range []struct {
		name string
		raw  json.RawMessage
	}{{"vision_config", top.Vision}, {"vision_config_dict", top.Older}} {
		if len(part.raw) == 0 {
			continue
		}
		if err := json.Unmarshal(part.raw, &c); err != nil {
			return nil, fmt.Errorf("read %s of config.json: %w", part.name, err)
		}
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &SafetyChecker{c}, nil
}

func (c *VisionConfig) check() error {
	err := check(
		limit{"hidden_size", c.Width, maxChannels}, limit{"intermediate_size", c.Hidden, maxChannels},
		limit{"num_hidden_layers", c.Layers, maxLayers}, limit{"num_attention_heads", c.Heads, maxHeads},
		limit{"num_channels", c.Channels, 3}, limit{"image_size", c.Side, 1 << 10},
		limit{"patch_size", c.Patch, c.Side}, limit{"projection_dim", c.Projection, maxChannels},
	)
	switch {
	case err != nil:
		return err
	case c.Channels != 3:
		return fmt.Errorf("%w: config.json has num_channels = %d, and this program knows 3", ErrUnsupported, c.Channels)
	case c.Width%c.Heads != 0:
		return fmt.Errorf("config.json has %d heads for %d numbers", c.Heads, c.Width)
	case !slices.Contains([]string{"quick_gelu", "gelu"}, c.Activation):
		return fmt.Errorf("%w: config.json has the activation %.100q, and this program knows gelu and quick_gelu", ErrUnsupported, c.Activation)
	}
	return checkEps("layer_norm_eps", c.Eps)
}

func (s *SafetyChecker) file() string             { return checkpoint.WeightsFile }
func (s *SafetyChecker) other(name string) string { return name }
func (s *SafetyChecker) smallest() Size           { return Size{Count: 1} }

// ignores positions, which are counted.
func (s *SafetyChecker) ignores(name string) bool { return name == visionAt+"embeddings.position_ids" }

const visionAt = "vision_model.vision_model."

// build takes an "image" of Config.Side, as CLIP scales its colours, and gives the
// "embedding" to compare concepts with. It is for one image, whatever the size.
func (s *SafetyChecker) build(b builder, _ Size) (in, out ports) {
	c := s.Config
	in = ports{}
	image := in.add(b, "image", checkpoint.F32, ggml.Dims(c.Side, c.Side, c.Channels))
	kernel := b.Weight(visionAt+"embeddings.patch_embedding.weight", b.opts.Number, ggml.Dims(c.Patch, c.Patch, c.Channels, c.Width))
	x := b.points(b.Conv(kernel, image, c.Patch, 0))

	class := b.Reshape(b.vector(visionAt+"embeddings.class_embedding", ggml.Dims(c.Width)), ggml.Dims(c.Width, 1))
	x = b.Concat(class, x, 1)
	x = b.Add(x, b.vector(visionAt+"embeddings.position_embedding.weight", ggml.Dims(c.Width, x.Shape[1])))
	x = b.layerNorm(visionAt+"pre_layrnorm", x, c.Eps) // the misspelling is the models'
	for l := range c.Layers {
		x = b.clipLayer(of("%sencoder.layers.%d", visionAt, l), x, nil, c.Hidden, c.Heads, c.Activation, c.Eps)
	}
	x = b.layerNorm(visionAt+"post_layernorm", b.Slice(x, 1, 0, 1), c.Eps)

	for _, list := range conceptLists() {
		b.vector(list.name, ggml.Dims(c.Projection, list.count))
		b.vector(list.name+"_weights", ggml.Dims(list.count))
	}
	return in, ports{"embedding": b.linear("visual_projection", x, c.Projection, false)}
}

// conceptList is a tensor of embeddings. Beside it are the thresholds, which the
// files call weights.
type conceptList struct {
	name  string
	count int64
}

// conceptLists are the special concepts, then the bad ones.
func conceptLists() [2]conceptList {
	return [2]conceptList{{"special_care_embeds", 3}, {"concept_embeds", 17}}
}

// Concepts are what a safety checker looks for in an image.
type Concepts struct{ special, bad []concept }

// concept is a direction of embeddings, and how much of it is too much.
type concept struct {
	embedding []float32
	threshold float64
}

// Concepts reads those of a safety checker's folder.
func (f *Folder) Concepts() (*Concepts, error) {
	var lists [2][]concept
	for i, list := range conceptLists() {
		embeddings, err := f.numbers(list.name)
		if err != nil {
			return nil, fmt.Errorf("read concepts: %w", err)
		}
		thresholds, err := f.numbers(list.name + "_weights")
		if err != nil {
			return nil, fmt.Errorf("read concepts: %w", err)
		}
		width := len(embeddings) / len(thresholds)
		for k, t := range thresholds {
			lists[i] = append(lists[i], concept{embeddings[k*width:][:width], float64(t)})
		}
	}
	return &Concepts{special: lists[0], bad: lists[1]}, nil
}

// numbers are those of a tensor of the folder.
func (f *Folder) numbers(name string) ([]float32, error) {
	i := slices.IndexFunc(f.sources, func(s source) bool { return s.weight.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("the network has no tensor %s", name)
	}
	from := f.sources[i].from
	raw := make([]byte, from.Size())
	if n, err := from.ReadAt(raw, 0); n != len(raw) {
		return nil, fmt.Errorf("read tensor %s: %w; the file was changed", name, err)
	}
	return checkpoint.DecodeFloats(raw, from.Type), nil
}

// Flagged says whether an image's embedding is closer to a bad concept than that
// one's threshold. A special concept makes all thresholds lower. Scores have three
// decimals, as in diffusers; where one is next to 0, cards of different makers may
// disagree.
func (c *Concepts) Flagged(embedding []float32) (bool, error) {
	var adjustment float64
	for _, s := range c.special {
		score, err := s.score(embedding, adjustment)
		if err != nil {
			return false, err
		}
		if score > 0 {
			adjustment = 0.01
		}
	}

	flagged := false
	for _, s := range c.bad {
		score, err := s.score(embedding, adjustment)
		if err != nil {
			return false, err
		}
		flagged = flagged || score > 0
	}
	return flagged, nil
}

// score is the cosine beyond the threshold, rounded to three decimals.
func (c concept) score(embedding []float32, adjustment float64) (float64, error) {
	if len(embedding) != len(c.embedding) {
		return 0, fmt.Errorf("an embedding of %d numbers, want %d", len(embedding), len(c.embedding))
	}
	cosine := float64(float32(dot(embedding, c.embedding) / float64(length(embedding)*length(c.embedding))))
	score := math.RoundToEven(float64((cosine-c.threshold+adjustment)*1000)) / 1000
	if math.IsNaN(score) || math.IsInf(score, 0) {
		return 0, errors.New("the embedding is not made of numbers")
	}
	return score, nil
}

func length(v []float32) float64 { return math.Max(math.Sqrt(dot(v, v)), 1e-12) }

func dot(a, b []float32) float64 {
	var sum float64
	for i, v := range a {
		sum += float64(float64(v) * float64(b[i]))
	}
	return sum
}
