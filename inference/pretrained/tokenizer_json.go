package pretrained

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"helium/inference/checkpoint"
)

// tokenizerJSON is the part of a tokenizer.json that decides the tokens of a
// text without its beginning and end.
type tokenizerJSON struct {
	Added        []addedToken `json:"added_tokens"`
	Normalizer   *step        `json:"normalizer"`
	PreTokenizer *step        `json:"pre_tokenizer"`
	Decoder      *step        `json:"decoder"`
	Model        struct {
		Type         string          `json:"type"`
		Vocab        json.RawMessage `json:"vocab"`
		Merges       []merge         `json:"merges"`
		ByteFallback bool            `json:"byte_fallback"`
		IgnoreMerges bool            `json:"ignore_merges"`
		Unknown      *string         `json:"unk_token"`
		Dropout      *float64        `json:"dropout"`
		Prefix       *string         `json:"continuing_subword_prefix"`
		Suffix       *string         `json:"end_of_word_suffix"`
	} `json:"model"`
}

// merge is a pair of tokens that become one: "a b" or ["a","b"].
type merge [2]string

func (m *merge) UnmarshalJSON(raw []byte) error {
	if raw[0] == '[' {
		var pair []string
		if err := json.Unmarshal(raw, &pair); err != nil {
			return fmt.Errorf("read merge: %w", err)
		}
		if len(pair) != 2 || pair[0] == "" || pair[1] == "" {
			return fmt.Errorf("merge %q is no pair", pair)
		}
		*m = merge(pair)
		return nil
	}

	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return fmt.Errorf("read merge: %w", err)
	}
	left, right, ok := strings.Cut(text, " ")
	if !ok || left == "" || right == "" || strings.Contains(right, " ") {
		return fmt.Errorf("merge %q is no pair", text)
	}
	*m = merge{left, right}
	return nil
}

// step is one operation on the text, of the normalizer, the pre-tokenizer or
// the decoder.
type step struct {
	Type          string `json:"type"`
	Pretokenizers []step `json:"pretokenizers"`
	Normalizers   []step `json:"normalizers"`
	Decoders      []step `json:"decoders"`
	Pattern       struct {
		Regex  *string
		String *string
	} `json:"pattern"`
	Behavior       any     `json:"behavior"`
	Invert         bool    `json:"invert"`
	AddPrefixSpace *bool   `json:"add_prefix_space"`
	UseRegex       *bool   `json:"use_regex"`
	Individual     bool    `json:"individual_digits"`
	Content        string  `json:"content"`
	Prepend        string  `json:"prepend"`
	Replacement    string  `json:"replacement"`
	Scheme         *string `json:"prepend_scheme"`
}

// flat lists a step's steps in one word each, so that a table can know them.
func (s *step) flat() []string {
	if s == nil {
		return nil
	}
	var out []string
	for _, part := range slices.Concat(s.Pretokenizers, s.Normalizers, s.Decoders) {
		out = append(out, part.flat()...)
	}

	pattern := ""
	if s.Pattern.Regex != nil {
		pattern = *s.Pattern.Regex
	} else if s.Pattern.String != nil {
		pattern = "=" + *s.Pattern.String
	}
	switch s.Type {
	case "Sequence":
	case "Split":
		behavior := s.Behavior
		if behavior == "Removed" && s.Invert {
			behavior = "Kept" // what doesn't match is dropped
		}
		out = append(out, fmt.Sprintf("Split %v %s", behavior, pattern))
	case "ByteLevel":
		name := "ByteLevel"
		if s.AddPrefixSpace != nil && *s.AddPrefixSpace {
			name += " space"
		}
		if s.UseRegex == nil || *s.UseRegex {
			name += " words"
		}
		out = append(out, name)
	case "Digits":
		out = append(out, fmt.Sprintf("Digits %v", s.Individual))
	case "Punctuation":
		out = append(out, fmt.Sprintf("Punctuation %v", s.Behavior))
	case "Replace":
		out = append(out, fmt.Sprintf("Replace %s %s", pattern, s.Content))
	case "Prepend":
		out = append(out, "Prepend "+s.Prepend)
	case "Metaspace":
		out = append(out, "Metaspace "+s.Replacement+" "+s.metaspaceScheme())
	default:
		out = append(out, s.Type)
	}
	return out
}

