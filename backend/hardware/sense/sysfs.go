package sense

import (
	"io/fs"
	"maps"
	"path"
	"strconv"
	"strings"

	"helium/backend/protocol"
)

// What Linux shows in files. It compiles everywhere, so that it is tested
// everywhere; each takes the folder as a file system.

// text is a small file's content, trimmed; empty when it can't be read.
func text(f fs.FS, name string) string {
	b, err := fs.ReadFile(f, name)
	if err != nil || len(b) > 64<<10 {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func number(f fs.FS, name string) (int, bool) {
	n, err := strconv.Atoi(text(f, name))
	return n, err == nil
}

// readSupplies reads /sys/class/power_supply. A computer without a battery of its
// own (a mouse's doesn't count) is never on battery.
func readSupplies(f fs.FS) Reading[Power] {
	entries, err := fs.ReadDir(f, ".")
	if err != nil {
		return Unknown[Power](protocol.Say("sense_no_supply", "Linux does not show the power supply here."))
	}
	p := Power{Charge: -1}
	batteries, plugged, discharging := 0, false, false
	for _, e := range entries {
		kind := text(f, path.Join(e.Name(), "type"))
		switch {
		case kind == "Mains" || kind == "USB":
			plugged = plugged || text(f, path.Join(e.Name(), "online")) == "1"
		case kind == "Battery" && text(f, path.Join(e.Name(), "scope")) != "Device":
			batteries++
			if n, ok := number(f, path.Join(e.Name(), "capacity")); ok && n >= 0 && n <= 100 {
				p.Charge = max(p.Charge, n)
			}
			discharging = discharging || text(f, path.Join(e.Name(), "status")) == "Discharging"
		}
	}
	p.OnBattery = batteries > 0 && discharging && !plugged
	return Known(p)
}

// hwmonSensors reads /sys/class/hwmon: processors and graphics cards only, since
// the limits of disks and radios are others.
func hwmonSensors(f fs.FS) (sensors []Sensor) {
	chips := map[string]string{
		"coretemp": "processor", "k10temp": "processor", "zenpower": "processor", "cpu_thermal": "processor",
		"amdgpu": "graphics card", "radeon": "graphics card", "nouveau": "graphics card", "xe": "graphics card", "i915": "graphics card",
	}
	files, err := fs.Glob(f, "hwmon*/temp*_input")
	if err != nil {
		return nil
	}
	for _, file := range files {
		name, ok := chips[text(f, path.Join(path.Dir(file), "name"))]
		if !ok {
			continue
		}
		// Memory and hot spots are hotter than what the limit is meant for.
		label := text(f, strings.TrimSuffix(file, "_input")+"_label")
		if label == "mem" || label == "junction" {
			continue
		}
		if milli, ok := number(f, file); ok && plausible(milli/1000) {
			sensors = append(sensors, Sensor{name, milli / 1000})
		}
	}
	return sensors
}

// drmBusy reads how busy the busiest AMD card in /sys/class/drm is.
func drmBusy(f fs.FS) (percent int, ok bool) {
	files, err := fs.Glob(f, "card*/device/gpu_busy_percent")
	if err != nil {
		return 0, false
	}
	for _, file := range files {
		if n, known := number(f, file); known && n >= 0 && n <= 100 {
			percent, ok = max(percent, n), true
		}
	}
	return percent, ok
}

// procTable reads /proc again and again, and each process but seldom: a new one a
// few times, for it may yet become another program, and then once in a while, for
// its number may be another's.
type procTable struct {
	looks int
	known map[int]*knownProcess
}

type knownProcess struct {
	process
	reads, seen int
}

const (
	readNew   = 3  // looks at which a new process is read
	readAgain = 16 // one in so many, after that
)

// list returns all processes, by number.
func (t *procTable) list(f fs.FS) (all []process) {
	entries, err := fs.ReadDir(f, ".")
	if err != nil {
		return nil
	}
	if t.known == nil {
		t.known = map[int]*knownProcess{}
	}
	t.looks++
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		k := t.known[pid]
		if k == nil {
			k = &knownProcess{}
			t.known[pid] = k
		}
		if k.reads < readNew || (t.looks+pid)%readAgain == 0 {
			p, ok := readProcess(f, pid)
			if !ok {
				continue
			}
			k.process = p
			k.reads++
		}
		k.seen = t.looks
		all = append(all, k.process)
	}
	maps.DeleteFunc(t.known, func(_ int, k *knownProcess) bool { return k.seen != t.looks })
	return all
}

// readProcess reads one process of /proc.
func readProcess(f fs.FS, pid int) (process, bool) {
	dir := strconv.Itoa(pid)
	p, ok := parseStat(text(f, path.Join(dir, "stat")))
	if !ok || p.pid != pid {
		return process{}, false
	}
	// The kernel keeps 15 letters of a name; a longer one, and that of a Windows
	// program under Wine or Proton, is in the command line.
	if len(p.name) == 15 || strings.Contains(strings.ToLower(p.name), ".ex") || strings.HasPrefix(p.name, "wine") {
		first, _, _ := strings.Cut(text(f, path.Join(dir, "cmdline")), "\x00")
		if base := baseName(first); strings.HasPrefix(base, p.name) || strings.HasSuffix(strings.ToLower(base), ".exe") {
			p.name = base
		}
	}
	return p, true
}

// parseStat reads "pid (name) state parent …"; a name may hold anything, brackets
// too.
func parseStat(stat string) (process, bool) {
	open, shut := strings.IndexByte(stat, '('), strings.LastIndexByte(stat, ')')
	if open < 0 || shut < open {
		return process{}, false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(stat[:open]))
	rest := strings.Fields(stat[shut+1:])
	if err != nil || pid < 1 || len(rest) < 2 {
		return process{}, false
	}
	parent, err := strconv.Atoi(rest[1])
	if err != nil || parent < 0 {
		return process{}, false
	}
	return process{pid, parent, stat[open+1 : shut]}, true
}
