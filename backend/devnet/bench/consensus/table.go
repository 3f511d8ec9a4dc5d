package consensus

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// WriteJSON prints one JSON object.
func (report Report) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(report) }

// WriteTable prints the figures for people.
func (report Report) WriteTable(w io.Writer) error {
	r := report.Rules
	fmt.Fprintf(w, "Stake %g, fee %g, a fraud is worth %g outside (CNX), cut %g %%. T %g s; silence holds a trio %g s, agreement %g s; a kick-out costs %g s.\n",
		r.Stake, r.Fee, r.Value, 100*r.Cut, r.Duration(), report.Timeout, r.FastSeconds, r.Away())
	fmt.Fprintf(w, "Documents: gain %s CNX, timeout %g s, success %g s. Nodes are in tasks all day; an honest one earns %s CNX. Simulations: %d tasks, seed %d.\n",
		num(report.Documented.Gain), report.Documented.Timeout, report.Documented.Fast, num(report.HonestPerDay), report.Tasks, report.Seed)
	for _, s := range report.sections() {
		if err := s.write(w); err != nil {
			return err
		}
	}
	fmt.Fprintln(w, "\nWhat the figures say")
	for _, line := range report.Conclusions {
		if _, err := fmt.Fprintln(w, "- "+line); err != nil {
			return err
		}
	}
	return nil
}

// section is one table.
type section struct {
	title string
	head  []string
	rows  [][]string
}

func (s section) write(w io.Writer) error {
	fmt.Fprintf(w, "\n%s\n", s.title)
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, row := range append([][]string{s.head}, s.rows...) {
		fmt.Fprintln(out, strings.Join(row, "\t")+"\t")
	}
	return out.Flush()
}

func (s *section) add(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		switch c := c.(type) {
		case float64:
			row[i] = num(c)
		case Estimate:
			if row[i] = "none seen"; c.Mean == 0 && c.Error == 0 {
				continue
			}
			row[i] = fmt.Sprintf("%s ±%s", num(c.Mean), num(c.Error))
		default:
			row[i] = fmt.Sprint(c)
		}
	}
	s.rows = append(s.rows, row)
}

// num prints three significant digits, and no noise of rounding.
func num(x float64) string {
	switch size := math.Abs(x); {
	case size >= unbounded:
		return "never"
	case size < 1e-12:
		return "0"
	case size >= 1e15:
		return fmt.Sprintf("%.2e", x)
	case size >= 100:
		return fmt.Sprintf("%.0f", x)
	default:
		return fmt.Sprintf("%.3g", x)
	}
}

func percent(x float64) string { return num(100*x) + " %" }

func (report Report) sections() []section {
	return []section{
		report.fakeTable(), report.waitTable(), report.workTable(), report.marketTable(),
		report.poolTable(), report.remedyTable(), report.placeTable(), report.holdersTable(), report.redrawTable(),
		report.creatorTable(), report.griefTable(), report.farmTable(), report.lazyTable(),
	}
}

func (report Report) fakeTable() section {
	s := section{title: "Attack A: own nodes always lie. Chances and CNX for each task of the class; stakes at which it breaks even; return of a year",
		head: []string{"nodes", "own", "docs: success", "stake", "year", "ours: veterans", "newcomers", "simulated", "stake", "newcomers gain", "simulated", "value to pay", "year"}}
	for _, a := range report.Attacks {
		s.add(a.Nodes, a.Own, a.DocumentedSuccess, a.DocumentedBreakEven, percent(a.DocumentedFake),
			a.Veterans.Success, a.Newcomers.Success, a.Simulated.Success, a.Veterans.BreakEven,
			a.Newcomers.PerTask, a.Simulated.PerTask, a.Veterans.BreakEvenValue, percent(a.Veterans.Annual))
	}
	return s
}

func (report Report) waitTable() section {
	s := section{title: "Attack B: own nodes get out of it when alone. Wins for each own node and day; return of a year; income against an honest node's",
		head: []string{"nodes", "own", "docs: wins", "year", "of own draws", "year", "silent: wins", "simulated", "kicked", "year", "of honest", "fault: wins", "year", "decline: wins", "simulated", "kicked", "year", "of honest"}}
	for _, a := range report.Attacks {
		s.add(a.Nodes, a.Own, a.DocumentedWait.WinsPerNodeDay, percent(a.DocumentedWait.Annual),
			a.DocumentedWaitOfOwn.WinsPerNodeDay, percent(a.DocumentedWaitOfOwn.Annual),
			a.Silent.WinsPerNodeDay, a.SilentSimulated, a.Silent.KicksPerNodeDay, percent(a.Silent.Annual), percent(a.Silent.OfHonest),
			a.Fault.WinsPerNodeDay, percent(a.Fault.Annual),
			a.Decline.WinsPerNodeDay, a.DeclineSimulated, a.Decline.KicksPerNodeDay, percent(a.Decline.Annual), percent(a.Decline.OfHonest))
	}
	return s
}

