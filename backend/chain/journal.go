package chain

import (
	"errors"
	"fmt"
	"slices"

	"helium/backend/store"
)

// stored is a journal in a store: the next block under the follower's name, each
// mark under name and number.
type stored struct {
	store  *store.Store
	name   string
	tables tables
}

type tables struct {
	next  store.Table[string, uint64]
	marks store.Table[string, mark]
}

func cursorTables() tables {
	return tables{
		next:  store.NewTable[string, uint64]("follow.next"),
		marks: store.NewTable[string, mark]("follow.mark"),
	}
}

func (s *stored) key(number uint64) string { return fmt.Sprintf("%s/%016x", s.name, number) }

func (s *stored) load() (c cursor, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		c = cursor{}
		next, err := s.tables.next.Get(tx, s.name)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		c.Next = next
		return s.tables.marks.ScanPrefix(tx, s.name+"/", func(_ string, m mark) error {
			m.kept = true
			c.Marks = append(c.Marks, m)
			return nil
		})
	})
	return c, err
}

func (s *stored) apply(ch change, fn func(tx *store.Tx) error) error {
	return s.store.Update(func(tx *store.Tx) error {
		if err := fn(tx); err != nil {
			return handlerError{err}
		}
		for _, m := range ch.drop {
			if err := s.tables.marks.Delete(tx, s.key(m.Number)); err != nil {
				return err
			}
		}
		if ch.add != nil {
			if err := s.tables.marks.Put(tx, s.key(ch.add.Number), *ch.add); err != nil {
				return err
			}
		}
		return s.tables.next.Put(tx, s.name, ch.next)
	})
}

// live is a journal in memory.
type live struct{ at cursor }

func (l *live) load() (cursor, error) {
	return cursor{Next: l.at.Next, Marks: slices.Clone(l.at.Marks)}, nil
}

func (l *live) apply(ch change, fn func(tx *store.Tx) error) error {
	if err := fn(nil); err != nil {
		return handlerError{err}
	}
	l.at.Next = ch.next
	l.at.Marks = slices.DeleteFunc(l.at.Marks, func(m mark) bool {
		return slices.ContainsFunc(ch.drop, func(d mark) bool { return d.Number == m.Number })
	})
	if ch.add != nil {
		l.at.Marks = append(l.at.Marks, *ch.add)
	}
	return nil
}
