package seal

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// age's own X25519 recipients and identities multiply three times where one seals
// needs two, and twice where one opens needs one, for each stanza: they keep keys as
// bytes. These are the same stanzas, with keys kept as keys; everything else of the
// format is age's. Tests hold both to each other.

const (
	stanzaType  = "X25519"
	stanzaLabel = "age-encryption.org/v1/X25519"
	fileKeySize = 16
)

// stanzaBase64 is how a stanza spells a public key.
var stanzaBase64 = base64.RawStdEncoding.Strict()

// recipient is an age.Recipient.
type recipient struct{ public *ecdh.PublicKey }

// recipientOf refuses what CheckPublic does; a point of low order shows when the
// file's key is wrapped.
func recipientOf(public [32]byte) (recipient, error) {
	point, err := pointOf(public)
	return recipient{point}, err
}

// Wrap makes the stanza from which the recipient gets the file's key.
func (r recipient) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	ephemeral, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make ephemeral key: %w", err)
	}
	shared, err := ephemeral.ECDH(r.public)
	if err != nil {
		return nil, lowOrder(r.public.Bytes())
	}
	key, err := wrappingKey(shared, ephemeral.PublicKey(), r.public)
	if err != nil {
		return nil, err
	}
	box, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	// The key is used once, so the nonce may be the same for all.
	return []*age.Stanza{{
		Type: stanzaType, Args: []string{stanzaBase64.EncodeToString(ephemeral.PublicKey().Bytes())},
		Body: box.Seal(nil, make([]byte, chacha20poly1305.NonceSize), fileKey, nil),
	}}, nil
}

// identity is an age.Identity.
type identity struct{ private *ecdh.PrivateKey }

// Unwrap finds the stanza that is for this key.
func (i identity) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	for _, s := range stanzas {
		fileKey, err := i.unwrap(s)
		if err == nil || !errors.Is(err, age.ErrIncorrectIdentity) {
			return fileKey, err
		}
	}
	return nil, age.ErrIncorrectIdentity
}

func (i identity) unwrap(s *age.Stanza) ([]byte, error) {
	if s.Type != stanzaType {
		return nil, age.ErrIncorrectIdentity
	}
	// A box of another size could be made to open under several keys.
	if len(s.Args) != 1 || len(s.Body) != fileKeySize+chacha20poly1305.Overhead {
		return nil, errors.New("its X25519 stanza is malformed")
	}
	raw, err := stanzaBase64.DecodeString(s.Args[0])
	if err != nil {
		return nil, fmt.Errorf("its X25519 stanza has no key: %w", err)
	}
	ephemeral, err := ecdh.X25519().NewPublicKey(raw)
	if err != nil {
		return nil, fmt.Errorf("its X25519 stanza has no key: %w", err)
	}
	shared, err := i.private.ECDH(ephemeral)
	if err != nil {
		return nil, fmt.Errorf("its X25519 stanza: %w", err)
	}
	key, err := wrappingKey(shared, ephemeral, i.private.PublicKey())
	if err != nil {
		return nil, err
	}
	box, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	fileKey, err := box.Open(nil, make([]byte, chacha20poly1305.NonceSize), s.Body, nil)
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}

func wrappingKey(shared []byte, ephemeral, to *ecdh.PublicKey) ([]byte, error) {
	salt := append(ephemeral.Bytes(), to.Bytes()...)
	return hkdf.Key(sha256.New, shared, salt, stanzaLabel, chacha20poly1305.KeySize)
}
