package node

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
	"helium/backend/store"
)

// Job is a task on this node: what the journal knows of it.
type Job struct {
	ID      protocol.TaskID                `json:"id"`
	Key     protocol.TaskKey               `json:"key"`
	Seat    uint8                          `json:"seat"`
	Nodes   [protocol.Seats]common.Address `json:"nodes"`
	State   JobState                       `json:"state"`
	DrawnAt time.Time                      `json:"drawn_at"`
	Model   string                         `json:"model,omitempty"`

	// What the chain says of the task. ModelKey is the model that it names; zero
	// when it names none, or this node did not see it being created.
	Type       protocol.TaskType `json:"type"`
	ModelKey   common.Hash       `json:"model_key,omitzero"`
	ArgsHash   common.Hash       `json:"args_hash,omitzero"`
	PrevRandao common.Hash       `json:"prevrandao,omitzero"`
	Units      uint32            `json:"units"`
	Images     uint16            `json:"images,omitempty"`

	// ArgumentsBy and CommitBy are chain time, in seconds; RevealBy too, 0 while
	// it is not known.
	ArgumentsBy uint64 `json:"arguments_by"`
	CommitBy    uint64 `json:"commit_by"`
	RevealBy    uint64 `json:"reveal_by,omitempty"`

	// What this node has done. Given and Opened: its commitment and its opening
	// are at the relay.
	Arguments bool `json:"arguments,omitempty"`
	Answered  bool `json:"answered,omitempty"`
	// Stored: the relay has the answer, or there is none to store.
	Stored bool `json:"stored,omitempty"`
	Given  bool `json:"given,omitempty"`
	Opened bool `json:"opened,omitempty"`
	Missed bool `json:"missed,omitempty"`
	// WindowOver: no more commitments can come.
	WindowOver bool `json:"window_over,omitempty"`

	// What the three have signed, by seat, as it came through a relay. Heard
	// holds the seats in the order in which their commitments came, by whatever
	// way. HeldAt and OpenAt are chain time: when all three commitments, all
	// three openings were at hand.
	Signed [protocol.Seats]Signed `json:"signed,omitzero"`
	Heard  []int                  `json:"heard,omitempty"`
	HeldAt uint64                 `json:"held_at,omitempty"`
	OpenAt uint64                 `json:"open_at,omitempty"`
	// Unread are signatures of NoArguments, by seat.
	Unread [protocol.Seats]hexutil.Bytes `json:"unread,omitzero"`
	// UnreadSent: this node's own is at the relay.
	UnreadSent bool `json:"unread_sent,omitempty"`
	// Declined: this node has signed that it lacks the model.
	Declined bool `json:"declined,omitempty"`

	// What stands on chain. CommitTxs brought the commitments.
	Commitments [protocol.Seats]common.Hash `json:"commitments,omitzero"`
	CommitTxs   [protocol.Seats]common.Hash `json:"commit_txs,omitzero"`
	Complete    bool                        `json:"complete,omitempty"`
	Revealed    [protocol.Seats]bool        `json:"revealed,omitzero"`
	Outcome     protocol.Outcome            `json:"outcome,omitempty"`
	Freed       bool                        `json:"freed,omitempty"`
	Paid        protocol.Wei                `json:"paid,omitzero"`
	Score       uint8                       `json:"score,omitempty"`
	Slashed     bool                        `json:"slashed,omitempty"`
	EndedAt     time.Time                   `json:"ended_at,omitzero"`

	// What else the record of the task says; see Details. Found is what was opened in
	// court.
	Creator   common.Address          `json:"creator,omitzero"`
	Fee       protocol.Wei            `json:"fee,omitzero"`
	DrawTx    common.Hash             `json:"draw_tx,omitzero"`
	EndTx     common.Hash             `json:"end_tx,omitzero"`
	EndBlock  uint64                  `json:"end_block,omitempty"`
	EndKind   protocol.ResultKind     `json:"end_kind,omitempty"`
	EndResult hexutil.Bytes           `json:"end_result,omitempty"`
	Found     [protocol.Seats]Finding `json:"found,omitzero"`
	Ends      [protocol.Seats]SeatEnd `json:"ends,omitzero"`
	Payout    common.Address          `json:"payout,omitzero"`
	Reward    protocol.Wei            `json:"reward,omitzero"`
	Work      Work                    `json:"work,omitzero"`

	// Attempts counts transactions of a kind that failed for good: each new one
	// is another intent. Refusals counts those that the contract refused.
	Attempts map[string]int `json:"attempts,omitempty"`
	Refusals map[string]int `json:"refusals,omitempty"`

	// charges were found since the job was read.
	charges []Charge
}

