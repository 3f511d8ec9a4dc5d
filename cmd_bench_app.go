//go:build !desktop

package main

import (
	"fmt"
	"time"
)

// benchAppCmd measures the desktop app.
type benchAppCmd struct {
	Window string        `default:"build/bin/Helium" help:"The window's program; the agent lies beside it."`
	Empty  string        `default:"build/bin/EmptyApp" help:"A Wails app that does nothing."`
	Engine string        `default:"build/engine" help:"Folder of the engine's packages."`
	For    time.Duration `default:"5m" help:"How long the waiting agent is watched; 0 leaves it out."`
	Runs   int           `default:"9" help:"How many starts of each window; 0 leaves them out."`
	Ready  string        `help:"Ready file of a devnet that runs already." placeholder:"FILE"`
	JSON   bool          `name:"json" help:"Print one JSON object."`
}

func (benchAppCmd) Help() string {
	return "Prints what the agent takes with its window closed, waiting for tasks and paused, and how long a cold start takes until the window can be used, " +
		"beside an empty Wails app's. Exits with an error where a limit is broken. Wants a screen and a session bus, which `make bench-app` gives it."
}

func (c benchAppCmd) Run(env *environment) error {
	r, stop, err := readyOr(env.ctx, c.Ready, "--nodes", "3", "--demo-model")
	if err != nil {
		return err
	}
	defer stop()
	found, err := c.measure(env, r)
	if err != nil {
		return fmt.Errorf("measure the app: %w", err)
	}
	if err := env.print(found, c.JSON); err != nil {
		return err
	}
	return found.Kept()
}
