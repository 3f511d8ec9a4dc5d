package chain

import (
	"context"
	"crypto/ecdsa"
	"io"
	"math/big"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/store"
)

var (
	// counter adds one to its slot 0 and logs the sum under topic 1.
	counter     = common.HexToAddress("0xc0")
	counterCode = common.FromHex("60005460010180600055600052600160206000a100")
	// refuser reverts with the four bytes deadbeef.
	refuser     = common.HexToAddress("0xbad")
	refuserCode = common.FromHex("63deadbeef6000526004601cfd")
	payee       = common.HexToAddress("0x9a1d")
)

// key is a Signer.
type key struct{ *ecdsa.PrivateKey }

func (k key) Address() common.Address { return crypto.PubkeyToAddress(k.PublicKey) }

func (k key) SignTx(tx *types.Transaction, id *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(id), k.PrivateKey)
}

// world is a simulated chain under the project's forks, and one rich key.
type world struct {
	*simulated.Backend
	t    *testing.T
	key  key
	stop chan struct{}
	wg   sync.WaitGroup
}

// osaka is what a chain of this project runs: nothing after Osaka, which the
// library's development configuration would turn on.
func osaka() *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.BogotaTime, c.AmsterdamTime = nil, nil
	return &c
}

func newWorld(t *testing.T, options ...func(*node.Config, *ethconfig.Config)) *world {
	t.Helper()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, key: key{k}, stop: make(chan struct{})}
	alloc := types.GenesisAlloc{
		w.key.Address(): {Balance: new(big.Int).Lsh(common.Big1, 80)},
		counter:         {Code: counterCode, Balance: new(big.Int)},
		refuser:         {Code: refuserCode, Balance: new(big.Int)},
	}
	options = append(options, func(_ *node.Config, c *ethconfig.Config) {
		c.Genesis.Config = osaka()
		c.TxPool.AccountSlots = 512
	})
	w.Backend = simulated.NewBackend(alloc, options...)
	t.Cleanup(func() { w.halt(); w.Close() })
	return w
}

// run makes blocks until the test ends or halt.
func (w *world) run() {
	w.wg.Go(func() {
		for {
			select {
			case <-w.stop:
				return
			case <-time.After(15 * time.Millisecond):
				w.Commit()
			}
		}
	})
}

func (w *world) halt() {
	select {
	case <-w.stop:
	default:
		close(w.stop)
	}
	w.wg.Wait()
}

func (w *world) open(client Client) *Chain {
	w.t.Helper()
	c, err := Open(w.t.Context(), client, Options{Poll: 200 * time.Millisecond})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

func (w *world) store() *store.Store {
	w.t.Helper()
	st, err := store.Open(w.t.TempDir(), store.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { st.Close() })
	return st
}

func (w *world) balance(who common.Address) *big.Int {
	w.t.Helper()
	n, err := w.Client().BalanceAt(context.Background(), who, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) nonce() uint64 {
	w.t.Helper()
	n, err := w.Client().NonceAt(context.Background(), w.key.Address(), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// count is the counter's sum.
func (w *world) count() uint64 {
	w.t.Helper()
	b, err := w.Client().StorageAt(context.Background(), counter, common.Hash{}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return new(big.Int).SetBytes(b).Uint64()
}

// foreign sends a transaction with our key past the sender.
func (w *world) foreign(nonce uint64, tip int64) *types.Transaction {
	w.t.Helper()
	id, err := w.Client().ChainID(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	to := common.HexToAddress("0xf0e1")
	tx, err := w.key.SignTx(types.NewTx(&types.DynamicFeeTx{
		ChainID: id, Nonce: nonce, To: &to, Gas: params.TxGas,
		GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(tip + 10*params.GWei),
	}), id)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Client().SendTransaction(context.Background(), tx); err != nil {
		w.t.Fatal(err)
	}
	return tx
}

// proxy is a network between a client and a node that a test can cut.
type proxy struct {
	net.Listener
	target string

	// mu guards everything that follows.
	mu    sync.Mutex
	conns []net.Conn
	// mute swallows what is said from now on.
	mute atomic.Bool
	// shut turns away who comes from now on.
	shut atomic.Bool
}

func newProxy(t *testing.T, target string) *proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, target: target}
	t.Cleanup(func() { l.Close(); p.cut() })
	go func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			if p.shut.Load() {
				in.Close()
				continue
			}
			out, err := net.Dial("tcp", p.target)
			if err != nil {
				in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			go func() { io.Copy(p.behind(in), out); in.Close() }()
			go func() { io.Copy(p.behind(out), in); out.Close() }()
		}
	}()
	return p
}

func (p *proxy) behind(w io.Writer) io.Writer {
	return writerFunc(func(b []byte) (int, error) {
		if p.mute.Load() {
			return len(b), nil
		}
		return w.Write(b)
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// die ends the proxy and all that goes through it.
func (p *proxy) die() {
	p.Close()
	p.cut()
}

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		c.Close()
	}
	p.conns = nil
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}
