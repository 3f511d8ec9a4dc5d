package agent

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"helium/app/api"
	"helium/app/notices"
	"helium/backend/protocol"
)

// Desktop is the one that an agent lives on.
type Desktop struct {
	// Login starts the agent with the desktop.
	Login Login
	// Notify shows a notice to the person.
	Notify func(notices.Notice) error
}

// Login is a switch that the system holds.
type Login interface {
	On() (bool, error)
	Set(on bool) error
}

// desktopName is the owner's choices and what has been told, in the data folder.
const desktopName = "desktop.json"

// keptDesktop is what outlives the agent. Whether it starts at login is the
// system's to know.
type keptDesktop struct {
	CloseToTray bool         `json:"close_to_tray"`
	Notify      api.Notify   `json:"notify"`
	Told        notices.Told `json:"told"`
}

func usualDesktop() keptDesktop {
	return keptDesktop{CloseToTray: true, Notify: api.Notify{FirstEarning: true, Slashed: true, KickedOut: true, LowGas: true, Update: true}}
}

// desk is what the agent makes of its desktop.
type desk struct {
	host *Desktop // nil when headless
	path string
	log  *slog.Logger

	// mu guards everything that follows.
	mu   sync.Mutex
	kept keptDesktop
	// damage says that the file could not be read.
	damage *protocol.Reason
	// tray says that the icon is shown, login that the agent starts at login, and
	// loginErr why that can't be known or set.
	tray, login bool
	loginErr    error
}

// openDesk reads what was kept, and renews the entry that starts this program at
// login: it may have moved.
func openDesk(dir string, host *Desktop, log *slog.Logger) *desk {
	d := &desk{host: host, path: filepath.Join(dir, desktopName), log: log}
	d.read()
	if host == nil {
		return d
	}
	if d.login, d.loginErr = host.Login.On(); d.login {
		d.loginErr = host.Login.Set(true)
	}
	return d
}

// read takes the usual choices for a file that can't be read, puts it aside and
// says so. What it had told is taken as told: better once too seldom.
func (d *desk) read() {
	d.kept = usualDesktop()
	err := readKept(d.path, func(b []byte) error {
		kept := usualDesktop() // what an older Helium did not know
		if _, err := strictly(b, &kept); err != nil {
			return err
		}
		d.kept = kept
		return nil
	})
	if err == nil {
		return
	}
	d.log.Warn("the choices of the desktop can't be read; the usual ones hold", "file", d.path, "err", err)
	d.kept.Told.FirstEarning = true
	d.damage = &protocol.Reason{
		Code: codeDesktop, Title: "Your choices for this desktop were damaged",
		Detail: "The usual ones hold now: " + err.Error() + ".", Action: "Look through them and choose again. The damaged file is kept as " + aside(d.path) + ".",
	}
}

// state is what is shown.
func (d *desk) state() api.DesktopState {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := api.DesktopState{
		Settings: api.Desktop{StartAtLogin: d.login, CloseToTray: d.kept.CloseToTray, Notify: d.kept.Notify},
		Unable:   []api.Unable{}, Reason: d.damage,
	}
	unable := func(c api.DesktopChoice, why api.UnableWhy, detail string) {
		s.Unable = append(s.Unable, api.Unable{Choice: c, Why: why, Detail: detail})
	}
	if d.host == nil {
		unable(api.ChoiceStartAtLogin, api.WhyHeadless, "")
		unable(api.ChoiceCloseToTray, api.WhyHeadless, "")
		unable(api.ChoiceNotify, api.WhyHeadless, "")
		return s
	}
	if d.loginErr != nil {
		unable(api.ChoiceStartAtLogin, api.WhyRefused, d.loginErr.Error())
	}
	if !d.tray {
		unable(api.ChoiceCloseToTray, api.WhyNoTray, "")
	}
	return s
}

