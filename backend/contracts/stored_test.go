package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// sealed is a sealed response of any size.
func sealed(seat int) []byte {
	return append([]byte("a sealed response, longer than a signature is; seat "), make([]byte, 32+seat)...)
}

// withProof is what a node signs of a seat, its response being sealed(seat), and
// the proof that it is stored.
func (p *play) withProof(seat int, proof []byte) contracts.Statement {
	p.TB.Helper()
	opening := p.task.Opening(seat)
	opening.CiphertextHash = crypto.Keccak256Hash(sealed(seat))
	statement := p.task.Statement(seat, opening, p.task.Keys[seat], nil)
	statement.Proof = proof
	return statement
}

// stored is somebody's word that a seat's response is stored.
func (p *play) stored(seat int, signer *ecdsa.PrivateKey, change func(*protocol.Stored)) []byte {
	p.TB.Helper()
	word := protocol.Stored{
		TaskKey: p.task.Drawn.TaskKey, Node: contractstest.Address(p.task.Keys[seat]), CiphertextHash: crypto.Keccak256Hash(sealed(seat)),
	}
	if change != nil {
		change(&word)
	}
	return p.Sign(word, signer)
}

type proofCase struct {
	name   string
	proof  func(p *play, seat int) []byte
	sender func(p *play) *ecdsa.PrivateKey
	good   bool
}

func proofCases() []proofCase {
	anybody := func(p *play) *ecdsa.PrivateKey { return p.courier }
	creator := func(p *play) *ecdsa.PrivateKey { return p.creator }
	none := func(*play, int) []byte { return nil }
	return []proofCase{
		{"a relay's signature", func(p *play, seat int) []byte { return p.stored(seat, p.Relay, nil) }, anybody, true},
		{"the creator's signature", func(p *play, seat int) []byte { return p.stored(seat, p.creator, nil) }, anybody, true},
		{"the sealed response", func(_ *play, seat int) []byte { return sealed(seat) }, anybody, true},
		{"the creator itself", none, creator, true},
		{"the creator itself, with a relay's signature", func(p *play, seat int) []byte { return p.stored(seat, p.Relay, nil) }, creator, true},
		{"nothing", none, anybody, false},
		{"a stranger's signature", func(p *play, seat int) []byte { return p.stored(seat, p.courier, nil) }, anybody, false},
		{"the node's own signature", func(p *play, seat int) []byte { return p.stored(seat, p.task.Keys[seat], nil) }, anybody, false},
		{"a relay's signature of another response", func(p *play, seat int) []byte {
			return p.stored(seat, p.Relay, func(s *protocol.Stored) { s.CiphertextHash[0] ^= 1 })
		}, anybody, false},
		{"a relay's signature for another node", func(p *play, seat int) []byte {
			return p.stored(seat, p.Relay, func(s *protocol.Stored) { s.Node = contractstest.Address(p.task.Keys[(seat+1)%3]) })
		}, anybody, false},
		{"a relay's signature for another task", func(p *play, seat int) []byte {
			return p.stored(seat, p.Relay, func(s *protocol.Stored) { s.TaskKey[0] ^= 1 })
		}, anybody, false},
		{"another sealed response", func(_ *play, seat int) []byte { return append(sealed(seat), 0) }, anybody, false},
		{"65 bytes that are no signature", func(*play, int) []byte { return make([]byte, 65) }, anybody, false},
		{"half a signature", func(p *play, seat int) []byte { return p.stored(seat, p.Relay, nil)[:64] }, anybody, false},
	}
}

// TestAResultIsPaidOnlyWhenTheCreatorCanHaveIt brings one seat's opening with
// each proof, once to the court and once in fast settlement.
func TestAResultIsPaidOnlyWhenTheCreatorCanHaveIt(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	s := storyOf(cellOf("AAA"))
	for _, c := range proofCases() {
		for seat := range 3 {
			t.Run(fmt.Sprintf("%s, seat %d in court", c.name, seat), func(t *testing.T) {
				p := th.branch(t).begin(contractstest.GPTRequest())
				p.commit(s, 0, 1, 2)
				call := p.Task.PackReveal(p.task.ID, uint8(seat), p.withProof(seat, c.proof(p, seat)))
				_, err := p.Try("reveal", c.sender(p), p.Deployment.Task, call)
				wantStored(t, err, c.good)
			})
			t.Run(fmt.Sprintf("%s, seat %d fast", c.name, seat), func(t *testing.T) {
				p := th.branch(t).begin(contractstest.GPTRequest())
				all := p.statements(s)
				all[seat] = p.withProof(seat, c.proof(p, seat))
				err := p.trySettle(c.sender(p), all)
				wantStored(t, err, c.good)
				if want := s.judge(p.bill); c.good && c.sender(p) == p.courier {
					p.compare(want)
				}
			})
		}
	}
}

