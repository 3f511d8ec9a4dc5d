//go:build linux && !desktop

package main

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/creator"
	"helium/backend/devnet"
	"helium/backend/protocol"
	"helium/backend/store"
)

// blackouts is how often everything is killed at once.
const blackouts = 10

// TestNothingAcknowledgedIsLostWhenThePowerFails kills devnet, nodes and engines
// together, under load, again and again, and holds the network to all that it
// had told anybody before.
func TestNothingAcknowledgedIsLostWhenThePowerFails(t *testing.T) {
	l := openLab(t)
	w := newWitness(t, l)
	for round := range blackouts {
		if round > 0 {
			l.start(t)
			w.checkChain(t, l)
		}
		w.underLoad(t, l, round)
		if t.Failed() {
			return
		}
	}
	l.start(t)
	w.checkChain(t, l)
	w.checkRequests(t, l)
	text, _ := l.chat(t, "Is all well again?")
	t.Logf("after %d blackouts: %s; and it answers %q", blackouts, w, text)
	l.awaitIdle(t)
	b := l.readBook(t)
	b.check(t, l)
	for node, stake := range b.slashed {
		t.Errorf("%s lost %s for being killed", node, stake)
	}
	w.checkGrants(t, l)
	l.stop(t)
	l.checkJournal(t, b)
}

// witness remembers what the network acknowledged: a receipt, a block, a grant
// of the faucet, the id of a request.
type witness struct {
	key   *ecdsa.PrivateKey
	nonce uint64

	// mu guards everything that follows.
	mu       sync.Mutex
	receipts map[common.Hash]*types.Receipt
	blocks   map[uint64]common.Hash
	granted  map[common.Address]bool // true when the faucet said so
	requests []string
}

func newWitness(t *testing.T, l *lab) *witness {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if err := devnet.AskFaucet(t.Context(), http.DefaultClient, l.ready.Faucet, crypto.PubkeyToAddress(key.PublicKey)); err != nil {
		t.Fatal(err)
	}
	return &witness{key: key, receipts: map[common.Hash]*types.Receipt{}, blocks: map[uint64]common.Hash{}, granted: map[common.Address]bool{}}
}

func (w *witness) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	sure := 0
	for _, said := range w.granted {
		if said {
			sure++
		}
	}
	return fmt.Sprintf("%d receipts, %d blocks, %d grants, %d requests acknowledged", len(w.receipts), len(w.blocks), sure, len(w.requests))
}

// underLoad lets everything work for a while, pulls the plug in the middle of
// it, and returns when nobody asks any more.
func (w *witness) underLoad(t *testing.T, l *lab, round int) {
	ctx, cancel := context.WithCancel(t.Context())
	var loads sync.WaitGroup
	loads.Go(func() { w.watchBlocks(ctx, l) })
	loads.Go(func() { w.transfer(ctx, t, l) })
	loads.Go(func() { w.beg(ctx, l) })
	loads.Go(func() { w.ask(ctx, t, l, fmt.Sprintf("Who pulls plug %d?", round)) })
	loads.Go(func() { w.ask(ctx, t, l, fmt.Sprintf("Who pushes plug %d?", round)) })

	// At one block a second every phase of a task meets the plug in some round.
	time.Sleep(1500*time.Millisecond + rand.N(2500*time.Millisecond))
	l.killAll(t)
	cancel()
	loads.Wait()
}

func (w *witness) watchBlocks(ctx context.Context, l *lab) {
	heads := make(chan *types.Header)
	sub, err := l.rpc.SubscribeNewHead(ctx, heads)
	if err != nil {
		return
	}
	defer sub.Unsubscribe()
	for {
		select {
		case h := <-heads:
			w.mu.Lock()
			w.blocks[h.Number.Uint64()] = h.Hash()
			w.mu.Unlock()
		case <-sub.Err():
			return
		case <-ctx.Done():
			return
		}
	}
}

