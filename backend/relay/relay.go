package relay

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/protocol"
	"helium/backend/relay/sponsor"
	"helium/backend/vitals"
)

// Config is what a relay needs. Fields after Tasks may be left out.
type Config struct {
	// DataDir is the relay's own folder. One with a Cluster needs none.
	DataDir string
	// Listen is a TCP address; port 0 takes a free one.
	Listen string
	// Profile of the network, which the relay serves.
	Profile protocol.Profile
	// Key signs for what is stored. The Task contract must have its address registered.
	Key   *ecdsa.PrivateKey
	Tasks Tasks

	// Cluster is where everything is kept, together with other relays; nil for
	// the relay's own folder.
	Cluster *Cluster
	// Listener, when given, is used instead of Listen; the relay closes it.
	Listener net.Listener
	// Hosts are names, with port, by which clients reach the relay, besides
	// those that the profile has for Key and the address it listens on.
	Hosts []string
	// Retention is how long everything is kept after its task's end; 1 h by default.
	Retention time.Duration
	// MaxAge is how long anything is kept at all; 26 h by default, more than a
	// task can live.
	MaxAge time.Duration
	Limits Limits
	// Operator is a TCP address for /healthz, /readyz and /metrics, which tell more
	// than the public should know; none by default.
	Operator string
	// Chain, when given, counts for readiness and is among the metrics.
	Chain Chain
	// Network, when given, is what /v1/stats and /stats tell of the whole network.
	Network Network
	// Sponsor pays the gas of those who earn; nil for none. It belongs to the
	// caller, who closes it after the relay.
	Sponsor *sponsor.Sponsor
	// Now is the wall clock.
	Now func() time.Time
	Log *slog.Logger
}

func (c *Config) complete() error {
	switch {
	case c.DataDir == "" && c.Cluster == nil:
		return errors.New("start relay: no data folder")
	case c.Key == nil:
		return errors.New("start relay: no key")
	case c.Tasks == nil:
		return errors.New("start relay: no chain to take roles from")
	}
	if c.Cluster != nil {
		if err := c.Cluster.check(); err != nil {
			return err
		}
	}
	c.Retention = orElse(c.Retention, time.Hour)
	c.MaxAge = orElse(c.MaxAge, 26*time.Hour)
	c.Limits.complete()
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Relay is a running relay.
type Relay struct {
	cfg      Config
	domain   protocol.Domain
	address  common.Address
	hosts    map[string]bool
	secret   [32]byte
	epoch    string
	bus      *bus
	listener net.Listener
	http     *http.Server
	accounts *accountBook
	guests   *accountBook
	askers   *accountBook // of the sponsor, by IP address
	uploads  *budget
	sockets  sockets
	watches  gauge
	gate     *gatekeeper
	metrics  *metrics
	operator *vitals.Page // nil for none
	page     *statsPage
	started  time.Time

	ctx  context.Context // ends when the relay stops
	stop context.CancelFunc
	wg   sync.WaitGroup
}

// Start starts a relay, which serves until Close. ctx bounds the start only.
func Start(ctx context.Context, cfg Config) (*Relay, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	if cfg.Cluster == nil {
		if err := os.MkdirAll(filepath.Join(cfg.DataDir, "nats"), 0o700); err != nil {
			return nil, fmt.Errorf("make relay data folder: %w", err)
		}
	}
	r := &Relay{
		cfg:      cfg,
		domain:   cfg.Profile.Domain(),
		address:  crypto.PubkeyToAddress(cfg.Key.PublicKey),
		secret:   tokenSecret(cfg.Key),
		accounts: newAccounts(cfg.Limits.PerAddress, cfg.Limits),
		guests:   newAccounts(cfg.Limits.PerGuest, cfg.Limits),
		askers:   newAccounts(cfg.Limits.PerAsker, cfg.Limits),
		uploads:  newBudget(cfg.Limits.UploadBytes),
		watches:  gauge{limit: cfg.Limits.AllWatches},
		started:  cfg.Now(),
	}
	r.ctx, r.stop = context.WithCancel(context.Background())
	r.sockets.open = make(map[*socket]struct{})

	var err error
	if r.page, err = newStatsPage(); err != nil {
		r.stop()
		return nil, err
	}
	if r.bus, err = openBus(ctx, cfg); err != nil {
		r.stop()
		return nil, err
	}
	r.epoch = r.bus.epochOf()
	if err := r.finish(ctx); err != nil {
		r.stop()
		r.bus.close()
		return nil, fmt.Errorf("finish what the last run began: %w", err)
	}
	if r.listener = cfg.Listener; r.listener == nil {
		if r.listener, err = net.Listen("tcp", cfg.Listen); err != nil {
			r.stop()
			r.bus.close()
			return nil, fmt.Errorf("listen for relay clients: %w", err)
		}
	}
	r.metrics = newMetrics(r)
	r.gate = newGatekeeper(r.listener, cfg.Limits, func() { r.metrics.drop(dropConnection) })
	r.hosts = r.knownHosts()
	if cfg.Operator != "" {
		if r.operator, err = vitals.Serve(vitals.Config{Listen: cfg.Operator, Registry: r.metrics.registry, Unready: r.unready, Log: cfg.Log}); err != nil {
			r.stop()
			r.bus.close()
			return nil, errors.Join(err, r.listener.Close())
		}
	}
	r.serve()
	return r, nil
}

func (r *Relay) serve() {
	r.http = &http.Server{
		Handler:           r.handler(),
		ReadHeaderTimeout: min(5*time.Second, r.cfg.Limits.ReadTimeout),
		ReadTimeout:       r.cfg.Limits.ReadTimeout,
		WriteTimeout:      maxWait + r.cfg.Limits.ReadTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		BaseContext:       func(net.Listener) context.Context { return r.ctx },
		ErrorLog:          slog.NewLogLogger(r.cfg.Log.Handler(), slog.LevelDebug),
	}
	r.wg.Go(func() {
		if err := r.http.Serve(r.gate); !errors.Is(err, http.ErrServerClosed) {
			r.cfg.Log.Error("relay stopped serving", "error", err)
		}
	})
	r.wg.Go(r.clean)
	r.cfg.Log.Info("relay serves", "address", r.URL(), "signs as", r.address)
}

// URL is where the relay listens.
func (r *Relay) URL() string { return "http://" + r.listener.Addr().String() }

// Address is the one it signs with.
func (r *Relay) Address() common.Address { return r.address }

// Close ends every request and connection, and returns when nothing runs any more.
func (r *Relay) Close() error {
	r.stop()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := r.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, r.http.Close())
	}
	if r.operator != nil {
		err = errors.Join(err, r.operator.Close())
	}
	r.wg.Wait()
	r.bus.close()
	if err != nil {
		return fmt.Errorf("close relay: %w", err)
	}
	return nil
}

func orElse[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}
