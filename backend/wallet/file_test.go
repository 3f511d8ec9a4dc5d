package wallet

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func never(t *testing.T) func() (string, error) {
	return func() (string, error) {
		t.Error("the passphrase is asked for")
		return "", errors.New("asked")
	}
}

func TestAKeyFileOpensWithWhatItsOwnerKeeps(t *testing.T) {
	dir := t.TempDir()
	made, err := OpenOrCreate(t.Context(), dir, Options{FileOnly: true, LightScrypt: true})
	if err != nil {
		t.Fatal(err)
	}
	w, err := OpenFile(made.KeyFile(), never(t))
	if err != nil || w.Address() != made.Address() || w.PassphraseIn() != InFile {
		t.Errorf("with the passphrase beside it: %v, %v", w, err)
	}

	// The owner keeps the passphrase elsewhere.
	beside := passphraseFile(dir, made.Address())
	passphrase, err := os.ReadFile(beside)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(beside); err != nil {
		t.Fatal(err)
	}
	w, err = OpenFile(made.KeyFile(), func() (string, error) { return strings.TrimSpace(string(passphrase)), nil })
	if err != nil || w.Address() != made.Address() || w.PassphraseIn() != Given || w.Notice() != "" {
		t.Errorf("with the passphrase given: %v, %v", w, err)
	}
	_, err = OpenFile(made.KeyFile(), func() (string, error) { return "open-sesame", nil })
	if !errors.Is(err, ErrPassphraseWrong) || strings.Contains(err.Error(), "sesame") {
		t.Errorf("with another: %v", err)
	}
	if _, err := os.Stat(beside); err == nil {
		t.Error("the passphrase was written down")
	}
}

func TestWhatIsNoKeyFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty": "", "list": "[]", "old": `{"version": 1, "address": "00000000000000000000000000000000000000aa"}`,
		"large": strings.Repeat(" ", maxKeyFile+1), "no address": `{"version": 3}`,
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFile(path, never(t)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenFile(filepath.Join(dir, "none"), never(t)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

func TestABareKeyIsMadeOnceAndPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "relay", "relay.key")
	made, err := OpenBareKey(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenBareKey(path)
	if err != nil || !again.Equal(made) {
		t.Errorf("the second time: %v", err)
	}
	// On Windows the folder says who may read it.
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("not a key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBareKey(path); err == nil {
		t.Error("a file that is no key was taken, or written over")
	}
}
