package wallet

import (
	"crypto/ecdsa"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
)

// Place is where the passphrase of a wallet lies.
type Place string

const (
	// InKeychain: in the keychain of this computer's user.
	InKeychain Place = "keychain"
	// InFile: in a file beside the key file.
	InFile Place = "file"
	// Given: its owner typed it, or keeps it elsewhere.
	Given Place = "owner"
	// InMemory: there is no key file, the key was given by FromKey.
	InMemory Place = "memory"
)

// Wallet is an open wallet. It is safe for concurrent use.
type Wallet struct {
	key     *ecdsa.PrivateKey
	address common.Address
	place   Place
	keyFile string
}

// FromKey makes a wallet of a key that the caller holds, for accounts of a
// local network. Nothing is written.
func FromKey(key *ecdsa.PrivateKey) (*Wallet, error) {
	if key == nil || key.D == nil || key.Curve != crypto.S256() {
		return nil, errors.New("use key: it is not a secp256k1 key")
	}
	return &Wallet{key: key, address: crypto.PubkeyToAddress(key.PublicKey), place: InMemory}, nil
}

// Address is the wallet's account.
func (w *Wallet) Address() common.Address { return w.address }

// PassphraseIn is where the passphrase lies.
func (w *Wallet) PassphraseIn() Place { return w.place }

// KeyFile is the path of the key file; empty for a wallet in memory.
func (w *Wallet) KeyFile() string { return w.keyFile }

// Notice is what the owner of this wallet must know of how it is kept, for
// people; empty when there is nothing to say.
func (w *Wallet) Notice() string {
	if w.place != InFile {
		return ""
	}
	return "This wallet's passphrase lies in a file beside its key, because the keychain of this computer was not used. " +
		"Whoever can read that folder can spend from the wallet: keep it private, and keep a copy of both files in a safe place."
}

// SignTx signs a transaction for the chain.
func (w *Wallet) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	signed, err := types.SignTx(tx, types.LatestSignerForChainID(chainID), w.key)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	return signed, nil
}

// SignMessage signs a message of the protocol: 65 bytes r, s, v with v 27 or 28.
func (w *Wallet) SignMessage(d protocol.Domain, m protocol.Message) ([]byte, error) {
	return d.Sign(m, w.key)
}

// SignText signs an EIP-191 personal message: 65 bytes r, s, v with v 27 or 28.
func (w *Wallet) SignText(text []byte) ([]byte, error) {
	sig, err := crypto.Sign(accounts.TextHash(text), w.key)
	if err != nil {
		return nil, fmt.Errorf("sign text: %w", err)
	}
	sig[64] += 27
	return sig, nil
}

// DeriveSecret is a secret that only this wallet can make, and makes the same
// for ever: HKDF-SHA256 of the key for a purpose such as "seal". It tells
// nothing of the key or of secrets for other purposes.
func (w *Wallet) DeriveSecret(purpose string) [32]byte {
	b, err := hkdf.Key(sha256.New, crypto.FromECDSA(w.key), []byte("helium wallet secret 1"), purpose, 32)
	if err != nil {
		panic(err) // 32 bytes are within what HKDF gives
	}
	return [32]byte(b)
}

// String is the address: the key stays out of logs.
func (w Wallet) String() string { return "wallet " + w.address.Hex() }

// GoString keeps the key out of logs.
func (w Wallet) GoString() string { return w.String() }

// LogValue keeps the key out of logs.
func (w Wallet) LogValue() slog.Value { return slog.StringValue(w.address.Hex()) }

// MarshalJSON keeps the key out of JSON.
func (w Wallet) MarshalJSON() ([]byte, error) { return []byte(`"` + w.address.Hex() + `"`), nil }
