package consensus

import "fmt"

// largestClass is how far the search for a safe size goes.
const largestClass = 1_000_000

// conclude puts the figures into words. A sentence whose figure is not there,
// for want of rows, is left out.
func (report *Report) conclude(o Options) []string {
	var lines []string
	for _, a := range o.Attackers {
		lines = append(lines, report.sizesThatHold(o, a)...)
	}
	lines = append(lines, report.attackLines()...)
	lines = append(lines, report.marketLines()...)
	lines = append(lines, report.workLines()...)
	lines = append(lines, report.placeLines()...)
	lines = append(lines, report.creatorLines()...)
	return append(lines, report.lazyLines()...)
}

// sizesThatHold says from which class on an attacker loses, by each reckoning.
func (report *Report) sizesThatHold(o Options, a Attackers) []string {
	r, documented := o.Rules, report.Documented
	rates := func(policy Policy) func(honest, own int) bool {
		return func(honest, own int) bool {
			return r.Rates(r.class(honest, own, policy), policy).Annual < o.Elsewhere
		}
	}
	less := "returns less than " + percent(o.Elsewhere) + " a year"
	var lines []string
	for _, attack := range []struct {
		text string
		lost func(honest, own int) bool
	}{
		{"always lying (A) loses money", func(honest, own int) bool { return r.Fake(r.veterans(honest, own)).PerTask < 0 }},
		{"waiting in silence (B) " + less + " by the documents", func(honest, own int) bool {
			return documented.Wait(honest, own).Annual < o.Elsewhere
		}},
		{"waiting in silence (B) " + less + " by our rules", rates(Silent)},
		{"declining (B) " + less + " by our rules", rates(Decline)},
	} {
		size, found := smallestSafe(a, r.MinClassNodes, attack.lost)
		if !found {
			lines = append(lines, fmt.Sprintf("With %s own nodes, %s in no class of up to %d nodes.", a, attack.text, largestClass))
			continue
		}
		lines = append(lines, fmt.Sprintf("With %s own nodes, %s in classes of %d nodes or more.", a, attack.text, size))
	}
	return lines
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

// marketLines says what a draw from the free does to the documents' p.
func (report *Report) marketLines() []string {
	var lines []string
	worst := map[string]MarketRow{}
	var names []string
	for _, m := range report.Markets {
		if _, known := worst[m.name()]; !known {
			names = append(names, m.name())
			worst[m.name()] = m
		}
		if m.over() > worst[m.name()].over() {
			worst[m.name()] = m
		}
	}
	for _, name := range names {
		m := worst[name]
		if m.over() == 0 {
			lines = append(lines, fmt.Sprintf("In a class at work, the policy %q had no frauds worth counting.", name))
			continue
		}
		lines = append(lines, fmt.Sprintf("In a class at work, the policy %q came to %s times the documents' chance of a fraud or more (%d of %d nodes).",
			name, num(m.over()), m.Own, m.Nodes))
	}
	var queued, free float64
	for _, m := range report.Markets {
		queued = max(queued, m.Result.Repeats)
		free = max(free, m.Fixed.Repeats)
	}
	if len(names) == 0 {
		return nil
	}
	return append(lines, fmt.Sprintf("If the wait for candidates counts from queueing, up to %s of all draws take the same trio again; if it counts from the last draw or release, up to %s.",
		percent(queued), percent(free)))
}

// over is how many times the documents' p the frauds are at least, with two
// standard errors taken off.
func (row MarketRow) over() float64 {
	f := row.Fixed.Frauds
	return max(0, f.Mean-2*f.Error) / row.Expected
}

// attackLines sums up what stakes do and what the documents' p leaves out.
func (report *Report) attackLines() []string {
	if len(report.Attacks) == 0 {
		return nil
	}
	stake, value, more := 0.0, unbounded, 0.0
	for _, a := range report.Attacks {
		stake = max(stake, a.Veterans.BreakEven)
		value = min(value, a.Veterans.BreakEvenValue)
		more = max(more, a.DocumentedWaitOfOwn.WinsPerNodeDay/a.DocumentedWait.WinsPerNodeDay)
	}
	return []string{
		fmt.Sprintf("In the worst of these classes, A breaks even at a stake of %s CNX (it is %s), or from an outside value of %s CNX for each fraud.",
			num(stake), num(report.Rules.Stake), num(value)),
		fmt.Sprintf("The documents' formula takes the chance of any task for that of an own node's tasks: this alone understates the wins of B up to %s times.", num(more)),
	}
}

func (report *Report) workLines() []string {
	least, with := unbounded, unbounded
	for _, a := range report.Attacks {
		least = min(least, a.Work.BreakEvenValue)
		with = min(with, a.Work.AppealValue)
	}
	if len(report.Attacks) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("An attacker with GPUs gains by every majority that it is drawn into from an outside value of %s CNX on, whatever the stake; with appeals of slashed nodes it would need %s CNX in the worst of these classes.",
		num(least), num(with))}
}

func (report *Report) placeLines() []string {
	var best Place
	for _, p := range report.Places {
		if p.Spread > 0 && max(p.Smallest, p.OwnClass)/p.Spread > max(best.Smallest, best.OwnClass)/max(best.Spread, 1e-300) || best.Own == 0 {
			best = p
		}
	}
	if best.Spread == 0 {
		return nil
	}
	lines := []string{fmt.Sprintf("%d own nodes in the right class commit %s times the frauds that the documents' formula gives for the network as a whole.",
		best.Own, num(max(best.Smallest, best.OwnClass)/best.Spread))}
	for _, p := range report.Places {
		if p.OwnClass > 0 {
			return append(lines, fmt.Sprintf("%d own nodes (%s CNX of stake, returned) can be a class of their own, in which every task is theirs: %s of the network's.",
				p.Own, num(float64(p.Own)*report.Rules.Stake), percent(p.OwnClass)))
		}
	}
	return lines
}

func (report *Report) creatorLines() []string {
	var worst GriefRow
	for _, g := range report.Griefs {
		cheap := g.Cheapest < report.Rules.Stake/100
		if cheap && (worst.Nodes == 0 || g.Own*worst.Nodes < worst.Own*g.Nodes) {
			worst = g
		}
	}
	if worst.Nodes == 0 {
		return nil
	}
	return []string{fmt.Sprintf("A creator with no more than %d of %d nodes has an honest node slashed of %s CNX for %s CNX and gas; if withholding cost the least fee, for %s CNX.",
		worst.Own, worst.Nodes, num(report.Rules.Stake), num(worst.Cheapest), num(worst.WithFloor))}
}

func (report *Report) lazyLines() []string {
	if len(report.Lazies) == 0 {
		return nil
	}
	l := report.Lazies[0]
	against := "less"
	if l.NoArgs > l.Last {
		against = "more"
	}
	return []string{fmt.Sprintf("In tasks of %d unit, saying that there are no arguments pays %s CNX, %s than a last place (%s CNX), and beats work where computing costs over %s CNX or the cut is over %s.",
		l.Units, num(l.NoArgs), against, num(l.Last), num(l.BreakEvenCompute), percent(l.BreakEvenCut))}
}
