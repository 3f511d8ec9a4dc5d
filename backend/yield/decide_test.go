package yield

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"helium/backend/hardware/sense"
)

// evening is a Friday.
var evening = time.Date(2026, 11, 27, 20, 0, 0, 0, time.UTC)

// quiet is a computer on which nothing stands in the way.
func quiet() sense.Readings {
	return sense.Readings{
		Fullscreen: sense.Known(sense.Fullscreen{}), Programs: sense.Known([]string{"Xorg", "bash"}),
		Graphics: sense.Known(sense.Graphics{}), Power: sense.Known(sense.Power{Charge: -1}),
		Heat: sense.Known(sense.Heat{Sensors: []sense.Sensor{{Name: "GPU", Celsius: 60}}}), Idle: sense.Known(time.Hour),
	}
}

func playing(program string) sense.Readings {
	r := quiet()
	r.Fullscreen.Value = sense.Fullscreen{On: true, Program: program}
	return r
}

func using(percent int, program string) sense.Readings {
	r := quiet()
	r.Graphics.Value = sense.Graphics{Percent: percent, Program: program}
	return r
}

func at(celsius int) sense.Readings {
	r := quiet()
	r.Heat.Value.Sensors = []sense.Sensor{{Name: "CPU", Celsius: 40}, {Name: "GPU", Celsius: celsius}}
	return r
}

func unplugged(charge int) sense.Readings {
	r := quiet()
	r.Power.Value = sense.Power{OnBattery: true, Charge: charge}
	return r
}

func touched(ago time.Duration) sense.Readings {
	r := quiet()
	r.Idle.Value = ago
	return r
}

// look is one moment of a story, and what is decided then.
type look struct {
	at       time.Duration // since evening
	readings sense.Readings
	want     Code
	until    time.Duration // since evening; 0 for unknown
	start    bool          // the owner presses start now
	working  bool
}

