package agent

import (
	"context"

	"helium/app/api"
	"helium/backend/node"
)

func (a *Agent) makeNode(_ context.Context, p *parts) (err error) {
	p.node, err = node.New(node.Config{
		Profile: *p.profile, Wallet: p.wallet, Store: p.store, Engine: p.engine, Models: a.shelf, Relay: p.relay,
		Chain: p.chain, Sender: p.sender, Sponsor: p.relay, Class: p.class, Options: a.cfg.Options,
		Meter: p.meter, Log: a.log,
	})
	return err
}

// showEngine tells what the engine does from what the node does.
func showEngine(s *api.State, n node.State) {
	switch {
	case n.Freed:
		s.Engine.Status = "stopped"
	case n.Task != nil && n.Task.Stage == node.JobRunning:
		s.Engine.Status, s.Engine.Model = "busy", n.Task.Model
	case s.Engine.Status != "failed":
		s.Engine.Status = "ready"
	}
}
