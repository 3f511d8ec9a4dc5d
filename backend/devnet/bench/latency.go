package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/devnet"
	"helium/backend/hardware"
	"helium/backend/models"
	"helium/backend/protocol"
	"helium/backend/relay/client"
	"helium/inference/worker"
)

// spacing between the starts of two requests.
const spacing = 2 * time.Second

// maxTokens of a request: short, so that what is measured is the network.
const maxTokens = 48

// prompts differ, so that nothing could answer from memory.
func prompt(i int) string { return fmt.Sprintf("What is Helium? Question %d.", i) }

// Options of a measurement of latency.
type Options struct {
	Requests int
	// InFlight is how many requests are under way all the time; 0 sends one after
	// the other, two seconds apart.
	InFlight int
	// Fake is the time that the devnet's nodes take for a made-up answer; nil where
	// they compute it, with the demo model.
	Fake *time.Duration
}

// Run sends requests to the devnet behind r and measures. The library must
// hold the demo model, unless inference is fake.
func Run(ctx context.Context, r devnet.Ready, library *models.Library, o Options, log *slog.Logger) (Latency, error) {
	if o.Requests < 1 || o.InFlight < 0 {
		return Latency{}, errors.New("requests must be at least 1, and not less than none in flight")
	}
	profile, err := fetchProfile(ctx, r.Relay)
	if err != nil {
		return Latency{}, err
	}
	l := Latency{Requests: o.Requests, InFlight: o.InFlight, Nodes: len(r.Nodes), BlockS: profile.BlockInterval().Seconds()}
	if err := l.bare(ctx, library, o, log); err != nil {
		return Latency{}, err
	}
	purse, err := openPurse(ctx, r)
	if err != nil {
		return Latency{}, err
	}
	defer purse.client.Close()
	ends, err := hearEnds(ctx, r)
	if err != nil {
		return Latency{}, err
	}
	defer ends.close()
	if err := warmUp(ctx, r, ends); err != nil {
		return Latency{}, fmt.Errorf("warm up: %w", err)
	}

	timed := l.measure(ctx, r, ends)
	transfers := l.transfers(ctx, purse)
	if len(timed) == 0 || len(transfers) == 0 {
		return l, fmt.Errorf("nothing could be measured: %s", strings.Join(l.Errors, "; "))
	}
	firsts, verified, ended := column(timed, "first token"), column(timed, "verified"), column(timed, "settled")
	l.FirstToken, l.Verified, l.Settled, l.Transaction = spreadOf(firsts), spreadOf(verified), spreadOf(ended), spreadOf(transfers)
	l.FirstTokenOverhead = spreadOf(minus(firsts, l.EngineFirstToken))
	l.VerifiedOverhead = spreadOf(minus(verified, l.EngineWhole))
	l.SettledOverhead = spreadOf(minus(ended, l.EngineWhole))
	l.Steps = stepsOf(timed)
	return l, ctx.Err()
}

// warmUp sends the request that loads models, and leaves the chain as every other
// request finds it: with the one before settled, and rested. Two blocks in two seconds
// are all that a chain makes, so that one that began late would stay late.
func warmUp(ctx context.Context, r devnet.Ready, ends *ends) error {
	t, err := stream(ctx, r.Bridge, r.APIKey, chatBody(-1))
	if err != nil {
		return err
	}
	if _, err := ends.of(ctx, t.task); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(spacing):
		return nil
	}
}

// bare takes the engine's own times. A fake engine takes half of its time before
// the first text.
func (l *Latency) bare(ctx context.Context, library *models.Library, o Options, log *slog.Logger) error {
	if o.Fake != nil {
		l.FakeS = o.Fake.Seconds()
		first := (*o.Fake / 2).Seconds()
		l.EngineFirstToken, l.EngineWhole = Spread{first, first}, Spread{l.FakeS, l.FakeS}
		return nil
	}
	first, whole, err := bareInference(ctx, library, min(o.Requests, 10), log)
	if err != nil {
		return err
	}
	l.EngineFirstToken, l.EngineWhole = spreadOf(first), spreadOf(whole)
	return nil
}

