package seal

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
)

// Key is a secret key. The zero value is not usable.
type Key struct {
	secret  [32]byte
	public  [32]byte
	private *ecdh.PrivateKey
}

// GenerateKey makes a key from the system's randomness.
func GenerateKey() (Key, error) {
	var secret [32]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return Key{}, fmt.Errorf("generate seal key: %w", err)
	}
	return KeyFromSecret(secret)
}

// KeyFromSecret makes the key whose Secret was kept earlier. Any 32 bytes from
// a good source of randomness will do.
func KeyFromSecret(secret [32]byte) (Key, error) {
	if secret == ([32]byte{}) {
		return Key{}, errors.New("seal key is all zeros")
	}
	priv, err := ecdh.X25519().NewPrivateKey(secret[:])
	if err != nil {
		return Key{}, fmt.Errorf("read seal key: %w", err)
	}
	k := Key{secret: secret, private: priv}
	copy(k.public[:], priv.PublicKey().Bytes())
	return k, nil
}

// Public is the half to which others seal.
func (k Key) Public() [32]byte { return k.public }

// Secret is what to keep in order to have the key again. It belongs nowhere
// but in the wallet or the store.
func (k Key) Secret() [32]byte { return k.secret }

// String keeps the secret out of logs.
func (k Key) String() string { return fmt.Sprintf("seal key %x…", k.public[:4]) }

// GoString keeps the secret out of logs.
func (k Key) GoString() string { return k.String() }

// fieldPrime is 2^255 - 19, little endian as X25519 writes it.
var fieldPrime = [32]byte{0: 0xed, 1: 0xff, 2: 0xff, 3: 0xff, 4: 0xff, 5: 0xff, 6: 0xff, 7: 0xff,
	8: 0xff, 9: 0xff, 10: 0xff, 11: 0xff, 12: 0xff, 13: 0xff, 14: 0xff, 15: 0xff,
	16: 0xff, 17: 0xff, 18: 0xff, 19: 0xff, 20: 0xff, 21: 0xff, 22: 0xff, 23: 0xff,
	24: 0xff, 25: 0xff, 26: 0xff, 27: 0xff, 28: 0xff, 29: 0xff, 30: 0xff, 31: 0x7f}

// CheckPublic refuses public keys to which nothing can be sealed safely: zero,
// the other points of low order, for which everybody knows the shared secret,
// and second spellings of a point.
func CheckPublic(public [32]byte) error {
	point, err := pointOf(public)
	if err != nil {
		return err
	}
	// X25519 multiplies by a multiple of eight, so one try with any scalar finds
	// every point of low order: the result is zero, which ECDH reports.
	private, err := probe()
	if err != nil {
		return fmt.Errorf("check seal public key: %w", err)
	}
	if _, err := private.ECDH(point); err != nil {
		return lowOrder(public[:])
	}
	return nil
}

// probe is a key that is no secret.
var probe = sync.OnceValues(func() (*ecdh.PrivateKey, error) { return ecdh.X25519().NewPrivateKey(fieldPrime[:]) })

func lowOrder(public []byte) error {
	return fmt.Errorf("seal public key %x is of low order: it protects nothing", public)
}

// pointOf reads a public key in its only spelling.
func pointOf(public [32]byte) (*ecdh.PublicKey, error) {
	if !belowPrime(public) {
		return nil, fmt.Errorf("seal public key %x is not in its shortest form", public)
	}
	point, err := ecdh.X25519().NewPublicKey(public[:])
	if err != nil {
		return nil, fmt.Errorf("read seal public key %x: %w", public, err)
	}
	return point, nil
}

func belowPrime(public [32]byte) bool {
	for i := 31; i >= 0; i-- {
		if public[i] != fieldPrime[i] {
			return public[i] < fieldPrime[i]
		}
	}
	return false
}
