package validator

import (
	"fmt"
	"math/big"
	"net/url"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"helium/backend/chain"
	"helium/backend/store"
)

type owner struct{}

func (owner) Address() common.Address { return testOwner }

func (owner) SignTx(tx *types.Transaction, id *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(id), testKey)
}

func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// TestAnOutboxOutlivesTheValidator: payments enqueued before, during and after
// the validator's absence are each made once.
func TestAnOutboxOutlivesTheValidator(t *testing.T) {
	dir := t.TempDir()
	v, _ := start(t, dir)
	at := v.WS()
	client, err := chain.Dial(t.Context(), nil, at)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	c, err := chain.Open(t.Context(), client, chain.Options{Log: testConfig("").Log})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := chain.OpenSender(c, openStore(t), owner{}, chain.SenderOptions{Log: testConfig("").Log})
	defer s.Close()

	payee := common.Address{0xee}
	enqueue := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			if err := s.Enqueue(chain.Intent{Key: fmt.Sprint(i), To: payee, ValueWei: big.NewInt(1)}); err != nil {
				t.Fatal(err)
			}
		}
	}
	enqueue(0, 10)
	time.Sleep(30 * time.Millisecond) // some are in the pool, few are mined
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	enqueue(10, 20)

	config := testConfig(dir)
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	config.WS = u.Host
	v, err = Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Stop() })
	enqueue(20, 30)
	for i := range 30 {
		if _, err := s.Wait(t.Context(), fmt.Sprint(i)); err != nil {
			t.Fatalf("payment %d: %v", i, err)
		}
	}
	near := ethclient.NewClient(v.Client())
	defer near.Close()
	paid, err := near.BalanceAt(t.Context(), payee, nil)
	if err != nil || paid.Int64() != 30 {
		t.Errorf("paid %s, want 30, %v", paid, err)
	}
}

func TestAnIntentIsMinedSoonOnAnIdleChain(t *testing.T) {
	v, _ := start(t, t.TempDir())
	client := ethclient.NewClient(v.Client())
	defer client.Close()
	c, err := chain.Open(t.Context(), client, chain.Options{Log: testConfig("").Log})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	s := chain.OpenSender(c, openStore(t), owner{}, chain.SenderOptions{Log: testConfig("").Log})
	defer s.Close()
	var took []time.Duration
	for i := range 6 {
		time.Sleep(1300 * time.Millisecond)
		sent := time.Now()
		r, err := s.Submit(t.Context(), chain.Intent{Key: fmt.Sprint(i), To: common.Address{1}, ValueWei: big.NewInt(1)})
		if err != nil {
			t.Fatal(err)
		}
		if r.BlockNumber.Uint64() != uint64(i+1) {
			t.Errorf("intent %d is in block %d", i, r.BlockNumber)
		}
		took = append(took, time.Since(sent).Round(time.Millisecond))
	}
	t.Logf("from the intent to its receipt: %v", took)
}
