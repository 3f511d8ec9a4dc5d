package contracts_test

import (
	"context"
	"crypto/ecdsa"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// Each of these does a thing twice where the first time would write words that
// were never used, and measures the second.

func gasOfJoining(t *testing.T, s gasSheet) {
	t.Helper()
	const nodes = 8 // the word that lists a class's nodes is new for each eighth
	n := steadyNet(t)
	class := contractstest.SmallClass()
	n.Join(nodes, class)

	fresh := func() *ecdsa.PrivateKey {
		key := n.Key()
		n.Send("transfer", n.Owner, n.Deployment.Token, n.Token.PackTransfer(contractstest.Address(key), contractstest.CNX(1000)))
		return key
	}
	for range nodes {
		key := fresh()
		s.add("approve", n.Send("approve", key, n.Deployment.Token, n.Token.PackApprove(n.Deployment.Node, contractstest.CNX(1000))).GasUsed)
		s.add("join", n.Send("join", key, n.Deployment.Node, n.Node.PackJoin(class.JoinRequest(key))).GasUsed)
		s.add("resume_first", n.Resume(key).GasUsed)
	}
	for range nodes {
		key := n.Account()
		request := class.JoinRequest(key)
		request.Payout = contractstest.Address(n.stranger)
		s.add("join_paid_elsewhere", n.Send("join", key, n.Deployment.Node, n.Node.PackJoin(request)).GasUsed)
	}
	for range nodes {
		key, deadline := fresh(), n.Now()+3600
		request := class.JoinRequest(key)
		call := n.Node.PackJoinFor(contractstest.Address(key), request, deadline,
			n.SignJoin(key, request, 0, deadline), n.SignPermit(key, n.Params.Stake, 0, deadline))
		s.add("join_for", n.Send("joinFor", n.stranger, n.Deployment.Node, call).GasUsed)
	}

	other := contractstest.Class{Card: "Another Card", VRAMGB: 8, Runtime: "cpu-test/1"}
	n.Register(other)
	s.add("join_first", n.JoinAs(n.Account(), other).GasUsed)
	n.JoinAs(n.Account(), other)
	last := n.Account()
	n.Send("join", last, n.Deployment.Node, n.Node.PackJoin(other.JoinRequest(last)))
	s.add("resume_serves", n.Resume(last).GasUsed)
}

func gasOfDeposits(t *testing.T, s gasSheet) {
	t.Helper()
	n := steadyNet(t)
	amount := contractstest.CNX(100)
	n.Send("approve", n.creator, n.Deployment.Token, n.Token.PackApprove(n.Deployment.Task, amount))
	s.add("deposit", n.Send("deposit", n.creator, n.Deployment.Task, n.Task.PackDeposit(amount)).GasUsed)
	for nonce := range uint64(2) {
		permit := protocol.Permit{
			Owner: contractstest.Address(n.creator), Spender: n.Deployment.Task, Value: protocol.CNX(100), Nonce: nonce, Deadline: n.Now() + 3600,
		}
		signed := contracts.PermitOf(permit, n.Sign(permit, n.creator))
		call := n.Task.PackDepositWithPermit(signed.Value, signed.Deadline, signed.V, signed.R, signed.S)
		gas := n.Send("depositWithPermit", n.creator, n.Deployment.Task, call).GasUsed
		if nonce > 0 { // the first one writes a nonce where none was
			s.add("deposit_by_permit", gas)
		}
	}
}

func gasOfMoves(t *testing.T, s gasSheet) {
	t.Helper()
	n := steadyNet(t)
	nodes := n.Join(8, contractstest.SmallClass())
	key := nodes[3]
	move := func(key *ecdsa.PrivateKey, call []byte) uint64 {
		return n.Send("move", key, n.Deployment.Node, call).GasUsed
	}
	moveFor := func(kind uint8) uint64 {
		nonce := n.NodeInfo(contractstest.Address(key)).Nonce
		deadline := n.Now() + 3600
		call := n.Node.PackMoveFor(contractstest.Address(key), kind, 0, deadline, n.SignMove(key, kind, 0, nonce, deadline))
		return move(n.stranger, call)
	}
	s.add("pause", move(key, n.Node.PackPause()))
	s.add("resume", move(key, n.Node.PackResume()))
	moveFor(contractstest.MovePause)
	moveFor(contractstest.MoveResume)
	s.add("move_for", moveFor(contractstest.MovePause))
	move(key, n.Node.PackAnnounce(1))
	s.add("announce", move(key, n.Node.PackAnnounce(7)))

	old := n.branch()
	old.Advance(time.Duration(old.Params.StakeSeconds) * time.Second)
	s.add("quit", old.Send("quit", nodes[5], old.Deployment.Node, old.Node.PackQuit()).GasUsed)
	s.add("quit_soon", move(nodes[5], n.Node.PackQuit()))

	busy := n.branch()
	busy.nodes = append(busy.nodes, nodes...)
	task := busy.start(contractstest.GPTRequest())
	s.add("pause_busy", busy.Send("pause", task.Keys[0], busy.Deployment.Node, busy.Node.PackPause()).GasUsed)
	s.add("quit_busy", busy.Send("quit", task.Keys[1], busy.Deployment.Node, busy.Node.PackQuit()).GasUsed)
	task.Settle(sameResults()...)
	busy.Advance(time.Hour)
	leaver := contractstest.Address(task.Keys[1])
	s.add("return_stake", busy.Send("returnStake", busy.stranger, busy.Deployment.Node, busy.Node.PackReturnStake(leaver)).GasUsed)
}

func gasOfEnds(t *testing.T, s gasSheet) {
	t.Helper()
	n := steadyNet(t)
	for _, end := range []struct {
		key     string
		measure func(gasNet) uint64
	}{
		{"dispatch", gasNet.dispatchOnly},
		{"cancel", gasNet.cancelOneOf50},
		{"close_expired", gasNet.expire},
		{"close_silent", gasNet.closeSilent},
		{"no_arguments", gasNet.closeWithoutArguments},
		{"decline", gasNet.decline},
		{"double_commitment", gasNet.slashDouble},
		{"withdraw", gasNet.withdraw},
	} {
		b := n.branch()
		end.measure(b)
		s.add(end.key, end.measure(b))
	}
}

// waiting is a task that waits while another runs.
func (n gasNet) waiting() (running, waits *contractstest.Court) {
	n.TB.Helper()
	running = n.start(contractstest.GPTRequest())
	waits = n.Create(n.creator, contractstest.GPTRequest(), n.nodes)
	if waits.Drawn != nil {
		n.TB.Fatal("a task was drawn although no node is free")
	}
	return running, waits
}

func (n gasNet) asStranger(what string, call []byte) *types.Receipt {
	n.TB.Helper()
	return n.Send(what, n.stranger, n.Deployment.Task, call)
}

func (n gasNet) dispatchOnly() uint64 {
	running, waits := n.waiting()
	running.Settle(sameResults()...)
	receipt := n.asStranger("dispatch", n.Task.PackDispatch(waits.ID))
	waits.Seat(receipt, n.nodes)
	waits.Settle(sameResults()...)
	return receipt.GasUsed
}

func (n gasNet) cancelOneOf50() uint64 {
	running, waits := n.waiting()
	all := []*contractstest.Court{waits}
	for i := range int64(49) {
		request := contractstest.GPTRequest()
		request.Fee = contractstest.CNX(10 + i*37%50)
		all = append(all, n.Create(n.creator, request, nil))
	}
	var gas uint64
	for i, task := range all {
		n.Send("cancel", n.creator, n.Deployment.Task, n.Task.PackCancel(task.ID))
		if i == 0 {
			gas = lastGas(n.Chain)
		}
	}
	running.Settle(sameResults()...)
	return gas
}

func (n gasNet) expire() uint64 {
	running, waits := n.waiting()
	running.Settle(sameResults()...)
	n.Advance(time.Duration(n.Params.QueueSeconds+1) * time.Second)
	return n.asStranger("close", n.Task.PackClose(waits.ID)).GasUsed
}

func (n gasNet) closeSilent() uint64 {
	task := n.start(contractstest.GPTRequest())
	n.AdvanceTo(task.Drawn.CommitBy + 61)
	gas := n.asStranger("close", n.Task.PackClose(task.ID)).GasUsed
	for range 2 { // so that nobody is let go for its scores
		n.start(contractstest.GPTRequest()).Settle(sameResults()...)
	}
	return gas
}

func (n gasNet) closeWithoutArguments() uint64 {
	task := n.start(contractstest.GPTRequest())
	n.AdvanceTo(task.Drawn.ArgumentsBy)
	var signatures [3][]byte
	for seat, key := range task.Keys {
		signatures[seat] = n.Sign(protocol.NoArguments{TaskKey: task.Drawn.TaskKey}, key)
	}
	return n.asStranger("closeWithoutArguments", n.Task.PackCloseWithoutArguments(task.ID, signatures)).GasUsed
}

func (n gasNet) decline() uint64 {
	request := contractstest.GPTRequest()
	request.ModelKey = protocol.ModelKey("a model")
	task := n.start(request)
	n.nodes = append(n.nodes, n.Join(1, contractstest.SmallClass())...)
	signature := n.Sign(protocol.Decline{TaskKey: task.Drawn.TaskKey}, task.Keys[1])
	receipt := n.asStranger("decline", n.Task.PackDecline(task.ID, 1, signature, request.ArgsHash, task.Drawn.Prevrandao))
	task.Seat(receipt, n.nodes)
	task.Settle(sameResults()...)
	for _, key := range n.nodes[3:] {
		n.Send("quit", key, n.Deployment.Node, n.Node.PackQuit())
	}
	return receipt.GasUsed
}

func (n gasNet) slashDouble() uint64 {
	liar := n.Join(1, contractstest.SmallClass())[0]
	key := common.Hash{1}
	commitments := [2][32]byte{{1}, {2}}
	var signatures [2][]byte
	for i, commitment := range commitments {
		signatures[i] = n.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, liar)
	}
	call := n.Task.PackSlashDoubleCommitment(contractstest.Address(liar), key, commitments, signatures)
	return n.asStranger("slashDoubleCommitment", call).GasUsed
}

