package consensus

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Estimate is a mean that was simulated, and its standard error.
type Estimate struct {
	Mean  float64 `json:"mean"`
	Error float64 `json:"standard_error"`
}

// Off is by how many standard errors the estimate misses a value.
func (e Estimate) Off(want float64) float64 {
	if e.Mean == want {
		return 0
	}
	return math.Abs(e.Mean-want) / e.Error
}

// Dice are repeatable: every simulation has a stream of its own, so that none
// changes with what ran before it.
func Dice(seed, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, stream)) }

// tally sums one quantity.
type tally struct{ n, sum, squares float64 }

func (t *tally) add(x float64) {
	t.n++
	t.sum += x
	t.squares += x * x
}

func (t *tally) estimate() Estimate {
	mean := t.sum / t.n
	variance := max(0, t.squares/t.n-mean*mean)
	return Estimate{mean, math.Sqrt(variance / (t.n - 1))}
}

// ratio estimates Σy/Σx from batches, which need only be independent.
type ratio struct{ n, x, y, xx, yy, xy float64 }

func (r *ratio) add(x, y float64) {
	r.n++
	r.x += x
	r.y += y
	r.xx += x * x
	r.yy += y * y
	r.xy += x * y
}

func (r *ratio) estimate() Estimate {
	if r.x == 0 {
		return Estimate{}
	}
	q := r.y / r.x
	spread := max(0, r.yy-2*q*r.xy+q*q*r.xx)
	return Estimate{q, math.Sqrt(spread*r.n/(r.n-1)) / r.x}
}

// draw takes nodes 0..n−1 of the class as the contract does: at random, and
// again if the dice refuse one for its weight, it is taken, or others may hold the
// model. Own nodes are the first ones, then those that lack it.
func (c Class) draw(taken []int, dice *rand.Rand) int {
	most := max(c.HonestWeight, c.OwnWeight)
	passes := modelTries
	for {
		node := dice.IntN(c.Nodes())
		w, lacks := c.HonestWeight, node < c.Own+c.Lacking
		if node < c.Own {
			w, lacks = c.OwnWeight, c.OwnLack
		}
		if slices.Contains(taken, node) || w < most && dice.Float64()*most >= w {
			continue
		}
		if lacks && passes > 0 {
			passes--
			continue
		}
		return node
	}
}

// trio draws three nodes and counts the own ones.
func (c Class) trio(dice *rand.Rand) (nodes [3]int, own int) {
	for i := range nodes {
		nodes[i] = c.draw(nodes[:i], dice)
		if nodes[i] < c.Own {
			own++
		}
	}
	return nodes, own
}

// FakeEstimate is what a simulation of attack A found.
type FakeEstimate struct {
	Success Estimate `json:"success"`
	PerTask Estimate `json:"gain_cnx_task"`
}

// SimulateFake plays attack A for so many tasks, with slashed nodes replaced at
// once.
func (r Rules) SimulateFake(c Class, tasks int, dice *rand.Rand) FakeEstimate {
	var success, gain tally
	for range tasks {
		won, pay := 0.0, 0.0
		switch _, own := c.trio(dice); own {
		case 0:
		case 1:
			pay = -r.Stake
		default:
			won = 1
			pay = r.Value
			for place := range own {
				pay += r.net() * (1 - r.Cut) * float64(score(place)) / allShares
			}
		}
		success.add(won)
		gain.add(pay)
	}
	return FakeEstimate{success.estimate(), gain.estimate()}
}

// batches of a simulation, for its standard errors.
const batches = 50

// SimulateRates plays attack B for so many tasks of the class and estimates the
// wins of an own node in a day. Own nodes keep their own scores, are kicked out
// and pay with the time that they are away; they are replaced at once, as the
// closed form has it.
func (r Rules) SimulateRates(c Class, policy Policy, tasks int, dice *rand.Rand) Estimate {
	recent := make([][3]int, c.Own)
	clean := [3]int{bestScore, bestScore, bestScore}
	for i := range recent {
		recent[i] = clean
	}
	var wins ratio
	for range batches {
		days, won := 0.0, 0.0
		for range max(1, tasks/batches) {
			for _, end := range r.playTask(c, policy, dice) {
				h := &recent[end.node]
				h[0], h[1], h[2] = h[1], h[2], end.score
				days += end.seconds / secondsPerDay
				won += end.won
				if h[0]+h[1]+h[2] <= r.KickOutScore {
					*h = clean
					days += r.Away() / secondsPerDay
				}
			}
		}
		wins.add(days, won)
	}
	return wins.estimate()
}

// end of a task for one own node.
type end struct {
	node, score  int
	seconds, won float64
}

func (r Rules) playTask(c Class, policy Policy, dice *rand.Rand) []end {
	nodes, own := c.trio(dice)
	var mine []int
	for _, n := range nodes {
		if n < c.Own {
			mine = append(mine, n)
		}
	}
	if own == 0 {
		return nil
	}
	if own >= 2 {
		ends := make([]end, own)
		for place, at := range dice.Perm(own) {
			ends[place] = end{mine[at], score(place), r.FastSeconds + r.IdleSeconds, 1}
		}
		return ends
	}
	node := mine[0]
	switch policy {
	case Silent:
		return []end{{node, 0, r.Timeout() + r.IdleSeconds, 0}}
	case Fault:
		return []end{{node, 0, r.FastSeconds + r.IdleSeconds, 0}}
	case Work:
		return []end{{node, score(dice.IntN(3)), r.FastSeconds + r.IdleSeconds, 0}}
	}
	ends := []end{{node, r.DeclineScore, r.DeclineSeconds + r.IdleSeconds, 0}}
	if fresh := c.draw(nodes[:], dice); fresh < c.Own {
		ends = append(ends, end{fresh, 0, r.FastSeconds + r.IdleSeconds, 0})
	}
	return ends
}
