package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// The weaknesses of the original that reference/contracts.md A6 lists by these
// numbers, on trust, protocol and incentives. See weaknesses_test.go.

func TestA6_12_ACreatorTakesNothingBackFromNodesThatAgreed(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	c.AdvanceTo(task.Drawn.ArgumentsBy)
	before := c.Credit(contractstest.Address(creator))
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	forged := c.Sign(protocol.NoArguments{TaskKey: task.Drawn.TaskKey}, creator)
	decline := c.Sign(protocol.Decline{TaskKey: task.Drawn.TaskKey}, creator)
	for _, trick := range []struct {
		name string
		call []byte
		want string
	}{
		{"cancel", c.Task.PackCancel(task.ID), "WrongStatus"},
		{"close", c.Task.PackClose(task.ID), "CloseTooEarly"},
		{"complain", c.Task.PackCloseWithoutArguments(task.ID, [3][]byte{forged, forged, forged}), "WrongStatus"},
		{"decline", c.Task.PackDecline(task.ID, 0, decline, task.Drawn.ArgsHash, task.Drawn.Prevrandao), "DeclineTooLate"},
	} {
		if _, err := c.Try(trick.name, creator, c.Deployment.Task, trick.call); !refused(err, trick.want) {
			t.Errorf("%s: got %v, want %s", trick.name, err, trick.want)
		}
	}
	task.Reveal(0)
	task.Reveal(1)
	c.AdvanceTo(task.Info().Deadlines.RevealBy)
	task.Close()
	for seat := range 2 {
		if got := earned(c, contractstest.Address(task.Keys[seat])); got.Sign() <= 0 {
			t.Errorf("seat %d agreed and got nothing", seat)
		}
	}
	task.Reveal(2)
	if got := new(big.Int).Sub(c.Credit(contractstest.Address(creator)), before); got.Cmp(c.Params.SettleReward) != 0 {
		t.Errorf("the creator got %s back, want no more than the reward for closing", got)
	}
}

// calls of Node and Task that would take what belongs to others.
func robberies(c *contractstest.Chain, task *contractstest.Court, robber common.Address) map[string]struct {
	to   common.Address
	call []byte
} {
	one, trio := common.Big1, big.NewInt(1|2<<24|3<<48)
	node, at := c.Node, c.Deployment
	type robbery = struct {
		to   common.Address
		call []byte
	}
	return map[string]robbery{
		"point Node elsewhere":    {at.Node, node.PackSetTaskContract(robber)},
		"slash a node":            {at.Node, node.PackSlash(contractstest.Address(task.Keys[0]))},
		"slash in the task":       {at.Node, node.PackSettle(one, trio, [3]uint8{4, 4, 4}, [3]uint8{})},
		"draw":                    {at.Node, node.PackDraw(contracts.DrawRequest{Place: one, TaskType: 1, Model: new(big.Int), Seed: one})},
		"change Task's params":    {at.Task, c.Task.PackSetParams(1, c.Params)},
		"change Node's params":    {at.Node, node.PackSetParams(c.Params)},
		"be a relay":              {at.Task, c.Task.PackSetRelay(robber, true)},
		"wire the rules anew":     {at.Rules, c.Rules.PackWire(robber, robber, c.Params)},
		"take the rules":          {at.Rules, c.Rules.PackTransferOwnership(robber)},
		"move Node's CNX":         {at.Token, c.Token.PackTransferFrom(at.Node, robber, contractstest.CNX(400))},
		"move Task's CNX":         {at.Token, c.Token.PackTransferFrom(at.Task, robber, contractstest.CNX(50))},
		"cancel a running task":   {at.Task, c.Task.PackCancel(task.ID)},
		"close it before its end": {at.Task, c.Task.PackClose(task.ID)},
	}
}

func TestA6_13_TheOwnerMovesNoStakeAndNoFee(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	owner := contractstest.Address(c.Owner)
	lock := contracts.NewTimelock()
	for name, x := range robberies(c, task, owner) {
		if _, err := c.Try(name, c.Owner, x.to, x.call); err == nil {
			t.Errorf("the owner could %s", name)
		}
		to, values, calls := []common.Address{x.to}, []*big.Int{new(big.Int)}, [][]byte{x.call}
		salt := common.BytesToHash([]byte(name))
		c.Send("schedule", c.Owner, c.Deployment.Timelock, lock.PackScheduleBatch(to, values, calls, [32]byte{}, salt, new(big.Int)))
		if _, err := c.Try(name, c.Owner, c.Deployment.Timelock, lock.PackExecuteBatch(to, values, calls, [32]byte{}, salt)); err == nil {
			t.Errorf("the owner could %s through the timelock", name)
		}
	}
	task.Settle(contractstest.Result("A"), contractstest.Result("A"), contractstest.Result("B"))
	wantAmount(t, "pool with the slashed stake", c.Pool(), c.Params.Stake)
	wantAmount(t, "credit of the owner", c.Credit(owner), new(big.Int))
}

