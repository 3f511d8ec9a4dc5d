package creator

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// defaults are the prices of a public network: 1 CNX at least; text 30 s and 10 s
// a unit, images 30 s and 20 s.
func defaults() rules {
	p := contracts.DefaultParams()
	p.StableDiffusion.Served = true
	return rules{
		minFee:        p.MinFee,
		pricing:       map[protocol.TaskType]contracts.Pricing{protocol.GPT: p.Gpt, protocol.StableDiffusion: p.StableDiffusion},
		matchDistance: int(p.MatchDistance),
	}
}

func text(units uint32) Size   { return Size{protocol.GPT, units, 4} }
func images(units uint32) Size { return Size{protocol.StableDiffusion, units, 4} }

func cnx(t *testing.T, s string) *big.Int {
	t.Helper()
	w, err := protocol.ParseCNX(s)
	if err != nil {
		t.Fatal(err)
	}
	return w.Big()
}

func TestLeastFeeFollowsT(t *testing.T) {
	for _, c := range []struct {
		size    Size
		seconds uint64
		least   string
	}{
		{text(1), 40, "1"},
		{text(2), 50, "1.25"},
		{text(3), 60, "1.5"},
		{text(1024), 10_270, "256.75"},
		{images(1), 50, "1"},
		{images(2), 70, "1.4"},
		{images(10), 230, "4.6"},
	} {
		r := defaults()
		if got := r.seconds(c.size); got != c.seconds {
			t.Errorf("T of %+v is %d s, want %d", c.size, got, c.seconds)
		}
		if got := r.leastFeeRoundedUp(c.size); got.Cmp(cnx(t, c.least)) != 0 {
			t.Errorf("the least for %+v is %s, want %s CNX", c.size, wei(got), c.least)
		}
	}
	r := defaults()
	r.minFee = big.NewInt(7) // 7 * 60 / 40 = 10.5
	if got := r.leastFeeRoundedUp(text(3)); got.Int64() != 11 {
		t.Errorf("10.5 wei is rounded to %s, want 11", got)
	}
}

func TestValueIsRoundedDownAndItsFeeUp(t *testing.T) {
	value := valueRoundedDown(cnx(t, "15"), 70)
	if value.String() != "214285714285714285" {
		t.Errorf("15 CNX for 70 s are %s wei a second", value)
	}
	above := leastFeeAbove(value, 70) // 214,285,714,285,714,286 * 70
	if above.String() != "15000000000000000020" || valueRoundedDown(above, 70).Cmp(value) <= 0 {
		t.Errorf("the least that is worth more is %s", above)
	}
	below := new(big.Int).Sub(above, big.NewInt(1))
	if valueRoundedDown(below, 70).Cmp(value) != 0 {
		t.Errorf("one wei less is worth %s, want as much", valueRoundedDown(below, 70))
	}
	for in, want := range map[string]string{"15.00000000000000002": "15.0001", "15": "15", "0.00009": "0.0001"} {
		if got := forPeopleRoundedUp(cnx(t, in)); got.Decimal() != want {
			t.Errorf("%s is said as %s, want %s", in, got.Decimal(), want)
		}
	}
}

func TestFeeIsTheCallersOrOursAndNeverLessThanTheLeast(t *testing.T) {
	for _, c := range []struct {
		size                 Size
		offered, value, want string
		refused              string
	}{
		{text(1), "0", "0", "1", ""},
		{text(1), "0", "0.25", "10", ""},
		{text(1), "0", "0.001", "1", ""},
		{text(3), "0", "0.001", "1.5", ""},
		{text(3), "0", "0.025", "1.5", ""},
		{text(3), "1.5", "0.25", "1.5", ""},
		{text(3), "99", "0.25", "99", ""},
		{text(3), "1.499999999999999999", "0.25", "", "fee_too_low"},
		{text(0), "0", "0", "", "invalid_task"},
		{text(1025), "0", "0", "", "invalid_task"},
		{Size{Type: 7, Units: 1}, "0", "0", "", "invalid_task"},
	} {
		fee, err := defaults().fee(c.size, wei(cnx(t, c.offered)), wei(cnx(t, c.value)))
		var reason protocol.Reason
		switch {
		case c.refused != "" && (!errors.As(err, &reason) || reason.Code != c.refused || reason.Action == ""):
			t.Errorf("%+v: got %v, %v, want %s", c, fee, err, c.refused)
		case c.refused == "" && (err != nil || fee.Cmp(cnx(t, c.want)) != 0):
			t.Errorf("%+v: got %v, %v", c, fee, err)
		}
	}
}

