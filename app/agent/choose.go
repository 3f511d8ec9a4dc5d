package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"helium/app/api"
	"helium/app/network"
	"helium/backend/chain"
	"helium/backend/models"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/relay/client"
)

// maxProfile bounds what is read as a network's profile, in bytes.
const maxProfile = 64 << 10

// ChooseNetwork takes a network that answers.
func (a *Agent) ChooseNetwork(ctx context.Context, c api.ChooseNetwork) error {
	if a.cfg.Profile != "" {
		return say("network_given", "The network was chosen when this agent was started.")
	}
	if err := a.mayLeave(c.LeaveStake); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	profile, err := profileOf(ctx, c)
	if err != nil {
		return err
	}
	if err := a.answers(ctx, profile); err != nil {
		return err
	}
	if !a.settingUp() {
		// On the other network the node begins stopped: joining takes a deposit.
		if err := a.Stop(ctx); err != nil {
			return err
		}
		a.mu.Lock()
		a.wish = func(ctx context.Context, n *node.Node) error { return n.Stop(ctx) }
		a.mu.Unlock()
	}
	if err := a.keepNetwork(c.Kind, profile); err != nil {
		return err
	}
	a.mu.Lock()
	running := a.profile != nil
	a.mu.Unlock()
	if running {
		a.restart()
	} else {
		a.wake()
	}
	return nil
}

// mayLeave says whether the node can leave its network now. A task at work would
// cost it its score, and a deposit would stay with a network that nobody asks any
// more.
func (a *Agent) mayLeave(leaveStake bool) error {
	if a.settingUp() {
		return nil
	}
	s := a.hub.get()
	switch stake := s.Node.Stake; {
	case s.Task != nil || s.Node.Status == api.NodeWorking || s.Node.Status == api.NodePausing || s.Node.Status == api.NodeStopping:
		return say("network_task", "A task is at work. Stop Helium first, and change the network once it has stopped.")
	case s.Node.Status == api.NodeJoining || s.Node.Status == api.NodeRunning:
		return say("network_joined", "This computer is in its network. Stop Helium first, so that your deposit comes back, and then change the network.")
	case !stake.IsZero() && !leaveStake:
		return say("network_deposit", "The network “{name}” still holds your deposit. Stop Helium, wait until the deposit is back, and then change the network.", s.Network.Name)
	}
	return nil
}

func profileOf(ctx context.Context, c api.ChooseNetwork) (*protocol.Profile, error) {
	text := strings.TrimSpace(c.Text)
	switch c.Kind {
	case "local":
		profile, err := network.Load(ctx, network.Local)
		if err != nil {
			return nil, say("network_no_local", "No network runs on this computer. Start one with “helium devnet”, or join another.")
		}
		return profile, nil
	case "link":
		if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") {
			return nil, say("network_link", "A network's link begins with https://.")
		}
		profile, err := network.Load(ctx, text)
		if err != nil {
			return nil, say("network_link_leads", "This link leads to no network. ({why})", err)
		}
		return profile, nil
	case "file":
		if len(text) > maxProfile {
			return nil, say("network_file_large", "This file is too large for a network's profile.")
		}
		profile, err := protocol.ParseProfile([]byte(text))
		if err != nil {
			return nil, say("network_file", "This file is no network's profile. ({why})", err)
		}
		return profile, nil
	default:
		return nil, fmt.Errorf("kind %.20q is none of local, link and file", c.Kind)
	}
}

// answers asks the network's chain and its relays, of which one has to answer.
func (a *Agent) answers(ctx context.Context, p *protocol.Profile) error {
	rpc, err := chain.Dial(ctx, a.log, p.Sockets()...)
	if err != nil {
		return say("network_silent", "The network “{name}” does not answer. Try again later, or ask whoever gave you its link. ({why})", p.Name, err)
	}
	defer rpc.Close()
	id, err := rpc.ChainID(ctx)
	if err != nil {
		return say("network_silent", "The network “{name}” does not answer. Try again later, or ask whoever gave you its link. ({why})", p.Name, err)
	}
	if !id.IsUint64() || id.Uint64() != p.ChainID {
		return say("network_old", "The profile of “{name}” is out of date. Ask for a new one.", p.Name)
	}
	for _, url := range p.RelayURLs() {
		if _, err = client.FetchServed(ctx, url); err == nil {
			return nil
		}
	}
	return say("network_relay", "The relay of “{name}” does not answer. Try again later. ({why})", p.Name, err)
}

