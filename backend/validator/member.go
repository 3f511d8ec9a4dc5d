package validator

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"
	"strings"

	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p"
	"github.com/ethereum/go-ethereum/common"
)

// DefaultPower is what one validator's vote counts when all count alike.
const DefaultPower = 10

// maxPower and maxMembers keep the sum of all votes far from any overflow, and a
// block's signatures few.
const (
	maxPower   = 1_000_000
	maxMembers = 100
)

// PublicKey is a validator's Ed25519 key, by which it is known. Its text is hex.
type PublicKey [32]byte

// String is the key in hex.
func (k PublicKey) String() string { return hex.EncodeToString(k[:]) }

// MarshalText is String.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what String wrote.
func (k *PublicKey) UnmarshalText(text []byte) error {
	if len(text) != 2*len(k) {
		return fmt.Errorf("a validator's key has %d hex digits, not %d characters", 2*len(k), len(text))
	}
	if _, err := hex.Decode(k[:], text); err != nil {
		return fmt.Errorf("a validator's key is hex: %w", err)
	}
	return nil
}

// Member is a validator as the others know it.
type Member struct {
	Name string    `json:"name"`
	Key  PublicKey `json:"key"`
	// Power is what its vote counts.
	Power int64 `json:"power"`
	// Account on the chain that belongs to the validator.
	Account common.Address `json:"account"`
	// Address is where it is reached, as ID@HOST:PORT; empty when only it calls
	// the others.
	Address string `json:"address,omitempty"`
}

// String is the line that a validator's operator hands out.
func (m Member) String() string {
	return strings.Join([]string{m.Name, m.Key.String(), m.Account.Hex(), m.Address}, ":")
}

// ParseMember reads such a line. The power is DefaultPower.
func ParseMember(line string) (Member, error) {
	parts := strings.SplitN(line, ":", 4)
	if len(parts) != 4 {
		return Member{}, errors.New("it must be like NAME:KEY:ACCOUNT:ID@HOST:PORT, as helium chain key prints it")
	}
	m := Member{Name: parts[0], Power: DefaultPower, Address: parts[3]}
	if err := m.Key.UnmarshalText([]byte(parts[1])); err != nil {
		return Member{}, err
	}
	if !common.IsHexAddress(parts[2]) {
		return Member{}, fmt.Errorf("account %q is not an address", parts[2])
	}
	m.Account = common.HexToAddress(parts[2])
	return m, m.check()
}

func (m Member) check() error {
	switch {
	case !memberName(m.Name):
		return fmt.Errorf("validator name %q: it must have 1 to 32 letters, digits, dots, dashes and underscores", m.Name)
	case m.Key == PublicKey{}:
		return fmt.Errorf("validator %s has no key", m.Name)
	case m.Account == common.Address{}:
		return fmt.Errorf("validator %s has no account", m.Name)
	case m.Power < 1 || m.Power > maxPower:
		return fmt.Errorf("validator %s has power %d: it must be 1 to %d", m.Name, m.Power, maxPower)
	}
	if m.Address == "" {
		return nil
	}
	if _, err := peerID(m.Address); err != nil {
		return fmt.Errorf("validator %s: %w", m.Name, err)
	}
	return nil
}

func memberName(s string) bool { return regexp.MustCompile(`^[A-Za-z0-9._-]{1,32}$`).MatchString(s) }

func checkMembers(members []Member) error {
	if len(members) > maxMembers {
		return fmt.Errorf("genesis: %d validators, and %d is the most", len(members), maxMembers)
	}
	seen := map[string]string{}
	for _, m := range members {
		if err := m.check(); err != nil {
			return fmt.Errorf("genesis: %w", err)
		}
		for _, own := range []struct{ what, value string }{
			{"name", m.Name}, {"key", m.Key.String()}, {"account", m.Account.Hex()}, {"address", m.Address},
		} {
			if own.value == "" {
				continue
			}
			if other, taken := seen[own.what+own.value]; taken {
				return fmt.Errorf("genesis: validators %s and %s have the same %s", other, m.Name, own.what)
			}
			seen[own.what+own.value] = m.Name
		}
	}
	return nil
}

// peerID checks an address of the form ID@HOST:PORT and returns the ID. The name
// of the host is looked up only when it is called.
func peerID(address string) (p2p.ID, error) {
	id, at, ok := strings.Cut(address, "@")
	if raw, err := hex.DecodeString(id); !ok || err != nil || len(raw) != p2p.IDByteLength {
		return "", fmt.Errorf("address %q: it must be like ID@HOST:PORT, with an ID of %d hex digits", address, 2*p2p.IDByteLength)
	}
	host, port, err := net.SplitHostPort(at)
	if err != nil || host == "" {
		return "", fmt.Errorf("address %q: after the @ there must be HOST:PORT", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", fmt.Errorf("address %q: port must be a number from 1 to 65535", address)
	}
	return p2p.ID(strings.ToLower(id)), nil
}

// keyAddress is by what CometBFT knows a key.
func keyAddress(k PublicKey) []byte { return ed25519.PubKey(k[:]).Address() }