// transfer sends coins of its own, one transaction after the other, and notes
// each receipt.
func (w *witness) transfer(ctx context.Context, t *testing.T, l *lab) {
	rpc, err := ethclient.DialContext(ctx, l.ready.Chain.HTTP)
	if err != nil {
		return
	}
	defer rpc.Close()
	signer := types.LatestSignerForChainID(new(big.Int).SetUint64(l.ready.Chain.ID))
	to := common.HexToAddress("0x00000000000000000000000000000000000a11ce")
	for ctx.Err() == nil {
		tx := types.MustSignNewTx(w.key, signer, &types.DynamicFeeTx{
			ChainID: new(big.Int).SetUint64(l.ready.Chain.ID), Nonce: w.nonce, To: &to, Value: big.NewInt(1), Gas: 21_000,
			GasFeeCap: big.NewInt(100e9), GasTipCap: big.NewInt(1e9),
		})
		// Sent before the plug was pulled, it may be known already.
		sendErr := rpc.SendTransaction(ctx, tx)
		r := w.awaitReceipt(ctx, rpc, tx.Hash())
		if r == nil {
			if sendErr != nil && len(l.processes()) > 0 && ctx.Err() == nil {
				t.Logf("transfer %d: %v", w.nonce, sendErr)
			}
			return // the same transaction goes out again after the blackout
		}
		w.nonce++
	}
}

func (w *witness) awaitReceipt(ctx context.Context, rpc *ethclient.Client, tx common.Hash) *types.Receipt {
	for ctx.Err() == nil {
		r, err := rpc.TransactionReceipt(ctx, tx)
		if err == nil {
			w.note(r)
			return r
		}
		if !errors.Is(err, ethereum.NotFound) {
			return nil
		}
		time.Sleep(30 * time.Millisecond)
	}
	return nil
}

func (w *witness) note(r *types.Receipt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.receipts[r.TxHash] = r
}

// beg asks the faucet for one new wallet after the other.
func (w *witness) beg(ctx context.Context, l *lab) {
	for ctx.Err() == nil {
		key, err := crypto.GenerateKey()
		if err != nil {
			return
		}
		who := crypto.PubkeyToAddress(key.PublicKey)
		w.grant(who, false)
		if devnet.AskFaucet(ctx, http.DefaultClient, l.ready.Faucet, who) != nil {
			return
		}
		w.grant(who, true)
	}
}

func (w *witness) grant(who common.Address, said bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.granted[who] = said
}

// ask sends one request after the other and notes its id, and the receipt of
// each transaction that it is told of.
func (w *witness) ask(ctx context.Context, t *testing.T, l *lab, prompt string) {
	for n := 0; ctx.Err() == nil; n++ {
		resp, err := l.post(ctx, question(fmt.Sprintf("%s (%d)", prompt, n), true))
		if err != nil {
			return
		}
		if resp.StatusCode != http.StatusOK {
			t.Logf("%s answers %s", prompt, resp.Status)
			resp.Body.Close()
			return
		}
		w.mu.Lock()
		w.requests = append(w.requests, resp.Header.Get("X-Helium-Receipt"))
		w.mu.Unlock()
		readStream(resp.Body, func(e streamEvent) bool {
			for _, tx := range transactionsIn(e) {
				if r, err := l.rpc.TransactionReceipt(ctx, tx); err == nil {
					w.note(r)
				}
			}
			return true
		})
		resp.Body.Close()
	}
}

// checkChain asks for all that was acknowledged before the plug was pulled.
func (w *witness) checkChain(t *testing.T, l *lab) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for tx, was := range w.receipts {
		now, err := l.rpc.TransactionReceipt(t.Context(), tx)
		if err != nil {
			t.Errorf("transaction %s of block %d is lost: %v", tx, was.BlockNumber, err)
			continue
		}
		if now.BlockHash != was.BlockHash || now.Status != was.Status || now.TransactionIndex != was.TransactionIndex {
			t.Errorf("transaction %s was in block %s and is in %s", tx, was.BlockHash, now.BlockHash)
		}
	}
	for number, was := range w.blocks {
		now, err := l.rpc.HeaderByNumber(t.Context(), new(big.Int).SetUint64(number))
		if err != nil || now.Hash() != was {
			t.Errorf("block %d was %s and is %v, %v", number, was, now, err)
		}
	}
}

