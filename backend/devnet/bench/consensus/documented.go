package consensus

import (
	"fmt"
	"math"
	"strconv"
)

const (
	secondsPerDay = 86400
	daysPerYear   = 365
)

// Documented holds what the formulas of Helium's documents need. They know
// neither classes nor kick-out, and take every task that an own node is not the
// majority of as a loss (attack A) or a wait (attack B).
type Documented struct {
	// Gain is k: what one own node has of one success, in CNX.
	Gain float64 `json:"gain_cnx"`
	// Stake is s_t, what a node stakes beside its break-even stake, in CNX.
	Stake float64 `json:"stake_cnx"`
	// Fast and Timeout are the seconds of a task in which all cooperate, and of
	// one that is waited out.
	Fast    float64 `json:"fast_s"`
	Timeout float64 `json:"timeout_s"`
}

// HeliumConstants are the documents' times, with a third of the fee as gain.
func HeliumConstants(fee, stake float64) Documented {
	return Documented{Gain: fee / 3, Stake: stake, Fast: 60, Timeout: 300}
}

// HeliumExample are the documents' own numbers. Their table takes a third of the
// price of 3 CNX as gain, though its head says 3.
func HeliumExample() Documented { return HeliumConstants(3, 5000) }

// Printed is a row of the documents' table.
type Printed struct {
	Honest int `json:"honest"`
	Own    int `json:"own"`
	// Stake of all own nodes in CNX, and APR in percent, as printed.
	Stake string `json:"stake_cnx"`
	APR   string `json:"apr_percent"`
}

// documentsTable is network-protocol.md §2.8.
func documentsTable() []Printed {
	return []Printed{
		{7, 3, "15000.67", "451.67"},
		{70, 3, "15000.01", "7.15"},
		{700, 30, "150000.14", "10.09"},
		{7000, 30, "150000.00", "0.11"},
		{9970, 30, "150000.00", "0.05"},
		{9900, 100, "500000.03", "0.62"},
		{9700, 300, "1500000.80", "5.56"},
		{9500, 500, "2500003.65", "15.30"},
	}
}

// MajorityProbability is p(h,d): the chance that at least two of three nodes
// drawn alike from honest+own are own.
func MajorityProbability(honest, own int) float64 {
	h, d := float64(honest), float64(own)
	all := (h + d) * (h + d - 1) * (h + d - 2) / 6
	if all <= 0 {
		return 0
	}
	return (d*(d-1)/2*h + d*(d-1)*(d-2)/6) / all
}

// BreakEvenStake is s = p·k/(1−p): at this stake, attack A gains nothing.
func BreakEvenStake(p, gain float64) float64 { return p * gain / (1 - p) }

// WaitReturn is what the documents say that attack B brings.
type WaitReturn struct {
	// WinsPerNodeDay is n_m.
	WinsPerNodeDay float64 `json:"wins_per_node_day"`
	// Income is a day's, Capital what it takes, both in CNX for all own nodes.
	Income  float64 `json:"income_cnx_day"`
	Capital float64 `json:"capital_cnx"`
	// Annual is the simple return of a year: 1 is 100 %.
	Annual float64 `json:"annual_return"`
}

// Wait is the documents' timeout attack: wait out whenever fewer than two of
// the trio are own.
func (c Documented) Wait(honest, own int) WaitReturn {
	return c.wait(MajorityProbability(honest, own), honest, own)
}

// WaitOfOwn is the same with the chance of the tasks that an own node is in, in
// place of that of all tasks: a node's day is made of the former.
func (c Documented) WaitOfOwn(honest, own int) WaitReturn {
	beside := evenClass(honest, own).Beside()
	return c.wait(beside[2]+beside[3], honest, own)
}

func (c Documented) wait(win float64, honest, own int) WaitReturn {
	p := MajorityProbability(honest, own)
	wins := secondsPerDay * win / (c.Fast*win + c.Timeout*(1-win))
	income := wins * c.Gain * float64(own)
	capital := (BreakEvenStake(p, c.Gain) + c.Stake) * float64(own)
	return WaitReturn{wins, income, capital, daysPerYear * income / capital}
}

// FakeAnnual is the return of a year of attack A, by the documents' expected
// gain of a task, for a node that is in tasks all day. It is never below −1: who
// has lost the stake stops.
func (c Documented) FakeAnnual(honest, own int) float64 {
	p := MajorityProbability(honest, own)
	perTask := p*c.Gain - (1-p)*c.Stake
	return max(-1, daysPerYear*secondsPerDay/c.Fast*perTask/c.Stake)
}

// DocumentsRow is a row of the documents' table, and the same nodes under our
// rules.
type DocumentsRow struct {
	Printed Printed `json:"printed"`
	// Formula is what the formula gives for their numbers, Tripled with the whole
	// price as gain, as the table's head has it.
	Formula WaitReturn `json:"formula"`
	Tripled float64    `json:"annual_with_price_as_gain"`
	// WithOurs is the formula with our stake, fee and times.
	WithOurs float64 `json:"annual_with_our_numbers"`
	// Silent and Fault are what our rules leave of it.
	Silent Rates `json:"silent"`
	Fault  Rates `json:"fault"`
}

// same says that the formula gives what is printed: the APR to its last digit,
// and the stake to a cent, by which the documents round otherwise.
func (row DocumentsRow) same() bool {
	stake, err := strconv.ParseFloat(row.Printed.Stake, 64)
	return err == nil && math.Abs(row.Formula.Capital-stake) < 0.0101 &&
		fmt.Sprintf("%.2f", 100*row.Formula.Annual) == row.Printed.APR
}

func (r Rules) documentsRows() []DocumentsRow {
	example := HeliumExample()
	tripled := example
	tripled.Gain *= 3
	ours := Documented{Gain: r.net() / 3, Stake: r.Stake, Fast: r.FastSeconds, Timeout: r.Timeout()}
	var rows []DocumentsRow
	for _, p := range documentsTable() {
		rows = append(rows, DocumentsRow{
			Printed: p, Formula: example.Wait(p.Honest, p.Own), Tripled: tripled.Wait(p.Honest, p.Own).Annual,
			WithOurs: ours.Wait(p.Honest, p.Own).Annual,
			Silent:   r.Rates(r.class(p.Honest, p.Own, Silent), Silent),
			Fault:    r.Rates(r.class(p.Honest, p.Own, Fault), Fault),
		})
	}
	return rows
}
