package node

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"pgregory.net/rapid"

	"helium/backend/protocol"
)

func testJob() Job {
	return Job{ID: 17, Key: common.HexToHash("0x17"), Seat: 1, Nodes: [3]common.Address{{1}, {2}, {3}}}
}

var committed = common.HexToHash("0xc0")

// causes are the facts behind each event, as the node notes them.
func causes() map[jobEvent]func(*Job) {
	return map[jobEvent]func(*Job){
		onDrawn:     func(*Job) {},
		onArguments: func(j *Job) { j.Arguments = true },
		onAnswer:    func(j *Job) { j.Answered = true },
		onCommitted: func(j *Job) { j.noteCommitment(j.Nodes[j.Seat], committed, common.Hash{}, false) },
		onRecalled:  func(j *Job) { j.noteCommitment(j.Nodes[j.Seat], committed, common.Hash{}, false) },
		onMissed:    func(j *Job) { j.Missed, j.WindowOver = true, true },
		onOpen:      func(j *Job) { j.Complete = true },
		onRevealed:  func(j *Job) { j.Revealed[j.Seat] = true },
		onFreed:     func(j *Job) { j.Freed = true },
	}
}

// paths lead to every state, by causes.
func paths() map[JobState][]jobEvent {
	return map[JobState][]jobEvent{
		JobNone:       nil,
		JobFetching:   {onDrawn},
		JobRunning:    {onDrawn, onArguments},
		JobCommitting: {onDrawn, onArguments, onAnswer},
		JobCommitted:  {onDrawn, onArguments, onAnswer, onCommitted},
		JobRevealing:  {onDrawn, onArguments, onAnswer, onCommitted, onOpen},
		JobRevealed:   {onDrawn, onArguments, onAnswer, onCommitted, onOpen, onRevealed},
		JobMissed:     {onDrawn, onMissed},
		JobEnded:      {onDrawn, onFreed},
	}
}

func TestEveryEdgeOfAJobIsTakenByItsFact(t *testing.T) {
	for from, edges := range jobEdges {
		for event, want := range edges {
			var job Job
			if from != JobNone {
				job = testJob()
			}
			for _, e := range paths()[from] {
				causes()[e](&job)
				job.settle()
			}
			if job.State != from {
				t.Fatalf("the path to %q leads to %q", from, job.State)
			}
			if from == JobNone {
				job = testJob()
			}
			if event == onCommitted && from == JobMissed {
				// A miss with an answer at hand: the commitment was on its way.
				job.Answered = true
			}
			causes()[event](&job)
			job.settle()
			// Committing after the window opens at once what it committed.
			if event == onCommitted && from == JobMissed {
				want = JobRevealing
			}
			if job.State != want {
				t.Errorf("%q on %q: got %q, want %q", from, event, job.State, want)
			}
			if !allowed(job.derive(), job.State) {
				t.Errorf("%q on %q: facts amount to %q, state is %q", from, event, job.derive(), job.State)
			}
		}
	}
}

func allowed(derived, state JobState) bool { return derived == state }

func TestEveryStateHasAPathAndAnAct(t *testing.T) {
	for state := range jobEdges {
		if _, ok := paths()[state]; !ok {
			t.Errorf("no path to %q", state)
		}
		acts := state == JobFetching || state == JobRunning || pursued(state)
		if over := state == JobNone || state == JobEnded; acts == over {
			t.Errorf("state %q: has an act: %v", state, acts)
		}
	}
}

// Facts come in any order, and the chain may take some back: what the edges
// lead to is always what the facts amount to.
func TestStatesAreWhatTheFactsAmountTo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		job := testJob()
		job.settle()
		facts := []func(*Job){
			func(j *Job) { j.Arguments = true },
			func(j *Job) { j.Answered = true },
			func(j *Job) { j.noteCommitment(j.Nodes[0], committed, common.Hash{}, false) },
			func(j *Job) { j.noteCommitment(j.Nodes[1], committed, common.Hash{}, false) },
			func(j *Job) { j.WindowOver = true; j.Missed = j.Missed || j.Commitments[1] == (common.Hash{}) },
			func(j *Job) { j.Complete = j.Complete || j.Commitments[1] != (common.Hash{}) },
			func(j *Job) { j.Revealed[1] = j.Revealed[1] || j.State == JobRevealing },
			func(j *Job) { j.Outcome = protocol.OutcomeAgreed },
			func(j *Job) { j.Freed = true },
		}
		for _, i := range rapid.SliceOf(rapid.IntRange(0, len(facts)-1)).Draw(t, "facts") {
			facts[i](&job)
			job.settle()
			if job.State != job.derive() {
				t.Fatalf("state is %q, the facts amount to %q: %+v", job.State, job.derive(), job)
			}
		}
		job.noteCommitment(job.Nodes[1], committed, common.Hash{}, true)
		job.Freed, job.Revealed[1], job.Complete, job.Outcome = false, false, false, 0
		job.State = job.derive()
		if s := job.State; s == JobRevealed || s == JobEnded || s == JobCommitted || s == JobRevealing {
			t.Fatalf("without its commitment the job is still %q", s)
		}
	})
}

