package validator

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/holiman/uint256"
)

const testChain = 18533

var (
	testKey, _ = crypto.HexToECDSA(strings.Repeat("7", 64))
	testOwner  = crypto.PubkeyToAddress(testKey.PublicKey)
	testPayers = payers(20)
)

func payers(n int) (keys []*ecdsa.PrivateKey) {
	for i := range n {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte{byte(i)}))
		if err != nil {
			panic(err)
		}
		keys = append(keys, key)
	}
	return keys
}

func testConfig(dir string) Config {
	ether := new(big.Int).Exp(big.NewInt(10), big.NewInt(24), nil)
	alloc := map[common.Address]*big.Int{testOwner: ether}
	for _, key := range testPayers {
		alloc[crypto.PubkeyToAddress(key.PublicKey)] = ether
	}
	return Config{
		DataDir: dir, HTTP: "127.0.0.1:0", WS: "127.0.0.1:0", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Genesis: Genesis{ChainID: testChain, Time: 1_700_000_000, Alloc: alloc},
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

func TestAFreshChainAnswersNotFoundForAReceipt(t *testing.T) {
	_, client := start(t, t.TempDir())
	if _, err := client.TransactionReceipt(t.Context(), common.Hash{1}); !errors.Is(err, ethereum.NotFound) {
		t.Errorf("got %v, want NotFound", err)
	}
}

func TestAnIdleChainMakesNoBlock(t *testing.T) {
	v, client := start(t, t.TempDir())
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	time.Sleep(300 * time.Millisecond)
	height := v.comet.BlockStore().Height()
	time.Sleep(3 * time.Second)
	if n, err := client.BlockNumber(t.Context()); err != nil || n != 1 {
		t.Errorf("block number is %d, %v", n, err)
	}
	if now := v.comet.BlockStore().Height(); now > height {
		t.Errorf("the validators agreed %d times about nothing", now-height)
	}
}

func TestNoTwoBlocksAreOfOneSecondNorAheadOfTheClock(t *testing.T) {
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
	blocks := 0
	for {
		select {
		case h := <-heads:
			if ahead := time.Until(time.Unix(int64(h.Time), 0)); ahead > 0 {
				t.Errorf("block %d is %s ahead of the clock", h.Number, ahead)
			}
			if last != nil && h.Time <= last.Time {
				t.Errorf("block %d is of %d, block %d before it of %d", h.Number, h.Time, last.Number, last.Time)
			}
			last = h
			blocks++
		case <-ctx.Done():
			if blocks < 3 {
				t.Errorf("only %d blocks in six seconds of load", blocks)
			}
			return
		}
	}
}

// A block waits for the clock's next second and for nothing else, however late in
// its second the last one was; so do validators who found nothing to agree about.
func TestABlockMayBeMadeInEverySecondOfTheClock(t *testing.T) {
	for _, c := range []struct {
		name             string
		parent, earliest int64
		fruitless        time.Time
	}{
		{name: "after a block", parent: 100, earliest: 101},
		{name: "after nothing was agreed on since", parent: 100, fruitless: time.Unix(102, 999_999_999), earliest: 103},
		{name: "after nothing was agreed on before", parent: 100, fruitless: time.Unix(99, 0), earliest: 101},
	} {
		a := &application{fruitless: c.fruitless}
		if got := a.earliest(&types.Header{Time: uint64(c.parent)}); !got.Equal(time.Unix(c.earliest, 0)) {
			t.Errorf("%s: %d.%09d", c.name, got.Unix(), got.Nanosecond())
		}
	}
	for _, c := range []struct {
		name              string
		parent, now, want int64
	}{
		{"after a rest the second before is taken", 100, 110, 109},
		{"the next one takes the clock's own", 109, 110, 110},
		{"after one quiet second", 108, 110, 109},
		{"under load", 110, 111, 111},
	} {
		if got := timeOf(&types.Header{Time: uint64(c.parent)}, time.Unix(c.now, 999_999_999)); got.Unix() != c.want {
			t.Errorf("%s: %d is after %d at %d, want %d", c.name, got.Unix(), c.parent, c.now, c.want)
		}
	}
	for interval, pause := range map[time.Duration]time.Duration{MinBlockInterval: lateVotes, 3 * time.Second: 3 * time.Second} {
		s, err := cometConfig(Config{DataDir: t.TempDir(), BlockInterval: interval})
		if err != nil || s.Consensus.TimeoutCommit != pause {
			t.Errorf("an interval of %s has the validators pause for %s, %v", interval, s.Consensus.TimeoutCommit, err)
		}
	}
}

// What comes while a block waits for its second is in it.
func TestTransactionsThatComeWhileABlockWaitsAreInIt(t *testing.T) {
	_, client := start(t, t.TempDir())
	for nonce := uint64(0); ; nonce += 3 {
		first := mine(t, t.Context(), client, transfer(t, testKey, nonce, &common.Address{1}, nil))
		early := transfer(t, testKey, nonce+1, &common.Address{1}, nil)
		if err := client.SendTransaction(t.Context(), early); err != nil {
			t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
		late := mine(t, t.Context(), client, transfer(t, testKey, nonce+2, &common.Address{1}, nil))
		before, err := client.HeaderByHash(t.Context(), first.BlockHash)
		if err != nil {
			t.Fatal(err)
		}
		r, err := client.TransactionReceipt(t.Context(), early.Hash())
		if err != nil {
			t.Fatal(err)
		}
		after, err := client.HeaderByHash(t.Context(), r.BlockHash)
		if err != nil || after.Time <= before.Time {
			t.Fatalf("a block of %d follows one of %d, %v", after.Time, before.Time, err)
		}
		if r.BlockHash == late.BlockHash {
			return
		}
		// The second was over before the third was sent: try again in another one.
		if nonce > 30 {
			t.Fatal("no block took what came while it waited")
		}
	}
}

// TestATransactionBelowTheBaseFeeLetsTheChainRest: it stays in the pool, and
// nobody agrees about it until it can be mined.
func TestATransactionBelowTheBaseFeeLetsTheChainRest(t *testing.T) {
	v, client := start(t, t.TempDir())
	offer := func(tip, feeCap int64) *types.Transaction {
		tx, err := types.SignNewTx(testKey, types.LatestSignerForChainID(big.NewInt(testChain)), &types.DynamicFeeTx{
			ChainID: big.NewInt(testChain), Nonce: 0, To: &common.Address{1}, Gas: 21_000,
			GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(feeCap),
		})
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	if err := client.SendTransaction(t.Context(), offer(minGasPrice, 2*minGasPrice)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(1500 * time.Millisecond)
	height := v.comet.BlockStore().Height()
	time.Sleep(3 * time.Second)
	if now := v.comet.BlockStore().Height(); now != height {
		t.Errorf("the validators agreed %d times about nothing", now-height)
	}
	r := mine(t, t.Context(), client, offer(2*minGasPrice, 10_000_000_000))
	if r.BlockNumber.Uint64() != 1 {
		t.Errorf("the replacement is in block %d", r.BlockNumber)
	}
}

func TestTransactionsThatComeTogetherShareABlock(t *testing.T) {
	_, client := start(t, t.TempDir())
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	time.Sleep(1200 * time.Millisecond) // the interval is over, the chain at rest
	for nonce := uint64(1); nonce <= 3; nonce++ {
		if err := client.SendTransaction(t.Context(), transfer(t, testKey, nonce, &common.Address{1}, nil)); err != nil {
			t.Fatal(err)
		}
	}
	last := mine(t, t.Context(), client, transfer(t, testKey, 4, &common.Address{1}, nil))
	block, err := client.BlockByHash(t.Context(), last.BlockHash)
	if err != nil || len(block.Transactions()) != 4 || block.NumberU64() != 2 {
		t.Errorf("block %d holds %d transactions, %v", block.NumberU64(), len(block.Transactions()), err)
	}
}

func TestALoneTransactionOnAnIdleChainDoesNotWaitForTheInterval(t *testing.T) {
	_, client := start(t, t.TempDir())
	var took []time.Duration
	for nonce := range uint64(5) {
		time.Sleep(1500 * time.Millisecond)
		tx := transfer(t, testKey, nonce, &common.Address{1}, nil)
		sent := time.Now()
		mine(t, t.Context(), client, tx)
		took = append(took, time.Since(sent).Round(time.Millisecond))
	}
	t.Logf("from sending to the receipt: %v", took)
}

func TestStoppingIsNoticed(t *testing.T) {
	v, _ := start(t, t.TempDir())
	select {
	case <-v.Halted():
		t.Fatal("a fresh validator has halted")
	default:
	}
	if err := v.Stop(); err != nil {
		t.Fatal(err)
	}
	<-v.Halted()
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
	v, err := Start(context.Background(), childConfig(dir))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	fmt.Println(v.WS())
	select {}
}

func TestKillingTheValidatorLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	seen := acknowledged{blocks: map[common.Hash]common.Hash{}, nonces: map[common.Address]uint64{}}
	const kills = 5
	for n := range kills {
		child, address := startChild(t, dir)
		client, err := ethclient.Dial(address)
		if err != nil {
			t.Fatal(err)
		}
		seen.check(t, client)

		// Under load until the kill, which comes while a block is being made.
		before := len(seen.blocks)
		killed := time.AfterFunc(time.Duration(2000+n*170)*time.Millisecond, func() { child.Process.Kill() })
		var load sync.WaitGroup
		for _, key := range testPayers {
			load.Go(func() { seen.load(t, client, key) })
		}
		load.Wait()
		killed.Stop()
		client.Close()
		child.Wait()
		if len(seen.blocks) == before {
			t.Errorf("nothing was acknowledged before kill %d", n+1)
		}
	}
	_, client := start(t, dir)
	seen.check(t, client)
	t.Logf("%d transactions acknowledged over %d kills, none lost", len(seen.blocks), kills)
}

// acknowledged is what a client was told: the block of each transaction.
type acknowledged struct {
	// mu guards everything that follows.
	mu     sync.Mutex
	blocks map[common.Hash]common.Hash
	nonces map[common.Address]uint64
}

// load pays until the validator is gone.
func (a *acknowledged) load(t *testing.T, client *ethclient.Client, key *ecdsa.PrivateKey) {
	who := crypto.PubkeyToAddress(key.PublicKey)
	nonce, err := client.NonceAt(t.Context(), who, nil)
	if err != nil {
		return
	}
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		tx := transfer(t, key, nonce, &common.Address{2}, nil)
		r, err := client.SendTransactionSync(ctx, tx, nil)
		cancel()
		if err != nil {
			return
		}
		nonce++
		a.mu.Lock()
		a.blocks[tx.Hash()], a.nonces[who] = r.BlockHash, nonce
		a.mu.Unlock()
	}
}

// check asks a restarted validator about everything it said before.
func (a *acknowledged) check(t *testing.T, client *ethclient.Client) {
	t.Helper()
	for tx, block := range a.blocks {
		r, err := client.TransactionReceipt(t.Context(), tx)
		if err != nil || r.BlockHash != block {
			t.Errorf("transaction %s of block %s: %v", tx, block, err)
		}
	}
	for who, want := range a.nonces {
		if n, err := client.NonceAt(t.Context(), who, nil); err != nil || n < want {
			t.Errorf("nonce of %s is %d, at least %d was acknowledged, %v", who, n, want, err)
		}
	}
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

// Accounts that run code are kept out twice: at the RPC, and by every validator
// that looks at a block.
func TestNoAccountIsMadeToRunCode(t *testing.T) {
	v, client := start(t, t.TempDir())
	mine(t, t.Context(), client, transfer(t, testKey, 0, &common.Address{1}, nil))
	signer := types.LatestSignerForChainID(big.NewInt(testChain))
	authorization, err := types.SignSetCode(testKey, types.SetCodeAuthorization{
		ChainID: *uint256.NewInt(testChain), Address: common.Address{2}, Nonce: 2,
	})
	if err != nil {
		t.Fatal(err)
	}
	tx := types.MustSignNewTx(testKey, signer, &types.SetCodeTx{
		ChainID: uint256.NewInt(testChain), Nonce: 1, To: common.Address{1}, Gas: 200_000,
		GasTipCap: uint256.NewInt(minGasPrice), GasFeeCap: uint256.NewInt(10_000_000_000),
		AuthList: []types.SetCodeAuthorization{authorization},
	})
	if err := client.SendTransaction(t.Context(), tx); err == nil || err.Error() != errSetCode.Error() {
		t.Errorf("sent: %v", err)
	}
	if _, err := client.SendTransactionSync(t.Context(), tx, nil); err == nil || err.Error() != errSetCode.Error() {
		t.Errorf("sent and waited for: %v", err)
	}

	// A proposer that has one in its pool all the same finds no validator for it.
	for _, err := range v.exec.eth.TxPool().Add([]*types.Transaction{tx}, true) {
		if err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * time.Second)
	if r, err := client.TransactionReceipt(t.Context(), tx.Hash()); err == nil {
		t.Errorf("it is in block %s", r.BlockNumber)
	}
	if code, err := client.CodeAt(t.Context(), testOwner, nil); err != nil || len(code) != 0 {
		t.Errorf("the account has code %x, %v", code, err)
	}
}
