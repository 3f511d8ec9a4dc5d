//go:build unix

package bench

import "syscall"

// clockName says what clock tells.
const clockName = "the processor's time"

// clock is the time that the processor worked for this process, in seconds.
func clock() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Nano()) / 1e9 }
	return seconds(u.Utime) + seconds(u.Stime)
}
