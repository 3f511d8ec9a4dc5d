package yield

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"helium/backend/protocol"
)

// Settings are the owner's choices of when to work.
type Settings struct {
	Fullscreen FullscreenRule `json:"fullscreen"`
	// Programs that come first while they run, by the name of their file, in
	// whatever case: "blender", "obs64.exe".
	Programs []string     `json:"programs"`
	Graphics GraphicsRule `json:"graphics"`
	Battery  BatteryRule  `json:"battery"`
	Heat     HeatRule     `json:"heat"`
	Hours    HoursRule    `json:"hours"`
	Person   PersonRule   `json:"person"`
	// Finish is what becomes of the task in work when a program of the owner's
	// needs the computer.
	Finish Finish `json:"finish"`
	// LingerSeconds is the least that the node waits after a reason has ended, for
	// those reasons whose end nobody knows beforehand. Each waits a while by itself.
	LingerSeconds int `json:"linger_seconds"`
}

// FullscreenRule makes room for whatever fills the screen.
type FullscreenRule struct {
	Pause bool `json:"pause"`
	// Except are programs for which it does not: a player of films, say.
	Except []string `json:"except"`
}

// GraphicsRule makes room for other programs on the graphics card.
type GraphicsRule struct {
	Pause bool `json:"pause"`
	// Percent of the card from which another program needs it.
	Percent int `json:"percent"`
}

// BatteryRule pauses while the computer runs on its battery.
type BatteryRule struct {
	Pause bool `json:"pause"`
}

// HeatRule pauses while a part is too hot.
type HeatRule struct {
	Pause bool `json:"pause"`
	// Celsius from which it is.
	Celsius int `json:"celsius"`
	// CoolBy is by how many degrees it must have cooled down before work goes on, so
	// that a node does not come and go with its own heat.
	CoolBy int `json:"cool_by"`
}

// HoursRule limits work to hours of the day.
type HoursRule struct {
	Limit bool `json:"limit"`
	// Days on which the hours begin: "mon" to "sun".
	Days []Day `json:"days"`
	// From and To are times of the local clock, "22:00"; a To before From is on
	// the next day.
	From string `json:"from"`
	To   string `json:"to"`
}

// PersonRule pauses while somebody uses the computer.
type PersonRule struct {
	Pause bool `json:"pause"`
	// IdleMinutes without a key or the mouse are when nobody does.
	IdleMinutes int `json:"idle_minutes"`
}

// Day of the week.
type Day string

const (
	Monday    Day = "mon"
	Tuesday   Day = "tue"
	Wednesday Day = "wed"
	Thursday  Day = "thu"
	Friday    Day = "fri"
	Saturday  Day = "sat"
	Sunday    Day = "sun"
)

// days in the order of time.Weekday.
func days() []Day {
	return []Day{Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday}
}

// Grace is how long a task in work may go on when somebody waits for its end.
func (s Settings) Grace() time.Duration {
	switch s.Finish {
	case FinishNever:
		return 0
	case FinishSoon:
		return graceSoon
	default:
		return graceAlways
	}
}

// Finish is what becomes of the task in work.
type Finish string

const (
	// FinishNever: it is given up at once.
	FinishNever Finish = "never"
	// FinishSoon: it is finished where that takes seconds.
	FinishSoon Finish = "soon"
	// FinishAlways: it is finished, however long that takes.
	FinishAlways Finish = "always"
)

// Bounds of the settings.
const (
	maxSettingsBytes = 64 << 10
	maxPrograms      = 100
	maxNameBytes     = 128

	leastPercent, mostPercent = 5, 95
	leastCelsius, mostCelsius = 50, 105
	leastCoolBy, mostCoolBy   = 2, 40
	leastIdle, mostIdle       = 1, 240
	leastLinger, mostLinger   = 0, 3600
)

// Defaults put the owner's programs first, and spare battery and card.
func Defaults() Settings {
	return Settings{
		Fullscreen: FullscreenRule{Pause: true, Except: []string{}},
		Programs:   []string{},
		Graphics:   GraphicsRule{Pause: true, Percent: 30},
		Battery:    BatteryRule{Pause: true},
		Heat:       HeatRule{Pause: true, Celsius: 88, CoolBy: 10},
		Hours:      HoursRule{Days: []Day{Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday}, From: "22:00", To: "07:00"},
		Person:     PersonRule{IdleMinutes: 5},
		Finish:     FinishSoon,
	}
}

// Refusal says why a field of the settings can't be what it is.
type Refusal struct {
	// Field by its path in JSON: "heat.celsius".
	Field string
	// Why does not name the field.
	Why *protocol.Phrase
}

func (r *Refusal) Error() string { return r.Field + ": " + r.Why.String() }

func refuse(field string, why *protocol.Phrase) error { return &Refusal{field, why} }

