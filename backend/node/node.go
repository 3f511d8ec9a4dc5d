package node

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/seal"
	"helium/backend/store"
)

// Node is a node. Run it; its other methods may be called at any time.
type Node struct {
	cfg      Config
	log      *slog.Logger
	me       common.Address
	word     common.Hash // me, as logs have it
	domain   protocol.Domain
	sealKey  seal.Key
	secret   [32]byte // nonces of commitments
	rows     tables
	events   *contracts.Events
	telling  map[common.Hash]telling
	payer    *payer
	court    *court
	health   *health
	rooms    rooms
	gate     *gate
	steering chan struct{} // holds an element when there is something to steer by
	soon     chan struct{} // holds an element when a task did something to the node
	looks    *rate.Limiter // at that
	starting chan struct{} // holds an element when a job has no runner yet
	charging chan struct{} // holds an element when there is a charge to bring
	making   chan struct{} // holds an element when yielding began or ended
	// at is called at each step of a job, for tests that stop there.
	at func(step string)
	// every is how often a deadline is compared with the clock.
	every time.Duration
	// writes counts what was written of jobs, once it is on disk. While rewound is set,
	// a block was taken back and that is not in the count yet.
	writes  atomic.Uint64
	rewound atomic.Bool
	// chargedAt is when something was last found against another node, in Unix seconds.
	chargedAt atomic.Int64
	// pruned is when the journal was last searched for old jobs; only what follows the
	// chain uses it.
	pruned time.Time

	// mu guards everything that follows.
	mu          sync.Mutex
	view        view
	lookedAtAll time.Time // when everything in view was last read
	params      contracts.Params
	rules       common.Address
	demand      demand
	progress    string
	yielding    *Yielding // nil while nobody needs the computer
	doing       map[protocol.TaskID]Progress
	created     map[protocol.TaskID]types.Log // of tasks that have not ended
	mine        map[protocol.TaskID]bool      // tasks with a job in the journal
	runners     map[protocol.TaskID]*runner
	waiting     map[protocol.TaskID]bool
	touched     map[protocol.TaskID]bool
	moved       bool
	busied      bool // a task took the node, or let it go
	subscribers map[chan struct{}]bool
}

// view is what the chain last said of the node.
type view struct {
	known                                      bool
	status                                     protocol.NodeStatus
	class                                      common.Hash
	stake, stakeNeeded, balance, credited, gas protocol.Wei
	// inTask says that a task holds the node.
	inTask bool
	models protocol.ModelSet
	nonce  uint32
	// stakeFrom is when a stake that is left can be taken back, rejoinFrom when
	// the node may join again, in seconds of chain time; 0 for now.
	stakeFrom, rejoinFrom uint64
	// joined says that the contract has a record of the node, with its payout, what
	// is credited to that where it is somebody else, and its scores.
	joined      bool
	payout      common.Address
	creditedOut protocol.Wei
	recent      [3]uint8
	mean        uint16
	// gasPrice is what the chain suggests; nil before it was asked.
	gasPrice *big.Int
	// sponsored says that gas is low, and that somebody else pays.
	sponsored bool
}

// missing is what a join would take out of the wallet: a stake that is left counts.
func (v view) missing() protocol.Wei {
	missing, err := v.stakeNeeded.Sub(v.stake)
	if err != nil {
		return protocol.Wei{}
	}
	return missing
}

// New makes a node. Nothing happens before Run.
func New(cfg Config) (*Node, error) {
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("make node: %w", err)
	}
	payer := newPayer(&cfg)
	cfg.Sender = payer
	if err := cfg.Options.Fault.into(&cfg); err != nil {
		return nil, fmt.Errorf("make node: %w", err)
	}
	sealKey, err := seal.KeyFromSecret(cfg.Wallet.DeriveSecret("seal"))
	if err != nil {
		return nil, fmt.Errorf("make node: %w", err)
	}
	gate := newGate(cfg.Engine)
	cfg.Engine = gate
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, fmt.Errorf("make node: %w", err)
	}
	n := &Node{
		cfg: cfg, log: cfg.Log, me: cfg.Wallet.Address(), word: common.BytesToHash(cfg.Wallet.Address().Bytes()), domain: cfg.Profile.Domain(),
		sealKey: sealKey, secret: cfg.Wallet.DeriveSecret("commitment nonce"),
		rows: newTables(), events: events, telling: tellings(events), payer: payer,
		gate:        gate,
		court:       &court{cfg.Sender, cfg.Profile.Contracts.Task, contracts.NewTask()},
		steering:    make(chan struct{}, 1),
		soon:        make(chan struct{}, 1),
		looks:       rate.NewLimiter(rate.Every(lookPause), looksAtOnce),
		starting:    make(chan struct{}, 1),
		charging:    make(chan struct{}, 1),
		making:      make(chan struct{}, 1),
		created:     map[protocol.TaskID]types.Log{},
		mine:        map[protocol.TaskID]bool{},
		at:          func(string) {},
		every:       checkClock,
		doing:       map[protocol.TaskID]Progress{},
		runners:     map[protocol.TaskID]*runner{},
		waiting:     map[protocol.TaskID]bool{},
		touched:     map[protocol.TaskID]bool{},
		subscribers: map[chan struct{}]bool{},
	}
	n.health = &health{raised: map[string]*protocol.Reason{}, changed: n.changed}
	return n, nil
}

