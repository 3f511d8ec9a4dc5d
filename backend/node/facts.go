package node

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
)

// follow brings what stands on chain into the journal.
func (n *Node) follow(ctx context.Context) error {
	at := n.cfg.Profile.Contracts
	filter := chain.Filter{Addresses: []common.Address{at.Task, at.Node}, Start: n.cfg.Profile.StartBlock, Wants: n.concerns}
	err := chain.Follow(ctx, n.cfg.Chain, n.cfg.Store, "node/"+at.Task.Hex(), filter, chain.Handler{
		Apply:     func(tx *store.Tx, l types.Log) error { return n.learn(tx, l, false) },
		Undo:      func(tx *store.Tx, l types.Log) error { return n.learn(tx, l, true) },
		Committed: func(chain.Head) { n.learned() },
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// concerns tells a log that says something of this node or of a task that it has
// from all others, by what can be seen without reading it. The tasks that wait are
// none of its, but one of them may be next: of those the log is kept that names the
// model.
func (n *Node) concerns(l types.Log) bool {
	if len(l.Topics) < 2 {
		return false
	}
	of, ok := n.telling[l.Topics[0]]
	if !ok {
		return false
	}
	switch of {
	case tellsOfNode:
		return common.BytesToAddress(l.Topics[1][:]) == n.me
	case tellsOfReward:
		return len(l.Topics) > 2 && common.BytesToAddress(l.Topics[2][:]) == n.me
	case tellsOfMoney:
		return true
	}
	id, ok := taskIDOf(l.Topics[1])
	if !ok {
		return false
	}
	if of == tellsOfCreation {
		n.noteCreated(id, l)
		return false
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	switch of {
	case tellsOfEnd:
		delete(n.created, id)
	case tellsOfDraw:
		return n.mine[id] || bytes.Contains(l.Data, n.word[:])
	}
	return n.mine[id]
}

// taskIDOf reads a task's id where a log has it.
func taskIDOf(topic common.Hash) (protocol.TaskID, bool) {
	if [24]byte(topic[:24]) != ([24]byte{}) {
		return 0, false
	}
	return protocol.TaskID(binary.BigEndian.Uint64(topic[24:])), true
}

// telling is what a kind of log is about.
type telling uint8

const (
	tellsOfNode   telling = iota // the account in the first place
	tellsOfMoney                 // an account that may be where this node's pay goes
	tellsOfReward                // the account in the second place
	tellsOfTask                  // the task in the first place, as all that follow
	tellsOfCreation
	tellsOfDraw
	tellsOfEnd
)

// tellings are the kinds of logs that a node reads.
func tellings(e *contracts.Events) map[common.Hash]telling {
	return map[common.Hash]telling{
		e.Topic(contracts.TaskTaskCreated{}):         tellsOfCreation,
		e.Topic(contracts.TaskTaskDrawn{}):           tellsOfDraw,
		e.Topic(contracts.TaskCommitted{}):           tellsOfTask,
		e.Topic(contracts.TaskCommitmentsComplete{}): tellsOfTask,
		e.Topic(contracts.TaskRevealed{}):            tellsOfTask,
		e.Topic(contracts.TaskTaskEnded{}):           tellsOfEnd,
		e.Topic(contracts.TaskNodePaid{}):            tellsOfTask,
		e.Topic(contracts.TaskNodeReleased{}):        tellsOfTask,
		e.Topic(contracts.TaskNodeDeviated{}):        tellsOfTask,
		e.Topic(contracts.NodeNodeSlashed{}):         tellsOfNode,
		e.Topic(contracts.NodeNodeKickedOut{}):       tellsOfNode,
		e.Topic(contracts.NodeNodeStatusChanged{}):   tellsOfNode,
		e.Topic(contracts.NodeNodeJoined{}):          tellsOfNode,
		e.Topic(contracts.TaskWithdrawn{}):           tellsOfMoney,
		e.Topic(contracts.TaskRewarded{}):            tellsOfReward,
	}
}

// learn writes one log's facts, or takes them back.
func (n *Node) learn(tx *store.Tx, l types.Log, undo bool) error {
	if undo {
		n.rewound.Store(true)
	}
	event, err := n.events.Parse(&l)
	if errors.Is(err, contracts.ErrUnknownEvent) {
		return nil
	}
	if err != nil {
		return err
	}
	at := n.cfg.Now()
	if l.BlockTimestamp != 0 {
		at = time.Unix(int64(l.BlockTimestamp), 0)
	}

	switch e := event.(type) {
	case *contracts.TaskTaskDrawn:
		return n.drawn(tx, e, l.TxHash, at, undo)
	case *contracts.TaskCommitted:
		return n.fact(tx, e.TaskId, func(j *Job) { j.noteCommitment(e.Node, e.Commitment, l.TxHash, undo) })
	case *contracts.TaskCommitmentsComplete:
		return n.fact(tx, e.TaskId, func(j *Job) {
			j.Complete, j.RevealBy = !undo, e.RevealBy
			if undo {
				j.RevealBy = 0
			}
		})
	case *contracts.TaskRevealed:
		return n.fact(tx, e.TaskId, func(j *Job) {
			if seat := slices.Index(j.Nodes[:], e.Node); seat >= 0 {
				j.Revealed[seat] = !undo
				j.Found[seat] = Finding{protocol.ResultKind(e.Kind), e.Result}
				if undo {
					j.Found[seat] = Finding{}
				}
			}
		})
	case *contracts.TaskTaskEnded:
		return n.ended(tx, e, l, at, undo)
	case *contracts.TaskNodePaid:
		return n.paid(tx, e, at, undo)
	case *contracts.TaskNodeReleased:
		return n.released(tx, e, undo)
	case *contracts.TaskNodeDeviated:
		return n.fact(tx, e.TaskId, func(j *Job) {
			j.note(e.Node, undo, SeatEnd{Slashed: true})
			j.Freed = j.Freed || e.Node == n.me
			if undo && e.Node == n.me {
				j.Freed = false
			}
		})
	case *contracts.TaskRewarded:
		return n.rewarded(tx, e, at, undo)
	case *contracts.NodeNodeSlashed:
		return n.slashed(tx, e, undo)
	case *contracts.NodeNodeKickedOut:
		if e.Node == n.me {
			return n.stuck(tx, ReasonKickedOut, undo)
		}
	case *contracts.NodeNodeStatusChanged:
		n.noteMove(e.Node)
	case *contracts.NodeNodeJoined:
		return n.joined(tx, e, undo)
	case *contracts.TaskWithdrawn:
		return n.withdrew(tx, e, l, at, undo)
	}
	return nil
}

// noteCreated keeps the log of an open task, which may be this node's next.
func (n *Node) noteCreated(id protocol.TaskID, l types.Log) {
	n.mu.Lock()
	n.created[id] = l
	lately := n.demand.lately(n.cfg.Now())
	n.mu.Unlock()
	if !lately {
		n.readDemand(l)
	}
}

// createdAs is how a task was created; nil when this node did not see it.
func (n *Node) createdAs(id protocol.TaskID) *contracts.TaskTaskCreated {
	n.mu.Lock()
	l, seen := n.created[id]
	n.mu.Unlock()
	if !seen {
		return nil
	}
	event, err := n.events.Parse(&l)
	if err != nil {
		return nil
	}
	e, _ := event.(*contracts.TaskTaskCreated)
	return e
}

func (n *Node) drawn(tx *store.Tx, e *contracts.TaskTaskDrawn, by common.Hash, at time.Time, undo bool) error {
	id, err := protocol.TaskIDFromBig(e.TaskId)
	if err != nil {
		return err
	}
	known, err := n.rows.jobs.Get(tx, uint64(id))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if anew := err == nil && known.Key != e.TaskKey; anew && !undo {
		// Somebody declined. One that had committed before must not get away with it.
		for seat, node := range known.Nodes {
			if node != e.Nodes[seat] {
				known.accuse(seat, Saying{Type: client.MessageDecline, Tx: by})
			}
		}
		if err := n.keepCharges(tx, &known); err != nil {
			return err
		}
	}
	seat := slices.Index(e.Nodes[:], n.me)
	if seat < 0 {
		return nil // it declined itself, or the task is none of its
	}
	n.touch(id)
	n.noteTask(n.me)
	if undo {
		return n.rows.jobs.Delete(tx, uint64(id))
	}
	if err == nil && known.Key == e.TaskKey {
		return nil
	}
	n.mu.Lock()
	n.mine[id] = true
	n.mu.Unlock()
	job := Job{
		ID: id, Key: e.TaskKey, Seat: uint8(seat), Nodes: e.Nodes, DrawnAt: at,
		Type: protocol.TaskType(e.TaskType), ArgsHash: e.ArgsHash, PrevRandao: common.BigToHash(e.Prevrandao),
		Units: e.Units, Images: e.Images, ArgumentsBy: e.ArgumentsBy, CommitBy: e.CommitBy,
		DrawTx: by,
	}
	if created := n.createdAs(id); created != nil {
		fee, err := protocol.WeiOf(created.Fee)
		if err != nil {
			return err
		}
		job.Creator, job.ModelKey, job.Fee = created.Creator, created.ModelKey, fee
	}
	job.settle()
	if err := n.rows.jobs.Put(tx, uint64(id), job); err != nil {
		return err
	}
	return n.prune(tx)
}

func (n *Node) ended(tx *store.Tx, e *contracts.TaskTaskEnded, l types.Log, at time.Time, undo bool) error {
	outcome := protocol.Outcome(e.Outcome)
	return n.fact(tx, e.TaskId, func(j *Job) {
		j.Outcome, j.EndedAt = outcome, at
		j.EndKind, j.EndResult, j.EndTx, j.EndBlock = protocol.ResultKind(e.Kind), e.Result, l.TxHash, l.BlockNumber
		if undo {
			j.Outcome, j.EndedAt = protocol.OutcomeNone, time.Time{}
			j.EndKind, j.EndResult, j.EndTx, j.EndBlock = protocol.KindNone, nil, common.Hash{}, 0
			return
		}
		if outcome != protocol.OutcomeNoArguments {
			return
		}
		for seat := range j.Nodes {
			j.accuse(seat, Saying{Type: client.MessageNoArguments, Tx: l.TxHash})
		}
	})
}

// noteCommitment takes what stands in the court, or takes it back.
func (j *Job) noteCommitment(node common.Address, commitment, tx common.Hash, undo bool) {
	seat := slices.Index(j.Nodes[:], node)
	if seat < 0 {
		return
	}
	if undo {
		j.Commitments[seat], j.CommitTxs[seat] = common.Hash{}, common.Hash{}
		if j.Signed[seat].Commitment == (common.Hash{}) {
			j.Heard = slices.DeleteFunc(j.Heard, func(s int) bool { return s == seat })
		}
		return
	}
	j.Commitments[seat], j.CommitTxs[seat] = commitment, tx
	j.hear(seat)
	j.accuse(seat)
}

// note keeps how the contract let a node go, or takes it back.
func (j *Job) note(node common.Address, undo bool, end SeatEnd) {
	seat := slices.Index(j.Nodes[:], node)
	if seat < 0 {
		return
	}
	if undo {
		end = SeatEnd{}
	}
	j.Ends[seat] = end
}

func (n *Node) released(tx *store.Tx, e *contracts.TaskNodeReleased, undo bool) error {
	n.noteTask(e.Node)
	return n.fact(tx, e.TaskId, func(j *Job) {
		j.note(e.Node, undo, SeatEnd{Score: e.Score})
		if e.Node == n.me {
			j.Freed, j.Score = !undo, e.Score
		}
	})
}

func (n *Node) paid(tx *store.Tx, e *contracts.TaskNodePaid, at time.Time, undo bool) error {
	n.noteTask(e.Node)
	amount, err := protocol.WeiOf(e.Amount)
	if err != nil {
		return err
	}
	if e.Node != n.me {
		return n.fact(tx, e.TaskId, func(j *Job) { j.note(e.Node, undo, SeatEnd{Paid: amount, Score: e.Score}) })
	}
	in := income{amount: amount, task: true}
	if in.kind, err = n.typeOf(tx, e.TaskId); err != nil {
		return err
	}
	if err := n.earn(tx, in, at, undo); err != nil {
		return fmt.Errorf("note earnings: %w", err)
	}
	if err := n.notePayout(tx, e.Payout); err != nil {
		return err
	}
	return n.fact(tx, e.TaskId, func(j *Job) {
		j.note(e.Node, undo, SeatEnd{Paid: amount, Score: e.Score})
		j.Freed, j.Paid, j.Score, j.Payout = !undo, amount, e.Score, e.Payout
		if undo {
			j.Paid = protocol.Wei{}
		}
	})
}

// typeOf is the type of a task that this node has; nil where it has lost it.
func (n *Node) typeOf(tx *store.Tx, taskID *big.Int) (*protocol.TaskType, error) {
	id, err := protocol.TaskIDFromBig(taskID)
	if err != nil {
		return nil, err
	}
	job, err := n.rows.jobs.Get(tx, uint64(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &job.Type, nil
}

// notePayout remembers an account other than the node's own that its pay goes to.
func (n *Node) notePayout(tx *store.Tx, to common.Address) error {
	me, err := n.rows.getSelf(tx)
	if err != nil || to == n.me || slices.Contains(me.Books.Payouts, to) {
		return err
	}
	me.Books.Payouts = append(me.Books.Payouts, to)
	return n.rows.self.Put(tx, selfKey, me)
}

func (n *Node) slashed(tx *store.Tx, e *contracts.NodeNodeSlashed, undo bool) error {
	if e.Node != n.me {
		return nil
	}
	if err := n.stuck(tx, ReasonSlashed, undo); err != nil {
		return err
	}
	// It is the task at hand that cost the stake, if there is one.
	return n.rows.jobs.Scan(tx, func(id uint64, j Job) error {
		if j.State == JobEnded && !undo {
			return nil
		}
		return n.changeJob(tx, protocol.TaskID(id), func(j *Job) { j.Slashed = !undo })
	})
}

// joined ends what kept the node from staking: its owner has started it again.
func (n *Node) joined(tx *store.Tx, e *contracts.NodeNodeJoined, undo bool) error {
	if e.Node != n.me {
		return nil
	}
	n.noteMove(e.Node)
	if undo {
		return nil
	}
	return n.changeSelf(tx, func(s *self) { s.Stuck = nil })
}

// stuck keeps the node from staking again by itself: that is the owner's to decide.
func (n *Node) stuck(tx *store.Tx, code string, undo bool) error {
	n.noteMove(n.me)
	return n.changeSelf(tx, func(s *self) {
		s.Stuck = reasonFor(code)
		if undo {
			s.Stuck = nil
		}
	})
}

// fact changes a job that this node has; other tasks are no concern of its.
func (n *Node) fact(tx *store.Tx, taskID *big.Int, change func(*Job)) error {
	id, err := protocol.TaskIDFromBig(taskID)
	if err != nil {
		return err
	}
	return n.changeJob(tx, id, change)
}

func (n *Node) changeJob(tx *store.Tx, id protocol.TaskID, change func(*Job)) error {
	job, err := n.rows.jobs.Get(tx, uint64(id))
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	n.touch(id)
	before := job.State
	change(&job)
	job.settle()
	if job.derive() != job.State { // the chain took a fact back
		job.State = job.derive()
	}
	if before != job.State {
		n.log.Info("task moves on", "task", job.ID, "from", before, "to", job.State)
	}
	if err := n.keepCharges(tx, &job); err != nil {
		return err
	}
	if err := n.rows.jobs.Put(tx, uint64(id), job); err != nil {
		return err
	}
	if job.State != JobEnded && before != JobEnded {
		return nil // there is no record yet
	}
	return n.record(tx, &job)
}

// keepJobs is how long the journal of a job outlives it: longer than any chain
// takes blocks back.
const keepJobs = time.Hour

// pruneEvery is how often the journal is searched for jobs that are long over.
const pruneEvery = keepJobs / 6

// prune drops journals of jobs that are long over, now and then. Their records stay.
func (n *Node) prune(tx *store.Tx) error {
	now := n.cfg.Now()
	if now.Sub(n.pruned) < pruneEvery {
		return nil
	}
	n.pruned = now
	old := now.Add(-keepJobs)
	return n.rows.jobs.Scan(tx, func(id uint64, j Job) error {
		if j.State != JobEnded || j.EndedAt.IsZero() || j.EndedAt.After(old) {
			return nil
		}
		n.mu.Lock()
		delete(n.mine, protocol.TaskID(id))
		n.mu.Unlock()
		return errors.Join(n.rows.jobs.Delete(tx, id), n.rows.answers.Delete(tx, j.Key))
	})
}

// touch and noteMove collect what learned has to wake.
func (n *Node) touch(id protocol.TaskID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.touched[id] = true
}

func (n *Node) noteMove(a common.Address) {
	if a != n.me {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.moved = true
}

// noteTask is noteMove for what a task does to the node, which can wait a little.
func (n *Node) noteTask(a common.Address) {
	if a != n.me {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.busied = true
}

// learned wakes whoever waits for the facts that are now on disk.
func (n *Node) learned() {
	n.writes.Add(1)
	n.rewound.Store(false)
	n.mu.Lock()
	for id := range n.touched {
		if r := n.runners[id]; r != nil {
			signal(r.wake)
		} else {
			n.waiting[id] = true
			signal(n.starting)
		}
	}
	any := len(n.touched) > 0 || n.moved || n.busied
	moved, busied := n.moved, n.busied
	clear(n.touched)
	n.moved, n.busied = false, false
	n.mu.Unlock()

	if moved {
		n.wake()
	}
	if busied {
		signal(n.soon)
	}
	if any {
		n.changed()
	}
}
