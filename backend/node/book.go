package node

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/store"
)

// Share is a part of what tasks brought.
type Share struct {
	Paid  protocol.Wei `json:"paid"`
	Tasks int          `json:"tasks"`
}

func (s Share) add(o Share) Share { return Share{s.Paid.Add(o.Paid), s.Tasks + o.Tasks} }

// earned is what came in during a quarter of an hour, the finest that any time
// zone's midnight needs.
type earned struct {
	Share
	// Texts and Images are the parts of it whose kind is known: of what came in
	// before kinds were kept it is not. Rewards, for bringing settlements to the
	// chain, come on top.
	Texts   Share        `json:"texts,omitzero"`
	Images  Share        `json:"images,omitzero"`
	Rewards protocol.Wei `json:"rewards,omitzero"`
}

// withdrawal is what was taken out of the contract.
type withdrawal struct {
	Account common.Address `json:"account"`
	Amount  protocol.Wei   `json:"amount"`
	At      time.Time      `json:"at"`
	Tx      common.Hash    `json:"tx"`
}

// books is what the node remembers of money beyond what tasks brought.
type books struct {
	// Open: rewards and withdrawals are kept. Since is when that began in a folder that
	// had earned before; zero for from the first on.
	Open      bool         `json:"open,omitempty"`
	Since     time.Time    `json:"since,omitzero"`
	Rewards   protocol.Wei `json:"rewards,omitzero"`
	Withdrawn protocol.Wei `json:"withdrawn,omitzero"`
	// Payouts are the accounts other than the node's own that its pay was credited to.
	Payouts []common.Address `json:"payouts,omitempty"`
}

// openBooks begins to keep rewards and withdrawals.
func (n *Node) openBooks() error {
	me, err := n.readSelf()
	if err != nil || me.Books.Open {
		return err
	}
	return n.updateSelf(func(s *self) {
		s.Books.Open = true
		if s.Tasks > 0 {
			s.Books.Since = n.cfg.Now()
		}
	})
}

// income is an amount that came in.
type income struct {
	amount protocol.Wei
	// task says that a task paid it, of the type where that is known; otherwise it is
	// a reward.
	task bool
	kind *protocol.TaskType
}

// earn adds to the sums, or takes back.
func (n *Node) earn(tx *store.Tx, in income, at time.Time, undo bool) error {
	quarter := quarterOf(at)
	row, err := n.rows.earned.Get(tx, quarter)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	me, err := n.rows.getSelf(tx)
	if err != nil {
		return err
	}
	count := 1
	change := func(to *protocol.Wei) { *to = to.Add(in.amount) }
	if undo {
		count = -1
		change = func(to *protocol.Wei) { *to = lessDown(*to, in.amount) }
	}
	if !in.task {
		change(&row.Rewards)
		change(&me.Books.Rewards)
	} else {
		change(&row.Paid)
		change(&me.Total)
		row.Tasks, me.Tasks = row.Tasks+count, me.Tasks+count
	}
	if part := row.part(in); part != nil {
		change(&part.Paid)
		part.Tasks = max(part.Tasks+count, 0)
	}
	if err := n.rows.earned.Put(tx, quarter, row); err != nil {
		return err
	}
	return n.rows.self.Put(tx, selfKey, me)
}

func (e *earned) part(in income) *Share {
	switch {
	case in.kind == nil:
		return nil
	case *in.kind == protocol.GPT:
		return &e.Texts
	case *in.kind == protocol.StableDiffusion:
		return &e.Images
	}
	return nil
}

// lessDown is a less b, and nothing where that would be less than nothing: when a
// block is taken back that came before this kind of sum was kept.
func lessDown(a, b protocol.Wei) protocol.Wei {
	left, err := a.Sub(b)
	if err != nil {
		return protocol.Wei{}
	}
	return left
}

// rewarded notes what the contract gives for bringing a settlement.
func (n *Node) rewarded(tx *store.Tx, e *contracts.TaskRewarded, at time.Time, undo bool) error {
	if e.Account != n.me {
		return nil
	}
	n.noteMove(n.me)
	amount, err := protocol.WeiOf(e.Amount)
	if err != nil {
		return err
	}
	if err := n.earn(tx, income{amount: amount}, at, undo); err != nil {
		return fmt.Errorf("note reward: %w", err)
	}
	return n.fact(tx, e.TaskId, func(j *Job) {
		if undo {
			j.Reward = lessDown(j.Reward, amount)
			return
		}
		j.Reward = j.Reward.Add(amount)
	})
}

