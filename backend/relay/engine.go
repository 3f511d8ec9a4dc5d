package relay

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Cluster is a NATS cluster with JetStream that several relays share. They keep
// nothing of their own, so any of them serves any request; give them the same
// key, and a sign-in at one is good at all.
//
// Its servers are an operator's. They must let a message have 16 MB
// (max_payload), and those that keep HELIUM_BLOBS must write to disk before they
// acknowledge (jetstream sync_interval: always): a relay signs for what a majority
// acknowledged. Two Helium networks in one cluster need an account each.
type Cluster struct {
	// URLs of the servers, such as tls://nats-1.example:4222.
	URLs []string
	// Credentials is a file with a NATS user's JWT and seed; none by default.
	Credentials string
	// Authority is a PEM file with the certificates that servers' are checked
	// against; those of the system by default.
	Authority string
	// Certificate and CertificateKey are PEM files that the relay shows, if any.
	Certificate, CertificateKey string
	// Replicas is how many servers keep each message; 3 by default.
	Replicas int
}

func (c *Cluster) check() error {
	switch {
	case len(c.URLs) == 0:
		return errors.New("start relay: the NATS cluster has no URLs")
	case (c.Certificate == "") != (c.CertificateKey == ""):
		return errors.New("start relay: a certificate for the NATS cluster needs its key, and a key its certificate")
	case c.Replicas < 0 || c.Replicas > 5:
		return fmt.Errorf("start relay: %d replicas are not 1 to 5", c.Replicas)
	}
	return nil
}

// engine is a JetStream and the connection to it.
type engine struct {
	ns *server.Server // nil where the servers are a cluster's
	nc *nats.Conn
	js jetstream.JetStream
	// replicas of each stream; 1 for an embedded server.
	replicas int
	retries  []jetstream.PublishOpt
}

const (
	busMaxPayload = 16 << 20
	usedBytes     = 64 << 20 // for used nonces
)

// openEngines starts the relay's own servers, or connects to the cluster's.
func (b *bus) openEngines(ctx context.Context, cfg Config) (err error) {
	if cfg.Cluster != nil {
		// Two connections, so that no token of a stream waits behind a large blob.
		if b.synced, err = joinCluster(ctx, "blobs", cfg); err == nil {
			b.quick, err = joinCluster(ctx, "events", cfg)
		}
		return err
	}
	dir := filepath.Join(cfg.DataDir, "nats")
	if b.synced, err = startEngine("blobs", filepath.Join(dir, "blobs"), true, cfg.Limits.BlobBytes, cfg.Log); err == nil {
		b.quick, err = startEngine("events", filepath.Join(dir, "events"), false, cfg.Limits.EventBytes+usedBytes, cfg.Log)
	}
	return err
}

func startEngine(name, dir string, sync bool, quota int64, log *slog.Logger) (*engine, error) {
	ns, err := server.NewServer(&server.Options{
		ServerName: "helium-relay-" + name,
		DontListen: true,
		NoSigs:     true,
		MaxPayload: busMaxPayload,
		JetStream:  true,
		StoreDir:   dir,
		SyncAlways: sync,
		// Without SyncAlways a write is with the system when it is acknowledged.
		SyncInterval:           5 * time.Second,
		JetStreamMaxMemory:     64 << 20,
		JetStreamMaxStore:      quota + 1<<30,
		JetStreamLimits:        server.JSLimitOpts{DefaultMaxConsumers: -1}, // Limits bounds the watches
		DisableJetStreamBanner: true,
	})
	if err != nil {
		return nil, fmt.Errorf("make engine for %s: %w", name, err)
	}
	ns.SetLoggerV2(natsLog{log}, false, false, false)
	ns.Start()
	e := &engine{ns: ns, replicas: 1}
	if err := e.connect(); err != nil {
		e.close()
		return nil, fmt.Errorf("start engine for %s: %w", name, err)
	}
	return e, nil
}

func (e *engine) connect() (err error) {
	if !e.ns.ReadyForConnections(20 * time.Second) {
		return errors.New("it is not ready after 20 s")
	}
	if e.nc, err = nats.Connect("", nats.InProcessServer(e.ns), nats.MaxReconnects(-1), nats.Name("relay")); err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	if e.js, err = jetstream.New(e.nc); err != nil {
		return fmt.Errorf("open jetstream: %w", err)
	}
	return nil
}

