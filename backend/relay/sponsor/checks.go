package sponsor

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
	"helium/backend/store"
)

// check refuses what is not to be sponsored, the cheapest reasons first: what the
// call itself says, what the limits leave, and then what the chain says.
func (s *Sponsor) check(ctx context.Context, q Request, c call, intent chain.Intent) error {
	if err := s.checkCall(q, c); err != nil {
		return err
	}
	err := s.cfg.Store.View(func(tx *store.Tx) error { return s.fits(tx, q, c) })
	if err != nil {
		return err
	}
	if err := s.checks.Acquire(ctx, 1); err != nil {
		return isBusy()
	}
	defer s.checks.Release(1)
	if err := s.checkPurse(ctx, c); err != nil {
		return err
	}
	if err := s.checkRight(ctx, q, c); err != nil {
		return err
	}
	return s.rehearse(ctx, intent)
}

// checkCall looks at the call alone.
func (s *Sponsor) checkCall(q Request, c call) error {
	if c.group != groupCourt && c.about != q.Account {
		return notYours(fmt.Sprintf("the call is for %s, and %s asks", c.about, q.Account))
	}
	var deadline uint64
	switch {
	case c.join != nil:
		deadline = c.join.deadline
		if c.join.request.Payout != c.about {
			return &Refusal{Status: 403, Code: "payout_elsewhere",
				Message: "a join is sponsored when it is paid out to the node's own account",
				Hint:    "name the node's account as payout, or send the transaction yourself"}
		}
	case c.move != nil:
		deadline = c.move.deadline
	default:
		return nil
	}
	if now := s.cfg.Chain.Clock().Unix(); deadline < now+leastLife {
		return &Refusal{Status: 400, Code: "expired", Message: fmt.Sprintf("the signature is good until %d, and it is %d", deadline, now),
			Hint: "sign anew with a later deadline"}
	}
	return nil
}

// leastLife is how many seconds a signature must still be good for: a block has
// to be made meanwhile.
const leastLife = 30

// fits refuses what is over a limit. It reads only; reserve asks again in the
// transaction that counts.
func (s *Sponsor) fits(tx *store.Tx, q Request, c call) error {
	now := s.cfg.Now().UTC()
	midnight := now.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(now)
	day, err := orNew(s.rows.days.Get(tx, dayOf(now)))
	if err != nil {
		return err
	}
	given, err := orNew(s.rows.accounts.Get(tx, accountKey(dayOf(now), q.Account, c.group)))
	if err != nil {
		return err
	}
	if most := s.limits.perDay(c.group); given >= uint64(max(0, most)) {
		return accountLimit(c.group, most, midnight)
	}
	if c.group != groupCourt {
		here, err := orNew(s.rows.places.Get(tx, placeKey(hourOf(now), placeOf(q.From))))
		if err != nil {
			return err
		}
		if here >= uint64(max(0, s.limits.Hour)) {
			return placeLimit(s.limits.Hour, now.Truncate(time.Hour).Add(time.Hour).Sub(now))
		}
	}
	if !day.fits(s.limits, c.group, s.mostOf(c)) {
		return spentToday(c.group, midnight)
	}
	return nil
}

