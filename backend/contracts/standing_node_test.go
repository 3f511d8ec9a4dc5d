package contracts_test

import (
	"crypto/ecdsa"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// TestTheProtocolSignsWhatTheNodeContractReads joins, moves and pays with the
// messages that nodes really make.
func TestTheProtocolSignsWhatTheNodeContractReads(t *testing.T) {
	s := newSponsored(t)
	request, deadline := s.request(), s.later()
	request.Models = uint64(protocol.ModelSetOf(protocol.ModelKey("a/b"), protocol.ModelKey("c/d")))
	stake, err := protocol.WeiOf(s.Params.Stake)
	if err != nil {
		t.Fatal(err)
	}
	me := contractstest.Address(s.node)
	permit := protocol.Permit{Owner: me, Spender: s.Deployment.Node, Value: stake, Deadline: deadline}
	signed := contracts.PermitOf(permit, s.Sign(permit, s.node))
	join := contracts.JoinMessage(me, request, 0, deadline)
	if err := s.joinFor(request, deadline, s.Sign(join, s.node), signed); err != nil {
		t.Fatal(err)
	}
	for i, move := range []protocol.NodeMove{protocol.MoveResume, protocol.MovePause, protocol.MoveAnnounce, protocol.MoveQuit} {
		m := protocol.Move{Node: me, Move: move, Nonce: uint32(1 + i), Deadline: deadline}
		if move == protocol.MoveAnnounce {
			m.Models = 7
		}
		if err := s.moveFor(uint8(move), uint64(m.Models), deadline, s.Sign(m, s.node)); err != nil {
			t.Errorf("%s: %v", move, err)
		}
	}
	at(s.Chain, s.info().StakeFrom)
	s.Send("returnStake", s.sponsor, s.Deployment.Node, s.Node.PackReturnStake(me))
	wantAmount(t, "balance", s.Balance(me), contractstest.CNX(1000))
}

// TestNodesKnowTheClassThatStrangersArePutIn: an earner must not stake to get
// no tasks.
func TestNodesKnowTheClassThatStrangersArePutIn(t *testing.T) {
	c := contractstest.NewEVM(t, nil)
	for _, gb := range []uint16{1, 3, 8, 11, 24, 128, 500} {
		key := c.Account()
		class := contractstest.Class{Card: "Unknown Card", VRAMGB: gb, Runtime: "cpu-test/1"}
		c.Send("join", key, c.Deployment.Node, c.Node.PackJoin(class.JoinRequest(key)))
		if got, want := common.Hash(c.NodeInfo(contractstest.Address(key)).ClassId), protocol.OtherClass(gb).ID(); got != want {
			t.Errorf("a stranger of %d GB is in class %s, want %s", gb, got, want)
		}
	}
}

// TestAModelSetIsReadAsTheContractReadsIt: a node that says it holds the task's
// model can't decline, one that does not may.
func TestAModelSetIsReadAsTheContractReadsIt(t *testing.T) {
	const held, other = "helium/demo", "somebody/else"
	set := protocol.ModelSetOf(protocol.ModelKey(held), protocol.ModelKey("a/third"))
	c := contractstest.NewEVM(t, nil)
	class := contractstest.SmallClass()
	c.Register(class)
	nodes := make([]*ecdsa.PrivateKey, 4)
	for i := range nodes {
		nodes[i] = c.Account()
		request := class.JoinRequest(nodes[i])
		request.Models = uint64(set)
		c.Send("join", nodes[i], c.Deployment.Node, c.Node.PackJoin(request))
		c.Resume(nodes[i])
	}
	if got := c.NodeInfo(contractstest.Address(nodes[0])).Models; got != uint64(set) {
		t.Errorf("the contract keeps %x, want %x", got, set)
	}
	for model, want := range map[string]string{held: "HoldsModel", other: ""} {
		branch := c.Branch()
		request := contractstest.GPTRequest()
		request.ModelKey = protocol.ModelKey(model)
		task := branch.Create(branch.Account(), request, nodes)
		signature := branch.Sign(protocol.Decline{TaskKey: task.Drawn.TaskKey}, task.Keys[0])
		_, err := branch.Try("decline", nodes[0], branch.Deployment.Task,
			branch.Task.PackDecline(task.ID, 0, signature, request.ArgsHash, task.Drawn.Prevrandao))
		if want == "" && err != nil || want != "" && !refused(err, want) {
			t.Errorf("declining %s: got %v, want %q", model, err, want)
		}
		if got := set.Has(protocol.ModelKey(model)); got != (want != "") {
			t.Errorf("the set has %s: %v", model, got)
		}
	}
}
