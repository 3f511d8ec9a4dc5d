package consensus

// Lazy is a pair of a trio that has the arguments, signs that it has not, and
// is paid for trying. Amounts are CNX for each of the pair.
type Lazy struct {
	Units int `json:"units"`
	// Honest is the mean pay of work, Last that of a last place.
	Honest float64 `json:"honest_cnx"`
	Last   float64 `json:"last_place_cnx"`
	// NoArgs is the pay of the lie. It takes ArgumentSeconds, and no score.
	NoArgs float64 `json:"no_args_cnx"`
	// Fraud is the pay of each of an own pair that lies about the result.
	Fraud float64 `json:"fraud_cnx"`
	// BreakEvenCompute is what computing must cost for the lie to pay, for each
	// task, where tasks are scarce.
	BreakEvenCompute float64 `json:"break_even_compute_cnx"`
	// HourRatio is the lie's pay in an hour over work's, where tasks are not
	// scarce and a unit takes as long as the first one.
	HourRatio float64 `json:"pay_of_time_ratio"`
	// BreakEvenCut is the cut from which the lie pays even if computing is free.
	BreakEvenCut float64 `json:"break_even_cut"`
}

// Lazy is the closed form for tasks of so many units at the same fee for the
// second of T.
func (r Rules) Lazy(units int) Lazy {
	before := r.Duration()
	r.FastSeconds *= float64(units) / float64(r.Units)
	r.Units = units
	r.Fee *= r.Duration() / before
	each := r.OverheadPart() / 3
	return Lazy{
		Units: units, Honest: r.MeanShare(), Last: r.Share(2), NoArgs: each, Fraud: r.FraudPay(2) / 2,
		BreakEvenCompute: r.MeanShare() - each,
		HourRatio:        each / r.ArgumentSeconds * r.FastSeconds / r.MeanShare(),
		BreakEvenCut:     1 - r.Overhead/r.Duration(),
	}
}
