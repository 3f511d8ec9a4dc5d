package node

import (
	"fmt"
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

	// CommitBy is chain time, in seconds; RevealBy too, 0 while it is not known.
	CommitBy uint64 `json:"commit_by"`
	RevealBy uint64 `json:"reveal_by,omitempty"`

	// What this node has done.
	Arguments bool `json:"arguments,omitempty"`
	Answered  bool `json:"answered,omitempty"`
	Missed    bool `json:"missed,omitempty"`
	// WindowOver: no more commitments can come.
	WindowOver bool `json:"window_over,omitempty"`

	// What stands on chain. Order holds the seats in the order in which their
	// commitments came.
	Commitments [protocol.Seats]common.Hash `json:"commitments"`
	Order       []int                       `json:"order,omitempty"`
	Complete    bool                        `json:"complete,omitempty"`
	Revealed    [protocol.Seats]bool        `json:"revealed"`
	Outcome     protocol.Outcome            `json:"outcome,omitempty"`
	Freed       bool                        `json:"freed,omitempty"`
	Paid        protocol.Wei                `json:"paid"`
	Score       uint8                       `json:"score,omitempty"`
	Slashed     bool                        `json:"slashed,omitempty"`
	EndedAt     time.Time                   `json:"ended_at,omitzero"`

	// Attempts counts transactions of a kind that failed for good: each new one
	// is another intent. Refusals counts those that the contract refused.
	Attempts map[string]int `json:"attempts,omitempty"`
	Refusals map[string]int `json:"refusals,omitempty"`
}

// canOpen: everybody has committed, or nobody can any more.
func (j *Job) canOpen() bool {
	return j.Complete || j.WindowOver || j.Outcome != protocol.OutcomeNone
}

// step follows the edge of an event, if there is one.
func (j *Job) step(e jobEvent) bool {
	next, ok := jobEdges()[j.State][e]
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
	committed := j.Commitments[j.Seat] != (common.Hash{})
	var all []jobEvent
	add := func(is bool, e jobEvent) {
		if is {
			all = append(all, e)
		}
	}
	add(j.Freed, onFreed)
	add(j.ID != 0, onDrawn)
	add(committed && j.Answered, onCommitted)
	add(committed && !j.Answered, onRecalled)
	add(j.canOpen(), onOpen)
	add(j.Revealed[j.Seat], onRevealed)
	add(j.Missed && !committed, onMissed)
	add(j.Answered, onAnswer)
	add(j.Arguments, onArguments)
	return all
}

// ref is what others need to know of the job.
func (j *Job) ref() TaskRef {
	return TaskRef{ID: j.ID, Key: j.Key, Seat: j.Seat, Nodes: j.Nodes, Attempts: j.Attempts}
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
}

// Record is a task that is over.
type Record struct {
	ID      protocol.TaskID  `json:"id"`
	Model   string           `json:"model"`
	Outcome protocol.Outcome `json:"outcome"`
	Paid    protocol.Wei     `json:"paid"`
	Score   uint8            `json:"score"`
	Slashed bool             `json:"slashed"`
	Missed  bool             `json:"missed"`
	EndedAt time.Time        `json:"ended_at"`
}

// self is what the node remembers of itself.
type self struct {
	Wish Wish `json:"wish"`
	// Seq numbers the moves, so that each is an intent of its own.
	Seq uint64 `json:"seq"`
	// Stuck is a reason that only the owner can lift, by starting again.
	Stuck *protocol.Reason `json:"stuck,omitempty"`
	// Total of all that was ever earned, and of how many tasks.
	Total protocol.Wei `json:"total"`
	Tasks int          `json:"tasks"`
	// Newest task that is over.
	Newest protocol.TaskID `json:"newest"`
}

// earned is what came in during a quarter of an hour, the finest that any time
// zone's midnight needs.
type earned struct {
	Paid  protocol.Wei `json:"paid"`
	Tasks int          `json:"tasks"`
}

// tables are the node's rows.
type tables struct {
	jobs    store.Table[uint64, Job]
	answers store.Table[protocol.TaskKey, Answer]
	sealed  store.Table[protocol.TaskKey, []byte]
	records store.Table[uint64, Record]
	self    store.Table[string, self]
	earned  store.Table[uint64, earned]
}

func newTables() tables {
	return tables{
		jobs:    store.NewTable[uint64, Job]("node/job"),
		answers: store.NewTable[protocol.TaskKey, Answer]("node/answer"),
		sealed:  store.NewTableWith[protocol.TaskKey]("node/sealed", store.Raw{}),
		records: store.NewTable[uint64, Record]("node/record"),
		self:    store.NewTable[string, self]("node/self"),
		earned:  store.NewTable[uint64, earned]("node/earned"),
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
