package checkpoint

import (
	"fmt"
	"strings"
)

// The demo model is one transformer layer whose weights are computed, not
// trained. Its width is divided into fields:
//
//	code 0…5   names (see kerdock.go) of this token and the five before it;
//	           heads 0…4 fetch the earlier ones by position
//	word       which entries of the corpus this token points at
//	topic      the same, averaged by two heads over the recent words that
//	           carry meaning: what the conversation is about
//	next       the name of the next token
//	misc       a constant, and how much meaning this token carries
//
// Each hidden neuron stands for one place in the corpus: it fires when the last
// six tokens are those before its place, the more so when the topic is its
// entry's, and then adds the name of the token at its place to next. The
// output rows compare next with every token's name. So the model writes the
// entry that a question is about, and an n-gram of several entries where the
// question names none.
const (
	codes       = 6 // tokens of context in the n-gram
	topicDim    = 128
	codeAt      = 0
	wordAt      = codes * codeLen
	topicAt     = wordAt + topicDim
	nextAt      = topicAt + topicDim
	miscAt      = nextAt + codeLen
	constAt     = miscAt
	meaningAt   = miscAt + 1
	fillerAt    = miscAt + 2
	width       = miscAt + 64
	headDim     = 64
	heads       = width / headDim
	topicHead   = codes - 1 // and the one after it
	ropeBase    = 10000
	demoContext = 2048
	demoVocab   = codeWords
)

// Strengths, found by trying. Attention scores of 20 decide, of 1 hint.
const (
	constant     = 4.0  // the misc constant: large, so that the norm hardly moves
	normSquare   = 24.0 // of every embedding, made up by the filler
	lookBack     = 12.0 // how sharply heads 0…4 pick one position
	meaning      = 6.0  // how much more a rare word counts for the topic
	fading       = 450  // how soon a word is forgotten: half after some 20 tokens
	topicGain    = 1.0
	pieceMeaning = 0.5 // of a token that is no word of the corpus
	gateSlope    = 3.0 // how sharply a neuron separates a match from a near match
	gateTopic    = 3.0 // how much the topic helps a neuron to fire
	gateFloor    = 4.1 // the match below which a neuron is silent
	upFloor      = 0.4
	firstUp      = 0.0 // instead of upFloor, where an answer begins
	upTopic      = 1.5
	nextGain     = 0.3
	bigramGain   = 0.02 // of the embedding's own guess, where no neuron fires
	logitGain    = 54.0
)

// matchWeights say how much each of the last tokens counts, newest first.
func matchWeights() [codes]float64 { return [codes]float64{1, 1, 1, 0.8, 0.6, 0.4} }

// place is one position in an answer: the tokens before it, newest first, and
// the token there. A before of -1 stands for any token.
type place struct {
	entry  int
	before [codes]int
	next   int
	first  bool // it begins an answer, so the topic alone decides
}

type compiler struct {
	entries         []entry
	bpe             *bpe
	vocab           []string
	doc, start, end int // ids of the special tokens
	answers         [][]int
	places          []place
	hidden          int
	codes           [][codeLen]int8
	words           [][]float64 // token → weight of each entry, length 1 or 0
	weights         []float64   // token → how much meaning it carries, 0 to 1
	unknown         int         // the entry that answers what no other can
}

func newCompiler(entries []entry) (*compiler, error) {
	if len(entries) == 0 || len(entries) > topicDim {
		return nil, fmt.Errorf("corpus has %d entries, want 1 to %d", len(entries), topicDim)
	}

	c := &compiler{entries: entries}
	c.learnWords()
	for i := range c.vocab {
		c.codes = append(c.codes, codeWord(i))
	}
	for _, e := range entries {
		c.answers = append(c.answers, c.bpe.encode(e.answer))
	}
	c.findPlaces()
	if err := c.findTopics(); err != nil {
		return nil, err
	}
	c.hidden = int(align(uint64(len(c.places)), 256))
	return c, nil
}

// learnWords trains the tokenizer. Questions count several times and in several
// spellings, so that the words people ask with become one token each; so do the
// words of the chat layout.
func (c *compiler) learnWords() {
	texts := []string{strings.Repeat("system\nuser\nassistant\n", 50)}
	for _, e := range c.entries {
		opening, _, _ := strings.Cut(e.answer, " ")
		texts = append(texts, e.answer, opening)
		for _, q := range append([]string{e.question}, e.variants...) {
			first, _, _ := strings.Cut(q, " ")
			lower := strings.ToLower(first)
			capital := strings.ToUpper(lower[:1]) + lower[1:]
			texts = append(texts, q, " "+q, " "+strings.ToLower(q), lower, lower, capital, capital)
		}
	}

	c.bpe = trainBPE(texts, demoVocab-3)
	c.vocab = append([]string(nil), c.bpe.tokens...)
	c.doc = len(c.vocab)
	c.start, c.end = c.doc+1, c.doc+2
	c.vocab = append(c.vocab, docToken, startToken, endToken)
}

// findPlaces lists every position of every answer, with the chat layout before
// it. What the user's last token was doesn't matter.
func (c *compiler) findPlaces() {
	newline := c.bpe.encode("\n")[0]
	assistant := c.bpe.encode("assistant")
	prefix := []int{-1, c.end, newline, c.start}
	prefix = append(prefix, assistant...)
	prefix = append(prefix, newline)

	for i, answer := range c.answers {
		line := append(append([]int(nil), prefix...), answer...)
		line = append(line, c.end)
		for at := len(prefix); at < len(line); at++ {
			p := place{entry: i, next: line[at], first: at == len(prefix)}
			for k := range codes {
				p.before[k] = -1
				if at-1-k >= 0 {
					p.before[k] = line[at-1-k]
				}
			}
			c.places = append(c.places, p)
		}
	}
}
