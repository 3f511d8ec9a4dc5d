package contracts_test

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
)

// A picker decides what a walk does next.
type picker interface {
	// below is a number from 0 to n-1.
	below(n int) int
	// done says that there is nothing left to decide by.
	done() bool
}

// chance decides by a seed.
type chance struct{ *rand.Rand }

func (c chance) below(n int) int { return c.IntN(n) }
func (c chance) done() bool      { return false }

// script decides by bytes, two for a choice among more than 256.
type script struct{ left []byte }

func (s *script) below(n int) (picked int) {
	for reach := 1; reach < n && len(s.left) > 0; reach *= 256 {
		picked = picked*256 + int(s.left[0])
		s.left = s.left[1:]
	}
	return picked % n
}

func (s *script) done() bool { return len(s.left) == 0 }

// A walk drives one network at random and knows by the rules alone what must be
// true of it.
type walk struct {
	*contractstest.Chain
	picker
	name  string
	begin uint64
	// step counts actions; newest are the last of them, for whoever looks for the
	// reason of a failure.
	step   int
	newest [30]string
	// tried and counted are what was attempted and what came to be.
	tried, counted map[string]int

	nodes    []*walkNode
	node     map[common.Address]*walkNode
	creators []sender
	// strangers have no part in anything.
	strangers []*ecdsa.PrivateKey
	relays    []*ecdsa.PrivateKey
	isRelay   map[common.Address]bool
	classes   []*walkClass
	// tasks are all that ever were, live those that are open.
	tasks, live []*walkTask
	byPlace     map[uint64]*walkTask
	// queues hold the waiting tasks by list, best first.
	queues map[int][]*walkTask

	rules contracts.Params
	// fees are what is left of those of open tasks.
	pool, fees *big.Int
	credits    map[common.Address]*big.Int
	// deposits are the newest ones of those that ever made one, permits how many of
	// an account were used.
	deposits map[common.Address]freshDeposit
	permits  map[common.Address]uint64
	running  int
	// fewDrawnAt is when a draw was made from few nodes, by memory step.
	fewDrawnAt [anyStep + 1]uint64
	salt       int // of the timelock
	// newBlock says that a transaction made one; blockLogs events are in block.
	newBlock  bool
	block     uint64
	blockLogs int
	accepted  []acceptedCall
	// delegating accounts run a contract's code, the newest one last.
	delegating []common.Address
	// little makes the next call bring too little gas.
	little bool
	// rolls are the dice of the draws that the newest transaction asked for.
	rolls []common.Hash

	// wanted are the events that the rules want of a transaction; touched are the
	// nodes and tasks that it changed, and the classes whose free nodes it did.
	wanted       []string
	touched      map[*walkNode]bool
	touchedTasks map[*walkTask]bool
	freeChanged  map[*walkClass]bool
	// afterwards looks at what an owner's call has changed.
	afterwards func()
}

// acceptedCall is a call that once succeeded, and must never do so again.
type acceptedCall struct {
	what string
	to   common.Address
	data []byte
}

// sender is who sends a transaction: an account, or a contract that it calls.
type sender struct {
	key      *ecdsa.PrivateKey
	contract bool
}

func (s sender) address() common.Address {
	if s.contract {
		return contractstest.Forwarder
	}
	return contractstest.Address(s.key)
}

