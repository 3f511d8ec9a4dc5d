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
func DefaultMarkets() []Sample { return []Sample{{10, 3}, {100, 3}, {100, 10}, {1000, 100}} }

// DefaultLurkers are classes in which own nodes lie in wait.
func DefaultLurkers() []Sample { return []Sample{{40, 3}, {100, 3}, {1000, 50}} }

// Options of a report.
type Options struct {
	Rules Rules
	// Classes are sizes, own nodes included.
	Classes   []int
	Attackers []Attackers
	// Markets and Lurkers are simulated at work.
	Markets, Lurkers []Sample
	Seed             uint64
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
		if n < o.Rules.MinClassNodes || n > largestClass {
			return fmt.Errorf("check options: a class of %d nodes takes no GPT tasks: %d to %d", n, o.Rules.MinClassNodes, largestClass)
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
	Elsewhere  float64    `json:"elsewhere"`
	// Timeout is how long silence holds a trio.
	Timeout float64 `json:"timeout_s"`
	// HonestPerDay is what an honest node earns in tasks all day, in CNX.
	HonestPerDay float64 `json:"honest_cnx_day"`

	Documents   []DocumentsRow `json:"documents"`
	Attacks     []AttackRow    `json:"attacks"`
	Safe        []SafeRow      `json:"safe"`
	Ways        []Way          `json:"ways"`
	Markets     []MarketRow    `json:"markets"`
	Places      []Place        `json:"places"`
	Models      []ModelRow     `json:"models"`
	Creators    []Creator      `json:"creators"`
	Griefs      []GriefRow     `json:"griefs"`
	Farms       []Farm         `json:"farms"`
	Lazies      []Lazy         `json:"lazy"`
	Alones      []Alone        `json:"alone"`
	Looks       []Look         `json:"looks"`
	Shuffles    []Shuffle      `json:"shuffles"`
	Pools       []Pool         `json:"pools"`
	Lurks       []LurkRow      `json:"lurks"`
	Idles       []IdleRow      `json:"idle"`
	Limits      []Limit        `json:"limits"`
	Conclusions []string       `json:"conclusions"`
}

// Run works everything out. It takes seconds, and ends early with ctx.
func Run(ctx context.Context, o Options) (Report, error) {
	if err := o.Check(); err != nil {
		return Report{}, err
	}
	r := o.Rules
	report := Report{
		Rules: r, Documented: HeliumConstants(r.Fee, r.Stake), Seed: o.Seed, Tasks: o.Tasks, Elsewhere: o.Elsewhere,
		Timeout: r.Timeout(), HonestPerDay: r.HonestPerDay(),
		Documents: r.documentsRows(), Attacks: o.attackRows(), Ways: r.Ways(), Markets: o.marketRows(),
		Places: o.places(), Models: modelRows(), Griefs: o.griefs(),
		Looks: r.looks(), Shuffles: shuffles(), Lurks: o.lurkRows(), Idles: o.idleRows(),
	}
	report.Safe = o.safeRows(report.Documented)
	for own := range trioSize + 1 {
		report.Creators = append(report.Creators, r.Creator(own))
	}
	cuts := []float64{0, farmCut, r.Cut}
	slices.Sort(cuts)
	for _, cut := range slices.Compact(cuts) {
		report.Farms = append(report.Farms, r.Farm(veterans(farmHonest, farmOwn), cut))
	}
	for _, units := range []int{1, 4, 16} {
		report.Lazies = append(report.Lazies, r.Lazy(units))
		report.Alones = append(report.Alones, r.Alone(units))
	}
	for _, c := range o.Lurkers {
		report.Pools = append(report.Pools, r.Pool(c.Nodes, c.Own))
	}
	if err := report.simulate(ctx); err != nil {
		return Report{}, err
	}
	report.Limits, report.Conclusions = report.limits(), report.conclude()
	return report, nil
}

// simulate fills in what is played, on all processors.
func (report *Report) simulate(ctx context.Context) error {
	var jobs []func()
	for i := range report.Lurks { // the longest first
		jobs = append(jobs, func() { report.Lurks[i].simulate(report, uint64(i)) })
	}
	for i := range report.Markets {
		jobs = append(jobs, func() { report.Markets[i].simulate(report, uint64(i)) })
	}
	for i := range report.Idles {
		jobs = append(jobs, func() { report.Idles[i].simulate(report, uint64(i)) })
	}
	for i := range report.Attacks {
		jobs = append(jobs, func() { report.Attacks[i].simulate(report, uint64(i)) })
	}
	const perTask = 50 // one of these is worth so many tasks
	for i := range report.Looks {
		jobs = append(jobs, func() { report.Looks[i].simulate(report.Tasks/perTask, Dice(report.Seed, lookStream+uint64(i))) })
	}
	for i := range report.Shuffles {
		jobs = append(jobs, func() { report.Shuffles[i].simulate(report.Tasks/perTask, Dice(report.Seed, shuffleStream+uint64(i))) })
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
	faultStream
	marketStream
	lurkStream
	idleStream
	lookStream
	shuffleStream
)
