package sense

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"time"

	"helium/backend/protocol"
)

// What Windows and macOS answer, read apart from the asking, so that it is tested
// everywhere.

// powerOf reads Windows' SYSTEM_POWER_STATUS.
func powerOf(line, flag, percent byte) Reading[Power] {
	const noBattery, unknownFlag = 128, 255
	p := Power{Charge: -1}
	if flag == unknownFlag || line > 1 {
		return Unknown[Power](protocol.Say("sense_windows_power", "Windows does not tell where the power comes from."))
	}
	if flag&noBattery == 0 && percent <= 100 {
		p.Charge = int(percent)
	}
	p.OnBattery = line == 0 && flag&noBattery == 0
	return Known(p)
}

// parsePmset reads `pmset -g batt`.
func parsePmset(out string) (Power, error) {
	first, rest, _ := strings.Cut(out, "\n")
	p := Power{Charge: -1}
	switch {
	case strings.Contains(first, "'AC Power'"):
	case strings.Contains(first, "'Battery Power'"):
		p.OnBattery = true
	default: // also a UPS, from which somebody else should be fed
		return p, errors.New("pmset does not tell where the power comes from")
	}
	for line := range strings.Lines(rest) {
		if !strings.Contains(line, "InternalBattery") {
			continue
		}
		before, _, ok := strings.Cut(line, "%")
		if !ok {
			continue
		}
		fields := strings.Fields(before)
		if n, err := strconv.Atoi(fields[max(len(fields)-1, 0)]); err == nil && n >= 0 && n <= 100 {
			p.Charge = n
		}
	}
	return p, nil
}

// parseTherm reads `pmset -g therm`: a limit below 100 means that macOS slows the
// processor down.
func parseTherm(out string) (Heat, error) {
	for line := range strings.Lines(out) {
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.TrimSpace(name) != "CPU_Speed_Limit" {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n > 100 {
			return Heat{}, errors.New("pmset tells no limit of the processor's speed")
		}
		return Heat{Throttled: n < 100}, nil
	}
	if strings.Contains(out, "No thermal warning level has been recorded") {
		return Heat{}, nil
	}
	return Heat{}, errors.New("pmset tells no limit of the processor's speed")
}

// parseIdle finds how long nobody touched a Mac in `ioreg -c IOHIDSystem`.
func parseIdle(out string) (time.Duration, error) {
	_, after, ok := strings.Cut(out, `"HIDIdleTime"`)
	if !ok {
		return 0, errors.New("ioreg does not tell when a key was last pressed")
	}
	line, _, _ := strings.Cut(after, "\n")
	n, err := strconv.ParseInt(strings.TrimSpace(strings.TrimLeft(line, " =")), 10, 64)
	if err != nil || n < 0 {
		return 0, errors.New("ioreg does not tell when a key was last pressed")
	}
	return time.Duration(n), nil
}

// parseAccelerator finds how busy the busiest card is in `ioreg -c IOAccelerator`.
func parseAccelerator(out string) (Graphics, error) {
	g, found := Graphics{WithOurs: true}, false
	for _, m := range regexp.MustCompile(`"Device Utilization %"\s*=\s*(\d{1,3})\b`).FindAllStringSubmatch(out, 64) {
		if n, err := strconv.Atoi(m[1]); err == nil && n <= 100 {
			g.Percent, found = max(g.Percent, n), true
		}
	}
	if !found {
		return g, errors.New("ioreg does not tell how busy the card is")
	}
	return g, nil
}

// parsePs reads `ps -axo pid=,ppid=,comm=`.
func parsePs(out string) (all []process) {
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		pid, err := strconv.Atoi(fields[0])
		parent, err2 := strconv.Atoi(fields[1])
		if err != nil || err2 != nil || pid < 1 || parent < 0 {
			continue
		}
		all = append(all, process{pid, parent, baseName(strings.Join(fields[2:], " "))})
	}
	return all
}
