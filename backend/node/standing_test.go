package node

import (
	"errors"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/models"
	"helium/backend/protocol"
)

func TestHowFarANodeIsFromBeingLetGo(t *testing.T) {
	for _, c := range []struct {
		recent                [3]uint8
		sum, margin, failures int
	}{
		{[3]uint8{20, 20, 20}, 60, 40, 2}, // 0+20+20 stays, 0+0+20 does not
		{[3]uint8{12, 12, 12}, 36, 16, 2},
		{[3]uint8{0, 20, 20}, 40, 20, 1},
		{[3]uint8{18, 0, 20}, 38, 18, 1},
		{[3]uint8{20, 18, 0}, 38, 18, 2},
		{[3]uint8{9, 12, 0}, 21, 1, 2}, // the oldest falls out
		{[3]uint8{0, 12, 12}, 24, 4, 1},
	} {
		s := Standing{Recent: c.recent, LetGoAt: 20}
		if s.Sum() != c.sum || s.Margin() != c.margin || s.Chances() != c.failures {
			t.Errorf("%v: sum %d, margin %d, let go after %d failures; want %d, %d, %d", c.recent, s.Sum(), s.Margin(), s.Chances(), c.sum, c.margin, c.failures)
		}
	}
	if s := (Standing{Recent: [3]uint8{20, 20, 20}, LetGoAt: -1}); s.Chances() != 3 {
		t.Errorf("a network that lets nobody go early gives %d chances", s.Chances())
	}
	for mean, want := range map[uint16]int{0: 0, 20 * 256: 100, 20*256 - 1: 99, 10 * 256: 50} {
		if got := (Standing{Mean: mean}).Percent(); got != want {
			t.Errorf("a mean of %d is %d%%, want %d%%", mean, got, want)
		}
	}
}

func TestForHowManyActionsGasIsEnough(t *testing.T) {
	gwei := big.NewInt(params.GWei)
	for _, c := range []struct {
		price *big.Int
		gas   string
		want  int
	}{
		{nil, "1", -1},
		{gwei, "0", 0},
		{gwei, "149999000000000", 0}, // one gwei of gas short
		{gwei, "150000000000000", 1},
		{gwei, "1000000000000000000", 6666},
		{new(big.Int), "0", manyActions},
		{big.NewInt(1), "1000000000000000000000000", manyActions},
	} {
		gas, err := protocol.ParseWei(c.gas)
		if err != nil {
			t.Fatal(err)
		}
		if got := (view{gasPrice: c.price, gas: gas}).gasFor(); got != c.want {
			t.Errorf("gas of %s at %v is enough for %d, want %d", c.gas, c.price, got, c.want)
		}
	}
}

// A node is let go when its engine fails at two tasks, is warned of before, and
// comes back with its stake.
func TestAFailingNodeIsWarnedThenLetGo(t *testing.T) {
	tr := newTrial(t, withFault(FaultFail))
	bad := tr.hosts[0]
	before := bad.await("its standing", func(s State) bool { return s.Standing != nil })
	if before.Standing.Chances() != 2 || before.Standing.Margin() != 40 {
		t.Errorf("it begins with %+v", before.Standing)
	}
	asked := tr.creator.ask("What is Helium?", nil).send()
	tr.answered()
	tr.hurry(asked)
	warned := bad.await("the warning", func(s State) bool { return s.Reason != nil && s.Reason.Code == ReasonScoreLow })
	if warned.Status != StatusRunning || warned.Standing.Chances() != 1 || !strings.Contains(warned.Reason.Detail, "0, 20 and 20") {
		t.Errorf("its state is %s, %+v, %+v", warned.Status, warned.Standing, warned.Reason)
	}
	asked = tr.creator.ask("And again?", nil).send()
	tr.answered()
	tr.hurry(asked)
	out := bad.await("being let go", func(s State) bool {
		return s.Reason != nil && s.Reason.Code == ReasonKickedOut && s.Status == StatusBlocked && !s.RejoinFrom.IsZero()
	})
	if out.Stake.IsZero() {
		t.Error("it lost its stake")
	}
}

