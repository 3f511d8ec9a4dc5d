package contracts_test

import (
	"crypto/ecdsa"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// network is a chain with three nodes of one class and a creator.
func network(t *testing.T, change func(*contracts.Params)) (*contractstest.Chain, []*ecdsa.PrivateKey, *ecdsa.PrivateKey) {
	t.Helper()
	c := contractstest.New(t, change)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	t.Cleanup(func() {
		if !t.Failed() {
			c.CheckMoney(append([]*ecdsa.PrivateKey{creator}, nodes...))
		}
	})
	return c, nodes, creator
}

func wantRefused(t *testing.T, err error, name string) {
	t.Helper()
	if !refused(err, name) {
		t.Errorf("got %v, want %s", err, name)
	}
}

func TestTheDrawGivesTheTaskKeyThatGoComputes(t *testing.T) {
	c, nodes, creator := network(t, nil)
	request := contractstest.GPTRequest()
	task := c.Create(creator, request, nodes)
	head, err := c.Client.HeaderByNumber(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	id, err := protocol.TaskIDFromBig(task.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := protocol.TaskKeyOf(c.Domain, id, contractstest.Address(creator), request.ArgsHash, task.Drawn.Nodes, head.MixDigest)
	if common.Hash(task.Drawn.TaskKey) != want {
		t.Errorf("got task key %x, want %x", task.Drawn.TaskKey, want)
	}
	if common.Hash(task.Drawn.ClassId) != contractstest.SmallClass().ID() {
		t.Errorf("got class %x, want %x", task.Drawn.ClassId, contractstest.SmallClass().ID())
	}
	if want := head.Time + 180 + 30 + 10; task.Drawn.CommitBy != want {
		t.Errorf("commitments are taken until %d, want %d", task.Drawn.CommitBy, want)
	}
}

func TestCommitmentsAreRefused(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	commitment := task.Commitment(0, contractstest.Result("A"))

	_, err := task.TryCommit(0, commitment, task.Keys[1])
	wantRefused(t, err, "WrongSigner")
	_, err = task.TryCommit(0, common.Hash{}, task.Keys[0])
	wantRefused(t, err, "InvalidCommitment")
	_, err = task.TryCommit(3, commitment, task.Keys[0])
	wantRefused(t, err, "InvalidSeat")
	_, err = c.Try("commit", creator, c.Deployment.Task, c.Task.PackCommit(task.ID, 0, commitment, nil))
	wantRefused(t, err, "WrongSigner")
	_, err = c.Try("commit", creator, c.Deployment.Task, c.Task.PackCommit(big.NewInt(99), 0, commitment, nil))
	wantRefused(t, err, "WrongStatus")

	task.Commit(0, contractstest.Result("A"))
	_, err = task.TryCommit(0, commitment, task.Keys[0])
	wantRefused(t, err, "AlreadyCommitted")

	task.AdvanceTo(task.Drawn.CommitBy + 1)
	_, err = task.TryCommit(1, task.Commitment(1, contractstest.Result("A")), task.Keys[1])
	wantRefused(t, err, "CommitTooLate")
	task.Reveal(0)
}

func TestAnybodyMayBringWhatANodeSigned(t *testing.T) {
	c, nodes, creator := network(t, nil)
	stranger := c.Key()
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		answer := contractstest.Result("A")
		commitment := task.Commitment(seat, answer)
		signature := c.Sign(protocol.Commitment{TaskKey: task.Drawn.TaskKey, Commitment: commitment}, task.Keys[seat])
		c.Send("commit", stranger, c.Deployment.Task, c.Task.PackCommit(task.ID, uint8(seat), commitment, signature))
		task.Hold(seat, answer)
	}
	for seat := range 3 {
		if _, err := task.Bring(seat, task.Opening(seat), task.Keys[seat], stranger, c.Relay); err != nil {
			t.Fatal(err)
		}
	}
	if got := protocol.Outcome(task.Info().Outcome); got != protocol.OutcomeAgreed {
		t.Errorf("got %s, want agreed", got)
	}
}

func TestOpeningsAreRefused(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("A"))
	task.Commit(1, contractstest.Result("A"))
	_, err := task.TryReveal(0)
	wantRefused(t, err, "RevealTooEarly")
	task.Commit(2, contractstest.Result("A"))

	good := task.Opening(0)
	key := task.Keys[0]
	change := func(f func(*protocol.Reveal)) protocol.Reveal {
		r := good
		r.Result = append([]byte(nil), good.Result...)
		f(&r)
		return r
	}
	for _, bad := range []struct {
		name    string
		opening protocol.Reveal
		err     string
	}{
		{"another result", change(func(r *protocol.Reveal) { r.Result[0] ^= 1 }), "WrongOpening"},
		{"another nonce", change(func(r *protocol.Reveal) { r.Nonce[0] ^= 1 }), "WrongOpening"},
		{"another kind", change(func(r *protocol.Reveal) { r.Kind, r.Result = protocol.KindCannotRun, nil }), "WrongOpening"},
		{"other commitments", change(func(r *protocol.Reveal) { r.CommitmentsHash[0] ^= 1 }), "WrongOpening"},
		{"a short result", change(func(r *protocol.Reveal) { r.Result = r.Result[:31] }), "InvalidResult"},
		{"a long result", change(func(r *protocol.Reveal) { r.Result = append(r.Result, 0) }), "InvalidResult"},
		{"no kind", change(func(r *protocol.Reveal) { r.Kind = protocol.KindNone }), "InvalidResult"},
		{"an error with a result", change(func(r *protocol.Reveal) { r.Kind = protocol.KindCannotRun }), "InvalidResult"},
	} {
		if _, err := task.Bring(0, bad.opening, key, key, c.Relay); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	_, err = task.Bring(0, good, task.Keys[1], key, c.Relay)
	wantRefused(t, err, "WrongSigner")
	_, err = task.Bring(1, good, key, key, c.Relay) // fits what seat 1 committed to, but seat 0 signed it
	wantRefused(t, err, "WrongSigner")

	task.Reveal(0)
	_, err = task.TryReveal(0)
	wantRefused(t, err, "AlreadyRevealed")
}

func TestOnlyWhoCommittedMayOpen(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("A"))
	task.Commit(1, contractstest.Result("A"))
	task.Hold(2, contractstest.Result("A"))
	task.Commitments[2] = common.Hash{}
	task.AdvanceTo(task.Drawn.CommitBy + 1)
	_, err := task.TryReveal(2)
	wantRefused(t, err, "NotCommitted")
	task.Reveal(0)
	task.Reveal(1)
}

func TestAResultIsPaidOnlyWhenARelayVouchesForIt(t *testing.T) {
	c, nodes, creator := network(t, nil)
	stranger := c.Key()
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	_, err := task.Bring(0, task.Opening(0), task.Keys[0], stranger, nil)
	wantRefused(t, err, "NotStored")
	_, err = task.Bring(0, task.Opening(0), task.Keys[0], stranger, stranger)
	wantRefused(t, err, "NotStored")

	if _, err := task.Bring(0, task.Opening(0), task.Keys[0], task.Keys[0], nil); err != nil {
		t.Fatal(err)
	}
	task.Reveal(1)
	task.Reveal(2)
	if got := c.Earned(contractstest.Address(task.Keys[0])); got.Sign() != 0 {
		t.Errorf("earned %s without a relay's word, want nothing", got)
	}
	if got := c.Pool(); got.Cmp(contractstest.CNX(20)) != 0 {
		t.Errorf("pool is %s, want the lost share of 20 CNX", got)
	}
	if got := c.NodeInfo(contractstest.Address(task.Keys[0])); got.Score != 20 {
		t.Errorf("score is %d, want 20: the result was right", got.Score)
	}
}

func TestAStruckRelayVouchesNoMore(t *testing.T) {
	c, nodes, creator := network(t, nil)
	relay := contractstest.Address(c.Relay)
	_, err := c.Try("setRelay", creator, c.Deployment.Task, c.Task.PackSetRelay(relay, false))
	wantRefused(t, err, "OwnableUnauthorizedAccount")
	c.Send("setRelay", c.Owner, c.Deployment.Task, c.Task.PackSetRelay(relay, false))
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	stranger := c.Key()
	_, err = task.Bring(0, task.Opening(0), task.Keys[0], stranger, c.Relay)
	wantRefused(t, err, "NotStored")
	for seat := range 3 {
		task.Reveal(seat)
	}
	if got := c.Pool(); got.Cmp(contractstest.CNX(50)) != 0 {
		t.Errorf("pool is %s, want all 50 CNX", got)
	}
}

func TestAnOpeningCountsUntilTheTaskIsClosed(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	if _, err := task.TryClose(); !refused(err, "CloseTooEarly") {
		t.Errorf("got %v, want CloseTooEarly", err)
	}
	c.Advance(time.Hour)
	for seat := range 3 {
		task.Reveal(seat)
	}
	if got := protocol.Outcome(task.Info().Outcome); got != protocol.OutcomeAgreed {
		t.Errorf("got %s, want agreed", got)
	}
}

func TestEarningsAreWithdrawnToTheirOwnerByAnybody(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		task.Commit(seat, contractstest.Result("A"))
	}
	for seat := range 3 {
		task.Reveal(seat)
	}
	first := contractstest.Address(task.Keys[0])
	before := c.Balance(first)
	for range 2 { // the second time there is nothing to get
		c.Send("withdraw", c.Key(), c.Deployment.Task, c.Task.PackWithdraw(first))
	}
	if got := new(big.Int).Sub(c.Balance(first), before); got.Cmp(contractstest.CNX(20)) != 0 {
		t.Errorf("withdrew %s, want 20 CNX", got)
	}
	if got := c.Earned(first); got.Sign() != 0 {
		t.Errorf("still credited %s, want nothing", got)
	}
}

