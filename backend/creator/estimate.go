package creator

import (
	"context"
	"math/big"
	"time"

	"helium/backend/protocol"
)

// Start is when a task would start.
type Start string

const (
	// StartNow: nodes are free, and nothing waits that they could run and that is worth as much.
	StartNow Start = "now"
	// StartQueued: it would wait in the queue.
	StartQueued Start = "queued"
	// StartFull: the queue is full of tasks that are worth as much; it would be refused.
	StartFull Start = "full"
	// StartNever: fewer than three nodes have joined that could run it; it would be refused.
	StartNever Start = "never"
)

// Estimate is what a task of some size costs, and when it would start if it were
// made now. Nobody is held to it: others come and go, and may offer more.
type Estimate struct {
	// Seconds is T, the nominal time that a task of its size is priced by.
	Seconds uint64
	// Least is the least fee that the contract takes, Fee what would be offered,
	// Value what that is for each second of T, rounded down.
	Least, Fee, Value protocol.Wei
	Start             Start
	// Waiting are the tasks of its type that wait now.
	Waiting int
	// Place is where it would wait, from 1, and Wait roughly for how long; zero
	// when it would not.
	Place int
	Wait  time.Duration
	// AtOnce is the least fee that starts now; zero while no fee does, for want of
	// free nodes. Enter is the least fee that is not refused; zero when all are.
	AtOnce, Enter protocol.Wei
}

// Fee is what is offered for a task of that size: what the caller offers, if
// anything, or this creator's own price. It asks nobody. Its errors are reasons:
// the network takes no such task, or not for so little.
func (c *Creator) Fee(ctx context.Context, s Size, offered protocol.Wei) (protocol.Wei, error) {
	if err := c.waitReady(ctx); err != nil {
		return protocol.Wei{}, err
	}
	fee, err := c.network.prices().fee(s, offered, c.value)
	if err != nil {
		return protocol.Wei{}, err
	}
	return wei(fee), nil
}

// Estimate is Fee, and what the chain says of when the task would start.
func (c *Creator) Estimate(ctx context.Context, s Size, offered protocol.Wei) (Estimate, error) {
	fee, err := c.Fee(ctx, s, offered)
	if err != nil {
		return Estimate{}, err
	}
	l, err := c.lastLook.line(ctx, c.network, c.now())
	if err != nil {
		return Estimate{}, err
	}
	return l.estimate(c.network.prices(), s, fee.Big(), &c.pace), nil
}

// estimate works out what a fee gets. The order of the questions is the
// contract's: whether the task starts, whether it could ever, whether it gets in.
func (l *line) estimate(r rules, s Size, fee *big.Int, p *pace) Estimate {
	seconds := r.seconds(s)
	least, value := r.leastFeeRoundedUp(s), valueRoundedDown(fee, seconds)
	e := Estimate{
		Seconds: seconds, Least: wei(least), Fee: wei(fee), Value: wei(value),
		Start: StartQueued, Waiting: l.waiting(s.Type),
	}
	best, worst := l.best(), l.full(s)

	if l.drawable(s) {
		e.AtOnce = e.Least
		if best != nil {
			e.AtOnce = wei(maxOf(least, leastFeeAbove(best.Value, seconds)))
		}
	}
	if l.drawable(s) || l.could(s) {
		e.Enter = e.Least
		if worst != nil {
			e.Enter = wei(maxOf(least, leastFeeAbove(worst, seconds)))
		}
	}

	switch {
	case l.drawable(s) && (best == nil || best.Value.Cmp(value) < 0):
		e.Start = StartNow
	case !l.could(s):
		e.Start = StartNever
	case worst != nil && worst.Cmp(value) >= 0:
		e.Start = StartFull
	default:
		ahead := func(t protocol.TaskType) int { return l.ahead(t, value) }
		e.Place, e.Wait = ahead(s.Type)+1, l.wait(r, s, p, ahead)
	}
	return e
}

// wait is roughly how long a task waits: everything that goes before it has to
// run, and something that runs now has to end, on as many trios as there are.
func (l *line) wait(r rules, s Size, p *pace, ahead func(protocol.TaskType) int) time.Duration {
	nominal := func(t protocol.TaskType) time.Duration {
		return time.Duration(r.seconds(Size{Type: t, Units: s.Units})) * time.Second
	}
	work := p.of(s.Type, nominal(s.Type))
	for _, t := range []protocol.TaskType{protocol.StableDiffusion, protocol.GPT} {
		work += time.Duration(ahead(t)) * p.of(t, nominal(t))
	}
	trios := max(l.able(s)/protocol.Seats, 1)
	return (work/time.Duration(trios) + time.Second - 1).Truncate(time.Second)
}

func maxOf(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}
