package consensus

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Attackers is a number of own nodes, fixed or in proportion to the class. Its
// text is "3" or "10%".
type Attackers struct {
	count   int
	percent float64
}

// UnmarshalText reads "3" or "10%".
func (a *Attackers) UnmarshalText(text []byte) error {
	if percent, ok := strings.CutSuffix(string(text), "%"); ok {
		p, err := strconv.ParseFloat(percent, 64)
		if err != nil || p <= 0 || p >= 100 {
			return fmt.Errorf("read attackers: %q is not between 0%% and 100%%", text)
		}
		*a = Attackers{percent: p}
		return nil
	}
	n, err := strconv.Atoi(string(text))
	if err != nil || n < 2 {
		return fmt.Errorf("read attackers: %q is not a number of at least 2", text)
	}
	*a = Attackers{count: n}
	return nil
}

// MarshalText prints what UnmarshalText reads.
func (a Attackers) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a Attackers) String() string {
	if a.percent > 0 {
		return strconv.FormatFloat(a.percent, 'g', -1, 64) + "%"
	}
	return strconv.Itoa(a.count)
}

// In is how many nodes of a class of that size are own.
func (a Attackers) In(nodes int) int {
	if a.percent > 0 {
		return int(float64(nodes)*a.percent/100 + 0.5)
	}
	return a.count
}

// Sample is a class to be simulated at work.
type Sample struct{ Nodes, Own int }

// DefaultMarkets are classes of all sizes, with few own nodes and with many.
func DefaultMarkets() []Sample {
	return []Sample{{10, 3}, {30, 3}, {100, 3}, {100, 10}, {1000, 3}, {1000, 100}}
}

// DefaultRemedies are those in which other rules are tried.
func DefaultRemedies() []Sample { return []Sample{{100, 3}, {1000, 10}, {1000, 100}} }

// Options of a report.
type Options struct {
	Rules Rules
	// Classes are sizes, own nodes included.
	Classes   []int
	Attackers []Attackers
	// Markets and Remedies are simulated at work, the latter under other rules.
	Markets, Remedies []Sample
	Seed              uint64
	// Tasks of each simulation.
	Tasks int
	// Elsewhere is what the capital would return in a year otherwise: 0.05 is 5 %.
	Elsewhere float64
}

// Check says what is wrong with the options.
func (o Options) Check() error {
	if err := o.Rules.Check(); err != nil {
		return err
	}
	if o.Tasks < 1000 {
		return errors.New("check options: a simulation needs at least 1000 tasks")
	}
	if o.Elsewhere <= 0 {
		return errors.New("check options: the return elsewhere must be above 0")
	}
	if len(o.Classes) == 0 || len(o.Attackers) == 0 {
		return errors.New("check options: no classes or no attackers")
	}
	for _, n := range o.Classes {
		if n < o.Rules.MinClassNodes || n > 1_000_000 {
			return fmt.Errorf("check options: a class of %d nodes takes no GPT tasks: %d to 1000000", n, o.Rules.MinClassNodes)
		}
	}
	return nil
}

// Report is all that `helium bench consensus` found.
type Report struct {
	Rules      Rules      `json:"rules"`
	Documented Documented `json:"documented"`
	Seed       uint64     `json:"seed"`
	Tasks      int        `json:"tasks"`
	// Timeout is how long silence holds a trio.
	Timeout float64 `json:"timeout_s"`
	// HonestPerDay is what an honest node earns in tasks all day, in CNX.
	HonestPerDay float64      `json:"honest_cnx_day"`
	Attacks      []AttackRow  `json:"attacks"`
	Markets      []MarketRow  `json:"markets"`
	Pools        []PoolRow    `json:"pools"`
	Holders      []HoldersRow `json:"holders"`
	Redraws      []RedrawRow  `json:"redraws"`
	Places       []Place      `json:"places"`
	Creators     []Creator    `json:"creators"`
	Griefs       []GriefRow   `json:"griefs"`
	Farms        []Farm       `json:"farms"`
	Lazies       []Lazy       `json:"lazy"`
	Remedies     []RemedyRow  `json:"remedies"`
	Conclusions  []string     `json:"conclusions"`
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

	Silent           Rates       `json:"silent"`
	SilentSimulated  Estimate    `json:"silent_wins_simulated"`
	Fault            Rates       `json:"fault"`
	Decline          Rates       `json:"decline"`
	DeclineSimulated Estimate    `json:"decline_wins_simulated"`
	Work             Opportunist `json:"opportunist"`
}

