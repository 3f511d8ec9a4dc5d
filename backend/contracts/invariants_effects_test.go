package contracts_test

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// This file is what each successful call changes by the rules: in the walk's
// books, and in what events must tell.

// expect adds an event that the rules want of this transaction.
func (w *walk) expect(format string, args ...any) {
	w.wanted = append(w.wanted, fmt.Sprintf(format, args...))
}

// describe writes events as expect does; the places where a task's nodes came
// from, which nobody can foresee, are left out.
func describe(event any) string {
	switch e := event.(type) {
	case *contracts.TaskTaskCreated:
		return fmt.Sprintf("created %s %s %s", e.TaskId, e.Creator, e.Fee)
	case *contracts.TaskTaskQueued:
		return fmt.Sprintf("queued %s %s", e.TaskId, e.Value)
	case *contracts.TaskTaskDrawn:
		return fmt.Sprintf("drawn %s by %d, %d", e.TaskId, e.ArgumentsBy, e.CommitBy)
	case *contracts.TaskCommitted:
		return fmt.Sprintf("committed %s %d %x", e.TaskId, e.Seat, e.Commitment)
	case *contracts.TaskCommitmentsComplete:
		return fmt.Sprintf("complete %s %d", e.TaskId, e.RevealBy)
	case *contracts.TaskRevealed:
		return fmt.Sprintf("revealed %s %d %d %x %x", e.TaskId, e.Seat, e.Kind, e.Result, e.Nonce)
	case *contracts.TaskTaskEnded:
		return fmt.Sprintf("ended %s %s %d %x", e.TaskId, protocol.Outcome(e.Outcome), e.Kind, e.Result)
	case *contracts.TaskNodePaid:
		return fmt.Sprintf("paid %s %s %s %s %d", e.TaskId, e.Node, e.Payout, e.Amount, e.Score)
	case *contracts.TaskNodeReleased:
		return fmt.Sprintf("released %s %s %d", e.TaskId, e.Node, e.Score)
	case *contracts.TaskNodeDeviated:
		return fmt.Sprintf("deviated %s %s %s", e.TaskId, e.Node, e.Stake)
	case *contracts.TaskCreatorRefunded:
		return fmt.Sprintf("refunded %s %s %s", e.TaskId, e.Creator, e.Amount)
	case *contracts.TaskRewarded:
		return fmt.Sprintf("rewarded %s %s %s", e.TaskId, e.Account, e.Amount)
	case *contracts.TaskContradiction:
		return fmt.Sprintf("contradiction %s %x %s", e.Node, e.TaskKey, e.Stake)
	case *contracts.TaskDeposited:
		return fmt.Sprintf("deposited %s %s", e.Account, e.Amount)
	case *contracts.TaskWithdrawn:
		return fmt.Sprintf("withdrawn %s %s", e.Account, e.Amount)
	case *contracts.NodeNodeJoined:
		return fmt.Sprintf("joined %s %x %s %s", e.Node, e.ClassId, e.Payout, e.Stake)
	case *contracts.NodeNodeStatusChanged:
		return fmt.Sprintf("status %s %s", e.Node, protocol.NodeStatus(e.Status))
	case *contracts.NodeModelsAnnounced:
		return fmt.Sprintf("models %s %x", e.Node, e.Models)
	case *contracts.NodeNodeSlashed:
		return fmt.Sprintf("slashed %s %s", e.Node, e.Stake)
	case *contracts.NodeNodeKickedOut:
		return fmt.Sprintf("kicked %s %d", e.Node, e.RejoinFrom)
	case *contracts.NodeStakeHeld:
		return fmt.Sprintf("held %s %s %d", e.Node, e.Stake, e.From)
	case *contracts.NodeStakeReturned:
		return fmt.Sprintf("returned %s %s %s", e.Node, e.To, e.Amount)
	case *contracts.NodeClassAdded:
		return fmt.Sprintf("class %x", e.ClassId)
	case *contracts.NodeClassChanged:
		return fmt.Sprintf("class %x %t", e.ClassId, e.Gpt)
	case *contracts.TaskRelaySet:
		return fmt.Sprintf("relay %s %t", e.Relay, e.Registered)
	default:
		return fmt.Sprintf("%T", event)
	}
}

