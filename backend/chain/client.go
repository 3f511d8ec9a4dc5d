package chain

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Client is what this package asks of a node. ethclient.Client is one, over
// WebSocket or in process, and so is the client of a simulated chain; contract
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

// Dial connects to the node at url (ws, wss, http or https), trying again until
// it answers or ctx is done. The connection mends itself: a call after a loss
// dials again. Prefer ws: over http there is no push and heads are polled.
func Dial(ctx context.Context, url string) (*ethclient.Client, error) {
	var wait backoff
	for {
		c, err := rpc.DialOptions(ctx, url, rpc.WithWebsocketMessageSizeLimit(maxMessage))
		if err == nil {
			return ethclient.NewClient(c), nil
		}
		if wait.sleep(ctx) != nil {
			return nil, fmt.Errorf("dial chain %s: %w", url, errors.Join(err, ctx.Err()))
		}
	}
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