// set does what the owner chose. What can't be kept does not hold.
func (d *desk) set(want api.Desktop) error {
	if d.host == nil {
		return say("desktop_headless", "These choices are for Helium with its window. This one was started by a command.")
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.login
	if want.StartAtLogin != before {
		if err := d.host.Login.Set(want.StartAtLogin); err != nil {
			d.loginErr = err
			return say("desktop_login", "Whether Helium starts at login can't be changed: {why}.", err)
		}
	}
	kept := d.kept
	kept.CloseToTray, kept.Notify = want.CloseToTray, want.Notify
	if err := keepFile(d.path, kept); err != nil {
		if want.StartAtLogin != before {
			err = errors.Join(err, d.host.Login.Set(before))
		}
		return err
	}
	d.kept, d.login, d.loginErr, d.damage = kept, want.StartAtLogin, nil, nil
	return nil
}

// closeEnds says whether closing the window ends the agent: when its owner says
// so, or would not find it again.
func (d *desk) closeEnds() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.host != nil && !(d.kept.CloseToTray && d.tray)
}

// news is what a state gives to tell, noted as told before it is: a notice may
// be lost, and never comes twice.
func (d *desk) news(s api.State) []notices.Notice {
	d.mu.Lock()
	defer d.mu.Unlock()
	all, told := notices.Decide(d.kept.Told, s)
	if told == d.kept.Told {
		return nil
	}
	d.kept.Told = told
	if err := keepFile(d.path, d.kept); err != nil {
		d.log.Warn("what was told can't be kept", "err", err)
	}
	wanted := map[notices.Kind]bool{
		notices.FirstEarning: d.kept.Notify.FirstEarning, notices.Slashed: d.kept.Notify.Slashed,
		notices.KickedOut: d.kept.Notify.KickedOut, notices.LowGas: d.kept.Notify.LowGas,
		notices.Update: d.kept.Notify.Update,
	}
	var news []notices.Notice
	for _, n := range all {
		if wanted[n.Kind] {
			news = append(news, n)
		}
	}
	return news
}

// tellNews tells the person what matters, until ctx ends.
func (a *Agent) tellNews(ctx context.Context) {
	if a.desk.host == nil {
		return
	}
	for s := range a.Watch(ctx) {
		for _, n := range a.desk.news(s) {
			if err := a.desk.host.Notify(n); err != nil {
				a.log.Warn("tell the person", "of", n.Kind, "err", err)
			}
		}
	}
}

func (a *Agent) showDesktop() {
	d := a.desk.state()
	a.hub.change(func(s *api.State) {
		d.Quitting = s.Desktop.Quitting
		s.Desktop = d
	})
}

// TrayShown tells whether the tray shows the icon.
func (a *Agent) TrayShown(is bool) {
	a.desk.mu.Lock()
	a.desk.tray = is
	a.desk.mu.Unlock()
	a.showDesktop()
}

// SetDesktop takes the owner's choices for this desktop.
func (a *Agent) SetDesktop(_ context.Context, d api.Desktop) error {
	err := a.desk.set(d)
	a.showDesktop()
	return err
}

// windowTime is how long a window may take to show the state before the work begins
// without it.
const windowTime = 3 * time.Second

// letWindowFirst waits for the window.
func (a *Agent) letWindowFirst(ctx context.Context) {
	if !a.cfg.WindowFirst {
		return
	}
	select {
	case <-ctx.Done():
	case <-a.shown:
	case <-time.After(windowTime):
		a.log.Info("the work begins before the window is shown", "after", windowTime)
	}
}

// WindowShown lets the work begin.
func (a *Agent) WindowShown(context.Context) error {
	a.showOnce.Do(func() { close(a.shown) })
	return nil
}

// WindowClosed ends the agent where its owner wants that.
func (a *Agent) WindowClosed(ctx context.Context) error {
	if !a.desk.closeEnds() {
		return nil
	}
	return a.Quit(ctx)
}
