package bridge

import (
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"helium/backend/protocol"
	"helium/backend/store"
)

// Key is an API key as the bridge's operator sees it. Its secret is nowhere.
type Key struct {
	// ID names the key; it tells nothing of the secret.
	ID      string       `json:"id"`
	Name    string       `json:"name"`
	Created time.Time    `json:"created"`
	Expires time.Time    `json:"expires,omitzero"`
	Revoked time.Time    `json:"revoked,omitzero"`
	Budget  protocol.Wei `json:"budget_wei"`
	// Spent is what its requests have cost so far, those under way at their full fee.
	Spent     protocol.Wei `json:"spent_wei"`
	MaxFee    protocol.Wei `json:"max_fee_wei"`
	PerMinute int          `json:"per_minute"`
}

// KeyChange is what becomes different of a key: nil leaves a thing as it is, zero
// takes a limit away.
type KeyChange struct {
	Budget    *protocol.Wei `json:"budget_wei,omitempty"`
	MaxFee    *protocol.Wei `json:"max_fee_wei,omitempty"`
	PerMinute *int          `json:"per_minute,omitempty"`
	Expires   *time.Time    `json:"expires,omitempty"`
}

// ErrNoKey says that no key, or more than one, has the id that was given.
var ErrNoKey = errors.New("no such API key")

func keyID(hash [32]byte) string { return hex.EncodeToString(hash[:12]) }

// ListKeys lists all keys, the oldest first.
func ListKeys(s *store.Store) (all []Key, err error) {
	err = s.View(func(tx *store.Tx) error {
		return keys.Scan(tx, func(hash [32]byte, row keyRow) error {
			k, err := keyOf(tx, hash, row)
			all = append(all, k)
			return err
		})
	})
	slices.SortStableFunc(all, func(a, b Key) int { return a.Created.Compare(b.Created) })
	return all, err
}

// ChangeKey changes the limits of the key whose id begins with id.
func ChangeKey(s *store.Store, id string, c KeyChange) (Key, error) {
	if c.PerMinute != nil && *c.PerMinute < 1 {
		return Key{}, fmt.Errorf("change key: %d requests a minute is less than one: revoke the key instead", *c.PerMinute)
	}
	return changeRow(s, id, func(row *keyRow) {
		if c.Budget != nil {
			row.Budget = *c.Budget
		}
		if c.MaxFee != nil {
			row.MaxFee = *c.MaxFee
		}
		if c.PerMinute != nil {
			row.PerMinute = *c.PerMinute
		}
		if c.Expires != nil {
			row.Expires = *c.Expires
		}
	})
}

// RevokeKey ends the key whose id begins with id, for good. What it has under way
// goes on.
func RevokeKey(s *store.Store, id string, now time.Time) (Key, error) {
	return changeRow(s, id, func(row *keyRow) {
		if row.Revoked.IsZero() {
			row.Revoked = now
		}
	})
}

// Charge is what one task cost a key: each attempt of a request is one.
type Charge struct {
	// Request is the id of the request, and of its receipt.
	Request string    `json:"request"`
	At      time.Time `json:"at"`
	// Fee was charged when the task was asked for, Refunded came back when it ended.
	Fee      protocol.Wei `json:"fee_wei"`
	Refunded protocol.Wei `json:"refunded_wei"`
	// Ended is false while it is under way.
	Ended bool `json:"ended"`
}

// KeyLedger is every charge and refund of the key whose id begins with id, the
// oldest first. What they come to is what the key has spent.
func KeyLedger(s *store.Store, id string) (k Key, all []Charge, err error) {
	err = s.View(func(tx *store.Tx) error {
		hash, row, err := findKey(tx, id)
		if err != nil {
			return err
		}
		if k, err = keyOf(tx, hash, row); err != nil {
			return err
		}
		all = nil
		return ledger.Scan(tx, func(request string, r ledgerRow) error {
			if r.Caller == "key:"+k.ID {
				all = append(all, Charge{request, r.At, r.Fee, r.Refunded, r.Ended})
			}
			return nil
		})
	})
	slices.SortStableFunc(all, func(a, b Charge) int { return a.At.Compare(b.At) })
	return k, all, err
}

func changeRow(s *store.Store, id string, change func(*keyRow)) (k Key, err error) {
	err = s.Update(func(tx *store.Tx) error {
		hash, row, err := findKey(tx, id)
		if err != nil {
			return err
		}
		change(&row)
		if err := keys.Put(tx, hash, row); err != nil {
			return err
		}
		k, err = keyOf(tx, hash, row)
		return err
	})
	return k, err
}

// leastID is how much of an id must be given.
const leastID = 4

func findKey(tx *store.Tx, id string) (found [32]byte, row keyRow, err error) {
	if len(id) < leastID {
		return found, row, fmt.Errorf("%w: give at least %d characters of its id", ErrNoKey, leastID)
	}
	matches := 0
	err = keys.Scan(tx, func(hash [32]byte, r keyRow) error {
		if strings.HasPrefix(keyID(hash), strings.ToLower(id)) {
			found, row = hash, r
			matches++
		}
		return nil
	})
	switch {
	case err != nil:
		return found, row, err
	case matches == 0:
		return found, row, fmt.Errorf("%w: none has an id that begins with %s", ErrNoKey, id)
	case matches > 1:
		return found, row, fmt.Errorf("%w: %d have ids that begin with %s: give more of it", ErrNoKey, matches, id)
	}
	return found, row, nil
}

func keyOf(tx *store.Tx, hash [32]byte, row keyRow) (Key, error) {
	sum, err := spent.Get(tx, "key:"+keyID(hash))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return Key{}, err
	}
	return Key{
		ID: keyID(hash), Name: row.Name, Created: row.Created, Expires: row.Expires, Revoked: row.Revoked,
		Budget: row.Budget, Spent: sum, MaxFee: row.MaxFee, PerMinute: row.PerMinute,
	}, nil
}
