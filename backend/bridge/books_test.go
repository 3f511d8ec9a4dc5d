package bridge

import (
	"errors"
	"fmt"
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