// joinCluster connects to one of a cluster's servers, and to another when it goes.
func joinCluster(ctx context.Context, name string, cfg Config) (_ *engine, err error) {
	c, log := cfg.Cluster, cfg.Log
	options := []nats.Option{
		nats.Name("helium-relay-" + name),
		nats.MaxReconnects(-1), nats.ReconnectWait(200 * time.Millisecond), nats.ReconnectJitter(200*time.Millisecond, 200*time.Millisecond),
		nats.Timeout(5 * time.Second), nats.PingInterval(5 * time.Second), nats.MaxPingsOutstanding(2),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil {
				log.Warn("relay lost its NATS server, trying the others", "for", name, "error", err)
			}
		}),
		nats.ReconnectHandler(func(nc *nats.Conn) {
			log.Info("relay has a NATS server again", "for", name, "server", nc.ConnectedServerName())
		}),
	}
	if c.Credentials != "" {
		options = append(options, nats.UserCredentials(c.Credentials))
	}
	if c.Authority != "" {
		options = append(options, nats.RootCAs(c.Authority))
	}
	if c.Certificate != "" {
		options = append(options, nats.ClientCert(c.Certificate, c.CertificateKey))
	}
	e := &engine{
		replicas: orElse(c.Replicas, 3),
		// While a stream has no leader nobody answers; an election takes seconds.
		retries: []jetstream.PublishOpt{jetstream.WithRetryAttempts(40), jetstream.WithRetryWait(250 * time.Millisecond)},
	}
	if e.nc, err = nats.Connect(strings.Join(c.URLs, ","), options...); err != nil {
		return nil, fmt.Errorf("connect to the NATS cluster: %w", err)
	}
	need := max(cfg.Limits.MaxEnvelope, cfg.Limits.MaxText, partBytes) + 4<<10
	if have := e.nc.MaxPayload(); have < need {
		e.close()
		return nil, fmt.Errorf("the NATS cluster takes messages of %d bytes, and a relay stores up to %d: set max_payload: 16MB at its servers", have, need)
	}
	if e.js, err = jetstream.New(e.nc); err != nil {
		e.close()
		return nil, fmt.Errorf("open jetstream: %w", err)
	}
	return e, nil
}

// shared says that other relays use the same streams.
func (e *engine) shared() bool { return e.ns == nil }

// noPeers is JetStream's error code when too few servers have room for a stream.
const noPeers = 10005

// clusterStart is how long the servers of a cluster may take to find each other.
const clusterStart = 30 * time.Second

// stream opens a stream. It waits for a cluster that has just been started.
func (e *engine) stream(ctx context.Context, c jetstream.StreamConfig) (jetstream.Stream, error) {
	c.Storage, c.Discard, c.Replicas = jetstream.FileStorage, jetstream.DiscardNew, e.replicas
	// In a cluster any replica answers a direct read, and may not have yet what
	// another relay was told is stored; the leader has.
	c.AllowDirect = !e.shared()
	c.Duplicates = min(c.MaxAge, time.Minute)
	for began := time.Now(); ; {
		s, err := e.js.CreateOrUpdateStream(ctx, c)
		if err == nil {
			return s, nil
		}
		var api *jetstream.APIError
		// The servers say "no suitable peers" of those that are not there yet, too.
		away := errors.Is(err, nats.ErrNoResponders) || errors.Is(err, nats.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) ||
			errors.As(err, &api) && (api.Code == 503 || api.ErrorCode == noPeers)
		if !e.shared() || !away || ctx.Err() != nil || time.Since(began) > clusterStart {
			return nil, fmt.Errorf("open stream %s: %w", c.Name, err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(250 * time.Millisecond):
		}
	}
}

// epochOf names a numbering of events. One server may lose its last numbers with
// the machine's power and give them anew, so that each start is an epoch; a
// cluster keeps them, and all its relays must mean the same by them.
func (b *bus) epochOf() string {
	if !b.quick.shared() {
		return rand.Text()
	}
	return "cluster-" + strconv.FormatInt(b.events.CachedInfo().Created.UnixNano(), 36)
}

// watchOptions say how soon a watch notices that the server with its consumer has
// gone: two heartbeats.
func (e *engine) watchOptions() []jetstream.PullMessagesOpt {
	if !e.shared() {
		return nil
	}
	return []jetstream.PullMessagesOpt{jetstream.PullExpiry(20 * time.Second), jetstream.PullHeartbeat(2 * time.Second)}
}

func (e *engine) close() {
	if e == nil {
		return
	}
	if e.nc != nil {
		e.nc.Close()
	}
	if e.ns != nil {
		e.ns.Shutdown()
		e.ns.WaitForShutdown()
	}
}
