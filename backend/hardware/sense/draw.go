package sense

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Meter measures the energy that a card or a processor takes: what its own sensor
// tells, without the rest of the computer.
type Meter struct {
	gauge gauge
	every time.Duration
	now   func() time.Time
}

// gauge takes one sample of what is drawn now.
type gauge func(ctx context.Context) (draw, error)

// draw is one sample: a power, or counters of energy that only rise, and begin
// anew behind their range.
type draw struct {
	milliwatts uint64
	counters   []counter
}

type counter struct{ microjoules, modulus uint64 }

const (
	// sampleEvery is how often a power is read.
	sampleEvery = time.Second
	// blindFor is how long a power may go unread before a measurement is none.
	blindFor = 5 * time.Second
)

// NewMeter makes a meter of the card of that name, or of the processor where
// onCard is false.
func NewMeter(card string, onCard bool) *Meter {
	files := os.DirFS("/sys/class")
	g := func(context.Context) (draw, error) { return processorDraw(files) }
	if onCard {
		g = func(ctx context.Context) (draw, error) {
			if strings.Contains(card, "NVIDIA") {
				return nvidiaDraw(ctx, execute, card)
			}
			return cardDraw(files)
		}
	}
	return &Meter{g, sampleEvery, time.Now}
}

// Measure begins to measure, and does not block. done ends that, without waiting
// for another sample, and says what was drawn; false where the sensor did not tell
// all the while.
func (m *Meter) Measure(ctx context.Context) (done func() (microjoules uint64, ok bool)) {
	ctx, stop := context.WithCancel(ctx)
	began := m.now()
	var s span
	go func() {
		tick := time.NewTicker(m.every)
		defer tick.Stop()
		for {
			d, err := m.gauge(ctx)
			if ctx.Err() != nil {
				return
			}
			if err != nil {
				s.fail()
				return
			}
			s.add(d, m.now(), began)
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return func() (uint64, bool) {
		defer stop()
		return s.end(m.now())
	}
}

// span adds samples up.
type span struct {
	// mu guards everything that follows.
	mu          sync.Mutex
	microjoules uint64
	last        draw
	at          time.Time // of last; zero before the first
	failed      bool
}

func (s *span) fail() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = true
}

func (s *span) add(d draw, now, began time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() {
		// What was drawn until the first sample came is taken to be as much.
		s.last, s.at = d, began
	}
	if now.Sub(s.at) > blindFor || len(d.counters) != len(s.last.counters) {
		s.failed = true
		return
	}
	s.microjoules += between(s.last, d, now.Sub(s.at))
	s.last, s.at = d, now
}

// end goes on with the last power until now.
func (s *span) end(now time.Time) (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed || s.at.IsZero() || now.Sub(s.at) > blindFor {
		return 0, false
	}
	tail := s.last
	tail.counters = nil
	return s.microjoules + between(tail, tail, now.Sub(s.at)), true
}

// between is the energy from one sample to the next: milliwatts times
// milliseconds are microjoules.
func between(a, b draw, passed time.Duration) (microjoules uint64) {
	microjoules = (a.milliwatts + b.milliwatts) * uint64(max(passed, 0).Milliseconds()) / 2
	for i := range min(len(a.counters), len(b.counters)) {
		from, to := a.counters[i].microjoules, b.counters[i].microjoules
		if to < from {
			to += b.counters[i].modulus
		}
		microjoules += to - min(from, to)
	}
	return microjoules
}

// nvidiaDraw asks NVIDIA's driver.
func nvidiaDraw(ctx context.Context, run runner, card string) (draw, error) {
	out, err := run(ctx, "nvidia-smi", "--query-gpu=power.draw,name", "--format=csv,noheader,nounits")
	if err != nil {
		return draw{}, err
	}
	return parseDraw(string(out), card)
}

// parseDraw reads "watts, name" lines; what the driver doesn't tell is in
// brackets. Of several cards of that name the one at work draws most.
func parseDraw(out, card string) (draw, error) {
	most := uint64(0)
	for line := range strings.Lines(out) {
		watts, name, ok := strings.Cut(line, ",")
		if !ok || strings.TrimSpace(name) != card {
			continue
		}
		if milli, ok := milliOf(strings.TrimSpace(watts)); ok {
			most = max(most, milli)
		}
	}
	if most == 0 {
		return draw{}, errors.New("nvidia-smi does not tell what the card draws")
	}
	return draw{milliwatts: most}, nil
}

// mostWatts is more than any card or processor draws: a sensor that tells more is
// broken.
const mostWatts = 2000

// milliOf reads a decimal number in thousandths.
func milliOf(text string) (uint64, bool) {
	whole, fraction, _ := strings.Cut(text, ".")
	n, err := strconv.ParseUint(whole+(fraction + "000")[:3], 10, 32)
	return n, err == nil && n <= mostWatts*1000
}

// cardDraw reads the sensors of AMD's and Intel's cards below /sys/class: a power,
// or a counter of energy.
func cardDraw(f fs.FS) (draw, error) {
	var most uint64
	for _, name := range []string{"power1_average", "power1_input"} {
		files, _ := fs.Glob(f, "hwmon/hwmon*/"+name)
		for _, file := range files {
			if text(f, path.Join(path.Dir(file), "name")) != "amdgpu" {
				continue
			}
			if micro, ok := number(f, file); ok && micro > 0 && micro <= mostWatts*1_000_000 {
				most = max(most, uint64(micro)/1000)
			}
		}
	}
	if most > 0 {
		return draw{milliwatts: most}, nil
	}
	files, _ := fs.Glob(f, "hwmon/hwmon*/energy1_input")
	for _, file := range files {
		chip := text(f, path.Join(path.Dir(file), "name"))
		if n, ok := number(f, file); ok && n >= 0 && (chip == "xe" || chip == "i915") {
			return draw{counters: []counter{{microjoules: uint64(n)}}}, nil
		}
	}
	return draw{}, errors.New("Linux does not show what the card draws")
}

// processorDraw reads the energy counters of processors below /sys/class, which
// many systems show to their administrator only.
func processorDraw(f fs.FS) (draw, error) {
	var d draw
	files, _ := fs.Glob(f, "powercap/*/energy_uj")
	for _, file := range files {
		dir := path.Dir(file)
		if !strings.HasPrefix(text(f, path.Join(dir, "name")), "package") {
			continue
		}
		n, ok := number(f, file)
		modulus, _ := number(f, path.Join(dir, "max_energy_range_uj"))
		if ok && n >= 0 && modulus >= 0 {
			d.counters = append(d.counters, counter{uint64(n), uint64(modulus)})
		}
	}
	if len(d.counters) == 0 {
		return d, errors.New("this system does not show what the processor draws")
	}
	return d, nil
}
