package pretrained

import (
	"strings"

	"golang.org/x/text/unicode/norm"
)

// NormalizerKey is a header key of this program: what happens to a text before
// the engine splits it, as the engine has no such step. It holds one of the
// rules below.
const NormalizerKey = "helium.tokenizer.normalizer"

// Rules of Normalize.
const (
	composed   = "NFC"         // letters and their marks become one character where there is one
	firstSpace = "space first" // a text that begins with a word gets a space before it
)

// Normalize applies a rule to a text; an unknown or empty rule changes nothing.
// beginsSpecial says whether a text begins with an added token.
func Normalize(rule, text string, beginsSpecial func(text string) bool) string {
	switch {
	case rule == composed:
		return norm.NFC.String(text)
	case rule == firstSpace && text != "" && !strings.HasPrefix(text, " ") && !strings.HasPrefix(text, "▁") && !beginsSpecial(text):
		return " " + text
	default:
		return text
	}
}
