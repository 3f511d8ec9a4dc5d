// Helium: people's own computers run GPT and Stable Diffusion tasks for pay,
// and three machines check every answer on a blockchain.
//
// This file picks the command. Built with the tag "desktop" the program is the
// window instead: see main_desktop.go.

//go:build !desktop

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"github.com/alecthomas/kong"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/relay/sponsor"
	"helium/inference/worker"
)

// version of the program; a release sets it when linking.
var version = "0.1.0-dev"

// cli is every command; each one's fields are its flags.
type cli struct {
	Devnet  devnetCmd  `cmd:"" help:"Run a whole network on this computer."`
	Node    nodeCmd    `cmd:"" help:"Run a node: earn with this computer."`
	Status  statusCmd  `cmd:"" help:"How a running node is doing."`
	Task    taskCmd    `cmd:"" help:"Send tasks, check documents and receipts."`
	Model   modelCmd   `cmd:"" help:"Models on this computer."`
	Network networkCmd `cmd:"" help:"Start a network of one's own on any EVM chain, and look at one."`
	Relay   relayCmd   `cmd:"" help:"Run a relay of a network."`
	Bridge  bridgeCmd  `cmd:"" help:"Run a bridge to a network, and its API keys."`
	Chain   chainCmd   `cmd:"" help:"Run a chain of one's own."`
	Bench   benchCmd   `cmd:"" help:"Measure."`
	Engine  engineCmd  `cmd:"" hidden:"" help:"The inference engine (started by a node)."`

	Verbose  bool             `short:"v" help:"Log more; the same as --log-level debug."`
	LogLevel slog.Level       `default:"info" help:"What to log: debug, info, warn or error." placeholder:"LEVEL"`
	Version  kong.VersionFlag `help:"Print the version."`
}

// usageError is a mistake in how the program was called.
const exitUsage = 2

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

func run(args []string, stdout, stderr io.Writer) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c,
		kong.Name("helium"),
		kong.Description("A network on which people's own computers run GPT and Stable Diffusion tasks for pay."),
		kong.Writers(stdout, stderr),
		kong.Vars(defaults()),
		kong.Configuration(readConfig),
		kong.UsageOnError(),
		kong.Exit(func(code int) { exit = code }),
	)
	if err != nil {
		fmt.Fprintln(stderr, "helium:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit // help or version was printed
	}
	if err != nil {
		fmt.Fprintf(stderr, "helium: %v\nRun \"helium --help\" to see what there is.\n", err)
		return exitUsage
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	level := c.LogLevel
	if c.Verbose {
		level = slog.LevelDebug
	}
	env := &environment{ctx: ctx, stdout: stdout, level: level, log: slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: level}))}
	if err := parsed.Run(env); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(stderr, "helium:", err)
		return 1
	}
	return 0
}

// defaults are the values of flags that other packages decide.
func defaults() map[string]string {
	l := sponsor.DefaultLimits()
	return map[string]string{
		"version":       version,
		"delay":         contracts.TimelockDelay.String(),
		"second_value":  creator.UsualValue().Decimal(),
		"sponsor_day":   new(big.Int).Quo(l.Day, big.NewInt(params.Ether)).String(),
		"sponsor_price": new(big.Int).Quo(l.GasPrice, big.NewInt(params.GWei)).String(),
		"sponsor_hour":  strconv.Itoa(l.Hour),
	}
}

// environment is what a command gets beside its flags.
type environment struct {
	ctx    context.Context
	stdout io.Writer
	log    *slog.Logger
	level  slog.Level
}

// engineCmd is the child process of a node. Its arguments say nothing: all
// comes through its standard input, which its parent holds open.
type engineCmd struct{}

func (engineCmd) Run(env *environment) error {
	err := worker.Serve(env.ctx, os.Stdin, os.Stdout, env.log)
	if errors.Is(err, worker.ErrParentGone) {
		// Native code may be in the middle of a token: leave without waiting.
		os.Exit(0)
	}
	return err
}
