package sense

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"
)

func TestWhatNVIDIATellsOfTheDraw(t *testing.T) {
	for _, c := range []struct {
		name, out, card string
		milliwatts      uint64
	}{
		{"one card", "45.23, NVIDIA GeForce RTX 4070\n", "NVIDIA GeForce RTX 4070", 45_230},
		{"whole watts", "300, NVIDIA GeForce RTX 3090\n", "NVIDIA GeForce RTX 3090", 300_000},
		{"one digit", "7.5, NVIDIA T4\n", "NVIDIA T4", 7_500},
		{"many digits", "7.51239, NVIDIA T4\n", "NVIDIA T4", 7_512},
		{"the busier of two alike", "12.00, NVIDIA T4\n70.10, NVIDIA T4\n", "NVIDIA T4", 70_100},
		{"another card draws more", "350.00, NVIDIA A100\n12.00, NVIDIA T4\n", "NVIDIA T4", 12_000},
		{"carriage returns", "45.23, NVIDIA T4\r\n", "NVIDIA T4", 45_230},
		{"not told", "[N/A], NVIDIA T4\n", "NVIDIA T4", 0},
		{"not supported", "[Not Supported], NVIDIA T4\n", "NVIDIA T4", 0},
		{"lost", "Unable to determine the device handle for GPU 0000:01:00.0: Unknown Error\n", "NVIDIA T4", 0},
		{"absurd", "99999999.00, NVIDIA T4\n", "NVIDIA T4", 0},
		{"negative", "-4.00, NVIDIA T4\n", "NVIDIA T4", 0},
		{"empty", "", "NVIDIA T4", 0},
		{"half a line", "45.2", "NVIDIA T4", 0},
		{"another card only", "45.23, NVIDIA A100\n", "NVIDIA T4", 0},
	} {
		asked := func(_ context.Context, name string, args ...string) ([]byte, error) {
			if name != "nvidia-smi" || !slices.Contains(args, "--query-gpu=power.draw,name") {
				t.Errorf("%s: ran %s %v", c.name, name, args)
			}
			return []byte(c.out), nil
		}
		d, err := nvidiaDraw(t.Context(), asked, c.card)
		if d.milliwatts != c.milliwatts || (err == nil) != (c.milliwatts > 0) {
			t.Errorf("%s: got %d mW, error %v, want %d", c.name, d.milliwatts, err, c.milliwatts)
		}
	}
}

func TestWhatLinuxTellsOfTheDraw(t *testing.T) {
	folder := func(pairs ...string) fstest.MapFS {
		f := fstest.MapFS{}
		for i := 0; i < len(pairs); i += 2 {
			f[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1] + "\n")}
		}
		return f
	}
	for _, c := range []struct {
		name       string
		read       func(fstest.MapFS) (draw, error)
		files      fstest.MapFS
		milliwatts uint64
		counters   []counter
	}{
		{"AMD", card, folder("hwmon/hwmon3/name", "amdgpu", "hwmon/hwmon3/power1_average", "187000000"), 187_000, nil},
		{"newer AMD, and a board's sensor", card, folder("hwmon/hwmon3/name", "amdgpu", "hwmon/hwmon3/power1_input", "21000000",
			"hwmon/hwmon1/name", "acpi", "hwmon/hwmon1/power1_average", "300000000"), 21_000, nil},
		{"two of AMD", card, folder("hwmon/hwmon3/name", "amdgpu", "hwmon/hwmon3/power1_average", "9000000",
			"hwmon/hwmon4/name", "amdgpu", "hwmon/hwmon4/power1_average", "201000000"), 201_000, nil},
		{"AMD asleep", card, folder("hwmon/hwmon3/name", "amdgpu", "hwmon/hwmon3/power1_average", "0"), 0, nil},
		{"AMD broken", card, folder("hwmon/hwmon3/name", "amdgpu", "hwmon/hwmon3/power1_average", "unreadable"), 0, nil},
		{"Intel", card, folder("hwmon/hwmon5/name", "xe", "hwmon/hwmon5/energy1_input", "123456789"), 0, []counter{{123_456_789, 0}}},
		{"nothing", card, folder(), 0, nil},
		{"processor", processor, folder("powercap/intel-rapl:0/name", "package-0", "powercap/intel-rapl:0/energy_uj", "5000",
			"powercap/intel-rapl:0/max_energy_range_uj", "262143328850", "powercap/intel-rapl:0:0/name", "core", "powercap/intel-rapl:0:0/energy_uj", "4000"),
			0, []counter{{5000, 262_143_328_850}}},
		{"two processors", processor, folder("powercap/intel-rapl:0/name", "package-0", "powercap/intel-rapl:0/energy_uj", "5",
			"powercap/intel-rapl:1/name", "package-1", "powercap/intel-rapl:1/energy_uj", "6"), 0, []counter{{5, 0}, {6, 0}}},
		{"for the administrator only", processor, folder("powercap/intel-rapl:0/name", "package-0"), 0, nil},
	} {
		d, err := c.read(c.files)
		if d.milliwatts != c.milliwatts || !slices.Equal(d.counters, c.counters) || (err == nil) != (c.milliwatts > 0 || c.counters != nil) {
			t.Errorf("%s: got %+v, error %v", c.name, d, err)
		}
	}
}

