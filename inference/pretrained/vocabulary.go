package pretrained

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"helium/inference/checkpoint"
)

// Limits of a tokenizer's files. The largest in use has 262,145 tokens in 33 MB.
const (
	maxTokenizerJSON  = 128 << 20
	maxTokenizerModel = 64 << 20
	maxTokenBytes     = 4096
)

// ErrTokenizer means that a folder's tokenizer can't be read.
var ErrTokenizer = errors.New("not a usable tokenizer")

// tokenKind is what a token is for, numbered as in GGUF.
type tokenKind int32

const (
	normalToken  tokenKind = 1
	unknownToken tokenKind = 2
	controlToken tokenKind = 3
	userToken    tokenKind = 4 // found in the text before anything else
	unusedToken  tokenKind = 5
	byteToken    tokenKind = 6
)

// tokens is a vocabulary in the making. ids that nobody names stay unused.
type tokens struct {
	text  []string
	kind  []tokenKind
	score []float32
	ids   map[string]int
}

// newTokens has room for size tokens, a number that the weights have to bear
// out before the engine sees it.
func newTokens(size uint64) *tokens {
	return &tokens{ids: map[string]int{}, text: make([]string, size), kind: make([]tokenKind, size), score: make([]float32, size)}
}

// put names a token. Ids beyond the model's embedding have no weights and are
// left out, as the model can't use them.
func (t *tokens) put(id int, text string, kind tokenKind, score float32) error {
	if id < 0 || id > maxVocab {
		return fmt.Errorf("token %q has the id %d", text, id)
	}
	if text == "" || len(text) > maxTokenBytes || !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return fmt.Errorf("token %d has a text of %d bytes that is empty, too long or not valid", id, len(text))
	}
	if id >= len(t.text) {
		return nil
	}

	if old, ok := t.ids[text]; ok && old != id {
		return fmt.Errorf("tokens %d and %d have the same text %q", old, id, text)
	}
	if t.text[id] != "" && t.text[id] != text {
		delete(t.ids, t.text[id])
	}
	t.ids[text] = id
	t.text[id], t.kind[id], t.score[id] = text, kind, score
	return nil
}

// fill gives the unused ids texts that differ from all others, which the engine
// insists on. The private characters at both ends keep it from putting such a
// text together from parts, which would have to be tokens.
func (t *tokens) fill() {
	for id, text := range t.text {
		if text != "" {
			continue
		}
		name := fmt.Sprintf("\uf8ff%d\uf8ff", id)
		for t.has(name) {
			name += "\uf8ff"
		}
		t.ids[name] = id
		t.text[id], t.kind[id] = name, unusedToken
	}
}

func (t *tokens) has(text string) bool {
	_, ok := t.ids[text]
	return ok
}

// keys are the engine's keys of the tokens.
func (t *tokens) keys(model string) []checkpoint.KV {
	kinds := make([]int32, len(t.kind))
	for i, k := range t.kind {
		kinds[i] = int32(k)
	}
	return []checkpoint.KV{
		{Key: "tokenizer.ggml.model", Value: model},
		{Key: "tokenizer.ggml.tokens", Value: t.text},
		{Key: "tokenizer.ggml.token_type", Value: kinds},
		{Key: "tokenizer.ggml.scores", Value: t.score},
	}
}

// addedToken is a token that is found in the text before the tokenizer proper.
type addedToken struct {
	ID         int    `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"`
	LStrip     bool   `json:"lstrip"`
	RStrip     bool   `json:"rstrip"`
	Special    bool   `json:"special"`
}

// add puts added tokens over those of the model.
func (t *tokens) add(added []addedToken) error {
	for _, a := range added {
		kind := userToken
		if a.Special {
			kind = controlToken
		}
		if a.ID >= 0 && a.ID < len(t.kind) && t.text[a.ID] == a.Content && t.kind[a.ID] == unknownToken {
			kind = unknownToken
		}
		if err := t.put(a.ID, a.Content, kind, 0); err != nil {
			return err
		}
	}
	return nil
}

// readVocabulary reads a folder's tokenizer as the engine's keys: from
// tokenizer.json, or from tokenizer.model where that is all there is.
func readVocabulary(dir string, c *config, size uint64) ([]checkpoint.KV, error) {
	settings, err := readConfig(dir, "tokenizer_config.json")
	if err != nil {
		return nil, err
	}

	keys, t, err := readTokens(dir, settings, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrTokenizer, err)
	}
	special, err := specialKeys(dir, c, settings, t)
	if err != nil {
		return nil, err
	}
	template, err := templateKeys(dir, settings)
	if err != nil {
		return nil, err
	}
	return append(append(keys, special...), template...), *settings.err
}

