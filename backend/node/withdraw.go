package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// What is earned is credited at the contract, and goes from there to the payout
// address: the wallet itself, or another that its owner chose. The contract takes
// the choice with each join, and sends the stake there too when it comes back.

// withdraw brings what is credited to the wallet and to the payout address, as far
// as it is least or more, to where it belongs.
func (n *Node) withdraw(ctx context.Context, v view, least protocol.Wei) (moved bool, err error) {
	for _, c := range []struct {
		what string
		to   common.Address
		is   protocol.Wei
	}{{"withdraw", n.me, v.credited}, {"withdraw for payout", v.payout, v.creditedOut}} {
		if c.is.IsZero() || c.is.Cmp(least) < 0 {
			continue
		}
		one := n.attempt(ctx, c.what, errand{
			Intent:   chain.Intent{To: n.cfg.Profile.Contracts.Task, Data: contracts.NewTask().PackWithdraw(c.to), GasLimit: contracts.TaskGas},
			rehearse: true,
		})
		moved = moved || one == nil
		err = errors.Join(err, one)
	}
	return moved, err
}

// ErrNothingCredited says that there is nothing to withdraw.
var ErrNothingCredited = errors.New("nothing is credited")

// Withdraw brings all that is credited home and returns when it is there. The
// error is ErrNothingCredited, or has chain.ErrFunds in it when nobody pays the gas.
func (n *Node) Withdraw(ctx context.Context) error {
	v, err := n.look(ctx, false)
	if err != nil {
		return err
	}
	if v.credited.IsZero() && v.creditedOut.IsZero() {
		return ErrNothingCredited
	}
	moved, err := n.withdraw(ctx, v, protocol.Wei{})
	if moved {
		n.wake()
	}
	return err
}

// ErrPayout says that a contract does not pay to an address.
var ErrPayout = errors.New("this address belongs to the network itself")

// SetPayout changes who is paid: from the next join on, and not before a stake that
// is still held has come back. The zero address stands for the wallet itself.
func (n *Node) SetPayout(_ context.Context, to common.Address) error {
	at := n.cfg.Profile.Contracts
	n.mu.Lock()
	rules := n.rules
	n.mu.Unlock()
	switch to {
	case common.Address{}:
	case at.Token, at.Node, at.Task, rules:
		return ErrPayout
	case n.me:
		to = common.Address{}
	}
	if err := n.updateSelf(func(s *self) { s.Payout = to }); err != nil {
		return fmt.Errorf("keep payout address: %w", err)
	}
	n.changed()
	return nil
}

// payoutFor is what a join says: a stake that is held binds it to what it was.
func (n *Node) payoutFor(me self, v view) common.Address {
	switch {
	case !v.stake.IsZero():
		return v.payout
	case me.Payout != (common.Address{}):
		return me.Payout
	default:
		return n.me
	}
}

// payouts are State.Payout and State.PayoutNext.
func (n *Node) payouts(me self) (now, next common.Address) {
	n.mu.Lock()
	v := n.view
	n.mu.Unlock()
	wished := n.payoutFor(me, view{})
	if v.stake.IsZero() {
		return wished, common.Address{}
	}
	if now = v.payout; now != wished {
		next = wished
	}
	return now, next
}
