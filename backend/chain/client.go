package chain

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/ethereum/go-ethereum"
)

// Client is what this package asks of a node. Endpoints are one, ethclient.Client
// is, over WebSocket or in process, and so is the client of a simulated chain; contract
// bindings take it too.
type Client interface {
	ethereum.BlockNumberReader
	ethereum.ChainReader
	ethereum.ChainStateReader
	ethereum.ContractCaller
	ethereum.GasEstimator
	ethereum.GasPricer
	ethereum.GasPricer1559
	ethereum.LogFilterer
	ethereum.PendingStateReader
	ethereum.PendingContractCaller
	ethereum.TransactionReader
	ethereum.TransactionSender
	ethereum.ChainIDReader
}

// maxMessage bounds one answer: a full page of logs is far below it.
const maxMessage = 64 << 20

// backoff spaces out tries: from a tenth of a second, doubling, to ten seconds,
// each shortened by chance so that many clients don't come back together.
type backoff struct{ next time.Duration }

func (b *backoff) sleep(ctx context.Context) error {
	b.next = min(max(2*b.next, 100*time.Millisecond), 10*time.Second)
	wait := time.NewTimer(b.next/2 + rand.N(b.next/2))
	defer wait.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-wait.C:
		return nil
	}
}

func (b *backoff) reset() { b.next = 0 }
