//go:build !desktop

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"helium/app/agent"
	"helium/app/launch"
	"helium/app/logbook"
	"helium/app/login"
	"helium/app/notices"
	"helium/app/redact"
	"helium/app/tray"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/wallet"
	"helium/frontend"
)

// nodeCmd runs the agent: wallet, engine and node loop, with the local API.
type nodeCmd struct {
	Data           string `help:"Folder of this node." placeholder:"DIR"`
	Profile        string `help:"The network's profile, a file or an address; the local network if there is none." placeholder:"FILE|URL"`
	Listen         string `default:"127.0.0.1:0" help:"Loopback address of the page and the local API."`
	Run_           bool   `name:"run" help:"Stake and take tasks from the first start on, and ask nobody anything: the wallet is made silently."`
	Tray           bool   `help:"Show an icon in the tray, where there is one."`
	PassphraseFile bool   `help:"Keep the wallet's passphrase in a file, not in the keychain."`
	Always         bool   `help:"Work whatever else this computer does: look at no games, battery or heat."`
	LogToFile      bool   `hidden:"" help:"Log into the node's folder alone, and print no link: for a start by the window."`
	WindowFirst    bool   `hidden:"" help:"Answer at once and begin the work when the window is shown, for a start by it."`
	StopWithStdin  bool   `hidden:"" help:"End when standard input does."`
	Card           string `hidden:"" help:"Declare this card, NAME:GB, to test a network of many." placeholder:"NAME:GB"`
	Fault          string `hidden:"" help:"Misbehave, to show what becomes of it." placeholder:"KIND"`
}

func (c nodeCmd) Run(env *environment) error {
	dir := c.Data
	if dir == "" {
		var err error
		if dir, err = launch.DataDir(); err != nil {
			return err
		}
	}
	fault, err := node.ParseFault(c.Fault)
	if err != nil {
		return err
	}
	var card *protocol.GPUClass
	if c.Card != "" {
		if card, err = parseCard(c.Card); err != nil {
			return err
		}
	}
	ui, err := frontend.Node()
	if err != nil {
		return err
	}
	var secrets redact.Redactor
	book, err := logbook.Open(launch.LogDir(dir), env.level, &secrets)
	if err != nil {
		return err
	}
	defer book.Close()
	if err := book.CatchCrashes(); err != nil {
		return err
	}
	handlers := []slog.Handler{book.Handler()}
	if !c.LogToFile {
		handlers = append(handlers, env.log.Handler())
	}
	env.log = slog.New(slog.NewMultiHandler(handlers...))

	var senses sense.Senses
	if !c.Always {
		computer := sense.Open(env.log)
		defer computer.Close()
		senses = computer
	}
	a, err := agent.Open(agent.Config{
		Senses: senses, Desktop: c.desktop(dir), Logs: book, Redact: &secrets,
		DataDir: dir, Profile: c.Profile, Listen: c.Listen, UI: ui, Run: c.Run_, WindowFirst: c.WindowFirst, FirstRun: !c.Run_, Version: version, Log: env.log,
		Wallet: wallet.Options{FileOnly: c.PassphraseFile}, Options: node.Options{Fault: fault}, Card: card,
	})
	if err != nil {
		return err
	}
	if !c.LogToFile { // the link holds the token
		fmt.Fprintf(env.stdout, "The node's page, for this computer only:\n\n  %s\n\n", a.Link())
	}

	return errors.Join(ignoreCanceled(c.runWith(env, dir, a)), a.Close())
}

// runWith runs the agent, with the tray on the main thread where it is wanted.
func (c nodeCmd) runWith(env *environment, dir string, a *agent.Agent) error {
	ctx, end := context.WithCancel(env.ctx)
	defer end()
	if c.StopWithStdin {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			end()
		}()
	}
	if !c.Tray {
		return a.Run(ctx)
	}

	// The desktop's session ends with a signal, and leaves a moment to part.
	ctx, end = context.WithCancel(context.WithoutCancel(env.ctx))
	defer end()
	context.AfterFunc(env.ctx, func() {
		a.Quit(ctx)
		time.AfterFunc(partingTime, end)
	})
	done := make(chan error, 1)
	go func() {
		done <- a.Run(ctx)
		end()
	}()
	err := tray.Run(ctx, a, tray.Actions{
		Shown: a.TrayShown,
		Open: func() {
			if err := launch.Window(dir); err != nil {
				env.log.Warn("open the window", "err", err)
			}
		},
	}, env.log)
	if errors.Is(err, tray.ErrNoTray) {
		env.log.Info("no tray; the window shows the node", "err", err)
	}
	return <-done
}

// partingTime is how long the node may take to tell the network that it leaves
// when the desktop's session ends.
const partingTime = 8 * time.Second

// desktop is where an agent with a tray lives; nil for one without.
func (c nodeCmd) desktop(dir string) *agent.Desktop {
	if !c.Tray {
		return nil
	}
	return &agent.Desktop{Login: atLogin{dir}, Notify: notices.Send}
}

// atLogin is the entry that starts this node with the desktop.
type atLogin struct{ dir string }

func (l atLogin) entry() (login.Entry, error) {
	command, err := launch.AtLogin(l.dir)
	return login.Entry{ID: "network.helium.Helium", Name: "Helium", Command: command}, err
}

// On says whether the node starts at login.
func (l atLogin) On() (bool, error) {
	e, err := l.entry()
	if err != nil {
		return false, err
	}
	return e.On()
}

// Set has the node start at login, or no longer.
func (l atLogin) Set(on bool) error {
	e, err := l.entry()
	if err != nil {
		return err
	}
	return e.Set(on)
}

func ignoreCanceled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
