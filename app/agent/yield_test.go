package agent

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"helium/app/api"
	"helium/backend/hardware/sense"
	"helium/backend/node"
	"helium/backend/yield"
)

// eyes see what the test says.
type eyes struct {
	mu       sync.Mutex // guards what follows
	readings sense.Readings
}

func (e *eyes) Read(context.Context) sense.Readings {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.readings
}

func (e *eyes) see(program string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.readings = sense.Blind("not here").Read(nil)
	e.readings.Fullscreen = sense.Known(sense.Fullscreen{On: program != "", Program: program})
}

func openAt(t *testing.T, dir string, senses sense.Senses) *Agent {
	t.Helper()
	a, err := Open(Config{DataDir: dir, Senses: senses})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func pauseNow(t *testing.T, a *Agent) *api.Pause {
	t.Helper()
	a.heed(t.Context())
	s, err := a.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Node.Pause
}

func TestAGameIsSeenAndToldAndStartNowOverrulesIt(t *testing.T) {
	e := &eyes{}
	e.see("")
	a := openAt(t, t.TempDir(), e)
	defer a.Close()
	if p := pauseNow(t, a); p != nil {
		t.Errorf("it pauses for nothing: %+v", p)
	}
	e.see("doom")
	if p := pauseNow(t, a); p == nil || p.Reason != yield.Game || p.Facts.Program != "doom" || p.LingerSeconds != 30 || !p.CanStart {
		t.Errorf("it pauses for %+v", p)
	}
	s, _ := a.State(t.Context())
	if len(s.When.Unread) != 5 || s.When.Unread[0].Why != "not here" {
		t.Errorf("what can't be read is %+v", s.When.Unread)
	}
	if err := a.goOn(); err != nil {
		t.Fatal(err)
	}
	if p := pauseNow(t, a); p != nil {
		t.Errorf("in spite of start now it pauses: %+v", p)
	}
}

// Between two seldom looks a node that has just begun would work on through a game.
func TestTheOwnerIsLookedAtOnceTheNodeIsToWork(t *testing.T) {
	a := openAt(t, t.TempDir(), &eyes{})
	defer a.Close()
	for _, step := range []struct {
		wish  node.Wish
		looks int
	}{{node.WishStop, 0}, {node.WishRun, 1}, {node.WishRun, 0}, {node.WishPause, 0}, {node.WishRun, 1}} {
		a.showNode(node.State{Wish: step.wish})
		if n := len(a.owner.kick); n != step.looks {
			t.Errorf("wish %v: looked at %d times, not %d", step.wish, n, step.looks)
		}
		for len(a.owner.kick) > 0 {
			<-a.owner.kick
		}
	}
}

func TestAPauseForAWhileAndChoicesOutliveTheAgent(t *testing.T) {
	dir := t.TempDir()
	e := &eyes{}
	e.see("")
	a := openAt(t, dir, e)
	if err := a.PauseFor(t.Context(), "for ever"); err == nil || !strings.Contains(err.Error(), "length is") {
		t.Errorf("got %v", err)
	}
	if err := a.SetWhen(t.Context(), json.RawMessage(`{"heat":{"celsius":1}}`)); err == nil || !strings.Contains(err.Error(), "not from 50") {
		t.Errorf("got %v", err)
	}
	if err := a.SetWhen(t.Context(), json.RawMessage(`{"programs":["blender"]}`)); err != nil {
		t.Fatal(err)
	}
	if err := a.PauseFor(t.Context(), api.PauseHour); err != nil {
		t.Fatal(err)
	}
	p := pauseNow(t, a)
	if p == nil || p.Reason != yield.Asked || p.Until == nil || time.Until(*p.Until) > time.Hour || time.Until(*p.Until) < 50*time.Minute {
		t.Fatalf("it pauses for %+v", p)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}

	a = openAt(t, dir, e)
	defer a.Close()
	if again := pauseNow(t, a); again == nil || !again.Until.Equal(*p.Until) {
		t.Errorf("after a restart it pauses for %+v", again)
	}
	if s, _ := a.State(t.Context()); len(s.When.Settings.Programs) != 1 {
		t.Errorf("the choices are %+v", s.When.Settings)
	}
	if err := a.goOn(); err != nil {
		t.Fatal(err)
	}
	if again := pauseNow(t, a); again != nil {
		t.Errorf("after start now it pauses for %+v", again)
	}
}

func TestBrokenChoicesArePutAside(t *testing.T) {
	dir := t.TempDir()
	for _, broken := range []string{"", "{", `{"settings":{"finish":"x"}}`, "null"} {
		path := filepath.Join(dir, whenName)
		if err := os.WriteFile(path, []byte(broken), 0o600); err != nil {
			t.Fatal(err)
		}
		a := openAt(t, dir, nil)
		if p := pauseNow(t, a); p != nil {
			t.Errorf("%q pauses for %+v", broken, p)
		}
		if err := a.PauseFor(t.Context(), api.PauseTenMinutes); err != nil {
			t.Error(err)
		}
		a.Close()
		if _, err := os.Stat(path + ".unreadable"); err != nil {
			t.Error(err)
		}
	}
}

func TestTomorrowIsInTheMorning(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-26 20:00": "2026-11-27 06:00", "2026-11-27 01:00": "2026-11-27 06:00", "2026-11-27 04:00": "2026-11-28 06:00",
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", now, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := tomorrow(at).Format("2006-01-02 15:04"); got != want {
			t.Errorf("at %s tomorrow is %s", now, got)
		}
	}
}
