package bridge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/time/rate"

	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/store"
	"helium/backend/vitals"
)

// Creator makes tasks and follows them; *creator.Creator is one.
type Creator interface {
	Create(ctx context.Context, q creator.Request) (*creator.Task, error)
	Task(id string) (*creator.Task, error)
	Fee(ctx context.Context, s creator.Size, offered protocol.Wei) (protocol.Wei, error)
	Estimate(ctx context.Context, s creator.Size, offered protocol.Wei) (creator.Estimate, error)
	Balance(ctx context.Context) (protocol.Wei, error)
}

// Model is one that nodes of the network run.
type Model struct {
	// Pin names the exact files; it goes into every task's envelope.
	Pin protocol.ModelPin
	// MinVRAMGB is the least memory of the nodes that may be drawn.
	MinVRAMGB uint16
	// Images says that it makes images, not text.
	Images bool
}

// Config of a bridge. Listen or Listener, Creator, Store and Models are needed.
type Config struct {
	// Listen is a TCP address; port 0 takes a free one.
	Listen   string
	Listener net.Listener
	Creator  Creator
	// Store may be shared with the creator.
	Store *store.Store
	// Models that can be asked for, the one to offer first first.
	Models []Model
	// Pin names the files of another model that a request for images names, such as
	// a LoRA; false if they are not known here. Nil knows none.
	Pin func(id string) (protocol.ModelPin, bool)
	// Chat is the built chat page; nil serves none.
	Chat fs.FS
	// PageBudget is what one page session may spend, in wei; zero for no limit.
	PageBudget protocol.Wei
	// MaxFee is the most that one request may cost, anybody's, in wei; zero for no
	// limit. A key may have a lower one, and so may a request.
	MaxFee protocol.Wei
	// Low names what the wallet that pays has too little of; nil never does.
	Low func() []string
	// Operator is where /healthz, /readyz and /metrics are for whoever runs the
	// bridge; empty for nowhere.
	Operator string
	// Payers are the wallets that pay for tasks, the main one first, and Accounts says
	// how they stand; nil where nobody knows.
	Payers   []common.Address
	Accounts func(ctx context.Context) []Account
	// Chain tells how the bridge stands with its chain; nil where nobody knows.
	Chain Chain
	Log   *slog.Logger
	Now   func() time.Time
}

// Chain tells how the bridge stands with its chain.
type Chain interface{ State() ChainState }

// Bridge is a running bridge.
type Bridge struct {
	creator    Creator
	store      *store.Store
	models     []Model
	pin        func(id string) (protocol.ModelPin, bool)
	pageBudget protocol.Wei
	maxFee     protocol.Wei
	low        func() []string
	log        *slog.Logger
	now        func() time.Time
	listener   net.Listener
	http       *http.Server
	limiters   limiters

	chain    Chain
	accounts func(ctx context.Context) []Account
	payers   map[common.Address]int // their numbers
	metrics  *metrics
	operator *vitals.Page // nil for none
	started  time.Time

	deciding decisions
	books    books
	closing  atomic.Bool

	ctx       context.Context // ends when the bridge stops
	stop      context.CancelFunc
	followers sync.WaitGroup
}

