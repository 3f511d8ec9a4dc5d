package consensus

import (
	"math"
	"testing"
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*max(1, math.Abs(want)) {
		t.Errorf("%s: want %.12g, got %.12g", what, want, got)
	}
}

func TestSeatsOfEqualWeightsAreTheDocuments(t *testing.T) {
	for _, n := range [][2]int{{7, 3}, {8, 2}, {70, 30}, {9970, 30}} {
		s := evenClass(n[0], n[1]).Seats()
		near(t, "majority", s[2]+s[3], MajorityProbability(n[0], n[1]))
		near(t, "all cases", s[0]+s[1]+s[2]+s[3], 1)
		b := evenClass(n[0], n[1]).Beside()
		near(t, "all cases of an own draw", b[1]+b[2]+b[3], 1)
		// Neither of the two others is own.
		h, all := float64(n[0]), float64(n[0]+n[1]-1)
		near(t, "alone", b[1], h*(h-1)/(all*(all-1)))
	}
}

func TestSharesAddUpToTheFee(t *testing.T) {
	r := DefaultRules()
	r.Cut = 0.1
	near(t, "three shares, cut and reward", r.FraudPay(3)+r.Cut*r.net()+r.SettleReward, r.Fee)
	near(t, "three mean shares", 3*r.MeanShare(), r.FraudPay(3))
	near(t, "T", r.Duration(), 40)
	near(t, "silence", r.Timeout(), 340)
}

func TestKickOutRule(t *testing.T) {
	r := DefaultRules()
	for _, c := range []struct {
		scores []int
		want   bool
	}{
		{[]int{0}, false},
		{[]int{0, 0}, true},
		{[]int{0, 20, 0}, true},
		{[]int{0, 12, 12}, false},
		{[]int{0, 12, 12, 0}, false}, // silent in one of three for ever
		{[]int{12, 12, 12}, false},   // as is declining
	} {
		recent := [3]int{r.untried(), r.untried(), r.untried()}
		kicked := false
		for _, s := range c.scores {
			recent = [3]int{recent[1], recent[2], s}
			kicked = kicked || r.kicked(recent)
		}
		if kicked != c.want {
			t.Errorf("%v: want %v, got %v", c.scores, c.want, kicked)
		}
	}
}

// With scores of 0 and of 12 or more, two zeros among three end a life; so its
// length has a form of its own.
func TestSilentLivesAreAsLongAsByHand(t *testing.T) {
	r := DefaultRules()
	for _, n := range [][2]int{{7, 3}, {70, 30}, {997, 3}} {
		c := r.class(n[0], n[1], Silent)
		b := c.Beside()
		zero, win := b[1], b[2]+b[3]
		draws := (1 + zero + zero*win) / (zero * (1 - win*win))
		seconds := draws*(win*r.FastSeconds+zero*r.Timeout()) + r.Away()
		got := r.Rates(c, Silent)
		near(t, "wins", got.WinsPerNodeDay, secondsPerDay*draws*win/seconds)
		near(t, "kicks", got.KicksPerNodeDay, secondsPerDay/seconds)
	}
}

func TestWorkIsPaidLikeHonestWorkAndMore(t *testing.T) {
	r := DefaultRules()
	got := r.Rates(r.class(997, 3, Work), Work)
	if got.KicksPerNodeDay != 0 || got.OfHonest < 1 || got.OfHonest > 1.01 {
		t.Errorf("want an honest income and no kick-out, got %+v", got)
	}
}

func TestBreakEvensBreakEven(t *testing.T) {
	for _, n := range [][2]int{{7, 3}, {90, 10}, {9970, 30}} {
		r := DefaultRules()
		c := r.veterans(n[0], n[1])
		f := r.Fake(c)
		atStake, atValue := r, r
		atStake.Stake = f.BreakEven
		atValue.Value = f.BreakEvenValue
		near(t, "gain at the break-even stake", atStake.Fake(c).PerTask, 0)
		near(t, "gain at the break-even value", atValue.Fake(c).PerTask, 0)
	}
}

