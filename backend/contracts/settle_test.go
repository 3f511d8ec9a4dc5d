package contracts_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

func (p *play) trySettle(sender *ecdsa.PrivateKey, all [3]contracts.Statement) error {
	p.TB.Helper()
	receipt, err := p.Try("settle", sender, p.Deployment.Task, p.Task.PackSettle(p.task.ID, all))
	if err == nil {
		p.ends, p.sender = p.Logs(receipt), sender
	}
	return err
}

func TestAnybodySettlesAndHasTheReward(t *testing.T) {
	th := newTheatre(t, nil)
	stranger, s := th.Key(), storyOf(cellOf("AAB"))
	for name, sender := range map[string]*ecdsa.PrivateKey{"a stranger": stranger, "the creator": th.creator, "a node": th.nodes[0]} {
		t.Run(name, func(t *testing.T) {
			p := th.branch(t).begin(contractstest.GPTRequest())
			before := p.Credit(contractstest.Address(sender))
			if err := p.trySettle(sender, p.statements(s)); err != nil {
				t.Fatal(err)
			}
			want := s.judge(p.bill)
			earned := new(big.Int).Add(before, p.Params.SettleReward)
			if sender == p.creator {
				earned.Add(earned, want.refund)
			}
			for seat, key := range p.task.Keys {
				if key == sender {
					earned.Add(earned, want.pay[seat])
				}
			}
			wantAmount(t, "credit of the sender", p.Credit(contractstest.Address(sender)), earned)
			wantOutcome(t, p.task, protocol.OutcomeAgreed)
			p.CheckBooks(p.task)
		})
	}
}

func TestStatementsAreRefused(t *testing.T) {
	th := newTheatre(t, nil)
	p := th.begin(contractstest.GPTRequest())
	good := p.statements(storyOf(cellOf("AAA")))
	elsewhere, drawn := p.fork(t), *p.task.Drawn
	drawn.TaskKey[0] ^= 1
	elsewhere.task.Drawn = &drawn
	other := elsewhere.statements(storyOf(cellOf("AAA")))

	signed := func(seat int, f func(*protocol.Reveal)) contracts.Statement {
		r := p.task.Opening(seat)
		r.Result = append([]byte(nil), r.Result...)
		f(&r)
		return p.task.Statement(seat, r, p.task.Keys[seat], p.Relay)
	}
	for _, bad := range []struct {
		name   string
		change func(all *[3]contracts.Statement)
		err    string
	}{
		{"signed by another seat's node", func(all *[3]contracts.Statement) {
			all[0] = p.task.Statement(0, p.task.Opening(0), p.task.Keys[1], p.Relay)
		}, "WrongSigner"},
		{"without a signature", func(all *[3]contracts.Statement) { all[2].Signature = nil }, "ECDSAInvalidSignatureLength"},
		{"a signature that is none", func(all *[3]contracts.Statement) { all[2].Signature = make([]byte, 65) }, "ECDSAInvalidSignature"},
		{"two seats exchanged", func(all *[3]contracts.Statement) { all[0], all[1] = all[1], all[0] }, "WrongSigner"},
		{"a view that was not signed", func(all *[3]contracts.Statement) { all[1].Opening.Order = 0 }, "WrongSigner"},
		{"a ciphertext that was not signed", func(all *[3]contracts.Statement) { all[1].Opening.CiphertextHash[0] ^= 1 }, "WrongSigner"},
		{"a result that was not signed", func(all *[3]contracts.Statement) {
			all[1].Opening.Result = crypto.Keccak256([]byte("other"))
		}, "WrongOpening"},
		{"another result than the others knew of", func(all *[3]contracts.Statement) {
			all[1] = signed(1, func(r *protocol.Reveal) { r.Result[0] ^= 1 })
		}, "WrongOpening"},
		{"another nonce than the others knew of", func(all *[3]contracts.Statement) {
			all[1] = signed(1, func(r *protocol.Reveal) { r.Nonce[0] ^= 1 })
		}, "WrongOpening"},
		{"other commitments", func(all *[3]contracts.Statement) {
			all[2] = signed(2, func(r *protocol.Reveal) { r.CommitmentsHash[0] ^= 1 })
		}, "WrongOpening"},
		{"of another task", func(all *[3]contracts.Statement) { *all = other }, "WrongOpening"},
		{"a short result", func(all *[3]contracts.Statement) {
			all[0] = signed(0, func(r *protocol.Reveal) { r.Result = r.Result[:31] })
		}, "InvalidResult"},
		{"a long result", func(all *[3]contracts.Statement) {
			all[0] = signed(0, func(r *protocol.Reveal) { r.Result = append(r.Result, 0) })
		}, "InvalidResult"},
		{"no result", func(all *[3]contracts.Statement) {
			all[0] = signed(0, func(r *protocol.Reveal) { r.Result = nil })
		}, "InvalidResult"},
		{"a fault with a result", func(all *[3]contracts.Statement) {
			all[0] = signed(0, func(r *protocol.Reveal) { r.Kind = protocol.KindCannotRun })
		}, "InvalidResult"},
		{"no kind", func(all *[3]contracts.Statement) {
			all[0] = signed(0, func(r *protocol.Reveal) { r.Kind, r.Result = protocol.KindNone, nil })
		}, "InvalidResult"},
		{"empty", func(all *[3]contracts.Statement) { all[0] = contracts.Statement{} }, "InvalidResult"},
	} {
		all := good
		bad.change(&all)
		if err := p.trySettle(p.courier, all); !refused(err, bad.err) {
			t.Errorf("%s: got %v, want %s", bad.name, err, bad.err)
		}
	}
	unknown := good
	unknown[0].Opening.Kind = 6
	if err := p.trySettle(p.courier, unknown); err == nil {
		t.Error("an unknown kind: settled")
	}
	if err := p.trySettle(p.courier, good); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, p.trySettle(p.courier, good), "WrongStatus")
	p.CheckBooks(p.task)
}

