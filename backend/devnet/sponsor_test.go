package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/hardware"
	"helium/backend/models"
	"helium/backend/node"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/backend/store"
	"helium/backend/wallet"
	"helium/inference/worker"
	"helium/inference/worker/workertest"
)

// TestMain makes the test binary an engine when it is started as one.
func TestMain(m *testing.M) { workertest.Main(m) }

// TestEarnersNeedNoGas runs the devnet's own services, from the validator to the
// bridge, and three nodes that have CNX and never a coin: they join, pause, resume,
// answer, are paid, leave, and take home all they have.
func TestEarnersNeedNoGas(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as a stake stays")
	}
	d := serve(t)
	earners := make([]*earner, protocol.Seats)
	for i := range earners {
		earners[i] = d.newEarner(t)
	}
	for _, e := range earners {
		e.do(t, e.Start, "running", func(s node.State) bool { return s.Status == node.StatusRunning })
	}
	me := earners[0]
	me.do(t, me.Pause, "paused", func(s node.State) bool { return s.Status == node.StatusPaused })
	me.do(t, me.Resume, "running", func(s node.State) bool { return s.Status == node.StatusRunning })

	d.ask(t, "What does a node earn?")
	for _, e := range earners {
		e.do(t, nil, "its pay", func(s node.State) bool { return len(s.Recent) == 1 && !s.Recent[0].Paid.IsZero() && s.Task == nil })
	}
	s := me.do(t, me.Stop, "its earnings", func(s node.State) bool {
		return s.Status == node.StatusStopped && s.Credited.IsZero() && s.Balance.Cmp(protocol.CNX(600)) > 0
	})
	if s.Stake.Cmp(protocol.CNX(400)) != 0 || s.StakeFrom.IsZero() {
		t.Errorf("its stake of %s comes back at %s", s.Stake, s.StakeFrom)
	}
	s = me.do(t, nil, "its stake", func(s node.State) bool { return s.Stake.IsZero() && s.Balance.Cmp(protocol.CNX(1000)) > 0 })
	if want := protocol.CNX(1000).Add(s.Earnings.Total); s.Balance.Cmp(want) != 0 {
		t.Errorf("it went with 1000 CNX, earned %s, and has %s", s.Earnings.Total, s.Balance)
	}

	for _, e := range earners {
		coins, err := d.rpc.BalanceAt(t.Context(), e.address, nil)
		if err != nil || coins.Sign() != 0 {
			t.Errorf("%s has %s of gas, %v", e.address, coins, err)
		}
		if nonce, err := d.rpc.NonceAt(t.Context(), e.address, nil); err != nil || nonce != 0 {
			t.Errorf("%s sent %d transactions itself, %v", e.address, nonce, err)
		}
	}
}

// serve starts all of a devnet but its nodes.
func serve(t *testing.T) *devnet {
	t.Helper()
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	d := &devnet{Config: Config{DataDir: t.TempDir(), Nodes: protocol.Seats, DemoModel: true, Log: slog.New(slog.DiscardHandler)}}
	if err := d.complete(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	for _, step := range []func(context.Context) error{
		d.openFolder, d.prepareModels, d.startChain, d.deploy, d.startFaucet, d.startRelay, d.startBridge,
	} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// earner is a node with a wallet that has CNX and nothing else.
type earner struct {
	*node.Node
	address common.Address
}

func (d *devnet) newEarner(t *testing.T) *earner {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w, err := wallet.FromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	gift := chain.Intent{
		Key: "cnx for " + w.Address().Hex(), To: d.profile.Contracts.Token,
		Data: contracts.NewToken().PackTransfer(w.Address(), protocol.CNX(1000).Big()),
	}
	if _, err := d.operator.Submit(t.Context(), gift); err != nil {
		t.Fatal(err)
	}
	return &earner{d.newNode(t, w), w.Address()}
}

// newNode runs a node in this process.
func (d *devnet) newNode(t *testing.T, w *wallet.Wallet) *node.Node {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sender := chain.OpenSender(d.chain, st, w, chain.SenderOptions{Decode: contracts.DecodeError})
	link, err := client.Dial(t.Context(), client.Options{URL: d.profile.Relays[0].URL, Signer: w, Domain: d.profile.Domain()})
	if err != nil {
		t.Fatal(err)
	}
	plan, err := hardware.Here(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	engine, _, err := plan.Start(t.Context(), worker.Options{Command: []string{d.Program, "engine"}, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	classes, err := d.classesHere(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	profile := d.profile
	profile.Faucet = "" // it would give gas
	n, err := node.New(node.Config{
		Profile: profile, Wallet: w, Store: st, Engine: engine, Models: d.library, Relay: link, Chain: d.chain,
		Sender: sender, Sponsor: link, Class: classes[0].GPUClass,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		engine.Close()
		link.Close()
		sender.Close()
		st.Close()
	})
	return n
}

// do wishes something, unless that is nil, and waits for what is to come of it.
func (e *earner) do(t *testing.T, wish func(context.Context) error, what string, want func(node.State) bool) node.State {
	t.Helper()
	if wish != nil {
		if err := wish(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var last node.State
	found := errors.New("found")
	err := e.Subscribe(ctx, func(s node.State) error {
		if last = s; want(s) {
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		t.Fatalf("node %s: waited in vain for %s, its state is %+v, reason %+v", e.address, what, last, last.Reason)
	}
	return last
}

// ask asks the devnet's bridge, as an application does, and waits for the answer.
func (d *devnet) ask(t *testing.T, prompt string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"model": models.DemoID, "messages": []map[string]string{{"role": "user", "content": prompt}}, "max_tokens": 24, "seed": 7,
	})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, d.bridge.URL()+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+d.apiKey)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("the bridge answers %s: %s, %v", resp.Status, answer, err)
	}
}
