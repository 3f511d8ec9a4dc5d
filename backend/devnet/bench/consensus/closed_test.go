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
		c := evenClass(n[0], n[1])
		s := c.Seats()
		near(t, "majority", c.Majority(), MajorityProbability(n[0], n[1]))
		near(t, "all cases", s[0]+s[1]+s[2]+s[3], 1)
		b := c.Beside()
		near(t, "all cases of an own draw", b[1]+b[2]+b[3], 1)
		// Neither of the two others is own.
		h, all := float64(n[0]), float64(n[0]+n[1]-1)
		near(t, "alone", b[1], h*(h-1)/(all*(all-1)))
	}
}

// Where all lack the model or all hold it, nobody is preferred.
func TestModelsMakeNoDifferenceWhereAllAreAlike(t *testing.T) {
	c := veterans(47, 3)
	c.Lacking, c.OwnLack = 47, true
	near(t, "all lack it", c.Majority(), MajorityProbability(47, 3))
}

// By hand: one seat, two passes, half of a class of two lacks the model.
func TestADrawPassesOverTwice(t *testing.T) {
	c := evenClass(1, 1)
	c.OwnLack = true
	near(t, "the one without it", c.next([kinds]int{})[kindOwn], 1.0/8)
	near(t, "the holder", c.next([kinds]int{})[kindHolder], 7.0/8)
}

func TestSharesAddUpToTheFee(t *testing.T) {
	r := DefaultRules()
	r.Cut = 0.1
	near(t, "three shares, cut and rewards", r.FraudPay(3)+r.Cut*r.net()+r.SettleReward+r.DispatchReward, r.Fee)
	near(t, "three mean shares", 3*r.MeanShare(), r.FraudPay(3))
	near(t, "drawn at once", r.atOnce().net()+r.SettleReward, r.Fee)
	near(t, "T", r.Duration(), 40)
	near(t, "silence", r.Timeout(), 281)
}

func TestLeastFeeGrowsWithT(t *testing.T) {
	r := DefaultRules()
	near(t, "one unit", r.leastFee(1), r.MinFee)
	near(t, "nine units", r.leastFee(9), 3*r.MinFee)
	// So the smallest task is the cheapest to throw away.
	last := 0.0
	for _, units := range []int{1, 2, 10, 100, maxUnits} {
		task := r
		task.Units, task.Fee = units, r.leastFee(units)
		if part := task.atOnce().OverheadPart(); part <= last {
			t.Errorf("%d units: the overhead part of the least fee is %g, not more than %g of smaller ones", units, part, last)
		} else {
			last = part
		}
	}
}

func TestADrawNeedsCandidatesAndATenth(t *testing.T) {
	r := DefaultRules()
	for joined, want := range map[int]int{10: 6, 60: 6, 69: 6, 70: 7, 999: 99, 1000: 100} {
		if got := r.needed(joined); got != want {
			t.Errorf("%d joined: want %d free, got %d", joined, want, got)
		}
	}
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
		recent := newcomer().recent
		kicked := false
		for _, s := range c.scores {
			recent = [3]int{recent[1], recent[2], s}
			kicked = kicked || r.kicked(recent)
		}
		if kicked != c.want {
			t.Errorf("%v: want %v, got %v", c.scores, c.want, kicked)
		}
	}
	if got := r.scoresToWash(); got != 2 {
		t.Errorf("scores between two zeros: want 2, got %d", got)
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

func TestOwnNodesWeighWhatTheyScore(t *testing.T) {
	r := DefaultRules()
	for policy := Work; policy <= Decline; policy++ {
		c := r.class(90, 10, policy)
		mean := 0.0
		for _, o := range r.outcomes(c, policy) {
			mean += o.chance * float64(o.score)
		}
		near(t, "weight of "+policy.String(), c.OwnWeight, weight(mean))
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
		c := veterans(n[0], n[1])
		f := r.Fake(c)
		atStake, atValue := r, r
		atStake.Stake = f.BreakEven
		atValue.Value = f.BreakEvenValue
		near(t, "gain at the break-even stake", atStake.Fake(c).PerTask, 0)
		near(t, "gain at the break-even value", atValue.Fake(c).PerTask, 0)
	}
}

func TestWaysOfANodeThatIsAlone(t *testing.T) {
	r := DefaultRules()
	for _, w := range r.Ways() {
		switch {
		case w.Stake != 0 && (w.Stake != r.Stake || w.Pay != 0 || w.Scored):
			t.Errorf("%q: a stake is lost whole, unpaid and unscored, got %+v", w.Name, w)
		case w.Stake == 0 && (w.Score == 0) != (w.InARow == 2):
			t.Errorf("%q: two scores of 0 in a row let a node go, and no others here, got %+v", w.Name, w)
		}
	}
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
	f := r.Farm(veterans(90, 10), 0.05)
	near(t, "best over newcomer", f.Newcomer, 2)
	near(t, "cost of a score", f.OwnClass, 0.05*(r.MinFee-r.SettleReward)/3)
	near(t, "cost of a score without a cut", r.Farm(veterans(90, 10), 0).OwnClass, 0)
	mean := 0.0
	for range f.Tasks {
		mean += (bestScore - mean) / memory
	}
	before := bestScore - (bestScore-mean)*memory/(memory-1)
	if mean < veteran() || before >= veteran() {
		t.Errorf("after %d tasks the mean is %g, before it was %g: want %g in between", f.Tasks, mean, before, veteran())
	}
}

func TestWhoOpensAloneHasThreeQuartersOfASmallTask(t *testing.T) {
	r := DefaultRules()
	a := r.Alone(1)
	near(t, "alone", a.One, 0.75*r.atOnce().net())
	near(t, "first of three", a.First, 0.4*r.atOnce().net())
	near(t, "with thirds", a.WithThirds, a.One/3)
}

func TestLookingIsGeometric(t *testing.T) {
	r := DefaultRules()
	l := r.Look(100, 10)
	near(t, "blocks", l.Blocks, 1/MajorityProbability(90, 10))
	near(t, "a slash", l.CNX, 0)
	if l.NineOfTen < 2*l.Blocks || l.NineOfTen > 2.4*l.Blocks {
		t.Errorf("nine of ten within %g blocks of %g on average, want ln 10 times", l.NineOfTen, l.Blocks)
	}
	if l.Unaided < 20 || l.SlashesPerDay*(l.Blocks+r.FastSeconds) > secondsPerDay {
		t.Errorf("want dearer slashes without looking and no more than a try a second, got %+v", l)
	}
	if l.Washed <= l.FaultWins {
		t.Errorf("farmed scores bring no wins: %g, %g without", l.Washed, l.FaultWins)
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
	c := r.classLacking(97, 3, 97, Decline)
	asItIs := r.Rates(c, Decline).WinsPerNodeDay
	r.DeclineScore = 0
	c = r.classLacking(97, 3, 97, Decline)
	if got, fault := r.Rates(c, Decline).WinsPerNodeDay, r.Rates(r.class(97, 3, Fault), Fault).WinsPerNodeDay; got > 1.05*fault || asItIs < 10*got {
		t.Errorf("wins: a decline of score 0 %g, of score 12 %g, a fault %g", got, asItIs, fault)
	}
}
