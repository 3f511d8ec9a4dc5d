package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"helium/app/api"
	"helium/app/notices"
	"helium/backend/node"
	"helium/backend/protocol"
)

// switchOf is the system's entry, in memory; it refuses with err.
type switchOf struct {
	on  bool
	err error
}

func (s *switchOf) On() (bool, error) { return s.on, s.err }
func (s *switchOf) Set(on bool) error {
	if s.err == nil {
		s.on = on
	}
	return s.err
}

func openOn(t *testing.T, dir string, host *Desktop) *Agent {
	t.Helper()
	a, err := Open(Config{DataDir: dir, Desktop: host})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func shownDesktop(t *testing.T, a *Agent) api.DesktopState {
	t.Helper()
	s, err := a.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Desktop
}

// whys are the choices that don't hold, with why.
func whys(s api.DesktopState) string {
	var all []string
	for _, u := range s.Unable {
		all = append(all, string(u.Choice)+": "+string(u.Why))
	}
	return strings.Join(all, ", ")
}

func TestChoicesOfTheDesktopOutliveTheAgent(t *testing.T) {
	dir, login := t.TempDir(), &switchOf{}
	a := openOn(t, dir, &Desktop{Login: login})
	usual := api.Desktop{CloseToTray: true, Notify: api.Notify{FirstEarning: true, Slashed: true, KickedOut: true, LowGas: true, Update: true}}
	if got := shownDesktop(t, a); got.Settings != usual || got.Reason != nil || whys(got) != "close_to_tray: no_tray" {
		t.Fatalf("at first it is %+v", got)
	}
	a.TrayShown(true)
	want := api.Desktop{StartAtLogin: true, Notify: api.Notify{Slashed: true}}
	if err := a.SetDesktop(t.Context(), want); err != nil {
		t.Fatal(err)
	}
	if got := shownDesktop(t, a); got.Settings != want || whys(got) != "" || !login.on {
		t.Fatalf("it is %+v, and the system's entry %v", got, login.on)
	}
	a.Close()

	login.on = false // somebody turned it off elsewhere
	a = openOn(t, dir, &Desktop{Login: login})
	defer a.Close()
	want.StartAtLogin = false
	if got := shownDesktop(t, a); got.Settings != want || login.on {
		t.Errorf("after a restart it is %+v, and the system's entry %v", got, login.on)
	}
}

func TestDamagedChoicesAreToldAndPutAside(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "torn": `{"close_to_`, "unknown": `{"close_to_tray":true,"colour":"red"}`, "type": `{"close_to_tray":"yes"}`} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, desktopName)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			a := openOn(t, dir, &Desktop{Login: &switchOf{}})
			defer a.Close()
			got := shownDesktop(t, a)
			if got.Reason == nil || got.Reason.Code != "desktop_unreadable" || !got.Settings.CloseToTray {
				t.Fatalf("it is %+v", got)
			}
			if aside, err := os.ReadFile(path + ".unreadable"); err != nil || string(aside) != text {
				t.Errorf("put aside is %q, %v", aside, err)
			}
			if err := a.SetDesktop(t.Context(), got.Settings); err != nil {
				t.Fatal(err)
			}
			if got := shownDesktop(t, a); got.Reason != nil {
				t.Errorf("once chosen again it says %+v", got.Reason)
			}
		})
	}
}

func TestAnAgentOfACommandHasNoDesktop(t *testing.T) {
	a := openOn(t, t.TempDir(), nil)
	defer a.Close()
	if got := whys(shownDesktop(t, a)); got != "start_at_login: headless, close_to_tray: headless, notify: headless" {
		t.Errorf("it can't %s", got)
	}
	if err := a.SetDesktop(t.Context(), api.Desktop{}); err == nil || !strings.Contains(err.Error(), "command") {
		t.Errorf("got %v", err)
	}
	if err := a.WindowClosed(t.Context()); err != nil || len(a.quits) != 0 {
		t.Errorf("closing a window of it ends it: %v", err)
	}
}

