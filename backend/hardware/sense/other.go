//go:build !linux && !windows

package sense

import (
	"context"
	"errors"
	"time"

	"helium/backend/protocol"
)

// lister needs no memory here.
type lister struct{}

func (lister) list(ctx context.Context, run runner) ([]process, error) {
	out, err := run(ctx, "ps", "-axo", "pid=,ppid=,comm=")
	if err != nil {
		return nil, err
	}
	all := parsePs(string(out))
	if len(all) == 0 {
		return nil, errors.New("ps lists no programs")
	}
	return all, nil
}

// screen of a Mac can't be asked without the owner's leave to watch it.
type screen struct {
	at   time.Time
	idle Reading[time.Duration]
}

func (*screen) close() {}

// read starts a program, and so keeps what it found for a few seconds.
func (s *screen) read(ctx context.Context, run runner) (Reading[Fullscreen], Reading[time.Duration]) {
	if now := time.Now(); now.Sub(s.at) >= seldom {
		s.at = now
		out, err := run(ctx, "ioreg", "-c", "IOHIDSystem", "-d", "4")
		var idle time.Duration
		if err == nil {
			idle, err = parseIdle(string(out))
		}
		s.idle = readingOf(idle, err)
	}
	return Unknown[Fullscreen](protocol.Say("sense_no_screen", "This system does not tell which program fills the screen. Add your games to the list of programs.")), s.idle
}

// meter of the graphics cards.
type meter struct{}

func (meter) close() {}

func (meter) read(ctx context.Context, run runner, _ []process) Reading[Graphics] {
	out, err := run(ctx, "ioreg", "-r", "-d", "1", "-w", "0", "-c", "IOAccelerator")
	if err != nil {
		return Unknown[Graphics](protocol.Quote(err.Error()))
	}
	return readingOf(parseAccelerator(string(out)))
}

func readPower(ctx context.Context, run runner) Reading[Power] {
	out, err := run(ctx, "pmset", "-g", "batt")
	if err != nil {
		return Unknown[Power](protocol.Quote(err.Error()))
	}
	return readingOf(parsePmset(string(out)))
}

func readHeat(ctx context.Context, run runner) Reading[Heat] {
	out, err := run(ctx, "pmset", "-g", "therm")
	if err != nil {
		return Unknown[Heat](protocol.Quote(err.Error()))
	}
	return readingOf(parseTherm(string(out)))
}
