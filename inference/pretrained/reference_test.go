package pretrained_test

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// decoder is a forward pass in float64, written from the definition of the
// models and straight from the tensors' names in their repositories. It shares
// no code with the mapper or the engine.
type decoder struct {
	w                               *weights
	layers, heads, kvHeads, headDim int
	theta                           float64
	eps                             float64
	expertsUsed                     int
	freqs                           []float64 // divisors of the frequencies; nil is 1
}

func (d *decoder) get(format string, args ...any) tensor {
	name := fmt.Sprintf(format, args...)
	t, ok := d.w.tensors[name]
	if !ok {
		panic("the test's checkpoint has no tensor " + name)
	}
	return t
}

func (d *decoder) has(format string, args ...any) bool {
	_, ok := d.w.tensors[fmt.Sprintf(format, args...)]
	return ok
}

// linear is the matrix times x, and the bias where the checkpoint has one.
func (d *decoder) linear(name string, x []float64) []float64 {
	m := d.get("%s.weight", name)
	out := make([]float64, m.shape[0])
	for r := range out {
		for i, v := range m.row(r) {
			out[r] += float64(v) * x[i]
		}
	}
	return d.bias(name, out)
}

// turned is linear for a matrix stored with its inputs first.
func (d *decoder) turned(name string, x []float64) []float64 {
	m := d.get("%s.weight", name)
	out := make([]float64, m.shape[1])
	for i := range x {
		for c, v := range m.row(i) {
			out[c] += float64(v) * x[i]
		}
	}
	return d.bias(name, out)
}

func (d *decoder) bias(name string, x []float64) []float64 {
	if d.has("%s.bias", name) {
		for i, v := range d.get("%s.bias", name).data {
			x[i] += float64(v)
		}
	}
	return x
}

// rms is the norm by the root mean square; plus is added to its weights.
func (d *decoder) rms(name string, x []float64, plus float64) []float64 {
	var sum float64
	for _, v := range x {
		sum += v * v
	}
	scale := 1 / math.Sqrt(sum/float64(len(x))+d.eps)
	out := make([]float64, len(x))
	for i, v := range d.get("%s.weight", name).data {
		out[i] = x[i] * scale * (float64(v) + plus)
	}
	return out
}

func (d *decoder) layerNorm(name string, x []float64) []float64 {
	var mean, square float64
	for _, v := range x {
		mean += v / float64(len(x))
	}
	for _, v := range x {
		square += (v - mean) * (v - mean) / float64(len(x))
	}
	out := make([]float64, len(x))
	for i, v := range d.get("%s.weight", name).data {
		out[i] = (x[i] - mean) / math.Sqrt(square+d.eps) * float64(v)
	}
	return d.bias(name, out)
}

// rotate turns the pairs (i, i+n/2) of a head's first n numbers.
func (d *decoder) rotate(head []float64, n, pos int, theta float64) {
	for i := range n / 2 {
		angle := float64(pos) * math.Pow(theta, -2*float64(i)/float64(n))
		if d.freqs != nil {
			angle /= d.freqs[i]
		}
		a, b := head[i], head[i+n/2]
		head[i], head[i+n/2] = a*math.Cos(angle)-b*math.Sin(angle), a*math.Sin(angle)+b*math.Cos(angle)
	}
}

// attend mixes the values of all positions up to each one. q, k and v hold a
// vector a position; window 0 is no limit, softcap 0 none.
func (d *decoder) attend(q, k, v [][]float64, scale float64, window int, softcap float64) [][]float64 {
	out := make([][]float64, len(q))
	for p := range q {
		out[p] = make([]float64, d.heads*d.headDim)
		for h := range d.heads {
			kv := h / (d.heads / d.kvHeads)
			first := 0
			if window > 0 {
				first = max(0, p-window+1)
			}
			scores := make([]float64, p+1)
			var sum float64
			for s := first; s <= p; s++ {
				var dot float64
				for i := range d.headDim {
					dot += q[p][h*d.headDim+i] * k[s][kv*d.headDim+i]
				}
				dot *= scale
				if softcap > 0 {
					dot = softcap * math.Tanh(dot/softcap)
				}
				scores[s] = math.Exp(dot)
				sum += scores[s]
			}
			for s := first; s <= p; s++ {
				for i := range d.headDim {
					out[p][h*d.headDim+i] += scores[s] / sum * v[s][kv*d.headDim+i]
				}
			}
		}
	}
	return out
}

func silu(x float64) float64 { return x / (1 + math.Exp(-x)) }
func gelu(x float64) float64 { return x / 2 * (1 + math.Erf(x/math.Sqrt2)) }
func geluTanh(x float64) float64 {
	return x / 2 * (1 + math.Tanh(math.Sqrt(2/math.Pi)*(x+0.044715*x*x*x)))
}

func each(xs [][]float64, f func(p int, x []float64) []float64) [][]float64 {
	out := make([][]float64, len(xs))
	for p, x := range xs {
		out[p] = f(p, x)
	}
	return out
}

func sum(a, b [][]float64) [][]float64 {
	return each(a, func(p int, x []float64) []float64 {
		out := make([]float64, len(x))
		for i := range x {
			out[i] = x[i] + b[p][i]
		}
		return out
	})
}

func (d *decoder) embed(name string, tokens []int32, scale float64) [][]float64 {
	m := d.get("%s.weight", name)
	out := make([][]float64, len(tokens))
	for p, t := range tokens {
		for _, v := range m.row(int(t)) {
			out[p] = append(out[p], float64(v)*scale)
		}
	}
	return out
}

// gated is the usual MLP: down(act(gate·x) · up·x).
func (d *decoder) gated(name string, x []float64, act func(float64) float64) []float64 {
	return d.gatedBy(name, "gate_proj", "up_proj", "down_proj", x, act)
}

