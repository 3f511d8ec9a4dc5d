package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"golang.org/x/sync/errgroup"

	"helium/backend/store"
)

// memory is what the sending goroutine knows and may forget: it is found out
// again after a restart.
type memory struct {
	// open is every row that is not settled, oldest first, and next the place in the
	// order behind them: only this goroutine changes rows, others only add some.
	open []entry
	next uint64
	// read is when rows were last looked for.
	read time.Time
	// looked is when receipts were last looked for, under which head, and whether that
	// is to be done again soon.
	looked     time.Time
	lookedHead common.Hash
	lookSoon   bool
	// nonceKnown says whether nonce is the next one to use.
	nonceKnown bool
	nonce      uint64
	sent       map[string]sighting
	gap        gapSighting
}

// sighting is what happened to a signed intent since it was last sent.
type sighting struct {
	// at and head are when the newest version was first sent, offered when it was
	// last sent.
	at, offered time.Time
	head        uint64
	accepted    bool
	// lost is when a pass first found the nonce used and none of our versions
	// mined: once may be a node that lags behind its own index, twice is not.
	lost time.Time
}

type gapSighting struct {
	nonce uint64
	since time.Time
}

const (
	// parallel bounds the requests in flight, so that a full outbox does not
	// flood the node.
	parallel = 8
	// retry is how soon a pass that met trouble is followed by another; quiet
	// how soon one that waits for a block is, should no push arrive.
	retry = 250 * time.Millisecond
	quiet = 5 * time.Second
)

func (s *Sender) run(ctx context.Context) {
	defer close(s.done)
	heads, cancel := s.chain.Wake()
	defer cancel()

	for ctx.Err() == nil {
		wait, err := s.pass(ctx)
		if errors.Is(err, errStopped) {
			return
		}
		if err != nil {
			s.seen.open, s.seen.next = nil, 0 // what is on disk counts
			s.unread.Store(true)
		}
		if err != nil && ctx.Err() == nil {
			s.o.Log.Warn("sending transactions, trying again", "err", err)
			wait = 4 * retry
		}
		s.sleep(ctx, heads, wait)
	}
}

// errStopped is how a test's step ends the sender as a crash would.
var errStopped = errors.New("stopped")

func (s *Sender) sleep(ctx context.Context, heads <-chan struct{}, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-heads:
	case <-s.kick:
	case <-timer.C:
	}
}

func (s *Sender) step(name string) error {
	if s.o.step == nil {
		return nil
	}
	return s.o.step(name)
}

// pass moves every open intent as far as it can go now, and says how long to
// wait, when nothing is pushed, before the next.
func (s *Sender) pass(ctx context.Context) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	open, err := s.pending()
	if err != nil || len(open) == 0 {
		return time.Minute, err
	}

	wait := quiet
	var written, signed []entry
	for _, e := range open {
		if e.State == Written {
			written = append(written, e)
		} else {
			signed = append(signed, e)
		}
	}
	if len(signed) > 0 {
		if s.mayHaveNews() {
			if s.seen.lookSoon, err = s.settle(ctx, signed); err != nil {
				return retry, err
			}
		}
		if s.seen.lookSoon {
			wait = retry
		}
	}
	if len(written) > 0 {
		if len(written) > mostAtOnce {
			written = written[:mostAtOnce]
			s.Kick() // for the others
		}
		again, err := s.signAll(ctx, written)
		if err != nil {
			return retry, err
		}
		if again {
			wait = retry
		}
	}
	return wait, nil
}

// pending is every row that is not settled, oldest first. It reads those that are
// new since it was last called, when it was said that there are some and now and then:
// every block asks this of every sender.
func (s *Sender) pending() ([]entry, error) {
	if !s.unread.Swap(false) && time.Since(s.seen.read) < quiet {
		return slices.Clone(s.seen.open), nil
	}
	s.seen.read = time.Now()
	fresh, err := s.box.pendingFrom(s.store, s.seen.next)
	if err != nil {
		return nil, err
	}
	if n := len(fresh); n > 0 {
		s.seen.open = append(s.seen.open, fresh...)
		s.seen.next = fresh[n-1].Order + 1
	}
	return slices.Clone(s.seen.open), nil
}

