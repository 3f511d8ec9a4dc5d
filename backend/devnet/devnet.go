package devnet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/gofrs/flock"
	"github.com/thejerf/suture/v4"

	"helium/backend/bridge"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay"
	"helium/backend/relay/client"
	"helium/backend/relay/netstats"
	"helium/backend/relay/roles"
	"helium/backend/store"
	"helium/backend/validator"
	"helium/backend/wallet"
)

// devnet is what Run has made so far; close takes it down in reverse.
type devnet struct {
	Config
	ports   ports
	wallets wallets
	record  record

	validator *validator.Validator
	rpc       *ethclient.Client
	chain     *chain.Chain
	store     *store.Store
	operator  *chain.Sender
	profile   protocol.Profile
	relay     *relay.Relay
	library   *models.Library
	first     string
	// bridgeListener has the bridge's port before there is a bridge.
	bridgeListener net.Listener
	bridge         *bridge.Bridge
	apiKey         string
	faucet         *faucet
	nodes          []*devnode
	crowd          crowd
	services       *suture.Supervisor

	closers []func()
}

// Run runs the devnet until ctx ends.
func Run(ctx context.Context, c Config) error {
	if err := c.complete(); err != nil {
		return err
	}
	d := &devnet{Config: c}
	defer d.close()
	for _, step := range []func(context.Context) error{
		d.openFolder, d.prepareModels, d.startChain, d.deploy, d.startFaucet, d.startRelay, d.startBridge, d.startNodes,
	} {
		if err := step(ctx); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
	}
	if err := d.announce(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	fmt.Fprintln(c.Out, "\nStopping. `helium devnet` goes on where this was.")
	return ctx.Err()
}

func (d *devnet) onClose(f func()) { d.closers = append(d.closers, f) }

func (d *devnet) close() {
	for i := len(d.closers) - 1; i >= 0; i-- {
		d.closers[i]()
	}
}

func (d *devnet) step(format string, args ...any) { fmt.Fprintf(d.Out, "· "+format+"\n", args...) }

// openFolder takes the folder, its ports and its wallets.
func (d *devnet) openFolder(ctx context.Context) error {
	if err := os.MkdirAll(d.DataDir, 0o700); err != nil {
		return fmt.Errorf("open devnet: %w", err)
	}
	lock := flock.New(filepath.Join(d.DataDir, "devnet.lock"))
	if free, err := lock.TryLock(); err != nil {
		return fmt.Errorf("open devnet: lock %s: %w", d.DataDir, err)
	} else if !free {
		return fmt.Errorf("another devnet runs in %s: stop it, or choose another folder with --data", d.DataDir)
	}
	d.onClose(func() { lock.Unlock() })

	var err error
	if d.ports, err = portsFrom(d.Port); err != nil {
		return err
	}
	if d.wallets, err = openWallets(ctx, d.DataDir); err != nil {
		return err
	}
	d.record, err = loadRecord(d.DataDir, d.wallets.operator.Address(), time.Now())
	if err != nil {
		return err
	}
	return d.record.keepFake(d.DataDir, d.Fake != nil)
}

func (d *devnet) prepareModels(ctx context.Context) error {
	dir, err := models.DefaultDir()
	if err != nil {
		return err
	}
	if d.Fake != nil {
		dir = filepath.Join(d.DataDir, "models") // one that makes no images
	}
	if d.library, err = models.Open(dir, models.Options{}); err != nil {
		return err
	}
	if d.Fake != nil {
		d.first = models.DemoID
		_, err = d.library.MakeDemo(ctx)
		return err
	}
	d.first, err = prepareModels(ctx, d.library, d.DemoModel, d.Out)
	return err
}

func (d *devnet) startChain(ctx context.Context) (err error) {
	d.step("starting the chain")
	d.validator, err = validator.Start(ctx, validator.Config{
		DataDir: filepath.Join(d.DataDir, "chain"), Genesis: d.record.genesis(), BlockInterval: d.Block,
		HTTP: d.ports.chainHTTP, WS: d.ports.chainWS, Log: d.Log.With("part", "chain"),
	})
	if err != nil {
		return err
	}
	d.onClose(func() { d.validator.Stop() })
	d.rpc = ethclient.NewClient(d.validator.Client())
	d.onClose(d.rpc.Close)
	if d.chain, err = chain.Open(ctx, d.rpc, chain.Options{Still: chain.StillAfter(d.Block), Log: d.Log}); err != nil {
		return err
	}
	d.onClose(d.chain.Close)
	if d.store, err = store.Open(filepath.Join(d.DataDir, "store"), store.Options{Log: d.Log, Busy: true}); err != nil {
		return err
	}
	d.onClose(func() { d.store.Close() })
	return nil
}

func (d *devnet) startRelay(ctx context.Context) (err error) {
	log := d.Log.With("part", "relay")
	tasks, err := roles.Follow(ctx, d.chain, roles.Options{Contract: d.profile.Contracts.Task, StartBlock: d.profile.StartBlock, Log: log})
	if err != nil {
		return err
	}
	d.onClose(tasks.Close)
	network, err := netstats.Follow(d.chain, netstats.Options{
		Node: d.profile.Contracts.Node, Task: d.profile.Contracts.Task, StartBlock: d.profile.StartBlock, Log: log,
	})
	if err != nil {
		return err
	}
	d.onClose(network.Close)
	// The profile that the relay serves names the relay and the chat page, so their
	// ports are taken first.
	listener, err := net.Listen("tcp", d.ports.relay)
	if err != nil {
		return fmt.Errorf("listen for the relay: %w", err)
	}
	if d.bridgeListener, err = net.Listen("tcp", d.ports.bridge); err != nil {
		listener.Close()
		return fmt.Errorf("listen for the bridge: %w", err)
	}
	d.onClose(func() { d.bridgeListener.Close() })
	if d.Chat != nil {
		d.profile.Chat = "http://" + d.bridgeListener.Addr().String() + "/"
	}
	d.profile.Relays = []protocol.RelayInfo{{URL: "http://" + listener.Addr().String(), Address: d.wallets.relayAddress()}}
	d.profile.Faucet = d.faucet.url()
	sponsor, err := d.openSponsor(ctx)
	if err != nil {
		return err
	}
	d.relay, err = relay.Start(ctx, relay.Config{
		DataDir: filepath.Join(d.DataDir, "relay"), Listener: listener, Profile: d.profile, Key: d.wallets.relay, Tasks: tasks,
		Chain: tasks, Network: network, Sponsor: sponsor, Limits: relayLimits(), Log: log,
	})
	if err != nil {
		return err
	}
	d.onClose(func() { d.relay.Close() })
	return nil
}

// relayLimits take account of that all clients have one IP address here.
func relayLimits() relay.Limits {
	often := relay.Rate{PerSecond: 10_000, Burst: 100_000}
	return relay.Limits{PerGuest: often, PerAsker: often, ConnectionsPerGuest: 1 << 14}
}

// bridgeFunds is what the bridge's wallet is topped up to.
var bridgeFunds = protocol.CNX(1_000_000)

func (d *devnet) startBridge(ctx context.Context) error {
	paying := chain.OpenSender(d.chain, d.store, d.wallets.bridge, chain.SenderOptions{Decode: contracts.DecodeError, Log: d.Log})
	d.onClose(paying.Close)
	if err := d.faucet.fund(ctx, d.wallets.bridge.Address(), bridgeFunds); err != nil {
		return fmt.Errorf("fund the bridge: %w", err)
	}
	link, err := client.Dial(ctx, client.Options{URL: d.profile.Relays[0].URL, Signer: d.wallets.bridge, Domain: d.profile.Domain(), Log: d.Log})
	if err != nil {
		return err
	}
	d.onClose(func() { link.Close() })
	maker, err := creator.New(creator.Config{
		Profile: d.profile, Chain: d.rpc, Sender: paying, Relay: link, Store: d.store, Value: creator.UsualValue(),
		DepositAhead: 256, Log: d.Log.With("part", "creator"),
	})
	if err != nil {
		return err
	}
	d.runUntilClose(ctx, "creator", maker.Run)

	if d.apiKey, err = d.bridgeKey(); err != nil {
		return err
	}
	d.bridge, err = bridge.Start(bridge.Config{
		Listener: d.bridgeListener, Creator: maker, Store: d.store, Models: d.offers(), Pin: d.pin, Chat: d.Chat, Chain: bridge.Standing(d.chain), Log: d.Log.With("part", "bridge"),
	})
	if err != nil {
		return err
	}
	d.onClose(func() { d.bridge.Close() })
	return nil
}

// runUntilClose runs a service beside the rest, until the devnet closes.
func (d *devnet) runUntilClose(ctx context.Context, name string, run func(context.Context) error) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			d.Log.Error(name+" ended", "err", err)
		}
	}()
	d.onClose(func() {
		cancel()
		<-done
	})
}