func (s *step) metaspaceScheme() string {
	switch {
	case s.Scheme != nil:
		return *s.Scheme
	case s.AddPrefixSpace == nil || *s.AddPrefixSpace:
		return "always"
	default:
		return "never"
	}
}

func parseTokenizerJSON(raw []byte, size uint64) ([]checkpoint.KV, *tokens, error) {
	var file tokenizerJSON
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, nil, err
	}
	m := file.Model
	if m.Type != "BPE" && !(m.Type == "" && m.Merges != nil) {
		return nil, nil, fmt.Errorf("%w: its model is %q, want BPE", ErrUnsupported, m.Type)
	}
	if notEmpty(m.Prefix) || notEmpty(m.Suffix) || m.Dropout != nil && *m.Dropout != 0 {
		return nil, nil, fmt.Errorf("%w: it marks parts of words or drops merges", ErrUnsupported)
	}

	var vocab map[string]int
	if err := json.Unmarshal(m.Vocab, &vocab); err != nil {
		return nil, nil, fmt.Errorf("read vocabulary: %w", err)
	}
	if len(vocab) == 0 {
		return nil, nil, errors.New("its vocabulary is empty")
	}
	t := newTokens(size)
	for text, id := range vocab {
		if err := t.put(id, text, normalToken, 0); err != nil {
			return nil, nil, err
		}
	}

	n, err := addedNormalizer(file.Added)
	if err != nil {
		return nil, nil, err
	}
	keys, err := file.keys(t, &n)
	if err != nil {
		return nil, nil, err
	}
	return append(keys, n.key()...), t, nil
}

func notEmpty(s *string) bool { return s != nil && *s != "" }

// keys chooses between the two tokenizers of the engine that such a file can
// describe: one on bytes written as letters, and SentencePiece.
func (file *tokenizerJSON) keys(t *tokens, n *Normalizer) ([]checkpoint.KV, error) {
	steps := file.PreTokenizer.flat()
	if len(steps) > 0 && slices.ContainsFunc(steps, func(s string) bool { return strings.HasPrefix(s, "ByteLevel") }) {
		return file.byteLevelKeys(t, steps, n)
	}
	if file.Model.ByteFallback {
		return file.pieceKeys(t, steps, n)
	}
	return nil, fmt.Errorf("%w: its pre-tokenizer is %q", ErrUnsupported, steps)
}

func (file *tokenizerJSON) byteLevelKeys(t *tokens, steps []string, n *Normalizer) ([]checkpoint.KV, error) {
	pre, ok := preTokenizers()[strings.Join(steps, "\n")]
	if !ok {
		return nil, fmt.Errorf("%w: the engine does not know its pre-tokenizer %q", ErrUnsupported, steps)
	}
	ignores := file.Model.IgnoreMerges || pre == "gpt-4o" && file.mergesReachAll()
	if ignores != ignoresMerges(pre) {
		other, ok := twins()[pre]
		if !ok {
			return nil, fmt.Errorf("%w: the engine does not know its pre-tokenizer %q with ignore_merges %v", ErrUnsupported, steps, file.Model.IgnoreMerges)
		}
		pre = other
	}

	merges := make([]string, len(file.Model.Merges))
	for i, m := range file.Model.Merges {
		if strings.ContainsAny(m[0]+m[1], " \n") {
			return nil, fmt.Errorf("merge %q has white space, which letters for bytes have not", m)
		}
		merges[i] = m[0] + " " + m[1]
	}
	if err := t.add(file.Added); err != nil {
		return nil, err
	}
	t.hideLookalikes()
	t.fill()

	keys := append(t.keys("gpt2"),
		checkpoint.KV{Key: "tokenizer.ggml.pre", Value: pre},
		checkpoint.KV{Key: "tokenizer.ggml.merges", Value: merges})
	switch steps := file.Normalizer.flat(); {
	case len(steps) == 0:
		return keys, nil
	case len(steps) == 1 && steps[0] == "NFC":
		n.Composed = true
		return keys, nil
	default:
		return nil, fmt.Errorf("%w: its normalizer is %q", ErrUnsupported, steps)
	}
}