// ParseSettings reads settings. A field that is missing has its default; one
// that is unknown is refused by its name, one that is out of bounds by a Refusal.
func ParseSettings(b []byte) (Settings, error) {
	s := Defaults()
	if len(b) > maxSettingsBytes {
		return s, fmt.Errorf("read settings: they are over %d bytes", maxSettingsBytes)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return Defaults(), fmt.Errorf("read settings: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Defaults(), errors.New("read settings: there is more after them")
	}
	if err := s.tidy(); err != nil {
		return Defaults(), fmt.Errorf("read settings: %w", err)
	}
	return s, nil
}

// tidy checks every field, and brings lists into their one form.
func (s *Settings) tidy() (err error) {
	if s.Fullscreen.Except, err = names("fullscreen.except", s.Fullscreen.Except); err != nil {
		return err
	}
	if s.Programs, err = names("programs", s.Programs); err != nil {
		return err
	}
	for _, n := range []struct {
		field             string
		value, least, top int
	}{
		{"graphics.percent", s.Graphics.Percent, leastPercent, mostPercent},
		{"heat.celsius", s.Heat.Celsius, leastCelsius, mostCelsius},
		{"heat.cool_by", s.Heat.CoolBy, leastCoolBy, mostCoolBy},
		{"person.idle_minutes", s.Person.IdleMinutes, leastIdle, mostIdle},
		{"linger_seconds", s.LingerSeconds, leastLinger, mostLinger},
	} {
		if n.value < n.least || n.value > n.top {
			return refuse(n.field, protocol.Say("when_range", "{value} is not from {least} to {most}.", n.value, n.least, n.top))
		}
	}
	if err := s.Hours.tidy(); err != nil {
		return err
	}
	switch s.Finish {
	case FinishNever, FinishSoon, FinishAlways:
		return nil
	}
	return refuse("finish", protocol.Quote(fmt.Sprintf("%q is none of %q, %q and %q.", s.Finish, FinishNever, FinishSoon, FinishAlways)))
}

func (h *HoursRule) tidy() error {
	from, err := clock("hours.from", h.From)
	if err != nil {
		return err
	}
	to, err := clock("hours.to", h.To)
	if err != nil {
		return err
	}
	if from == to {
		return refuse("hours.to", protocol.Say("when_no_hours", "The hours begin and end at {time}. For the whole day, switch the hours off.", h.From))
	}
	sorted := []Day{}
	week := days()
	for _, d := range append(week[1:], week[0]) {
		if slices.Contains(h.Days, d) {
			sorted = append(sorted, d)
		}
	}
	if len(sorted) != len(h.Days) {
		return refuse("hours.days", protocol.Quote(fmt.Sprintf("%q are not days from %q to %q, each once.", h.Days, Monday, Sunday)))
	}
	if h.Limit && len(sorted) == 0 {
		return refuse("hours.days", protocol.Say("when_no_day", "Without a day this computer would never work."))
	}
	h.Days = sorted
	return nil
}

// clock reads "22:05" as minutes since midnight.
func clock(field, text string) (minutes int, err error) {
	t, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return 0, refuse(field, protocol.Say("when_time", "“{text}” is no time from 00:00 to 23:59.", text))
	}
	return t.Hour()*60 + t.Minute(), nil
}

// names tidies a list of programs: trimmed, each once, never nil.
func names(field string, list []string) ([]string, error) {
	if len(list) > maxPrograms {
		return nil, refuse(field, protocol.Say("when_programs", "The list has {n} programs, and may have {most}.", len(list), maxPrograms))
	}
	tidy := []string{}
	for _, name := range list {
		name = strings.TrimSpace(name)
		odd := func(r rune) bool { return unicode.IsControl(r) || r == '/' || r == '\\' }
		switch {
		case name == "":
			return nil, refuse(field, protocol.Say("when_program_empty", "A program needs a name."))
		case len(name) > maxNameBytes:
			return nil, refuse(field, protocol.Say("when_program_long", "A name is longer than {n} letters.", maxNameBytes))
		case !utf8.ValidString(name) || strings.ContainsFunc(name, odd):
			return nil, refuse(field, protocol.Say("when_program", "“{name}” is no name of a program. Leave its folder out.", name))
		}
		if !slices.ContainsFunc(tidy, func(have string) bool { return sameProgram(have, name) }) {
			tidy = append(tidy, name)
		}
	}
	return tidy, nil
}

// sameProgram compares names as people write them: whatever the case, and with
// Windows' .exe or without.
func sameProgram(a, b string) bool {
	bare := func(s string) string {
		if n := len(s) - len(".exe"); n > 0 && strings.EqualFold(s[n:], ".exe") {
			return s[:n]
		}
		return s
	}
	return strings.EqualFold(bare(a), bare(b))
}
