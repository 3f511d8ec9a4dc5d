package tray

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"helium/app/api"
	"helium/app/texts"
	"helium/backend/protocol"
	"helium/backend/yield"
)

func TestEveryStatusHasWordsAndAnIcon(t *testing.T) {
	for _, status := range []api.NodeStatus{
		api.NodeStarting, api.NodeStopped, api.NodeJoining, api.NodeRunning, api.NodeWorking,
		api.NodePausing, api.NodePaused, api.NodeStopping, api.NodeBlocked,
	} {
		v := viewOf(api.State{Node: api.Node{Status: status}})
		if v.status == "" || v.status == string(status) {
			t.Errorf("%s is shown as %q", status, v.status)
		}
		picture, err := icon(v.shape)
		if err != nil {
			t.Fatalf("%s: %v", status, err)
		}
		if _, err := png.DecodeConfig(bytes.NewReader(picture)); err != nil {
			t.Errorf("%s: %v", v.shape, err)
		}
	}
}

func TestTheMenuFollowsTheLanguage(t *testing.T) {
	p := &api.Pause{Reason: yield.Hot}
	p.Facts.Celsius = 91
	s := api.State{Now: noon, Node: api.Node{Status: api.NodePaused, Pause: p}}
	for language, want := range map[string]string{
		"en": "Paused: too hot, 91 °C / Earned today: 0 CNX / For 1 hour / Quit",
		"de": "Pause: zu heiß, 91 °C / Heute verdient: 0 CNX / Für 1 Stunde / Beenden",
		"es": "En pausa: demasiado calor, 91 °C / Ganado hoy: 0 CNX / Durante 1 hora / Salir",
		"zh": "暂停：温度过高，91 °C / 今日收入：0 CNX / 1 小时 / 退出",
	} {
		s.Settings.Language = language
		v := viewOf(s)
		if got := strings.Join([]string{v.status, v.earnings, v.fixed.lengths[1], v.quit}, " / "); got != want {
			t.Errorf("%s: %s, want %s", language, got, want)
		}
	}
	blocked := api.State{Node: api.Node{Status: api.NodeBlocked, Reason: &protocol.Reason{Code: "clock_wrong", Title: "This computer's clock is wrong"}}}
	blocked.Settings.Language = "de"
	if got := viewOf(blocked).status; got != "Kann gerade nicht verdienen: Die Uhr dieses Computers geht falsch" {
		t.Errorf("a reason is %q in German", got)
	}
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.Local)

func pausedFor(reason yield.Code, edit func(*api.Pause)) api.State {
	p := &api.Pause{Reason: reason, CanStart: true}
	if edit != nil {
		edit(p)
	}
	return api.State{Now: noon, Node: api.Node{Status: api.NodePaused, Pause: p}}
}

func until(t time.Time) func(*api.Pause) { return func(p *api.Pause) { p.Until = &t } }

