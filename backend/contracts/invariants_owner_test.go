package contracts_test

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
)

// What the owner of the rules does in a walk, and what nobody may do.

// enact makes a call of Rules through the timelock.
func (w *walk) enact(what string, call []byte, why string) bool {
	lock := contracts.NewTimelock()
	w.salt++
	salt := common.BigToHash(big.NewInt(int64(w.salt)))
	to, values, calls := []common.Address{w.Deployment.Rules}, []*big.Int{new(big.Int)}, [][]byte{call}
	w.note("%s through the timelock", what)
	w.Send("schedule", w.Owner, w.Deployment.Timelock, lock.PackScheduleBatch(to, values, calls, [32]byte{}, salt, new(big.Int)))
	receipt := w.try(what, sender{key: w.Owner}, w.Deployment.Timelock, lock.PackExecuteBatch(to, values, calls, [32]byte{}, salt), why)
	if receipt == nil {
		return false
	}
	w.afterwards = func() { w.settled(receipt) }
	return true
}

func (w *walk) doSetParams() {
	p := w.someParams()
	why := ""
	if w.oneIn(6) {
		why = "a number is out of range"
		spoil(&p, w.below(11))
	}
	if w.enact("setParams", w.Rules.PackSetParams(p), why) {
		w.rules = p
		w.afterwards()
	}
}

// someParams differ from walkParams in a few numbers.
func (w *walk) someParams() contracts.Params {
	p := walkParams()
	for range 1 + w.below(4) {
		w.changeParam(&p, w.below(14))
	}
	return p
}

// longestStake is for how many seconds a walk's rules hold a stake at most.
const longestStake = 90

func (w *walk) changeParam(p *contracts.Params, which int) {
	oneOf := func(numbers ...int64) int64 { return numbers[w.below(len(numbers))] }
	switch which {
	case 0:
		p.Stake = contractstest.CNX(oneOf(1, 300, 500))
	case 1:
		p.MinFee = contractstest.MilliCNX(oneOf(301, 1000, 3000))
	case 2:
		p.SettleReward, p.DispatchReward = contractstest.MilliCNX(oneOf(0, 150)), contractstest.MilliCNX(oneOf(0, 150))
	case 3:
		p.CutPerMille = uint16(oneOf(0, 500, 1000))
	case 4:
		p.MinClassNodes = uint16(oneOf(4, 5))
	case 5:
		p.KickOutScore = uint16(oneOf(0, 32, 39))
	case 6:
		p.RejoinSeconds, p.StakeSeconds = uint32(oneOf(0, 90)), uint32(oneOf(0, longestStake))
	case 7:
		p.ArgumentSeconds, p.CommitSeconds = uint16(oneOf(1, 29)), uint16(oneOf(30, 60))
	case 8:
		p.RevealSeconds, p.OpenSeconds = uint16(oneOf(1, 40)), uint32(oneOf(1, 200))
	case 9:
		p.QueueSeconds, p.QueuePer100Nodes = uint16(oneOf(1, 60, 300)), uint16(oneOf(0, 300))
	case 10:
		p.DrawCandidates, p.DrawSeconds = uint16(oneOf(3, 6)), uint16(oneOf(0, 12))
	case 11:
		p.MatchDistance, p.SlashDistance = uint8(oneOf(1, 24)), uint8(oneOf(24, 255))
	case 12:
		p.Gpt.OverheadSeconds, p.Gpt.SecondsPerUnit = uint16(oneOf(0, 7)), uint16(oneOf(1, 13))
	case 13:
		p.StableDiffusion.Served = !w.oneIn(4)
		p.StableDiffusion.SecondsPerUnit = uint16(oneOf(1, 40))
	}
}

// spoil puts one number out of its range.
func spoil(p *contracts.Params, which int) {
	switch which {
	case 0:
		p.Stake = new(big.Int)
	case 1:
		p.MinFee = new(big.Int).Add(p.SettleReward, p.DispatchReward)
	case 2:
		p.SettleReward = new(big.Int).Lsh(common.Big1, 64)
	case 3:
		p.CutPerMille = 1001
	case 4:
		p.MinClassNodes = 2
	case 5:
		p.CommitSeconds = p.ArgumentSeconds
	case 6:
		p.DrawCandidates = 2
	case 7:
		p.SlashDistance = p.MatchDistance - 1
	case 8:
		p.Gpt.SecondsPerUnit = 0
	case 9:
		p.KickOutScore = 40
	case 10:
		p.StakeSeconds = 31 * 24 * 60 * 60
	}
}

