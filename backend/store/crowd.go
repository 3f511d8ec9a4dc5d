package store

import (
	"sync"
	"time"
)

// Each write to the disk takes as long however much is in it, and processor time of
// its own. Where many write at once, as a process of many nodes does, those that come
// within a few milliseconds of each other go out together.
const (
	// crowded is how many updates at a time make it worth waiting.
	crowded = 8
	// together is how long an update waits at most.
	together = 8 * time.Millisecond
)

// crowd are the updates under way. The zero value is ready for use.
type crowd struct {
	// mu guards everything that follows.
	mu     sync.Mutex
	inside int
	next   time.Time // when those that wait go on
}

// enter returns when an update may begin: at once, unless there are many.
func (c *crowd) enter() {
	c.mu.Lock()
	c.inside++
	var wait time.Duration
	if c.inside > crowded {
		now := time.Now()
		if wait = c.next.Sub(now); wait <= 0 {
			wait = together
			c.next = now.Add(together)
		}
	}
	c.mu.Unlock()
	if wait > 0 {
		time.Sleep(wait)
	}
}

func (c *crowd) leave() {
	c.mu.Lock()
	c.inside--
	c.mu.Unlock()
}
