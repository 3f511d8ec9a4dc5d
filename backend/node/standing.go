package node

import (
	"math/big"

	"helium/backend/protocol"
)

// Standing is what the contract keeps of a node's scores, each 0 to 20: the last
// three, which decide whether it is let go, and a long mean, by which it is drawn.
type Standing struct {
	// Recent are the last three, the newest first; 20 where there was none yet.
	Recent [3]uint8
	// LetGoAt is the sum of those three at which, or below which, it is let go.
	LetGoAt int
	// Mean has 256 parts to a point.
	Mean uint16
}

// bestScore is what the first of three is given.
const bestScore = 20

// Sum of the last three.
func (s Standing) Sum() int { return int(s.Recent[0]) + int(s.Recent[1]) + int(s.Recent[2]) }

// Margin is how many points the sum is above what lets it go.
func (s Standing) Margin() int { return s.Sum() - s.LetGoAt }

// Chances is after how many failed tasks in a row it is let go: 1 to 3.
func (s Standing) Chances() int {
	for failed := 1; failed < len(s.Recent); failed++ {
		sum := 0
		for _, score := range s.Recent[:len(s.Recent)-failed] {
			sum += int(score)
		}
		if sum <= s.LetGoAt {
			return failed
		}
	}
	return len(s.Recent)
}

// Percent is the mean in hundredths of the best, rounded down.
func (s Standing) Percent() int { return int(s.Mean) * 100 / (bestScore * 256) }

// standing of a node that has joined once.
func (n *Node) standing(v view) *Standing {
	n.mu.Lock()
	defer n.mu.Unlock()
	if !v.joined {
		return nil
	}
	return &Standing{Recent: v.recent, LetGoAt: int(n.params.KickOutScore), Mean: v.mean}
}

// checkScores warns of a node that the next failed task lets go.
func (n *Node) checkScores(v view) {
	s := n.standing(v)
	if s == nil || v.status == protocol.NodeQuit || s.Chances() > 1 {
		n.health.clear(ReasonScoreLow)
		return
	}
	n.health.raise(ReasonScoreLow, protocol.Say("scores", "Its last three scores are {a}, {b} and {c} of 20. Together they must stay above {least}.",
		int(s.Recent[0]), int(s.Recent[1]), int(s.Recent[2]), s.LetGoAt))
}

// usualGas is what a pause, a withdrawal or a transfer takes, rounded up.
const usualGas = 150_000

// gasFor is State.GasFor.
func (v view) gasFor() int {
	if v.gasPrice == nil {
		return -1
	}
	one := new(big.Int).Mul(v.gasPrice, big.NewInt(usualGas))
	if one.Sign() == 0 {
		return manyActions // where gas is free
	}
	n := new(big.Int).Div(v.gas.Big(), one)
	if !n.IsInt64() || n.Int64() > manyActions {
		return manyActions
	}
	return int(n.Int64())
}

// manyActions is more than anybody counts.
const manyActions = 1_000_000