// SealKey is the public key to which others seal arguments for this node.
func (n *Node) SealKey() [32]byte { return n.sealKey.Public() }

// Run does everything until ctx ends, and then returns nil. An error means that
// the store or the program is broken; what the network does is never one.
func (n *Node) Run(ctx context.Context) error {
	if err := n.resume(); err != nil {
		return fmt.Errorf("run node: %w", err)
	}
	if err := n.openBooks(); err != nil {
		return fmt.Errorf("run node: %w", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return n.follow(ctx) })
	group.Go(func() error { return n.steer(ctx) })
	group.Go(func() error { return n.runJobs(ctx) })
	group.Go(func() error { return n.prosecute(ctx) })
	group.Go(func() error { return n.makeRoom(ctx) })
	err := group.Wait()
	if err != nil && !errors.Is(err, context.Canceled) {
		return fmt.Errorf("run node: %w", err)
	}
	return nil
}

// Start stakes and joins, now and after every restart.
func (n *Node) Start(ctx context.Context) error { return n.wish(WishRun) }

// Resume is Start: a paused node takes tasks again.
func (n *Node) Resume(ctx context.Context) error { return n.wish(WishRun) }

// Pause takes no more tasks and keeps the stake.
func (n *Node) Pause(ctx context.Context) error { return n.wish(WishPause) }

// Stop leaves the network, after the task at hand, and takes the stake back.
func (n *Node) Stop(ctx context.Context) error { return n.wish(WishStop) }

// Look has the node look at the chain now rather than within a minute.
func (n *Node) Look() { n.wake() }

// Told says whether the network, as of the last look at it, knows of the models that
// are here and of no others; true also of a node that is not in it. Until then it may
// be drawn for a model that is to go.
func (n *Node) Told() bool {
	n.mu.Lock()
	v := n.view
	n.mu.Unlock()
	return v.known && (v.status == protocol.NodeQuit || v.models == n.modelSet() && !v.inTask)
}

func (n *Node) wish(w Wish) error {
	err := n.updateSelf(func(s *self) {
		s.Wish = w
		if w == WishRun {
			s.Stuck = nil
		}
	})
	if err != nil {
		return fmt.Errorf("keep wish: %w", err)
	}
	n.wake()
	n.changed()
	return nil
}

// updateJobs writes to the journal of jobs.
func (n *Node) updateJobs(fn func(tx *store.Tx) error) error {
	err := n.cfg.Store.Update(fn)
	n.writes.Add(1)
	return err
}

func (n *Node) updateSelf(change func(*self)) error {
	return n.cfg.Store.Update(func(tx *store.Tx) error { return n.changeSelf(tx, change) })
}

func (n *Node) changeSelf(tx *store.Tx, change func(*self)) error {
	s, err := n.rows.getSelf(tx)
	if err != nil {
		return err
	}
	change(&s)
	return n.rows.self.Put(tx, selfKey, s)
}

func (n *Node) readSelf() (s self, err error) {
	err = n.cfg.Store.View(func(tx *store.Tx) error { s, err = n.rows.getSelf(tx); return err })
	return s, err
}

// wake makes steering look again.
func (n *Node) wake() { signal(n.steering) }

func signal(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// nonce of the node's commitment to a task: secret until it is opened, and the
// same after a restart.
func (n *Node) nonce(key protocol.TaskKey) [32]byte {
	mac := hmac.New(sha256.New, n.secret[:])
	mac.Write(key[:])
	return [32]byte(mac.Sum(nil))
}

func (n *Node) say(progress string) {
	n.mu.Lock()
	n.progress = progress
	n.mu.Unlock()
	n.changed()
}
