package chain

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/store"
)

// Intent is a transaction somebody wants.
type Intent struct {
	// Key names the intent for ever, such as "task/17/commit". A key that failed
	// stays failed: try again under another.
	Key string
	// To is the contract or account called.
	To   common.Address
	Data []byte
	// ValueWei is paid along; nil means nothing.
	ValueWei *big.Int
	// GasLimit bounds the gas; 0 means estimate it, which also finds out, before
	// anything is paid, that the contract would refuse.
	GasLimit uint64
}

// State is how far an intent has come.
type State string

// The life of an intent:
//
//	written ── signed ── mined
//	   │  ╲______/          (signed → written: another transaction took its nonce)
//	   └───── failed
const (
	// Written: on disk, nothing signed.
	Written State = "written"
	// Signed: on disk with its nonce, sent or about to be.
	Signed State = "signed"
	// Mined: in a block, whether the contract accepted or refused.
	Mined State = "mined"
	// Failed: never sent, never will be.
	Failed State = "failed"
)

// edges is every change of state there is.
var edges = map[State][]State{
	"":      {Written},
	Written: {Signed, Failed},
	Signed:  {Signed, Written, Mined},
}

func (s State) settled() bool { return s == Mined || s == Failed }

// failure is why an intent failed, in a form that survives a restart.
type failure string

const (
	failedRevert failure = "revert"
	failedFunds  failure = "funds"
	failedOther  failure = "other"
)

// row is an intent in the outbox.
type row struct {
	Address common.Address `json:"address"`
	To      common.Address `json:"to"`
	Data    hexutil.Bytes  `json:"data"`
	Value   *hexutil.Big   `json:"value"`
	Gas     uint64         `json:"gas"`
	State   State          `json:"state"`
	// Order is the place in the sequence of intents of this address.
	Order uint64 `json:"order"`
	Nonce uint64 `json:"nonce"`
	// Signed is every version of the transaction under Nonce, the newest last:
	// each pays for the same intent, and only one of them can be mined.
	Signed  []hexutil.Bytes `json:"signed,omitempty"`
	Receipt *types.Receipt  `json:"receipt,omitempty"`
	Failure failure         `json:"failure,omitempty"`
	Revert  hexutil.Bytes   `json:"revert,omitempty"`
	Message string          `json:"message,omitempty"`
}

// recentRows is how many rows a sender remembers: those that are on their way at a
// time where there are many, each in two states.
const recentRows = 256

// clone is the row with a list of its own. What is in it is replaced, never changed.
func (r row) clone() row {
	r.Signed = slices.Clone(r.Signed)
	return r
}

// newest is the last signed version.
func (r *row) newest() (*types.Transaction, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(r.Signed[len(r.Signed)-1]); err != nil {
		return nil, fmt.Errorf("read signed transaction: %w", err)
	}
	return tx, nil
}

// versions is every signed version, the newest first.
func (r *row) versions() ([]*types.Transaction, error) {
	var txs []*types.Transaction
	for i := range r.Signed {
		tx := new(types.Transaction)
		if err := tx.UnmarshalBinary(r.Signed[len(r.Signed)-1-i]); err != nil {
			return nil, fmt.Errorf("read signed transaction: %w", err)
		}
		txs = append(txs, tx)
	}
	return txs, nil
}

func (r *row) same(in Intent) bool {
	return r.To == in.To && bytes.Equal(r.Data, in.Data) && r.Value.ToInt().Cmp(valueOf(in)) == 0
}

func valueOf(in Intent) *big.Int {
	if in.ValueWei == nil {
		return new(big.Int)
	}
	return in.ValueWei
}

// outbox is the tables of one address's intents. Keys carry the address, so
// that senders of several keys may share a store.
type outbox struct {
	address common.Address
	rows    store.Table[string, row]
	// open holds the keys of rows that are not settled, by order.
	open  store.Table[string, string]
	order store.Table[common.Address, uint64]
}

func newOutbox(address common.Address) outbox {
	return outbox{
		address: address,
		rows:    store.NewTableWith[string]("outbox", store.NewRecent(store.JSON[row]{}, recentRows, row.clone)),
		open:    store.NewTable[string, string]("outbox.open"),
		order:   store.NewTable[common.Address, uint64]("outbox.order"),
	}
}

func (o outbox) key(key string) string { return o.address.Hex() + "/" + key }

func (o outbox) openKey(order uint64) string { return fmt.Sprintf("%s/%016x", o.address.Hex(), order) }

// add writes the intent, unless it is there already.
func (o outbox) add(tx *store.Tx, in Intent) error {
	old, err := o.rows.Get(tx, o.key(in.Key))
	if err == nil {
		if !old.same(in) {
			return fmt.Errorf("intent %s: %w", in.Key, ErrKeyReused)
		}
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return err
	}

	order, err := o.order.Get(tx, o.address)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err := o.order.Put(tx, o.address, order+1); err != nil {
		return err
	}
	return o.put(tx, in.Key, row{
		Address: o.address, To: in.To, Data: in.Data, Value: (*hexutil.Big)(valueOf(in)), Gas: in.GasLimit,
		State: Written, Order: order,
	})
}

// put writes a row and keeps the table of open ones true.
func (o outbox) put(tx *store.Tx, key string, r row) error {
	if err := o.rows.Put(tx, o.key(key), r); err != nil {
		return err
	}
	if r.State.settled() {
		return o.open.Delete(tx, o.openKey(r.Order))
	}
	return o.open.Put(tx, o.openKey(r.Order), key)
}

// change applies fn to a row whose state is still as it was when last read; it
// refuses an edge that is not in the table.
func (o outbox) change(st *store.Store, key string, from State, fn func(*row)) error {
	return st.Update(func(tx *store.Tx) error { return o.changeIn(tx, key, from, fn) })
}

func (o outbox) changeIn(tx *store.Tx, key string, from State, fn func(*row)) error {
	r, err := o.rows.Get(tx, o.key(key))
	if err != nil {
		return err
	}
	if r.State != from {
		return fmt.Errorf("intent %s is %s, want %s: two senders share one key", key, r.State, from)
	}
	fn(&r)
	for _, to := range edges[from] {
		if to == r.State {
			return o.put(tx, key, r)
		}
	}
	return fmt.Errorf("intent %s cannot go from %s to %s", key, from, r.State)
}

type entry struct {
	key string
	row
	// cost is the most that the newest version may cost; nil before it is asked for.
	cost *big.Int
}

// pending is every row that is not settled, oldest first.
func (o outbox) pending(st *store.Store) ([]entry, error) { return o.pendingFrom(st, 0) }

// pendingFrom is every row that is not settled from a place in the order on. Whoever
// has seen all rows below it will not see another: places are taken in order.
func (o outbox) pendingFrom(st *store.Store, order uint64) ([]entry, error) {
	var list []entry
	mine := o.address.Hex() + "/"
	err := st.View(func(tx *store.Tx) error {
		list = nil
		return o.open.ScanFrom(tx, o.openKey(order), func(at, key string) error {
			if !strings.HasPrefix(at, mine) {
				return store.ErrStop
			}
			r, err := o.rows.Get(tx, o.key(key))
			if err != nil {
				return err
			}
			list = append(list, entry{key: key, row: r})
			return nil
		})
	})
	return list, err
}