func TestWhatTheSystemRefusesIsToldAndNothingIsKept(t *testing.T) {
	login := &switchOf{err: errors.New("the folder belongs to another")}
	a := openOn(t, t.TempDir(), &Desktop{Login: login})
	defer a.Close()
	a.TrayShown(true)
	if got := shownDesktop(t, a); whys(got) != "start_at_login: refused" || got.Unable[0].Detail != login.err.Error() {
		t.Errorf("it is %+v", got)
	}
	if err := a.SetDesktop(t.Context(), api.Desktop{StartAtLogin: true}); err == nil || !strings.Contains(err.Error(), login.err.Error()) {
		t.Errorf("got %v", err)
	}
	if got := shownDesktop(t, a); !got.Settings.CloseToTray || got.Settings.StartAtLogin {
		t.Errorf("it is %+v", got.Settings)
	}
}

func TestChoicesOfAnOlderHelium(t *testing.T) {
	dir := t.TempDir()
	older := `{"close_to_tray":false,"notify":{"first_earning":true,"slashed":true,"kicked_out":true,"low_gas":false},"told":{"first_earning":true}}`
	if err := os.WriteFile(filepath.Join(dir, desktopName), []byte(older), 0o600); err != nil {
		t.Fatal(err)
	}
	a := openOn(t, dir, &Desktop{Login: &switchOf{}})
	defer a.Close()
	if got := shownDesktop(t, a).Settings; got.CloseToTray || got.Notify.LowGas || !got.Notify.Update {
		t.Errorf("it is %+v: what was chosen holds, and what there was no choice of is as usual", got)
	}
}

