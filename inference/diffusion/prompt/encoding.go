package prompt

import (
	"fmt"

	"helium/inference/diffusion/tokenizer"
	"helium/inference/exact"
)

// Context is the number of tokens in a chunk: those of the text between a
// beginning and an end.
const Context = 77

// Vocabulary turns text into tokens.
type Vocabulary interface {
	Tokens(text string) []int32
	Special() tokenizer.Special
}

// Encoding is a prompt as a text encoder takes it.
type Encoding struct {
	Chunks   [][]int32   // of Context tokens each
	Weights  [][]float64 // of the tokens
	Lessened []Lessened
}

// Lessened is a fragment that the encoder runs without once more, by hiding its
// tokens from attention.
type Lessened struct {
	from, to int     // tokens, counted over all chunks
	pull     float64 // towards the run without it, where the run with all has 1
}

// Hides says whether the run without the fragment hides a token of a chunk. It
// never hides the marks around chunks.
func (l Lessened) Hides(chunk, token int) bool {
	at := chunk*Context + token
	return at >= l.from && at < l.to && token != 0 && token != Context-1
}

// Encode lays out a prompt in as many chunks as it takes, cut wherever one is
// full.
func Encode(v Vocabulary, fragments []Fragment) *Encoding {
	var tokens []int32
	var weights []float64
	e := &Encoding{}
	for _, f := range fragments {
		own := v.Tokens(f.Text)
		if f.Weight < 1 && len(own) > 0 {
			e.Lessened = append(e.Lessened, Lessened{position(len(tokens)), position(len(tokens)+len(own)-1) + 1, pull(f.Weight)})
		}
		tokens = append(tokens, own...)
		for range own {
			weights = append(weights, f.Weight)
		}
	}

	for first := true; first || len(tokens) > 0; first = false {
		n := min(len(tokens), Context-2)
		e.add(v.Special(), tokens[:n], weights[:n])
		tokens, weights = tokens[n:], weights[n:]
	}
	return e
}

// position is where a token of the text stands, counted over all chunks.
func position(token int) int { return token/(Context-2)*Context + token%(Context-2) + 1 }

// pull grows from 0 at the weight 1 without end towards the weight 0, as the
// tangent of an angle does towards a quarter of a turn.
func pull(weight float64) float64 {
	sin, cos := exact.SinCos((1 - max(weight, 1e-5)) / 4)
	return sin / cos
}

// add appends a chunk with the tokens of a text that fits.
func (e *Encoding) add(s tokenizer.Special, tokens []int32, weights []float64) {
	e.Chunks = append(e.Chunks, frame(s, tokens))
	all := make([]float64, Context)
	for i := range all {
		all[i] = 1
	}
	copy(all[1:], weights)
	e.Weights = append(e.Weights, all)
}

// frame puts the marks around tokens and pads them to a chunk.
func frame(s tokenizer.Special, tokens []int32) []int32 {
	out := make([]int32, 0, Context)
	out = append(append(append(out, s.Begin), tokens...), s.End)
	for len(out) < Context {
		out = append(out, s.Pad)
	}
	return out
}

// Pad appends chunks without text until all encodings have as many, as a prompt
// and its negative need.
func Pad(v Vocabulary, encodings ...*Encoding) {
	most := 0
	for _, e := range encodings {
		most = max(most, len(e.Chunks))
	}
	for _, e := range encodings {
		for len(e.Chunks) < most {
			e.add(v.Special(), nil, nil)
		}
	}
}

// Empty is the chunk of no text, of which Combine needs the encoder's output.
func Empty(v Vocabulary) []int32 { return frame(v.Special(), nil) }

// Pooled is the chunk of which a pooled output is taken: the prompt as it was
// written, with its syntax, cut to one chunk. So does Compel.
func Pooled(v Vocabulary, text string) []int32 {
	tokens := v.Tokens(text)
	return frame(v.Special(), tokens[:min(len(tokens), Context-2)])
}

// Combine makes the conditioning of a chunk from the encoder's outputs: of the
// empty chunk, of the chunk, and of the chunk without each lessened fragment,
// which is that of the chunk where it hides nothing. Every output is Context
// vectors of one length.
func (e *Encoding) Combine(chunk int, empty, whole []float32, without ...[]float32) ([]float32, error) {
	if len(without) != len(e.Lessened) || len(whole) == 0 || len(whole)%Context != 0 || len(empty) != len(whole) {
		return nil, fmt.Errorf("combine outputs of %d and %d numbers and %d more for %d lessened fragments",
			len(empty), len(whole), len(without), len(e.Lessened))
	}
	total := 1.0
	for i, l := range e.Lessened {
		if len(without[i]) != len(whole) {
			return nil, fmt.Errorf("combine outputs of %d and %d numbers", len(whole), len(without[i]))
		}
		total += l.pull
	}

	out := make([]float32, len(whole))
	for i := range out {
		weight, base := e.Weights[chunk][i/(len(out)/Context)], float64(empty[i])
		sum := base + float64((float64(whole[i])-base)*weight)
		for j, l := range e.Lessened {
			sum += float64(l.pull * (base + float64((float64(without[j][i])-base)*weight)))
		}
		out[i] = float32(sum / total)
	}
	return out, nil
}
