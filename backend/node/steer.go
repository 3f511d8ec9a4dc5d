package node

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// lookAgain is how often the node looks at itself though nothing happened.
const lookAgain = time.Minute

// steer brings the node's status on chain to the wish.
func (n *Node) steer(ctx context.Context) error {
	var wait pause
	for {
		err := n.steerOnce(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n.changed()
		if err != nil {
			n.log.Warn("node can't do what is wished", "err", err)
			if err := wait.sleep(ctx, n.steering); err != nil {
				return err
			}
			continue
		}
		wait.reset()
		t := time.NewTimer(lookAgain)
		select {
		case <-ctx.Done():
		case <-n.steering:
		case <-t.C:
		}
		t.Stop()
	}
}

func (n *Node) steerOnce(ctx context.Context) error {
	v, err := n.look(ctx)
	if err != nil {
		if ctx.Err() == nil {
			n.health.raise(ReasonChain, err.Error())
		}
		return err
	}
	n.health.clear(ReasonChain)

	me, err := n.readSelf()
	if err != nil {
		return err
	}
	if me.Stuck != nil && me.Wish == WishRun {
		return nil
	}
	next := moves()[me.Wish][v.status]
	if next == moveNone {
		n.settled(v)
		return nil
	}
	if next == moveJoin {
		err = n.join(ctx, v)
	} else {
		err = n.move(ctx, next)
	}
	n.say("")
	if err == nil {
		n.wake() // look at what has become of it
	}
	return err
}

// settled takes back what stood in the way, and warns of what soon will.
func (n *Node) settled(v view) {
	n.health.clear(ReasonMoveRefused, ReasonNoStake, ReasonFaucet, ReasonSelfTest)
	if v.status == protocol.NodeQuit {
		n.health.clear(ReasonNoGas, ReasonClass, ReasonNoModel)
		return
	}
	if len(n.cfg.Models.List()) == 0 {
		n.health.raise(ReasonNoModel, "")
	} else {
		n.health.clear(ReasonNoModel)
	}
	if v.class != n.cfg.Class.ID() {
		n.health.raise(ReasonClass, fmt.Sprintf("This computer is now %s.", n.cfg.Class))
	} else {
		n.health.clear(ReasonClass)
	}
}

// look reads what the chain says of the node.
func (n *Node) look(ctx context.Context) (view, error) {
	at := n.cfg.Profile.Contracts
	r := n.cfg.Chain.Client()
	node, task, token := contracts.NewNode(), contracts.NewTask(), contracts.NewToken()

	info, err := ask(ctx, r, at.Node, node.PackNodeInfo(n.me), node.UnpackNodeInfo)
	if err != nil {
		return view{}, fmt.Errorf("read node: %w", err)
	}
	v := view{known: true, status: protocol.NodeStatus(info.Status), class: info.ClassId}
	if v.stake, err = protocol.WeiOf(info.Stake); err != nil {
		return v, err
	}
	if v.stakeNeeded, err = askWei(ctx, r, at.Node, node.PackStakeAmount(), node.UnpackStakeAmount); err != nil {
		return v, fmt.Errorf("read stake: %w", err)
	}
	if v.balance, err = askWei(ctx, r, at.Token, token.PackBalanceOf(n.me), token.UnpackBalanceOf); err != nil {
		return v, fmt.Errorf("read balance: %w", err)
	}
	if v.credited, err = askWei(ctx, r, at.Task, task.PackEarned(n.me), task.UnpackEarned); err != nil {
		return v, fmt.Errorf("read credit: %w", err)
	}
	gas, err := r.BalanceAt(ctx, n.me, nil)
	if err != nil {
		return v, fmt.Errorf("read gas: %w", err)
	}
	if v.gas, err = protocol.WeiOf(gas); err != nil {
		return v, err
	}
	if err := n.readRules(ctx); err != nil {
		return v, err
	}
	if err := n.checkGas(ctx, v); err != nil {
		return v, err
	}
	n.checkClock()
	n.mu.Lock()
	n.view = v
	n.mu.Unlock()
	n.changed()
	return v, nil
}

// clockDrift is how far this computer's clock may be behind the chain's.
const clockDrift = time.Minute

// checkClock compares with the newest block, which is never from the future.
func (n *Node) checkClock() {
	head := time.Unix(int64(n.cfg.Chain.Head().Time), 0)
	if behind := head.Sub(n.cfg.Now()); behind > clockDrift {
		n.health.raise(ReasonClock, fmt.Sprintf("It is %s behind the blockchain's.", behind.Round(time.Second)))
		return
	}
	n.health.clear(ReasonClock)
}

// gasForTasks is the gas of a few tasks: with less a node must not be drawn,
// for it could not commit.
const gasForTasks = 5 * (commitGas + revealGas)

// enoughGas is what the wallet should hold of the chain's own coin.
func (n *Node) enoughGas(ctx context.Context) (protocol.Wei, error) {
	price, err := n.cfg.Chain.Client().SuggestGasPrice(ctx)
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("read gas price: %w", err)
	}
	return protocol.WeiOf(new(big.Int).Mul(price, big.NewInt(gasForTasks)))
}

func (n *Node) checkGas(ctx context.Context, v view) error {
	if v.status == protocol.NodeQuit {
		return nil // join looks at it, and may ask the faucet
	}
	enough, err := n.enoughGas(ctx)
	if err != nil {
		return err
	}
	if v.gas.Cmp(enough) < 0 {
		n.health.raise(ReasonNoGas, lowGas(n.me, v.gas, enough))
	} else {
		n.health.clear(ReasonNoGas)
	}
	return nil
}

func lowGas(me common.Address, have, want protocol.Wei) string {
	return fmt.Sprintf("%s has %s of gas and should have %s.", me.Hex(), have.Decimal(), want.Decimal())
}

// move sends a move that takes no preparation.
func (n *Node) move(ctx context.Context, m move) error {
	node := contracts.NewNode()
	data := map[move][]byte{movePause: node.PackPause(), moveResume: node.PackResume(), moveQuit: node.PackQuit()}[m]
	return n.send(ctx, string(m), n.cfg.Profile.Contracts.Node, data)
}

// send sends one transaction of the node's own. Its number is used up when its
// outcome is known; a crash before leaves it, and the same intent is found again.
func (n *Node) send(ctx context.Context, what string, to common.Address, data []byte) error {
	me, err := n.readSelf()
	if err != nil {
		return err
	}
	key := fmt.Sprintf("node/%s/%d/%s", n.cfg.Profile.Contracts.Node.Hex(), me.Seq, what)
	sent := submit(ctx, n.cfg.Sender, chain.Intent{Key: key, To: to, Data: data})

	var revert *chain.RevertError
	refused := errors.As(sent, &revert)
	poor := errors.Is(sent, chain.ErrFunds)
	if sent == nil || refused || poor {
		if err := n.updateSelf(func(s *self) { s.Seq = max(s.Seq, me.Seq+1) }); err != nil {
			return err
		}
	}
	switch {
	case refused:
		n.health.raise(ReasonMoveRefused, fmt.Sprintf("%s: %v", what, revert))
	case poor:
		n.health.raise(ReasonNoGas, sent.Error())
	case sent == nil:
		n.health.clear(ReasonMoveRefused)
	}
	if sent != nil {
		return fmt.Errorf("%s: %w", what, sent)
	}
	n.log.Info("node moved", "what", what)
	return nil
}