func TestOnlyAStartedTaskIsSettled(t *testing.T) {
	th := newTheatre(t, nil)
	p := th.begin(contractstest.GPTRequest())
	all := p.statements(storyOf(cellOf("AAA")))
	waiting := th.Create(th.creator, contractstest.GPTRequest(), th.nodes)
	for name, id := range map[string]*big.Int{"a queued task": waiting.ID, "no task": big.NewInt(9), "an old task": big.NewInt(1<<20 | 1)} {
		_, err := th.Try("settle", th.creator, th.Deployment.Task, th.Task.PackSettle(id, all))
		if !refused(err, "WrongStatus") {
			t.Errorf("%s: got %v, want WrongStatus", name, err)
		}
	}
}

// TestATaskIsSettledUntilItsCloseIsMined comes later and later with what the
// nodes signed.
func TestATaskIsSettledUntilItsCloseIsMined(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	s := storyOf(cellOf("AAB"))
	for name, prepare := range map[string]func(p *play) (from uint64){
		"nothing in court":            func(p *play) uint64 { return p.task.Drawn.CommitBy },
		"all in court, openings late": func(p *play) uint64 { p.commit(s, 0, 1, 2); return p.task.Info().Deadlines.RevealBy },
		"all in court, one opened":    func(p *play) uint64 { p.commit(s, 0, 1, 2); p.open(s, 1); return p.task.Info().Deadlines.RevealBy },
		"one in court, the time over": func(p *play) uint64 { p.commit(s, 2); return p.task.Drawn.CommitBy + 60 },
		"two in court, and one opened": func(p *play) uint64 {
			p.commit(s, 0, 2)
			p.AdvanceTo(p.task.Drawn.CommitBy + 61)
			p.open(s, 0)
			return p.Now()
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := th.branch(t).begin(contractstest.GPTRequest())
			from := prepare(p)
			for _, late := range []uint64{1, 61, 121, 24 * 60 * 60} {
				q := p.fork(t)
				q.AdvanceTo(from + late)
				q.fast(s)
				q.compare(s.judge(q.bill))
				q.closeOut(s.judge(q.bill))
			}
			p.AdvanceTo(from + 121)
			p.close()
			for seat := range 3 {
				p.task.Hold(seat, s.answers[seat])
			}
			wantRefused(t, p.trySettle(p.courier, p.task.Statements(p.Relay)), "WrongStatus")
		})
	}
}

