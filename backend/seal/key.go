package seal

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"

	"filippo.io/age"
)

// Key is a secret key. The zero value is not usable.
type Key struct {
	secret   [32]byte
	public   [32]byte
	identity *age.X25519Identity
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
	identity, err := age.ParseX25519Identity(strings.ToUpper(bech32("age-secret-key-", secret)))
	if err != nil {
		// The cause could carry the secret.
		return Key{}, errors.New("read seal key: age refuses it")
	}
	k := Key{secret: secret, identity: identity}
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
	if !belowPrime(public) {
		return fmt.Errorf("seal public key %x is not in its shortest form", public)
	}
	point, err := ecdh.X25519().NewPublicKey(public[:])
	if err != nil {
		return fmt.Errorf("read seal public key %x: %w", public, err)
	}
	// X25519 multiplies by a multiple of eight, so one try with any scalar finds
	// every point of low order: the result is zero, which ECDH reports.
	probe, err := ecdh.X25519().NewPrivateKey(fieldPrime[:])
	if err != nil {
		return fmt.Errorf("check seal public key: %w", err)
	}
	if _, err := probe.ECDH(point); err != nil {
		return fmt.Errorf("seal public key %x is of low order: it protects nothing", public)
	}
	return nil
}

func belowPrime(public [32]byte) bool {
	for i := 31; i >= 0; i-- {
		if public[i] != fieldPrime[i] {
			return public[i] < fieldPrime[i]
		}
	}
	return false
}

func recipientOf(public [32]byte) (*age.X25519Recipient, error) {
	if err := CheckPublic(public); err != nil {
		return nil, err
	}
	r, err := age.ParseX25519Recipient(bech32("age", public))
	if err != nil {
		return nil, fmt.Errorf("read seal public key: %w", err)
	}
	return r, nil
}

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 spells 32 bytes the way age reads keys (BIP 173).
func bech32(prefix string, data [32]byte) string {
	var groups []byte
	var bits, have uint32
	for _, b := range data {
		bits, have = bits<<8|uint32(b), have+8
		for have >= 5 {
			have -= 5
			groups = append(groups, byte(bits>>have&31))
		}
	}
	groups = append(groups, byte(bits<<(5-have)&31))

	expanded := make([]byte, 0, 2*len(prefix)+1+len(groups)+6)
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]>>5)
	}
	expanded = append(expanded, 0)
	for i := range len(prefix) {
		expanded = append(expanded, prefix[i]&31)
	}
	expanded = append(append(expanded, groups...), 0, 0, 0, 0, 0, 0)
	sum := bech32Checksum(expanded)

	out := []byte(prefix + "1")
	for _, g := range groups {
		out = append(out, bech32Alphabet[g])
	}
	for i := range 6 {
		out = append(out, bech32Alphabet[sum>>(5*(5-i))&31])
	}
	return string(out)
}

func bech32Checksum(values []byte) uint32 {
	generator := [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range generator {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum ^ 1
}
