package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/params"
	"golang.org/x/sync/errgroup"

	"helium/backend/store"
)

// fee is what a transaction offers, in wei per gas.
type fee struct {
	tip, cap *big.Int
}

// fee asks the node for the tip and leaves room for the base fee to double.
func (s *Sender) fee(ctx context.Context) (fee, error) {
	tip, err := s.chain.client.SuggestGasTipCap(ctx)
	if err != nil {
		return fee{}, fmt.Errorf("read gas price: %w", err)
	}
	base := s.chain.Head().BaseFee
	if base == nil {
		base = new(big.Int)
	}
	return s.capped(fee{tip: tip, cap: new(big.Int).Add(tip, new(big.Int).Lsh(base, 1))}), nil
}

// capped keeps a fee within what this sender may offer.
func (s *Sender) capped(f fee) fee {
	if most := s.o.MaxGasPrice; most != nil && f.cap.Cmp(most) > 0 {
		f.cap = most
	}
	if f.tip.Cmp(f.cap) > 0 {
		f.tip = f.cap
	}
	return f
}

// price gives each intent its gas, and fails those that can never be sent: the
// contract refuses, or the account cannot pay. Nothing was signed for them, so
// nothing can come of them later.
func (s *Sender) price(ctx context.Context, written []entry, f fee) (ready []entry, again bool, err error) {
	balance, err := s.chain.client.BalanceAt(ctx, s.box.address, nil)
	if err != nil {
		return nil, false, fmt.Errorf("read balance: %w", err)
	}
	if err := s.holdBack(balance); err != nil {
		return nil, false, err
	}

	gas, errs := make([]uint64, len(written)), make([]error, len(written))
	var group errgroup.Group
	group.SetLimit(parallel)
	for i, e := range written {
		group.Go(func() error {
			gas[i], errs[i] = s.gas(ctx, e.row)
			return nil
		})
	}
	group.Wait()

	for i, e := range written {
		if errs[i] != nil {
			retryable, err := s.refuse(e, errs[i])
			if err != nil {
				return nil, false, err
			}
			again = again || retryable
			continue
		}
		e.Gas = gas[i]
		cost := costOf(e.row, f)
		if balance.Cmp(cost) < 0 {
			if err := s.fail(e, failedFunds, nil, ErrFunds.Error()); err != nil {
				return nil, false, err
			}
			continue
		}
		balance.Sub(balance, cost)
		ready = append(ready, e)
	}
	return ready, again, nil
}

// holdBack takes from the balance what signed intents may still cost.
func (s *Sender) holdBack(balance *big.Int) error {
	for i := range s.seen.open {
		e := &s.seen.open[i]
		if e.State != Signed {
			continue
		}
		if e.cost == nil {
			tx, err := e.newest()
			if err != nil {
				return err
			}
			e.cost = tx.Cost()
		}
		balance.Sub(balance, e.cost)
	}
	return nil
}

func costOf(r row, f fee) *big.Int {
	cost := new(big.Int).Mul(f.cap, new(big.Int).SetUint64(r.Gas))
	return cost.Add(cost, r.Value.ToInt())
}

// gas estimates with a fifth to spare: between the estimate and the block other
// transactions change what this one costs.
func (s *Sender) gas(ctx context.Context, r row) (uint64, error) {
	if r.Gas > 0 {
		return r.Gas, nil
	}
	n, err := s.chain.client.EstimateGas(ctx, s.call(r))
	if err != nil {
		return 0, fmt.Errorf("estimate gas: %w", err)
	}
	if len(r.Data) == 0 && n == params.TxGas {
		return n, nil
	}
	return min(n+n/5, max(n, params.MaxTxGas)), nil
}

// refuse decides what a failed estimate means. again says that the node was at
// fault and the intent is to be tried once more.
func (s *Sender) refuse(e entry, cause error) (again bool, err error) {
	if revert, ok := AsRevert(cause, nil); ok {
		return false, s.fail(e, failedRevert, revert.Data, "")
	}
	text := strings.ToLower(cause.Error())
	switch {
	case strings.Contains(text, "execution reverted"):
		return false, s.fail(e, failedRevert, nil, "")
	case strings.Contains(text, "insufficient funds"):
		return false, s.fail(e, failedFunds, nil, cause.Error())
	case strings.Contains(text, "gas required exceeds"), strings.Contains(text, "out of gas"), strings.Contains(text, "invalid opcode"), strings.Contains(text, "stack"):
		return false, s.fail(e, failedOther, nil, cause.Error())
	default:
		s.setTrouble(e.key, cause)
		return true, nil
	}
}

