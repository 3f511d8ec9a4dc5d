package sense

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// nvidiaUse is how much other programs take of NVIDIA's cards.
func nvidiaUse(ctx context.Context, run runner, processes []process) (Graphics, error) {
	out, err := run(ctx, "nvidia-smi", "pmon", "-c", "1", "-s", "u")
	if err != nil {
		return Graphics{}, err
	}
	return parsePmon(string(out), processes)
}

// parsePmon reads the table of `nvidia-smi pmon`, whose columns differ from
// driver to driver: a line of names begins with "# gpu". Programs of ours do not
// count; of the others the busiest card's sum does.
func parsePmon(out string, processes []process) (Graphics, error) {
	mine := ours(processes)
	columns := map[string]int{}
	sums, most := map[string]int{}, map[string]int{}
	names := map[string]string{}
	for line := range strings.Lines(out) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[0] == "#" && fields[1] == "gpu" {
			for i, name := range fields[1:] {
				columns[name] = i
			}
			continue
		}
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		pidAt, smAt := columns["pid"], columns["sm"]
		if pidAt == 0 || smAt == 0 || len(fields) <= max(pidAt, smAt) {
			return Graphics{}, fmt.Errorf("nvidia-smi pmon prints %q, which isn't a line of its table", strings.TrimSpace(line))
		}
		pid, err := strconv.Atoi(fields[pidAt])
		percent, err2 := strconv.Atoi(fields[smAt])
		if err != nil || err2 != nil || percent < 0 || mine[pid] {
			continue // a dash stands for nothing
		}
		card := fields[0]
		sums[card] += min(percent, 100)
		if percent > most[card] || names[card] == "" {
			most[card], names[card] = percent, nameOf(processes, pid)
		}
	}
	if len(columns) == 0 {
		return Graphics{}, errors.New("nvidia-smi pmon prints no table")
	}
	var busiest Graphics
	for card, sum := range sums {
		if sum = min(sum, 100); sum > busiest.Percent || sum == busiest.Percent && names[card] < busiest.Program {
			busiest = Graphics{Percent: sum, Program: names[card]}
		}
	}
	return busiest, nil
}

// nvidiaTotals reads how busy and how hot NVIDIA's cards are.
func nvidiaTotals(ctx context.Context, run runner) (Graphics, []Sensor, error) {
	out, err := run(ctx, "nvidia-smi", "--query-gpu=utilization.gpu,temperature.gpu,name", "--format=csv,noheader,nounits")
	if err != nil {
		return Graphics{}, nil, err
	}
	return parseTotals(string(out))
}

// parseTotals reads "percent, celsius, name" lines; what the driver doesn't tell
// is in brackets. The error says that no line tells how busy a card is.
func parseTotals(out string) (g Graphics, sensors []Sensor, err error) {
	g.WithOurs = true
	known := false
	for line := range strings.Lines(out) {
		fields := strings.SplitN(line, ",", 3)
		if len(fields) < 3 || strings.TrimSpace(fields[2]) == "" {
			continue // cut short
		}
		if percent, err := strconv.Atoi(strings.TrimSpace(fields[0])); err == nil && percent >= 0 && percent <= 100 {
			g.Percent, known = max(g.Percent, percent), true
		}
		if celsius, err := strconv.Atoi(strings.TrimSpace(fields[1])); err == nil && plausible(celsius) {
			sensors = append(sensors, Sensor{strings.TrimSpace(fields[2]), celsius})
		}
	}
	if !known {
		return g, sensors, errors.New("nvidia-smi does not tell how busy the card is")
	}
	return g, sensors, nil
}

// plausible temperatures; sensors that are not connected report others.
func plausible(celsius int) bool { return celsius > 0 && celsius < 150 }
