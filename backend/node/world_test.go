package node

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay"
	"helium/backend/relay/client"
	"helium/backend/relay/roles"
	"helium/backend/relay/sponsor"
	"helium/backend/store"
	"helium/backend/wallet"
	"helium/inference/worker"
	"helium/inference/worker/workertest"
)

// TestMain makes the test binary an engine when it is started as one.
func TestMain(m *testing.M) { workertest.Main(m) }

// world is a network with real parts: contracts on a simulated chain that makes
// a block when there is something to put in it, a relay, a faucet, one engine.
type world struct {
	*testing.T
	sim     *contractstest.Chain
	profile protocol.Profile
	chain   *chain.Chain
	engine  *worker.Engine
	models  *models.Library
	class   protocol.GPUClass
	creator *creator

	// What newWorld's options change: the rules, and what the relay's sponsor
	// gives, which is nothing by default.
	rules   func(*contracts.Params)
	limits  sponsor.Limits
	sponsor *sponsor.Sponsor

	// block is held while a block is made, and guards accounts: who sends.
	block    sync.Mutex
	accounts []common.Address
}

func newWorld(t *testing.T, options ...func(*world)) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("runs a whole network")
	}
	w := &world{T: t}
	for _, o := range options {
		o(w)
	}
	w.sim = contractstest.New(t, w.rules)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := w.sim.Deployment
	w.profile = protocol.Profile{
		Version: protocol.ProfileVersion, Name: "test", ChainID: contractstest.ChainID,
		HTTP: "http://127.0.0.1:1", WS: "ws://127.0.0.1:1",
		StartBlock: at.Block, Contracts: protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task},
		Relays: []protocol.RelayInfo{{URL: "http://" + listener.Addr().String(), Address: contractstest.Address(w.sim.Relay)}},
	}
	creatorKey, faucetKey := w.sim.Account(), w.sim.Account()
	go w.makeBlocks()
	w.chain = w.openChain()
	w.startRelay(listener)
	w.startFaucet(w.openOutbox(faucetKey, nil))
	w.startEngine()
	w.creator = w.newCreator(creatorKey)
	return w
}

// makeBlocks makes a block when a transaction waits.
func (w *world) makeBlocks() {
	for w.Context().Err() == nil {
		time.Sleep(5 * time.Millisecond)
		w.block.Lock()
		for _, a := range w.accounts {
			mined, err := w.sim.Client.NonceAt(context.Background(), a, nil)
			if err != nil {
				break
			}
			if pending, err := w.sim.Client.PendingNonceAt(context.Background(), a); err == nil && pending > mined {
				w.sim.Backend.Commit()
				break
			}
		}
		w.block.Unlock()
	}
}

// advanceTo makes a block at a time of the chain, when no transaction waits.
func (w *world) advanceTo(unix uint64) {
	w.Helper()
	for range 500 {
		w.block.Lock()
		err := w.sim.Backend.AdjustTime(time.Duration(unix-w.sim.Now()) * time.Second)
		w.block.Unlock()
		if err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.Fatal("the chain's time can't be moved: there is always a transaction")
}

func (w *world) openChain() *chain.Chain {
	w.Helper()
	c, err := chain.Open(w.Context(), w.sim.Client, chain.Options{Poll: time.Second})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(c.Close)
	return c
}

func (w *world) startRelay(l net.Listener) {
	w.Helper()
	tasks, err := roles.Follow(w.Context(), w.chain, roles.Options{Contract: w.profile.Contracts.Task, StartBlock: w.profile.StartBlock})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(tasks.Close)
	w.startSponsor()
	r, err := relay.Start(w.Context(), relay.Config{
		DataDir: w.TempDir(), Listener: l, Profile: w.profile, Key: w.sim.Relay, Tasks: tasks, Sponsor: w.sponsor,
	})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { r.Close() })
}

func (w *world) startSponsor() {
	w.Helper()
	purse, err := wallet.FromKey(w.sim.Key())
	if err != nil {
		w.Fatal(err)
	}
	st, err := store.Open(w.TempDir(), store.Options{})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { st.Close() })
	w.sponsor, err = sponsor.Open(sponsor.Config{Profile: w.profile, Chain: w.chain, Store: st, Signer: purse, Limits: w.limits})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(w.sponsor.Close)
	w.block.Lock()
	w.accounts = append(w.accounts, purse.Address())
	w.block.Unlock()
}

