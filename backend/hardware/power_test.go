package hardware

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
)

func TestParsePower(t *testing.T) {
	for name, c := range map[string]struct {
		out  string
		want map[string]Power
		err  string
	}{
		"a card for games": {"00000000:01:00.0, 25.31, 200.00, 200.00, 100.00, 215.00\n",
			map[string]Power{"0000:01:00.0": {25, 200, 200, 100, 215}}, ""},
		"two, one of which is lowered": {"00000000:01:00.0, 118.70, 120.00, 350.00, 100.00, 366.00\r\n00000000:0A:00.0, 9.9, 170.00, 170.00, 100.00, 187.00\r\n",
			map[string]Power{"0000:01:00.0": {119, 120, 350, 100, 366}, "0000:0a:00.0": {10, 170, 170, 100, 187}}, ""},
		"a notebook tells its draw only": {"00000000:01:00.0, 13.45, [N/A], [N/A], [N/A], [N/A]\n",
			map[string]Power{"0000:01:00.0": {Draw: 13}}, ""},
		"an old card": {"00000000:01:00.0, [Not Supported], [Not Supported], [Not Supported], [Not Supported], [Not Supported]\n",
			map[string]Power{"0000:01:00.0": {}}, ""},
		"bounds are never widened": {"00000000:01:00.0, 60.0, 129.6, 130.2, 70.2, 140.9\n",
			map[string]Power{"0000:01:00.0": {60, 130, 130, 71, 140}}, ""},
		"units":       {"00000000:01:00.0, 25.31 W, 200.00 W, 200.00 W, 100.00 W, 215.00 W\n", map[string]Power{"0000:01:00.0": {25, 200, 200, 100, 215}}, ""},
		"no card":     {"", map[string]Power{}, ""},
		"driver gone": {"NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", map[string]Power{}, "is not address, draw"},
		"no address":  {"[N/A], 1, 2, 3, 4, 5\n", map[string]Power{}, "no address"},
		"odd numbers": {"00000000:01:00.0, -5, NaN, Inf, 1e300, 0\n", map[string]Power{"0000:01:00.0": {}}, ""},
	} {
		got, err := parsePower(c.out)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
		if (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: error is %v, want one about %q", name, err, c.err)
		}
	}
}

func TestQuietIsWithinWhatTheCardTakes(t *testing.T) {
	for _, c := range []struct {
		power    Power
		quiet    int
		settable bool
	}{
		{Power{0, 200, 200, 100, 215}, 120, true},
		{Power{0, 320, 350, 100, 366}, 210, true},
		{Power{0, 120, 120, 100, 130}, 100, true}, // 72 is less than it takes
		{Power{0, 75, 75, 75, 75}, 75, false},
		{Power{Draw: 13}, 0, false},
	} {
		if got := c.power.Quiet(); got != c.quiet || c.power.Settable() != c.settable {
			t.Errorf("%+v: quiet is %d, settable %v", c.power, got, c.power.Settable())
		}
	}
}

