package wallet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
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
	// Passphrase is one that the owner chooses and keeps, for Create and Import;
	// empty lets Helium make one and keep it.
	Passphrase string
	// Now is the clock that wrong passphrases are slowed down by; nil means time.Now.
	Now func() time.Time
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
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if Exists(dir) {
		return open(ctx, dir, o)
	}
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	o.Passphrase = ""
	return put(ctx, dir, key, Phrase{}, o)
}

// Open opens the wallet in dir, which must be there. The error is ErrLocked
// where its owner keeps the passphrase.
func Open(ctx context.Context, dir string, o Options) (*Wallet, error) {
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	return open(ctx, dir, o)
}

// lockDir keeps other programs from the wallet in dir until unlock.
func lockDir(ctx context.Context, dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open wallet: %w", err)
	}
	lock := flock.New(filepath.Join(dir, lockFileName))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return nil, fmt.Errorf("lock wallet %s: %w", dir, err)
	}
	return func() { lock.Unlock() }, nil
}

func open(ctx context.Context, dir string, o Options) (*Wallet, error) {
	k, path, err := readOwn(dir)
	if err != nil {
		return nil, err
	}
	address := common.HexToAddress(k.Address)
	passphrase, place, err := findPassphrase(ctx, dir, address, o)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s: %w", path, err)
	}
	key, err := k.key(passphrase)
	if err != nil {
		return nil, fmt.Errorf("open wallet %s with the passphrase in the %s: %w", path, place, err)
	}
	return &Wallet{key: key, address: address, place: place, keyFile: path}, nil
}

// scryptCost is how dear a file of ours is to open.
func scryptCost(light bool) (n, p int) {
	if light {
		return 2, 1
	}
	return keystore.StandardScryptN, keystore.StandardScryptP
}

func encrypt(key *ecdsa.PrivateKey, passphrase string, light bool) ([]byte, error) {
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	n, p := scryptCost(light)
	plain := &keystore.Key{Id: id, Address: crypto.PubkeyToAddress(key.PublicKey), PrivateKey: key}
	b, err := keystore.EncryptKey(plain, passphrase, n, p)
	if err != nil {
		return nil, fmt.Errorf("make key file: %w", err)
	}
	return b, nil
}
