package wallet

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gofrs/flock"
	"github.com/google/uuid"
)

const (
	keyFileName  = "key.json"
	lockFileName = "wallet.lock"
)

// Options say how a wallet is kept. The zero value is right for a person's
// computer.
type Options struct {
	// Keychain keeps passphrases; nil means that of this computer's user.
	Keychain Keychain
	// FileOnly leaves the keychain alone: for services without a person, and
	// for the many nodes of a local network.
	FileOnly bool
	// KeychainTimeout bounds each call to the keychain, which may be showing a
	// person a question that nobody answers. 0 means 10 seconds.
	KeychainTimeout time.Duration
	// LightScrypt makes the key file fast to open and easy to attack: for tests.
	LightScrypt bool
}

// ErrPassphraseLost says that there is a key file and no passphrase for it
// anywhere. Nothing was changed.
var ErrPassphraseLost = errors.New("the passphrase of the wallet is not there")

// ErrPassphraseWrong says that the passphrase found does not open the key
// file. Nothing was changed.
var ErrPassphraseWrong = errors.New("the passphrase does not open the wallet")

// ErrKeychainLocked says that the passphrase may be in the keychain, which does
// not answer. Nothing was changed.
var ErrKeychainLocked = errors.New("the keychain of this computer does not answer")

// OpenOrCreate opens the wallet in dir, or makes one there when the folder has
// no key file. It takes about a second: the key file is slow to open on purpose.
func OpenOrCreate(ctx context.Context, dir string, o Options) (*Wallet, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open wallet: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFileName))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock wallet %s: %w", dir, err)
	}
	defer lock.Unlock()

	path := filepath.Join(dir, keyFileName)
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		return open(ctx, dir, b, o)
	case errors.Is(err, fs.ErrNotExist):
		return create(ctx, dir, o)
	default:
		return nil, fmt.Errorf("read wallet: %w", err)
	}
}

func open(ctx context.Context, dir string, keyJSON []byte, o Options) (*Wallet, error) {
	path := filepath.Join(dir, keyFileName)
	address, err := addressOf(keyJSON)
	if err != nil {
		return nil, fmt.Errorf("read wallet %s: %w", path, err)
	}
	passphrase, place, err := findPassphrase(ctx, dir, address, o)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s: %w", path, err)
	}
	key, err := decrypt(keyJSON, passphrase)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s with the passphrase in the %s: %w", path, place, err)
	}
	if got := crypto.PubkeyToAddress(key.PublicKey); got != address {
		return nil, fmt.Errorf("open wallet %s: it says it is %s and holds the key of %s: restore it from a copy", path, address, got)
	}
	return &Wallet{key: key, address: address, place: place, keyFile: path}, nil
}

func create(ctx context.Context, dir string, o Options) (*Wallet, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	address := crypto.PubkeyToAddress(key.PublicKey)
	passphrase := newPassphrase()

	keyJSON, err := encrypt(key, passphrase, o.LightScrypt)
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	place, err := keepPassphrase(ctx, dir, address, passphrase, o)
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	path := filepath.Join(dir, keyFileName)
	if err := writeNew(path, keyJSON); err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	return &Wallet{key: key, address: address, place: place, keyFile: path}, nil
}

func addressOf(keyJSON []byte) (common.Address, error) {
	var head struct {
		Address string `json:"address"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(keyJSON, &head); err != nil {
		return common.Address{}, fmt.Errorf("it is damaged (%w): restore it from a copy", err)
	}
	if head.Version != 3 || !common.IsHexAddress(head.Address) {
		return common.Address{}, errors.New("it is not a keystore file of version 3 with an address")
	}
	return common.HexToAddress(head.Address), nil
}

func encrypt(key *ecdsa.PrivateKey, passphrase string, light bool) ([]byte, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	n, p := keystore.StandardScryptN, keystore.StandardScryptP
	if light {
		n, p = 2, 1
	}
	plain := &keystore.Key{Id: id, Address: crypto.PubkeyToAddress(key.PublicKey), PrivateKey: key}
	b, err := keystore.EncryptKey(plain, passphrase, n, p)
	if err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	return b, nil
}

func decrypt(keyJSON []byte, passphrase string) (*ecdsa.PrivateKey, error) {
	plain, err := keystore.DecryptKey(keyJSON, passphrase)
	if errors.Is(err, keystore.ErrDecrypt) {
		return nil, ErrPassphraseWrong
	}
	if err != nil {
		return nil, fmt.Errorf("read key file: %w", err)
	}
	return plain.PrivateKey, nil
}

// writeNew makes a file that appears whole or not at all, and never over
// another.
func writeNew(path string, b []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	if err := errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := publish(tmp.Name(), path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return syncDir(filepath.Dir(path))
}

// publish gives the file its name. A link refuses a taken name; where the file
// system has no links, the lock on the folder is what keeps others away.
func publish(tmp, path string) error {
	err := os.Link(tmp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return os.Rename(tmp, path)
}

// syncDir makes a new name last. Systems that can't sync a folder don't need it.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}