func readTokens(dir string, settings *config, size uint64) ([]checkpoint.KV, *tokens, error) {
	raw, err := checkpoint.ReadLimited(filepath.Join(dir, "tokenizer.json"), maxTokenizerJSON)
	if err == nil {
		keys, t, err := parseTokenizerJSON(raw, size)
		if err != nil {
			return nil, nil, fmt.Errorf("tokenizer.json: %w", err)
		}
		return keys, t, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, nil, err
	}

	raw, err = checkpoint.ReadLimited(filepath.Join(dir, "tokenizer.model"), maxTokenizerModel)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil, errors.New("the folder has neither tokenizer.json nor tokenizer.model")
	}
	if err != nil {
		return nil, nil, err
	}
	keys, t, err := parseSentencePiece(raw, addedBySettings(settings), size)
	if err != nil {
		return nil, nil, fmt.Errorf("tokenizer.model: %w", err)
	}
	return keys, t, nil
}

// addedBySettings are the added tokens of tokenizer_config.json, by their ids.
func addedBySettings(settings *config) []addedToken {
	var byID map[int]addedToken
	settings.read("added_tokens_decoder", &byID)
	var out []addedToken
	for id, a := range byID {
		a.ID = id
		out = append(out, a)
	}
	return out
}

// specialKeys name the tokens that begin and end a text.
func specialKeys(dir string, c, settings *config, t *tokens) ([]checkpoint.KV, error) {
	generation, err := readConfig(dir, "generation_config.json")
	if err != nil {
		return nil, err
	}
	out := []checkpoint.KV{
		{Key: "tokenizer.ggml.add_bos_token", Value: settings.flag("add_bos_token", false)},
		{Key: "tokenizer.ggml.add_eos_token", Value: settings.flag("add_eos_token", false)},
	}
	put := func(key string, id int) {
		out = append(out, checkpoint.KV{Key: "tokenizer.ggml." + key, Value: uint32(id)})
	}

	for _, key := range []string{"bos", "unk", "pad"} {
		name := map[string]string{"bos": "bos_token_id", "unk": "unknown_token_id", "pad": "padding_token_id"}[key]
		if id, ok := specialToken(key, settings, []*config{c}, t); ok {
			put(name, id)
		}
	}

	// A model may end its answer in several ways; the engine has keys for three.
	var ends []int
	if id, ok := specialToken("eos", settings, nil, t); ok {
		ends = append(ends, id)
	}
	for _, id := range append(tokenIDs(c, "eos_token_id", t), tokenIDs(generation, "eos_token_id", t)...) {
		if !containsInt(ends, id) {
			ends = append(ends, id)
		}
	}
	for i, key := range []string{"eos_token_id", "eot_token_id", "eom_token_id"} {
		if i < len(ends) {
			put(key, ends[i])
		}
	}
	if len(ends) > 3 {
		return nil, fmt.Errorf("%w: it ends its answers with any of %d tokens, want at most 3", ErrUnsupported, len(ends))
	}
	return out, errors.Join(*generation.err, *c.err)
}

// specialToken finds a token by its text in tokenizer_config.json, otherwise by
// its number in another file.
func specialToken(key string, settings *config, others []*config, t *tokens) (int, bool) {
	text, ok := tokenText(settings, key+"_token")
	if id, known := t.ids[text]; ok && known {
		return id, true
	}
	for _, c := range others {
		if ids := tokenIDs(c, key+"_token_id", t); len(ids) > 0 {
			return ids[0], true
		}
	}
	return 0, false
}

// tokenText is a token written as a text or as an object with a content.
func tokenText(settings *config, key string) (string, bool) {
	if !settings.has(key) {
		return "", false
	}
	var text string
	if json.Unmarshal(settings.values[key], &text) == nil {
		return text, true
	}
	return settings.object(key).text("content", ""), true
}

// tokenIDs is a token's number or a list of them. Numbers outside of the
// vocabulary stand for a token that the model hasn't got.
func tokenIDs(c *config, key string, t *tokens) []int {
	if !c.has(key) {
		return nil
	}
	var ids []int
	var one int
	if json.Unmarshal(c.values[key], &one) == nil {
		ids = []int{one}
	} else {
		c.read(key, &ids)
	}
	var out []int
	for _, id := range ids {
		if id >= 0 && id < len(t.text) {
			out = append(out, id)
		}
	}
	return out
}

func containsInt(list []int, n int) bool {
	for _, m := range list {
		if m == n {
			return true
		}
	}
	return false
}

// templateKeys are the chat templates: one text, or a list with names, or a
// file of their own.
func templateKeys(dir string, settings *config) ([]checkpoint.KV, error) {
	raw, err := checkpoint.ReadLimited(filepath.Join(dir, "chat_template.jinja"), maxJSON)
	if err == nil {
		return []checkpoint.KV{{Key: "tokenizer.chat_template", Value: string(raw)}}, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	if !settings.has("chat_template") {
		return nil, nil
	}

	var text string
	if json.Unmarshal(settings.values["chat_template"], &text) == nil {
		return []checkpoint.KV{{Key: "tokenizer.chat_template", Value: text}}, nil
	}
	var list []struct{ Name, Template string }
	settings.read("chat_template", &list)
	var out []checkpoint.KV
	for _, t := range list {
		switch t.Name {
		case "default":
			out = append(out, checkpoint.KV{Key: "tokenizer.chat_template", Value: t.Template})
		case "tool_use":
			out = append(out, checkpoint.KV{Key: "tokenizer.chat_template.tool_use", Value: t.Template})
		}
	}
	return out, nil
}
