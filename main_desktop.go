//go:build desktop

package main

import (
	"fmt"
	"log/slog"
	"os"

	"helium/app/launch"
	"helium/app/window"
	"helium/frontend"
)

// The desktop build is the window alone: it finds or starts the agent, shows
// the node app, and ends when it is closed.
func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := show(log); err != nil {
		fmt.Fprintln(os.Stderr, "helium:", err)
		os.Exit(1)
	}
}

func show(log *slog.Logger) error {
	dir, err := launch.DataDir()
	if err != nil {
		return err
	}
	ui, err := frontend.Node()
	if err != nil {
		return err
	}
	return window.Run(dir, ui, log)
}
