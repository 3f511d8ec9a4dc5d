package store

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// The parts of a store see nothing of each other and of the whole, and what they
// write is there when the folder is opened again.
func TestPartsOfAStoreKeepToThemselves(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	names, accounts := NewTable[string, string]("name"), NewTable[common.Address, account]("account")
	parts := func() map[string]*Store {
		return map[string]*Store{"whole": s, "a": s.Within("a"), "ab": s.Within("ab"), "a/b": s.Within("a").Within("b")}
	}
	var all sync.WaitGroup
	for who, part := range parts() {
		all.Go(func() {
			for i := range 20 {
				err := part.Update(func(tx *Tx) error {
					if err := names.Put(tx, fmt.Sprintf("%02d", i), who); err != nil {
						return err
					}
					return accounts.Put(tx, common.Address{1}, account{who, i})
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if err := s.Within("a").Close(); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	for who, part := range parts() {
		err := part.Update(func(tx *Tx) error {
			var keys []string
			err := names.Scan(tx, func(key, owner string) error {
				if keys = append(keys, key); owner != who {
					t.Errorf("%s reads a row of %s", who, owner)
				}
				return nil
			})
			if len(keys) != 20 || !slices.IsSorted(keys) {
				t.Errorf("%s has the rows %v", who, keys)
			}
			if row, err := accounts.Get(tx, common.Address{1}); err != nil || row != (account{who, 19}) {
				t.Errorf("%s reads %+v, %v", who, row, err)
			}
			if err != nil {
				return err
			}
			return names.Delete(tx, "07")
		})
		if err != nil {
			t.Error(err)
		}
	}
	if err := s.View(func(tx *Tx) error {
		return names.ScanFrom(tx, "07", func(key, _ string) error {
			if key != "08" {
				t.Errorf("after 07 comes %s", key)
			}
			return ErrStop
		})
	}); err != nil {
		t.Error(err)
	}
}
