package node

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/inference/worker"
)

// ownEngine is one computer's view of the engine that all of a world share: it
// counts what is asked of it, and holds each task until it may go on.
type ownEngine struct {
	Engine
	calls, yields atomic.Int64
	// begun holds an element when a task has begun; goOn lets one go on.
	begun, goOn chan struct{}
}

func newOwnEngine(e Engine) *ownEngine {
	return &ownEngine{Engine: e, begun: make(chan struct{}, 8), goOn: make(chan struct{}, 8)}
}

func (e *ownEngine) Yield(context.Context) error { e.yields.Add(1); return nil }

func (e *ownEngine) Memory(ctx context.Context) (worker.Memory, error) {
	e.calls.Add(1)
	return e.Engine.Memory(ctx)
}

// heldEngine holds tasks from when it is put in: joining runs some too.
type heldEngine struct{ *ownEngine }

func (e heldEngine) RunGPT(ctx context.Context, r worker.GPTRequest, d func(worker.Delta)) (worker.Result, error) {
	e.begun <- struct{}{}
	select {
	case <-e.goOn:
		return e.Engine.RunGPT(ctx, r, d)
	case <-ctx.Done():
		return worker.Result{}, ctx.Err()
	}
}

func (w *world) statusOf(h *host) protocol.NodeStatus {
	return protocol.NodeStatus(w.sim.NodeInfo(h.address()).Status)
}

func TestANodeThatYieldsFreesItsEngineAndComesBack(t *testing.T) {
	w := newWorld(t)
	engine := newOwnEngine(w.engine)
	h := w.newHost("gamer", func(c *Config) { c.Engine = engine }).boot().join()
	sent := func() uint64 {
		n, err := w.sim.Client.NonceAt(t.Context(), h.address(), nil)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}

	before := sent()
	h.Yield(&Yielding{Since: time.Now(), Leave: time.Now().Add(time.Hour)})
	h.await("the engine's end", func(s State) bool { return s.Freed && s.Status == StatusPaused && s.Wish == WishRun })
	if engine.yields.Load() == 0 {
		t.Error("the engine was not told to end")
	}
	asked := engine.calls.Load()
	if h.roomChanged(t.Context()) || engine.calls.Load() != asked {
		t.Error("a node that yields asks its engine, which would start it")
	}
	if _, err := h.cfg.Engine.Memory(t.Context()); err != errYields {
		t.Errorf("the engine answers %v", err)
	}
	h.Yield(nil)
	h.await("running", func(s State) bool { return s.Status == StatusRunning && !s.Yielding })
	if n := sent(); n != before || w.statusOf(h) != protocol.NodeAvailable {
		t.Errorf("a short pause took %d transactions", n-before)
	}

	h.Yield(&Yielding{Since: time.Now(), Leave: time.Now()})
	w.await("the pause on chain", func() bool { return w.statusOf(h) == protocol.NodePaused })
	h.await("the pause", func(s State) bool { return s.Freed && s.Status == StatusPaused && s.Chain == protocol.NodePaused })
	h.Yield(nil)
	w.await("the end of the pause on chain", func() bool { return w.statusOf(h) == protocol.NodeAvailable })
	h.await("running", func(s State) bool { return s.Status == StatusRunning })
}

func TestTheEngineRestsWhileTheNodeIsNotToRun(t *testing.T) {
	w := newWorld(t)
	engine := newOwnEngine(w.engine)
	h := w.newHost("idler", func(c *Config) { c.Engine = engine }).boot()
	h.await("rest before it joins", func(s State) bool { return s.Freed && s.Status == StatusStopped })
	if engine.yields.Load() == 0 {
		t.Error("the engine was not told to end")
	}
	h.join()
	h.await("work", func(s State) bool { return !s.Freed && s.Status == StatusRunning })
	if err := h.Pause(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.await("rest while paused", func(s State) bool { return s.Freed && s.Status == StatusPaused })
	asked := engine.calls.Load()
	if h.roomChanged(t.Context()) || engine.calls.Load() != asked {
		t.Error("a node that is paused asks its engine, which would start it")
	}
}

// gaming is three nodes, the first of which has a task in work that its engine
// holds.
func gaming(t *testing.T) (w *world, h *host, engine *ownEngine, asked *paidTask) {
	w = newWorld(t)
	var held *ownEngine
	hosts := w.three(func(c *Config) {
		held = newOwnEngine(c.Engine)
		c.Engine = held
	})
	h, engine = hosts[0], held
	h.gate.Engine = heldEngine{engine}
	asked = w.creator.ask("What is Helium?", nil)
	asked.send()
	<-engine.begun
	return w, h, engine, asked
}

func (w *world) outcome(h *host, asked *paidTask, score uint8, paid int) {
	w.Helper()
	outcome, pay := asked.ended()
	if outcome != protocol.OutcomeAgreed || paidNodes(pay) != paid {
		w.Errorf("outcome is %s, paid were %v, want %d", outcome, pay, paid)
	}
	info := w.sim.NodeInfo(h.address())
	if zero := info.Recent[0] == 0; zero != (score == 0) || info.Stake.Cmp(contractstest.CNX(400)) != 0 {
		w.Errorf("its scores are %v and its stake %s", info.Recent, info.Stake)
	}
}

func TestATaskThatAGameInterruptsIsRunAnewWhenItWasShort(t *testing.T) {
	w, h, engine, asked := gaming(t)
	h.Yield(&Yielding{Since: time.Now(), Leave: time.Now().Add(time.Hour)})
	h.await("the engine's end", func(s State) bool { return s.Freed })
	h.Yield(nil)
	<-engine.begun
	engine.goOn <- struct{}{}
	w.outcome(h, asked, 1, protocol.Seats)
}

func TestATaskThatALongGameInterruptsIsHandedBack(t *testing.T) {
	w, h, _, asked := gaming(t)
	h.Yield(&Yielding{Since: time.Now(), Leave: time.Now()})
	w.outcome(h, asked, 0, protocol.Seats-1)
	w.await("the pause on chain", func() bool { return w.statusOf(h) == protocol.NodePaused })
	h.await("the end of it", func(s State) bool { return s.Freed && s.Task == nil && s.Status == StatusPaused })
}

func TestATaskIsFinishedWhereItsGraceAllows(t *testing.T) {
	w, h, engine, asked := gaming(t)
	h.Yield(&Yielding{Since: time.Now(), Grace: time.Hour, Leave: time.Now()})
	h.await("pausing", func(s State) bool { return s.Status == StatusPausing && !s.Freed })
	engine.goOn <- struct{}{}
	w.outcome(h, asked, 1, protocol.Seats)
	h.await("the engine's end", func(s State) bool { return s.Freed && s.Status == StatusPaused })
	w.await("the pause on chain", func() bool { return w.statusOf(h) == protocol.NodePaused })
}

// Images show by their steps whether they can be done in time.
func TestAnImageThatTakesLongerThanItsGraceIsNotWaitedFor(t *testing.T) {
	for _, c := range []struct {
		p    Progress
		want bool
	}{
		{Progress{}, true}, {Progress{Tokens: 90}, true},
		{Progress{Image: 1, Images: 1, Step: 20, Steps: 25}, true},  // 20 s for 20 steps, 5 left
		{Progress{Image: 1, Images: 2, Step: 20, Steps: 25}, false}, // 30 left
	} {
		n := &Node{doing: map[protocol.TaskID]Progress{1: c.p}}
		if got := n.endsWithin(10*time.Second, 20*time.Second); got != c.want {
			t.Errorf("%+v ends in time: %v", c.p, got)
		}
	}
}
