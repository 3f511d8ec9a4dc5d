package tokenizer_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"helium/inference/diffusion/tokenizer"
)

// made is a small vocabulary in CLIP's layout: bytes, bytes that end a word,
// merges, special tokens.
var made = []string{"h e", "l o</w>", "he l", "hel lo</w>", "w o", "r l", "a a", "aa a</w>", "aa aa", "Ã ©</w>"}

func vocabulary(merges []string) map[string]int32 {
	ids := map[string]int32{}
	add := func(text string) {
		if _, ok := ids[text]; !ok {
			ids[text] = int32(len(ids))
		}
	}
	names := tokenizer.ByteNames()
	for _, name := range names {
		add(name)
	}
	for _, name := range names {
		add(name + "</w>")
	}
	for _, m := range merges {
		add(strings.ReplaceAll(m, " ", ""))
	}
	add("<|startoftext|>")
	add("<|endoftext|>")
	return ids
}

// folder writes a tokenizer's files.
func folder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	all := map[string]string{"merges.txt": "#version: 0.2\n" + strings.Join(made, "\n") + "\n"}
	raw, err := json.Marshal(vocabulary(made))
	if err != nil {
		t.Fatal(err)
	}
	all["vocab.json"] = string(raw)
	maps.Copy(all, files)
	for name, text := range all {
		if text == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func read(t testing.TB, files map[string]string) *tokenizer.Tokenizer {
	t.Helper()
	tok, err := tokenizer.Read(folder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// pieces are a text's tokens in words.
func pieces(tok *tokenizer.Tokenizer, text string) string {
	names := map[int32]string{}
	for name, id := range vocabulary(made) {
		names[id] = name
	}
	var out []string
	for _, id := range tok.Tokens(text) {
		out = append(out, names[id])
	}
	return strings.Join(out, " ")
}

func TestTokensOfTexts(t *testing.T) {
	tok := read(t, nil)
	for text, want := range map[string]string{
		"":                      "",
		" \t\n\u00a0":           "",
		"hello":                 "hello</w>",
		"HELLO  \n hello":       "hello</w> hello</w>",
		"hellohe":               "hel l o h e</w>",
		"world":                 "wo rl d</w>",
		"it's":                  "i t</w> ' s</w>",
		"we'LL":                 "w e</w> ' l l</w>",
		"!'s":                   "! '</w> s</w>",
		"12a":                   "1</w> 2</w> a</w>",
		"a,b!?":                 "a</w> ,</w> b</w> ! ?</w>",
		"aaa":                   "aaa</w>",
		"aaaaaa":                "aaaa a a</w>", // pairs are joined from the left, once
		"é":                     "Ã©</w>",
		"e\u0301":               "Ã©</w>",
		"É":                     "Ã©</w>",
		"\xff":                  "ï ¿ ½</w>",
		"<|endoftext|>hello":    "<|endoftext|> hello</w>",
		"<|ENDOFTEXT|>":         "< |</w> e n d o f t e x t</w> | ></w>",
		"hello <|startoftext|>": "hello</w> <|startoftext|>",
	} {
		if got := pieces(tok, text); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAdditionsAreFoundBeforeWords(t *testing.T) {
	tok := read(t, nil)
	for text, ids := range map[string][]int32{"<cat>": {9001, 9002}, "<cat>s": {9003}, "style": {9004}} {
		if err := tok.Add(text, ids); err != nil {
			t.Fatal(err)
		}
	}
	hello := tok.Tokens("hello")[0]
	for text, want := range map[string][]int32{
		"<cat>":           {9001, 9002},
		"hello<cat>hello": {hello, 9001, 9002, hello},
		"<cat>s <cat>":    {9003, 9001, 9002},
		"hello style":     {hello, 9004},
		"<cat><cat>":      {9001, 9002, 9001, 9002},
	} {
		if got := tok.Tokens(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}

	for text, want := range map[string]bool{"<cat>": true, "style": true, "<|endoftext|>": true, "hello</w>": true, "hel": true, "hello": false, "<dog>": false} {
		if tok.Has(text) != want {
			t.Errorf("%q is known: %v", text, !want)
		}
	}

	for text, ids := range map[string][]int32{"": {1}, " a": {1}, "<cat>": {1}, "none": {}} {
		if err := tok.Add(text, ids); !errors.Is(err, tokenizer.ErrAddition) {
			t.Errorf("%q for %v: %v, want ErrAddition", text, ids, err)
		}
	}
}

func TestFilesNameTheSpecialTokens(t *testing.T) {
	ids := vocabulary(made)
	plain := read(t, nil)
	begin, end := ids["<|startoftext|>"], ids["<|endoftext|>"]
	if plain.Special() != (tokenizer.Special{Begin: begin, End: end, Pad: end}) || plain.Size() != len(ids) {
		t.Errorf("special tokens %+v of %d", plain.Special(), plain.Size())
	}

	second := read(t, map[string]string{
		"tokenizer_config.json":   `{"pad_token":"<|endoftext|>","bos_token":{"content":"<|startoftext|>","lstrip":false}}`,
		"special_tokens_map.json": `{"pad_token":"!"}`,
	})
	if second.Special() != (tokenizer.Special{Begin: begin, End: end, Pad: ids["!"]}) {
		t.Errorf("special tokens %+v, want the padding %d", second.Special(), ids["!"])
	}
	if got := second.Tokens("a!"); !slices.Equal(got, []int32{ids["a</w>"], ids["!"]}) {
		t.Errorf("a sign that is the padding has the tokens %v", got)
	}

	added := read(t, map[string]string{"added_tokens.json": `{"<new>":9000,"<|endoftext|>":1}`})
	if got := added.Tokens("<new>"); !slices.Equal(got, []int32{9000}) || added.Size() != 9001 {
		t.Errorf("an added token is %v of %d", got, added.Size())
	}
}

func TestFoldersThatHoldNoTokenizerAreRefused(t *testing.T) {
	part := vocabulary(made)
	delete(part, "a</w>")
	lacking, _ := json.Marshal(part)
	part["a</w>"] = part["b"]
	doubled, _ := json.Marshal(part)
	part["a</w>"] = 1 << 20
	high, _ := json.Marshal(part)
	for name, files := range map[string]map[string]string{
		"no vocabulary":     {"vocab.json": ""},
		"no merges":         {"merges.txt": ""},
		"no JSON":           {"vocab.json": "{"},
		"null":              {"vocab.json": "null"},
		"lacks a byte":      {"vocab.json": string(lacking)},
		"one id twice":      {"vocab.json": string(doubled)},
		"an id too high":    {"vocab.json": string(high)},
		"an id of a half":   {"vocab.json": `{"a":0.5}`},
		"too large":         {"vocab.json": strings.Repeat(" ", 16<<20+1)},
		"merge of nothing":  {"merges.txt": "q x\n"},
		"merge of one":      {"merges.txt": "q\n"},
		"no such padding":   {"special_tokens_map.json": `{"pad_token":"[PAD]"}`},
		"padding of number": {"special_tokens_map.json": `{"pad_token":3}`},
		"added below 0":     {"added_tokens.json": `{"<new>":-1}`},
	} {
		if _, err := tokenizer.Read(folder(t, files)); !errors.Is(err, tokenizer.ErrFolder) {
			t.Errorf("%s: %v, want ErrFolder", name, err)
		}
	}
}

// literal is the published algorithm: look for the pair of the lowest rank, join
// it wherever it stands, until there is none.
func literal(ranks map[string]int, word []string) []string {
	for {
		best, at := 1<<30, ""
		for i := range len(word) - 1 {
			if r, ok := ranks[word[i]+" "+word[i+1]]; ok && r < best {
				best, at = r, word[i]+" "+word[i+1]
			}
		}
		if at == "" {
			return word
		}
		var next []string
		for i := 0; i < len(word); i++ {
			if i+1 < len(word) && word[i]+" "+word[i+1] == at {
				next = append(next, word[i]+word[i+1])
				i++
				continue
			}
			next = append(next, word[i])
		}
		word = next
	}
}

func TestMergesAreThoseOfTheLiteralAlgorithm(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 30 {
		parts := []string{"a", "b", "c", "a</w>", "b</w>", "c</w>"}
		var merges []string
		for len(merges) < 25 {
			left, right := parts[r.IntN(len(parts))], parts[r.IntN(len(parts))]
			if strings.HasSuffix(left, "</w>") || slices.Contains(merges, left+" "+right) {
				continue
			}
			merges = append(merges, left+" "+right)
			parts = append(parts, left+right)
		}
		ranks := map[string]int{}
		for i, m := range merges {
			ranks[m] = i
		}
		ids := vocabulary(merges)
		raw, _ := json.Marshal(ids)
		tok := read(t, map[string]string{"vocab.json": string(raw), "merges.txt": strings.Join(merges, "\n")})

		for range 50 {
			word := make([]string, 1+r.IntN(20))
			for i := range word {
				word[i] = string("abc"[r.IntN(3)])
			}
			text := strings.Join(word, "")
			word[len(word)-1] += "</w>"
			var want []int32
			for _, piece := range literal(ranks, word) {
				want = append(want, ids[piece])
			}
			if got := tok.Tokens(text); !slices.Equal(got, want) {
				t.Fatalf("%s with %q: %v, want %v", text, merges, got, want)
			}
		}
	}
}

func FuzzEveryTextHasTokens(f *testing.F) {
	for _, text := range []string{"hello <cat> WORLD's 42!", "İΣς é e\u0301 日本", "\xff\x00<|endoftext|>", strings.Repeat("a", 300)} {
		f.Add(text)
	}
	tok := read(f, nil)
	if err := tok.Add("<cat>", []int32{9000}); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tokens := tok.Tokens(text)
		blank := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) }) < 0
		if blank != (len(tokens) == 0) {
			t.Fatalf("%q has the tokens %v", text, tokens)
		}
		if !slices.Equal(tok.Tokens("  "+text+"\n"), tokens) {
			t.Fatalf("%q has other tokens with space around it", text)
		}
	})
}

// The worst that a task can do: a word as long as a prompt may be.
func BenchmarkLongWord(b *testing.B) {
	tok, err := tokenizer.CLIP("<|endoftext|>")
	if err != nil {
		b.Fatal(err)
	}
	r, word := rand.New(rand.NewPCG(1, 2)), make([]byte, 64<<10)
	for i := range word {
		word[i] = byte('a' + r.IntN(26))
	}
	for b.Loop() {
		tok.Tokens(string(word))
	}
}
