package tray

import (
	"cmp"

	"helium/app/api"
	"helium/app/texts"
	"helium/backend/yield"
)

// pauseWords say for what the node makes room, and until when where that is known.
func pauseWords(t texts.Table, s api.State) string {
	p := s.Node.Pause
	words := pauseReason(t, p)
	knownEnd := p.Over || p.Reason == yield.Asked || p.Reason == yield.OutOfHours
	if p.Until == nil || !knownEnd {
		return words
	}
	return t.Say("tray.until", "what", words, "time", t.Clock(*p.Until, s.Now))
}

func pauseReason(t texts.Table, p *api.Pause) string {
	switch p.Reason {
	case yield.Game, yield.Listed, yield.GraphicsBusy:
		return t.Say("tray.pausedFor", "program", cmp.Or(p.Facts.Program, t.Say("tray.someProgram")))
	case yield.Hot:
		return t.Say("tray.pausedHot", "celsius", p.Facts.Celsius)
	case yield.OnBattery:
		return t.Say("tray.pausedBattery")
	case yield.InUse:
		return t.Say("tray.pausedInUse")
	case yield.OutOfHours:
		return t.Say("tray.pausedHours")
	}
	return t.Say("status.paused")
}

// reasonWords name what is in the way.
func reasonWords(t texts.Table, code, title string) string {
	if id := "reason." + code; t.Has(id) {
		return t.Say(id)
	}
	return title
}

// quitWords say what becomes of the task at hand.
func quitWords(t texts.Table, s api.State) string {
	switch {
	case s.Desktop.Quitting && s.Task != nil:
		return t.Say("tray.quitUnpaid")
	case s.Desktop.Quitting:
		return t.Say("tray.quitNow")
	case s.Task == nil:
		return t.Say("tray.quit")
	case s.When.Settings.Finish == yield.FinishNever:
		return t.Say("tray.quitHandBack")
	case s.When.Settings.Finish == yield.FinishSoon:
		return t.Say("tray.quitSoon")
	}
	return t.Say("tray.quitAfter")
}