func TestAWishIsReachedFromEveryStatus(t *testing.T) {
	reached := map[Wish]protocol.NodeStatus{WishRun: protocol.NodeAvailable, WishPause: protocol.NodePaused, WishStop: protocol.NodeQuit}
	for wish, want := range reached {
		for status := protocol.NodeQuit; status <= protocol.NodePaused; status++ {
			if _, ok := moves()[wish][status]; !ok {
				t.Errorf("nothing is said of %s with status %s", wish, status)
			}
			now := status
			for range 6 {
				now = after(now, moves()[wish][now])
			}
			if wish == WishPause && now == protocol.NodeQuit {
				continue // a node that has left stays out
			}
			if now != want {
				t.Errorf("%s from %s ends at %s", wish, status, now)
			}
		}
	}
}

// after is what the contract makes of a move, and then of the end of a task.
func after(s protocol.NodeStatus, m move) protocol.NodeStatus {
	type step struct {
		s protocol.NodeStatus
		m move
	}
	contract := map[step]protocol.NodeStatus{
		{protocol.NodeQuit, moveJoin}:           protocol.NodeAvailable,
		{protocol.NodeAvailable, movePause}:     protocol.NodePaused,
		{protocol.NodeBusy, movePause}:          protocol.NodePendingPause,
		{protocol.NodePaused, moveResume}:       protocol.NodeAvailable,
		{protocol.NodePendingPause, moveResume}: protocol.NodeBusy,
		{protocol.NodeAvailable, moveQuit}:      protocol.NodeQuit,
		{protocol.NodePaused, moveQuit}:         protocol.NodeQuit,
		{protocol.NodeBusy, moveQuit}:           protocol.NodePendingQuit,
		{protocol.NodePendingPause, moveQuit}:   protocol.NodePendingQuit,
	}
	if next, ok := contract[step{s, m}]; ok {
		return next
	}
	ended := map[protocol.NodeStatus]protocol.NodeStatus{
		protocol.NodeBusy: protocol.NodeAvailable, protocol.NodePendingPause: protocol.NodePaused, protocol.NodePendingQuit: protocol.NodeQuit,
	}
	if next, ok := ended[s]; ok && m == moveNone {
		return next
	}
	return s
}

func TestStatusInWords(t *testing.T) {
	for _, c := range []struct {
		known   bool
		wish    Wish
		chain   protocol.NodeStatus
		blocked bool
		want    Status
	}{
		{false, WishRun, 0, false, StatusStarting},
		{false, WishRun, 0, true, StatusBlocked},
		{true, WishStop, protocol.NodeQuit, false, StatusStopped},
		{true, WishPause, protocol.NodeQuit, false, StatusStopped},
		{true, WishRun, protocol.NodeQuit, false, StatusJoining},
		{true, WishRun, protocol.NodeQuit, true, StatusBlocked},
		{true, WishRun, protocol.NodeAvailable, false, StatusRunning},
		{true, WishRun, protocol.NodeAvailable, true, StatusBlocked},
		{true, WishRun, protocol.NodeBusy, false, StatusWorking},
		{true, WishRun, protocol.NodeBusy, true, StatusWorking},
		{true, WishRun, protocol.NodePaused, false, StatusJoining},
		{true, WishPause, protocol.NodeAvailable, false, StatusPausing},
		{true, WishPause, protocol.NodeBusy, false, StatusPausing},
		{true, WishPause, protocol.NodePendingPause, false, StatusPausing},
		{true, WishPause, protocol.NodePaused, false, StatusPaused},
		{true, WishStop, protocol.NodeAvailable, false, StatusStopping},
		{true, WishStop, protocol.NodeBusy, false, StatusStopping},
		{true, WishRun, protocol.NodePendingQuit, false, StatusStopping},
	} {
		if got := statusOf(c.known, c.wish, c.chain, c.blocked); got != c.want {
			t.Errorf("known %v, %s, %s, blocked %v: got %s, want %s", c.known, c.wish, c.chain, c.blocked, got, c.want)
		}
	}
}

func TestEveryReasonSaysWhatItIsAndWhatToDo(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range registry() {
		if r.Code == "" || r.Title == "" || r.Action == "" || seen[r.Code] {
			t.Errorf("reason %+v is incomplete or twice", r)
		}
		seen[r.Code] = true
	}
}

func TestOrderOfCommitmentsIsPacked(t *testing.T) {
	for _, c := range []struct {
		came []int
		want [3]uint8
	}{{nil, [3]uint8{0, 1, 2}}, {[]int{2}, [3]uint8{2, 0, 1}}, {[]int{1, 2, 0}, [3]uint8{1, 2, 0}}} {
		if got, want := packOrder(c.came), protocol.PackOrder(c.want); got != want {
			t.Errorf("%v: got %06b, want %06b", c.came, got, want)
		}
	}
}
