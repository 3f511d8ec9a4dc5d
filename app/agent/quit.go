package agent

import (
	"context"
	"time"

	"helium/app/api"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/yield"
)

// How long leaving may take before the agent ends all the same: with nothing at
// hand, and with a task once its grace is over.
const (
	leaveIdle = 15 * time.Second
	leaveTask = 2 * time.Minute
	// longestGrace is how long an owner who wants tasks finished waits for one.
	longestGrace = time.Hour
)

// Quit ends the agent once its node has a rest in the network: paused, so that it
// is given no task, with the one at hand done or handed back. A second word ends
// it at once.
func (a *Agent) Quit(context.Context) error {
	select {
	case a.quits <- struct{}{}:
	default: // it was said twice already
	}
	return nil
}

// awaitQuit waits for the owner's word and calls end when all is done.
func (a *Agent) awaitQuit(ctx context.Context, end func()) {
	select {
	case <-ctx.Done():
		return
	case <-a.quits:
	}
	a.hub.change(func(s *api.State) { s.Desktop.Quitting = true })
	a.log.Info("quitting, once the network is told")
	a.leaveNetwork(ctx)
	s := a.hub.get()
	a.log.Info("ending", "node", s.Node.Chain, "task left", s.Task != nil)
	end()
}

// leaveNetwork has the node pause as if its owner needed the computer, and waits
// for that, but not for ever.
func (a *Agent) leaveNetwork(ctx context.Context) {
	a.owner.mu.Lock()
	grace := min(a.owner.settings.Grace(), longestGrace)
	a.owner.mu.Unlock()

	limit := leaveIdle
	if a.hub.get().Task != nil {
		limit = grace + leaveTask
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	now := time.Now()
	a.mu.Lock()
	a.parting = &node.Yielding{Since: now, Grace: grace, Leave: now}
	a.mu.Unlock()
	a.apply(yield.Decision{})
	a.awaitRest(ctx)
}

// awaitRest returns when the node rests, at a second word, or when ctx ends.
func (a *Agent) awaitRest(ctx context.Context) {
	states := a.Watch(ctx)
	for {
		select {
		case <-a.quits:
			return
		case s, open := <-states:
			if !open || a.rests(s) {
				return
			}
		}
	}
}

// rests says whether the node can end without being missed.
func (a *Agent) rests(s api.State) bool {
	a.mu.Lock()
	running := a.node != nil
	a.mu.Unlock()
	if !running {
		return true
	}
	return s.Task == nil && (s.Node.Chain == protocol.NodeQuit.String() || s.Node.Chain == protocol.NodePaused.String())
}
