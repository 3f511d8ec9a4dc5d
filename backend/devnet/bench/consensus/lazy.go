package consensus

// Lazy is an own pair of a trio that has the arguments and does not want to
// compute. Amounts are CNX for each of the pair.
type Lazy struct {
	Units int `json:"units"`
	// Honest is the mean pay of work, Last that of a last place.
	Honest float64 `json:"honest_cnx"`
	Last   float64 `json:"last_place_cnx"`
	// NoArgs is the pay of saying that there are no arguments: a third of the
	// overhead part (Clerk.sol _endWithoutArguments). It takes ArgumentSeconds,
	// and no score.
	NoArgs float64 `json:"no_args_cnx"`
	// Deny is the pay of saying that they are at fault (Verdicts.sol
	// _invalidArguments). It takes no time and no score, and slashes the third.
	Deny float64 `json:"deny_cnx"`
	// Fraud is the pay of lying about the result, which slashes the third too.
	Fraud float64 `json:"fraud_cnx"`
	// BreakEvenCompute is what computing must cost for NoArgs to pay, for each
	// task, where tasks are scarce.
	BreakEvenCompute float64 `json:"break_even_compute_cnx"`
	// HourRatio is NoArgs' pay in an hour over work's, where tasks are not scarce
	// and a unit takes as long as the first one.
	HourRatio float64 `json:"pay_of_time_ratio"`
	// BreakEvenCut is the cut from which NoArgs pays even if computing is free.
	BreakEvenCut float64 `json:"break_even_cut"`
}

// Lazy is the closed form for tasks of so many units at the same fee for the
// second of T.
func (r Rules) Lazy(units int) Lazy {
	r = r.sized(units)
	each := r.OverheadPart() / trioSize
	return Lazy{
		Units: units, Honest: r.MeanShare(), Last: r.Share(2), NoArgs: each,
		Deny: r.OverheadPart() * float64(score(0)+score(1)) / 2 / allShares, Fraud: r.FraudPay(2) / 2,
		BreakEvenCompute: r.MeanShare() - each,
		HourRatio:        each / r.ArgumentSeconds * r.FastSeconds / r.MeanShare(),
		BreakEvenCut:     1 - r.Overhead/r.Duration(),
	}
}
