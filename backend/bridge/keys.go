package bridge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"helium/backend/protocol"
	"helium/backend/store"
)

// keyPrefix begins every API key, so that leaked ones can be searched for.
const keyPrefix = "sk-helium-"

// keyRow is an API key as it is kept: under the hash of its secret. The secret
// has 256 random bits, so one hash is enough.
type keyRow struct {
	Name    string    `json:"name"`
	Created time.Time `json:"created"`
	// Budget is what the key may ever spend; zero for no limit.
	Budget protocol.Wei `json:"budget"`
	// MaxFee is the most that one request may cost; zero for no limit.
	MaxFee protocol.Wei `json:"max_fee"`
	// PerMinute is how many requests it may make.
	PerMinute int `json:"per_minute"`
	// Expires is when it ends by itself, and Revoked when its operator ended it;
	// zero for never.
	Expires time.Time `json:"expires,omitzero"`
	Revoked time.Time `json:"revoked,omitzero"`
}

var keys = store.NewTable[[32]byte, keyRow]("bridge.keys")

// spent is what each caller's requests have cost so far, those under way at
// their full fee.
var spent = store.NewTable[string, protocol.Wei]("bridge.spent")

// ledgerRow is what one request cost its caller.
type ledgerRow struct {
	Caller string       `json:"caller"`
	Fee    protocol.Wei `json:"fee"`
	// Refunded came back when the task ended.
	Refunded protocol.Wei `json:"refunded"`
	At       time.Time    `json:"at"`
	Ended    bool         `json:"ended"`
	// Body is the hash of the request, for its idempotency key.
	Body [32]byte `json:"body"`
	// Next is the attempt that was made after this one, First the one that its
	// caller knows, where that is another.
	Next  string `json:"next,omitempty"`
	First string `json:"first,omitempty"`
}

var ledger = store.NewTable[string, ledgerRow]("bridge.ledger")

// openRows are the ledger rows whose task has not ended.
var openRows = store.NewTable[string, struct{}]("bridge.open")

// KeyOptions of a new API key.
type KeyOptions struct {
	// Name is for people.
	Name string
	// Budget is what the key may ever spend, in wei; zero for no limit.
	Budget protocol.Wei
	// MaxFee is the most that one request may cost, in wei; zero for no limit.
	MaxFee protocol.Wei
	// PerMinute is how many requests it may make; 0 means 600.
	PerMinute int
	// Expires is when the key ends by itself; zero for never.
	Expires time.Time
}

// CreateKey makes an API key and returns its secret, which is not kept.
func CreateKey(s *store.Store, o KeyOptions, now time.Time) (string, error) {
	var b [32]byte
	rand.Read(b[:])
	secret := keyPrefix + base64.RawURLEncoding.EncodeToString(b[:])
	if err := PutKey(s, secret, o, now); err != nil {
		return "", err
	}
	return secret, nil
}

// PutKey makes a key of a secret that the caller has kept elsewhere, or changes
// its options.
func PutKey(s *store.Store, secret string, o KeyOptions, now time.Time) error {
	if o.PerMinute < 0 {
		return fmt.Errorf("create key: %d requests a minute is less than none", o.PerMinute)
	}
	if o.PerMinute == 0 {
		o.PerMinute = 600
	}
	row := keyRow{Name: o.Name, Created: now, Budget: o.Budget, MaxFee: o.MaxFee, PerMinute: o.PerMinute, Expires: o.Expires}
	return s.Update(func(tx *store.Tx) error { return keys.Put(tx, hashKey(secret), row) })
}

func hashKey(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }

// callerOfKey finds who a secret belongs to.
func (b *Bridge) callerOfKey(secret string) (caller, error) {
	if !strings.HasPrefix(secret, keyPrefix) {
		return caller{}, errNoKey("this is not an API key of a Helium bridge: those begin with " + keyPrefix)
	}
	hash := hashKey(secret)
	var row keyRow
	err := b.store.View(func(tx *store.Tx) (err error) {
		row, err = keys.Get(tx, hash)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return caller{}, errNoKey("no such API key: check it, or ask the bridge's operator for one")
	}
	if err != nil {
		return caller{}, err
	}
	switch {
	case !row.Revoked.IsZero():
		return caller{}, errNoKey("this API key was revoked: ask the bridge's operator for another")
	case !row.Expires.IsZero() && !b.now().Before(row.Expires):
		return caller{}, errNoKey("this API key has expired: ask the bridge's operator for another")
	}
	return caller{id: "key:" + keyID(hash), budget: row.Budget, maxFee: row.MaxFee, perMinute: row.PerMinute}, nil
}

// charge books a new request at its full fee, if the caller's budget allows, and
// keeps what may be done when it comes to nothing.
func (b *Bridge) charge(c caller, id string, fee protocol.Wei, body [32]byte, p plan) error {
	return b.books.book(func(tx *store.Tx) error {
		if err := b.chargeIn(tx, c, id, fee, body); err != nil || p.Left == 0 {
			return err
		}
		return plans.Put(tx, id, p)
	})
}

func (b *Bridge) chargeIn(tx *store.Tx, c caller, id string, fee protocol.Wei, body [32]byte) error {
	if taken, err := ledger.Has(tx, id); err != nil || taken {
		return errors.Join(err, errConflict("a request with this Idempotency-Key has just begun: ask for it again in a moment"))
	}
	sum, err := spent.Get(tx, c.id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	sum = sum.Add(fee)
	if !c.budget.IsZero() && sum.Cmp(c.budget) > 0 {
		left, err := c.budget.Sub(mustSub(sum, fee))
		if err != nil {
			left = protocol.Wei{}
		}
		return errBudget(left, fee)
	}
	if err := spent.Put(tx, c.id, sum); err != nil {
		return err
	}
	if err := openRows.Put(tx, id, struct{}{}); err != nil {
		return err
	}
	return ledger.Put(tx, id, ledgerRow{Caller: c.id, Fee: fee, At: b.now(), Body: body})
}

// settle books what came back, once.
func (b *Bridge) settle(id string, refunded protocol.Wei) error {
	return b.books.bookLater(func(tx *store.Tx) error { return settleIn(tx, id, refunded) })
}

func settleIn(tx *store.Tx, id string, refunded protocol.Wei) error {
	row, err := ledger.Get(tx, id)
	if err != nil {
		return err
	}
	if row.Ended {
		return nil
	}
	row.Ended, row.Refunded = true, refunded
	sum, err := spent.Get(tx, row.Caller)
	if err != nil {
		return err
	}
	if sum, err = sum.Sub(refunded); err != nil {
		return fmt.Errorf("book refund of %s: %w", id, err)
	}
	return errors.Join(spent.Put(tx, row.Caller, sum), ledger.Put(tx, id, row), openRows.Delete(tx, id), plans.Delete(tx, id))
}

// ownRow is the ledger row of a request, if it is the caller's: to anybody else
// it does not exist.
func (b *Bridge) ownRow(c caller, id string) (ledgerRow, error) {
	var row ledgerRow
	err := b.store.View(func(tx *store.Tx) (err error) {
		row, err = ledger.Get(tx, id)
		return err
	})
	if errors.Is(err, store.ErrNotFound) || err == nil && row.Caller != c.id {
		return row, errNotFound("no such request of yours: check its id, and that the key is the one it was made with")
	}
	return row, err
}

// mustSub subtracts what was added just before.
func mustSub(sum, part protocol.Wei) protocol.Wei {
	rest, err := sum.Sub(part)
	if err != nil {
		panic(err)
	}
	return rest
}
