package relay

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/protocol"
)

// finish announces the blobs that a run stored but did not live to announce.
func (r *Relay) finish(ctx context.Context) error {
	blobs, err := r.bus.subjects(ctx, r.bus.blobs, "blob.>")
	if err != nil {
		return err
	}
	events, err := r.bus.subjects(ctx, r.bus.events, "ev.>")
	if err != nil {
		return err
	}
	for subject := range blobs {
		path := strings.TrimPrefix(subject, "blob.")
		if events["ev."+path] > 0 {
			continue
		}
		m, err := r.bus.last(ctx, r.bus.blobs, subject)
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		p, err := splitPath(path)
		if err != nil {
			return fmt.Errorf("read subject of a blob: %w", err)
		}
		hash := wholeHash(m)
		switch {
		case p.to != (common.Address{}):
			err = r.announceEnvelopeFor(ctx, p.key, p.node, p.to, hash)
		case p.node != (common.Address{}):
			err = r.announceResult(ctx, p.key, p.node, hash)
		default:
			// The creator was not told that it is stored, will put it again, and
			// then those who were drawn are told too.
			err = r.announceEnvelope(ctx, p.key, hash, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// clean removes what was kept long enough, until the relay stops.
func (r *Relay) clean() {
	tick := time.NewTicker(max(time.Second, min(r.cfg.Retention/4, 5*time.Minute)))
	defer tick.Stop()
	for {
		select {
		case <-r.ctx.Done():
			return
		case <-tick.C:
		}
		if r.bus.quick.shared() {
			// Another relay may have died between a blob and its event.
			if err := r.finish(r.ctx); err != nil && r.ctx.Err() == nil {
				r.cfg.Log.Warn("relay could not announce what others stored", "error", err)
			}
		}
		if n, err := r.cleanOnce(r.ctx); err != nil && r.ctx.Err() == nil {
			r.cfg.Log.Warn("relay could not clean up", "error", err)
		} else if n > 0 {
			r.cfg.Log.Info("relay cleaned up", "tasks", n)
		}
	}
}

// cleanOnce removes the tasks that ended longer than the retention ago. What
// the chain never ended goes by the streams' own maximum age.
func (r *Relay) cleanOnce(ctx context.Context) (removed int, err error) {
	keys := make(map[protocol.TaskKey]struct{})
	for _, s := range []struct {
		stream jetstream.Stream
		filter string
	}{{r.bus.blobs, "blob.>"}, {r.bus.blobs, "part.>"}, {r.bus.events, "ev.>"}} {
		subjects, err := r.bus.subjects(ctx, s.stream, s.filter)
		if err != nil {
			return 0, err
		}
		for subject := range subjects {
			if p, err := splitPath(strings.SplitN(subject, ".", 3)[1]); err == nil {
				keys[p.key] = struct{}{}
			}
		}
	}

	known, cancel := context.WithCancel(ctx)
	cancel()
	for key := range keys {
		t, err := r.cfg.Tasks.Task(known, key)
		if err != nil || t.Ended.IsZero() || !r.cfg.Now().After(t.Ended.Add(r.cfg.Retention)) {
			continue
		}
		if err := r.bus.purge(ctx, r.bus.blobs, "blob."+keyPart(key)+".>", "part."+keyPart(key)+".>"); err != nil {
			return removed, err
		}
		filters := []string{"ev." + keyPart(key) + ".>", "drawn.*." + keyPart(key)}
		if err := r.bus.purge(ctx, r.bus.events, filters...); err != nil {
			return removed, err
		}
		r.bus.boards.forget(keyPart(key))
		removed++
	}
	return removed, nil
}
