package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// noArguments says for some seats, by bits, that the arguments never came.
func (p *play) noArguments(seats int) (signatures [3][]byte) {
	p.TB.Helper()
	for seat := range 3 {
		if seats>>seat&1 == 1 {
			signatures[seat] = p.Sign(protocol.NoArguments{TaskKey: p.task.Drawn.TaskKey}, p.task.Keys[seat])
		}
	}
	return signatures
}

func (p *play) closeWithoutArguments(signatures [3][]byte) error {
	p.TB.Helper()
	receipt, err := p.Try("closeWithoutArguments", p.courier, p.Deployment.Task, p.Task.PackCloseWithoutArguments(p.task.ID, signatures))
	if err == nil {
		p.ends, p.sender = p.Logs(receipt), p.courier
	}
	return err
}

// judgeNoArguments is what the rules say when some seats signed that they have
// no arguments.
func judgeNoArguments(b bill, signed [3]bool) verdict {
	v := verdict{
		outcome: protocol.OutcomeNoArguments, score: [3]int{unscored, unscored, unscored},
		pay: [3]*big.Int{{}, {}, {}}, pool: new(big.Int), refund: new(big.Int).Set(b.fee),
	}
	for seat := range 3 {
		third := part(part(b.fee, b.overhead, b.whole), 1, 3)
		v.refund.Sub(v.refund, third)
		if signed[seat] {
			v.pay[seat] = third
		} else {
			v.pool.Add(v.pool, third)
		}
	}
	return v
}

