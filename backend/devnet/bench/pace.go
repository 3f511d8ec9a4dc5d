package bench

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"time"
)

// pace watches how fast this machine computes. One that others share may come to a
// near standstill for moments, with nothing of it in its own accounts, and whoever is
// measured meanwhile is measured by how much work happens to wait.
type pace struct {
	// mu guards everything that follows.
	mu      sync.Mutex
	samples []sample
}

// sample is what a fixed piece of work took at some moment.
type sample struct {
	at   time.Time
	took time.Duration
}

const (
	// paceEvery is how often the pace is looked at.
	paceEvery = time.Millisecond
	// slowPace is how many times the usual time the work takes in a slow moment.
	slowPace = 2
	// aftermath is how long what queued up in a slow moment may take to go.
	aftermath = 50 * time.Millisecond
)

// watch looks at the pace until ctx ends.
func (p *pace) watch(ctx context.Context) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	tick := time.NewTicker(paceEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		s := sample{time.Now(), fixedWork()}
		p.mu.Lock()
		p.samples = append(p.samples, s)
		p.mu.Unlock()
	}
}

// fixedWork takes as long as the processor takes: the best of a few tries, each too
// short to be interrupted in all of them, on numbers that need no memory.
func fixedWork() time.Duration {
	best := time.Duration(1<<63 - 1)
	for range 4 {
		began, x := time.Now(), uint64(1)
		for range 4000 {
			x = x*6364136223846793005 + 1
		}
		best = min(best, time.Since(began)+time.Duration(x&1)) // x is used
	}
	return best
}

// span is a time within which the machine may have been slow.
type span struct{ from, to time.Time }

// slow are the moments at which the machine did not keep its pace, in their order:
// each from the last sample before that was as usual to the aftermath of the first
// one after.
func (p *pace) slow() []span {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.samples) == 0 {
		return nil
	}
	var times []time.Duration
	for _, s := range p.samples {
		times = append(times, s.took)
	}
	slices.Sort(times)
	most := slowPace * rank(times, 50)
	var spans []span
	for i, s := range p.samples {
		if s.took <= most {
			continue
		}
		from, to := p.samples[max(i-1, 0)].at, p.samples[min(i+1, len(p.samples)-1)].at.Add(aftermath)
		if last := len(spans) - 1; last >= 0 && !from.After(spans[last].to) {
			spans[last].to = to
			continue
		}
		spans = append(spans, span{from, to})
	}
	return spans
}

// among reports whether a time overlaps one of the spans, which are in order.
func (s span) among(spans []span) bool {
	i, _ := slices.BinarySearchFunc(spans, s.from, func(other span, from time.Time) int { return other.to.Compare(from) })
	return i < len(spans) && !spans[i].from.After(s.to)
}

// shareOf is how much of the time that was measured is slow.
func shareOf(measured, slow []span) float64 {
	var all, lost time.Duration
	for _, m := range measured {
		all += m.to.Sub(m.from)
		for _, s := range slow {
			from, to := later(m.from, s.from), earlier(m.to, s.to)
			lost += max(to.Sub(from), 0)
		}
	}
	if all == 0 {
		return 0
	}
	return lost.Seconds() / all.Seconds()
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
