package chain

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/store"
)

var (
	// ErrKeyReused: the key names another intent already.
	ErrKeyReused = errors.New("this key is taken by another transaction")
	// ErrFunds: the account cannot pay. Nothing was sent; add funds and try
	// again under another key.
	ErrFunds = errors.New("the account does not hold enough to pay for this transaction and its gas")
	// ErrUnknown: no intent has this key.
	ErrUnknown = errors.New("no such intent")
	// ErrClosed: the sender stopped. The intent is on disk and goes on when a
	// sender for the same account is opened on the same store.
	ErrClosed = errors.New("the sender is closed")
)

// Signer holds the account's key. SignTx is called from one goroutine; an error
// (a locked wallet, say) leaves the intent waiting and is tried again.
type Signer interface {
	Address() common.Address
	SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
}

// SenderOptions adjust a Sender; the zero value is right for a Helium network.
type SenderOptions struct {
	// Decode reads a contract's custom errors; nil knows only plain reasons.
	Decode Decoder
	// Confirmations is how many blocks must lie on top of a transaction's block
	// before it counts as mined: 0 where blocks are final.
	Confirmations uint64
	// StuckAfter is how long a transaction may wait, while blocks are made,
	// before its fee is raised. 0 means 30 seconds.
	StuckAfter time.Duration
	// MaxGasPrice is the most, in wei per gas, that a transaction ever offers; nil
	// for no limit. While the chain asks more, it waits, and all behind it.
	MaxGasPrice *big.Int
	// Log gets what a person may want to know; nil discards it.
	Log *slog.Logger

	// resend is how often an accepted transaction is offered to the node again,
	// which may have lost its pool. 0 means 3 seconds.
	resend time.Duration
	// step, in tests, is called between the steps of the outbox.
	step func(name string) error
}

// Sender turns the intents of one account into transactions. Open one per
// account and store. It is safe for concurrent use.
type Sender struct {
	chain  *Chain
	store  *store.Store
	signer Signer
	box    outbox
	o      SenderOptions

	kick chan struct{}
	// unread says that there may be rows that were not read yet.
	unread atomic.Bool
	stop   context.CancelFunc
	done   chan struct{}

	// seen is what the sending goroutine alone knows.
	seen memory

	// mu guards everything that follows.
	mu      sync.Mutex
	waiters map[string]map[chan struct{}]bool
	trouble map[string]error
}

// OpenSender resumes every intent that is not settled and serves new ones until
// Close.
func OpenSender(c *Chain, st *store.Store, signer Signer, o SenderOptions) *Sender {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.StuckAfter = orDuration(o.StuckAfter, 30*time.Second)
	o.resend = orDuration(o.resend, 3*time.Second)

	ctx, stop := context.WithCancel(context.Background())
	s := &Sender{
		chain: c, store: st, signer: signer, o: o, box: newOutbox(signer.Address()),
		kick: make(chan struct{}, 1), stop: stop, done: make(chan struct{}),
		seen:    memory{sent: map[string]sighting{}},
		waiters: map[string]map[chan struct{}]bool{}, trouble: map[string]error{},
	}
	s.unread.Store(true) // of the run before
	go s.run(ctx)
	return s
}

// Close stops sending. Intents that are not settled stay on disk.
func (s *Sender) Close() {
	s.stop()
	<-s.done
}

// Address is the account that pays.
func (s *Sender) Address() common.Address { return s.signer.Address() }

// Submit writes the intent and waits until it is settled. A key submitted before
// is not sent again: Submit waits for, or returns, its outcome.
//
// The error is a *RevertError when the contract refused: with a receipt when
// that was found out on chain and gas was paid, without when it was found out
// before. When ctx ends first the intent goes on by itself; ask Wait.
func (s *Sender) Submit(ctx context.Context, in Intent) (*types.Receipt, error) {
	if err := s.Enqueue(in); err != nil {
		return nil, err
	}
	return s.Wait(ctx, in.Key)
}

