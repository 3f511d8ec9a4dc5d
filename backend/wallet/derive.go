package wallet

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/ethereum/go-ethereum/crypto"
)

// branch is a private key of BIP-32's tree with the chain code that its
// children are made with.
type branch struct {
	key   [32]byte
	chain [32]byte
}

// hardened is added to the index of a child that only the private key can make.
const hardened = 1 << 31

// firstAccount is m/44'/60'/0'/0/0 of BIP-44: the first account that other
// wallets show for a phrase.
func firstAccount() []uint32 { return []uint32{44 + hardened, 60 + hardened, 0 + hardened, 0, 0} }

// errNoKey says that a number outside the curve's range came up, for which
// BIP-32 has no key. One seed in 2^127 does that.
var errNoKey = errors.New("this seed makes no key")

// master is the root of the tree of a seed.
func master(seed []byte) (branch, error) {
	return split([]byte("Bitcoin seed"), seed, secp256k1.ModNScalar{})
}

// child is BIP-32's CKDpriv.
func (b branch) child(index uint32) (branch, error) {
	data := make([]byte, 0, 37)
	if index >= hardened {
		data = append(append(data, 0), b.key[:]...)
	} else {
		key, err := crypto.ToECDSA(b.key[:])
		if err != nil {
			return branch{}, errNoKey
		}
		data = append(data, crypto.CompressPubkey(&key.PublicKey)...)
	}
	var parent secp256k1.ModNScalar
	parent.SetBytes(&b.key)
	return split(b.chain[:], binary.BigEndian.AppendUint32(data, index), parent)
}

// split makes a branch of HMAC-SHA512: its left half is added to the parent's
// key, its right half is the chain code.
func split(hashKey, data []byte, parent secp256k1.ModNScalar) (branch, error) {
	h := hmac.New(sha512.New, hashKey)
	h.Write(data)
	sum := h.Sum(nil)

	var key secp256k1.ModNScalar
	if overflow := key.SetByteSlice(sum[:32]); overflow {
		return branch{}, errNoKey
	}
	if key.Add(&parent); key.IsZero() {
		return branch{}, errNoKey
	}
	return branch{key: key.Bytes(), chain: [32]byte(sum[32:])}, nil
}

// derive follows a path from the seed's root.
func derive(seed []byte, path []uint32) (*ecdsa.PrivateKey, error) {
	b, err := master(seed)
	for _, index := range path {
		if err != nil {
			break
		}
		b, err = b.child(index)
	}
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return crypto.ToECDSA(b.key[:])
}
