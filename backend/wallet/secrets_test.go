package wallet

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

func TestASecretIsKeptReplacedAndForgotten(t *testing.T) {
	broken := &memoryKeychain{setErr: errors.New("no"), getErr: errors.New("no")}
	for name, c := range map[string]struct {
		options Options
		place   Place
	}{
		"keychain":  {Options{Keychain: &memoryKeychain{}}, InKeychain},
		"no answer": {Options{Keychain: broken}, InFile},
		"file only": {Options{Keychain: &memoryKeychain{}, FileOnly: true}, InFile},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "wallet")
			s := OpenSecrets(dir, c.options)
			if c.place == InKeychain || c.options.FileOnly {
				if got, _, err := s.Find(t.Context(), "proxy"); got != "" || err != nil {
					t.Fatalf("found %q, %v before there was one", got, err)
				}
			}
			for _, secret := range []string{"swordfish", "herring"} {
				if place, err := s.Keep(t.Context(), "proxy", secret); err != nil || place != c.place {
					t.Fatalf("kept in %q, %v; want %q", place, err, c.place)
				}
				again := OpenSecrets(dir, c.options)
				if got, place, err := again.Find(t.Context(), "proxy"); got != secret || place != c.place || err != nil {
					t.Fatalf("found %q in %q, %v", got, place, err)
				}
			}
			info, err := os.Stat(s.file("proxy"))
			if c.place == InFile && err != nil {
				t.Fatal(err)
			}
			// On Windows the folder that the file is in keeps others out.
			if c.place == InFile && runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
				t.Errorf("the file has mode %v", info.Mode())
			}
			if c.place == InKeychain && err == nil {
				t.Error("there is a file beside the keychain")
			}
			_, err = s.Keep(t.Context(), "proxy", "")
			if got, _, _ := s.Find(t.Context(), "proxy"); got != "" || (err != nil) != (c.options.Keychain == Keychain(broken)) {
				t.Errorf("found %q after it was forgotten: %v", got, err)
			}
		})
	}
}

func TestASecretThatMovesToTheKeychainLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenSecrets(dir, Options{FileOnly: true}).Keep(t.Context(), "hub", "swordfish"); err != nil {
		t.Fatal(err)
	}
	s := OpenSecrets(dir, Options{Keychain: &memoryKeychain{}})
	if place, err := s.Keep(t.Context(), "hub", "herring"); place != InKeychain || err != nil {
		t.Fatal(place, err)
	}
	if _, err := os.Stat(s.file("hub")); err == nil {
		t.Error("the old secret lies in its file")
	}
}
