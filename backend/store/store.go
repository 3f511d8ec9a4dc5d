package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/gofrs/flock"
)

// ErrInUse says that another process, or this one, has the folder open.
var ErrInUse = errors.New("another Helium is running here")

// ErrNotFound is what Table.Get returns for a key without a row.
var ErrNotFound = errors.New("not found")

// Options say how to open a store. The zero value is right for a new folder.
type Options struct {
	// Migrations is the whole history of the folder's layout, oldest first; it
	// only ever grows. Those the folder has not seen are applied by Open.
	Migrations []Migration
	// Busy is for a service whose rows change many times a second: more memory, and a
	// fraction of what goes to the disk. A folder that was busy once must stay so: what
	// a killed program left is more than the other kind has memory for.
	Busy bool
	// Log gets Badger's warnings; nil discards them.
	Log *slog.Logger
}

// Migration turns the rows of one layout into those of the next. It runs in one
// transaction together with the new schema version.
type Migration func(tx *Tx) error

// Store is an open folder. It is safe for concurrent use. Close it.
type Store struct {
	db   *badger.DB
	lock *flock.Flock
	log  *slog.Logger

	stop context.CancelFunc
	done chan struct{}
	once sync.Once

	// contended is held shared by every update, and alone by one that lost too
	// many races, so that it cannot lose another.
	contended sync.RWMutex

	// disk brings what was committed to the disk where Badger does not; nil elsewhere.
	disk *disk
	// files are what it brings.
	files *badgerFiles

	// within is the store that this one is a part of, and prefix where its rows lie
	// there; nil for a store of its own.
	within *Store
	prefix []byte
}

// Within is a part of the store with tables of its own, for one of many in a
// process: they share the folder, and what they write at the same moment goes to the
// disk together. It ends with the store; closing it does nothing.
func (s *Store) Within(name string) *Store {
	root := s.root()
	prefix := append(append([]byte{}, s.prefix...), "\x00in\x00"+name+"\x00"...)
	return &Store{within: root, prefix: prefix}
}

// root is the store that has the folder.
func (s *Store) root() *Store {
	if s.within != nil {
		return s.within
	}
	return s
}

// Open opens the store in dir, creating the folder when it is missing. The
// error is ErrInUse when somebody else has it open.
func Open(dir string, o Options) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}

	lock := flock.New(filepath.Join(dir, "helium.lock"))
	held, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock store %s: %w", dir, err)
	}
	if !held {
		return nil, fmt.Errorf("open store %s: %w: stop it, or choose another data folder", dir, ErrInUse)
	}

	grouped := o.Busy && grouping
	db, err := badger.Open(settings(dir, o).WithSyncWrites(!grouped))
	if err != nil {
		lock.Unlock()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}

	ctx, cancel := context.WithCancel(context.Background())
	s := &Store{db: db, lock: lock, log: o.Log, stop: cancel, done: make(chan struct{})}
	if grouped {
		s.files = newBadgerFiles(dir)
		s.disk = newDisk(s.files.sync)
	}
	err = s.migrate(o.Migrations)
	if err == nil {
		err = s.merge(mergeBefore)
	}
	if err != nil {
		close(s.done)
		s.Close()
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	go s.tidy(ctx)
	return s, nil
}

// largeValue is what Badger keeps in a file of its own.
const largeValue = 64 << 10

// Badger's compactors look for work twenty times a second each, which is most of what a
// program at rest takes of a processor. A store that is not busy merges by itself.
const (
	// mergeFrom are the new tables that are worth merging, and mergeBefore those with
	// which a store is not opened: a program may be too short to merge them later.
	mergeFrom, mergeBefore = 4, 16
	mergeEvery             = time.Minute
)

// merge makes one sorted set of tables of all where there are so many new ones.
func (s *Store) merge(from int) error {
	if s.db.Opts().NumCompactors > 0 || s.db.Levels()[0].NumTables < from {
		return nil
	}
	if err := s.db.Flatten(1); err != nil {
		return fmt.Errorf("merge the store's tables: %w", err)
	}
	return nil
}

// settings keep an idle store small: a few megabytes of memtable, no caches and
// no compression, because its rows are few and already compact.
func settings(dir string, o Options) badger.Options {
	s := badger.DefaultOptions(dir).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithValueThreshold(largeValue).
		WithValueLogFileSize(64 << 20).
		WithBaseTableSize(2 << 20).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(100).
		WithNumCompactors(0).
		WithNumGoroutines(1).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithIndexCacheSize(0).
		WithMetricsEnabled(false).
		WithLogger(badgerLog{o.Log})
	if o.Busy {
		s = busy(s)
	}
	return s
}

// busy lets versions of a row gather in memory before a table is written, and tables
// before they are merged. Most versions are old by then and are dropped; a small
// memtable writes each of them to the disk, and all that the store holds again and
// again beside them.
func busy(s badger.Options) badger.Options {
	return s.
		WithMemTableSize(64 << 20).
		WithNumMemtables(3).
		WithBaseTableSize(8 << 20).
		WithBaseLevelSize(128 << 20).
		WithNumLevelZeroTables(4).
		WithNumLevelZeroTablesStall(12).
		WithNumCompactors(2)
}

