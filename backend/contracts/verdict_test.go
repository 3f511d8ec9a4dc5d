package contracts_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
	"testing"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// This file says what the end of a task means for each party, in Go and in words
// of its own, after the natspec of ITask. The tests of the court and of fast
// settlement hold the contracts to it.

// A cell of the settlement table is what the three seats did, a letter each:
// n never committed, c committed and stayed silent, A B D opened one of three
// different results, I opened "invalid arguments", M F C opened one of the three
// faults of a machine.
type cell [3]byte

const letters = "ncABDIMFC"

func (c cell) String() string { return string(c[:]) }

func cellOf(s string) cell { return cell{s[0], s[1], s[2]} }

// cells are all that can be made of some letters, but for the names of the results.
func cells(letters string) (all []cell) {
	for i := range letters {
		for j := range letters {
			for k := range letters {
				if c := (cell{letters[i], letters[j], letters[k]}); c.namesResultsInOrder() {
					all = append(all, c)
				}
			}
		}
	}
	return all
}

func (c cell) namesResultsInOrder() bool {
	next := 0
	for _, letter := range c {
		at := bytes.IndexByte([]byte("ABD"), letter)
		if at > next {
			return false
		}
		if at == next {
			next++
		}
	}
	return true
}

// answerOf is what a seat commits to. A silent one commits to A.
func answerOf(letter byte) contractstest.Answer {
	switch letter {
	case 'I':
		return contractstest.Failure(protocol.KindInvalidArguments)
	case 'M':
		return contractstest.Failure(protocol.KindModelNotFound)
	case 'F':
		return contractstest.Failure(protocol.KindFileHashDiffers)
	case 'C':
		return contractstest.Failure(protocol.KindCannotRun)
	case 'c':
		return contractstest.Result("A")
	default:
		return contractstest.Result(string(letter))
	}
}

// A story is what happened in a task.
type story struct {
	// committed and opened say how far each seat came with its answer.
	committed, opened [3]bool
	answers           [3]contractstest.Answer
	// views are who was prompt, in the eyes of each seat.
	views [3]uint8
	// unproved openings came from the node itself, without a proof that the
	// response is stored.
	unproved [3]bool
	// images is 0 for a GPT task.
	images int
	// near and far are the distances of images.
	near, far int
}

// storyOf is the story of a GPT task that a cell tells.
func storyOf(c cell) story {
	s := story{views: [3]uint8{order012, order012, order012}}
	for seat, letter := range c {
		s.committed[seat] = letter != 'n'
		s.opened[seat] = letter != 'n' && letter != 'c'
		s.answers[seat] = answerOf(letter)
	}
	return s
}

// order012 is the view that the seats were prompt in their order.
const order012 = 0 | 1<<2 | 2<<4

// bill is the money of a task.
type bill struct {
	// fee is without the rewards for who ended and dispatched the task.
	fee *big.Int
	// overhead and whole are seconds of T.
	overhead, whole int64
	cutPerMille     int64
}

func billOf(p contracts.Params, r contracts.TaskRequest) bill {
	pricing := p.StableDiffusion
	if protocol.TaskType(r.TaskType) == protocol.GPT {
		pricing = p.Gpt
	}
	overhead := int64(pricing.OverheadSeconds)
	return bill{
		fee: new(big.Int).Sub(r.Fee, p.SettleReward), overhead: overhead,
		whole: overhead + int64(r.Units)*int64(pricing.SecondsPerUnit), cutPerMille: int64(p.CutPerMille),
	}
}

// unscored is a score that stays what it was.
const unscored = -1

// verdict is what the rules say.
type verdict struct {
	outcome protocol.Outcome
	kind    protocol.ResultKind
	result  []byte
	pay     [3]*big.Int
	score   [3]int
	slashed [3]bool
	// locked seats stay in the task.
	locked [3]bool
	// refund is the creator's. pool is without slashed stakes.
	refund, pool *big.Int
}

func (s story) isAnswer(seat int) bool {
	kind := s.answers[seat].Kind
	return s.opened[seat] && (kind == protocol.KindResult || kind == protocol.KindInvalidArguments)
}

