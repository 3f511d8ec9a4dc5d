package sense

import (
	"fmt"
	"os"
	"reflect"
	"testing"
	"testing/fstest"
	"time"
)

// others are programs beside this one and a child of it.
func others() []process {
	return []process{
		{1, 0, "init"}, {os.Getpid(), 1, "helium"}, {900001, os.Getpid(), "helium"},
		{900002, 900001, "helper"}, {900003, 1, "blender"}, {900004, 900003, "Xorg"},
		{900005, 900006, "a"}, {900006, 900005, "b"}, // a circle
	}
}

func TestProgramsAreThoseOfOthers(t *testing.T) {
	if got, want := programs(others()), []string{"Xorg", "a", "b", "blender", "init"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

const pmon535 = `# gpu        pid  type    sm   mem   enc   dec   command
# Idx          #   C/G     %     %     %     %   name
    0     900003     G    45    12     -     -   blender
    0     900004     G     5     2     -     -   Xorg
    0     900001     C    50    40     -     -   helium
    1          -     -     -     -     -     -   -
`

const pmon560 = `# gpu         pid   type     sm    mem    enc    dec    jpg    ofa    command
# Idx           #    C/G      %      %      %      %      %      %    name
    0      900004     G      -      -      -      -      -      -    Xorg
    1      900003   C+G     97     60      -      -      -      -    a long name
`

func TestNvidiaUseIsThatOfOthers(t *testing.T) {
	for text, want := range map[string]Graphics{
		pmon535: {Percent: 50, Program: "blender"},
		pmon560: {Percent: 97, Program: "blender"},
		// Newer drivers add columns; a program that shares the card with a compute context is C+G.
		"# gpu         pid   type     sm    mem    enc    dec    jpg    ofa    ccpm    command\n# Idx           #    C/G      %      %      %      %      %      %      MB    name\n" +
			"    0      900003     C      9     30      -      -      -      -       0    blender\r\n    0      900004   C+G    150      -      -      -      -      -       0    Xorg\r\n": {Percent: 100, Program: "Xorg"},
		"# gpu pid type sm mem enc dec command\n# Idx # C/G % % % % name\n    0          -     -     -     -     -     -   -\n": {},
	} {
		if got, err := parsePmon(text, others()); err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "Not supported on the device(s)\n", "Failed to process command line.\n", pmon535[:130] + "\n 0\n"} {
		if got, err := parsePmon(text, others()); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
}

func TestNvidiaTotals(t *testing.T) {
	g, sensors, err := parseTotals("12, 61, NVIDIA GeForce RTX 4070\n97, 83, NVIDIA GeForce RTX 3060, odd\n")
	want := []Sensor{{"NVIDIA GeForce RTX 4070", 61}, {"NVIDIA GeForce RTX 3060, odd", 83}}
	if err != nil || g != (Graphics{Percent: 97, WithOurs: true}) || !reflect.DeepEqual(sensors, want) {
		t.Errorf("got %+v, %+v, %v", g, sensors, err)
	}
	if _, sensors, err = parseTotals("[N/A], 50, NVIDIA T400\n"); err == nil || len(sensors) != 1 {
		t.Errorf("got %+v, %v", sensors, err)
	}
	if g, sensors, err = parseTotals("[GPU is lost], [GPU is lost], [GPU is lost]\r\n7, 41, NVIDIA GeForce RTX 5070 Ti\r\n"); err != nil || g.Percent != 7 || len(sensors) != 1 {
		t.Errorf("of one card that is lost and one that isn't: %+v, %+v, %v", g, sensors, err)
	}
	for _, text := range []string{"", "\n,,\n", "No devices were found\n", "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
		"12%, 61 C, RTX\n", "1, 2, ", "Unable to determine the device handle for GPU0: 0000:24:00.0: GPU is lost.  Reboot the system to recover this GPU\n", "[Unknown Error], [N/A], x\n", "101, 999, x\n"} {
		if g, sensors, err := parseTotals(text); err == nil || len(sensors) != 0 {
			t.Errorf("%q is read as %+v, %+v", text, g, sensors)
		}
	}
}

func TestWindowsEnginesAreSummedByEngine(t *testing.T) {
	const a, b = "_luid_0x00000000_0x0000D3B4_phys_0_eng_0_engtype_3D", "_luid_0x00000000_0x0000D3B4_phys_0_eng_5_engtype_Compute_0"
	got := othersUse([]engineUse{
		{"pid_900003" + a, 33.9}, {"pid_900004" + a, 20}, {"pid_900001" + a, 99}, {"pid_900003" + b, 40}, {"pid_900002" + b, 60},
		{"pid_900003_luid_0x0_0xD3B4_phys_0_eng_3_engtype_VideoDecode", 100}, {"pid_900003_luid_0x0_phys_0_eng_1_engtype_Copy", 100},
		{"nonsense", 100}, {"pid_x" + a, 100}, {"pid_5", 100}, {"", 5},
	}, others())
	if want := (Graphics{Percent: 53, Program: "blender"}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWindowsPower(t *testing.T) {
	for _, c := range []struct {
		line, flag, percent byte
		known               bool
		want                Power
	}{
		{1, 128, 255, true, Power{Charge: -1}},               // a tower
		{0, 1, 80, true, Power{OnBattery: true, Charge: 80}}, // unplugged
		{1, 8, 80, true, Power{Charge: 80}},
		{0, 0, 255, true, Power{OnBattery: true, Charge: -1}},
		{255, 255, 255, false, Power{}}, {255, 1, 50, false, Power{}},
	} {
		if got := powerOf(c.line, c.flag, c.percent); got.Known != c.known || got.Value != c.want {
			t.Errorf("%+v: got %+v", c, got)
		}
	}
}

func TestMacAnswers(t *testing.T) {
	for text, want := range map[string]Power{
		"Now drawing from 'Battery Power'\n -InternalBattery-0 (id=4653155)\t87%; discharging; 5:12 remaining present: true\n": {OnBattery: true, Charge: 87},
		"Now drawing from 'AC Power'\n -InternalBattery-0 (id=4653155)\t100%; charged; 0:00 remaining present: true\n":         {Charge: 100},
		// Macs with Apple's chips; a Mac that holds its battery at 80 %.
		"Now drawing from 'AC Power'\n -InternalBattery-0 (id=22806627)\t80%; AC attached; not charging present: true\n": {Charge: 80},
		"Now drawing from 'AC Power'\n":                             {Charge: -1},
		"Now drawing from 'Battery Power'\n -InternalBattery-0 %\n": {OnBattery: true, Charge: -1},
	} {
		if got, err := parsePmset(text); err != nil || got != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "Now drawing from 'UPS Power'\n", "pmset: failed"} {
		if got, err := parsePmset(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
	for text, want := range map[string]bool{
		"Note: No thermal warning level has been recorded\nNote: No performance warning level has been recorded\n":                          false,
		"2026-11-26 20:00:00 +0100 CPU Power notify\n\tCPU_Scheduler_Limit \t= 100\n\tCPU_Available_CPUs \t= 8\n\tCPU_Speed_Limit \t= 70\n": true,
		"\tCPU_Speed_Limit \t= 100\n": false,
	} {
		if got, err := parseTherm(text); err != nil || got.Throttled != want {
			t.Errorf("%q: got %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "CPU_Speed_Limit = x", "CPU_Speed_Limit = 200"} {
		if got, err := parseTherm(text); err == nil {
			t.Errorf("%q is read as %+v", text, got)
		}
	}
	if d, err := parseIdle("  | {\n  |   \"HIDIdleTime\" = 4200000000\n  |   \"X\" = 1\n"); err != nil || d != 4200*time.Millisecond {
		t.Errorf("got %s, %v", d, err)
	}
	for _, text := range []string{"", `"HIDIdleTime"`, `"HIDIdleTime" = -1`, `"HIDIdleTime" = <00>`} {
		if d, err := parseIdle(text); err == nil {
			t.Errorf("%q is read as %s", text, d)
		}
	}
	if g, err := parseAccelerator(`"PerformanceStatistics" = {"Device Utilization %"=37,"Renderer Utilization %"=99}`); err != nil || g.Percent != 37 || !g.WithOurs {
		t.Errorf("got %+v, %v", g, err)
	}
	// Apple's chips say it among much else; of two cards the busier counts.
	const agx = `"PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=1573306368,"Tiler Utilization %"=3,"recoveryCount"=0,"Renderer Utilization %"=5,"TiledSceneBytes"=0,"Device Utilization %"=6,"SplitSceneCount"=0}`
	if g, err := parseAccelerator(agx + "\n" + `"PerformanceStatistics" = {"Device Utilization %"=12}`); err != nil || g.Percent != 12 {
		t.Errorf("got %+v, %v", g, err)
	}
	if g, err := parseAccelerator(`"Device Utilization %"=370`); err == nil {
		t.Errorf("got %+v", g)
	}
	got := parsePs("  1     0 /sbin/launchd\n  501   1 /Applications/Some Game.app/Contents/MacOS/Some Game\nbroken\n x 1 y\n")
	if want := []process{{1, 0, "launchd"}, {501, 1, "Some Game"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
}

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func TestLinuxPowerSupplies(t *testing.T) {
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  Power
	}{
		"tower": {fstest.MapFS{}, Power{Charge: -1}},
		"laptop unplugged": {fstest.MapFS{
			"AC/type": file("Mains\n"), "AC/online": file("0\n"),
			"BAT0/type": file("Battery\n"), "BAT0/capacity": file("64\n"), "BAT0/status": file("Discharging\n"),
		}, Power{OnBattery: true, Charge: 64}},
		"laptop plugged in, battery drained by a game": {fstest.MapFS{
			"AC/type": file("Mains\n"), "AC/online": file("1\n"),
			"BAT0/type": file("Battery\n"), "BAT0/capacity": file("64\n"), "BAT0/status": file("Discharging\n"),
		}, Power{Charge: 64}},
		"tower with a wireless mouse": {fstest.MapFS{
			"hidpp/type": file("Battery\n"), "hidpp/scope": file("Device\n"), "hidpp/status": file("Discharging\n"),
		}, Power{Charge: -1}},
		"charged by USB-C": {fstest.MapFS{
			"ucsi/type": file("USB\n"), "ucsi/online": file("1\n"), "BAT1/type": file("Battery\n"), "BAT1/capacity": file("x"), "BAT1/status": file("Charging\n"),
		}, Power{Charge: -1}},
	} {
		if got := readSupplies(c.files); !got.Known || got.Value != c.want {
			t.Errorf("%s: got %+v, want %+v", name, got, c.want)
		}
	}
	if got := readSupplies(os.DirFS("/no/such/folder")); got.Known || got.Why == nil {
		t.Errorf("without the folder: %+v", got)
	}
}

func TestLinuxSensors(t *testing.T) {
	got := hwmonSensors(fstest.MapFS{
		"hwmon0/name": file("nvme\n"), "hwmon0/temp1_input": file("99000\n"),
		"hwmon1/name": file("k10temp\n"), "hwmon1/temp1_input": file("71250\n"), "hwmon1/temp2_input": file("-128000\n"),
		"hwmon2/name": file("amdgpu\n"), "hwmon2/temp1_input": file("66000\n"), "hwmon2/temp1_label": file("edge\n"),
		"hwmon2/temp2_input": file("95000\n"), "hwmon2/temp2_label": file("junction\n"), "hwmon2/temp3_input": file("broken\n"),
	})
	if want := []Sensor{{"processor", 71}, {"graphics card", 66}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	hottest, ok := Heat{Sensors: got}.Hottest()
	if !ok || hottest.Name != "processor" {
		t.Errorf("the hottest is %+v", hottest)
	}
	cards := fstest.MapFS{"card0/device/gpu_busy_percent": file("7\n"), "card1/device/gpu_busy_percent": file("64\n"), "card2/device/gpu_busy_percent": file("640\n")}
	if n, ok := drmBusy(cards); !ok || n != 64 {
		t.Errorf("the cards are busy %d, %v", n, ok)
	}
	if _, ok := drmBusy(fstest.MapFS{}); ok {
		t.Error("no card is busy")
	}
}

func TestProcessesOfLinux(t *testing.T) {
	got := new(procTable).list(fstest.MapFS{
		"1/stat": file("1 (systemd) S 0 1 1 0 -1"), "7/stat": file("7 (odd) name) R 1 7"), "8/stat": file("8 broken"), "self/stat": file("9 (x) R 1"),
		"20/stat": file("20 (gnome-text-edit) S 1 2"), "20/cmdline": file("/usr/bin/gnome-text-editor\x00--x"),
		"21/stat": file("21 (Cyberpunk2077.e) S 1 2"), "21/cmdline": file("Z:\\games\\bin\\x64\\Cyberpunk2077.exe\x00"),
		"22/stat": file("23 (another) S 1 2"),
	})
	want := []process{{1, 0, "systemd"}, {20, 1, "gnome-text-editor"}, {21, 1, "Cyberpunk2077.exe"}, {7, 1, "odd) name"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestAProcessIsReadAgainWhereItMayHaveChanged(t *testing.T) {
	stat := func(pid int, name string) *fstest.MapFile { return file(fmt.Sprintf("%d (%s) S 1 2", pid, name)) }
	proc := fstest.MapFS{"7/stat": stat(7, "sh"), "8/stat": stat(8, "old")}
	var table procTable
	names := func() (all string) {
		for _, p := range table.list(proc) {
			all += p.name + " "
		}
		return all
	}
	if got := names(); got != "sh old " {
		t.Fatalf("at first %q", got)
	}
	proc["7/stat"] = stat(7, "doom") // as a shell becomes what it starts
	if got := names(); got != "doom old " {
		t.Fatalf("a new one that becomes another: %q", got)
	}
	for range readNew {
		names()
	}
	proc["8/stat"] = stat(8, "next")
	looks := 0
	for ; names() != "doom next "; looks++ {
		if looks > readAgain {
			t.Fatal("an old one that becomes another is never seen")
		}
	}
	if looks == 0 {
		t.Error("an old one is read at every look")
	}
	delete(proc, "7/stat")
	if got := names(); got != "next " || len(table.known) != 1 {
		t.Errorf("one that ended: %q, and %d are known", got, len(table.known))
	}
}

// Whatever a tool prints, a parser neither panics nor tells what can't be.
func FuzzAnswers(f *testing.F) {
	for _, s := range []string{pmon535, pmon560, "12, 61, RTX\n", "Now drawing from 'Battery Power'\n -InternalBattery-0 5%;", "CPU_Speed_Limit = 7",
		`"HIDIdleTime" = 42`, `"Device Utilization %"=37`, "1 0 launchd\n", "7 (a) b) R 1", "pid_1_luid_engtype_3D", "%\nInternalBattery%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		percent := func(what string, n int) {
			if n < 0 || n > 100 {
				t.Fatalf("%s is %d of %q", what, n, s)
			}
		}
		if g, err := parsePmon(s, others()); err == nil {
			percent("pmon", g.Percent)
		}
		if g, sensors, err := parseTotals(s); err == nil {
			percent("totals", g.Percent)
			for _, one := range sensors {
				if !plausible(one.Celsius) {
					t.Fatalf("%+v of %q", one, s)
				}
			}
		}
		if p, err := parsePmset(s); err == nil && p.Charge != -1 {
			percent("charge", p.Charge)
		}
		parseTherm(s)
		if d, err := parseIdle(s); err == nil && d < 0 {
			t.Fatalf("idle for %s of %q", d, s)
		}
		if g, err := parseAccelerator(s); err == nil {
			percent("accelerator", g.Percent)
		}
		for _, p := range parsePs(s) {
			if p.pid < 1 || p.parent < 0 {
				t.Fatalf("%+v of %q", p, s)
			}
		}
		if p, ok := parseStat(s); ok && (p.pid < 1 || p.parent < 0) {
			t.Fatalf("%+v of %q", p, s)
		}
		if g := othersUse([]engineUse{{s, 150}}, others()); g.Percent < 0 || g.Percent > 100 {
			t.Fatalf("%+v of %q", g, s)
		}
		baseName(s)
	})
}
