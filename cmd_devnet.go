//go:build !desktop

package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"helium/app/launch"
	"helium/backend/bridge"
	"helium/backend/devnet"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/frontend"
)

// devnetCmd runs a whole network on this computer.
type devnetCmd struct {
	Data      string         `help:"Folder that keeps everything." placeholder:"DIR"`
	Block     time.Duration  `default:"1s" help:"Shortest time between blocks."`
	Nodes     int            `default:"3" help:"How many nodes."`
	DemoModel bool           `help:"Never reach for the network: the built-in demo model answers."`
	Ready     string         `help:"File that says where everything is, while it serves." placeholder:"FILE"`
	Port      int            `default:"7400" help:"First of five ports on 127.0.0.1; 0 takes free ones."`
	Cheat     int            `help:"Make that many nodes answer wrongly, to see them slashed."`
	Card      []string       `help:"Declare cards, in turn, instead of this computer's, to test a network of many: \"NVIDIA GeForce RTX 4070:12\"." placeholder:"NAME:GB"`
	Fake      *time.Duration `name:"fake-inference" hidden:"" help:"Answers are made up and come after this time (0 is at once), to measure the network alone." placeholder:"TIME"`
	Pprof     string         `hidden:"" help:"Address for Go's profiler, such as 127.0.0.1:6060." placeholder:"ADDR"`
	Fault     []string       `help:"Make the last nodes misbehave, one for each: lie, silent, mute, double, swap, copy, hold, fail, stray or front." placeholder:"KIND"`
}

func (c devnetCmd) Run(env *environment) error {
	dir := c.Data
	if dir == "" {
		base, err := launch.DataDir()
		if err != nil {
			return err
		}
		dir = filepath.Join(base, "devnet")
	}
	faults, err := c.faults()
	if err != nil {
		return err
	}
	var cards []protocol.GPUClass
	for _, text := range c.Card {
		card, err := parseCard(text)
		if err != nil {
			return err
		}
		cards = append(cards, *card)
	}
	chat, err := frontend.Chat()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("open devnet: %w", err)
	}
	logFile, err := os.OpenFile(filepath.Join(dir, "devnet.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer logFile.Close()

	if c.Pprof != "" {
		stop, err := servePprof(c.Pprof)
		if err != nil {
			return err
		}
		defer stop()
	}

	defer bridge.CalmCollector()() // this process is the bridge too

	// The terminal is for the person; what the parts say goes to a file.
	log := slog.New(slog.NewTextHandler(logFile, &slog.HandlerOptions{Level: slog.LevelInfo}))
	return devnet.Run(env.ctx, devnet.Config{
		DataDir: dir, Block: c.Block, Nodes: c.Nodes, DemoModel: c.DemoModel, Ready: c.Ready, Port: c.Port, Faults: faults, Cards: cards, Fake: c.Fake,
		Chat: chat, Out: env.stdout, Log: log,
	})
}

// servePprof answers Go's profiler. A page in a browser can't read the answers:
// they have no CORS headers.
func servePprof(addr string) (stop func() error, err error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("--pprof: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(ln)
	return server.Close, nil
}

// faults are those of the last nodes.
func (c devnetCmd) faults() ([]node.Fault, error) {
	if c.Cheat < 0 || c.Cheat > c.Nodes {
		return nil, fmt.Errorf("--cheat %d: there are %d nodes", c.Cheat, c.Nodes)
	}
	faults := slices.Repeat([]node.Fault{node.FaultLie}, c.Cheat)
	for _, name := range c.Fault {
		f, err := node.ParseFault(name)
		if err != nil {
			return nil, fmt.Errorf("--fault: %w", err)
		}
		faults = append(faults, f)
	}
	return faults, nil
}

// parseCard reads NAME:GB; names may have colons.
func parseCard(text string) (*protocol.GPUClass, error) {
	at := strings.LastIndex(text, ":")
	if at <= 0 {
		return nil, fmt.Errorf("--card %q: give the name and the memory in GB, as in \"NVIDIA GeForce RTX 4070:12\"", text)
	}
	gb, err := strconv.ParseUint(text[at+1:], 10, 16)
	if err != nil || gb == 0 {
		return nil, fmt.Errorf("--card %q: %q is not a number of GB", text, text[at+1:])
	}
	return &protocol.GPUClass{Card: text[:at], VRAMGB: uint16(gb)}, nil
}
