package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/store"
)

// trail is one follower on its way.
type trail struct {
	chain   *Chain
	journal journal
	filter  Filter
	handler Handler

	at     cursor
	loaded bool
	// kept is the next block as the journal has it: what lies between it and at
	// held nothing that the filter wants.
	kept uint64
	// stale are marks that the journal still has, and that are too deep to be undone.
	stale []mark
}

const (
	// near is how many blocks are walked one by one, each proven the parent of
	// the next; further back logs are read by range.
	near = 16
	// span is the blocks of one range.
	span = 2000
	// lag is how many blocks of no interest are passed before that is written down:
	// after a restart they are read again.
	lag = 100
)

// errMoved says that the chain changed while it was read; looking again helps.
var errMoved = errors.New("the chain moved while it was read")

// catchUp applies everything up to the head, and goes on while the head moves.
func (t *trail) catchUp(ctx context.Context) error {
	if err := t.load(); err != nil {
		return err
	}
	// What was pushed is as good as what the node says, until it is not.
	for moves, pushed := 0, true; ; pushed = false {
		done, err := t.step(ctx, pushed)
		if errors.Is(err, errMoved) && moves < patience {
			moves++
			continue
		}
		if err != nil || done {
			return err
		}
		moves = 0
	}
}

func (t *trail) step(ctx context.Context, pushed bool) (done bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	head := t.chain.Head()
	if !pushed {
		if head, err = t.header(ctx, nil); err != nil {
			return false, err
		}
	}
	return t.advance(ctx, head)
}

// patience is how often in a row the chain may move under a step before the
// node is taken to be in trouble.
const patience = 8

func (t *trail) load() error {
	if t.loaded {
		return nil
	}
	at, err := t.journal.load()
	if err != nil {
		return handlerError{fmt.Errorf("read cursor: %w", err)}
	}
	at.Next = max(at.Next, t.filter.Start)
	t.at, t.kept, t.stale, t.loaded = at, at.Next, nil, true
	return nil
}

// advance makes one step towards head, which was the newest block a moment ago.
func (t *trail) advance(ctx context.Context, head *types.Header) (done bool, err error) {
	number := head.Number.Uint64()
	if number < t.filter.Start {
		return true, nil
	}
	if len(t.at.Marks) > 0 {
		if last := t.at.Marks[len(t.at.Marks)-1]; last.Hash == t.chain.hashOf(head) {
			return true, nil
		}
	}
	if number >= t.at.Next && number-t.at.Next >= near {
		if err := t.rewind(ctx); err != nil {
			return false, err
		}
		return false, t.leap(ctx, min(t.at.Next+span-1, number-near/2))
	}
	return t.walk(ctx, head)
}

// walk goes from the head back to the last mark by parent hashes, and then
// applies the blocks between, oldest first. A head that does not descend from
// the last mark shows a reorganisation.
func (t *trail) walk(ctx context.Context, head *types.Header) (done bool, err error) {
	if head.Number.Uint64() < t.at.Next {
		// Either the chain is shorter now, or this node is behind another.
		return true, t.rewind(ctx)
	}
	branch := []*types.Header{head}
	for branch[len(branch)-1].Number.Uint64() > t.at.Next {
		h, err := t.chain.client.HeaderByHash(ctx, branch[len(branch)-1].ParentHash)
		if err != nil {
			return false, moved("read block", err)
		}
		branch = append(branch, h)
	}
	if n := len(t.at.Marks); n > 0 && !t.linked(t.at.Marks[n-1], branch[len(branch)-1]) {
		if err := t.rewind(ctx); err != nil {
			return false, err
		}
		return false, errMoved
	}

	for i, h := range slices.Backward(branch) {
		logs, err := t.logsOf(ctx, h)
		if err != nil {
			return false, err
		}
		if err := t.apply(mark{Number: h.Number.Uint64(), Hash: t.chain.hashOf(h), Logs: logs}, h.Time, i == 0); err != nil {
			return false, err
		}
	}
	return true, nil
}

// linked says whether the first new block follows the last mark.
func (t *trail) linked(last mark, first *types.Header) bool {
	return last.Number+1 == first.Number.Uint64() && last.Hash == first.ParentHash
}

// logsOf reads one block's logs by its hash, unless its bloom filter rules them out.
func (t *trail) logsOf(ctx context.Context, h *types.Header) ([]types.Log, error) {
	if !slices.ContainsFunc(t.filter.Addresses, func(a common.Address) bool { return types.BloomLookup(h.Bloom, a) }) {
		return nil, nil
	}
	hash := t.chain.hashOf(h)
	logs, err := t.chain.blocks.logs(ctx, t.chain.client, ethereum.FilterQuery{
		BlockHash: &hash, Addresses: t.filter.Addresses, Topics: t.filter.Topics,
	})
	if err != nil {
		return nil, moved("read logs", err)
	}
	return logs, nil
}

// leap applies the blocks up to to by range, and then makes sure that what it
// read belongs to the canonical chain.
func (t *trail) leap(ctx context.Context, to uint64) error {
	end, err := t.header(ctx, new(big.Int).SetUint64(to))
	if err != nil {
		return err
	}
	logs, err := t.chain.client.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int).SetUint64(t.at.Next), ToBlock: end.Number,
		Addresses: t.filter.Addresses, Topics: t.filter.Topics,
	})
	if err != nil {
		return moved("read logs", err)
	}

	var marks []mark
	for _, l := range logs {
		if n := len(marks); n == 0 || marks[n-1].Number != l.BlockNumber {
			marks = append(marks, mark{Number: l.BlockNumber, Hash: l.BlockHash})
		}
		m := &marks[len(marks)-1]
		if m.Hash != l.BlockHash || l.Removed {
			return errMoved
		}
		m.Logs = append(m.Logs, l)
	}
	if n := len(marks); n == 0 || marks[n-1].Number != to {
		marks = append(marks, mark{Number: to, Hash: end.Hash()})
	}
	times, err := t.verify(ctx, marks)
	if err != nil {
		return err
	}
	for i, m := range marks {
		if err := t.apply(m, times[i], false); err != nil {
			return err
		}
	}
	return nil
}

