package validator

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"time"

	"github.com/cometbft/cometbft/mempool"
	comet "github.com/cometbft/cometbft/types"
)

// gather is how long a wake waits for more transactions to share the block:
// the three commitments of a task arrive within it.
const gather = 20 * time.Millisecond

// checkAgain finds work that an event did not announce, such as what a block
// had no room for.
const checkAgain = 200 * time.Millisecond

var wakePrefix = []byte("wake\x00")

func newWake() comet.Tx {
	var b [16]byte
	rand.Read(b[:])
	return append(bytes.Clone(wakePrefix), b[:]...)
}

func isWake(tx []byte) bool { return bytes.HasPrefix(tx, wakePrefix) && len(tx) == len(wakePrefix)+16 }

// waker rouses CometBFT when there is work, until ctx ends. news says that the
// pool has grown.
func waker(ctx context.Context, exec *execution, pool mempool.Mempool, news <-chan struct{}, log *slog.Logger) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	gathering := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-news:
			if !gathering {
				gathering = true
				timer.Reset(gather)
			}
			continue
		case <-timer.C:
			gathering = false
		}
		// While a wake waits CometBFT knows, and after each block it asks again
		// whether the wake still stands.
		if pool.Size() == 0 {
			if !exec.hasWork() {
				continue
			}
			if err := pool.CheckTx(newWake(), nil, mempool.TxInfo{}); err != nil && !errors.Is(err, mempool.ErrTxInCache) {
				log.Warn("wake the validators", "err", err)
			}
		}
		timer.Reset(checkAgain)
	}
}
