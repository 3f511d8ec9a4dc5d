package node

import (
	"context"
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

// What tasks did to the node is looked at, at once so many times, and then every so
// often: where there is much to do, tasks follow each other by the second.
const (
	looksAtOnce = 4
	lookPause   = 15 * time.Second
)

// steer brings the node's status on chain to the wish.
func (n *Node) steer(ctx context.Context) error {
	var wait pause
	for task := false; ; {
		again, err := n.steerOnce(ctx, task)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		n.changed()
		if err != nil {
			task = false
			n.log.Warn("node can't do what is wished", "err", err)
			if err := wait.sleep(ctx, n.steering); err != nil {
				return err
			}
			continue
		}
		wait.reset()
		task = n.idle(ctx, min(again, lookAgain))
	}
}

// idle waits for something to steer by; task says that it is what a task did. Whether there is room for the models is
// asked of the engine alone, and so more often than anything of the chain.
func (n *Node) idle(ctx context.Context, most time.Duration) (task bool) {
	end := time.NewTimer(most)
	defer end.Stop()
	room := time.NewTicker(lookForRoom)
	defer room.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-n.steering:
			return false
		case <-n.soon:
			if n.looks.Allow() {
				return true
			}
			task = true
			end.Reset(min(most, lookPause))
		case <-end.C:
			return task
		case <-room.C:
			if n.roomChanged(ctx) {
				return false
			}
		}
	}
}

// steerOnce takes one step towards the wish, and says when to look again.
func (n *Node) steerOnce(ctx context.Context, task bool) (again time.Duration, err error) {
	v, err := n.look(ctx, task)
	if err != nil {
		if ctx.Err() == nil {
			n.health.raise(ReasonChain, protocol.Quote(err.Error()))
		}
		return 0, err
	}
	if since, still := n.cfg.Chain.Still(); still {
		n.health.raise(ReasonChain, protocol.Quote(chain.StillText(since)))
	} else {
		n.health.clear(ReasonChain)
	}

	me, err := n.readSelf()
	if err != nil {
		return 0, err
	}
	n.rest(ctx, me, v.status)
	if me.Stuck != nil && me.Wish == WishRun {
		return lookAgain, nil
	}
	wish := n.wishNow(ctx, me.Wish, v)
	next := moves()[wish][v.status]
	switch next {
	case moveNone:
		n.settled(v)
		return n.tend(ctx, wish, v)
	case moveJoin:
		if left := n.cfg.Chain.Clock().Until(v.rejoinFrom); left > 0 {
			n.health.raise(ReasonRejoin, n.rejoinText(v))
			return left + time.Second, nil
		}
		n.health.clear(ReasonRejoin)
		err = n.join(ctx, v)
	default:
		err = n.move(ctx, next, v)
	}
	n.say("")
	if err == nil {
		n.wake() // look at what has become of it
	}
	return lookAgain, err
}

// rest ends the engine of a node that is not to run: what it holds is of use to
// nobody, and it starts again when it is needed.
func (n *Node) rest(ctx context.Context, me self, s protocol.NodeStatus) {
	if me.Wish == WishRun && me.Stuck == nil || s != protocol.NodeQuit && s != protocol.NodePaused {
		return
	}
	if err := n.gate.rest(ctx); err != nil && ctx.Err() == nil {
		n.log.Warn("could not let the engine rest", "err", err)
	}
}

// wishNow is the owner's wish, or to pause while the owner needs the computer, or
// while there is no room for it.
func (n *Node) wishNow(ctx context.Context, wish Wish, v view) Wish {
	other := n.ofAnotherClass(v)
	if n.yieldingNow() != nil {
		n.health.clear(ReasonNoRoom)
		return n.heeding(wish, v.status) // and the engine isn't asked for its room
	}
	if wish != WishRun {
		n.health.clear(ReasonNoRoom)
		return wish
	}
	if other || !n.shelter(ctx) {
		return WishPause
	}
	return wish
}

