package yield

import (
	"slices"
	"time"
)

// Code of a rule, and so of the reason why a node makes room. Codes are stable:
// screens know them.
type Code string

const (
	// Asked: the owner said so, until a time.
	Asked Code = "asked"
	// Hot: a part of the computer is too hot.
	Hot Code = "hot"
	// Game: a program fills the screen.
	Game Code = "fullscreen"
	// Listed: a program of the owner's list runs.
	Listed Code = "program"
	// GraphicsBusy: another program needs the graphics card.
	GraphicsBusy Code = "graphics"
	// OnBattery: the computer isn't plugged in.
	OnBattery Code = "battery"
	// InUse: somebody uses the computer.
	InUse Code = "person"
	// OutOfHours: the owner's hours haven't begun.
	OutOfHours Code = "hours"
)

// Facts of a reason, of which each rule knows some.
type Facts struct {
	// Program that needs the computer; empty where it isn't known.
	Program string `json:"program,omitempty"`
	// Percent of the card that it takes, or that the battery holds.
	Percent int `json:"percent,omitempty"`
	// Sensor that is too hot, with its temperature, and the one to cool down to.
	Sensor  string `json:"sensor,omitempty"`
	Celsius int    `json:"celsius,omitempty"`
	CoolTo  int    `json:"cool_to,omitempty"`
}

// rule is what each reason hangs on, and how patient it is.
type rule struct {
	code Code
	// settle is how long its condition must stand before it counts, linger how
	// long it must be over before the node works again.
	settle, linger time.Duration
	// leave is how long the pause lasts before the network is told of it and a
	// task that was interrupted is handed back.
	leave time.Duration
	// urgent: somebody waits for the card, so Settings.Finish says what becomes of
	// the task in work. Otherwise it is finished.
	urgent bool
	// firm: "start now" does not overrule it.
	firm bool
	// stands says whether the condition is met now, by the facts. already says
	// that it was before.
	stands func(s Settings, in Input, already bool) (Facts, bool)
	// ends is when it will be over as far as anybody knows; zero if nobody does.
	ends func(s Settings, in Input) time.Time
}

// rules in the order in which one reason goes before another.
func rules() []rule {
	return []rule{
		{code: Asked, stands: asked, ends: func(_ Settings, in Input) time.Time { return in.PausedUntil }},
		{code: Hot, settle: 5 * time.Second, linger: 2 * time.Minute, leave: 30 * time.Second, urgent: true, firm: true, stands: hot},
		{code: Game, linger: 30 * time.Second, leave: 15 * time.Second, urgent: true, stands: game},
		{code: Listed, linger: 30 * time.Second, leave: 15 * time.Second, urgent: true, stands: listed},
		{code: GraphicsBusy, settle: 10 * time.Second, linger: time.Minute, leave: 15 * time.Second, urgent: true, stands: graphicsBusy},
		{code: OnBattery, linger: 10 * time.Second, leave: 30 * time.Second, stands: onBattery},
		{code: InUse, leave: time.Minute, urgent: true, stands: inUse, ends: idleEnough},
		{code: OutOfHours, stands: outOfHours, ends: func(s Settings, in Input) time.Time { return s.Hours.next(in.Now) }},
	}
}

func asked(_ Settings, in Input, _ bool) (Facts, bool) {
	return Facts{}, in.Now.Before(in.PausedUntil)
}

func hot(s Settings, in Input, already bool) (Facts, bool) {
	heat := in.Readings.Heat
	if !s.Heat.Pause || !heat.Known {
		return Facts{}, false
	}
	hottest, _ := heat.Value.Hottest()
	limit := s.Heat.Celsius
	if already {
		limit -= s.Heat.CoolBy
	}
	f := Facts{CoolTo: s.Heat.Celsius - s.Heat.CoolBy}
	if hottest.Celsius >= limit && len(heat.Value.Sensors) > 0 {
		f.Sensor, f.Celsius = hottest.Name, hottest.Celsius
		return f, true
	}
	return f, heat.Value.Throttled
}