func (s *Sender) fail(e entry, why failure, data []byte, message string) error {
	err := s.change(e.key, Written, func(r *row) {
		r.State, r.Failure, r.Revert, r.Message = Failed, why, data, message
	})
	if err != nil {
		return err
	}
	s.tell(e.key)
	return nil
}

// raise signs a version of the transaction that pays more and adds it to the
// row: nodes take a replacement from a tenth more on, this offers a quarter.
func (s *Sender) raise(ctx context.Context, e *entry) error {
	old, err := e.newest()
	if err != nil {
		return err
	}
	now, err := s.fee(ctx)
	if err != nil {
		return err
	}
	tip, feeCap := quarterMoreRoundedUp(old.GasTipCap()), quarterMoreRoundedUp(old.GasFeeCap())
	if now.tip.Cmp(tip) > 0 {
		tip = now.tip
	}
	if now.cap.Cmp(feeCap) > 0 {
		feeCap = now.cap
	}
	offer := s.capped(fee{tip: tip, cap: feeCap})
	if offer.cap.Cmp(old.GasFeeCap()) <= 0 {
		return nil // it offers the most already
	}
	raw, err := s.sign(e.row, offer)
	if err != nil {
		s.setTrouble(e.key, err)
		return nil
	}
	s.o.Log.Info("transaction is stuck, raising its fee", "intent", e.key, "nonce", e.Nonce, "tip", tip)
	e.Signed = append(e.Signed, raw)
	return s.change(e.key, Signed, func(r *row) { r.Signed = e.Signed })
}

func quarterMoreRoundedUp(n *big.Int) *big.Int {
	more := new(big.Int).Add(n, big.NewInt(3))
	return more.Add(n, more.Rsh(more, 2))
}

func gapKey(nonce uint64) string { return fmt.Sprintf("nonce/%d", nonce) }

// fillGap pays nothing to ourselves under a nonce that nobody uses while later
// ones wait for it: a transaction of another program with this key, which the
// node has since forgotten, left it. used is the account's nonce on chain.
func (s *Sender) fillGap(ctx context.Context, signed []entry, used uint64) error {
	waiting := false
	for _, e := range signed {
		if e.Nonce == used {
			s.seen.gap = gapSighting{}
			return nil
		}
		waiting = waiting || e.Nonce > used
	}
	if !waiting {
		s.seen.gap = gapSighting{}
		return nil
	}
	pool, err := s.chain.client.PendingNonceAt(ctx, s.box.address)
	if err != nil {
		return fmt.Errorf("read nonce: %w", err)
	}
	if pool > used {
		s.seen.gap = gapSighting{}
		return nil
	}
	if s.seen.gap.since.IsZero() || s.seen.gap.nonce != used {
		s.seen.gap = gapSighting{nonce: used, since: time.Now()}
		return nil
	}
	if time.Since(s.seen.gap.since) < gapPatience {
		return nil
	}
	return s.writeGap(ctx, used)
}

// gapPatience is how long a hole in the nonces may be somebody's transaction on
// its way.
const gapPatience = 5 * time.Second

func (s *Sender) writeGap(ctx context.Context, nonce uint64) error {
	f, err := s.fee(ctx)
	if err != nil {
		return err
	}
	r := row{
		Address: s.box.address, To: s.box.address, Value: new(hexutil.Big), Gas: params.TxGas,
		State: Signed, Nonce: nonce,
	}
	raw, err := s.sign(r, f)
	if err != nil {
		return nil // the wallet is locked; the intents behind say so
	}
	r.Signed = []hexutil.Bytes{raw}
	err = s.store.Update(func(tx *store.Tx) error {
		key := gapKey(nonce)
		if old, err := s.box.rows.Get(tx, s.box.key(key)); err == nil && !old.State.settled() {
			return nil
		} else if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		order, err := s.box.order.Get(tx, s.box.address)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		r.Order = order
		if err := s.box.order.Put(tx, s.box.address, order+1); err != nil {
			return err
		}
		return s.box.put(tx, key, r)
	})
	if err != nil {
		return err
	}
	s.seen.gap = gapSighting{}
	s.o.Log.Info("filling a hole in the nonces", "nonce", nonce)
	_, err = s.send(ctx, entry{key: gapKey(nonce), row: r}, sighting{}, true)
	return err
}