// hideLookalikes takes the text from plain tokens that the engine would take for
// marks of the end of an answer or of the parts of a program, by their text
// alone. No word of a text becomes such a token: the pre-tokenizers part angle
// brackets and letters.
func (t *tokens) hideLookalikes() {
	for _, text := range lookalikes() {
		id, ok := t.ids[text]
		if ok && t.kind[id] == normalToken {
			delete(t.ids, text)
			t.text[id] = ""
		}
	}
}

// lookalikes are the texts that the engine, version 0.4.0, takes for marks.
func lookalikes() []string {
	return []string{
		"</s>", "<EOT>", "<MID>", "<PAD>", "<PRE>", "<REPO>", "<SUF>", "<end_of_turn>", "<end_of_utterance>", "<eos>", "<fim-middle>", "<fim-pad>",
		"<fim-prefix>", "<fim-repo>", "<fim-suffix>", "<fim_middle>", "<fim_pad>", "<fim_prefix>", "<fim_suffix>", "<reponame>", "<turn|>", "<|calls|>",
		"<|call|>", "<|code_middle|>", "<|code_prefix|>", "<|code_suffix|>", "<|end_of_text|>", "<|endoftext|>", "<|end|>", "<|eom_id|>", "<|eot_id|>",
		"<|file_sep|>", "<|fim_middle|>", "<|fim_pad|>", "<|fim_prefix|>", "<|fim_repo|>", "<|fim_suffix|>", "<|flush|>", "<|im_end|>", "<|middle|>",
		"<|prefix|>", "<|repo_name|>", "<|return|>", "<|suffix|>", "<|tool_response>", "[EOS]", "[EOT]", "[PAD]", "[e~[", "_<EOT>",
	}
}