func TestStories(t *testing.T) {
	const second, minute = time.Second, time.Minute
	var noCard = func(s *Settings) {}
	for name, story := range map[string]struct {
		settings func(*Settings)
		asked    time.Duration
		cpu      bool
		looks    []look
	}{
		"nothing in the way": {looks: []look{{0, quiet(), "", 0, false, false}}},
		"nothing can be read": {looks: []look{
			{0, sense.Blind("no desktop").Read(nil), "", 0, false, false}, {time.Hour, sense.Blind("no desktop").Read(nil), "", 0, false, false},
		}},
		"a game pauses at once and 30 seconds longer": {looks: []look{
			{0, playing("Cyberpunk2077.exe"), Game, 0, false, false},
			{50 * minute, playing("Cyberpunk2077.exe"), Game, 0, false, false},
			{50*minute + second, quiet(), Game, 50*minute + 31*second, false, false},
			{50*minute + 30*second, quiet(), Game, 50*minute + 31*second, false, false},
			{50*minute + 31*second, quiet(), "", 0, false, false},
		}},
		"switching between a game and the desktop is one pause": {looks: []look{
			{0, playing("doom"), Game, 0, false, false}, {20 * second, quiet(), Game, 50 * second, false, false},
			{40 * second, playing("doom"), Game, 0, false, false}, {60 * second, quiet(), Game, 90 * second, false, false},
			{90 * second, quiet(), "", 0, false, false},
		}},
		"a reading that is lost does not end a pause before its time": {looks: []look{
			{0, playing("doom"), Game, 0, false, false}, {10 * second, sense.Blind("x").Read(nil), Game, 40 * second, false, false},
			{40 * second, sense.Blind("x").Read(nil), "", 0, false, false},
		}},
		"a film in a player that is excepted": {
			settings: func(s *Settings) { s.Fullscreen.Except = []string{"VLC"} },
			looks:    []look{{0, playing("vlc.exe"), "", 0, false, false}, {second, playing("doom"), Game, 0, false, false}},
		},
		"fullscreen switched off": {
			settings: func(s *Settings) { s.Fullscreen.Pause = false },
			looks:    []look{{0, playing("doom"), "", 0, false, false}},
		},
		"a listed program, whatever the case": {
			settings: func(s *Settings) { s.Programs = []string{"xorg.exe"} },
			looks:    []look{{0, quiet(), Listed, 0, false, false}},
		},
		"another program on the card, once it lasts": {looks: []look{
			{0, using(31, "blender"), "", 0, false, false}, {9 * second, using(50, "blender"), "", 0, false, false},
			{10 * second, using(31, "blender"), GraphicsBusy, 0, false, false},
			{20 * second, using(16, "blender"), GraphicsBusy, 0, false, false}, // above half of it
			{30 * second, using(14, "blender"), GraphicsBusy, 90 * second, false, false},
			{90 * second, using(14, "blender"), "", 0, false, false},
		}},
		"a short use of the card": {looks: []look{
			{0, using(90, "x"), "", 0, false, false}, {8 * second, quiet(), "", 0, false, false},
			{16 * second, using(90, "x"), "", 0, false, false}, {24 * second, quiet(), "", 0, false, false},
		}},
		"the card does not matter to a processor": {cpu: true, looks: []look{
			{0, using(90, "x"), "", 0, false, false}, {minute, using(90, "x"), "", 0, false, false},
		}},
		"Helium's own work is nobody else's": {looks: []look{
			{0, sharedUse(95), "", 0, false, true}, {minute, sharedUse(95), "", 0, false, true},
			{2 * minute, sharedUse(95), "", 0, false, false}, {2*minute + 10*second, sharedUse(95), GraphicsBusy, 0, false, false},
		}},
		"battery": {looks: []look{
			{0, unplugged(80), OnBattery, 0, false, false}, {minute, quiet(), OnBattery, 70 * second, false, false},
			{70 * second, quiet(), "", 0, false, false},
		}},
		"on battery by choice": {
			settings: func(s *Settings) { s.Battery.Pause = false },
			looks:    []look{{0, unplugged(80), "", 0, false, false}},
		},
		"heat, and the band it must cool down": {looks: []look{
			{0, at(88), "", 0, false, false}, {6 * second, at(90), Hot, 0, false, false}, {minute, at(79), Hot, 0, false, false},
			{2 * minute, at(77), Hot, 4 * minute, false, false}, {3 * minute, at(80), Hot, 0, false, false},
			{4 * minute, at(77), Hot, 6 * minute, false, false}, {6 * minute, at(77), "", 0, false, false},
			{7 * minute, at(80), "", 0, false, false},
		}},
		"no start in spite of heat": {looks: []look{
			{0, at(95), "", 0, false, false}, {5 * second, at(95), Hot, 0, false, false}, {6 * second, at(95), Hot, 0, true, false},
		}},
		"heat goes before a game": {looks: []look{
			{0, hotGame(), Game, 0, false, false}, {5 * second, hotGame(), Hot, 0, false, false},
		}},
		"start now, in spite of the game, until the next": {looks: []look{
			{0, playing("doom"), Game, 0, false, false}, {second, playing("doom"), "", 0, true, false},
			{minute, playing("doom"), "", 0, false, false}, {2 * minute, quiet(), "", 0, false, false},
			{3 * minute, playing("doom"), Game, 0, false, false},
		}},
		"start now, while the game's pause lingers": {looks: []look{
			{0, playing("doom"), Game, 0, false, false}, {second, quiet(), Game, 31 * second, false, false},
			{2 * second, quiet(), "", 0, true, false}, {3 * second, playing("doom"), Game, 0, false, false},
		}},
		"somebody at the computer, by choice": {
			settings: func(s *Settings) { s.Person.Pause = true },
			looks: []look{
				{0, touched(0), InUse, 5 * minute, false, false}, {4 * minute, touched(4 * minute), InUse, 5 * minute, false, false},
				{5 * minute, touched(5 * minute), "", 0, false, false}, {6 * minute, touched(0), InUse, 11 * minute, false, false},
			},
		},
		"somebody at the computer, by default": {looks: []look{{0, touched(0), "", 0, false, false}}},
		"the owner's hours": {
			settings: func(s *Settings) { s.Hours.Limit = true },
			looks: []look{
				{0, quiet(), OutOfHours, 2 * time.Hour, false, false}, {2 * time.Hour, quiet(), "", 0, false, false},
				{10 * time.Hour, quiet(), "", 0, false, false}, {11 * time.Hour, quiet(), OutOfHours, 26 * time.Hour, false, false},
			},
		},
		"the owner's word": {
			asked: 10 * minute, settings: noCard,
			looks: []look{
				{0, quiet(), Asked, 10 * minute, false, false}, {time.Minute, playing("doom"), Asked, 10 * minute, false, false},
				{10 * minute, playing("doom"), Game, 0, false, false},
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := Defaults()
			if story.settings != nil {
				story.settings(&s)
			}
			var m Memory
			var d Decision
			for _, l := range story.looks {
				in := Input{Now: evening.Add(l.at), Readings: l.readings, OnCard: !story.cpu, Working: l.working, StartNow: l.start}
				if story.asked != 0 {
					in.PausedUntil = evening.Add(story.asked)
				}
				d, m = Decide(s, m, in)
				if d.Reason != l.want {
					t.Fatalf("at %s the reason is %q, want %q", l.at, d.Reason, l.want)
				}
				want := time.Time{}
				if l.until != 0 {
					want = evening.Add(l.until)
				}
				if !d.Until.Equal(want) {
					t.Errorf("at %s the pause ends at %s, want %s", l.at, d.Until, want)
				}
			}
		})
	}
}

