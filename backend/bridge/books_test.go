package bridge

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"helium/backend/protocol"
	"helium/backend/store"
)

func TestManyChargesAtOnceNeverExceedABudget(t *testing.T) {
	b, _ := open(t)
	who := caller{id: "key:many", budget: protocol.CNX(50)}
	var (
		asking        sync.WaitGroup
		mu            sync.Mutex
		charged, over int
	)
	for i := range 200 {
		asking.Go(func() {
			id := fmt.Sprintf("req_%d", i)
			err := b.charge(who, id, protocol.CNX(1), [32]byte{}, plan{Left: 1})
			var api *apiError
			if err == nil && i%2 == 0 {
				err = b.settle(id, protocol.CNX(0))
			}
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				charged++
			case errors.As(err, &api) && api.status == 402:
				over++
			default:
				t.Error(err)
			}
		})
	}
	asking.Wait()
	var sum protocol.Wei
	rows := 0
	err := b.store.View(func(tx *store.Tx) (err error) {
		if sum, err = spent.Get(tx, who.id); err != nil {
			return err
		}
		return ledger.Scan(tx, func(string, ledgerRow) error { rows++; return nil })
	})
	if err != nil || charged != 50 || over != 150 || rows != 50 || sum.Cmp(protocol.CNX(50)) != 0 {
		t.Errorf("%d charged in %d rows, %d refused, %s spent, %v", charged, rows, over, sum, err)
	}
}

func TestWhatCanWaitIsWrittenWithWhatCannot(t *testing.T) {
	b := &books{queue: make(chan entry, 8), later: make(chan entry, 8), ctx: t.Context()}
	rows := make([]entry, 5)
	for i := range rows {
		rows[i] = entry{done: make(chan error, 1)}
	}
	b.later <- rows[1]
	b.queue <- rows[2]
	b.later <- rows[3]
	b.queue <- rows[4]
	first := b.company(rows[0])
	if len(first) != 2 || first[0].done != rows[0].done || first[1].done != rows[2].done {
		t.Fatalf("%d entries begin the write", len(first))
	}
	var written []int
	for _, e := range b.together(first...) {
		written = append(written, slices.IndexFunc(rows, func(r entry) bool { return r.done == e.done }))
	}
	if slices.Sort(written); !slices.Equal(written, []int{0, 1, 2, 3, 4}) {
		t.Errorf("written together: %v", written)
	}
	if alone := b.company(rows[0]); len(alone) != 1 {
		t.Errorf("%d entries where no other came", len(alone))
	}
}

func TestARefundIsBookedWhereNothingElseIs(t *testing.T) {
	b, _ := open(t)
	who := caller{id: "key:one"}
	if err := b.charge(who, "req_1", protocol.CNX(2), [32]byte{}, plan{}); err != nil {
		t.Fatal(err)
	}
	if err := b.settle("req_1", protocol.CNX(2)); err != nil {
		t.Fatal(err)
	}
	row, err := b.rowOf("req_1")
	if err != nil || !row.Ended || row.Refunded.Cmp(protocol.CNX(2)) != 0 {
		t.Errorf("%+v, %v", row, err)
	}
}

func TestAnEntryThatFailsTakesNoOtherWithIt(t *testing.T) {
	b, _ := open(t)
	rows := store.NewTable[string, int]("test.rows")
	put := func(key string, then error) entry {
		return entry{func(tx *store.Tx) error { return errors.Join(rows.Put(tx, key, 1), then) }, make(chan error, 1)}
	}
	broken := errors.New("broken")
	all := []entry{put("a", nil), put("b", broken), put("c", nil), {func(*store.Tx) error { return errNotFound("refused") }, make(chan error, 1)}}
	b.books.write(all)
	var api *apiError
	for i, want := range []error{nil, broken, nil} {
		if err := <-all[i].done; !errors.Is(err, want) {
			t.Errorf("entry %d: %v", i, err)
		}
	}
	if err := <-all[3].done; !errors.As(err, &api) {
		t.Errorf("the refused one: %v", err)
	}
	err := b.store.View(func(tx *store.Tx) error {
		for key, want := range map[string]bool{"a": true, "b": false, "c": true} {
			if has, err := rows.Has(tx, key); err != nil || has != want {
				t.Errorf("row %s: %t, %v", key, has, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