// Patterns of pre-tokenizers, as tokenizer.json files have them.
const (
	wordsLlama3  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	wordsQwen2   = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	wordsGPT4o   = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	wordsTekken  = `[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	deepseekCJK  = `[一-龥぀-ゟ゠-ヿ]+`
	deepseekText = "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+"
)

// preTokenizers names the engine's rule for a file's steps. Two of the rules are
// coarse at the engine's side: gpt-4o and tekken tell capitals from small
// letters in English only, and tekken parts letters from marks that stand on
// them, as in Hindi and Thai.
func preTokenizers() map[string]string {
	split := func(pattern string) string { return "Split Isolated " + pattern }
	steps := func(s ...string) string { return strings.Join(s, "\n") }
	out := map[string]string{
		"ByteLevel words":                       "gpt-2",
		steps("Digits true", "ByteLevel words"): "smollm",
		steps(split(`\p{N}{1,3}`), split(deepseekCJK), split(deepseekText), "ByteLevel"):             "deepseek-v3",
		steps("Punctuation Contiguous", "ByteLevel words", "Digits false", split("[0-9][0-9][0-9]")): "falcon",
	}
	// These match every character, so that keeping the matches is the same as
	// parting the text at them.
	for pattern, name := range map[string]string{wordsLlama3: "llama-bpe", wordsQwen2: "qwen2", wordsGPT4o: "gpt-4o", wordsTekken: "tekken"} {
		out[steps(split(pattern), "ByteLevel")] = name
		out[steps("Split Kept "+pattern, "ByteLevel")] = name
	}
	return out
}

// ignoresMerges says whether a rule of the engine takes a whole word that is a
// token without merging.
func ignoresMerges(pre string) bool { return pre == "llama-bpe" || pre == "tekken" }

// twins are rules with the same pattern and the other answer to ignoresMerges.
func twins() map[string]string {
	return map[string]string{"llama-bpe": "dbrx", "gpt-4o": "granite-embed-multi-97m"}
}

// mergesReachAll says whether the merges of every token's letters give that
// token, but for added ones, which are found before. Then it makes no difference whether whole words are merged or looked
// up, and the better of two rules can be taken.
func (file *tokenizerJSON) mergesReachAll() bool {
	ranks := make(map[merge]int, len(file.Model.Merges))
	for i, m := range slices.Backward(file.Model.Merges) {
		ranks[m] = i
	}
	var vocab map[string]int
	if json.Unmarshal(file.Model.Vocab, &vocab) != nil {
		return false
	}
	for _, a := range file.Added {
		delete(vocab, a.Content)
	}
	for text := range vocab {
		if !reached(text, ranks) {
			return false
		}
	}
	return true
}

func reached(text string, ranks map[merge]int) bool {
	const longest = 512 // letters; the work grows with their square
	parts := strings.Split(text, "")
	if len(parts) > longest {
		return false
	}
	for len(parts) > 1 {
		best, at := len(ranks), -1
		for i := range parts[1:] {
			if rank, ok := ranks[merge{parts[i], parts[i+1]}]; ok && rank < best {
				best, at = rank, i
			}
		}
		if at < 0 {
			return false
		}
		parts[at] += parts[at+1]
		parts = slices.Delete(parts, at+1, at+2)
	}
	return true
}

// pieceKeys describes a SentencePiece model that was written as merges. The
// engine merges by scores: the earlier a merge in the list, the better.
func (file *tokenizerJSON) pieceKeys(t *tokens, steps []string, n *Normalizer) ([]checkpoint.KV, error) {
	prefix, err := file.spacePrefix(steps, n)
	if err != nil {
		return nil, err
	}

	for rank, m := range slices.Backward(file.Model.Merges) {
		if id, ok := t.ids[m[0]+m[1]]; ok {
			t.score[id] = -float32(rank)
		}
	}
	if err := t.classify(file.Model.Unknown); err != nil {
		return nil, err
	}
	if err := t.add(file.Added); err != nil {
		return nil, err
	}
	t.fill()
	return append(t.keys("llama"),
		checkpoint.KV{Key: "tokenizer.ggml.pre", Value: "default"},
		checkpoint.KV{Key: "tokenizer.ggml.add_space_prefix", Value: prefix}), nil
}

// spacePrefix says whether the engine puts a space before the text and after
// every added token. Only steps that do what SentencePiece does are known.
func (file *tokenizerJSON) spacePrefix(steps []string, n *Normalizer) (bool, error) {
	all := strings.Join(append(file.Normalizer.flat(), steps...), "\n")
	switch all {
	case "Prepend ▁\nReplace =  ▁":
		return true, nil
	case "Metaspace ▁ first":
		n.FirstSpace = true
		return false, nil
	case "Replace =  ▁", "Replace =  ▁\nSplit MergedWithPrevious = ", "Metaspace ▁ never":
		return false, nil
	default:
		return false, fmt.Errorf("%w: its steps before the merges are %q", ErrUnsupported, all)
	}
}

// classify finds the unknown token and the tokens of single bytes. The engine
// ends its process when one of those is missing.
func (t *tokens) classify(unknown *string) error {
	for b := range 256 {
		id, ok := t.ids[fmt.Sprintf("<0x%02X>", b)]
		if !ok {
			return fmt.Errorf("it has no token for the byte %#02x", b)
		}
		t.kind[id] = byteToken
	}
	if unknown != nil {
		if id, ok := t.ids[*unknown]; ok {
			t.kind[id] = unknownToken
		}
	}
	return nil
}
