package contracts_test

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"helium/backend/contracts"
	"helium/backend/contracts/contractstest"
	"helium/backend/protocol"
)

// Credit in a walk: what is earned, deposited, spent and withdrawn.

// freshDeposit is what an account deposited in the block of its newest deposit.
type freshDeposit struct {
	amount *big.Int
	block  uint64
	// earlier says that there was one in a block before it.
	earlier bool
}

// credit changes an account's credit by what may also be less than nothing.
func (w *walk) credit(account common.Address, amount *big.Int) {
	if w.credits[account] == nil {
		w.credits[account] = new(big.Int)
	}
	w.credits[account].Add(w.credits[account], amount)
}

func (w *walk) creditOf(account common.Address) *big.Int {
	if c := w.credits[account]; c != nil {
		return c
	}
	return new(big.Int)
}

// freshOf is what of an account's credit the next transaction can't spend.
func (w *walk) freshOf(account common.Address) *big.Int {
	if d := w.deposits[account]; d.amount != nil && d.block == w.nextBlock() {
		return d.amount
	}
	return new(big.Int)
}

// nextBlock is the block of the next transaction.
func (w *walk) nextBlock() uint64 { return w.BlockNumber() + 1 }

// usable is what the next transaction can spend.
func (w *walk) usable(account common.Address) *big.Int {
	return new(big.Int).Sub(w.creditOf(account), w.freshOf(account))
}

// someAmount is what somebody deposits.
func (w *walk) someAmount() *big.Int {
	switch w.below(12) {
	case 0:
		return new(big.Int)
	case 1: // more than there is
		return new(big.Int).Lsh(common.Big1, uint([]int{96, 104, 208, 255}[w.below(4)]))
	default:
		return new(big.Int).Add(contractstest.MilliCNX(int64(w.below(150_000))), big.NewInt(int64(w.below(3))))
	}
}

// doDeposit deposits, and now and then goes on in the same block to spend it.
func (w *walk) doDeposit() {
	s := w.creators[w.below(len(w.creators))]
	if w.oneIn(3) {
		s = w.anybody()
	}
	amount := w.someAmount()
	if w.oneIn(2) {
		w.depositByPermit(s, amount)
	} else {
		w.deposit(s, amount)
	}
	if !w.oneIn(3) {
		return
	}
	w.sameBlock()
	switch r := w.someRequest(); w.below(4) {
	case 0:
		w.withdraw(s.address(), s)
	case 1: // all that may be spent
		r.Fee = w.usable(s.address())
		w.create(r, s)
	case 2: // and what may not
		r.Fee = new(big.Int).Add(w.usable(s.address()), common.Big1)
		w.create(r, s)
	default:
		w.create(r, s)
	}
}

func (w *walk) allowance(account common.Address) *big.Int {
	return contractstest.View(w.Chain, w.Deployment.Token, w.Token.PackAllowance(account, w.Deployment.Task), w.Token.UnpackAllowance)
}

func (w *walk) whyNotDeposit(account common.Address, amount, allowed *big.Int) string {
	switch {
	case w.Balance(account).Cmp(amount) < 0:
		return "it has not so much CNX"
	case allowed.Cmp(amount) < 0:
		return "Task may not take so much"
	}
	return ""
}

func (w *walk) deposit(s sender, amount *big.Int) {
	account := s.address()
	allowed := w.allowance(account)
	if allowed.Cmp(amount) < 0 && !s.contract && !w.oneIn(4) {
		w.Send("approve", s.key, w.Deployment.Token, w.Token.PackApprove(w.Deployment.Task, amount))
		allowed = amount
	}
	w.note("deposit of %s by %s", amount, account)
	receipt := w.try("deposit", s, w.Deployment.Task, w.Task.PackDeposit(amount), w.whyNotDeposit(account, amount, allowed))
	w.deposited(account, amount, receipt)
}

