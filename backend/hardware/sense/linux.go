//go:build linux

package sense

import (
	"context"
	"errors"
	"os"

	"helium/backend/protocol"
)

// meter of the graphics cards.
type meter struct{}

func (meter) close() {}

// read asks the driver that tells programs apart first.
func (meter) read(ctx context.Context, run runner, processes []process) Reading[Graphics] {
	use, err := nvidiaUse(ctx, run, processes)
	if err == nil {
		return Known(use)
	}
	total, _, err2 := nvidiaTotals(ctx, run)
	if err2 == nil {
		return Known(total)
	}
	if percent, ok := drmBusy(os.DirFS("/sys/class/drm")); ok {
		return Known(Graphics{Percent: percent, WithOurs: true})
	}
	return Unknown[Graphics](protocol.Say("sense_card", "The graphics driver does not tell how busy the card is: {why}.", err))
}

func readPower(context.Context, runner) Reading[Power] {
	return readSupplies(os.DirFS("/sys/class/power_supply"))
}

func readHeat(ctx context.Context, run runner) Reading[Heat] {
	sensors := hwmonSensors(os.DirFS("/sys/class/hwmon"))
	if _, more, err := nvidiaTotals(ctx, run); err == nil || len(more) > 0 {
		sensors = append(sensors, more...)
	}
	if len(sensors) == 0 {
		return Unknown[Heat](protocol.Say("sense_no_sensors", "This computer shows no temperature sensors."))
	}
	return Known(Heat{Sensors: sensors})
}

// lister remembers what it read of each process.
type lister struct{ known procTable }

func (l *lister) list(context.Context, runner) ([]process, error) {
	all := l.known.list(os.DirFS("/proc"))
	if len(all) == 0 {
		return nil, errors.New("the list of programs can't be read: /proc is not there")
	}
	return all, nil
}