func wantStored(t *testing.T, err error, good bool) {
	t.Helper()
	if good && err != nil || !good && !refused(err, "NotStored") {
		t.Errorf("got %v, want it taken %t, NotStored if not", err, good)
	}
}

func TestWhatHasNoResponseNeedsNoProof(t *testing.T) {
	th := newTheatre(t, nil)
	for _, c := range []string{"III", "MFC", "IIM"} {
		s := storyOf(cellOf(c))
		fast := th.branch(t).begin(contractstest.GPTRequest())
		fast.fast(s) // Statement proves results only
		fast.compare(s.judge(fast.bill))
		court := th.branch(t).begin(contractstest.GPTRequest())
		court.inCourt(s, 1)
		court.compare(s.judge(court.bill))
	}
}

// TestANodeMayGiveUpItsPayInCourt opens without a proof, each set of seats: their
// shares go to the pool, their scores stay what they are.
func TestANodeMayGiveUpItsPayInCourt(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, func(p *contracts.Params) { p.CutPerMille = 37 })
	for n, c := range []string{"AAA", "AAB", "ABA", "AMA", "AAn", "AcA", "ABD", "ABn", "AII", "Ann"} {
		for set := 1; set < 8; set++ {
			s := storyOf(cellOf(c))
			s.views = viewsFor(7 * n)
			for seat := range 3 {
				s.unproved[seat] = set>>seat&1 == 1 && s.opened[seat] && s.answers[seat].Kind == protocol.KindResult
			}
			t.Run(fmt.Sprintf("%s without proofs of %v", c, s.unproved), func(t *testing.T) {
				p := th.branch(t).begin(requestFor(7*n + set))
				p.inCourt(s, set%3)
				p.compare(s.judge(p.bill))
			})
		}
	}
}

// TestAWrongProofOfTheNodeItselfIsNone: the node gives up its pay, by mistake.
func TestAWrongProofOfTheNodeItselfIsNone(t *testing.T) {
	th := newTheatre(t, nil)
	for _, c := range proofCases() {
		if c.good {
			continue
		}
		p := th.branch(t).begin(contractstest.GPTRequest())
		s := storyOf(cellOf("AAA"))
		s.unproved[2] = true
		p.commit(s, 0, 1, 2)
		call := p.Task.PackReveal(p.task.ID, 2, p.withProof(2, c.proof(p, 2)))
		p.Send("reveal", p.task.Keys[2], p.Deployment.Task, call)
		p.open(s, 0)
		p.open(s, 1)
		p.compare(s.judge(p.bill))
	}
}

func TestInFastSettlementNobodyGivesUpItsPay(t *testing.T) {
	p := newTheatre(t, nil).begin(contractstest.GPTRequest())
	all := p.statements(storyOf(cellOf("AAA")))
	all[1].Proof = nil
	for seat := range 3 {
		wantRefused(t, p.trySettle(p.task.Keys[seat], all), "NotStored")
	}
}

func TestAStruckRelayVouchesNoMore(t *testing.T) {
	th := newTheatre(t, nil)
	relay := contractstest.Address(th.Relay)
	for _, who := range []*ecdsa.PrivateKey{th.creator, th.Owner, th.Relay} {
		_, err := th.Try("setRelay", who, th.Deployment.Task, th.Task.PackSetRelay(relay, true))
		wantRefused(t, err, "OnlyRules")
	}
	p := th.begin(contractstest.GPTRequest())
	s := storyOf(cellOf("AAA"))
	p.commit(s, 0, 1, 2)
	th.Enact(th.Rules.PackSetRelay(relay, false))
	if contractstest.View(th.Chain, th.Deployment.Task, th.Task.PackIsRelay(relay), th.Task.UnpackIsRelay) {
		t.Error("the relay is registered still")
	}
	_, err := p.task.Bring(0, p.task.Opening(0), p.task.Keys[0], p.courier, p.Relay)
	wantRefused(t, err, "NotStored")
	wantRefused(t, p.trySettle(p.courier, p.statements(s)), "NotStored")

	another := th.Key()
	th.Enact(th.Rules.PackSetRelay(contractstest.Address(another), true))
	var all [3]contracts.Statement
	for seat := range all {
		all[seat] = p.task.Statement(seat, p.task.Opening(seat), p.task.Keys[seat], another)
	}
	if err := p.trySettle(p.courier, all); err != nil {
		t.Fatal(err)
	}
	p.compare(s.judge(p.bill))
}
