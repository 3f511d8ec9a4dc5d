package store

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"
)

type account struct {
	Owner string `json:"owner"`
	Coins int    `json:"coins"`
}

func open(t *testing.T, dir string, m ...Migration) *Store {
	t.Helper()
	s, err := Open(dir, Options{Migrations: m})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestRowsSurviveReopening(t *testing.T) {
	dir := t.TempDir()
	accounts := NewTable[common.Address, account]("account")
	who := common.HexToAddress("0x01")
	s := open(t, dir)
	if err := s.Update(func(tx *Tx) error { return accounts.Put(tx, who, account{"ann", 7}) }); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	s = open(t, dir)
	var got account
	err := s.View(func(tx *Tx) (err error) { got, err = accounts.Get(tx, who); return err })
	if err != nil || got != (account{"ann", 7}) {
		t.Fatalf("got %+v, %v", got, err)
	}
}

func TestASecondOpenIsRefusedWithAReason(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	_, err := Open(dir, Options{})
	if !errors.Is(err, ErrInUse) {
		t.Fatalf("got %v, want ErrInUse", err)
	}
	if !strings.Contains(err.Error(), "another Helium is running here") {
		t.Fatalf("the error does not say why: %v", err)
	}
}

func TestAFailedUpdateLeavesNothing(t *testing.T) {
	s := open(t, t.TempDir())
	a, b := NewTable[string, int]("a"), NewTable[string, int]("b")
	boom := errors.New("boom")
	err := s.Update(func(tx *Tx) error {
		if err := a.Put(tx, "k", 1); err != nil {
			return err
		}
		if err := b.Put(tx, "k", 2); err != nil {
			return err
		}
		return boom
	})
	if err != boom {
		t.Fatalf("got %v, want the function's own error", err)
	}
	s.View(func(tx *Tx) error {
		for _, table := range []Table[string, int]{a, b} {
			if _, err := table.Get(tx, "k"); !errors.Is(err, ErrNotFound) {
				t.Errorf("table %s kept a row: %v", table.name, err)
			}
		}
		return nil
	})
}

func TestScanReturnsKeysInOrderAndOnlyItsOwnTable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s, err := Open(rtDir(t), Options{})
		if err != nil {
			rt.Fatal(err)
		}
		defer s.Close()
		mine, other := NewTable[uint64, uint64]("t"), NewTable[uint64, uint64]("t2")
		keys := rapid.SliceOfDistinct(rapid.Uint64(), func(k uint64) uint64 { return k }).Draw(rt, "keys")
		from := rapid.Uint64().Draw(rt, "from")
		s.Update(func(tx *Tx) error {
			for _, k := range keys {
				if err := errors.Join(mine.Put(tx, k, k+1), other.Put(tx, k, 0)); err != nil {
					rt.Fatal(err)
				}
			}
			return nil
		})
		slices.Sort(keys)
		want := slices.DeleteFunc(slices.Clone(keys), func(k uint64) bool { return k < from })
		var got []uint64
		s.View(func(tx *Tx) error {
			return mine.ScanFrom(tx, from, func(k, v uint64) error {
				if v != k+1 {
					rt.Fatalf("row %d holds %d", k, v)
				}
				got = append(got, k)
				return nil
			})
		})
		if !slices.Equal(got, want) {
			rt.Fatalf("got %v, want %v", got, want)
		}
	})
}

