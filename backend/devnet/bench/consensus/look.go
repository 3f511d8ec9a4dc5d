package consensus

import (
	"math"
	"math/rand/v2"
)

// What calls cost in gas. The tests hold them against the contracts'.
const (
	// createGas of createTask that draws.
	createGas = 210_000
	// settleGas of settle.
	settleGas = 235_000
	// moveGas of pause, or of resume after it.
	moveGas = 75_000
)

// Look is an account that creates a task and has it drawn only in a block whose
// dice it likes. Its proposer knows them, and leaves the task out of others. Anybody
// else has a contract earlier in the block, which sees prevrandao, burn all gas
// that the block has left, so that the task comes a block later.
type Look struct {
	Nodes int     `json:"nodes"`
	Own   int     `json:"own"`
	Share float64 `json:"share"`
	// Chance of two own seats or more, and Blocks until then: on average, in nine
	// of ten cases, and as played.
	Chance    float64  `json:"chance"`
	Blocks    float64  `json:"blocks"`
	NineOfTen float64  `json:"blocks_nine_of_ten"`
	Played    Estimate `json:"blocks_simulated"`
	// Trio is how many blocks a trio of own nodes takes.
	Trio float64 `json:"blocks_own_trio"`
	// Gas of one that stands, for who is no proposer: all that is burned, and its end.
	Gas float64 `json:"gas"`
	// CNX that each slashed honest node costs its creator, and what it costs one
	// that does not look.
	CNX     float64 `json:"cnx_slash"`
	Unaided float64 `json:"cnx_slash_without_looking"`
	// SlashesPerDay of honest nodes, one task after the other, if somebody else
	// takes each one's place, and ScoresPerDay that are farmed otherwise. The third
	// computes: nothing can be settled before it has committed.
	SlashesPerDay float64 `json:"slashes_per_day"`
	ScoresPerDay  float64 `json:"scores_per_day"`
	// FaultWins are the wins of an own node in a day that has no GPU, kicked out as
	// it is, and Washed if farmed scores stand between its zeros.
	FaultWins float64 `json:"fault_wins_node_day"`
	Washed    float64 `json:"washed_wins_node_day"`
}

// Look is the closed form.
func (r Rules) Look(nodes, own int) Look {
	c := veterans(nodes-own, own)
	seats := c.Seats()
	p := c.Majority()
	rounds := secondsPerDay / (blockSeconds/p + r.FastSeconds)
	scores := rounds * (2*seats[2] + 3*seats[3]) / p
	two := r.smallest().Creator(2)
	l := Look{
		Nodes: nodes, Own: own, Share: float64(own) / float64(nodes),
		Chance: p, Blocks: 1 / p, NineOfTen: math.Ceil(math.Log(0.1) / math.Log(1-p)),
		Gas:           (1/p-1)*blockGas + createGas + settleGas,
		CNX:           -max(two.Lie, two.Deny),
		Unaided:       r.Grief(c).Smallest,
		SlashesPerDay: rounds * seats[2] / p,
		ScoresPerDay:  scores,
	}
	if seats[3] > 0 {
		l.Trio = 1 / seats[3]
	}
	fault := r.class(nodes-own, own, Fault)
	l.FaultWins = r.Rates(fault, Fault).WinsPerNodeDay
	l.Washed = r.washedWins(fault, scores)
	return l
}

// washedWins is how often a day a node wins that reports a fault when it is
// alone, if all own nodes together can have so many scores that put their zeros
// right. It is drawn no oftener than it can be washed.
func (r Rules) washedWins(c Class, scores float64) float64 {
	beside := c.Beside()
	draws := secondsPerDay / (r.FastSeconds + r.IdleSeconds)
	zeros := scores / float64(r.scoresToWash()) / float64(c.Own)
	return min(draws, zeros/beside[1]) * (beside[2] + beside[3])
}

// simulate plays it so many times.
func (l *Look) simulate(times int, dice *rand.Rand) {
	c := veterans(l.Nodes-l.Own, l.Own)
	var blocks tally
	for range times {
		n := 1
		for own := 0; ; n++ {
			if _, own = c.trio(dice); own >= 2 {
				break
			}
		}
		blocks.add(float64(n))
	}
	l.Played = blocks.estimate()
}
