package wallet

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/zalando/go-keyring"

	"helium/backend/atomicfile"
)

// Keychain keeps short secrets for the user of this computer.
type Keychain interface {
	Set(service, user, secret string) error
	// Get's error is keyring.ErrNotFound when there is no such secret.
	Get(service, user string) (string, error)
	// Delete's error is keyring.ErrNotFound when there is no such secret.
	Delete(service, user string) error
}

type systemKeychain struct{}

func (systemKeychain) Set(service, user, secret string) error {
	if !hasSession() {
		return errNoSession
	}
	return keyring.Set(service, user, secret)
}

func (systemKeychain) Get(service, user string) (string, error) {
	if !hasSession() {
		return "", errNoSession
	}
	return keyring.Get(service, user)
}

func (systemKeychain) Delete(service, user string) error {
	if !hasSession() {
		return errNoSession
	}
	return keyring.Delete(service, user)
}

var errNoSession = errors.New("this user has no desktop session")

// hasSession says whether a keychain could answer. On Unix it answers over the bus
// of the user's session. Where there is none, asking would start a bus, with no
// keychain in it, that nobody ends.
func hasSession() bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return true
	}
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return address != "autolaunch:"
	}
	dir := os.Getenv("XDG_RUNTIME_DIR")
	if dir == "" {
		return false
	}
	_, err := os.Stat(filepath.Join(dir, "bus"))
	return err == nil
}

// service is the name under which a person finds the passphrase in the keychain.
const service = "Helium wallet"

func newPassphrase() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// passphraseFile is named by the address, so that the passphrase of a key file
// that was moved away is never written over.
func passphraseFile(dir string, address common.Address) string {
	return filepath.Join(dir, "passphrase-"+strings.ToLower(address.Hex()[2:]))
}

func findPassphrase(ctx context.Context, dir string, address common.Address, o Options) (string, Place, error) {
	b, err := os.ReadFile(passphraseFile(dir, address))
	if err == nil {
		return strings.TrimRight(string(b), "\r\n"), InFile, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", "", fmt.Errorf("read passphrase: %w", err)
	}
	if _, guarded, err := readGuard(dir, address); err != nil {
		return "", "", err
	} else if guarded {
		return "", "", ErrLocked
	}
	if o.FileOnly {
		return "", "", fmt.Errorf("%w: restore the file %s from a copy", ErrPassphraseLost, passphraseFile(dir, address))
	}
	secret, err := o.get(ctx, address)
	switch {
	case err == nil:
		return secret, InKeychain, nil
	case errors.Is(err, keyring.ErrNotFound):
		return "", "", fmt.Errorf("%w: restore the keychain entry %q for %s, or the file %s", ErrPassphraseLost, service, address, passphraseFile(dir, address))
	default:
		return "", "", fmt.Errorf("%w (%v): unlock it and start Helium again", ErrKeychainLocked, err)
	}
}

// keepPassphrase is done only when the passphrase can be read back.
func keepPassphrase(ctx context.Context, dir string, address common.Address, passphrase string, o Options) (Place, error) {
	if !o.FileOnly && o.usable(ctx) {
		if err := o.set(ctx, address, passphrase); err == nil {
			if back, err := o.get(ctx, address); err == nil && back == passphrase {
				return InKeychain, nil
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return InFile, atomicfile.Create(passphraseFile(dir, address), []byte(passphrase+"\n"), 0o600)
}

// usable asks for an entry that no wallet has: a keychain that works says that
// it isn't there.
func (o Options) usable(ctx context.Context) bool {
	_, err := o.get(ctx, common.Address{})
	return errors.Is(err, keyring.ErrNotFound)
}

func (o Options) get(ctx context.Context, address common.Address) (string, error) {
	return o.call(ctx, func(k Keychain) (string, error) { return k.Get(service, address.Hex()) })
}

func (o Options) set(ctx context.Context, address common.Address, secret string) error {
	_, err := o.call(ctx, func(k Keychain) (string, error) { return "", k.Set(service, address.Hex(), secret) })
	return err
}

// call runs one call to the keychain, which takes no context. A call that never
// returns keeps its goroutine: there is no way to end it.
func (o Options) call(ctx context.Context, fn func(Keychain) (string, error)) (string, error) {
	k := o.Keychain
	if k == nil {
		k = systemKeychain{}
	}
	wait := o.KeychainTimeout
	if wait <= 0 {
		wait = 10 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()

	type answer struct {
		secret string
		err    error
	}
	done := make(chan answer, 1)
	go func() {
		secret, err := fn(k)
		done <- answer{secret, err}
	}()
	select {
	case a := <-done:
		return a.secret, a.err
	case <-ctx.Done():
		return "", fmt.Errorf("no answer after %s: %w", wait, ctx.Err())
	}
}
