package wallet

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Files that ethers and web3 made of the key of junk.
func TestKeystoresOfOtherWallets(t *testing.T) {
	var vectors map[string]struct {
		JSON     json.RawMessage
		Password string
		Priv     string
	}
	readVectors(t, "keystore_others.json", &vectors)
	if len(vectors) != 5 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for name, v := range vectors {
		key, err := KeyFromKeystore(v.JSON, v.Password)
		if err != nil || hex.EncodeToString(crypto.FromECDSA(key)) != v.Priv {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := KeyFromKeystore(v.JSON, "Open sesame"); !errors.Is(err, ErrPassphraseWrong) {
			t.Errorf("%s: another password gave %v", name, err)
		}
	}
}

// Files that geth made, among them one without an address.
func TestKeystoresOfGeth(t *testing.T) {
	var vectors map[string]struct {
		JSON     json.RawMessage
		Password string
		Address  string
	}
	readVectors(t, "keystore_geth.json", &vectors)
	if len(vectors) != 4 {
		t.Fatalf("%d vectors", len(vectors))
	}
	for name, v := range vectors {
		key, err := KeyFromKeystore(v.JSON, v.Password)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := crypto.PubkeyToAddress(key.PublicKey); got != common.HexToAddress(v.Address) {
			t.Errorf("%s: got %s, want %s", name, got, v.Address)
		}
	}
}

// changed is a good keystore file with one value set, or removed by nil. A path
// goes through objects by dots.
func changed(t testing.TB, path string, value any) []byte {
	t.Helper()
	var vectors map[string]struct{ JSON map[string]any }
	readVectors(t, "keystore_others.json", &vectors)
	whole := vectors["web3_scrypt"].JSON
	if strings.HasPrefix(path, "pbkdf2 ") {
		path, whole = path[7:], vectors["web3_pbkdf2"].JSON
	}
	at, steps := whole, strings.Split(path, ".")
	for _, s := range steps[:len(steps)-1] {
		at = at[s].(map[string]any)
	}
	at[steps[len(steps)-1]] = value
	maps.DeleteFunc(at, func(_ string, v any) bool { return v == nil })
	b, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Each would panic, run for minutes, or take all memory, if it were tried.
func TestHostileKeystoresAreRefusedBeforeAnyWork(t *testing.T) {
	for _, c := range []struct {
		path  string
		value any
		names string
	}{
		{"crypto.kdfparams.n", 1 << 30, "MiB"}, {"crypto.kdfparams.n", 1 << 20, "MiB"}, {"crypto.kdfparams.n", 4095, "power of two"},
		{"crypto.kdfparams.n", 0, "power of two"}, {"crypto.kdfparams.n", -4096, "power of two"}, {"crypto.kdfparams.n", math.MinInt64, "power of two"},
		{"crypto.kdfparams.n", 1, "power of two"}, {"crypto.kdfparams.n", nil, "power of two"}, {"crypto.kdfparams.n", "4096", "damaged"},
		{"crypto.kdfparams.n", 1e30, "damaged"},
		{"crypto.kdfparams.r", 1 << 24, "small"}, {"crypto.kdfparams.r", -8, "small"}, {"crypto.kdfparams.r", 0, "small"},
		{"crypto.kdfparams.p", 1 << 24, "small"}, {"crypto.kdfparams.p", 1000, "work"}, {"crypto.kdfparams.p", -1, "small"},
		{"crypto.kdfparams.dklen", 16, "dklen"}, {"crypto.kdfparams.dklen", 1 << 40, "dklen"}, {"crypto.kdfparams.dklen", nil, "dklen"},
		{"crypto.kdfparams.salt", "zz", "salt"}, {"crypto.kdfparams.salt", 7, "damaged"},
		{"crypto.cipherparams.iv", "00", "iv"}, {"crypto.cipherparams.iv", nil, "iv"},
		{"crypto.ciphertext", "", "ciphertext"}, {"crypto.ciphertext", strings.Repeat("00", 33), "ciphertext"},
		{"crypto.mac", "00", "mac"}, {"crypto.cipher", "aes-128-cbc", "cipher"}, {"crypto.kdf", "md5", "kdf"},
		{"crypto", nil, "ciphertext"}, {"crypto", 1, "damaged"}, {"version", 1, "version 3"}, {"version", "3", "damaged"},
		{"address", "zz", "address"}, {"address", strings.Repeat("0", maxKeyFile), "bytes"},
		{"pbkdf2 crypto.kdfparams.c", maxRounds + 1, "rounds"}, {"pbkdf2 crypto.kdfparams.c", 0, "rounds"}, {"pbkdf2 crypto.kdfparams.c", -1, "rounds"},
		{"pbkdf2 crypto.kdfparams.prf", "hmac-md5", "prf"}, {"pbkdf2 crypto.kdfparams.prf", nil, "prf"},
	} {
		_, err := KeyFromKeystore(changed(t, c.path, c.value), "open sesame")
		if err == nil || errors.Is(err, ErrPassphraseWrong) || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s = %.20v: %v", c.path, c.value, err)
		}
	}
}

func TestAKeystoreOfAnotherAddressIsRefused(t *testing.T) {
	b := changed(t, "address", strings.Repeat("ab", 20))
	if _, err := KeyFromKeystore(b, "open sesame"); err == nil || !strings.Contains(err.Error(), "holds the key of") {
		t.Error(err)
	}
	if key, err := KeyFromKeystore(changed(t, "address", nil), "open sesame"); err != nil || hex.EncodeToString(crypto.FromECDSA(key)) != junkKey {
		t.Errorf("without an address: %v", err)
	}
}

func TestPrivateKeysAreReadAsPeoplePasteThem(t *testing.T) {
	for _, text := range []string{junkKey, "0x" + junkKey, "0X" + strings.ToUpper(junkKey), " \n" + junkKey + "\t"} {
		key, err := KeyFromHex(text)
		if err != nil || hex.EncodeToString(crypto.FromECDSA(key)) != junkKey {
			t.Errorf("%.6q…: %v", text, err)
		}
	}
	const order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
	for _, text := range []string{"", "0x", junkKey[2:], junkKey + "00", "0x0x" + junkKey, strings.Repeat("0", 64), order, strings.Repeat("f", 64), strings.Repeat("g", 64)} {
		_, err := KeyFromHex(text)
		if !errors.Is(err, ErrNoKey) || (len(text) > 8 && strings.Contains(err.Error(), text[:8])) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Whatever is read: no panic and, once read, no dear work.
func FuzzReadKeyFile(f *testing.F) {
	f.Add(changed(f, "crypto.kdfparams.n", 2))
	f.Add(changed(f, "pbkdf2 crypto.kdfparams.c", 1))
	f.Add([]byte(`{"version":3,"crypto":{"kdfparams":{"n":-1,"r":1e3}}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		k, err := readKeyFile(b)
		if err != nil {
			return
		}
		p := k.Crypto.KDFParams
		if k.Crypto.KDF == "scrypt" && (128*p.N*p.R > maxScryptMemory || p.N*p.R*p.P > maxScryptWork) {
			t.Fatalf("%+v was taken", p)
		}
		if p.N*p.R*p.P > 1<<10 || p.C > 1<<10 {
			return // right, and too slow for a fuzzer
		}
		if _, err := k.key("open sesame"); err == nil {
			return
		}
	})
}

func FuzzKeyFromHex(f *testing.F) {
	f.Add(junkKey)
	f.Add("0x" + junkKey)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := KeyFromHex(text)
		if err != nil {
			return
		}
		if !strings.Contains(strings.ToLower(text), hex.EncodeToString(crypto.FromECDSA(key))) {
			t.Fatalf("%q became another key", text)
		}
	})
}
