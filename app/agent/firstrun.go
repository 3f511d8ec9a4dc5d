package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"helium/app/api"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// setupEvent is what moves the first run on.
type setupEvent string

const (
	eventNext setupEvent = "next"
	eventBack setupEvent = "back"
	// eventWallet: there is a wallet.
	eventWallet setupEvent = "wallet"
)

// setupFacts are what a step may wait for.
type setupFacts struct{ engine, wallet, network, model bool }

// edge is one way from a step to another. missing is what the person is told
// when the way is not open yet.
type edge struct {
	from    api.SetupStep
	on      setupEvent
	to      api.SetupStep
	open    func(setupFacts) bool
	missing *protocol.Phrase
}

// edges is the whole first run.
func edges() []edge {
	always := func(setupFacts) bool { return true }
	return []edge{
		{api.SetupComputer, eventNext, api.SetupWallet, func(f setupFacts) bool { return f.engine },
			protocol.Say("setup_looking", "Helium is still looking at this computer. Wait a moment.")},
		{api.SetupWallet, eventBack, api.SetupComputer, always, nil},
		{api.SetupWallet, eventWallet, api.SetupNetwork, func(f setupFacts) bool { return f.wallet }, protocol.Say("setup_no_wallet", "There is no wallet yet.")},
		{api.SetupNetwork, eventNext, api.SetupModel, func(f setupFacts) bool { return f.network },
			protocol.Say("setup_no_network", "No network has answered yet. Choose one first.")},
		{api.SetupModel, eventBack, api.SetupNetwork, always, nil},
		{api.SetupModel, eventNext, api.SetupTest, func(f setupFacts) bool { return f.model },
			protocol.Say("setup_no_model", "The model is not here yet. Wait for it, or choose another.")},
		{api.SetupTest, eventBack, api.SetupModel, always, nil},
		{api.SetupTest, eventNext, api.SetupDone, always, nil},
	}
}

// follow is where an event leads from a step.
func follow(from api.SetupStep, on setupEvent, f setupFacts) (api.SetupStep, error) {
	for _, e := range edges() {
		if e.from != from || e.on != on {
			continue
		}
		if !e.open(f) {
			return from, e.missing
		}
		return e.to, nil
	}
	return from, say("setup_elsewhere", "The set-up is at another step now. Look at the page again.")
}

// firstRun is how far a person has come, as the data folder keeps it. The wallet
// and the models are where they always are.
type firstRun struct {
	Step api.SetupStep `json:"step"`
	// Local says that the network of this computer was chosen; another one's
	// profile is kept in the folder.
	Local bool   `json:"local,omitempty"`
	Model string `json:"model,omitempty"`
}

// setupName is the first run's record in the data folder.
const setupName = "setup.json"

// openFirstRun takes the set-up of a folder up again. A folder that has a wallet
// and no record was set up before there was a first run.
func openFirstRun(dir string, wanted bool) (firstRun, error) {
	done := firstRun{Step: api.SetupDone}
	b, err := os.ReadFile(filepath.Join(dir, setupName))
	switch {
	case errors.Is(err, fs.ErrNotExist) && (!wanted || wallet.Exists(walletDir(dir))):
		return done, nil
	case errors.Is(err, fs.ErrNotExist):
		return firstRun{Step: api.SetupComputer}, nil
	case err != nil:
		return done, fmt.Errorf("read set-up: %w", err)
	}
	var r firstRun
	if err := json.Unmarshal(b, &r); err != nil || !isStep(r.Step) {
		r = firstRun{Step: api.SetupComputer} // nothing is lost by asking again
	}
	if !wanted {
		return done, nil
	}
	return r, nil
}

func isStep(s api.SetupStep) bool {
	if s == api.SetupDone {
		return true
	}
	for _, e := range edges() {
		if e.from == s {
			return true
		}
	}
	return false
}

// keep writes the record whole or not at all.
func (r firstRun) keep(dir string) error { return keepFile(filepath.Join(dir, setupName), r) }

// settingUp says whether a person is in the first run.
func (a *Agent) settingUp() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.run.Step != api.SetupDone
}

// chosenModel is the model to begin with; empty before one is chosen.
func (a *Agent) chosenModel() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.run.Model
}

// changeRun edits the record, keeps it and shows it.
func (a *Agent) changeRun(edit func(*firstRun) error) error {
	a.mu.Lock()
	next := a.run
	err := edit(&next)
	if err == nil {
		err = next.keep(a.cfg.DataDir)
	}
	if err == nil {
		a.run = next
	}
	a.mu.Unlock()
	a.showSetup()
	return err
}

// SetupNext goes on.
func (a *Agent) SetupNext(ctx context.Context) error { return a.step(ctx, eventNext) }

// SetupBack goes back.
func (a *Agent) SetupBack(ctx context.Context) error { return a.step(ctx, eventBack) }

func (a *Agent) step(_ context.Context, on setupEvent) error {
	facts := a.facts()
	return a.changeRun(func(r *firstRun) (err error) {
		if r.Step, err = follow(r.Step, on, facts); err != nil {
			return err
		}
		if r.Step == api.SetupWallet && facts.wallet {
			r.Step, err = follow(r.Step, eventWallet, facts)
		}
		return err
	})
}

// facts are what is here now.
func (a *Agent) facts() setupFacts {
	s := a.hub.get()
	f := setupFacts{
		engine: s.Hardware.Runtime != "", wallet: wallet.Exists(walletDir(a.cfg.DataDir)),
		network: s.Network.Connected,
	}
	a.mu.Lock()
	model := a.run.Model
	a.mu.Unlock()
	if library, err := a.library(); err == nil && model != "" {
		_, err := library.Get(model)
		f.model = err == nil
	}
	return f
}

// showSetup puts the first run into the state; nothing once it is over.
func (a *Agent) showSetup() {
	a.showing.Lock()
	defer a.showing.Unlock()
	a.mu.Lock()
	run := a.run
	a.mu.Unlock()
	if run.Step == api.SetupDone {
		a.hub.change(func(s *api.State) { s.Setup = nil })
		return
	}
	download, reason := a.chosen(run.Model)
	setup := &api.Setup{
		Step: run.Step, Network: a.networkFrom(), Models: a.firstModels(), Model: run.Model, Download: download, Reason: reason,
	}
	a.hub.change(func(s *api.State) { s.Setup = setup })
}

// networkFrom is Setup.Network.
func (a *Agent) networkFrom() string {
	a.mu.Lock()
	local := a.run.Local
	a.mu.Unlock()
	switch _, err := os.Stat(filepath.Join(a.cfg.DataDir, profileName)); {
	case a.cfg.Profile != "":
		return "given"
	case err == nil:
		return "kept"
	case local:
		return "local"
	default:
		return ""
	}
}
