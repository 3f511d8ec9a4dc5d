package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"helium/app/api"
	"helium/app/network"
	"helium/backend/chain"
	"helium/backend/hardware"
	"helium/backend/hardware/sense"
	"helium/backend/models"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
	"helium/inference/ggml"
	"helium/inference/worker"
)

// parts of a node, in the order in which they are made; closed in reverse.
type parts struct {
	wallet  *wallet.Wallet
	store   *store.Store
	models  *models.Library
	engine  *worker.Engine
	class   protocol.GPUClass
	meter   *sense.Meter
	profile *protocol.Profile
	rpc     *chain.Endpoints
	chain   *chain.Chain
	sender  *chain.Sender
	relay   *client.Client
	node    *node.Node

	closers []func()
}

func (p *parts) onClose(f func()) { p.closers = append(p.closers, f) }

func (p *parts) close() {
	for i := len(p.closers) - 1; i >= 0; i-- {
		p.closers[i]()
	}
	p.closers = nil
}

// setUp makes every part. What was made is returned also with an error, for
// closing.
func (a *Agent) setUp(ctx context.Context) (*parts, error) {
	p := &parts{}
	for _, step := range []func(context.Context, *parts) error{
		a.openModels, a.startEngine, a.openWallet, a.readProfile, a.openStore, a.openChain, a.openRelay, a.makeNode,
	} {
		if err := step(ctx, p); err != nil {
			return p, err
		}
	}
	return p, nil
}

// openStore opens the store of the network: what a node knows of one, its tasks by
// their numbers above all, is nothing to another.
func (a *Agent) openStore(_ context.Context, p *parts) error {
	dir, err := storeDir(a.cfg.DataDir, p.profile)
	if err != nil {
		return err
	}
	p.store, err = store.Open(dir, store.Options{Log: a.log})
	if err != nil {
		return err
	}
	p.onClose(func() { p.store.Close() })
	p.onClose(a.ledger.open(node.NewBook(p.store)))
	return nil
}

// storeOwner names the network that the first store is of, beside it.
const storeOwner = "store.network"

// storeDir is the folder of a network's store. The first network that a data folder
// sees has the folder "store", as it had before there could be others.
func storeDir(dir string, p *protocol.Profile) (string, error) {
	id := fmt.Sprintf("%d-%s", p.ChainID, strings.ToLower(p.Contracts.Task.Hex()))
	owner, err := os.ReadFile(filepath.Join(dir, storeOwner))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		err = os.WriteFile(filepath.Join(dir, storeOwner), []byte(id+"\n"), 0o600)
	case err == nil && strings.TrimSpace(string(owner)) != id:
		return filepath.Join(dir, "store-"+id), nil
	}
	if err != nil {
		return "", fmt.Errorf("open store: %w", err)
	}
	return filepath.Join(dir, "store"), nil
}

func (a *Agent) openModels(ctx context.Context, p *parts) (err error) {
	if p.models, err = a.library(); err != nil {
		return err
	}
	if _, err := p.models.MakeDemo(ctx); err != nil {
		return err
	}
	if _, err := p.models.MakeDemoImages(ctx); err != nil {
		return err
	}
	a.showModels()
	return nil
}

func (a *Agent) startEngine(ctx context.Context, p *parts) (err error) {
	a.hub.change(func(s *api.State) { s.Engine.Status = "starting" })
	plan, err := hardware.Here(ctx, a.log)
	var choice hardware.Choice
	if err == nil {
		p.engine, choice, err = a.startPicked(ctx, &plan, worker.Options{Threads: engineThreads(), MadeDir: p.models.MadeDir(), Log: a.log})
	}
	if err != nil {
		a.hub.change(func(s *api.State) { s.Engine.Status = "failed" })
		action := "Helium tries again by itself."
		if errors.Is(err, ggml.ErrNotInstalled) {
			action = "Install Helium again: a part of it is missing."
		}
		return protocol.Reason{Code: string(api.ReasonNoEngine), Title: "The engine does not start", Detail: err.Error(), Action: action}
	}
	p.onClose(func() { p.engine.Close() })

	info, err := p.engine.Info(ctx)
	if err != nil {
		return err
	}
	memory, err := p.engine.Memory(ctx)
	if err != nil {
		return err
	}
	device := choice.Device
	p.class = device.Class(info.Runtime)
	p.meter = sense.NewMeter(device.Name, device.Kind == hardware.GPU)
	if c := a.cfg.Card; c != nil {
		p.class.Card, p.class.VRAMGB = c.Card, c.VRAMGB
		device.Name = c.Card
	}
	why := plan.Explain(choice)
	a.hub.change(func(s *api.State) {
		s.Engine.Status = "ready"
		s.Hardware = api.Hardware{
			Name: device.Name, Kind: string(device.Kind), VRAMGB: int(p.class.VRAMGB), Backend: choice.Package.Backend, Runtime: info.Runtime, Why: why.String(), WhySaid: why,
		}
	})
	a.showDevices(plan, choice.Device, info.Runtime)
	a.mu.Lock()
	a.modelMemory = memory.Limit
	a.mu.Unlock()
	a.showSetup()
	return nil
}

// engineThreads leaves one core to the person. More threads than free cores
// make the engine collapse, and on two cores or fewer one is all there is.
func engineThreads() int { return max(runtime.NumCPU()/2, 1) }

// profileName is the network's profile as it is kept in the data folder.
const profileName = "network.json"

// readProfile reads the network's profile: the one that was given, the one that
// was put into the data folder, or the local network's.
func (a *Agent) readProfile(ctx context.Context, p *parts) (err error) {
	if err := a.awaitNetwork(ctx); err != nil {
		return err
	}
	kept := filepath.Join(a.cfg.DataDir, profileName)
	from := a.cfg.Profile
	if from == "" {
		if _, err := os.Stat(kept); err == nil {
			from = kept
		} else {
			from = network.Local
		}
	}
	if p.profile, err = network.Load(ctx, from); err != nil {
		return protocol.Reason{
			Code: string(api.ReasonNoNetwork), Title: "No network yet", Detail: err.Error(),
			Action: "Start one on this computer with `make run`, or give a network's profile with --profile.",
		}
	}
	a.mu.Lock()
	a.profile = p.profile
	a.mu.Unlock()
	var chat string
	if free := freeBridge(p.profile); free != nil {
		chat = free.String()
	}
	a.hub.change(func(s *api.State) {
		s.Network = api.Network{Name: p.profile.Name, ChainID: p.profile.ChainID, HasFaucet: p.profile.Faucet != "", ChatURL: chat}
	})
	return nil
}
