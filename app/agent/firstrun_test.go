package agent

import (
	"os"
	"path/filepath"
	"testing"

	"helium/app/api"
)

// Every step and event, with everything here and with nothing.
func TestEveryWayThroughTheFirstRun(t *testing.T) {
	all, none := setupFacts{engine: true, wallet: true, network: true, model: true}, setupFacts{}
	steps := []api.SetupStep{api.SetupComputer, api.SetupWallet, api.SetupNetwork, api.SetupModel, api.SetupTest, api.SetupDone}
	want := map[api.SetupStep]map[setupEvent]struct{ all, none api.SetupStep }{
		api.SetupComputer: {eventNext: {api.SetupWallet, ""}},
		api.SetupWallet:   {eventBack: {api.SetupComputer, api.SetupComputer}, eventWallet: {api.SetupNetwork, ""}},
		api.SetupNetwork:  {eventNext: {api.SetupModel, ""}},
		api.SetupModel:    {eventNext: {api.SetupTest, ""}, eventBack: {api.SetupNetwork, api.SetupNetwork}},
		api.SetupTest:     {eventNext: {api.SetupDone, api.SetupDone}, eventBack: {api.SetupModel, api.SetupModel}},
	}
	for _, from := range steps {
		for _, on := range []setupEvent{eventNext, eventBack, eventWallet} {
			for facts, to := range map[setupFacts]api.SetupStep{all: want[from][on].all, none: want[from][on].none} {
				got, err := follow(from, on, facts)
				if to == "" {
					if err == nil || err.Error() == "" || got != from {
						t.Errorf("%s, %s, %+v: went to %s", from, on, facts, got)
					}
				} else if err != nil || got != to {
					t.Errorf("%s, %s, %+v: got %s, %v, want %s", from, on, facts, got, err, to)
				}
			}
		}
	}
}

// From every step the end can be reached.
func TestNoStepOfTheFirstRunIsADeadEnd(t *testing.T) {
	facts := setupFacts{engine: true, wallet: true, network: true, model: true}
	for _, e := range edges() {
		at := e.from
		for range len(edges()) {
			on := eventNext
			if at == api.SetupWallet {
				on = eventWallet
			}
			if next, err := follow(at, on, facts); err == nil {
				at = next
			}
		}
		if at != api.SetupDone {
			t.Errorf("from %s one comes to %s", e.from, at)
		}
	}
}

func TestAFirstRunIsTakenUpWhereItWasLeft(t *testing.T) {
	dir := t.TempDir()
	if r, err := openFirstRun(dir, true); err != nil || r.Step != api.SetupComputer {
		t.Fatalf("at first: %+v, %v", r, err)
	}
	left := firstRun{Step: api.SetupModel, Local: true, Model: "helium/demo"}
	if err := left.keep(dir); err != nil {
		t.Fatal(err)
	}
	if r, err := openFirstRun(dir, true); err != nil || r != left {
		t.Errorf("then: %+v, %v", r, err)
	}
	if r, err := openFirstRun(dir, false); err != nil || r.Step != api.SetupDone {
		t.Errorf("with nobody to ask: %+v, %v", r, err)
	}
	for _, damaged := range []string{"", "[]", `{"step":"elsewhere"}`, `{"step":7}`} {
		if err := os.WriteFile(filepath.Join(dir, setupName), []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if r, err := openFirstRun(dir, true); err != nil || r != (firstRun{Step: api.SetupComputer}) {
			t.Errorf("%q: %+v, %v", damaged, r, err)
		}
	}
}

func TestAFolderWithAWalletAndNoRecordWasSetUpBefore(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(walletDir(dir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(walletDir(dir), "key.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := openFirstRun(dir, true); err != nil || r.Step != api.SetupDone {
		t.Errorf("%+v, %v", r, err)
	}
}
