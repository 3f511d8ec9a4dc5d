package node

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// duty is one thing that a job has to do on its way from its answer to its end.
type duty string

const (
	dutyNone duty = ""
	// dutyGive: leave the signed commitment at the relay.
	dutyGive duty = "give"
	// dutyOpen: leave the signed opening at the relay.
	dutyOpen duty = "open"
	// dutySettle: bring the three openings to the contract.
	dutySettle duty = "settle"
	// dutyCommit: bring a seat's commitment to the court.
	dutyCommit duty = "commit"
	// dutyReveal: open in the court.
	dutyReveal duty = "reveal"
	// dutyClose: end the task, whose deadline has passed.
	dutyClose duty = "close"
)

// step is a duty and the seat that it is for.
type step struct {
	duty duty
	seat int
}

// String names what a step attempts, as the journal counts it.
func (s step) String() string {
	if s.duty == dutyCommit {
		return fmt.Sprintf("%s %d", s.duty, s.seat)
	}
	return string(s.duty)
}

// The patience of nodes with each other, in seconds. The creator settles first,
// since it wants the receipt most.
const (
	// settlePatience is how long the creator has; each node then has settleTurn.
	settlePatience = 8
	settleTurn     = 6
	// bringTurn is between nodes that could bring what another has signed, or
	// close a task, so that not all three pay for it.
	bringTurn = 8
	// revealMargin before the reveal deadline nobody is waited for any more.
	revealMargin = 20
)

// turn is when a seat's turn comes among the three, from 0. Whose is first
// follows from the task.
func (j *Job) turn() uint64 {
	return uint64((int(j.Seat) + protocol.Seats - int(j.Key[31])%protocol.Seats) % protocol.Seats)
}

// half of the commit window: from then on a node does not wait for signatures.
func (j *Job) half() uint64 {
	drawn := uint64(max(0, j.DrawnAt.Unix()))
	return drawn + (max(j.CommitBy, drawn)-drawn)/2
}

// wants is what a job would do and when, the most pressing first. patience is
// how long openings are waited for, in seconds.
//
// The fast way: give the commitment, open when all three are held, settle when
// all three are open. The court is for what is missing: a node goes there with
// its own commitment at half the window, and when an opening is not there in
// time, with all three.
func (j *Job) wants(patience uint64) (due []want) {
	add := func(d duty, seat int, from uint64) { due = append(due, want{step{d, seat}, from}) }
	me := int(j.Seat)
	inCourt := j.Commitments[me] != (common.Hash{})
	windowOver := j.CommitBy + protocol.CommitGraceSeconds + 1
	switch {
	case j.Freed:
		return nil
	case j.Outcome != protocol.OutcomeNone:
		if inCourt && !j.Revealed[me] {
			add(dutyReveal, me, 0) // late, so as not to be slashed
		}
		return due
	}

	closing := windowOver
	if j.RevealBy != 0 {
		closing = j.RevealBy + 1
	}
	// Each waits for its turn, so that not all pay.
	defer func() { add(dutyClose, me, closing+j.turn()*bringTurn) }()
	if !j.Answered {
		return due
	}
	if !j.Given {
		add(dutyGive, me, 0)
	}
	if j.held() && !j.Opened {
		add(dutyOpen, me, j.storedBy(j.HeldAt+storeGrace))
	}
	court := j.half()
	if j.held() {
		court = j.HeldAt + patience
	}
	if j.openings() {
		from := j.OpenAt + settlePatience + j.turn()*settleTurn
		add(dutySettle, me, from)
		court = from + protocol.Seats*settleTurn // when settling does not work
	}
	if !inCourt {
		add(dutyCommit, me, court)
	}
	for seat, s := range j.Signed {
		if seat != me && s.Commitment != (common.Hash{}) && j.Commitments[seat] == (common.Hash{}) {
			add(dutyCommit, seat, court+(1+j.turn())*bringTurn)
		}
	}
	if inCourt && !j.Revealed[me] {
		lastMoment := j.RevealBy - min(j.RevealBy, revealMargin)
		switch {
		case j.Complete && j.openings():
			add(dutyReveal, me, max(court, lastMoment))
		case j.Complete:
			add(dutyReveal, me, j.storedBy(lastMoment))
		default:
			add(dutyReveal, me, max(windowOver, j.storedBy(windowOver+storeGrace)))
		}
	}
	return due
}

// storedBy is when an opening may go out: at once when the relay has the answer,
// else when there is no more time to wait for it.
func (j *Job) storedBy(latest uint64) uint64 {
	if j.Stored {
		return 0
	}
	return latest
}

// want is a step and the chain time from which it is due.
type want struct {
	step
	from uint64
}

// next is what a job has to do at a time of the chain, and if there is nothing,
// when to look again; 0 for when something is heard. blocked are steps that were
// tried, until when they are not tried again.
func (j *Job) next(now, patience uint64, blocked map[step]uint64) (s step, again uint64) {
	for _, w := range j.wants(patience) {
		from := max(w.from, blocked[w.step])
		if from <= now {
			return w.step, 0
		}
		if again == 0 || from < again {
			again = from
		}
	}
	return step{}, again
}
