package wallet

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/zalando/go-keyring"

	"helium/backend/atomicfile"
)

// secretService is the name under which a person finds these in the keychain.
const secretService = "Helium"

// Secrets are short secrets beside the wallet: passwords that its owner gave for
// services. Each is in the keychain or, where that does not answer, in a file of
// the folder that only its owner can read.
type Secrets struct {
	dir string
	o   Options
}

// OpenSecrets keeps secrets for the folder, which need not be there yet.
func OpenSecrets(dir string, o Options) *Secrets { return &Secrets{dir, o} }

func (s *Secrets) file(name string) string { return filepath.Join(s.dir, "secret-"+name) }

// user names the folder too: a person may have several.
func (s *Secrets) user(name string) string { return name + " of " + s.dir }

// Keep keeps a secret under a name, in place of an older one; an empty secret
// forgets it.
func (s *Secrets) Keep(ctx context.Context, name, secret string) (Place, error) {
	if secret == "" {
		return "", s.forget(ctx, name)
	}
	if !s.o.FileOnly && s.o.usable(ctx) {
		_, err := s.o.call(ctx, func(k Keychain) (string, error) {
			if err := k.Set(secretService, s.user(name), secret); err != nil {
				return "", err
			}
			return k.Get(secretService, s.user(name))
		})
		if err == nil {
			return InKeychain, s.removeFile(name)
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return "", fmt.Errorf("keep secret: %w", err)
	}
	if err := atomicfile.Replace(s.file(name), []byte(secret+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keep secret: %w", err)
	}
	return InFile, nil
}

func (s *Secrets) forget(ctx context.Context, name string) error {
	if err := s.removeFile(name); err != nil {
		return err
	}
	if s.o.FileOnly {
		return nil
	}
	_, err := s.o.call(ctx, func(k Keychain) (string, error) {
		err := k.Delete(secretService, s.user(name))
		if errors.Is(err, keyring.ErrNotFound) || errors.Is(err, errNoSession) {
			err = nil
		}
		return "", err
	})
	if err != nil {
		return fmt.Errorf("forget secret: the keychain does not answer: %w", err)
	}
	return nil
}

func (s *Secrets) removeFile(name string) error {
	if err := os.Remove(s.file(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forget secret: %w", err)
	}
	return nil
}

// Find returns a secret and where it is; empty where there is none.
func (s *Secrets) Find(ctx context.Context, name string) (string, Place, error) {
	b, err := os.ReadFile(s.file(name))
	if err == nil {
		return strings.TrimRight(string(b), "\r\n"), InFile, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("find secret: %w", err)
	}
	if s.o.FileOnly {
		return "", "", nil
	}
	secret, err := s.o.call(ctx, func(k Keychain) (string, error) { return k.Get(secretService, s.user(name)) })
	switch {
	case err == nil:
		return secret, InKeychain, nil
	case errors.Is(err, keyring.ErrNotFound), errors.Is(err, errNoSession):
		return "", "", nil
	default:
		return "", "", fmt.Errorf("find secret: %w (%v)", ErrKeychainLocked, err)
	}
}