// Enqueue writes the intents, all or none, and returns: they will be sent in this
// order, now or after a restart.
func (s *Sender) Enqueue(in ...Intent) error {
	err := s.store.Update(func(tx *store.Tx) error {
		for _, each := range in {
			if err := s.EnqueueIn(tx, each); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.Kick()
	return nil
}

// EnqueueIn is Enqueue as a part of the caller's own transaction, so that a
// change of state and the payment it calls for are written together. Call Kick
// once the transaction is applied.
func (s *Sender) EnqueueIn(tx *store.Tx, in Intent) error {
	if in.Key == "" {
		return errors.New("enqueue intent: its key is empty")
	}
	if in.ValueWei != nil && in.ValueWei.Sign() < 0 {
		return fmt.Errorf("enqueue intent %s: its value is negative", in.Key)
	}
	return s.box.add(tx, in)
}

// Kick makes the sender look for new intents at once.
func (s *Sender) Kick() {
	s.unread.Store(true)
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Wait returns the outcome of the intent under key, as Submit does.
func (s *Sender) Wait(ctx context.Context, key string) (*types.Receipt, error) {
	settled := make(chan struct{}, 1)
	s.listen(key, settled)
	defer s.unlisten(key, settled)

	for {
		r, err := s.row(key)
		if err != nil {
			return nil, err
		}
		if r.State.settled() {
			return s.outcome(key, r)
		}
		select {
		case <-settled:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for %s: %w", key, errors.Join(ctx.Err(), s.troubleOf(key)))
		case <-s.done:
			return nil, fmt.Errorf("wait for %s: %w", key, ErrClosed)
		}
	}
}

// Status is the state of the intent under key, and the hash of its newest
// transaction, zero before it is signed. The error is ErrUnknown for a new key.
func (s *Sender) Status(key string) (State, common.Hash, error) {
	r, err := s.row(key)
	if err != nil {
		return "", common.Hash{}, err
	}
	if r.Receipt != nil {
		return r.State, r.Receipt.TxHash, nil
	}
	if len(r.Signed) == 0 {
		return r.State, common.Hash{}, nil
	}
	tx, err := r.newest()
	if err != nil {
		return "", common.Hash{}, err
	}
	return r.State, tx.Hash(), nil
}

func (s *Sender) row(key string) (r row, err error) {
	err = s.store.View(func(tx *store.Tx) error {
		r, err = s.box.rows.Get(tx, s.box.key(key))
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		return r, fmt.Errorf("intent %s: %w", key, ErrUnknown)
	}
	return r, err
}

func (s *Sender) outcome(key string, r row) (*types.Receipt, error) {
	switch {
	case r.State == Mined && r.Receipt.Status == types.ReceiptStatusSuccessful:
		return r.Receipt, nil
	case r.State == Mined || r.Failure == failedRevert:
		return r.Receipt, fmt.Errorf("%s: %w", key, newRevert(r.Revert, s.o.Decode))
	case r.Failure == failedFunds:
		return nil, fmt.Errorf("%s: %w", key, ErrFunds)
	default:
		return nil, fmt.Errorf("%s: %s", key, r.Message)
	}
}

func (s *Sender) listen(key string, ch chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.waiters[key] == nil {
		s.waiters[key] = map[chan struct{}]bool{}
	}
	s.waiters[key][ch] = true
}

func (s *Sender) unlisten(key string, ch chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiters[key], ch)
	if len(s.waiters[key]) == 0 {
		delete(s.waiters, key)
	}
}

// tell wakes whoever waits for a settled key.
func (s *Sender) tell(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.trouble, key)
	for ch := range s.waiters[key] {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

func (s *Sender) setTrouble(key string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.trouble[key] == nil {
		s.o.Log.Warn("transaction waits", "intent", key, "err", err)
	}
	s.trouble[key] = err
}

func (s *Sender) troubleOf(key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trouble[key]
}
