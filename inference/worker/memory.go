package worker

import (
	"context"
	"os"
	"time"

	"helium/inference/gpt"
)

// exitOutOfMemory is the engine's exit status when it went over its limit.
const exitOutOfMemory = 12

// watchMemory ends the process when it holds more memory than it may. Native
// code can't be asked to stop, and the system's own killer would choose worse.
func (s *server) watchMemory(ctx context.Context) {
	limit := s.config.MemoryLimit
	if limit == 0 {
		return
	}

	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}

		used, ok := residentBytes()
		if !ok {
			return
		}
		if used <= limit {
			continue
		}

		s.mu.Lock()
		id := s.running
		s.mu.Unlock()
		s.log.Error("engine uses too much memory", "used_mb", used>>20, "limit_mb", limit>>20)
		s.out.send(frame{Kind: kindError, ID: id, Code: gpt.CodeOutOfMemory, Message: "the engine used more memory than it may"})
		os.Exit(exitOutOfMemory)
	}
}
