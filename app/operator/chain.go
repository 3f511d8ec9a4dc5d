package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
	"helium/backend/validator"
)

// Genesis is a chain's beginning as a file has it.
type Genesis struct {
	ChainID uint64 `json:"chain_id"`
	// Time in Unix seconds.
	Time uint64 `json:"time"`
	// Alloc is what accounts begin with of the chain's own coin, in wei.
	Alloc map[common.Address]protocol.Wei `json:"alloc"`
	// Validators agree on the chain; with none, whoever runs it is its only one.
	Validators []validator.Member `json:"validators,omitempty"`
	// Hash of all but the validators' addresses, so that a file that was changed is
	// found out, and machines can be compared at a glance.
	Hash common.Hash `json:"hash"`
}

// memberCoins is what a validator's account begins with, to pay for its votes.
const memberCoins = 1000

// values is the genesis as the validator takes it.
func (g Genesis) values() validator.Genesis {
	v := validator.Genesis{ChainID: g.ChainID, Time: g.Time, Alloc: make(map[common.Address]*big.Int, len(g.Alloc)), Validators: g.Validators}
	for account, amount := range g.Alloc {
		v.Alloc[account] = amount.Big()
	}
	return v
}

// WriteGenesis writes the beginning of a chain to a file that is not there yet (a
// chain that runs must never get another), and returns its hash.
func WriteGenesis(path string, g Genesis) (common.Hash, error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return common.Hash{}, fmt.Errorf("%s is there already: choose another name, or remove it if no chain began with it", path)
	}
	switch {
	case g.ChainID == 0:
		return common.Hash{}, errors.New("a chain's id must not be 0")
	case len(g.Alloc) == 0:
		return common.Hash{}, errors.New("nobody would have any of the chain's coin: give the owner some with --alloc ADDRESS=AMOUNT")
	}
	g.Alloc = maps.Clone(g.Alloc)
	for _, m := range g.Validators {
		g.Alloc[m.Account] = g.Alloc[m.Account].Add(protocol.CNX(memberCoins))
	}
	if err := g.values().Check(); err != nil {
		return common.Hash{}, err
	}
	g.Hash = g.values().Hash()
	return g.Hash, writeJSON(path, g, 0o644)
}

// ReadGenesis reads the file of a chain's beginning.
func ReadGenesis(path string) (validator.Genesis, error) {
	var g Genesis
	if err := readJSON(path, &g); err != nil {
		return validator.Genesis{}, fmt.Errorf("read genesis: %w", err)
	}
	v := g.values()
	if err := v.Check(); err != nil {
		return validator.Genesis{}, fmt.Errorf("read %s: %w", path, err)
	}
	if hash := v.Hash(); g.Hash != hash {
		return validator.Genesis{}, fmt.Errorf("read %s: it says that its hash is %s, and what it holds has %s: it was changed since it was written, so get it again from whoever made the chain", path, g.Hash, hash)
	}
	return v, nil
}

// ChainKey makes the keys of a machine of a chain if there are none, and returns
// what whoever makes the genesis must know of it. at is where the others reach it,
// as HOST:PORT.
func ChainKey(dataDir, name, at string) (validator.Member, error) {
	id, err := validator.Identify(chainDir(dataDir))
	if err != nil {
		return validator.Member{}, err
	}
	m := validator.Member{Name: name, Key: id.Key, Power: validator.DefaultPower, Account: id.Account, Address: id.Node + "@" + at}
	return validator.ParseMember(m.String())
}

func chainDir(dataDir string) string { return filepath.Join(dataDir, "chain") }

// Chain is how a machine of a chain is run.
type Chain struct {
	DataDir  string
	Genesis  validator.Genesis
	HTTP, WS string
	Hosts    []string
	Block    time.Duration
	// P2P is where other machines of the chain call; empty for a validator's port of
	// the genesis, on every address of this machine. Peers are those to call beside
	// the validators of the genesis.
	P2P   string
	Peers []string
	// SignedThrough is for a validator whose record of signatures is lost.
	SignedThrough *int64
	Out           io.Writer
	Log           *slog.Logger
}

// Run serves until ctx ends, or fails when the chain can't go on.
func (c Chain) Run(ctx context.Context) error {
	p2p, err := c.listenAt()
	if err != nil {
		return err
	}
	v, err := validator.Start(ctx, validator.Config{
		DataDir: chainDir(c.DataDir), Genesis: c.Genesis, BlockInterval: c.Block, P2P: p2p, Peers: c.Peers, SignedThrough: c.SignedThrough,
		HTTP: c.HTTP, WS: c.WS, Hosts: c.Hosts, Log: c.Log,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "Chain %d serves at %s and %s. %s\n", c.Genesis.ChainID, v.HTTP(), v.WS(), c.role(v))
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.Out, "Stopping; the chain goes on at the next start.")
		return errors.Join(ctx.Err(), v.Stop())
	case <-v.Halted():
		return errors.Join(errors.New("the chain stopped: its log says why"), v.Stop())
	}
}

// listenAt is P2P, or for a validator the port at which the genesis says it is.
func (c Chain) listenAt() (string, error) {
	if c.P2P != "" || len(c.Genesis.Validators) == 0 {
		return c.P2P, nil
	}
	id, err := validator.Identify(chainDir(c.DataDir))
	if err != nil {
		return "", err
	}
	for _, m := range c.Genesis.Validators {
		if m.Key != id.Key || m.Address == "" {
			continue
		}
		_, at, _ := strings.Cut(m.Address, "@")
		_, port, err := net.SplitHostPort(at)
		return net.JoinHostPort("0.0.0.0", port), err
	}
	return "", nil
}

// role says what this machine is to the chain.
func (c Chain) role(v *validator.Validator) string {
	members := len(c.Genesis.Validators)
	switch {
	case members == 0:
		return "Its one validator makes every block."
	case v.Validates():
		return fmt.Sprintf("This is one of its validators; it began with %d. Genesis %s.", members, c.Genesis.Hash())
	}
	return fmt.Sprintf("This machine follows it and is no validator. Genesis %s.", c.Genesis.Hash())
}