func TestCreatorBalances(t *testing.T) {
	r := DefaultRules()
	net := r.Fee - r.SettleReward
	for _, c := range []struct {
		own                       int
		work, withhold, lie, harm float64
	}{
		{0, -net, -net * 0.75, -net, 0},
		{1, -net * 30 / 50, -net * 0.5, -net*38/50 - 400, 0},
		{2, -net * 12 / 50, -net * 0.25, 0, 400},
		{3, 0, 0, 0, 0},
	} {
		got := r.Creator(c.own)
		near(t, "work", got.Work, c.work)
		near(t, "withhold", got.Withhold, c.withhold)
		near(t, "lie", got.Lie, c.lie)
		near(t, "harm", got.Harm, c.harm)
	}
	r.Cut = 0.1
	near(t, "a lie of two under a cut", r.Creator(2).Lie, -0.1*net*38/50)
	near(t, "an own trio under a cut", r.Creator(3).Work, -0.1*net)
}

func TestLazyPays(t *testing.T) {
	r := DefaultRules()
	for _, c := range []struct {
		units int
		each  float64 // of what the trio shares
	}{{1, 0.25}, {3, 0.5 / 3}, {7, 0.1}} {
		l := r.Lazy(c.units)
		near(t, "no arguments", l.NoArgs, 3*l.Honest*c.each)
		r := r
		r.Cut = l.BreakEvenCut
		near(t, "work at the break-even cut", r.Lazy(c.units).Honest, l.NoArgs)
	}
}

func TestFarmStopsAtTwiceANewcomer(t *testing.T) {
	r := DefaultRules()
	f := r.Farm(r.veterans(90, 10), 0.05)
	near(t, "best over newcomer", f.Newcomer, 2)
	near(t, "cost of an own trio", f.OwnTrio, 0.05*(r.MinFee-r.SettleReward))
	mean := 0.0
	for range f.Tasks {
		mean += (20 - mean) / r.Memory
	}
	before := 20 - (20-mean)*r.Memory/(r.Memory-1)
	if mean < r.veteran() || before >= r.veteran() {
		t.Errorf("after %d tasks the mean is %g, before it was %g: want %g in between", f.Tasks, mean, before, r.veteran())
	}
}

func TestPlaces(t *testing.T) {
	r := DefaultRules()
	p := r.Place([]int{10, 90}, 3)
	near(t, "spread", p.Spread, MajorityProbability(100, 3))
	near(t, "smallest", p.Smallest, 13.0/103*MajorityProbability(10, 3))
	near(t, "too few for a class", p.OwnClass, 0)
	p = r.Place([]int{10, 90}, 10)
	near(t, "own class", p.OwnClass, 10.0/110)
	near(t, "wins a draw", p.Each, 1)
}

func TestSmallestSafeClass(t *testing.T) {
	for _, c := range []struct {
		from int
		want int
		ok   bool
	}{{10, 10, true}, {11, 11, true}, {12345, 12345, true}, {largestClass + 1, 0, false}} {
		got, ok := smallestSafe(Attackers{count: 3}, 10, func(honest, own int) bool { return honest+own >= c.from })
		if got != c.want || ok != c.ok {
			t.Errorf("from %d on: want %d %v, got %d %v", c.from, c.want, c.ok, got, ok)
		}
	}
}

func TestADeclineWithoutScoreIsNoBetterThanAFault(t *testing.T) {
	r := DefaultRules()
	asItIs := r.Rates(r.class(97, 3, Decline), Decline).WinsPerNodeDay
	r.DeclineScore = 0
	if got, fault := r.Rates(r.class(97, 3, Decline), Decline).WinsPerNodeDay, r.Rates(r.class(97, 3, Fault), Fault).WinsPerNodeDay; got > 1.05*fault || asItIs < 10*got {
		t.Errorf("wins: a decline of score 0 %g, of score 12 %g, a fault %g", got, asItIs, fault)
	}
}