// ofAnotherClass says, and shows, that the node joined with other hardware than it
// has now: what it computes would differ from the others' results, and cost the
// stake. So it takes no tasks until it has left and joined anew.
func (n *Node) ofAnotherClass(v view) bool {
	if !n.differs(v) {
		n.health.clear(ReasonClass)
		return false
	}
	n.health.raise(ReasonClass, protocol.Say("class_now", "This computer is now {class}.", n.cfg.Class))
	return true
}

func (n *Node) differs(v view) bool {
	return v.status != protocol.NodeQuit && v.class != n.cfg.Class.ID() && v.class != protocol.OtherClass(n.cfg.Class.VRAMGB).ID()
}

// mustNotCompute says whether the node has joined with other hardware, as far as
// the chain can be asked.
func (n *Node) mustNotCompute(ctx context.Context) (is bool, err error) {
	n.mu.Lock()
	v := n.view
	n.mu.Unlock()
	if !v.known {
		if v, err = n.look(ctx, false); err != nil {
			return false, err
		}
	}
	return n.differs(v), nil
}

func (n *Node) rejoinText(v view) *protocol.Phrase {
	from := time.Unix(int64(v.rejoinFrom), 0)
	return protocol.Say("rejoin", "It may join again from {from} on, and then does so by itself.", clockTime(from, n.cfg.Now()))
}

// settled takes back what stood in the way, and warns of what soon will.
func (n *Node) settled(v view) {
	n.health.clear(ReasonMoveRefused, ReasonNoStake, ReasonFaucet, ReasonSelfTest, ReasonRejoin, ReasonEngineDiffers)
	n.checkDemand(v)
	if v.status == protocol.NodeQuit {
		n.health.clear(ReasonNoGas, ReasonClassUnknown, ReasonNoModel)
		return
	}
	if len(n.cfg.Models.List()) == 0 {
		n.health.raise(ReasonNoModel)
	} else {
		n.health.clear(ReasonNoModel)
	}
	n.health.clear(ReasonClassUnknown)
	if v.class == protocol.OtherClass(n.cfg.Class.VRAMGB).ID() && v.class != n.cfg.Class.ID() {
		n.health.raise(ReasonClassUnknown, protocol.Say("class_joined", "It has joined as unknown hardware, which is given no text tasks: the network does not know {class}, or knows that its engine computes something else. Stop the node to take the stake back; started again, it joins when the network knows it.", n.cfg.Class))
	}
}

