package seal

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"filippo.io/age"
)

// examplePair is the pair in age's own documentation.
const (
	exampleIdentity  = "AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"
	exampleRecipient = "age1t7rxyev2z3rw82stdlrrepyc39nvn86l5078zqkf5uasdy86jp6svpy7pa"
)

func newKey(t testing.TB) Key {
	t.Helper()
	k, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// unbech32 reads the 32 bytes back; age has checked the sum.
func unbech32(t *testing.T, s string) (out [32]byte) {
	t.Helper()
	s = strings.ToLower(s)
	var bits, have, n uint32
	for _, c := range s[strings.LastIndex(s, "1")+1 : len(s)-6] {
		bits, have = bits<<5|uint32(strings.IndexRune(bech32Alphabet, c)), have+5
		if have >= 8 && n < 32 {
			have -= 8
			out[n] = byte(bits >> have)
			n++
		}
	}
	return out
}

func TestKeysAreSpelledAsAgeSpellsThem(t *testing.T) {
	k, err := KeyFromSecret(unbech32(t, exampleIdentity))
	if err != nil {
		t.Fatal(err)
	}
	if got := bech32("age", k.Public()); got != exampleRecipient {
		t.Errorf("recipient %s, want %s", got, exampleRecipient)
	}
	for range 50 {
		k := newKey(t)
		if got, want := bech32("age", k.Public()), ageIdentity(t, k).Recipient().String(); got != want {
			t.Fatalf("recipient %s, want %s", got, want)
		}
	}
}

// ageIdentity is the key as age itself keeps it.
func ageIdentity(t *testing.T, k Key) *age.X25519Identity {
	t.Helper()
	i, err := age.ParseX25519Identity(strings.ToUpper(bech32("age-secret-key-", k.Secret())))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestAnAgeFileIsSealedBytes(t *testing.T) {
	k, other := newKey(t), newKey(t)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, ageIdentity(t, other).Recipient(), ageIdentity(t, k).Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, "from age itself"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, to := range []Key{k, other} {
		if got, err := Open(sealed.Bytes(), to); err != nil || string(got) != "from age itself" {
			t.Errorf("opened %q, %v", got, err)
		}
	}
	if _, err := Open(sealed.Bytes(), newKey(t)); !errors.Is(err, ErrNotForMe) {
		t.Errorf("a stranger got %v, want ErrNotForMe", err)
	}
}

func TestSealedBytesAreAnAgeFile(t *testing.T) {
	k := newKey(t)
	sealed, err := Seal([]byte("for age itself"), k.Public())
	if err != nil {
		t.Fatal(err)
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), ageIdentity(t, k))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || string(got) != "for age itself" {
		t.Fatalf("age read %q, %v", got, err)
	}
}

func TestEveryRecipientOpensAloneAndNobodyElse(t *testing.T) {
	nodes := []Key{newKey(t), newKey(t), newKey(t)}
	for _, size := range []int{0, 1, 64<<10 - 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		text := bytes.Repeat([]byte{7}, size)
		sealed, err := Seal(text, nodes[0].Public(), nodes[1].Public(), nodes[2].Public())
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range nodes {
			got, err := Open(sealed, k)
			if err != nil || !bytes.Equal(got, text) {
				t.Errorf("size %d, node %d: %d bytes, %v", size, i, len(got), err)
			}
		}
		if _, err := Open(sealed, newKey(t)); !errors.Is(err, ErrNotForMe) {
			t.Errorf("size %d: a stranger got %v, want ErrNotForMe", size, err)
		}
	}
}

func TestSecretGivesTheKeyAgain(t *testing.T) {
	k := newKey(t)
	again, err := KeyFromSecret(k.Secret())
	if err != nil || again.Public() != k.Public() {
		t.Fatalf("public %x, %v, want %x", again.Public(), err, k.Public())
	}
}

func TestKeysDoNotPrintTheirSecret(t *testing.T) {
	k := newKey(t)
	secret := k.Secret()
	for _, s := range []string{fmt.Sprint(k), fmt.Sprintf("%+v", k), fmt.Sprintf("%#v", k)} {
		if strings.Contains(s, hex.EncodeToString(secret[:4])) || strings.Contains(s, "AGE-SECRET") {
			t.Errorf("printed as %s", s)
		}
	}
}

// badPublic are the points of low order and the second spellings, from the
// list at cr.yp.to/ecdh.html, little endian.
var badPublic = []string{
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0100000000000000000000000000000000000000000000000000000000000000",
	"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
	"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"cdeb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	"4c9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f11d7",
	"d9ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
}

func TestUnsafePublicKeysAreRefused(t *testing.T) {
	for _, s := range badPublic {
		var public [32]byte
		if _, err := hex.Decode(public[:], []byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := CheckPublic(public); err == nil {
			t.Errorf("%s passes the check", s)
		}
		if _, err := Seal([]byte("x"), newKey(t).Public(), public); err == nil {
			t.Errorf("sealed to %s", s)
		}
	}
}

func TestSealRefuses(t *testing.T) {
	k := newKey(t)
	many := make([][32]byte, MaxRecipients+1)
	for i := range many {
		many[i] = k.Public()
	}
	if _, err := Seal(nil); err == nil {
		t.Error("sealed to nobody")
	}
	if _, err := Seal(nil, many...); err == nil {
		t.Error("sealed to too many")
	}
	if _, err := Seal(make([]byte, MaxPlaintext+1), k.Public()); err == nil {
		t.Error("sealed too much")
	}
	if _, err := KeyFromSecret([32]byte{}); err == nil {
		t.Error("took a zero secret")
	}
	if _, err := Open([]byte(intro), Key{}); err == nil {
		t.Error("opened without a key")
	}
}

func TestLargestBlobOpens(t *testing.T) {
	k := newKey(t)
	keys := make([][32]byte, MaxRecipients)
	for i := range keys {
		keys[i] = k.Public()
	}
	sealed, err := Seal(make([]byte, MaxPlaintext), keys...)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := Open(sealed, k); err != nil || len(got) != MaxPlaintext {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
}

func TestOpenRefusesEveryChangedCutOrLongerBlob(t *testing.T) {
	k := newKey(t)
	sealed, err := Seal([]byte("the words"), k.Public())
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := Open(changed, k); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
		if _, err := Open(sealed[:i], k); err == nil {
			t.Fatalf("opened when cut to %d bytes", i)
		}
	}
	if _, err := Open(append(bytes.Clone(sealed), 0), k); err == nil {
		t.Error("opened with a byte more")
	}
}

func TestOpenRefusesHeadersThatCostWork(t *testing.T) {
	k := newKey(t)
	var sealed bytes.Buffer
	to := make([]age.Recipient, 200)
	for i := range to {
		r, err := recipientOf(newKey(t).Public())
		if err != nil {
			t.Fatal(err)
		}
		to[i] = r
	}
	w, err := age.Encrypt(&sealed, to...)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(sealed.Bytes(), k); err == nil || !strings.Contains(err.Error(), "header") {
		t.Errorf("a header of 200 recipients: %v", err)
	}
}

func TestOpenRefusesOtherKindsOfRecipient(t *testing.T) {
	scrypt, err := age.NewScryptRecipient("pass")
	if err != nil {
		t.Fatal(err)
	}
	scrypt.SetWorkFactor(2)
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []age.Recipient{scrypt, hybrid.Recipient()} {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(sealed.Bytes(), newKey(t)); !errors.Is(err, ErrNotForMe) {
			t.Errorf("%T: %v, want ErrNotForMe", r, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	k, err := KeyFromSecret([32]byte{1})
	if err != nil {
		f.Fatal(err)
	}
	sealed, err := Seal([]byte("seed"), k.Public())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add([]byte(intro))
	f.Add([]byte(intro + "-> X25519 \n--- \n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Open(b, k)
		if err == nil && !bytes.Equal(b, sealed) && len(got) > len(b) {
			t.Fatalf("%d bytes opened to %d", len(b), len(got))
		}
	})
}