func (w *walk) doSetClass() {
	class := walkClasses()[w.below(len(walkClasses()))]
	fingerprint := common.Hash(class.JoinRequest(w.Owner).Fingerprint)
	if w.oneIn(6) {
		fingerprint = common.Hash{1}
	}
	c := w.class(class.ID())
	why := ""
	if c != nil && c.fingerprint != fingerprint && w.nodesOf(c, (*walkNode).joined) > 0 {
		why = "it has nodes with another fingerprint"
	}
	if !w.enact("setClass", w.Rules.PackSetClass(class.Card, class.VRAMGB, class.Runtime, fingerprint), why) {
		return
	}
	if c == nil {
		c = &walkClass{Class: class, id: class.ID(), step: stepOfCard(class.VRAMGB)}
		w.classes = append(w.classes, c)
		w.expect("class %x", c.id)
	}
	c.fingerprint, c.gpt = fingerprint, true
	w.expect("class %x %t", c.id, true)
	w.classChanged(c)
	w.serve(c)
	w.afterwards()
}

func (w *walk) doStrikeClass() {
	id := walkClasses()[w.below(len(walkClasses()))].ID()
	c := w.class(id)
	why := ""
	if c == nil {
		why = "there is no such class"
	}
	if w.enact("strikeClass", w.Rules.PackStrikeClass(id), why) {
		c.gpt = false
		w.expect("class %x %t", c.id, false)
		w.classChanged(c)
		w.afterwards()
	}
}

func (w *walk) doSetRelay() {
	relay := contractstest.Address(w.relays[w.below(4)/3])
	registered := !w.isRelay[relay] || w.oneIn(2)
	if w.enact("setRelay", w.Rules.PackSetRelay(relay, registered), "") {
		w.isRelay[relay] = registered
		w.expect("relay %s %t", relay, registered)
		w.afterwards()
	}
}

// doForbidden tries what nobody may do, whoever it is.
func (w *walk) doForbidden() {
	s := w.anybody()
	if w.oneIn(4) {
		s = sender{key: w.Owner}
	}
	n := w.nodes[w.below(len(w.nodes))].address
	node, task, rules, at := w.Node, w.Task, w.Rules, w.Deployment
	id, one := big.NewInt(1<<20+1), common.Big1
	if t := w.some((*walkTask).open); t != nil {
		id = t.id
	}
	q := contracts.DrawRequest{Place: one, TaskType: 1, Step: 5, Model: new(big.Int), Seed: one}
	all := []struct {
		to   common.Address
		data []byte
	}{
		{at.Node, node.PackDraw(q)},
		{at.Node, node.PackRedraw(q, big.NewInt(1<<48|2<<24|3), 0, 12)},
		{at.Node, node.PackSettle(one, big.NewInt(1<<48|2<<24|3), [3]uint8{4, 4, 4}, [3]uint8{})},
		{at.Node, node.PackSlash(n)},
		{at.Node, node.PackSetTaskContract(s.address())},
		{at.Node, node.PackSetParams(walkParams())},
		{at.Node, node.PackSetClass("A", 8, "cpu/1", [32]byte{2})},
		{at.Node, node.PackStrikeClass(walkClasses()[0].ID())},
		{at.Task, task.PackSetParams(1, walkParams())},
		{at.Task, task.PackSetRelay(s.address(), true)},
		{at.Task, []byte("none")},
		{at.Task, nil},
		{at.Rules, rules.PackSetParams(walkParams())},
		{at.Rules, rules.PackSetRelay(s.address(), true)},
		{at.Rules, rules.PackStrikeClass(walkClasses()[0].ID())},
		{at.Rules, rules.PackTransferOwnership(at.Timelock)},
		{at.Rules, rules.PackRenounceOwnership()},
		{at.Rules, rules.PackWire(s.address(), s.address(), walkParams())},
		{at.Parts.Court, task.PackClose(id)},
		{at.Parts.Clerk, task.PackCloseWithoutArguments(id, [3][]byte{})},
		{at.Parts.Clerk, task.PackDecline(id, 0, nil, [32]byte{}, one)},
	}
	x := all[w.below(len(all))]
	w.note("forbidden: %x of %s", x.data[:min(4, len(x.data))], x.to)
	w.try("forbidden", s, x.to, x.data, "nobody may")
	w.count("forbidden refused")
}