// TestTwoNodesWithoutArgumentsEndTheTask walks who signs and who has committed
// in court, and so had the arguments.
func TestTwoNodesWithoutArgumentsEndTheTask(t *testing.T) {
	th := newTheatre(t, func(p *contracts.Params) { p.CutPerMille = 37 })
	for signed := range 8 {
		for committed := range 8 {
			t.Run(fmt.Sprintf("signed %03b, committed %03b", signed, committed), func(t *testing.T) {
				p := th.branch(t).begin(requestFor(8*signed + committed))
				var counts [3]bool
				n := 0
				for seat := range 3 {
					if committed>>seat&1 == 1 {
						p.commit(storyOf(cellOf("AAA")), seat)
					}
					if counts[seat] = signed&^committed>>seat&1 == 1; counts[seat] {
						n++
					}
				}
				p.AdvanceTo(p.task.Drawn.ArgumentsBy)
				err := p.closeWithoutArguments(p.noArguments(signed))
				if n < 2 {
					wantRefused(t, err, "WrongStatus")
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				p.compare(judgeNoArguments(p.bill, counts))
				p.closeOut(verdict{})
			})
		}
	}
}

func TestATaskIsClosedWithoutArgumentsAfterTheirDeadlineOnly(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	at(p.Chain, p.task.Drawn.ArgumentsBy)
	wantRefused(t, p.closeWithoutArguments(p.noArguments(7)), "CloseTooEarly")

	late := p.fork(t) // until somebody closes it otherwise
	late.AdvanceTo(late.task.Drawn.CommitBy + 24*60*60)
	if err := late.closeWithoutArguments(late.noArguments(3)); err != nil {
		t.Errorf("a day later: %v", err)
	}
	at(p.Chain, p.task.Drawn.ArgumentsBy+1)
	if err := p.closeWithoutArguments(p.noArguments(7)); err != nil {
		t.Fatal(err)
	}
	p.compare(judgeNoArguments(p.bill, [3]bool{true, true, true}))
	wantRefused(t, p.closeWithoutArguments(p.noArguments(7)), "WrongStatus")
}

func TestOnlyTheNodesThemselvesSayThatArgumentsAreMissing(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	p.AdvanceTo(p.task.Drawn.ArgumentsBy)
	key := p.task.Drawn.TaskKey
	other := protocol.TaskKey(key)
	other[0] ^= 1
	for name, second := range map[string][]byte{
		"another seat's node": p.Sign(protocol.NoArguments{TaskKey: key}, p.task.Keys[0]),
		"the creator":         p.Sign(protocol.NoArguments{TaskKey: key}, p.creator),
		"of another task":     p.Sign(protocol.NoArguments{TaskKey: other}, p.task.Keys[1]),
		"that it has them":    p.Sign(protocol.Ready{TaskKey: key}, p.task.Keys[1]),
		"that it declines":    p.Sign(protocol.Decline{TaskKey: key}, p.task.Keys[1]),
	} {
		signatures := p.noArguments(1)
		signatures[1] = second
		if err := p.closeWithoutArguments(signatures); !refused(err, "WrongSigner") {
			t.Errorf("signed %s: got %v, want WrongSigner", name, err)
		}
	}
}

// A declining is a task that names a model which none of its nodes holds, and
// two more free nodes of the class.
func declining(t *testing.T, change func(*contracts.Params)) *play {
	t.Helper()
	th := newTheatre(t, change)
	th.nodes = append(th.nodes, th.Join(2, contractstest.SmallClass())...)
	return th.begin(modelRequest())
}

func modelRequest() contracts.TaskRequest {
	request := contractstest.GPTRequest()
	request.ModelKey = protocol.ModelKey("some/model")
	return request
}

// modelBits is what a node announces that holds the model, after the natspec of INode.
func modelBits(model string) (bits uint64) {
	key := protocol.ModelKey(model).Big()
	for i := range 3 {
		bits |= 1 << (new(big.Int).Rsh(key, uint(6*i)).Uint64() & 63)
	}
	return bits
}

func (p *play) decline(seat int) error { return p.declineAs(seat, p.courier, p.task.Keys[seat]) }

func (p *play) declineAs(seat int, sender, signer *ecdsa.PrivateKey) error {
	p.TB.Helper()
	call := p.Task.PackDecline(p.task.ID, uint8(seat), p.Sign(protocol.Decline{TaskKey: p.task.Drawn.TaskKey}, signer), p.task.Drawn.ArgsHash, p.task.Drawn.Prevrandao)
	receipt, err := p.Try("decline", sender, p.Deployment.Task, call)
	if err == nil {
		p.ends = p.Logs(receipt)
		p.task.Seat(receipt, p.nodes)
	}
	return err
}

func TestWhoeverDeclinesIsReplacedAndScoresAsALastPlace(t *testing.T) {
	for seat := range 3 {
		t.Run(fmt.Sprintf("seat %d", seat), func(t *testing.T) {
			p := declining(t, nil)
			old, keys := *p.task.Drawn, p.task.Keys
			signed := p.Sign(protocol.Commitment{TaskKey: old.TaskKey, Commitment: common.HexToHash("0x01")}, keys[(seat+1)%3])
			if err := p.decline(seat); err != nil {
				t.Fatal(err)
			}
			for other, key := range p.task.Keys {
				if (key == keys[other]) != (other != seat) {
					t.Errorf("seat %d is of %s now, was of %s", other, contractstest.Address(key), contractstest.Address(keys[other]))
				}
			}
			want := p.was.nodes[seat]
			got := p.NodeInfo(contractstest.Address(keys[seat]))
			if protocol.NodeStatus(got.Status) != protocol.NodeAvailable || got.Task.Sign() != 0 ||
				got.Recent != [3]uint8{12, want.Recent[0], want.Recent[1]} || got.Mean != uint16((7*int(want.Mean)+12*256)/8) {
				t.Errorf("who declined is %+v, was %+v, want it free with a score of 12", got, want)
			}
			if fresh := p.NodeInfo(contractstest.Address(p.task.Keys[seat])); protocol.NodeStatus(fresh.Status) != protocol.NodeBusy || fresh.ClassId != got.ClassId {
				t.Errorf("who was drawn instead is %+v, want it busy and of the same class", fresh)
			}
			p.wantRedrawn(&old)

			// What was signed for the old key is worth nothing, and the new three end the task.
			_, err := p.Try("commit", p.courier, p.Deployment.Task, p.Task.PackCommit(p.task.ID, uint8((seat+1)%3), common.HexToHash("0x01"), signed))
			wantRefused(t, err, "WrongSigner")
			p.was = p.balances()
			p.fast(storyOf(cellOf("AAB")))
			p.compare(storyOf(cellOf("AAB")).judge(p.bill))
		})
	}
}

// wantRedrawn wants the task's key, time and events to be those of a new draw.
func (p *play) wantRedrawn(old *contracts.TaskTaskDrawn) {
	p.TB.Helper()
	drawn := p.task.Drawn
	id, err := protocol.TaskIDFromBig(p.task.ID)
	if err != nil {
		p.TB.Fatal(err)
	}
	randao := p.EVM.Randao(drawn.Raw.BlockNumber)
	want := protocol.TaskKeyOf(p.Domain, id, contractstest.Address(p.creator), old.ArgsHash, drawn.Nodes, randao)
	if drawn.TaskKey == old.TaskKey || common.Hash(drawn.TaskKey) != want || p.task.Info().TaskKey != drawn.TaskKey {
		p.TB.Errorf("the key is %x, was %x, want %x", drawn.TaskKey, old.TaskKey, want)
	}
	if drawn.Prevrandao.Cmp(randao.Big()) != 0 || drawn.ArgsHash != old.ArgsHash || drawn.ClassId != old.ClassId || drawn.Units != old.Units {
		p.TB.Errorf("the draw tells %+v, was %+v", drawn, old)
	}
	if now := p.Now(); drawn.ArgumentsBy != now+60 || drawn.CommitBy != now+180+40 || p.task.Info().Deadlines.CommitBy != drawn.CommitBy {
		p.TB.Errorf("deadlines are %d and %d, want %d and %d", drawn.ArgumentsBy, drawn.CommitBy, now+60, now+220)
	}
	for _, event := range p.ends {
		if e, ok := event.(*contracts.TaskNodeReleased); ok && e.Score == 12 {
			return
		}
	}
	p.TB.Errorf("events are %v, want one that the node was let go with a score of 12", p.ends)
}

func TestOnlyOneNodeOfATaskDeclines(t *testing.T) {
	p := declining(t, nil)
	if err := p.decline(1); err != nil {
		t.Fatal(err)
	}
	for seat := range 3 {
		wantRefused(t, p.decline(seat), "DeclineTooLate")
	}
}

func TestANodeDeclinesInTheTimeForTheArgumentsAndBeforeAnyCommitment(t *testing.T) {
	p := declining(t, nil)
	in := p.fork(t)
	at(in.Chain, in.task.Drawn.ArgumentsBy)
	if err := in.decline(0); err != nil {
		t.Errorf("at the deadline: %v", err)
	}
	late := p.fork(t)
	at(late.Chain, late.task.Drawn.ArgumentsBy+1)
	wantRefused(t, late.decline(0), "DeclineTooLate")
	p.commit(storyOf(cellOf("AAA")), 2)
	wantRefused(t, p.decline(0), "DeclineTooLate")
}

func TestOnlyWhoLacksTheNamedModelDeclines(t *testing.T) {
	th := newTheatre(t, nil)
	for _, c := range []struct {
		models uint64
		holds  bool
	}{
		{modelBits("some/model"), true},
		{modelBits("some/model") | modelBits("another"), true},
		{modelBits("another"), false},
		{0, false},
	} {
		branch := th.branch(t)
		branch.nodes = append(branch.nodes, branch.Join(1, contractstest.SmallClass())...)
		for _, key := range branch.nodes {
			branch.Send("announce", key, branch.Deployment.Node, branch.Node.PackAnnounce(c.models))
		}
		err := branch.begin(modelRequest()).decline(0)
		if c.holds && !refused(err, "HoldsModel") || !c.holds && err != nil {
			t.Errorf("announced %x: got %v, want it refused %t", c.models, err, c.holds)
		}
	}
	unnamed := th.begin(contractstest.GPTRequest())
	wantRefused(t, unnamed.decline(0), "HoldsModel")
}

func TestDecliningIsRefused(t *testing.T) {
	p := declining(t, nil)
	drawn, key := p.task.Drawn, p.task.Keys[0]
	signature := p.Sign(protocol.Decline{TaskKey: drawn.TaskKey}, key)
	wrong := drawn.ArgsHash
	wrong[0] ^= 1
	for name, c := range map[string]struct {
		call []byte
		err  string
	}{
		"other arguments":   {p.Task.PackDecline(p.task.ID, 0, signature, wrong, drawn.Prevrandao), "WrongDraw"},
		"other randomness":  {p.Task.PackDecline(p.task.ID, 0, signature, drawn.ArgsHash, common.Big1), "WrongDraw"},
		"no such seat":      {p.Task.PackDecline(p.task.ID, 3, signature, drawn.ArgsHash, drawn.Prevrandao), "InvalidSeat"},
		"another's seat":    {p.Task.PackDecline(p.task.ID, 1, signature, drawn.ArgsHash, drawn.Prevrandao), "WrongSigner"},
		"a task that never": {p.Task.PackDecline(big.NewInt(9), 0, signature, drawn.ArgsHash, drawn.Prevrandao), "WrongStatus"},
	} {
		_, err := p.Try("decline", p.courier, p.Deployment.Task, c.call)
		if !refused(err, c.err) {
			t.Errorf("%s: got %v, want %s", name, err, c.err)
		}
	}
	wantRefused(t, p.declineAs(0, key, p.task.Keys[1]), "WrongSigner")
	good := p.Task.PackDecline(p.task.ID, 0, signature, drawn.ArgsHash, drawn.Prevrandao)
	_, err := p.Try("decline", p.courier, contractstest.Forwarder, contractstest.Forward(p.Deployment.Task, good))
	wantRefused(t, err, "OnlyPlainAccount")
	if err := p.declineAs(0, key, key); err != nil {
		t.Errorf("the node itself: %v", err)
	}
}

// TestADeclineNeedsAFreeNodeOfTheClass: nodes of another class don't do for text.
func TestADeclineNeedsAFreeNodeOfTheClass(t *testing.T) {
	th := newTheatre(t, nil)
	p := th.begin(modelRequest())
	other := contractstest.Class{Card: "Other Card", VRAMGB: 8, Runtime: "cpu-test/1"}
	p.nodes = append(p.nodes, p.Join(4, other)...)
	before := p.task.Info()
	wantRefused(t, p.decline(0), "NoFreeNodes")
	if after := p.task.Info(); !reflect.DeepEqual(after, before) {
		t.Errorf("the task is %+v, was %+v", after, before)
	}
	if got := p.balances().nodes[0]; !reflect.DeepEqual(got, p.was.nodes[0]) {
		t.Errorf("the node is %+v, was %+v", got, p.was.nodes[0])
	}
	fourth := p.Join(1, contractstest.SmallClass())[0]
	p.nodes = append(p.nodes, fourth)
	if err := p.decline(0); err != nil {
		t.Fatal(err)
	}
	if p.task.Keys[0] != fourth {
		t.Errorf("%s was drawn, want the one free node of the class", contractstest.Address(p.task.Keys[0]))
	}
}

func TestForImagesAnotherClassReplacesWhoDeclined(t *testing.T) {
	th := imagesTheatre(t)
	request := contractstest.SDRequest(2)
	request.ModelKey = protocol.ModelKey("some/model")
	p := th.begin(request)
	small := contractstest.Class{Card: "Small", VRAMGB: 2, Runtime: "cpu-test/1"} // the task needs 4 GB
	p.nodes = append(p.nodes, p.Join(3, small)...)
	wantRefused(t, p.decline(2), "NoFreeNodes")
	large := p.Join(1, contractstest.Class{Card: "Large", VRAMGB: 80, Runtime: "cpu-test/1"})[0]
	p.nodes = append(p.nodes, large)
	if err := p.decline(2); err != nil {
		t.Fatal(err)
	}
	if p.task.Keys[2] != large || p.task.Drawn.ClassId != [32]byte{} {
		t.Errorf("drew %+v, want the large card in seat 2", p.task.Drawn)
	}
}

func TestWhoDeclinesLeavesAsItAskedTo(t *testing.T) {
	for want, call := range map[protocol.NodeStatus]func(*contracts.Node) []byte{
		protocol.NodePaused: (*contracts.Node).PackPause, protocol.NodeQuit: (*contracts.Node).PackQuit,
	} {
		p := declining(t, nil)
		node := p.task.Keys[1]
		p.Send("move", node, p.Deployment.Node, call(p.Node))
		if err := p.decline(1); err != nil {
			t.Fatal(err)
		}
		if got := statusOf(p.Chain, node); got != want {
			t.Errorf("who declined is %s, want %s", got, want)
		}
		p.CheckBooks(p.task)
	}
}
