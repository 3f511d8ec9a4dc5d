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

// purse keeps requests from promising the same CNX twice. Fees come out of the
// credit that the payer has at the Task contract: deposits, refunds and rewards.
// The wallet fills the credit up before it is needed. The purse is only a guard in
// front of the contract, which takes the fee or refuses.
type purse struct {
	reader Chain
	at     protocol.Contracts
	sender Sender
	token  *contracts.Token
	task   *contracts.Task
	// ahead is how many fees are deposited at once, so that few tasks wait for a
	// deposit: what is deposited can be spent a block later. When a quarter of them
	// is left the credit is filled up again. 0 deposits what is set aside.
	ahead int64
	// filling has room for the one that moves CNX, who alone has allowed: that the
	// contract may take deposits from the wallet.
	filling chan struct{}
	allowed bool

	// mu guards everything that follows.
	mu             sync.Mutex
	wallet, credit *big.Int
	// changed counts the fees that were taken and the CNX that was moved.
	changed  int
	reserved map[string]protocol.Wei
}

func newPurse(c Chain, at protocol.Contracts, s Sender, ahead int) *purse {
	return &purse{
		reader: c, at: at, sender: s, token: contracts.NewToken(), task: contracts.NewTask(),
		ahead: int64(ahead), filling: make(chan struct{}, 1),
		wallet: new(big.Int), credit: new(big.Int), reserved: map[string]protocol.Wei{},
	}
}

// enough is an allowance that no wallet uses up: half of all there can be.
var enough = new(big.Int).Rsh(math.MaxBig256, 1)

const approveGas = 100_000

// prepare deposits so much that the first tasks, at that fee, wait for nothing.
func (p *purse) prepare(ctx context.Context, fee *big.Int, now time.Time) error {
	if err := p.refresh(ctx); err != nil {
		return err
	}
	return p.fill(ctx, fee, now)
}

// cover makes the contract able to take every fee that is set aside, in whatever
// order the tasks are made. It waits only when the credit does not suffice; when
// it is low it is filled up meanwhile. An error costs nothing: the contract then
// refuses what it can't take.
func (p *purse) cover(ctx context.Context, fee *big.Int, now time.Time) error {
	switch p.standing(fee) {
	case plenty:
		return nil
	case runningLow:
		go func() {
			// Whoever waits for a deposit later meets the same error.
			_ = p.fill(ctx, fee, now)
		}()
		return nil
	default:
		return p.fill(ctx, fee, now)
	}
}

// standing is how the credit stands to what it must cover.
type standing int

const (
	short standing = iota
	runningLow
	plenty
)

func (p *purse) standing(fee *big.Int) standing {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := new(big.Int).Sub(p.credit, p.reservedLocked())
	switch {
	case left.Sign() < 0:
		return short
	case p.wallet.Sign() > 0 && left.Cmp(times(fee, p.ahead/4)) < 0:
		return runningLow
	default:
		return plenty
	}
}