// What is earned, and the stake, go to the address that the owner chose before
// joining; another choice waits until the stake has come back.
func TestMoneyGoesToThePayoutAddress(t *testing.T) {
	w := newWorld(t, func(w *world) { w.rules = func(p *contracts.Params) { p.StakeSeconds = 0 } })
	cold, other := contractstest.Address(w.sim.Key()), contractstest.Address(w.sim.Key())
	h := w.newHost("payee", nil).boot()
	h.await("a look", func(s State) bool { return s.Status == StatusStopped })
	for _, at := range []common.Address{w.profile.Contracts.Token, w.profile.Contracts.Node, w.profile.Contracts.Task, h.rulesAt()} {
		if err := h.SetPayout(t.Context(), at); !errors.Is(err, ErrPayout) {
			t.Errorf("paying to the contract %s: %v", at, err)
		}
	}
	if err := h.SetPayout(t.Context(), cold); err != nil {
		t.Fatal(err)
	}
	h.join()
	if got := w.sim.NodeInfo(h.address()).Payout; got != cold {
		t.Errorf("it joined with the payout %s, want %s", got, cold)
	}
	if err := h.SetPayout(t.Context(), other); err != nil {
		t.Fatal(err)
	}
	if s := h.await("both", func(s State) bool { return s.PayoutNext == other }); s.Payout != cold {
		t.Errorf("now %s is paid, want %s", s.Payout, cold)
	}
	if err := h.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.await("leaving", func(s State) bool { return s.Status == StatusStopped && s.Stake.IsZero() && s.Payout == other })
	if got := w.sim.Balance(cold); got.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("%s got %s of the stake", cold, got)
	}
	if err := h.Withdraw(t.Context()); !errors.Is(err, ErrNothingCredited) {
		t.Errorf("withdrawing nothing: %v", err)
	}
	if err := h.SetPayout(t.Context(), h.address()); err != nil {
		t.Fatal(err)
	}
	if s := h.await("itself", func(s State) bool { return s.Payout == h.address() }); s.PayoutNext != (common.Address{}) {
		t.Errorf("next is %s", s.PayoutNext)
	}
}

func (h *host) rulesAt() common.Address {
	h.Node.mu.Lock()
	defer h.Node.mu.Unlock()
	return h.rules
}

// What is credited is withdrawn to the payout address and to the wallet.
func TestWithdrawingBringsAllThatIsCreditedHome(t *testing.T) {
	w := newWorld(t, func(w *world) { w.rules = func(p *contracts.Params) { p.StakeSeconds = 0 } })
	cold := contractstest.Address(w.sim.Key())
	hosts := w.three(nil, nil)
	h := hosts[0]
	h.Stop(t.Context())
	h.await("leaving", func(s State) bool { return s.Status == StatusStopped && s.Stake.IsZero() })
	if err := h.SetPayout(t.Context(), cold); err != nil {
		t.Fatal(err)
	}
	h.join()
	w.creator.ask("What is Helium?", nil).send()
	s := h.await("credit", func(s State) bool { return !s.Credited.IsZero() })
	had := w.sim.Balance(h.address())
	if err := h.Withdraw(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := new(big.Int).Add(w.sim.Balance(cold), new(big.Int).Sub(w.sim.Balance(h.address()), had))
	if got.Cmp(s.Credited.Big()) != 0 || w.sim.Balance(cold).Sign() == 0 {
		t.Errorf("%s was credited and %s came, of that %s to the payout address", s.Credited, got, w.sim.Balance(cold))
	}
	h.await("nothing credited", func(s State) bool { return s.Credited.IsZero() })
}

func TestNobodyAsks(t *testing.T) {
	w := newWorld(t)
	var now time.Time
	n := w.newHost("idle", func(c *Config) { c.Now = func() time.Time { return now } })
	n.prepare()
	t.Cleanup(func() { n.relay.Close(); n.out.Close(); n.store.Close() })
	now = time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)
	start := now
	v := view{status: protocol.NodeAvailable, class: w.class.ID()}
	n.Node.mu.Lock()
	n.view = v
	n.Node.mu.Unlock()
	text := func(model string, gb uint16) *contracts.TaskTaskCreated {
		e := &contracts.TaskTaskCreated{TaskType: uint8(protocol.GPT), MinVramGB: gb}
		if model != "" {
			e.ModelKey = protocol.ModelKey(model)
		}
		return e
	}
	at := func(minutes int, v view) *protocol.Reason {
		now = start.Add(time.Duration(minutes) * time.Minute)
		n.checkDemand(v)
		return n.health.worst()
	}
	if r := at(0, v); r != nil {
		t.Fatalf("at once: %+v", r)
	}
	if r := at(9, v); r != nil {
		t.Fatalf("after nine minutes: %+v", r)
	}
	n.noteDemand(text("somebody/else", 1), now)
	n.noteDemand(text(models.DemoID, 80), now)
	if r := at(12, v); r == nil || r.Code != ReasonNoDemand || !strings.Contains(r.Detail, "12 minutes") || !strings.Contains(r.Detail, "2 tasks were for other models") {
		t.Fatalf("after twelve minutes: %+v", r)
	}
	n.noteDemand(text(models.DemoID, 1), now)
	if r := at(13, v); r != nil {
		t.Fatalf("a minute after a task for its model: %+v", r)
	}
	if r := at(22, v); r == nil {
		t.Fatal("ten minutes after that task nothing is said")
	}
	if r := at(23, view{status: protocol.NodePaused}); r != nil {
		t.Fatalf("paused: %+v", r)
	}
	if r := at(24, v); r != nil {
		t.Fatalf("free for a moment: %+v", r)
	}
	if r := at(60, view{status: protocol.NodeBusy, class: w.class.ID()}); r != nil {
		t.Fatalf("working: %+v", r)
	}
	if obstructs(ReasonNoDemand) || obstructs(ReasonScoreLow) || !obstructs(ReasonNoGas) {
		t.Error("a node that is drawn is said to be kept from earning")
	}
}