// queueOf is a list of tasks of so many CNX a second, best first, with ids from first on.
func queueOf(t *testing.T, first int64, values ...string) (list []contracts.QueuedTask) {
	for i, v := range values {
		list = append(list, contracts.QueuedTask{TaskId: big.NewInt(first + int64(i)), Value: cnx(t, v)})
	}
	return list
}

func TestEstimates(t *testing.T) {
	// Six nodes of 8 GB (step 4) and three of 24 GB (step 9), all of classes that serve text.
	lineOf := func(reach int, capacity int) *line {
		l := &line{capacity: capacity, reach: [2]int{reach, reach}}
		for typ := range l.joined {
			l.joined[typ][4], l.joined[typ][9] = 6, 3
		}
		return l
	}
	const gpt, sd = protocol.GPT, protocol.StableDiffusion
	for _, c := range []struct {
		name            string
		line            func() *line
		size            Size
		fee             string
		start           Start
		value           string
		place           int
		wait            time.Duration
		atOnce, enter   string
		waitingOfMyType int
	}{
		{"an idle network", func() *line { return lineOf(10, 50) }, text(1), "10", StartNow, "0.25", 0, 0, "1", "1", 0},
		{"no nodes at all", func() *line { return &line{capacity: 50} }, text(1), "10", StartNever, "0.25", 0, 0, "0", "0", 0},
		{"more memory than anybody has", func() *line { return lineOf(10, 50) }, Size{gpt, 1, 32}, "10", StartNever, "0.25", 0, 0, "0", "0", 0},
		{"more memory than there is", func() *line { return lineOf(10, 50) }, Size{gpt, 1, 129}, "10", StartNever, "0.25", 0, 0, "0", "0", 0},
		// Nothing before it: one task of 40 s ends somewhere among three trios, in 40/3 s.
		{"all nodes at work", func() *line { return lineOf(0, 50) }, text(1), "10", StartQueued, "0.25", 1, 14 * time.Second, "0", "1", 0},
		{"the large nodes at work, and it needs one", func() *line { return lineOf(5, 50) }, Size{gpt, 1, 24}, "10", StartQueued, "0.25", 1, 40 * time.Second, "0", "1", 0},
		{"a better task waits that the free nodes can run", func() *line {
			l := lineOf(10, 50)
			l.lists[gpt][2] = queueOf(t, 1, "0.3", "0.1")
			return l
		}, text(1), "10", StartQueued, "0.25", 2, 27 * time.Second, "12.00000000000000004", "1", 2},
		{"a task of the same value waits", func() *line {
			l := lineOf(10, 50)
			l.lists[gpt][2] = queueOf(t, 1, "0.25")
			return l
		}, text(1), "10", StartQueued, "0.25", 2, 27 * time.Second, "10.00000000000000004", "1", 1},
		{"a task of one wei less waits", func() *line {
			l := lineOf(10, 50)
			l.lists[gpt][2] = queueOf(t, 1, "0.249999999999999999")
			return l
		}, text(1), "10", StartNow, "0.25", 0, 0, "10", "1", 1},
		{"better images wait", func() *line {
			l := lineOf(10, 50)
			l.lists[sd][4] = queueOf(t, 1, "0.3")
			return l
		}, text(1), "10", StartQueued, "0.25", 1, 30 * time.Second, "12.00000000000000004", "1", 0},
		{"a better task waits that the free nodes can't run", func() *line {
			l := lineOf(5, 50)
			l.lists[gpt][9] = queueOf(t, 1, "0.3")
			return l
		}, text(1), "10", StartNow, "0.25", 0, 0, "1", "1", 1},
		{"the seed's example: two images for 15 behind one for 10", func() *line {
			l := lineOf(0, 50)
			l.lists[sd][2] = queueOf(t, 1, "0.2")
			return l
		}, images(2), "15", StartQueued, "0.214285714285714285", 1, 24 * time.Second, "0", "1.4", 1},
		{"and one image for 10 behind two for 15", func() *line {
			l := lineOf(0, 50)
			l.lists[sd][2] = queueOf(t, 1, "0.214285714285714285")
			return l
		}, images(1), "10", StartQueued, "0.2", 2, 34 * time.Second, "0", "1", 1},
		{"a full queue that is worth less", func() *line {
			l := lineOf(0, 3)
			l.lists[gpt][2] = queueOf(t, 1, "0.3", "0.2", "0.1")
			return l
		}, text(1), "10", StartQueued, "0.25", 2, 27 * time.Second, "0", "4.00000000000000004", 3},
		{"a full queue that is worth as much", func() *line {
			l := lineOf(0, 3)
			l.lists[gpt][2] = queueOf(t, 1, "0.3", "0.3", "0.25")
			return l
		}, text(1), "10", StartFull, "0.25", 0, 0, "0", "10.00000000000000004", 3},
		{"a full queue of another step", func() *line {
			l := lineOf(0, 3)
			l.lists[gpt][9] = queueOf(t, 1, "0.3", "0.3", "0.3")
			return l
		}, text(1), "10", StartQueued, "0.25", 4, 54 * time.Second, "0", "1", 3},
		{"free nodes and a full queue", func() *line {
			l := lineOf(10, 3)
			l.lists[gpt][2] = queueOf(t, 1, "0.3", "0.3", "0.26")
			return l
		}, text(1), "10", StartFull, "0.25", 0, 0, "12.00000000000000004", "10.40000000000000004", 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := c.line().estimate(defaults(), c.size, cnx(t, c.fee), &pace{})
			if e.Start != c.start || e.Place != c.place || e.Wait != c.wait || e.Waiting != c.waitingOfMyType {
				t.Errorf("it starts %s at place %d of %d, in %s; want %s at %d of %d, in %s",
					e.Start, e.Place, e.Waiting, e.Wait, c.start, c.place, c.waitingOfMyType, c.wait)
			}
			for what, amounts := range map[string][2]string{
				"value": {e.Value.Decimal(), c.value}, "at once": {e.AtOnce.Decimal(), c.atOnce}, "to enter": {e.Enter.Decimal(), c.enter},
				"fee": {e.Fee.Decimal(), c.fee},
			} {
				if amounts[0] != amounts[1] {
					t.Errorf("%s is %s, want %s", what, amounts[0], amounts[1])
				}
			}
		})
	}
}