// fail ends the walk, and tells how it came to be.
func (w *walk) fail(format string, args ...any) {
	w.TB.Helper()
	var b strings.Builder
	for i := range w.newest {
		if line := w.newest[(w.step+1+i)%len(w.newest)]; line != "" {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	w.TB.Fatalf("%s, step %d: %s\nThe newest actions:\n%s", w.name, w.step, fmt.Sprintf(format, args...), b.String())
}

// note says what the walk is about to do.
func (w *walk) note(format string, args ...any) {
	at := &w.newest[w.step%len(w.newest)]
	*at = fmt.Sprintf("%d at %d: ", w.step, w.Now()-w.begin) + fmt.Sprintf(format, args...)
}

func (w *walk) oneIn(n int) bool { return w.below(n) == 0 }

func (w *walk) count(what string) { w.counted[what]++ }

func (w *walk) touch(n *walkNode)     { w.touched[n] = true }
func (w *walk) touchTask(t *walkTask) { w.touchedTasks[t] = true }

func (w *walk) class(id common.Hash) *walkClass {
	for _, c := range w.classes {
		if c.id == id {
			return c
		}
	}
	return nil
}

// next is the time of the next transaction.
func (w *walk) next() uint64 { return w.Now() + 1 }

// try sends a call and fails when the network does not do what the rules say:
// why it must be refused, or "" when it must not. A why that begins with the name
// of an error and a colon must be refused by that one. It gives nil for a call that
// was refused.
func (w *walk) try(what string, s sender, to common.Address, data []byte, why string) *types.Receipt {
	w.TB.Helper()
	w.tried[what]++
	if what != "forbidden" && leastGas(w, to) != 0 {
		// Nothing else is looked at before.
		why = firstOf(w.whyNotFrom(s), why)
	}
	receipt, err := w.send(what, s, to, data)
	switch {
	case err == nil && why != "":
		w.fail("%s was taken, want it refused: %s", what, why)
	case err != nil && why == "":
		w.fail("%s was refused: %v", what, err)
	case err != nil:
		w.count("refused")
		name, _, named := strings.Cut(why, ": ")
		var refusal *contracts.Refusal
		if isBroken(err) || named && (!errors.As(err, &refusal) || refusal.Name != name) {
			w.fail("%s: %v, want it refused: %s", what, err, why)
		}
		if named {
			w.count(why)
		}
		return nil
	}
	w.count(what)
	return receipt
}

func (w *walk) send(what string, s sender, to common.Address, data []byte) (receipt *types.Receipt, err error) {
	w.Gas, w.rolls = w.Gas[:0], w.rolls[:0]
	least := leastGas(w, to)
	switch {
	case s.contract:
		receipt, err = w.Try(what, s.key, contractstest.Forwarder, contractstest.Forward(to, data))
	case least == 0:
		receipt, err = w.Try(what, s.key, to, data)
	case w.little:
		receipt, err = w.TryWithGas(least, nil, s.key, to, data)
	default:
		receipt, err = w.TryWithGas(least+least/20+enoughForData(data), nil, s.key, to, data)
	}
	w.little, w.newBlock = false, true
	if err != nil {
		return nil, err
	}
	// The receipt has all events of its block.
	if n := w.BlockNumber(); n != w.block {
		w.block, w.blockLogs = n, 0
	}
	all := len(receipt.Logs)
	receipt.Logs, w.blockLogs = receipt.Logs[w.blockLogs:], all
	return receipt, nil
}

// leastGas is what a call of Node or Task needs at hand, 0 for other contracts. A
// walk brings hardly more, so that nothing that succeeds may ever need more.
func leastGas(w *walk, to common.Address) uint64 {
	switch to {
	case w.Deployment.Node:
		return 500_000
	case w.Deployment.Task:
		return 2_000_000
	default:
		return 0
	}
}

// enoughForData is what a transaction takes before its call begins.
func enoughForData(data []byte) uint64 {
	return params.TxGas + params.TxDataNonZeroGasEIP2028*uint64(len(data))
}

// whyNotFrom is why the network takes nothing at all from a sender.
func (w *walk) whyNotFrom(s sender) string {
	switch {
	case s.contract:
		return "OnlyPlainAccount: a contract calls"
	case slices.Contains(w.delegating, s.address()):
		return "OnlyPlainAccount: the account delegates"
	case w.little:
		return "TooLittleGas: it brings less than it needs at hand"
	}
	return ""
}

// sameBlock puts the next transaction into the block of the newest.
func (w *walk) sameBlock() {
	if w.newBlock {
		w.SameBlock()
		w.newBlock = false
		w.count("two in a block")
	}
}

// isBroken says that a call was refused by an accident: a failed check of the
// compiler's own, or gas that ran out.
func isBroken(err error) bool {
	text := err.Error()
	const panicked = "4e487b71"
	return strings.Contains(text, panicked) || strings.Contains(text, "out of gas") ||
		strings.Contains(text, fmt.Sprintf("after %d gas", params.MaxTxGas))
}

// walkParams have short times, so that deadlines are passed by often.
func walkParams() contracts.Params {
	p := contracts.DevnetParams()
	p.DrawCandidates, p.DrawSeconds = 4, 4
	p.RejoinSeconds, p.StakeSeconds = 40, 30
	p.ArgumentSeconds, p.CommitSeconds, p.RevealSeconds = 15, 30, 20
	p.OpenSeconds, p.QueueSeconds = 120, 150
	p.CutPerMille = 37
	p.StableDiffusion.Served = true
	return p
}

// walkClasses are four that are registered from the start, and four that may be
// later: one word of a memory step's tree does not hold them all.
func walkClasses() []contractstest.Class {
	return []contractstest.Class{
		{Card: "A", VRAMGB: 8, Runtime: "cpu/1"}, {Card: "B", VRAMGB: 8, Runtime: "cpu/1"},
		{Card: "C", VRAMGB: 24, Runtime: "cpu/1"}, {Card: "D", VRAMGB: 80, Runtime: "cpu/1"},
		{Card: "E", VRAMGB: 8, Runtime: "cpu/1"}, {Card: "F", VRAMGB: 8, Runtime: "cpu/1"},
		{Card: "G", VRAMGB: 9, Runtime: "cpu/1"}, {Card: "H", VRAMGB: 24, Runtime: "cpu/2"},
	}
}

const (
	walkNodes     = 20 // and a contract
	walkCreators  = 3
	walkStrangers = 2
)

// walkChain is the chain that every walk starts from: classes are registered,
// everybody has CNX, nobody has joined.
var walkChain = contractstest.Shared(func(tb testing.TB) *contractstest.Chain {
	c := contractstest.NewEVM(tb, func(p *contracts.Params) { *p = walkParams() })
	endless := new(big.Int).Sub(new(big.Int).Lsh(common.Big1, 256), common.Big1)
	for i := range walkNodes + walkCreators {
		key := c.Key()
		c.Fund(key, contractstest.CNX(200_000))
		c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Node, endless))
		if i%3 > 0 { // the others have permits
			c.Send("approve", key, c.Deployment.Token, c.Token.PackApprove(c.Deployment.Task, endless))
		}
	}
	for range walkStrangers + 1 {
		c.Key()
	}
	c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(contractstest.Forwarder, contractstest.CNX(200_000)))
	for _, spender := range []common.Address{c.Deployment.Node, c.Deployment.Task} {
		approve := contractstest.Forward(c.Deployment.Token, c.Token.PackApprove(spender, endless))
		c.Send("approve", c.Owner, contractstest.Forwarder, approve)
	}
	for _, class := range walkClasses()[:4] {
		c.Register(class)
	}
	return c
})