// offers are the models that every node of the devnet has, since all read one
// library; the first-run model first.
func (d *devnet) offers() []bridge.Model {
	offers := bridge.Offers(d.library, d.Log)
	first := func(m bridge.Model) int {
		if m.Pin.ID == d.first {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(offers, func(a, b bridge.Model) int { return first(a) - first(b) })
	return offers
}

// pin names the files of a model that is here.
func (d *devnet) pin(id string) (protocol.ModelPin, bool) {
	f, err := d.library.Get(id)
	return f.Pin, err == nil
}

// bridgeKey is the devnet's own API key, the same from run to run.
func (d *devnet) bridgeKey() (string, error) {
	path := filepath.Join(d.DataDir, "api-key")
	b, err := os.ReadFile(path)
	if err == nil {
		return string(b), nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("read API key: %w", err)
	}
	secret, err := bridge.CreateKey(d.store, bridge.KeyOptions{Name: "devnet", PerMinute: 6000}, time.Now())
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
		return "", fmt.Errorf("keep API key: %w", err)
	}
	return secret, nil
}

// wallets of the services. Nodes have their own.
type wallets struct {
	operator, bridge, sponsor *wallet.Wallet
	// relay signs for what it stores and never pays.
	relay *ecdsa.PrivateKey
}

func (w wallets) relayAddress() common.Address { return crypto.PubkeyToAddress(w.relay.PublicKey) }

func openWallets(ctx context.Context, dir string) (w wallets, err error) {
	for _, each := range []struct {
		name string
		to   **wallet.Wallet
	}{{"operator", &w.operator}, {"bridge", &w.bridge}, {"sponsor", &w.sponsor}} {
		*each.to, err = wallet.OpenOrCreate(ctx, filepath.Join(dir, "wallets", each.name), wallet.Options{FileOnly: true, LightScrypt: true})
		if err != nil {
			return w, fmt.Errorf("open wallet of the %s: %w", each.name, err)
		}
	}
	w.relay, err = wallet.OpenBareKey(filepath.Join(dir, "wallets", "relay.key"))
	return w, err
}
