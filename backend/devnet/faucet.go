package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/store"
)

// What the faucet gives a wallet that asks: enough to stake and to send
// thousands of transactions.
var (
	faucetCNX = protocol.CNX(1_000)
	faucetGas = new(big.Int).Exp(big.NewInt(10), big.NewInt(19), nil)
)

// faucetPause is how long an address waits before it is given again.
const faucetPause = time.Minute

// faucet gives the operator's coins away, on the local network only.
type faucet struct {
	rpc   *ethclient.Client
	token common.Address
	pay   *chain.Sender
	store *store.Store
	log   *slog.Logger
	http  *http.Server
	addr  net.Addr

	// mu guards everything that follows.
	mu   sync.Mutex
	last map[common.Address]time.Time
}

// grants counts what each address was given, so that every gift is an intent of
// its own.
var grants = store.NewTable[common.Address, uint64]("faucet.grants")

func (d *devnet) startFaucet(context.Context) error {
	f := &faucet{rpc: d.rpc, token: d.profile.Contracts.Token, pay: d.operator, store: d.store, log: d.Log.With("part", "faucet"), last: map[common.Address]time.Time{}}
	ln, err := net.Listen("tcp", d.ports.faucet)
	if err != nil {
		return fmt.Errorf("listen for the faucet: %w", err)
	}
	f.addr = ln.Addr()
	f.http = &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second}
	go f.http.Serve(ln)
	d.onClose(func() { f.http.Close() })
	d.faucet = f
	return nil
}

func (f *faucet) url() string { return "http://" + f.addr.String() }

// ServeHTTP takes POST {"address":"0x…"} and answers when the gift is in a block.
func (f *faucet) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, err := f.give(r)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err != nil {
		json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"message": err.Error()}})
		return
	}
	json.NewEncoder(w).Encode(map[string]any{"cnx_wei": faucetCNX, "gas_wei": faucetGas.String()})
}

func (f *faucet) give(r *http.Request) (status int, err error) {
	if r.Method != http.MethodPost || r.Header.Get("Origin") != "" {
		return http.StatusMethodNotAllowed, errors.New(`send POST {"address":"0x…"}, not from a web page`)
	}
	var ask struct{ Address string }
	if err := json.NewDecoder(io.LimitReader(r.Body, 1<<10)).Decode(&ask); err != nil || !common.IsHexAddress(ask.Address) {
		return http.StatusBadRequest, errors.New(`address is missing or wrong: send {"address":"0x…"}`)
	}
	to := common.HexToAddress(ask.Address)
	if wait := f.take(to, time.Now()); wait > 0 {
		return http.StatusTooManyRequests, fmt.Errorf("%s was given a moment ago: wait %s", to, wait.Round(time.Second))
	}
	if err := f.grant(r.Context(), to, faucetCNX); err != nil {
		f.log.Error("faucet", "to", to, "err", err)
		return http.StatusServiceUnavailable, errors.New("the faucet could not pay: try again")
	}
	return http.StatusOK, nil
}

func (f *faucet) take(to common.Address, now time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	if wait := faucetPause - now.Sub(f.last[to]); wait > 0 {
		return wait
	}
	f.last[to] = now
	return 0
}

// grant sends gas and tokens.
func (f *faucet) grant(ctx context.Context, to common.Address, cnx protocol.Wei) error {
	key, err := f.newKey(to)
	if err != nil {
		return err
	}
	gas := chain.Intent{Key: key + "gas", To: to, ValueWei: faucetGas, GasLimit: 21_000}
	tokens := chain.Intent{Key: key + "cnx", To: f.token, Data: contracts.NewToken().PackTransfer(to, cnx.Big())}
	if err := f.pay.Enqueue(gas); err != nil {
		return err
	}
	if _, err := f.pay.Submit(ctx, tokens); err != nil {
		return err
	}
	_, err = f.pay.Wait(ctx, gas.Key)
	return err
}

// giveGas sends the chain's own coin, and no tokens.
func (f *faucet) giveGas(ctx context.Context, to common.Address, wei *big.Int) error {
	key, err := f.newKey(to)
	if err != nil {
		return err
	}
	_, err = f.pay.Submit(ctx, chain.Intent{Key: key + "gas", To: to, ValueWei: wei, GasLimit: 21_000})
	return err
}

// newKey begins the intents of another gift.
func (f *faucet) newKey(to common.Address) (string, error) {
	var n uint64
	err := f.store.Update(func(tx *store.Tx) (err error) {
		if n, err = grants.Get(tx, to); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return grants.Put(tx, to, n+1)
	})
	return fmt.Sprintf("faucet/%s/%d/", to, n), err
}

// fund tops an address up to cnx, once it has less than half of it.
func (f *faucet) fund(ctx context.Context, to common.Address, cnx protocol.Wei) error {
	token := contracts.NewToken()
	answer, err := f.rpc.CallContract(ctx, ethereum.CallMsg{To: &f.token, Data: token.PackBalanceOf(to)}, nil)
	if err != nil {
		return err
	}
	has, err := token.UnpackBalanceOf(answer)
	if err != nil {
		return err
	}
	if new(big.Int).Lsh(has, 1).Cmp(cnx.Big()) >= 0 {
		return nil
	}
	return f.grant(ctx, to, cnx)
}

// AskFaucet asks the faucet at url for tokens and gas, and returns when they
// are in a block.
func AskFaucet(ctx context.Context, client *http.Client, url string, to common.Address) error {
	body, err := json.Marshal(map[string]string{"address": to.Hex()})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("ask faucet: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("ask faucet: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(resp.Body, 500))
		return fmt.Errorf("ask faucet: %s: %s", resp.Status, bytes.TrimSpace(b))
	}
	return nil
}
