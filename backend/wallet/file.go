package wallet

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// OpenFile opens a key file, of Helium or of another wallet, with the passphrase
// that ask gives. ask is not called when the passphrase lies in a file beside it,
// where OpenOrCreate leaves it. Nothing is written.
func OpenFile(path string, ask func() (string, error)) (*Wallet, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > maxKeyFile {
		return nil, fmt.Errorf("open wallet %s: it has %d bytes and is no key file", path, info.Size())
	}
	keyJSON, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("open wallet: %w", err)
	}
	k, err := readOwnKey(keyJSON)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s: %w", path, err)
	}
	address := common.HexToAddress(k.Address)
	passphrase, place := "", InFile
	switch b, err := os.ReadFile(passphraseFile(filepath.Dir(path), address)); {
	case err == nil:
		passphrase = strings.TrimRight(string(b), "\r\n")
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("read passphrase: %w", err)
	default:
		place = Given
		if passphrase, err = ask(); err != nil {
			return nil, err
		}
	}
	key, err := k.key(passphrase)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s: %w", path, err)
	}
	return &Wallet{key: key, address: address, place: place, keyFile: path}, nil
}

// OpenBareKey reads a key without a passphrase from a private file, or makes one
// there: for a service that signs for what it did and owns nothing.
func OpenBareKey(path string) (*ecdsa.PrivateKey, error) {
	key, err := crypto.LoadECDSA(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("keep key: %w", err)
	}
	if key, err = crypto.GenerateKey(); err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	if err := crypto.SaveECDSA(path+".new", key); err != nil {
		return nil, fmt.Errorf("keep key: %w", err)
	}
	return key, os.Rename(path+".new", path)
}
