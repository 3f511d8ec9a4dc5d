package node

import (
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"helium/backend/protocol"
)

// drawnAt, window: a job drawn at 1000 whose commitments are due at 1200.
const (
	drawnAt, commitBy = 1000, 1200
	windowIsOver      = commitBy + protocol.CommitGraceSeconds + 1
	patienceSeconds   = 30
)

// jobAt is a job of seat 1 whose turn is the first.
func jobAt(change ...func(*Job)) *Job {
	j := &Job{ID: 1, Seat: 1, Nodes: [protocol.Seats]common.Address{{0xa}, {0xb}, {2}}, DrawnAt: time.Unix(drawnAt, 0), CommitBy: commitBy}
	j.Key[31] = 1
	for _, c := range change {
		c(j)
	}
	return j
}

func answeredJob(j *Job) { j.Answered, j.Stored = true, true }

func signs(seats ...int) func(*Job) {
	return func(j *Job) {
		for _, s := range seats {
			j.Signed[s] = Signed{Commitment: common.Hash{byte(s + 1)}, Signature: hexutil.Bytes{1}}
			j.hear(s)
			j.Given = j.Given || s == int(j.Seat)
		}
		if j.held() {
			j.HeldAt = 1010
		}
	}
}

func opens(seats ...int) func(*Job) {
	return func(j *Job) {
		for _, s := range seats {
			j.Signed[s].Opening = &Opening{}
			j.Opened = j.Opened || s == int(j.Seat)
		}
		if j.openings() {
			j.OpenAt = 1020
		}
	}
}

func inCourt(seats ...int) func(*Job) {
	return func(j *Job) {
		for _, s := range seats {
			j.Commitments[s] = common.Hash{byte(s + 1)}
			j.hear(s)
		}
		if j.Complete = !slices.Contains(j.Commitments[:], common.Hash{}); j.Complete {
			j.RevealBy = 1100
		}
	}
}

func TestWhatAJobWants(t *testing.T) {
	do := func(d duty, seat int) step { return step{d, seat} }
	for _, c := range []struct {
		name  string
		job   *Job
		now   uint64
		want  step
		again uint64
	}{
		{"without an answer it closes when nothing came", jobAt(), 1100, step{}, windowIsOver},
		{"without an answer it closes", jobAt(), windowIsOver, do(dutyClose, 1), 0},
		{"an answer's commitment goes to the relay", jobAt(answeredJob), 1001, do(dutyGive, 1), 0},
		{"then the others are waited for, until half the window", jobAt(answeredJob, signs(1)), 1002, step{}, 1100},
		{"at half the window it goes to court", jobAt(answeredJob, signs(1)), 1100, do(dutyCommit, 1), 0},
		{"the one that it holds of another goes there later", jobAt(answeredJob, signs(1, 2), inCourt(1)), 1100, step{}, 1108},
		{"and then does", jobAt(answeredJob, signs(1, 2), inCourt(1)), 1108, do(dutyCommit, 2), 0},
		{"all three held: it opens", jobAt(answeredJob, signs(0, 1, 2)), 1011, do(dutyOpen, 1), 0},
		{"but not before its answer is stored", jobAt(answeredJob, signs(0, 1, 2), func(j *Job) { j.Stored = false }), 1011, step{}, 1010 + storeGrace},
		{"an opening that is missing is waited for", jobAt(answeredJob, signs(0, 1, 2), opens(1, 2)), 1039, step{}, 1010 + patienceSeconds},
		{"and then it goes to court", jobAt(answeredJob, signs(0, 1, 2), opens(1, 2)), 1040, do(dutyCommit, 1), 0},
		{"all open: the creator settles first", jobAt(answeredJob, signs(0, 1, 2), opens(0, 1, 2)), 1027, step{}, 1028},
		{"then this node, whose turn is the first", jobAt(answeredJob, signs(0, 1, 2), opens(0, 1, 2)), 1028, do(dutySettle, 1), 0},
		{"with all in the court it opens at once", jobAt(answeredJob, signs(0, 1, 2), inCourt(0, 1, 2)), 1050, do(dutyOpen, 1), 0},
		{"in the court too", jobAt(answeredJob, signs(0, 1, 2), opens(1), inCourt(0, 1, 2)), 1050, do(dutyReveal, 1), 0},
		{"that a settlement is possible still saves it", jobAt(answeredJob, signs(0, 1, 2), opens(0, 1, 2), inCourt(0, 1, 2)), 1027, step{}, 1028},
		{"with two in the court it opens when no third can come", jobAt(answeredJob, signs(1), inCourt(1, 2)), windowIsOver, do(dutyReveal, 1), 0},
		{"opened, it closes after the deadline", jobAt(answeredJob, signs(0, 1, 2), opens(1), inCourt(0, 1, 2), func(j *Job) { j.Revealed[1] = true }), 1101, do(dutyClose, 1), 0},
		{"ended without its opening: it opens late", jobAt(answeredJob, signs(1), inCourt(1), func(j *Job) { j.Outcome = protocol.OutcomeSilent }), 1300, do(dutyReveal, 1), 0},
		{"ended and opened: it waits to be let go", jobAt(answeredJob, inCourt(1), func(j *Job) { j.Outcome, j.Revealed[1] = protocol.OutcomeSilent, true }), 1300, step{}, 0},
		{"free: nothing", jobAt(answeredJob, func(j *Job) { j.Freed = true }), 1300, step{}, 0},
	} {
		got, again := c.job.next(c.now, patienceSeconds, nil)
		if got != c.want || again != c.again {
			t.Errorf("%s: at %d it does %v and looks again at %d, want %v, %d", c.name, c.now, got, again, c.want, c.again)
		}
	}
}

