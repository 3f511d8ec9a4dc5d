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
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/atomicfile"
)

// ErrExists says that the folder has a wallet already. Nothing was changed.
var ErrExists = errors.New("there is a wallet already")

// ErrLocked says that only the owner's passphrase opens the wallet: ask for it
// and call Unlock.
var ErrLocked = errors.New("the wallet wants its owner's passphrase")

// ErrNoPhrase says that no phrase is kept: the wallet was imported, or made
// without one.
var ErrNoPhrase = errors.New("no recovery phrase is kept for this wallet")

// MinPassphrase is the fewest characters of a passphrase that a person chooses.
const MinPassphrase = 8

// ErrPassphraseShort says that a passphrase has fewer characters than that.
var ErrPassphraseShort = fmt.Errorf("a passphrase has at least %d characters", MinPassphrase)

// Exists says whether dir has a wallet.
func Exists(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, keyFileName))
	return err == nil
}

// Create makes the wallet of a phrase that Helium made and its owner has
// written down. The phrase is kept, encrypted, beside the key.
func Create(ctx context.Context, dir string, p Phrase, o Options) (*Wallet, error) {
	key, err := p.Key()
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	return place(ctx, dir, key, p, o)
}

// Import makes the wallet of a key that comes from elsewhere. Its phrase is not
// kept even where the key was made of one: it may guard other accounts, and its
// owner has it.
func Import(ctx context.Context, dir string, key *ecdsa.PrivateKey, o Options) (*Wallet, error) {
	if key == nil || key.D == nil || key.Curve != crypto.S256() {
		return nil, ErrNoKey
	}
	return place(ctx, dir, key, Phrase{}, o)
}

func place(ctx context.Context, dir string, key *ecdsa.PrivateKey, p Phrase, o Options) (*Wallet, error) {
	if o.Passphrase != "" && utf8.RuneCountInString(o.Passphrase) < MinPassphrase {
		return nil, fmt.Errorf("make wallet: %w", ErrPassphraseShort)
	}
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if Exists(dir) {
		return nil, fmt.Errorf("make wallet: %w in %s", ErrExists, dir)
	}
	return put(ctx, dir, key, p, o)
}

// put makes the files of a wallet under the folder's lock. The key file is last:
// before it there is no wallet, with it there is all that opens it.
func put(ctx context.Context, dir string, key *ecdsa.PrivateKey, p Phrase, o Options) (*Wallet, error) {
	address := crypto.PubkeyToAddress(key.PublicKey)
	passphrase, where, err := settlePassphrase(ctx, dir, address, o)
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	if err := keepPhrase(dir, address, p, passphrase, o); err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	keyJSON, err := encrypt(key, passphrase, o.LightScrypt)
	if err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	path := filepath.Join(dir, keyFileName)
	if err := atomicfile.Create(path, keyJSON, 0o600); err != nil {
		return nil, fmt.Errorf("make wallet: %w", err)
	}
	return &Wallet{key: key, address: address, place: where, keyFile: path}, nil
}

// settlePassphrase is the owner's, or the one that is kept for this address
// already, or a new one. A kept one may open a key file of this address that
// lies elsewhere, so it is never written over.
func settlePassphrase(ctx context.Context, dir string, address common.Address, o Options) (string, Place, error) {
	file := passphraseFile(dir, address)
	if o.Passphrase != "" {
		if _, err := os.Lstat(file); err == nil {
			return "", "", fmt.Errorf("the file %s holds the passphrase of a key file that was here: move it away first", file)
		}
		return o.Passphrase, Given, writeGuard(dir, address, guard{})
	}
	if err := os.Remove(guardFile(dir, address)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", "", err
	}
	kept, where, err := findPassphrase(ctx, dir, address, o)
	if err == nil {
		return kept, where, nil
	}
	passphrase := newPassphrase()
	where, err = keepPassphrase(ctx, dir, address, passphrase, o)
	return passphrase, where, err
}