func (d *decoder) gatedBy(name, gateName, upName, downName string, x []float64, act func(float64) float64) []float64 {
	gate, up := d.linear(name+"."+gateName, x), d.linear(name+"."+upName, x)
	for i := range up {
		up[i] *= act(gate[i])
	}
	return d.linear(name+"."+downName, up)
}

// llama is the forward pass of Llama and what is built like it.
func (d *decoder) llama(tokens []int32) [][]float64 {
	x := d.embed("model.embed_tokens", tokens, 1)
	for l := range d.layers {
		at := fmt.Sprintf("model.layers.%d", l)
		h := each(x, func(_ int, x []float64) []float64 { return d.rms(at+".input_layernorm", x, 0) })
		x = sum(x, d.selfAttention(at+".self_attn", h))
		x = sum(x, each(x, func(_ int, x []float64) []float64 {
			return d.mlp(at, d.rms(at+".post_attention_layernorm", x, 0))
		}))
	}
	return d.head(x, 0)
}

// selfAttention projects, rotates and attends. Norms of single heads are
// applied where the checkpoint has them.
func (d *decoder) selfAttention(at string, h [][]float64) [][]float64 {
	project := func(name string) [][]float64 {
		return each(h, func(p int, x []float64) []float64 {
			out := d.linear(at+"."+name+"_proj", x)
			if name == "v" {
				return out
			}
			for i := 0; i < len(out); i += d.headDim {
				head := out[i : i+d.headDim]
				if d.has("%s.%s_norm.weight", at, name) {
					copy(head, d.rms(at+"."+name+"_norm", head, 0))
				}
				d.rotate(head, d.headDim, p, d.theta)
			}
			return out
		})
	}
	mixed := d.attend(project("q"), project("k"), project("v"), 1/math.Sqrt(float64(d.headDim)), 0, 0)
	return each(mixed, func(_ int, x []float64) []float64 { return d.linear(at+".o_proj", x) })
}

// mlp is the half of a layer after the attention, with experts where the
// checkpoint has them.
func (d *decoder) mlp(at string, x []float64) []float64 {
	switch {
	case d.has("%s.block_sparse_moe.gate.weight", at):
		return d.mixture(at+".block_sparse_moe", [3]string{"w1", "w3", "w2"}, x, true)
	case d.has("%s.mlp.shared_expert_gate.weight", at):
		out := d.mixture(at+".mlp", [3]string{"gate_proj", "up_proj", "down_proj"}, x, false)
		gate := d.linear(at+".mlp.shared_expert_gate", x)[0]
		for i, v := range d.gated(at+".mlp.shared_expert", x, silu) {
			out[i] += v / (1 + math.Exp(-gate))
		}
		return out
	case d.has("%s.mlp.gate.weight", at):
		return d.mixture(at+".mlp", [3]string{"gate_proj", "up_proj", "down_proj"}, x, true)
	default:
		return d.gated(at+".mlp", x, silu)
	}
}

// mixture adds up the experts with the largest shares; normalized makes those
// shares a whole.
func (d *decoder) mixture(at string, names [3]string, x []float64, normalized bool) []float64 {
	shares := d.linear(at+".gate", x)
	var sum float64
	for i, v := range shares {
		shares[i] = math.Exp(v)
		sum += shares[i]
	}
	order := make([]int, len(shares))
	for i := range order {
		shares[i] /= sum
		order[i] = i
	}
	sort.Slice(order, func(i, j int) bool { return shares[order[i]] > shares[order[j]] })
	total := 1.0
	if normalized {
		total = 0
		for _, e := range order[:d.expertsUsed] {
			total += shares[e]
		}
	}

	out := make([]float64, len(x))
	for _, e := range order[:d.expertsUsed] {
		for i, v := range d.gatedBy(fmt.Sprintf("%s.experts.%d", at, e), names[0], names[1], names[2], x, silu) {
			out[i] += v * shares[e] / total
		}
	}
	return out
}

// head makes logits; the output matrix is the embedding where there is no other.
func (d *decoder) head(x [][]float64, plus float64) [][]float64 {
	name := "lm_head"
	if !d.has("lm_head.weight") {
		name = "model.embed_tokens"
	}
	return each(x, func(_ int, x []float64) []float64 { return d.linear(name, d.rms("model.norm", x, plus)) })
}

// gpt2 is the forward pass of GPT-2.
func (d *decoder) gpt2(tokens []int32) [][]float64 {
	x := d.embed("wte", tokens, 1)
	for p := range x {
		for i, v := range d.get("wpe.weight").row(p) {
			x[p][i] += float64(v)
		}
	}
	width := d.heads * d.headDim
	for l := range d.layers {
		at := fmt.Sprintf("h.%d", l)
		qkv := each(x, func(_ int, x []float64) []float64 { return d.turned(at+".attn.c_attn", d.layerNorm(at+".ln_1", x)) })
		part := func(n int) [][]float64 {
			return each(qkv, func(_ int, x []float64) []float64 { return x[n*width : (n+1)*width] })
		}
		mixed := d.attend(part(0), part(1), part(2), 1/math.Sqrt(float64(d.headDim)), 0, 0)
		x = sum(x, each(mixed, func(_ int, x []float64) []float64 { return d.turned(at+".attn.c_proj", x) }))
		x = sum(x, each(x, func(_ int, x []float64) []float64 {
			h := d.turned(at+".mlp.c_fc", d.layerNorm(at+".ln_2", x))
			for i := range h {
				h[i] = geluTanh(h[i])
			}
			return d.turned(at+".mlp.c_proj", h)
		}))
	}
	return each(x, func(_ int, x []float64) []float64 { return d.linear("wte", d.layerNorm("ln_f", x)) })
}

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
