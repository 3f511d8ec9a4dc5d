package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// lie proves that a key signed two commitments for one task key.
func (th *theatre) lie(key *ecdsa.PrivateKey) ([]any, error) {
	th.TB.Helper()
	taskKey := common.HexToHash("0xa1") // of a task that was, is or never came to be
	commitments := [2]common.Hash{common.HexToHash("0x01"), common.HexToHash("0x02")}
	var signatures [2][]byte
	for i, c := range commitments {
		signatures[i] = th.Sign(protocol.Commitment{TaskKey: taskKey, Commitment: c}, key)
	}
	return th.bringLie(contractstest.Address(key), taskKey, commitments, signatures)
}

func (th *theatre) bringLie(node common.Address, taskKey common.Hash, commitments [2]common.Hash, signatures [2][]byte) ([]any, error) {
	th.TB.Helper()
	call := th.Task.PackSlashDoubleCommitment(node, taskKey, [2][32]byte{commitments[0], commitments[1]}, signatures)
	receipt, err := th.Try("slashDoubleCommitment", th.courier, th.Deployment.Task, call)
	if err != nil {
		return nil, err
	}
	return th.Logs(receipt), nil
}

func wantSlashed(t *testing.T, th *theatre, key *ecdsa.PrivateKey, pool *big.Int, want protocol.NodeStatus) {
	t.Helper()
	info := th.NodeInfo(contractstest.Address(key))
	if protocol.NodeStatus(info.Status) != want || info.Stake.Sign() != 0 || info.Mean != 0 || info.StakeFrom != 0 {
		t.Errorf("the liar is %+v, want it %s without stake and merit", info, want)
	}
	wantAmount(t, "pool", th.Pool(), new(big.Int).Add(pool, th.Params.Stake))
}

func TestTwoCommitmentsForOneTaskCostTheStakeOfAnIdleNode(t *testing.T) {
	th := newTheatre(t, nil)
	for name, move := range map[string][]byte{"available": nil, "paused": th.Node.PackPause(), "quit, its stake held": th.Node.PackQuit()} {
		t.Run(name, func(t *testing.T) {
			th, pool := th.branch(t), th.Pool()
			liar := th.nodes[1]
			if move != nil {
				th.Send("move", liar, th.Deployment.Node, move)
			}
			events, err := th.lie(liar)
			if err != nil {
				t.Fatal(err)
			}
			wantSlashed(t, th, liar, pool, protocol.NodeQuit)
			told := false
			for _, event := range events {
				if e, ok := event.(*contracts.TaskContradiction); ok {
					told = e.Node == contractstest.Address(liar) && e.TaskKey == common.HexToHash("0xa1") && e.Stake.Cmp(th.Params.Stake) == 0
				}
			}
			if !told {
				t.Errorf("events are %v, want the contradiction told", events)
			}
			_, err = th.lie(liar)
			wantRefused(t, err, "NothingStaked")
			th.Advance(time.Hour)
			_, err = th.Try("returnStake", liar, th.Deployment.Node, th.Node.PackReturnStake(contractstest.Address(liar)))
			wantRefused(t, err, "NothingStaked")
			counts := contractstest.View(th.Chain, th.Deployment.Node, th.Node.PackCounts(), th.Node.UnpackCounts)
			if counts.Joined.Int64() != 2 || counts.Available.Int64() != 2 {
				t.Errorf("counts are %+v, want two nodes", counts)
			}
			th.CheckBooks()

			// It may come again, with a whole stake, which the same proof takes.
			before := th.Balance(contractstest.Address(liar))
			th.JoinAs(liar, contractstest.SmallClass())
			wantAmount(t, "balance", th.Balance(contractstest.Address(liar)), before.Sub(before, th.Params.Stake))
			pool = th.Pool()
			if _, err := th.lie(liar); err != nil {
				t.Fatal(err)
			}
			wantSlashed(t, th, liar, pool, protocol.NodeQuit)
		})
	}
}

func TestAStakeThatWasPaidBackIsOutOfReach(t *testing.T) {
	th := newTheatre(t, nil)
	th.Advance(time.Hour)
	th.Send("quit", th.nodes[0], th.Deployment.Node, th.Node.PackQuit())
	_, err := th.lie(th.nodes[0])
	wantRefused(t, err, "NothingStaked")
	_, err = th.lie(th.Key())
	wantRefused(t, err, "NothingStaked")
}