func TestTheWaitFollowsWhatTasksTookOfLate(t *testing.T) {
	p := &pace{}
	nominal := 40 * time.Second
	if got := p.of(protocol.GPT, nominal); got != nominal {
		t.Errorf("before any task was seen it is %s", got)
	}
	for _, took := range []time.Duration{2 * time.Second, 2 * time.Second, 10 * time.Second} {
		p.add(protocol.GPT, took)
	}
	if got := p.of(protocol.GPT, nominal); got != 3*time.Second { // 2 + (10-2)/8
		t.Errorf("the mean is %s, want 3s", got)
	}
	if got := p.of(protocol.StableDiffusion, nominal); got != nominal {
		t.Errorf("another type's is %s", got)
	}
}

func TestThePaceIsReadFromTheChain(t *testing.T) {
	p := &pace{}
	at := func(unix uint64) *types.Log { return &types.Log{BlockTimestamp: unix} }
	drawn := func(id int64) any {
		return &contracts.TaskTaskDrawn{TaskId: big.NewInt(id), TaskType: uint8(protocol.GPT)}
	}
	ended := func(id int64) any { return &contracts.TaskTaskEnded{TaskId: big.NewInt(id)} }
	p.see(ended(1), at(10)) // its draw was not seen
	p.see(drawn(2), at(100))
	p.see(drawn(3), &types.Log{})
	p.see(ended(3), at(500)) // nor when it was drawn
	p.see(drawn(4), &types.Log{BlockTimestamp: 90, Removed: true})
	p.see(ended(4), at(500))
	p.see(ended(2), at(104))
	if got := p.of(protocol.GPT, 0); got != 5*time.Second || len(p.drawn) != 0 {
		t.Errorf("4 seconds, and one until the next draw, are %s; %d are still open", got, len(p.drawn))
	}
}

func TestWaitsAreSaidRoughly(t *testing.T) {
	for in, want := range map[time.Duration]time.Duration{
		0: 0, time.Second: time.Second, 9500 * time.Millisecond: 10 * time.Second, 11 * time.Second: 15 * time.Second,
		60 * time.Second: 60 * time.Second, 61 * time.Second: 90 * time.Second, 599 * time.Second: 600 * time.Second,
		601 * time.Second: 11 * time.Minute,
	} {
		if got := roughly(in); got != want {
			t.Errorf("%s is said as %s, want %s", in, got, want)
		}
	}
}
