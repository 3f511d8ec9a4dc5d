package creator

import (
	"context"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common/math"

	"helium/backend/chain"
	"helium/backend/contracts"
	"helium/backend/protocol"
)

// purse keeps requests from promising the same CNX twice. What can be spent is
// the wallet and the credit: what the Task contract owes it for refunds and
// rewards. The contract takes a fee whole from the credit where that is enough,
// and whole from the wallet otherwise. The purse is only a guard in front of the
// contract, which takes the fee or refuses.
type purse struct {
	reader Chain
	at     protocol.Contracts
	sender Sender
	token  *contracts.Token
	task   *contracts.Task
	// covering has room for the one that moves CNX.
	covering chan struct{}

	// mu guards everything that follows.
	mu             sync.Mutex
	wallet, credit *big.Int
	// changed counts the fees that were taken and the credit that was moved.
	changed int
	// allowed says that the contract may take fees from the wallet.
	allowed  bool
	reserved map[string]protocol.Wei
}

func newPurse(c Chain, at protocol.Contracts, s Sender) *purse {
	return &purse{
		reader: c, at: at, sender: s, token: contracts.NewToken(), task: contracts.NewTask(),
		covering: make(chan struct{}, 1),
		wallet:   new(big.Int), credit: new(big.Int), reserved: map[string]protocol.Wei{},
	}
}

// enough is an allowance that no wallet uses up: half of all there can be.
var enough = new(big.Int).Rsh(math.MaxBig256, 1)

const (
	approveGas  = 100_000
	withdrawGas = 150_000
)

// prepare reads what there is, and lets the Task contract take fees from a
// wallet that is not empty, once for all, so that no task waits for it.
func (p *purse) prepare(ctx context.Context, now time.Time) error {
	if err := p.refresh(ctx); err != nil {
		return err
	}
	me := p.sender.Address()
	allowance, err := ask(ctx, p.reader, p.at.Token, p.token.PackAllowance(me, p.at.Task), p.token.UnpackAllowance)
	if err != nil {
		return fmt.Errorf("read allowance: %w", err)
	}
	p.mu.Lock()
	p.allowed = allowance.Cmp(enough) >= 0
	due := !p.allowed && p.wallet.Sign() > 0
	p.mu.Unlock()
	if !due {
		return nil
	}
	return p.approve(ctx, now)
}

