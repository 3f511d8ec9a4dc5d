package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// This file is the network as the natspec tells it, in Go: what a walk believes
// of nodes, classes and tasks without looking at the chain.

// walkNode is an account that joins. One of them is a contract, which tries in
// vain.
type walkNode struct {
	address common.Address
	// key signs. A contract's is somebody else's.
	key        *ecdsa.PrivateKey
	isContract bool

	status  protocol.NodeStatus
	class   *walkClass // of the newest join; nil if there was none
	listed  bool       // it has resumed since, and counts in its class
	task    *walkTask  // that holds it
	stake   *big.Int
	payout  common.Address
	sealKey common.Hash
	recent  [3]int
	mean    int
	models  uint64
	nonce   uint32
	// lastTask is when a task let it go, or when it joined. These are chain time.
	lastTask, stakeFrom, rejoinFrom uint64
}

func (n *walkNode) joined() bool  { return n.status != protocol.NodeQuit }
func (n *walkNode) counted() bool { return n.listed }
func (n *walkNode) free() bool    { return n.status == protocol.NodeAvailable }

// walkClass is a GPU class.
type walkClass struct {
	contractstest.Class
	id          common.Hash
	step        int
	fingerprint common.Hash
	gpt         bool
	// serving begins when a node resumes or the class is registered, and ends when
	// too few nodes are left or it is struck; few, that it has few free nodes, is
	// what it was when those last changed.
	serving, few bool
}

// walkTask is a task that was created.
type walkTask struct {
	id            *big.Int
	place, serial uint64
	creator       common.Address
	by            sender // the creator
	request       contracts.TaskRequest
	params        contracts.Params // those it was created under
	fee           *big.Int         // what is left of it
	value         *big.Int
	status        protocol.TaskStatus
	outcome       protocol.Outcome
	since         uint64

	nodes      [3]*walkNode
	key        common.Hash
	prevrandao *big.Int
	oldKeys    []common.Hash
	redrawn    bool

	// plan is what each seat is going to say.
	plan       [3]contractstest.Answer
	committed  [3]common.Hash // in the court
	completeAt uint64
	story      story
	// agreeing seats are those that agreed when the task ended; locked ones have
	// not opened.
	agreeing []int
	locked   [3]bool
}

func (t *walkTask) gpt() bool { return protocol.TaskType(t.request.TaskType) == protocol.GPT }

func (t *walkTask) step() int { return stepOfTask(t.request.MinVramGB) }

func (t *walkTask) list() int { return int(t.request.TaskType)<<4 | t.step() }

func (t *walkTask) open() bool { return !t.status.Final() || t.locked != [3]bool{} }

func (t *walkTask) pricing() contracts.Pricing { return pricingOf(t.params, t.request.TaskType) }

func pricingOf(p contracts.Params, taskType uint8) contracts.Pricing {
	if protocol.TaskType(taskType) == protocol.GPT {
		return p.Gpt
	}
	return p.StableDiffusion
}

// duration is T in seconds.
func duration(p contracts.Pricing, units uint32) int64 {
	return int64(p.OverheadSeconds) + int64(units)*int64(p.SecondsPerUnit)
}

// leastFee is that of the smallest task in proportion to T, rounded up.
func leastFee(p contracts.Params, r contracts.TaskRequest) *big.Int {
	pricing := pricingOf(p, r.TaskType)
	smallest := duration(pricing, 1)
	n := new(big.Int).Mul(p.MinFee, big.NewInt(duration(pricing, r.Units)))
	return n.Div(n.Add(n, big.NewInt(smallest-1)), big.NewInt(smallest))
}

func (t *walkTask) argumentsBy() uint64 { return t.since + uint64(t.params.ArgumentSeconds) }

// lastCommit is until when the contract takes commitments.
func (t *walkTask) lastCommit() uint64 {
	const grace = 60
	return t.since + uint64(t.params.CommitSeconds) + uint64(duration(t.pricing(), t.request.Units)) + grace
}

func (t *walkTask) revealBy() uint64 {
	from := t.lastCommit()
	if t.completeAt != 0 {
		from = t.completeAt
	}
	return from + uint64(t.params.RevealSeconds)
}

func (t *walkTask) commits() (n int) {
	for _, c := range t.committed {
		if c != (common.Hash{}) {
			n++
		}
	}
	return n
}

// dueAfter is the time after which anybody may close the task.
func (t *walkTask) dueAfter() uint64 {
	switch {
	case t.status == protocol.TaskQueued:
		return t.since + uint64(t.params.QueueSeconds)
	case t.status == protocol.TaskStarted && t.commits() == 0:
		return t.lastCommit()
	case t.status == protocol.TaskStarted:
		return t.revealBy()
	default:
		return t.revealBy() + uint64(t.params.OpenSeconds)
	}
}

