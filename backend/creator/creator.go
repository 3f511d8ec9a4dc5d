package creator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/seal"
	"helium/backend/store"
)

// Chain is what a creator reads from the chain; ethclient.Client is one.
type Chain interface {
	ethereum.BlockNumberReader
	ethereum.ChainReader
	ethereum.ContractCaller
	ethereum.LogFilterer
	ethereum.TransactionReader
}

// Sender is the outbox; *chain.Sender is one. It writes an intent down before it
// sends it, sends it once ever however often it is asked, and answers with its
// receipt. Its errors stay, but for chain.ErrClosed and those of an ended ctx.
type Sender interface {
	Address() common.Address
	Submit(ctx context.Context, in chain.Intent) (*types.Receipt, error)
	// Enqueue writes intents down in one go and returns. They go out of one
	// account, in this order.
	Enqueue(in ...chain.Intent) error
}

// Relay is what a creator asks of a relay; *client.Client is one.
type Relay interface {
	PutEnvelope(ctx context.Context, key protocol.TaskKey, sealed []byte) error
	Result(ctx context.Context, key protocol.TaskKey, node common.Address) ([]byte, error)
	Watch(ctx context.Context, key protocol.TaskKey) (<-chan client.Event, error)
}

// Config is what a creator is made of. Value and what follows may be left out.
type Config struct {
	Profile protocol.Profile
	Chain   Chain
	Sender  Sender
	Relay   Relay
	// Store may be shared with other packages: the creator keeps to its own tables.
	Store *store.Store
	// Value is the fee offered for each second of a task's nominal time, in wei,
	// where its request offers none. The contract's least fee is paid where it
	// comes to less.
	Value protocol.Wei
	// DepositAhead is how many fees are put in place at the Task contract at once,
	// so that few tasks wait for it; 0 puts each in place when its task is made.
	DepositAhead int
	// Extra is set for all creators but one of those that share a store: requests
	// that do not say which wallet pays are the other's.
	Extra bool
	// Keep is how long an ended request can still be fetched; 0 means 7 days.
	Keep time.Duration
	// Patience is how long a relay is asked for an agreed result before it
	// counts as lost; 0 means a minute.
	Patience time.Duration
	Log      *slog.Logger
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
}

// Creator makes tasks. Run it; its other methods may be called from many
// goroutines, and wait until it runs.
type Creator struct {
	profile protocol.Profile
	domain  protocol.Domain
	chain   Chain
	sender  Sender
	relay   Relay
	store   *store.Store
	value   protocol.Wei
	keep    time.Duration
	extra   bool
	fetch   time.Duration
	log     *slog.Logger
	now     func() time.Time

	events   *contracts.Events
	network  *network
	purse    *purse
	pace     pace
	lastLook look
	// dry is when a transaction was last refused for want of gas, in Unix nanoseconds.
	dry atomic.Int64
	// read is the last block whose logs were read, and live says that none is missed.
	read    atomic.Uint64
	live    atomic.Bool
	pushes  chan struct{}
	spent   chan struct{} // holds an element when there is something to count anew
	ready   chan struct{}
	newborn chan *Task

	// mu guards everything that follows.
	mu     sync.Mutex
	tasks  map[string]*Task
	byArgs map[common.Hash]*Task
	byID   map[protocol.TaskID]*Task
}

var (
	// ErrNotFound: there is no such request, or no longer.
	ErrNotFound = errors.New("no such request")
	// ErrExists: a request has that id already; Task fetches it.
	ErrExists = errors.New("a request has this id already")
)

