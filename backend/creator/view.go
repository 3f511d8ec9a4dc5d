package creator

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// view is what the chain says of one task: a fold of its logs. It is made anew
// from all of them each time, so a log that a reorg takes back leaves no trace.
type view struct {
	created  *contracts.TaskTaskCreated
	queued   bool
	drawn    *contracts.TaskTaskDrawn
	commits  [protocol.Seats]*contracts.TaskCommitted
	revealBy uint64
	reveals  [protocol.Seats]*contracts.TaskRevealed
	ended    *contracts.TaskTaskEnded
	rewards  []*contracts.TaskRewarded
	paid     []*contracts.TaskNodePaid
	deviated []*contracts.TaskNodeDeviated
	refunds  []*contracts.TaskCreatorRefunded
	like     likeness
	// signed is what the nodes of the draw have signed, as it came through a
	// relay: not the chain's word, but as good, since it is what the chain would
	// be shown.
	signed [protocol.Seats]signed
}

// signed is a seat's commitment and what opens it.
type signed struct {
	commitment common.Hash
	opening    *opening
}

// opening is a signed reveal with the proof that its response is stored.
type opening struct {
	reveal           protocol.Reveal
	signature, proof []byte
}

// logKey tells logs apart: the same transaction in another block is another log.
type logKey struct {
	block common.Hash
	tx    common.Hash
	index uint
}

func keyOf(l types.Log) logKey { return logKey{l.BlockHash, l.TxHash, l.Index} }

// taskOf is the task that an event of the Task contract speaks of.
func taskOf(event any) (protocol.TaskID, bool) {
	var n *big.Int
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		n = e.TaskId
	case *contracts.TaskTaskQueued:
		n = e.TaskId
	case *contracts.TaskTaskDrawn:
		n = e.TaskId
	case *contracts.TaskCommitted:
		n = e.TaskId
	case *contracts.TaskCommitmentsComplete:
		n = e.TaskId
	case *contracts.TaskRevealed:
		n = e.TaskId
	case *contracts.TaskTaskEnded:
		n = e.TaskId
	case *contracts.TaskNodePaid:
		n = e.TaskId
	case *contracts.TaskNodeDeviated:
		n = e.TaskId
	case *contracts.TaskNodeReleased:
		n = e.TaskId
	case *contracts.TaskCreatorRefunded:
		n = e.TaskId
	case *contracts.TaskRewarded:
		n = e.TaskId
	default:
		return 0, false
	}
	id, err := protocol.TaskIDFromBig(n)
	return id, err == nil
}

// fold reads a task's logs in the order of the chain, to the transaction that
// ended it: what a node that was locked does later changes no receipt.
func fold(events *contracts.Events, logs []types.Log) (view, error) {
	logs = slices.Clone(logs)
	slices.SortFunc(logs, func(a, b types.Log) int {
		return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
	})
	var v view
	for i := range logs {
		if v.ended != nil && logs[i].TxHash != v.ended.Raw.TxHash {
			break
		}
		event, err := events.Parse(&logs[i])
		if errors.Is(err, contracts.ErrUnknownEvent) {
			continue // of a newer contract
		}
		if err == nil {
			err = v.apply(event)
		}
		if err != nil {
			return v, fmt.Errorf("read log %d of transaction %s: %w", logs[i].Index, logs[i].TxHash, err)
		}
	}
	return v, nil
}

func (v *view) apply(event any) error {
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		v.created = e
	case *contracts.TaskTaskQueued:
		v.queued = true
	case *contracts.TaskTaskDrawn:
		if v.drawn != nil { // a node declined: what the first three did is void
			v.paid, v.commits, v.reveals, v.revealBy = nil, [protocol.Seats]*contracts.TaskCommitted{}, [protocol.Seats]*contracts.TaskRevealed{}, 0
		}
		v.drawn = e
	case *contracts.TaskRewarded:
		v.rewards = append(v.rewards, e)
	case *contracts.TaskCommitmentsComplete:
		v.revealBy = e.RevealBy
	case *contracts.TaskCommitted:
		return sit(v.commits[:], e.Seat, e)
	case *contracts.TaskRevealed:
		return sit(v.reveals[:], e.Seat, e)
	case *contracts.TaskTaskEnded:
		v.ended = e
	case *contracts.TaskNodePaid:
		v.paid = append(v.paid, e)
	case *contracts.TaskNodeDeviated:
		v.deviated = append(v.deviated, e)
	case *contracts.TaskCreatorRefunded:
		v.refunds = append(v.refunds, e)
	}
	return nil
}

func sit[E any](seats []*E, n uint8, e *E) error {
	if int(n) >= len(seats) {
		return fmt.Errorf("seat %d of %d", n, len(seats))
	}
	seats[n] = e
	return nil
}

// ballot is what a seat opened, by whatever way; KindNone if nothing.
func (v view) ballot(seat int) (protocol.ResultKind, []byte) {
	if r := v.reveals[seat]; r != nil {
		return protocol.ResultKind(r.Kind), r.Result
	}
	if o := v.signed[seat].opening; o != nil {
		return o.reveal.Kind, o.reveal.Result
	}
	return protocol.KindNone, nil
}

// allOpen reports whether all three seats have opened.
func (v view) allOpen() bool {
	for seat := range protocol.Seats {
		if kind, _ := v.ballot(seat); kind == protocol.KindNone {
			return false
		}
	}
	return true
}

// agreed is the result that stands: the task's own end says so, or openings that
// match do before it when all three are there, since the contract can judge them
// in no other way. It is nil while nothing stands.
func (v view) agreed() []byte {
	if v.ended != nil {
		if protocol.Outcome(v.ended.Outcome) == protocol.OutcomeAgreed {
			return v.ended.Result
		}
		return nil
	}
	if !v.allOpen() {
		return nil
	}
	var results [protocol.Seats][]byte
	for seat := range results {
		if kind, result := v.ballot(seat); kind == protocol.KindResult {
			results[seat] = result
		}
	}
	if seat := v.like.winner(results); seat >= 0 {
		return results[seat]
	}
	return nil
}

// agrees reports whether the node of a seat opened a result that matches the one
// that stands.
func (v view) agrees(seat int) bool {
	kind, got := v.ballot(seat)
	result := v.agreed()
	return result != nil && kind == protocol.KindResult && v.like.same(got, result)
}

// opened reports whether a node that agrees opened exactly that result.
func (v view) opened(digest []byte) bool {
	for seat := range protocol.Seats {
		if _, got := v.ballot(seat); v.agrees(seat) && bytes.Equal(got, digest) {
			return true
		}
	}
	return false
}

// committed reports whether a seat has committed, by whatever way.
func (v view) committed(seat int) bool {
	return v.commits[seat] != nil || v.signed[seat].commitment != (common.Hash{})
}

func count[E any](seats [protocol.Seats]*E) (n int) {
	for _, e := range seats {
		if e != nil {
			n++
		}
	}
	return n
}
