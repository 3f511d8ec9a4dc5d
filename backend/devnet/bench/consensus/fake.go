package consensus

// Fake is attack A under our rules: every own node always lies, and own nodes
// tell the same lie. Alone, it deviates and is slashed.
type Fake struct {
	// Success and Caught are chances for each task of the class.
	Success float64 `json:"success"`
	Caught  float64 `json:"caught"`
	// PerTask is the expected gain of each task of the class, in CNX.
	PerTask float64 `json:"gain_cnx_task"`
	// BreakEven is the stake at which PerTask is 0.
	BreakEven float64 `json:"break_even_stake_cnx"`
	// BreakEvenValue is what a fraud must be worth outside for PerTask to be 0.
	BreakEvenValue float64 `json:"break_even_value_cnx"`
	// Annual is the simple return of a year on the stakes, not below −1.
	Annual float64 `json:"annual_return"`
	// Harm is what honest nodes lose to the pool for each task, in CNX.
	Harm float64 `json:"harm_cnx_task"`
}

// Fake is the closed form. The class must hold at least two honest and two own
// nodes.
func (r Rules) Fake(c Class) Fake {
	seats := c.Seats()
	pay := seats[2]*r.FraudPay(2) + seats[3]*r.FraudPay(3)
	f := Fake{Success: seats[2] + seats[3], Caught: seats[1], Harm: seats[2] * r.Stake}
	gain := pay + f.Success*r.Value
	f.PerTask = gain - f.Caught*r.Stake
	f.BreakEven = gain / f.Caught
	f.BreakEvenValue = max(0, (f.Caught*r.Stake-pay)/f.Success)

	draws := secondsPerDay / (r.FastSeconds + r.IdleSeconds)
	f.Annual = max(-1, daysPerYear*draws*f.PerTask/ownDrawn(seats)/r.Stake)
	return f
}

// newcomers is the class as attack A finds it once its first nodes are slashed:
// own nodes start again with a mean of 0.
func newcomers(honest, own int) Class {
	return Class{Honest: honest, Own: own, HonestWeight: weight(veteran()), OwnWeight: weight(0)}
}

// veterans is the class with own nodes that have worked honestly for long.
func veterans(honest, own int) Class {
	c := newcomers(honest, own)
	c.OwnWeight = c.HonestWeight
	return c
}