func (t *walkTask) bill(fee *big.Int) bill {
	return bill{
		fee: fee, overhead: int64(t.pricing().OverheadSeconds),
		whole: duration(t.pricing(), t.request.Units), cutPerMille: int64(t.params.CutPerMille),
	}
}

// seatOf is -1 for a node that is not in the task.
func (t *walkTask) seatOf(n *walkNode) int { return slices.Index(t.nodes[:], n) }

// before is the order of the queue: the dearer by the second first, the older of
// equals first.
func (t *walkTask) before(other *walkTask) bool {
	if c := t.value.Cmp(other.value); c != 0 {
		return c > 0
	}
	return t.serial < other.serial
}

// stepSizes are the memory steps in GB.
var stepSizes = [15]uint16{1, 2, 4, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64, 80, 128}

// stepOfTask is the smallest step that holds a task; 15 when none does.
func stepOfTask(gb uint16) int {
	for step, size := range stepSizes {
		if size >= gb {
			return step
		}
	}
	return len(stepSizes)
}

// stepOfCard is the largest step that a card fills.
func stepOfCard(gb uint16) (step int) {
	for i, size := range stepSizes {
		if size <= gb {
			step = i
		}
	}
	return step
}

// bitsOfModel are the three bits of a model among 64.
func bitsOfModel(key common.Hash) uint64 {
	n := new(big.Int).SetBytes(key[:])
	low := new(big.Int).And(n, big.NewInt(1<<18-1)).Uint64()
	return 1<<(low&63) | 1<<(low>>6&63) | 1<<(low>>12&63)
}

// holds says whether a node claims the model of a task that names one.
func (t *walkTask) holds(n *walkNode) bool {
	bits := bitsOfModel(t.request.ModelKey)
	return n.models&bits == bits
}

// Of classes.

func (w *walk) nodesOf(c *walkClass, have func(*walkNode) bool) (n int) {
	for _, node := range w.nodes {
		if node.class == c && have(node) {
			n++
		}
	}
	return n
}

func (w *walk) joinedIn(c *walkClass) int { return w.nodesOf(c, (*walkNode).counted) }
func (w *walk) freeIn(c *walkClass) int   { return w.nodesOf(c, (*walkNode).free) }

// freeForGPT are a class's nodes that a GPT task could draw.
func (w *walk) freeForGPT(c *walkClass) int {
	if n := w.freeIn(c); c.serving && n >= 3 {
		return n
	}
	return 0
}

// freeFrom are the free nodes of a step and those above it.
func (w *walk) freeFrom(step int) (n int) {
	for _, c := range w.classes {
		if c.step >= step {
			n += w.freeIn(c)
		}
	}
	return n
}

// anyStep stands for all steps together among those from which few nodes were drawn.
const anyStep = len(stepSizes)

// turn says whether it is time to draw from few nodes again.
func (w *walk) turn(step int, at uint64) bool {
	return at >= w.fewDrawnAt[step]+uint64(w.rules.DrawSeconds)
}

// couldRun says whether three joined nodes could ever run the task.
func (w *walk) couldRun(t *walkTask) bool {
	n := 0
	for _, c := range w.classes {
		if c.step >= t.step() && (c.serving || !t.gpt()) {
			n += w.joinedIn(c)
		}
	}
	return n >= 3
}

func (w *walk) joinedNodes() (n int) {
	for _, node := range w.nodes {
		if node.counted() {
			n++
		}
	}
	return n
}

// canDraw says whether nodes can be drawn for a task of a type and step.
func (w *walk) canDraw(gpt bool, step int, at uint64) bool {
	if !gpt {
		free := w.freeFrom(step)
		return free >= int(w.rules.DrawCandidates) || free >= 3 && w.turn(anyStep, at)
	}
	for _, c := range w.classes {
		if c.step >= step && w.freeForGPT(c) > 0 && (!c.few || w.turn(c.step, at)) {
			return true
		}
	}
	return false
}

// manyFree says whether a task of text finds a class with many free nodes.
func (w *walk) manyFree(step int) bool {
	for _, c := range w.classes {
		if c.step >= step && w.freeForGPT(c) > 0 && !c.few {
			return true
		}
	}
	return false
}

// bestWaiting is the best of the queued tasks that could be drawn at a time.
func (w *walk) bestWaiting(at uint64) (best *walkTask) {
	for list, waiting := range w.queues {
		if len(waiting) == 0 || best != nil && !waiting[0].before(best) {
			continue
		}
		if w.canDraw(list>>4 == int(protocol.GPT), list&15, at) {
			best = waiting[0]
		}
	}
	return best
}

// capacity is how many tasks of one list may wait.
func (w *walk) capacity() int {
	return max(50, w.joinedNodes()*int(w.rules.QueuePer100Nodes)/100)
}
