package consensus

// Creator is what a task with so many own nodes in its trio brings its creator,
// who owns them: fee, pay of own nodes and stakes, in CNX. The task is drawn at
// once and the creator sends the transaction that ends it, so that the reward
// comes back; gas is not counted. Its nodes know the task beforehand and come
// first.
type Creator struct {
	Own int `json:"own"`
	// Work: the task runs as it should.
	Work float64 `json:"work_cnx"`
	// Withhold: the creator sends no arguments; all three say so.
	Withhold float64 `json:"withhold_cnx"`
	// Faulty: the arguments are at fault; all three say so.
	Faulty float64 `json:"faulty_cnx"`
	// Lie: own nodes agree on another result than the honest ones.
	Lie float64 `json:"lie_cnx"`
	// Deny: own nodes say that good arguments are at fault.
	Deny float64 `json:"deny_cnx"`
	// Harm is what a lie or a denial costs honest nodes.
	Harm float64 `json:"harm_cnx"`
}

// Creator computes the balance of each way (Verdicts.sol, Clerk.sol
// _endWithoutArguments).
func (r Rules) Creator(own int) Creator {
	r = r.atOnce()
	ranked := 0 // of the three scores, those of own nodes
	for place := range own {
		ranked += score(place)
	}
	c := Creator{
		Own:      own,
		Work:     r.FraudPay(own) - r.net(),
		Withhold: -r.OverheadPart() * float64(trioSize-own) / trioSize,
		Faulty:   -r.OverheadPart() * float64(allShares-ranked) / allShares,
	}
	// What a third that deviates would have earned returns, less the cut.
	last := r.Share(trioSize - 1)
	switch own {
	case 1:
		c.Lie = last - r.net() - r.Stake
		c.Deny = c.Lie
	case 2:
		c.Lie = r.FraudPay(2) + last - r.net()
		c.Deny = 0 // own nodes are paid out of what would return, and no cut is taken
		c.Harm = r.Stake
	default:
		c.Lie, c.Deny = c.Work, c.Faulty
	}
	return c
}

// cheapest way out of a task that was drawn in vain.
func (c Creator) cheapest() float64 { return -max(c.Work, c.Withhold, c.Faulty) }

// smallest are the rules with the task that costs its creator least when it
// comes to nothing. Larger ones have larger least fees and overhead parts.
func (r Rules) smallest() Rules {
	r.Fee, r.Units = r.MinFee, 1
	return r
}

// Grief is a creator with nodes in a class that wants honest ones slashed. It
// gains nothing by it but their places.
type Grief struct {
	// Chance that exactly two of a trio are own, and Tasks until they are.
	Chance float64 `json:"chance"`
	Tasks  float64 `json:"tasks_per_slash"`
	// Cost of one slashed node, in CNX: with tasks of the usual size and with the
	// smallest.
	Cost     float64 `json:"cost_cnx"`
	Smallest float64 `json:"smallest_cnx"`
}

// Grief is the closed form.
func (r Rules) Grief(c Class) Grief {
	seats := c.Seats()
	return Grief{
		Chance: seats[2], Tasks: 1 / seats[2],
		Cost: r.griefCost(seats), Smallest: r.smallest().griefCost(seats),
	}
}

// griefCost takes the best way out of every task that can't slash.
func (r Rules) griefCost(seats [4]float64) float64 {
	two := r.Creator(2)
	cost := -seats[2] * max(two.Lie, two.Deny)
	for own, p := range seats {
		if own != 2 {
			cost += p * r.Creator(own).cheapest()
		}
	}
	return cost / seats[2]
}
