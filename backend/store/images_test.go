package store

import (
	"bytes"
	"testing"
)

// A node keeps the sealed images of a task until the relay has them.
func TestAValueMayBeAsLongAsTheImagesOfATask(t *testing.T) {
	dir := t.TempDir()
	table := NewTableWith[string]("images", Raw{})
	want := bytes.Repeat([]byte{1, 2, 3}, 15<<20)
	for i := range 2 { // and it is there the next time
		st, err := Open(dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var got []byte
		err = st.Update(func(tx *Tx) (err error) {
			if i == 0 {
				return table.Put(tx, "a", want)
			}
			got, err = table.Get(tx, "a")
			return err
		})
		if err != nil || i == 1 && !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
		st.Close()
	}
}
