package validator

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
)

const testChain = 18533

var (
	testKey, _ = crypto.HexToECDSA(strings.Repeat("7", 64))
	testOwner  = crypto.PubkeyToAddress(testKey.PublicKey)
)

func testConfig(dir string) Config {
	ether := new(big.Int).Exp(big.NewInt(10), big.NewInt(24), nil)
	return Config{
		DataDir: dir, HTTP: "127.0.0.1:0", WS: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Genesis: Genesis{ChainID: testChain, Time: 1_700_000_000, Alloc: map[common.Address]*big.Int{testOwner: ether}},
	}
}

func start(t *testing.T, dir string) (*Validator, *ethclient.Client) {
	t.Helper()
	v, err := Start(t.Context(), testConfig(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Stop() })
	client, err := ethclient.Dial(v.WS())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return v, client
}

// transfer is signed but not sent; data may be nil, to nil deploys it.
func transfer(t testing.TB, key *ecdsa.PrivateKey, nonce uint64, to *common.Address, data []byte) *types.Transaction {
	t.Helper()
	tx, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(testChain)), &types.DynamicFeeTx{
		ChainID: big.NewInt(testChain), Nonce: nonce, To: to, Gas: 200_000, Data: data,
		GasTipCap: big.NewInt(minGasPrice), GasFeeCap: big.NewInt(10_000_000_000),
	})
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// mine sends and waits for the receipt.
func mine(t testing.TB, ctx context.Context, client *ethclient.Client, tx *types.Transaction) *types.Receipt {
	t.Helper()
	r, err := client.SendTransactionSync(ctx, tx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAChainGoesOnWhereItStopped(t *testing.T) {
	dir := t.TempDir()
	v, client := start(t, dir)
	first := mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	second := mine(t, t.Context(), client, transfer(t, testKey, 1, &common.Address{1}, nil))
	if first.Status != 1 || second.BlockNumber.Uint64() != first.BlockNumber.Uint64()+1 {
		t.Fatalf("receipts are %+v and %+v", first, second)
	}
	client.Close()
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}

	_, client = start(t, dir)
	r, err := client.TransactionReceipt(t.Context(), second.TxHash)
	if err != nil || r.BlockHash != second.BlockHash {
		t.Fatalf("after a restart the receipt is %+v, %v", r, err)
	}
	third := mine(t, t.Context(), client, transfer(t, testKey, 2, &common.Address{1}, nil))
	if third.BlockNumber.Uint64() != second.BlockNumber.Uint64()+1 {
		t.Errorf("block %d follows %d", third.BlockNumber, second.BlockNumber)
	}
}

func TestAnIdleChainMakesNoBlock(t *testing.T) {
	v, client := start(t, t.TempDir())
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	height := v.comet.BlockStore().Height()
	time.Sleep(3 * time.Second)
	if n, err := client.BlockNumber(t.Context()); err != nil || n != 1 {
		t.Errorf("block number is %d, %v", n, err)
	}
	if now := v.comet.BlockStore().Height(); now > height+1 {
		t.Errorf("the validators agreed %d times about nothing", now-height)
	}
}

func TestBlocksAreASecondApartAndNeverAheadOfTheClock(t *testing.T) {
	_, client := start(t, t.TempDir())
	heads := make(chan *types.Header, 64)
	sub, err := client.SubscribeNewHead(t.Context(), heads)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()

	ctx, cancel := context.WithTimeout(t.Context(), 6*time.Second)
	defer cancel()
	go func() {
		for nonce := uint64(0); ctx.Err() == nil; nonce++ {
			client.SendTransaction(ctx, transfer(t, testKey, nonce, &common.Address{1}, nil))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	var last *types.Header
	var seen time.Time
	blocks := 0
	for {
		select {
		case h := <-heads:
			now := time.Now()
			if ahead := time.Unix(int64(h.Time), 0).Sub(now); ahead > 0 {
				t.Errorf("block %d is %s ahead of the clock", h.Number, ahead)
			}
			// Delivery may be late by a little; block times may not be.
			if last != nil && (h.Time <= last.Time || now.Sub(seen) < 800*time.Millisecond) {
				t.Errorf("block %d came %s after block %d", h.Number, now.Sub(seen), last.Number)
			}
			last, seen = h, now
			blocks++
		case <-ctx.Done():
			if blocks < 3 {
				t.Errorf("only %d blocks in six seconds of load", blocks)
			}
			return
		}
	}
}

// TestForksEndWithOsaka: a counter's first write costs what it does under
// Osaka, not three times as much, and the CLZ opcode of Osaka works.
func TestForksEndWithOsaka(t *testing.T) {
	_, client := start(t, t.TempDir())
	// Init code: store 1 in slot 0, run CLZ (0x1e) once, return nothing.
	r := mine(t, t.Context(), client, transfer(t, testKey, 0, nil, common.FromHex("0x600160005560011e5060006000f3")))
	if r.Status != 1 {
		t.Fatal("the opcode of Osaka is unknown")
	}
	if r.GasUsed < 70_000 || r.GasUsed > 80_000 {
		t.Errorf("deployment with one fresh slot takes %d gas", r.GasUsed)
	}
}

func TestStartRefusesWhatCannotWork(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"too short": func(c *Config) { c.BlockInterval = 100 * time.Millisecond },
		"chain id":  func(c *Config) { c.Genesis.ChainID = 0 },
		"HTTP":      func(c *Config) { c.HTTP = "nowhere" },
		"WebSocket": func(c *Config) { c.WS = ":8546" },
		"port":      func(c *Config) { c.WS = "127.0.0.1:99999" },
	} {
		c := testConfig(t.TempDir())
		spoil(&c)
		if v, err := Start(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
			if v != nil {
				v.Stop()
			}
		}
	}
}

// The child of the next test: a validator that prints its address and runs
// until it is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv("HELIUM_TEST_VALIDATOR")
	if dir == "" {
		os.Exit(m.Run())
	}
	v, err := Start(context.Background(), testConfig(dir))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println(v.WS())
	select {}
}

func TestKillingTheValidatorLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	acknowledged := map[common.Hash]common.Hash{}
	nonce := uint64(0)
	const kills = 5
	for range kills {
		child, address := startChild(t, dir)
		client, err := ethclient.Dial(address)
		if err != nil {
			t.Fatal(err)
		}
		checkAll(t, client, acknowledged)

		// Under load until the kill, which comes while a block is being made.
		killed := time.AfterFunc(time.Duration(2200+nonce%7*130)*time.Millisecond, func() { child.Process.Kill() })
		nonce, err = client.NonceAt(t.Context(), testOwner, nil)
		if err != nil {
			t.Fatal(err)
		}
		for {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			tx := transfer(t, testKey, nonce, &common.Address{2}, nil)
			r, err := client.SendTransactionSync(ctx, tx, nil)
			cancel()
			if err != nil {
				break // killed
			}
			acknowledged[tx.Hash()] = r.BlockHash
			nonce++
		}
		killed.Stop()
		client.Close()
		child.Wait()
	}
	if len(acknowledged) < kills {
		t.Fatalf("only %d transactions were acknowledged", len(acknowledged))
	}
	_, client := start(t, dir)
	checkAll(t, client, acknowledged)
	t.Logf("%d transactions acknowledged over %d kills, none lost", len(acknowledged), kills)
}

func startChild(t *testing.T, dir string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "HELIUM_TEST_VALIDATOR="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.HasPrefix(line, "error") {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return child, strings.TrimSpace(line)
}

func checkAll(t *testing.T, client *ethclient.Client, acknowledged map[common.Hash]common.Hash) {
	t.Helper()
	for tx, block := range acknowledged {
		r, err := client.TransactionReceipt(t.Context(), tx)
		if err != nil || r.BlockHash != block {
			t.Errorf("transaction %s of block %s: %v", tx, block, err)
		}
	}
}
