package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Endpoints are nodes of one chain, asked one at a time: the first until it fails
// or does not answer, then the next, and so on in a circle. What the chain itself
// says no to is an answer. It is a Client, and safe for concurrent use.
type Endpoints struct {
	urls []string
	log  *slog.Logger
	// wait is how long one node may take where there is another to ask.
	wait time.Duration

	wire      wire
	witnesses witnesses

	// dialing is held while connecting, so that it is done once at a time.
	dialing sync.Mutex

	// mu guards everything that follows.
	mu     sync.Mutex
	at     int
	client *ethclient.Client // of urls[at]; nil while there is none
	id     *big.Int
	closed bool
}

// answerTimeout is enough for the largest answer there is.
const answerTimeout = 10 * time.Second

// Dial connects to the first of these nodes that answers (ws, wss, http or https),
// trying again until one does or ctx is done. A connection mends itself: a call
// after a loss dials again, the next node where there are several. All must be of
// one chain. Prefer ws: over http there is no push and heads are polled. log may be
// nil.
func Dial(ctx context.Context, log *slog.Logger, urls ...string) (*Endpoints, error) {
	if len(urls) == 0 {
		return nil, errors.New("dial chain: no address")
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	e := &Endpoints{urls: urls, log: log, wait: answerTimeout}
	var wait backoff
	for tries := 1; ; tries++ {
		at, _, err := e.current(ctx)
		if err == nil {
			return e, nil
		}
		e.leave(at, nil, err)
		if tries%len(urls) == 0 && wait.sleep(ctx) != nil || ctx.Err() != nil {
			return nil, fmt.Errorf("dial chain: %w", errors.Join(err, ctx.Err()))
		}
	}
}

// Close ends the connection.
func (e *Endpoints) Close() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.client != nil {
		e.client.Close()
	}
	for i := range e.urls {
		e.witnesses.drop(i)
	}
}

// URL is the node in use.
func (e *Endpoints) URL() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.urls[e.at]
}

// current is the node in use and the connection to it, which is made if there is
// none.
func (e *Endpoints) current(ctx context.Context) (at int, c *ethclient.Client, err error) {
	e.dialing.Lock()
	defer e.dialing.Unlock()
	e.mu.Lock()
	at, c = e.at, e.client
	closed := e.closed
	e.mu.Unlock()
	if c != nil || closed {
		return at, c, closedError(closed)
	}
	ctx, cancel := e.patience(ctx)
	defer cancel()
	conn, err := rpc.DialOptions(ctx, e.urls[at], e.wire.option(), rpc.WithWebsocketMessageSizeLimit(maxMessage))
	if err != nil {
		return at, nil, fmt.Errorf("%s: %w", e.urls[at], err)
	}
	c = ethclient.NewClient(conn)
	if len(e.urls) > 1 {
		if err := e.sameChain(ctx, at, c); err != nil {
			c.Close()
			return at, nil, err
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		c.Close()
		return at, nil, closedError(true)
	}
	e.client = c
	return at, c, nil
}

func closedError(closed bool) error {
	if closed {
		return rpc.ErrClientQuit
	}
	return nil
}

// sameChain refuses a node of another chain than the first one that answered.
func (e *Endpoints) sameChain(ctx context.Context, at int, c *ethclient.Client) error {
	id, err := c.ChainID(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", e.urls[at], err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.id == nil {
		e.id = id
	}
	if e.id.Cmp(id) != 0 {
		return fmt.Errorf("%s is chain %s, and the others are chain %s", e.urls[at], id, e.id)
	}
	return nil
}

func (e *Endpoints) patience(ctx context.Context) (context.Context, context.CancelFunc) {
	if len(e.urls) == 1 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, e.wait)
}

// leave moves on from a node, unless somebody else did already. What is under way
// on its connection ends, subscriptions too, and is asked of the next.
func (e *Endpoints) leave(at int, c *ethclient.Client, why error) {
	e.leaveFor((at+1)%len(e.urls), at, c, why)
}

// leaveFor is leave for a certain other node. False means that it was left already.
func (e *Endpoints) leaveFor(next, at int, c *ethclient.Client, why error) bool {
	e.mu.Lock()
	stays := len(e.urls) == 1 || e.at != at || e.client != c || e.closed
	if !stays {
		e.at, e.client = next, nil
	}
	e.mu.Unlock()
	if stays {
		return false
	}
	e.log.Warn("chain node can't be used, moving on to the next", "node", e.urls[at], "next", e.urls[next], "err", why)
	if c != nil {
		c.Close()
	}
	return true
}

// failed reports whether it is the node that failed, and not the chain that said no.
func failed(err error) bool {
	var said rpc.Error
	return err != nil && !errors.As(err, &said) && !errors.Is(err, ethereum.NotFound) && !errors.Is(err, rpc.ErrNotificationsUnsupported)
}

// ask puts a question to the node in use, and to each other one until one answers.
func ask[T any](ctx context.Context, e *Endpoints, question func(context.Context, *ethclient.Client) (T, error)) (T, error) {
	var none T
	var failures []error
	for range e.urls {
		began := time.Now()
		at, c, err := e.current(ctx)
		if err == nil {
			var answer T
			answer, err = once(ctx, e, c, question)
			if !failed(err) {
				return answer, err
			}
		}
		failures = append(failures, err)
		if ctx.Err() != nil && time.Since(began) < e.wait/3 {
			break // its caller gave up before it could be called slow
		}
		e.leave(at, c, err)
		if ctx.Err() != nil {
			break
		}
	}
	if len(failures) == 1 {
		return none, failures[0]
	}
	return none, errors.Join(failures...)
}

