package wallet

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/tyler-smith/go-bip39"
	"github.com/tyler-smith/go-bip39/wordlists"
	"golang.org/x/text/unicode/norm"
)

// maxPhrase bounds what is read as a phrase, in bytes: 24 words have at most 215.
const maxPhrase = 4 << 10

// Phrase is a recovery phrase: 12 to 24 English words of BIP-39 whose checksum
// holds. The zero value is none. It never shows when it is printed: the words
// stand behind a function, of which only the address is printed where no method
// is asked.
type Phrase struct {
	words func() []string
}

// NewPhrase makes a phrase of 12 words from 128 random bits.
func NewPhrase() (Phrase, error) {
	entropy, err := bip39.NewEntropy(128)
	if err != nil {
		return Phrase{}, fmt.Errorf("make phrase: %w", err)
	}
	return phraseOf(entropy)
}

func phraseOf(entropy []byte) (Phrase, error) {
	text, err := bip39.NewMnemonic(entropy)
	if err != nil {
		return Phrase{}, fmt.Errorf("make phrase: %w", err)
	}
	return hide(strings.Fields(text)), nil
}

func hide(words []string) Phrase { return Phrase{words: func() []string { return words }} }

// WordError says which word of a phrase is not one of BIP-39's. It holds what
// was typed, which is for the screen of the person who typed it and not for a log.
type WordError struct {
	// At counts from 1.
	At   int
	Word string
	// Like is the one word of the list that it nearly is; empty where there is
	// none, or more than one.
	Like string
}

func (e *WordError) Error() string {
	text := fmt.Sprintf("word %d, %q, is not in the English list of recovery words", e.At, e.Word)
	if e.Like != "" {
		text += fmt.Sprintf(": is it %q?", e.Like)
	}
	return text
}

// ErrPhraseLength says that a phrase has too few or too many words.
var ErrPhraseLength = errors.New("a recovery phrase has 12, 15, 18, 21 or 24 words")

// ErrPhraseChecksum says that every word is right and the whole is not.
var ErrPhraseChecksum = errors.New("these words don't belong together: one of them is another word, or two have changed places")

// ParsePhrase reads a phrase as people type it: capitals and spaces do not
// matter. The error is a *WordError, ErrPhraseLength or ErrPhraseChecksum.
func ParsePhrase(text string) (Phrase, error) {
	if len(text) > maxPhrase {
		return Phrase{}, ErrPhraseLength
	}
	words := strings.Fields(strings.ToLower(norm.NFKD.String(text)))
	for i, w := range words {
		if _, ok := slices.BinarySearch(wordlists.English, w); !ok {
			return Phrase{}, &WordError{At: i + 1, Word: w, Like: nearest(w)}
		}
	}
	if n := len(words); n < 12 || n > 24 || n%3 != 0 {
		return Phrase{}, fmt.Errorf("%w, and this one has %d", ErrPhraseLength, n)
	}
	if !bip39.IsMnemonicValid(strings.Join(words, " ")) {
		return Phrase{}, ErrPhraseChecksum
	}
	return hide(words), nil
}

// nearest is the one word that begins with the same four letters, which no two
// words of the list do, or that one slip of the finger makes of w.
func nearest(w string) string {
	var near []string
	for _, word := range wordlists.English {
		if len(w) >= 4 && strings.HasPrefix(word, w[:4]) {
			return word
		}
		if oneSlip(w, word) {
			near = append(near, word)
		}
	}
	if len(near) != 1 {
		return ""
	}
	return near[0]
}

// oneSlip says whether one letter was left out, added, changed or swapped with
// its neighbour.
func oneSlip(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	at := 0
	for at < len(a) && a[at] == b[at] {
		at++
	}
	if len(a) < len(b) {
		return a[at:] == b[at+1:]
	}
	if at == len(a) {
		return true
	}
	swapped := at+1 < len(a) && a[at] == b[at+1] && a[at+1] == b[at] && a[at+2:] == b[at+2:]
	return swapped || a[at+1:] == b[at+1:]
}

// Words are the words, for the one screen that shows them.
func (p Phrase) Words() []string {
	if p.words == nil {
		return nil
	}
	return slices.Clone(p.words())
}

// Key is the key of the phrase's first account, m/44'/60'/0'/0/0, with no
// passphrase of BIP-39: what other wallets show first for the same words.
func (p Phrase) Key() (*ecdsa.PrivateKey, error) {
	if p.words == nil {
		return nil, errors.New("derive key: there is no phrase")
	}
	return derive(bip39.NewSeed(strings.Join(p.words(), " "), ""), firstAccount())
}

func (p Phrase) entropy() ([]byte, error) {
	if p.words == nil {
		return nil, errors.New("keep phrase: there is none")
	}
	return bip39.EntropyFromMnemonic(strings.Join(p.words(), " "))
}

// Format keeps the phrase out of whatever is printed.
func (p Phrase) Format(f fmt.State, _ rune) { fmt.Fprint(f, "a recovery phrase") }

// LogValue keeps the phrase out of logs.
func (p Phrase) LogValue() slog.Value { return slog.StringValue("a recovery phrase") }

// MarshalJSON keeps the phrase out of JSON.
func (p Phrase) MarshalJSON() ([]byte, error) { return []byte(`"a recovery phrase"`), nil }