// withdrew notes what was taken out of the contract for the node or its payout
// account.
func (n *Node) withdrew(tx *store.Tx, e *contracts.TaskWithdrawn, l types.Log, at time.Time, undo bool) error {
	n.noteMove(e.Account)
	me, err := n.rows.getSelf(tx)
	if err != nil {
		return err
	}
	if e.Account != n.me && !slices.Contains(me.Books.Payouts, e.Account) {
		return nil
	}
	key := l.BlockNumber<<20 | uint64(l.Index)
	if undo {
		row, err := n.rows.withdrawals.Get(tx, key)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		me.Books.Withdrawn = lessDown(me.Books.Withdrawn, row.Amount)
		return errors.Join(n.rows.withdrawals.Delete(tx, key), n.rows.self.Put(tx, selfKey, me))
	}
	amount, err := protocol.WeiOf(e.Amount)
	if err != nil {
		return err
	}
	me.Books.Withdrawn = me.Books.Withdrawn.Add(amount)
	return errors.Join(
		n.rows.withdrawals.Put(tx, key, withdrawal{e.Account, amount, at, l.TxHash}),
		n.rows.self.Put(tx, selfKey, me),
	)
}

// Book reads what a node has earned. It needs no node that runs, only its store.
type Book struct {
	store *store.Store
	rows  tables
}

// NewBook reads a node's store.
func NewBook(st *store.Store) *Book { return &Book{st, newTables()} }

// Sum is what came in during a time, and what work it took.
type Sum struct {
	Share
	// Texts and Images are parts of it; Rewards come on top.
	Texts, Images Share
	Rewards       protocol.Wei
	Work          Work
}

// Add is both together.
func (s Sum) Add(o Sum) Sum {
	return Sum{s.Share.add(o.Share), s.Texts.add(o.Texts), s.Images.add(o.Images), s.Rewards.Add(o.Rewards), s.Work.Add(o.Work)}
}

// Other is what tasks brought before their kind was kept.
func (s Sum) Other() Share {
	return Share{lessDown(s.Paid, s.Texts.Paid.Add(s.Images.Paid)), max(s.Tasks-s.Texts.Tasks-s.Images.Tasks, 0)}
}