// checkGrants: what the faucet said it gave is there, and nobody has it twice.
func (w *witness) checkGrants(t *testing.T, l *lab) {
	t.Helper()
	gift := protocol.CNX(1_000).Big()
	for who, said := range w.granted {
		has := l.tokens(t, who)
		if has.Cmp(gift) != 0 && (said || has.Sign() != 0) {
			t.Errorf("%s has %s of a gift of %s (the faucet said it gave it: %t)", who, has, gift, said)
		}
	}
}

// checkRequests waits until each request that got an id has its end.
func (w *witness) checkRequests(t *testing.T, l *lab) {
	t.Helper()
	ends := map[creator.State]int{}
	for _, id := range w.requests {
		var now struct {
			State  creator.State
			TaskID protocol.TaskID `json:"task_id"`
			Reason *protocol.Reason
		}
		known := true
		await(t, "the end of request "+id, func() bool {
			known = l.get(t, "/v1/tasks/"+id, &now)
			return !known || now.State.Final()
		})
		switch {
		case !known:
			t.Errorf("request %s was acknowledged and is not known any more", id)
		case now.State != creator.Settled && now.Reason == nil:
			t.Errorf("request %s is %s and nobody knows why", id, now.State)
		}
		ends[now.State]++
	}
	t.Logf("requests ended %v", ends)
}

// checkJournal compares the bridge's own books, read after its end, with the
// chain: also for requests that nobody outside got an answer for.
func (l *lab) checkJournal(t *testing.T, b book) {
	t.Helper()
	s, err := store.Open(filepath.Join(l.data(), "store"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	journal := store.NewTable[string, creator.Record]("creator.requests")
	seen := map[protocol.TaskID]bool{}
	err = s.View(func(tx *store.Tx) error {
		return journal.Scan(tx, func(id string, r creator.Record) error {
			if !r.State.Final() {
				t.Errorf("request %s is %s", id, r.State)
			}
			if r.TaskID == 0 {
				return nil
			}
			task := b.tasks[r.TaskID]
			if task == nil || task.argsHash != r.ArgsHash || task.fee.Cmp(r.Fee.Big()) != 0 || seen[r.TaskID] {
				t.Errorf("request %s has task %s, the chain has %+v", id, r.TaskID, task)
				return nil
			}
			seen[r.TaskID] = true
			if r.Receipt == nil || r.Receipt.Refunded.Big().Cmp(task.back) != 0 || r.Receipt.Outcome != task.outcome {
				t.Errorf("request %s has the receipt %+v, the chain has %+v", id, r.Receipt, task)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, task := range b.tasks {
		if !seen[id] {
			t.Errorf("task %s, which cost %s, is not in the bridge's books", id, task.fee)
		}
	}
	l.checkLedger(t, s, b)
}

// checkLedger adds up what the bridge's callers were charged.
func (l *lab) checkLedger(t *testing.T, s *store.Store, b book) {
	t.Helper()
	spent := store.NewTable[string, protocol.Wei]("bridge.spent")
	booked, cost := new(big.Int), new(big.Int)
	err := s.View(func(tx *store.Tx) error {
		return spent.Scan(tx, func(_ string, wei protocol.Wei) error {
			booked.Add(booked, wei.Big())
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, task := range b.tasks {
		cost.Add(cost, task.fee)
		cost.Sub(cost, task.back)
	}
	if booked.Cmp(cost) != 0 {
		t.Errorf("the bridge has booked %s, the chain took %s", booked, cost)
	}
}
