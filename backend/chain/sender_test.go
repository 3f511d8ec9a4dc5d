package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"helium/backend/store"
)

func pay(key string, wei int64) Intent {
	return Intent{Key: key, To: payee, ValueWei: big.NewInt(wei)}
}

func openSender(t *testing.T, c *Chain, st *store.Store, k Signer, o SenderOptions) *Sender {
	t.Helper()
	s := OpenSender(c, st, k, o)
	t.Cleanup(s.Close)
	return s
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestSubmittingAKeyAgainReturnsItsOutcomeAndPaysOnce(t *testing.T) {
	w := newWorld(t)
	w.run()
	s := openSender(t, w.open(w.Client()), w.store(), w.key, SenderOptions{})
	first, err := s.Submit(within(t), pay("a", 7))
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Submit(within(t), pay("a", 7))
	if err != nil || second.TxHash != first.TxHash {
		t.Fatalf("the second time: %+v, %v", second, err)
	}
	if got := w.balance(payee).Int64(); got != 7 {
		t.Errorf("paid %d wei, want 7", got)
	}
	if _, err := s.Submit(within(t), pay("a", 8)); !errors.Is(err, ErrKeyReused) {
		t.Errorf("another payment under the same key: %v", err)
	}
	if state, hash, err := s.Status("a"); err != nil || state != Mined || hash != first.TxHash {
		t.Errorf("status is %s %s, %v", state, hash, err)
	}
	if _, _, err := s.Status("b"); !errors.Is(err, ErrUnknown) {
		t.Errorf("status of a new key: %v", err)
	}
}

func TestManyAtOnceAreAllMinedOnce(t *testing.T) {
	w := newWorld(t)
	w.run()
	s := openSender(t, w.open(w.Client()), w.store(), w.key, SenderOptions{})
	var wg sync.WaitGroup
	const n = 60
	for i := range n {
		wg.Go(func() {
			r, err := s.Submit(within(t), Intent{Key: fmt.Sprint("count/", i), To: counter})
			if err != nil || r.Status != 1 {
				t.Errorf("send %d: %+v, %v", i, r, err)
			}
		})
	}
	wg.Wait()
	if w.count() != n || w.nonce() != n {
		t.Errorf("counted %d with %d transactions, want %d", w.count(), w.nonce(), n)
	}
}

// TestACrashBetweenAnyTwoStepsPaysOnce stops the sender at each step of the
// outbox, as a crash would, and opens another on the same store.
func TestACrashBetweenAnyTwoStepsPaysOnce(t *testing.T) {
	for _, at := range []string{"sign", "signed", "send", "sent", "receipt"} {
		t.Run(at, func(t *testing.T) {
			w := newWorld(t)
			w.run()
			c, st := w.open(w.Client()), w.store()
			reached := make(chan struct{})
			s := openSender(t, c, st, w.key, SenderOptions{step: func(name string) error {
				if name != at {
					return nil
				}
				close(reached)
				return errStopped
			}})
			if err := s.Enqueue(pay("p", 5)); err != nil {
				t.Fatal(err)
			}
			select {
			case <-reached:
			case <-within(t).Done():
				t.Fatal("the step was never reached")
			}
			if _, err := s.Wait(within(t), "p"); !errors.Is(err, ErrClosed) {
				t.Fatalf("waiting on a stopped sender: %v", err)
			}

			s = openSender(t, c, st, w.key, SenderOptions{})
			if r, err := s.Wait(within(t), "p"); err != nil || r.Status != 1 {
				t.Fatalf("after the restart: %+v, %v", r, err)
			}
			if got := w.balance(payee).Int64(); got != 5 || w.nonce() != 1 {
				t.Errorf("paid %d wei in %d transactions, want 5 in 1", got, w.nonce())
			}
		})
	}
}

// TestCrashesUnderLoadPayEachIntentOnce stops the sender at arbitrary steps,
// again and again, with many intents in flight.
func TestCrashesUnderLoadPayEachIntentOnce(t *testing.T) {
	w := newWorld(t)
	w.run()
	c, st := w.open(w.Client()), w.store()
	const n = 40
	for round := 0; ; round++ {
		var steps atomic.Int64
		limit := int64(3 + round*7)
		s := OpenSender(c, st, w.key, SenderOptions{step: func(string) error {
			if steps.Add(1) > limit && round < 12 {
				return errStopped
			}
			return nil
		}})
		var missing int
		for i := range n {
			if err := s.Enqueue(Intent{Key: fmt.Sprint(i), To: counter}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range n {
			if _, err := s.Wait(within(t), fmt.Sprint(i)); errors.Is(err, ErrClosed) {
				missing++
			} else if err != nil {
				t.Fatalf("intent %d: %v", i, err)
			}
		}
		s.Close()
		if missing == 0 {
			t.Logf("%d crashes", round)
			break
		}
	}
	if w.count() != n || w.nonce() != n {
		t.Errorf("counted %d with %d transactions, want %d", w.count(), w.nonce(), n)
	}
}

func TestForeignUseOfTheKeyCostsNothing(t *testing.T) {
	w := newWorld(t)
	s := openSender(t, w.open(w.Client()), w.store(), w.key, SenderOptions{})
	// Both want nonces 0 to 2: the foreign ones pay so much that ours cannot
	// replace them.
	if err := s.Enqueue(Intent{Key: "first", To: counter}); err != nil {
		t.Fatal(err)
	}
	w.run()
	if _, err := s.Wait(within(t), "first"); err != nil {
		t.Fatal(err)
	}
	w.halt()
	w.foreign(1, 50*params.GWei)
	w.foreign(2, 50*params.GWei)
	for i := range 5 {
		if err := s.Enqueue(Intent{Key: fmt.Sprint(i), To: counter}); err != nil {
			t.Fatal(err)
		}
	}
	w.stop = make(chan struct{})
	w.run()
	for i := range 5 {
		if _, err := s.Wait(within(t), fmt.Sprint(i)); err != nil {
			t.Fatalf("intent %d: %v", i, err)
		}
	}
	if w.count() != 6 || w.nonce() != 8 {
		t.Errorf("counted %d with %d transactions, want 6 with 8", w.count(), w.nonce())
	}
}

func TestARefusalIsFoundBeforePaying(t *testing.T) {
	w := newWorld(t)
	w.run()
	errBeef := errors.New("beef is dead")
	st, c := w.store(), w.open(w.Client())
	o := SenderOptions{Decode: func(b []byte) error {
		if common.Bytes2Hex(b) == "deadbeef" {
			return errBeef
		}
		return nil
	}}
	s := openSender(t, c, st, w.key, o)
	check := func(s *Sender, in Intent, mined bool) {
		t.Helper()
		r, err := s.Submit(within(t), in)
		var revert *RevertError
		if !errors.As(err, &revert) || common.Bytes2Hex(revert.Data) != "deadbeef" || !errors.Is(err, errBeef) {
			t.Fatalf("%s: %v", in.Key, err)
		}
		if (r != nil) != mined {
			t.Errorf("%s: receipt is %+v", in.Key, r)
		}
	}
	check(s, Intent{Key: "estimated", To: refuser}, false)
	if w.nonce() != 0 {
		t.Error("a refusal that was foreseen was paid for")
	}
	check(s, Intent{Key: "forced", To: refuser, GasLimit: 100_000}, true)
	if w.nonce() != 1 {
		t.Errorf("nonce is %d, want 1", w.nonce())
	}
	// Both outcomes are remembered.
	s.Close()
	s = openSender(t, c, st, w.key, o)
	check(s, Intent{Key: "estimated", To: refuser}, false)
	check(s, Intent{Key: "forced", To: refuser, GasLimit: 100_000}, true)
	if w.nonce() != 1 {
		t.Errorf("nonce is %d after asking again, want 1", w.nonce())
	}
}

func TestAnEmptyAccountIsToldSo(t *testing.T) {
	w := newWorld(t)
	w.run()
	k, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := openSender(t, w.open(w.Client()), w.store(), key{k}, SenderOptions{})
	for _, in := range []Intent{pay("estimate", 1), {Key: "forced", To: counter, GasLimit: 90_000}} {
		if _, err := s.Submit(within(t), in); !errors.Is(err, ErrFunds) {
			t.Errorf("%s: got %v, want ErrFunds", in.Key, err)
		}
	}
}

// locked is a wallet that signs only once it is opened.
type locked struct {
	key
	open atomic.Bool
}

func (l *locked) SignTx(tx *types.Transaction, id *big.Int) (*types.Transaction, error) {
	if !l.open.Load() {
		return nil, errors.New("the wallet is locked")
	}
	return l.key.SignTx(tx, id)
}

func TestALockedWalletDelaysAndIsNamed(t *testing.T) {
	w := newWorld(t)
	w.run()
	signer := &locked{key: w.key}
	s := openSender(t, w.open(w.Client()), w.store(), signer, SenderOptions{})
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := s.Submit(ctx, pay("p", 1))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "the wallet is locked") {
		t.Fatalf("got %v", err)
	}
	signer.open.Store(true)
	if _, err := s.Wait(within(t), "p"); err != nil {
		t.Fatal(err)
	}
}

// swallow is a node that takes transactions and loses some.
type swallow struct {
	Client
	lose func(tx *types.Transaction) bool
}

func (s swallow) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if s.lose(tx) {
		return nil
	}
	return s.Client.SendTransaction(ctx, tx)
}

func TestATransactionTheNodeLostIsSentAgain(t *testing.T) {
	w := newWorld(t)
	w.run()
	var tries atomic.Int64
	c := w.open(swallow{w.Client(), func(*types.Transaction) bool { return tries.Add(1) <= 2 }})
	s := openSender(t, c, w.store(), w.key, SenderOptions{resend: 10 * time.Millisecond})
	if _, err := s.Submit(within(t), pay("p", 3)); err != nil {
		t.Fatal(err)
	}
	if tries.Load() < 3 || w.balance(payee).Int64() != 3 {
		t.Errorf("%d tries paid %s", tries.Load(), w.balance(payee))
	}
}

func TestAStuckTransactionIsReplacedByADearerOne(t *testing.T) {
	w := newWorld(t)
	w.run()
	var cheap atomic.Pointer[types.Transaction]
	c := w.open(swallow{w.Client(), func(tx *types.Transaction) bool {
		cheap.CompareAndSwap(nil, tx)
		return tx.Hash() == cheap.Load().Hash()
	}})
	s := openSender(t, c, w.store(), w.key, SenderOptions{StuckAfter: time.Millisecond})
	r, err := s.Submit(within(t), pay("p", 3))
	if err != nil {
		t.Fatal(err)
	}
	tx, _, err := w.Client().TransactionByHash(within(t), r.TxHash)
	if err != nil {
		t.Fatal(err)
	}
	old := cheap.Load()
	if tx.Nonce() != old.Nonce() || tx.GasTipCapCmp(old) <= 0 || tx.GasFeeCapCmp(old) <= 0 {
		t.Errorf("nonce %d tip %s replaced nonce %d tip %s", tx.Nonce(), tx.GasTipCap(), old.Nonce(), old.GasTipCap())
	}
	if w.nonce() != 1 || w.balance(payee).Int64() != 3 {
		t.Errorf("paid %s in %d transactions", w.balance(payee), w.nonce())
	}
}

// TestAHoleInTheNoncesIsFilled: another program announces nonce 0, so ours takes
// 1, and then the announced transaction never comes.
func TestAHoleInTheNoncesIsFilled(t *testing.T) {
	w := newWorld(t)
	w.run()
	var once atomic.Bool
	c := w.open(ahead{w.Client(), &once})
	s := openSender(t, c, w.store(), w.key, SenderOptions{})
	if _, err := s.Submit(within(t), Intent{Key: "p", To: counter}); err != nil {
		t.Fatal(err)
	}
	if w.nonce() != 2 || w.count() != 1 {
		t.Errorf("counted %d with %d transactions, want 1 with 2", w.count(), w.nonce())
	}
}

type ahead struct {
	Client
	once *atomic.Bool
}

func (a ahead) PendingNonceAt(ctx context.Context, who common.Address) (uint64, error) {
	n, err := a.Client.PendingNonceAt(ctx, who)
	if a.once.CompareAndSwap(false, true) {
		n++
	}
	return n, err
}

func TestAnIntentIsWrittenTogetherWithTheCallersRows(t *testing.T) {
	w := newWorld(t)
	w.run()
	st := w.store()
	s := openSender(t, w.open(w.Client()), st, w.key, SenderOptions{})
	undone := errors.New("undone")
	err := st.Update(func(tx *store.Tx) error {
		if err := s.EnqueueIn(tx, pay("never", 1)); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatal(err)
	}
	if _, _, err := s.Status("never"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an intent survived its transaction: %v", err)
	}
	if err := st.Update(func(tx *store.Tx) error { return s.EnqueueIn(tx, pay("once", 1)) }); err != nil {
		t.Fatal(err)
	}
	s.Kick()
	if _, err := s.Wait(within(t), "once"); err != nil {
		t.Fatal(err)
	}
}

func TestEveryChangeOfStateIsInTheTable(t *testing.T) {
	w := newWorld(t)
	box := newOutbox(w.key.Address())
	states := []State{Written, Signed, Mined, Failed}
	for _, from := range states {
		for _, to := range states {
			st := w.store()
			err := st.Update(func(tx *store.Tx) error { return box.put(tx, "k", row{State: from, Value: nil}) })
			if err != nil {
				t.Fatal(err)
			}
			allowed := false
			for _, s := range edges[from] {
				allowed = allowed || s == to
			}
			err = box.change(st, "k", from, func(r *row) { r.State = to })
			if (err == nil) != allowed {
				t.Errorf("%s to %s: %v, allowed is %v", from, to, err, allowed)
			}
			open, err := box.pending(st)
			if err != nil {
				t.Fatal(err)
			}
			want := !from.settled()
			if allowed {
				want = !to.settled()
			}
			if (len(open) == 1) != want {
				t.Errorf("%s to %s: %d open rows", from, to, len(open))
			}
			st.Close()
		}
	}
}

// Many intents that are mined in one block, with more to keep than a store takes in
// one transaction, are all settled and paid once.
func TestABlockOfManyIntentsIsSettled(t *testing.T) {
	w := newWorld(t)
	s := openSender(t, w.open(w.Client()), w.store(), w.key, SenderOptions{})
	const n = 100
	key := func(i int) string { return fmt.Sprintf("many/%d", i) }
	for i := range n {
		in := Intent{Key: key(i), To: payee, ValueWei: big.NewInt(1), Data: make([]byte, 8<<10), GasLimit: 120_000}
		if err := s.Enqueue(in); err != nil {
			t.Fatal(err)
		}
	}
	signed := func() (names []string) {
		for i := range n {
			if state, _, err := s.Status(key(i)); err != nil || state == Signed {
				names = append(names, key(i))
			}
		}
		return names
	}
	eventually(t, func() (all []string) {
		for i := range n {
			all = append(all, key(i))
		}
		return all
	}, signed)
	w.run()
	for i := range n {
		if _, err := s.Wait(within(t), key(i)); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.balance(payee).Int64(); got != n {
		t.Errorf("paid %d wei, want %d", got, n)
	}
}