// compareEvents fails unless the transaction told exactly what the rules want.
func (w *walk) compareEvents(events []any) {
	told := make([]string, len(events))
	for i, event := range events {
		told[i] = describe(event)
	}
	slices.Sort(told)
	slices.Sort(w.wanted)
	if !slices.Equal(told, w.wanted) {
		w.fail("events tell\n  %q, want\n  %q", told, w.wanted)
	}
	w.wanted = w.wanted[:0]
}

// Of nodes.

// classChanged stops a class that is struck or has too few nodes.
func (w *walk) classChanged(c *walkClass) {
	if c.serving && !w.mayServe(c) {
		c.serving, w.freeChanged[c] = false, true
		w.count("class stops serving")
	}
}

// serve lets a class begin that has its nodes.
func (w *walk) serve(c *walkClass) {
	if !c.serving && w.mayServe(c) {
		c.serving, w.freeChanged[c] = true, true
		w.count("class begins to serve")
	}
}

func (w *walk) mayServe(c *walkClass) bool {
	return c.gpt && w.joinedIn(c) >= int(w.rules.MinClassNodes)
}

// become gives a node a status that no event tells.
func (w *walk) become(n *walkNode, s protocol.NodeStatus) {
	if n.status == protocol.NodeAvailable || s == protocol.NodeAvailable {
		w.freeChanged[n.class] = true
	}
	n.status = s
	wasListed := n.listed
	n.listed = s == protocol.NodeAvailable || s != protocol.NodeQuit && n.listed
	if n.listed != wasListed {
		w.classChanged(n.class)
	}
}

func (w *walk) setStatus(n *walkNode, s protocol.NodeStatus) {
	w.become(n, s)
	w.expect("status %s %s", n.address, s)
}

// leave makes a node Quit. Its stake comes back when it joined and its last task
// are long ago.
func (w *walk) leave(n *walkNode) {
	w.setStatus(n, protocol.NodeQuit)
	if n.stake.Sign() == 0 {
		return
	}
	if from := n.lastTask + uint64(w.rules.StakeSeconds); w.Now() < from {
		n.stakeFrom = from
		w.expect("held %s %s %d", n.address, n.stake, from)
		w.count("stake held")
	} else {
		w.returnStake(n)
	}
}

func (w *walk) returnStake(n *walkNode) {
	w.expect("returned %s %s %s", n.address, n.payout, n.stake)
	n.stake = new(big.Int)
	w.count("stake returned")
}

// takeStake moves a node's stake to the pool. why is who may lose one.
func (w *walk) takeStake(n *walkNode, why string) {
	w.expect("slashed %s %s", n.address, n.stake)
	w.pool.Add(w.pool, n.stake)
	n.stake, n.mean = new(big.Int), 0
	w.count("slashed: " + why)
}

// letGo frees a node of its task.
func (w *walk) letGo(n *walkNode, score int) {
	n.task, n.lastTask = nil, w.Now()
	w.touch(n)
	if score != unscored {
		n.recent = [3]int{score, n.recent[0], n.recent[1]}
		n.mean = (7*n.mean + 256*score) / 8
		if n.recent[0]+n.recent[1]+n.recent[2] <= int(w.rules.KickOutScore) {
			n.recent = [3]int{20, 20, 20}
			n.rejoinFrom = w.Now() + uint64(w.rules.RejoinSeconds)
			w.expect("kicked %s %d", n.address, n.rejoinFrom)
			w.count("kicked out")
			w.leave(n)
			return
		}
	}
	switch n.status {
	case protocol.NodePendingQuit:
		w.leave(n)
	case protocol.NodePendingPause:
		w.setStatus(n, protocol.NodePaused)
	default:
		w.become(n, protocol.NodeAvailable)
	}
}

// slashInTask ends a node's part in a task with the loss of its stake.
func (w *walk) slashInTask(n *walkNode, why string) {
	w.takeStake(n, why)
	n.task, n.recent = nil, [3]int{20, 20, 20}
	w.setStatus(n, protocol.NodeQuit)
	w.touch(n)
}

// Of tasks.

