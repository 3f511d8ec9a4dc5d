package store

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/dgraph-io/badger/v4"
)

// Key is what a table can be keyed by. Rows lie in the order of their keys:
// strings and arrays by byte, numbers by value.
type Key interface {
	~string | ~uint64 | ~[20]byte | ~[32]byte
}

// Codec turns a row into bytes and back. Bytes once written must stay readable:
// change them only together with a Migration.
type Codec[V any] interface {
	Encode(V) ([]byte, error)
	Decode([]byte) (V, error)
}

// Table is a named set of rows. It holds no state: make it once, use it in any
// store.
type Table[K Key, V any] struct {
	name  string
	codec Codec[V]
}

// NewTable names a table whose rows are JSON. Two tables of one store must not
// share a name.
func NewTable[K Key, V any](name string) Table[K, V] {
	return Table[K, V]{name: name, codec: JSON[V]{}}
}

// NewTableWith names a table whose rows go through codec.
func NewTableWith[K Key, V any](name string, codec Codec[V]) Table[K, V] {
	return Table[K, V]{name: name, codec: codec}
}

// Get reads the row under key; the error is ErrNotFound when there is none.
func (t Table[K, V]) Get(tx *Tx, key K) (V, error) {
	var zero V
	item, err := tx.txn.Get(t.key(tx, key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return zero, ErrNotFound
	}
	if err != nil {
		return zero, t.wrap("read", key, err)
	}
	return t.decode(item, key)
}

// Fresh is Get for one who reads the same row often, in a View: it decodes the row only
// when it is not the version seen that the caller has already; 0 is none.
func (t Table[K, V]) Fresh(tx *Tx, key K, seen uint64) (row V, version uint64, fresh bool, err error) {
	item, err := tx.txn.Get(t.key(tx, key))
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return row, 0, false, ErrNotFound
	case err != nil:
		return row, 0, false, t.wrap("read", key, err)
	case item.Version() == seen:
		return row, seen, false, nil
	}
	row, err = t.decode(item, key)
	return row, item.Version(), err == nil, err
}

// Has says whether there is a row under key.
func (t Table[K, V]) Has(tx *Tx, key K) (bool, error) {
	_, err := tx.txn.Get(t.key(tx, key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, t.wrap("read", key, err)
	}
	return true, nil
}

// Put writes the row under key, over whatever was there.
func (t Table[K, V]) Put(tx *Tx, key K, row V) error {
	b, err := t.codec.Encode(row)
	if err != nil {
		return t.wrap("encode", key, err)
	}
	if err := tx.set(t.key(tx, key), b); err != nil {
		return t.wrap("write", key, err)
	}
	return nil
}

// Delete removes the row under key; a missing row is no error.
func (t Table[K, V]) Delete(tx *Tx, key K) error {
	if err := tx.delete(t.key(tx, key)); err != nil {
		return t.wrap("delete", key, err)
	}
	return nil
}

// ErrStop ends a scan early, without an error, when the scan's function returns it.
var ErrStop = errors.New("stop scan")

// Scan calls fn for every row, in the order of keys. fn may read, write and
// scan in the same transaction.
func (t Table[K, V]) Scan(tx *Tx, fn func(key K, row V) error) error {
	return t.scan(tx, t.prefix(tx), t.prefix(tx), fn)
}

// ScanFrom is Scan from key on, the row under key included.
func (t Table[K, V]) ScanFrom(tx *Tx, from K, fn func(key K, row V) error) error {
	return t.scan(tx, t.prefix(tx), t.key(tx, from), fn)
}

// ScanPrefix is Scan over the rows whose key begins with prefix: meant for
// string keys that are paths, such as "task/17/".
func (t Table[K, V]) ScanPrefix(tx *Tx, prefix K, fn func(key K, row V) error) error {
	return t.scan(tx, t.key(tx, prefix), t.key(tx, prefix), fn)
}

// ScanBack is Scan from the row under key, or the nearest before it, back to the
// first.
func (t Table[K, V]) ScanBack(tx *Tx, from K, fn func(key K, row V) error) error {
	return t.walk(tx, t.prefix(tx), t.key(tx, from), true, fn)
}

// page is how many rows a scan holds in memory at most, firstPage how many of them
// it reads at first: what ends a scan is often one of the first rows. Between pages
// no iterator is open, because Badger allows one per writing transaction.
const (
	firstPage = 2
	page      = 256
)

type pair[K Key, V any] struct {
	key K
	row V
}

func (t Table[K, V]) scan(tx *Tx, prefix, from []byte, fn func(K, V) error) error {
	return t.walk(tx, prefix, from, false, fn)
}

func (t Table[K, V]) walk(tx *Tx, prefix, from []byte, back bool, fn func(K, V) error) error {
	for size := firstPage; ; size = min(4*size, page) {
		rows, next, err := t.read(tx, prefix, from, size, back)
		if err != nil {
			return err
		}
		for _, r := range rows {
			err := fn(r.key, r.row)
			if errors.Is(err, ErrStop) {
				return nil
			}
			if err != nil {
				return err
			}
		}
		if next == nil {
			return nil
		}
		from = next
	}
}

// read returns one page and the key where the next begins, nil at the end.
func (t Table[K, V]) read(tx *Tx, prefix, from []byte, size int, back bool) ([]pair[K, V], []byte, error) {
	o := badger.DefaultIteratorOptions
	o.Prefix, o.Reverse = prefix, back
	o.PrefetchSize = min(size, 64)
	it := tx.txn.NewIterator(o)
	defer it.Close()

	var rows []pair[K, V]
	for it.Seek(from); it.ValidForPrefix(prefix); it.Next() {
		item := it.Item()
		if len(rows) == size {
			return rows, item.KeyCopy(nil), nil
		}
		key, err := t.parse(tx, item.Key())
		if err != nil {
			return nil, nil, err
		}
		row, err := t.decode(item, key)
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, pair[K, V]{key, row})
	}
	return rows, nil, nil
}

