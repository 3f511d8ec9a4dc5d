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
	v := view{
		shape: cmp.Or(shapes[s.Node.Status], Idle), status: statusWords(s.Node.Status),
		earnings: "Earned today: " + s.Earnings.Today.String(), quit: quitWords(s),
	}
	switch s.Node.Status {
	case api.NodeRunning, api.NodeWorking:
		v.pause = true
	case api.NodePaused, api.NodePausing:
		v.resume = resumeWords(s.Node.Pause)
		if s.Node.Pause != nil && v.shape == Paused {
			v.status = pauseWords(s.Node.Pause, s.Now)
		}
	case api.NodeBlocked:
		if s.Node.Reason != nil {
			v.status += ": " + s.Node.Reason.Title
		}
	}
	if s.Setup != nil {
		v.status, v.pause, v.resume = "Not set up yet", false, ""
	}
	if s.Desktop.Quitting {
		v.status, v.pause, v.resume = "Quitting…", false, ""
		if s.Task != nil {
			v.status = "Quitting when the task is done or handed back"
		}
	}
	v.tooltip = "Helium: " + v.status + "\n" + v.earnings
	return v
}

// resumeWords name the end of a pause: of the person's own, or of one that is for
// something else and may be overruled.
func resumeWords(p *api.Pause) string {
	switch {
	case p == nil || p.Reason == yield.Asked:
		return "Resume"
	case p.CanStart:
		return "Start now"
	}
	return ""
}
