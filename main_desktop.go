//go:build desktop

package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"helium/app/launch"
	"helium/app/window"
	"helium/frontend"
)

// The desktop build is the window alone: it finds or starts the agent, shows
// the node app, and ends when it is closed. At login it starts the agent alone.
func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := show(log); err != nil {
		fmt.Fprintln(os.Stderr, "helium:", err)
		os.Exit(1)
	}
}

func show(log *slog.Logger) error {
	dir := flag.String("data", "", "folder of the node")
	hidden := flag.Bool(strings.TrimPrefix(launch.HiddenFlag, "--"), false, "start the agent and show no window, as at login")
	flag.Parse()
	if *dir == "" {
		var err error
		if *dir, err = launch.DataDir(); err != nil {
			return err
		}
	}
	if *hidden {
		_, err := launch.Agent(context.Background(), *dir)
		return err
	}
	ui, err := frontend.Node()
	if err != nil {
		return err
	}
	return window.Run(*dir, ui, log)
}
