package contracts_test

import (
	"crypto/ecdsa"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What the nodes of a task do in a walk, and who brings their messages.

// someKey is the key that a task's messages must be signed under; now and then
// an older one, with why that is refused.
func (w *walk) someKey(t *walkTask) (key common.Hash, why string) {
	if !w.oneIn(30) {
		return t.key, ""
	}
	other := w.tasks[w.below(len(w.tasks))]
	if n := len(t.oldKeys); n > 0 && w.oneIn(2) {
		return t.oldKeys[n-1], "it is signed for an earlier draw"
	}
	if other == t {
		return common.Hash{1}, "it is signed for no task"
	}
	return other.key, "it is signed for another task"
}

// someSeat is one that is as wanted, if there is one; now and then another, which
// need not exist.
func (w *walk) someSeat(want func(seat int) bool) int {
	first := w.below(3)
	if w.oneIn(15) {
		return w.below(5)
	}
	for i := range 3 {
		if seat := (first + i) % 3; want(seat) {
			return seat
		}
	}
	return first
}

func (t *walkTask) commitment(seat int, a contractstest.Answer) common.Hash {
	return protocol.CommitmentHash(t.key, t.nodes[seat].address, a.Kind, a.Result, a.Nonce)
}

func (w *walk) whyNotCommit(t *walkTask, seat int, commitment common.Hash) string {
	switch {
	case !startedTask(t):
		return "it is " + t.status.String()
	case seat > 2:
		return "there is no such seat"
	case t.committed[seat] != common.Hash{}:
		return "it has committed"
	case commitment == common.Hash{}:
		return "the commitment is zero"
	case w.next() > t.lastCommit():
		return "it is too late"
	}
	return ""
}

func (w *walk) doCommit() {
	t := w.some(func(t *walkTask) bool { return startedTask(t) && t.commits() < 3 })
	if t == nil || t.nodes[0] == nil {
		return
	}
	seat := w.someSeat(func(seat int) bool { return t.committed[seat] == common.Hash{} })
	n := t.nodes[seat%3]
	a := t.plan[seat%3]
	if w.oneIn(8) {
		a = w.someAnswer(t)
	}
	commitment := t.commitment(seat%3, a)
	if w.oneIn(30) {
		commitment = []common.Hash{{}, {31: 1}, crypto.Keccak256Hash(commitment[:])}[w.below(3)]
	}
	signer := w.signedBy(n)
	key, badKey := w.someKey(t)
	why := firstOf(w.whyNotCommit(t, seat, commitment), badSignature(n, signer), badKey)
	signature := w.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, signer)
	data := w.Task.PackCommit(t.id, uint8(seat), commitment, signature)
	w.note("commit of %s, seat %d: %s", t.id, seat, a.Kind)
	receipt := w.try("commit", w.anybody(), w.Deployment.Task, data, why)
	if receipt == nil {
		return
	}
	t.committed[seat], t.plan[seat], t.story.committed[seat] = commitment, a, true
	w.expect("committed %s %d %x", t.id, seat, commitment)
	if t.commits() == 3 {
		t.completeAt = w.Now()
		w.expect("complete %s %d", t.id, t.revealBy())
	}
	w.touchTask(t)
	w.settled(receipt)
	w.keep("commit", w.Deployment.Task, data)
}

// said is a statement of a seat, with what the rules say of it.
type said struct {
	contracts.Statement
	answer contractstest.Answer
	// why it is refused, whoever brings it.
	why string
	// stored says whether the creator can have the response when s brings it.
	stored func(s sender) bool
}

// state makes a statement of a seat that holds all three commitments; now and
// then a wrong one.
func (w *walk) state(t *walkTask, seat int, a contractstest.Answer, all common.Hash) said {
	n := t.nodes[seat]
	x := said{answer: a}
	signer := w.signedBy(n)
	key, badKey := w.someKey(t)
	if w.oneIn(40) {
		all[0] ^= 1
		x.why = "it holds other commitments"
	}
	opening := protocol.Reveal{
		TaskKey: key, CommitmentsHash: all, Order: uint8(w.below(256)), Kind: a.Kind, Result: a.Result, Nonce: a.Nonce,
	}
	sealed := crypto.Keccak256(key[:], []byte{byte(seat)})
	opening.CiphertextHash = crypto.Keccak256Hash(sealed)
	x.why = firstOf(badLength(t, a), x.why, badSignature(n, signer), badKey)
	signature := w.Sign(opening, signer)
	var proof []byte
	proof, x.stored = w.proof(t, n, opening, sealed)
	x.Statement = contracts.StatementOf(opening, signature, proof)
	return x
}

func badLength(t *walkTask, a contractstest.Answer) string {
	want := 0
	if a.Kind == protocol.KindResult {
		want = 32
		if !t.gpt() {
			want = 8 * int(t.request.Images)
		}
	}
	if a.Kind == protocol.KindNone || len(a.Result) != want {
		return "no answer has such a length"
	}
	return ""
}

