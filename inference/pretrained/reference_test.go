package pretrained_test

import (
	"fmt"
	"math"
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
