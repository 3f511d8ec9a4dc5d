package agent

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"helium/app/api"
	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

func (a *Agent) openChain(ctx context.Context, p *parts) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	unreachable := func(err error) error {
		return protocol.Reason{Code: node.ReasonChain, Title: "The network's chain does not answer", Detail: err.Error(), Action: "Check that this computer is online; Helium tries again by itself."}
	}
	if p.rpc, err = chain.Dial(ctx, a.log, p.profile.Spread(rand.Shuffle).Sockets()...); err != nil {
		return unreachable(err)
	}
	p.onClose(p.rpc.Close)
	if p.chain, err = chain.Open(ctx, p.rpc, chain.Options{Still: chain.StillAfter(p.profile.BlockInterval()), Log: a.log}); err != nil {
		return unreachable(err)
	}
	p.onClose(p.chain.Close)
	if id := p.chain.ID(); !id.IsUint64() || id.Uint64() != p.profile.ChainID {
		return protocol.Reason{Code: string(api.ReasonWrongChain), Title: "This is another chain", Detail: fmt.Sprintf("the network's profile says chain %d, %s is chain %s", p.profile.ChainID, p.rpc.URL(), id), Action: "Get the network's profile again."}
	}
	p.sender = chain.OpenSender(p.chain, p.store, p.wallet, chain.SenderOptions{Decode: contracts.DecodeError, Log: a.log})
	p.onClose(p.sender.Close)
	return nil
}

func (a *Agent) openRelay(ctx context.Context, p *parts) (err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	relays := p.profile.Spread(rand.Shuffle).RelayURLs()
	p.relay, err = client.Dial(ctx, client.Options{URL: relays[0], Others: relays[1:], Signer: p.wallet, Domain: p.profile.Domain(), Log: a.log})
	if err != nil {
		return protocol.Reason{Code: node.ReasonRelay, Title: "The network's relay does not answer", Detail: err.Error(), Action: "Check that this computer is online; Helium tries again by itself."}
	}
	p.onClose(func() { p.relay.Close() })
	return nil
}

// watchChain shows whether the chain is there and how far it has come, and has the
// node look when it goes or comes back.
func (a *Agent) watchChain(ctx context.Context, c *chain.Chain, n *node.Node) {
	wake, stop := c.Wake()
	defer stop()
	connected := true
	for {
		head := c.Head().Number.Uint64()
		if c.Lost() == connected {
			connected = !connected
			n.Look()
		}
		a.hub.change(func(s *api.State) { s.Network.Connected, s.Network.Head = connected, head })
		select {
		case <-ctx.Done():
			a.hub.change(func(s *api.State) { s.Network.Connected = false })
			return
		case <-wake:
		}
	}
}