func game(s Settings, in Input, _ bool) (Facts, bool) {
	screen := in.Readings.Fullscreen
	if !s.Fullscreen.Pause || !screen.Known || !screen.Value.On {
		return Facts{}, false
	}
	program := screen.Value.Program
	excepted := slices.ContainsFunc(s.Fullscreen.Except, func(name string) bool { return sameProgram(name, program) })
	return Facts{Program: program}, !excepted
}

func listed(s Settings, in Input, _ bool) (Facts, bool) {
	if !in.Readings.Programs.Known {
		return Facts{}, false
	}
	program := s.Listed(in.Readings.Programs.Value)
	return Facts{Program: program}, program != ""
}

// Listed is the first of the programs that run which is on the owner's list; empty
// for none.
func (s Settings) Listed(running []string) string {
	for _, name := range s.Programs {
		i := slices.IndexFunc(running, func(r string) bool { return sameProgram(name, r) })
		if i >= 0 {
			return running[i]
		}
	}
	return ""
}

// graphicsBusy counts only what is somebody else's: where the system doesn't tell
// programs apart, nothing can be said while Helium itself works.
func graphicsBusy(s Settings, in Input, already bool) (Facts, bool) {
	g := in.Readings.Graphics
	if !s.Graphics.Pause || !in.OnCard || !g.Known || g.Value.WithOurs && in.Working {
		return Facts{}, false
	}
	limit := s.Graphics.Percent
	if already {
		limit /= 2
	}
	return Facts{Program: g.Value.Program, Percent: g.Value.Percent}, g.Value.Percent >= limit
}

func onBattery(s Settings, in Input, _ bool) (Facts, bool) {
	p := in.Readings.Power
	return Facts{Percent: max(p.Value.Charge, 0)}, s.Battery.Pause && p.Known && p.Value.OnBattery
}

func (p PersonRule) idle() time.Duration { return time.Duration(p.IdleMinutes) * time.Minute }

func inUse(s Settings, in Input, _ bool) (Facts, bool) {
	idle := in.Readings.Idle
	return Facts{}, s.Person.Pause && idle.Known && idle.Value < s.Person.idle()
}

func idleEnough(s Settings, in Input) time.Time {
	return in.Now.Add(s.Person.idle() - in.Readings.Idle.Value)
}

func outOfHours(s Settings, in Input, _ bool) (Facts, bool) {
	return Facts{}, !s.InHours(in.Now)
}

// InHours says whether the owner's hours allow work at t.
func (s Settings) InHours(t time.Time) bool { return !s.Hours.Limit || s.Hours.open(t) }

// open says whether t lies within the hours.
func (h HoursRule) open(t time.Time) bool {
	// The hours that are open now began today or yesterday.
	for back := range 2 {
		begin, end, ok := h.on(t, -back)
		if ok && !t.Before(begin) && t.Before(end) {
			return true
		}
	}
	return false
}

// next is when the hours open next, after t.
func (h HoursRule) next(t time.Time) time.Time {
	for ahead := range 8 {
		if begin, _, ok := h.on(t, ahead); ok && begin.After(t) {
			return begin
		}
	}
	return time.Time{}
}

// on is when the hours of a day begin and end, of the day that lies so many days
// from t's; false when there are none.
func (h HoursRule) on(t time.Time, away int) (begin, end time.Time, ok bool) {
	from, err := clock("from", h.From)
	to, err2 := clock("to", h.To)
	if err != nil || err2 != nil {
		return begin, end, false
	}
	at := func(day, minutes int) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+day, 0, minutes, 0, 0, t.Location())
	}
	begin, end = at(away, from), at(away, to)
	if to <= from {
		end = at(away+1, to)
	}
	return begin, end, slices.Contains(h.Days, days()[begin.Weekday()])
}
