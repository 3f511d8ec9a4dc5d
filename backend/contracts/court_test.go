package contracts_test

import (
	"crypto/ecdsa"
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// network is a chain with three nodes of one class and a creator. Its books are
// checked at the end; a test that leaves a task open checks them itself.
func network(t *testing.T, change func(*contracts.Params)) (*contractstest.Chain, []*ecdsa.PrivateKey, *ecdsa.PrivateKey) {
	t.Helper()
	c := contractstest.NewEVM(t, change)
	nodes := c.Join(3, contractstest.SmallClass())
	creator := c.Account()
	t.Cleanup(func() {
		if !t.Failed() {
			c.CheckBooks()
		}
	})
	return c, nodes, creator
}

// earned is an account's credit beyond the 100,000 CNX that each account of the
// tests has deposited.
func earned(c *contractstest.Chain, account common.Address) *big.Int {
	c.TB.Helper()
	return new(big.Int).Sub(c.Credit(account), contractstest.CNX(100_000))
}

func refused(err error, name string) bool {
	var refusal *contracts.Refusal
	return errors.As(err, &refusal) && refusal.Name == name
}

func wantRefused(t testing.TB, err error, name string) {
	t.Helper()
	if !refused(err, name) {
		t.Errorf("got %v, want %s", err, name)
	}
}

// at makes the next transaction one of that time.
func at(c *contractstest.Chain, unix uint64) {
	c.TB.Helper()
	c.AdvanceTo(unix - 1)
	if now := c.Now(); now != unix-1 {
		c.TB.Fatalf("it is %d already, want %d", now, unix-1)
	}
}

func statusOf(c *contractstest.Chain, key *ecdsa.PrivateKey) protocol.NodeStatus {
	c.TB.Helper()
	return protocol.NodeStatus(c.NodeInfo(contractstest.Address(key)).Status)
}

func wantOutcome(t *testing.T, task *contractstest.Court, want protocol.Outcome) {
	t.Helper()
	if got := protocol.Outcome(task.Info().Outcome); got != want {
		t.Errorf("ended with %s, want %s", got, want)
	}
}

func TestTheDrawGivesTheTaskKeyThatGoComputes(t *testing.T) {
	c, nodes, creator := network(t, nil)
	request := contractstest.GPTRequest()
	task := c.Create(creator, request, nodes)
	id, err := protocol.TaskIDFromBig(task.ID)
	if err != nil {
		t.Fatal(err)
	}
	randao := c.EVM.Randao(task.Drawn.Raw.BlockNumber)
	want := protocol.TaskKeyOf(c.Domain, id, contractstest.Address(creator), request.ArgsHash, task.Drawn.Nodes, randao)
	if common.Hash(task.Drawn.TaskKey) != want || task.Info().TaskKey != task.Drawn.TaskKey {
		t.Errorf("got task key %x, want %x", task.Drawn.TaskKey, want)
	}
	if task.Drawn.Prevrandao.Cmp(randao.Big()) != 0 || common.Hash(task.Drawn.ArgsHash) != common.Hash(request.ArgsHash) {
		t.Errorf("the draw tells randomness %x and arguments %x, want %x and %x", task.Drawn.Prevrandao, task.Drawn.ArgsHash, randao, request.ArgsHash)
	}
	if common.Hash(task.Drawn.ClassId) != contractstest.SmallClass().ID() {
		t.Errorf("got class %x, want %x", task.Drawn.ClassId, contractstest.SmallClass().ID())
	}
	if want := (contracts.Deadlines{ArgumentsBy: c.Now() + 60, CommitBy: c.Now() + 180 + 30 + 10}); task.Info().Deadlines != want {
		t.Errorf("got deadlines %+v, want %+v", task.Info().Deadlines, want)
	}
	task.Settle(contractstest.Result("A"), contractstest.Result("A"), contractstest.Result("A"))
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
	wantRefused(t, err, "ECDSAInvalidSignatureLength")
	_, err = c.Try("commit", creator, c.Deployment.Task, c.Task.PackCommit(big.NewInt(99), 0, commitment, nil))
	wantRefused(t, err, "WrongStatus")

	task.Commit(0, contractstest.Result("A"))
	_, err = task.TryCommit(0, commitment, task.Keys[0])
	wantRefused(t, err, "AlreadyCommitted")
	task.AdvanceTo(task.Drawn.CommitBy + 60)
	task.Reveal(0)
}

func TestCommitmentsAreTakenFromAnybodyForAMinuteAfterTheirDeadline(t *testing.T) {
	c, nodes, creator := network(t, nil)
	stranger := c.Key()
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	bring := func(seat int) error {
		answer := contractstest.Result("A")
		commitment := task.Commitment(seat, answer)
		signature := c.Sign(protocol.Commitment{TaskKey: task.Drawn.TaskKey, Commitment: commitment}, task.Keys[seat])
		_, err := c.Try("commit", stranger, c.Deployment.Task, c.Task.PackCommit(task.ID, uint8(seat), commitment, signature))
		if err == nil {
			task.Hold(seat, answer)
		}
		return err
	}
	for seat, late := range []uint64{0, 60, 61} {
		at(c, task.Drawn.CommitBy+late)
		if err := bring(seat); late > 60 && !refused(err, "CommitTooLate") || late <= 60 && err != nil {
			t.Errorf("%d seconds after the deadline: got %v", late, err)
		}
	}
	for seat := range 2 {
		if _, err := task.Bring(seat, task.Opening(seat), task.Keys[seat], stranger, c.Relay); err != nil {
			t.Fatal(err)
		}
	}
	wantOutcome(t, task, protocol.OutcomeAgreed)
}

func TestTheCourtTellsWhatWasBroughtToIt(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		e := contractstest.Find[contracts.TaskCommitted](c, task.Commit(seat, answerOf("AIM"[seat])))
		if e == nil || e.TaskId.Cmp(task.ID) != 0 || e.Node != contractstest.Address(task.Keys[seat]) || int(e.Seat) != seat || e.Commitment != task.Commitments[seat] {
			t.Errorf("of the commitment of seat %d the court tells %+v", seat, e)
		}
	}
	if info := task.Info(); info.Commitments != [3][32]byte{task.Commitments[0], task.Commitments[1], task.Commitments[2]} {
		t.Errorf("the court shows %x, want %x", info.Commitments, task.Commitments)
	}
	court := *task
	court.Chain = c.Branch()
	for seat := range 3 {
		wantTold(t, &court, court.Reveal(seat), seat)
	}
	receipt := c.Send("settle", creator, c.Deployment.Task, c.Task.PackSettle(task.ID, task.Statements(nil)))
	for seat := range 3 {
		wantTold(t, task, receipt, seat)
	}
}

