package wallet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"
)

func mustPhrase(t *testing.T) Phrase {
	t.Helper()
	p, err := NewPhrase()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

const own = "correct horse battery"

// ways are the three ways in which a passphrase is kept.
func ways() map[string]Options {
	return map[string]Options{
		"keychain": {Keychain: &memoryKeychain{}, LightScrypt: true},
		"file":     {FileOnly: true, LightScrypt: true},
		"owner":    {Keychain: &memoryKeychain{}, LightScrypt: true, Passphrase: own},
	}
}

// later opens a wallet as a later start does, which has no owner's passphrase.
func later(t *testing.T, dir string, o Options) (*Wallet, error) {
	t.Helper()
	given := o.Passphrase
	o.Passphrase = ""
	w, err := Open(t.Context(), dir, o)
	if given == "" {
		return w, err
	}
	if !errors.Is(err, ErrLocked) {
		t.Errorf("without its owner: %v, %v", w, err)
	}
	if _, err := OpenOrCreate(t.Context(), dir, o); !errors.Is(err, ErrLocked) {
		t.Errorf("without its owner: %v", err)
	}
	return Unlock(t.Context(), dir, given, o)
}

func TestAWalletMadeOfAPhraseComesBackWithIt(t *testing.T) {
	for name, o := range ways() {
		t.Run(name, func(t *testing.T) {
			dir, p := filepath.Join(t.TempDir(), "wallet"), mustPhrase(t)
			made, err := Create(t.Context(), dir, p, o)
			if err != nil {
				t.Fatal(err)
			}
			want, err := p.Key()
			if err != nil || made.Address() != crypto.PubkeyToAddress(want.PublicKey) {
				t.Fatalf("made %s, %v", made, err)
			}
			w, err := later(t, dir, o)
			if err != nil || w.Address() != made.Address() || w.PassphraseIn() != made.PassphraseIn() {
				t.Errorf("opened %v, %v", w, err)
			}
			shown, err := ShowPhrase(t.Context(), dir, o.Passphrase, o)
			if err != nil || strings.Join(shown.Words(), " ") != strings.Join(p.Words(), " ") {
				t.Errorf("another phrase is shown: %v", err)
			}
			b, err := Export(t.Context(), dir, own, o)
			if err != nil {
				t.Fatal(err)
			}
			if key, err := KeyFromKeystore(b, own); err != nil || !key.Equal(want) {
				t.Errorf("the export: %v", err)
			}
			checkModes(t, dir)
			checkSecrets(t, dir, p.Words(), hex.EncodeToString(crypto.FromECDSA(want)))
		})
	}
}

// checkSecrets looks for words of the phrase and for the key, as text and as
// bytes, in every file.
func checkSecrets(t *testing.T, dir string, words []string, key string) {
	t.Helper()
	raw, err := hex.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(words[0]+" "+words[1])) || bytes.Contains(bytes.ToLower(b), []byte(key)) || bytes.Contains(b, raw) {
			t.Errorf("%s holds the secret in clear", f)
		}
	}
}

func TestAnImportedWalletKeepsNoPhrase(t *testing.T) {
	for name, o := range ways() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			key, err := KeyFromHex(junkKey)
			if err != nil {
				t.Fatal(err)
			}
			made, err := Import(t.Context(), dir, key, o)
			if err != nil {
				t.Fatal(err)
			}
			if w, err := later(t, dir, o); err != nil || w.Address() != made.Address() {
				t.Errorf("opened %v, %v", w, err)
			}
			if _, err := ShowPhrase(t.Context(), dir, o.Passphrase, o); !errors.Is(err, ErrNoPhrase) {
				t.Errorf("a phrase: %v", err)
			}
		})
	}
}

func TestNoWalletIsMadeOverAnother(t *testing.T) {
	for name, o := range ways() {
		dir := t.TempDir()
		first, err := Create(t.Context(), dir, mustPhrase(t), o)
		if err != nil {
			t.Fatal(err)
		}
		before := contents(t, dir)
		if _, err := Create(t.Context(), dir, mustPhrase(t), o); !errors.Is(err, ErrExists) {
			t.Errorf("%s: a second was made: %v", name, err)
		}
		if _, err := Import(t.Context(), dir, first.key, o); !errors.Is(err, ErrExists) {
			t.Errorf("%s: one was imported: %v", name, err)
		}
		if after := contents(t, dir); before != after {
			t.Errorf("%s: the files changed", name)
		}
	}
}

func contents(t *testing.T, dir string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f + "\n" + string(b) + "\n")
	}
	return all.String()
}

// The keychain's entry is named by the address: a second folder with the same
// key must not lock the first one out.
func TestTheSameKeyInTwoFoldersOpensInBoth(t *testing.T) {
	key, err := KeyFromHex(junkKey)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Keychain: &memoryKeychain{}, LightScrypt: true}
	one, two := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		if _, err := Import(t.Context(), dir, key, o); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{one, two} {
		if _, err := Open(t.Context(), dir, o); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
	}
}