func (s story) matches(a, b int) bool {
	if a == b || !s.isAnswer(a) || !s.isAnswer(b) || s.answers[a].Kind != s.answers[b].Kind {
		return false
	}
	if s.answers[a].Kind == protocol.KindInvalidArguments {
		return true
	}
	if s.images == 0 {
		return bytes.Equal(s.answers[a].Result, s.answers[b].Result)
	}
	return s.distance(a, b) < s.near
}

// differs says that two results are so different that one of them is a lie.
func (s story) differs(a, b int) bool {
	if s.images == 0 {
		return !bytes.Equal(s.answers[a].Result, s.answers[b].Result)
	}
	return s.distance(a, b) >= s.far
}

// distance is how many bits the least alike images of two results differ in.
func (s story) distance(a, b int) (worst int) {
	for i := range s.images {
		x := binary.BigEndian.Uint64(s.answers[a].Result[8*i:])
		y := binary.BigEndian.Uint64(s.answers[b].Result[8*i:])
		worst = max(worst, bits.OnesCount64(x^y))
	}
	return worst
}

// agreement is whose answer stands and who agrees with it, by seat; nobody when
// nothing matches. It stands with the one that most others match.
func (s story) agreement() (winner int, agreeing []int) {
	for seat := range 3 {
		with := []int{seat}
		for other := range 3 {
			if s.matches(seat, other) {
				with = append(with, other)
			}
		}
		if len(with) > max(1, len(agreeing)) {
			winner, agreeing = seat, with
		}
	}
	slices.Sort(agreeing)
	return winner, agreeing
}

// isBefore is what the openings say of the order of two seats.
func (s story) isBefore(a, b int) bool {
	if a > b {
		return !s.isBefore(b, a)
	}
	votes := 0
	for seat := range 3 {
		if !s.opened[seat] {
			continue
		}
		// A view that leaves both out speaks for the lower seat.
		if placeIn(s.views[seat], b) < placeIn(s.views[seat], a) {
			votes--
		} else {
			votes++
		}
	}
	return votes >= 0
}

func placeIn(view uint8, seat int) int {
	for place := range 3 {
		if int(view>>(2*place)&3) == seat {
			return place
		}
	}
	return 3
}

// ranked are seats in the order in which they were prompt; in that of the draw
// where it goes in a circle.
func (s story) ranked(seats []int) []int {
	ahead := map[int]int{}
	for _, a := range seats {
		for _, b := range seats {
			if a != b && s.isBefore(b, a) {
				ahead[a]++
			}
		}
	}
	all := slices.Clone(seats)
	slices.SortStableFunc(all, func(a, b int) int { return ahead[a] - ahead[b] })
	return all
}

func part(of *big.Int, n, from int64) *big.Int {
	return new(big.Int).Div(new(big.Int).Mul(of, big.NewInt(n)), big.NewInt(from))
}

var rewards = [3]int64{20, 18, 12}

func (s story) judge(b bill) verdict {
	v := verdict{pay: [3]*big.Int{{}, {}, {}}, refund: new(big.Int), pool: new(big.Int)}
	winner, agreeing := s.agreement()
	for seat := range 3 {
		v.locked[seat] = s.committed[seat] && !s.opened[seat]
		if v.locked[seat] {
			v.score[seat] = unscored
		}
	}
	switch {
	case len(agreeing) == 0:
		s.judgeNothing(&v, b)
	case s.answers[winner].Kind == protocol.KindInvalidArguments:
		s.judgeInvalidArguments(&v, b, agreeing)
	default:
		v.result = s.answers[winner].Result
		s.judgeResult(&v, b, agreeing)
	}
	return v
}