// measure starts a request every two seconds, or whenever fewer than those to be
// in flight have no verified answer.
func (l *Latency) measure(ctx context.Context, r devnet.Ready, ends *ends) (timed []timing) {
	var mu sync.Mutex
	var running sync.WaitGroup
	tick := time.NewTicker(spacing)
	defer tick.Stop()
	places := make(chan struct{}, max(l.InFlight, 1))
	for i := range l.Requests {
		if l.InFlight > 0 {
			places <- struct{}{}
		}
		running.Go(func() {
			t, err := stream(ctx, r.Bridge, r.APIKey, chatBody(i))
			if l.InFlight > 0 {
				<-places
			}
			var end time.Time
			if err == nil {
				end, err = ends.of(ctx, t.task)
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				l.Failed++
				l.Errors = append(l.Errors, err.Error())
				return
			}
			t.steps["settled"] = end.Sub(t.began)
			timed = append(timed, t)
		})
		if l.InFlight > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			running.Wait()
			return timed
		case <-tick.C:
		}
	}
	running.Wait()
	return timed
}

// transfers have the chain to themselves but for each other: with requests in
// between, they would share blocks that the requests made.
func (l *Latency) transfers(ctx context.Context, p *purse) (times []time.Duration) {
	tick := time.NewTicker(spacing)
	defer tick.Stop()
	for range min(l.Requests, 5) {
		select {
		case <-ctx.Done():
			return times
		case <-tick.C:
		}
		took, err := p.transfer(ctx)
		if err != nil {
			l.Errors = append(l.Errors, err.Error())
			continue
		}
		times = append(times, took)
	}
	return times
}

func chatBody(i int) []byte {
	b, _ := json.Marshal(map[string]any{
		"model": models.DemoID, "stream": true, "seed": 1000 + i, "max_tokens": maxTokens,
		"messages": []map[string]string{{"role": "user", "content": prompt(i)}},
	})
	return b
}

// bareInference runs the same requests on a warm engine of our own, which
// computes with what a node here does.
func bareInference(ctx context.Context, library *models.Library, times int, log *slog.Logger) (firsts, wholes []time.Duration, err error) {
	model, err := library.Get(models.DemoID)
	if err != nil {
		return nil, nil, err
	}
	plan, err := hardware.Here(ctx, log)
	if err != nil {
		return nil, nil, err
	}
	engine, _, err := plan.Start(ctx, worker.Options{Threads: 1, Log: log})
	if err != nil {
		return nil, nil, err
	}
	defer engine.Close()
	for i := range times + 1 {
		doc, _ := json.Marshal(map[string]any{
			"model": models.DemoID, "seed": 1000 + i, "messages": []map[string]string{{"role": "user", "content": prompt(i)}},
			"generation_config": map[string]any{"max_new_tokens": maxTokens, "do_sample": true},
		})
		began, first := time.Now(), time.Duration(0)
		_, err := engine.RunGPT(ctx, worker.GPTRequest{Task: doc, Model: worker.Model{ID: models.DemoID, Path: model.Path}}, func(worker.Delta) {
			if first == 0 {
				first = time.Since(began)
			}
		})
		if err != nil {
			return nil, nil, fmt.Errorf("bare inference: %w", err)
		}
		if i > 0 { // the first one loads the model
			firsts, wholes = append(firsts, first), append(wholes, time.Since(began))
		}
	}
	return firsts, wholes, nil
}

// purse is a fresh account with some gas, for bare transfers.
type purse struct {
	client *ethclient.Client
	signer types.Signer
	sign   func(*types.DynamicFeeTx) (*types.Transaction, error)
	nonce  uint64
}

func openPurse(ctx context.Context, r devnet.Ready) (*purse, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, err
	}
	address := crypto.PubkeyToAddress(key.PublicKey)
	if err := devnet.AskFaucet(ctx, http.DefaultClient, r.Faucet, address); err != nil {
		return nil, err
	}
	client, err := ethclient.DialContext(ctx, r.Chain.WS)
	if err != nil {
		return nil, fmt.Errorf("dial chain: %w", err)
	}
	signer := types.LatestSignerForChainID(new(big.Int).SetUint64(r.Chain.ID))
	return &purse{client: client, signer: signer, sign: func(tx *types.DynamicFeeTx) (*types.Transaction, error) {
		return types.SignNewTx(key, signer, tx)
	}}, nil
}

// transfer times one transaction from sending to its receipt.
func (p *purse) transfer(ctx context.Context) (time.Duration, error) {
	tx, err := p.sign(&types.DynamicFeeTx{
		ChainID: p.signer.ChainID(), Nonce: p.nonce, To: &common.Address{1}, Gas: 30_000,
		GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11),
	})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := p.client.SendTransactionSync(ctx, tx, nil); err != nil {
		return 0, fmt.Errorf("bare transaction: %w", err)
	}
	p.nonce++
	return time.Since(began), nil
}

func fetchProfile(ctx context.Context, relay string) (*protocol.Profile, error) {
	return client.FetchServed(ctx, relay)
}