func rtDir(t *testing.T) string {
	dir, err := os.MkdirTemp(t.TempDir(), "s")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestAScanOfManyPagesMayWriteAndScanInside(t *testing.T) {
	s := open(t, t.TempDir())
	tab := NewTable[uint64, int]("n")
	const n = page*2 + 7
	err := s.Update(func(tx *Tx) error {
		for i := range uint64(n) {
			if err := tab.Put(tx, i, int(i)); err != nil {
				return err
			}
		}
		seen := 0
		err := tab.Scan(tx, func(k uint64, v int) error {
			seen++
			if k%100 == 0 {
				inner := 0
				if err := tab.ScanFrom(tx, n-3, func(uint64, int) error { inner++; return nil }); err != nil {
					return err
				}
				if inner != 3 {
					return fmt.Errorf("inner scan saw %d rows, want 3", inner)
				}
			}
			return tab.Put(tx, k, -v)
		})
		if seen != n {
			return fmt.Errorf("saw %d rows, want %d (%v)", seen, n, err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestScanPrefixAndStop(t *testing.T) {
	s := open(t, t.TempDir())
	tab := NewTable[string, int]("path")
	var got []string
	err := s.Update(func(tx *Tx) error {
		for i, k := range []string{"task/1/a", "task/17/a", "task/17/b", "task/17/c", "task/2/a"} {
			if err := tab.Put(tx, k, i); err != nil {
				return err
			}
		}
		return tab.ScanPrefix(tx, "task/17/", func(k string, _ int) error {
			got = append(got, k)
			if len(got) == 2 {
				return ErrStop
			}
			return nil
		})
	})
	if want := []string{"task/17/a", "task/17/b"}; err != nil || !slices.Equal(got, want) {
		t.Fatalf("got %v, %v, want %v", got, err, want)
	}
}

func TestScanBackGoesFromAnyKeyToTheFirstOfItsTable(t *testing.T) {
	s := open(t, t.TempDir())
	tab, before, after := NewTable[uint64, int]("n"), NewTable[uint64, int]("m"), NewTable[uint64, int]("o")
	err := s.Update(func(tx *Tx) error {
		for i := range 600 { // several pages
			if err := errors.Join(tab.Put(tx, uint64(2*i), i), before.Put(tx, uint64(i), i), after.Put(tx, uint64(i), i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[uint64]int{^uint64(0): 599, 1198: 599, 1197: 598, 7: 3, 1: 0, 0: 0} {
		var got []int
		err := s.View(func(tx *Tx) error {
			return tab.ScanBack(tx, from, func(k uint64, i int) error {
				if k != uint64(2*i) {
					t.Errorf("row %d lies under %d", i, k)
				}
				got = append(got, i)
				return nil
			})
		})
		if err != nil || len(got) != want+1 || got[0] != want || got[len(got)-1] != 0 || !slices.IsSortedFunc(got, func(a, b int) int { return b - a }) {
			t.Errorf("from %d: %d rows from %v, error %v, want %d", from, len(got), got[:min(3, len(got))], err, want+1)
		}
	}
	stopped := 0
	err = s.Update(func(tx *Tx) error { // and in a transaction that writes, over pages
		return tab.ScanBack(tx, ^uint64(0), func(k uint64, _ int) error {
			if stopped++; stopped == 300 {
				return ErrStop
			}
			return tab.Put(tx, k, 0)
		})
	})
	if err != nil || stopped != 300 {
		t.Errorf("stopped after %d rows, error %v", stopped, err)
	}
}

func TestUpdatesThatRaceAllCount(t *testing.T) {
	s := open(t, t.TempDir())
	tab := NewTable[string, int]("counter")
	var wg sync.WaitGroup
	const workers, each = 8, 10
	for range workers {
		wg.Go(func() {
			for range each {
				err := s.Update(func(tx *Tx) error {
					n, err := tab.Get(tx, "n")
					if err != nil && !errors.Is(err, ErrNotFound) {
						return err
					}
					return tab.Put(tx, "n", n+1)
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s.View(func(tx *Tx) error {
		if n, _ := tab.Get(tx, "n"); n != workers*each {
			t.Errorf("counted %d, want %d", n, workers*each)
		}
		return nil
	})
}

func TestMigrationsRunOnceAndInOrder(t *testing.T) {
	dir := t.TempDir()
	tab := NewTable[string, string]("m")
	note := func(s string) Migration {
		return func(tx *Tx) error {
			old, err := tab.Get(tx, "log")
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			return tab.Put(tx, "log", old+s)
		}
	}
	open(t, dir).Close()
	open(t, dir, note("1")).Close()
	open(t, dir, note("1"), note("2"), note("3")).Close()
	s := open(t, dir, note("1"), note("2"), note("3"))
	s.View(func(tx *Tx) error {
		if got, _ := tab.Get(tx, "log"); got != "123" {
			t.Errorf("migrations ran as %q, want 123", got)
		}
		return nil
	})
	s.Close()

	if _, err := Open(dir, Options{Migrations: []Migration{note("1")}}); err == nil || !strings.Contains(err.Error(), "update") {
		t.Fatalf("a newer schema was opened: %v", err)
	}
}

func TestARowThatDoesNotDecodeNamesItsTableAndKey(t *testing.T) {
	s := open(t, t.TempDir())
	raw := NewTableWith[string]("x", Raw{})
	err := s.Update(func(tx *Tx) error { return raw.Put(tx, "k", []byte("{")) })
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(func(tx *Tx) error { _, err := NewTable[string, account]("x").Get(tx, "k"); return err })
	if err == nil || !strings.Contains(err.Error(), "decode x k") {
		t.Fatalf("got %v", err)
	}
}

// TestAcknowledgedWritesSurviveKill runs this test binary as a child that
// prints a number after each update was acknowledged, and kills it.
func TestAcknowledgedWritesSurviveKill(t *testing.T) { acknowledgedWritesSurviveKill(t, Options{}) }

func TestAcknowledgedWritesOfABusyStoreSurviveKill(t *testing.T) {
	acknowledgedWritesSurviveKill(t, Options{Busy: true})
}

func acknowledgedWritesSurviveKill(t *testing.T, o Options) {
	tab := NewTable[uint64, uint64]("acked")
	if dir := os.Getenv("HELIUM_STORE_CHILD"); dir != "" {
		s, err := Open(dir, o)
		if err != nil {
			fmt.Println("error", err)
			return
		}
		first, _ := strconv.ParseUint(os.Getenv("HELIUM_STORE_FIRST"), 10, 64)
		for i := first; ; i++ {
			if err := s.Update(func(tx *Tx) error { return tab.Put(tx, i, i) }); err != nil {
				fmt.Println("error", err)
				return
			}
			fmt.Println(i)
		}
	}

	dir := filepath.Join(t.TempDir(), "data")
	next := uint64(0)
	for range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "HELIUM_STORE_CHILD="+dir, fmt.Sprintf("HELIUM_STORE_FIRST=%d", next))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		for n := 0; n < 40 && lines.Scan(); n++ {
			got, err := strconv.ParseUint(lines.Text(), 10, 64)
			if err != nil || got != next {
				t.Fatalf("child said %q, want %d", lines.Text(), next)
			}
			next++
		}
		cmd.Process.Kill()
		for lines.Scan() {
			if got, err := strconv.ParseUint(lines.Text(), 10, 64); err == nil {
				next = got + 1
			}
		}
		if err := lines.Err(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()

		s, err := Open(dir, o)
		if err != nil {
			t.Fatal(err)
		}
		s.View(func(tx *Tx) error {
			for i := range next {
				if v, err := tab.Get(tx, i); err != nil || v != i {
					t.Fatalf("row %d was acknowledged and is lost: %v", i, err)
				}
			}
			return nil
		})
		s.Close()
	}
}
