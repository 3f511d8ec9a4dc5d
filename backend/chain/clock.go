package chain

import (
	"time"

	"github.com/ethereum/go-ethereum/core/types"
)

// Clock tells chain time: what a block made now would carry. Blocks are made on
// demand, so on an idle chain the head is old and the wall clock counts; a head
// ahead of this computer's clock counts instead of it.
type Clock struct {
	wall func() time.Time
	head func() *types.Header
}

// Unix is chain time in seconds since 1970, as contracts see it.
func (c *Clock) Unix() uint64 {
	return max(c.head().Time, uint64(max(0, c.wall().Unix())))
}

// Now is chain time.
func (c *Clock) Now() time.Time { return time.Unix(int64(c.Unix()), 0) }

// Until is how long it takes until a block may carry the time deadline, in
// seconds since 1970; 0 when it has come.
func (c *Clock) Until(deadline uint64) time.Duration {
	if deadline <= c.Unix() {
		return 0
	}
	return max(0, time.Unix(int64(deadline), 0).Sub(c.wall()))
}
