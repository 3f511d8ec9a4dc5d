//go:build linux || windows || (darwin && cgo)

package tray

import (
	"context"
	"log/slog"
	"runtime"

	"fyne.io/systray"

	"helium/app/api"
)

// Run shows the icon until ctx ends, from when the desktop has a place for it. On
// macOS it must be called on the main thread. It returns ErrNoTray at once where
// there will never be one.
func Run(ctx context.Context, agent Agent, do Actions, log *slog.Logger) error {
	if err := awaitHost(ctx, do.Shown); err != nil {
		return err
	}
	// Window messages on Windows belong to the thread that made the window.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	if runtime.GOOS == "linux" {
		systray.SetTitle("Helium") // the name by which a panel remembers it
	}
	if runtime.GOOS != "darwin" {
		systray.SetOnTapped(do.Open)
	}
	systray.Run(func() {
		m := newMenu(viewOf(api.State{Node: api.Node{Status: api.NodeStarting}}))
		go m.serve(ctx, agent, do, log)
	}, nil)
	return nil
}

// menu holds the items in the order in which they stand.
type menu struct {
	status, earnings, pause *systray.MenuItem
	lengths                 []*systray.MenuItem
	resume, open, quit      *systray.MenuItem
	shown                   view
}

// newMenu is what there is before the first state.
func newMenu(v view) *menu {
	systray.SetTooltip("Helium")
	m := &menu{
		status:   systray.AddMenuItem(v.status, ""),
		earnings: systray.AddMenuItem("…", ""),
	}
	m.status.Disable()
	m.earnings.Disable()
	systray.AddSeparator()
	m.pause = systray.AddMenuItem(v.fixed.pause, v.fixed.pauseHelp)
	for _, label := range v.fixed.lengths {
		m.lengths = append(m.lengths, m.pause.AddSubMenuItem(label, ""))
	}
	m.resume = systray.AddMenuItem("…", v.fixed.resumeHelp)
	m.open = systray.AddMenuItem(v.fixed.open, "")
	systray.AddSeparator()
	m.quit = systray.AddMenuItem(v.quit, v.fixed.help)
	m.pause.Hide()
	m.resume.Hide()
	m.shown.fixed = v.fixed
	return m
}

func (m *menu) serve(ctx context.Context, agent Agent, do Actions, log *slog.Logger) {
	defer systray.Quit()
	wish := func(what string, err error) {
		if err != nil {
			log.Warn("tray", "wish", what, "err", err)
		}
	}
	chosen := make(chan api.PauseLength)
	for i, item := range m.lengths {
		go forward(ctx, item.ClickedCh, chosen, pauses[i].length)
	}
	states := agent.Watch(ctx)
	for {
		select {
		case s, open := <-states: // closed when ctx ends
			if !open {
				return
			}
			m.show(viewOf(s), log)
		case length := <-chosen:
			if length == "" {
				wish("pause", agent.Pause(ctx))
			} else {
				wish("pause for", agent.PauseFor(ctx, length))
			}
		case <-m.resume.ClickedCh:
			wish("resume", agent.Resume(ctx))
		case <-m.open.ClickedCh:
			do.Open()
		case <-m.quit.ClickedCh:
			wish("quit", agent.Quit(ctx))
		}
	}
}

// forward turns clicks on an item into what it stands for.
func forward(ctx context.Context, clicks <-chan struct{}, to chan<- api.PauseLength, length api.PauseLength) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-clicks:
		}
		select {
		case <-ctx.Done():
			return
		case to <- length:
		}
	}
}

// show changes what is not as it should be: each change is a message to the
// desktop, and an open menu jumps.
func (m *menu) show(v view, log *slog.Logger) {
	old := m.shown
	if v.shape != old.shape {
		if picture, err := icon(v.shape); err != nil {
			log.Warn("tray icon", "err", err)
		} else {
			systray.SetIcon(picture)
		}
	}
	if v.status != old.status {
		m.status.SetTitle(v.status)
	}
	if v.earnings != old.earnings {
		m.earnings.SetTitle(v.earnings)
	}
	if v.tooltip != old.tooltip {
		systray.SetTooltip(v.tooltip)
	}
	if v.pause != old.pause {
		setVisible(m.pause, v.pause)
	}
	if v.resume != old.resume {
		if v.resume != "" {
			m.resume.SetTitle(v.resume)
		}
		setVisible(m.resume, v.resume != "")
	}
	if v.quit != old.quit {
		m.quit.SetTitle(v.quit)
	}
	if v.fixed != old.fixed {
		m.rename(v.fixed)
	}
	m.shown = v
}

// rename puts into another language what changes with nothing else.
func (m *menu) rename(f fixed) {
	m.pause.SetTitle(f.pause)
	m.pause.SetTooltip(f.pauseHelp)
	for i, label := range f.lengths {
		m.lengths[i].SetTitle(label)
	}
	m.resume.SetTooltip(f.resumeHelp)
	m.open.SetTitle(f.open)
	m.quit.SetTooltip(f.help)
}

func setVisible(item *systray.MenuItem, is bool) {
	if is {
		item.Show()
	} else {
		item.Hide()
	}
}
