package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"helium/app/api"
	"helium/app/local"
	"helium/app/logbook"
	"helium/app/redact"
	"helium/app/shelf"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/wallet"
)

// Config of an agent. Only DataDir is needed.
type Config struct {
	// DataDir belongs to this agent alone.
	DataDir string
	// Profile is where the network's profile is: a file or an address. Empty
	// means the one kept in DataDir, or else the local network.
	Profile string
	// Listen is the loopback address of the local API; empty takes a free port.
	Listen string
	// UI is the page to serve; nil serves none.
	UI fs.FS
	// ModelsDir is where the models are until a person moves them; empty is the folder
	// of this user that other programs use too.
	ModelsDir string
	Wallet    wallet.Options
	// FirstRun lets a person set up a folder that has no wallet; otherwise one is
	// made silently.
	FirstRun bool
	// WindowFirst begins the work only when a window shows the state, or stays away:
	// starting an engine and opening a wallet take all of a small computer.
	WindowFirst bool
	// Run wishes the node to run from the first start on.
	Run     bool
	Options node.Options
	// Card declares another card than this computer has, for testing a network of
	// many; nil tells what there is. Its Runtime is not used.
	Card *protocol.GPUClass
	// Senses tell what the owner does, for whom the node makes room; nil tells
	// nothing, and then only the owner's word and hours count.
	Senses sense.Senses
	// Desktop is where the agent lives; nil for one that a command started.
	Desktop *Desktop
	Version string
	Log     *slog.Logger
	// Logs is the book that Log writes into, for whoever looks at it; nil where there
	// is none.
	Logs *logbook.Book
	// Redact takes secrets out of what is shown of the log; it is told of those that
	// the agent comes to know. Nil makes one.
	Redact *redact.Redactor
}

// Agent is a running agent.
type Agent struct {
	cfg    Config
	log    *slog.Logger
	hub    *hub
	server *local.Server
	lock   *flock.Flock
	owner  *owner
	prefs  *preferences
	desk   *desk
	// quits holds the owner's words to end, two of which mean at once.
	quits chan struct{}
	// shown closes when a window has shown the state.
	shown    chan struct{}
	showOnce sync.Once
	// computer is what the owner chose of this computer.
	computer *computer
	ledger   ledger
	shelf    *shelf.Shelf

	// showing keeps what is shown of the first run from going back in time.
	showing, showingModels sync.Mutex

	// mu guards everything that follows.
	mu   sync.Mutex
	node *node.Node
	// money of the present session; nil between two.
	money *money
	// applied is what the node was last told of making room.
	applied *node.Yielding
	// parting goes before what is decided, once the owner has said to end.
	parting *node.Yielding
	// wish that was made before there was a node to tell.
	wish func(context.Context, *node.Node) error
	// again asks for another try at setting up, or says that the person has done
	// what is waited for.
	again chan struct{}
	// run is the first run, done where there is none.
	run firstRun
	// wallet once it is open. draft is a phrase that no wallet is made of yet, and
	// ask which of its words are asked for.
	wallet *wallet.Wallet
	draft  wallet.Phrase
	ask    []int
	// leave ends the present session; leaving says that another is to follow at once.
	leave   context.CancelFunc
	leaving bool
	// profile of the present session's network; nil before it is read.
	profile *protocol.Profile
	// modelMemory is what models may take here, in bytes; 0 until the engine runs.
	modelMemory uint64
	// modelNeeds are the bytes of memory that models take, as far as they were read.
	modelNeeds map[string]uint64
	// talk serves the chat tab while there is a session.
	talk *talk
}

// Codes of the reasons that stand beside what they are about, on a screen of their
// own, and not with the node.
const (
	codeDesktop  = "desktop_unreadable"
	codeSettings = "settings_unreadable"
)

// ErrRunning says that another agent has the data folder.
var ErrRunning = errors.New("another Helium is running in this folder")