func TestA6_13_ChangesAreSeenBeforeTheyCountAndARelayIsNotAlone(t *testing.T) {
	c, nodes, creator := network(t, nil)
	lock := contracts.NewTimelock()
	me := []common.Address{contractstest.Address(c.Owner)}
	slow := c.EVM.Deploy(c.Owner, contracts.TimelockMetaData.Bin, lock.PackConstructor(big.NewInt(48*60*60), me, me))
	c.Enact(c.Rules.PackTransferOwnership(slow))
	c.Deployment.Timelock = slow
	call := c.Rules.PackSetRelay(contractstest.Address(c.Relay), false)
	to, values, calls := []common.Address{c.Deployment.Rules}, []*big.Int{new(big.Int)}, [][]byte{call}
	schedule := lock.PackScheduleBatch(to, values, calls, [32]byte{}, [32]byte{}, big.NewInt(48*60*60))
	execute := lock.PackExecuteBatch(to, values, calls, [32]byte{}, [32]byte{})
	c.Send("schedule", c.Owner, slow, schedule)
	c.Advance(47 * time.Hour)
	_, err := c.Try("execute", c.Owner, slow, execute)
	wantRefused(t, err, "TimelockUnexpectedOperationState")
	c.Advance(2 * time.Hour)
	c.Send("execute", c.Owner, slow, execute)

	// Without any relay the response itself proves that the creator can have it.
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	sealed := []byte("sealed response")
	var statements [3]contracts.Statement
	for seat := range 3 {
		task.Hold(seat, contractstest.Result("A"))
	}
	for seat := range 3 {
		opening := task.Opening(seat)
		opening.CiphertextHash = common.BytesToHash(crypto.Keccak256(sealed))
		statements[seat] = task.Statement(seat, opening, task.Keys[seat], nil)
		statements[seat].Proof = sealed
	}
	c.Send("settle", task.Keys[0], c.Deployment.Task, c.Task.PackSettle(task.ID, statements))
	wantOutcome(t, task, protocol.OutcomeAgreed)
}

func TestA6_14_ErrorsAreSecretUntilAllHaveCommittedAndEarnNothing(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("A"))
	for seat := 1; seat < 3; seat++ {
		task.Commit(seat, contractstest.Failure(protocol.KindCannotRun))
		_, err := task.TryReveal(seat) // nobody sees an error, or tells one, before the third has committed
		if seat < 2 {
			wantRefused(t, err, "RevealTooEarly")
		}
	}
	task.Reveal(1)
	if got := statusOf(c, task.Keys[0]); got != protocol.NodeBusy {
		t.Fatalf("the honest node is %s after an error, want it busy", got)
	}
	task.Reveal(0)
	honest := contractstest.Address(task.Keys[0])
	if got := c.NodeInfo(honest); got.Stake.Cmp(c.Params.Stake) != 0 || protocol.NodeStatus(got.Status) != protocol.NodeAvailable {
		t.Errorf("the honest node is %+v, want it free with its stake", got)
	}
	if earned(c, honest).Sign() <= 0 {
		t.Error("the honest node has nothing, want the overhead part")
	}
	for seat := 1; seat < 3; seat++ {
		if got := earned(c, contractstest.Address(task.Keys[seat])); got.Sign() != 0 {
			t.Errorf("seat %d has %s for an error, want nothing", seat, got)
		}
	}
}

