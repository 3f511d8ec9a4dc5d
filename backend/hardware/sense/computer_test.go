package sense

import (
	"log/slog"
	"runtime"
	"testing"
	"time"

	"helium/backend/protocol"
)

// This computer is read for real. What it tells is not known here, but that it
// is either told or said to be unknown, and that a program like this one is seen.
func TestThisComputerIsRead(t *testing.T) {
	c := Open(slog.New(slog.DiscardHandler))
	defer c.Close()
	r := c.Read(t.Context())
	check := func(what string, known bool, why *protocol.Phrase) {
		if known == (why != nil) {
			t.Errorf("%s: known is %v, and it says %v", what, known, why)
		}
		t.Logf("%s is known: %v. %v", what, known, why)
	}
	check("what fills the screen", r.Fullscreen.Known, r.Fullscreen.Why)
	check("the programs", r.Programs.Known, r.Programs.Why)
	check("the card's use", r.Graphics.Known, r.Graphics.Why)
	check("the power", r.Power.Known, r.Power.Why)
	check("the heat", r.Heat.Known, r.Heat.Why)
	check("the idle time", r.Idle.Known, r.Idle.Why)
	if !r.Programs.Known {
		t.Error("the programs that run can't be read")
	}
	if r.Idle.Known && (r.Idle.Value < 0 || r.Idle.Value > 50*24*time.Hour) {
		t.Errorf("nobody has touched this computer for %s", r.Idle.Value)
	}
	if p := r.Power.Value; r.Power.Known && (p.Charge < -1 || p.Charge > 100) {
		t.Errorf("the power is %+v", p)
	}
	if runtime.GOOS == "windows" && !(r.Power.Known && r.Idle.Known && r.Fullscreen.Known) {
		t.Errorf("Windows tells %+v", r)
	}
	all, err := new(lister).list(t.Context(), c.run)
	if mine := ours(all); err != nil || len(mine) == 0 {
		t.Errorf("this program is not among %d, %v", len(all), err)
	}
}
