package node

import "helium/backend/protocol"

// JobState is where a task stands on this node.
type JobState string

const (
	// JobNone: the task is not this node's.
	JobNone JobState = ""
	// JobFetching: drawn; getting the arguments and checking them.
	JobFetching JobState = "fetching"
	// JobRunning: the arguments are right; the engine works.
	JobRunning JobState = "running"
	// JobCommitting: the answer is in the journal; its commitment is on its way.
	JobCommitting JobState = "committing"
	// JobCommitted: the commitment is out; the others' are awaited.
	JobCommitted JobState = "committed"
	// JobRevealing: the opening is on its way.
	JobRevealing JobState = "revealing"
	// JobRevealed: the opening is out; the verdict is awaited.
	JobRevealed JobState = "revealed"
	// JobMissed: the commit window closed without this node.
	JobMissed JobState = "missed"
	// JobEnded: the contract let the node go: paid, unpaid or slashed.
	JobEnded JobState = "ended"
)

// jobEvent is what moves a job.
type jobEvent string

const (
	onDrawn     jobEvent = "drawn"     // the chain drew this node
	onArguments jobEvent = "arguments" // the arguments are here and right
	onAnswer    jobEvent = "answer"    // an answer is in the journal
	onCommitted jobEvent = "committed" // this node's commitment is out: at the relay, or on chain
	onRecalled  jobEvent = "recalled"  // it is out, and the journal that held the answer is lost
	onMissed    jobEvent = "missed"    // the commit window closed without it
	onOpen      jobEvent = "open"      // all commitments are held, or no more can come
	onRevealed  jobEvent = "revealed"  // this node's opening is out
	onFreed     jobEvent = "freed"     // the contract let the node go
)

// jobEdges is the life of a task on a node: every edge there is. An event
// without an edge changes nothing.
var jobEdges = map[JobState]map[jobEvent]JobState{
	JobNone: {onDrawn: JobFetching},
	JobFetching: {
		onArguments: JobRunning,
		onAnswer:    JobCommitting, // an error is an answer too, and some need no engine
		onMissed:    JobMissed,
		onFreed:     JobEnded,
	},
	JobRunning: {
		onAnswer: JobCommitting,
		onMissed: JobMissed,
		onFreed:  JobEnded,
	},
	JobCommitting: {
		onCommitted: JobCommitted,
		onMissed:    JobMissed,
		onFreed:     JobEnded,
	},
	JobCommitted: {
		onOpen:  JobRevealing,
		onFreed: JobEnded,
	},
	JobRevealing: {
		onRevealed: JobRevealed,
		onFreed:    JobEnded,
	},
	JobRevealed: {onFreed: JobEnded},
	JobMissed: {
		onCommitted: JobCommitted, // it was in a block that this node had not seen
		onRecalled:  JobFetching,  // committed before the journal was lost: it must still open
		onFreed:     JobEnded,
	},
	JobEnded: {},
}

// derive is the state that a job's facts amount to. It is what the edges lead
// to, and what a job falls back to when the chain took a fact back.
func (j *Job) derive() JobState {
	switch {
	case j.ID == 0:
		return JobNone
	case j.Freed:
		return JobEnded
	case j.given() && j.Answered && j.canOpen() && j.opened():
		return JobRevealed
	case j.given() && j.Answered && j.canOpen():
		return JobRevealing
	case j.given() && j.Answered:
		return JobCommitted
	case j.Missed && !j.given():
		return JobMissed
	case j.Answered:
		return JobCommitting
	case j.Arguments:
		return JobRunning
	default:
		return JobFetching
	}
}

// Wish is what the owner last asked for.
type Wish string

const (
	// WishNone: nothing was ever asked. A node whose folder was lost is left as
	// it is on chain.
	WishNone  Wish = ""
	WishRun   Wish = "run"
	WishPause Wish = "pause"
	WishStop  Wish = "stop"
)

// move is a transaction that brings a node nearer to its wish.
type move string

const (
	moveNone   move = ""
	moveJoin   move = "join"
	movePause  move = "pause"
	moveResume move = "resume"
	moveQuit   move = "quit"
)

// moves is what to do in every status on chain for every wish. A node that is
// leaving can't be held back: it joins again when it has left.
func moves() map[Wish]map[protocol.NodeStatus]move {
	return map[Wish]map[protocol.NodeStatus]move{
		WishRun: {
			protocol.NodeQuit:         moveJoin,
			protocol.NodeAvailable:    moveNone,
			protocol.NodeBusy:         moveNone,
			protocol.NodePendingPause: moveResume,
			protocol.NodePendingQuit:  moveNone,
			protocol.NodePaused:       moveResume,
		},
		WishPause: {
			protocol.NodeQuit:         moveNone,
			protocol.NodeAvailable:    movePause,
			protocol.NodeBusy:         movePause,
			protocol.NodePendingPause: moveNone,
			protocol.NodePendingQuit:  moveNone,
			protocol.NodePaused:       moveNone,
		},
		WishStop: {
			protocol.NodeQuit:         moveNone,
			protocol.NodeAvailable:    moveQuit,
			protocol.NodeBusy:         moveQuit,
			protocol.NodePendingPause: moveQuit,
			protocol.NodePendingQuit:  moveNone,
			protocol.NodePaused:       moveQuit,
		},
	}
}

// Status is what the node is doing, in the words of the person who owns it.
type Status string

const (
	StatusStarting Status = "starting"
	StatusStopped  Status = "stopped"
	StatusJoining  Status = "joining"
	StatusRunning  Status = "running"
	StatusWorking  Status = "working"
	StatusPausing  Status = "pausing"
	StatusPaused   Status = "paused"
	StatusStopping Status = "stopping"
	StatusBlocked  Status = "blocked"
)

// statusOf puts wish and status on chain into one word. blocked says that a
// reason is in the way of earning.
func statusOf(known bool, w Wish, s protocol.NodeStatus, blocked bool) Status {
	switch {
	case !known && blocked:
		return StatusBlocked
	case !known:
		return StatusStarting
	case s == protocol.NodeBusy && w == WishRun:
		return StatusWorking
	case s == protocol.NodeBusy && w == WishPause, s == protocol.NodePendingPause, s == protocol.NodeAvailable && w == WishPause:
		return StatusPausing
	case s == protocol.NodePendingQuit, s != protocol.NodeQuit && w == WishStop:
		return StatusStopping
	case w == WishRun && blocked:
		return StatusBlocked
	case s == protocol.NodeQuit && w == WishRun:
		return StatusJoining
	case s == protocol.NodePaused && w == WishRun:
		return StatusJoining
	case s == protocol.NodePaused:
		return StatusPaused
	case s == protocol.NodeAvailable:
		return StatusRunning
	default:
		return StatusStopped
	}
}
