package store

import "testing"

// TestTablesOfManyShortRunsAreMerged opens and closes a store more often than it may
// have new tables, as a command does that is called again and again.
func TestTablesOfManyShortRunsAreMerged(t *testing.T) {
	dir, rows := t.TempDir(), NewTable[uint64, string]("rows")
	const runs = 3*mergeBefore + 1
	most := 0
	for i := range uint64(runs) {
		s := open(t, dir)
		if err := s.Update(func(tx *Tx) error { return rows.Put(tx, i, "a row") }); err != nil {
			t.Fatal(err)
		}
		most = max(most, s.db.Levels()[0].NumTables)
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if most != mergeBefore-1 {
		t.Errorf("there were %d new tables, want %d at most, and as many", most, mergeBefore-1)
	}
	s := open(t, dir)
	defer s.Close()
	count(t, s, rows, runs)
	if err := s.merge(1); err != nil {
		t.Fatal(err)
	}
	if n := s.db.Levels()[0].NumTables; n != 0 {
		t.Errorf("%d tables are left beside the merged", n)
	}
	count(t, s, rows, runs)
	if err := s.Update(func(tx *Tx) error { return rows.Put(tx, runs, "another") }); err != nil {
		t.Fatal(err)
	}
	count(t, s, rows, runs+1)
}

func count(t *testing.T, s *Store, rows Table[uint64, string], want int) {
	t.Helper()
	n := 0
	err := s.View(func(tx *Tx) error { return rows.Scan(tx, func(uint64, string) error { n++; return nil }) })
	if err != nil || n != want {
		t.Errorf("%d rows, want %d: %v", n, want, err)
	}
}