// fork is the play as it stands, to go on with in another direction.
func (p *play) fork(t *testing.T) *play {
	t.Helper()
	copied, task := *p, *p.task
	copied.theatre = p.branch(t)
	task.Chain = copied.Chain
	copied.task = &task
	return &copied
}

func (p *play) commit(s story, seats ...int) {
	p.TB.Helper()
	for _, seat := range seats {
		p.task.Commit(seat, s.answers[seat])
	}
}

// TestCourtAndFastSettlementMayBeMixedInAnyOrder brings each set of commitments
// and openings to the court, and settles fast.
func TestCourtAndFastSettlementMayBeMixedInAnyOrder(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	seatsOf := func(set int) (seats []int) {
		for seat := range 3 {
			if set>>seat&1 == 1 {
				seats = append(seats, seat)
			}
		}
		return seats
	}
	for _, c := range []string{"AAA", "AAB", "ABA", "IIA", "ABD", "AMA"} {
		s := storyOf(cellOf(c))
		s.views = [3]uint8{protocol.PackOrder([3]uint8{2, 1, 0}), order012, protocol.PackOrder([3]uint8{2, 0, 1})}
		for committed := range 8 {
			for opened := range 7 { // all three would end it
				if opened != 0 && committed != 7 {
					continue
				}
				t.Run(fmt.Sprintf("%s, committed %v, opened %v", c, seatsOf(committed), seatsOf(opened)), func(t *testing.T) {
					p := th.branch(t).begin(contractstest.GPTRequest())
					p.commit(s, seatsOf(committed)...)
					for _, seat := range seatsOf(opened) {
						in := s
						in.views[seat] = order012 // what was said in court does not count any more
						p.open(in, seat)
					}
					p.fast(s)
					p.compare(s.judge(p.bill))
					p.closeOut(s.judge(p.bill))
				})
			}
		}
	}
}

// TestWhatStandsInCourtBindsFastSettlement: a node that committed to one thing
// in court can't settle with another, whatever all three sign.
func TestWhatStandsInCourtBindsFastSettlement(t *testing.T) {
	th := newTheatre(t, nil)
	honest, other := storyOf(cellOf("AAA")), storyOf(cellOf("BBB"))
	renonced := honest
	for seat := range 3 {
		renonced.answers[seat].Nonce = [32]byte{9}
	}
	fault := storyOf(cellOf("CCC"))
	for name, s := range map[string]story{"another result": other, "another nonce": renonced, "another kind": fault} {
		for seat := range 3 {
			p := th.branch(t).begin(contractstest.GPTRequest())
			p.commit(honest, seat)
			if err := p.trySettle(p.courier, p.statements(s)); !refused(err, "WrongOpening") {
				t.Errorf("%s of seat %d: got %v, want WrongOpening", name, seat, err)
			}
			mixed := s
			mixed.answers[seat] = honest.answers[seat]
			if err := p.trySettle(p.courier, p.statements(mixed)); err != nil {
				t.Errorf("%s of the others than seat %d: %v", name, seat, err)
			}
		}
	}
	p := th.branch(t).begin(contractstest.GPTRequest())
	if _, err := p.task.TryCommit(0, common.HexToHash("0x01"), p.task.Keys[0]); err != nil { // opens to nothing
		t.Fatal(err)
	}
	wantRefused(t, p.trySettle(p.courier, p.statements(honest)), "WrongOpening")
}
