package consensus

import "math"

// Creator is what a task with so many own nodes in its trio brings its creator,
// who owns them: fee, pay of own nodes and stakes, in CNX. It sends the closing
// transaction itself, so that the settle reward comes back; gas is not counted.
// Its nodes know the task beforehand and come first.
type Creator struct {
	Own int `json:"own"`
	// Work: the task runs as it should.
	Work float64 `json:"work_cnx"`
	// Withhold: the creator sends no arguments, and the task ends as NoArguments.
	Withhold float64 `json:"withhold_cnx"`
	// Lie: own nodes agree on something else than the honest ones.
	Lie float64 `json:"lie_cnx"`
	// Harm is what a lie costs honest nodes.
	Harm float64 `json:"lie_harm_cnx"`
}

// Creator computes the balance of each way.
func (r Rules) Creator(own int) Creator {
	c := Creator{Own: own}
	c.Work = -r.net() + r.FraudPay(own)
	c.Withhold = -r.OverheadPart() * float64(3-own) / 3
	thirds := r.net() * float64(r.Scores[2]) / allShares
	switch own {
	case 1:
		c.Lie = -r.net() + thirds - r.Stake
	case 2:
		c.Lie = -r.net() + r.FraudPay(2) + thirds
		c.Harm = r.Stake
	default:
		c.Lie = c.Work
	}
	return c
}

// cheapest are the rules with the task that costs its creator least when it
// comes to nothing: the least fee, for the most work, of which the overhead is
// the smallest part.
func (r Rules) cheapest() Rules {
	r.Fee, r.Units = r.MinFee, r.MaxUnits
	return r
}

// Grief is a creator with nodes in a class that wants honest ones slashed. It
// gains nothing by it but their places.
type Grief struct {
	// Chance that exactly two of a trio are own, and Tasks until they are.
	Chance float64 `json:"chance"`
	Tasks  float64 `json:"tasks_per_slash"`
	// Cost of one slashed node, in CNX: with tasks of the usual size; with the
	// cheapest; and with those if a withheld task cost the least fee.
	Cost      float64 `json:"cost_cnx"`
	Cheapest  float64 `json:"cheapest_cnx"`
	WithFloor float64 `json:"cheapest_with_floor_cnx"`
}

// Grief is the closed form.
func (r Rules) Grief(c Class) Grief {
	seats := c.Seats()
	return Grief{
		Chance: seats[2], Tasks: 1 / seats[2],
		Cost:      r.griefCost(seats, 0),
		Cheapest:  r.cheapest().griefCost(seats, 0),
		WithFloor: r.cheapest().griefCost(seats, r.MinFee),
	}
}

// griefCost takes the best way out of every task that can't slash, and floor as
// the least that withholding costs.
func (r Rules) griefCost(seats [4]float64, floor float64) float64 {
	cost := -seats[2] * r.Creator(2).Lie
	for own, p := range seats {
		if own != 2 {
			cost += p * r.missCost(own, floor)
		}
	}
	return cost / seats[2]
}

func (r Rules) missCost(own int, floor float64) float64 {
	c := r.Creator(own)
	return min(-c.Work, max(-c.Withhold, floor))
}

// The class that farming is reckoned for where honest nodes share it.
const farmHonest, farmOwn = 90, 10

// Farm is a creator that pays itself to raise the scores of its nodes.
type Farm struct {
	Cut float64 `json:"cut"`
	// OwnTrio is the cost of one task whose whole trio is own, in CNX.
	OwnTrio float64 `json:"own_trio_cnx_task"`
	// Shared is the cost of one score in a class shared with honest nodes.
	Shared float64 `json:"shared_class_cnx_score"`
	// Tasks until one favoured newcomer's mean is a veteran's, and their cost
	// with own trios.
	Tasks int     `json:"tasks_to_veteran"`
	Cost  float64 `json:"cost_to_veteran_cnx"`
	// Best is how much oftener the best mean is drawn than an honest veteran's;
	// Newcomer, how much oftener than a newcomer's.
	Best     float64 `json:"best_over_veteran"`
	Newcomer float64 `json:"best_over_newcomer"`
}

// Farm is the closed form for tasks of the least fee under the cut.
func (r Rules) Farm(c Class, cut float64) Farm {
	r.Fee, r.Cut = r.MinFee, cut
	seats := c.Seats()
	cost := 0.0
	for own, p := range seats {
		cost -= p * r.Creator(own).Work
	}
	best := float64(r.Scores[0])
	// mean after n tasks is best·(1−(1−1/Memory)^n)
	tasks := math.Ceil(math.Log(1-r.veteran()/best) / math.Log(1-1/r.Memory))
	own := -r.Creator(3).Work
	return Farm{
		Cut: cut, OwnTrio: own, Shared: cost / ownDrawn(seats),
		Tasks: int(tasks), Cost: own * tasks,
		Best:     r.Weight(best) / r.Weight(r.veteran()),
		Newcomer: r.Weight(best) / r.Weight(0),
	}
}
