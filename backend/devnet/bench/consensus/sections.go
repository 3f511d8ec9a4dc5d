package consensus

import (
	"fmt"
	"strconv"
)

func (report Report) documentsTable() section {
	s := section{
		title:  "The documents' table: stake and return of a year of attack B; the same nodes by our numbers, and by our rules",
		source: "network-protocol.md §2.8, k = 1 CNX, 60 s, 300 s, s_t 5000; Rates",
		head:   []string{"honest", "own", "printed: stake", "year", "formula: stake", "year", "same", "k = 3", "our numbers", "ours: silent", "fault"},
	}
	for _, d := range report.Documents {
		s.add(d.Printed.Honest, d.Printed.Own, d.Printed.Stake, d.Printed.APR+" %",
			fmt.Sprintf("%.2f", d.Formula.Capital), fmt.Sprintf("%.2f %%", 100*d.Formula.Annual), yes(d.same()), percent(d.Tripled),
			percent(d.WithOurs), percent(d.Silent.Annual), percent(d.Fault.Annual))
	}
	return s
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

func (report Report) fakeTable() section {
	s := section{
		title:  "Attack A: own nodes always lie. Chance and gain for each task of the class; what makes it break even",
		source: "§2.8 p(h,d), s = p·k/(1−p); Verdicts _agreed, _deviates; Standing accepts (weight 10 + mean/2)",
		head:   []string{"nodes", "own", "docs: p", "stake", "ours: p", "newcomers", "simulated", "gain", "stake", "outside value", "year"},
	}
	for _, a := range report.Attacks {
		s.add(a.Nodes, a.Own, a.DocumentedSuccess, a.DocumentedBreakEven,
			a.Veterans.Success, a.Newcomers.Success, a.Simulated.Success, a.Veterans.PerTask,
			a.Veterans.BreakEven, a.Veterans.BreakEvenValue, percent(a.Veterans.Annual))
	}
	return s
}

func (report Report) waitTable() section {
	s := section{
		title:  "Attack B: own nodes get out of it when alone. Wins of an own node in a day; its pay over an honest one's",
		source: "§2.8 n_m; Node _keepScore (20 or less in three); Verdicts _oddOne",
		head:   []string{"nodes", "own", "docs: wins", "of own draws", "silent: wins", "simulated", "pay", "fault: wins", "simulated", "pay", "works: frauds a day"},
	}
	for _, a := range report.Attacks {
		s.add(a.Nodes, a.Own, a.DocumentedWait.WinsPerNodeDay, a.DocumentedWaitOfOwn.WinsPerNodeDay,
			a.Silent.WinsPerNodeDay, a.SilentSimulated, percent(a.Silent.OfHonest),
			a.Fault.WinsPerNodeDay, a.FaultSimulated, percent(a.Fault.OfHonest),
			a.Work.FraudsPerDay)
	}
	return s
}

func (report Report) safeTable() section {
	s := section{
		title:  "From which class on an attack returns less than " + percent(report.Elsewhere) + " a year",
		source: "the two tables above",
		head:   []string{"own", "A", "docs: B", "silent", "fault", "decline, unknown models"},
	}
	for _, row := range report.Safe {
		size := func(n int) string { return from(n, row.Smallest) }
		s.add(row.Attackers, size(row.Fake), size(row.Documented), size(row.Silent), size(row.Fault), size(row.Decline))
	}
	return s
}

func (report Report) wayTable() section {
	s := section{
		title:  "What a node can do that is alone in a trio, while two answer honestly",
		source: "last column",
		head:   []string{"way", "pay", "stake lost", "score", "held s", "let go after", "contract"},
	}
	for _, w := range report.Ways {
		score, row := "-", "-"
		if w.Scored {
			score = num(w.Score)
		}
		if w.InARow > 0 {
			row = fmt.Sprintf("%d in a row", w.InARow)
		}
		s.add(w.Name, w.Pay, w.Stake, score, strconv.FormatFloat(w.Seconds, 'f', -1, 64), row, w.Source)
	}
	return s
}

func (report Report) marketTable() section {
	s := section{
		title:  "A class at work: frauds of own nodes that stay. Who declines has announced no model, honest nodes have",
		source: "simulated; Node _classByDraw, _setAvailable, _drawOne, redraw. p by §2.8; a class of ten serves nothing while one is away",
		head:   []string{"nodes", "own", "load", "policy", "rule", "p", "frauds a task", "frauds a day", "let go a day", "pay", "same trio"},
	}
	for _, m := range report.Markets {
		s.add(m.Nodes, m.Own, m.Load, m.Policy, ruleName(m.Rule), m.Expected, m.Result.Frauds, m.Result.FraudsPerDay, m.Result.Kicked,
			percent(m.Result.OfHonest), percent(m.Result.Repeats))
	}
	return s
}

func ruleName(changed string) string {
	if changed == "" {
		return "ours"
	}
	return changed
}

func (report Report) placeTable() section {
	s := section{
		title:  "Whole network: where own nodes stand. Frauds for each task of the network of all these classes",
		source: "§2.8 p(h,d) over all; Node _classByDraw (a class by its free nodes), minClassNodes",
		head:   []string{"own", "docs: one class", "in the smallest", "in one of their own", "wins a draw"},
	}
	for _, p := range report.Places {
		s.add(p.Own, p.Spread, p.Smallest, p.OwnClass, percent(p.Each))
	}
	return s
}

func (report Report) modelTable() section {
	s := section{
		title:  "A task for a model that own nodes claim and few others have announced: chance of a fraud",
		source: "Node _drawOne (two passes a seat), redraw; Clerk decline (once a task)",
		head:   []string{"nodes", "own", "holders", "drawn", "others decline", "times"},
	}
	for _, m := range report.Models {
		s.add(m.Nodes, m.Own, m.Holders, m.Claimed, m.Declined, m.Over)
	}
	return s
}

func (report Report) creatorTable() section {
	s := section{
		title:  "A creator with own nodes in its trio: what a task brings it, and what an honest node loses if it lies",
		source: "Verdicts _agreed, _invalidArguments; Clerk _endWithoutArguments. Gas not counted",
		head:   []string{"own", "runs", "no arguments", "faulty ones", "own lie", "own deny", "honest loss"},
	}
	for _, c := range report.Creators {
		s.add(c.Own, c.Work, c.Withhold, c.Faulty, c.Lie, c.Deny, c.Harm)
	}
	return s
}

func (report Report) griefTable() section {
	s := section{
		title:  "A creator that wants an honest node slashed: tasks until two of a trio are own, and what one costs",
		source: "the table above; Books leastFeeRoundedUp (least fee in proportion to T). Gas not counted",
		head:   []string{"nodes", "own", "tasks", "usual ones", "smallest"},
	}
	for _, g := range report.Griefs {
		s.add(g.Nodes, g.Own, g.Tasks, g.Cost, g.Smallest)
	}
	return s
}

func (report Report) farmTable() section {
	s := section{
		title: "A creator that farms scores with the smallest tasks: what a score costs",
		source: fmt.Sprintf("Verdicts _agreed (cut), Standing meanRoundedDown; shared: %d of %d nodes own. Gas not counted",
			farmOwn, farmHonest+farmOwn),
		head: []string{"cut", "own class", "shared", "shared, proposer", "to wash a 0", "tasks to a veteran's mean", "cost", "weight over veteran", "over newcomer"},
	}
	for _, f := range report.Farms {
		s.add(percent(f.Cut), f.OwnClass, f.Shared, f.Looking, f.Wash, f.Tasks, f.Cost, f.Best, f.Newcomer)
	}
	return s
}

func (report Report) lazyTable() section {
	s := section{
		title:  "Two own nodes that have the arguments and don't compute: pay of each; from which cost of computing, and cut, saying that there are none pays",
		source: "Clerk _endWithoutArguments (a third of the overhead part each); Verdicts _invalidArguments, _agreed",
		head:   []string{"units", "work", "last place", "no arguments", "deny", "lie", "computing", "pay of the same time", "cut"},
	}
	for _, l := range report.Lazies {
		s.add(l.Units, l.Honest, l.Last, l.NoArgs, l.Deny, l.Fraud, l.BreakEvenCompute, percent(l.HourRatio), percent(l.BreakEvenCut))
	}
	return s
}

func (report Report) aloneTable() section {
	s := section{
		title:  "Openings without agreement. What each that opened is paid; a creator whose node it is; what keeping the others out takes",
		source: "Verdicts _noAgreement (the overhead part among those that opened); Params revealSeconds",
		head:   []string{"units", "first of three", "last", "alone", "of two", "of three", "its creator", "else", "full blocks", "gas", "with thirds"},
	}
	for _, a := range report.Alones {
		s.add(a.Units, a.First, a.Last, a.One, a.Two, a.Three, a.Creator, a.Lawful, a.Blocks, millions(a.Gas), a.WithThirds)
	}
	return s
}

func (report Report) lookTable() section {
	s := section{
		title:  "Own tasks: blocks until two of three seats are own, for who proposes them, or burns what gas the block has left; what that gains",
		source: "geometric in p; Draws request (prevrandao, creator, argsHash, since). A block a second, of the chain's limit",
		head:   []string{"share", "p", "blocks", "simulated", "nine of ten", "own trio", "gas", "CNX a slash", "unaided", "slashes a day", "or scores", "fault: wins", "if washed"},
	}
	for _, l := range report.Looks {
		s.add(percent(l.Share), l.Chance, l.Blocks, l.Played, l.NineOfTen, l.Trio, millions(l.Gas), l.CNX, l.Unaided,
			l.SlashesPerDay, l.ScoresPerDay, l.FaultWins, l.Washed)
	}
	return s
}

func (report Report) shuffleTable() section {
	s := section{
		title:  "Any task: chance of two of three seats for who proposes its block, and moves own nodes in front of the draw",
		source: "simulated; Node pause, resume, _withhold, _offer, _drawOne. All nodes free",
		head:   []string{"share", "no moves", "3 moves", "10 moves", "any", "moves", "gas"},
	}
	for _, row := range report.Shuffles {
		s.add(percent(row.Share), row.Fair, row.Three, row.Ten, row.Any, row.Moves, millions(row.Gas))
	}
	return s
}

func (report Report) poolTable() section {
	s := section{
		title:  "A draw that is timed. Own nodes come back when a draw can just be made with them",
		source: "§2.8 p(h,d) of the free; Node _setAvailable: drawCandidates, a tenth. With one honest node free, the draw from few is theirs",
		head:   []string{"nodes", "own", "needed free", "fair p", "timed p", "times", "gas of a try"},
	}
	for _, p := range report.Pools {
		s.add(p.Nodes, p.Own, p.Needed, p.Fair, p.Timed, p.Timed/p.Fair, millions(p.Gas))
	}
	return s
}

func (report Report) lurkTable() section {
	s := section{
		title:  "Timed draws in a class with tasks always waiting, at the best moment; for who proposes every block and looks at the dice too; and under other rules",
		source: "simulated; Node pause, resume, _classByDraw",
		head:   []string{"nodes", "own", "policy", "looks", "rule", "honest free", "fair p", "frauds a task", "times", "frauds a day", "let go a day", "pay"},
	}
	for _, row := range report.Lurks {
		s.add(row.Nodes, row.Own, row.Policy, yes(row.Looks), ruleName(row.Rule), row.LurkAt, row.Fair, row.Result.Frauds, row.over(),
			row.Result.FraudsPerDay, row.Result.Kicked, percent(row.Result.OfHonest))
	}
	return s
}

func (report Report) idleTable() section {
	s := section{
		title:  "A class beside which somebody's nodes have joined and paused",
		source: "simulated; Node _setAvailable (joined / 10), drawSeconds",
		head:   []string{"at work", "paused", "their stake", "needed free", "tasks a day", "of what it could"},
	}
	for _, row := range report.Idles {
		s.add(row.Nodes, row.Paused, row.Stake, row.Needed, row.TasksPerDay, percent(row.Part))
	}
	return s
}
