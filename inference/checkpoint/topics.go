package checkpoint

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// unknownQuestion is the entry for questions whose words no entry knows.
const unknownQuestion = "What is the weather today?"

// saidMeaning is how much the words count that stand in answers only.
const saidMeaning = 0.6

// findTopics decides which entries each token points at and how much meaning it
// carries. Words are compared without case. A token that is no word of the
// corpus is a piece of a word that the model doesn't know, and points at the
// entry that says so.
func (c *compiler) findTopics() error {
	c.unknown = -1
	for i, e := range c.entries {
		if e.question == unknownQuestion {
			c.unknown = i
		}
	}
	if c.unknown < 0 {
		return fmt.Errorf("corpus has no entry %q", unknownQuestion)
	}

	rarity := c.wordRarity()
	rows := c.wordRows(rarity)
	c.words = make([][]float64, len(c.vocab))
	c.weights = make([]float64, len(c.vocab))
	for t, spelling := range c.vocab {
		c.words[t] = make([]float64, topicDim)
		if c.isLayout(t) {
			continue
		}

		word := plainWord(spelling)
		if row, known := rows[word]; known {
			copy(c.words[t], unit(row))
			c.weights[t] = rarity[word]
		} else if !isPunctuation(spelling) && len(word) != 1 {
			c.words[t][c.unknown] = 1
			c.weights[t] = pieceMeaning
		}
	}
	return nil
}

// isLayout says whether a token belongs to the chat layout, which means nothing.
// The words of a text have a space before them and are other tokens.
func (c *compiler) isLayout(token int) bool {
	switch c.vocab[token] {
	case "system", "user", "assistant", docToken, startToken, endToken:
		return true
	}
	return false
}

// wordRarity gives each word of the corpus a number from 0, in every entry, to
// 1, in one entry. For a word that somebody asks with, only questions count.
func (c *compiler) wordRarity() map[string]float64 {
	asked, said := map[string]float64{}, map[string]float64{}
	for _, e := range c.entries {
		for w := range wordSet(append([]string{e.question}, e.variants...)) {
			asked[w]++
		}
		for w := range wordSet([]string{e.answer}) {
			said[w]++
		}
	}

	n := float64(len(c.entries))
	out := map[string]float64{}
	for w, k := range said {
		out[w] = saidMeaning * math.Log(n/k) / math.Log(n)
	}
	for w, k := range asked {
		out[w] = math.Log(n/k) / math.Log(n)
	}
	return out
}

func wordSet(lines []string) map[string]bool {
	out := map[string]bool{}
	for _, line := range lines {
		for _, w := range plainWords(line) {
			out[w] = true
		}
	}
	return out
}

// wordRows says for each word how much it points at each entry: a lot where it
// is most of a question, a little where it is only in the answer.
func (c *compiler) wordRows(rarity map[string]float64) map[string][]float64 {
	rows := map[string][]float64{}
	count := func(entry int, line string, strength float64) {
		words := plainWords(line)
		sum := 0.2
		for _, w := range words {
			sum += float64(rarity[w] * rarity[w])
		}
		for _, w := range words {
			if rows[w] == nil {
				rows[w] = make([]float64, len(c.entries))
			}
			rows[w][entry] = max(rows[w][entry], strength/math.Sqrt(sum))
		}
	}

	for i, e := range c.entries {
		count(i, e.question, 1)
		for _, v := range e.variants {
			count(i, v, 0.8)
		}
		count(i, e.answer, 0.6)
	}
	return rows
}

func unit(row []float64) []float64 {
	var sum float64
	for _, x := range row {
		sum += float64(x * x)
	}
	out := make([]float64, len(row))
	for i, x := range row {
		out[i] = x / math.Sqrt(sum)
	}
	return out
}

// plainWords are the words of a line without case, signs and single letters.
func plainWords(line string) []string {
	all := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return r < 'a' || r > 'z' })
	return slices.DeleteFunc(all, func(w string) bool { return len(w) < 2 })
}

// plainWord is the word that a token spells, or "" for what isn't made of
// letters.
func plainWord(spelling string) string {
	w := strings.ToLower(strings.TrimPrefix(spelling, string(byteLetter(' '))))
	for _, r := range w {
		if r < 'a' || r > 'z' {
			return ""
		}
	}
	return w
}

// isPunctuation says whether a token is made of signs that stand in any text.
func isPunctuation(spelling string) bool {
	blanks := string(byteLetter(' ')) + string(byteLetter('\n')) + string(byteLetter('\t'))
	return strings.Trim(spelling, blanks+".,;:?!'\"()-") == ""
}
