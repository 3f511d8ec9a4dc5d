package agent

import (
	"context"
	"time"

	"helium/app/api"
)

// slimAfter is how long after there was something to do memory is given back.
const slimAfter = 10 * time.Second

// slim keeps an agent that has nothing to do small. Opening a wallet alone takes
// a quarter of a gigabyte for a moment, which the runtime would keep for minutes.
func (a *Agent) slim(ctx context.Context) {
	idle := time.NewTimer(slimAfter)
	defer idle.Stop()
	busy := false
	states := a.Watch(ctx)
	for {
		select {
		case s, open := <-states: // closed when ctx ends
			if !open {
				return
			}
			if now := hasWork(s); now || busy {
				busy = now
				idle.Reset(slimAfter)
			}
		case <-idle.C:
			if err := trim(); err != nil {
				a.log.Debug("give memory back", "err", err)
			}
		}
	}
}

func hasWork(s api.State) bool {
	return s.Task != nil || s.Node.Status == api.NodeStarting || s.Node.Status == api.NodeJoining
}
