package validator

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus/misc/eip1559"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/miner"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
	"github.com/holiman/uint256"
)

// execution is the embedded go-ethereum. Only the consensus application calls
// build, execute and finalize, one at a time.
type execution struct {
	stack *node.Node
	eth   *eth.Ethereum
}

func startExecution(c Config) (*execution, error) {
	stack, err := node.New(nodeConfig(c))
	if err != nil {
		return nil, fmt.Errorf("open execution: %w", err)
	}
	settings, err := ethConfig(c.Genesis)
	if err != nil {
		stack.Close()
		return nil, err
	}
	if err := beginIndex(stack, settings); err != nil {
		stack.Close()
		return nil, fmt.Errorf("open execution: %w", err)
	}
	backend, err := eth.New(stack, &settings)
	if err != nil {
		stack.Close()
		return nil, fmt.Errorf("open execution: %w", err)
	}
	door, err := newGate(backend.APIs())
	if err != nil {
		stack.Close()
		return nil, fmt.Errorf("open execution: %w", err)
	}
	// Of two services that offer a method, the later one is asked.
	stack.RegisterAPIs([]rpc.API{{Namespace: "eth", Service: door}, {
		Namespace: "eth",
		Service: filters.NewFilterAPI(filters.NewFilterSystem(backend.APIBackend, filters.Config{
			LogCacheSize: settings.FilterLogCacheSize, LogQueryLimit: settings.LogQueryLimit,
		})),
	}})
	return &execution{stack: stack, eth: backend}, nil
}

// beginIndex says of a new database that all transactions up to its genesis,
// which has none, are indexed. Geth begins its index with the first block and
// until then answers a question for a receipt with an error instead of "not yet".
func beginIndex(stack *node.Node, c ethconfig.Config) error {
	db, err := stack.OpenDatabaseWithOptions("chaindata", node.DatabaseOptions{
		Cache: c.DatabaseCache, Handles: c.DatabaseHandles,
	})
	if err != nil {
		return err
	}
	if rawdb.ReadHeadBlockHash(db) == (common.Hash{}) && rawdb.ReadTxIndexTail(db) == nil {
		rawdb.WriteTxIndexTail(db, 0)
	}
	return db.Close()
}

// serve opens the RPC. Before it, nobody can see a block that CometBFT has yet
// to replay.
func (x *execution) serve(ctx context.Context) error {
	if err := x.stack.Start(); err != nil {
		return fmt.Errorf("start execution: %w", err)
	}
	x.eth.SetSynced()
	// Just after a start receipts answer with an error until the index is read.
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !x.eth.APIBackend.TxIndexDone() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("start execution: wait for the transaction index: %w", ctx.Err())
		case <-tick.C:
		}
	}
	return nil
}

func (x *execution) close() error { return x.stack.Close() }

func (x *execution) head() *types.Header { return x.eth.BlockChain().CurrentBlock() }

// hasWork says that the pool holds transactions that the next block would take.
// One that offers less than the base fee does not count: the fee only falls with
// blocks, so the validators would agree about nothing, over and over.
func (x *execution) hasWork() bool {
	if pending, _ := x.eth.TxPool().Stats(); pending == 0 {
		return false
	}
	baseFee := eip1559.CalcBaseFee(x.eth.BlockChain().Config(), x.head())
	filter := txpool.PendingFilter{
		MinTip: uint256.NewInt(minGasPrice), BaseFee: uint256.MustFromBig(baseFee), GasLimitCap: params.MaxTxGas,
	}
	if _, n := x.eth.TxPool().Pending(filter); n > 0 {
		return true
	}
	filter.BlobTxs, filter.BlobVersion = true, types.BlobSidecarVersion1
	_, n := x.eth.TxPool().Pending(filter)
	return n > 0
}

// build makes the next block on the head from the pool; nil when the pool has
// nothing to put into it.
func (x *execution) build(at time.Time, random common.Hash, height int64) (*types.Block, error) {
	// As in finalize, after a replay.
	if err := x.eth.TxPool().Sync(); err != nil {
		return nil, fmt.Errorf("build block: %w", err)
	}
	parent := x.head()
	args := &miner.BuildPayloadArgs{
		Parent:      parent.Hash(),
		Timestamp:   uint64(at.Unix()),
		Random:      random,
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
	}
	block, _, err := x.eth.Miner().BuildTestingPayload(args, nil, false, extraOf(height))
	if err != nil {
		return nil, fmt.Errorf("build block %d: %w", parent.Number.Uint64()+1, err)
	}
	if len(block.Transactions()) == 0 {
		return nil, nil
	}
	return block, nil
}