func TestChoicesThatCantBeKeptDoNotHold(t *testing.T) {
	dir, login := t.TempDir(), &switchOf{}
	a := openOn(t, dir, &Desktop{Login: login})
	defer a.Close()
	if err := os.MkdirAll(filepath.Join(dir, desktopName, "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := a.SetDesktop(t.Context(), api.Desktop{StartAtLogin: true}); err == nil {
		t.Fatal("no error")
	}
	if got := shownDesktop(t, a).Settings; got.StartAtLogin || !got.CloseToTray || login.on {
		t.Errorf("it is %+v, and the system's entry %v", got, login.on)
	}
}

func TestTheWorkBeginsWhenTheWindowIsShown(t *testing.T) {
	for name, c := range map[string]struct{ first, shown, begins bool }{
		"a window that shows":           {true, true, true},
		"a window that isn't there yet": {true, false, false},
		"no window":                     {false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := Open(Config{DataDir: t.TempDir(), WindowFirst: c.first, Desktop: &Desktop{Login: &switchOf{}}})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if c.shown {
				for range 2 { // a page that is loaded again says so again
					if err := a.WindowShown(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			begun := make(chan struct{})
			go func() {
				defer close(begun)
				a.letWindowFirst(ctx)
			}()
			if got := isClosedSoon(begun, windowTime/2); got != c.begins {
				t.Errorf("the work begins: %v, want %v", got, c.begins)
			}
			cancel()
			<-begun
		})
	}
}

func TestClosingTheWindowEndsTheAgentWhereItsOwnerSaysSo(t *testing.T) {
	for name, c := range map[string]struct{ tray, toTray, ends bool }{
		"to the tray":         {true, true, false},
		"not to the tray":     {true, false, true},
		"where there is none": {false, true, true},
		"neither":             {false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := openOn(t, t.TempDir(), &Desktop{Login: &switchOf{}})
			defer a.Close()
			a.TrayShown(c.tray)
			if err := a.SetDesktop(t.Context(), api.Desktop{CloseToTray: c.toTray}); err != nil {
				t.Fatal(err)
			}
			if err := a.WindowClosed(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := len(a.quits) == 1; got != c.ends {
				t.Errorf("ends: %v, want %v", got, c.ends)
			}
		})
	}
}

// awaiting runs awaitQuit; the channel closes when it says to end.
func awaiting(t *testing.T, a *Agent) <-chan struct{} {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		a.awaitQuit(ctx, func() { close(ended) })
	}()
	t.Cleanup(func() { cancel(); <-gone })
	return ended
}

func isClosedSoon(ch <-chan struct{}, within time.Duration) bool {
	select {
	case <-ch:
		return true
	case <-time.After(within):
		return false
	}
}

func TestQuittingWaitsUntilTheNodeRestsOrForASecondWord(t *testing.T) {
	busy := func(s *api.State) { s.Node.Chain, s.Task = protocol.NodeBusy.String(), &api.Task{} }
	done := func(s *api.State) { s.Task = nil }
	paused := func(s *api.State) { s.Node.Chain = protocol.NodePaused.String() }
	left := func(s *api.State) { s.Node.Chain = protocol.NodeQuit.String() }
	for name, c := range map[string]struct {
		changes []func(*api.State)
		word    bool
		ends    bool
	}{
		"a task at hand":        {changes: []func(*api.State){busy}},
		"still counted on":      {changes: []func(*api.State){busy, done}},
		"paused before its end": {changes: []func(*api.State){busy, paused}},
		"paused":                {changes: []func(*api.State){busy, done, paused}, ends: true},
		"left":                  {changes: []func(*api.State){busy, done, left}, ends: true},
		"a second word":         {changes: []func(*api.State){busy}, word: true, ends: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := openOn(t, t.TempDir(), nil)
			defer a.Close()
			a.node = &node.Node{} // that there is one is all that is asked
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			for _, change := range c.changes {
				a.hub.change(change)
			}
			go func() {
				defer close(ended)
				a.awaitRest(ctx)
			}()
			if c.word {
				a.Quit(ctx)
			}
			within := 200 * time.Millisecond
			if c.ends {
				within = 5 * time.Second
			}
			if got := isClosedSoon(ended, within); got != c.ends {
				t.Errorf("ends: %v, want %v", got, c.ends)
			}
			cancel()
			<-ended
		})
	}
}

func TestQuitEndsAtOnceWhereThereIsNoNode(t *testing.T) {
	a := openOn(t, t.TempDir(), nil)
	defer a.Close()
	ended := awaiting(t, a)
	a.Quit(t.Context())
	if !isClosedSoon(ended, 5*time.Second) {
		t.Error("it waits for a node that is not there")
	}
	if !shownDesktop(t, a).Quitting {
		t.Error("it does not say that it quits")
	}
}

func TestNewsAreToldOnceAndOnlyWhereWanted(t *testing.T) {
	dir := t.TempDir()
	var told []notices.Kind
	host := &Desktop{Login: &switchOf{}, Notify: func(n notices.Notice) error {
		told = append(told, n.Kind)
		return nil
	}}
	// live runs an agent that shows the states, until all have been looked at.
	live := func(choices api.Desktop, states ...func(*api.State)) {
		t.Helper()
		a := openOn(t, dir, host)
		defer a.Close()
		if err := a.SetDesktop(t.Context(), choices); err != nil {
			t.Fatal(err)
		}
		for _, change := range states {
			a.hub.change(change)
			for _, n := range a.desk.news(a.hub.get()) {
				host.Notify(n)
			}
		}
	}
	paid := func(s *api.State) { s.Node.Status, s.Earnings.Total = api.NodeRunning, protocol.CNX(5) }
	starting := func(s *api.State) { s.Node.Status = api.NodeStarting }
	out := func(s *api.State) {
		s.Node.Status, s.Node.Reason = api.NodeBlocked, &protocol.Reason{Code: node.ReasonKickedOut}
	}
	back := func(s *api.State) { s.Node.Status, s.Node.Reason = api.NodeRunning, nil }

	all := api.Desktop{Notify: api.Notify{FirstEarning: true, KickedOut: true}}
	live(all, paid, paid, out)
	live(all, starting, out)
	live(api.Desktop{}, back, out) // turned off: what happens now is never told
	live(all, out)
	live(all, back, out)
	if want := []notices.Kind{notices.FirstEarning, notices.KickedOut, notices.KickedOut}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
}
