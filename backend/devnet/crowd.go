package devnet

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/hardware"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
	"helium/inference/worker"
)

// crowd are the nodes beyond those that are processes: nodes like others, with
// wallets, journals and links to the relay of their own, in this process. One
// engine works for them in turn, or a fake one for all at once.
type crowd struct {
	engine node.Engine
	class  protocol.GPUClass
	// store has a part for each node: a store of its own takes memory, and a write of
	// its own to the disk for whatever it keeps.
	store *store.Store
	nodes []*crowdNode
}

type crowdNode struct {
	*node.Node
	address common.Address
	fault   node.Fault
}

// startCrowd starts the nodes from a number on.
func (d *devnet) startCrowd(ctx context.Context, first int) error {
	if d.Nodes == first {
		return nil
	}
	if err := d.startCrowdEngine(ctx); err != nil {
		return err
	}
	var err error
	if d.crowd.store, err = store.Open(filepath.Join(d.DataDir, "crowd"), store.Options{Log: d.Log, Busy: true}); err != nil {
		return fmt.Errorf("open the nodes' journal: %w", err)
	}
	d.onClose(func() { d.crowd.store.Close() })
	for i := first; i < d.Nodes; i++ {
		n, err := d.makeCrowdNode(ctx, i)
		if err != nil {
			return fmt.Errorf("start node %d: %w", i+1, err)
		}
		d.crowd.nodes = append(d.crowd.nodes, n)
		if err := n.Start(ctx); err != nil {
			return fmt.Errorf("start node %d: %w", i+1, err)
		}
		d.runUntilClose(ctx, fmt.Sprintf("node %d", i+1), n.Run)
	}
	return nil
}

func (d *devnet) startCrowdEngine(ctx context.Context) error {
	if d.Fake != nil {
		d.crowd = crowd{engine: fakeEngine{*d.Fake}, class: fakeClass()}
		return nil
	}
	plan, err := hardware.Here(ctx, d.Log)
	if err != nil {
		return err
	}
	engine, choice, err := plan.Start(context.WithoutCancel(ctx), worker.Options{Command: []string{d.Program, "engine"}, Threads: 1, MadeDir: d.library.MadeDir(), Log: d.Log.With("part", "engine")})
	if err != nil {
		return fmt.Errorf("start the engine: %w", err)
	}
	d.onClose(func() { engine.Close() })
	info, err := engine.Info(ctx)
	if err != nil {
		return fmt.Errorf("ask the engine what this computer is: %w", err)
	}
	d.crowd = crowd{engine: engine, class: choice.Device.Class(info.Runtime)}
	return nil
}

func (d *devnet) makeCrowdNode(ctx context.Context, i int) (*crowdNode, error) {
	dir := filepath.Join(d.DataDir, fmt.Sprintf("node-%d", i+1))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	w, err := wallet.OpenOrCreate(ctx, filepath.Join(dir, "wallet"), wallet.Options{FileOnly: true, LightScrypt: true})
	if err != nil {
		return nil, err
	}
	log := d.Log.With("node", i+1)
	st := d.crowd.store.Within(fmt.Sprintf("node-%d", i+1))
	sender := chain.OpenSender(d.chain, st, w, chain.SenderOptions{Decode: contracts.DecodeError, Log: log})
	d.onClose(sender.Close)
	link, err := client.Dial(ctx, client.Options{URL: d.profile.Relays[0].URL, Signer: w, Domain: d.profile.Domain(), Log: log})
	if err != nil {
		return nil, err
	}
	d.onClose(func() { link.Close() })
	class := d.crowd.class
	if card := d.cardOf(i); card != nil {
		class.Card, class.VRAMGB = card.Card, card.VRAMGB
	}
	fault := d.faultOf(i)
	n, err := node.New(node.Config{
		Profile: d.profile, Wallet: w, Store: st, Engine: d.crowd.engine, Models: d.library, Relay: link, Chain: d.chain,
		Sender: sender, Sponsor: link, Class: class, Options: node.Options{Fault: fault}, Log: log,
	})
	return &crowdNode{Node: n, address: w.Address(), fault: fault}, err
}
