package node

import (
	"context"
	"fmt"
	"time"

	"helium/backend/contracts"
)

// readRules reads the network's parameters. They change seldom, behind a
// timelock, so that what was read some time ago serves for a deadline.
func (n *Node) readRules(ctx context.Context) error {
	r := n.cfg.Chain.Client()
	task, rules := contracts.NewTask(), contracts.NewRules()
	at, err := ask(ctx, r, n.cfg.Profile.Contracts.Task, task.PackRules(), task.UnpackRules)
	if err != nil {
		return fmt.Errorf("look for the rules: %w", err)
	}
	got, err := ask(ctx, r, at, rules.PackParams(), rules.UnpackParams)
	if err != nil {
		return fmt.Errorf("read the rules: %w", err)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.params, n.rules = got.Arg0, at
	return nil
}

// patience is how long the others' openings are waited for before this node
// goes to court, in seconds: half of what the court would give them.
func (n *Node) patience() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.params.RevealSeconds == 0 { // not read yet
		return uint64(contracts.DefaultParams().RevealSeconds) / 2
	}
	return uint64(n.params.RevealSeconds) / 2
}

// matchDistance is from how many bits on two images are not alike.
func (n *Node) matchDistance() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return max(int(n.params.MatchDistance), 1) // equal hashes are, before it was read
}

// stakeHold is how long after its last task a node's stake is held.
func (n *Node) stakeHold() time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return time.Duration(n.params.StakeSeconds) * time.Second
}