func (p *purse) approve(ctx context.Context, now time.Time) error {
	// A key that failed stays failed, and approving twice does no harm.
	_, err := p.sender.Submit(ctx, chain.Intent{
		Key:      fmt.Sprintf("creator/approve/%s/%d", p.at.Task.Hex(), now.UnixMilli()),
		To:       p.at.Token,
		Data:     p.token.PackApprove(p.at.Task, math.MaxBig256),
		GasLimit: approveGas,
	})
	if err != nil {
		return fmt.Errorf("approve fees: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = true
	return nil
}

// refresh asks the chain what the wallet holds, and then what is owed to it: what
// is moved to the wallet meanwhile is missed, not counted twice. It asks again
// when a fee was taken meanwhile: the answer may be from before.
func (p *purse) refresh(ctx context.Context) error {
	me := p.sender.Address()
	for {
		asked := p.changes()
		wallet, err := ask(ctx, p.reader, p.at.Token, p.token.PackBalanceOf(me), p.token.UnpackBalanceOf)
		if err != nil {
			return fmt.Errorf("read balance: %w", err)
		}
		credit, err := ask(ctx, p.reader, p.at.Task, p.task.PackEarned(me), p.task.UnpackEarned)
		if err != nil {
			return fmt.Errorf("read credit: %w", err)
		}
		if p.take(wallet, credit, asked) {
			return nil
		}
	}
}

// changes counts what was seen to change, so that an older answer can be told.
func (p *purse) changes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

func (p *purse) take(wallet, credit *big.Int, asked int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.changed != asked {
		return false
	}
	p.wallet, p.credit = wallet, credit
	return true
}

// reserve sets a fee aside until the contract has taken it. The chain is only
// asked when what is known does not suffice.
func (p *purse) reserve(ctx context.Context, id string, fee protocol.Wei) error {
	if p.tryReserve(id, fee) {
		return nil
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	if p.tryReserve(id, fee) {
		return nil
	}
	return protocol.Reason{
		Code: "insufficient_funds", Title: "The wallet that pays has too little CNX",
		Detail: fmt.Sprintf("the task costs %s and %s is left", fee, p.left()),
		Action: "Send CNX to " + p.sender.Address().Hex() + ".",
	}
}

func (p *purse) tryReserve(id string, fee protocol.Wei) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.leftLocked().Cmp(fee.Big()) < 0 {
		return false
	}
	p.reserved[id] = fee
	return true
}

// cover makes the contract able to take every fee that is set aside, in whatever
// order the tasks are made: it is when all of them together fit into the credit,
// or into the wallet. Otherwise the credit is moved to the wallet. An error costs
// nothing: the contract then refuses what it can't take.
func (p *purse) cover(ctx context.Context, now time.Time) error {
	select {
	case p.covering <- struct{}{}:
		defer func() { <-p.covering }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.plenty() {
		return nil
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	inCredit, inWallet, allowed := p.covers()
	if inCredit || inWallet && allowed {
		return nil
	}
	if !allowed {
		if err := p.approve(ctx, now); err != nil {
			return err
		}
	}
	if inWallet {
		return nil
	}
	return p.withdraw(ctx, now)
}

// plenty reports whether the wallet holds so much more than is set aside that
// nobody need be asked.
func (p *purse) plenty() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.allowed && p.wallet.Cmp(new(big.Int).Lsh(p.reservedLocked(), 2)) >= 0
}

func (p *purse) covers() (inCredit, inWallet, allowed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	sum := p.reservedLocked()
	return p.credit.Cmp(sum) >= 0, p.wallet.Cmp(sum) >= 0, p.allowed
}

// withdraw moves the credit to the wallet. Doing it twice does no harm.
func (p *purse) withdraw(ctx context.Context, now time.Time) error {
	_, err := p.sender.Submit(ctx, chain.Intent{
		Key:      fmt.Sprintf("creator/withdraw/%s/%d", p.at.Task.Hex(), now.UnixMilli()),
		To:       p.at.Task,
		Data:     p.task.PackWithdraw(p.sender.Address()),
		GasLimit: withdrawGas,
	})
	if err != nil {
		return fmt.Errorf("move credit to the wallet: %w", err)
	}
	p.mu.Lock()
	p.changed++
	p.mu.Unlock()
	return p.refresh(ctx)
}

// keep sets a fee aside without asking whether there is enough.
func (p *purse) keep(id string, fee protocol.Wei) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reserved[id] = fee
}

// release gives up what was set aside for a request, when none was paid.
func (p *purse) release(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.reserved, id)
}

// paid notes that the contract has taken the fee, and from where as far as is
// known here; refresh tells it exactly.
func (p *purse) paid(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fee, waiting := p.reserved[id]
	if !waiting {
		return
	}
	delete(p.reserved, id)
	p.changed++
	from := &p.wallet
	if p.credit.Cmp(fee.Big()) >= 0 {
		from = &p.credit
	}
	*from = new(big.Int).Sub(*from, fee.Big())
}

func (p *purse) free(ctx context.Context) (protocol.Wei, error) {
	if err := p.refresh(ctx); err != nil {
		return protocol.Wei{}, err
	}
	return p.left(), nil
}

// left is what can be spent less what is reserved, zero when that is negative.
func (p *purse) left() protocol.Wei {
	p.mu.Lock()
	defer p.mu.Unlock()
	return wei(maxOf(p.leftLocked(), new(big.Int)))
}

func (p *purse) leftLocked() *big.Int {
	left := new(big.Int).Add(p.wallet, p.credit)
	return left.Sub(left, p.reservedLocked())
}

func (p *purse) reservedLocked() *big.Int {
	sum := new(big.Int)
	for _, fee := range p.reserved {
		sum.Add(sum, fee.Big())
	}
	return sum
}
