package consensus

// Way is what one own node can do that is alone in a trio, while the two others
// answer honestly.
type Way struct {
	Name string `json:"way"`
	// Pay, and Stake that is lost, in CNX.
	Pay   float64 `json:"pay_cnx"`
	Stake float64 `json:"stake_lost_cnx"`
	// Score of the task, on average; none where Scored is false.
	Score  float64 `json:"score"`
	Scored bool    `json:"scored"`
	// Seconds for which the task holds the node.
	Seconds float64 `json:"held_s"`
	// InARow is how many of these let the node go for its scores; 0 for never.
	InARow int    `json:"in_a_row_until_let_go,omitzero"`
	Source string `json:"source"`
}

// Ways are all of them.
func (r Rules) Ways() []Way {
	committed := r.FastSeconds + r.RevealSeconds + r.OpenSeconds
	way := func(name string, pay float64, score int, seconds float64, source string) Way {
		return Way{Name: name, Pay: pay, Score: float64(score), Scored: true, Seconds: seconds, InARow: r.inARow(score), Source: source}
	}
	slashed := func(name string, seconds float64, source string) Way {
		return Way{Name: name, Stake: r.Stake, Seconds: seconds, Source: source}
	}
	work := way("works", r.MeanShare(), score(trioSize-1), r.FastSeconds, "Verdicts _agreed")
	work.Score = veteran()
	return []Way{
		work,
		way("works, is last each time", r.Share(trioSize-1), score(trioSize-1), r.FastSeconds, "Verdicts _reward"),
		way("declines, once a task, model not announced", 0, r.DeclineScore, r.DeclineSeconds, "Clerk decline, Node redraw"),
		way("commits a machine's fault", 0, 0, r.FastSeconds, "Verdicts _oddOne"),
		way("never commits", 0, 0, r.Timeout(), "Court reveal, close"),
		way("says alone that it lacks the arguments", 0, 0, r.Timeout(), "Clerk closeWithoutArguments: takes two"),
		way("commits, opens late", 0, 0, r.FastSeconds+r.RevealSeconds+blockSeconds, "Court _openLate"),
		slashed("commits, never opens", committed, "Court _slashSilent"),
		slashed("lies", r.FastSeconds, "Verdicts _deviates"),
		slashed("says alone that the arguments are at fault", r.FastSeconds, "Verdicts _deviates"),
		slashed("commits and declines, or complains", r.FastSeconds, "Clerk slashRefusal"),
		slashed("signs two commitments", r.FastSeconds, "Clerk slashDoubleCommitment"),
	}
}

// inARow counts for a node that was at its best before.
func (r Rules) inARow(score int) int {
	recent := [3]int{bestScore, bestScore, bestScore}
	for n := 1; n <= len(recent); n++ {
		if recent = [3]int{recent[1], recent[2], score}; r.kicked(recent) {
			return n
		}
	}
	return 0
}
