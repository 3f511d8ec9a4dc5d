package validator

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/cometbft/cometbft/p2p"
)

// redial is the least time between two calls to a peer that doesn't answer.
const redial = time.Second

// keepPeers stays connected to the peers until ctx ends. It does so itself because
// CometBFT calls an absent peer less and less often and gives up after a day, and
// looks up the name of its host only once. Peers are not told of other peers: all
// validators know each other from the genesis.
func keepPeers(ctx context.Context, sw *p2p.Switch, own p2p.ID, addresses []string, log *slog.Logger) {
	var calls sync.WaitGroup
	for _, address := range addresses {
		id, err := peerID(address)
		if err != nil || id == own {
			continue
		}
		calls.Go(func() { keepPeer(ctx, sw, id, address, id < own, log) })
	}
	calls.Wait()
}

// keepPeer calls one peer. When both call at the same moment, each refuses the
// other's call as the second one, so one of two waits a little.
func keepPeer(ctx context.Context, sw *p2p.Switch, id p2p.ID, address string, waits bool, log *slog.Logger) {
	pause := time.Duration(0)
	if waits {
		pause = redial
	}
	told := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		pause = redial + rand.N(redial)
		if sw.Peers().Has(id) {
			told = false
			continue
		}
		at, err := p2p.NewNetAddressString(address)
		if err == nil {
			err = sw.DialPeerWithAddress(at)
		}
		if err != nil && !told && !sw.Peers().Has(id) && ctx.Err() == nil {
			told = true
			log.Warn("a validator can't be reached; it is tried again every few seconds", "peer", address, "err", err)
		}
	}
}
