// Package tray is Helium's corner of the desktop: an icon whose shape tells the
// node's state, and a menu to pause, open and quit.
//
// The tray lives in the agent, not in the window, so that closing the window
// ends the webview and leaves the icon. A desktop may get a place for icons late,
// as at login, or lose it: Run waits for it, and says when the icon is shown.
package tray

import (
	"cmp"
	"context"
	"errors"

	"helium/app/api"
	"helium/app/texts"
	"helium/backend/yield"
)

// ErrNoTray says that this system has no tray and will get none.
var ErrNoTray = errors.New("this system has no tray")

// Agent is what the tray shows and steers.
type Agent interface {
	api.Service
	api.DesktopService
	Watch(ctx context.Context) <-chan api.State
}

// Actions are what the menu does outside the node.
type Actions struct {
	// Open shows the window.
	Open func()
	// Shown is told when the desktop begins and ceases to show the icon.
	Shown func(bool)
}

// Shape of the icon. State is told by shape, not by colour alone.
type Shape string

const (
	Idle    Shape = "idle"
	Running Shape = "running"
	Working Shape = "working"
	Paused  Shape = "paused"
	Blocked Shape = "blocked"
)

// view is what the tray shows of a state: a pure function of it.
type view struct {
	shape    Shape
	status   string
	earnings string
	tooltip  string
	// pause offers the lengths of a pause; resume is the label of the item that
	// ends one, empty where nothing can.
	pause  bool
	resume string
	quit   string
	fixed  fixed
}

// fixed is what changes with the language alone.
type fixed struct {
	pause, pauseHelp       string
	lengths                [len(pauses)]string
	resumeHelp, open, help string
}

func fixedOf(t texts.Table) fixed {
	f := fixed{
		pause: t.Say("tray.pause"), pauseHelp: t.Say("tray.pauseHelp"), resumeHelp: t.Say("tray.resumeHelp"),
		open: t.Say("tray.open"), help: t.Say("tray.quitHelp"),
	}
	for i, p := range pauses {
		f.lengths[i] = t.Say(p.label)
	}
	return f
}

// pauses are the lengths of a pause, as they are offered.
var pauses = [...]struct {
	label  string
	length api.PauseLength // empty for one without an end
}{
	{"tray.tenMinutes", api.PauseTenMinutes},
	{"tray.hour", api.PauseHour},
	{"tray.tomorrow", api.PauseTomorrow},
	{"tray.resumed", ""},
}

var shapes = map[api.NodeStatus]Shape{
	api.NodeRunning:  Running,
	api.NodeWorking:  Working,
	api.NodePausing:  Working,
	api.NodePaused:   Paused,
	api.NodeStopping: Working,
	api.NodeBlocked:  Blocked,
}

func viewOf(s api.State) view {
	t := texts.In(s.Settings.Language)
	v := view{
		shape: cmp.Or(shapes[s.Node.Status], Idle), status: t.Say("status." + string(s.Node.Status)),
		earnings: t.Say("tray.earned", "amount", s.Earnings.Today.String()), quit: quitWords(t, s), fixed: fixedOf(t),
	}
	switch s.Node.Status {
	case api.NodeRunning, api.NodeWorking:
		v.pause = true
	case api.NodePaused, api.NodePausing:
		v.resume = resumeWords(t, s.Node.Pause)
		if s.Node.Pause != nil && v.shape == Paused {
			v.status = pauseWords(t, s)
		}
	case api.NodeBlocked:
		if s.Node.Reason != nil {
			v.status = t.Say("tray.blocked", "status", v.status, "reason", reasonWords(t, s.Node.Reason.Code, s.Node.Reason.Title))
		}
	}
	if s.Setup != nil {
		v.status, v.pause, v.resume = t.Say("tray.notSetUp"), false, ""
	}
	if s.Desktop.Quitting {
		v.status, v.pause, v.resume = t.Say("tray.quitting"), false, ""
		if s.Task != nil {
			v.status = t.Say("tray.quittingTask")
		}
	}
	v.tooltip = "Helium: " + v.status + "\n" + v.earnings
	return v
}

// resumeWords name the end of a pause: of the person's own, or of one that is for
// something else and may be overruled.
func resumeWords(t texts.Table, p *api.Pause) string {
	switch {
	case p == nil || p.Reason == yield.Asked:
		return t.Say("tray.resume")
	case p.CanStart:
		return t.Say("tray.startNow")
	}
	return ""
}