// drawn gives a task the nodes that an event tells, if the rules allow them.
func (w *walk) drawn(t *walkTask, e *contracts.TaskTaskDrawn, old [3]*walkNode) {
	var class *walkClass
	if t.gpt() {
		class = w.class(e.ClassId)
		if class == nil || class.step < t.step() {
			w.fail("task %s was drawn from class %x, whose nodes can't run it", t.id, e.ClassId)
		}
	} else if e.ClassId != [32]byte{} {
		w.fail("an image task names class %x", e.ClassId)
	}
	for seat, address := range e.Nodes {
		n := w.node[address]
		if n == nil {
			w.fail("task %s has node %s, which never joined", t.id, address)
		}
		if n != old[seat] {
			if !n.free() || n.task != nil {
				w.fail("task %s was given node %s, which is %s", t.id, address, n.status)
			}
			if n.class.step < t.step() || class != nil && n.class != class {
				w.fail("task %s was given node %s of another class or too little memory", t.id, address)
			}
			w.become(n, protocol.NodeBusy)
			n.task = t
			w.touch(n)
		}
		t.nodes[seat] = n
	}
	w.checkRoll(t)
	if t.status == protocol.TaskStarted {
		t.oldKeys = append(t.oldKeys, t.key)
	}
	t.status, t.since, t.key, t.prevrandao = protocol.TaskStarted, w.Now(), e.TaskKey, e.Prevrandao
	w.checkKey(t)
	t.plan = w.plan(t)
	w.expect("drawn %s by %d, %d", t.id, t.argumentsBy(), t.lastCommit()-60)
}

// drawnAnew is drawn for a task that had no nodes.
func (w *walk) drawnAnew(t *walkTask, receipt *types.Receipt) {
	many, free := w.manyFree(t.step()), w.freeFrom(t.step())
	w.drawn(t, contractstest.Find[contracts.TaskTaskDrawn](w.Chain, receipt), [3]*walkNode{})
	w.running++
	switch c := t.nodes[0].class; {
	case t.gpt() && many && c.few:
		w.fail("task %s was drawn from class %s, which has few free nodes, while another has many", t.id, c.Card)
	case t.gpt() && c.few:
		w.fewDrawnAt[c.step] = w.Now()
		w.count("drawn from few")
	case !t.gpt() && free < int(w.rules.DrawCandidates):
		w.fewDrawnAt[anyStep] = w.Now()
		w.count("drawn from few")
	}
}

// checkRoll fails unless the newest draw was made by the block and by what the
// creator fixed, by nothing else.
func (w *walk) checkRoll(t *walkTask) {
	since := t.since
	if t.status == protocol.TaskNone { // new in this block
		since = w.Now()
	}
	dice := w.EVM.Randao(w.BlockNumber())
	var word [32]byte
	binary.BigEndian.PutUint64(word[24:], since)
	want := crypto.Keccak256Hash(dice[:], common.LeftPadBytes(t.creator[:], 32), t.request.ArgsHash[:], word[:])
	if len(w.rolls) != 1 || w.rolls[0] != want {
		w.fail("task %s was drawn by %x, want one draw by %x", t.id, w.rolls, want)
	}
}

func (w *walk) checkKey(t *walkTask) {
	var nodes [3]common.Address
	for seat, n := range t.nodes {
		nodes[seat] = n.address
	}
	if dice := w.EVM.Randao(w.BlockNumber()).Big(); t.prevrandao.Cmp(dice) != 0 {
		w.fail("task %s was drawn by %s, want the block's %s", t.id, t.prevrandao, dice)
	}
	key := protocol.TaskKeyOf(w.Domain, protocol.TaskID(t.id.Uint64()), t.creator, t.request.ArgsHash, nodes, common.BigToHash(t.prevrandao))
	if key != t.key {
		w.fail("task %s has key %x, want %x", t.id, t.key, key)
	}
}

