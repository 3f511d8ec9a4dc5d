package sponsor

import (
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/store"
)

// spent is what a day has cost, in wei of the chain's own coin: what is paid, and
// the most that what is under way may still cost.
type spent struct {
	Total *hexutil.Big `json:"total"`
	// Joins, and Standing (all but court), are parts of Total.
	Joins    *hexutil.Big `json:"joins"`
	Standing *hexutil.Big `json:"standing"`
}

func (s spent) total() *big.Int    { return orZero(s.Total) }
func (s spent) joins() *big.Int    { return orZero(s.Joins) }
func (s spent) standing() *big.Int { return orZero(s.Standing) }

func orZero(n *hexutil.Big) *big.Int {
	if n == nil {
		return new(big.Int)
	}
	return n.ToInt()
}

// add books a cost, or takes back a part of one.
func (s spent) add(g group, wei *big.Int) spent {
	plus := func(a *big.Int) *hexutil.Big { return (*hexutil.Big)(new(big.Int).Add(a, wei)) }
	s.Total = plus(s.total())
	if g != groupCourt {
		s.Standing = plus(s.standing())
	}
	if g == groupJoin {
		s.Joins = plus(s.joins())
	}
	return s
}

// fits says whether a day may cost so much more.
func (s spent) fits(l Limits, g group, wei *big.Int) bool {
	next := s.add(g, wei)
	switch {
	case next.total().Cmp(l.Day) > 0:
		return false
	case g != groupCourt && next.standing().Cmp(l.standingShare()) > 0:
		return false
	case g == groupJoin && next.joins().Cmp(l.joinShare()) > 0:
		return false
	}
	return true
}

// open is a call that is under way, and what was booked for it.
type open struct {
	Intent   string       `json:"intent"`
	Day      string       `json:"day"`
	Group    group        `json:"group"`
	Kind     string       `json:"kind"`
	Reserved *hexutil.Big `json:"reserved"`
}

// tables are a sponsor's rows. Keys begin with a day, so that old ones are the
// first.
type tables struct {
	// days by name.
	days store.Table[string, spent]
	// accounts counts what an account was given: day/account/group.
	accounts store.Table[string, uint64]
	// places counts what an IP address was given: hour/address.
	places store.Table[string, uint64]
	// open by subject: one at a time.
	open store.Table[string, open]
}

func newTables() tables {
	return tables{
		days:     store.NewTable[string, spent]("sponsor.days"),
		accounts: store.NewTable[string, uint64]("sponsor.accounts"),
		places:   store.NewTable[string, uint64]("sponsor.places"),
		open:     store.NewTable[string, open]("sponsor.open"),
	}
}

func dayOf(t time.Time) string  { return t.UTC().Format(time.DateOnly) }
func hourOf(t time.Time) string { return t.UTC().Format("2006-01-02T15") }

func accountKey(day string, account common.Address, g group) string {
	return day + "/" + account.Hex() + "/" + string(g)
}

func placeKey(hour, place string) string { return hour + "/" + place }

// orNew is a row that need not be there yet.
func orNew[V any](row V, err error) (V, error) {
	if errors.Is(err, store.ErrNotFound) {
		return row, nil
	}
	return row, err
}

// forgetAtOnce bounds a transaction that forgets.
const forgetAtOnce = 1000

// forget drops rows that no limit asks about any more: those of a day before
// yesterday, whose last calls may still be under way. more says that some are
// left.
func (t tables) forget(tx *store.Tx, now time.Time) (more bool, err error) {
	first, left := dayOf(now.AddDate(0, 0, -1)), forgetAtOnce
	drop := func(key string, from func(*store.Tx, string) error) error {
		if key >= first {
			return store.ErrStop
		}
		if left--; left < 0 {
			return store.ErrStop
		}
		return from(tx, key)
	}
	err = errors.Join(
		t.days.Scan(tx, func(key string, _ spent) error { return drop(key, t.days.Delete) }),
		t.accounts.Scan(tx, func(key string, _ uint64) error { return drop(key, t.accounts.Delete) }),
		t.places.Scan(tx, func(key string, _ uint64) error { return drop(key, t.places.Delete) }),
	)
	return left < 0, err
}