// startFaucet gives 1000 CNX and a coin to whoever asks, as a local network's does.
func (w *world) startFaucet(o outbox) {
	token := contracts.NewToken()
	var asked int
	var mu sync.Mutex
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		var q struct {
			Address common.Address `json:"address"`
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil || q.Address == (common.Address{}) {
			http.Error(rw, "address is missing", http.StatusBadRequest)
			return
		}
		mu.Lock()
		asked++
		n := asked
		mu.Unlock()
		gas := chain.Intent{Key: fmt.Sprintf("gas/%d", n), To: q.Address, ValueWei: big.NewInt(params.Ether), GasLimit: 21_000}
		cnx := chain.Intent{Key: fmt.Sprintf("cnx/%d", n), To: w.profile.Contracts.Token, Data: token.PackTransfer(q.Address, contractstest.CNX(1000))}
		for _, i := range []chain.Intent{gas, cnx} {
			if _, err := o.Submit(r.Context(), i); err != nil {
				http.Error(rw, err.Error(), http.StatusInternalServerError)
				return
			}
		}
	}))
	w.Cleanup(server.Close)
	w.profile.Faucet = server.URL
}

func (w *world) startEngine() {
	w.Helper()
	var err error
	w.engine, err = worker.Start(w.Context(), worker.Options{CPUOnly: true, Threads: 1, MadeDir: w.TempDir()})
	if err != nil {
		w.Fatalf("start engine: %v", err)
	}
	w.Cleanup(func() { w.engine.Close() })
	info, err := w.engine.Info(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	w.class = protocol.GPUClass{Card: "CPU", VRAMGB: 4, Runtime: info.Runtime}
	w.block.Lock()
	w.sim.RegisterWith(contractstest.Class(w.class), Fingerprint(info))
	w.block.Unlock()
	if w.models, err = models.Open(w.TempDir(), models.Options{}); err != nil {
		w.Fatal(err)
	}
	if _, err := w.models.MakeDemo(w.Context()); err != nil {
		w.Fatal(err)
	}
}

// outbox is a wallet that sends.
type outbox struct {
	*chain.Sender
	wallet *wallet.Wallet
}

func (w *world) openOutbox(key *ecdsa.PrivateKey, st *store.Store) outbox {
	w.Helper()
	wal, err := wallet.FromKey(key)
	if err != nil {
		w.Fatal(err)
	}
	if st == nil {
		if st, err = store.Open(w.TempDir(), store.Options{}); err != nil {
			w.Fatal(err)
		}
		w.Cleanup(func() { st.Close() })
	}
	o := outbox{chain.OpenSender(w.chain, st, wal, chain.SenderOptions{Decode: contracts.DecodeError}), wal}
	w.Cleanup(o.Close)
	w.block.Lock()
	w.accounts = append(w.accounts, wal.Address())
	w.block.Unlock()
	return o
}

// host is a computer with a node on it.
type host struct {
	*Node
	w      *world
	name   string
	key    *ecdsa.PrivateKey
	dir    string
	change func(*Config)

	store *store.Store
	out   outbox
	relay *client.Client
	stop  context.CancelFunc
	done  chan error

	// rests counts how often the node found nothing to do for its task.
	rests atomic.Int64

	// mu guards hook, which is called at each step of a job.
	mu   sync.Mutex
	hook func(step string)
}

func (h *host) onStep(hook func(step string)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hook = hook
}

func (h *host) step(name string) {
	if name == "rest" {
		h.rests.Add(1)
	}
	h.mu.Lock()
	hook := h.hook
	h.mu.Unlock()
	if hook != nil {
		hook(name)
	}
}

// newHost makes a computer; boot starts it. change adjusts each start.
func (w *world) newHost(name string, change func(*Config)) *host {
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("host " + name)))
	if err != nil {
		w.Fatal(err)
	}
	return &host{w: w, name: name, key: key, dir: filepath.Join(w.TempDir(), name), change: change}
}

func (h *host) address() common.Address { return contractstest.Address(h.key) }