// Signed is what a node signed of a task: its commitment, then its opening.
type Signed struct {
	Commitment common.Hash   `json:"commitment,omitzero"`
	Signature  hexutil.Bytes `json:"signature,omitempty"`
	Opening    *Opening      `json:"opening,omitempty"`
}

// Opening is a signed reveal. Proof is the relay's word that it holds the
// response; empty for a kind without one.
type Opening struct {
	Reveal    protocol.Reveal `json:"reveal"`
	Signature hexutil.Bytes   `json:"signature"`
	Proof     hexutil.Bytes   `json:"proof,omitempty"`
}

// clone is the job with slices and maps of its own. Signatures, and what is behind a
// pointer, are replaced and never changed.
func (j Job) clone() Job {
	j.Heard = slices.Clone(j.Heard)
	j.Attempts, j.Refusals = maps.Clone(j.Attempts), maps.Clone(j.Refusals)
	j.charges = nil // they are kept in rows of their own
	return j
}

// refused: this node has signed that it can't run the task. It must not commit
// to anything any more: both together cost the stake.
func (j *Job) refused() bool { return j.Declined || len(j.Unread[j.Seat]) > 0 }

// given: this node's commitment is out, by whatever way.
func (j *Job) given() bool { return j.Given || j.Commitments[j.Seat] != (common.Hash{}) }

// opened: this node's opening is out, by whatever way.
func (j *Job) opened() bool { return j.Opened || j.Revealed[j.Seat] }

// held: the signed commitments of all three are in the journal.
func (j *Job) held() bool {
	return !slices.ContainsFunc(j.Signed[:], func(s Signed) bool { return s.Commitment == (common.Hash{}) })
}

// openings: those of all three are in the journal.
func (j *Job) openings() bool {
	return !slices.ContainsFunc(j.Signed[:], func(s Signed) bool { return s.Opening == nil })
}

// signedCommitments are those that came through a relay, by seat.
func (j *Job) signedCommitments() (all [protocol.Seats]common.Hash) {
	for i, s := range j.Signed {
		all[i] = s.Commitment
	}
	return all
}

// canOpen: everybody has committed, or nobody can any more.
func (j *Job) canOpen() bool {
	return j.held() || j.Complete || j.WindowOver || j.Outcome != protocol.OutcomeNone
}

// hear notes that a seat's commitment came.
func (j *Job) hear(seat int) {
	if !slices.Contains(j.Heard, seat) {
		j.Heard = append(j.Heard, seat)
	}
}

// order is this node's view of who was prompt. A node that is waited for comes
// last: one whose commitment never came, and in the court one whose opening
// did not.
func (j *Job) order(court bool) uint8 {
	var seats []int
	for _, seat := range j.Heard {
		if !court || j.Signed[seat].Opening != nil || seat == int(j.Seat) {
			seats = append(seats, seat)
		}
	}
	for _, seat := range j.Heard {
		if !slices.Contains(seats, seat) {
			seats = append(seats, seat)
		}
	}
	return packOrder(seats)
}

// packOrder packs the seats by arrival; those that never came are last.
func packOrder(came []int) uint8 {
	var order [protocol.Seats]uint8
	at := 0
	for seat := range protocol.Seats {
		if !slices.Contains(came, seat) {
			came = append(slices.Clip(came), seat)
		}
	}
	for _, seat := range came {
		order[at] = uint8(seat)
		at++
	}
	return protocol.PackOrder(order)
}

// step follows the edge of an event, if there is one.
func (j *Job) step(e jobEvent) bool {
	next, ok := jobEdges[j.State][e]
	if ok {
		j.State = next
	}
	return ok
}

