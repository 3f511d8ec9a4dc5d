package contracts_test

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What nodes refuse in a walk, and what others prove of them.

func (w *walk) doCloseWithoutArguments() {
	t := w.some(func(t *walkTask) bool { return startedTask(t) && t.commits() < 2 && w.next() > t.argumentsBy() })
	if t == nil || t.nodes[0] == nil {
		return
	}
	s := w.anybody()
	why := ""
	switch {
	case !startedTask(t):
		why = "it is " + t.status.String()
	case w.next() <= t.argumentsBy():
		why = "it is too early"
	}
	var signatures [3][]byte
	var signed [3]bool
	for seat, n := range t.nodes {
		if w.oneIn(4) {
			continue
		}
		signer := w.signedBy(n)
		key, badKey := w.someKey(t)
		signatures[seat] = w.Sign(protocol.NoArguments{TaskKey: key}, signer)
		if t.committed[seat] == (common.Hash{}) {
			why = firstOf(why, badSignature(n, signer), badKey)
			signed[seat] = true
		}
	}
	if n := countTrue(signed); n < 2 {
		why = firstOf(why, "fewer than two complain")
	}
	data := w.Task.PackCloseWithoutArguments(t.id, signatures)
	w.note("closeWithoutArguments of %s, signed by %v", t.id, signed)
	if receipt := w.try("closeWithoutArguments", s, w.Deployment.Task, data, why); receipt != nil {
		w.endWithoutArguments(t, s, signed)
		w.settled(receipt)
		w.keep("closeWithoutArguments", w.Deployment.Task, data)
	}
}

func countTrue(seats [3]bool) (n int) {
	for _, is := range seats {
		if is {
			n++
		}
	}
	return n
}

// endWithoutArguments pays those who signed a third of the overhead each, and the
// pool for the others.
func (w *walk) endWithoutArguments(t *walkTask, s sender, signed [3]bool) {
	b := t.bill(new(big.Int).Sub(t.fee, t.params.SettleReward))
	third := new(big.Int).Div(part(b.fee, b.overhead, b.whole), big.NewInt(3))
	for seat, n := range t.nodes {
		if signed[seat] {
			w.paid(t, n, third, 0)
		} else {
			w.expect("released %s %s %d", t.id, n.address, 0)
			w.pool.Add(w.pool, third)
			w.spent(t, third)
		}
		w.letGo(n, unscored)
	}
	w.end(t, protocol.TaskAborted, protocol.OutcomeNoArguments, protocol.KindNone, nil)
	w.refund(t, new(big.Int).Sub(t.fee, t.params.SettleReward))
	w.reward(t, s, t.params.SettleReward)
	w.running--
	w.allSpent(t)
}

func (w *walk) whyNotDecline(t *walkTask, seat int) string {
	switch {
	case !startedTask(t):
		return "it is " + t.status.String()
	case seat > 2:
		return "there is no such seat"
	case w.next() > t.argumentsBy():
		return "it is too late"
	case t.commits() > 0:
		return "somebody has committed"
	case t.redrawn:
		return "it was redrawn"
	case t.request.ModelKey == [32]byte{}:
		return "it names no model"
	case t.holds(t.nodes[seat]):
		return "the node holds the model"
	case t.gpt() && w.freeIn(t.nodes[seat].class) == 0, !t.gpt() && w.freeFrom(t.step()) == 0:
		return "no node is free"
	}
	return ""
}

