package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Badger brings each transaction to the disk by itself, one after the other, and on a
// system with large pages writes some hundred kilobytes for it. A busy store has Badger
// bring none, and does so here for all that were committed meanwhile. What is committed
// is read by others at once; an update returns when it is on the disk, and with it all
// that the update has read.

// grouping is where a file's Sync also brings what was written through a mapping of it.
const grouping = runtime.GOOS == "linux"

const (
	// Where more than mostGroups come within the time together, each waits that long for
	// more to join, until no more than fewUpdates do.
	mostGroups = 6
	fewUpdates = 4
	together   = 8 * time.Millisecond
)

// disk brings transactions to the disk in groups.
type disk struct {
	// sync brings all that was committed before it began; values says that there are
	// some in files of their own.
	sync func(values bool) error

	// committed counts transactions, and synced is how many of them are known to be on
	// the disk. large says that there are values to bring.
	committed, synced atomic.Uint64
	large             atomic.Bool

	// turn has room for the one group that is being brought, and guards what follows:
	// whether groups wait for more to join, how many did not and since when, and what
	// failed. A system forgets what it could not write, and would say of the next write
	// that all is well.
	turn    chan struct{}
	crowded bool
	since   time.Time
	groups  int
	failed  error

	// mu guards next, the group that others may still join; nil for none.
	mu   sync.Mutex
	next *group
}

// group are updates that wait for the same write to the disk.
type group struct {
	updates int           // guarded by the disk's mu
	done    chan struct{} // closed when err is known
	err     error
}

func newDisk(sync func(values bool) error) *disk {
	return &disk{sync: sync, turn: make(chan struct{}, 1)}
}

// commit notes that a transaction was committed.
func (d *disk) commit(large bool) {
	if large {
		d.large.Store(true)
	}
	d.committed.Add(1)
}

// wait returns when all that was committed before is on the disk.
func (d *disk) wait() error {
	if d.synced.Load() >= d.committed.Load() {
		return nil
	}
	g, first := d.join()
	if first {
		d.bring(g)
	}
	<-g.done
	return g.err
}

func (d *disk) join() (g *group, first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if first = d.next == nil; first {
		d.next = &group{done: make(chan struct{})}
	}
	d.next.updates++
	return d.next, first
}

// bring waits for its turn, during which others join.
func (d *disk) bring(g *group) {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	defer close(g.done)
	if d.crowded {
		time.Sleep(together)
	}
	d.mu.Lock()
	d.next = nil
	updates := g.updates
	d.mu.Unlock()
	d.note(updates)

	until := d.committed.Load()
	if d.failed == nil {
		d.failed = d.sync(d.large.Swap(false))
	}
	if d.failed != nil {
		g.err = fmt.Errorf("write store, which takes nothing more until it is opened again: %w", d.failed)
		return
	}
	d.synced.Store(until)
}

// note learns from a group whether the next are to wait.
func (d *disk) note(updates int) {
	if d.crowded {
		d.crowded, d.groups = updates > fewUpdates, 0
		return
	}
	if now := time.Now(); now.Sub(d.since) >= together {
		d.since, d.groups = now, 0
	}
	d.groups++
	d.crowded = d.groups > mostGroups
}

// logs are the files of one kind that Badger writes, one after the other, with numbers
// that rise. Those before the newest are full; one that is gone lies in a table, which
// Badger has brought to the disk.
type logs struct {
	dir     string
	pattern string // of their names, with the number
	newest  *os.File
	number  int
}

func (l *logs) path(number int) string { return filepath.Join(l.dir, fmt.Sprintf(l.pattern, number)) }

// sync brings all of them to the disk that were not known as full before.
func (l *logs) sync() error {
	if l.newest != nil && exists(l.path(l.number)) && !exists(l.path(l.number+1)) {
		return l.newest.Sync()
	}
	numbers, err := l.since(l.number)
	if err != nil {
		return err
	}
	for _, number := range numbers {
		f, err := os.Open(l.path(number))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			f.Close()
			return err
		}
		l.close()
		l.newest, l.number = f, number
	}
	return nil
}

// since are the numbers of the files that there are, from one on.
func (l *logs) since(from int) (numbers []int, err error) {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		digits, _, _ := strings.Cut(e.Name(), ".")
		number, err := strconv.Atoi(digits)
		if err == nil && number >= from && fmt.Sprintf(l.pattern, number) == e.Name() {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

func (l *logs) close() {
	if l.newest != nil {
		l.newest.Close()
		l.newest = nil
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// badgerFiles are what a Badger in a folder writes before its tables.
type badgerFiles struct{ memtables, values logs }

func newBadgerFiles(dir string) *badgerFiles {
	return &badgerFiles{logs{dir: dir, pattern: "%05d.mem"}, logs{dir: dir, pattern: "%06d.vlog"}}
}

// sync brings the values first: what names them is in the memtables.
func (f *badgerFiles) sync(values bool) error {
	if values {
		if err := f.values.sync(); err != nil {
			return err
		}
	}
	return f.memtables.sync()
}

func (f *badgerFiles) close() {
	f.memtables.close()
	f.values.close()
}