// Open takes the folder and serves the local API; Run does the work.
func Open(c Config) (*Agent, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Redact == nil {
		c.Redact = &redact.Redactor{}
	}
	if c.Listen == "" {
		c.Listen = "127.0.0.1:0"
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("open agent: %w", err)
	}
	lock := flock.New(filepath.Join(c.DataDir, "agent.lock"))
	if free, err := lock.TryLock(); err != nil {
		return nil, fmt.Errorf("open agent: lock %s: %w", c.DataDir, err)
	} else if !free {
		return nil, fmt.Errorf("%w: %s; stop it, or choose another folder with --data", ErrRunning, c.DataDir)
	}

	run, err := openFirstRun(c.DataDir, c.FirstRun)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	a := &Agent{cfg: c, log: c.Log, lock: lock, again: make(chan struct{}, 1), quits: make(chan struct{}, 2), shown: make(chan struct{}), run: run, hub: newHub(api.State{
		Version: c.Version, Now: time.Now(), Node: api.Node{Status: api.NodeStarting}, Recent: []api.TaskRecord{}, Wallet: api.Wallet{Transfers: []api.Transfer{}},
		Engine:  api.Engine{Status: "stopped", Models: []string{}},
		Models:  api.Models{Downloads: []api.ModelDownload{}, Leaving: []api.LeavingModel{}},
		Desktop: api.DesktopState{Unable: []api.Unable{}},
	})}
	a.prefs = a.openPreferences()
	if err := a.openShelf(); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	if c.Senses == nil {
		c.Senses = sense.Blind("Helium was started so that it does not look.")
	}
	a.owner = a.openOwner(c.Senses)
	a.showSettings()
	a.desk = openDesk(c.DataDir, c.Desktop, c.Log)
	a.showDesktop()
	a.computer = a.openComputer()
	a.ledger.electricity = a.readElectricity()
	if c.Run {
		a.wish = func(ctx context.Context, n *node.Node) error { return n.Start(ctx) }
	}
	if run.Step == api.SetupWallet && wallet.Exists(walletDir(c.DataDir)) {
		if err := a.step(context.Background(), eventWallet); err != nil {
			return nil, errors.Join(err, lock.Unlock())
		}
	}
	a.modelsChanged() // what was on its way before
	token := local.NewToken()
	c.Redact.Know(token)
	server, err := local.Serve(c.Listen, token, a, c.UI, c.Log)
	if err != nil {
		lock.Unlock()
		return nil, err
	}
	a.server = server
	if err := local.WriteAddress(c.DataDir, server.Address()); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// Link opens the agent's page in a browser; it holds the token.
func (a *Agent) Link() string { return a.server.Link() }

// Close gives the folder back. Run must have returned.
func (a *Agent) Close() error {
	local.RemoveAddress(a.cfg.DataDir)
	return errors.Join(a.server.Close(), a.lock.Unlock())
}

// Run sets up and runs the node until ctx ends or the owner quits.
func (a *Agent) Run(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	var looking sync.WaitGroup
	defer looking.Wait()
	defer stop()
	looking.Go(func() { a.awaitQuit(ctx, stop) })
	a.letWindowFirst(ctx)
	looking.Go(func() { a.watchOwner(ctx) })
	looking.Go(func() {
		a.applyHub(ctx)
		a.shelf.Run(ctx)
	})
	looking.Go(func() { a.tellNews(ctx) })
	looking.Go(func() { a.slim(ctx) })
	looking.Go(func() { a.watchComputer(ctx) })
	if a.settingUp() {
		if err := a.fetchChosen(a.chosenModel()); err != nil {
			a.log.Warn("the model to begin with can't be fetched", "err", err)
		}
	}
	wait := time.Second
	for {
		err := a.session(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if a.left() {
			continue
		}
		a.log.Warn("the node can't run yet", "err", err, "again in", wait)
		a.block(err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-a.again:
			wait = time.Second
		case <-time.After(wait):
			wait = min(2*wait, time.Minute)
		}
	}
}

// restart ends the session, so that the next one begins with what was chosen.
func (a *Agent) restart() {
	a.mu.Lock()
	a.leaving = true
	if a.leave != nil {
		a.leave()
	}
	a.mu.Unlock()
	a.wake() // where it waits to try again
}

// left says whether the session that is over was ended by restart.
func (a *Agent) left() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	left := a.leaving
	a.leaving = false
	return left
}

// block shows why setting up failed.
func (a *Agent) block(err error) {
	reason := protocol.Reason{Code: string(api.ReasonSetup), Title: "Helium can't start its node yet", Detail: err.Error(), Action: "Helium tries again by itself."}
	errors.As(err, &reason)
	a.hub.change(func(s *api.State) {
		s.Now = time.Now()
		s.Node.Status, s.Node.Reason = api.NodeBlocked, &reason
	})
}

// session is one life of the node, from the wallet to its end.
func (a *Agent) session(ctx context.Context) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	a.mu.Lock()
	a.leave, a.leaving, a.profile = leave, false, nil
	a.mu.Unlock()
	parts, err := a.setUp(ctx)
	defer parts.close()
	if err != nil {
		return err
	}
	n := parts.node
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer stop()
	defer a.shelf.Attach(n, parts.engine)()
	running.Go(func() { a.watchNode(ctx, n) })
	running.Go(func() { a.watchChain(ctx, parts.chain, n) })
	running.Go(func() { a.watchFunds(ctx, parts) })
	running.Go(func() { a.watchRelease(ctx, parts.profile) })
	chat := openTalk(parts, a.library, a.log)
	defer chat.close()
	purse := a.openMoney(ctx, parts)
	defer purse.wait()
	defer stop()
	a.mu.Lock()
	wish := a.wish
	a.node, a.money, a.wish, a.applied, a.talk = n, purse, nil, nil, chat
	a.mu.Unlock()
	a.heed(ctx) // before the node takes its first task
	if change := a.underWay(); change != nil {
		wish = change
	}
	defer func() {
		a.mu.Lock()
		a.node, a.money, a.talk = nil, nil, nil
		a.mu.Unlock()
	}()
	if wish != nil {
		if err := wish(ctx, n); err != nil {
			return err
		}
	}
	return n.Run(ctx)
}

