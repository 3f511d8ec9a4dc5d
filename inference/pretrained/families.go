package pretrained

import (
	"math"
	"slices"
)

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

func mixtralDims(c *config) dims {
	d := decoderDims(c)
	d.experts = c.count("num_local_experts", maxExperts)
	d.expertHidden = d.hidden
	return d
}

func mixtralKeys(c *config, h *header, d dims) {
	llamaKeys(c, h, d)
	expertKeys(c, h, d)
}

// expertKeys say how many experts there are and how many work on a token.
func expertKeys(c *config, h *header, d dims) {
	h.set("expert_count", d.experts)
	h.set("expert_used_count", c.count("num_experts_per_tok", int64(d.experts)))
}

func qwen2Keys(c *config, h *header, d dims) {
	d.fullWidth(c)
	qwenKeys(c, h, d)
}

func qwen3Keys(c *config, h *header, d dims) {
	if c.flag("attention_bias", false) {
		c.unsupported("its attention has biases")
	}
	qwenKeys(c, h, d)
	headKeys(h, d)
}

func qwenKeys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	d.context = windowed(c, d.context, "sliding_window", c.flag("use_sliding_window", false))
	commonKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-6))
	ropeKeys(c, h, d.headDim, 10000)
}

func qwenMoeDims(c *config) dims {
	d := decoderDims(c)
	d.experts = c.count("num_experts", maxExperts)
	d.expertHidden = c.count("moe_intermediate_size", maxWidth)
	d.sharedHidden = c.countOr("shared_expert_intermediate_size", 1, maxWidth)
	return d
}

func qwen2MoeKeys(c *config, h *header, d dims) {
	d.fullWidth(c)
	qwenKeys(c, h, d)
	qwenExperts(c, h, d, false)
	h.set("expert_shared_feed_forward_length", d.sharedHidden)
}

func qwen3MoeKeys(c *config, h *header, d dims) {
	qwen3Keys(c, h, d)
	qwenExperts(c, h, d, true)
}

// qwenExperts refuses models with layers that have no experts, and those whose
// shares of the experts are scaled otherwise than the engine does it.
func qwenExperts(c *config, h *header, d dims, normalized bool) {
	if c.flag("norm_topk_prob", false) != normalized {
		c.unsupported("norm_topk_prob is %v", !normalized)
	}
	if len(c.numbers("mlp_only_layers", maxLayers)) > 0 || c.countOr("decoder_sparse_step", 1, maxLayers) != 1 {
		c.unsupported("some of its layers have no experts")
	}
	expertKeys(c, h, d)
	h.set("expert_feed_forward_length", d.expertHidden)
}

func gemmaKeys(c *config, h *header, d dims) {
	c.want("hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh")
	c.want("hidden_act", "gelu_pytorch_tanh", "gelu_pytorch_tanh", "gelu")
	gemmaCommon(c, h, d, 10000)
}

func gemmaCommon(c *config, h *header, d dims, base float64) {
	if c.flag("attention_bias", false) {
		c.unsupported("its attention has biases")
	}
	commonKeys(h, d)
	headKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-6))
	ropeKeys(c, h, d.headDim, base)
}

func gemma2Keys(c *config, h *header, d dims) {
	c.want("hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh")
	gemmaScale(c, d, 46)
	slidingEvery(c, 2)
	gemmaCommon(c, h, d, 10000)
	for _, key := range []string{"attn_logit_softcapping", "final_logit_softcapping"} {
		v := c.number(key, 0)
		if v <= 0 {
			c.unsupported("%s is %v, want more than 0", key, v)
		}
		h.set(key, v)
	}
	h.set("attention.sliding_window", c.count("sliding_window", maxContext))
}

// gemma3Dims fills in what the family's settings leave out when it has its usual
// value.
func gemma3Dims(c *config) dims {
	d := dims{
		layers:  c.countOr("num_hidden_layers", 26, maxLayers),
		vocab:   c.countOr("vocab_size", 262208, maxVocab),
		width:   c.countOr("hidden_size", 2304, maxWidth),
		hidden:  c.countOr("intermediate_size", 9216, maxWidth),
		context: c.countOr("max_position_embeddings", 131072, maxContext),
		heads:   c.countOr("num_attention_heads", 8, maxWidth),
		kvHeads: c.countOr("num_key_value_heads", 4, maxWidth),
		headDim: c.countOr("head_dim", 256, maxWidth),
	}
	d.check(c, true)
	return d
}