// GriefRow is a creator that wants honest nodes slashed.
type GriefRow struct {
	Nodes int `json:"nodes"`
	Own   int `json:"own"`
	Grief
}

// Run works everything out. It takes seconds, and ends early with ctx.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.Check(); err != nil {
		return Report{}, err
	}
	r := o.Rules
	report := Report{
		Rules: r, Documented: HeliumConstants(r.Fee, r.Stake), Seed: o.Seed, Tasks: o.Tasks,
		Timeout: r.Timeout(), HonestPerDay: r.HonestPerDay(),
		Attacks: o.attackRows(), Markets: o.marketRows(), Remedies: o.remedyRows(),
		Pools: r.pools(), Holders: r.holdersRows(), Redraws: redrawRows(), Places: o.places(), Griefs: o.griefs(),
	}
	for own := range 4 {
		report.Creators = append(report.Creators, r.Creator(own))
	}
	cuts := []float64{0, 0.01, 0.05, 0.1, 0.2, r.Cut}
	slices.Sort(cuts)
	for _, cut := range slices.Compact(cuts) {
		report.Farms = append(report.Farms, r.Farm(r.veterans(farmHonest, farmOwn), cut))
	}
	for _, units := range []int{1, 4, 16, 64} {
		report.Lazies = append(report.Lazies, r.Lazy(units))
	}
	if err := report.simulate(ctx); err != nil {
		return Report{}, err
	}
	report.Conclusions = report.conclude(o)
	return report, nil
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
		Veterans:            r.Fake(r.veterans(honest, own)),
		Newcomers:           r.Fake(r.newcomers(honest, own)),
		Silent:              r.Rates(r.class(honest, own, Silent), Silent),
		Fault:               r.Rates(r.class(honest, own, Fault), Fault),
		Decline:             r.Rates(r.class(honest, own, Decline), Decline),
		Work:                r.Opportunist(r.veterans(honest, own)),
	}
}

func (o Options) places() []Place {
	var places []Place
	for _, own := range []int{2, 3, 10, 30, 100} {
		places = append(places, o.Rules.Place(o.Classes, own))
	}
	return places
}

func (o Options) griefs() []GriefRow {
	var rows []GriefRow
	for _, n := range o.Classes {
		for _, own := range []int{2, 3, n / 10, 3 * n / 10} {
			if own < 2 || len(rows) > 0 && rows[len(rows)-1].Nodes == n && rows[len(rows)-1].Own >= own {
				continue
			}
			rows = append(rows, GriefRow{n, own, o.Rules.Grief(o.Rules.veterans(n-own, own))})
		}
	}
	return rows
}

// simulate fills in what is played, on all processors.
func (report *Report) simulate(ctx context.Context) error {
	var jobs []func()
	for i := range report.Attacks {
		jobs = append(jobs, func() { report.Attacks[i].simulate(report, uint64(i)) })
	}
	for i := range report.Markets {
		jobs = append(jobs, func() { report.Markets[i].simulate(report, uint64(i)) })
	}
	for i := range report.Remedies {
		jobs = append(jobs, func() { report.Remedies[i].simulate(report, uint64(i)) })
	}
	queue := make(chan func())
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for job := range queue {
				job()
			}
		})
	}
	for _, job := range jobs {
		if ctx.Err() != nil {
			break
		}
		queue <- job
	}
	close(queue)
	workers.Wait()
	return ctx.Err()
}

// The streams of dice: every simulation's own.
const (
	fakeStream = iota << 32
	silentStream
	declineStream
	marketStream
	remedyStream
)

func (row *AttackRow) simulate(report *Report, i uint64) {
	r, honest := report.Rules, row.Nodes-row.Own
	row.Simulated = r.SimulateFake(r.newcomers(honest, row.Own), report.Tasks, Dice(report.Seed, fakeStream+i))
	row.SilentSimulated = r.SimulateRates(r.class(honest, row.Own, Silent), Silent, report.Tasks, Dice(report.Seed, silentStream+i))
	row.DeclineSimulated = r.SimulateRates(r.class(honest, row.Own, Decline), Decline, report.Tasks, Dice(report.Seed, declineStream+i))
}
