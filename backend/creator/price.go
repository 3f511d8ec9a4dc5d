package creator

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"helium/backend/contracts"
	"helium/backend/protocol"
)

// Size is what a task's price depends on, and which nodes can run it.
type Size struct {
	Type protocol.TaskType
	// Units are images of 512x512 and 25 steps, or blocks of 256 new tokens.
	Units     uint32
	MinVRAMGB uint16
}

// UsualValue is what is offered for a second of a node's time where nobody says
// otherwise: a quarter of a CNX.
func UsualValue() protocol.Wei { return protocol.CNX(1).MulDivDown(1, 4) }

// MaxUnits is the largest task that the contract takes.
const MaxUnits = 1024

// rules are the numbers that prices follow. The owner may change them for tasks
// to come.
type rules struct {
	minFee  *big.Int
	pricing map[protocol.TaskType]contracts.Pricing
	// matchDistance is from how many bits on the hashes of two images don't match.
	matchDistance int
	// candidates is how many nodes must be free for a draw that can wait.
	candidates int
}

// likeness is how results of a type are compared.
func (r rules) likeness(t protocol.TaskType) likeness {
	if t != protocol.StableDiffusion {
		return likeness{}
	}
	return likeness{images: true, below: r.matchDistance}
}

// readRules asks the Task contract for its prices.
func (n *network) readRules(ctx context.Context) (rules, error) {
	minFee, err := ask(ctx, n.chain, n.at.Task, n.task.PackMinFee(), n.task.UnpackMinFee)
	if err != nil {
		return rules{}, fmt.Errorf("read least fee: %w", err)
	}
	params, err := n.readParams(ctx)
	if err != nil {
		return rules{}, err
	}
	r := rules{minFee, map[protocol.TaskType]contracts.Pricing{}, int(params.MatchDistance), int(params.DrawCandidates)}
	for _, t := range []protocol.TaskType{protocol.StableDiffusion, protocol.GPT} {
		p, err := ask(ctx, n.chain, n.at.Task, n.task.PackPricing(uint8(t)), n.task.UnpackPricing)
		if err != nil {
			return rules{}, fmt.Errorf("read pricing: %w", err)
		}
		r.pricing[t] = p
	}
	return r, nil
}

// readParams asks the Rules contract for what holds for tasks to come.
func (n *network) readParams(ctx context.Context) (contracts.Params, error) {
	at, err := n.rulesAt(ctx)
	if err != nil {
		return contracts.Params{}, err
	}
	book := contracts.NewRules()
	out, err := ask(ctx, n.chain, at, book.PackParams(), book.UnpackParams)
	if err != nil {
		return contracts.Params{}, fmt.Errorf("read the rules: %w", err)
	}
	return out.Arg0, nil
}

func (n *network) rulesAt(ctx context.Context) (common.Address, error) {
	at, err := ask(ctx, n.chain, n.at.Task, n.task.PackRules(), n.task.UnpackRules)
	if err != nil {
		return at, fmt.Errorf("read the address of the rules: %w", err)
	}
	return at, nil
}

// paramsAt finds what held at the end of an old block in the logs, which nodes of
// the chain keep longer than its state.
func (n *network) paramsAt(ctx context.Context, logs ethereum.LogFilterer, block *big.Int) (contracts.Params, error) {
	var none contracts.Params
	at, err := n.rulesAt(ctx)
	if err != nil {
		return none, err
	}
	rules, err := contracts.RulesMetaData.ParseABI()
	if err != nil {
		return none, err
	}
	all, err := logs.FilterLogs(ctx, ethereum.FilterQuery{
		FromBlock: new(big.Int), ToBlock: block, Addresses: []common.Address{at},
		Topics: [][]common.Hash{{rules.Events[contracts.RulesParamsChangedEventName].ID}},
	})
	if err != nil {
		return none, fmt.Errorf("read the rules of block %d: %w", block, err)
	}
	if len(all) == 0 {
		return none, fmt.Errorf("read the rules of block %d: the chain has no log of them", block)
	}
	changed, err := contracts.NewRules().UnpackParamsChangedEvent(&all[len(all)-1])
	if err != nil {
		return none, fmt.Errorf("read the rules of block %d: %w", block, err)
	}
	return changed.Params, nil
}

