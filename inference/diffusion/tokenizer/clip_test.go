package tokenizer_test

import (
	"slices"
	"strings"
	"testing"

	"helium/inference/diffusion/tokenizer"
)

// The tokens of these texts are published in CLIP's and its ports' own examples,
// or another program's for the published vocabulary.
func TestCLIPsOwnVocabularyMakesKnownTokens(t *testing.T) {
	tok, err := tokenizer.CLIP("<|endoftext|>")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]int32{
		"a photo of a cat": {320, 1125, 539, 320, 2368},
		"a photo of an astronaut riding a horse on mars": {320, 1125, 539, 550, 18376, 6765, 320, 4558, 525, 7496},
		"Hi there":      {1883, 997},
		"magnificent":   {10724},
		"magnificently": {9725, 2922},
		"a diagram":     {320, 22697},
		"hello world!":  {3306, 1002, 256},
		"An astronaut riding a horse on mars, 4k, trending on artstation": {550, 18376, 6765, 320, 4558, 525, 7496, 267, 275, 330, 267, 6087, 525, 1486, 2631},
		"photorealistic portrait of a woman's face; f/1.8, 85mm":          {1153, 16157, 5352, 539, 320, 2308, 568, 1710, 282, 325, 270, 272, 269, 279, 267, 279, 276, 2848},
		"1234567890":                         {272, 273, 274, 275, 276, 277, 278, 279, 280, 271},
		"we'll they're it's":                 {649, 1342, 889, 982, 585, 568},
		"antidisestablishmentarianism xqzzt": {3120, 4262, 7726, 12658, 1585, 44351, 87, 80, 1544, 339},
		"<|endoftext|>":                      {49407},
	} {
		if got := tok.Tokens(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if tok.Size() != 49408 || tok.Special() != (tokenizer.Special{Begin: 49406, End: 49407, Pad: 49407}) {
		t.Errorf("%d tokens, special ones %+v", tok.Size(), tok.Special())
	}
}

func TestTheTokenAfterTheEndIsTheEncoders(t *testing.T) {
	tok, err := tokenizer.CLIP("!")
	if err != nil {
		t.Fatal(err)
	}
	if got := tok.Special().Pad; got != 0 {
		t.Errorf("it is %d, want 0", got)
	}
	// As with the files of Stable Diffusion XL's second tokenizer, the sign is found
	// everywhere in a text.
	if got := tok.Tokens("hello world!"); !slices.Equal(got, []int32{3306, 1002, 0}) {
		t.Errorf("tokens %v, want the sign's to be the special one", got)
	}
	if _, err := tokenizer.CLIP("no such token"); err == nil || !strings.Contains(err.Error(), "no such token") {
		t.Errorf("another token after the end: %v", err)
	}
}

func TestTheListOfFilesIsWhatIsRead(t *testing.T) {
	names, err := tokenizer.Files(folder(t, map[string]string{"special_tokens_map.json": "{}", "readme.md": "x"}))
	if want := []string{"vocab.json", "merges.txt", "special_tokens_map.json"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%v and %v, want %v", names, err, want)
	}
	if _, err := tokenizer.Files(t.TempDir()); err == nil || !strings.Contains(err.Error(), "vocab.json") {
		t.Errorf("no tokenizer: %v", err)
	}
}
