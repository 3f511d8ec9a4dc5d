package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// busyStore opens a store whose updates are brought to the disk in groups.
func busyStore(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.TempDir(), Options{Busy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if s.disk == nil {
		t.Skip("Badger brings every update to the disk here")
	}
	return s
}

func TestAnUpdateReturnsAfterASyncThatBeganAfterItsCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan error)
		d := newDisk(func(bool) error { return <-release })
		update := func() chan error {
			done := make(chan error, 1)
			d.commit(false)
			go func() { done <- d.wait() }()
			synctest.Wait()
			return done
		}
		first := update()
		second, third := update(), update() // while that of the first is under way
		release <- nil
		if err := <-first; err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		select {
		case <-second:
			t.Fatal("an update returned after a sync that began before it was committed")
		case <-third:
			t.Fatal("an update returned after a sync that began before it was committed")
		default:
		}
		release <- errors.New("the disk is gone")
		for _, done := range []chan error{second, third} {
			if err := <-done; err == nil {
				t.Error("an update that did not reach the disk was acknowledged")
			}
		}
	})
}

func TestManyUpdatesShareAWriteToTheDiskAndOneAloneDoesNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var syncs atomic.Int32
		d := newDisk(func(bool) error { syncs.Add(1); return nil })
		began := time.Now()
		d.commit(false)
		if err := d.wait(); err != nil || time.Since(began) != 0 {
			t.Errorf("an update alone waited %s: %v", time.Since(began), err)
		}
		const rounds, many = 10, 100
		for range rounds {
			var all sync.WaitGroup
			for range many {
				all.Go(func() {
					d.commit(false)
					if err := d.wait(); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		if n := syncs.Load(); n > rounds*many/4 {
			t.Errorf("%d updates took %d writes to the disk", rounds*many, n)
		}
	})
}

func TestAfterASyncThatFailedNothingIsAcknowledged(t *testing.T) {
	var asked []bool
	fail := errors.New("the disk is full")
	d := newDisk(func(values bool) error {
		asked = append(asked, values)
		if len(asked) == 3 {
			return fail
		}
		return nil
	})
	for i, large := range []bool{true, false, false, true} {
		d.commit(large)
		if err := d.wait(); errors.Is(err, fail) != (i >= 2) {
			t.Errorf("update %d: %v", i, err)
		}
	}
	if fmt.Sprint(asked) != "[true false false]" {
		t.Errorf("it was brought with large values %v", asked)
	}
}

func TestNothingIsBroughtTwice(t *testing.T) {
	syncs := 0
	d := newDisk(func(bool) error { syncs++; return nil })
	d.commit(false)
	for range 3 {
		if err := d.wait(); err != nil {
			t.Error(err)
		}
	}
	if syncs != 1 {
		t.Errorf("one update took %d writes to the disk", syncs)
	}
}

func TestManyWaitForEachOtherAndOneWhoIsAloneForNobody(t *testing.T) {
	for name, c := range map[string]struct {
		writers      int
		every        time.Duration
		syncs, waits int // at most, in a second; a wait is an update that took longer than its write
	}{
		"one, 500 times a second":    {1, 2 * time.Millisecond, 500, 0},
		"forty, 50 times a second":   {40, 20 * time.Millisecond, 140, 2000},
		"four, 100 times a second":   {4, 10 * time.Millisecond, 410, 0},
		"one, as often as it can be": {1, 0, 2000, 200}, // now and then it is taken for many
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const write = 300 * time.Microsecond
				var syncs, waits atomic.Int64
				d := newDisk(func(bool) error { syncs.Add(1); time.Sleep(write); return nil })
				began := time.Now()
				var all sync.WaitGroup
				for w := range c.writers {
					all.Go(func() {
						time.Sleep(c.every * time.Duration(w) / time.Duration(c.writers))
						for time.Since(began) < time.Second {
							at := time.Now()
							d.commit(false)
							if err := d.wait(); err != nil {
								t.Error(err)
							}
							if time.Since(at) > 2*write { // another's and its own
								waits.Add(1)
							}
							time.Sleep(c.every - time.Since(at))
						}
					})
				}
				all.Wait()
				if int(syncs.Load()) > c.syncs || int(waits.Load()) > c.waits {
					t.Errorf("%d writes to the disk and %d waits, want %d and %d at most", syncs.Load(), waits.Load(), c.syncs, c.waits)
				}
			})
		})
	}
}

func TestEveryFileThatBadgerFilledIsBrought(t *testing.T) {
	if !grouping {
		t.Skip("here Badger brings each transaction to the disk by itself")
	}
	dir := t.TempDir()
	write := func(names ...string) {
		for _, name := range names {
			if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	l := logs{dir: dir, pattern: "%05d.mem"}
	defer l.close()
	at := func(number int) {
		t.Helper()
		if err := l.sync(); err != nil {
			t.Fatal(err)
		}
		if number == 0 && l.newest == nil {
			return
		}
		if l.newest == nil || l.number != number || l.newest.Name() != l.path(number) {
			t.Errorf("the newest is %d, want %d", l.number, number)
		}
	}
	at(0)
	write("00001.mem", "1.mem", "00009.vlog", "x00003.mem")
	at(1)
	at(1)
	write("00002.mem", "00003.mem") // two became full since
	at(3)
	os.Remove(l.path(3)) // it lies in a table now, and so does the one after it
	write("00005.mem")
	at(5)
	write("100000.mem")
	os.Remove(l.path(5))
	at(100000)
}

// TestWhatABusyStoreAcknowledgedIsInItsFiles fills several memtables and values'
// files, so that the newest is not the only one, and looks which were brought.
func TestWhatABusyStoreAcknowledgedIsInItsFiles(t *testing.T) {
	s := busyStore(t)
	rows := NewTableWith[uint64]("rows", Raw{})
	large := make([]byte, 2*largeValue)
	small := make([]byte, largeValue/2)
	var all sync.WaitGroup
	for writer := range uint64(16) {
		all.Go(func() {
			for i := range uint64(200) {
				row := small
				if i%5 == 0 {
					row = large
				}
				if err := s.Update(func(tx *Tx) error { return rows.Put(tx, writer<<32+i, row) }); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for _, l := range []logs{s.files.memtables, s.files.values} {
		numbers, err := l.since(0)
		if err != nil {
			t.Fatal(err)
		}
		if newest := numbers[len(numbers)-1]; l.newest == nil || l.number != newest {
			t.Errorf("%s: number %d was brought last, the newest is %d", l.pattern, l.number, newest)
		}
		if l.number < 2 {
			t.Errorf("%s: only %d was ever written", l.pattern, l.number)
		}
	}
}
