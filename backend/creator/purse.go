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

// purse keeps requests from promising the same CNX twice. It is only a guard
// in front of the contract, which takes the fee or refuses.
type purse struct {
	reader Chain
	at     protocol.Contracts
	sender Sender
	token  *contracts.Token

	// mu guards everything that follows.
	mu       sync.Mutex
	balance  *big.Int
	reserved map[string]protocol.Wei
}

func newPurse(c Chain, at protocol.Contracts, s Sender) *purse {
	return &purse{
		reader: c, at: at, sender: s, token: contracts.NewToken(),
		balance: new(big.Int), reserved: map[string]protocol.Wei{},
	}
}

// enough is an allowance that no wallet uses up: half of all there can be.
var enough = new(big.Int).Rsh(math.MaxBig256, 1)

const approveGas = 100_000

// prepare lets the Task contract take fees, once for all, and reads the balance.
func (p *purse) prepare(ctx context.Context, now time.Time) error {
	if err := p.refresh(ctx); err != nil {
		return err
	}
	me := p.sender.Address()
	allowed, err := ask(ctx, p.reader, p.at.Token, p.token.PackAllowance(me, p.at.Task), p.token.UnpackAllowance)
	if err != nil {
		return fmt.Errorf("read allowance: %w", err)
	}
	if allowed.Cmp(enough) >= 0 {
		return nil
	}
	// A key that failed stays failed, and approving twice does no harm.
	_, err = p.sender.Submit(ctx, chain.Intent{
		Key:      fmt.Sprintf("creator/approve/%s/%d", p.at.Task.Hex(), now.UnixMilli()),
		To:       p.at.Token,
		Data:     p.token.PackApprove(p.at.Task, math.MaxBig256),
		GasLimit: approveGas,
	})
	if err != nil {
		return fmt.Errorf("approve fees: %w", err)
	}
	return nil
}

// refresh asks the chain what the wallet holds.
func (p *purse) refresh(ctx context.Context) error {
	balance, err := ask(ctx, p.reader, p.at.Token, p.token.PackBalanceOf(p.sender.Address()), p.token.UnpackBalanceOf)
	if err != nil {
		return fmt.Errorf("read balance: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.balance = balance
	return nil
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
	left, err := p.left()
	if err != nil {
		return err
	}
	return protocol.Reason{
		Code: "insufficient_funds", Title: "The wallet that pays has too little CNX",
		Detail: fmt.Sprintf("the task costs %s and %s is left", fee, left),
		Action: "Send CNX to " + p.sender.Address().Hex() + ".",
	}
}

func (p *purse) tryReserve(id string, fee protocol.Wei) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	left, err := p.leftLocked()
	if err != nil || left.Cmp(fee) < 0 {
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
	if fee, waiting := p.reserved[id]; waiting {
		p.balance = new(big.Int).Sub(p.balance, fee.Big())
		delete(p.reserved, id)
	}
}

func (p *purse) free(ctx context.Context) (protocol.Wei, error) {
	if err := p.refresh(ctx); err != nil {
		return protocol.Wei{}, err
	}
	return p.left()
}

// left is the balance less what is reserved, zero when that is negative.
func (p *purse) left() (protocol.Wei, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.leftLocked()
}

func (p *purse) leftLocked() (protocol.Wei, error) {
	left := new(big.Int).Set(p.balance)
	for _, fee := range p.reserved {
		left.Sub(left, fee.Big())
	}
	if left.Sign() < 0 {
		left.SetUint64(0)
	}
	return protocol.WeiOf(left)
}
