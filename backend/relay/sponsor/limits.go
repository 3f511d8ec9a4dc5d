package sponsor

import (
	"math/big"

	"github.com/ethereum/go-ethereum/params"

	"helium/backend/protocol"
)

// Limits bound what a sponsor pays. With a zero value it pays for nothing.
//
// What they are against: everything a call costs is burnt from the sponsor's
// account, and an address costs nothing, so that limits for an address bound
// mistakes rather than malice. Malice is bounded by what it needs. Joining needs a
// stake, which stays for an hour at least and can then go through ever new
// addresses: each round burns 400,000 gas and costs whoever does it the hour and the
// 52,000 gas of handing the stake on. That is why a sponsored join must be paid out
// to the account itself (handing on is then a transaction of its own gas), why an
// IP address has a limit too, and why joins have a quarter of the day only: whoever
// burns it keeps newcomers out until midnight, and nobody in court. A step in
// court needs a task, whose creator pays for its creation, and each step succeeds
// once; the one that ends it brings the sponsor the network's settle reward.
type Limits struct {
	// GasPrice is the most that is paid for a unit of gas, in wei. While the chain
	// asks more, nothing is sponsored.
	GasPrice *big.Int
	// Day is the most that is spent in a day (UTC), in wei. Joins get a quarter of
	// it, and with moves and payouts half; the rest is for court, where a node that
	// can't speak loses its stake.
	Day *big.Int

	// Joins, Moves, Payouts and Steps are what one account is given in a day.
	Joins, Moves, Payouts, Steps int
	// Hour is how many joins, moves and payouts one IP address (for IPv6 a /64) is
	// given in an hour. Behind a proxy all callers have the proxy's: raise it there.
	Hour int
	// LeastPayout is the least credit that is paid out.
	LeastPayout protocol.Wei
}

// DefaultLimits are right for a network's own chain, whose coin is worth little.
// An operator on another chain sets GasPrice and Day by what its coin costs.
func DefaultLimits() Limits {
	return Limits{
		// Five times what an idle chain of ours begins with.
		GasPrice: big.NewInt(5 * params.GWei),
		// A thousand million gas at that price. A newcomer's first day, with
		// joining, a few moves, leaving and being paid, takes half a million: so
		// half of it serves a thousand newcomers, and the other half a thousand
		// tasks that end in court.
		Day: new(big.Int).Mul(big.NewInt(5), big.NewInt(params.Ether)),
		// One, and one after a mistake.
		Joins: 2,
		// A person who pauses for each game of an evening, and models that come.
		Moves: 12,
		// A stake and the earnings, twice.
		Payouts: 4,
		// A task in court takes a node two or three, and minutes: far more than
		// any honest day has.
		Steps: 100,
		// A dozen machines behind one router, all set up in one hour.
		Hour: 40,
		// Paying out less would cost about what it is worth.
		LeastPayout: protocol.CNX(1),
	}
}

// group is kinds that share limits.
type group string

const (
	groupJoin   group = "join"
	groupMove   group = "move"
	groupPayout group = "payout"
	groupCourt  group = "court"
)

// perDay is what an account is given of a group in a day.
func (l Limits) perDay(g group) int {
	return map[group]int{groupJoin: l.Joins, groupMove: l.Moves, groupPayout: l.Payouts, groupCourt: l.Steps}[g]
}

// off: nothing is sponsored.
func (l Limits) off() bool {
	return l.Day == nil || l.Day.Sign() <= 0 || l.GasPrice == nil || l.GasPrice.Sign() <= 0
}

// joinShare and standingShare are what joins, and what all but court may take of
// the day.
func (l Limits) joinShare() *big.Int     { return new(big.Int).Rsh(l.Day, 2) }
func (l Limits) standingShare() *big.Int { return new(big.Int).Rsh(l.Day, 1) }