// newWalk begins a walk with twenty nodes in four classes over three memory
// steps, and two creators with some credit. seed makes the draws.
func newWalk(tb testing.TB, name string, seed uint64, p picker) *walk {
	tb.Helper()
	c := walkChain(tb)
	c.EVM.Randao = func(n uint64) common.Hash {
		return crypto.Keccak256Hash(fmt.Appendf(nil, "randao %d of walk %d", n, seed))
	}
	w := &walk{
		Chain: c, picker: p, name: name, tried: map[string]int{}, counted: map[string]int{},
		node: map[common.Address]*walkNode{}, isRelay: map[common.Address]bool{},
		byPlace: map[uint64]*walkTask{}, queues: map[int][]*walkTask{}, rules: c.Params, pool: new(big.Int), fees: new(big.Int),
		credits: map[common.Address]*big.Int{}, deposits: map[common.Address]freshDeposit{}, permits: map[common.Address]uint64{}, touched: map[*walkNode]bool{}, freeChanged: map[*walkClass]bool{}, touchedTasks: map[*walkTask]bool{},
	}
	w.begin = w.Now()
	c.EVM.Tracer = w.watchDraws()
	w.people()
	for _, class := range walkClasses()[:4] {
		w.classes = append(w.classes, &walkClass{
			Class: class, id: class.ID(), step: stepOfCard(class.VRAMGB), fingerprint: class.JoinRequest(c.Owner).Fingerprint, gpt: true,
		})
	}
	for i, n := range w.nodes[:walkNodes] {
		class := walkClasses()[[]int{0, 0, 1, 1, 2, 2, 3}[i%7]]
		w.join(n, class.JoinRequest(n.key), sender{key: n.key})
		w.move(n, contractstest.MoveResume, 0)
	}
	for _, s := range w.creators[:2] {
		w.deposit(s, contractstest.CNX(300))
	}
	return w
}

// watchDraws writes down the dice of each draw, as Task hands them to Node.
func (w *walk) watchDraws() *tracing.Hooks {
	q := contracts.DrawRequest{Place: new(big.Int), Model: new(big.Int), Seed: new(big.Int)}
	draw, redraw := w.Node.PackDraw(q), w.Node.PackRedraw(q, new(big.Int), 0, 0)
	return &tracing.Hooks{OnEnter: func(_ int, _ byte, _, to common.Address, input []byte, _ uint64, _ *big.Int) {
		if to == w.Deployment.Node && (bytes.HasPrefix(input, draw[:4]) || bytes.HasPrefix(input, redraw[:4])) {
			w.rolls = append(w.rolls, common.BytesToHash(input[4+4*32:4+5*32]))
		}
	}}
}

// people hands out the keys of walkChain.
func (w *walk) people() {
	keys := w.Everybody()[2:] // after the owner and the relay
	take := func(n int) []*ecdsa.PrivateKey {
		taken := keys[:n]
		keys = keys[n:]
		return taken
	}
	for _, key := range take(walkNodes) {
		w.nodes = append(w.nodes, &walkNode{key: key, address: contractstest.Address(key)})
	}
	for _, key := range take(walkCreators) {
		w.creators = append(w.creators, sender{key: key})
	}
	w.strangers = take(walkStrangers)
	w.relays = append(take(1), w.Relay)
	w.isRelay[contractstest.Address(w.Relay)] = true

	contract := sender{key: w.strangers[0], contract: true}
	w.nodes = append(w.nodes, &walkNode{key: w.strangers[0], address: contract.address(), isContract: true})
	for _, n := range w.nodes {
		n.stake, n.payout, n.recent = new(big.Int), n.address, [3]int{20, 20, 20}
		w.node[n.address] = n
	}
}