// Close flushes the store and lets go of the folder. It may be called twice.
func (s *Store) Close() error {
	if s.within != nil {
		return nil
	}
	var err error
	s.once.Do(func() {
		s.stop()
		<-s.done
		err = errors.Join(s.db.Close(), s.lock.Unlock())
		if s.files != nil {
			s.files.close()
		}
	})
	if err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// Tx is a transaction. It is valid only inside the function it was given to,
// and only in that function's goroutine.
type Tx struct {
	txn    *badger.Txn
	prefix []byte // of the part of the store
	// wrote says that something was, and large that Badger keeps some of it in a file
	// for large values.
	wrote, large bool
}

// attempts is how many races an update may lose before it excludes the others.
const attempts = 3

// Update runs fn in a transaction and returns once what fn wrote, and all it has read,
// is on disk; in a busy store others may read it a moment before. An error from fn
// undoes everything and is returned as it is. fn may run more than once, when another
// update changed a row it read: it must do nothing that the transaction does not undo.
func (s *Store) Update(fn func(tx *Tx) error) error {
	if err := s.commit(fn); err != nil {
		return err
	}
	if d := s.root().disk; d != nil {
		return d.wait()
	}
	return nil
}

func (s *Store) commit(fn func(tx *Tx) error) error {
	for range attempts {
		err := s.tryUpdate(fn)
		if !errors.Is(err, badger.ErrConflict) {
			return err
		}
	}

	contended := &s.root().contended
	contended.Lock()
	defer contended.Unlock()
	return s.update(fn)
}

func (s *Store) tryUpdate(fn func(tx *Tx) error) error {
	contended := &s.root().contended
	contended.RLock()
	defer contended.RUnlock()
	return s.update(fn)
}

func (s *Store) update(fn func(tx *Tx) error) error {
	root := s.root()
	txn := root.db.NewTransaction(true)
	defer txn.Discard()

	tx := &Tx{txn: txn, prefix: s.prefix}
	if err := fn(tx); err != nil {
		return err
	}
	if err := txn.Commit(); err != nil {
		return fmt.Errorf("write store: %w", err)
	}
	if tx.wrote && root.disk != nil {
		root.disk.commit(tx.large)
	}
	return nil
}

func (tx *Tx) set(key, value []byte) error {
	tx.wrote, tx.large = true, tx.large || len(value) >= largeValue
	return tx.txn.Set(key, value)
}

func (tx *Tx) delete(key []byte) error {
	tx.wrote = true
	return tx.txn.Delete(key)
}

// View runs fn on a snapshot; writes in it fail.
func (s *Store) View(fn func(tx *Tx) error) error {
	txn := s.root().db.NewTransaction(false)
	defer txn.Discard()
	return fn(&Tx{txn: txn, prefix: s.prefix})
}

// schemaKey lies outside every table: table prefixes begin with a name.
var schemaKey = []byte("\x00schema")

func (s *Store) migrate(list []Migration) error {
	return s.Update(func(tx *Tx) error {
		seen, fresh, err := tx.schema()
		if err != nil {
			return err
		}
		if seen > len(list) {
			return fmt.Errorf("its schema is %d, this program knows %d: a newer Helium wrote it, update this one", seen, len(list))
		}
		if !fresh {
			for i, m := range list[seen:] {
				if err := m(tx); err != nil {
					return fmt.Errorf("migrate to schema %d: %w", seen+i+1, err)
				}
			}
		}
		if !fresh && seen == len(list) {
			return nil
		}
		return tx.set(schemaKey, binary.BigEndian.AppendUint32(nil, uint32(len(list))))
	})
}

func (tx *Tx) schema() (version int, fresh bool, err error) {
	item, err := tx.txn.Get(schemaKey)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return 0, true, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("read schema: %w", err)
	}
	b, err := item.ValueCopy(nil)
	if err != nil {
		return 0, false, fmt.Errorf("read schema: %w", err)
	}
	if len(b) != 4 {
		return 0, false, fmt.Errorf("read schema: %d bytes, want 4", len(b))
	}
	return int(binary.BigEndian.Uint32(b)), false, nil
}

// tidy merges tables, and gives back the disk of large values that were deleted.
func (s *Store) tidy(ctx context.Context) {
	defer close(s.done)
	merge, collect := time.NewTicker(mergeEvery), time.NewTicker(10*time.Minute)
	defer merge.Stop()
	defer collect.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-merge.C:
			if err := s.merge(mergeFrom); err != nil {
				s.log.Warn("the store grows until it is opened again", "err", err)
			}
		case <-collect.C:
			for ctx.Err() == nil && s.db.RunValueLogGC(0.5) == nil {
				s.bringMoved()
			}
		}
	}
}

// bringMoved brings the values to the disk that were moved there from a file that is
// gone now.
func (s *Store) bringMoved() {
	if s.disk == nil {
		return
	}
	s.disk.commit(true)
	if err := s.disk.wait(); err != nil {
		s.log.Error("large values that were moved are not on the disk", "err", err)
	}
}

// badgerLog passes on what a person should see and drops Badger's chatter.
type badgerLog struct{ log *slog.Logger }

func (l badgerLog) Errorf(f string, a ...any)   { l.write(slog.LevelError, f, a) }
func (l badgerLog) Warningf(f string, a ...any) { l.write(slog.LevelWarn, f, a) }
func (l badgerLog) Infof(string, ...any)        {}
func (l badgerLog) Debugf(string, ...any)       {}

func (l badgerLog) write(level slog.Level, f string, a []any) {
	l.log.Log(context.Background(), level, "store: "+strings.TrimSpace(fmt.Sprintf(f, a...)))
}
