package consensus

import "slices"

// ModelRow is a task that names a model which few honest nodes have announced.
type ModelRow struct {
	Nodes   int `json:"nodes"`
	Own     int `json:"own"`
	Holders int `json:"honest_holders"`
	// Claimed is the chance of a fraud when all own nodes claim the model, Declined
	// when every honest node without it declines too; Over is that over the chance
	// where all hold it.
	Claimed  float64 `json:"claimed"`
	Declined float64 `json:"claimed_others_decline"`
	Over     float64 `json:"over_all_hold"`
}

func modelRows() []ModelRow {
	var rows []ModelRow
	const own = 3
	for _, n := range []int{100, 1000} {
		honest := n - own
		for _, holders := range slices.Compact([]int{honest, n / 10, 0}) {
			c := veterans(honest, own)
			all := c.Majority()
			c.Lacking = honest - holders
			rows = append(rows, ModelRow{
				Nodes: n, Own: own, Holders: holders,
				Claimed: c.Majority(), Declined: c.Redrawn(), Over: c.Redrawn() / all,
			})
		}
	}
	return rows
}

// MarketRow is a class at work with an attacker in it.
type MarketRow struct {
	Nodes  int     `json:"nodes"`
	Own    int     `json:"own"`
	Policy Policy  `json:"policy"`
	Load   float64 `json:"load"`
	// Rule is what is changed of the rules, empty for ours.
	Rule string `json:"rule"`
	// Expected is the documents' p.
	Expected float64      `json:"documented_success"`
	Result   MarketResult `json:"market"`

	market Market
}

func (o Options) marketRows() []MarketRow {
	var rows []MarketRow
	for _, c := range o.Markets {
		add := func(load float64, policy Policy, rule string, change func(*Market)) {
			m := Market{Rules: o.Rules, Nodes: c.Nodes, Own: c.Own, Policy: policy, Load: load}
			change(&m)
			rows = append(rows, MarketRow{
				Nodes: c.Nodes, Own: c.Own, Policy: policy, Load: load, Rule: rule,
				Expected: MajorityProbability(c.Nodes-c.Own, c.Own), market: m,
			})
		}
		ours := func(*Market) {}
		for policy := Work; policy <= Decline; policy++ {
			add(1, policy, "", ours)
		}
		add(1, Decline, "nobody has the model", func(m *Market) { m.Lacking = m.Nodes - m.Own })
		if c.Nodes != 100 || c.Own != 10 {
			continue
		}
		// One class shows what less demand and other rules change.
		add(0.5, Work, "", ours)
		add(0.5, Decline, "", ours)
		add(1, Decline, "a decline scores 0", func(m *Market) { m.DeclineScore = 0 })
		add(1, Decline, "a decline rests as silence", func(m *Market) { m.Rest = m.Timeout() })
	}
	return rows
}

func (row *MarketRow) simulate(report *Report, i uint64) {
	row.Result = row.market.Run(report.Tasks, Dice(report.Seed, marketStream+i))
}

// looked are the shares of a class that a proposer's looking is reckoned for, in
// percent.
func looked() []int { return []int{5, 10, 20, 30, 40} }

// lookedNodes is the size of that class.
const lookedNodes = 100

func (r Rules) looks() []Look {
	var rows []Look
	for _, percent := range looked() {
		rows = append(rows, r.Look(lookedNodes, lookedNodes*percent/100))
	}
	return rows
}

func shuffles() []Shuffle {
	var rows []Shuffle
	for _, percent := range looked() {
		own := lookedNodes * percent / 100
		rows = append(rows, Shuffle{Nodes: lookedNodes, Own: own, Share: float64(percent) / 100})
	}
	return rows
}

// AttackRow is one attacker in one class.
type AttackRow struct {
	Nodes     int    `json:"nodes"`
	Own       int    `json:"own"`
	Attackers string `json:"attackers"`

	DocumentedSuccess   float64    `json:"documented_success"`
	DocumentedBreakEven float64    `json:"documented_break_even_stake_cnx"`
	DocumentedFake      float64    `json:"documented_fake_annual_return"`
	DocumentedWait      WaitReturn `json:"documented_wait"`
	// DocumentedWaitOfOwn counts an own node's tasks instead of all.
	DocumentedWaitOfOwn WaitReturn `json:"documented_wait_of_own"`

	// Veterans lie after long honest work, Newcomers from the first task on.
	Veterans  Fake         `json:"fake_veterans"`
	Newcomers Fake         `json:"fake_newcomers"`
	Simulated FakeEstimate `json:"fake_newcomers_simulated"`

	Silent          Rates       `json:"silent"`
	SilentSimulated Estimate    `json:"silent_wins_simulated"`
	Fault           Rates       `json:"fault"`
	FaultSimulated  Estimate    `json:"fault_wins_simulated"`
	Work            Opportunist `json:"opportunist"`
}

