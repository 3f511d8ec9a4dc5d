package node

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/store"
)

// State is everything there is to show of a node, as of one moment.
type State struct {
	Status Status
	Wish   Wish
	// Chain is the status that the contract has.
	Chain protocol.NodeStatus
	// Reason says why the node does not earn, when it does not.
	Reason *protocol.Reason
	Class  protocol.GPUClass
	Stake  protocol.Wei
	// StakeNeeded is what joining takes.
	StakeNeeded protocol.Wei
	// StakeFrom is when the stake of a node that has left comes back; zero when
	// there is none.
	StakeFrom time.Time
	// Balance is CNX in the wallet, Credited CNX at the contract, Gas the
	// chain's own coin.
	Balance, Credited, Gas protocol.Wei
	// StakeHold is how long after its last task a stake is held.
	StakeHold time.Duration
	// RejoinFrom is when a node that was let go may join again; zero when it may.
	RejoinFrom time.Time
	// Payout is who gets what is earned, and the stake when it comes back.
	// PayoutNext is who will, from the next join on, where that is somebody else.
	Payout, PayoutNext common.Address
	// Score of the last task, 0 to 20; nil before the first.
	Score *int
	// Standing is what the contract keeps of the scores; nil before the first join.
	Standing *Standing
	// GasFor is for how many usual transactions the gas is enough, at the price of
	// now; -1 while that is unknown. Sponsored says that it is too little, and that
	// the network pays instead.
	GasFor    int
	Sponsored bool
	// Task is what the node works on now.
	Task *TaskNow
	// Recent holds the last tasks, newest first, 20 at most.
	Recent   []Record
	Earnings Earnings
	// Yielding says that the owner needs the computer, Freed that the engine has
	// ended, for that or because the node is not to run.
	Yielding, Freed bool
	// Progress is a step that takes long, in words; empty when there is none.
	Progress string
}

// TaskNow is a task at work.
type TaskNow struct {
	ID        protocol.TaskID
	Model     string
	Stage     JobState
	Progress  Progress
	StartedAt time.Time
}

// Earnings of this node. Today starts at local midnight; Week is today and the six
// days before.
type Earnings struct {
	Today, Week, Total protocol.Wei
	TasksToday         int
	TasksTotal         int
}

// recentTasks is how many tasks a State lists.
const recentTasks = 20

// State is the node as of now.
func (n *Node) State() (State, error) {
	n.mu.Lock()
	v := n.view
	progress := n.progress
	n.mu.Unlock()

	s := State{
		Chain: v.status, Class: n.cfg.Class, Stake: v.stake, StakeNeeded: v.stakeNeeded,
		Balance: v.balance, Credited: v.credited.Add(v.creditedOut), Gas: v.gas, Progress: progress,
		StakeHold: n.stakeHold(), Standing: n.standing(v), GasFor: v.gasFor(), Sponsored: v.sponsored,
	}
	if v.rejoinFrom != 0 {
		s.RejoinFrom = time.Unix(int64(v.rejoinFrom), 0)
	}
	if v.status == protocol.NodeQuit && v.stakeFrom != 0 {
		s.StakeFrom = time.Unix(int64(v.stakeFrom), 0)
	}
	err := n.cfg.Store.View(func(tx *store.Tx) error { return n.readState(tx, &s) })
	if err != nil {
		return s, fmt.Errorf("read node state: %w", err)
	}
	if s.Task != nil {
		n.mu.Lock()
		s.Task.Progress = n.doing[s.Task.ID]
		n.mu.Unlock()
	}
	if reason := n.health.worst(); reason != nil && s.Reason == nil {
		s.Reason = reason
	}
	if s.Wish == WishStop && s.Reason != nil && !alwaysShown(s.Reason.Code) {
		s.Reason = nil
	}
	s.Status = statusOf(v.known, s.Wish, v.status, s.Reason != nil && obstructs(s.Reason.Code))
	y := n.yieldingNow()
	s.Yielding, s.Freed = y != nil, n.gate.isFree()
	s.Status = y.shown(s.Wish, v.status, s.Status)
	return s, nil
}

func (n *Node) readState(tx *store.Tx, s *State) error {
	me, err := n.rows.getSelf(tx)
	if err != nil {
		return err
	}
	s.Wish, s.Reason = me.Wish, me.Stuck
	s.Payout, s.PayoutNext = n.payouts(me)
	s.Earnings.Total, s.Earnings.TasksTotal = me.Total, me.Tasks

	if err := n.readEarnings(tx, s); err != nil {
		return err
	}
	if err := n.readRecent(tx, s); err != nil {
		return err
	}
	return n.rows.jobs.Scan(tx, func(_ uint64, j Job) error {
		if j.State == JobEnded {
			return nil
		}
		s.Task = &TaskNow{ID: j.ID, Model: j.Model, Stage: j.State, StartedAt: j.DrawnAt}
		return nil
	})
}

func (n *Node) readEarnings(tx *store.Tx, s *State) error {
	now := n.cfg.Now()
	midnight, week := StartOfDay(now), StartOfDay(now.AddDate(0, 0, -6))
	return n.rows.earned.ScanFrom(tx, quarterOf(week), func(quarter uint64, e earned) error {
		s.Earnings.Week = s.Earnings.Week.Add(e.Paid)
		if quarter >= quarterOf(midnight) {
			s.Earnings.Today = s.Earnings.Today.Add(e.Paid)
			s.Earnings.TasksToday += e.Tasks
		}
		return nil
	})
}

// quarterSeconds is a quarter of an hour.
const quarterSeconds = 900

// quarterOf is the number of the quarter of an hour since 1970.
func quarterOf(t time.Time) uint64 { return uint64(max(0, t.Unix())) / quarterSeconds }

func (n *Node) readRecent(tx *store.Tx, s *State) error {
	err := n.rows.records.ScanBack(tx, ^uint64(0), func(_ uint64, r Record) error {
		s.Recent = append(s.Recent, r)
		if len(s.Recent) == recentTasks {
			return store.ErrStop
		}
		return nil
	})
	if err == nil && len(s.Recent) > 0 {
		score := int(s.Recent[0].Score)
		s.Score = &score
	}
	return err
}

// Subscribe calls back with a State at once and again after every change, with
// changes in quick succession becoming one, until ctx ends. It blocks.
func (n *Node) Subscribe(ctx context.Context, each func(State) error) error {
	ch := make(chan struct{}, 1)
	ch <- struct{}{}
	n.mu.Lock()
	n.subscribers[ch] = true
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		delete(n.subscribers, ch)
		n.mu.Unlock()
	}()

	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ch:
		}
		s, err := n.State()
		if err != nil {
			return err
		}
		if err := each(s); err != nil {
			return err
		}
		// A person can't read faster, and a stream of tokens should not cost more.
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// changed tells subscribers that there is something new to see.
func (n *Node) changed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for ch := range n.subscribers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}
