// Package tray is Helium's corner of the desktop: an icon whose shape tells the
// node's state, and a menu to pause, open and quit.
//
// The tray lives in the agent, not in the window, so that closing the window
// ends the webview and leaves the icon. Where a desktop has no tray, Run says so
// and the agent goes on without one.
package tray

import (
	"context"
	"errors"

	"helium/app/api"
)

// ErrNoTray says that this desktop shows no tray icons.
var ErrNoTray = errors.New("this desktop has no tray")

// Agent is what the tray shows and steers.
type Agent interface {
	api.Service
	Watch(ctx context.Context) <-chan api.State
}

// Actions are what the menu does outside the node.
type Actions struct {
	// Open shows the window.
	Open func()
	// Quit ends the agent.
	Quit func()
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
	// toggle is the label of the pause item; empty hides it.
	toggle string
	resume bool
}

var words = map[api.NodeStatus]view{
	api.NodeStarting: {shape: Idle, status: "Starting…"},
	api.NodeStopped:  {shape: Idle, status: "Stopped"},
	api.NodeJoining:  {shape: Idle, status: "Joining the network…"},
	api.NodeRunning:  {shape: Running, status: "Ready for tasks", toggle: "Pause"},
	api.NodeWorking:  {shape: Working, status: "Working on a task", toggle: "Pause"},
	api.NodePausing:  {shape: Working, status: "Pausing after this task", toggle: "Resume", resume: true},
	api.NodePaused:   {shape: Paused, status: "Paused", toggle: "Resume", resume: true},
	api.NodeStopping: {shape: Working, status: "Stopping after this task"},
	api.NodeBlocked:  {shape: Blocked, status: "Not earning"},
}

func viewOf(s api.State) view {
	v, ok := words[s.Node.Status]
	if !ok {
		v = view{shape: Idle, status: string(s.Node.Status)}
	}
	if s.Node.Reason != nil && v.shape == Blocked {
		v.status = "Not earning: " + s.Node.Reason.Title
	}
	if s.Node.Pause != nil && v.shape == Paused {
		v.status = pauseWords(s.Node.Pause)
	}
	v.earnings = "Today: " + s.Earnings.Today.String()
	return v
}