func TestA6_15_ACommitmentWithoutAnOpeningCostsOnlyItsNode(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	if _, err := task.TryCommit(0, common.HexToHash("0x01"), task.Keys[0]); err != nil {
		t.Fatal(err)
	}
	task.Commitments[0] = common.HexToHash("0x01")
	for seat := 1; seat < 3; seat++ {
		task.Commit(seat, contractstest.Result("A"))
	}
	task.Reveal(1)
	task.Reveal(2)
	task.AdvanceTo(task.Info().Deadlines.RevealBy)
	task.Close()
	for seat := 1; seat < 3; seat++ {
		if earned(c, contractstest.Address(task.Keys[seat])).Sign() <= 0 {
			t.Errorf("honest seat %d was not paid", seat)
		}
	}
	c.Send("quit", task.Keys[0], c.Deployment.Node, c.Node.PackQuit())
	if got := statusOf(c, task.Keys[0]); got != protocol.NodePendingQuit {
		t.Errorf("the silent node is %s, want it to wait for its task", got)
	}
	c.Advance(24 * time.Hour)
	task.Close()
	if got := c.NodeInfo(contractstest.Address(task.Keys[0])); got.Stake.Sign() != 0 || protocol.NodeStatus(got.Status) != protocol.NodeQuit {
		t.Errorf("the silent node is %+v, want it slashed", got)
	}
	wantAmount(t, "pool", c.Pool(), new(big.Int).Add(c.Params.Stake, contractstest.CNX(12)))
}

func TestA6_16_SharesNeverAddUpToMoreThanTheFee(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for range 3 { // zero commitments, again and again, before and after a good one
		_, err := task.TryCommit(0, common.Hash{}, task.Keys[0])
		wantRefused(t, err, "InvalidCommitment")
	}
	task.Commit(0, contractstest.Result("A"))
	_, err := task.TryCommit(0, common.Hash{}, task.Keys[0])
	wantRefused(t, err, "AlreadyCommitted")
	task.Commit(1, contractstest.Result("A"))
	task.Commit(2, contractstest.Result("A"))
	sum := new(big.Int)
	for seat := range 3 {
		task.Reveal(seat)
	}
	for seat, key := range task.Keys {
		pay := earned(c, contractstest.Address(key))
		if seat == 2 {
			pay.Sub(pay, c.Params.SettleReward) // it sent the last transaction
		}
		sum.Add(sum, pay)
	}
	wantAmount(t, "what the three were paid", sum, contractstest.CNX(50))
}

func TestA6_17_ATaskIsScoredOnce(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Commit(seat, contractstest.Failure(protocol.KindCannotRun))
	}
	for seat := range 3 {
		task.Reveal(seat)
	}
	c.Advance(48 * time.Hour)
	_, err := task.TryClose()
	wantRefused(t, err, "WrongStatus")
	_, err = c.Try("cancel", creator, c.Deployment.Task, c.Task.PackCancel(task.ID))
	wantRefused(t, err, "WrongStatus")
	_, err = task.TryReveal(0)
	wantRefused(t, err, "WrongStatus")
	for seat, key := range task.Keys {
		if got := c.NodeInfo(contractstest.Address(key)); got.Recent != [3]uint8{0, 20, 20} || got.Mean != 0 {
			t.Errorf("seat %d has scores %v and a mean of %d, want one 0 more", seat, got.Recent, got.Mean)
		}
	}
}

func TestA6_17b_NobodyLeavesATaskThroughAnEarlierOne(t *testing.T) {
	c, nodes, creator := network(t, nil)
	first := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		first.Commit(seat, contractstest.Result("A"))
	}
	for seat := range 3 {
		first.Reveal(seat)
	}
	second := c.Create(creator, contractstest.GPTRequest(), nodes)
	if second.ID.Cmp(first.ID) == 0 || placeOf(second.ID) != placeOf(first.ID) {
		t.Fatalf("the tasks are %s and %s, want two in one place", first.ID, second.ID)
	}
	for seat := range 3 {
		_, err := first.TryReveal(seat)
		wantRefused(t, err, "WrongStatus")
	}
	_, err := first.TrySettle(sameResults()...)
	wantRefused(t, err, "WrongStatus")
	_, err = first.TryClose()
	wantRefused(t, err, "WrongStatus")
	// The same messages brought to the second task are of another key.
	for seat := range 3 {
		_, err = c.Try("reveal", creator, c.Deployment.Task,
			c.Task.PackReveal(second.ID, uint8(seat), first.Statement(seat, first.Opening(seat), first.Keys[seat], c.Relay)))
		wantRefused(t, err, "RevealTooEarly")
	}
	_, err = c.Try("settle", creator, c.Deployment.Task, c.Task.PackSettle(second.ID, first.Statements(c.Relay)))
	wantRefused(t, err, "WrongOpening")
	for _, key := range second.Keys {
		if got := c.NodeInfo(contractstest.Address(key)); protocol.NodeStatus(got.Status) != protocol.NodeBusy || got.Task.Uint64() != placeOf(second.ID) {
			t.Errorf("a node is %+v, want it in the second task", got)
		}
	}
	second.Settle(sameResults()...)
}

