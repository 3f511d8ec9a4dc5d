package bridge

import (
	"os"
	"runtime/debug"
)

// calmCollector lets a process that is a bridge collect its garbage a quarter as
// often as Go's default, for a few hundred megabytes at the most in a process that is
// nothing else. While garbage is marked a quarter of the processors serves nobody, and
// with thousands of streams held that is what the slowest requests wait for.
const calmCollector = 400

// CalmCollector is for programs that have memory for it. The operator's own GOGC goes
// before it. It returns what puts the collector back.
func CalmCollector() (restore func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(calmCollector)
	return func() { debug.SetGCPercent(before) }
}
