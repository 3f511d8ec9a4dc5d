package store

import (
	"encoding/json"
	"sync/atomic"
	"testing"
)

// costly counts how often a row of its kind is read.
type costly struct {
	N int
}

func (c *costly) UnmarshalJSON(b []byte) error {
	decoded.Add(1)
	return json.Unmarshal(b, &c.N)
}

func (c costly) MarshalJSON() ([]byte, error) { return json.Marshal(c.N) }

var decoded atomic.Int64

// A journal that looks only for its oldest row must not pay for all of them.
func TestAScanThatStopsEarlyReadsLittle(t *testing.T) {
	s := open(t, t.TempDir())
	tab := NewTable[uint64, costly]("costly")
	err := s.Update(func(tx *Tx) error {
		for i := range uint64(page) {
			if err := tab.Put(tx, i, costly{N: int(i)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	decoded.Store(0)
	err = s.View(func(tx *Tx) error {
		return tab.Scan(tx, func(uint64, costly) error { return ErrStop })
	})
	if n := decoded.Load(); err != nil || n != firstPage {
		t.Errorf("the first of %d rows took %d to be read, %v", page, n, err)
	}
}
