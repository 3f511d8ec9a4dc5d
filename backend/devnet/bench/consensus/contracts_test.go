package consensus

import (
	"bytes"
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// The figures of the tables, against the contracts themselves.

// theatre is a task of 10 CNX in whose trio the first so many seats are its
// creator's own.
type theatre struct {
	*contractstest.Court
	own    int
	before map[common.Address]*big.Int
}

func newTheatre(t *testing.T, own int, cut uint16, request contracts.TaskRequest) *theatre {
	t.Helper()
	c := contractstest.NewEVM(t, func(p *contracts.Params) {
		cutOf := p.CutPerMille
		*p = contracts.DefaultParams()
		p.MinClassNodes, p.CutPerMille = 3, cutOf+cut
	})
	nodes, creator := c.Join(7, contractstest.SmallClass()), c.Account()
	s := &theatre{own: own, before: map[common.Address]*big.Int{}}
	for _, key := range append(slices.Clone(nodes), creator) {
		s.before[contractstest.Address(key)] = s.wealth(c, key)
	}
	s.Court = c.Create(creator, request, nodes)
	return s
}

func request() contracts.TaskRequest {
	r := contractstest.GPTRequest()
	r.Fee = contractstest.CNX(10)
	return r
}

// wealth is what an account has, its credit and its stake.
func (s *theatre) wealth(c *contractstest.Chain, key *ecdsa.PrivateKey) *big.Int {
	at := contractstest.Address(key)
	sum := new(big.Int).Add(c.Balance(at), c.Credit(at))
	return sum.Add(sum, c.NodeInfo(at).Stake)
}

// gained is what keys have more than before, in CNX.
func (s *theatre) gained(keys ...*ecdsa.PrivateKey) float64 {
	sum := new(big.Int)
	for _, key := range keys {
		sum.Add(sum, s.wealth(s.Chain, key))
		sum.Sub(sum, s.before[contractstest.Address(key)])
	}
	return inCNX(sum)
}

func (s *theatre) party() []*ecdsa.PrivateKey {
	return append([]*ecdsa.PrivateKey{s.Creator}, s.Keys[:s.own]...)
}

// answers has own seats say one thing and the honest ones another.
func (s *theatre) answers(own, honest contractstest.Answer) []contractstest.Answer {
	all := make([]contractstest.Answer, trioSize)
	for seat := range all {
		all[seat] = honest
		if seat < s.own {
			all[seat] = own
		}
	}
	return all
}

func TestACreatorsBalanceIsTheContracts(t *testing.T) {
	truth, lie := contractstest.Result("truth"), contractstest.Result("lie")
	faulty := contractstest.Failure(protocol.KindInvalidArguments)
	for _, cut := range []uint16{0, 50} {
		r := DefaultRules()
		r.Cut = float64(cut) / 1000
		for own := range trioSize + 1 {
			want := r.Creator(own)
			for _, way := range []struct {
				name        string
				want, harm  float64
				own, honest contractstest.Answer
			}{
				{"runs", want.Work, 0, truth, truth},
				{"faulty arguments", want.Faulty, 0, faulty, faulty},
				{"own lie", want.Lie, want.Harm, lie, truth},
				{"own deny", want.Deny, want.Harm, faulty, truth},
			} {
				if own == 0 && way.name == "own deny" {
					continue
				}
				s := newTheatre(t, own, cut, request())
				s.Settle(s.answers(way.own, way.honest)...)
				what := fmt.Sprintf("cut %d, %d own, %s", cut, own, way.name)
				near(t, what, s.gained(s.party()...), way.want)
				if way.harm > 0 {
					near(t, what+": the honest node", -s.gained(s.Keys[2]), way.harm)
				}
			}
			s := newTheatre(t, own, cut, request())
			s.closeWithoutArguments(0, 1, 2)
			near(t, fmt.Sprintf("cut %d, %d own, no arguments", cut, own), s.gained(s.party()...), want.Withhold)
		}
	}
}

func (s *theatre) closeWithoutArguments(seats ...int) {
	s.TB.Helper()
	var signatures [3][]byte
	for _, seat := range seats {
		signatures[seat] = s.Sign(protocol.NoArguments{TaskKey: s.Drawn.TaskKey}, s.Keys[seat])
	}
	s.AdvanceTo(s.Drawn.ArgumentsBy + 1)
	s.Send("no arguments", s.Creator, s.Deployment.Task, s.Task.PackCloseWithoutArguments(s.ID, signatures))
}

func TestALazyPairsPayIsTheContracts(t *testing.T) {
	l := DefaultRules().atOnce().Lazy(1)
	s := newTheatre(t, 2, 0, request())
	s.closeWithoutArguments(0, 1)
	near(t, "no arguments", s.gained(s.Keys[0]), l.NoArgs)
	near(t, "no arguments, the third", s.gained(s.Keys[2]), 0)
	near(t, "to the pool", inCNX(s.Pool()), l.NoArgs)

	s = newTheatre(t, 2, 0, request())
	s.Settle(s.answers(contractstest.Failure(protocol.KindInvalidArguments), contractstest.Result("truth"))...)
	near(t, "deny", s.gained(s.Keys[0], s.Keys[1])/2, l.Deny)

	s = newTheatre(t, 2, 0, request())
	s.Settle(s.answers(contractstest.Result("lie"), contractstest.Result("truth"))...)
	near(t, "lie", s.gained(s.Keys[0], s.Keys[1])/2, l.Fraud)
}

// What an opening alone is paid, and how long silence holds a trio.
func TestPayOfAnOpeningAloneIsTheContracts(t *testing.T) {
	r := DefaultRules()
	for _, opened := range []int{1, 2, 3} {
		s := newTheatre(t, 1, 0, request())
		for seat := range opened {
			s.Commit(seat, contractstest.Result(fmt.Sprint("answer of ", seat)))
		}
		drawnAt := s.Drawn.CommitBy - uint64(r.CommitSeconds+r.Duration())
		if opened < trioSize {
			s.AdvanceTo(drawnAt + uint64(r.Timeout()) - 1)
		}
		for seat := range opened {
			// Its transaction makes the next block, a second later.
			if _, err := s.Bring(seat, s.Opening(seat), s.Keys[seat], s.Creator, s.Relay); err != nil {
				t.Fatalf("opening of seat %d of %d: %v", seat, opened, err)
			}
		}
		a := r.Alone(1)
		near(t, fmt.Sprintf("one of %d that opened", opened), s.gained(s.Keys[0]), []float64{a.One, a.Two, a.Three}[opened-1])
		if opened == 1 {
			near(t, "its creator", s.gained(s.party()...), a.Creator)
		}
	}
}

// foreseen are the dice of a creator's task in a block, as the contract throws them.
func foreseen(prevrandao common.Hash, creator common.Address, argsHash common.Hash, time uint64) (all rolls) {
	word := func(n uint64) []byte { return common.BigToHash(new(big.Int).SetUint64(n)).Bytes() }
	seed := crypto.Keccak256(prevrandao[:], common.BytesToHash(creator[:]).Bytes(), argsHash[:], word(time))
	for seat := range all {
		for try := range uint64(drawTries) {
			dice := crypto.Keccak256(bytes.Join([][]byte{seed, word(uint64(seat)), word(try)}, nil))
			place, score := new(big.Int).SetBytes(dice[:16]), new(big.Int).SetBytes(dice[16:])
			score.Mod(score, big.NewInt(2*bestScore*meanParts))
			all[seat] = append(all[seat], roll{wide(place), int(score.Int64())})
		}
	}
	return all
}

// wide keeps what any class of up to a hundred nodes makes of 128 bits: a number
// that leaves the same remainders is not always below 2^64, so tests use classes
// for whose sizes it is.
func wide(place *big.Int) uint64 { return new(big.Int).Mod(place, big.NewInt(manySizes)).Uint64() }

// manySizes is a multiple of all numbers up to 40.
const manySizes = 5342931457063200

// A proposer foresees the draw of another's task and moves its own nodes in front of
// it, in the same block. The contract draws as the plan says.
func TestMovesInFrontOfADrawWork(t *testing.T) {
	const nodes, own = 20, 6
	c := contractstest.NewEVM(t, nil)
	keys := c.Join(nodes, contractstest.SmallClass())
	c.SetMeans(uint16(veteran() * meanParts))
	victim := c.Account()
	joined := Dice(seed, 1).Perm(nodes) // in which order; the first numbers are the attacker's
	tried, moved := 0, 0
	for throw := range 40 {
		b := c.Branch()
		b.EVM.Randao = func(uint64) common.Hash { return crypto.Keccak256Hash(fmt.Appendf(nil, "dice %d", throw)) }
		request := contractstest.GPTRequest()
		all := foreseen(b.EVM.Randao(0), contractstest.Address(victim), request.ArgsHash, b.Now()+1)
		l := &roster{slices.Clone(joined), nodes}
		key := func(node int) *ecdsa.PrivateKey { return keys[slices.Index(joined, node)] }
		p, ok := best(all, nodes, l.own(own))
		if !ok {
			continue
		}
		tried++
		p.carryOut(l, own, func(node int, back bool) {
			call := b.Node.PackPause()
			if back {
				call = b.Node.PackResume()
			}
			b.Send("move", key(node), b.Deployment.Node, call)
			b.SameBlock()
			moved++
		})
		receipt := b.Send("createTask", victim, b.Deployment.Task, b.Task.PackCreateTask(request))
		drawn := contractstest.Find[contracts.TaskTaskDrawn](b, receipt)
		for seat, node := range l.draw(all) {
			if want := contractstest.Address(key(node)); drawn.Nodes[seat] != want {
				t.Fatalf("throw %d, seat %d: the contract drew %s, the plan %+v says %s", throw, seat, drawn.Nodes[seat], p, want)
			}
		}
		if ownAmong(l.draw(all), own) < 2 {
			t.Fatalf("throw %d: plan %+v has no majority", throw, p)
		}
	}
	t.Logf("%d of 40 draws were the attacker's, with %d moves", tried, moved)
	if tried < 20 || moved == 0 {
		t.Errorf("only %d of 40 draws had a plan (%d moves): want more than half", tried, moved)
	}
}