func (w *walk) doDecline() {
	t := w.some(func(t *walkTask) bool {
		late := startedTask(t) && w.next() <= t.argumentsBy() && w.oneIn(2) // perhaps too late
		return late || w.whyNotDecline(t, 0) == ""
	})
	if t == nil || t.nodes[0] == nil {
		return
	}
	seat := w.someSeat(func(seat int) bool { return w.whyNotDecline(t, seat) == "" })
	s, n := w.anybody(), t.nodes[seat%3]
	why := w.whyNotDecline(t, seat)
	argsHash, prevrandao := common.Hash(t.request.ArgsHash), t.prevrandao
	switch w.below(16) {
	case 0:
		argsHash[0] ^= 1
		why = firstOf(why, "it has other arguments")
	case 1:
		prevrandao = new(big.Int).Add(prevrandao, common.Big1)
		why = firstOf(why, "it was drawn by other dice")
	}
	signer := w.signedBy(n)
	key, badKey := w.someKey(t)
	why = firstOf(why, badSignature(n, signer), badKey)
	data := w.Task.PackDecline(t.id, uint8(seat), w.Sign(protocol.Decline{TaskKey: key}, signer), argsHash, prevrandao)
	w.note("decline of %s, seat %d", t.id, seat)
	receipt := w.try("decline", s, w.Deployment.Task, data, why)
	if receipt == nil {
		return
	}
	drawn := contractstest.Find[contracts.TaskTaskDrawn](w.Chain, receipt)
	if drawn.Nodes[seat] == n.address {
		w.fail("the node that declined was drawn again")
	}
	old := t.nodes
	w.drawn(t, drawn, old)
	w.expect("released %s %s %d", t.id, n.address, 12)
	w.letGo(n, 12)
	t.redrawn = true
	w.touchTask(t)
	w.settled(receipt)
	w.keep("decline", w.Deployment.Task, data)
}

// liar is a node and a task key that it might contradict itself about.
func (w *walk) liar() (n *walkNode, key common.Hash) {
	n = w.nodes[w.below(len(w.nodes))]
	if w.oneIn(2) {
		n = w.someNode(func(n *walkNode) bool { return n.task != nil })
	}
	key = crypto.Keccak256Hash([]byte("any key"))
	if len(w.tasks) > 0 {
		key = w.tasks[len(w.tasks)-1-w.below(min(len(w.tasks), 12))].key
	}
	return n, key
}

// doSlashDouble brings two commitments of a node for one key, contradicting or not.
func (w *walk) doSlashDouble() {
	n, key := w.liar()
	commitments := [2][32]byte{{1}, {byte(1 + w.below(3))}}
	var signatures [2][]byte
	why := ""
	if commitments[0] == commitments[1] {
		why = "both are the same"
	}
	for i, c := range commitments {
		signer := w.signedBy(n)
		signatures[i] = w.Sign(protocol.Commitment{TaskKey: key, Commitment: c}, signer)
		why = firstOf(why, badSignature(n, signer))
	}
	w.slash("slashDoubleCommitment", n, key, w.Task.PackSlashDoubleCommitment(n.address, key, commitments, signatures), why)
}

// doSlashRefusal brings a commitment of a node and its refusal of the same task,
// or what is none.
func (w *walk) doSlashRefusal() {
	n, key := w.liar()
	signer, other := w.signedBy(n), w.signedBy(n)
	why := firstOf(badSignature(n, signer), badSignature(n, other))
	declined := w.oneIn(2)
	refusals := []protocol.Message{protocol.NoArguments{TaskKey: key}, protocol.Decline{TaskKey: key}, protocol.Ready{TaskKey: key}}
	said := w.below(len(refusals))
	if said == 2 || declined != (said == 1) {
		why = firstOf(why, "it did not say that")
	}
	signatures := [2][]byte{w.Sign(protocol.Commitment{TaskKey: key, Commitment: common.Hash{1}}, signer), w.Sign(refusals[said], other)}
	w.slash("slashRefusal", n, key, w.Task.PackSlashRefusal(n.address, key, [32]byte{1}, declined, signatures), why)
}

// slash brings what takes a stake; a task that holds the node holds it still.
func (w *walk) slash(what string, n *walkNode, key common.Hash, data []byte, why string) {
	if n.stake.Sign() == 0 {
		why = firstOf(why, "it has no stake")
	}
	w.note("%s of %s", what, n.address)
	receipt := w.try(what, w.anybody(), w.Deployment.Task, data, why)
	if receipt == nil {
		return
	}
	w.expect("contradiction %s %x %s", n.address, key, n.stake)
	w.touch(n)
	switch {
	case n.task != nil:
		w.takeStake(n, "contradicts itself in a task")
		if n.status != protocol.NodePendingQuit {
			w.setStatus(n, protocol.NodePendingQuit)
		}
	case n.joined():
		w.takeStake(n, "contradicts itself, idle")
		w.setStatus(n, protocol.NodeQuit)
	default:
		w.takeStake(n, "contradicts itself, after quitting")
	}
	w.settled(receipt)
}
