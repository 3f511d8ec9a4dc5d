//go:build linux

package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc's times: Linux promises 100 a second to programs.
const tick = 10 * time.Millisecond

// pssOf reads a process' share of the memory that it has mapped.
func pssOf(pid int) (bytes int64, err error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	if err != nil {
		return 0, fmt.Errorf("read memory of process %d: %w", pid, err)
	}
	return parsePSS(string(b))
}

func parsePSS(rollup string) (bytes int64, err error) {
	for line := range strings.Lines(rollup) {
		f := strings.Fields(line)
		if len(f) != 3 || f[0] != "Pss:" || f[2] != "kB" {
			continue
		}
		kilo, err := strconv.ParseInt(f[1], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("read memory: %w", err)
		}
		return kilo << 10, nil
	}
	return 0, fmt.Errorf("read memory: no line Pss in %q", rollup)
}

// stat is what /proc says of a process.
type stat struct {
	parent int
	// cpu with that of children that have ended and been waited for.
	cpu time.Duration
}

func statOf(pid int) (stat, error) {
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, fmt.Errorf("read times of process %d: %w", pid, err)
	}
	return parseStat(string(b))
}

// parseStat reads what follows the name, which may hold anything: state, parent,
// and the 12th to 15th number, the times.
func parseStat(s string) (stat, error) {
	f := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
	if len(f) < 15 {
		return stat{}, fmt.Errorf("read times: %q is too short", s)
	}
	numbers := make([]int64, 0, 5)
	for _, i := range []int{1, 11, 12, 13, 14} {
		n, err := strconv.ParseInt(f[i], 10, 64)
		if err != nil {
			return stat{}, fmt.Errorf("read times: %w", err)
		}
		numbers = append(numbers, n)
	}
	return stat{int(numbers[0]), time.Duration(numbers[1]+numbers[2]+numbers[3]+numbers[4]) * tick}, nil
}

// childrenOf lists the processes that pid has started and that live.
func childrenOf(pid int) (children []int, err error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			if s, err := statOf(n); err == nil && s.parent == pid {
				children = append(children, n)
			}
		}
	}
	return children, nil
}
