package consensus

import "fmt"

// conclude puts the figures into words. A sentence whose figure is not there,
// for want of rows, is left out.
func (report *Report) conclude() []string {
	var lines []string
	lines = append(lines, report.documentLines()...)
	lines = append(lines, report.attackLines()...)
	lines = append(lines, report.marketLines()...)
	lines = append(lines, report.placeLines()...)
	lines = append(lines, report.creatorLines()...)
	return append(lines, report.lazyLines()...)
}

func (report *Report) documentLines() []string {
	same := 0
	for _, d := range report.Documents {
		if d.same() {
			same++
		}
	}
	return []string{fmt.Sprintf("The documents' table comes out in %d of %d rows, with a gain of a third of the price.", same, len(report.Documents))}
}

// attackLines sums up what stakes do and what the documents' p leaves out.
func (report *Report) attackLines() []string {
	if len(report.Attacks) == 0 {
		return nil
	}
	stake, value, more, silent := 0.0, unbounded, 0.0, 0.0
	for _, a := range report.Attacks {
		stake = max(stake, a.Veterans.BreakEven)
		value = min(value, a.Veterans.BreakEvenValue)
		more = max(more, a.DocumentedWaitOfOwn.WinsPerNodeDay/a.DocumentedWait.WinsPerNodeDay)
		silent = max(silent, a.Silent.OfHonest, a.Fault.OfHonest)
	}
	return []string{
		fmt.Sprintf("Lying always (A): in the worst of these classes it breaks even at a stake of %s CNX (it is %s), or from an outside value of %s CNX for each fraud.",
			num(stake), num(report.Rules.Stake), num(value)),
		fmt.Sprintf("Getting out of it when alone (B): silence and faults bring %s of an honest node's pay at most.", percent(silent)),
		fmt.Sprintf("The documents' formula takes the chance of any task for that of an own node's tasks: this alone understates the wins of B up to %s times.", num(more)),
	}
}

// marketLines says what a draw from the free does to the documents' p.
func (report *Report) marketLines() []string {
	worst, repeats := 0.0, 0.0
	for _, m := range report.Markets {
		f := m.Result.Frauds
		worst = max(worst, (f.Mean-2*f.Error)/m.Expected)
		repeats = max(repeats, m.Result.Repeats)
	}
	if len(report.Markets) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("In a class at work nobody that stays came to more than %s times the documents' chance of a fraud, two standard errors taken off; up to %s of the draws take the same trio again.",
		num(worst), percent(repeats))}
}

func (report *Report) placeLines() []string {
	best := 0.0
	var row Place
	for _, p := range report.Places {
		if over := max(p.Smallest, p.OwnClass) / p.Spread; p.Spread > 0 && over > best {
			best, row = over, p
		}
	}
	if best == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Whole network: %d own nodes in the right class commit %s times the frauds that the documents' formula gives for all classes as one.",
		row.Own, num(best))}
}

func (report *Report) creatorLines() []string {
	if len(report.Creators) < trioSize {
		return nil
	}
	one, two := report.Creators[1], report.Creators[2]
	return []string{
		fmt.Sprintf("A creator that owns one of a trio gains nothing: its task costs it %s CNX when it runs, %s at least to throw away, %s if its node lies.",
			num(-one.Work), num(one.cheapest()), num(-max(one.Lie, one.Deny))),
		fmt.Sprintf("One that owns two has the task for %s CNX when it lies, and the third slashed of %s CNX; it gains no CNX by it.",
			num(-max(two.Lie, two.Deny)), num(two.Harm)),
	}
}

func (report *Report) lazyLines() []string {
	if len(report.Lazies) == 0 {
		return nil
	}
	l := report.Lazies[0]
	return []string{fmt.Sprintf("In tasks of %d unit, saying that there are no arguments pays %s CNX, a last place %s; it beats work where computing costs over %s CNX or the cut is over %s.",
		l.Units, num(l.NoArgs), num(l.Last), num(l.BreakEvenCompute), percent(l.BreakEvenCut))}
}