// The answers are nvidia-smi's own words.
func TestWhatNvidiaSMISaysOfALimit(t *testing.T) {
	failed := errors.New("exit status 4")
	for name, c := range map[string]struct {
		out    string
		err    error
		denied bool
		want   string // in the error; empty for success
	}{
		"set": {"Power limit for GPU 00000000:01:00.0 was set to 120.00 W from 200.00 W.\nAll done.\n", nil, false, ""},
		"set, with a warning": {"Warning: persistence mode is disabled on device 00000000:01:00.0. See the Known Issues section of the nvidia-smi man page.\n" +
			"Power limit for GPU 00000000:01:00.0 was set to 120.00 W from 200.00 W.\n\nWarning: persistence mode is disabled.\nAll done.\n", nil, false, ""},
		"not allowed":        {"Failed to set power management limit for GPU 00000000:01:00.0: Insufficient Permissions\nTerminating early due to previous errors.\n", failed, true, "Insufficient Permissions"},
		"not allowed, older": {"Unable to set power limit for GPU 00000000:01:00.0: Insufficient Permissions\n", failed, true, "Insufficient"},
		"a notebook":         {"Changing power management limit is not supported for GPU: 00000000:01:00.0.\nTreating as warning and moving on.\nAll done.\n", nil, false, "not supported"},
		"too little":         {"Provided power limit 10.00 W is not a valid power limit which should be between 100.00 W and 215.00 W for GPU 00000000:01:00.0\n", errors.New("exit status 2"), false, "not a valid"},
		"silent":             {"", failed, false, "exit status 4"},
	} {
		err := nvidiaSaid(c.out, c.err, []string{"nvidia-smi", "-i", "0000:01:00.0", "-pl", "120"})
		var denied *NotAllowedError
		if errors.As(err, &denied) != c.denied || (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if c.denied && !strings.HasSuffix(denied.Command, "nvidia-smi -i 0000:01:00.0 -pl 120") {
			t.Errorf("%s: an administrator would run %q", name, denied.Command)
		}
	}
}

func TestALimitIsReadAndSetForTheRightCard(t *testing.T) {
	var asked []string
	l := &Limiter{run: func(_ context.Context, name string, args ...string) ([]byte, error) {
		asked = append(asked, name+" "+strings.Join(args, " "))
		if args[0] == "-i" {
			return []byte("Power limit for GPU 00000000:02:00.0 was set to 102.00 W from 170.00 W.\nAll done.\n"), nil
		}
		return []byte("00000000:01:00.0, 25.31, 200.00, 200.00, 100.00, 215.00\n00000000:02:00.0, 9.9, 170.00, 170.00, 100.00, 187.00\n"), nil
	}}
	d := nvidia("NVIDIA GeForce RTX 3060", 12288, 86, "600.10")
	d.PCI = "0000:02:00.0"
	p, err := l.Power(t.Context(), d)
	if err != nil || p.Usual != 170 {
		t.Fatalf("got %+v, %v", p, err)
	}
	if err := l.SetLimit(t.Context(), d, p.Quiet()); err != nil {
		t.Fatal(err)
	}
	if last := asked[len(asked)-1]; last != "nvidia-smi -i 0000:02:00.0 -pl 102" {
		t.Errorf("it ran %s", last)
	}
	d.PCI = "0000:07:00.0"
	if _, err := l.Power(t.Context(), d); err == nil {
		t.Error("a card that isn't there has a power")
	}
	for _, d := range []Device{{Kind: CPU}, {Kind: GPU, Maker: Apple}, {Kind: GPU, Maker: Intel}} {
		if _, err := l.Power(t.Context(), d); !errors.Is(err, ErrNoPower) {
			t.Errorf("%+v: %v", d, err)
		}
		if err := l.SetLimit(t.Context(), d, 100); !errors.Is(err, ErrNoPower) {
			t.Errorf("%+v: %v", d, err)
		}
	}
}

func TestTheDriverOfAMDTellsAndTakesALimitInFiles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the driver's files are Linux's")
	}
	drm := t.TempDir()
	device := filepath.Join(drm, "card1", "device")
	hwmon := filepath.Join(device, "hwmon", "hwmon4")
	if err := os.MkdirAll(hwmon, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(device, "uevent"), "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0\n")
	for name, text := range map[string]string{
		"power1_average": "41000000\n", "power1_cap": "263000000\n", "power1_cap_default": "263000000\n", "power1_cap_min": "0\n", "power1_cap_max": "289000000\n",
	} {
		write(filepath.Join(hwmon, name), text)
	}
	l := &Limiter{drm: drm}
	d := Device{Kind: GPU, Maker: AMD, Name: "AMD Radeon RX 7800 XT", PCI: "0000:03:00.0"}
	p, err := l.Power(t.Context(), d)
	if want := (Power{41, 263, 263, 1, 289}); err != nil || p != want {
		t.Fatalf("got %+v, %v", p, err)
	}
	if err := l.SetLimit(t.Context(), d, 158); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(filepath.Join(hwmon, "power1_cap")); string(b) != "158000000" {
		t.Errorf("the driver is told %q", b)
	}
	write(filepath.Join(hwmon, "power1_cap_max"), "garbage\n")
	if p, err := l.Power(t.Context(), d); err != nil || p.Settable() {
		t.Errorf("with a broken file it tells %+v, %v", p, err)
	}
	if _, err := l.Power(t.Context(), Device{Kind: GPU, Maker: AMD}); !errors.Is(err, ErrNoPower) {
		t.Errorf("a card without an address: %v", err)
	}
}

func FuzzParsePower(f *testing.F) {
	f.Add("00000000:01:00.0, 25.31, 200.00, 200.00, 100.00, 215.00\n")
	f.Add("00000000:01:00.0, 13.45, [N/A], [N/A], [N/A], [N/A]\n")
	f.Fuzz(func(t *testing.T, s string) {
		cards, _ := parsePower(s)
		for address, p := range cards {
			for _, watts := range []int{p.Draw, p.Limit, p.Usual, p.Least, p.Most} {
				if watts < 0 || watts > 100_000 {
					t.Errorf("%q gave %s %+v", s, address, p)
				}
			}
			if p.Settable() && (p.Quiet() < p.Least || p.Quiet() > p.Most) {
				t.Errorf("%q: quiet is %d of %+v", s, p.Quiet(), p)
			}
		}
	})
}
