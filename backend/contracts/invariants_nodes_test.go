package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"math/bits"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// What nodes do in a walk: join, move, take their stakes back.

// anybody is somebody who could send something, a contract too.
func (w *walk) anybody() sender {
	switch w.below(16) {
	case 0:
		return sender{key: w.strangers[0], contract: true}
	case 1, 2, 3, 4:
		return sender{key: w.strangers[w.below(len(w.strangers))]}
	case 5, 6, 7, 8:
		return w.creators[w.below(len(w.creators))]
	default:
		return w.itself(w.nodes[w.below(len(w.nodes))])
	}
}

// itself is the account of a node.
func (w *walk) itself(n *walkNode) sender { return sender{key: n.key, contract: n.isContract} }

// someNode is a node that is as wanted, if there is one; now and then another.
func (w *walk) someNode(want func(*walkNode) bool) *walkNode {
	first := w.below(len(w.nodes))
	if w.oneIn(8) {
		return w.nodes[first]
	}
	for i := range w.nodes {
		if n := w.nodes[(first+i)%len(w.nodes)]; want(n) {
			return n
		}
	}
	return w.nodes[first]
}

// models are those that tasks name and nodes announce.
func models() [3]common.Hash {
	return [3]common.Hash{crypto.Keccak256Hash([]byte("model 0")), crypto.Keccak256Hash([]byte("model 1")), crypto.Keccak256Hash([]byte("model 2"))}
}

func (w *walk) someModels() uint64 {
	var set uint64
	for _, key := range models() {
		if w.oneIn(2) {
			set |= bitsOfModel(key)
		}
	}
	if w.oneIn(20) {
		set = ^uint64(0) >> w.below(33) // up to 31 too many
	}
	return set
}

func (w *walk) someJoinRequest(n *walkNode) contracts.JoinRequest {
	classes := walkClasses()
	class := classes[w.below(len(classes))]
	if n.class != nil && w.oneIn(2) {
		class = n.class.Class
	}
	if class.Runtime == "" { // that of others
		class.Runtime = "unknown/1"
	}
	r := class.JoinRequest(n.key)
	r.Payout, r.Models = n.address, w.someModels()
	if n.stake.Sign() > 0 {
		r.Payout = n.payout
	}
	switch w.below(24) {
	case 0:
		r.Payout = contractstest.Address(w.strangers[1])
	case 1:
		r.Payout = contractstest.Forwarder
	case 2:
		r.Payout = []common.Address{{}, w.Deployment.Token, w.Deployment.Node, w.Deployment.Task, w.Deployment.Rules}[w.below(5)]
	case 3, 4:
		r.Fingerprint = common.Hash{1}
	case 5:
		r.SealKey = common.Hash{}
	case 6:
		r.VramGB = 0
	case 7:
		r.Card = string(make([]byte, 129))
	}
	return r
}

// whyNotJoin is why the rules refuse a request, whoever brings it.
func (w *walk) whyNotJoin(n *walkNode, r contracts.JoinRequest) string {
	switch {
	case r.VramGB == 0 || len(r.Card) > 128:
		return "that is no class"
	case r.SealKey == common.Hash{}:
		return "there is no sealing key"
	case bits.OnesCount64(r.Models) > 32:
		return "too many models"
	case n.joined():
		return "it has joined"
	case w.next() < n.rejoinFrom:
		return "it was let go too short ago"
	case n.stake.Sign() > 0 && r.Payout != n.payout:
		return "its stake belongs elsewhere"
	}
	for _, ours := range []common.Address{{}, w.Deployment.Token, w.Deployment.Node, w.Deployment.Task, w.Deployment.Rules} {
		if r.Payout == ours {
			return "nobody is paid there"
		}
	}
	return ""
}

// joins is what a join changes.
func (w *walk) joins(n *walkNode, r contracts.JoinRequest) {
	n.class = w.classFor(r)
	n.models, n.payout, n.sealKey = r.Models, r.Payout, r.SealKey
	n.nonce++
	w.become(n, protocol.NodePaused)
	n.lastTask = w.Now()
	if n.stake.Cmp(w.rules.Stake) < 0 {
		n.stake = new(big.Int).Set(w.rules.Stake)
	}
	w.touch(n)
	w.expect("joined %s %x %s %s", n.address, n.class.id, n.payout, n.stake)
}

