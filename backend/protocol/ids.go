package protocol

import (
	"fmt"
	"math/big"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// TaskID is the number the Task contract gave a task. Ids rise with time; the
// lowest placeBits bits say where the contract keeps the task, the others count
// tasks from 1.
type TaskID uint64

const placeBits = 20

// Serial counts tasks from 1: what people call a task.
func (id TaskID) Serial() uint64 { return uint64(id) >> placeBits }

// Big is the id as the contract's bindings want it.
func (id TaskID) Big() *big.Int { return new(big.Int).SetUint64(uint64(id)) }

func (id TaskID) String() string { return strconv.FormatUint(uint64(id), 10) }

// TaskIDFromBig refuses ids that no real chain will ever reach.
func TaskIDFromBig(n *big.Int) (TaskID, error) {
	if n == nil || !n.IsUint64() {
		return 0, fmt.Errorf("task id %v is out of range", n)
	}
	return TaskID(n.Uint64()), nil
}

// TaskKey binds a task to its chain, contract, creator, arguments and nodes.
// Nodes sign it; relays file by it.
type TaskKey = common.Hash

// Seats is how many nodes run a task.
const Seats = 3

// TaskType is the kind of work, as the Task contract numbers it.
type TaskType uint8

const (
	StableDiffusion TaskType = 0
	GPT             TaskType = 1
)

// MaxTextBytes and MaxImagesBytes bound what a node answers to a task, before it
// is sealed.
const (
	MaxTextBytes   = 8 << 20
	MaxImagesBytes = 44 << 20
)

// ResultKind is what a node committed to, as the Task contract numbers it.
type ResultKind uint8

const (
	KindNone ResultKind = iota
	// KindResult is a digest or perceptual hashes.
	KindResult
	// KindInvalidArguments is a pure function of the envelope, compared like a result.
	KindInvalidArguments
	// The kinds below speak of the machine; they never slash and are never paid.
	KindModelNotFound
	KindFileHashDiffers
	KindCannotRun
)

var kindNames = [...]string{"none", "result", "invalid arguments", "model not found", "file hash differs", "cannot run"}

func (k ResultKind) String() string { return nameOf(kindNames[:], uint8(k)) }

// Outcome is how a task ended, as the Task contract numbers it.
type Outcome uint8

const (
	OutcomeNone Outcome = iota
	OutcomeAgreed
	OutcomeInvalidArguments
	OutcomeNoAgreement
	OutcomeNoArguments
	OutcomeSilent
	OutcomeCancelled
	OutcomeEvicted
	OutcomeExpired
)

var outcomeNames = [...]string{"none", "agreed", "invalid arguments", "no agreement", "no arguments", "silent", "cancelled", "evicted", "expired"}

func (o Outcome) String() string { return nameOf(outcomeNames[:], uint8(o)) }

// TaskStatus is where a task stands, as the Task contract numbers it.
type TaskStatus uint8

const (
	TaskNone TaskStatus = iota
	TaskQueued
	TaskStarted
	TaskSettled
	TaskAborted
	TaskCancelled
	// TaskGone: it ended, and its storage serves another task; its events tell how.
	TaskGone
)

var taskStatusNames = [...]string{"none", "queued", "started", "settled", "aborted", "cancelled", "gone"}

func (s TaskStatus) String() string { return nameOf(taskStatusNames[:], uint8(s)) }

// Final reports whether the task can't change any more.
func (s TaskStatus) Final() bool { return s >= TaskSettled }

// NodeStatus is where a node stands on chain, as the Node contract numbers it.
type NodeStatus uint8

const (
	NodeQuit NodeStatus = iota
	NodeAvailable
	NodeBusy
	NodePendingPause
	NodePendingQuit
	NodePaused
)

var nodeStatusNames = [...]string{"quit", "available", "busy", "pending pause", "pending quit", "paused"}

func (s NodeStatus) String() string { return nameOf(nodeStatusNames[:], uint8(s)) }

func nameOf(names []string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return "unknown (" + strconv.Itoa(int(i)) + ")"
}

// ModelKey is what createTask carries of a model's id.
func ModelKey(modelID string) common.Hash { return crypto.Keccak256Hash([]byte(modelID)) }

// CommitGraceSeconds is how long after the commit deadline the contract takes
// signed commitments, so that whoever holds one can bring it.
const CommitGraceSeconds = 60