// settle follows every edge that the job's facts open, until none is left.
func (j *Job) settle() {
	for {
		before := j.State
		for _, e := range j.events() {
			if j.step(e) {
				break
			}
		}
		if j.State == before {
			return
		}
	}
}

// events are what the facts amount to, the decisive ones first.
func (j *Job) events() []jobEvent {
	var all []jobEvent
	add := func(is bool, e jobEvent) {
		if is {
			all = append(all, e)
		}
	}
	add(j.Freed, onFreed)
	add(j.ID != 0, onDrawn)
	add(j.given() && j.Answered, onCommitted)
	add(j.given() && !j.Answered, onRecalled)
	add(j.canOpen(), onOpen)
	add(j.opened(), onRevealed)
	add(j.Missed && !j.given(), onMissed)
	add(j.Answered, onAnswer)
	add(j.Arguments, onArguments)
	return all
}

// ref is what others need to know of the job.
func (j *Job) ref() TaskRef {
	return TaskRef{ID: j.ID, Key: j.Key, Attempts: j.Attempts}
}

// Answer is what the node opens: written once for a task key, before anything
// about it is signed, and never changed.
type Answer struct {
	Kind           protocol.ResultKind `json:"kind"`
	Result         hexutil.Bytes       `json:"result"`
	Commitment     common.Hash         `json:"commitment"`
	CiphertextHash common.Hash         `json:"ciphertext_hash"`
	// StorageSignature is the relay's word that it holds the sealed response.
	StorageSignature hexutil.Bytes `json:"storage_signature,omitempty"`
	// Why explains a kind that is not a result, for the log and the owner.
	Why  string    `json:"why,omitempty"`
	Made time.Time `json:"made"`

	// work that led to it, not yet in the journal.
	work Work
}

// self is what the node remembers of itself.
type self struct {
	Wish Wish `json:"wish"`
	// Payout is who is to be paid, as the owner wishes; zero for the wallet itself.
	Payout common.Address `json:"payout,omitzero"`
	// Seq numbers the moves, so that each is an intent of its own.
	Seq uint64 `json:"seq"`
	// Stuck is a reason that only the owner can lift, by starting again.
	Stuck *protocol.Reason `json:"stuck,omitempty"`
	// Total of all that was ever earned, and of how many tasks.
	Total protocol.Wei `json:"total"`
	Tasks int          `json:"tasks"`
	Books books        `json:"books,omitzero"`
}

// clone is the same with slices of its own.
func (s self) clone() self {
	s.Books.Payouts = slices.Clone(s.Books.Payouts)
	return s
}

// tables are the node's rows. What a node changes all the time is remembered.
type tables struct {
	jobs    store.Table[uint64, Job]
	answers store.Table[protocol.TaskKey, Answer]
	sealed  store.Table[protocol.TaskKey, []byte]
	records store.Table[uint64, Record]
	charges store.Table[common.Hash, Charge]
	self    store.Table[string, self]
	earned  store.Table[uint64, earned]
	work    store.Table[uint64, Work]

	withdrawals store.Table[uint64, withdrawal]
}

func newTables() tables {
	return tables{
		jobs:    store.NewTableWith[uint64]("node/job", store.NewRecent(store.JSON[Job]{}, 4, Job.clone)),
		answers: store.NewTable[protocol.TaskKey, Answer]("node/answer"),
		sealed:  store.NewTableWith[protocol.TaskKey]("node/sealed", store.Raw{}),
		records: store.NewTable[uint64, Record]("node/record"),
		charges: store.NewTable[common.Hash, Charge]("node/charge"),
		self:    store.NewTableWith[string]("node/self", store.NewRecent(store.JSON[self]{}, 2, self.clone)),
		earned:  store.NewTable[uint64, earned]("node/earned"),
		work:    store.NewTable[uint64, Work]("node/work"),

		withdrawals: store.NewTable[uint64, withdrawal]("node/withdrawal"),
	}
}

// selfKey is the only key of the table self.
const selfKey = "self"

func (t tables) getSelf(tx *store.Tx) (self, error) {
	s, err := t.self.Get(tx, selfKey)
	if err == nil {
		return s, nil
	}
	if err == store.ErrNotFound {
		return self{Wish: WishNone}, nil
	}
	return s, fmt.Errorf("read node: %w", err)
}