func sharedUse(percent int) sense.Readings {
	r := using(percent, "")
	r.Graphics.Value.WithOurs = true
	return r
}

func hotGame() sense.Readings {
	r := playing("doom")
	r.Heat = at(95).Heat
	return r
}

func TestFactsAreTold(t *testing.T) {
	_, m := Decide(Defaults(), Memory{}, Input{Now: evening, Readings: at(91)})
	d, m := Decide(Defaults(), m, Input{Now: evening.Add(time.Minute), Readings: at(91)})
	if want := (Facts{Sensor: "GPU", Celsius: 91, CoolTo: 78}); d.Facts != want || !d.Firm {
		t.Errorf("got %+v, want %+v", d, want)
	}
	d, _ = Decide(Defaults(), m, Input{Now: evening.Add(2 * time.Minute), Readings: at(50)})
	if d.Facts.Celsius != 91 || !d.Over {
		t.Errorf("once it is over the facts are %+v", d)
	}
	d, _ = Decide(Defaults(), Memory{}, Input{Now: evening, Readings: playing("doom")})
	if d.Facts.Program != "doom" || d.Linger != 30*time.Second || !d.Since.Equal(evening) {
		t.Errorf("got %+v", d)
	}
}

func TestTheTaskInWorkIsFinishedAsChosen(t *testing.T) {
	for _, c := range []struct {
		finish Finish
		r      sense.Readings
		want   time.Duration
	}{
		{FinishNever, playing("doom"), 0}, {FinishSoon, playing("doom"), graceSoon}, {FinishAlways, playing("doom"), graceAlways},
		{FinishNever, unplugged(50), graceAlways},
	} {
		s := Defaults()
		s.Finish = c.finish
		if d, _ := Decide(s, Memory{}, Input{Now: evening, Readings: c.r}); d.Grace != c.want {
			t.Errorf("%s: %s may take %s, want %s", c.finish, d.Reason, d.Grace, c.want)
		}
	}
}

// The network is told of a pause that lasts, and a node that was interrupted
// often comes back later.
func TestADayOfGamesTakesFewMoves(t *testing.T) {
	var m Memory
	var d Decision
	s := Defaults()
	told, pauses := false, 0
	for at := evening; at.Before(evening.Add(20 * time.Hour)); at = at.Add(2 * time.Second) {
		r := quiet()
		if at.Unix()/120%2 == 0 { // two minutes on, two minutes off
			r = playing("doom")
		}
		d, m = Decide(s, m, Input{Now: at, Readings: r, OnCard: true})
		now := !d.Work() && !at.Before(d.Leave)
		if now && !told {
			pauses++
		}
		told = now
	}
	if pauses < 4 || pauses > 6 {
		t.Errorf("the network was told %d times; a sponsor gives six pauses a day", pauses)
	}
}

func TestALongPauseIsToldOnceThoughItsReasonChanges(t *testing.T) {
	s := Defaults()
	s.Person.Pause = true
	var m Memory
	d, m := Decide(s, m, Input{Now: evening, Readings: playing("doom")})
	if !d.Leave.Equal(evening.Add(15 * time.Second)) {
		t.Fatalf("the network is told at %s", d.Leave)
	}
	_, m = Decide(s, m, Input{Now: evening.Add(20 * time.Second), Readings: playing("doom")})
	_, m = Decide(s, m, Input{Now: evening.Add(22 * time.Second), Readings: touched(0)})
	d, _ = Decide(s, m, Input{Now: evening.Add(53 * time.Second), Readings: touched(0)})
	if d.Reason != InUse || d.Leave.After(evening.Add(20*time.Second)) {
		t.Errorf("got %+v", d)
	}
}

// Whatever happens: a firm or known reason has facts that hold, a pause never
// begins in the future, and quiet ends every pause within patience.
func TestAnyStoryEndsInWork(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Defaults()
		s.Person.Pause, s.Programs = rapid.Bool().Draw(t, "person"), []string{"steam"}
		now := evening
		var m Memory
		var d Decision
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			now = now.Add(time.Duration(rapid.IntRange(1, 600).Draw(t, "seconds")) * time.Second)
			in := Input{Now: now, Readings: anyReadings(t), OnCard: rapid.Bool().Draw(t, "card"), StartNow: rapid.IntRange(0, 9).Draw(t, "start") == 0}
			d, m = Decide(s, m, in)
			if d.Since.After(now) || !d.Work() && d.Leave.Before(d.Since) || d.Work() && d.Since != (time.Time{}) {
				t.Fatalf("at %s decided %+v", now, d)
			}
		}
		d, m = Decide(s, m, Input{Now: now.Add(2 * time.Second), Readings: quiet(), OnCard: true})
		if d.Work() {
			return
		}
		if !d.Over || d.Until.After(now.Add(time.Hour+3*time.Second)) {
			t.Fatalf("nothing stands in the way, and decided is %+v", d)
		}
		if d, _ = Decide(s, m, Input{Now: d.Until, Readings: quiet(), OnCard: true}); !d.Work() {
			t.Fatalf("at its end decided is %+v", d)
		}
	})
}