// proof is some proof that the response is stored; now and then a bad one.
func (w *walk) proof(t *walkTask, n *walkNode, r protocol.Reveal, sealed []byte) ([]byte, func(sender) bool) {
	stored := protocol.Stored{TaskKey: r.TaskKey, Node: n.address, CiphertextHash: r.CiphertextHash}
	by := func(key *ecdsa.PrivateKey) ([]byte, func(sender) bool) {
		signer := contractstest.Address(key)
		return w.Sign(stored, key), func(sender) bool { return w.isRelay[signer] || signer == t.creator }
	}
	proof, good := by(w.relays[1])
	switch w.below(36) {
	case 0, 1, 2:
		proof, good = nil, func(s sender) bool { return s.address() == t.creator }
	case 3:
		proof, good = by(w.creators[w.below(walkCreators)].key)
	case 4:
		proof, good = by(w.strangers[1])
	case 5:
		proof, good = make([]byte, 65), func(sender) bool { return false }
	case 6, 7:
		proof, good = by(w.relays[0])
	case 8, 9, 10, 11:
		proof, good = sealed, func(sender) bool { return true }
	}
	if r.Kind != protocol.KindResult {
		good = func(sender) bool { return true }
	}
	return proof, good
}

// opened is what an accepted opening changes.
func (w *walk) opened(t *walkTask, seat int, x said, s sender) {
	t.story.opened[seat], t.story.answers[seat] = true, x.answer
	t.story.views[seat], t.story.unproved[seat] = x.Opening.Order, !x.stored(s)
	w.expect("revealed %s %d %d %x %x", t.id, seat, x.answer.Kind, x.answer.Result, x.answer.Nonce)
	w.touchTask(t)
}

func (w *walk) whyNotReveal(t *walkTask, seat int) string {
	if seat > 2 {
		return "there is no such seat"
	}
	if startedTask(t) {
		switch {
		case t.story.opened[seat]:
			return "it has opened"
		case t.commits() < 3 && w.next() <= t.lastCommit():
			return "commitments may still come"
		case t.committed[seat] == common.Hash{}:
			return "it has not committed"
		}
		return ""
	}
	if !t.locked[seat] {
		return "it is not locked, and the task is " + t.status.String()
	}
	return ""
}

func (w *walk) doReveal() {
	t := w.some(func(t *walkTask) bool {
		ready := startedTask(t) && (t.commits() == 3 || t.commits() > 0 && w.next() > t.lastCommit())
		return ready || t.locked != [3]bool{} && (t.outcome == protocol.OutcomeAgreed || w.oneIn(3))
	})
	if t == nil || t.nodes[0] == nil {
		return
	}
	seat := w.someSeat(func(seat int) bool {
		return t.committed[seat] != common.Hash{} && !t.story.opened[seat] && (startedTask(t) || t.locked[seat])
	})
	s, a := w.anybody(), t.plan[seat%3]
	if w.oneIn(25) {
		a = w.someAnswer(t)
	}
	if w.oneIn(60) {
		a.Result = append([]byte{0}, a.Result...)
	}
	x := w.state(t, seat%3, a, protocol.CommitmentsHash(t.committed))
	why := w.whyNotReveal(t, seat)
	if why == "" && t.commitment(seat, a) != t.committed[seat] {
		why = "it committed to something else"
	}
	why = firstOf(why, x.why)
	if why == "" && startedTask(t) && !x.stored(s) && s.address() != t.nodes[seat].address {
		why = "nobody vouches for the response"
	}
	data := w.Task.PackReveal(t.id, uint8(seat), x.Statement)
	w.note("reveal of %s, seat %d: %s", t.id, seat, a.Kind)
	receipt := w.try("reveal", s, w.Deployment.Task, data, why)
	if receipt == nil {
		return
	}
	w.opened(t, seat, x, s)
	switch {
	case !startedTask(t):
		w.openLate(t, seat)
	case t.story.opened == t.story.committed:
		w.judge(t, s)
	}
	w.settled(receipt)
	w.keep("reveal", w.Deployment.Task, data)
}

func (w *walk) doSettle() {
	t := w.some(func(t *walkTask) bool { return startedTask(t) })
	if t == nil || t.nodes[0] == nil {
		return
	}
	s := w.anybody()
	if w.oneIn(2) {
		s = t.by
	}
	answers, commitments := t.plan, [3]common.Hash{}
	for seat := range answers {
		if w.oneIn(25) {
			answers[seat] = w.someAnswer(t)
		}
		commitments[seat] = t.commitment(seat, answers[seat])
	}
	why := ""
	if !startedTask(t) {
		why = "it is " + t.status.String()
	}
	var all [3]said
	var statements [3]contracts.Statement
	for seat := range all {
		all[seat] = w.state(t, seat, answers[seat], protocol.CommitmentsHash(commitments))
		statements[seat] = all[seat].Statement
		why = firstOf(why, all[seat].why)
		if t.committed[seat] != (common.Hash{}) && t.committed[seat] != commitments[seat] {
			why = firstOf(why, "the court holds another commitment")
		}
		if !all[seat].stored(s) {
			why = firstOf(why, "nobody vouches for a response")
		}
	}
	data := w.Task.PackSettle(t.id, statements)
	w.note("settle of %s with %d in the court", t.id, t.commits())
	receipt := w.try("settle", s, w.Deployment.Task, data, why)
	if receipt == nil {
		return
	}
	if t.commits() > 0 {
		w.count("settled from the court")
	}
	t.story.committed = [3]bool{true, true, true}
	for seat, x := range all {
		w.opened(t, seat, x, s)
	}
	w.judge(t, s)
	w.settled(receipt)
	w.keep("settle", w.Deployment.Task, data)
}
