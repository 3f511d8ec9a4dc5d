package bench

import (
	"slices"
	"testing"
	"time"
)

func TestSlowMomentsAreThoseThatTookLongerThanUsual(t *testing.T) {
	start := time.Date(2026, 11, 28, 0, 0, 0, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	var p pace
	for i := range 1000 {
		took := 5 * time.Microsecond
		switch {
		case i >= 100 && i < 120, i == 140, i == 500:
			took = 60 * time.Microsecond
		case i == 300:
			took = 9 * time.Microsecond // only a little
		}
		p.samples = append(p.samples, sample{at(i), took})
	}
	want := []span{{at(99), at(141).Add(aftermath)}, {at(499), at(501).Add(aftermath)}}
	if got := p.slow(); !slices.Equal(got, want) {
		t.Fatalf("slow from %v, want %v", got, want)
	}
	for name, c := range map[string]struct {
		from, to int
		slow     bool
	}{
		"before":              {10, 98, false},
		"until it begins":     {10, 99, true},
		"within":              {110, 111, true},
		"around":              {10, 400, true},
		"in the aftermath":    {185, 300, true},
		"after":               {200, 400, false},
		"between and into":    {400, 499, true},
		"long after the last": {900, 950, false},
	} {
		if got := (span{at(c.from), at(c.to)}).among(want); got != c.slow {
			t.Errorf("%s: %v, want %v", name, got, c.slow)
		}
	}
	if got := new(pace).slow(); got != nil {
		t.Errorf("nothing looked at: slow from %v", got)
	}
}
