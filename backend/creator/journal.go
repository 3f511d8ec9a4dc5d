package creator

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/store"
)

// State is how far a request has come. It only moves along edges.
type State string

const (
	// Accepted: written down; createTask may or may not have been sent.
	Accepted State = "accepted"
	// Queued: on chain, waiting for nodes.
	Queued State = "queued"
	// Drawn: three nodes wait for the envelope.
	Drawn State = "drawn"
	// Sealed: the relay has the envelope.
	Sealed State = "sealed"
	// Verified: the response hashes to what the nodes agreed on.
	Verified State = "verified"
	// Settled: the task ended with a result; there is a receipt. Final.
	Settled State = "settled"
	// Aborted: the task ended on chain without a result; there is a reason and a receipt. Final.
	Aborted State = "aborted"
	// Failed: no task was made and nothing was paid; there is a reason. Final.
	Failed State = "failed"
)

// edges is the life of a request. A restart may learn of several steps at once,
// so that steps may be skipped forwards; a reorg may take back a draw.
var edges = map[State][]State{
	Accepted: {Queued, Drawn, Failed, Aborted},
	Queued:   {Drawn, Aborted},
	Drawn:    {Sealed, Verified, Settled, Aborted, Queued},
	Sealed:   {Verified, Settled, Aborted, Queued, Drawn},
	Verified: {Settled, Aborted},
	Settled:  nil,
	Aborted:  nil,
	Failed:   nil,
}

// Final reports whether the request can't change any more.
func (s State) Final() bool { return s == Settled || s == Aborted || s == Failed }

// Record is a request's row in the journal.
type Record struct {
	ID    string `json:"id"`
	State State  `json:"state"`
	// Payer is the wallet that pays.
	Payer common.Address `json:"payer"`
	// Owner is what the caller gave, for its own access rules.
	Owner string            `json:"owner,omitempty"`
	Type  protocol.TaskType `json:"type"`
	Model string            `json:"model"`
	Units uint32            `json:"units"`
	// MinVRAMGB is the least memory of the nodes' cards.
	MinVRAMGB uint16       `json:"min_vram_gb"`
	Images    uint16       `json:"images,omitempty"`
	Fee       protocol.Wei `json:"fee"`
	// Created is wall time.
	Created time.Time `json:"created"`
	// FromBlock is the chain's head when the request came: no log of it is older.
	FromBlock uint64          `json:"from_block"`
	ArgsHash  common.Hash     `json:"args_hash"`
	TaskID    protocol.TaskID `json:"task_id,omitempty"`
	// Cancel says that the task is to be taken back while no nodes are drawn.
	Cancel bool `json:"cancel,omitempty"`
	// Envelope is dropped when the request ends.
	Envelope []byte      `json:"envelope,omitempty"`
	Salt     common.Hash `json:"salt"`
	// ReplySecret opens what the nodes seal; dropped when the request ends.
	ReplySecret []byte `json:"reply_secret,omitempty"`
	// Response is the nodes' response document once it is verified. It has a table
	// of its own: images are large.
	Response []byte            `json:"-"`
	Receipt  *protocol.Receipt `json:"receipt,omitempty"`
	Reason   *protocol.Reason  `json:"reason,omitempty"`
	// Context is the caller's own, kept as it is.
	Context json.RawMessage `json:"context,omitempty"`
	// Ended is wall time; zero while the request is open.
	Ended time.Time `json:"ended,omitzero"`
}

func (r Record) size() Size { return Size{r.Type, r.Units, r.MinVRAMGB} }

// journal holds every request that is open, and the ended ones for a while.
var journal = store.NewTableWith[string]("creator.requests", store.NewRecent(store.JSON[Record]{}, recentRecords, Record.clone))

// recentRecords is how many records are remembered: those of the requests under way
// where there are many, each in two states.
const recentRecords = 256

// clone is the record as it is kept. What is in it is replaced, never changed.
func (r Record) clone() Record {
	r.Response = nil // it has a table of its own
	return r
}

// responses holds what was verified, by the id of the request.
var responses = store.NewTableWith[string]("creator.responses", store.Raw{})

// get reads a request with its response.
func get(tx *store.Tx, id string) (Record, error) {
	r, err := journal.Get(tx, id)
	if err != nil {
		return r, err
	}
	if r.Response, err = responses.Get(tx, id); err != nil && !errors.Is(err, store.ErrNotFound) {
		return r, err
	}
	return r, nil
}

// open holds the ids of requests that are not final, so that a start does not
// read the ended ones.
var open = store.NewTable[string, struct{}]("creator.open")

// change moves the record along an edge, or changes it in place when to is its
// own state, and writes it down before anybody hears of it.
func change(s *store.Store, id string, to State, edit func(*Record)) (Record, error) {
	var after Record
	err := s.Update(func(tx *store.Tx) error {
		r, err := get(tx, id)
		if err != nil {
			return err
		}
		if r.State != to && !slices.Contains(edges[r.State], to) {
			return fmt.Errorf("move request %s: no way from %s to %s", id, r.State, to)
		}
		r.State = to
		had := r.Response != nil
		if edit != nil {
			edit(&r)
		}
		if !had && r.Response != nil {
			if err := responses.Put(tx, id, r.Response); err != nil {
				return err
			}
		}
		if to.Final() {
			r.Envelope, r.ReplySecret = nil, nil
			if err := open.Delete(tx, id); err != nil {
				return err
			}
		}
		after = r
		return journal.Put(tx, id, r)
	})
	return after, err
}

// begin writes a new request down; ErrExists when its id is taken.
func begin(s *store.Store, r Record) error {
	return s.Update(func(tx *store.Tx) error {
		taken, err := journal.Has(tx, r.ID)
		if err != nil {
			return err
		}
		if taken {
			return ErrExists
		}
		if err := open.Put(tx, r.ID, struct{}{}); err != nil {
			return err
		}
		return journal.Put(tx, r.ID, r)
	})
}

func read(s *store.Store, id string) (r Record, err error) {
	err = s.View(func(tx *store.Tx) error {
		r, err = get(tx, id)
		return err
	})
	return r, err
}

func readOpen(s *store.Store) (rows []Record, err error) {
	err = s.View(func(tx *store.Tx) error {
		return open.Scan(tx, func(id string, _ struct{}) error {
			r, err := get(tx, id)
			if err != nil {
				return err
			}
			rows = append(rows, r)
			return nil
		})
	})
	return rows, err
}

// sweep forgets requests that ended before t.
func sweep(s *store.Store, t time.Time) error {
	return s.Update(func(tx *store.Tx) error {
		return journal.Scan(tx, func(id string, r Record) error {
			if !r.State.Final() || !r.Ended.Before(t) {
				return nil
			}
			if err := responses.Delete(tx, id); err != nil {
				return err
			}
			return journal.Delete(tx, id)
		})
	})
}
