package checkpoint

// Entry is a corpus entry for the tests outside of the package.
type Entry struct {
	Question, Answer string
	Variants         []string
}

// Corpus returns what the demo model has read.
func Corpus() ([]Entry, error) {
	entries, err := readCorpus()
	var out []Entry
	for _, e := range entries {
		out = append(out, Entry{e.question, e.answer, e.variants})
	}
	return out, err
}

// EncodeDemo tokenizes with the demo model's own tokenizer.
func EncodeDemo() (func(text string) []int, error) {
	entries, err := readCorpus()
	if err != nil {
		return nil, err
	}
	c, err := newCompiler(entries)
	if err != nil {
		return nil, err
	}
	return c.bpe.encode, nil
}

// CodeWord is codeWord.
func CodeWord(n int) [codeLen]int8 { return codeWord(n) }

// CodeWords is the number of code words.
const CodeWords = codeWords