// execute checks and stores a block without making it the head. Doing it again
// is harmless.
func (x *execution) execute(ctx context.Context, block *types.Block) error {
	if _, err := x.eth.BlockChain().InsertBlockWithoutSetHead(ctx, block, false); err != nil {
		return fmt.Errorf("execute block %d: %w", block.NumberU64(), err)
	}
	return nil
}

// finalize makes an executed block the head, for good.
func (x *execution) finalize(block *types.Block) error {
	bc := x.eth.BlockChain()
	if _, err := bc.SetCanonical(block); err != nil {
		return fmt.Errorf("finalize block %d: %w", block.NumberU64(), err)
	}
	bc.SetFinalized(block.Header())
	bc.SetSafe(block.Header())
	// The pool follows the head in the background. Wait for it, or what was just
	// mined still looks like work and the validators agree about nothing.
	if err := x.eth.TxPool().Sync(); err != nil {
		return fmt.Errorf("finalize block %d: %w", block.NumberU64(), err)
	}
	return nil
}

// announce tells news of new transactions until ctx ends. It reads the pool's
// events without ever waiting for anything else, because a pool whose events
// are not read stands still.
func (x *execution) announce(ctx context.Context, news chan<- struct{}) {
	txs := make(chan core.NewTxsEvent, 64)
	sub := x.eth.TxPool().SubscribeTransactions(txs, false)
	defer sub.Unsubscribe()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sub.Err():
			return
		case <-txs:
			select {
			case news <- struct{}{}:
			default:
			}
		}
	}
}

// A block's extra data is the CometBFT height that brought it, so that geth's
// own head says how far it has come.
func extraOf(height int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(height)) }

func heightOf(h *types.Header) int64 {
	if h.Number.Sign() == 0 || len(h.Extra) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(h.Extra))
}

func nodeConfig(c Config) *node.Config {
	httpHost, httpPort := splitAddr(c.HTTP)
	wsHost, wsPort := splitAddr(c.WS)
	modules := []string{"eth", "net", "web3"}
	return &node.Config{
		Name:                 "helium",
		DataDir:              filepath.Join(c.DataDir, "execution"),
		HTTPHost:             httpHost,
		HTTPPort:             httpPort,
		HTTPModules:          modules,
		HTTPVirtualHosts:     append([]string{"localhost"}, c.Hosts...),
		HTTPTimeouts:         rpc.DefaultHTTPTimeouts,
		WSHost:               wsHost,
		WSPort:               wsPort,
		WSModules:            modules,
		BatchRequestLimit:    1000,
		BatchResponseMaxSize: 25 << 20,
		P2P:                  p2p.Config{NoDiscovery: true, NoDial: true},
		Logger:               gethLogger(c.Log),
	}
}

func ethConfig(g Genesis) (ethconfig.Config, error) {
	c := ethconfig.Defaults
	var err error
	if c.Genesis, err = g.block(); err != nil {
		return c, err
	}
	c.NetworkId = g.ChainID
	c.SyncMode = ethconfig.FullSync
	// Only the hash scheme with everything kept gets back after a kill with
	// nothing but the last block to replay.
	c.StateScheme = rawdb.HashScheme
	c.NoPruning = true
	c.SnapshotCache = 0
	c.TransactionHistory = 0
	c.LogHistory = 0
	c.DatabaseCache, c.DatabaseHandles = 64, 256
	c.TrieCleanCache, c.TrieDirtyCache = 32, 32
	c.TxPool.Journal = ""
	c.TxPool.PriceLimit = minGasPrice
	c.TxPool.AccountSlots, c.TxPool.AccountQueue = 4096, 4096
	c.TxPool.GlobalSlots, c.TxPool.GlobalQueue = 65536, 16384
	c.Miner.GasCeil = GasLimit
	c.Miner.GasPrice = big.NewInt(minGasPrice)
	c.RPCTxFeeCap = 0
	return c, nil
}

func splitAddr(addr string) (host string, port int) {
	host, p, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0
	}
	port, _ = strconv.Atoi(p)
	return host, port
}

func checkAddr(name, addr string) error {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%s address %q: %w", name, addr, err)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("%s address %q: port must be a number up to 65535", name, addr)
	}
	if host == "" {
		return errors.New(name + " address has no host: use 127.0.0.1 for this computer only")
	}
	return nil
}
