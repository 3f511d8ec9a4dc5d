package node

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/inference/worker"
)

// killAt arranges that the node dies at a step of its next task: its folder is
// copied as it is at that moment, nothing it does afterwards counts, and the
// node that comes back finds the copy. It returns when the node is back.
func (h *host) killAt(step string) (back func(), dead <-chan struct{}) {
	died := make(chan struct{})
	h.onStep(func(now string) {
		select {
		case <-died:
			return
		default:
		}
		if now != step {
			return
		}
		h.die()
		close(died)
	})
	return func() {
		h.w.Helper()
		select {
		case <-died:
		case <-time.After(time.Minute):
			h.w.Fatalf("node %s never came to %q", h.name, step)
		}
		<-h.done // the dead node's goroutines are gone
		h.stop = nil
		h.store.Close()
		h.boot()
	}, died
}

// die cuts the node off from the world at this very moment.
func (h *host) die() {
	dir := h.snapshot()
	h.stop()
	h.relay.Close()
	h.out.Close() // what is asked of it now is never sent
	h.dir = dir
}

func TestANodeKilledAtAnyStepFinishesItsTaskOnce(t *testing.T) {
	for _, step := range []string{
		"drawn", "arguments", "first token", "answered", "committing", "stored",
		"committed", "revealing", "revealed",
	} {
		t.Run(step, func(t *testing.T) {
			w := newWorld(t)
			hosts := w.three()
			victim := hosts[1]
			back, died := victim.killAt(step)
			// Another node waits, so that the victim is not the last one, whose
			// commitment or opening moves it on at once.
			hosts[0].onStep(func(now string) {
				if step == "committed" && now == "committing" || step == "revealed" && now == "revealing" {
					<-died
				}
			})
			asked := w.creator.ask("What does a node earn?", nil).send()
			back()

			outcome, pay := asked.ended()
			if outcome != protocol.OutcomeAgreed {
				t.Fatalf("outcome is %s", outcome)
			}
			asked.checkShares(pay)
			victim.await("the end", func(s State) bool { return len(s.Recent) == 1 && s.Task == nil })
			if calls := w.calls(victim.address()); calls["commit"] > 1 || calls["reveal"] > 1 {
				t.Errorf("made the calls %v, want one commit and one reveal at most", calls)
			}
			if s := w.sim.NodeInfo(victim.address()); s.Stake.Sign() == 0 {
				t.Error("it signed two commitments and lost its stake")
			}
		})
	}
}

// A node whose folder is lost, but whose key is not, owes an opening for what
// it committed: it computes the same answer and opens it with the same nonce.
func TestANodeThatLostItsJournalStillOpensWhatItCommitted(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	victim := hosts[2]
	died := make(chan struct{})
	victim.onStep(func(step string) {
		if step != "committed" {
			return
		}
		select {
		case <-died:
			return
		default:
		}
		victim.die()
		victim.dir = t.TempDir()
		close(died)
	})
	// One node waits, so that the victim commits before all have.
	slow := make(chan struct{})
	hosts[0].onStep(func(step string) {
		if step == "committing" {
			<-slow
		}
	})
	asked := w.creator.ask("What does a node earn?", nil).send()
	select {
	case <-died:
	case <-time.After(time.Minute):
		t.Fatal("the victim never committed")
	}
	<-victim.done
	victim.stop = nil
	victim.store.Close()
	close(slow)
	victim.boot()

	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed {
		t.Fatalf("outcome is %s", outcome)
	}
	asked.checkShares(pay)
	if calls := w.calls(victim.address()); calls["commit"] > 1 || calls["reveal"] > 1 {
		t.Errorf("made the calls %v, want one commit and one reveal at most", calls)
	}
	if s := w.sim.NodeInfo(victim.address()); s.Stake.Sign() == 0 {
		t.Error("it signed two commitments and lost its stake")
	}
	s := victim.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Task == nil })
	if s.Wish != WishNone || s.Chain != protocol.NodeAvailable {
		t.Errorf("nobody asked it to leave: wish %q, status %s", s.Wish, s.Chain)
	}
}

func TestATaskThatIsOverIsSkipped(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	sleeper := hosts[0]
	sleeper.shutDown()
	outcome, pay := w.courtOf(hosts[1:], "What is a relay?")
	if outcome != protocol.OutcomeAgreed || pay[sleeper.address()] != "0" {
		t.Fatalf("outcome is %s, paid %v: two equal results are a success", outcome, pay)
	}

	sleeper.boot()
	s := sleeper.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Chain == protocol.NodeAvailable })
	if r := s.Recent[0]; !r.Paid.IsZero() || r.Slashed || r.Score != 0 {
		t.Errorf("recorded %+v", r)
	}
	if calls := w.calls(sleeper.address()); len(calls) != 0 {
		t.Errorf("made the calls %v for a task that is over", calls)
	}
}

// courtOf has two nodes answer a task whose third sleeps: they go to court at half
// the window, and open when the window is over.
func (w *world) courtOf(awake []*host, prompt string) (protocol.Outcome, map[common.Address]string) {
	w.Helper()
	asked := w.creator.ask(prompt, nil).send()
	for _, h := range awake {
		h.await("committed", func(s State) bool { return s.Task != nil && s.Task.Stage == JobCommitted })
	}
	w.advanceTo(asked.commitBy + 2)
	asked.awaitCourt(2)
	w.advanceTo(asked.commitBy + protocol.CommitGraceSeconds + 2)
	return asked.ended()
}