func anyReadings(t *rapid.T) sense.Readings {
	r := quiet()
	r.Fullscreen.Value.On, r.Fullscreen.Known = rapid.Bool().Draw(t, "fullscreen"), rapid.Bool().Draw(t, "screen known")
	r.Graphics.Value.Percent = rapid.IntRange(0, 100).Draw(t, "percent")
	r.Heat.Value.Sensors[0].Celsius = rapid.IntRange(20, 110).Draw(t, "heat")
	r.Power.Value.OnBattery = rapid.Bool().Draw(t, "battery")
	r.Idle.Value = time.Duration(rapid.IntRange(0, 3600).Draw(t, "idle")) * time.Second
	if rapid.Bool().Draw(t, "steam") {
		r.Programs.Value = append(r.Programs.Value, "steam")
	}
	return r
}

func TestHoursPassMidnightAndSummerTime(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip(err)
	}
	night := HoursRule{Limit: true, Days: []Day{Friday, Saturday}, From: "22:00", To: "07:00"}
	day := HoursRule{Limit: true, Days: []Day{Monday}, From: "09:00", To: "17:30"}
	for _, c := range []struct {
		hours HoursRule
		at    string
		open  bool
		next  string
	}{
		{night, "2026-11-27 21:59", false, "2026-11-27 22:00"},
		{night, "2026-11-27 22:00", true, "2026-11-28 22:00"},
		{night, "2026-11-28 06:59", true, "2026-11-28 22:00"},
		{night, "2026-11-28 07:00", false, "2026-11-28 22:00"},
		{night, "2026-11-29 06:00", true, "2026-12-04 22:00"}, // begun on Saturday
		{night, "2026-11-30 06:00", false, "2026-12-04 22:00"},
		{night, "2026-03-29 06:59", true, "2026-04-03 22:00"}, // the clock went on at 2
		{day, "2026-11-30 09:00", true, "2026-12-07 09:00"},
		{day, "2026-11-30 17:30", false, "2026-12-07 09:00"},
	} {
		at, err := time.ParseInLocation("2006-01-02 15:04", c.at, berlin)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.hours.open(at); got != c.open {
			t.Errorf("%s is open %v", c.at, got)
		}
		if got := c.hours.next(at).Format("2006-01-02 15:04"); got != c.next {
			t.Errorf("after %s they open at %s, want %s", c.at, got, c.next)
		}
	}
}

func TestTheOwnerChoosesHowLongToWaitAndHowFarToCoolDown(t *testing.T) {
	s := Defaults()
	s.Heat.CoolBy, s.LingerSeconds = 20, 300
	step := func(m Memory, after time.Duration, r sense.Readings) (Decision, Memory) {
		return Decide(s, m, Input{Now: evening.Add(after), Readings: r})
	}
	_, m := step(Memory{}, 0, at(90))
	d, m := step(m, 10*time.Second, at(90))
	if d.Reason != Hot || d.Facts.CoolTo != 68 {
		t.Fatalf("at 90 degrees it decides %+v", d)
	}
	if d, m = step(m, time.Minute, at(70)); d.Reason != Hot || d.Over {
		t.Errorf("two degrees above it decides %+v", d)
	}
	if d, m = step(m, 2*time.Minute, at(67)); !d.Over || d.Linger != 5*time.Minute {
		t.Errorf("cooled down it decides %+v", d)
	}
	if d, m = step(m, 6*time.Minute, at(50)); d.Work() {
		t.Error("it works before it has waited")
	}
	if d, _ = step(m, 7*time.Minute, at(50)); !d.Work() {
		t.Errorf("when it has waited it decides %+v", d)
	}

	asked := Input{Now: evening, Readings: quiet(), PausedUntil: evening.Add(time.Minute)}
	_, m = Decide(s, Memory{}, asked)
	asked.Now = evening.Add(time.Minute)
	if d, _ := Decide(s, m, asked); !d.Work() {
		t.Errorf("what the owner said ends when it was said to, not later: %+v", d)
	}
}
