package tokenizer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"helium/inference/checkpoint"
)

// ErrFolder means that a folder's tokenizer can't be used: the model has to
// change.
var ErrFolder = errors.New("not a usable CLIP tokenizer")

// Limits of a folder's files. CLIP's vocabulary has 49,408 tokens in 1 MB.
const (
	maxFile   = 16 << 20
	maxTokens = 1 << 20
)

// Read reads a folder with vocab.json, merges.txt and, where they name other
// special tokens than CLIP's own, special_tokens_map.json and
// tokenizer_config.json. The error is ErrFolder.
func Read(dir string) (*Tokenizer, error) {
	t, err := read(dir)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFolder, err)
	}
	return t, nil
}

// file is a part of a tokenizer's folder.
type file struct {
	name     string
	optional bool
	take     func(t *Tokenizer, raw []byte) error
}

func files() []file {
	return []file{
		{"vocab.json", false, (*Tokenizer).readVocabulary},
		{"merges.txt", false, (*Tokenizer).readMerges},
		{"added_tokens.json", true, (*Tokenizer).readAdded},
		{"tokenizer_config.json", true, (*Tokenizer).readSpecial},
		{"special_tokens_map.json", true, (*Tokenizer).readSpecial}, // wins over the one before
	}
}

// Files lists all that Read reads of a folder. The error is ErrFolder.
func Files(dir string) ([]string, error) {
	var names []string
	for _, f := range files() {
		_, err := os.Stat(filepath.Join(dir, f.name))
		if f.optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrFolder, err)
		}
		names = append(names, f.name)
	}
	return names, nil
}

func read(dir string) (*Tokenizer, error) {
	t := &Tokenizer{}
	for _, f := range files() {
		raw, err := checkpoint.ReadLimited(filepath.Join(dir, f.name), maxFile)
		if f.optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := f.take(t, raw); err != nil {
			return nil, fmt.Errorf("read %s: %w", f.name, err)
		}
	}
	return t, nil
}

func (t *Tokenizer) readVocabulary(raw []byte) error {
	var ids map[string]int32
	if err := json.Unmarshal(raw, &ids); err != nil {
		return err
	}
	return t.setVocabulary(ids)
}

func (t *Tokenizer) setVocabulary(ids map[string]int32) error {
	t.ids = ids
	seen := make(map[int32]bool, len(t.ids))
	for text, id := range t.ids {
		if id < 0 || id >= maxTokens || seen[id] {
			return fmt.Errorf("token %q has the id %d, which is out of range or taken", text, id)
		}
		seen[id] = true
		t.size = max(t.size, int(id)+1)
	}

	for b, name := range ByteNames() {
		var inner, last bool
		t.inner[b], inner = t.ids[name]
		t.last[b], last = t.ids[name+endOfWord]
		if !inner || !last {
			return fmt.Errorf("the byte %#02x is no token", b)
		}
	}
	return t.setSpecial("<|startoftext|>", "<|endoftext|>", "<|endoftext|>")
}

// ByteNames are the characters that stand for bytes in the files: those that
// print in Latin-1 for themselves, the others by number from U+0100.
func ByteNames() [256]string {
	var names [256]string
	next := rune(0x100)
	for b := range names {
		r := rune(b)
		if !(r >= '!' && r <= '~' || r >= '¡' && r <= '¬' || r >= '®') {
			r = next
			next++
		}
		names[b] = string(r)
	}
	return names
}

// ByteVocabulary is a vocabulary without merges: every byte is a token, inside of a
// word and at its end, and there are the two special ones.
func ByteVocabulary() map[string]int32 {
	names := ByteNames()
	ids := map[string]int32{}
	for i, name := range names {
		ids[name], ids[name+endOfWord] = int32(i), int32(len(names)+i)
	}
	ids["<|startoftext|>"], ids["<|endoftext|>"] = int32(2*len(names)), int32(2*len(names)+1)
	return ids
}

// setSpecial finds the special tokens. Empty texts leave them as they are.
func (t *Tokenizer) setSpecial(begin, end, pad string) error {
	for _, s := range []struct {
		text string
		id   *int32
	}{{begin, &t.special.Begin}, {end, &t.special.End}, {pad, &t.special.Pad}} {
		id, ok := t.ids[s.text]
		if !ok && s.text != "" {
			return fmt.Errorf("the special token %q is not in the vocabulary", s.text)
		}
		if ok {
			*s.id = id
		}
	}

	// Special tokens are found in a text, even where one is a plain sign: in
	// Stable Diffusion XL's second tokenizer "!" is the padding.
	for _, text := range []string{begin, end, pad} {
		if text == "" || t.has(text) {
			continue
		}
		if err := t.Add(text, []int32{t.ids[text]}); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tokenizer) has(text string) bool {
	a, ok := t.additionAt(text)
	return ok && a.text == text
}

func (t *Tokenizer) readMerges(raw []byte) error {
	t.merges = map[pair]merge{}
	for i, line := range strings.Split(string(raw), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || i == 0 && strings.HasPrefix(line, "#version") {
			continue
		}

		left, right, _ := strings.Cut(line, " ")
		a, okA := t.ids[left]
		b, okB := t.ids[right]
		token, ok := t.ids[left+right]
		if !okA || !okB || !ok {
			return fmt.Errorf("the merge %q in line %d joins no tokens to one", line, i+1)
		}
		if _, ok := t.merges[pair{a, b}]; !ok {
			t.merges[pair{a, b}] = merge{int32(len(t.merges)), token}
		}
	}
	return nil
}

// readAdded reads texts that stand for a token past the vocabulary.
func (t *Tokenizer) readAdded(raw []byte) error {
	var added map[string]int32
	if err := json.Unmarshal(raw, &added); err != nil {
		return err
	}
	for text, id := range added {
		if id < 0 || id >= maxTokens {
			return fmt.Errorf("token %q has the id %d", text, id)
		}
		if t.has(text) {
			continue // one of the special ones
		}
		t.size = max(t.size, int(id)+1)
		if err := t.Add(text, []int32{id}); err != nil {
			return err
		}
	}
	return nil
}

// name is a token's text, alone or in an object.
type name string

func (n *name) UnmarshalJSON(raw []byte) error {
	if raw[0] != '{' {
		return json.Unmarshal(raw, (*string)(n))
	}
	var object struct {
		Content string `json:"content"`
	}
	err := json.Unmarshal(raw, &object)
	*n = name(object.Content)
	return err
}

func (t *Tokenizer) readSpecial(raw []byte) error {
	var file struct {
		Begin name `json:"bos_token"`
		End   name `json:"eos_token"`
		Pad   name `json:"pad_token"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return err
	}
	return t.setSpecial(string(file.Begin), string(file.End), string(file.Pad))
}
