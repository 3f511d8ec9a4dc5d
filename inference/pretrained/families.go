package pretrained

import "math"

// decoderDims are the sizes under the names that most models have for them.
func decoderDims(c *config) dims {
	d := dims{
		layers:  c.count("num_hidden_layers", maxLayers),
		vocab:   c.count("vocab_size", maxVocab),
		width:   c.count("hidden_size", maxWidth),
		hidden:  c.count("intermediate_size", maxWidth),
		context: c.count("max_position_embeddings", maxContext),
		heads:   c.count("num_attention_heads", maxWidth),
	}
	d.kvHeads = c.countOr("num_key_value_heads", d.heads, maxWidth)
	d.headDim = c.countOr("head_dim", max(d.width/d.heads, 1), maxWidth)
	d.check(c, c.has("head_dim"))
	return d
}

// check refuses sizes that don't fit each other.
func (d dims) check(c *config, ownHeadDim bool) {
	if d.heads%d.kvHeads != 0 {
		c.fail("%d attention heads can't share %d key heads", d.heads, d.kvHeads)
	}
	if !ownHeadDim && d.width%d.heads != 0 {
		c.fail("a width of %d can't be shared by %d heads", d.width, d.heads)
	}
	if d.headDim%2 != 0 || d.headDim > maxWidth/2 || d.heads*d.headDim > maxWidth {
		c.fail("%d heads of %d numbers, want an even size and at most %d in all", d.heads, d.headDim, maxWidth)
	}
}

// fullWidth refuses heads that the engine's graph has no room for.
func (d dims) fullWidth(c *config) {
	if d.heads*d.headDim != d.width {
		c.unsupported("%d heads of %d numbers in a width of %d", d.heads, d.headDim, d.width)
	}
}

func commonKeys(h *header, d dims) {
	h.set("block_count", d.layers)
	h.set("context_length", d.context)
	h.set("embedding_length", d.width)
	h.set("feed_forward_length", d.hidden)
	h.set("attention.head_count", d.heads)
	h.set("attention.head_count_kv", d.kvHeads)
	h.set("vocab_size", d.vocab)
}

func headKeys(h *header, d dims) {
	h.set("attention.key_length", d.headDim)
	h.set("attention.value_length", d.headDim)
}

// epsilon is a small number that keeps a norm from dividing by zero.
func epsilon(c *config, key string, missing float64) float64 {
	v := c.number(key, missing)
	if v < 0 || v > 1 {
		c.fail("%s is %v, want 0 to 1", key, v)
	}
	return v
}

func llamaKeys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	if c.has("pretraining_tp") && c.number("pretraining_tp", 1) != 1 {
		c.unsupported("pretraining_tp is %v, want 1", c.number("pretraining_tp", 1))
	}
	d.context = windowed(c, d.context, "sliding_window", true)
	commonKeys(h, d)
	headKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-6))
	ropeKeys(c, h, d.headDim, 10000)
}

func qwen2Keys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	d.fullWidth(c)
	d.context = windowed(c, d.context, "sliding_window", c.flag("use_sliding_window", false))
	commonKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-6))
	ropeKeys(c, h, d.headDim, 10000)
}

func gpt2Dims(c *config) dims {
	d := dims{
		layers:  c.count("n_layer", maxLayers),
		vocab:   c.count("vocab_size", maxVocab),
		width:   c.count("n_embd", maxWidth),
		context: c.count("n_positions", maxContext),
		heads:   c.count("n_head", maxWidth),
	}
	d.kvHeads = d.heads
	d.headDim = max(d.width/d.heads, 1)
	d.hidden = c.countOr("n_inner", 4*d.width, maxWidth)
	d.check(c, false)
	return d
}

func gpt2Keys(c *config, h *header, d dims) {
	c.want("activation_function", "gelu_new", "gelu_new", "gelu_pytorch_tanh")
	if !c.flag("scale_attn_weights", true) || c.flag("scale_attn_by_inverse_layer_idx", false) || c.flag("add_cross_attention", false) {
		c.unsupported("its attention is scaled otherwise than GPT-2's")
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_epsilon", epsilon(c, "layer_norm_epsilon", 1e-5))
}

// windowed bounds the context of a model whose tokens see only the last so
// many, where the engine would let them see all: up to there both are the same.
func windowed(c *config, context uint64, key string, used bool) uint64 {
	if !used || !c.has(key) {
		return context
	}
	return min(context, c.count(key, maxContext))
}

// ropeKeys are the settings of rotary positions, in the layout of transformers
// up to version 4 (rope_theta beside rope_scaling) and 5 (rope_parameters).
func ropeKeys(c *config, h *header, rotated uint64, base float64) {
	scaling := c.object("rope_scaling")
	theta := c.number("rope_theta", base)
	if c.has("rope_parameters") {
		scaling = c.object("rope_parameters")
		theta = scaling.number("rope_theta", theta)
	}
	if theta <= 0 {
		c.fail("rope_theta is %v, want more than 0", theta)
	}
	h.set("rope.dimension_count", rotated)
	h.set("rope.freq_base", theta)

	factor := scaling.number("factor", 1)
	if factor < 1 {
		scaling.fail("factor is %v, want at least 1", factor)
	}
	switch kind := scaling.text("rope_type", scaling.text("type", "default")); kind {
	case "default", "dynamic": // dynamic changes nothing up to the trained context
	case "linear":
		h.set("rope.scaling.type", "linear")
		h.set("rope.scaling.factor", factor)
	case "yarn":
		yarnKeys(scaling, h, factor)
	case "llama3":
		h.constant("rope_freqs.weight", llama3Factors(scaling, rotated, theta, factor))
	default:
		scaling.unsupported("rope type %q", kind)
	}
}

func yarnKeys(scaling *config, h *header, factor float64) {
	if scaling.number("beta_fast", 32) != 32 || scaling.number("beta_slow", 1) != 1 || scaling.has("attention_factor") || scaling.has("mscale") || scaling.has("mscale_all_dim") || scaling.has("truncate") {
		scaling.unsupported("yarn with settings of its own")
	}
	h.set("rope.scaling.type", "yarn")
	h.set("rope.scaling.factor", factor)
	h.set("rope.scaling.original_context_length", scaling.count("original_max_position_embeddings", maxContext))
}

// llama3Factors are the numbers by which the frequencies are divided: slow ones
// by factor, fast ones not at all, those between by a share of it.
func llama3Factors(scaling *config, rotated uint64, theta, factor float64) []float32 {
	low := scaling.number("low_freq_factor", 1)
	high := scaling.number("high_freq_factor", 4)
	context := float64(scaling.countOr("original_max_position_embeddings", 8192, maxContext))
	if low <= 0 || high <= low {
		scaling.fail("low_freq_factor %v and high_freq_factor %v, want 0 < low < high", low, high)
	}

	out := make([]float32, rotated/2)
	for i := range out {
		wave := 2 * math.Pi * math.Pow(theta, 2*float64(i)/float64(rotated))
		switch {
		case wave > context/low:
			out[i] = float32(factor)
		case wave < context/high:
			out[i] = 1
		default:
			share := (context/wave - low) / (high - low)
			out[i] = float32(1 / ((1-share)/factor + share))
		}
	}
	return out
}
