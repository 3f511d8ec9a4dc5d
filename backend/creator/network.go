package creator

import (
	"context"
	"fmt"
	"math/big"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// network is what a creator remembers of the contracts, so that nothing has to
// be asked between a draw and the envelope.
type network struct {
	chain ethereum.ContractCaller
	at    protocol.Contracts
	task  *contracts.Task
	node  *contracts.Node

	// mu guards everything that follows.
	mu      sync.Mutex
	rules   rules
	seals   map[common.Address][32]byte
	classes map[common.Hash]protocol.GPUClass
}

func newNetwork(c ethereum.ContractCaller, at protocol.Contracts) *network {
	return &network{
		chain: c, at: at, task: contracts.NewTask(), node: contracts.NewNode(),
		seals: map[common.Address][32]byte{}, classes: map[common.Hash]protocol.GPUClass{},
	}
}

// ask calls a view as of the newest block and unpacks its answer.
func ask[T any](ctx context.Context, c ethereum.ContractCaller, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	return askAt(ctx, c, nil, to, data, unpack)
}

func askAt[T any](ctx context.Context, c ethereum.ContractCaller, block *big.Int, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	out, err := c.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, block)
	if err != nil {
		var zero T
		return zero, err
	}
	return unpack(out)
}

// load reads the prices anew.
func (n *network) load(ctx context.Context) error {
	r, err := n.readRules(ctx)
	if err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.rules = r
	return nil
}

// prices are those that were read last.
func (n *network) prices() rules {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.rules
}

// sealKeys of the three nodes. The chain is asked only for nodes that this
// program has not met; a node that joins anew is learned of from its log.
func (n *network) sealKeys(ctx context.Context, nodes [protocol.Seats]common.Address) ([][32]byte, error) {
	keys := make([][32]byte, len(nodes))
	var asking errgroup.Group
	for i, a := range nodes {
		n.mu.Lock()
		key, known := n.seals[a]
		n.mu.Unlock()
		if known {
			keys[i] = key
			continue
		}
		asking.Go(func() error {
			info, err := ask(ctx, n.chain, n.at.Node, n.node.PackNodeInfo(a), n.node.UnpackNodeInfo)
			if err != nil {
				return fmt.Errorf("read seal key of %s: %w", a, err)
			}
			keys[i] = info.SealKey
			n.setSeal(a, info.SealKey)
			return nil
		})
	}
	return keys, asking.Wait()
}

func (n *network) setSeal(a common.Address, key [32]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.seals[a] = key
}

// class says what a class's id stands for; a class never changes.
func (n *network) class(ctx context.Context, id common.Hash) (protocol.GPUClass, error) {
	if id == (common.Hash{}) { // of a draw for images, whose nodes may have any card
		return protocol.GPUClass{}, nil
	}
	n.mu.Lock()
	c, known := n.classes[id]
	n.mu.Unlock()
	if known {
		return c, nil
	}
	info, err := ask(ctx, n.chain, n.at.Node, n.node.PackClassInfo(id), n.node.UnpackClassInfo)
	if err != nil {
		return c, fmt.Errorf("read class %s: %w", id, err)
	}
	c = protocol.GPUClass{Card: info.Card, VRAMGB: info.VramGB, Runtime: info.Runtime}
	n.setClass(id, c)
	return c, nil
}

func (n *network) setClass(id common.Hash, c protocol.GPUClass) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.classes[id] = c
}

// learn takes what a log of the Node contract tells.
func (n *network) learn(l *types.Log) {
	if joined, err := n.node.UnpackNodeJoinedEvent(l); err == nil {
		n.setSeal(joined.Node, joined.SealKey)
		return
	}
	if added, err := n.node.UnpackClassAddedEvent(l); err == nil {
		n.setClass(added.ClassId, protocol.GPUClass{Card: added.Card, VRAMGB: added.VramGB, Runtime: added.Runtime})
	}
}

// Class is one kind of node, and how many there are.
type Class struct {
	ID    common.Hash
	Class protocol.GPUClass
	// Joined nodes have a stake, Available ones can be drawn now.
	Joined, Available uint32
}

// maxClasses bounds what one look at the network asks for.
const maxClasses = 256

// Classes lists what nodes there are now.
func (c *Creator) Classes(ctx context.Context) ([]Class, error) {
	n := c.network
	ids, err := ask(ctx, n.chain, n.at.Node, n.node.PackClasses(new(big.Int), big.NewInt(maxClasses)), n.node.UnpackClasses)
	if err != nil {
		return nil, fmt.Errorf("read classes: %w", err)
	}
	all := make([]Class, 0, len(ids))
	for _, id := range ids {
		info, err := ask(ctx, n.chain, n.at.Node, n.node.PackClassInfo(id), n.node.UnpackClassInfo)
		if err != nil {
			return nil, fmt.Errorf("read class: %w", err)
		}
		all = append(all, Class{
			ID: id, Class: protocol.GPUClass{Card: info.Card, VRAMGB: info.VramGB, Runtime: info.Runtime},
			Joined: info.Joined, Available: info.Available,
		})
	}
	return all, nil
}