// check refuses what the contract takes at no price.
func (r rules) check(s Size) error {
	if !r.pricing[s.Type].Served {
		return protocol.Reason{
			Code: "invalid_task", Title: "The network does not take such tasks",
			Detail: fmt.Sprintf("it serves no tasks of type %d now", s.Type), Action: "Send a task of another type.",
		}
	}
	if s.Units == 0 || s.Units > MaxUnits {
		return protocol.Reason{
			Code: "invalid_task", Title: "The network does not take such tasks",
			Detail: fmt.Sprintf("the task has %d units, and a task has 1 to %d", s.Units, MaxUnits), Action: "Ask for less at once.",
		}
	}
	return nil
}

// seconds is T: what a task of that size is priced and given time for.
func (r rules) seconds(s Size) uint64 {
	p := r.pricing[s.Type]
	return uint64(p.OverheadSeconds) + uint64(s.Units)*uint64(p.SecondsPerUnit)
}

// leastFeeRoundedUp is the least that the contract takes for a task: the least
// fee for the smallest of its type, for others in proportion to T.
func (r rules) leastFeeRoundedUp(s Size) *big.Int {
	smallest := r.seconds(Size{Type: s.Type, Units: 1})
	return mulDivUp(r.minFee, r.seconds(s), smallest)
}

// fee is what is offered: what the caller says, or value for each second of T,
// or the least where that is more.
func (r rules) fee(s Size, offered, value protocol.Wei) (*big.Int, error) {
	if err := r.check(s); err != nil {
		return nil, err
	}
	least := r.leastFeeRoundedUp(s)
	if offered.IsZero() {
		fee := new(big.Int).SetUint64(r.seconds(s))
		if fee.Mul(fee, value.Big()); fee.Cmp(least) < 0 {
			return least, nil
		}
		return fee, nil
	}
	if offered.Big().Cmp(least) < 0 {
		return nil, protocol.Reason{
			Code: "fee_too_low", Title: "The fee is too low",
			Detail: fmt.Sprintf("%s are offered, and a task of this size costs %s at least", offered, wei(least)),
			Action: "Offer at least that much.",
		}
	}
	return offered.Big(), nil
}

// usualFee is the fee of the smallest task, of text where the network serves it.
func (r rules) usualFee(value protocol.Wei) *big.Int {
	for _, t := range []protocol.TaskType{protocol.GPT, protocol.StableDiffusion} {
		if fee, err := r.fee(Size{Type: t, Units: 1}, protocol.Wei{}, value); err == nil {
			return fee
		}
	}
	return r.minFee
}

// valueRoundedDown is what the queue orders by: the fee by the second.
func valueRoundedDown(fee *big.Int, seconds uint64) *big.Int {
	return new(big.Int).Div(fee, new(big.Int).SetUint64(seconds))
}

// leastFeeAbove is the least fee whose value is more than that.
func leastFeeAbove(value *big.Int, seconds uint64) *big.Int {
	more := new(big.Int).Add(value, big.NewInt(1))
	return more.Mul(more, new(big.Int).SetUint64(seconds))
}

// forPeopleRoundedUp is an amount of four decimals, for a person to offer.
func forPeopleRoundedUp(n *big.Int) protocol.Wei {
	step := big.NewInt(100_000_000_000_000)
	up := new(big.Int).Add(n, new(big.Int).Sub(step, big.NewInt(1)))
	return wei(up.Mul(up.Div(up, step), step))
}

func mulDivUp(n *big.Int, num, den uint64) *big.Int {
	d := new(big.Int).SetUint64(den)
	up := new(big.Int).Mul(n, new(big.Int).SetUint64(num))
	up.Add(up, d).Sub(up, big.NewInt(1))
	return up.Div(up, d)
}

// wei is an amount that can't be negative: a sum or a product of amounts.
func wei(n *big.Int) protocol.Wei {
	w, err := protocol.WeiOf(n)
	if err != nil {
		panic(err)
	}
	return w
}
