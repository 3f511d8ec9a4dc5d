package validator

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/consensus"
	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	comet "github.com/cometbft/cometbft/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// MinBlockInterval: chain time is whole seconds and must not run ahead of the
// clock, so there can't be more than one block a second.
const MinBlockInterval = time.Second

// Config of a validator.
type Config struct {
	// DataDir holds everything the validator must not forget, its key included.
	DataDir string
	Genesis Genesis
	// BlockInterval is the shortest time between blocks; 0 means one second, which
	// is that of chain time: two blocks are of different seconds. A chain that
	// rested has one in reserve, for two blocks one right after the other.
	BlockInterval time.Duration
	// HTTP and WS are where the JSON-RPC is served; port 0 takes a free one.
	HTTP, WS string
	// Hosts are names by which programs reach HTTP beside localhost and IP
	// addresses; "*" lets any in, for behind a proxy.
	Hosts []string
	Log   *slog.Logger
}

// Validator is a running validator.
type Validator struct {
	exec   *execution
	comet  *node.Node
	cancel context.CancelFunc
	wakers sync.WaitGroup
	halted chan struct{}
	stop   sync.Once
	err    error
}

// Start opens the chain in c.DataDir, or begins it, replays what is missing and
// serves the RPC. It returns when a request to the RPC would be answered.
func Start(ctx context.Context, c Config) (*Validator, error) {
	if c.BlockInterval == 0 {
		c.BlockInterval = MinBlockInterval
	}
	if c.BlockInterval < MinBlockInterval {
		return nil, fmt.Errorf("block interval %s is too short: chain time is whole seconds, so %s is the least", c.BlockInterval, MinBlockInterval)
	}
	if err := errors.Join(c.Genesis.check(), checkAddr("chain HTTP", c.HTTP), checkAddr("chain WebSocket", c.WS)); err != nil {
		return nil, err
	}

	exec, err := startExecution(c)
	if err != nil {
		return nil, err
	}
	v := &Validator{exec: exec, halted: make(chan struct{})}
	if err := v.agree(ctx, c); err != nil {
		return nil, errors.Join(err, v.Stop())
	}
	if err := exec.serve(ctx); err != nil {
		return nil, errors.Join(err, v.Stop())
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	v.cancel = cancel
	news := make(chan struct{}, 1)
	v.wakers.Go(func() { exec.announce(run, news) })
	v.wakers.Go(func() { waker(run, exec, v.comet.Mempool(), news, c.Log) })
	return v, nil
}

// agree starts CometBFT, which first replays to geth what geth has lost.
func (v *Validator) agree(ctx context.Context, c Config) error {
	settings, err := cometConfig(c)
	if err != nil {
		return err
	}
	key := privval.LoadOrGenFilePV(settings.PrivValidatorKeyFile(), settings.PrivValidatorStateFile())
	pub, err := key.GetPubKey()
	if err != nil {
		return fmt.Errorf("read validator key: %w", err)
	}
	nodeKey, err := p2p.LoadOrGenNodeKey(settings.NodeKeyFile())
	if err != nil {
		return fmt.Errorf("read validator's network key: %w", err)
	}
	genesis := cometGenesis(c, pub)
	app := &application{
		exec: v.exec, chainID: c.Genesis.ChainID, key: key.Key.PrivKey, log: c.Log,
		keys: map[string]crypto.PubKey{string(pub.Address()): pub},
	}
	v.comet, err = node.NewNodeWithContext(ctx, settings, key, nodeKey,
		proxy.NewConnSyncLocalClientCreator(app),
		func() (*comet.GenesisDoc, error) { return genesis, nil },
		cfg.DefaultDBProvider, node.DefaultMetricsProvider(settings.Instrumentation), cometLogger(c.Log))
	if err != nil {
		return fmt.Errorf("start agreement: %w", err)
	}
	if err := v.comet.Start(); err != nil {
		return fmt.Errorf("start agreement: %w", err)
	}
	return v.notice()
}

// notice watches for the end of the agreement. CometBFT shows its state machine
// only to its own RPC.
func (v *Validator) notice() error {
	env, err := v.comet.ConfigureRPC()
	if err != nil {
		return fmt.Errorf("start agreement: %w", err)
	}
	state, ok := env.ConsensusState.(*consensus.State)
	if !ok {
		return fmt.Errorf("start agreement: its state is a %T", env.ConsensusState)
	}
	go func() {
		state.Wait()
		close(v.halted)
	}()
	return nil
}

// Halted is closed when the validator no longer takes part: after Stop, or when
// going on would risk the chain (a disk that cannot be written, say); the log
// says why. Only a restart helps then.
func (v *Validator) Halted() <-chan struct{} { return v.halted }

// HTTP is the address of the JSON-RPC over HTTP, WS over WebSocket.
func (v *Validator) HTTP() string { return v.exec.stack.HTTPEndpoint() }
func (v *Validator) WS() string   { return v.exec.stack.WSEndpoint() }

// Client speaks to the chain inside this process. The caller closes it.
func (v *Validator) Client() *rpc.Client { return v.exec.stack.Attach() }

// Stop ends the validator; what it acknowledged is on disk.
func (v *Validator) Stop() error {
	v.stop.Do(func() {
		if v.cancel != nil {
			v.cancel()
			v.wakers.Wait()
		}
		if v.comet != nil && v.comet.IsRunning() {
			v.err = v.comet.Stop()
			v.comet.Wait()
		}
		v.err = errors.Join(v.err, v.exec.close())
	})
	return v.err
}

// lateVotes is how long votes are still gathered for a block that has enough.
const lateVotes = 50 * time.Millisecond

func cometConfig(c Config) (*cfg.Config, error) {
	s := cfg.DefaultConfig().SetRoot(filepath.Join(c.DataDir, "agreement"))
	for _, dir := range []string{s.RootDir, filepath.Join(s.RootDir, "config"), filepath.Join(s.RootDir, "data")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("open agreement: %w", err)
		}
	}
	s.RPC.ListenAddress = ""
	s.P2P.ListenAddress = "tcp://127.0.0.1:0"
	s.P2P.PexReactor = false
	s.TxIndex.Indexer = "null"
	s.Storage.DiscardABCIResponses = true
	// A block when there is a wake, and the next no sooner than the interval. Of
	// the shortest one the proposer takes care by chain time.
	s.Consensus.CreateEmptyBlocks = false
	s.Consensus.CreateEmptyBlocksInterval = 0
	s.Consensus.TimeoutCommit = lateVotes
	if c.BlockInterval > MinBlockInterval {
		s.Consensus.TimeoutCommit = c.BlockInterval
	}
	s.Consensus.SkipTimeoutCommit = false
	return s, nil
}

// maxAgreementBytes has room for the largest EVM block.
const maxAgreementBytes = 12 << 20

func cometGenesis(c Config, pub crypto.PubKey) *comet.GenesisDoc {
	params := comet.DefaultConsensusParams()
	params.Block.MaxBytes = maxAgreementBytes
	return &comet.GenesisDoc{
		ChainID:         fmt.Sprintf("helium-%d", c.Genesis.ChainID),
		GenesisTime:     time.Unix(int64(c.Genesis.Time), 0).UTC(),
		InitialHeight:   1,
		ConsensusParams: params,
		Validators:      []comet.GenesisValidator{{Address: pub.Address(), PubKey: pub, Power: 10, Name: "helium"}},
		AppHash:         appHash,
	}
}
