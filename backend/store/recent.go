package store

import (
	"bytes"
	"sync"
)

// Recent is a codec that remembers the rows that went through it last. Who changes
// the same few rows again and again decodes none of them: bytes that are equal to
// those that were written or read before are the same row.
type Recent[V any] struct {
	inner Codec[V]
	// clone is the row with a copy of everything in it that is changed in place.
	clone func(V) V
	many  int

	// mu guards everything that follows.
	mu   sync.Mutex
	rows []recentRow[V]
	next int
}

type recentRow[V any] struct {
	raw []byte
	row V
}

// NewRecent remembers so many rows that go through inner: as many as are in use at a
// time, and twice that where each is changed often.
func NewRecent[V any](inner Codec[V], many int, clone func(V) V) *Recent[V] {
	return &Recent[V]{inner: inner, clone: clone, many: many}
}

// Encode encodes the row and remembers it. Whether it is ever written does not
// matter.
func (r *Recent[V]) Encode(row V) ([]byte, error) {
	raw, err := r.inner.Encode(row)
	if err == nil {
		r.remember(raw, row)
	}
	return raw, err
}

// Decode is the row that the bytes are.
func (r *Recent[V]) Decode(raw []byte) (V, error) {
	if row, ok := r.known(raw); ok {
		return row, nil
	}
	row, err := r.inner.Decode(raw)
	if err == nil {
		r.remember(bytes.Clone(raw), row)
	}
	return row, err
}

func (r *Recent[V]) known(raw []byte) (row V, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.rows {
		if known := &r.rows[i]; bytes.Equal(known.raw, raw) {
			return r.clone(known.row), true
		}
	}
	return row, false
}

// remember keeps raw itself, which nobody may change from then on: the store only
// reads what it is given to write.
func (r *Recent[V]) remember(raw []byte, row V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := recentRow[V]{raw, r.clone(row)}
	if len(r.rows) < r.many {
		r.rows = append(r.rows, fresh)
		return
	}
	r.rows[r.next] = fresh
	r.next = (r.next + 1) % len(r.rows)
}