func card(f fstest.MapFS) (draw, error)      { return cardDraw(f) }
func processor(f fstest.MapFS) (draw, error) { return processorDraw(f) }

// script is a gauge that tells one sample after another, and the last for ever.
func script(samples ...any) gauge {
	var mu sync.Mutex
	return func(context.Context) (draw, error) {
		mu.Lock()
		defer mu.Unlock()
		s := samples[0]
		if len(samples) > 1 {
			samples = samples[1:]
		}
		if err, ok := s.(error); ok {
			return draw{}, err
		}
		return s.(draw), nil
	}
}

func TestAMeterAddsUpWhatIsDrawn(t *testing.T) {
	watts := func(w uint64) draw { return draw{milliwatts: 1000 * w} }
	count := func(microjoules uint64) draw { return draw{counters: []counter{{microjoules, 1000}}} }
	hangs := func(ctx context.Context) (draw, error) { <-ctx.Done(); return draw{}, ctx.Err() }
	for _, c := range []struct {
		name  string
		gauge gauge
		lasts time.Duration
		want  uint64 // microjoules
		ok    bool
	}{
		{"steady", script(watts(100)), 10 * time.Second, 1000e6, true},
		{"between two samples", script(watts(100)), 10*time.Second + 250*time.Millisecond, 1025e6, true},
		{"rising", script(watts(100), watts(200)), 2 * time.Second, 150e6 + 200e6, true},
		{"over before the second", script(watts(250)), 400 * time.Millisecond, 100e6, true},
		{"a counter", script(count(100), count(600), count(900)), 2500 * time.Millisecond, 800, true},
		{"a counter that begins anew", script(count(900), count(50)), 1500 * time.Millisecond, 150, true},
		{"nothing is told", script(errors.New("no sensor")), time.Second, 0, false},
		{"it ends being told", script(watts(100), errors.New("gone")), 3 * time.Second, 0, false},
		{"the sensor hangs", hangs, 2 * blindFor, 0, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			m := &Meter{c.gauge, sampleEvery, time.Now}
			done := m.Measure(t.Context())
			time.Sleep(c.lasts)
			synctest.Wait()
			began := time.Now()
			got, ok := done()
			if got != c.want || ok != c.ok {
				t.Errorf("%s: got %d µJ, %v, want %d, %v", c.name, got, ok, c.want, c.ok)
			}
			if time.Since(began) > 0 {
				t.Errorf("%s: it took %s to end", c.name, time.Since(began))
			}
		})
	}
}

func TestAMeterOfThisComputerDoesNotHoldAnybodyUp(t *testing.T) {
	for _, m := range []*Meter{NewMeter("NVIDIA No Such Card", true), NewMeter("some card", true), NewMeter("some processor", false)} {
		done := m.Measure(t.Context())
		began := time.Now()
		microjoules, ok := done()
		if ok && microjoules > mostWatts*1e6 {
			t.Errorf("%d µJ in an instant", microjoules)
		}
		if passed := time.Since(began); passed > time.Second {
			t.Errorf("it took %s to end, and a result waits for that", passed)
		}
	}
}