// awaitCourt waits until so many commitments stand in the court.
func (t *paidTask) awaitCourt(n int) {
	w := t.c.w
	w.Helper()
	for range 600 {
		info, err := taskInfo(w.Context(), w.sim.Client, w.profile.Contracts.Task, t.id)
		if err != nil {
			w.Fatal(err)
		}
		have := 0
		for _, c := range info.Commitments {
			if c != [32]byte{} {
				have++
			}
		}
		if have == n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	w.Fatalf("there are not %d commitments in the court", n)
}

func TestATaskWithoutArgumentsIsClosedByOneNode(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	asked := w.creator.ask("What is a relay?", nil) // and the envelope never comes
	for _, h := range hosts {
		h.await("fetching", func(s State) bool { return s.Task != nil && s.Task.Stage == JobFetching })
	}
	w.advanceTo(asked.argumentsBy + 2)
	outcome, _ := asked.ended()
	if outcome != protocol.OutcomeNoArguments {
		t.Errorf("outcome is %s", outcome)
	}
	closed := 0
	for _, h := range hosts {
		s := h.await("free", func(s State) bool { return s.Task == nil && s.Chain == protocol.NodeAvailable })
		if len(s.Recent) != 1 {
			t.Errorf("node %s recorded %+v", h.name, s.Recent)
		}
		calls := w.calls(h.address())
		closed += calls["close"] + calls["closeWithoutArguments"]
		if s.Reason == nil || s.Reason.Code != ReasonClock {
			t.Errorf("the chain's clock is minutes ahead, and node %s says %+v", h.name, s.Reason)
		}
		if calls["commit"]+calls["reveal"] != 0 {
			t.Errorf("node %s made the calls %v", h.name, calls)
		}
	}
	if closed != 1 {
		t.Errorf("%d nodes paid for closing the task, want 1", closed)
	}
}

func TestWrongArgumentsAreAnAnswerOfTheirOwn(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	asked := w.creator.ask("", func(e *protocol.Envelope) { e.Task = []byte(`{"model":"helium/demo","massages":[]}`) }).send()
	outcome, _ := asked.ended()
	if outcome != protocol.OutcomeInvalidArguments {
		t.Errorf("outcome is %s", outcome)
	}
	for _, h := range hosts {
		s := h.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Status == StatusRunning })
		if s.Recent[0].Paid.IsZero() {
			t.Errorf("node %s was not paid the overhead part", h.name)
		}
	}
}

func TestAMissingModelCostsNoStake(t *testing.T) {
	w := newWorld(t)
	hosts := w.three()
	asked := w.creator.ask("hello", func(e *protocol.Envelope) { e.Models[0].Files[0].SHA256[0] ^= 1 }).send()
	outcome, _ := asked.ended()
	if outcome != protocol.OutcomeNoAgreement {
		t.Errorf("outcome is %s", outcome)
	}
	for _, h := range hosts {
		s := h.await("the record", func(s State) bool { return len(s.Recent) == 1 && s.Task == nil })
		if s.Recent[0].Slashed || s.Stake.IsZero() {
			t.Errorf("node %s: %+v", h.name, s.Recent)
		}
	}
}

func TestPauseResumeAndStop(t *testing.T) {
	w := newWorld(t)
	// Its clock goes with the chain's, which this test moves.
	h := w.newHost("lone", func(c *Config) { c.Now = w.chain.Clock().Now }).boot().join()
	steps := []struct {
		do   func(context.Context) error
		want Status
	}{{h.Pause, StatusPaused}, {h.Resume, StatusRunning}, {h.Pause, StatusPaused}, {h.Stop, StatusStopped}}
	for _, s := range steps {
		if err := s.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.await(string(s.want), func(got State) bool { return got.Status == s.want })
	}
	s := h.await("when the stake comes back", func(s State) bool { return !s.StakeFrom.IsZero() })
	w.advanceTo(uint64(s.StakeFrom.Unix()) + 1)
	h.wake() // which waits for that time on its own clock
	s = h.await("the stake", func(s State) bool { return s.Balance.Cmp(protocol.CNX(1000)) == 0 })
	if !s.Stake.IsZero() {
		t.Errorf("stake is %s after leaving", s.Stake)
	}
	h.shutDown()
	h.boot()
	h.await("still stopped", func(s State) bool { return s.Status == StatusStopped && s.Wish == WishStop })
	h.join() // anew, as another intent
}

// flaky is an engine whose answers differ from process to process, or that
// always fails.
type flaky struct {
	Engine
	fail error
}

func (f *flaky) RunGPT(ctx context.Context, r worker.GPTRequest, d func(worker.Delta)) (worker.Result, error) {
	if f.fail != nil {
		return worker.Result{}, f.fail
	}
	return f.Engine.RunGPT(ctx, r, d)
}

func (f *flaky) RunAnew(ctx context.Context, r worker.GPTRequest, d func(worker.Delta)) (worker.Result, error) {
	result, err := f.Engine.RunAnew(ctx, r, d)
	result.Response = append(result.Response, ' ')
	return result, err
}

func TestAMachineThatIsNotSureOfItselfDoesNotStake(t *testing.T) {
	w := newWorld(t)
	for name, engine := range map[string]*flaky{
		"differs": {Engine: w.engine}, "fails": {Engine: w.engine, fail: errors.New("driver gone")},
	} {
		h := w.newHost(name, func(c *Config) { c.Engine = engine }).boot()
		if err := h.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
		if s.Reason.Code != ReasonSelfTest || !s.Stake.IsZero() || !s.Balance.IsZero() {
			t.Errorf("%s: reason %+v, stake %s", name, s.Reason, s.Stake)
		}
		h.shutDown()
	}
}

func TestANodeWithoutFundsSaysWhatItNeeds(t *testing.T) {
	w := newWorld(t)
	h := w.newHost("poor", func(c *Config) { c.Profile.Faucet = "" }).boot()
	if err := h.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
	if s.Reason.Code != ReasonNoStake {
		t.Errorf("reason is %+v", s.Reason)
	}
}
