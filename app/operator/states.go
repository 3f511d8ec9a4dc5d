package operator

import (
	"context"

	"helium/backend/bridge"
	"helium/backend/creator"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// payingAccounts are the wallets of a bridge that runs, the main one first.
type payingAccounts struct {
	maker   *creator.Accounts
	all     []*creator.Creator
	links   []*client.Client
	service *service
}

// states says how each wallet stands. What can't be read before ctx ends is left out.
func (p *payingAccounts) states(ctx context.Context) []bridge.Account {
	var all []bridge.Account
	head := p.service.chain.Head().Number.Uint64()
	for i, s := range p.maker.States() {
		a := bridge.Account{
			Number: i + 1, Address: s.Address, Used: s.Used, Ready: s.Ready, Open: s.Open, Waiting: s.Waiting, Since: s.Since,
			Stuck: s.Stuck, NoGas: s.NoGas, Relay: p.links[i].Connected(),
		}
		if !s.Live && s.Read < head {
			a.Behind = head - s.Read
		}
		p.count(ctx, &a)
		all = append(all, a)
	}
	return all
}

// count reads what a wallet has.
func (p *payingAccounts) count(ctx context.Context, a *bridge.Account) {
	if gas, err := p.service.rpc.BalanceAt(ctx, a.Address, nil); err == nil {
		if has, err := protocol.WeiOf(gas); err == nil {
			a.Gas = &has
		}
		a.LowGas = a.Used && gas.Cmp(lowGas()) < 0
	}
	if !a.Ready {
		return
	}
	if cnx, err := p.all[a.Number-1].Balance(ctx); err == nil {
		a.CNX = &cnx
	}
}
