package agent

import (
	"context"
	"fmt"
	"sync"
	"time"

	"helium/app/api"
	"helium/backend/chain"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// placeTime is how long a server of the network may take to answer.
const placeTime = 8 * time.Second

// CheckNetwork asks every server of the network once.
func (a *Agent) CheckNetwork(ctx context.Context) (api.NetworkCheck, error) {
	a.mu.Lock()
	profile := a.profile
	a.mu.Unlock()
	if profile == nil {
		return api.NetworkCheck{}, say("no_network_yet", "Helium is not on a network yet.")
	}
	check := api.NetworkCheck{From: a.networkFrom(), Places: []api.NetworkPlace{}}
	if check.From == "" {
		check.From = "local"
	}
	var asks []func(context.Context) error
	add := func(kind, address string, ask func(context.Context) error) {
		check.Places = append(check.Places, api.NetworkPlace{Kind: kind, Host: hostOf(address)})
		asks = append(asks, ask)
	}
	for _, address := range profile.Sockets() {
		add("chain", address, func(ctx context.Context) error { return a.askChain(ctx, address, profile) })
	}
	for _, address := range profile.RelayURLs() {
		add("relay", address, func(ctx context.Context) error {
			_, err := client.FetchServed(ctx, address)
			return err
		})
	}

	var asking sync.WaitGroup
	for i, ask := range asks {
		asking.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, placeTime)
			defer cancel()
			begun := time.Now()
			place := &check.Places[i]
			if err := ask(ctx); err != nil {
				place.Problem = a.cfg.Redact.Secret(err.Error())
				return
			}
			place.Milliseconds = max(1, int(time.Since(begun).Milliseconds()))
		})
	}
	asking.Wait()
	return check, ctx.Err()
}

func (a *Agent) askChain(ctx context.Context, address string, p *protocol.Profile) error {
	rpc, err := chain.Dial(ctx, a.log, address)
	if err != nil {
		return err
	}
	defer rpc.Close()
	id, err := rpc.ChainID(ctx)
	if err != nil {
		return err
	}
	if !id.IsUint64() || id.Uint64() != p.ChainID {
		return fmt.Errorf("it is chain %s, and the network is on chain %d", id, p.ChainID)
	}
	return nil
}