func gemma3Keys(c *config, h *header, d dims) {
	c.want("hidden_activation", "gelu_pytorch_tanh", "gelu_pytorch_tanh")
	if c.has("attn_logit_softcapping") || c.has("final_logit_softcapping") || c.flag("use_bidirectional_attention", false) {
		c.unsupported("its attention is not that of Gemma 3's text models")
	}
	gemmaScale(c, d, 62)
	slidingEvery(c, 6)
	gemmaCommon(c, h, d, 1e6)
	h.set("attention.sliding_window", c.countOr("sliding_window", 4096, maxContext))
	sliding := c.object("rope_parameters").object("sliding_attention")
	sliding.want("rope_type", "default", "default")
	local := sliding.number("rope_theta", c.number("rope_local_base_freq", 10000))
	if local <= 0 {
		c.fail("rope_local_base_freq is %v, want more than 0", local)
	}
	h.set("rope.freq_base_swa", local)
}

// gemmaScale refuses a scale of the attention that the engine doesn't use; it
// knows one model by its number of layers.
func gemmaScale(c *config, d dims, largest uint64) {
	want := float64(d.headDim)
	if d.layers == largest {
		want = float64(d.width / d.heads)
	}
	if got := c.number("query_pre_attn_scalar", 256); got != want {
		c.unsupported("query_pre_attn_scalar is %v, want %v", got, want)
	}
}

// slidingEvery refuses layers with a window in another order than the engine's,
// in which the last of every so many has none.
func slidingEvery(c *config, period int) {
	if n := c.countOr("sliding_window_pattern", uint64(period), maxLayers); n != uint64(period) {
		c.unsupported("sliding_window_pattern is %d, want %d", n, period)
	}
	var kinds []string
	c.read("layer_types", &kinds)
	for i, kind := range kinds {
		want := "sliding_attention"
		if (i+1)%period == 0 {
			want = "full_attention"
		}
		if kind != want {
			c.unsupported("layer %d has %q, want %q", i, kind, want)
		}
	}
}

func phi3Keys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	d.fullWidth(c)
	d.context = windowed(c, d.context, "sliding_window", true)
	rotated := rotatedPart(c, "partial_rotary_factor", 1, d.headDim)

	scaling := ropeScaling(c)
	if kind := scaling.text("rope_type", scaling.text("type", "default")); kind == "longrope" || kind == "su" {
		d.context = longRope(c, scaling, h, d, rotated)
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-5))
	ropeKeys(c, h, rotated, 10000)
}

// rotatedPart is how many numbers of a head are rotated.
func rotatedPart(c *config, key string, missing float64, headDim uint64) uint64 {
	share := c.number(key, ropeScaling(c).number(key, missing))
	n := uint64(math.Max(0, math.Min(share, 1)) * float64(headDim))
	if share <= 0 || share > 1 || n == 0 || n%2 != 0 {
		c.fail("%s is %v, want a share that leaves an even part of %d", key, share, headDim)
		return headDim
	}
	return n
}

// longRope describes frequencies that change beyond the context of the first
// training. A prompt's first tokens would have to be computed anew there, which
// no engine does, so the context ends there.
func longRope(c, scaling *config, h *header, d dims, rotated uint64) uint64 {
	original := c.countOr("original_max_position_embeddings", scaling.countOr("original_max_position_embeddings", d.context, maxContext), maxContext)
	for _, key := range []string{"short_factor", "long_factor"} {
		factors := scaling.numbers(key, rotated)
		if uint64(len(factors)) != rotated/2 || slices.ContainsFunc(factors, func(v float64) bool { return v <= 0 }) {
			scaling.fail("%s has %d numbers, want %d above 0", key, len(factors), rotated/2)
			return original
		}
		values := make([]float32, len(factors))
		for i, v := range factors {
			values[i] = float32(v)
		}
		h.constant(map[string]string{"short_factor": "rope_factors_short.weight", "long_factor": "rope_factors_long.weight"}[key], values)
	}

	h.longRope = true
	factor := float64(c.count("max_position_embeddings", maxContext)) / float64(original)
	attention := 1.0
	if factor > 1 {
		attention = math.Sqrt(1 + math.Log(factor)/math.Log(float64(original)))
	}
	h.set("rope.scaling.attn_factor", scaling.number("attention_factor", attention))
	h.set("rope.scaling.original_context_length", original)
	return min(d.context, original)
}

