package wallet

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/tyler-smith/go-bip39"
)

// junk is the phrase that development chains are made with.
const (
	junk    = "test test test test test test test test test test test junk"
	junkKey = "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
)

func readVectors(t testing.TB, name string, into any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, into); err != nil {
		t.Fatal(err)
	}
}

// The vectors of BIP-39: entropy, words, seed with the passphrase TREZOR, root.
func TestPhraseVectors(t *testing.T) {
	var vectors struct{ English [][]string }
	readVectors(t, "bip39_english.json", &vectors)
	if len(vectors.English) != 24 {
		t.Fatalf("%d vectors", len(vectors.English))
	}
	for i, v := range vectors.English {
		entropy, words, seed, root := v[0], v[1], v[2], v[3]
		p, err := ParsePhrase(words)
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		if got, err := p.entropy(); err != nil || hex.EncodeToString(got) != entropy {
			t.Errorf("%d: entropy %x, want %s, %v", i, got, entropy, err)
		}
		raw, err := hex.DecodeString(entropy)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := phraseOf(raw); err != nil || strings.Join(back.Words(), " ") != words {
			t.Errorf("%d: other words, %v", i, err)
		}
		made := bip39.NewSeed(words, "TREZOR")
		if hex.EncodeToString(made) != seed {
			t.Errorf("%d: another seed", i)
		}
		if got, err := master(made); err != nil || !bytes.Equal(got.key[:], keyOf(t, root)) {
			t.Errorf("%d: another root, %v", i, err)
		}
	}
}

// keyOf is the private key in an xprv.
func keyOf(t *testing.T, xprv string) []byte {
	t.Helper()
	const digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	n := new(big.Int)
	for _, c := range xprv {
		n.Mul(n, big.NewInt(58)).Add(n, big.NewInt(int64(strings.IndexRune(digits, c))))
	}
	b := n.Bytes()
	if len(b) != 82 || b[45] != 0 {
		t.Fatalf("%s is no xprv", xprv)
	}
	return b[46:78]
}

// The vectors 1 to 4 of BIP-32; the third and the fourth have leading zeros.
func TestDerivationVectors(t *testing.T) {
	var vectors []struct{ Seed, Path, XPrv string }
	readVectors(t, "bip32.json", &vectors)
	if len(vectors) != 17 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for _, v := range vectors {
		seed, err := hex.DecodeString(v.Seed)
		if err != nil {
			t.Fatal(err)
		}
		key, err := derive(seed, pathOf(t, v.Path))
		if err != nil || !bytes.Equal(crypto.FromECDSA(key), keyOf(t, v.XPrv)) {
			t.Errorf("%s of %s…: %v", v.Path, v.Seed[:8], err)
		}
	}
}

func pathOf(t *testing.T, text string) (path []uint32) {
	t.Helper()
	for _, step := range strings.Split(text, "/")[1:] {
		digits, hard := strings.CutSuffix(step, "'")
		n, err := strconv.ParseUint(digits, 10, 31)
		if err != nil {
			t.Fatal(err)
		}
		if hard {
			n += hardened
		}
		path = append(path, uint32(n))
	}
	return path
}

func TestAPhraseIsReadAsPeopleTypeIt(t *testing.T) {
	for name, text := range map[string]string{
		"plain": junk, "capitals": strings.ToUpper(junk), "lines": strings.ReplaceAll(junk, " ", "\r\n\t "),
		"around": "\n  " + junk + " \u00a0", "wide spaces": strings.ReplaceAll(junk, " ", "\u3000"),
	} {
		p, err := ParsePhrase(text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		key, err := p.Key()
		if err != nil || hex.EncodeToString(crypto.FromECDSA(key)) != junkKey {
			t.Errorf("%s: another key, %v", name, err)
		}
	}
}

func TestAWrongPhraseIsRefusedWithWhatIsWrong(t *testing.T) {
	change := func(at int, word string) string {
		words := strings.Fields(junk)
		words[at-1] = word
		return strings.Join(words, " ")
	}
	for text, want := range map[string]WordError{
		change(3, "tset"):     {3, "tset", "test"},
		change(12, "junck"):   {12, "junck", "junk"},
		change(1, "abandone"): {1, "abandone", "abandon"},
		change(5, "jnk"):      {5, "jnk", "junk"},
		change(2, "zzzz"):     {2, "zzzz", ""},
		change(2, "ca"):       {2, "ca", ""},
		change(7, "тест"):     {7, "тест", ""},
	} {
		_, err := ParsePhrase(text)
		var got *WordError
		if !errors.As(err, &got) || *got != want {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	for text, want := range map[string]error{
		"": ErrPhraseLength, "test": ErrPhraseLength, junk + " junk": ErrPhraseLength,
		strings.Repeat(" test", 27):                              ErrPhraseLength,
		strings.Repeat("test ", maxPhrase):                       ErrPhraseLength,
		change(12, "test"):                                       ErrPhraseChecksum,
		"junk" + strings.TrimSuffix(junk, " junk")[4:] + " test": ErrPhraseChecksum,
	} {
		if _, err := ParsePhrase(text); !errors.Is(err, want) {
			t.Errorf("%.40q: got %v, want %v", text, err, want)
		}
	}
}

func TestNewPhrasesDiffer(t *testing.T) {
	a, errA := NewPhrase()
	b, errB := NewPhrase()
	if errA != nil || errB != nil || len(a.Words()) != 12 {
		t.Fatal(len(a.Words()), errA, errB)
	}
	if strings.Join(a.Words(), " ") == strings.Join(b.Words(), " ") {
		t.Error("the same phrase was made twice")
	}
	if back, err := ParsePhrase(strings.Join(a.Words(), " ")); err != nil || len(back.Words()) != 12 {
		t.Errorf("a made phrase is refused: %v", err)
	}
}

func TestNothingPrintsAPhrase(t *testing.T) {
	p, err := ParsePhrase("legal winner thank year wave sausage worth useful legal winner thank yellow")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "phrase", p, "pointer", &p)
	type holder struct{ p Phrase }
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		fmt.Fprintf(&out, verb+verb+verb, p, &p, holder{p})
	}
	j, err := json.Marshal(struct{ P Phrase }{p})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(j)
	if strings.Contains(out.String(), "winner") || strings.Contains(out.String(), hex.EncodeToString([]byte("winner"))) {
		t.Errorf("the phrase shows: %s", out.String())
	}
}

// A phrase that is taken is one that other wallets take, and stays itself.
func FuzzParsePhrase(f *testing.F) {
	var vectors struct{ English [][]string }
	readVectors(f, "bip39_english.json", &vectors)
	for _, v := range vectors.English[:6] {
		f.Add(v[1])
		f.Add(strings.ToUpper(v[1][1:]))
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ParsePhrase(text)
		if err != nil {
			return
		}
		words := strings.Join(p.Words(), " ")
		if !bip39.IsMnemonicValid(words) {
			t.Fatalf("%q was taken as %q", text, words)
		}
		entropy, err := p.entropy()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := phraseOf(entropy); err != nil || strings.Join(back.Words(), " ") != words {
			t.Fatalf("%q is not what its entropy makes, %v", words, err)
		}
	})
}