func (t Table[K, V]) decode(item *badger.Item, key K) (V, error) {
	var row V
	err := item.Value(func(b []byte) (err error) {
		row, err = t.codec.Decode(b)
		return err
	})
	if err != nil {
		return row, t.wrap("decode", key, err)
	}
	return row, nil
}

func (t Table[K, V]) wrap(verb string, key K, err error) error {
	return fmt.Errorf("%s %s %v: %w", verb, t.name, key, err)
}

// prefix ends with a zero byte, so that no table's name is the prefix of another.
func (t Table[K, V]) prefix(tx *Tx) []byte {
	b := make([]byte, 0, len(tx.prefix)+len(t.name)+1+32)
	return append(append(append(b, tx.prefix...), t.name...), 0)
}

func (t Table[K, V]) key(tx *Tx, k K) []byte {
	v := reflect.ValueOf(k)
	switch v.Kind() {
	case reflect.String:
		return append(t.prefix(tx), v.String()...)
	case reflect.Uint64:
		return binary.BigEndian.AppendUint64(t.prefix(tx), v.Uint())
	default:
		b := make([]byte, v.Len())
		reflect.Copy(reflect.ValueOf(b), v)
		return append(t.prefix(tx), b...)
	}
}

func (t Table[K, V]) parse(tx *Tx, b []byte) (K, error) {
	b = b[len(tx.prefix)+len(t.name)+1:]
	var k K
	v := reflect.ValueOf(&k).Elem()
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(b))
		return k, nil
	case reflect.Uint64:
		if len(b) != 8 {
			return k, fmt.Errorf("read %s: a key has %d bytes, want 8", t.name, len(b))
		}
		v.SetUint(binary.BigEndian.Uint64(b))
		return k, nil
	default:
		if len(b) != v.Len() {
			return k, fmt.Errorf("read %s: a key has %d bytes, want %d", t.name, len(b), v.Len())
		}
		reflect.Copy(v, reflect.ValueOf(b))
		return k, nil
	}
}

// JSON writes rows as JSON: readable with any tool, and new fields need no
// migration.
type JSON[V any] struct{}

// Encode is json.Marshal.
func (JSON[V]) Encode(v V) ([]byte, error) { return json.Marshal(v) }

// Decode is json.Unmarshal.
func (JSON[V]) Decode(b []byte) (v V, err error) {
	err = json.Unmarshal(b, &v)
	return v, err
}

// Raw writes rows that are bytes already.
type Raw struct{}

// Encode returns its argument.
func (Raw) Encode(b []byte) ([]byte, error) { return b, nil }

// Decode returns a copy of its argument.
func (Raw) Decode(b []byte) ([]byte, error) { return append([]byte{}, b...), nil }
