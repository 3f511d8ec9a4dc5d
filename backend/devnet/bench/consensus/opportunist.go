package consensus

import "math"

// unbounded stands for "no amount is enough": JSON has no infinity.
const unbounded = math.MaxFloat64

// Opportunist is an attacker with GPUs that works honestly unless it holds the
// majority of a trio, which it knows from its own nodes. No stake is at risk:
// what limits it is the chance of a majority alone.
type Opportunist struct {
	// Success is the chance of a fraud for each task of the class.
	Success float64 `json:"success"`
	// GainPerFraud is what a fraud brings beyond honest work, in CNX, for all
	// its seats together. Computing that is saved is not counted.
	GainPerFraud   float64 `json:"gain_cnx_fraud"`
	FraudsPerDay   float64 `json:"frauds_per_class_day"`
	FraudsPerNode  float64 `json:"frauds_per_node_day"`
	BreakEvenValue float64 `json:"break_even_value_cnx"`
	// AppealValue is what a fraud must be worth outside if a slashed third can
	// have the task judged again by a fresh trio, whose word slashes the first
	// two; not a rule yet.
	AppealValue float64 `json:"break_even_value_with_appeal_cnx"`
}

// Opportunist is the closed form for a class whose nodes are in tasks all day.
func (r Rules) Opportunist(c Class) Opportunist {
	seats := c.Seats()
	success := seats[2] + seats[3]
	two := r.FraudPay(2) - 2*r.MeanShare()
	perDay := float64(c.Nodes()) / 3 * secondsPerDay / (r.FastSeconds + r.IdleSeconds) * success
	return Opportunist{
		Success:        success,
		GainPerFraud:   seats[2]/success*two + r.Value,
		FraudsPerDay:   perDay,
		FraudsPerNode:  perDay / float64(c.Own),
		BreakEvenValue: max(0, -seats[2]/success*two),
		AppealValue:    r.appealValue(c),
	}
}

// appealValue solves for the value at which two frauds in a row are worth the
// two stakes that a lost appeal costs. A third that is own does not appeal.
func (r Rules) appealValue(c Class) float64 {
	seats := c.Seats()
	second := c.without(1, 2)
	again := 0.0
	if second.Own >= 2 {
		s := second.Seats()
		again = s[2] + s[3]
	}
	lost := seats[2] * ((1-again)*2*r.Stake - again*(r.FraudPay(2)-2*r.MeanShare()))
	kept := seats[2]*again + seats[3]
	if kept == 0 {
		return unbounded
	}
	return max(0, lost/kept)
}