// A try that died before the key file leaves what the next one goes on with.
func TestATryThatDiedBeforeTheKeyFileIsTakenUp(t *testing.T) {
	for name, o := range ways() {
		dir, p := t.TempDir(), mustPhrase(t)
		made, err := Create(t.Context(), dir, p, o)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(made.KeyFile()); err != nil {
			t.Fatal(err)
		}
		if _, err := Create(t.Context(), dir, p, o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if w, err := later(t, dir, o); err != nil || w.Address() != made.Address() {
			t.Errorf("%s: %v, %v", name, w, err)
		}
		if _, err := ShowPhrase(t.Context(), dir, o.Passphrase, o); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAShortPassphraseIsRefused(t *testing.T) {
	dir := t.TempDir()
	o := Options{LightScrypt: true, Passphrase: "seven77"}
	if _, err := Create(t.Context(), dir, mustPhrase(t), o); !errors.Is(err, ErrPassphraseShort) || Exists(dir) {
		t.Errorf("made: %v", err)
	}
	o.Passphrase = "ächtung8"
	if _, err := Create(t.Context(), dir, mustPhrase(t), o); err != nil {
		t.Errorf("eight characters: %v", err)
	}
	if _, err := Export(t.Context(), dir, "seven77", o); !errors.Is(err, ErrPassphraseShort) {
		t.Errorf("exported: %v", err)
	}
}

// Each try is made by an agent that was just started: the count must be on disk.
func TestWrongPassphrasesSlowDownOverRestarts(t *testing.T) {
	dir, now := t.TempDir(), time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := Options{LightScrypt: true, Passphrase: own, Now: func() time.Time { return now }}
	if _, err := Create(t.Context(), dir, mustPhrase(t), o); err != nil {
		t.Fatal(err)
	}
	wrong := func() error {
		_, err := Unlock(t.Context(), dir, "wrong horse", o)
		return err
	}
	for i := range freeTries {
		if err := wrong(); !errors.Is(err, ErrPassphraseWrong) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	var wait *TooManyTriesError
	for i, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute, time.Hour, time.Hour} {
		// Neither the right passphrase nor another door is looked at in the wait.
		_, err := Unlock(t.Context(), dir, own, o)
		if !errors.As(err, &wait) || wait.Wait != want {
			t.Fatalf("after %d: %v, want %s", freeTries+i, err, want)
		}
		if _, err := ShowPhrase(t.Context(), dir, own, o); !errors.As(err, &wait) {
			t.Errorf("the phrase is shown: %v", err)
		}
		if _, err := Export(t.Context(), dir, own, o); !errors.As(err, &wait) {
			t.Errorf("the key is exported: %v", err)
		}
		now = now.Add(want)
		if err := wrong(); !errors.Is(err, ErrPassphraseWrong) {
			t.Fatalf("after the wait: %v", err)
		}
	}

	// A clock set back by a year makes nobody wait for one.
	now = now.AddDate(-1, 0, 0)
	if _, err := Unlock(t.Context(), dir, own, o); !errors.As(err, &wait) || wait.Wait != time.Hour {
		t.Errorf("clock set back: %v", err)
	}
	now = now.AddDate(1, 0, 0).Add(time.Hour)
	if _, err := Unlock(t.Context(), dir, own, o); err != nil {
		t.Fatalf("the right one: %v", err)
	}
	for range freeTries {
		if err := wrong(); !errors.Is(err, ErrPassphraseWrong) {
			t.Fatalf("the count did not begin anew: %v", err)
		}
	}
}

// A program that is killed in the middle of a try has used one.
func TestATryCountsBeforeItIsMade(t *testing.T) {
	dir := t.TempDir()
	o := Options{LightScrypt: true, Passphrase: own}
	w, err := Create(t.Context(), dir, mustPhrase(t), o)
	if err != nil {
		t.Fatal(err)
	}
	err = guarded(dir, w.Address(), time.Now, func() error {
		if g, _, err := readGuard(dir, w.Address()); err != nil || g.Wrong != 1 {
			t.Errorf("%+v, %v", g, err)
		}
		return ErrPassphraseWrong
	})
	if !errors.Is(err, ErrPassphraseWrong) {
		t.Error(err)
	}
}

func TestADamagedGuardLocksNobodyOut(t *testing.T) {
	for _, b := range []string{"", "[]", `{"wrong":-1}`, `{"wrong":1e99}`, `{"wrong":9,"last":"x"}`} {
		dir := t.TempDir()
		o := Options{LightScrypt: true, Passphrase: own}
		w, err := Create(t.Context(), dir, mustPhrase(t), o)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(guardFile(dir, w.Address()), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := later(t, dir, o); err != nil {
			t.Errorf("%q: %v", b, err)
		}
	}
}