// The weaknesses of the original that contracts.md A6 lists by these numbers.

func TestA6_15_ACommitmentWithoutOpeningCostsOnlyItsNode(t *testing.T) {
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
	task.AdvanceTo(task.Info().Deadlines.RevealBy + 1)
	task.Close()
	for seat := 1; seat < 3; seat++ {
		if c.Earned(contractstest.Address(task.Keys[seat])).Sign() == 0 {
			t.Errorf("honest seat %d was not paid", seat)
		}
	}
	stuck := contractstest.Address(task.Keys[0])
	_, err := c.Try("quit", task.Keys[0], c.Deployment.Node, c.Node.PackQuit())
	if err != nil || protocol.NodeStatus(c.NodeInfo(stuck).Status) != protocol.NodePendingQuit {
		t.Errorf("got %v, %d, want the node to wait for its task", err, c.NodeInfo(stuck).Status)
	}
	c.Advance(25 * time.Hour)
	task.Close()
	if got := c.NodeInfo(stuck); protocol.NodeStatus(got.Status) != protocol.NodeQuit || got.Stake.Sign() != 0 {
		t.Errorf("got %+v, want it slashed", got)
	}
	if got := c.Balance(stuck); got.Cmp(contractstest.CNX(100_000-400)) != 0 {
		t.Errorf("has %s, want no stake back", got)
	}
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
	for _, key := range nodes {
		sum.Add(sum, c.Earned(contractstest.Address(key)))
	}
	if sum.Cmp(contractstest.CNX(50)) != 0 {
		t.Errorf("paid %s in all, want 50 CNX", sum)
	}
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
	for seat := range 3 {
		if got := c.NodeInfo(contractstest.Address(task.Keys[seat])).Score; got != 0 {
			t.Errorf("seat %d scored %d for an error, want 0", seat, got)
		}
	}
	c.Advance(48 * time.Hour)
	_, err := task.TryClose()
	wantRefused(t, err, "WrongStatus")
	_, err = c.Try("cancel", creator, c.Deployment.Task, c.Task.PackCancel(task.ID))
	wantRefused(t, err, "WrongStatus")
	_, err = task.TryReveal(0)
	wantRefused(t, err, "AlreadyRevealed")
}

