package devnet

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/params"

	"helium/backend/relay/sponsor"
)

// sponsorFunds is what the sponsor's account is filled with when it holds less
// than its limits let it spend in a day.
var sponsorFunds = new(big.Int).Mul(big.NewInt(10), big.NewInt(params.Ether))

// openSponsor makes the relay one that pays the gas of nodes, from an account of
// its own that the operator fills.
func (d *devnet) openSponsor(ctx context.Context) (*sponsor.Sponsor, error) {
	limits := sponsor.DefaultLimits()
	limits.Hour = 10_000 // all nodes have one address here
	purse := d.wallets.sponsor
	has, err := d.rpc.BalanceAt(ctx, purse.Address(), nil)
	if err != nil {
		return nil, fmt.Errorf("read what the sponsor has: %w", err)
	}
	if has.Cmp(limits.Day) < 0 {
		if err := d.faucet.giveGas(ctx, purse.Address(), sponsorFunds); err != nil {
			return nil, fmt.Errorf("fill the sponsor's account: %w", err)
		}
	}
	s, err := sponsor.Open(sponsor.Config{
		Profile: d.profile, Chain: d.chain, Store: d.store, Signer: purse, Limits: limits, Log: d.Log.With("part", "sponsor"),
	})
	if err != nil {
		return nil, err
	}
	d.onClose(s.Close)
	return s, nil
}