func (w *walk) enqueue(t *walkTask) {
	t.status, t.since = protocol.TaskQueued, w.Now()
	waiting := append(w.queues[t.list()], t)
	slices.SortFunc(waiting, func(a, b *walkTask) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	w.queues[t.list()] = waiting
	w.expect("queued %s %s", t.id, t.value)
}

func (w *walk) dequeue(t *walkTask) {
	i := slices.Index(w.queues[t.list()], t)
	w.queues[t.list()] = slices.Delete(w.queues[t.list()], i, i+1)
}

// takeOut ends a queued task. kept of its fee goes to the pool.
func (w *walk) takeOut(t *walkTask, outcome protocol.Outcome, kept *big.Int) {
	w.dequeue(t)
	status := protocol.TaskAborted
	if outcome == protocol.OutcomeCancelled {
		status = protocol.TaskCancelled
	}
	w.pool.Add(w.pool, kept)
	w.end(t, status, outcome, protocol.KindNone, nil)
	w.refund(t, new(big.Int).Sub(t.fee, kept))
	w.spent(t, kept)
	w.allSpent(t)
}

// end writes down how a task ended.
func (w *walk) end(t *walkTask, status protocol.TaskStatus, outcome protocol.Outcome, kind protocol.ResultKind, result []byte) {
	t.status, t.outcome = status, outcome
	w.expect("ended %s %s %d %x", t.id, outcome, kind, result)
	w.count("ended: " + outcome.String())
}

func (w *walk) refund(t *walkTask, amount *big.Int) {
	if amount.Sign() > 0 {
		w.credit(t.creator, amount)
		w.expect("refunded %s %s %s", t.id, t.creator, amount)
	}
	w.spent(t, amount)
}

func (w *walk) reward(t *walkTask, s sender, amount *big.Int) {
	if amount.Sign() > 0 {
		w.credit(s.address(), amount)
		w.expect("rewarded %s %s %s", t.id, s.address(), amount)
	}
	w.spent(t, amount)
}

// spent takes from what is left of a task's fee: there must be so much.
func (w *walk) spent(t *walkTask, amount *big.Int) {
	t.fee.Sub(t.fee, amount)
	w.fees.Sub(w.fees, amount)
	if t.fee.Sign() < 0 {
		w.fail("task %s spent %s more than its fee", t.id, new(big.Int).Neg(t.fee))
	}
}

// allSpent fails unless nothing of an ended task's fee is left.
func (w *walk) allSpent(t *walkTask) {
	if t.fee.Sign() != 0 {
		w.fail("task %s ended with %s of its fee left over", t.id, t.fee)
	}
	w.touchTask(t)
}

// paid gives a node its pay.
func (w *walk) paid(t *walkTask, n *walkNode, amount *big.Int, score int) {
	w.credit(n.payout, amount)
	w.expect("paid %s %s %s %s %d", t.id, n.address, n.payout, amount, max(0, score))
	w.spent(t, amount)
}

// judge ends a started task by its story.
func (w *walk) judge(t *walkTask, s sender) {
	settle := t.params.SettleReward
	v := t.story.judge(t.bill(new(big.Int).Sub(t.fee, settle)))
	_, t.agreeing = t.story.agreement()
	for seat, n := range t.nodes {
		switch {
		case v.locked[seat]:
			t.locked[seat] = true
			w.count("locked")
			continue
		case v.slashed[seat]:
			w.expect("deviated %s %s %s", t.id, n.address, n.stake)
			w.slashInTask(n, "deviates")
			continue
		case v.pay[seat].Sign() > 0:
			w.paid(t, n, v.pay[seat], v.score[seat])
		default:
			w.expect("released %s %s %d", t.id, n.address, max(0, v.score[seat]))
		}
		w.letGo(n, v.score[seat])
	}
	status := protocol.TaskSettled
	if v.kind == protocol.KindNone {
		status = protocol.TaskAborted
	}
	w.pool.Add(w.pool, v.pool)
	w.end(t, status, v.outcome, v.kind, v.result)
	w.refund(t, v.refund)
	w.spent(t, v.pool)
	w.reward(t, s, settle)
	w.running--
	w.allSpent(t)
}

// openLate judges an opening after the end of its task.
func (w *walk) openLate(t *walkTask, seat int) {
	n := t.nodes[seat]
	t.locked[seat] = false
	if t.contradicts(seat) {
		w.expect("deviated %s %s %s", t.id, n.address, n.stake)
		w.slashInTask(n, "deviates late")
		return
	}
	w.expect("released %s %s %d", t.id, n.address, 0)
	w.letGo(n, 0)
	w.count("opened late")
}

// contradicts says whether a late opening is a lie about what was agreed without it.
func (t *walkTask) contradicts(seat int) bool {
	switch t.outcome {
	case protocol.OutcomeAgreed:
		return t.story.liesAgainst(seat, t.agreeing)
	case protocol.OutcomeInvalidArguments:
		return t.story.answers[seat].Kind == protocol.KindResult
	default:
		return false
	}
}

// closeOut slashes the nodes that were silent for too long.
func (w *walk) closeOut(t *walkTask) {
	for seat, n := range t.nodes {
		if t.locked[seat] {
			t.locked[seat] = false
			w.expect("released %s %s %d", t.id, n.address, 0)
			w.slashInTask(n, "silent")
		}
	}
	w.touchTask(t)
}