func (s story) judgeResult(v *verdict, b bill, agreeing []int) {
	v.outcome, v.kind = protocol.OutcomeAgreed, protocol.KindResult
	cut := part(b.fee, b.cutPerMille, 1000)
	net := new(big.Int).Sub(b.fee, cut)
	v.pool.Add(v.pool, cut)
	left, unearned := new(big.Int).Set(net), int64(50)
	var last *big.Int
	for rank, seat := range s.ranked(agreeing) {
		share := part(net, rewards[rank], 50)
		left.Sub(left, share)
		unearned -= rewards[rank]
		v.score[seat] = int(rewards[rank])
		if s.unproved[seat] {
			v.pool.Add(v.pool, share)
		} else {
			v.pay[seat].Set(share)
		}
	}
	for _, seat := range agreeing {
		if !s.unproved[seat] {
			last = v.pay[seat]
		}
	}
	if odd, ok := oddOne(agreeing); ok {
		share := part(net, unearned, 50)
		left.Sub(left, share)
		if v.slashed[odd] = s.liesAgainst(odd, agreeing); v.slashed[odd] {
			v.score[odd] = unscored
			v.refund.Add(v.refund, share)
		} else {
			v.pool.Add(v.pool, share)
		}
	}
	if last == nil {
		last = v.pool
	}
	last.Add(last, left)
}

// oddOne is the seat that does not agree, if there is one.
func oddOne(agreeing []int) (int, bool) {
	for seat := range 3 {
		if !slices.Contains(agreeing, seat) {
			return seat, true
		}
	}
	return 0, false
}

// liesAgainst says that an opening contradicts an agreed result.
func (s story) liesAgainst(odd int, agreeing []int) bool {
	if !s.isAnswer(odd) || s.answers[odd].Kind == protocol.KindInvalidArguments {
		return s.isAnswer(odd)
	}
	for _, seat := range agreeing {
		if !s.differs(odd, seat) {
			return false
		}
	}
	return true
}

func (s story) judgeInvalidArguments(v *verdict, b bill, agreeing []int) {
	v.outcome, v.kind = protocol.OutcomeInvalidArguments, protocol.KindInvalidArguments
	overhead := part(b.fee, b.overhead, b.whole)
	v.refund.Set(b.fee)
	for rank, seat := range s.ranked(agreeing) {
		v.pay[seat] = part(overhead, rewards[rank], 50)
		v.refund.Sub(v.refund, v.pay[seat])
		v.score[seat] = unscored
	}
	if odd, ok := oddOne(agreeing); ok && s.opened[odd] {
		v.score[odd] = unscored
		v.slashed[odd] = s.isAnswer(odd)
	}
}

func (s story) judgeNothing(v *verdict, b bill) {
	openings, answers := 0, int64(0)
	for seat := range 3 {
		if s.opened[seat] {
			openings++
		}
		if s.isAnswer(seat) {
			answers++
		}
	}
	v.outcome = protocol.OutcomeNoAgreement
	if openings < 2 {
		v.outcome = protocol.OutcomeSilent
	}
	v.refund.Set(b.fee)
	for seat := range 3 {
		if !s.isAnswer(seat) {
			continue
		}
		share := new(big.Int).Div(part(b.fee, b.overhead, b.whole), big.NewInt(answers))
		v.refund.Sub(v.refund, share)
		if s.unproved[seat] {
			v.pool.Add(v.pool, share)
		} else {
			v.pay[seat] = share
		}
	}
}

// earnedFast is what the seats earn when a story is settled fast.
func earnedFast(p *play, s story) (earned [3]string) {
	p.fast(s)
	for seat, now := range p.balances().earned {
		earned[seat] = new(big.Int).Sub(now, p.was.earned[seat]).String()
	}
	return earned
}

