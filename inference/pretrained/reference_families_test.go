package pretrained_test

import (
	"fmt"
	"math"
	"slices"
)

// gemma is the forward pass of Gemma: norms of 1+weight, a scaled embedding and,
// in versions 2 and 3, norms on both sides of each half, windows and caps.
type gemma struct {
	decoder
	sandwich   bool
	window     int
	period     int     // the last layer of so many has no window
	localTheta float64 // of the layers with a window
	slow       float64 // divides the frequencies of the layers without a window; 0 is 1
	cap        float64 // of the attention
	finalCap   float64
}

func (g *gemma) run(tokens []int32) [][]float64 {
	normed := func(name string) func(int, []float64) []float64 {
		return func(_ int, x []float64) []float64 { return g.rms(name, x, 1) }
	}
	x := g.embed("model.embed_tokens", tokens, math.Sqrt(float64(g.get("model.norm.weight").shape[0])))
	for l := range g.layers {
		at := fmt.Sprintf("model.layers.%d", l)
		window, theta := 0, g.theta
		if g.period > 0 && (l+1)%g.period != 0 {
			window, theta = g.window, g.localTheta
		}
		g.freqs = nil
		if window == 0 && g.slow > 0 {
			g.freqs = slices.Repeat([]float64{g.slow}, g.headDim/2)
		}
		h := g.attention(at+".self_attn", each(x, normed(at+".input_layernorm")), window, theta)
		before, after := ".post_attention_layernorm", ""
		if g.sandwich {
			h = each(h, normed(at+".post_attention_layernorm"))
			before, after = ".pre_feedforward_layernorm", ".post_feedforward_layernorm"
		}
		x = sum(x, h)
		h = each(each(x, normed(at+before)), func(_ int, x []float64) []float64 { return g.gated(at+".mlp", x, geluTanh) })
		if after != "" {
			h = each(h, normed(at+after))
		}
		x = sum(x, h)
	}
	return each(g.head(x, 1), func(_ int, x []float64) []float64 {
		for i := range x {
			if g.finalCap > 0 {
				x[i] = g.finalCap * math.Tanh(x[i]/g.finalCap)
			}
		}
		return x
	})
}

func (g *gemma) attention(at string, h [][]float64, window int, theta float64) [][]float64 {
	project := func(name string) [][]float64 {
		return each(h, func(p int, x []float64) []float64 {
			out := g.linear(at+"."+name+"_proj", x)
			for i := 0; name != "v" && i < len(out); i += g.headDim {
				head := out[i : i+g.headDim]
				if g.has("%s.%s_norm.weight", at, name) {
					copy(head, g.rms(at+"."+name+"_norm", head, 1))
				}
				g.rotate(head, g.headDim, p, theta)
			}
			return out
		})
	}
	mixed := g.attend(project("q"), project("k"), project("v"), 1/math.Sqrt(float64(g.headDim)), window, g.cap)
	return each(mixed, func(_ int, x []float64) []float64 { return g.linear(at+".o_proj", x) })
}

