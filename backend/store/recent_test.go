package store

import (
	"errors"
	"slices"
	"testing"
)

type listed struct {
	Names []string `json:"names,omitempty"`
}

func (l listed) clone() listed { return listed{slices.Clone(l.Names)} }

// counting says how many rows it has decoded.
type counting struct {
	JSON[listed]
	decoded *int
}

func (c counting) Decode(b []byte) (listed, error) {
	*c.decoded++
	return c.JSON.Decode(b)
}

func TestRecentRowsAreNotDecodedAndBelongToWhoReadsThem(t *testing.T) {
	decoded := 0
	rows := NewTableWith[uint64]("listed", NewRecent(counting{decoded: &decoded}, 4, listed.clone))
	st := open(t, t.TempDir())
	put := func(names ...string) error {
		return st.Update(func(tx *Tx) error { return rows.Put(tx, 1, listed{names}) })
	}
	get := func() (row listed) {
		t.Helper()
		if err := st.View(func(tx *Tx) (err error) { row, err = rows.Get(tx, 1); return err }); err != nil {
			t.Fatal(err)
		}
		return row
	}

	written := []string{"a", "b"}
	if err := put(written...); err != nil {
		t.Fatal(err)
	}
	written[0] = "changed after it was written"
	get().Names[1] = "changed after it was read"
	if got := get().Names; !slices.Equal(got, []string{"a", "b"}) || decoded != 0 {
		t.Errorf("got %v, decoded %d times", got, decoded)
	}

	// What was encoded and never written is not what is read.
	boom := errors.New("boom")
	err := st.Update(func(tx *Tx) error { return errors.Join(rows.Put(tx, 1, listed{[]string{"c"}}), boom) })
	if !errors.Is(err, boom) {
		t.Fatal(err)
	}
	if got := get().Names; !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("got %v", got)
	}

	// Another's write, of which this table knows nothing, is decoded, once.
	other := NewTable[uint64, listed]("listed")
	if err := st.Update(func(tx *Tx) error { return other.Put(tx, 1, listed{[]string{"d"}}) }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if got := get().Names; !slices.Equal(got, []string{"d"}) || decoded != 1 {
			t.Errorf("got %v, decoded %d times", got, decoded)
		}
	}
}