func (report Report) workTable() section {
	s := section{title: "An attacker with GPUs: honest work when alone, no stake at risk. What a fraud must be worth outside (CNX) to pay",
		head: []string{"nodes", "own", "success", "frauds a day", "gain of a fraud", "must be worth", "with appeals"}}
	for _, a := range report.Attacks {
		s.add(a.Nodes, a.Own, a.Work.Success, a.Work.FraudsPerDay, a.Work.GainPerFraud, a.Work.BreakEvenValue, a.Work.AppealValue)
	}
	return s
}

func (report Report) marketTable() section {
	s := section{title: "A class at work (simulated): frauds for each task, when the dispatch wait counts from queueing, and from the last draw or release",
		head: []string{"nodes", "own", "load", "policy", "docs: success", "from queueing", "same trio", "from the last change", "same trio", "frauds a day", "kicked a day"}}
	for _, m := range report.Markets {
		s.add(m.Nodes, m.Own, m.Load, m.name(), m.Expected, m.Result.Frauds, percent(m.Result.Repeats),
			m.Fixed.Frauds, percent(m.Fixed.Repeats), m.Fixed.FraudsPerDay, m.Fixed.Kicked)
	}
	return s
}

func (report Report) poolTable() section {
	s := section{title: "A draw that is timed: paused own nodes come back when few honest ones are free, in a class of any size",
		head: []string{"needed free", "free honest", "own", "success"}}
	for _, p := range report.Pools {
		s.add(p.Needed, p.FreeHonest, p.Own, p.Success)
	}
	return s
}

func (report Report) remedyTable() section {
	s := section{title: "Attacks under other rules, in a class with tasks always waiting. Wins for each own node and day by the closed form; the rest simulated",
		head: []string{"rule", "policy", "nodes", "own", "wins", "docs: success", "frauds for each task", "frauds a day", "tasks a day"}}
	for _, m := range report.Remedies {
		wins := "-"
		if m.Rates != nil {
			wins = num(m.Rates.WinsPerNodeDay)
		}
		s.add(m.Remedy, policyName(m.Policy, m.Lurk), m.Nodes, m.Own, wins, MajorityProbability(m.Nodes-m.Own, m.Own),
			m.Market.Frauds, m.Market.FraudsPerDay, m.Market.TasksPerDay)
	}
	return s
}

func (report Report) placeTable() section {
	s := section{title: "Where own nodes stand in a network of all these classes: frauds for each task of the network",
		head: []string{"own", "docs: one class", "in the smallest", "in one of their own", "wins a draw"}}
	for _, p := range report.Places {
		s.add(p.Own, p.Spread, p.Smallest, p.OwnClass, p.Each)
	}
	return s
}

func (report Report) holdersTable() section {
	s := section{title: "A task that names a model, which own nodes claim and few others hold",
		head: []string{"nodes", "own", "honest holders", "success", "times the usual"}}
	for _, h := range report.Holders {
		s.add(h.Nodes, h.Own, h.Holders, h.Success, h.Over)
	}
	return s
}

func (report Report) redrawTable() section {
	s := section{title: "A task that honest nodes decline, while own ones keep still",
		head: []string{"nodes", "own", "chance of a decline", "success", "times the usual"}}
	for _, d := range report.Redraws {
		s.add(d.Nodes, d.Own, percent(d.Declines), d.Success, d.Over)
	}
	return s
}

func (report Report) creatorTable() section {
	s := section{title: "A creator with own nodes in its trio: what a task brings it (CNX), when it runs, when arguments are withheld, when own nodes lie",
		head: []string{"own", "runs", "withheld", "lies", "honest loss"}}
	for _, c := range report.Creators {
		s.add(c.Own, c.Work, c.Withhold, c.Lie, c.Harm)
	}
	return s
}

func (report Report) griefTable() section {
	s := section{title: "A creator that wants an honest node slashed: cost of one (CNX, gas not counted) in usual tasks, in cheapest ones, and in those if withholding cost the least fee",
		head: []string{"nodes", "own", "chance", "tasks", "usual", "cheapest", "with floor"}}
	for _, g := range report.Griefs {
		s.add(g.Nodes, g.Own, g.Chance, g.Tasks, g.Cost, g.Cheapest, g.WithFloor)
	}
	return s
}

func (report Report) farmTable() section {
	s := section{title: "A creator that farms scores with tasks of the least fee (CNX)",
		head: []string{"cut", "own trio, a task", fmt.Sprintf("%d of %d, a score", farmOwn, farmHonest+farmOwn), "tasks to a veteran's mean", "cost", "weight over veteran", "over newcomer"}}
	for _, f := range report.Farms {
		s.add(percent(f.Cut), f.OwnTrio, f.Shared, f.Tasks, f.Cost, f.Best, f.Newcomer)
	}
	return s
}

func (report Report) lazyTable() section {
	s := section{title: "Two that say they have no arguments: CNX for each of them; the cost of computing, and the cut, from which it pays",
		head: []string{"units", "work", "last place", "no arguments", "a fraud", "computing", "pay of the same time", "cut"}}
	for _, l := range report.Lazies {
		s.add(l.Units, l.Honest, l.Last, l.NoArgs, l.Fraud, l.BreakEvenCompute, percent(l.HourRatio), percent(l.BreakEvenCut))
	}
	return s
}