func (a *Agent) watchNode(ctx context.Context, n *node.Node) {
	err := n.Subscribe(ctx, func(state node.State) error {
		a.showNode(state)
		a.changeOver(state)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		a.log.Error("show the node's state", "err", err)
	}
}

// showNode shows the node's state. Once the node is to work, the owner is looked at
// more often, from that moment on.
func (a *Agent) showNode(state node.State) {
	var begins bool
	a.hub.change(func(s *api.State) {
		wanted := s.Node.WantRunning
		s.Now = time.Now()
		show(s, state)
		showEngine(s, state)
		a.computer.showMissing(s)
		begins = s.Node.WantRunning && !wanted
	})
	if begins {
		a.owner.look()
	}
}

// State, Watch and the wishes are what the local API serves.

// State is everything a screen shows.
func (a *Agent) State(context.Context) (api.State, error) { return a.hub.get(), nil }

// Watch sends the present state and every change.
func (a *Agent) Watch(ctx context.Context) <-chan api.State { return a.hub.watch(ctx) }

// Start wishes the node to stake and run.
func (a *Agent) Start(ctx context.Context) error {
	if !a.computer.heldSince().IsZero() {
		defer a.restart() // which looks for the device again
	}
	return a.tell(ctx, func(ctx context.Context, n *node.Node) error { return n.Start(ctx) })
}

// Stop wishes it to leave and take its stake back.
func (a *Agent) Stop(ctx context.Context) error {
	if err := a.stayOut(); err != nil {
		return err
	}
	return a.tell(ctx, func(ctx context.Context, n *node.Node) error { return n.Stop(ctx) })
}

// Pause wishes it to take no tasks.
func (a *Agent) Pause(ctx context.Context) error {
	return a.tell(ctx, func(ctx context.Context, n *node.Node) error { return n.Pause(ctx) })
}

// Resume ends a pause, of whatever kind, as far as the owner may.
func (a *Agent) Resume(ctx context.Context) error {
	if err := a.goOn(); err != nil {
		return err
	}
	return a.tell(ctx, func(ctx context.Context, n *node.Node) error { return n.Resume(ctx) })
}

// tell passes a wish to the node, or keeps it until there is one.
func (a *Agent) tell(ctx context.Context, wish func(context.Context, *node.Node) error) error {
	a.mu.Lock()
	n := a.node
	if n == nil {
		a.wish = wish
	}
	a.mu.Unlock()
	if n != nil {
		err := wish(ctx, n)
		a.owner.look()
		return err
	}
	a.wake()
	return nil
}