// wantTold wants an event that tells of a seat's opening.
func wantTold(t *testing.T, task *contractstest.Court, receipt *types.Receipt, seat int) {
	t.Helper()
	want := task.Opening(seat)
	for _, event := range task.Logs(receipt) {
		e, ok := event.(*contracts.TaskRevealed)
		if ok && e.TaskId.Cmp(task.ID) == 0 && int(e.Seat) == seat && e.Node == contractstest.Address(task.Keys[seat]) &&
			protocol.ResultKind(e.Kind) == want.Kind && string(e.Result) == string(want.Result) && e.Nonce == want.Nonce && e.CiphertextHash == want.CiphertextHash {
			return
		}
	}
	t.Errorf("nothing tells of the opening of seat %d, %+v", seat, want)
}

func TestTheTimeForOpeningsRunsFromTheThirdCommitment(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	for seat := range 3 {
		if by := task.Info().Deadlines.RevealBy; by != 0 {
			t.Errorf("with %d commitments openings are due by %d, want that unknown", seat, by)
		}
		receipt := task.Commit(seat, contractstest.Result("A"))
		complete := contractstest.Find[contracts.TaskCommitmentsComplete](c, receipt)
		if (complete != nil) != (seat == 2) {
			t.Errorf("with %d commitments the court tells %+v", seat+1, complete)
		}
		if seat == 2 && (complete.RevealBy != c.Now()+60 || task.Info().Deadlines.RevealBy != c.Now()+60) {
			t.Errorf("openings are due by %d and %d, want %d", complete.RevealBy, task.Info().Deadlines.RevealBy, c.Now()+60)
		}
	}
	by := task.Info().Deadlines.RevealBy
	at(c, by)
	if _, err := task.TryClose(); !refused(err, "CloseTooEarly") {
		t.Errorf("closing at the deadline: got %v, want CloseTooEarly", err)
	}
	for seat := range 3 { // openings count until somebody closes
		task.Reveal(seat)
	}
	wantOutcome(t, task, protocol.OutcomeAgreed)
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
	_, err = task.Bring(1, task.Opening(1), key, key, c.Relay) // fits what seat 1 committed to, but seat 0 signed it
	wantRefused(t, err, "WrongSigner")
	_, err = c.Try("reveal", key, c.Deployment.Task, c.Task.PackReveal(task.ID, 3, task.Statement(0, good, key, c.Relay)))
	wantRefused(t, err, "InvalidSeat")

	task.Reveal(0)
	_, err = task.TryReveal(0)
	wantRefused(t, err, "AlreadyRevealed")
	task.Reveal(1)
	task.Reveal(2)
	_, err = task.TryReveal(2)
	wantRefused(t, err, "WrongStatus")
}