// TestALiarInATaskStaysInItWithoutStakeAndIsGoneAfter: its task goes on as if
// nothing were, whatever becomes of it.
func TestALiarInATaskStaysInItWithoutStakeAndIsGoneAfter(t *testing.T) {
	th := newTheatre(t, nil)
	for _, c := range []string{"AAA", "ABA", "AnA", "AMA", "ABD", "III", "AIA"} { // the liar sits in seat 1
		t.Run(c, func(t *testing.T) {
			p := th.branch(t).begin(contractstest.GPTRequest())
			s := storyOf(cellOf(c))
			pool, liar := p.Pool(), p.task.Keys[1]
			if _, err := p.lie(liar); err != nil {
				t.Fatal(err)
			}
			wantSlashed(t, p.theatre, liar, pool, protocol.NodePendingQuit)
			_, err := p.lie(liar)
			wantRefused(t, err, "NothingStaked")
			for name, call := range map[string][]byte{
				"pause": p.Node.PackPause(), "resume": p.Node.PackResume(), "quit": p.Node.PackQuit(),
			} {
				_, err := p.Try(name, liar, p.Deployment.Node, call)
				wantRefused(t, err, "IllegalStatus")
			}
			_, err = p.Try("join", liar, p.Deployment.Node, p.Node.PackJoin(contractstest.SmallClass().JoinRequest(liar)))
			wantRefused(t, err, "AlreadyJoined")
			p.CheckBooks(p.task)

			p.inCourt(s, 0)
			want, now := s.judge(p.bill), p.balances()
			for seat := range 3 {
				wantAmount(t, "credit of a seat", now.earned[seat], new(big.Int).Add(p.was.earned[seat], want.pay[seat]))
			}
			wantAmount(t, "pool", now.pool, new(big.Int).Add(p.was.pool, new(big.Int).Add(want.pool, p.Params.Stake)))
			wantAmount(t, "credit of the creator", now.creator, new(big.Int).Add(p.was.creator, want.refund))
			if got := p.NodeInfo(contractstest.Address(liar)); protocol.NodeStatus(got.Status) != protocol.NodeQuit || got.Stake.Sign() != 0 {
				t.Errorf("the liar is %+v after the task, want it gone", got)
			}
			for _, event := range p.ends {
				switch event.(type) {
				case *contracts.NodeStakeHeld, *contracts.NodeStakeReturned:
					t.Errorf("events tell %+v of a stake that is none", event)
				}
			}
			p.CheckBooks(p.task)
		})
	}
}

func TestALiarThatIsLockedIsGoneWhenItsTaskLetsItGo(t *testing.T) {
	th := newTheatre(t, nil)
	for _, late := range []bool{true, false} {
		p := th.branch(t).begin(contractstest.GPTRequest())
		p.endWithout([3]contractstest.Answer{answerOf('A'), answerOf('A'), answerOf('B')}, 0, 1)
		liar := p.task.Keys[2]
		if _, err := p.lie(liar); err != nil {
			t.Fatal(err)
		}
		wantSlashed(t, p.theatre, liar, p.was.pool, protocol.NodePendingQuit)
		if late {
			p.task.Reveal(2)
		} else {
			p.Advance(25 * time.Hour)
			p.close()
		}
		wantSlashed(t, p.theatre, liar, p.was.pool, protocol.NodeQuit)
		p.CheckBooks(p.task)
	}
}

func TestADoubleCommitmentIsRefused(t *testing.T) {
	th := newTheatre(t, nil)
	liar, other := th.nodes[0], th.nodes[1]
	key, otherKey := common.HexToHash("0xa1"), common.HexToHash("0xa2")
	one, two := common.HexToHash("0x01"), common.HexToHash("0x02")
	sign := func(signer *ecdsa.PrivateKey, key, commitment common.Hash) []byte {
		return th.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, signer)
	}
	for _, c := range []struct {
		name        string
		commitments [2]common.Hash
		signatures  [2][]byte
		err         string
	}{
		{"the same twice", [2]common.Hash{one, one}, [2][]byte{sign(liar, key, one), sign(liar, key, one)}, "NoContradiction"},
		{"one by another node", [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), sign(other, key, two)}, "WrongSigner"},
		{"both by another node", [2]common.Hash{one, two}, [2][]byte{sign(other, key, one), sign(other, key, two)}, "WrongSigner"},
		{"for two tasks", [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), sign(liar, otherKey, two)}, "WrongSigner"},
		{"one that was not signed", [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), sign(liar, key, one)}, "WrongSigner"},
		{"a signature that is none", [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), make([]byte, 65)}, "ECDSAInvalidSignature"},
		{"no signature", [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), nil}, "ECDSAInvalidSignatureLength"},
	} {
		if _, err := th.bringLie(contractstest.Address(liar), key, c.commitments, c.signatures); !refused(err, c.err) {
			t.Errorf("%s: got %v, want %s", c.name, err, c.err)
		}
	}
	// What was signed for another network is nothing here.
	elsewhere := th.Domain
	elsewhere.ChainID++
	abroad, err := elsewhere.Sign(protocol.Commitment{TaskKey: key, Commitment: two}, liar)
	if err != nil {
		t.Fatal(err)
	}
	_, err = th.bringLie(contractstest.Address(liar), key, [2]common.Hash{one, two}, [2][]byte{sign(liar, key, one), abroad})
	wantRefused(t, err, "WrongSigner")
}