// phi3 is Llama with joint matrices, a part of each head rotated, and a factor
// on what is rotated.
func (d *decoder) phi3(tokens []int32, rotated int, factor float64) [][]float64 {
	x := d.embed("model.embed_tokens", tokens, 1)
	q, k := d.heads*d.headDim, d.kvHeads*d.headDim
	for l := range d.layers {
		at := fmt.Sprintf("model.layers.%d", l)
		qkv := each(x, func(_ int, x []float64) []float64 {
			return d.linear(at+".self_attn.qkv_proj", d.rms(at+".input_layernorm", x, 0))
		})
		part := func(from, to int, rotate bool) [][]float64 {
			return each(qkv, func(p int, x []float64) []float64 {
				out := append([]float64(nil), x[from:to]...)
				for i := 0; rotate && i < len(out); i += d.headDim {
					d.rotate(out[i:i+d.headDim], rotated, p, d.theta)
					for j := range rotated {
						out[i+j] *= factor
					}
				}
				return out
			})
		}
		mixed := d.attend(part(0, q, true), part(q, q+k, true), part(q+k, q+2*k, false), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		x = sum(x, each(mixed, func(_ int, x []float64) []float64 { return d.linear(at+".self_attn.o_proj", x) }))
		x = sum(x, each(x, func(_ int, x []float64) []float64 {
			both := d.linear(at+".mlp.gate_up_proj", d.rms(at+".post_attention_layernorm", x, 0))
			half := len(both) / 2
			for i := range half {
				both[half+i] *= silu(both[i])
			}
			return d.linear(at+".mlp.down_proj", both[half:])
		}))
	}
	return d.head(x, 0)
}

// olmo2 has its norms after the halves of a layer, and norms over all heads.
func (d *decoder) olmo2(tokens []int32) [][]float64 {
	x := d.embed("model.embed_tokens", tokens, 1)
	for l := range d.layers {
		at := fmt.Sprintf("model.layers.%d", l)
		project := func(name string) [][]float64 {
			return each(x, func(p int, x []float64) []float64 {
				out := d.linear(at+".self_attn."+name+"_proj", x)
				if name == "v" {
					return out
				}
				out = d.rms(at+".self_attn."+name+"_norm", out, 0)
				for i := 0; i < len(out); i += d.headDim {
					d.rotate(out[i:i+d.headDim], d.headDim, p, d.theta)
				}
				return out
			})
		}
		mixed := d.attend(project("q"), project("k"), project("v"), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		x = sum(x, each(mixed, func(_ int, x []float64) []float64 {
			return d.rms(at+".post_attention_layernorm", d.linear(at+".self_attn.o_proj", x), 0)
		}))
		x = sum(x, each(x, func(_ int, x []float64) []float64 {
			return d.rms(at+".post_feedforward_layernorm", d.gated(at+".mlp", x, silu), 0)
		}))
	}
	return d.head(x, 0)
}

// neox is GPT-NeoX: query, key and value of each head side by side, a part of
// each head rotated, and both halves of a layer fed alike where parallel.
func (d *decoder) neox(tokens []int32, rotated int, parallel bool) [][]float64 {
	x := d.embed("gpt_neox.embed_in", tokens, 1)
	for l := range d.layers {
		at := fmt.Sprintf("gpt_neox.layers.%d", l)
		qkv := each(x, func(_ int, x []float64) []float64 {
			return d.linear(at+".attention.query_key_value", d.layerNorm(at+".input_layernorm", x))
		})
		part := func(n int) [][]float64 {
			return each(qkv, func(p int, x []float64) []float64 {
				var out []float64
				for h := range d.heads {
					head := append([]float64(nil), x[(3*h+n)*d.headDim:(3*h+n+1)*d.headDim]...)
					if n < 2 {
						d.rotate(head, rotated, p, d.theta)
					}
					out = append(out, head...)
				}
				return out
			})
		}
		mixed := d.attend(part(0), part(1), part(2), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		after := sum(x, each(mixed, func(_ int, x []float64) []float64 { return d.linear(at+".attention.dense", x) }))
		fed := after
		if parallel {
			fed = x
		}
		x = sum(after, each(fed, func(_ int, x []float64) []float64 {
			return d.plainMLP(at, d.layerNorm(at+".post_attention_layernorm", x))
		}))
	}
	return each(x, func(_ int, x []float64) []float64 {
		return d.linear("embed_out", d.layerNorm("gpt_neox.final_layer_norm", x))
	})
}

func (d *decoder) plainMLP(at string, x []float64) []float64 {
	h := d.linear(at+".mlp.dense_h_to_4h", x)
	for i := range h {
		h[i] = gelu(h[i])
	}
	return d.linear(at+".mlp.dense_4h_to_h", h)
}

// falcon has groups of queries with their key and value, and halves side by side.
func (d *decoder) falcon(tokens []int32) [][]float64 {
	x := d.embed("transformer.word_embeddings", tokens, 1)
	perGroup := d.heads / d.kvHeads
	for l := range d.layers {
		at := fmt.Sprintf("transformer.h.%d", l)
		attnNorm, mlpNorm := at+".ln_attn", at+".ln_mlp"
		if d.has("%s.input_layernorm.weight", at) {
			attnNorm, mlpNorm = at+".input_layernorm", at+".input_layernorm"
		}
		qkv := each(x, func(_ int, x []float64) []float64 {
			return d.linear(at+".self_attention.query_key_value", d.layerNorm(attnNorm, x))
		})
		part := func(first, count int, rotate bool) [][]float64 {
			return each(qkv, func(p int, x []float64) []float64 {
				var out []float64
				for g := range d.kvHeads {
					for i := range count {
						n := g*(perGroup+2) + first + i
						head := append([]float64(nil), x[n*d.headDim:(n+1)*d.headDim]...)
						if rotate {
							d.rotate(head, d.headDim, p, d.theta)
						}
						out = append(out, head...)
					}
				}
				return out
			})
		}
		mixed := d.attend(part(0, perGroup, true), part(perGroup, 1, true), part(perGroup+1, 1, false), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		after := sum(x, each(mixed, func(_ int, x []float64) []float64 { return d.linear(at+".self_attention.dense", x) }))
		x = sum(after, each(x, func(_ int, x []float64) []float64 { return d.plainMLP(at, d.layerNorm(mlpNorm, x)) }))
	}
	return each(x, func(_ int, x []float64) []float64 {
		return d.linear("transformer.word_embeddings", d.layerNorm("transformer.ln_f", x))
	})
}

// stableLM is Llama with norms that have a mean and a bias, and a part of each
// head rotated.
func (d *decoder) stableLM(tokens []int32, rotated int) [][]float64 {
	x := d.embed("model.embed_tokens", tokens, 1)
	for l := range d.layers {
		at := fmt.Sprintf("model.layers.%d", l)
		h := each(x, func(_ int, x []float64) []float64 { return d.layerNorm(at+".input_layernorm", x) })
		project := func(name string) [][]float64 {
			return each(h, func(p int, x []float64) []float64 {
				out := d.linear(at+".self_attn."+name+"_proj", x)
				for i := 0; name != "v" && i < len(out); i += d.headDim {
					d.rotate(out[i:i+d.headDim], rotated, p, d.theta)
				}
				return out
			})
		}
		mixed := d.attend(project("q"), project("k"), project("v"), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		x = sum(x, each(mixed, func(_ int, x []float64) []float64 { return d.linear(at+".self_attn.o_proj", x) }))
		x = sum(x, each(x, func(_ int, x []float64) []float64 {
			return d.gated(at+".mlp", d.layerNorm(at+".post_attention_layernorm", x), silu)
		}))
	}
	return each(x, func(_ int, x []float64) []float64 { return d.linear("lm_head", d.layerNorm("model.norm", x)) })
}
