package sponsor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"golang.org/x/sync/semaphore"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/relay/internal/wire"
	"helium/backend/store"
)

// Config is what a sponsor needs. Now and Log may be left out.
type Config struct {
	Profile protocol.Profile
	Chain   *chain.Chain
	// Store keeps what was sent and what was given. It may be shared: the sponsor
	// keeps to its own tables.
	Store *store.Store
	// Signer is the account that pays. Nothing else may send from it, and it should
	// hold no more than an operator can lose.
	Signer chain.Signer
	// Limits with a zero Day sponsor nothing.
	Limits Limits
	// Now is the wall clock.
	Now func() time.Time
	Log *slog.Logger
}

// Sponsor brings calls to the chain. It is safe for concurrent use.
type Sponsor struct {
	cfg    Config
	limits Limits
	log    *slog.Logger
	domain protocol.Domain
	reader *reader
	rows   tables
	sender *chain.Sender
	gates  gates
	// checks bounds the calls that are checked at a time: each asks the chain a
	// few times.
	checks *semaphore.Weighted

	sent, reverted, refused atomic.Uint64

	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup
}

const (
	// patience is how long a request waits for its block before it is told that
	// the call is on its way.
	patience = 20 * time.Second
	// parallelChecks is how many calls are checked at a time.
	parallelChecks = 8
	// maxKey bounds the keys of requests, in bytes.
	maxKey = 200
)

// Open resumes what the last run left under way, and serves until Close.
func Open(cfg Config) (*Sponsor, error) {
	if cfg.Chain == nil || cfg.Store == nil || cfg.Signer == nil {
		return nil, errors.New("open sponsor: it needs a chain, a store and a signer")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	reader, err := newReader()
	if err != nil {
		return nil, fmt.Errorf("open sponsor: %w", err)
	}
	s := &Sponsor{
		cfg: cfg, limits: cfg.Limits, log: cfg.Log, domain: cfg.Profile.Domain(), reader: reader, rows: newTables(),
		gates:  gates{held: map[string]chan struct{}{}},
		checks: semaphore.NewWeighted(parallelChecks),
		sender: chain.OpenSender(cfg.Chain, cfg.Store, cfg.Signer, chain.SenderOptions{
			Decode: contracts.DecodeError, MaxGasPrice: cfg.Limits.GasPrice, Log: cfg.Log,
		}),
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	under, err := s.underWay()
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open sponsor: %w", err)
	}
	for subject, o := range under {
		s.wg.Go(func() { s.watch(subject, o) })
	}
	s.wg.Go(s.tidy)
	return s, nil
}

// Close stops sending. What is under way goes on when the sponsor is opened again.
func (s *Sponsor) Close() {
	s.stop()
	s.wg.Wait()
	s.sender.Close()
}

// Address is who pays.
func (s *Sponsor) Address() common.Address { return s.cfg.Signer.Address() }

// Request is a call that somebody wants brought.
type Request struct {
	// Account is who asks, signed in, and From where it asks from.
	Account common.Address
	From    netip.Addr
	// Key names the request for ever: the same call under the same key is not sent
	// again.
	Key  string
	Call []byte
}

// Bring brings a call to the chain, or tells what became of it when it was
// brought before. The error is a *Refusal when the call, or the sponsor's limits,
// are the cause.
func (s *Sponsor) Bring(ctx context.Context, q Request) (wire.SponsorReply, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	reply, err := s.bring(ctx, q)
	var no *Refusal
	if errors.As(err, &no) {
		s.refused.Add(1)
		s.log.Debug("sponsor refuses", "code", no.Code, "account", q.Account, "why", no.Message)
	}
	return reply, err
}

func (s *Sponsor) bring(ctx context.Context, q Request) (wire.SponsorReply, error) {
	if s.limits.off() {
		return wire.SponsorReply{}, isOff("this relay's sponsor gives nothing at present")
	}
	if len(q.Key) == 0 || len(q.Key) > maxKey {
		return wire.SponsorReply{}, badKey()
	}
	c, err := s.reader.read(q.Call)
	if err != nil {
		return wire.SponsorReply{}, badCall(err)
	}
	intent := s.intentOf(q, c)
	if _, _, err := s.sender.Status(intent.Key); err == nil {
		return s.outcome(ctx, intent.Key)
	}
	if err := s.admit(ctx, q, c, intent); err != nil {
		return wire.SponsorReply{}, err
	}
	return s.outcome(ctx, intent.Key)
}

// intentOf names the call by who asks, its key and its bytes: somebody who lost
// the book of its keys does not get another call's outcome.
func (s *Sponsor) intentOf(q Request, c call) chain.Intent {
	to := s.cfg.Profile.Contracts.Node
	if c.onTask {
		to = s.cfg.Profile.Contracts.Task
	}
	hash := crypto.Keccak256(to[:], c.data)
	return chain.Intent{
		Key: fmt.Sprintf("sponsor/%s/%s/%x", q.Account, q.Key, hash[:8]),
		To:  to, Data: c.data, GasLimit: c.gas,
	}
}

// admit checks a call and writes it to the outbox, when no other call about the
// same subject is under way.
func (s *Sponsor) admit(ctx context.Context, q Request, c call, intent chain.Intent) error {
	leave, err := s.gates.enter(ctx, c.subject())
	if err != nil {
		return isBusy()
	}
	defer leave()
	if _, _, err := s.sender.Status(intent.Key); err == nil {
		return nil // asked twice at a time
	}
	if err := s.awaitOthers(ctx, c.subject()); err != nil {
		return err
	}
	if err := s.check(ctx, q, c, intent); err != nil {
		return err
	}
	o, err := s.reserve(q, c, intent)
	if err != nil {
		return err
	}
	s.sender.Kick()
	s.wg.Go(func() { s.watch(c.subject(), o) })
	return nil
}

// awaitOthers waits until nothing about a subject is under way.
func (s *Sponsor) awaitOthers(ctx context.Context, subject string) error {
	for {
		var o open
		err := s.cfg.Store.View(func(tx *store.Tx) (err error) {
			o, err = s.rows.open.Get(tx, subject)
			return err
		})
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read what is under way: %w", err)
		}
		receipt, err := s.sender.Wait(ctx, o.Intent)
		if !settled(receipt, err) {
			return isBusy()
		}
		if err := s.close(subject, o, receipt); err != nil {
			return err
		}
	}
}

