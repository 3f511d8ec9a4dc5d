package wire

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Statement is the sentence a person sees in a wallet that asks before signing.
const Statement = "Sign in to a Helium relay. This moves no money."

// SignIn is an EIP-4361 message, with the fields that a relay uses.
type SignIn struct {
	// Host is the relay's host, with port unless it is the scheme's own.
	Host    string
	Address common.Address
	// URI is the relay's address, whose host is Host.
	URI     string
	ChainID uint64
	// Nonce is letters and digits, at least eight.
	Nonce string
	// IssuedAt and ExpiresAt are whole seconds, UTC.
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Text is the message as it is signed.
func (s SignIn) Text() string {
	return s.Host + " wants you to sign in with your Ethereum account:\n" +
		s.Address.Hex() + "\n\n" +
		Statement + "\n\n" +
		"URI: " + s.URI + "\n" +
		"Version: 1\n" +
		"Chain ID: " + strconv.FormatUint(s.ChainID, 10) + "\n" +
		"Nonce: " + s.Nonce + "\n" +
		"Issued At: " + s.IssuedAt.UTC().Format(time.RFC3339) + "\n" +
		"Expiration Time: " + s.ExpiresAt.UTC().Format(time.RFC3339)
}

const maxSignIn = 2048

// ParseSignIn reads what Text writes and nothing else: a text that it takes is
// byte for byte the Text of what it returns.
func ParseSignIn(text string) (SignIn, error) {
	if len(text) > maxSignIn {
		return SignIn{}, fmt.Errorf("sign-in message of %d bytes, at most %d", len(text), maxSignIn)
	}
	lines := strings.Split(text, "\n")
	if len(lines) != 11 {
		return SignIn{}, fmt.Errorf("sign-in message has %d lines, not 11", len(lines))
	}
	var s SignIn
	s.Host = strings.TrimSuffix(lines[0], " wants you to sign in with your Ethereum account:")
	s.Address = common.HexToAddress(lines[1])

	fields := map[int]string{5: "URI: ", 6: "Version: ", 7: "Chain ID: ", 8: "Nonce: ", 9: "Issued At: ", 10: "Expiration Time: "}
	for i, prefix := range fields {
		value, ok := strings.CutPrefix(lines[i], prefix)
		if !ok {
			return SignIn{}, fmt.Errorf("sign-in message line %d does not begin with %q", i+1, prefix)
		}
		fields[i] = value
	}
	s.URI, s.Nonce = fields[5], fields[8]
	var err error
	if s.ChainID, err = strconv.ParseUint(fields[7], 10, 64); err != nil {
		return SignIn{}, errors.New("sign-in message has no chain id")
	}
	if s.IssuedAt, err = time.Parse(time.RFC3339, fields[9]); err != nil {
		return SignIn{}, errors.New("sign-in message has no time of issue")
	}
	if s.ExpiresAt, err = time.Parse(time.RFC3339, fields[10]); err != nil {
		return SignIn{}, errors.New("sign-in message has no time of expiry")
	}

	u, err := url.Parse(s.URI)
	switch {
	case err != nil || u.Host != s.Host || s.Host == "":
		return SignIn{}, errors.New("sign-in message names two different hosts")
	case len(s.Nonce) < 8 || strings.Trim(s.Nonce, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return SignIn{}, errors.New("sign-in message has no nonce of at least eight letters and digits")
	case s.Text() != text:
		return SignIn{}, errors.New("sign-in message is not in the form a relay writes")
	}
	return s, nil
}
