package yield

import (
	"slices"
	"time"

	"helium/backend/hardware/sense"
)

// Input is what a decision is made of, besides the settings.
type Input struct {
	Now      time.Time
	Readings sense.Readings
	// PausedUntil is until when the owner wants a pause; zero for none.
	PausedUntil time.Time
	// OnCard says that tasks run on a graphics card, Working that one does now.
	OnCard, Working bool
	// StartNow: the owner wants work to go on in spite of what stands now.
	StartNow bool
}

// Decision is what to do now.
type Decision struct {
	// Reason to pause; empty to work.
	Reason Code
	Facts  Facts
	// Since is when the pause began.
	Since time.Time
	// Over: its condition has ended, and the node starts again at Until.
	Over bool
	// Until is when the pause ends; zero when nobody knows.
	Until time.Time
	// Linger is how long the node waits once the condition has ended.
	Linger time.Duration
	// Grace is how long the task in work may go on. At Leave the network is told
	// of the pause, and a task that was interrupted is handed back.
	Grace time.Duration
	Leave time.Time
	// Firm: "start now" would not overrule it.
	Firm bool
}

// Work says whether to work.
func (d Decision) Work() bool { return d.Reason == "" }

// Memory is what a decision needs to know of those before it. The zero value has
// decided nothing.
type Memory struct {
	rules  map[Code]history
	since  time.Time
	reason Code
	// left: this pause has been told to the network.
	left bool
	// pauses are the begins of pauses of the last day that the network was told of.
	pauses []time.Time
}

// history of a rule's condition.
type history struct {
	// from is since when it stands, over since when it does no more; zero when not.
	from, over time.Time
	// active: the node pauses for it.
	active bool
	// ignored: the owner has started in spite of it, until it ends.
	ignored bool
	// facts when it last stood.
	facts Facts
}

// Graces for the task in work.
const (
	graceSoon   = 10 * time.Second
	graceAlways = 24 * time.Hour
)

// Decide decides, and returns what the next decision is to know.
func Decide(s Settings, m Memory, in Input) (Decision, Memory) {
	next := Memory{rules: map[Code]history{}, since: m.since, reason: m.reason, left: m.left}
	next.pauses = slices.DeleteFunc(slices.Clone(m.pauses), func(t time.Time) bool { return in.Now.Sub(t) >= 24*time.Hour })

	patience := patienceAfter(len(next.pauses))
	var d Decision
	var leave time.Duration
	for _, r := range rules() {
		h := m.rules[r.code].after(s, r, in, patience)
		next.rules[r.code] = h
		if !h.active {
			continue
		}
		// What still stands goes before what is over, and the last to end before
		// what ends sooner.
		if one := r.decision(s, h, in, patience); d.Work() || d.Over && (!one.Over || one.Until.After(d.Until)) {
			d, leave = one, r.leave
		}
	}
	if d.Work() {
		next.since, next.reason, next.left = time.Time{}, "", false
		return d, next
	}
	if m.reason == "" {
		next.since = in.Now
	}
	next.reason, d.Since = d.Reason, next.since
	d.Leave = next.since.Add(leave)
	switch {
	case next.left: // a second reason, with more patience, takes nothing back
		d.Leave = next.since
	case !in.Now.Before(d.Leave):
		// It counts from now on, and how long to wait after it depends on the count.
		m.left, m.since, m.reason = true, next.since, d.Reason
		m.pauses = append(slices.Clone(m.pauses), next.since)
		return Decide(s, m, in)
	}
	return d, next
}

// after is the history with one more look at the condition.
func (h history) after(s Settings, r rule, in Input, patience time.Duration) history {
	if !h.over.IsZero() && !in.Now.Before(h.over.Add(r.lingers(s, patience))) {
		h = history{} // it ended between two looks, as after a computer's sleep
	}
	facts, stands := r.stands(s, in, h.active)
	if stands {
		h.facts, h.over = facts, time.Time{}
		if h.from.IsZero() {
			h.from = in.Now
		}
	} else if !h.from.IsZero() && h.over.IsZero() {
		h.over = in.Now
	}
	if in.StartNow && !r.firm && stands {
		h.ignored = true
	}
	lingering := !stands && (h.active || h.ignored) && in.Now.Before(h.over.Add(r.lingers(s, patience)))
	switch {
	case in.StartNow && !r.firm && !stands, !stands && !lingering:
		return history{}
	case h.ignored:
		h.active = false
	case stands:
		h.active = h.active || !in.Now.Before(h.from.Add(r.settle))
	}
	return h
}

// lingers is the rule's linger, or the owner's, or the patience of a node that was
// interrupted often, where its end isn't known beforehand.
func (r rule) lingers(s Settings, patience time.Duration) time.Duration {
	if r.linger == 0 && r.ends != nil && r.code != InUse {
		return 0
	}
	return max(r.linger, patience, time.Duration(s.LingerSeconds)*time.Second)
}

// patienceAfter is how long a node waits after a pause when it was interrupted
// so often within a day: it has a dozen moves.
func patienceAfter(pauses int) time.Duration {
	switch {
	case pauses <= 3:
		return 0
	case pauses == 4:
		return 5 * time.Minute
	case pauses == 5:
		return 15 * time.Minute
	default:
		return time.Hour
	}
}

func (r rule) decision(s Settings, h history, in Input, patience time.Duration) Decision {
	d := Decision{Reason: r.code, Facts: h.facts, Linger: r.lingers(s, patience), Grace: graceAlways, Firm: r.firm}
	if r.urgent {
		d.Grace = s.Grace()
	}
	if r.firm {
		d.Grace = min(d.Grace, graceSoon)
	}
	switch {
	case !h.over.IsZero():
		d.Over, d.Until = true, h.over.Add(d.Linger)
	case r.ends != nil:
		if d.Until = r.ends(s, in); !d.Until.IsZero() {
			d.Until = d.Until.Add(d.Linger)
		}
	}
	return d
}
