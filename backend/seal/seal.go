package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"helium/backend/protocol"
)

const (
	// MaxPlaintext is the most that Seal takes and Open gives.
	MaxPlaintext = protocol.MaxImagesBytes
	// MaxRecipients of one sealed blob.
	MaxRecipients = 16
	// maxHeader bounds the work that a hostile header can cause: each stanza in
	// it costs the opener a scalar multiplication.
	maxHeader = 4 << 10
	// maxOverhead is more than age adds to MaxPlaintext: header, nonce, and 16
	// bytes for each 64 KiB.
	maxOverhead = maxHeader + 16 + (MaxPlaintext>>16+1)*16
)

// intro is how every age file begins.
const intro = "age-encryption.org/v1\n"

// IsSealed reports whether b begins as sealed bytes do, for those who store
// what they can't open and want no plain text by mistake.
func IsSealed(b []byte) bool { return bytes.HasPrefix(b, []byte(intro)) }

// Seal seals plaintext to every recipient, each of which can open it alone.
func Seal(plaintext []byte, recipients ...[32]byte) ([]byte, error) {
	switch {
	case len(recipients) == 0:
		return nil, errors.New("seal: no recipients")
	case len(recipients) > MaxRecipients:
		return nil, fmt.Errorf("seal: %d recipients, at most %d", len(recipients), MaxRecipients)
	case len(plaintext) > MaxPlaintext:
		return nil, fmt.Errorf("seal: %d bytes, at most %d", len(plaintext), MaxPlaintext)
	}
	to := make([]age.Recipient, len(recipients))
	for i, public := range recipients {
		r, err := recipientOf(public)
		if err != nil {
			return nil, fmt.Errorf("seal to recipient %d: %w", i, err)
		}
		to[i] = r
	}

	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if _, err := w.Write(plaintext); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}

// ErrNotForMe says that the bytes are sealed, but not to this key.
var ErrNotForMe = errors.New("sealed to other keys")

// Open opens what was sealed to k. It gives nothing unless everything is
// there and unchanged.
func Open(ciphertext []byte, k Key) ([]byte, error) {
	if k.private == nil {
		return nil, errors.New("open sealed bytes: no key")
	}
	if len(ciphertext) > MaxPlaintext+maxOverhead {
		return nil, fmt.Errorf("open sealed bytes: %d bytes, at most %d", len(ciphertext), MaxPlaintext+maxOverhead)
	}
	if !IsSealed(ciphertext) {
		return nil, errors.New("open sealed bytes: these are not sealed bytes")
	}
	header, err := age.ExtractHeader(bytes.NewReader(ciphertext))
	if err != nil {
		return nil, fmt.Errorf("open sealed bytes: %w", err)
	}
	if len(header) > maxHeader {
		return nil, fmt.Errorf("open sealed bytes: header of %d bytes, at most %d", len(header), maxHeader)
	}

	r, err := age.Decrypt(bytes.NewReader(ciphertext), identity{k.private})
	var noMatch *age.NoIdentityMatchError
	if errors.As(err, &noMatch) {
		return nil, fmt.Errorf("open sealed bytes: %w", ErrNotForMe)
	}
	if err != nil {
		return nil, fmt.Errorf("open sealed bytes: %w", err)
	}
	plaintext, err := io.ReadAll(io.LimitReader(r, MaxPlaintext+1))
	if err != nil {
		return nil, fmt.Errorf("open sealed bytes: %w", err)
	}
	if len(plaintext) > MaxPlaintext {
		return nil, fmt.Errorf("open sealed bytes: more than %d bytes", MaxPlaintext)
	}
	return plaintext, nil
}
