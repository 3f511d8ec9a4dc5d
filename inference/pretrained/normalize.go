package pretrained

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"helium/inference/checkpoint"
)

// NormalizerKey is a header key of this program: a Normalizer as JSON.
const NormalizerKey = "helium.tokenizer.normalizer"

// Normalizer is what happens to a text before the engine splits it, for what
// the engine has no step of its own. The zero value changes nothing.
type Normalizer struct {
	Composed   bool     `json:"composed,omitempty"`    // letters and their marks become one character where there is one
	FirstSpace bool     `json:"first_space,omitempty"` // a text that begins with a word gets a space before it
	Left       []string `json:"left,omitempty"`        // tokens that take away the white space before them
	Right      []string `json:"right,omitempty"`       // and after them
}

// ParseNormalizer reads the value of NormalizerKey, "" where there is none.
func ParseNormalizer(value string) (Normalizer, error) {
	var n Normalizer
	if value == "" {
		return n, nil
	}
	if err := json.Unmarshal([]byte(value), &n); err != nil {
		return n, fmt.Errorf("read %s: %w", NormalizerKey, err)
	}
	return n, nil
}

// Apply normalizes a text. beginsSpecial says whether a text begins with an
// added token.
func (n Normalizer) Apply(text string, beginsSpecial func(text string) bool) string {
	if n.Composed {
		text = norm.NFC.String(text)
	}
	text = n.strip(text)
	if n.FirstSpace && text != "" && !strings.HasPrefix(text, " ") && !strings.HasPrefix(text, "▁") && !beginsSpecial(text) {
		text = " " + text
	}
	return text
}

// strip takes away the white space around the tokens that want that.
func (n Normalizer) strip(text string) string {
	if len(n.Left)+len(n.Right) == 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for at := 0; at < len(text); {
		left, right := longestPrefix(text[at:], n.Left), longestPrefix(text[at:], n.Right)
		size := max(left, right)
		if size == 0 {
			out = append(out, text[at])
			at++
			continue
		}
		if left == size {
			out = bytes.TrimRightFunc(out, unicode.IsSpace)
		}
		out = append(out, text[at:at+size]...)
		at += size
		if right == size {
			at = len(text) - len(strings.TrimLeftFunc(text[at:], unicode.IsSpace))
		}
	}
	return string(out)
}

func longestPrefix(text string, tokens []string) int {
	longest := 0
	for _, t := range tokens {
		if strings.HasPrefix(text, t) {
			longest = max(longest, len(t))
		}
	}
	return longest
}

// key is the header's entry.
func (n Normalizer) key() []checkpoint.KV {
	raw, err := json.Marshal(n)
	if err != nil || string(raw) == "{}" {
		return nil
	}
	return []checkpoint.KV{{Key: NormalizerKey, Value: string(raw)}}
}

// addedNormalizer is what the added tokens do to the text around them. A mask
// is never in a prompt.
func addedNormalizer(added []addedToken) (Normalizer, error) {
	var n Normalizer
	for _, a := range added {
		if a.Content == "<mask>" || a.Content == "[MASK]" {
			continue
		}
		if a.SingleWord {
			return n, fmt.Errorf("%w: its token %q is only found between words", ErrUnsupported, a.Content)
		}
		if a.LStrip {
			n.Left = append(n.Left, a.Content)
		}
		if a.RStrip {
			n.Right = append(n.Right, a.Content)
		}
	}
	return n, nil
}
