package agent

import (
	"context"
	"sync"

	"helium/app/api"
)

// hub holds the newest state and hands it to whoever watches. A slow watcher
// is given the newest state only.
type hub struct {
	// mu guards everything that follows.
	mu       sync.Mutex
	state    api.State
	watchers map[chan api.State]bool
}

func newHub(first api.State) *hub {
	return &hub{state: first, watchers: map[chan api.State]bool{}}
}

func (h *hub) get() api.State {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.state
}

// change edits the state under the lock and tells every watcher.
func (h *hub) change(edit func(*api.State)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	edit(&h.state)
	for ch := range h.watchers {
		select {
		case <-ch: // an older state nobody has taken yet
		default:
		}
		ch <- h.state
	}
}

// watch sends the present state at once, then every change, until ctx ends.
func (h *hub) watch(ctx context.Context) <-chan api.State {
	inbox, out := make(chan api.State, 1), make(chan api.State)
	h.mu.Lock()
	inbox <- h.state
	h.watchers[inbox] = true
	h.mu.Unlock()
	go func() {
		defer close(out)
		defer func() {
			h.mu.Lock()
			delete(h.watchers, inbox)
			h.mu.Unlock()
		}()
		for {
			select {
			case <-ctx.Done():
				return
			case s := <-inbox:
				select {
				case out <- s:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}