// verify checks that every mark, and the last one before them, is canonical,
// and returns the marks' times.
func (t *trail) verify(ctx context.Context, marks []mark) ([]uint64, error) {
	times := make([]uint64, len(marks))
	for i, m := range marks {
		h, err := t.header(ctx, new(big.Int).SetUint64(m.Number))
		if err != nil {
			return nil, err
		}
		if h.Hash() != m.Hash {
			return nil, errMoved
		}
		times[i] = h.Time
	}
	n := len(t.at.Marks)
	if n == 0 {
		return times, nil
	}
	same, err := t.canonical(ctx, t.at.Marks[n-1])
	if err == nil && !same {
		err = errMoved
	}
	return times, err
}

// apply hands one block to the handler together with the step of the cursor.
func (t *trail) apply(m mark, time uint64, newest bool) error {
	head := Head{Number: m.Number, Hash: m.Hash, Time: time, Live: newest}
	next := m.Number + 1
	deep := func(old mark) bool { return old.Number+t.filter.Depth < next && old.Number != m.Number }
	for _, old := range t.at.Marks {
		if deep(old) && old.kept {
			t.stale = append(t.stale, old)
		}
	}
	if err := t.write(&m, next, head); err != nil {
		return t.broken(err)
	}
	t.at.Next = next
	t.at.Marks = append(slices.DeleteFunc(t.at.Marks, deep), m)
	if t.handler.Committed != nil {
		t.handler.Committed(head)
	}
	return nil
}

// write applies the wanted logs of a block, which then are all that m has, and
// keeps the cursor with them. A block without any need not be written down.
func (t *trail) write(m *mark, next uint64, head Head) error {
	wants := t.filter.Wants
	if wants == nil {
		wants = func(types.Log) bool { return true }
	}
	first := slices.IndexFunc(m.Logs, wants)
	if first < 0 {
		m.Logs = nil
		if t.filter.Wants != nil && t.handler.Head == nil && next < t.kept+lag {
			return nil
		}
	}
	logs := m.Logs[max(first, 0):]
	m.kept = true
	err := t.journal.apply(change{next: next, add: m, drop: t.stale}, func(tx *store.Tx) error {
		m.Logs = nil
		for i, l := range logs {
			if i > 0 && !wants(l) {
				continue
			}
			if err := t.handler.Apply(tx, l); err != nil {
				return fmt.Errorf("apply log %d of block %d: %w", l.Index, l.BlockNumber, err)
			}
			m.Logs = append(m.Logs, l)
		}
		if t.handler.Head == nil {
			return nil
		}
		return t.handler.Head(tx, head)
	})
	if err == nil {
		t.kept, t.stale = next, nil
	}
	return err
}

// rewind undoes the marks that are no longer canonical, the newest first.
func (t *trail) rewind(ctx context.Context) error {
	for len(t.at.Marks) > 0 {
		last := t.at.Marks[len(t.at.Marks)-1]
		same, err := t.canonical(ctx, last)
		if err != nil {
			return err
		}
		if same {
			t.at.Next = last.Number + 1
			return nil
		}
		if err := t.undo(last); err != nil {
			return err
		}
	}
	return nil
}

func (t *trail) undo(m mark) error {
	before := len(t.at.Marks) - 1
	next := t.filter.Start
	if before > 0 {
		next = t.at.Marks[before-1].Number + 1
	} else if m.Number > t.filter.Start && (m.Number-t.filter.Start) > t.filter.Depth {
		return handlerError{ErrTooDeep}
	}
	err := t.journal.apply(change{next: next, drop: []mark{m}}, func(tx *store.Tx) error {
		for _, l := range slices.Backward(m.Logs) {
			if t.handler.Undo == nil {
				return errors.New("the chain dropped a block that was final")
			}
			if err := t.handler.Undo(tx, l); err != nil {
				return fmt.Errorf("undo log %d of block %d: %w", l.Index, l.BlockNumber, err)
			}
		}
		return nil
	})
	if err != nil {
		return t.broken(err)
	}
	t.at.Next, t.at.Marks, t.kept = next, t.at.Marks[:before], next
	return nil
}

// broken makes a journal's error final: a store that cannot be written does not
// mend by itself, and what the memory holds may differ from it.
func (t *trail) broken(err error) error {
	t.loaded = false
	var fatal handlerError
	if errors.As(err, &fatal) {
		return err
	}
	return handlerError{err}
}

func (t *trail) canonical(ctx context.Context, m mark) (bool, error) {
	h, err := t.chain.client.HeaderByNumber(ctx, new(big.Int).SetUint64(m.Number))
	if errors.Is(err, ethereum.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read block %d: %w", m.Number, err)
	}
	return h.Hash() == m.Hash, nil
}

func (t *trail) header(ctx context.Context, number *big.Int) (*types.Header, error) {
	h, err := t.chain.client.HeaderByNumber(ctx, number)
	if err != nil {
		return nil, fmt.Errorf("read block: %w", err)
	}
	return h, nil
}

// moved tells a block that the node no longer has from a node in trouble.
func moved(verb string, err error) error {
	if errors.Is(err, ethereum.NotFound) || err.Error() == "unknown block" {
		return errMoved
	}
	return fmt.Errorf("%s: %w", verb, err)
}