// look reads what the chain says of the node; after no more than a task, what a task
// changes, if all was read within a minute.
func (n *Node) look(ctx context.Context, task bool) (view, error) {
	at := n.cfg.Profile.Contracts
	r := n.cfg.Chain.Client()
	node, court, token := contracts.NewNode(), contracts.NewTask(), contracts.NewToken()

	info, err := ask(ctx, r, at.Node, node.PackNodeInfo(n.me), node.UnpackNodeInfo)
	if err != nil {
		return view{}, fmt.Errorf("read node: %w", err)
	}
	n.mu.Lock()
	v, recent := n.view, n.cfg.Now().Sub(n.lookedAtAll) < lookAgain
	n.mu.Unlock()
	v.known, v.status, v.class, v.inTask = true, protocol.NodeStatus(info.Status), info.ClassId, info.Task.Sign() != 0
	v.models, v.nonce, v.stakeFrom, v.rejoinFrom = protocol.ModelSet(info.Models), info.Nonce, info.StakeFrom, info.RejoinFrom
	v.joined, v.payout, v.recent, v.mean = info.ClassId != [32]byte{}, info.Payout, info.Recent, info.Mean
	if v.stake, err = protocol.WeiOf(info.Stake); err != nil {
		return v, err
	}
	if v.credited, err = askWei(ctx, r, at.Task, court.PackCredit(n.me), court.UnpackCredit); err != nil {
		return v, fmt.Errorf("read credit: %w", err)
	}
	v.creditedOut = protocol.Wei{}
	if v.joined && v.payout != n.me {
		if v.creditedOut, err = askWei(ctx, r, at.Task, court.PackCredit(v.payout), court.UnpackCredit); err != nil {
			return v, fmt.Errorf("read credit: %w", err)
		}
	}
	n.checkClock()
	if task && recent {
		n.checkScores(v)
		return n.seen(v), nil
	}
	if v.stakeNeeded, err = askWei(ctx, r, at.Node, node.PackStakeAmount(), node.UnpackStakeAmount); err != nil {
		return v, fmt.Errorf("read stake: %w", err)
	}
	if v.balance, err = askWei(ctx, r, at.Token, token.PackBalanceOf(n.me), token.UnpackBalanceOf); err != nil {
		return v, fmt.Errorf("read balance: %w", err)
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
	if v.gasPrice, err = r.SuggestGasPrice(ctx); err != nil {
		return v, fmt.Errorf("read gas price: %w", err)
	}
	if err := n.checkGas(ctx, v); err != nil {
		return v, err
	}
	if v.gasFor() == 0 {
		v.sponsored = n.payer.serves(ctx, at.Node) == nil
	}
	n.checkScores(v)
	n.mu.Lock()
	n.lookedAtAll = n.cfg.Now()
	n.mu.Unlock()
	return n.seen(v), nil
}

// seen shows what the chain says.
func (n *Node) seen(v view) view {
	n.mu.Lock()
	n.view = v
	n.mu.Unlock()
	n.changed()
	return v
}

// clockDrift is how far this computer's clock may be behind the chain's.
const clockDrift = time.Minute

// checkClock compares with the newest block, which is never from the future.
func (n *Node) checkClock() {
	head := time.Unix(int64(n.cfg.Chain.Head().Time), 0)
	if behind := head.Sub(n.cfg.Now()); behind > clockDrift {
		n.health.raise(ReasonClock, protocol.Say("clock", "It is {by} behind the blockchain's.", behind))
		return
	}
	n.health.clear(ReasonClock)
}

// gasForTasks is the gas of two steps in court at once: with less a node must not
// be drawn, for it could not commit, unless a sponsor serves.
const gasForTasks = 2 * contracts.TaskGas

// lowGas says what is missing when the wallet's gas is low and no sponsor serves for
// calls to a contract; nil when it is enough, or one does.
func (n *Node) lowGas(ctx context.Context, v view, to common.Address) (why protocol.Phrases, err error) {
	price, err := n.cfg.Chain.Client().SuggestGasPrice(ctx)
	if err != nil {
		return nil, fmt.Errorf("read gas price: %w", err)
	}
	enough, err := protocol.WeiOf(new(big.Int).Mul(price, big.NewInt(gasForTasks)))
	if err != nil {
		return nil, err
	}
	if v.gas.Cmp(enough) >= 0 {
		return nil, nil
	}
	unserved := n.payer.serves(ctx, to)
	if unserved == nil {
		return nil, nil
	}
	return append(unserved, protocol.Say("gas_send", "Or send some of the chain's own coin to {address}, which has {has} and should have {enough}.", n.me.Hex(), v.gas, enough)), nil
}

func (n *Node) checkGas(ctx context.Context, v view) error {
	if v.status == protocol.NodeQuit {
		return nil // join looks at it, and may ask the faucet
	}
	// In court a node that can't pay loses its stake; a move can wait.
	why, err := n.lowGas(ctx, v, n.cfg.Profile.Contracts.Task)
	if err != nil {
		return err
	}
	if why != nil {
		n.health.raise(ReasonNoGas, why...)
	} else {
		n.health.clear(ReasonNoGas)
	}
	return nil
}

// modelSet is what the node announces: the models that it holds and can run.
func (n *Node) modelSet() protocol.ModelSet {
	var keys []common.Hash
	for _, f := range n.cfg.Models.List() {
		if !n.rooms.fits(f.Pin.ID) {
			continue
		}
		keys = append(keys, protocol.ModelKey(f.Pin.ID))
	}
	return protocol.ModelSetOf(keys...)
}
