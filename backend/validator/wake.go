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
	"github.com/ethereum/go-ethereum/core"
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

// waker rouses CometBFT when the pool has work, until ctx ends.
func waker(ctx context.Context, exec *execution, pool mempool.Mempool, log *slog.Logger) {
	txs := make(chan core.NewTxsEvent, 1024)
	defer exec.subscribe(txs)()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-txs:
			drain(txs)
			timer.Reset(gather)
			select {
			case <-ctx.Done():
				return
			case <-timer.C:
			}
		case <-timer.C:
		}
		drain(txs)
		if !exec.hasWork() {
			continue
		}
		if pool.Size() == 0 {
			if err := pool.CheckTx(newWake(), nil, mempool.TxInfo{}); err != nil && !errors.Is(err, mempool.ErrTxInCache) {
				log.Warn("wake the validators", "err", err)
			}
		}
		timer.Reset(checkAgain)
	}
}

func drain(txs <-chan core.NewTxsEvent) {
	for {
		select {
		case <-txs:
		default:
			return
		}
	}
}
