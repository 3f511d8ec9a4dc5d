// Package tokenizer turns text into the tokens of CLIP's text encoders.
//
// Nouns: a token is a number that the encoder has a vector for; a word is a
// stretch of letters, one digit, or a stretch of other signs; a piece is a part
// of a word that is a token; a merge says which two pieces join, those of a
// lower rank first; an addition is a text that stands for tokens of its own, as
// a textual inversion does.
//
// Promise: every text has tokens, the same everywhere, and they are those of
// Hugging Face's fast CLIP tokenizer for the same files. A folder that doesn't
// hold a CLIP tokenizer is an error, and nothing is allocated beyond the size of
// its files.
package tokenizer

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// ErrAddition means that a text can't stand for the tokens given.
var ErrAddition = errors.New("not a usable addition")

// endOfWord marks the piece that ends a word.
const endOfWord = "</w>"

// Tokenizer is one encoder's vocabulary. Additions aside it is read only.
type Tokenizer struct {
	special   Special
	size      int
	ids       map[string]int32
	merges    map[pair]merge
	inner     [256]int32 // the token of a byte within a word
	last      [256]int32 // and at its end
	additions []addition // longest first
}

// Special are the tokens that no text needs to have.
type Special struct {
	Begin, End int32 // around every chunk of text
	Pad        int32 // after the end of a short one
}

type pair struct{ left, right int32 }

type merge struct{ rank, token int32 }

type addition struct {
	text   string
	tokens []int32
}

// Special are the tokens that frame a text.
func (t *Tokenizer) Special() Special { return t.special }

// Size is the number of vectors that the encoder has to have for the tokens of
// the files.
func (t *Tokenizer) Size() int { return t.size }

// Has says whether a text is a token or an addition already.
func (t *Tokenizer) Has(text string) bool {
	_, known := t.ids[text]
	return known || t.has(text)
}

// Add lets a text stand for tokens wherever it occurs in this spelling. The
// error is ErrAddition.
func (t *Tokenizer) Add(text string, tokens []int32) error {
	if strings.TrimSpace(text) != text || text == "" || len(tokens) == 0 {
		return fmt.Errorf("%w: the text %q with %d tokens", ErrAddition, text, len(tokens))
	}
	for _, a := range t.additions {
		if a.text == text {
			return fmt.Errorf("%w: the text %q has tokens already", ErrAddition, text)
		}
	}

	t.additions = append(t.additions, addition{text, slices.Clone(tokens)})
	slices.SortFunc(t.additions, func(a, b addition) int {
		if len(a.text) != len(b.text) {
			return len(b.text) - len(a.text)
		}
		return strings.Compare(a.text, b.text)
	})
	return nil
}

// Tokens are those of the text, without begin and end.
func (t *Tokenizer) Tokens(text string) []int32 {
	text = strings.ToValidUTF8(text, "\uFFFD")
	var out []int32
	plain := 0
	for at := 0; at < len(text); {
		a, ok := t.additionAt(text[at:])
		if !ok {
			at++
			continue
		}
		out = append(t.plain(out, text[plain:at]), a.tokens...)
		at += len(a.text)
		plain = at
	}
	return t.plain(out, text[plain:])
}

// additionAt finds the longest addition that the text begins with.
func (t *Tokenizer) additionAt(text string) (addition, bool) {
	for _, a := range t.additions {
		if strings.HasPrefix(text, a.text) {
			return a, true
		}
	}
	return addition{}, false
}

// plain appends the tokens of a text without additions.
func (t *Tokenizer) plain(out []int32, text string) []int32 {
	for rest := lower(norm.NFC.String(text)); rest != ""; {
		n, isWord := firstWord(rest)
		if isWord {
			out = t.word(out, rest[:n])
		}
		rest = rest[n:]
	}
	return out
}

// lower is every character's lower case by itself, as in Hugging Face's
// tokenizers: a sigma at the end of a word is like others, and the capital I
// with a dot keeps the dot.
func lower(text string) string {
	return strings.ReplaceAll(strings.Map(func(r rune) rune {
		if r == 'İ' {
			return r
		}
		return unicode.ToLower(r)
	}, text), "İ", "i\u0307")
}

// firstWord is the length of the word or the space that the text begins with.
func firstWord(text string) (n int, isWord bool) {
	for _, ending := range []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"} {
		if strings.HasPrefix(text, ending) {
			return len(ending), true
		}
	}

	r, _ := utf8.DecodeRuneInString(text)
	first := kindOf(r)
	for i, r := range text {
		if i > 0 && (kindOf(r) != first || first == digit) {
			return i, first != space
		}
	}
	return len(text), first != space
}

// kind is what words are made of.
type kind int

const (
	space kind = iota
	letter
	digit
	sign
)

func kindOf(r rune) kind {
	switch {
	case unicode.IsSpace(r):
		return space
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return digit
	}
	return sign
}

// word appends the tokens of a word: its bytes, joined by the merges.
func (t *Tokenizer) word(out []int32, word string) []int32 {
	pieces := make([]int32, len(word))
	for i := range pieces {
		pieces[i] = t.inner[word[i]]
	}
	pieces[len(word)-1] = t.last[word[len(word)-1]]

	joins := make([]merge, len(pieces)) // of each piece with the next
	for i := range joins {
		joins[i] = t.joinAt(pieces, i)
	}
	for {
		best := slices.MinFunc(joins, func(a, b merge) int { return int(a.rank) - int(b.rank) })
		if best.rank == never {
			return append(out, pieces...)
		}
		n := joinAll(pieces, joins, best)
		pieces, joins = pieces[:n], joins[:n]
		for i := range joins {
			if joins[i].rank == unknown {
				joins[i] = t.joinAt(pieces, i)
			}
		}
	}
}

// Ranks that are no merge's.
const (
	unknown = -1
	never   = 1 << 30
)

// joinAt is the merge of a piece with the next.
func (t *Tokenizer) joinAt(pieces []int32, i int) merge {
	if i+1 < len(pieces) {
		if m, ok := t.merges[pair{pieces[i], pieces[i+1]}]; ok {
			return m
		}
	}
	return merge{rank: never}
}

// joinAll carries out one merge from left to right and returns how many pieces
// are left. Joins that this changes become unknown.
func joinAll(pieces []int32, joins []merge, m merge) int {
	n := 0
	for i := 0; i < len(pieces); i++ {
		if joins[i].rank != m.rank {
			pieces[n], joins[n] = pieces[i], joins[i]
			n++
			continue
		}
		if n > 0 {
			joins[n-1].rank = unknown
		}
		pieces[n], joins[n] = m.token, merge{rank: unknown}
		n++
		i++ // the next piece is part of this one
	}
	return n
}
