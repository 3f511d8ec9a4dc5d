// Package sense reads what this computer and its owner are doing: the program
// that fills the screen, the programs that run, who uses the graphics card, the
// power supply, the temperatures, and when somebody last touched a key.
//
// A reading is one such fact as of one moment. The promise: what can't be read
// is unknown, with the reason, and never passes for quiet. Reading costs
// little: what takes a program of its own is asked for seldom and kept between.
package sense

import (
	"context"
	"slices"
	"time"

	"helium/backend/protocol"
)

// Reading is a fact, or why it isn't known.
type Reading[T any] struct {
	Value T
	Known bool
	// Why it can't be read here, for the owner; nil when it is known.
	Why *protocol.Phrase
}

// Known is a reading of v.
func Known[T any](v T) Reading[T] { return Reading[T]{Value: v, Known: true} }

// Unknown is a reading that can't be had.
func Unknown[T any](why *protocol.Phrase) Reading[T] { return Reading[T]{Why: why} }

// Readings of one moment.
type Readings struct {
	Fullscreen Reading[Fullscreen]
	// Programs are the names of all that runs, sorted, each once: the file's name
	// without its folder, Helium's own left out.
	Programs Reading[[]string]
	Graphics Reading[Graphics]
	Power    Reading[Power]
	Heat     Reading[Heat]
	// Idle is how long nobody has touched keyboard or mouse.
	Idle Reading[time.Duration]
}

// Fullscreen is the program that fills the screen. Where On and Program is
// empty, the system doesn't tell which.
type Fullscreen struct {
	On      bool
	Program string
}

// Graphics is how busy the busiest card is.
type Graphics struct {
	// Percent of its time, 0 to 100.
	Percent int
	// Program that takes most of it; empty where that isn't told.
	Program string
	// WithOurs: the system doesn't tell programs apart, so that Helium's own work
	// is in Percent.
	WithOurs bool
}

// Power is where the computer's power comes from.
type Power struct {
	OnBattery bool
	// Charge of the battery in percent; -1 where there is none, or it isn't told.
	Charge int
}

// Heat is how hot the parts are.
type Heat struct {
	Sensors []Sensor
	// Throttled: the system has slowed the processor down because of heat.
	Throttled bool
}

// Sensor is one temperature.
type Sensor struct {
	Name    string
	Celsius int
}

// Hottest sensor; false where there is none.
func (h Heat) Hottest() (Sensor, bool) {
	if len(h.Sensors) == 0 {
		return Sensor{}, false
	}
	return slices.MaxFunc(h.Sensors, func(a, b Sensor) int { return a.Celsius - b.Celsius }), true
}

// Senses read. *Computer is this computer's.
type Senses interface {
	// Read never fails: what can't be had is unknown.
	Read(ctx context.Context) Readings
}

// Blind reads nothing, and says why.
type Blind string

// Read implements Senses.
func (b Blind) Read(context.Context) Readings {
	why := protocol.Quote(string(b))
	return Readings{
		Fullscreen: Unknown[Fullscreen](why), Programs: Unknown[[]string](why), Graphics: Unknown[Graphics](why),
		Power: Unknown[Power](why), Heat: Unknown[Heat](why), Idle: Unknown[time.Duration](why),
	}
}