// Three nodes that do the same thing would all pay for it.
func TestEachSeatHasATurn(t *testing.T) {
	for key := range byte(3) {
		turns := map[uint64]bool{}
		for seat := range uint8(protocol.Seats) {
			j := Job{Seat: seat}
			j.Key[31] = key
			turns[j.turn()] = true
		}
		if len(turns) != protocol.Seats || !turns[0] {
			t.Errorf("turns are %v", turns)
		}
	}
}

func TestABlockedStepWaits(t *testing.T) {
	j := jobAt(answeredJob)
	blocked := map[step]uint64{{dutyGive, 1}: 1050}
	if got, again := j.next(1001, patienceSeconds, blocked); got != (step{}) || again != 1050 {
		t.Errorf("it does %v and looks again at %d", got, again)
	}
	// One that fails for ever must not keep the node from the court.
	blocked[step{dutyGive, 1}] = never
	if got, _ := j.next(1100, patienceSeconds, blocked); got != (step{dutyCommit, 1}) {
		t.Errorf("it does %v", got)
	}
}

func TestContradictionsAreFound(t *testing.T) {
	said := func(c byte) func(*Job) {
		return func(j *Job) { j.hearCommitment(2, common.Hash{c}, []byte{c}, 1001) }
	}
	unread := func(seat int) func(*Job) {
		return func(j *Job) { j.Unread[seat] = hexutil.Bytes{9}; j.accuse(seat) }
	}
	court := func(c byte) func(*Job) {
		return func(j *Job) { j.noteCommitment(common.Address{2}, common.Hash{c}, common.Hash{7}, false) }
	}
	for _, c := range []struct {
		name string
		job  *Job
		// want is the pair of types; empty for none.
		want string
	}{
		{"one commitment, twice", jobAt(said(1), said(1)), ""},
		{"two commitments", jobAt(said(1), said(2)), "commitment commitment"},
		{"the same in the court", jobAt(said(1), court(1)), ""},
		{"another in the court", jobAt(said(1), court(2)), "commitment commitment"},
		{"another than in the court", jobAt(court(2), said(1)), "commitment commitment"},
		{"a refusal", jobAt(unread(2)), ""},
		{"a commitment and a refusal", jobAt(said(1), unread(2)), "commitment no_arguments"},
		{"a refusal and a commitment", jobAt(unread(2), said(1)), "commitment no_arguments"},
		{"a refusal and one in the court", jobAt(unread(2), court(1)), "commitment no_arguments"},
		{"this node itself", jobAt(func(j *Job) { j.hearCommitment(1, common.Hash{1}, nil, 1001) }, unread(1)), ""},
	} {
		j := c.job
		var got string
		if len(j.charges) > 0 {
			got = j.charges[0].Said[0].Type + " " + j.charges[0].Said[1].Type
		}
		if got != c.want {
			t.Errorf("%s: charged with %q, want %q", c.name, got, c.want)
		}
	}
}
