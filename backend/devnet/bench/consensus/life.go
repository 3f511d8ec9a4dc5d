package consensus

import (
	"cmp"
	"math"
	"slices"
)

// Rates is what an own node has of attack B in the long run, time away after
// being kicked out included.
type Rates struct {
	WinsPerNodeDay   float64 `json:"wins_per_node_day"`
	FraudsPerNodeDay float64 `json:"frauds_per_node_day"`
	DrawsPerNodeDay  float64 `json:"draws_per_node_day"`
	KicksPerNodeDay  float64 `json:"kicks_per_node_day"`
	IncomePerNodeDay float64 `json:"income_cnx_node_day"`
	// Annual is the simple return of a year on the stake.
	Annual float64 `json:"annual_return"`
	// OfHonest is the income, seen against an honest node's in the same time.
	OfHonest float64 `json:"of_honest_income"`
}

// Rates is the closed form of attack B: the long run of a chain whose states
// are a node's last two scores. It takes the own nodes of the class as always
// there, which flatters the attacker: those that are away are no partners.
func (r Rules) Rates(c Class, policy Policy) Rates {
	outcomes := r.outcomes(c, policy)
	chain := r.newChain(outcomes)
	kicks := 0.0
	for state, p := range chain.stationary() {
		for _, o := range outcomes {
			if r.kicked([3]int{chain.states[state][0], chain.states[state][1], o.score}) {
				kicks += p * o.chance
			}
		}
	}
	var sum outcome
	for _, o := range outcomes {
		sum.seconds += o.chance * o.seconds
		sum.win += o.chance * o.win
		sum.fraud += o.chance * o.fraud
		sum.pay += o.chance * o.pay
	}
	perDay := secondsPerDay / (sum.seconds + kicks*r.Away())
	income := sum.pay * perDay
	return Rates{
		WinsPerNodeDay: sum.win * perDay, FraudsPerNodeDay: sum.fraud * perDay,
		DrawsPerNodeDay: perDay, KicksPerNodeDay: kicks * perDay, IncomePerNodeDay: income,
		Annual: daysPerYear * income / r.Stake, OfHonest: income / r.HonestPerDay(),
	}
}

// chain moves between pairs of a node's last two scores, the older first. The
// first state is a newcomer's. A kick-out leads back to it: the last three
// scores start anew (Node.sol _keepScore).
type chain struct {
	states [][2]int
	move   [][]float64
}

func (r Rules) newChain(outcomes []outcome) chain {
	c := chain{states: [][2]int{{bestScore, bestScore}}}
	for from := 0; from < len(c.states); from++ {
		here := c.states[from]
		row := make([]float64, len(c.states))
		for _, o := range outcomes {
			if o.chance == 0 {
				continue
			}
			next := [2]int{here[1], o.score}
			if r.kicked([3]int{here[0], here[1], o.score}) {
				next = c.states[0]
			}
			to := slices.Index(c.states, next)
			if to < 0 {
				to = len(c.states)
				c.states = append(c.states, next)
			}
			for len(row) < len(c.states) {
				row = append(row, 0)
			}
			row[to] += o.chance
		}
		c.move = append(c.move, row)
	}
	return c
}

// stationary is the part of all draws that start in each state, in the long run.
func (c chain) stationary() []float64 {
	n := len(c.states)
	// π(P−1) = 0, with one equation given up for Σπ = 1.
	m := make([][]float64, n)
	for to := range n {
		m[to] = make([]float64, n+1)
		for from := range n {
			if to < len(c.move[from]) {
				m[to][from] = c.move[from][to]
			}
		}
		m[to][to]--
	}
	for from := range n {
		m[0][from] = 1
	}
	m[0][n] = 1
	return solve(m)
}

// solve eliminates a system whose last column is the right side.
func solve(m [][]float64) []float64 {
	n := len(m)
	for k := range n {
		pivot := k
		for i := k + 1; i < n; i++ {
			if cmp.Compare(math.Abs(m[i][k]), math.Abs(m[pivot][k])) > 0 {
				pivot = i
			}
		}
		m[k], m[pivot] = m[pivot], m[k]
		for i := range n {
			if i == k {
				continue
			}
			f := m[i][k] / m[k][k]
			for j := k; j <= n; j++ {
				m[i][j] -= f * m[k][j]
			}
		}
	}
	x := make([]float64, n)
	for k := range n {
		x[k] = m[k][n] / m[k][k]
	}
	return x
}