func stableLMKeys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	d.fullWidth(c)
	if c.flag("use_parallel_residual", false) || c.flag("qk_layernorm", false) {
		c.unsupported("it is a StableLM with norms of its heads or parallel halves")
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_epsilon", epsilon(c, "layer_norm_eps", 1e-5))
	h.set("use_parallel_residual", false)
	ropeKeys(c, h, rotatedPart(c, "partial_rotary_factor", 0.25, d.headDim), 10000)
}

func olmo2Keys(c *config, h *header, d dims) {
	c.want("hidden_act", "silu", "silu")
	d.fullWidth(c)
	if c.flag("attention_bias", false) {
		c.unsupported("its attention has biases")
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_rms_epsilon", epsilon(c, "rms_norm_eps", 1e-5))
	ropeKeys(c, h, d.headDim, 10000)
}

func neoxKeys(c *config, h *header, d dims) {
	c.want("hidden_act", "gelu", "gelu", "gelu_new", "gelu_fast")
	d.fullWidth(c)
	if d.kvHeads != d.heads {
		c.unsupported("%d heads share %d keys", d.heads, d.kvHeads)
	}
	if !c.flag("attention_bias", true) {
		c.unsupported("its attention has no biases")
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_epsilon", epsilon(c, "layer_norm_eps", 1e-5))
	h.set("use_parallel_residual", c.flag("use_parallel_residual", true))
	base := c.number("rotary_emb_base", 10000)
	ropeKeys(c, h, rotatedPart(c, "rotary_pct", 0.25, d.headDim), base)
}

func falconDims(c *config) dims {
	d := dims{
		layers:  c.count("num_hidden_layers", maxLayers),
		vocab:   c.count("vocab_size", maxVocab),
		width:   c.count("hidden_size", maxWidth),
		context: c.countOr("max_position_embeddings", 2048, maxContext),
		heads:   c.count("num_attention_heads", maxWidth),
		kvHeads: 1,
	}
	if c.flag("new_decoder_architecture", false) {
		d.kvHeads = c.countOr("num_kv_heads", d.heads, maxWidth)
	}
	d.hidden = c.countOr("ffn_hidden_size", 4*d.width, maxWidth)
	d.headDim = max(d.width/d.heads, 1)
	d.check(c, false)
	return d
}

func falconKeys(c *config, h *header, d dims) {
	c.want("activation", "gelu", "gelu")
	newer := c.flag("new_decoder_architecture", false)
	if c.flag("alibi", false) || c.flag("bias", false) || c.flag("apply_residual_connection_post_layernorm", false) || !newer && !(c.flag("multi_query", true) && c.flag("parallel_attn", true)) {
		c.unsupported("it is one of the Falcon models without rotary positions, shared keys or parallel halves")
	}
	commonKeys(h, d)
	h.set("attention.layer_norm_epsilon", epsilon(c, "layer_norm_epsilon", 1e-5))
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

// ropeScaling is the object that says how frequencies are scaled; where layers
// differ, that of the layers without a window.
func ropeScaling(c *config) *config {
	if !c.has("rope_parameters") {
		return c.object("rope_scaling")
	}
	scaling := c.object("rope_parameters")
	if scaling.has("full_attention") {
		return scaling.object("full_attention")
	}
	return scaling
}

// ropeKeys are the settings of rotary positions, in the layout of transformers
// up to version 4 (rope_theta beside rope_scaling) and 5 (rope_parameters).
func ropeKeys(c *config, h *header, rotated uint64, base float64) {
	scaling := ropeScaling(c)
	theta := scaling.number("rope_theta", c.number("rope_theta", base))
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
	case "longrope", "su":
		if !h.longRope {
			scaling.unsupported("rope type %q", kind)
		}
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