// change is that of the outbox, and remembers what became of the row.
func (s *Sender) change(key string, from State, fn func(*row)) error {
	var after row
	err := s.box.change(s.store, key, from, func(r *row) {
		fn(r)
		after = *r
	})
	if err == nil {
		s.seen.set(key, after)
	}
	return err
}

// set remembers what is now on disk.
func (m *memory) set(key string, r row) {
	at := slices.IndexFunc(m.open, func(e entry) bool { return e.key == key })
	switch {
	case at < 0: // it is read when its turn comes
	case r.State.settled():
		m.open = slices.Delete(m.open, at, at+1)
	default:
		m.open[at] = entry{key: key, row: r}
	}
}

// mayHaveNews says that something may have become of what was sent since that was
// last looked for: there is another block, or a while has passed.
func (s *Sender) mayHaveNews() bool {
	head := s.chain.hashOf(s.chain.Head())
	if head == s.seen.lookedHead && time.Since(s.seen.looked) < retry {
		return false
	}
	s.seen.lookedHead, s.seen.looked = head, time.Now()
	return true
}

// settle looks for the receipts of signed intents, and sends again those that
// need it. again asks for another pass soon.
func (s *Sender) settle(ctx context.Context, signed []entry) (again bool, err error) {
	head := s.chain.Head().Number.Uint64()
	final := head - min(head, s.o.Confirmations)
	used, err := s.nonceAt(ctx, final)
	if err != nil {
		return false, err
	}

	results := make([]error, len(signed))
	var group errgroup.Group
	group.SetLimit(parallel)
	mined := make([]*types.Receipt, len(signed))
	for i, e := range signed {
		if e.Nonce >= used {
			continue // cannot be mined yet
		}
		group.Go(func() error {
			mined[i], results[i] = s.receipt(ctx, e.row, final)
			return nil
		})
	}
	group.Wait()

	if err := s.finish(ctx, signed, mined); err != nil {
		return false, err
	}
	for i, e := range signed {
		switch {
		case results[i] != nil:
			s.setTrouble(e.key, results[i])
			again = true
		case mined[i] != nil:
		case e.Nonce < used:
			again = true
			err = s.lostNonce(e)
		default:
			var soon bool
			soon, err = s.tend(ctx, e)
			again = again || soon
		}
		if err != nil {
			return again, err
		}
	}
	return again, s.fillGap(ctx, signed, used)
}

// receipt finds the version of the intent that was mined, nil when none was, or
// not deep enough.
func (s *Sender) receipt(ctx context.Context, r row, final uint64) (*types.Receipt, error) {
	versions, err := r.versions()
	if err != nil {
		return nil, err
	}
	for _, tx := range versions {
		receipt, err := s.chain.client.TransactionReceipt(ctx, tx.Hash())
		switch {
		case err == nil && receipt.BlockNumber.Uint64() <= final:
			return receipt, nil
		case err == nil, errors.Is(err, ethereum.NotFound):
		default:
			return nil, fmt.Errorf("read receipt: %w", err)
		}
	}
	return nil, nil
}

// finish stores the receipts of those that were mined, in one go; where the contract
// refused on chain, also why.
func (s *Sender) finish(ctx context.Context, signed []entry, mined []*types.Receipt) error {
	var done []entry
	for i, receipt := range mined {
		if receipt == nil {
			continue
		}
		e := signed[i]
		e.Receipt = receipt
		if receipt.Status != types.ReceiptStatusSuccessful {
			e.Revert = s.replay(ctx, e.row, receipt)
		}
		if err := s.step("receipt"); err != nil {
			return err
		}
		done = append(done, e)
	}
	for batch := range slices.Chunk(done, mostAtOnce) {
		if err := s.writeMined(batch); err != nil {
			return err
		}
	}
	return nil
}