func TestOnlyWhoCommittedMayOpenAndOnlyWhenNoMoreCommitmentsCanCome(t *testing.T) {
	c, nodes, creator := network(t, nil)
	task := c.Create(creator, contractstest.GPTRequest(), nodes)
	task.Commit(0, contractstest.Result("A"))
	task.Commit(1, contractstest.Result("A"))
	at(c, task.Drawn.CommitBy+60)
	_, err := task.TryReveal(0)
	wantRefused(t, err, "RevealTooEarly")

	at(c, task.Drawn.CommitBy+61)
	absent := task.Opening(0)
	_, err = task.Bring(2, absent, task.Keys[2], task.Keys[2], c.Relay)
	wantRefused(t, err, "NotCommitted")
	if got, want := task.Info().Deadlines.RevealBy, task.Drawn.CommitBy+60+60; got != want {
		t.Errorf("openings are due by %d, want %d", got, want)
	}
	task.Reveal(0)
	if info := task.Info(); info.Revealed != [3]bool{true} || protocol.TaskStatus(info.Status) != protocol.TaskStarted {
		t.Errorf("got %+v, want one opening of a started task", info)
	}
	task.Reveal(1) // the last that can come
	wantOutcome(t, task, protocol.OutcomeAgreed)
}

// TestCloseDoesWhatIsDue walks how far a task can come and when it may be closed.
func TestCloseDoesWhatIsDue(t *testing.T) {
	p := contracts.DevnetParams()
	for _, c := range []struct {
		name string
		cell string
		// opens are the seats that open before the deadline.
		opens []int
		// due is the time until which it can't be closed, from commitBy.
		due     uint64
		outcome protocol.Outcome
	}{
		{"nobody committed", "nnn", nil, 60, protocol.OutcomeSilent},
		{"one committed", "cnn", nil, 60 + uint64(p.RevealSeconds), protocol.OutcomeSilent},
		{"two committed, none opened", "ccn", nil, 60 + uint64(p.RevealSeconds), protocol.OutcomeSilent},
		{"two committed, one opened", "ccn", []int{1}, 60 + uint64(p.RevealSeconds), protocol.OutcomeSilent},
		{"three committed in the last minute, two opened", "ccc", []int{0, 2}, 60 + uint64(p.RevealSeconds), protocol.OutcomeAgreed},
	} {
		t.Run(c.name, func(t *testing.T) {
			chain, nodes, creator := network(t, nil)
			task := chain.Create(creator, contractstest.GPTRequest(), nodes)
			at(chain, task.Drawn.CommitBy+58)
			for seat, letter := range []byte(c.cell) {
				if letter == 'c' {
					task.Commit(seat, contractstest.Result("A"))
				}
			}
			for _, seat := range c.opens {
				task.AdvanceTo(task.Drawn.CommitBy + 60)
				task.Reveal(seat)
			}
			at(chain, task.Drawn.CommitBy+c.due)
			_, err := task.TryClose()
			wantRefused(t, err, "CloseTooEarly")
			task.Close()
			wantOutcome(t, task, c.outcome)
		})
	}
}

func TestAQueuedTaskIsClosedAndRefundedWhenItsTimeIsOver(t *testing.T) {
	c, nodes, creator := network(t, nil)
	running := c.Create(creator, contractstest.GPTRequest(), nodes)
	waiting := c.Create(creator, contractstest.GPTRequest(), nodes)
	at(c, waiting.Info().Since+uint64(c.Params.QueueSeconds))
	_, err := waiting.TryClose()
	wantRefused(t, err, "CloseTooEarly")
	receipt := c.Send("close", c.Key(), c.Deployment.Task, c.Task.PackClose(waiting.ID))
	wantOutcome(t, waiting, protocol.OutcomeExpired)
	if refund := contractstest.Find[contracts.TaskCreatorRefunded](c, receipt); refund == nil || refund.Amount.Cmp(waiting.Fee) != 0 {
		t.Errorf("got %+v, want the whole fee of %s back", refund, waiting.Fee)
	}
	_, err = waiting.TryClose()
	wantRefused(t, err, "WrongStatus")
	running.Close()
}