// fill deposits from the wallet until the credit covers what is set aside and the
// next fees, as far as the wallet goes.
func (p *purse) fill(ctx context.Context, fee *big.Int, now time.Time) error {
	select {
	case p.filling <- struct{}{}:
		defer func() { <-p.filling }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if p.standing(fee) == plenty {
		return nil // somebody filled it meanwhile
	}
	if err := p.refresh(ctx); err != nil {
		return err
	}
	amount := p.missing(fee)
	if amount.Sign() == 0 {
		return nil
	}
	if err := p.allow(ctx, now); err != nil {
		return err
	}
	return p.deposit(ctx, amount, now)
}

// missing is what to deposit, zero when there is nothing to do or to deposit.
func (p *purse) missing(fee *big.Int) *big.Int {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := new(big.Int).Sub(p.credit, p.reservedLocked())
	if left.Cmp(times(fee, p.ahead/4)) >= 0 {
		return new(big.Int)
	}
	return minOf(p.wallet, new(big.Int).Sub(times(fee, p.ahead), left))
}

// allow lets the Task contract take deposits from the wallet, once for all.
func (p *purse) allow(ctx context.Context, now time.Time) error {
	if p.allowed {
		return nil
	}
	allowance, err := ask(ctx, p.reader, p.at.Token, p.token.PackAllowance(p.sender.Address(), p.at.Task), p.token.UnpackAllowance)
	if err != nil {
		return fmt.Errorf("read allowance: %w", err)
	}
	if allowance.Cmp(enough) < 0 {
		// A key that failed stays failed, and approving twice does no harm.
		_, err = p.sender.Submit(ctx, chain.Intent{
			Key:      fmt.Sprintf("creator/approve/%s/%d", p.at.Task.Hex(), now.UnixMilli()),
			To:       p.at.Token,
			Data:     p.token.PackApprove(p.at.Task, math.MaxBig256),
			GasLimit: approveGas,
		})
		if err != nil {
			return fmt.Errorf("approve deposits: %w", err)
		}
	}
	p.allowed = true
	return nil
}

// withdraw moves all credit to the wallet, and says how much it was.
func (p *purse) withdraw(ctx context.Context, now time.Time) (protocol.Wei, error) {
	p.filling <- struct{}{}
	defer func() { <-p.filling }()
	if err := p.refresh(ctx); err != nil {
		return protocol.Wei{}, err
	}
	p.mu.Lock()
	credit := wei(p.credit)
	p.mu.Unlock()
	if credit.IsZero() {
		return credit, nil
	}
	_, err := p.sender.Submit(ctx, chain.Intent{
		Key:      fmt.Sprintf("creator/withdraw/%s/%d", p.at.Task.Hex(), now.UnixNano()),
		To:       p.at.Task,
		Data:     p.task.PackWithdraw(p.sender.Address()),
		GasLimit: contracts.TaskGas,
	})
	if err != nil {
		return protocol.Wei{}, fmt.Errorf("withdraw: %w", err)
	}
	p.mu.Lock()
	p.changed++
	p.mu.Unlock()
	return credit, p.refresh(ctx)
}

func (p *purse) deposit(ctx context.Context, amount *big.Int, now time.Time) error {
	_, err := p.sender.Submit(ctx, chain.Intent{
		Key:      fmt.Sprintf("creator/deposit/%s/%d", p.at.Task.Hex(), now.UnixNano()),
		To:       p.at.Task,
		Data:     p.task.PackDeposit(amount),
		GasLimit: contracts.TaskGas,
	})
	if err != nil {
		return fmt.Errorf("deposit %s: %w", wei(amount), err)
	}
	p.mu.Lock()
	p.changed++
	p.mu.Unlock()
	return p.refresh(ctx)
}

// refresh asks the chain what the credit is, and then what the wallet holds: what
// is deposited meanwhile is missed, not counted twice. It asks again when a fee was
// taken meanwhile: the answer may be from before.
func (p *purse) refresh(ctx context.Context) error {
	me := p.sender.Address()
	for {
		asked := p.changes()
		credit, err := ask(ctx, p.reader, p.at.Task, p.task.PackCredit(me), p.task.UnpackCredit)
		if err != nil {
			return fmt.Errorf("read credit: %w", err)
		}
		wallet, err := ask(ctx, p.reader, p.at.Token, p.token.PackBalanceOf(me), p.token.UnpackBalanceOf)
		if err != nil {
			return fmt.Errorf("read balance: %w", err)
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

// paid notes that the contract has taken the fee.
func (p *purse) paid(id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fee, waiting := p.reserved[id]
	if !waiting {
		return
	}
	delete(p.reserved, id)
	p.changed++
	p.credit = new(big.Int).Sub(p.credit, fee.Big())
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

func times(fee *big.Int, n int64) *big.Int { return new(big.Int).Mul(fee, big.NewInt(n)) }

func minOf(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}