func TestA6_18_LeavingABadNameBehindGainsNothing(t *testing.T) {
	c, nodes, creator := network(t, nil)
	for range 2 { // two silent tasks
		task := c.Create(creator, contractstest.GPTRequest(), nodes)
		task.AdvanceTo(task.Drawn.CommitBy + 61)
		task.Close()
	}
	bad := nodes[0]
	if got := statusOf(c, bad); got != protocol.NodeQuit {
		t.Fatalf("a node that was silent twice is %s, want it let go", got)
	}
	_, err := c.Try("join", bad, c.Deployment.Node, c.Node.PackJoin(contractstest.SmallClass().JoinRequest(bad)))
	wantRefused(t, err, "RejoinTooEarly")

	fresh := c.Account()
	c.JoinAs(fresh, contractstest.SmallClass())
	c.Advance(2 * time.Minute)
	c.JoinAs(bad, contractstest.SmallClass())
	if was, is := c.NodeInfo(contractstest.Address(bad)).Mean, c.NodeInfo(contractstest.Address(fresh)).Mean; is > was {
		t.Errorf("a new address has a mean of %d, the worst old one of %d; want it no better", is, was)
	}
	c.JoinAs(nodes[1], contractstest.SmallClass())
	c.JoinAs(nodes[2], contractstest.SmallClass())
	c.Create(creator, contractstest.GPTRequest(), append(nodes, fresh)).Settle(sameResults()...)
	best := uint16(0)
	for _, node := range append(nodes, fresh) {
		best = max(best, c.NodeInfo(contractstest.Address(node)).Mean)
	}
	if best == 0 {
		t.Error("a task that went well made nobody better than a new address")
	}
}

func TestA6_19_OneDeadNodeVoidsNothingAndTheFastestEarnsTheMost(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(1, contractstest.Result("A"))
	task.Commit(2, contractstest.Result("A"))
	task.AdvanceTo(task.Drawn.CommitBy + 61)
	stranger := c.Key()
	for _, seat := range []int{1, 2} {
		opening := task.Opening(seat)
		opening.Order = protocol.PackOrder([3]uint8{2, 1, 0})
		if _, err := task.Bring(seat, opening, task.Keys[seat], stranger, c.Relay); err != nil {
			t.Fatal(err)
		}
	}
	wantOutcome(t, task, protocol.OutcomeAgreed)
	wantAmount(t, "pay of the first", earned(c, contractstest.Address(task.Keys[2])), contractstest.CNX(20))
	wantAmount(t, "pay of the second", earned(c, contractstest.Address(task.Keys[1])), contractstest.CNX(18))
	wantAmount(t, "share of the dead one, in the pool", c.Pool(), contractstest.CNX(12))
}

// In the original whoever made three nodes free arranged who was drawn from the
// queue.
func TestA6_20_FromTheQueueTheDiceDecideToo(t *testing.T) {
	const draws = 400
	c := contractstest.NewEVM(t, nil)
	nodes, creator := c.Join(10, contractstest.SmallClass()), c.Account()
	pauseAll(c, nodes)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	resumeAll(c, nodes)
	drawn := map[common.Address]int{}
	for throw := range draws {
		b := c.Branch()
		b.EVM.Randao = func(uint64) common.Hash {
			return common.BytesToHash(crypto.Keccak256([]byte{byte(throw), byte(throw >> 8)}))
		}
		receipt := b.Send("dispatch", b.Key(), c.Deployment.Task, c.Task.PackDispatch(task.ID))
		for _, node := range contractstest.Find[contracts.TaskTaskDrawn](b, receipt).Nodes {
			drawn[node]++
		}
	}
	for _, key := range nodes { // 120 each, with a deviation of 9
		if n := drawn[contractstest.Address(key)]; n < 75 || n > 165 {
			t.Errorf("a node was drawn %d times of %d, want about %d", n, draws, draws*3/10)
		}
	}
}

func pauseAll(c *contractstest.Chain, nodes []*ecdsa.PrivateKey) {
	for _, key := range nodes {
		c.Send("pause", key, c.Deployment.Node, c.Node.PackPause())
	}
}

func resumeAll(c *contractstest.Chain, nodes []*ecdsa.PrivateKey) {
	for _, key := range nodes {
		c.Send("resume", key, c.Deployment.Node, c.Node.PackResume())
	}
}