// classFor is the class that a node joins: "other" of its memory step for what is
// not registered.
func (w *walk) classFor(r contracts.JoinRequest) *walkClass {
	id := contractstest.Class{Card: r.Card, VRAMGB: r.VramGB, Runtime: r.Runtime}.ID()
	if c := w.class(id); c != nil && c.gpt && c.fingerprint == r.Fingerprint {
		return c
	}
	step := stepOfCard(r.VramGB)
	other := contractstest.Class{Card: "other", VRAMGB: stepSizes[step]}
	if c := w.class(other.ID()); c != nil {
		return c
	}
	c := &walkClass{Class: other, id: other.ID(), step: step}
	w.classes = append(w.classes, c)
	w.expect("class %x", c.id)
	return c
}

func (w *walk) join(n *walkNode, r contracts.JoinRequest, s sender) {
	why := w.whyNotJoin(n, r)
	w.note("join of %s as %q %d", n.address, r.Card[:min(9, len(r.Card))], r.VramGB)
	if receipt := w.try("join", s, w.Deployment.Node, w.Node.PackJoin(r), why); receipt != nil {
		w.joins(n, r)
		w.settled(receipt)
	}
}

func (w *walk) doJoin() {
	n := w.someNode(func(n *walkNode) bool {
		return !n.joined() && n.rejoinFrom <= w.next() && !(n.isContract && w.oneIn(2))
	})
	was := n.joined()
	w.join(n, w.someJoinRequest(n), w.itself(n))
	if was || !n.joined() || w.oneIn(5) {
		return
	}
	if w.oneIn(4) { // too early
		w.sameBlock()
	}
	w.move(n, contractstest.MoveResume, 0)
}

// signedBy is who signs what a node should sign; now and then somebody else.
func (w *walk) signedBy(n *walkNode) *ecdsa.PrivateKey {
	if w.oneIn(25) {
		return w.nodes[w.below(walkNodes)].key
	}
	return n.key
}

// badSignature says why a signature in a node's name is refused.
func badSignature(n *walkNode, signer *ecdsa.PrivateKey) string {
	if contractstest.Address(signer) != n.address {
		return "somebody else signed"
	}
	return ""
}

// someNonce is a node's nonce, or another, with why that is refused.
func (w *walk) someNonce(n *walkNode) (nonce uint32, why string) {
	if w.oneIn(10) {
		return n.nonce + 1 - 2*uint32(w.below(2)), "it has another nonce"
	}
	return n.nonce, ""
}

func (w *walk) someDeadline() (deadline uint64, why string) {
	if w.oneIn(12) {
		return w.Now(), "it has expired"
	}
	return w.next() + uint64(w.below(100)), ""
}

func firstOf(whys ...string) string {
	for _, why := range whys {
		if why != "" {
			return why
		}
	}
	return ""
}

func (w *walk) doJoinFor() {
	n := w.someNode(func(n *walkNode) bool { return !n.joined() && n.rejoinFrom <= w.next() && !n.isContract })
	r := w.someJoinRequest(n)
	signer := w.signedBy(n)
	nonce, badNonce := w.someNonce(n)
	deadline, expired := w.someDeadline()
	permit := contractstest.NoPermit()
	if w.oneIn(3) { // a permit that was used, or never worth anything
		permit.Value, permit.Deadline, permit.V = common.Big1, new(big.Int).SetUint64(deadline), 27
	}
	why := firstOf(expired, badNonce, badSignature(n, signer), w.whyNotJoin(n, r))
	signature := w.SignJoin(signer, r, nonce, deadline)
	data := w.Node.PackJoinFor(n.address, r, deadline, signature, permit)
	w.note("joinFor of %s", n.address)
	if receipt := w.try("joinFor", w.anybody(), w.Deployment.Node, data, why); receipt != nil {
		w.joins(n, r)
		w.settled(receipt)
		w.keep("joinFor", w.Deployment.Node, data)
	}
}

// Moves are numbered as the contract numbers them.
var moveNames = [4]string{"pause", "resume", "quit", "announce"}

func (w *walk) whyNotMove(n *walkNode, move uint8, models uint64) string {
	s := n.status
	allowed := false
	switch move {
	case contractstest.MovePause:
		allowed = s == protocol.NodeAvailable || s == protocol.NodeBusy
	case contractstest.MoveResume:
		allowed = s == protocol.NodePaused || s == protocol.NodePendingPause
	case contractstest.MoveQuit:
		allowed = n.joined() && s != protocol.NodePendingQuit
	case contractstest.MoveAnnounce:
		if bits.OnesCount64(models) > 32 {
			return "too many models"
		}
		allowed = n.joined() && n.task == nil
	}
	if !allowed {
		return "it is " + s.String()
	}
	if move == contractstest.MoveResume && s == protocol.NodePaused && n.lastTask == w.next() {
		return "ResumeTooEarly: it joined, or a task let it go, in this very block"
	}
	return ""
}

