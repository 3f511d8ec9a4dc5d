package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// approveGas is what an approval takes at most.
const approveGas = 60_000

// signedFor is how long what a node signs for a sponsor is good, in seconds: for
// as long as a sponsor may be slow, and not for as long as an owner remembers.
const signedFor = 15 * 60

// move brings a move that takes no preparation.
func (n *Node) move(ctx context.Context, m move, v view) error {
	node := contracts.NewNode()
	own := map[move][]byte{movePause: node.PackPause(), moveResume: node.PackResume(), moveQuit: node.PackQuit()}
	numbers := map[move]protocol.NodeMove{movePause: protocol.MovePause, moveResume: protocol.MoveResume, moveQuit: protocol.MoveQuit}
	return n.send(ctx, string(m), n.moveErrand(own[m], protocol.Move{Move: numbers[m], Nonce: v.nonce}))
}

// moveErrand is a move by the wallet itself, or signed for a sponsor to bring.
func (n *Node) moveErrand(own []byte, m protocol.Move) errand {
	return errand{
		// An estimate would look at the newest block, in which the node may have joined.
		Intent: chain.Intent{To: n.cfg.Profile.Contracts.Node, Data: own, GasLimit: contracts.NodeGas},
		sign: func(context.Context) ([]byte, error) {
			m.Node, m.Deadline = n.me, n.cfg.Chain.Clock().Unix()+signedFor
			signature, err := n.cfg.Wallet.SignMessage(n.domain, m)
			if err != nil {
				return nil, err
			}
			return contracts.NewNode().PackMoveFor(m.Node, uint8(m.Move), uint64(m.Models), m.Deadline, signature), nil
		},
	}
}

// tend does what is due while the status on chain is as wished, and says when to
// look again.
func (n *Node) tend(ctx context.Context, w Wish, v view) (again time.Duration, err error) {
	switch v.status {
	case protocol.NodeQuit:
		if w == WishStop {
			return n.bringHome(ctx, v)
		}
	case protocol.NodeAvailable, protocol.NodePaused:
		if set := n.modelSet(); set != v.models && !v.inTask && w != WishNone {
			return lookAgain, n.announce(ctx, set, v)
		}
	}
	return lookAgain, nil
}

// announce says which models are here. A draw may come first: then the contract
// refuses, and the node says so when the task is over.
func (n *Node) announce(ctx context.Context, set protocol.ModelSet, v view) error {
	own := contracts.NewNode().PackAnnounce(uint64(set))
	err := n.attempt(ctx, "announce", n.moveErrand(own, protocol.Move{Move: protocol.MoveAnnounce, Models: set, Nonce: v.nonce}))
	if err == nil {
		n.wake()
	}
	return err
}

// leastWithdrawal is what is worth a transaction.
var leastWithdrawal = protocol.CNX(1)

// bringHome takes what a node that has left still has with the contracts: its
// credit at once, its stake when the contract gives it back.
func (n *Node) bringHome(ctx context.Context, v view) (again time.Duration, err error) {
	at := n.cfg.Profile.Contracts
	moved, err := n.withdraw(ctx, v, leastWithdrawal)
	again = lookAgain
	if left := n.cfg.Chain.Clock().Until(v.stakeFrom); !v.stake.IsZero() && left > 0 {
		again = left + time.Second
	} else if !v.stake.IsZero() {
		back := n.attempt(ctx, "return stake", errand{
			Intent: chain.Intent{To: at.Node, Data: contracts.NewNode().PackReturnStake(n.me), GasLimit: contracts.NodeGas}, rehearse: true,
		})
		moved = moved || back == nil
		err = errors.Join(err, back)
	}
	if moved {
		n.wake()
	}
	return again, err
}

// send is attempt for what earning hangs on: it shows what is in the way.
func (n *Node) send(ctx context.Context, what string, e errand) error {
	err := n.attempt(ctx, what, e)
	var revert *chain.RevertError
	var unpaid *unpaidError
	switch {
	case err == nil:
		n.health.clear(ReasonMoveRefused)
	case errors.As(err, &revert):
		n.health.raise(ReasonMoveRefused, protocol.Quote(fmt.Sprintf("%s: %v", what, revert)))
	case errors.As(err, &unpaid):
		n.health.raise(ReasonNoGas, unpaid.phrases()...)
	case errors.Is(err, chain.ErrFunds):
		n.health.raise(ReasonNoGas, protocol.Quote(err.Error()))
	}
	return err
}

// attempt brings one errand of the node's own. Its number is used up when its
// outcome is known; a crash before leaves it, and the same errand is found again.
func (n *Node) attempt(ctx context.Context, what string, e errand) error {
	me, err := n.readSelf()
	if err != nil {
		return err
	}
	e.Key = fmt.Sprintf("node/%s/%d/%s", n.cfg.Profile.Contracts.Node.Hex(), me.Seq, what)
	if e.before != nil {
		e.before.Key = e.Key + "/before"
	}
	_, sent := n.payer.bring(ctx, e)

	var revert *chain.RevertError
	if sent == nil || errors.As(sent, &revert) || errors.Is(sent, chain.ErrFunds) {
		if err := n.updateSelf(func(s *self) { s.Seq = max(s.Seq, me.Seq+1) }); err != nil {
			return err
		}
	}
	if sent != nil {
		return fmt.Errorf("%s: %w", what, sent)
	}
	n.log.Info("node moved", "what", what)
	return nil
}
