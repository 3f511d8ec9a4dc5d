package operator

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/validator"
)

// cost is what one transaction of a deployment takes.
type cost struct {
	name string
	gas  uint64
}

type costs []cost

func (c costs) gas() (sum uint64) {
	for _, each := range c {
		sum += each.gas
	}
	return sum
}

// left leaves out the contracts that are there.
func (c costs) left(have contracts.Deployment) (left costs) {
	there := map[string]bool{}
	for _, part := range parts(have) {
		there[part.name] = part.at != common.Address{}
	}
	for _, each := range c {
		if !there[each.name] {
			left = append(left, each)
		}
	}
	return left
}

// simulatedID is the chain that go-ethereum's simulation says it is.
const simulatedID = 1337

// rehearse deploys n on a chain within this process: gas depends on the code and
// not on whose chain it is, and a parameter that the contracts refuse is refused
// here for nothing.
func rehearse(ctx context.Context, n contracts.Network) (costs, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("make key: %w", err)
	}
	opts := bind.NewKeyedTransactor(key, big.NewInt(simulatedID))
	alloc := types.GenesisAlloc{opts.From: {Balance: new(big.Int).Mul(big.NewInt(1e9), big.NewInt(params.Ether))}}
	backend := simulated.NewBackend(alloc, func(_ *node.Config, c *ethconfig.Config) {
		c.Genesis.Config = validator.ChainConfig(simulatedID)
		c.Genesis.GasLimit, c.Miner.GasCeil = validator.GasLimit, validator.GasLimit
	})
	defer backend.Close()

	client := backend.Client()
	s := &rehearsal{backend: backend, sender: contracts.BoundSender{Backend: mining{client, backend}, Opts: opts}}
	var before contracts.Deployment
	_, err = contracts.Deploy(ctx, client, s, n, before, func(at contracts.Deployment) error {
		for i, was := range parts(before) {
			if now := parts(at)[i]; now.at != was.at {
				s.costs[len(s.costs)-1].name = now.name
			}
		}
		before = at
		return nil
	})
	if refused, ok := chain.AsRevert(err, contracts.DecodeError); ok {
		return nil, refused
	}
	return s.costs, err
}

// rehearsal notes what each transaction takes.
type rehearsal struct {
	backend *simulated.Backend
	sender  contracts.BoundSender
	costs   costs
}

func (r *rehearsal) Address() common.Address { return r.sender.Address() }

func (r *rehearsal) Send(ctx context.Context, to *common.Address, data []byte) (*types.Receipt, error) {
	receipt, err := r.sender.Send(ctx, to, data)
	if err != nil {
		return nil, err
	}
	r.costs = append(r.costs, cost{nameOf(to, data), receipt.GasUsed})
	return receipt, nil
}

// mining makes a block of every transaction.
type mining struct {
	simulated.Client
	backend *simulated.Backend
}

func (m mining) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if err := m.Client.SendTransaction(ctx, tx); err != nil {
		return err
	}
	m.backend.Commit()
	return nil
}