func once[T any](ctx context.Context, e *Endpoints, c *ethclient.Client, question func(context.Context, *ethclient.Client) (T, error)) (T, error) {
	ctx, cancel := e.patience(ctx)
	defer cancel()
	ctx, done := e.wire.untilBroken(ctx)
	defer done()
	answer, err := question(ctx, c)
	if err != nil && context.Cause(ctx) == errForgotten {
		err = errForgotten
	}
	return answer, err
}

// The methods of Client follow.

func (e *Endpoints) ChainID(ctx context.Context) (*big.Int, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*big.Int, error) { return c.ChainID(ctx) })
}

func (e *Endpoints) BlockNumber(ctx context.Context) (uint64, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint64, error) { return c.BlockNumber(ctx) })
}

func (e *Endpoints) BlockByHash(ctx context.Context, hash common.Hash) (*types.Block, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Block, error) { return c.BlockByHash(ctx, hash) })
}

func (e *Endpoints) BlockByNumber(ctx context.Context, number *big.Int) (*types.Block, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Block, error) {
		return c.BlockByNumber(ctx, number)
	})
}

func (e *Endpoints) HeaderByHash(ctx context.Context, hash common.Hash) (*types.Header, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Header, error) {
		return c.HeaderByHash(ctx, hash)
	})
}

func (e *Endpoints) HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Header, error) {
		return c.HeaderByNumber(ctx, number)
	})
}

func (e *Endpoints) TransactionCount(ctx context.Context, block common.Hash) (uint, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint, error) { return c.TransactionCount(ctx, block) })
}

func (e *Endpoints) TransactionInBlock(ctx context.Context, block common.Hash, index uint) (*types.Transaction, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Transaction, error) {
		return c.TransactionInBlock(ctx, block, index)
	})
}

func (e *Endpoints) TransactionReceipt(ctx context.Context, tx common.Hash) (*types.Receipt, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*types.Receipt, error) {
		return c.TransactionReceipt(ctx, tx)
	})
}

func (e *Endpoints) BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*big.Int, error) {
		return c.BalanceAt(ctx, account, block)
	})
}

func (e *Endpoints) StorageAt(ctx context.Context, account common.Address, key common.Hash, block *big.Int) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) {
		return c.StorageAt(ctx, account, key, block)
	})
}

func (e *Endpoints) CodeAt(ctx context.Context, account common.Address, block *big.Int) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) { return c.CodeAt(ctx, account, block) })
}

func (e *Endpoints) NonceAt(ctx context.Context, account common.Address, block *big.Int) (uint64, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint64, error) { return c.NonceAt(ctx, account, block) })
}

func (e *Endpoints) PendingBalanceAt(ctx context.Context, account common.Address) (*big.Int, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*big.Int, error) {
		return c.PendingBalanceAt(ctx, account)
	})
}

func (e *Endpoints) PendingStorageAt(ctx context.Context, account common.Address, key common.Hash) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) {
		return c.PendingStorageAt(ctx, account, key)
	})
}

func (e *Endpoints) PendingCodeAt(ctx context.Context, account common.Address) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) { return c.PendingCodeAt(ctx, account) })
}

func (e *Endpoints) PendingNonceAt(ctx context.Context, account common.Address) (uint64, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint64, error) { return c.PendingNonceAt(ctx, account) })
}

func (e *Endpoints) PendingTransactionCount(ctx context.Context) (uint, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint, error) { return c.PendingTransactionCount(ctx) })
}

func (e *Endpoints) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) {
		return c.CallContract(ctx, call, block)
	})
}

func (e *Endpoints) PendingCallContract(ctx context.Context, call ethereum.CallMsg) ([]byte, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]byte, error) {
		return c.PendingCallContract(ctx, call)
	})
}

func (e *Endpoints) EstimateGas(ctx context.Context, call ethereum.CallMsg) (uint64, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (uint64, error) { return c.EstimateGas(ctx, call) })
}

func (e *Endpoints) SuggestGasPrice(ctx context.Context) (*big.Int, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*big.Int, error) { return c.SuggestGasPrice(ctx) })
}

func (e *Endpoints) SuggestGasTipCap(ctx context.Context) (*big.Int, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (*big.Int, error) { return c.SuggestGasTipCap(ctx) })
}

func (e *Endpoints) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) ([]types.Log, error) { return c.FilterLogs(ctx, q) })
}

func (e *Endpoints) SubscribeFilterLogs(ctx context.Context, q ethereum.FilterQuery, logs chan<- types.Log) (ethereum.Subscription, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (ethereum.Subscription, error) {
		return c.SubscribeFilterLogs(ctx, q, logs)
	})
}

func (e *Endpoints) SubscribeNewHead(ctx context.Context, heads chan<- *types.Header) (ethereum.Subscription, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (ethereum.Subscription, error) {
		return c.SubscribeNewHead(ctx, heads)
	})
}

func (e *Endpoints) SubscribeTransactionReceipts(ctx context.Context, q *ethereum.TransactionReceiptsQuery, receipts chan<- []*types.Receipt) (ethereum.Subscription, error) {
	return ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (ethereum.Subscription, error) {
		return c.SubscribeTransactionReceipts(ctx, q, receipts)
	})
}

// TransactionByHash also says whether the transaction is still waiting for a block.
func (e *Endpoints) TransactionByHash(ctx context.Context, hash common.Hash) (tx *types.Transaction, pending bool, err error) {
	tx, err = ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (tx *types.Transaction, err error) {
		tx, pending, err = c.TransactionByHash(ctx, hash)
		return tx, err
	})
	return tx, pending, err
}

// SendTransaction offers the transaction to one node; a node that has it already
// says so.
func (e *Endpoints) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	_, err := ask(ctx, e, func(ctx context.Context, c *ethclient.Client) (struct{}, error) {
		return struct{}{}, c.SendTransaction(ctx, tx)
	})
	return err
}