// mostAtOnce is how many intents are written in one go: a store takes a megabyte, and
// one with the receipt of a settlement has some twenty kilobytes.
const mostAtOnce = 16

func (s *Sender) writeMined(done []entry) error {
	err := s.store.Update(func(tx *store.Tx) error {
		for _, e := range done {
			if err := s.box.changeIn(tx, e.key, Signed, func(r *row) {
				r.State, r.Receipt, r.Revert = Mined, e.Receipt, e.Revert
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, e := range done {
		e.State = Mined
		s.seen.set(e.key, e.row)
		delete(s.seen.sent, e.key)
		s.tell(e.key)
	}
	return nil
}

// replay runs a refused transaction again on the state before its block, for
// the reason, which receipts do not carry. Best effort: earlier transactions of
// the block are missing.
func (s *Sender) replay(ctx context.Context, r row, receipt *types.Receipt) []byte {
	call := s.call(r)
	call.Gas = r.Gas
	before := new(big.Int).Sub(receipt.BlockNumber, common.Big1)
	_, err := s.chain.client.CallContract(ctx, call, before)
	if revert, ok := AsRevert(err, nil); ok {
		return revert.Data
	}
	return nil
}

func (s *Sender) call(r row) ethereum.CallMsg {
	return ethereum.CallMsg{From: s.box.address, To: &r.To, Value: r.Value.ToInt(), Data: r.Data}
}

// lostNonce sends an intent back to be signed again once it is certain that
// another transaction of this account took its nonce: none of the versions can
// ever be mined.
func (s *Sender) lostNonce(e entry) error {
	seen := s.seen.sent[e.key]
	if seen.lost.IsZero() {
		seen.lost = time.Now()
		s.seen.sent[e.key] = seen
	}
	if time.Since(seen.lost) < retry {
		return nil
	}
	s.o.Log.Info("nonce was used elsewhere, signing again", "intent", e.key, "nonce", e.Nonce)
	s.seen.nonceKnown = false
	delete(s.seen.sent, e.key)
	return s.change(e.key, Signed, func(r *row) {
		r.State, r.Signed, r.Nonce = Written, nil, 0
	})
}

// tend offers an unmined transaction to the node when that is due, and raises
// its fee when blocks pass it by.
func (s *Sender) tend(ctx context.Context, e entry) (again bool, err error) {
	seen := s.seen.sent[e.key]
	now, head := time.Now(), s.chain.Head().Number.Uint64()
	seen.lost = time.Time{}
	s.seen.sent[e.key] = seen

	stuck := seen.accepted && head > seen.head+2 && now.Sub(seen.at) > s.o.StuckAfter
	if stuck {
		if err := s.raise(ctx, &e); err != nil {
			return true, err
		}
	}
	if !stuck && seen.accepted && now.Sub(seen.offered) < s.o.resend {
		return false, nil
	}
	return s.send(ctx, e, seen, stuck)
}

// send offers the newest version to the node and reads its answer.
func (s *Sender) send(ctx context.Context, e entry, seen sighting, fresh bool) (again bool, err error) {
	if err := s.step("send"); err != nil {
		return false, err
	}
	tx, err := e.newest()
	if err != nil {
		return false, err
	}
	sendErr := s.chain.client.SendTransaction(ctx, tx)
	if err := s.step("sent"); err != nil {
		return false, err
	}
	seen.offered = time.Now()
	if seen.at.IsZero() || fresh {
		seen.head, seen.at = s.chain.Head().Number.Uint64(), seen.offered
	}

	switch answerOf(sendErr) {
	case accepted:
		seen.accepted = true
		s.seen.sent[e.key] = seen
		return false, nil
	case nonceUsed, nonceTaken:
		// Whose transaction it is shows when it is mined. Later intents must not
		// queue behind a nonce that is not free.
		s.seen.nonceKnown = false
		s.seen.sent[e.key] = seen
		return true, nil
	default:
		s.seen.sent[e.key] = seen
		s.setTrouble(e.key, sendErr)
		return true, nil
	}
}

type answer int

const (
	accepted answer = iota
	nonceUsed
	nonceTaken
	otherTrouble
)

// answerOf reads a node's answer to a transaction. Nodes agree on these texts
// and on nothing else.
func answerOf(err error) answer {
	if err == nil {
		return accepted
	}
	text := strings.ToLower(err.Error())
	switch {
	case strings.Contains(text, "already known"), strings.Contains(text, "known transaction"), strings.Contains(text, "already imported"):
		return accepted
	case strings.Contains(text, "nonce too low"):
		return nonceUsed
	case strings.Contains(text, "replacement transaction underpriced"), strings.Contains(text, "replacement underpriced"):
		return nonceTaken
	default:
		return otherTrouble
	}
}

// signAll gives the written intents their gas, fee and nonce, writes the signed
// transactions in one go, and sends them.
func (s *Sender) signAll(ctx context.Context, written []entry) (again bool, err error) {
	if err := s.step("sign"); err != nil {
		return false, err
	}
	fee, err := s.fee(ctx)
	if err != nil {
		return false, err
	}
	ready, again, err := s.price(ctx, written, fee)
	if err != nil || len(ready) == 0 {
		return again, err
	}
	if err := s.learnNonce(ctx); err != nil {
		return false, err
	}

	next := s.seen.nonce
	for i := range ready {
		e := &ready[i]
		e.Nonce, e.State = next, Signed
		raw, err := s.sign(e.row, fee)
		if err != nil {
			// A locked wallet fails for all: what is signed so far goes out.
			s.setTrouble(e.key, err)
			again, ready = true, ready[:i]
			break
		}
		e.Signed = []hexutil.Bytes{raw}
		next++
	}
	if len(ready) == 0 {
		return again, nil
	}
	if err := s.writeSigned(ready); err != nil {
		return false, err
	}
	for _, e := range ready {
		s.seen.set(e.key, e.row)
	}
	s.seen.nonce = next
	if err := s.step("signed"); err != nil {
		return false, err
	}
	for _, e := range ready {
		soon, err := s.send(ctx, e, sighting{}, true)
		if err != nil {
			return false, err
		}
		again = again || soon
	}
	return again, nil
}

func (s *Sender) writeSigned(ready []entry) error {
	return s.store.Update(func(tx *store.Tx) error {
		for _, e := range ready {
			old, err := s.box.rows.Get(tx, s.box.key(e.key))
			if err != nil {
				return err
			}
			if old.State != Written {
				return fmt.Errorf("intent %s is %s, want %s: two senders share one key", e.key, old.State, Written)
			}
			if err := s.box.put(tx, e.key, e.row); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Sender) sign(r row, f fee) ([]byte, error) {
	tx := types.NewTx(&types.DynamicFeeTx{
		ChainID: s.chain.ID(), Nonce: r.Nonce, GasTipCap: f.tip, GasFeeCap: f.cap,
		Gas: r.Gas, To: &r.To, Value: r.Value.ToInt(), Data: r.Data,
	})
	signed, err := s.signer.SignTx(tx, s.chain.ID())
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	return signed.MarshalBinary()
}

// learnNonce finds the next free nonce: after all that the node knows of, its
// pool included, and after all that is signed here.
func (s *Sender) learnNonce(ctx context.Context) error {
	if s.seen.nonceKnown {
		return nil
	}
	next, err := s.chain.client.PendingNonceAt(ctx, s.box.address)
	if err != nil {
		return fmt.Errorf("read nonce: %w", err)
	}
	open, err := s.pending()
	if err != nil {
		return err
	}
	for _, e := range open {
		if e.State == Signed {
			next = max(next, e.Nonce+1)
		}
	}
	s.seen.nonce, s.seen.nonceKnown = next, true
	return nil
}

func (s *Sender) nonceAt(ctx context.Context, block uint64) (uint64, error) {
	n, err := s.chain.client.NonceAt(ctx, s.box.address, new(big.Int).SetUint64(block))
	if err != nil {
		return 0, fmt.Errorf("read nonce: %w", err)
	}
	return n, nil
}