func (o Options) attackRows() []AttackRow {
	var rows []AttackRow
	for _, n := range o.Classes {
		seen := map[int]bool{}
		for _, a := range o.Attackers {
			own := a.In(n)
			if own < 2 || n-own < 3 || seen[own] {
				continue
			}
			seen[own] = true
			rows = append(rows, o.Rules.attackRow(n, own, a.String()))
		}
	}
	return rows
}

func (r Rules) attackRow(n, own int, attackers string) AttackRow {
	honest := n - own
	documented := HeliumConstants(r.Fee, r.Stake)
	p := MajorityProbability(honest, own)
	return AttackRow{
		Nodes: n, Own: own, Attackers: attackers,
		DocumentedSuccess:   p,
		DocumentedBreakEven: BreakEvenStake(p, documented.Gain),
		DocumentedFake:      documented.FakeAnnual(honest, own),
		DocumentedWait:      documented.Wait(honest, own),
		DocumentedWaitOfOwn: documented.WaitOfOwn(honest, own),
		Veterans:            r.Fake(veterans(honest, own)),
		Newcomers:           r.Fake(newcomers(honest, own)),
		Silent:              r.Rates(r.class(honest, own, Silent), Silent),
		Fault:               r.Rates(r.class(honest, own, Fault), Fault),
		Work:                r.Opportunist(veterans(honest, own)),
	}
}

func (row *AttackRow) simulate(report *Report, i uint64) {
	r, honest := report.Rules, row.Nodes-row.Own
	row.Simulated = r.SimulateFake(newcomers(honest, row.Own), report.Tasks, Dice(report.Seed, fakeStream+i))
	row.SilentSimulated = r.SimulateRates(r.class(honest, row.Own, Silent), Silent, report.Tasks, Dice(report.Seed, silentStream+i))
	row.FaultSimulated = r.SimulateRates(r.class(honest, row.Own, Fault), Fault, report.Tasks, Dice(report.Seed, faultStream+i))
}

// GriefRow is a creator that wants honest nodes slashed.
type GriefRow struct {
	Nodes int `json:"nodes"`
	Own   int `json:"own"`
	Grief
}

func (o Options) griefs() []GriefRow {
	var rows []GriefRow
	for _, n := range o.Classes {
		for _, own := range []int{3, n / 10, 3 * n / 10} {
			if own < 2 || len(rows) > 0 && rows[len(rows)-1].Nodes == n && rows[len(rows)-1].Own >= own {
				continue
			}
			rows = append(rows, GriefRow{n, own, o.Rules.Grief(veterans(n-own, own))})
		}
	}
	return rows
}

func (o Options) places() []Place {
	var places []Place
	for _, own := range []int{2, 3, 10, 30, 100} {
		places = append(places, o.Rules.Place(o.Classes, own))
	}
	return places
}

// SafeRow is from which class on an attacker earns less than elsewhere; 0 where
// no class is large enough.
type SafeRow struct {
	Attackers string `json:"attackers"`
	// Fake by our rules; Documented is the documents' attack B.
	Fake       int `json:"fake_loses"`
	Documented int `json:"documented_wait"`
	Silent     int `json:"silent"`
	Fault      int `json:"fault"`
	// Decline where nobody has announced the tasks' models.
	Decline  int `json:"decline_unknown_models"`
	Smallest int `json:"smallest_tried"`
}

// largestClass is how far the search for a safe size goes.
const largestClass = 1_000_000

func (o Options) safeRows(documented Documented) []SafeRow {
	r := o.Rules
	var rows []SafeRow
	for _, a := range o.Attackers {
		size := func(annual func(honest, own int) float64) int {
			size, _ := smallestSafe(a, r.MinClassNodes, func(honest, own int) bool { return annual(honest, own) < o.Elsewhere })
			return size
		}
		rates := func(policy Policy) int {
			return size(func(honest, own int) float64 { return r.Rates(r.class(honest, own, policy), policy).Annual })
		}
		rows = append(rows, SafeRow{
			Attackers:  a.String(),
			Fake:       size(func(honest, own int) float64 { return r.Fake(veterans(honest, own)).Annual }),
			Documented: size(func(honest, own int) float64 { return documented.Wait(honest, own).Annual }),
			Silent:     rates(Silent), Fault: rates(Fault),
			Decline: size(func(honest, own int) float64 {
				return r.Rates(r.classLacking(honest, own, honest, Decline), Decline).Annual
			}),
			Smallest: r.MinClassNodes,
		})
	}
	return rows
}

// smallestSafe is the least size from which on an attack loses at every size
// that is tried.
func smallestSafe(a Attackers, least int, lost func(honest, own int) bool) (size int, found bool) {
	at := func(nodes int) bool {
		own := a.In(nodes)
		return own < 2 || nodes-own < 2 || lost(nodes-own, own)
	}
	high := largestClass
	if !at(high) {
		return 0, false
	}
	for high > least {
		low := max(least, high*9/10)
		if at(low) {
			high = low
			continue
		}
		for high-low > 1 {
			if middle := (low + high) / 2; at(middle) {
				high = middle
			} else {
				low = middle
			}
		}
		return high, true
	}
	return least, true
}