// New makes a creator that knows the requests of earlier runs and does nothing
// before Run.
func New(c Config) (*Creator, error) {
	if err := c.Profile.Check(); err != nil {
		return nil, fmt.Errorf("make creator: profile: %w", err)
	}
	if c.Chain == nil || c.Sender == nil || c.Relay == nil || c.Store == nil {
		return nil, errors.New("make creator: chain, sender, relay and store are needed")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Keep == 0 {
		c.Keep = 7 * 24 * time.Hour
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	events, err := contracts.NewEvents()
	if err != nil {
		return nil, fmt.Errorf("make creator: %w", err)
	}
	n := newNetwork(c.Chain, c.Profile.Contracts)
	made := &Creator{
		profile: c.Profile, domain: c.Profile.Domain(),
		chain: c.Chain, sender: c.Sender, relay: c.Relay, store: c.Store,
		value: c.Value, keep: c.Keep, extra: c.Extra, fetch: c.Patience, log: c.Log, now: c.Now,
		events: events, network: n,
		purse:   newPurse(c.Chain, c.Profile.Contracts, c.Sender, c.DepositAhead),
		pushes:  make(chan struct{}, 1),
		spent:   make(chan struct{}, 1),
		ready:   make(chan struct{}),
		newborn: make(chan *Task),
		tasks:   map[string]*Task{},
		byArgs:  map[common.Hash]*Task{},
		byID:    map[protocol.TaskID]*Task{},
	}
	if err := made.resume(); err != nil {
		return nil, fmt.Errorf("make creator: %w", err)
	}
	return made, nil
}

// resume takes up the requests of an earlier run.
func (c *Creator) resume() error {
	rows, err := readOpen(c.store)
	if err != nil {
		return fmt.Errorf("read open requests: %w", err)
	}
	for _, r := range rows {
		if !c.pays(r) {
			continue
		}
		if r.State == Accepted {
			c.purse.keep(r.ID, r.Fee)
		}
		c.adopt(c.newTask(r))
	}
	return nil
}

// pays reports whether a request is this creator's, and not of another wallet with
// the same store. Rows of before there were several name none.
func (c *Creator) pays(r Record) bool {
	return r.Payer == c.Address() || r.Payer == (common.Address{}) && !c.extra
}

// Address is the wallet that pays.
func (c *Creator) Address() common.Address { return c.sender.Address() }

// Run follows the chain and every open request, those of an earlier run first,
// until ctx ends.
func (c *Creator) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()

	if err := c.begin(ctx); err != nil {
		return err
	}
	running.Go(func() { c.watch(ctx) })
	running.Go(func() { c.push(ctx) })
	running.Go(func() { c.count(ctx) })
	for _, t := range c.openTasks() {
		running.Go(func() { t.run(ctx) })
	}
	close(c.ready)

	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case t := <-c.newborn:
			running.Go(func() { t.run(ctx) })
		case <-tick.C:
			if err := sweep(c.store, c.now().Add(-c.keep)); err != nil {
				c.log.Warn("old requests could not be forgotten", "err", err)
			}
			if err := c.network.load(ctx); err != nil && ctx.Err() == nil {
				c.log.Warn("prices could not be read again", "err", err)
			}
		}
	}
}

// recount has what there is to spend asked anew, after it has changed.
func (c *Creator) recount() {
	select {
	case c.spent <- struct{}{}:
	default:
	}
}

// countPause is between two counts: tasks begin and end by the dozen in a block.
const countPause = time.Second

func (c *Creator) count(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.spent:
		}
		if err := c.purse.refresh(ctx); err != nil && ctx.Err() == nil {
			c.log.Warn("balance can't be read", "err", err)
		}
		if !sleep(ctx, countPause) {
			return
		}
	}
}

// begin learns what has to be known before a task can be made.
func (c *Creator) begin(ctx context.Context) error {
	if err := retry(ctx, c.log, "read the network's rules", c.network.load); err != nil {
		return err
	}
	return retry(ctx, c.log, "put fees in place", func(ctx context.Context) error {
		return c.purse.prepare(ctx, c.network.prices().usualFee(c.value), c.now())
	})
}

// Request is what somebody wants done.
type Request struct {
	// ID names the request for ever; empty for a random one.
	ID string
	// Owner and Context are the caller's own; they are kept with the request.
	Owner   string
	Context json.RawMessage
	Type    protocol.TaskType
	// Task is the task document.
	Task json.RawMessage
	// Model is the id that the document uses, Models the exact files meant by it.
	Model     string
	Models    []protocol.ModelPin
	Units     uint32
	Images    uint16
	MinVRAMGB uint16
	// Fee is what is offered: more goes first when tasks wait. Zero for the
	// creator's own price.
	Fee protocol.Wei
	// MaxFee refuses a task that would cost more; zero for no limit.
	MaxFee protocol.Wei
}

func (q Request) size() Size { return Size{q.Type, q.Units, q.MinVRAMGB} }

// Create writes the request down and starts to make the task. It returns
// before anything is sent: follow the task's events. Errors are a
// protocol.Reason when the caller can do something about them, and ErrExists.
func (c *Creator) Create(ctx context.Context, q Request) (*Task, error) {
	if err := c.waitReady(ctx); err != nil {
		return nil, err
	}
	r, err := c.recordOf(ctx, q)
	if err != nil {
		return nil, err
	}
	if err := c.purse.reserve(ctx, r.ID, r.Fee); err != nil {
		return nil, err
	}
	t := c.newTask(r)
	if err := begin(c.store, r); err != nil {
		c.purse.release(r.ID)
		return nil, err
	}
	c.adopt(t)
	select {
	case c.newborn <- t:
		return t, nil
	case <-ctx.Done():
		// The row stands: whoever runs next makes the task.
		return t, nil
	}
}

