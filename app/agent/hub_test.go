package agent

import (
	"context"
	"testing"
	"time"

	"helium/app/api"
)

func TestAWatcherGetsThePresentThenTheNewest(t *testing.T) {
	h := newHub(api.State{Version: "1"})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	states := h.watch(ctx)
	if s := <-states; s.Version != "1" {
		t.Fatalf("got %q first", s.Version)
	}
	for i := range 100 {
		h.change(func(s *api.State) { s.Engine.Restarts = i })
	}
	for s := range states {
		if s.Engine.Restarts == 99 {
			break
		}
	}
	if ctx.Err() != nil {
		t.Fatal("the newest state never came")
	}
	cancel()
	for range states {
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watchers) != 0 {
		t.Error("a watcher that left is still told")
	}
}
