package devnet

import (
	"context"
	"fmt"
	"os"
	"slices"
	"text/tabwriter"
	"time"

	"helium/backend/node"
	"helium/backend/relay/client"
)

// announce writes the ready file and tells a person where everything is.
func (d *devnet) announce(ctx context.Context) error {
	r := d.ready()
	out := tabwriter.NewWriter(d.Out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(out)
	for _, row := range [][2]string{
		{"chain", r.Chain.HTTP + "   " + r.Chain.WS + fmt.Sprintf("   chain id %d", r.Chain.ID)},
		{"relay", r.Relay},
		{"sponsor", d.wallets.sponsor.Address().Hex() + "   pays the gas of nodes that have none, see " + r.Relay + "/v1/sponsor"},
		{"faucet", r.Faucet},
		{"bridge", r.Bridge + "/v1   API key in " + d.DataDir + "/api-key"},
	} {
		fmt.Fprintf(out, "  %s\t%s\n", row[0], row[1])
	}
	for i, n := range d.nodes {
		note := ""
		if n.fault != node.FaultNone {
			note = "   faulty: " + string(n.fault)
		}
		fmt.Fprintf(out, "  %s\t%s   process %d%s\n", n.name, n.address, r.Nodes[i].PID, note)
	}
	if more := len(d.crowd.nodes); more > 0 {
		fmt.Fprintf(out, "  and %d more\tin this process\n", more)
	}
	fmt.Fprintf(out, "  model\t%s\n", d.first)
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\n  Chat with it:  %s\n\n  Ctrl-C stops the network; starting again goes on where it was.\n", r.Chat)

	if d.Ready == "" {
		return nil
	}
	if err := r.write(d.Ready); err != nil {
		return err
	}
	d.onClose(func() { os.Remove(d.Ready) })
	d.runUntilClose(ctx, "ready file", func(ctx context.Context) error { return d.keepReady(ctx, r) })
	return nil
}

// keepReady writes the file anew when a node that died is back, with another
// process and another link.
func (d *devnet) keepReady(ctx context.Context, written Ready) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		now := d.ready()
		down := func(n ReadyNode) bool { return n.PID == 0 || n.API == "" }
		if slices.Equal(now.Nodes, written.Nodes) || slices.ContainsFunc(now.Nodes, down) {
			continue
		}
		if err := now.write(d.Ready); err != nil {
			return err
		}
		written = now
	}
}

func (d *devnet) ready() Ready {
	var r Ready
	r.Chain.HTTP, r.Chain.WS, r.Chain.ID = d.profile.HTTP, d.profile.WS, d.profile.ChainID
	r.Relay, r.Bridge, r.Chat = d.profile.Relays[0].URL, d.bridge.URL(), d.bridge.URL()+"/"
	r.PID, r.APIKey, r.Faucet = os.Getpid(), d.apiKey, d.faucet.url()
	r.Profile = r.Relay + client.ProfilePath
	r.Contracts = d.profile.Contracts
	for _, n := range d.nodes {
		r.Nodes = append(r.Nodes, ReadyNode{Address: n.address, PID: n.PID(), API: n.api()})
	}
	for _, n := range d.crowd.nodes {
		r.Nodes = append(r.Nodes, ReadyNode{Address: n.address, PID: os.Getpid()})
	}
	return r
}