// depositByPermit brings a permit that is mostly good. One that is not does no
// harm where so much is allowed without it; nor does somebody who brings it before.
func (w *walk) depositByPermit(s sender, amount *big.Int) {
	account := s.address()
	value, err := protocol.WeiOf(amount)
	if err != nil { // nobody signs for more than there can be
		w.deposit(s, amount)
		return
	}
	p := protocol.Permit{
		Owner: account, Spender: w.Deployment.Task, Value: value, Nonce: w.permits[account], Deadline: w.next() + 20,
	}
	signer := s.key
	switch w.below(10) {
	case 0:
		p.Nonce++
	case 1:
		p.Deadline = w.Now()
	case 2:
		p.Spender = w.Deployment.Node
	case 3:
		signer = w.strangers[1]
	}
	good := p.Nonce == w.permits[account] && p.Deadline > w.next() && p.Spender == w.Deployment.Task && contractstest.Address(signer) == account
	signed := contracts.PermitOf(p, w.Sign(p, signer))
	if good && w.oneIn(4) {
		call := w.Token.PackPermit(account, p.Spender, signed.Value, signed.Deadline, signed.V, signed.R, signed.S)
		w.Send("permit", w.strangers[0], w.Deployment.Token, call)
		w.permits[account]++
		good = false
		w.count("permit brought before")
		w.newBlock = true
		if w.oneIn(2) {
			w.sameBlock()
		}
	}
	allowed := w.allowance(account)
	if good {
		allowed = amount
	}
	data := w.Task.PackDepositWithPermit(amount, signed.Deadline, signed.V, signed.R, signed.S)
	w.note("depositWithPermit of %s by %s, good %t", amount, account, good)
	receipt := w.try("depositWithPermit", s, w.Deployment.Task, data, w.whyNotDeposit(account, amount, allowed))
	if good && receipt != nil {
		w.permits[account]++
	}
	w.deposited(account, amount, receipt)
}

// deposited is what a deposit changes, if it was taken.
func (w *walk) deposited(account common.Address, amount *big.Int, receipt *types.Receipt) {
	if receipt == nil {
		return
	}
	now := w.BlockNumber()
	before, was := w.deposits[account]
	fresh := freshDeposit{new(big.Int).Set(amount), now, was && (before.earlier || before.block != now)}
	if before.block == now {
		fresh.amount.Add(fresh.amount, before.amount)
	}
	w.deposits[account] = fresh
	w.credit(account, amount)
	w.expect("deposited %s %s", account, amount)
	w.settled(receipt)
}

func (w *walk) doWithdraw() {
	owner := w.anybody()
	s := owner
	if w.oneIn(2) {
		s = w.anybody()
	}
	w.withdraw(owner.address(), s)
}

// withdraw takes all credit out; for somebody else than its owner, in the block of
// the account's first deposit, what was not deposited.
func (w *walk) withdraw(account common.Address, s sender) {
	d, deposited := w.deposits[account]
	why, left := "", new(big.Int)
	if deposited && s.address() != account {
		left.Set(w.freshOf(account))
		if d.earlier || d.block != w.nextBlock() {
			why = "OnlyItsOwner: it made a deposit"
		}
	}
	amount := new(big.Int).Sub(w.creditOf(account), left)
	w.note("withdraw of %s by %s", account, s.address())
	receipt := w.try("withdraw", s, w.Deployment.Task, w.Task.PackWithdraw(account), why)
	if receipt == nil {
		return
	}
	if s.address() != account && amount.Sign() > 0 {
		w.count("withdrawn by another")
	}
	if left.Sign() > 0 {
		w.count("withdrawn beside a first deposit")
	}
	w.expect("withdrawn %s %s", account, amount)
	delete(w.credits, account)
	w.credit(account, left)
	if deposited {
		w.deposits[account] = freshDeposit{left, d.block, d.earlier}
	}
	w.settled(receipt)
}

// doDelegate lets an account run a contract's code, or be plain again. Then it can
// do nothing here, but what it signed may be brought by others.
func (w *walk) doDelegate() {
	if n := len(w.delegating); n > 0 && !w.oneIn(4) {
		w.note("%s is plain again", w.delegating[0])
		w.EVM.SetCode(w.delegating[0], nil)
		w.delegating = w.delegating[1:]
		return
	}
	s := w.anybody()
	if s.contract || w.whyNotFrom(s) != "" {
		return
	}
	w.note("%s delegates", s.address())
	w.EVM.SetCode(s.address(), types.AddressToDelegation(contractstest.Forwarder))
	w.delegating = append(w.delegating, s.address())
}
