package operator

import (
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/creator"
	"helium/backend/wallet"
)

// MaxAccounts bounds the wallets of one bridge: each follows the chain by itself.
const MaxAccounts = 16

// BridgeAccounts are the wallets of a bridge beside its main one: as many as make
// count with it, made where they are missing, and all that were made before. Each
// has a folder, so that none is ever lost by counting less.
func BridgeAccounts(ctx context.Context, dir string, count int) (all []*wallet.Wallet, err error) {
	if count < 1 || count > MaxAccounts {
		return nil, fmt.Errorf("%d accounts are not 1 to %d", count, MaxAccounts)
	}
	for n := 2; n <= MaxAccounts; n++ {
		folder := filepath.Join(dir, "accounts", strconv.Itoa(n))
		if _, err := os.Stat(folder); n > count && err != nil {
			break
		}
		w, err := wallet.OpenOrCreate(ctx, folder, wallet.Options{FileOnly: true, LightScrypt: true})
		if err != nil {
			return nil, fmt.Errorf("open account %d: %w", n, err)
		}
		all = append(all, w)
	}
	return all, nil
}

// spreader fills a bridge's other wallets up from the main one, so that its owner
// funds one address. Of gas and of CNX alike: a wallet that has less than half of
// an even share is filled up to it, by what the main one has beyond its own share,
// and nothing else is ever moved.
type spreader struct {
	rpc    *chain.Endpoints
	token  common.Address
	main   *chain.Sender
	all    []*creator.Creator // those in use, the main one first
	leasts map[string]*big.Int
	log    *slog.Logger
}

// spreadEvery is how often wallets are looked at.
const spreadEvery = 15 * time.Second

func (s *spreader) run(ctx context.Context) error {
	tick := time.NewTicker(spreadEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		s.look(ctx)
	}
}

func (s *spreader) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*spreadEvery)
	defer cancel()
	if err := s.spread(ctx); err != nil {
		s.log.Warn("fill up the bridge's accounts", "err", err)
	}
}

// spread moves gas first: without it an account can put no CNX in place.
func (s *spreader) spread(ctx context.Context) error {
	gas, err := s.have(ctx, func(c *creator.Creator) (*big.Int, error) { return s.rpc.BalanceAt(ctx, c.Address(), nil) })
	if err != nil {
		return fmt.Errorf("read gas: %w", err)
	}
	for i, amount := range shares(gas, s.leasts["gas"]) {
		if err := s.give(ctx, "gas", i, amount, chain.Intent{To: s.all[i].Address(), ValueWei: amount}); err != nil {
			return err
		}
	}
	cnx, err := s.have(ctx, func(c *creator.Creator) (*big.Int, error) { return s.cnx(ctx, c) })
	if err != nil {
		return fmt.Errorf("read CNX: %w", err)
	}
	token := contracts.NewToken()
	for i, amount := range shares(cnx, s.leasts["CNX"]) {
		in := chain.Intent{To: s.token, Data: token.PackTransfer(s.all[i].Address(), amount)}
		if err := s.give(ctx, "CNX", i, amount, in); err != nil {
			return err
		}
	}
	return nil
}

// cnx is what a wallet has to spend. One that is not ready has put nothing in place.
func (s *spreader) cnx(ctx context.Context, c *creator.Creator) (*big.Int, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if free, err := c.Balance(ctx); err == nil {
		return free.Big(), nil
	}
	token := contracts.NewToken()
	return view(ctx, s.rpc, s.token, token.PackBalanceOf(c.Address()), token.UnpackBalanceOf)
}

func (s *spreader) have(ctx context.Context, ask func(*creator.Creator) (*big.Int, error)) ([]*big.Int, error) {
	all := make([]*big.Int, len(s.all))
	for i, c := range s.all {
		var err error
		if all[i], err = ask(c); err != nil {
			return nil, err
		}
	}
	return all, ctx.Err()
}

// shares says how much to give to whom, by number; the main wallet is number 0, and
// less than least is not worth a transaction.
func shares(have []*big.Int, least *big.Int) map[int]*big.Int {
	even := new(big.Int)
	for _, h := range have {
		even.Add(even, h)
	}
	even.Div(even, big.NewInt(int64(len(have))))
	half := new(big.Int).Rsh(even, 1)
	beyond := new(big.Int).Sub(have[0], even)
	give := map[int]*big.Int{}
	for i, h := range have[1:] {
		if h.Cmp(half) >= 0 {
			continue
		}
		amount := new(big.Int).Sub(even, h)
		if amount.Cmp(beyond) > 0 {
			amount.Set(beyond)
		}
		if amount.Sign() <= 0 || amount.Cmp(least) < 0 {
			continue
		}
		beyond.Sub(beyond, amount)
		give[i+1] = amount
	}
	return give
}

func (s *spreader) give(ctx context.Context, what string, number int, amount *big.Int, in chain.Intent) error {
	in.Key = fmt.Sprintf("bridge/spread/%s/%d/%d", what, number, time.Now().UnixNano())
	if _, err := s.main.Submit(ctx, in); err != nil {
		return fmt.Errorf("give %s %s to %s: %w", coins(amount), what, s.all[number].Address(), err)
	}
	s.log.Info("an account of the bridge was filled up", "account", s.all[number].Address(), "what", what, "amount", coins(amount))
	return nil
}
