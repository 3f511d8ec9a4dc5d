package demo

import (
	"encoding/json"
	"slices"
	"strings"

	"helium/inference/diffusion/tokenizer"
)

// Special tokens, as in every CLIP tokenizer.
const (
	beginToken = "<|startoftext|>"
	endToken   = "<|endoftext|>"
	endOfWord  = "</w>"
)

// vocabulary is a tokenizer's: bytes inside of words and at their end, what
// merges make, and the special tokens.
type vocabulary struct {
	names  []string
	merges [][2]string // the first first
}

// newVocabulary makes one that has a token for each word.
func newVocabulary(list []word) *vocabulary {
	v := &vocabulary{}
	inner := tokenizer.ByteNames()
	v.names = append(v.names, inner[:]...)
	for _, name := range inner {
		v.names = append(v.names, name+endOfWord)
	}
	for _, w := range list {
		v.learn(w.text)
	}
	v.names = append(v.names, beginToken, endToken)
	return v
}

// learn adds what joins the pieces of a word. New merges come last, so that
// words learnt before keep their token.
func (v *vocabulary) learn(text string) {
	pieces := v.pieces(text)
	for len(pieces) > 1 {
		joined := pieces[0] + pieces[1]
		v.merges = append(v.merges, [2]string{pieces[0], pieces[1]})
		if !slices.Contains(v.names, joined) {
			v.names = append(v.names, joined)
		}
		pieces = v.pieces(text)
	}
}

// pieces are a plain word's tokens.
func (v *vocabulary) pieces(text string) []string {
	pieces := strings.Split(text, "")
	pieces[len(pieces)-1] += endOfWord
	for _, m := range v.merges {
		for i := 0; i+1 < len(pieces); i++ {
			if pieces[i] == m[0] && pieces[i+1] == m[1] {
				pieces = slices.Replace(pieces, i, i+2, m[0]+m[1])
			}
		}
	}
	return pieces
}

// files are vocab.json and merges.txt.
func (v *vocabulary) files() (names, merges []byte, err error) {
	ids := map[string]int{}
	for id, name := range v.names {
		ids[name] = id
	}
	if names, err = json.Marshal(ids); err != nil { // sorts by name
		return nil, nil, err
	}
	merges = []byte("#version: 0.2\n")
	for _, m := range v.merges {
		merges = append(merges, m[0]+" "+m[1]+"\n"...)
	}
	return names, merges, nil
}
