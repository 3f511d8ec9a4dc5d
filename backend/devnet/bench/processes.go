package bench

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"helium/backend/devnet"
)

// processes are the devnet's own and those of its nodes. What they take is read
// where Linux tells it, and nowhere else.
type processes []int

func processesOf(r devnet.Ready) (all processes) {
	seen := map[int]bool{0: true}
	for _, pid := range append([]int{r.PID}, pidsOf(r.Nodes)...) {
		if !seen[pid] {
			all = append(all, pid)
		}
		seen[pid] = true
	}
	return all
}

func pidsOf(nodes []devnet.ReadyNode) (pids []int) {
	for _, n := range nodes {
		pids = append(pids, n.PID)
	}
	return pids
}

// clockTick is Linux's unit of processor time.
const clockTick = 10 * time.Millisecond

// cpu is the processor time that all have taken.
func (p processes) cpu() (sum time.Duration, ok bool) {
	for _, pid := range p {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return 0, false
		}
		// The name, in brackets, may have spaces.
		fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
		if len(fields) < 13 {
			return 0, false
		}
		for _, ticks := range fields[11:13] { // of the user and of the system
			n, err := strconv.ParseInt(ticks, 10, 64)
			if err != nil {
				return 0, false
			}
			sum += time.Duration(n) * clockTick
		}
	}
	return sum, len(p) > 0
}

// peakMB is the most memory that they had, added up; 0 where it is not known.
func (p processes) peakMB() (sum float64) {
	for _, pid := range p {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil {
			return 0
		}
		_, rest, _ := strings.Cut(string(b), "VmHWM:")
		fields := strings.Fields(rest)
		if len(fields) == 0 {
			return 0
		}
		kb, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return 0
		}
		sum += kb / 1024
	}
	return sum
}
