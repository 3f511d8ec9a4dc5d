package sponsor

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"log/slog"
	"math/big"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/store"
	"helium/backend/wallet"
)

// world is the contracts on a simulated chain that makes a block when there is
// something to put in it, and a sponsor whose folder outlives it.
type world struct {
	*testing.T
	sim     *contractstest.Chain
	chain   *chain.Chain
	profile protocol.Profile
	purse   *ecdsa.PrivateKey
	limits  Limits
	dir     string

	store   *store.Store
	sponsor *Sponsor

	// mu guards everything that follows.
	mu    sync.Mutex
	clock time.Time // zero for the wall clock

	// block is held while a block is made.
	block sync.Mutex
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, sim: contractstest.New(t, nil), limits: DefaultLimits(), dir: t.TempDir()}
	w.sim.Register(contractstest.SmallClass())
	w.purse = w.sim.Key()
	at := w.sim.Deployment
	w.profile = protocol.Profile{
		ChainID: contractstest.ChainID, StartBlock: at.Block,
		Contracts: protocol.Contracts{Token: at.Token, Node: at.Node, Task: at.Task},
	}
	var err error
	if w.chain, err = chain.Open(t.Context(), w.sim.Client, chain.Options{Poll: 50 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.chain.Close)
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.makeBlocks(t.Context())
	}()
	t.Cleanup(func() { <-done })
	w.open()
	return w
}

func (w *world) makeBlocks(ctx context.Context) {
	for ctx.Err() == nil {
		time.Sleep(3 * time.Millisecond)
		w.block.Lock()
		if w.pending() {
			w.sim.Backend.Commit()
		}
		w.block.Unlock()
	}
}

// pending says whether something of the sponsor waits for a block.
func (w *world) pending() bool {
	a := contractstest.Address(w.purse)
	mined, err := w.sim.Client.NonceAt(context.Background(), a, nil)
	if err != nil {
		return false
	}
	next, err := w.sim.Client.PendingNonceAt(context.Background(), a)
	return err == nil && next > mined
}