func TestACommitmentInCourtAndAnotherElsewhereAreALie(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	p.commit(storyOf(cellOf("AAA")), 0, 1, 2)
	key, liar := p.task.Drawn.TaskKey, p.task.Keys[0]
	commitments := [2]common.Hash{p.task.Commitments[0], common.HexToHash("0x02")}
	signatures := [2][]byte{
		p.Sign(protocol.Commitment{TaskKey: key, Commitment: commitments[0]}, liar),
		p.Sign(protocol.Commitment{TaskKey: key, Commitment: commitments[1]}, liar),
	}
	if _, err := p.bringLie(contractstest.Address(liar), key, commitments, signatures); err != nil {
		t.Fatal(err)
	}
	wantSlashed(t, p.theatre, liar, p.was.pool, protocol.NodePendingQuit)
	for seat := range 3 {
		p.task.Reveal(seat)
	}
	wantOutcome(t, p.task, protocol.OutcomeAgreed)
	if got := statusOf(p.Chain, liar); got != protocol.NodeQuit {
		t.Errorf("the liar is %s, want it gone", got)
	}
}

// refuse brings a commitment of a key, and that it declined or has no arguments.
func (th *theatre) refuse(node common.Address, taskKey, commitment common.Hash, declined bool, signatures [2][]byte) ([]any, error) {
	th.TB.Helper()
	call := th.Task.PackSlashRefusal(node, taskKey, commitment, declined, signatures)
	receipt, err := th.Try("slashRefusal", th.courier, th.Deployment.Task, call)
	if err != nil {
		return nil, err
	}
	return th.Logs(receipt), nil
}

func refusal(declined bool, taskKey common.Hash) protocol.Message {
	if declined {
		return protocol.Decline{TaskKey: taskKey}
	}
	return protocol.NoArguments{TaskKey: taskKey}
}

// TestACommitmentAndARefusalOfOneTaskCostTheStake: a node that has seen that it
// is alone can't sign its way out.
func TestACommitmentAndARefusalOfOneTaskCostTheStake(t *testing.T) {
	th := newTheatre(t, nil)
	key, commitment := common.HexToHash("0xa1"), common.HexToHash("0x01")
	for _, declined := range []bool{true, false} {
		for _, busy := range []bool{true, false} {
			t.Run(fmt.Sprintf("declined %t, busy %t", declined, busy), func(t *testing.T) {
				th := th.branch(t)
				liar, want := th.nodes[0], protocol.NodeQuit
				if busy {
					th.begin(contractstest.GPTRequest())
					want = protocol.NodePendingQuit
				}
				pool := th.Pool()
				signatures := [2][]byte{th.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, liar), th.Sign(refusal(declined, key), liar)}
				_, err := th.refuse(contractstest.Address(liar), key, commitment, !declined, signatures)
				wantRefused(t, err, "WrongSigner")
				events, err := th.refuse(contractstest.Address(liar), key, commitment, declined, signatures)
				if err != nil {
					t.Fatal(err)
				}
				wantSlashed(t, th, liar, pool, want)
				told := slices.ContainsFunc(events, func(event any) bool {
					e, ok := event.(*contracts.TaskContradiction)
					return ok && e.Node == contractstest.Address(liar) && e.TaskKey == key && e.Stake.Cmp(th.Params.Stake) == 0
				})
				if !told {
					t.Errorf("events are %v, want the contradiction told", events)
				}
				_, err = th.refuse(contractstest.Address(liar), key, commitment, declined, signatures)
				wantRefused(t, err, "NothingStaked")
			})
		}
	}
}

func TestARefusalIsNoLieByItself(t *testing.T) {
	th := newTheatre(t, nil)
	key, other, commitment := common.HexToHash("0xa1"), common.HexToHash("0xa2"), common.HexToHash("0x01")
	node, neighbour := th.nodes[0], th.nodes[1]
	committed := func(signer *ecdsa.PrivateKey, key common.Hash) []byte {
		return th.Sign(protocol.Commitment{TaskKey: key, Commitment: commitment}, signer)
	}
	for name, signatures := range map[string][2][]byte{
		"of another task":            {committed(node, key), th.Sign(refusal(true, other), node)},
		"of the task before":         {committed(node, other), th.Sign(refusal(true, key), node)},
		"of another node":            {committed(node, key), th.Sign(refusal(true, key), neighbour)},
		"of one that never commited": {committed(neighbour, key), th.Sign(refusal(true, key), node)},
		"that it is ready":           {committed(node, key), th.Sign(protocol.Ready{TaskKey: key}, node)},
		"a commitment":               {committed(node, key), committed(node, key)},
	} {
		if _, err := th.refuse(contractstest.Address(node), key, commitment, true, signatures); !refused(err, "WrongSigner") {
			t.Errorf("a refusal %s: got %v, want WrongSigner", name, err)
		}
	}
}
