package node

import (
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/models"
	"helium/backend/protocol"
)

// shelf is a library with more in it than can be run.
type shelf struct {
	Models

	// mu guards everything that follows.
	mu   sync.Mutex
	more []models.File
}

func (s *shelf) List() []models.File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append(s.Models.List(), s.more...)
}

func (s *shelf) put(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.more = append(s.more, models.File{Pin: protocol.ModelPin{ID: id}})
}

func TestANodeSaysWhichModelsItHolds(t *testing.T) {
	w := newWorld(t)
	held := &shelf{Models: w.models}
	h := w.newHost("reader", func(c *Config) { c.Models = held }).boot().join()
	demo, other := protocol.ModelKey(models.DemoID), protocol.ModelKey("somebody/else")
	if got := protocol.ModelSet(w.sim.NodeInfo(h.address()).Models); got != protocol.ModelSetOf(demo) {
		t.Errorf("it joined with the models %x", got)
	}
	held.put("somebody/else")
	h.wake() // or at the next look
	w.await("the new set", func() bool {
		return protocol.ModelSet(w.sim.NodeInfo(h.address()).Models) == protocol.ModelSetOf(demo, other)
	})
	if s := h.await("running", func(s State) bool { return s.Status == StatusRunning }); s.Reason != nil {
		t.Errorf("announcing left the reason %+v", s.Reason)
	}
}

// await waits until the chain is as wanted.
func (w *world) await(what string, is func() bool) {
	w.Helper()
	for range 600 {
		if is() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatalf("waited in vain for %s", what)
}

// An earner whose hardware would get no tasks stakes nothing, and joins as soon as
// the network knows it.
func TestHardwareThatWouldGetNoTasksStakesNothing(t *testing.T) {
	w := newWorld(t)
	strange := protocol.GPUClass{Card: "Strange Card", VRAMGB: 4, Runtime: w.class.Runtime}
	h := w.newHost("strange", func(c *Config) { c.Class = strange }).boot()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
	if s.Reason.Code != ReasonClassUnknown || !strings.Contains(s.Reason.Detail, "Strange Card") || !s.Stake.IsZero() || !s.Balance.IsZero() {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}

	w.register(strange, common.Hash{1})
	s = h.await("the other reason", func(s State) bool { return s.Reason != nil && s.Reason.Code == ReasonEngineDiffers })
	if s.Status != StatusBlocked || !s.Stake.IsZero() {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}

	info, err := w.engine.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.register(strange, Fingerprint(info))
	s = h.await("running", func(s State) bool { return s.Status == StatusRunning })
	if s.Reason != nil || s.Stake.IsZero() {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}
}

// register makes the network know a class, anew if it did.
func (w *world) register(c protocol.GPUClass, fingerprint common.Hash) {
	w.Helper()
	w.block.Lock()
	defer w.block.Unlock()
	w.sim.Enact(contracts.NewRules().PackSetClass(c.Card, c.VRAMGB, c.Runtime, fingerprint))
}

// A node that an earlier program, or another engine, joined as unknown hardware
// says what to do about it.
func TestANodeAmongUnknownHardwareSaysWhatToDo(t *testing.T) {
	w := newWorld(t)
	h := w.newHost("lost", noFaucet)
	w.give(h.address(), 1000)
	w.giveGas(h.address(), big.NewInt(params.Ether))
	request := contracts.JoinRequest{
		Card: w.class.Card, VramGB: w.class.VRAMGB, Runtime: w.class.Runtime, Fingerprint: common.Hash{1}, SealKey: [32]byte{1}, Payout: h.address(),
	}
	w.block.Lock()
	deadline := w.sim.Now() + 3600
	w.sim.Send("joinFor", w.sim.Owner, w.profile.Contracts.Node, w.sim.Node.PackJoinFor(h.address(), request, deadline,
		w.sim.SignJoin(h.key, request, 0, deadline), w.sim.SignPermit(h.key, w.sim.Params.Stake, 0, deadline)))
	w.block.Unlock()
	h.boot()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := h.await("the reason", func(s State) bool { return s.Reason != nil && s.Reason.Code == ReasonClassUnknown })
	if s.Status != StatusBlocked || !strings.Contains(s.Reason.Detail, "Stop the node to take the stake back") {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}
}

// A node whose graphics card was taken out, or replaced, takes no tasks as what it
// is no longer, and neither leaves nor joins without its owner.
func TestANodeOfOtherHardwareTakesNoTasksUntilItsOwnerHasItJoinAnew(t *testing.T) {
	w := newWorld(t)
	class := w.class
	h := w.newHost("replaced", func(c *Config) { c.Class = class }).boot().join()
	h.shutDown()

	info, err := w.engine.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	class.Card = "Another Card"
	w.register(class, Fingerprint(info))
	h.boot()
	s := h.await("the reason and a pause", func(s State) bool {
		return s.Reason != nil && s.Reason.Code == ReasonClass && s.Chain == protocol.NodePaused
	})
	if s.Status != StatusBlocked || !strings.Contains(s.Reason.Detail, "Another Card") || s.Stake.IsZero() {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}
	if err := h.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.await("having left", func(s State) bool { return s.Status == StatusStopped })
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if s = h.await("running as the other", func(s State) bool { return s.Status == StatusRunning }); s.Reason != nil {
		t.Errorf("its reason is %+v", s.Reason)
	}
}

// A node that was let go waits for the day on which it may join again, when its
// owner has asked for it, and then joins by itself.
func TestANodeThatWasLetGoJoinsAgainWhenItMay(t *testing.T) {
	w := newWorld(t, func(w *world) {
		w.rules = func(p *contracts.Params) { p.KickOutScore, p.RejoinSeconds = 39, 10*60 }
	})
	// Its clock goes with the chain's, which this test moves.
	hosts := w.three(func(c *Config) { c.Now = w.chain.Clock().Now })
	last := hosts[0]
	last.shutDown()
	for range 2 { // tasks without it
		if outcome, _ := w.courtOf(hosts[1:], "What is Helium?"); outcome != protocol.OutcomeAgreed {
			t.Fatalf("outcome is %s", outcome)
		}
	}
	last.boot()
	last.await("being let go", func(s State) bool {
		return s.Status == StatusBlocked && s.Chain == protocol.NodeQuit && s.Reason != nil && s.Reason.Code == ReasonKickedOut
	})
	if err := last.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := last.await("the other reason", func(s State) bool { return s.Reason != nil && s.Reason.Code == ReasonRejoin })
	if s.Status != StatusBlocked || !strings.Contains(s.Reason.Detail, "from ") {
		t.Errorf("its state is %+v, reason %+v", s, s.Reason)
	}
	before, err := w.sim.Client.NonceAt(t.Context(), last.address(), nil)
	if err != nil {
		t.Fatal(err)
	}
	w.advanceTo(w.sim.NodeInfo(last.address()).RejoinFrom + 1)
	last.wake() // which waits for that time on its own clock
	w.await("joining again", func() bool {
		return protocol.NodeStatus(w.sim.NodeInfo(last.address()).Status) == protocol.NodeAvailable
	})
	after, err := w.sim.Client.NonceAt(t.Context(), last.address(), nil)
	if err != nil || after != before+2 {
		t.Errorf("it sent %d transactions for it, %v; want the join and the resume, for which its stake was still there", after-before, err)
	}
	if got := w.sim.NodeInfo(last.address()).Stake; got.Cmp(contractstest.CNX(400)) != 0 {
		t.Errorf("its stake is %s", got)
	}
}
