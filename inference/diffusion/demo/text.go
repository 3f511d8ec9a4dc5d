package demo

import (
	"fmt"
	"math"

	"helium/inference/diffusion/prompt"
)

// textConfig is for a vocabulary whose last two tokens are the marks.
func textConfig(tokens int) []byte {
	return fmt.Appendf(nil, `{"architectures":["CLIPTextModel"],"model_type":"clip_text_model","vocab_size":%d,"hidden_size":32,"intermediate_size":32,
"num_hidden_layers":1,"num_attention_heads":2,"max_position_embeddings":77,"hidden_act":"quick_gelu","layer_norm_eps":1e-05,
"projection_dim":32,"bos_token_id":%d,"eos_token_id":%d,"pad_token_id":%d,"torch_dtype":"float16"}
`, tokens, tokens-2, tokens-1, tokens-1)
}

// What the numbers of a token's row, and of the text's, are.
const (
	codeAt    = 0  // pseudo-random ones, by which texts differ
	senseAt   = 12 // what a known word adds to blue, red and light
	knownAt   = 15 // 1 in a known word
	markAt    = 16 // 1 in the marks of beginning and end
	beginAt   = 17 // 1 in the mark of the beginning
	placeAt   = 18 // grows with the token's place in the text
	fillerAt  = 30 // two numbers that make all rows equally long, with the mean 0
	textWidth = 32

	codes  = senseAt - codeAt
	senses = knownAt - senseAt
	head   = textWidth / 2 // numbers of each of the two heads
)

// designText makes a text encoder of one layer. Its first head takes the mean of
// all tokens' codes, late ones counting more, its second one the mean of what the
// known words among them mean. So every row behind the text tells all of it.
func designText(w *weights, v *vocabulary, list []word) {
	const (
		embedding = "text_model.embeddings.token_embedding.weight"
		places    = "text_model.embeddings.position_embedding.weight"
		attention = "text_model.encoder.layers.0.self_attn."
	)
	for id, row := range tokenRows(v, list) {
		for i, x := range row {
			w.set(embedding, x, id, i)
		}
	}
	for i := range prompt.Context {
		w.set(places, float64(i)/32, i, placeAt)
	}

	// A score is the product of query and key over 4, the root of a head's size.
	w.set(attention+"q_proj.bias", 4, 0)
	w.set(attention+"k_proj.weight", 1, 0, placeAt)
	w.set(attention+"k_proj.weight", -40, 0, markAt)
	w.set(attention+"q_proj.bias", 4, head)
	w.set(attention+"k_proj.weight", 8, head, knownAt)
	w.set(attention+"k_proj.weight", 4, head, beginAt) // so that a text of no known words has no sense
	for i := range codes {
		w.set(attention+"v_proj.weight", 1, i, codeAt+i)
		w.set(attention+"out_proj.weight", 4, codeAt+i, i)
	}
	for i := range senses {
		w.set(attention+"v_proj.weight", 1, head+i, senseAt+i)
		w.set(attention+"out_proj.weight", 2, senseAt+i, head+i)
	}
}

// tokenRows are the vectors of all tokens.
func tokenRows(v *vocabulary, list []word) [][]float64 {
	known := map[string]word{}
	for _, w := range list {
		known[w.text+endOfWord] = w
	}
	r := newRandom(1)
	rows := make([][]float64, len(v.names))
	for id, name := range v.names {
		row := make([]float64, textWidth)
		for i := range codes {
			row[codeAt+i] = 0.75 * r.uniform()
		}
		if name == beginToken || name == endToken {
			clear(row)
			row[markAt] = 1
		}
		if name == beginToken {
			row[beginAt] = 1
		}
		if w, ok := known[name]; ok {
			sense := w.sense()
			copy(row[senseAt:], sense[:])
			row[knownAt] = 1
		}
		fill(row)
		rows[id] = row
	}
	return rows
}

// fill sets the two last numbers so that the row's mean is 0 and its variance 1:
// two numbers of a known sum and a known sum of squares.
func fill(row []float64) {
	var sum, square float64
	for _, x := range row[:fillerAt] {
		sum += x
		square += float64(x * x)
	}
	half := -sum / 2
	off := math.Sqrt((float64(len(row))-square)/2 - float64(half*half))
	row[fillerAt], row[fillerAt+1] = half+off, half-off
}
