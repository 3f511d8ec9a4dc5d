package operator

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay"
	"helium/backend/relay/netstats"
	"helium/backend/relay/roles"
	"helium/backend/relay/sponsor"
	"helium/backend/wallet"
)

// Relay is how a relay is run.
type Relay struct {
	DataDir string
	Listen  string
	Profile protocol.Profile
	// Hosts are names, with port, by which clients reach it beside its address in
	// the profile.
	Hosts []string
	// Operator is where /healthz, /readyz and /metrics are; empty for nowhere.
	Operator string
	// Cluster keeps what relays store; nil keeps it in the data folder.
	Cluster *relay.Cluster
	// Sponsor pays the gas of those who earn, from a wallet in the data folder.
	Sponsor bool
	Limits  sponsor.Limits
	Out     io.Writer
	Log     *slog.Logger
}

// RelayKey opens the key that a relay of this folder signs with, or makes it.
func RelayKey(dir string) (*ecdsa.PrivateKey, common.Address, error) {
	key, err := wallet.OpenBareKey(filepath.Join(dir, "relay.key"))
	if err != nil {
		return nil, common.Address{}, fmt.Errorf("open the relay's key: %w", err)
	}
	return key, crypto.PubkeyToAddress(key.PublicKey), nil
}

// SponsorWallet opens the wallet that a relay of this folder pays gas from, or
// makes it.
func SponsorWallet(ctx context.Context, dir string) (*wallet.Wallet, error) {
	return wallet.OpenOrCreate(ctx, filepath.Join(dir, "sponsor"), wallet.Options{FileOnly: true})
}

// Run serves until ctx ends.
func (r Relay) Run(ctx context.Context) error {
	s := &service{profile: r.Profile, log: r.Log}
	defer s.close()
	if err := s.open(ctx, r.DataDir); err != nil {
		return err
	}
	key, address, err := RelayKey(r.DataDir)
	if err != nil {
		return err
	}
	if err := r.checkPlace(ctx, s, address); err != nil {
		return err
	}
	pays, err := r.openSponsor(ctx, s)
	if err != nil {
		return err
	}
	tasks, err := roles.Follow(ctx, s.chain, roles.Options{Contract: r.Profile.Contracts.Task, StartBlock: r.Profile.StartBlock, Log: r.Log})
	if err != nil {
		return err
	}
	s.onClose(tasks.Close)
	numbers, err := netstats.Follow(s.chain, netstats.Options{
		Node: r.Profile.Contracts.Node, Task: r.Profile.Contracts.Task, StartBlock: r.Profile.StartBlock, Log: r.Log,
	})
	if err != nil {
		return err
	}
	s.onClose(numbers.Close)
	serving, err := relay.Start(ctx, relay.Config{
		DataDir: r.DataDir, Listen: r.Listen, Profile: r.Profile, Key: key, Tasks: tasks, Hosts: r.Hosts,
		Operator: r.Operator, Cluster: r.Cluster, Chain: tasks, Network: numbers, Sponsor: pays, Log: r.Log,
	})
	if err != nil {
		return err
	}
	s.onClose(func() { serving.Close() })
	fmt.Fprintf(r.Out, "The relay serves at %s and signs as %s.\n", serving.URL(), address)
	<-ctx.Done()
	fmt.Fprintln(r.Out, "Stopping; what is stored stays.")
	return ctx.Err()
}

// checkPlace wants the relay in the profile and registered: what it signs is
// worth nothing otherwise.
func (r Relay) checkPlace(ctx context.Context, s *service, address common.Address) error {
	mine := func(i protocol.RelayInfo) bool { return i.Address == address }
	if !slices.ContainsFunc(r.Profile.Relays, mine) {
		return fmt.Errorf("the network's profile has no relay with the key of this folder, %s: have the owner add it with helium network init --relay URL=%s, or put the key back", address, address)
	}
	task := contracts.NewTask()
	known, err := view(ctx, s.rpc, r.Profile.Contracts.Task, task.PackIsRelay(address), task.UnpackIsRelay)
	if err != nil {
		return fmt.Errorf("look for the relay on the chain: %w", err)
	}
	if !known {
		return fmt.Errorf("the network has not registered this relay, %s: have the owner add it with helium network init --relay URL=%s", address, address)
	}
	return nil
}

// openSponsor returns nil where nothing is sponsored.
func (r Relay) openSponsor(ctx context.Context, s *service) (*sponsor.Sponsor, error) {
	if !r.Sponsor {
		return nil, nil
	}
	purse, err := SponsorWallet(ctx, r.DataDir)
	if err != nil {
		return nil, fmt.Errorf("open the sponsor's wallet: %w", err)
	}
	pays, err := sponsor.Open(sponsor.Config{
		Profile: r.Profile, Chain: s.chain, Store: s.store, Signer: purse, Limits: r.Limits, Log: r.Log.With("part", "sponsor"),
	})
	if err != nil {
		return nil, err
	}
	s.onClose(pays.Close)
	least := new(big.Int).Set(r.Limits.Day)
	watch := &purseWatch{log: r.Log, name: "sponsor", look: func(ctx context.Context) ([]holding, error) {
		has, err := s.rpc.BalanceAt(ctx, purse.Address(), nil)
		return []holding{{what: "gas", has: has, least: least}}, err
	}}
	s.runUntilClose(ctx, "watch of the sponsor's wallet", watch.run)
	fmt.Fprintf(r.Out, "The sponsor %s pays the gas of those who earn, %s of the chain's coin a day at most.\n", purse.Address(), coins(r.Limits.Day))
	return pays, nil
}
