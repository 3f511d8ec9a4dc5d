package sense

import (
	"strconv"
	"strings"
)

// engineUse is one counter of Windows' "GPU Engine": what one program takes of
// one engine of one card.
type engineUse struct {
	instance string
	percent  float64
}

// othersUse sums what other programs take of each engine that draws or computes;
// the busiest engine counts, as in the Task Manager.
func othersUse(all []engineUse, processes []process) Graphics {
	mine := ours(processes)
	sums, most := map[string]float64{}, map[string]float64{}
	by := map[string]int{}
	for _, u := range all {
		pid, engine, ok := parseEngine(u.instance)
		// Not-a-number fails the comparison.
		if !ok || mine[pid] || !(u.percent > 0) {
			continue
		}
		sums[engine] += u.percent
		if u.percent > most[engine] {
			most[engine], by[engine] = u.percent, pid
		}
	}
	var g Graphics
	for engine, sum := range sums {
		percent, name := int(min(sum, 100)), nameOf(processes, by[engine])
		if percent > g.Percent || percent == g.Percent && name < g.Program {
			g = Graphics{Percent: percent, Program: name}
		}
	}
	return g
}

// parseEngine reads pid_7_luid_0x0_0xD3B4_phys_0_eng_0_engtype_3D. Engines that
// copy and that play films are nobody's need of the card.
func parseEngine(instance string) (pid int, engine string, ok bool) {
	rest, ok := strings.CutPrefix(instance, "pid_")
	if !ok {
		return 0, "", false
	}
	number, engine, ok := strings.Cut(rest, "_")
	pid, err := strconv.Atoi(number)
	if !ok || err != nil || pid < 0 {
		return 0, "", false
	}
	_, kind, ok := strings.Cut(engine, "_engtype_")
	if !ok {
		return 0, "", false
	}
	kind = strings.ToLower(kind)
	for _, needs := range []string{"3d", "compute", "cuda", "graphics"} {
		if strings.HasPrefix(kind, needs) {
			return pid, engine, true
		}
	}
	return 0, "", false
}
