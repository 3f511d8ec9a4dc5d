// Package bench measures the desktop app as its owner has it: what an agent that
// waits for tasks takes of the computer, and how long a cold start takes until the
// window can be used, beside a Wails app that does nothing.
//
// It reads /proc, and so runs on Linux.
package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Limits that the app is to keep.
const (
	MaxPSS        = 60 << 20 // bytes of an agent whose engine has ended
	MaxCPUPercent = 0.5      // of one core, of an agent that waits
	MaxStartRatio = 1.5      // of an empty app's start
)

// Result is what was measured.
type Result struct {
	Idle  *Idle  `json:"idle,omitempty"`
	Start *Start `json:"start,omitempty"`
}

// Idle is what an agent takes with the window closed.
type Idle struct {
	// Waiting is the agent that is ready for tasks, over Seconds.
	Waiting []Process     `json:"waiting"`
	For     time.Duration `json:"for_ns"`
	// Unloaded is the agent once it is paused and its engine has ended.
	Unloaded []Process `json:"unloaded"`
}

// Process is one of the agent's.
type Process struct {
	What string `json:"what"` // "agent" or "engine"
	// PSS in bytes, at the end; CPU over the time, children that ended included.
	PSS int64         `json:"pss"`
	CPU time.Duration `json:"cpu_ns"`
}

// Start is how long starts took, in the order in which they were made: the app's
// and the empty one's in turn.
type Start struct {
	// Cold says that the page cache was dropped before each.
	Cold  bool            `json:"cold"`
	App   []time.Duration `json:"app_ns"`
	Empty []time.Duration `json:"empty_ns"`
}

// Ratio of the medians.
func (s *Start) Ratio() float64 { return float64(median(s.App)) / float64(median(s.Empty)) }

// WriteJSON writes r as one object.
func (r *Result) WriteJSON(w io.Writer) error { return json.NewEncoder(w).Encode(r) }

// WriteTable writes r for people, with the limits beside what was found.
func (r *Result) WriteTable(w io.Writer) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if i := r.Idle; i != nil {
		fmt.Fprintf(out, "window closed, ready for tasks, over %s\t\n", i.For.Round(time.Second))
		for _, p := range i.Waiting {
			fmt.Fprintf(out, "  %s\tCPU %s = %.2f %%%s\tPSS %s\n", p.What, p.CPU.Round(10*time.Millisecond), percent(p.CPU, i.For), limit(p.What == "agent", "%.1f %%", MaxCPUPercent), mega(p.PSS))
		}
		fmt.Fprintf(out, "window closed, paused, engine unloaded\t\n")
		for _, p := range i.Unloaded {
			fmt.Fprintf(out, "  %s\tPSS %s%s\n", p.What, mega(p.PSS), limit(p.What == "agent", "%.0f MB", float64(MaxPSS)/(1<<20)))
		}
	}
	if s := r.Start; s != nil {
		how := "cold (page cache dropped)"
		if !s.Cold {
			how = "warm (the page cache may not be dropped here)"
		}
		fmt.Fprintf(out, "from start to a window that can be used, %s, %d each\t\n", how, len(s.App))
		for _, one := range []struct {
			name string
			all  []time.Duration
		}{{"Helium", s.App}, {"empty Wails app", s.Empty}} {
			fmt.Fprintf(out, "  %s\tmedian %s\tof %s\n", one.name, median(one.all).Round(time.Millisecond), rounded(one.all))
		}
		fmt.Fprintf(out, "  ratio\t%.2f%s\n", s.Ratio(), limit(true, "%.1f", MaxStartRatio))
	}
	return out.Flush()
}

// Kept says whether r keeps the limits, and if not, which it breaks.
func (r *Result) Kept() error {
	if i := r.Idle; i != nil {
		if p := i.Waiting[0]; percent(p.CPU, i.For) >= MaxCPUPercent {
			return fmt.Errorf("the waiting agent took %.2f %% of a core, and may take %.1f %%", percent(p.CPU, i.For), MaxCPUPercent)
		}
		if p := i.Unloaded[0]; p.PSS > MaxPSS {
			return fmt.Errorf("the agent holds %s, and may hold %s", mega(p.PSS), mega(MaxPSS))
		}
	}
	if s := r.Start; s != nil && s.Ratio() > MaxStartRatio {
		return fmt.Errorf("a start takes %.2f times an empty app's, and may take %.1f", s.Ratio(), MaxStartRatio)
	}
	return nil
}

func limit(has bool, format string, most float64) string {
	if !has {
		return ""
	}
	return " (limit " + fmt.Sprintf(format, most) + ")"
}

func mega(bytes int64) string { return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20)) }

func percent(cpu, of time.Duration) float64 { return 100 * float64(cpu) / float64(of) }

func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func rounded(all []time.Duration) string {
	words := make([]string, len(all))
	for i, d := range all {
		words[i] = d.Round(time.Millisecond).String()
	}
	return strings.Join(words, " ")
}
