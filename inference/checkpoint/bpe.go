package checkpoint

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// bpe is a byte-level byte-pair tokenizer: a text is cut into words, a word
// into bytes, and pairs are joined in the order in which training found them.
type bpe struct {
	tokens []string       // spelled in the printable alphabet of byteLetter
	ids    map[string]int // of tokens
	merges [][2]string
	rank   map[[2]string]int
}

// trainBPE learns merges from the word counts of texts until there are size
// tokens or no pair occurs twice. Ties go to the pair that sorts first, so that
// the result depends on nothing but the texts.
func trainBPE(texts []string, size int) *bpe {
	counts := map[string]int{}
	for _, t := range texts {
		for _, w := range splitWords(t) {
			counts[w]++
		}
	}

	pairs := newPairCounts(counts)
	b := &bpe{ids: map[string]int{}, rank: map[[2]string]int{}}
	for i := range 256 {
		b.add(string(byteLetter(byte(i))))
	}
	for len(b.tokens) < size {
		pair, ok := pairs.mostFrequent()
		if !ok {
			break
		}
		b.rank[pair] = len(b.merges)
		b.merges = append(b.merges, pair)
		b.add(pair[0] + pair[1])
		pairs.join(pair)
	}
	return b
}

func (b *bpe) add(token string) {
	if _, ok := b.ids[token]; ok {
		return
	}
	b.ids[token] = len(b.tokens)
	b.tokens = append(b.tokens, token)
}

// encode returns the token ids of a text without special tokens.
func (b *bpe) encode(text string) []int {
	var out []int
	for _, w := range splitWords(text) {
		parts := byteLetters(w)
		for {
			pair, ok := b.firstPair(parts)
			if !ok {
				break
			}
			parts = joinPair(parts, pair)
		}
		for _, p := range parts {
			out = append(out, b.ids[p])
		}
	}
	return out
}

func (b *bpe) firstPair(parts []string) ([2]string, bool) {
	best, found := -1, [2]string{}
	for i := 0; i+1 < len(parts); i++ {
		pair := [2]string{parts[i], parts[i+1]}
		r, ok := b.rank[pair]
		if ok && (best < 0 || r < best) {
			best, found = r, pair
		}
	}
	return found, best >= 0
}

// pairCounts is how often each pair stands in the words of the texts. It knows
// where, so that to join one costs no more than the words that hold it.
type pairCounts struct {
	words []pairWord
	times map[[2]string]int
	in    map[[2]string]map[int]bool // words that hold the pair, or did
}

// pairWord is a word in the parts that are joined so far.
type pairWord struct {
	parts []string
	times int
}

func newPairCounts(words map[string]int) *pairCounts {
	c := &pairCounts{times: map[[2]string]int{}, in: map[[2]string]map[int]bool{}}
	for word, times := range words {
		c.words = append(c.words, pairWord{byteLetters(word), times})
		c.count(len(c.words)-1, 1)
	}
	return c
}

// count adds the pairs of a word, or takes them away where sign is -1.
func (c *pairCounts) count(word, sign int) {
	w := c.words[word]
	for k := 0; k+1 < len(w.parts); k++ {
		pair := [2]string{w.parts[k], w.parts[k+1]}
		c.times[pair] += sign * w.times
		if c.in[pair] == nil {
			c.in[pair] = map[int]bool{}
		}
		c.in[pair][word] = true
	}
}

// join makes one part of a pair in every word.
func (c *pairCounts) join(pair [2]string) {
	for word := range c.in[pair] {
		c.count(word, -1)
		c.words[word].parts = joinPair(c.words[word].parts, pair)
		c.count(word, 1)
	}
	delete(c.times, pair)
	delete(c.in, pair)
}

// mostFrequent is the pair that occurs most often, if one occurs twice.
func (c *pairCounts) mostFrequent() ([2]string, bool) {
	var best [2]string
	most := 1
	for p, n := range c.times {
		if n > most || n == most && most > 1 && (p[0] < best[0] || p[0] == best[0] && p[1] < best[1]) {
			best, most = p, n
		}
	}
	return best, most > 1
}

func joinPair(parts []string, pair [2]string) []string {
	out := parts[:0:0]
	for i := 0; i < len(parts); i++ {
		if i+1 < len(parts) && parts[i] == pair[0] && parts[i+1] == pair[1] {
			out = append(out, pair[0]+pair[1])
			i++
			continue
		}
		out = append(out, parts[i])
	}
	return out
}

// splitWords cuts a text as the GPT-2 pre-tokenizer does: a word takes the
// space before it, and letters, digits, other signs and blanks don't mix.
func splitWords(text string) []string {
	var out []string
	for len(text) > 0 {
		n := wordLen(text)
		out = append(out, text[:n])
		text = text[n:]
	}
	return out
}

func wordLen(text string) int {
	for _, s := range []string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"} {
		if strings.HasPrefix(text, s) {
			return len(s)
		}
	}

	start := 0
	if text[0] == ' ' && len(text) > 1 {
		start = 1
	}
	first, _ := utf8.DecodeRuneInString(text[start:])
	if class := runeClass(first); class != blank {
		return start + runLen(text[start:], class)
	}

	// A run of blanks leaves its last one to the word that follows.
	n := runLen(text, blank)
	if n == len(text) {
		return n
	}
	_, last := utf8.DecodeLastRuneInString(text[:n])
	if n > last {
		return n - last
	}
	return n
}

type class int

const (
	letter class = iota
	digit
	sign
	blank
)

func runeClass(r rune) class {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsNumber(r):
		return digit
	case unicode.IsSpace(r):
		return blank
	default:
		return sign
	}
}

func runLen(text string, c class) int {
	for i, r := range text {
		if runeClass(r) != c {
			return i
		}
	}
	return len(text)
}

// byteLetter spells a byte as one printable character, as GPT-2 does: bytes
// that print stand for themselves, the others move to U+0100 and after.
func byteLetter(b byte) rune {
	prints := func(b int) bool { return b >= 33 && b <= 126 || b >= 161 && b <= 172 || b >= 174 }
	if prints(int(b)) {
		return rune(b)
	}
	moved := rune(256)
	for i := range int(b) {
		if !prints(i) {
			moved++
		}
	}
	return moved
}

func byteLetters(word string) []string {
	out := make([]string, len(word))
	for i := range len(word) {
		out[i] = string(byteLetter(word[i]))
	}
	return out
}