// keepNetwork keeps a profile in the data folder, but not that of this computer's
// own network, which is another one each time that is made anew. The one that was
// there keeps another name.
func (a *Agent) keepNetwork(kind string, p *protocol.Profile) error {
	path := filepath.Join(a.cfg.DataDir, profileName)
	if err := os.Rename(path, path+".before"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep network: %w", err)
	}
	if kind != "local" {
		b, err := json.MarshalIndent(p, "", "  ")
		if err != nil {
			return fmt.Errorf("keep network: %w", err)
		}
		if err := os.WriteFile(path, append(b, '\n'), 0o600); err != nil {
			return fmt.Errorf("keep network: %w", err)
		}
	}
	return a.changeRun(func(r *firstRun) error {
		r.Local = kind == "local"
		return nil
	})
}

// awaitNetwork waits in the first run until a network is chosen.
func (a *Agent) awaitNetwork(ctx context.Context) error {
	for a.settingUp() && a.networkFrom() == "" {
		if err := a.awaitPerson(ctx); err != nil {
			return err
		}
	}
	return nil
}

// watchFunds has the node look at every block whether the wallet's balance changed:
// by itself it looks once a minute, which is long for a person who waits.
func (a *Agent) watchFunds(ctx context.Context, p *parts) {
	wake, stop := p.chain.Wake()
	defer stop()
	for a.settingUp() {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		if a.runStep() != api.SetupTest { // where each look may begin a self-test
			p.node.Look()
		}
	}
}

// AskFaucet asks for test tokens.
func (a *Agent) AskFaucet(ctx context.Context) error {
	a.mu.Lock()
	profile, w := a.profile, a.wallet
	a.mu.Unlock()
	if profile == nil || profile.Faucet == "" || w == nil {
		return say("faucet_none", "This network gives no test tokens.")
	}
	if err := node.AskFaucet(ctx, &http.Client{Timeout: 30 * time.Second}, profile.Faucet, w.Address()); err != nil {
		return say("faucet_refused", "The network gave nothing: {why}", err)
	}
	return nil
}

// offer is a model that tasks often ask for.
type offer struct {
	id, file string
	kind     api.ModelKind
	bytes    int64 // about
	memory   uint64
}

// offers are models that are open to all, the smallest first, with the memory they
// take beside what a task adds.
func offers() []offer {
	return []offer{
		{"Qwen/Qwen2.5-0.5B-Instruct-GGUF", "qwen2.5-0.5b-instruct-q4_k_m.gguf", api.ModelText, 491_000_000, 1 << 30},
		{"Qwen/Qwen2.5-1.5B-Instruct-GGUF", "qwen2.5-1.5b-instruct-q4_k_m.gguf", api.ModelText, 1_117_000_000, 2 << 30},
		{"crynux-network/stable-diffusion-v1-5@fp16", "", api.ModelImages, 2_132_000_000, 4 << 30},
		{"Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf", api.ModelText, 2_497_000_000, 5 << 30},
		{"Qwen/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf", api.ModelText, 5_028_000_000, 8 << 30},
		{"crynux-network/sdxl-turbo@fp16", "", api.ModelImages, 6_938_000_000, 9 << 30},
	}
}

// slowMost is what a model may take where a processor runs it: a
// larger one answers later than the network waits.
const slowMost = 2 << 30

// firstModels are the offers for texts as they stand here, after the built-in model.
func (a *Agent) firstModels() []api.FirstModel {
	library, err := a.library()
	if err != nil {
		return []api.FirstModel{}
	}
	memory := a.memoryForModels()
	list := []api.FirstModel{{ID: models.DemoID, Here: true, Fits: true}}
	recommended := false
	for _, o := range offers() {
		if o.kind != api.ModelText {
			continue
		}
		_, err := library.Get(o.id)
		m := api.FirstModel{ID: o.id, Bytes: o.bytes, Here: err == nil, Fits: o.memory <= memory}
		m.Recommended = m.Fits && !recommended
		recommended = recommended || m.Recommended
		list = append(list, m)
	}
	return list
}
