//go:build linux || windows || (darwin && cgo)

package tray

import (
	"context"
	"log/slog"
	"runtime"

	"fyne.io/systray"
)

// Run shows the icon until ctx ends. On macOS it must be called on the main
// thread. It returns ErrNoTray at once where there is none.
func Run(ctx context.Context, agent Agent, do Actions, log *slog.Logger) error {
	if !available() {
		return ErrNoTray
	}
	// Window messages on Windows belong to the thread that made the window.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()

	systray.Run(func() {
		m := newMenu()
		go m.serve(ctx, agent, do, log)
	}, nil)
	return nil
}

// menu holds the items in the order in which they stand.
type menu struct {
	status, earnings, toggle, open, quit *systray.MenuItem
	shown                                view
}

func newMenu() *menu {
	systray.SetTooltip("Helium")
	m := &menu{
		status:   systray.AddMenuItem("Starting…", ""),
		earnings: systray.AddMenuItem("", ""),
	}
	m.status.Disable()
	m.earnings.Disable()
	systray.AddSeparator()
	m.toggle = systray.AddMenuItem("Pause", "Take no tasks until you resume")
	m.open = systray.AddMenuItem("Open Helium", "")
	systray.AddSeparator()
	m.quit = systray.AddMenuItem("Quit", "Leave no part of Helium running")
	m.toggle.Hide()
	return m
}

func (m *menu) serve(ctx context.Context, agent Agent, do Actions, log *slog.Logger) {
	defer systray.Quit()
	states := agent.Watch(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-states:
			if !ok {
				return
			}
			m.show(viewOf(s), log)
		case <-m.toggle.ClickedCh:
			m.pauseOrResume(ctx, agent, log)
		case <-m.open.ClickedCh:
			do.Open()
		case <-m.quit.ClickedCh:
			do.Quit()
		}
	}
}

func (m *menu) show(v view, log *slog.Logger) {
	if v == m.shown {
		return
	}
	if v.shape != m.shown.shape {
		if picture, err := icon(v.shape); err != nil {
			log.Warn("tray icon", "err", err)
		} else {
			systray.SetIcon(picture)
		}
	}
	m.status.SetTitle(v.status)
	m.earnings.SetTitle(v.earnings)
	systray.SetTooltip("Helium: " + v.status)
	if v.toggle == "" {
		m.toggle.Hide()
	} else {
		m.toggle.SetTitle(v.toggle)
		m.toggle.Show()
	}
	m.shown = v
}

func (m *menu) pauseOrResume(ctx context.Context, agent Agent, log *slog.Logger) {
	wish := agent.Pause
	if m.shown.resume {
		wish = agent.Resume
	}
	if err := wish(ctx); err != nil {
		log.Warn("tray", "wish", m.shown.toggle, "err", err)
	}
}
