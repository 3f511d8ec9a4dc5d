package validator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	cfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/consensus"
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
	// P2P is where other machines of the chain call; empty for a chain of one, which
	// nobody calls. Private addresses will do.
	P2P string
	// Peers to stay connected to, as ID@HOST:PORT, beside the validators whose
	// address is in the genesis.
	Peers []string
	// SignedThrough helps a validator whose record of what it signed is lost, on a
	// chain that can't go on without it: no height after this one was signed.
	SignedThrough *int64
	// Hosts are names by which programs reach HTTP beside localhost and IP
	// addresses; "*" lets any in, for behind a proxy.
	Hosts []string
	Log   *slog.Logger
}

// Validator is a running validator.
type Validator struct {
	exec   *execution
	comet  *node.Node
	app    *application
	cancel context.CancelFunc
	work   sync.WaitGroup
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
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := ofThisChain(c.DataDir, c.Genesis); err != nil {
		return nil, err
	}

	exec, err := startExecution(c)
	if err != nil {
		return nil, err
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	v := &Validator{exec: exec, cancel: cancel, halted: make(chan struct{})}
	news := make(chan struct{}, 1)
	if err := v.agree(ctx, c, news); err != nil {
		return nil, errors.Join(err, v.Stop())
	}
	v.work.Go(func() { keepPeers(run, v.comet.Switch(), v.comet.NodeInfo().ID(), c.peers(), c.Log) })
	if err := exec.serve(ctx); err != nil {
		return nil, errors.Join(err, v.Stop())
	}
	v.work.Go(func() { exec.announce(run, news) })
	v.work.Go(func() { waker(run, v.app, v.comet.Mempool(), news, c.Log) })
	return v, nil
}

func (c Config) check() error {
	errs := []error{c.Genesis.Check(), checkAddr("chain HTTP", c.HTTP), checkAddr("chain WebSocket", c.WS)}
	if c.P2P != "" {
		errs = append(errs, checkAddr("chain P2P", c.P2P))
	}
	for _, address := range c.Peers {
		if _, err := peerID(address); err != nil {
			errs = append(errs, fmt.Errorf("peer %w", err))
		}
	}
	return errors.Join(errs...)
}

// peers are all whose address is known.
func (c Config) peers() []string {
	all := slices.Clone(c.Peers)
	for _, m := range c.Genesis.Validators {
		if m.Address != "" {
			all = append(all, m.Address)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// ofThisChain keeps a folder from being used for another chain.
func ofThisChain(dir string, g Genesis) error {
	path, want := filepath.Join(dir, "genesis.hash"), g.Hash().Hex()
	have, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fmt.Errorf("open chain: %w", err)
		}
		return os.WriteFile(path, []byte(want+"\n"), 0o600)
	}
	if err != nil {
		return fmt.Errorf("open chain: %w", err)
	}
	if string(have) != want+"\n" {
		return fmt.Errorf("the folder %s belongs to the chain with genesis %s, and this genesis is %s: choose another folder, or the right genesis", dir, bytes.TrimSpace(have), want)
	}
	return nil
}

// agree starts CometBFT, which first replays to geth what geth has lost.
func (v *Validator) agree(ctx context.Context, c Config, news chan<- struct{}) error {
	settings, err := cometConfig(c)
	if err != nil {
		return err
	}
	key, recorded, err := openKey(settings)
	if err != nil {
		return err
	}
	pub := key.Key.PubKey
	nodeKey, err := p2p.LoadOrGenNodeKey(settings.NodeKeyFile())
	if err != nil {
		return fmt.Errorf("read validator's network key: %w", err)
	}
	genesis := c.Genesis.agreement(pub)
	v.app = &application{
		exec: v.exec, chainID: c.Genesis.ChainID, agreementID: genesis.ChainID, key: key.Key.PrivKey,
		log: c.Log, news: news,
	}
	v.app.height.Store(heightOf(v.exec.head()))
	if err := v.app.enroll(c.Genesis, pub); err != nil {
		return err
	}
	alone := v.app.validates() && len(v.app.roster.Load().members) == 1
	if v.app.signer, err = c.openSigner(key, recorded, alone); err != nil {
		return err
	}
	v.comet, err = node.NewNodeWithContext(ctx, settings, v.app.signer, nodeKey,
		proxy.NewConnSyncLocalClientCreator(v.app),
		func() (*comet.GenesisDoc, error) { return genesis, nil },
		openBooks, node.DefaultMetricsProvider(settings.Instrumentation), cometLogger(c.Log),
		node.CustomReactors(map[string]p2p.Reactor{"TRANSACTIONS": newGossip(v.exec.eth.TxPool())}))
	if err != nil {
		return fmt.Errorf("start agreement: %w", err)
	}
	if err := v.comet.Start(); err != nil {
		return fmt.Errorf("start agreement: %w", err)
	}
	return v.notice()
}

// openSigner refuses to wait for a chain that can't go on without us.
func (c Config) openSigner(key *privval.FilePV, recorded, alone bool) (*signer, error) {
	if recorded {
		return newSigner(key, true, c.Log), nil
	}
	if c.SignedThrough != nil {
		s := newSigner(key, true, c.Log)
		s.signedThrough(*c.SignedThrough)
		return s, nil
	}
	if alone {
		return nil, fmt.Errorf("the validator's key is there, and %s, the record of what it signed, is lost: put it back from a copy, or say with --signed-through up to which height it may have signed", filepath.Join(c.DataDir, "agreement", "data", "priv_validator_state.json"))
	}
	return newSigner(key, false, c.Log), nil
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

// Validates says that this machine is one of the chain's validators.
func (v *Validator) Validates() bool { return v.app.validates() }

// HTTP is the address of the JSON-RPC over HTTP, WS over WebSocket.
func (v *Validator) HTTP() string { return v.exec.stack.HTTPEndpoint() }
func (v *Validator) WS() string   { return v.exec.stack.WSEndpoint() }

// Client speaks to the chain inside this process. The caller closes it.
func (v *Validator) Client() *rpc.Client { return v.exec.stack.Attach() }

// Stop ends the validator; what it acknowledged is on disk.
func (v *Validator) Stop() error {
	v.stop.Do(func() {
		v.cancel()
		v.work.Wait()
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
	s, err := agreementFolder(c.DataDir)
	if err != nil {
		return nil, err
	}
	s.RPC.ListenAddress = ""
	s.P2P.ListenAddress = "tcp://127.0.0.1:0"
	if c.P2P != "" {
		s.P2P.ListenAddress = "tcp://" + c.P2P
	}
	// The validators know each other from the genesis, whatever network they are on.
	s.P2P.PexReactor = false
	s.P2P.AddrBookStrict = false
	s.P2P.AllowDuplicateIP = true
	var ids []string
	for _, address := range c.peers() {
		id, err := peerID(address)
		if err != nil {
			return nil, err
		}
		ids = append(ids, string(id))
	}
	s.P2P.UnconditionalPeerIDs = strings.Join(ids, ",")
	// A block of the largest size must be with the others within a proposal's time,
	// and votes are small: waiting to fill a packet only delays them.
	s.P2P.SendRate, s.P2P.RecvRate = 20<<20, 20<<20
	s.P2P.FlushThrottleTimeout = 5 * time.Millisecond
	s.Consensus.PeerGossipSleepDuration = 20 * time.Millisecond
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
