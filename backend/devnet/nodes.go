package devnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/thejerf/suture/v4"

	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// devnode is one node of the devnet: a process, a folder and a wallet.
type devnode struct {
	*child
	address common.Address
	fault   node.Fault
}

// agentAddress is what an agent leaves in its folder; package local, which
// stands above this one, writes it.
type agentAddress struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

// api is the link to the node's page; empty while the agent is starting.
func (n *devnode) api() string {
	b, err := os.ReadFile(filepath.Join(n.dir, "agent.json"))
	if err != nil {
		return ""
	}
	var a agentAddress
	if json.Unmarshal(b, &a) != nil {
		return ""
	}
	return a.URL + "/#token=" + a.Token
}

// startNodes starts every node as a process and waits until all have joined.
func (d *devnet) startNodes(ctx context.Context) error {
	d.step("starting %d nodes", d.Nodes)
	processes := min(d.Nodes, maxProcesses)
	if d.Fake != nil {
		processes = 0
	}
	profile, err := d.writeProfile()
	if err != nil {
		return err
	}
	d.services = suture.New("nodes", suture.Spec{EventHook: func(e suture.Event) { d.Log.Debug("nodes", "event", e.String()) }})
	for i := range processes {
		n, err := d.makeNode(ctx, i, profile)
		if err != nil {
			return err
		}
		d.nodes = append(d.nodes, n)
		d.services.Add(n.child)
	}
	d.runUntilClose(ctx, "nodes", d.services.Serve)
	if err := d.startCrowd(ctx, processes); err != nil {
		return err
	}
	return d.waitJoined(ctx)
}

// writeProfile puts the network's profile where the nodes read it.
func (d *devnet) writeProfile() (string, error) {
	b, err := json.MarshalIndent(d.profile, "", "  ")
	if err != nil {
		return "", fmt.Errorf("write network profile: %w", err)
	}
	path := filepath.Join(d.DataDir, "network.json")
	if err := os.WriteFile(path, append(b, '\n'), 0o644); err != nil {
		return "", fmt.Errorf("write network profile: %w", err)
	}
	return path, nil
}

func (d *devnet) makeNode(ctx context.Context, i int, profile string) (*devnode, error) {
	name := fmt.Sprintf("node-%d", i+1)
	dir := filepath.Join(d.DataDir, name)
	// The wallet is made here so that the node's address is known at once; the
	// node opens the same one.
	w, err := wallet.OpenOrCreate(ctx, filepath.Join(dir, "wallet"), wallet.Options{FileOnly: true, LightScrypt: true})
	if err != nil {
		return nil, fmt.Errorf("open wallet of %s: %w", name, err)
	}
	os.Remove(filepath.Join(dir, "agent.json")) // left by a run that was killed
	args := []string{"node", "--data", dir, "--profile", profile, "--run", "--passphrase-file", "--stop-with-stdin", "--always"}
	if card := d.cardOf(i); card != nil {
		args = append(args, "--card", fmt.Sprintf("%s:%d", card.Card, card.VRAMGB))
	}
	fault := d.faultOf(i)
	if fault != node.FaultNone {
		args = append(args, "--fault", string(fault))
	}
	return &devnode{
		child:   &child{name: name, program: d.Program, args: args, dir: dir, log: d.Log},
		address: w.Address(), fault: fault,
	}, nil
}

// faultOf is the fault of the node of this number, if it has one.
func (d *devnet) faultOf(i int) node.Fault {
	if first := d.Nodes - len(d.Faults); i >= first {
		return d.Faults[i-first]
	}
	return node.FaultNone
}

// cardOf is the card that the node of this number declares; nil for the one that
// it has.
func (d *devnet) cardOf(i int) *protocol.GPUClass {
	if len(d.Cards) == 0 {
		return nil
	}
	return &d.Cards[i%len(d.Cards)]
}

// joinTimeout is how long all nodes may take to stake and join.
const joinTimeout = 3 * time.Minute

// waitJoined looks at the chain until every node has a stake there. A node that
// was slashed in an earlier run stays out.
func (d *devnet) waitJoined(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, joinTimeout)
	defer cancel()
	wake, stop := d.chain.Wake()
	defer stop()
	slow := time.NewTicker(time.Second)
	defer slow.Stop()
	for {
		waiting := d.notJoined(ctx)
		if len(waiting) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return ctx.Err()
			}
			return fmt.Errorf("%s did not join in %s: %s", waiting[0].name, joinTimeout, waiting[0].last)
		case <-wake:
		case <-slow.C:
		}
	}
}

// waiting is a node that has not joined, and the last that was heard of it.
type waiting struct{ name, last string }

func (d *devnet) notJoined(ctx context.Context) (all []waiting) {
	for _, n := range d.nodes {
		if n.api() != "" && d.joined(ctx, n.address, n.fault) {
			continue
		}
		all = append(all, waiting{n.name, "its log ends with: " + lastLine(filepath.Join(n.dir, "node.log"))})
	}
	for i, n := range d.crowd.nodes {
		if d.joined(ctx, n.address, n.fault) {
			continue
		}
		s, _ := n.State()
		all = append(all, waiting{fmt.Sprintf("node-%d", len(d.nodes)+i+1), fmt.Sprintf("it is %s, %v", s.Status, s.Reason)})
	}
	return all
}

// joined says whether a node has a stake and can be drawn, or had one: what is
// faulty lost it in an earlier run.
func (d *devnet) joined(ctx context.Context, account common.Address, fault node.Fault) bool {
	ledger := contracts.NewNode()
	answer, err := d.rpc.CallContract(ctx, ethereum.CallMsg{To: &d.profile.Contracts.Node, Data: ledger.PackNodeInfo(account)}, nil)
	if err != nil {
		return false
	}
	info, err := ledger.UnpackNodeInfo(answer)
	if err != nil {
		return false
	}
	if fault != node.FaultNone && info.Nonce > 1 { // it joined and resumed
		return true
	}
	status := protocol.NodeStatus(info.Status)
	return status != protocol.NodeQuit && status != protocol.NodePaused
}