// outcome waits for what becomes of an intent.
func (s *Sponsor) outcome(ctx context.Context, key string) (wire.SponsorReply, error) {
	receipt, err := s.sender.Wait(ctx, key)
	var revert *chain.RevertError
	switch {
	case err == nil:
		return wire.SponsorReply{State: wire.SponsorDone, Transaction: receipt.TxHash, Block: receipt.BlockNumber.Uint64()}, nil
	case errors.As(err, &revert) && receipt != nil:
		return wire.SponsorReply{
			State: wire.SponsorReverted, Transaction: receipt.TxHash, Block: receipt.BlockNumber.Uint64(), Revert: revert.Data,
		}, nil
	case errors.Is(err, chain.ErrFunds):
		return wire.SponsorReply{}, isEmpty()
	case ctx.Err() != nil || errors.Is(err, chain.ErrClosed):
		_, hash, _ := s.sender.Status(key)
		return wire.SponsorReply{State: wire.SponsorSent, Transaction: hash}, nil
	}
	return wire.SponsorReply{}, fmt.Errorf("send sponsored call: %w", err)
}

// settled says whether a sender's answer is an outcome.
func settled(receipt *types.Receipt, err error) bool {
	return receipt != nil || errors.Is(err, chain.ErrFunds)
}

// reserve writes the call to the outbox together with the most that it may cost,
// and with what its account and its place were given: all of it or nothing.
func (s *Sponsor) reserve(q Request, c call, intent chain.Intent) (open, error) {
	now := s.cfg.Now()
	most := s.mostOf(c)
	o := open{Intent: intent.Key, Day: dayOf(now), Group: c.group, Kind: c.kind, Reserved: (*hexutil.Big)(most)}
	err := s.cfg.Store.Update(func(tx *store.Tx) error {
		if err := s.fits(tx, q, c); err != nil {
			return err
		}
		day, err := orNew(s.rows.days.Get(tx, o.Day))
		if err != nil {
			return err
		}
		if err := s.rows.days.Put(tx, o.Day, day.add(c.group, most)); err != nil {
			return err
		}
		if err := count(tx, s.rows.accounts, accountKey(o.Day, q.Account, c.group)); err != nil {
			return err
		}
		if c.group != groupCourt {
			if err := count(tx, s.rows.places, placeKey(hourOf(now), placeOf(q.From))); err != nil {
				return err
			}
		}
		if err := s.rows.open.Put(tx, c.subject(), o); err != nil {
			return err
		}
		return s.sender.EnqueueIn(tx, intent)
	})
	return o, err
}