func TestView(t *testing.T) {
	plain := func(status api.NodeStatus) api.State { return api.State{Now: noon, Node: api.Node{Status: status}} }
	with := func(s api.State, edit func(*api.State)) api.State { edit(&s); return s }
	task := func(finish yield.Finish) func(*api.State) {
		return func(s *api.State) { s.Task, s.When.Settings.Finish = &api.Task{}, finish }
	}
	quitting := func(s *api.State) { s.Desktop.Quitting = true }
	for name, c := range map[string]struct {
		state  api.State
		status string
		shape  Shape
		pause  bool
		resume string
		quit   string
	}{
		"starting":               {plain(api.NodeStarting), "Getting ready", Idle, false, "", "Quit"},
		"first run":              {with(plain(api.NodeBlocked), func(s *api.State) { s.Setup = &api.Setup{} }), "Not set up yet", Blocked, false, "", "Quit"},
		"stopped":                {plain(api.NodeStopped), "Not earning", Idle, false, "", "Quit"},
		"joining":                {plain(api.NodeJoining), "Joining the network", Idle, false, "", "Quit"},
		"running":                {plain(api.NodeRunning), "Ready for tasks", Running, true, "", "Quit"},
		"working, finish soon":   {with(plain(api.NodeWorking), task(yield.FinishSoon)), "Working", Working, true, "", "Quit; finish the task or hand it back"},
		"working, finish never":  {with(plain(api.NodeWorking), task(yield.FinishNever)), "Working", Working, true, "", "Quit and hand the task back"},
		"working, finish always": {with(plain(api.NodeWorking), task(yield.FinishAlways)), "Working", Working, true, "", "Quit after this task"},
		"pausing":                {with(plain(api.NodePausing), task(yield.FinishAlways)), "Pausing after this task", Working, false, "Resume", "Quit after this task"},
		"paused until resumed":   {plain(api.NodePaused), "Paused", Paused, false, "Resume", "Quit"},
		"paused for an hour":     {pausedFor(yield.Asked, until(noon.Add(time.Hour))), "Paused until 13:00", Paused, false, "Resume", "Quit"},
		"paused until tomorrow":  {pausedFor(yield.Asked, until(noon.Add(18*time.Hour))), "Paused until Friday 06:00", Paused, false, "Resume", "Quit"},
		"a game":                 {pausedFor(yield.Game, func(p *api.Pause) { p.Facts.Program = "doom" }), "Paused for doom", Paused, false, "Start now", "Quit"},
		"a game of no name":      {pausedFor(yield.Game, nil), "Paused for a program", Paused, false, "Start now", "Quit"},
		"after a game": {pausedFor(yield.Game, func(p *api.Pause) { until(noon.Add(time.Minute))(p); p.Over, p.Facts.Program = true, "doom" }),
			"Paused for doom until 12:01", Paused, false, "Start now", "Quit"},
		"hot":          {pausedFor(yield.Hot, func(p *api.Pause) { p.CanStart, p.Facts.Celsius = false, 91 }), "Paused: too hot, 91 °C", Paused, false, "", "Quit"},
		"on battery":   {pausedFor(yield.OnBattery, nil), "Paused: on battery", Paused, false, "Start now", "Quit"},
		"in use":       {pausedFor(yield.InUse, until(noon.Add(time.Minute))), "Paused while you use the computer", Paused, false, "Start now", "Quit"},
		"out of hours": {pausedFor(yield.OutOfHours, until(noon.Add(10*time.Hour))), "Paused outside your hours until 22:00", Paused, false, "Start now", "Quit"},
		"stopping":     {with(plain(api.NodeStopping), task(yield.FinishAlways)), "Leaving after this task", Working, false, "", "Quit after this task"},
		"blocked": {with(plain(api.NodeBlocked), func(s *api.State) { s.Node.Reason = &protocol.Reason{Title: "No gas"} }),
			"Can't earn right now: No gas", Blocked, false, "", "Quit"},
		"quitting":      {with(plain(api.NodePaused), quitting), "Quitting…", Paused, false, "", "Quit now"},
		"quitting late": {with(with(plain(api.NodePausing), task(yield.FinishSoon)), quitting), "Quitting when the task is done or handed back", Working, false, "", "Quit now, unpaid"},
	} {
		t.Run(name, func(t *testing.T) {
			want := view{shape: c.shape, status: c.status, earnings: "Earned today: 0 CNX", tooltip: "Helium: " + c.status + "\nEarned today: 0 CNX", pause: c.pause, resume: c.resume, quit: c.quit, fixed: fixedOf(texts.In("en"))}
			c.state.Settings.Language = "en"
			if got := viewOf(c.state); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

func TestViewTellsTheExactEarnings(t *testing.T) {
	s := api.State{Settings: api.Preferences{Language: "en"}}
	s.Earnings.Today, _ = protocol.ParseCNX("0.000000000000000001")
	if v := viewOf(s); v.earnings != "Earned today: 0.000000000000000001 CNX" {
		t.Errorf("got %+v", v)
	}
}

func TestIcoHoldsThePictureUnchanged(t *testing.T) {
	ico := icoOf([]byte("picture"))
	if !bytes.Equal(ico[22:], []byte("picture")) || ico[2] != 1 || ico[4] != 1 || ico[14] != 7 || ico[18] != 22 {
		t.Errorf("got %v", ico)
	}
}
