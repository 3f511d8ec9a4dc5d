package validator

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"time"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/mempool"
	comet "github.com/cometbft/cometbft/types"
)

// gather is how long a wake waits for more transactions to share the block:
// the three commitments of a task arrive within it.
const gather = 20 * time.Millisecond

// checkAgain finds work that an event did not announce, such as what a block
// had no room for.
const checkAgain = 200 * time.Millisecond

// wake is a validator's signed word that its pool has work for a height. There is
// one a validator and height, so nobody can keep the chain awake by repeating
// them, and a stranger cannot wake it at all.
type wake struct {
	height    int64
	validator [20]byte
	signature [64]byte
}

// wakesAhead is how many heights ahead of ours another validator may be when it
// wakes us.
const wakesAhead = 8

const wakePrefix = "wake\x00"

func newWake(chain string, height int64, key crypto.PrivKey) (comet.Tx, error) {
	signature, err := key.Sign(wakeMessage(chain, height))
	if err != nil {
		return nil, err
	}
	tx := binary.BigEndian.AppendUint64([]byte(wakePrefix), uint64(height))
	tx = append(tx, key.PubKey().Address()...)
	return append(tx, signature...), nil
}

func parseWake(tx []byte) (w wake, ok bool) {
	rest, ok := bytes.CutPrefix(tx, []byte(wakePrefix))
	if !ok || len(rest) != 8+len(w.validator)+len(w.signature) {
		return wake{}, false
	}
	w.height = int64(binary.BigEndian.Uint64(rest))
	copy(w.validator[:], rest[8:])
	copy(w.signature[:], rest[8+len(w.validator):])
	return w, true
}

func wakeMessage(chain string, height int64) []byte {
	return binary.BigEndian.AppendUint64([]byte("helium wake 1\x00"+chain+"\x00"), uint64(height))
}

// waker rouses CometBFT when there is work, until ctx ends. news says that the
// pool has grown or a block was made.
func waker(ctx context.Context, app *application, pool mempool.Mempool, news <-chan struct{}, log *slog.Logger) {
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
		if err := app.wake(pool); err != nil && !errors.Is(err, mempool.ErrTxInCache) {
			log.Warn("wake the validators", "err", err)
		}
		timer.Reset(checkAgain)
	}
}

// wake rouses CometBFT if this is a validator that has work. While any wake waits,
// everybody is roused: CometBFT passes them on.
func (a *application) wake(pool mempool.Mempool) error {
	if pool.Size() > 0 || !a.validates() || !a.exec.hasWork() {
		return nil
	}
	tx, err := newWake(a.agreementID, a.height.Load()+1, a.key)
	if err != nil {
		return err
	}
	return pool.CheckTx(tx, nil, mempool.TxInfo{})
}