// mostOf is the most that a call can cost.
func (s *Sponsor) mostOf(c call) *big.Int {
	return new(big.Int).Mul(s.limits.GasPrice, new(big.Int).SetUint64(c.gas))
}

func count(tx *store.Tx, t store.Table[string, uint64], key string) error {
	n, err := orNew(t.Get(tx, key))
	if err != nil {
		return err
	}
	return t.Put(tx, key, n+1)
}

// watch waits for the end of a call and books what it cost.
func (s *Sponsor) watch(subject string, o open) {
	receipt, err := s.sender.Wait(s.ctx, o.Intent)
	if !settled(receipt, err) {
		return // it goes on with the next run
	}
	if err := s.close(subject, o, receipt); err != nil {
		s.log.Error("book what a sponsored call cost", "err", err)
	}
}

// close books what a call cost instead of what was reserved for it. It may be
// called twice.
func (s *Sponsor) close(subject string, o open, receipt *types.Receipt) error {
	cost := new(big.Int)
	if receipt != nil {
		cost.Mul(receipt.EffectiveGasPrice, new(big.Int).SetUint64(receipt.GasUsed))
	}
	first := false
	err := s.cfg.Store.Update(func(tx *store.Tx) error {
		first = false
		now, err := s.rows.open.Get(tx, subject)
		if errors.Is(err, store.ErrNotFound) || err == nil && now.Intent != o.Intent {
			return nil
		}
		if err != nil {
			return err
		}
		first = true
		if err := s.rows.open.Delete(tx, subject); err != nil {
			return err
		}
		day, err := s.rows.days.Get(tx, o.Day)
		if errors.Is(err, store.ErrNotFound) {
			return nil // so long ago that it is forgotten
		}
		if err != nil {
			return err
		}
		return s.rows.days.Put(tx, o.Day, day.add(o.Group, new(big.Int).Sub(cost, o.Reserved.ToInt())))
	})
	if err != nil || !first {
		return err
	}
	s.tell(o, receipt)
	return nil
}

// tell logs the end of a call.
func (s *Sponsor) tell(o open, receipt *types.Receipt) {
	if receipt == nil {
		s.log.Error("sponsor can't pay: fill its account", "kind", o.Kind, "account", s.Address())
		return
	}
	s.sent.Add(1)
	refused := receipt.Status != types.ReceiptStatusSuccessful
	if refused {
		s.reverted.Add(1)
	}
	s.log.Info("sponsored", "kind", o.Kind, "tx", receipt.TxHash, "block", receipt.BlockNumber, "gas", receipt.GasUsed,
		"gas price", receipt.EffectiveGasPrice, "refused", refused)
}

func (s *Sponsor) underWay() (map[string]open, error) {
	under := map[string]open{}
	err := s.cfg.Store.View(func(tx *store.Tx) error {
		return s.rows.open.Scan(tx, func(subject string, o open) error {
			under[subject] = o
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read what is under way: %w", err)
	}
	return under, nil
}

// tidyEvery is how often rows that nobody asks about are dropped.
const tidyEvery = time.Hour

func (s *Sponsor) tidy() {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		for more := true; more && s.ctx.Err() == nil; {
			err := s.cfg.Store.Update(func(tx *store.Tx) (err error) {
				more, err = s.rows.forget(tx, s.cfg.Now())
				return err
			})
			if err != nil {
				s.log.Warn("drop old rows of the sponsor", "err", err)
				break
			}
		}
		select {
		case <-s.ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// gates let one call about a subject in at a time.
type gates struct {
	// mu guards everything that follows.
	mu   sync.Mutex
	held map[string]chan struct{} // closed when the holder leaves
}

func (g *gates) enter(ctx context.Context, subject string) (leave func(), err error) {
	for {
		g.mu.Lock()
		holder, taken := g.held[subject]
		if !taken {
			mine := make(chan struct{})
			g.held[subject] = mine
			g.mu.Unlock()
			return func() {
				g.mu.Lock()
				delete(g.held, subject)
				g.mu.Unlock()
				close(mine)
			}, nil
		}
		g.mu.Unlock()
		select {
		case <-holder:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
