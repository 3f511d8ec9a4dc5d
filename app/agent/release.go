package agent

import (
	"context"
	"errors"
	"time"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// releaseEvery is how often the relays are asked what the newest Helium is, and
// releaseRetry how soon again when none of them answered.
const (
	releaseEvery = 24 * time.Hour
	releaseRetry = 10 * time.Minute
)

// watchRelease shows when the network's operators recommend a newer Helium, until
// ctx ends. The version is the relays' word. The page to get it from is that of
// the profile that the owner joined by: a relay can't send anybody elsewhere.
func (a *Agent) watchRelease(ctx context.Context, joined *protocol.Profile) {
	if joined.Downloads == "" {
		a.showUpdate("", "")
		return
	}
	a.showUpdate(joined.Newer(a.cfg.Version), joined.Downloads)
	for wait := time.Duration(0); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		wait = releaseEvery
		now, err := a.profileNow(ctx, joined)
		if err != nil {
			a.log.Debug("no relay tells the newest version", "err", err)
			wait = releaseRetry
			continue
		}
		a.showUpdate(now.Newer(a.cfg.Version), joined.Downloads)
	}
}

// profileNow is the network's profile as the first relay that answers serves it.
func (a *Agent) profileNow(ctx context.Context, joined *protocol.Profile) (*protocol.Profile, error) {
	var all []error
	for _, relay := range joined.RelayURLs() {
		asked, cancel := context.WithTimeout(ctx, placeTime)
		now, err := client.FetchServed(asked, relay)
		cancel()
		if err == nil {
			return now, nil
		}
		all = append(all, err)
	}
	return nil, errors.Join(all...)
}

func (a *Agent) showUpdate(version, page string) {
	a.hub.change(func(s *api.State) {
		s.Update = nil
		if version != "" {
			s.Update = &api.Update{Version: version, Page: page}
		}
	})
}