func (w *world) open() {
	w.Helper()
	var err error
	if w.store, err = store.Open(w.dir, store.Options{}); err != nil {
		w.Fatal(err)
	}
	signer, err := wallet.FromKey(w.purse)
	if err != nil {
		w.Fatal(err)
	}
	w.sponsor, err = Open(Config{
		Profile: w.profile, Chain: w.chain, Store: w.store, Signer: signer, Limits: w.limits, Now: w.now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		w.Fatal(err)
	}
	s, st := w.sponsor, w.store
	w.Cleanup(func() {
		s.Close()
		st.Close()
	})
}

// restart is another life of the sponsor, perhaps with other limits.
func (w *world) restart() {
	w.Helper()
	w.sponsor.Close()
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
	w.open()
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.clock.IsZero() {
		return time.Now()
	}
	return w.clock
}

func (w *world) setClock(t time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = t
}

// with does something to the chain while no block is made.
func (w *world) with(f func(*contractstest.Chain)) {
	w.Helper()
	w.block.Lock()
	defer w.block.Unlock()
	f(w.sim)
}

// sentBy counts an account's transactions.
func (w *world) sentBy(key *ecdsa.PrivateKey) uint64 {
	w.Helper()
	n, err := w.sim.Client.NonceAt(w.Context(), contractstest.Address(key), nil)
	if err != nil {
		w.Fatal(err)
	}
	return n
}

// earner is somebody with CNX, and with coins that it must not need.
type earner struct {
	w   *world
	key *ecdsa.PrivateKey
	me  common.Address
	// from is its IP address.
	from netip.Addr
}

func (w *world) earner(cnx int64) *earner {
	w.Helper()
	e := &earner{w: w, key: w.sim.Key(), from: netip.MustParseAddr("192.0.2.1")}
	e.me = contractstest.Address(e.key)
	if cnx > 0 {
		w.with(func(c *contractstest.Chain) {
			c.Send("transfer", c.Owner, c.Deployment.Token, c.Token.PackTransfer(e.me, contractstest.CNX(cnx)))
		})
	}
	return e
}

func (e *earner) info() contracts.NodeInfo {
	e.w.Helper()
	return e.w.sim.NodeInfo(e.me)
}

// later is a deadline that is far enough.
func (e *earner) later() uint64 { return e.w.chain.Clock().Unix() + 3600 }

func (e *earner) sign(m protocol.Message) []byte {
	e.w.Helper()
	return e.w.sim.Sign(m, e.key)
}

func (e *earner) joinRequest() contracts.JoinRequest {
	return contractstest.SmallClass().JoinRequest(e.key)
}

// joinCall is a signed join with its permit; change adjusts what is signed.
func (e *earner) joinCall(change ...func(*protocol.Join)) []byte {
	e.w.Helper()
	request := e.joinRequest()
	m := contracts.JoinMessage(e.me, request, e.info().Nonce, e.later())
	for _, c := range change {
		c(&m)
	}
	request.Payout = m.Payout
	stake, err := protocol.WeiOf(e.w.sim.Params.Stake)
	if err != nil {
		e.w.Fatal(err)
	}
	permit := protocol.Permit{Owner: e.me, Spender: e.w.profile.Contracts.Node, Value: stake, Deadline: m.Deadline}
	permit.Nonce = contractstest.View(e.w.sim, e.w.profile.Contracts.Token, contracts.NewToken().PackNonces(e.me), contracts.NewToken().UnpackNonces).Uint64()
	return contracts.NewNode().PackJoinFor(e.me, request, m.Deadline, e.sign(m), contracts.PermitOf(permit, e.sign(permit)))
}

func (e *earner) moveCall(move protocol.NodeMove, change ...func(*protocol.Move)) []byte {
	e.w.Helper()
	m := protocol.Move{Node: e.me, Move: move, Nonce: e.info().Nonce, Deadline: e.later()}
	for _, c := range change {
		c(&m)
	}
	return contracts.NewNode().PackMoveFor(e.me, uint8(m.Move), uint64(m.Models), m.Deadline, e.sign(m))
}

func (e *earner) bring(key string, call []byte) (wire.SponsorReply, error) {
	return e.w.sponsor.Bring(e.w.Context(), Request{Account: e.me, From: e.from, Key: key, Call: call})
}

// must brings what has to be brought.
func (e *earner) must(key string, call []byte) wire.SponsorReply {
	e.w.Helper()
	reply, err := e.bring(key, call)
	if err != nil || reply.State != wire.SponsorDone {
		e.w.Fatalf("%s: got %+v, %v", key, reply, err)
	}
	return reply
}

// wantRefusal checks the code of a refusal.
func wantRefusal(t *testing.T, what string, err error, code string) *Refusal {
	t.Helper()
	var no *Refusal
	if !errors.As(err, &no) || no.Code != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
		return &Refusal{}
	}
	return no
}

// spentToday is what the books have for the day.
func (w *world) spentToday() spent {
	w.Helper()
	var day spent
	err := w.store.View(func(tx *store.Tx) (err error) {
		day, err = orNew(w.sponsor.rows.days.Get(tx, dayOf(w.now())))
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return day
}

// paid is what the purse has paid since it was full.
func (w *world) paid(full *big.Int) *big.Int {
	w.Helper()
	has, err := w.sim.Client.BalanceAt(w.Context(), contractstest.Address(w.purse), nil)
	if err != nil {
		w.Fatal(err)
	}
	return new(big.Int).Sub(full, has)
}

// awaitClosed waits until nothing is under way.
func (w *world) awaitClosed() {
	w.Helper()
	for range 1000 {
		under, err := w.sponsor.underWay()
		if err != nil {
			w.Fatal(err)
		}
		if len(under) == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.Fatal("a call stays under way")
}