func (n gasNet) withdraw() uint64 {
	n.start(contractstest.GPTRequest()).Settle(sameResults()...)
	return n.Send("withdraw", n.nodes[0], n.Deployment.Task, n.Task.PackWithdraw(contractstest.Address(n.nodes[0]))).GasUsed
}

// meteredSender adds up the gas of what it sends.
type meteredSender struct {
	contractstest.Sender
	gas uint64
}

func (m *meteredSender) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	receipt, err := m.Sender.Send(ctx, to, data)
	if err == nil {
		m.gas += receipt.GasUsed
	}
	return receipt, err
}

func gasOfOwner(t *testing.T, s gasSheet) {
	t.Helper()
	ctx := context.Background()
	n := steadyNet(t)
	for _, change := range []struct {
		key  string
		call []byte
	}{
		{"set_class", n.Rules.PackSetClass("NVIDIA GeForce RTX 4070", 12, "cuda/0.4.0", common.Hash{1})},
		{"set_params", n.Rules.PackSetParams(n.Params)},
		{"set_relay", n.Rules.PackSetRelay(contractstest.Address(n.stranger), true)},
	} {
		owner := &meteredSender{Sender: contractstest.Sender{Chain: n.Chain, Key: n.Owner}}
		if err := contracts.Enact(ctx, n.Reader(), owner, n.Deployment, [][]byte{change.call}); err != nil {
			t.Fatal(err)
		}
		s.add(change.key, owner.gas)
	}

	bare := contractstest.BareEVM(t)
	bare.Params = contracts.DefaultParams()
	deployer := &meteredSender{Sender: contractstest.Sender{Chain: bare, Key: bare.Owner}}
	save := func(contracts.Deployment) error { return nil }
	if _, err := contracts.Deploy(ctx, bare.Reader(), deployer, bare.Network(), contracts.Deployment{}, save); err != nil {
		t.Fatal(err)
	}
	s.add("deploy_all", deployer.gas)
}
