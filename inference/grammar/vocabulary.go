package grammar

import (
	"bytes"
	"slices"
)

// Vocabulary is what the tokens of a model spell, as a tree: tokens that begin
// alike are looked at together. It may be used by any number of matchers.
type Vocabulary struct {
	pieces [][]byte

	// The tree's nodes in the order of a walk down it, the root first.
	label  []byte    // the byte that leads to a node
	end    []int32   // the node after the last below it
	tokens [][]int32 // that end at it
}

// NewVocabulary takes the bytes of every token. What has none is never let pass:
// so are the tokens that end an answer, which the caller knows.
func NewVocabulary(pieces [][]byte) *Vocabulary {
	v := &Vocabulary{pieces: pieces}
	var order []int32
	for t, piece := range pieces {
		if len(piece) > 0 {
			order = append(order, int32(t))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return bytes.Compare(pieces[a], pieces[b]) })
	v.grow(order, 0, 0)
	return v
}

// grow adds the node that the tokens, which are sorted, have their first bytes in
// common for.
func (v *Vocabulary) grow(tokens []int32, label byte, length int) {
	node := len(v.label)
	own := 0
	for own < len(tokens) && len(v.pieces[tokens[own]]) == length {
		own++
	}
	v.label = append(v.label, label)
	v.tokens = append(v.tokens, tokens[:own])
	v.end = append(v.end, 0)

	for rest := tokens[own:]; len(rest) > 0; {
		next := v.pieces[rest[0]][length]
		alike := 1
		for alike < len(rest) && v.pieces[rest[alike]][length] == next {
			alike++
		}
		v.grow(rest[:alike], next, length+1)
		rest = rest[alike:]
	}
	v.end[node] = int32(len(v.label))
}

func (v *Vocabulary) isLeaf(node int32) bool { return v.end[node] == node+1 }
