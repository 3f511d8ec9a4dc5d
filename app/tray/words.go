package tray

import (
	"cmp"
	"fmt"
	"time"

	"helium/app/api"
	"helium/backend/yield"
)

// statusWords are the page's own, so that a person reads one thing in both.
func statusWords(s api.NodeStatus) string {
	switch s {
	case api.NodeStarting:
		return "Getting ready"
	case api.NodeStopped:
		return "Not earning"
	case api.NodeJoining:
		return "Joining the network"
	case api.NodeRunning:
		return "Ready for tasks"
	case api.NodeWorking:
		return "Working"
	case api.NodePausing:
		return "Pausing after this task"
	case api.NodePaused:
		return "Paused"
	case api.NodeStopping:
		return "Leaving after this task"
	case api.NodeBlocked:
		return "Can't earn right now"
	}
	return string(s)
}

// pauseWords say for what the node makes room, and until when where that is known.
func pauseWords(p *api.Pause, now time.Time) string {
	words := pauseReason(p)
	knownEnd := p.Over || p.Reason == yield.Asked || p.Reason == yield.OutOfHours
	if p.Until == nil || !knownEnd {
		return words
	}
	return words + " until " + clock(*p.Until, now)
}

func pauseReason(p *api.Pause) string {
	program := cmp.Or(p.Facts.Program, "a program")
	switch p.Reason {
	case yield.Game, yield.Listed, yield.GraphicsBusy:
		return "Paused for " + program
	case yield.Hot:
		return fmt.Sprintf("Paused: too hot, %d °C", p.Facts.Celsius)
	case yield.OnBattery:
		return "Paused: on battery"
	case yield.InUse:
		return "Paused while you use the computer"
	case yield.OutOfHours:
		return "Paused outside your hours"
	}
	return "Paused"
}

// clock is a time of day, with the weekday when it is another day's.
func clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04")
	}
	return t.Format("Monday 15:04")
}

// quitWords say what becomes of the task at hand.
func quitWords(s api.State) string {
	switch {
	case s.Desktop.Quitting && s.Task != nil:
		return "Quit now, unpaid"
	case s.Desktop.Quitting:
		return "Quit now"
	case s.Task == nil:
		return "Quit"
	case s.When.Settings.Finish == yield.FinishNever:
		return "Quit and hand the task back"
	case s.When.Settings.Finish == yield.FinishSoon:
		return "Quit; finish the task or hand it back"
	}
	return "Quit after this task"
}