// moves is what a move changes.
func (w *walk) moves(n *walkNode, move uint8, models uint64) {
	w.touch(n)
	n.nonce++
	switch move {
	case contractstest.MovePause:
		to := map[protocol.NodeStatus]protocol.NodeStatus{protocol.NodeAvailable: protocol.NodePaused, protocol.NodeBusy: protocol.NodePendingPause}
		w.setStatus(n, to[n.status])
	case contractstest.MoveResume:
		to := map[protocol.NodeStatus]protocol.NodeStatus{protocol.NodePaused: protocol.NodeAvailable, protocol.NodePendingPause: protocol.NodeBusy}
		w.setStatus(n, to[n.status])
		if n.free() {
			w.serve(n.class)
		}
	case contractstest.MoveQuit:
		if n.task == nil {
			w.leave(n)
		} else {
			w.setStatus(n, protocol.NodePendingQuit)
			w.count("quit while busy")
		}
	case contractstest.MoveAnnounce:
		n.models = models
		w.expect("models %s %x", n.address, models)
	}
}

// someMove leaves nodes mostly as they are of use: few quit, most resume.
func (w *walk) someMove() (n *walkNode, move uint8) {
	move = []uint8{0, 1, 1, 1, 1, 2, 3}[w.below(7)]
	if move == contractstest.MoveResume {
		return w.someNode(func(n *walkNode) bool {
			return n.status == protocol.NodePaused || n.status == protocol.NodePendingPause
		}), move
	}
	return w.nodes[w.below(len(w.nodes))], move
}

func (w *walk) doMove() {
	n, move := w.someMove()
	w.move(n, move, w.someModels())
}

func (w *walk) move(n *walkNode, move uint8, set uint64) {
	data := [4][]byte{w.Node.PackPause(), w.Node.PackResume(), w.Node.PackQuit(), w.Node.PackAnnounce(set)}[move]
	w.note("%s of %s", moveNames[move], n.address)
	if receipt := w.try(moveNames[move], w.itself(n), w.Deployment.Node, data, w.whyNotMove(n, move, set)); receipt != nil {
		w.moves(n, move, set)
		w.settled(receipt)
	}
}

func (w *walk) doMoveFor() {
	n, move := w.someMove()
	set := w.someModels()
	signer := w.signedBy(n)
	nonce, badNonce := w.someNonce(n)
	deadline, expired := w.someDeadline()
	why := firstOf(expired, badNonce, badSignature(n, signer), w.whyNotMove(n, move, set))
	if n.class == nil {
		why = "it never joined"
	}
	data := w.Node.PackMoveFor(n.address, move, set, deadline, w.SignMove(signer, move, set, nonce, deadline))
	w.note("moveFor of %s: %s", n.address, moveNames[move])
	if receipt := w.try("moveFor", w.anybody(), w.Deployment.Node, data, why); receipt != nil {
		w.moves(n, move, set)
		w.settled(receipt)
		w.keep("moveFor", w.Deployment.Node, data)
	}
}

func (w *walk) doReturnStake() {
	n := w.someNode(func(n *walkNode) bool { return !n.joined() && n.stake.Sign() > 0 && n.stakeFrom <= w.next() })
	why := ""
	switch {
	case n.joined():
		why = "it has not quit"
	case n.stake.Sign() == 0:
		why = "it has none"
	case w.next() < n.stakeFrom:
		why = "it is held"
	}
	w.note("returnStake of %s", n.address)
	if receipt := w.try("returnStake", w.anybody(), w.Deployment.Node, w.Node.PackReturnStake(n.address), why); receipt != nil {
		w.returnStake(n)
		w.touch(n)
		w.settled(receipt)
	}
}

// keep remembers a call that was taken, to try it again.
func (w *walk) keep(what string, to common.Address, data []byte) {
	w.accepted = append(w.accepted, acceptedCall{what, to, data})
}

// doReplay brings again what was taken once.
func (w *walk) doReplay() {
	if len(w.accepted) == 0 {
		return
	}
	old := w.accepted[len(w.accepted)-1-w.below(min(len(w.accepted), 60))]
	w.note("replay of %s", old.what)
	w.tried["replay"]++
	s := w.anybody()
	if _, err := w.send("replay", s, old.to, old.data); err == nil {
		w.fail("%s was taken a second time", old.what)
	}
	w.count("replay refused")
}