// prepare opens everything of the node and does not run it.
func (h *host) prepare() {
	h.w.Helper()
	st, err := store.Open(h.dir, store.Options{})
	if err != nil {
		h.w.Fatal(err)
	}
	h.store, h.out = st, h.w.openOutbox(h.key, st)
	h.relay, err = client.Dial(h.w.Context(), client.Options{URL: h.w.profile.Relays[0].URL, Signer: h.out.wallet, Domain: h.w.profile.Domain()})
	if err != nil {
		h.w.Fatal(err)
	}
	cfg := Config{
		Profile: h.w.profile, Wallet: h.out.wallet, Store: st, Engine: h.w.engine, Models: h.w.models, Relay: h.relay,
		Chain: h.w.chain, Sender: h.out, Sponsor: h.relay, Class: h.w.class, Log: testLog(h.name),
	}
	if h.change != nil {
		h.change(&cfg)
	}
	if h.Node, err = New(cfg); err != nil {
		h.w.Fatal(err)
	}
	h.at, h.every = h.step, 20*time.Millisecond
}

func testLog(name string) *slog.Logger {
	if os.Getenv("HELIUM_TEST_LOG") == "" {
		return slog.New(slog.DiscardHandler)
	}
	return slog.New(slog.NewTextHandler(os.Stderr, nil)).With("host", name)
}

func (h *host) run() {
	ctx, stop := context.WithCancel(context.Background())
	h.stop, h.done = stop, make(chan error, 1)
	go func() { h.done <- h.Run(ctx) }()
	h.w.Cleanup(h.shutDown)
}

func (h *host) boot() *host {
	h.w.Helper()
	h.prepare()
	h.run()
	return h
}

// shutDown ends the node in order; it may be called twice.
func (h *host) shutDown() {
	if h.stop == nil {
		return
	}
	h.stop()
	if err := <-h.done; err != nil && h.w.Context().Err() == nil {
		h.w.Errorf("node %s: %v", h.name, err)
	}
	h.stop = nil
	h.relay.Close()
	h.out.Close()
	h.store.Close()
}

// snapshot copies the node's folder as a kill at this moment would leave it.
func (h *host) snapshot() string {
	h.w.Helper()
	dir := filepath.Join(h.w.TempDir(), "snapshot")
	if err := os.CopyFS(dir, os.DirFS(h.dir)); err != nil {
		h.w.Fatal(err)
	}
	return dir
}

// await waits until the node's state is as wanted.
func (h *host) await(what string, want func(State) bool) State {
	h.w.Helper()
	ctx, cancel := context.WithTimeout(h.w.Context(), time.Minute)
	defer cancel()
	var last State
	found := errors.New("found")
	err := h.Subscribe(ctx, func(s State) error {
		last = s
		if want(s) {
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		h.w.Fatalf("node %s: waited in vain for %s, its state is %+v, reason %+v, task %+v, error %v", h.name, what, last, last.Reason, last.Task, err)
	}
	return last
}

func (h *host) join() *host {
	h.w.Helper()
	if err := h.Start(h.w.Context()); err != nil {
		h.w.Fatal(err)
	}
	h.await("running", func(s State) bool { return s.Status == StatusRunning })
	return h
}

// three boots and joins three nodes.
func (w *world) three(change ...func(*Config)) []*host {
	w.Helper()
	hosts := make([]*host, 3)
	for i := range hosts {
		var c func(*Config)
		if i < len(change) {
			c = change[i]
		}
		hosts[i] = w.newHost(fmt.Sprintf("n%d", i), c).boot()
	}
	for _, h := range hosts {
		if err := h.Start(w.Context()); err != nil {
			w.Fatal(err)
		}
	}
	for _, h := range hosts {
		h.await("running", func(s State) bool { return s.Status == StatusRunning })
	}
	return hosts
}

// calls counts the transactions of an account to the Task contract, by method.
func (w *world) calls(from common.Address) map[string]int {
	w.Helper()
	parsed, err := contracts.TaskMetaData.ParseABI()
	if err != nil {
		w.Fatal(err)
	}
	found := map[string]int{}
	signer := types.LatestSignerForChainID(big.NewInt(contractstest.ChainID))
	head := w.chain.Head().Number.Uint64()
	for n := w.profile.StartBlock; n <= head; n++ {
		block, err := w.sim.Client.BlockByNumber(w.Context(), new(big.Int).SetUint64(n))
		if err != nil {
			w.Fatal(err)
		}
		for _, tx := range block.Transactions() {
			if tx.To() == nil || *tx.To() != w.profile.Contracts.Task {
				continue
			}
			if sender, err := types.Sender(signer, tx); err != nil || sender != from {
				continue
			}
			if method, err := parsed.MethodById(tx.Data()); err == nil {
				found[method.Name]++
			}
		}
	}
	return found
}