// Start serves until Close.
func Start(c Config) (*Bridge, error) {
	if c.Creator == nil || c.Store == nil || len(c.Models) == 0 {
		return nil, errors.New("start bridge: creator, store and at least one model are needed")
	}
	b := &Bridge{
		creator: c.Creator, store: c.Store, models: c.Models, pageBudget: c.PageBudget, maxFee: c.MaxFee, low: c.Low, log: c.Log, now: c.Now, listener: c.Listener,
		limiters: limiters{each: map[string]*rate.Limiter{}}, deciding: decisions{open: map[string]chan struct{}{}},
	}
	if b.pin = c.Pin; b.pin == nil {
		b.pin = func(string) (protocol.ModelPin, bool) { return protocol.ModelPin{}, false }
	}
	if b.low == nil {
		b.low = func() []string { return nil }
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.now == nil {
		b.now = time.Now
	}
	if b.listener == nil {
		var err error
		if b.listener, err = net.Listen("tcp", c.Listen); err != nil {
			return nil, fmt.Errorf("listen for the bridge: %w", err)
		}
	}
	if b.chain, b.accounts, b.payers = c.Chain, c.Accounts, map[common.Address]int{}; b.accounts == nil {
		b.accounts = func(context.Context) []Account { return nil }
	}
	for i, address := range c.Payers {
		b.payers[address] = i + 1
	}
	b.started, b.metrics = b.now(), newMetrics(b)
	b.ctx, b.stop = context.WithCancel(context.Background())
	booking, endBooks := context.WithCancel(context.Background())
	b.books = books{store: b.store, queue: make(chan entry, mostTogether), later: make(chan entry, mostTogether), ctx: booking, stop: endBooks}
	go b.books.run()
	if err := b.resume(); err != nil {
		b.halt()
		return nil, errors.Join(err, b.listener.Close())
	}
	if c.Operator != "" {
		var err error
		b.operator, err = vitals.Serve(vitals.Config{Listen: c.Operator, Registry: b.metrics.registry, Unready: b.unready, Log: b.log})
		if err != nil {
			b.halt()
			return nil, errors.Join(err, b.listener.Close())
		}
	}
	b.http = &http.Server{
		Handler:           knownHost(b.listener.Addr(), b.routes(c.Chat)),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(b.log.Handler(), slog.LevelDebug),
	}
	go b.http.Serve(b.listener)
	return b, nil
}

// URL of the bridge, without a path.
func (b *Bridge) URL() string { return "http://" + b.listener.Addr().String() }

// Close lets requests under way end for a few seconds. Their tasks go on.
func (b *Bridge) Close() error {
	b.closing.Store(true)
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	err := b.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = b.http.Close()
	}
	if b.operator != nil {
		err = errors.Join(err, b.operator.Close())
	}
	b.halt()
	return err
}

// halt ends what runs beside the servers.
func (b *Bridge) halt() {
	b.stop()
	b.followers.Wait()
	b.books.stop()
}

// OperatorURL is where the operator's page is; empty for nowhere.
func (b *Bridge) OperatorURL() string {
	if b.operator == nil {
		return ""
	}
	return b.operator.URL()
}

// resume follows the requests of an earlier run to their end.
func (b *Bridge) resume() error {
	var ids []string
	err := b.store.View(func(tx *store.Tx) error {
		return openRows.Scan(tx, func(id string, _ struct{}) error {
			ids = append(ids, id)
			return nil
		})
	})
	if err != nil {
		return fmt.Errorf("read open requests: %w", err)
	}
	for _, id := range ids {
		t, err := b.creator.Task(id)
		if errors.Is(err, creator.ErrNotFound) {
			if err := b.resumeUnmade(id); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return fmt.Errorf("resume request %s: %w", id, err)
		}
		b.follow(t)
	}
	return nil
}

// resumeUnmade goes on with a request that was charged and that the creator had not
// written down, so nothing was paid. A first attempt's caller got no answer and asks
// again; a later one is made now.
func (b *Bridge) resumeUnmade(id string) error {
	p, err := b.planOf(id)
	if err != nil {
		return err
	}
	if p.Number < 2 {
		return b.release(id)
	}
	row, err := b.rowOf(id)
	if err != nil {
		return err
	}
	b.followers.Go(func() {
		if err := b.attempt(p, row.Fee); err != nil {
			b.log.Error("resume request", "request", id, "err", err)
		}
	})
	return nil
}

func (b *Bridge) rowOf(id string) (row ledgerRow, err error) {
	err = b.store.View(func(tx *store.Tx) error {
		row, err = ledger.Get(tx, id)
		return err
	})
	if err != nil {
		return row, fmt.Errorf("read ledger row %s: %w", id, err)
	}
	return row, nil
}

// release books that nothing was paid.
func (b *Bridge) release(id string) error {
	row, err := b.rowOf(id)
	if err != nil {
		return err
	}
	return b.settle(id, row.Fee)
}

// model finds one by its id.
func (b *Bridge) model(id string) (Model, bool) {
	for _, m := range b.models {
		if m.Pin.ID == id {
			return m, true
		}
	}
	return Model{}, false
}

// modelFor finds one that makes text, or images.
func (b *Bridge) modelFor(id string, images bool) (Model, error) {
	m, ok := b.model(id)
	switch {
	case !ok:
		return m, errNoModel(id)
	case m.Images && !images:
		return m, badField("model", fmt.Sprintf("%s makes images: ask it at /v1/images/generations", id))
	case !m.Images && images:
		return m, badField("model", fmt.Sprintf("%s makes text: ask it at /v1/chat/completions", id))
	}
	return m, nil
}
