package node

import (
	"context"
	"strings"
	"sync"
	"testing"

	"helium/backend/models"
	"helium/backend/protocol"
	"helium/inference/worker"
)

// crowded is an engine beside other programs.
type crowded struct {
	Engine

	mu     sync.Mutex // guards what follows
	memory worker.Memory
}

func (c *crowded) Memory(context.Context) (worker.Memory, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.memory, nil
}

func (c *crowded) leave(free uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.memory = worker.Memory{Limit: 8 << 30, Free: free}
}

func TestANodeWithoutRoomForItsModelPausesBeforeItIsDrawn(t *testing.T) {
	w := newWorld(t)
	engine := &crowded{Engine: w.engine}
	engine.leave(8 << 30)
	h := w.newHost("gamer", func(c *Config) { c.Engine = engine }).boot().join()
	stake := h.await("running", func(s State) bool { return s.Status == StatusRunning }).Stake

	engine.leave(1 << 20)
	h.wake() // or at the next look
	s := h.await("the reason", func(s State) bool { return s.Status == StatusBlocked })
	if s.Reason.Code != ReasonNoRoom || !strings.Contains(s.Reason.Detail, models.DemoID) || !strings.Contains(s.Reason.Detail, "leave 1 MB") {
		t.Errorf("reason = %+v", s.Reason)
	}
	if got := protocol.NodeStatus(w.sim.NodeInfo(h.address()).Status); got != protocol.NodePaused {
		t.Errorf("on chain it is %v, want paused", got)
	}

	engine.leave(8 << 30)
	h.wake()
	s = h.await("running", func(s State) bool { return s.Status == StatusRunning })
	if s.Reason != nil || s.Stake.Cmp(stake) != 0 {
		t.Errorf("state = %+v, reason %+v, stake was %s", s, s.Reason, stake)
	}
}

// A model that this machine never has room for is not announced, and does not keep
// the node from earning with the others.
func TestAModelThatNeverFitsIsNotAnnounced(t *testing.T) {
	w := newWorld(t)
	demo, err := w.models.Get(models.DemoID)
	if err != nil {
		t.Fatal(err)
	}
	large := models.File{Pin: protocol.ModelPin{ID: "somebody/large"}, Path: "/large.gguf"}
	n := &Node{}
	n.rooms.needs = map[string]uint64{large.Path: 9 << 30}
	needs, id := n.rooms.largest([]models.File{demo, large}, worker.Memory{Limit: 8 << 30})
	if id != models.DemoID || needs < uint64(demo.Bytes()) {
		t.Errorf("the largest is %s with %d bytes", id, needs)
	}
	if n.rooms.fits(large.Pin.ID) || !n.rooms.fits(demo.Pin.ID) {
		t.Error("the large model fits, or the demo doesn't")
	}
}
