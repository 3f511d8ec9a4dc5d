package checkpoint

import (
	"encoding/binary"
	"math"
)

// matrix is a weight matrix as the native library wants it: out rows of in
// values each, so that row r makes output r.
type matrix struct {
	in, out int
	data    []float64
}

func newMatrix(in, out int) *matrix {
	return &matrix{in: in, out: out, data: make([]float64, in*out)}
}

func (m *matrix) row(r int) []float64 { return m.data[r*m.in : (r+1)*m.in] }

// tensor rounds to half floats. Values first go to a grid of 1/4096, so that
// the last bit of a platform's logarithm or cosine can't reach the file.
func (m *matrix) tensor(name string) Tensor {
	data := make([]byte, 0, 2*len(m.data))
	for _, v := range m.data {
		data = binary.LittleEndian.AppendUint16(data, HalfBits(onGrid(v)))
	}
	return Tensor{Name: name, Dims: []uint64{uint64(m.in), uint64(m.out)}, Type: F16, Data: data}
}

func vector(name string, values []float64) Tensor {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(float32(onGrid(v))))
	}
	return Tensor{Name: name, Dims: []uint64{uint64(len(values))}, Type: F32, Data: data}
}

func onGrid(v float64) float64 { return math.Round(v*4096) / 4096 }

// tensors computes all weights.
func (c *compiler) tensors() []Tensor {
	q, k, v, o := c.attention()
	gate, up, down := c.memory()

	inNorm := constantVector(math.Sqrt(normSquare / width))
	// After attention the norm has grown by the codes of the earlier tokens.
	midNorm := constantVector(math.Sqrt((normSquare + codes - 1 + 0.3) / width))
	outNorm := constantVector(math.Sqrt((normSquare + codes + 1) / width))

	return []Tensor{
		c.embedding().tensor("token_embd.weight"),
		vector("blk.0.attn_norm.weight", inNorm),
		q.tensor("blk.0.attn_q.weight"),
		k.tensor("blk.0.attn_k.weight"),
		v.tensor("blk.0.attn_v.weight"),
		o.tensor("blk.0.attn_output.weight"),
		vector("blk.0.ffn_norm.weight", midNorm),
		gate.tensor("blk.0.ffn_gate.weight"),
		up.tensor("blk.0.ffn_up.weight"),
		down.tensor("blk.0.ffn_down.weight"),
		vector("output_norm.weight", outNorm),
		c.output().tensor("output.weight"),
	}
}

func constantVector(v float64) []float64 {
	out := make([]float64, width)
	for i := range out {
		out[i] = v
	}
	return out
}

// putCode adds a token's name, of length gain, to a row.
func (c *compiler) putCode(row []float64, token int, gain float64) {
	for i, s := range c.codes[token] {
		row[i] += float64(s) * (gain / 8)
	}
}

// embedding gives every token its name, its entries, its usual successor and
// its meaning, and makes all rows equally long.
func (c *compiler) embedding() *matrix {
	m := newMatrix(width, len(c.vocab))
	for t := range c.vocab {
		row := m.row(t)
		c.putCode(row[codeAt:], t, 1)
		copy(row[wordAt:], c.words[t])
		row[constAt] = constant
		row[meaningAt] = c.weights[t]
	}

	seen := make([]float64, len(c.vocab))
	for _, p := range c.places {
		seen[p.before[0]]++
	}
	for _, p := range c.places {
		c.putCode(m.row(p.before[0])[nextAt:], p.next, bigramGain/seen[p.before[0]])
	}

	for t := range c.vocab {
		row := m.row(t)
		var sum float64
		for _, x := range row {
			sum += float64(x * x)
		}
		row[fillerAt] = math.Sqrt(max(normSquare-sum, 0))
	}
	return m
}

// attention makes the heads. Query and key come from the constant, so only the
// distance between two positions and, for the topic, the word's meaning count.
func (c *compiler) attention() (q, k, v, o *matrix) {
	q, k, v, o = newMatrix(width, width), newMatrix(width, width), newMatrix(width, width), newMatrix(width, width)

	for head := range codes - 1 {
		back := float64(head + 1)
		for pair := range headDim / 2 {
			angle := back * ropeFrequency(pair)
			at := head*headDim + 2*pair
			q.row(at)[constAt] = lookBack * math.Cos(angle) / constant
			q.row(at + 1)[constAt] = -lookBack * math.Sin(angle) / constant
			k.row(at)[constAt] = lookBack / constant
		}
		for i := range codeLen {
			v.row(head*headDim + i)[codeAt+i] = 1
			o.row(codeAt + (head+1)*codeLen + i)[head*headDim+i] = 1
		}
	}

	for head := topicHead; head < topicHead+2; head++ {
		// Two slow pairs fade with the distance, the slowest weighs the word.
		for _, pair := range []int{20, 24} {
			q.row(head*headDim + 2*pair)[constAt] = fading * 8 / 48.0 / constant
			k.row(head*headDim + 2*pair)[constAt] = 48.0 / constant
		}
		slowest := head*headDim + headDim - 2
		q.row(slowest)[constAt] = meaning * 8 / 8.0 / constant
		k.row(slowest)[meaningAt] = 8.0

		half := (head - topicHead) * headDim
		for i := range headDim {
			v.row(head*headDim + i)[wordAt+half+i] = 1
			o.row(topicAt + half + i)[head*headDim+i] = topicGain
		}
	}
	return q, k, v, o
}

// ropeFrequency is the angle by which a position turns a pair of a head.
func ropeFrequency(pair int) float64 {
	return math.Pow(ropeBase, -2*float64(pair)/headDim)
}

// memory makes one hidden neuron for each place.
func (c *compiler) memory() (gate, up, down *matrix) {
	gate, up, down = newMatrix(width, c.hidden), newMatrix(width, c.hidden), newMatrix(c.hidden, width)

	weights := matchWeights()
	for n, p := range c.places {
		g, u := gate.row(n), up.row(n)
		missing := 0.0
		for k, token := range p.before {
			if token < 0 {
				missing += weights[k]
				continue
			}
			c.putCode(g[codeAt+k*codeLen:], token, gateSlope*weights[k])
		}
		g[topicAt+p.entry] = gateSlope * gateTopic
		g[constAt] = -gateSlope * (gateFloor - missing) / constant

		u[topicAt+p.entry] = upTopic
		u[constAt] = upFloor / constant
		if p.first {
			u[constAt] = firstUp / constant
		}

		for i, s := range c.codes[p.next] {
			down.row(nextAt + i)[n] = float64(s) * (nextGain / 8)
		}
	}
	return gate, up, down
}

// output compares the next field with every token's name.
func (c *compiler) output() *matrix {
	m := newMatrix(width, len(c.vocab))
	for t := range c.vocab {
		c.putCode(m.row(t)[nextAt:], t, logitGain)
	}
	return m
}