// A node of an ended task whose storage serves another task now must not reach
// into that one.
func TestAnEndedTaskNeverTouchesTheTaskThatTookItsPlace(t *testing.T) {
	c, nodes, creator := network(t, nil)
	first := c.Create(creator, contractstest.GPTRequest(), nodes)
	first.Commit(0, contractstest.Result("A"))
	first.AdvanceTo(first.Drawn.CommitBy + 1)
	first.Reveal(0) // seats 1 and 2 never came
	second := c.Create(creator, contractstest.GPTRequest(), nodes)

	for seat := range 3 {
		_, err := first.TryCommit(seat, first.Commitment(seat, contractstest.Result("B")), first.Keys[seat])
		wantRefused(t, err, "WrongStatus")
	}
	first.Hold(1, contractstest.Result("B"))
	_, err := first.TryReveal(1)
	wantRefused(t, err, "WrongStatus")
	if info := second.Info(); info.Commitments != [3][32]byte{} || info.Revealed != [3]bool{} {
		t.Errorf("a fresh task shows %x, %v, want nothing of the task before", info.Commitments, info.Revealed)
	}
	if info := first.Info(); protocol.Outcome(info.Outcome) != protocol.OutcomeSilent || info.Creator != contractstest.Address(creator) {
		t.Errorf("the ended task shows %+v", info)
	}
	for seat := range 3 {
		second.Commit(seat, contractstest.Result("A"))
	}
	for seat := range 3 {
		second.Reveal(seat)
	}
}