// Unlock opens a wallet with its owner's passphrase. The error is
// ErrPassphraseWrong or, after five of those, a *TooManyTriesError.
func Unlock(ctx context.Context, dir, passphrase string, o Options) (*Wallet, error) {
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	k, path, err := readOwn(dir)
	if err != nil {
		return nil, err
	}
	address := common.HexToAddress(k.Address)
	var key *ecdsa.PrivateKey
	err = guarded(dir, address, o.now(), func() (err error) {
		key, err = k.key(passphrase)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("unlock wallet: %w", err)
	}
	return &Wallet{key: key, address: address, place: Given, keyFile: path}, nil
}

// ShowPhrase is the recovery phrase of the wallet in dir, which is read each
// time behind its passphrase: the one in the keychain or the file, or that of its
// owner, who must give it. The error is ErrNoPhrase or one of Unlock's.
func ShowPhrase(ctx context.Context, dir, passphrase string, o Options) (Phrase, error) {
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return Phrase{}, err
	}
	defer unlock()
	k, _, err := readOwn(dir)
	if err != nil {
		return Phrase{}, err
	}
	address := common.HexToAddress(k.Address)
	kept, err := readPhrase(dir, address)
	if err != nil {
		return Phrase{}, fmt.Errorf("show phrase: %w", err)
	}

	var entropy []byte
	err = behind(ctx, dir, address, passphrase, o, func(passphrase string) (err error) {
		entropy, err = kept.open(passphrase)
		return err
	})
	if err != nil {
		return Phrase{}, fmt.Errorf("show phrase: %w", err)
	}
	return phraseOf(entropy)
}

// Export is the wallet as a keystore v3 file under a passphrase that its owner
// chooses, for a copy elsewhere or for another wallet. A wallet that its owner's
// passphrase opens is exported under that one, which must be given: the error is
// then one of Unlock's.
func Export(ctx context.Context, dir, passphrase string, o Options) ([]byte, error) {
	if utf8.RuneCountInString(passphrase) < MinPassphrase {
		return nil, fmt.Errorf("export wallet: %w", ErrPassphraseShort)
	}
	unlock, err := lockDir(ctx, dir)
	if err != nil {
		return nil, err
	}
	defer unlock()
	k, _, err := readOwn(dir)
	if err != nil {
		return nil, err
	}
	address := common.HexToAddress(k.Address)

	var key *ecdsa.PrivateKey
	err = behind(ctx, dir, address, passphrase, o, func(passphrase string) (err error) {
		key, err = k.key(passphrase)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export wallet: %w", err)
	}
	return encrypt(key, passphrase, o.LightScrypt)
}

// behind opens something with the passphrase that is kept for the wallet or, where
// its owner keeps it, with the one that was given.
func behind(ctx context.Context, dir string, address common.Address, given string, o Options, open func(passphrase string) error) error {
	found, _, err := findPassphrase(ctx, dir, address, o)
	switch {
	case err == nil:
		return open(found)
	case errors.Is(err, ErrLocked):
		return guarded(dir, address, o.now(), func() error { return open(given) })
	default:
		return err
	}
}

// readOwn reads the key file in dir.
func readOwn(dir string) (k keyFile, path string, err error) {
	path = filepath.Join(dir, keyFileName)
	b, err := os.ReadFile(path)
	if err != nil {
		return k, path, fmt.Errorf("read wallet: %w", err)
	}
	if k, err = readOwnKey(b); err != nil {
		return k, path, fmt.Errorf("read wallet %s: %w", path, err)
	}
	return k, path, nil
}

// readOwnKey is readKeyFile for a file that must name its address, as Helium's do:
// the passphrase is kept under it.
func readOwnKey(b []byte) (keyFile, error) {
	k, err := readKeyFile(b)
	if err == nil && k.Address == "" {
		err = errors.New("it does not say which address it is the key of")
	}
	return k, err
}

func (o Options) now() func() time.Time {
	if o.Now == nil {
		return time.Now
	}
	return o.Now
}

// phraseFile is named by the address, as the passphrase's file is. It holds the
// entropy of the phrase the way a key file holds a key.
func phraseFile(dir string, address common.Address) string {
	return filepath.Join(dir, "phrase-"+strings.ToLower(address.Hex()[2:])+".json")
}

// keepPhrase writes the phrase's file, over one of an earlier try: a file of
// this name never held another phrase, since it is the one of this address.
func keepPhrase(dir string, address common.Address, p Phrase, passphrase string, o Options) error {
	if p.words == nil {
		return nil
	}
	entropy, err := p.entropy()
	if err != nil {
		return err
	}
	n, parallel := scryptCost(o.LightScrypt)
	kept, err := keystore.EncryptDataV3(entropy, []byte(passphrase), n, parallel)
	if err != nil {
		return fmt.Errorf("keep phrase: %w", err)
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("keep phrase: %w", err)
	}
	return atomicfile.Replace(phraseFile(dir, address), b, 0o600)
}

func readPhrase(dir string, address common.Address) (sealed, error) {
	var s sealed
	b, err := os.ReadFile(phraseFile(dir, address))
	if errors.Is(err, fs.ErrNotExist) {
		return s, ErrNoPhrase
	}
	if err != nil {
		return s, fmt.Errorf("read phrase: %w", err)
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("read phrase: it is damaged: %w", err)
	}
	return s, s.check()
}
