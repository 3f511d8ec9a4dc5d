package tokenizer

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
)

//go:embed clip/merges.txt.gz
var clipMerges []byte

// CLIP is the tokenizer of CLIP's own vocabulary, with which all Stable Diffusion
// models were taught, for those that come without one. pad is the text of the
// token after the end: "<|endoftext|>" for CLIP's encoders, "!" for OpenCLIP's.
func CLIP(pad string) (*Tokenizer, error) {
	t, err := clip(pad)
	if err != nil {
		return nil, fmt.Errorf("make CLIP's tokenizer: %w", err)
	}
	return t, nil
}

func clip(pad string) (*Tokenizer, error) {
	r, err := gzip.NewReader(bytes.NewReader(clipMerges))
	if err != nil {
		return nil, err
	}
	merges, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}

	t := &Tokenizer{}
	if err := t.setVocabulary(vocabularyOf(string(merges))); err != nil {
		return nil, err
	}
	if err := t.readMerges(merges); err != nil {
		return nil, err
	}
	return t, t.setSpecial("", "", pad)
}

// vocabularyOf numbers the tokens as CLIP does: bytes, bytes at the end of a word,
// what the merges make, begin and end.
func vocabularyOf(merges string) map[string]int32 {
	names := ByteNames()
	slices.Sort(names[:])
	tokens := slices.Clone(names[:])
	for _, name := range names {
		tokens = append(tokens, name+endOfWord)
	}
	for line := range strings.Lines(merges) {
		tokens = append(tokens, strings.Replace(strings.TrimSpace(line), " ", "", 1))
	}
	ids := map[string]int32{}
	for i, token := range append(tokens, "<|startoftext|>", "<|endoftext|>") {
		ids[token] = int32(i)
	}
	return ids
}