// placeOf is what counts as one IP address: whoever has an address of version 6
// has 2^64 of them.
func placeOf(from netip.Addr) string {
	from = from.Unmap()
	if from.Is6() {
		if prefix, err := from.WithZone("").Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return from.String()
}

// checkPurse looks whether the sponsor can and will pay the chain's price.
func (s *Sponsor) checkPurse(ctx context.Context, c call) error {
	client := s.cfg.Chain.Client()
	tip, err := client.SuggestGasTipCap(ctx)
	if err != nil {
		return fmt.Errorf("read gas price: %w", err)
	}
	price := new(big.Int).Set(tip)
	if base := s.cfg.Chain.Head().BaseFee; base != nil {
		price.Add(price, base)
	}
	if price.Cmp(s.limits.GasPrice) > 0 {
		return tooDear(price, s.limits.GasPrice)
	}
	balance, err := client.BalanceAt(ctx, s.Address(), nil)
	if err != nil {
		return fmt.Errorf("read balance of the sponsor: %w", err)
	}
	if balance.Cmp(s.mostOf(c)) < 0 {
		return isEmpty()
	}
	return nil
}

// checkRight looks whether the chain gives the account the right to have this
// sponsored: a node for itself, a seat for its task.
func (s *Sponsor) checkRight(ctx context.Context, q Request, c call) error {
	if c.task != 0 {
		return s.checkSeat(ctx, q.Account, c.task)
	}
	node := contracts.NewNode()
	info, err := ask(ctx, s, s.cfg.Profile.Contracts.Node, node.PackNodeInfo(q.Account), node.UnpackNodeInfo)
	if err != nil {
		return fmt.Errorf("read node: %w", err)
	}
	switch {
	case c.join != nil:
		m := contracts.JoinMessage(c.about, c.join.request, info.Nonce, c.join.deadline)
		if err := s.checkSigner(m, c.join.signature, c.about, info.Nonce); err != nil {
			return err
		}
		return s.checkPlain(ctx, q.Account)
	case c.move != nil:
		m := protocol.Move{Node: c.about, Move: c.move.move, Models: c.move.models, Nonce: info.Nonce, Deadline: c.move.deadline}
		return s.checkSigner(m, c.move.signature, c.about, info.Nonce)
	case c.group == groupPayout && c.onTask:
		return s.checkCredit(ctx, q.Account, info)
	case c.group == groupCourt && protocol.NodeStatus(info.Status) == protocol.NodeQuit:
		return notYours(fmt.Sprintf("%s is no node that has joined", q.Account))
	}
	return nil
}

func (s *Sponsor) checkSigner(m protocol.Message, signature []byte, want common.Address, nonce uint32) error {
	got, err := s.domain.Signer(m, signature)
	if err != nil {
		return badSignature(err.Error())
	}
	if got != want {
		return badSignature(fmt.Sprintf("it is not signed by %s under its nonce %d", want, nonce))
	}
	return nil
}

// checkPlain refuses accounts with code: who controls one is decided by that, and
// not by the key that signed.
func (s *Sponsor) checkPlain(ctx context.Context, account common.Address) error {
	code, err := s.cfg.Chain.Client().CodeAt(ctx, account, nil)
	if err != nil {
		return fmt.Errorf("read code of %s: %w", account, err)
	}
	if len(code) > 0 {
		return notYours(fmt.Sprintf("%s is a contract", account))
	}
	return nil
}

// checkSeat refuses who is none of the three nodes of the task.
func (s *Sponsor) checkSeat(ctx context.Context, account common.Address, id protocol.TaskID) error {
	task := contracts.NewTask()
	info, err := ask(ctx, s, s.cfg.Profile.Contracts.Task, task.PackTask(id.Big()), task.UnpackTask)
	if err != nil {
		return fmt.Errorf("read task %s: %w", id, err)
	}
	if !slices.Contains(info.Nodes[:], account) {
		return notYours(fmt.Sprintf("%s has no seat in task %s", account, id))
	}
	return nil
}

// checkCredit refuses to pay out crumbs, and who never was a node.
func (s *Sponsor) checkCredit(ctx context.Context, account common.Address, info contracts.NodeInfo) error {
	if info.ClassId == [32]byte{} {
		return notYours(fmt.Sprintf("%s never was a node", account))
	}
	task := contracts.NewTask()
	earned, err := ask(ctx, s, s.cfg.Profile.Contracts.Task, task.PackCredit(account), task.UnpackCredit)
	if err != nil {
		return fmt.Errorf("read credit: %w", err)
	}
	if earned.Cmp(s.limits.LeastPayout.Big()) < 0 {
		return &Refusal{Status: 409, Code: "too_little", Message: fmt.Sprintf("less than %s is credited to %s", s.limits.LeastPayout, account),
			Hint: "earn more first, or send the transaction yourself"}
	}
	return nil
}

// rehearse refuses what the contract would refuse from the sponsor. Where the chain
// shows no block in the making the newest is looked at, which a node may have joined
// in; what is sent is in a later one.
func (s *Sponsor) rehearse(ctx context.Context, intent chain.Intent) error {
	err := chain.Rehearse(ctx, s.cfg.Chain.Client(), ethereum.CallMsg{
		From: s.Address(), To: &intent.To, Data: intent.Data, Gas: intent.GasLimit,
	}, contracts.DecodeError)
	var revert *chain.RevertError
	var refusal *contracts.Refusal
	switch {
	case errors.As(err, &refusal) && refusal.Name == "ResumeTooEarly":
		return nil
	case errors.As(err, &revert):
		return wouldRevert(revert)
	}
	return err
}

// ask calls a view and unpacks its answer.
func ask[T any](ctx context.Context, s *Sponsor, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	out, err := s.cfg.Chain.Client().CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, nil)
	if err != nil {
		var zero T
		return zero, err
	}
	return unpack(out)
}
