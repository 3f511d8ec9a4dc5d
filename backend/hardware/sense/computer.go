package sense

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"helium/backend/hardware/tool"
	"helium/backend/protocol"
)

// Computer reads the computer that this program runs on.
type Computer struct {
	log *slog.Logger
	run runner

	// mu guards everything that follows.
	mu       sync.Mutex
	lister   lister
	screen   screen
	meter    meter
	seldomAt time.Time
	graphics Reading[Graphics]
	power    Reading[Power]
	heat     Reading[Heat]
}

// seldom is how often what takes a program, or moves slowly, is read.
const seldom = 8 * time.Second

// Open makes the senses of this computer. Close them.
func Open(log *slog.Logger) *Computer {
	return &Computer{log: log, run: execute}
}

// Close lets go of the screen and the counters.
func (c *Computer) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.screen.close()
	c.meter.close()
}

// Read implements Senses.
func (c *Computer) Read(ctx context.Context) Readings {
	c.mu.Lock()
	defer c.mu.Unlock()
	var r Readings
	processes, err := c.lister.list(ctx, c.run)
	r.Programs = readingOf(programs(processes), err)
	r.Fullscreen, r.Idle = c.screen.read(ctx, c.run)
	// The monotonic clock stands still while a computer sleeps, the other doesn't.
	if now := time.Now().Round(0); now.Sub(c.seldomAt) >= seldom || now.Before(c.seldomAt) {
		c.seldomAt = now
		c.graphics = c.meter.read(ctx, c.run, processes)
		c.power = readPower(ctx, c.run)
		c.heat = readHeat(ctx, c.run)
	}
	r.Graphics, r.Power, r.Heat = c.graphics, c.power, c.heat
	return r
}

func readingOf[T any](v T, err error) Reading[T] {
	if err != nil {
		return Unknown[T](protocol.Quote(err.Error()))
	}
	return Known(v)
}

// process is one that runs.
type process struct {
	pid, parent int
	name        string // of its file, without the folder
}

// ours are the processes of this program and of what it started, by number.
func ours(all []process) map[int]bool {
	parents := map[int]int{}
	for _, p := range all {
		parents[p.pid] = p.parent
	}
	mine := map[int]bool{os.Getpid(): true}
	for _, p := range all {
		// Parents die and their numbers are given out again, so this may be a circle.
		for at, steps := p.pid, 0; at > 1 && steps < 64; at, steps = parents[at], steps+1 {
			if at == os.Getpid() {
				mine[p.pid] = true
				break
			}
		}
	}
	return mine
}

// programs are the names of all that runs but this program's own, each once.
func programs(all []process) []string {
	mine := ours(all)
	names := []string{}
	for _, p := range all {
		if p.name != "" && !mine[p.pid] {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func nameOf(all []process, pid int) string {
	for _, p := range all {
		if p.pid == pid {
			return p.name
		}
	}
	return ""
}

// runner starts a program and returns what it printed.
type runner func(ctx context.Context, name string, args ...string) ([]byte, error)

func execute(ctx context.Context, name string, args ...string) ([]byte, error) {
	return tool.Ask(ctx, 5*time.Second, name, args...)
}

// baseName is a path's last part, of whatever system.
func baseName(path string) string {
	if i := strings.LastIndexAny(path, `/\`); i >= 0 {
		return path[i+1:]
	}
	return filepath.Base(path)
}