func (c *Creator) recordOf(ctx context.Context, q Request) (Record, error) {
	fee, err := c.Fee(ctx, q.size(), q.Fee)
	if err != nil {
		return Record{}, err
	}
	if !q.MaxFee.IsZero() && fee.Cmp(q.MaxFee) > 0 {
		return Record{}, protocol.Reason{
			Code: "price_cap", Title: "The task costs more than you allow",
			Detail: fmt.Sprintf("it costs %s, the limit is %s; nothing was sent", fee, q.MaxFee), Action: "Raise the limit or ask for fewer tokens.",
		}
	}
	head, err := c.chain.BlockNumber(ctx)
	if err != nil {
		return Record{}, fmt.Errorf("read chain head: %w", err)
	}
	key, err := seal.GenerateKey()
	if err != nil {
		return Record{}, fmt.Errorf("make reply key: %w", err)
	}
	public, secret := key.Public(), key.Secret()
	e := protocol.Envelope{
		Version: protocol.EnvelopeVersion, Type: q.Type, Task: q.Task, Models: q.Models,
		Salt: randomHash(), ReplyKey: public[:],
	}
	envelope, err := e.Encode()
	if err != nil {
		return Record{}, err
	}
	id := q.ID
	if id == "" {
		id = NewID()
	}
	return Record{
		ID: id, State: Accepted, Payer: c.Address(), Owner: q.Owner, Context: q.Context, Type: q.Type, Model: q.Model,
		Units: q.Units, Images: q.Images, MinVRAMGB: q.MinVRAMGB, Fee: fee,
		Created: c.now(), FromBlock: head, ArgsHash: protocol.ArgsHash(envelope),
		Envelope: envelope, Salt: e.Salt, ReplySecret: secret[:],
	}, nil
}

// Balance is what can still be spent: CNX in the wallet and owed to it by the
// Task contract that no open request has reserved.
func (c *Creator) Balance(ctx context.Context) (protocol.Wei, error) {
	if err := c.waitReady(ctx); err != nil {
		return protocol.Wei{}, err
	}
	return c.purse.free(ctx)
}

// Withdraw moves the credit at the Task contract to the wallet, and says how much
// it was. Open requests that are still to be paid deposit their fees anew.
func (c *Creator) Withdraw(ctx context.Context) (protocol.Wei, error) {
	if err := c.waitReady(ctx); err != nil {
		return protocol.Wei{}, err
	}
	return c.purse.withdraw(ctx, c.now())
}

// Task finds a request by its id, open or ended; ErrNotFound when there is none.
func (c *Creator) Task(id string) (*Task, error) {
	c.mu.Lock()
	t := c.tasks[id]
	c.mu.Unlock()
	if t != nil {
		return t, nil
	}
	r, err := read(c.store, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read request %s: %w", id, err)
	}
	return c.finished(r), nil
}

func (c *Creator) waitReady(ctx context.Context) error {
	select {
	case <-c.ready:
		return nil
	case <-ctx.Done():
		return protocol.Reason{
			Code: "starting", Title: "The creator is still starting",
			Detail: "it has not reached the chain yet", Action: "Try again in a moment.",
		}
	}
}

// adopt makes the task known to the watcher.
func (c *Creator) adopt(t *Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tasks[t.record.ID] = t
	c.byArgs[t.record.ArgsHash] = t
	if t.record.TaskID != 0 {
		c.byID[t.record.TaskID] = t
	}
}

// leave forgets an ended task; its row stays.
func (c *Creator) leave(t *Task) {
	c.mu.Lock()
	defer c.mu.Unlock()
	r := t.Record()
	delete(c.tasks, r.ID)
	delete(c.byArgs, r.ArgsHash)
	delete(c.byID, r.TaskID)
}

func (c *Creator) openTasks() []*Task {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]*Task, 0, len(c.tasks))
	for _, t := range c.tasks {
		all = append(all, t)
	}
	return all
}

// NewID is a fresh request id.
func NewID() string {
	h := randomHash()
	return "req_" + hex.EncodeToString(h[:12])
}

func randomHash() (h common.Hash) {
	rand.Read(h[:]) // never fails: crypto/rand ends the program instead
	return h
}

// retry calls fn until it works or ctx ends, with growing pauses.
func retry(ctx context.Context, log *slog.Logger, what string, fn func(context.Context) error) error {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := fn(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		log.Warn("cannot "+what+" yet, trying again", "err", err, "in", wait)
		if !sleep(ctx, wait) {
			return ctx.Err()
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
