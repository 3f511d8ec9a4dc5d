package devnet

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// deploy brings the contracts to the chain, or finds them there, and writes the
// network's profile.
func (d *devnet) deploy(ctx context.Context) error {
	operator := d.wallets.operator
	sender := contracts.BoundSender{Backend: d.rpc, Opts: &bind.TransactOpts{
		From: operator.Address(),
		Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
			return operator.SignTx(tx, big.NewInt(ChainID))
		},
	}}
	if d.record.Deployment.Task == (common.Address{}) {
		d.step("deploying the contracts")
	}
	classes, err := d.classesHere(ctx)
	if err != nil {
		return err
	}
	network := contracts.Network{
		Params: contracts.DevnetParams(), Relays: []common.Address{d.wallets.relayAddress()}, Classes: classes,
	}
	at, err := contracts.Deploy(ctx, d.rpc, sender, network, d.record.Deployment,
		func(at contracts.Deployment) error {
			d.record.Deployment = at
			return d.record.save(d.DataDir)
		})
	if err != nil {
		return fmt.Errorf("deploy the contracts: %w", err)
	}
	// From here on the operator pays through its outbox only.
	d.operator = chain.OpenSender(d.chain, d.store, operator, chain.SenderOptions{Decode: contracts.DecodeError, Log: d.Log})
	d.onClose(d.operator.Close)

	profile := protocol.Profile{
		Version: protocol.ProfileVersion, Name: "local network", ChainID: ChainID,
		HTTP: d.validator.HTTP(), WS: d.validator.WS(), StartBlock: at.Block,
		Contracts:       protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task},
		BlockIntervalMS: d.Block.Milliseconds(),
	}
	d.profile = profile.Remembering(protocol.NewRecall(recalled))
	return nil
}

// recalled is how many signatures are remembered: those of the tasks at hand.
const recalled = 1 << 13
