package consensus

import "slices"

// PoolRow is a draw from few free nodes, of which the own ones came back on
// purpose. The size of the class does not matter.
type PoolRow struct {
	// Needed is how many must be free for a draw.
	Needed     int     `json:"needed"`
	FreeHonest int     `json:"free_honest"`
	Own        int     `json:"own"`
	Success    float64 `json:"success"`
}

// pools are draws that an attacker can time in a class with tasks waiting: as
// few honest nodes are free as leave no draw without its own, or as many.
func (r Rules) pools() []PoolRow {
	var rows []PoolRow
	for _, needed := range []int{3, r.Candidates} {
		for _, own := range []int{2, 3, 6} {
			least, most := max(0, needed-own), needed-1
			for _, honest := range slices.Compact([]int{least, most}) {
				s := evenClass(honest, own).Seats()
				rows = append(rows, PoolRow{needed, honest, own, s[2] + s[3]})
			}
		}
	}
	return rows
}

// HoldersRow is a task that names a model which few hold.
type HoldersRow struct {
	Nodes   int     `json:"nodes"`
	Own     int     `json:"own"`
	Holders int     `json:"honest_holders"`
	Success float64 `json:"success"`
	// Over is Success over that of a task whose model all hold.
	Over float64 `json:"over_all_hold"`
}

func (r Rules) holdersRows() []HoldersRow {
	var rows []HoldersRow
	for _, n := range []int{100, 1000} {
		own := 3
		all := r.Preferred(n-own, own, n-own)
		for _, holders := range slices.Compact([]int{n - own, n / 10, 10, 0}) {
			p := r.Preferred(n-own, own, holders)
			rows = append(rows, HoldersRow{n, own, holders, p, p / all})
		}
	}
	return rows
}

// RedrawRow is a task that honest nodes decline, each with that chance.
type RedrawRow struct {
	Nodes    int     `json:"nodes"`
	Own      int     `json:"own"`
	Declines float64 `json:"honest_decline"`
	Success  float64 `json:"success"`
	// Over is Success over that of a task that nobody declines.
	Over float64 `json:"over_none_decline"`
}

func redrawRows() []RedrawRow {
	var rows []RedrawRow
	for _, n := range []int{10, 100, 1000} {
		c := evenClass(n-3, 3)
		for _, declines := range []float64{0.1, 0.5, 1} {
			p := c.Redrawn(declines)
			rows = append(rows, RedrawRow{n, c.Own, declines, p, p / c.Redrawn(0)})
		}
	}
	return rows
}

// MarketRow is a class at work with an attacker in it.
type MarketRow struct {
	Nodes  int     `json:"nodes"`
	Own    int     `json:"own"`
	Policy Policy  `json:"policy"`
	Lurk   bool    `json:"lurk"`
	Load   float64 `json:"load"`
	// Expected is the documents' p.
	Expected float64 `json:"documented_success"`
	// Result with the dispatch clock as the interface words it, and Fixed with
	// one that starts again whenever a node is drawn or set free.
	Result MarketResult `json:"since_queued"`
	Fixed  MarketResult `json:"since_change"`
}

// name of what own nodes do.
func (row MarketRow) name() string { return policyName(row.Policy, row.Lurk) }

func policyName(policy Policy, lurk bool) string {
	if lurk {
		return policy.String() + ", lurking"
	}
	return policy.String()
}

func (o Options) marketRows() []MarketRow {
	var rows []MarketRow
	for _, c := range o.Markets {
		add := func(load float64, policy Policy, lurk bool) {
			rows = append(rows, MarketRow{
				Nodes: c.Nodes, Own: c.Own, Policy: policy, Lurk: lurk, Load: load,
				Expected: MajorityProbability(c.Nodes-c.Own, c.Own),
			})
		}
		for policy := Work; policy <= Decline; policy++ {
			add(1, policy, false)
		}
		// With nobody waiting there would be nothing to lurk for.
		add(1, Fault, true)
		add(1, Decline, true)
		if c.Nodes == 100 { // one size shows what less demand changes
			add(0.5, Work, false)
			add(0.5, Decline, false)
		}
	}
	return rows
}

func (row *MarketRow) simulate(report *Report, i uint64) {
	m := Market{Rules: report.Rules, Nodes: row.Nodes, Own: row.Own, Policy: row.Policy, Lurk: row.Lurk, Load: row.Load}
	row.Fixed = m.Run(report.Tasks, Dice(report.Seed, marketStream+2*i))
	m.SinceQueued = true
	row.Result = m.Run(report.Tasks, Dice(report.Seed, marketStream+2*i+1))
}

// RemedyRow is an attack under one change of the rules, in a class with tasks
// always waiting.
type RemedyRow struct {
	Remedy string `json:"remedy"`
	Policy Policy `json:"policy"`
	Lurk   bool   `json:"lurk"`
	Nodes  int    `json:"nodes"`
	Own    int    `json:"own"`
	// Rates by the closed form; it does not know who lurks.
	Rates  *Rates       `json:"rates,omitempty"`
	Market MarketResult `json:"market"`

	rules Rules
}

// remedyRows are changes that could keep declines from being a free way out,
// and own nodes from choosing the moment of a draw.
func (o Options) remedyRows() []RemedyRow {
	var rows []RemedyRow
	for _, c := range o.Remedies {
		add := func(name string, policy Policy, lurk bool, change func(*Rules)) {
			r := o.Rules
			change(&r)
			row := RemedyRow{Remedy: name, Policy: policy, Lurk: lurk, Nodes: c.Nodes, Own: c.Own, rules: r}
			if !lurk {
				rates := r.Rates(r.class(c.Nodes-c.Own, c.Own, policy), policy)
				row.Rates = &rates
			}
			rows = append(rows, row)
		}
		asIs := func(*Rules) {}
		tenth := func(r *Rules) { r.Candidates = max(r.Candidates, c.Nodes/10) }
		add("as it is", Decline, false, asIs)
		add("a decline scores 6", Decline, false, func(r *Rules) { r.DeclineScore = 6 })
		add("a decline scores 0", Decline, false, func(r *Rules) { r.DeclineScore = 0 })
		add("not drawn for silence's time after a decline", Decline, false, func(r *Rules) { r.DeclineCooldown = r.Timeout() })
		add("no decline by who says it holds the model", Fault, false, asIs)
		add("as it is", Decline, true, asIs)
		add("a tenth of the class must be free", Decline, true, tenth)
		add("no decline by who says it holds the model", Fault, true, asIs)
		add("both", Fault, true, tenth)
	}
	return rows
}

func (row *RemedyRow) simulate(report *Report, i uint64) {
	m := Market{Rules: row.rules, Nodes: row.Nodes, Own: row.Own, Policy: row.Policy, Lurk: row.Lurk, Load: 1}
	row.Market = m.Run(report.Tasks, Dice(report.Seed, remedyStream+i))
}
