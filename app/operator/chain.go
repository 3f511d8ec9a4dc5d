package operator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
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
}

// WriteGenesis writes the beginning of a chain to a file that is not there yet: a
// chain that runs must never get another.
func WriteGenesis(path string, g Genesis) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s is there already: choose another name, or remove it if no chain began with it", path)
	}
	switch {
	case g.ChainID == 0:
		return errors.New("a chain's id must not be 0")
	case len(g.Alloc) == 0:
		return errors.New("nobody would have any of the chain's coin: give the owner some with --alloc ADDRESS=AMOUNT")
	}
	return writeJSON(path, g, 0o644)
}

// ReadGenesis reads the file of a chain's beginning.
func ReadGenesis(path string) (validator.Genesis, error) {
	var g Genesis
	if err := readJSON(path, &g); err != nil {
		return validator.Genesis{}, fmt.Errorf("read genesis: %w", err)
	}
	v := validator.Genesis{ChainID: g.ChainID, Time: g.Time, Alloc: make(map[common.Address]*big.Int, len(g.Alloc))}
	for account, amount := range g.Alloc {
		v.Alloc[account] = amount.Big()
	}
	return v, nil
}

// Chain is how a chain of one validator is run.
type Chain struct {
	DataDir  string
	Genesis  validator.Genesis
	HTTP, WS string
	Hosts    []string
	Block    time.Duration
	Out      io.Writer
	Log      *slog.Logger
}

// Run serves until ctx ends, or fails when the chain can't go on.
func (c Chain) Run(ctx context.Context) error {
	v, err := validator.Start(ctx, validator.Config{
		DataDir: filepath.Join(c.DataDir, "chain"), Genesis: c.Genesis, BlockInterval: c.Block,
		HTTP: c.HTTP, WS: c.WS, Hosts: c.Hosts, Log: c.Log,
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "Chain %d serves at %s and %s. Its one validator makes every block.\n", c.Genesis.ChainID, v.HTTP(), v.WS())
	select {
	case <-ctx.Done():
		fmt.Fprintln(c.Out, "Stopping; the chain goes on at the next start.")
		return errors.Join(ctx.Err(), v.Stop())
	case <-v.Halted():
		return errors.Join(errors.New("the chain stopped: its log says why"), v.Stop())
	}
}
