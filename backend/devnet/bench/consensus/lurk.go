package consensus

import "fmt"

// Pool is a draw that is timed: own nodes have paused, and come back in one block
// when so many honest ones are free that a draw can just be made.
type Pool struct {
	Nodes int `json:"nodes"`
	Own   int `json:"own"`
	// Needed are free for a draw at once.
	Needed int `json:"needed"`
	// Fair is the chance of a majority if nobody times anything, Timed with all
	// own nodes among the needed.
	Fair  float64 `json:"fair"`
	Timed float64 `json:"timed"`
	// Gas of one try: all come back, and all but those drawn pause again.
	Gas float64 `json:"gas"`
}

// Pool is the closed form.
func (r Rules) Pool(nodes, own int) Pool {
	needed := r.needed(nodes)
	honest := max(0, needed-own)
	return Pool{
		Nodes: nodes, Own: own, Needed: needed,
		Fair: MajorityProbability(nodes-own, own), Timed: MajorityProbability(honest, own),
		Gas: float64(2*own)*moveGas + createGas,
	}
}

// LurkRow is a class at work in which own nodes lie in wait.
type LurkRow struct {
	Nodes  int    `json:"nodes"`
	Own    int    `json:"own"`
	Policy Policy `json:"policy"`
	// Looks has them choose by the dice too, as who proposes every block can.
	Looks bool `json:"looks"`
	// Rule is what is changed of the rules, empty for ours.
	Rule string `json:"rule"`
	// LurkAt is the moment that brings most frauds, see Market.
	LurkAt int          `json:"lurk_at"`
	Fair   float64      `json:"fair"`
	Result MarketResult `json:"market"`

	rules Rules
	delay float64
}

// moments are those among which an attacker chooses: whenever a draw can be made
// with its nodes, when as few honest ones are free as a draw at once allows, and
// when only the draw from few is left. Who looks comes whenever the dice say so.
func (row LurkRow) moments() []int {
	if row.Looks {
		return []int{row.Nodes}
	}
	needed := row.rules.needed(row.Nodes)
	all := []int{needed - 1, needed - row.Own, 1}
	var moments []int
	for _, m := range all {
		if m >= 1 && (len(moments) == 0 || m < moments[len(moments)-1]) {
			moments = append(moments, m)
		}
	}
	return moments
}

// over is how many times the fair part its frauds are.
func (row LurkRow) over() float64 {
	if row.Fair == 0 {
		return 0
	}
	return row.Result.Frauds.Mean / row.Fair
}

func (row *LurkRow) simulate(report *Report, i uint64) {
	const most = 3 // moments
	for n, at := range row.moments() {
		m := Market{Rules: row.rules, Nodes: row.Nodes, Own: row.Own, Policy: row.Policy, LurkAt: at, Looks: row.Looks, Delay: row.delay, Load: 1}
		got := m.Run(report.Tasks, Dice(report.Seed, lurkStream+most*i+uint64(n)))
		if row.LurkAt == 0 || got.FraudsPerDay > row.Result.FraudsPerDay {
			row.LurkAt, row.Result = at, got
		}
	}
}

// comeBackDelay is the random delay that would keep a group from entering
// together, in seconds.
const comeBackDelay = 600

// widePool is a larger drawCandidates.
const widePool = 20

func (o Options) lurkRows() []LurkRow {
	var rows []LurkRow
	for _, c := range o.Lurkers {
		row := LurkRow{Nodes: c.Nodes, Own: c.Own, Fair: MajorityProbability(c.Nodes-c.Own, c.Own), rules: o.Rules}
		for _, policy := range []Policy{Work, Fault} {
			row.Policy = policy
			rows = append(rows, row)
		}
		looks := row
		looks.Looks = true
		rows = append(rows, looks)
		row.Policy = Work
		if wide := row; row.rules.needed(c.Nodes) < widePool {
			wide.Rule = fmt.Sprintf("a pool of %d", widePool)
			wide.rules.Candidates = widePool
			rows = append(rows, wide)
		}
		row.Rule, row.delay = fmt.Sprintf("back after 0 to %d min", comeBackDelay/60), comeBackDelay
		rows = append(rows, row)
	}
	return rows
}

// IdleRow is a class that somebody slows with paused nodes of its own, which
// count when a tenth of the class must be free.
type IdleRow struct {
	Nodes  int `json:"nodes"`
	Paused int `json:"paused"`
	// Needed are free for a draw at once.
	Needed int     `json:"needed"`
	Stake  float64 `json:"stake_cnx"`
	// TasksPerDay that the class serves, and Part of what it would.
	TasksPerDay float64 `json:"tasks_per_day"`
	Part        float64 `json:"part"`
}

func (o Options) idleRows() []IdleRow {
	var rows []IdleRow
	const nodes = 100
	for _, paused := range []int{0, nodes, 4 * nodes, 9 * nodes} {
		rows = append(rows, IdleRow{
			Nodes: nodes, Paused: paused, Needed: o.Rules.needed(nodes + paused), Stake: float64(paused) * o.Rules.Stake,
		})
	}
	return rows
}

func (row *IdleRow) simulate(report *Report, i uint64) {
	m := Market{Rules: report.Rules, Nodes: row.Nodes, Paused: row.Paused, Load: 1}
	row.TasksPerDay = m.Run(report.Tasks, Dice(report.Seed, idleStream+i)).TasksPerDay
	row.Part = row.TasksPerDay / (m.capacity() * secondsPerDay)
}