// Sums adds up what lies between each two neighbours of bounds, which ascend and
// stand on full quarters of an hour. It reads nothing from outside them.
func (b *Book) Sums(bounds []time.Time) ([]Sum, error) {
	if len(bounds) < 2 {
		return nil, nil
	}
	sums := make([]Sum, len(bounds)-1)
	first, end := quarterOf(bounds[0]), quarterOf(bounds[len(bounds)-1])
	// at is the interval of a quarter, which come in their order.
	i := 0
	at := func(quarter uint64) *Sum {
		for quarter >= quarterOf(bounds[i+1]) {
			i++
		}
		return &sums[i]
	}
	err := b.store.View(func(tx *store.Tx) error {
		err := b.rows.earned.ScanFrom(tx, first, func(quarter uint64, e earned) error {
			if quarter >= end {
				return store.ErrStop
			}
			s := at(quarter)
			s.Share, s.Texts, s.Images = s.Share.add(e.Share), s.Texts.add(e.Texts), s.Images.add(e.Images)
			s.Rewards = s.Rewards.Add(e.Rewards)
			return nil
		})
		if err != nil {
			return err
		}
		i = 0
		return b.rows.work.ScanFrom(tx, first, func(quarter uint64, w Work) error {
			if quarter >= end {
				return store.ErrStop
			}
			s := at(quarter)
			s.Work = s.Work.Add(w)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read earnings: %w", err)
	}
	return sums, nil
}

// First is when the book begins; zero while it is empty.
func (b *Book) First() (time.Time, error) {
	first := uint64(0)
	err := b.store.View(func(tx *store.Tx) error {
		note := func(quarter uint64) error {
			if first == 0 || quarter < first {
				first = quarter
			}
			return store.ErrStop
		}
		return errors.Join(
			b.rows.earned.Scan(tx, func(quarter uint64, _ earned) error { return note(quarter) }),
			b.rows.work.Scan(tx, func(quarter uint64, _ Work) error { return note(quarter) }),
		)
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("read earnings: %w", err)
	}
	if first == 0 {
		return time.Time{}, nil
	}
	return time.Unix(int64(first)*quarterSeconds, 0), nil
}

// Totals are sums of all time.
type Totals struct {
	Share
	Rewards protocol.Wei
	// Withdrawn from the contract. It and Rewards are known from Since on; zero for
	// from the first on.
	Withdrawn protocol.Wei
	Since     time.Time
	// AtWork are tasks that are not settled yet.
	AtWork int
}

// Totals of all time.
func (b *Book) Totals() (t Totals, err error) {
	err = b.store.View(func(tx *store.Tx) error {
		me, err := b.rows.getSelf(tx)
		if err != nil {
			return err
		}
		t = Totals{
			Share: Share{me.Total, me.Tasks}, Rewards: me.Books.Rewards, Withdrawn: me.Books.Withdrawn, Since: me.Books.Since,
		}
		return b.rows.jobs.Scan(tx, func(_ uint64, j Job) error {
			if j.State != JobEnded {
				t.AtWork++
			}
			return nil
		})
	})
	if err != nil {
		return t, fmt.Errorf("read earnings: %w", err)
	}
	return t, nil
}

// ErrNoRecord says that there is no record of a task.
var ErrNoRecord = errors.New("this node has no record of that task")

// Record of a task that is over, or ErrNoRecord.
func (b *Book) Record(id protocol.TaskID) (r Record, err error) {
	err = b.store.View(func(tx *store.Tx) error { r, err = b.rows.records.Get(tx, uint64(id)); return err })
	if errors.Is(err, store.ErrNotFound) {
		return r, ErrNoRecord
	}
	if err != nil {
		return r, fmt.Errorf("read record: %w", err)
	}
	return r, nil
}

// Query says which records are wanted.
type Query struct {
	// Before is the task that those wanted come before; 0 begins with the newest.
	Before protocol.TaskID
	// From and To bound when they ended; zero bounds nothing.
	From, To time.Time
	// Keep, if any, says which of those are wanted.
	Keep func(Record) bool
	// Limit is the most that are wanted, and Look the most that are looked at for them;
	// 0 for all.
	Limit, Look int
}

// longestTask is more than any task lives, from its number to its end.
const longestTask = 48 * time.Hour

// Records are the wanted ones, newest first. next is the Before to go on with; 0
// when there are no others.
func (b *Book) Records(q Query) (found []Record, next protocol.TaskID, err error) {
	from := ^uint64(0)
	if q.Before > 0 {
		from = uint64(q.Before) - 1
	}
	var last protocol.TaskID
	looked := 0
	err = b.store.View(func(tx *store.Tx) error {
		return b.rows.records.ScanBack(tx, from, func(_ uint64, r Record) error {
			if looked > 0 && (len(found) == q.Limit && q.Limit > 0 || looked == q.Look) {
				next = last
				return store.ErrStop
			}
			looked, last = looked+1, r.ID
			if r.EndedAt.Before(q.From.Add(-longestTask)) && !q.From.IsZero() {
				return store.ErrStop
			}
			if r.EndedAt.Before(q.From) || !q.To.IsZero() && !r.EndedAt.Before(q.To) || q.Keep != nil && !q.Keep(r) {
				return nil
			}
			found = append(found, r)
			return nil
		})
	})
	if err != nil {
		return nil, 0, fmt.Errorf("read records: %w", err)
	}
	return found, next, nil
}

// StartOfDay is the first moment of the day that t is in, also where a clock
// change skips or repeats midnight.
func StartOfDay(t time.Time) time.Time {
	year, month, day := t.Date()
	start := time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	for start.Day() != day { // midnight is skipped
		start = start.Add(15 * time.Minute)
	}
	for before := start.Add(-15 * time.Minute); before.Day() == day; before = before.Add(-15 * time.Minute) { // or came twice
		start = before
	}
	return start
}
