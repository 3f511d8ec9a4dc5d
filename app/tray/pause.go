package tray

import (
	"cmp"

	"helium/app/api"
	"helium/backend/yield"
)

// pauseWords say for what the node makes room.
func pauseWords(p *api.Pause) string {
	program := cmp.Or(p.Facts.Program, "a program")
	switch p.Reason {
	case yield.Game, yield.Listed, yield.GraphicsBusy:
		return "Paused for " + program
	case yield.Hot:
		return "Paused: too hot"
	case yield.OnBattery:
		return "Paused: on battery"
	case yield.InUse:
		return "Paused while you use the computer"
	case yield.OutOfHours:
		return "Paused until your hours begin"
	}
	if p.Until != nil {
		return "Paused until " + p.Until.Local().Format("15:04")
	}
	return "Paused"
}
