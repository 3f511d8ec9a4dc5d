package devnet

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/validator"
)

// Config of a devnet.
type Config struct {
	// DataDir holds everything: the chain, the wallets, what the relay stores.
	DataDir string
	// Block is the shortest time between blocks; a second is the least.
	Block time.Duration
	// Nodes to run. The first sixteen are processes of their own, as they are on
	// the computers of those who earn; the others share this one and an engine. With
	// Fake all share this one.
	Nodes int
	// DemoModel never reaches for the network.
	DemoModel bool
	// Ready is a file that says where everything is while the devnet serves;
	// empty for none.
	Ready string
	// Port is the first of five; 0 takes free ones.
	Port int
	// Faults make the last nodes misbehave, one for each: most lose their stake.
	Faults []node.Fault
	// Cards are what nodes say that they are, in turn, for testing; none for what
	// this computer is. A card's runtime is the engine's, whatever is given.
	Cards []protocol.GPUClass
	// Fake has no model compute anything: made-up answers come after this time, 0
	// being at once, to measure the network alone. nil is real inference.
	Fake *time.Duration
	// Program runs a node when called as PROGRAM node …; empty is this one.
	Program string
	// Chat is the built chat page; nil serves none.
	Chat fs.FS
	Out  io.Writer
	Log  *slog.Logger
}

// Limits of what one computer is asked to carry.
const (
	maxNodes     = 1000
	maxProcesses = 16
)

func (c *Config) complete() error {
	if c.Block == 0 {
		c.Block = validator.MinBlockInterval
	}
	switch {
	case c.DataDir == "":
		return errors.New("devnet: no data folder")
	case c.Block < validator.MinBlockInterval:
		return fmt.Errorf("--block %s is too short: chain time is whole seconds, so 1s is the least", c.Block)
	case c.Nodes < 3 || c.Nodes > maxNodes:
		return fmt.Errorf("--nodes %d: a task takes three nodes, and one computer carries %d at most", c.Nodes, maxNodes)
	case len(c.Faults) > c.Nodes:
		return fmt.Errorf("%d nodes can't have %d faults", c.Nodes, len(c.Faults))
	case c.Fake != nil && *c.Fake < 0:
		return fmt.Errorf("--fake-inference %s: give 0 or a time", *c.Fake)
	case c.Fake != nil && len(c.Cards) > 0:
		return errors.New("--card: nodes with fake inference are of a class of their own")
	}
	if c.Program == "" {
		self, err := os.Executable()
		if err != nil {
			return fmt.Errorf("devnet: find this program: %w", err)
		}
		c.Program = self
	}
	if c.Out == nil {
		c.Out = io.Discard
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	// Children run in folders of their own.
	dir, err := filepath.Abs(c.DataDir)
	if err != nil {
		return fmt.Errorf("devnet: find %s: %w", c.DataDir, err)
	}
	c.DataDir = dir
	return nil
}
