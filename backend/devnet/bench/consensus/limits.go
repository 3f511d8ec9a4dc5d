package consensus

import "fmt"

// Limit is a weakness that the rules leave.
type Limit struct {
	Name string `json:"name"`
	// What it is, the Figure that says how large, and what Closes it.
	What   string `json:"what"`
	Figure string `json:"figure"`
	Closes string `json:"closes"`
}

// limits lists them. One whose rows are not there has no figure.
func (report *Report) limits() []Limit {
	return []Limit{
		{"proposer, own tasks",
			"Who proposes a block knows its dice, and leaves out its own createTask when it dislikes the draw. A contract that burns the rest of the block's gas does the same for that gas.",
			report.lookFigure(),
			"Several validators, so that few blocks are its own. createTask that only queues, with a draw in a later block: a second more for every task."},
		{"proposer, any task",
			"Who proposes a block puts moves of own nodes in front of anybody's draw in it, so that it falls on its own. A lone validator chooses.",
			report.shuffleFigure(),
			"Several validators, so that few blocks are its own."},
		{"timed draws",
			"Own nodes pause, and come back together when few others are free.",
			report.lurkFigure(),
			"A node that comes back can be drawn only after a random time of its own."},
		{"opening alone",
			"Who opens alone has the whole overhead part, more than the first of three that agree.",
			report.aloneFigure(),
			"A third for each that opened, as NoArguments pays; the rest returns."},
		{"paused nodes",
			"Paused nodes count when a tenth of a class must be free.",
			report.idleFigure(),
			"Count joined nodes that are not paused."},
		{"own class",
			"Whoever owns all nodes of a registered class owns every task that it is drawn for.",
			report.placeFigure(),
			"A larger minClassNodes; fewer classes in the registry; tasks that name a class they trust."},
		{"own GPUs",
			"Who works honestly when alone risks nothing, and takes each majority that it is drawn into.",
			report.workFigure(),
			"An appeal of the slashed third to a fresh trio, whose word slashes the first two."},
		{"declines",
			"Who announces no model is passed over while others are free, so such nodes gather among the free ones of a busy class, and decline unharmed when alone.",
			report.declineFigure(),
			"A decline that scores 0 or rests the node; applications that name models which many hold."},
		{"farm",
			"A creator pays its own nodes, for scores that count like others': a weight of twice a newcomer's, and zeros that don't.",
			report.farmFigure(),
			"A cut: cutPerMille above 0. It also makes lying pairs pay for each lie, but not for denials."},
	}
}

func (report *Report) lookFigure() string {
	for _, l := range report.Looks {
		if l.Share == 0.1 {
			return fmt.Sprintf("%d of %d nodes: %s own blocks, or %s gas burned, for two of three seats; an honest node slashed for %s CNX instead of %s. It gains that and farmed scores, no CNX.",
				l.Own, l.Nodes, num(l.Blocks), millions(l.Gas), num(l.CNX), num(l.Unaided))
		}
	}
	return ""
}

func (report *Report) shuffleFigure() string {
	text := ""
	for _, s := range report.Shuffles {
		if s.Share == 0.1 {
			text = fmt.Sprintf("%d of %d nodes: a majority in %s of the draws in its blocks, for %s gas; in %s without. Each is a fraud that is paid, and slashes a third.",
				s.Own, s.Nodes, percent(s.Any.Mean), millions(s.Gas), percent(s.Fair.Mean))
		}
	}
	var worst LurkRow
	for _, row := range report.Lurks {
		if row.Looks && row.over() > worst.over() {
			worst = row
		}
	}
	if worst.Nodes == 0 {
		return text
	}
	return text + fmt.Sprintf(" Timed as well, %d of %d nodes without a GPU, if every block were its own, paused but for such: %s of the class's tasks, %s times the fair part, for %s of an honest node's pay.",
		worst.Own, worst.Nodes, percent(worst.Result.Frauds.Mean), num(worst.over()), percent(worst.Result.OfHonest))
}

func (report *Report) lurkFigure() string {
	var worst LurkRow
	for _, row := range report.Lurks {
		if row.Rule == "" && !row.Looks && row.over() > worst.over() {
			worst = row
		}
	}
	if worst.Nodes == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d nodes: %s of the tasks are frauds, %s times the fair part.",
		worst.Own, worst.Nodes, percent(worst.Result.Frauds.Mean), num(worst.over()))
}

func (report *Report) aloneFigure() string {
	for _, a := range report.Alones {
		return fmt.Sprintf("%s CNX instead of %s of a task of %d unit, if %s full blocks in a row keep the others out.",
			num(a.One), num(a.First), a.Units, num(a.Blocks))
	}
	return ""
}

func (report *Report) idleFigure() string {
	for _, row := range report.Idles {
		if row.Needed > row.Nodes/2 {
			return fmt.Sprintf("%d paused nodes (%s CNX) beside %d at work: the class serves %s of what it could.",
				row.Paused, num(row.Stake), row.Nodes, percent(row.Part))
		}
	}
	return ""
}

func (report *Report) placeFigure() string {
	for _, p := range report.Places {
		if p.OwnClass > 0 {
			return fmt.Sprintf("%d nodes (%s CNX, returned): %s of the network's tasks.",
				p.Own, num(float64(p.Own)*report.Rules.Stake), percent(p.OwnClass))
		}
	}
	return ""
}

func (report *Report) workFigure() string {
	value, appeal := unbounded, unbounded
	for _, a := range report.Attacks {
		value, appeal = min(value, a.Work.BreakEvenValue), min(appeal, a.Work.AppealValue)
	}
	if len(report.Attacks) == 0 {
		return ""
	}
	return fmt.Sprintf("A fraud pays from an outside value of %s CNX; with appeals from %s CNX in the worst of these classes.", num(value), num(appeal))
}

func (report *Report) declineFigure() string {
	for _, m := range report.Markets {
		if m.Policy == Decline && m.Rule == "" && m.Load >= 1 && m.Nodes == 10*m.Own {
			return fmt.Sprintf("%d of %d nodes without a GPU: %s of the tasks are frauds (p is %s), for %s of an honest node's pay.",
				m.Own, m.Nodes, percent(m.Result.Frauds.Mean), percent(m.Expected), percent(m.Result.OfHonest))
		}
	}
	return ""
}

func (report *Report) farmFigure() string {
	var text string
	for _, f := range report.Farms {
		if text != "" {
			text += "; "
		}
		text += fmt.Sprintf("at a cut of %s %s CNX a score", percent(f.Cut), num(f.OwnClass))
	}
	if text == "" {
		return ""
	}
	return "With trios of one's own: " + text + "."
}