func TestMostViewsDecideWhoWasPrompt(t *testing.T) {
	th := newTheatre(t, nil)
	order := protocol.PackOrder
	for _, c := range []struct {
		name  string
		cell  string
		views [3]uint8
		want  [3]int64
	}{
		{"all say so", "AAA", [3]uint8{order([3]uint8{2, 1, 0}), order([3]uint8{2, 1, 0}), order([3]uint8{2, 1, 0})}, [3]int64{12, 18, 20}},
		{"two say so, the third flatters itself", "AAA", [3]uint8{order012, order([3]uint8{1, 2, 0}), order([3]uint8{1, 2, 0})}, [3]int64{12, 20, 18}},
		{"each puts itself first", "AAA", [3]uint8{order012, order([3]uint8{1, 0, 2}), order([3]uint8{2, 0, 1})}, [3]int64{20, 18, 12}},
		{"a circle", "AAA", [3]uint8{order012, order([3]uint8{1, 2, 0}), order([3]uint8{2, 0, 1})}, [3]int64{20, 18, 12}},
		{"the other circle", "AAA", [3]uint8{order([3]uint8{2, 1, 0}), order([3]uint8{1, 0, 2}), order([3]uint8{0, 2, 1})}, [3]int64{20, 18, 12}},
		{"views that name one seat only", "AAA", [3]uint8{0b101010, 0b101010, 0b101010}, [3]int64{18, 12, 20}},
		{"views of 0, 0, 0", "AAA", [3]uint8{0, 0, 0}, [3]int64{20, 18, 12}},
		{"views of no seat", "AAA", [3]uint8{63, 63, 63}, [3]int64{20, 18, 12}},
		{"one view of no seat", "AAA", [3]uint8{63, order([3]uint8{2, 1, 0}), order([3]uint8{2, 1, 0})}, [3]int64{12, 18, 20}},
		{"the machine that failed was first, and has a say", "MAA", [3]uint8{order([3]uint8{0, 2, 1}), order([3]uint8{0, 2, 1}), order012}, [3]int64{0, 18, 20}},
		{"who deviates has a say", "ABA", [3]uint8{order012, order([3]uint8{2, 1, 0}), order([3]uint8{2, 1, 0})}, [3]int64{18, 0, 20}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := storyOf(cellOf(c.cell))
			s.views = c.views
			var want [3]string
			for seat, n := range c.want {
				want[seat] = contractstest.CNX(n).String()
			}
			if got := earnedFast(th.branch(t).begin(contractstest.GPTRequest()), s); got != want {
				t.Errorf("seats earned %v, want %v", got, want)
			}
		})
	}
}

// TestOfTwoOpeningsThatDisagreeTheLowerSeatIsFirst: each of two votes.
func TestOfTwoOpeningsThatDisagreeTheLowerSeatIsFirst(t *testing.T) {
	th := newTheatre(t, nil)
	upward, downward := uint8(order012), protocol.PackOrder([3]uint8{2, 1, 0})
	for _, c := range []struct {
		cell  string
		views [3]uint8
	}{
		{"AAn", [3]uint8{downward, upward, 0}}, {"AnA", [3]uint8{upward, 0, downward}}, {"cAA", [3]uint8{0, downward, upward}},
		{"nAA", [3]uint8{0, downward, downward}}, {"IcI", [3]uint8{downward, downward, downward}},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			s := storyOf(cellOf(c.cell))
			s.views = c.views
			p := th.branch(t).begin(contractstest.GPTRequest())
			p.inCourt(s, 0)
			p.compare(s.judge(p.bill))
		})
	}
}

// TestEveryViewOfThreeIsCounted goes through all orders that three can tell, and
// through all 256 views that one can sign against two honest ones.
func TestEveryViewOfThreeIsCounted(t *testing.T) {
	t.Parallel()
	th := newTheatre(t, nil)
	try := func(cell string, views [3]uint8) {
		s := storyOf(cellOf(cell))
		s.views = views
		p := th.branch(t).begin(requestFor(7))
		var want [3]string
		for seat, pay := range s.judge(p.bill).pay {
			want[seat] = pay.String()
		}
		if got := earnedFast(p, s); got != want {
			t.Errorf("%s with views %06b: seats earned %v, want %v", cell, views, got, want)
		}
	}
	for i, a := range orders() {
		for j, b := range orders() {
			for k, c := range orders() {
				views := [3]uint8{protocol.PackOrder(a), protocol.PackOrder(b), protocol.PackOrder(c)}
				try("AAA", views)
				if (i+j+k)%3 == 0 { // a few of two that agree
					try([]string{"ABA", "MII"}[k%2], views)
				}
			}
		}
	}
	for view := range 256 {
		try("AAA", [3]uint8{protocol.PackOrder(orders()[view%6]), uint8(view), protocol.PackOrder(orders()[view/6%6])})
	}
}
