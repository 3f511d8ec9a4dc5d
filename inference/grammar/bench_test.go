package grammar

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// large is a vocabulary of the size of today's largest: bytes, words with and
// without a space before them, signs across the borders of values.
func large() [][]byte {
	words := pieces()
	random := rand.New(rand.NewPCG(7, 7))
	const letters = "etaoinshrdlucmfwypvbgkqjxz"
	signs := []string{`"`, `",`, `":`, `"}`, `":"`, `",""`, `\n`, `}`, `],`, `";`, ``}
	for len(words) < 151_000 {
		var word []byte
		if random.IntN(2) == 0 {
			word = append(word, ' ')
		}
		for range 2 + random.IntN(8) {
			word = append(word, letters[int(float64(len(letters))*random.Float64()*random.Float64())])
		}
		switch random.IntN(40) {
		case 0:
			word = append(word, signs[random.IntN(len(signs))]...)
		case 1:
			word = append([]byte(signs[random.IntN(len(signs))]), word...)
		case 2:
			word = binary.AppendUvarint(word, random.Uint64())
		}
		words = append(words, word)
	}
	return words
}

func BenchmarkVocabulary(b *testing.B) {
	words := large()
	for b.Loop() {
		NewVocabulary(words)
	}
}

// BenchmarkAllowed measures the step of one token: at first, when a state's tokens
// have to be found, and after.
func BenchmarkAllowed(b *testing.B) {
	tree := NewVocabulary(large())
	object := mustCompile(b, shapes()["object"].schema)
	for name, c := range map[string]struct {
		grammar *Grammar
		before  string
	}{
		"in a string":           {object, `{"b":1,"a":"x`},
		"in a name":             {object, `{"b":1,"`},
		"before a value":        {object, `{"b":1,"a":`},
		"in a string of any":    {Any(), `{"b":[1,{"a":"x`},
		"before a value of any": {Any(), `{"b":[1,{"a":`},
		"ambiguous":             {mustCompile(b, shapes()["ambiguous"].schema), `[[[[[[[[`},
	} {
		m := NewMatcher(c.grammar, tree)
		for i := range len(c.before) {
			if !m.Take(int(c.before[i])) {
				b.Fatalf("%s: %d", name, i)
			}
		}
		b.Run(name+" at first", func(b *testing.B) {
			for b.Loop() {
				clear(m.found)
				m.Allowed()
			}
		})
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				m.Allowed()
			}
		})
	}
}
