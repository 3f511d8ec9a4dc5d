//go:build !unix

package bench

import "time"

// clockName says what clock tells.
const clockName = "the time"

// clock is the time in seconds, in which other programs worked, too.
func clock() float64 { return float64(time.Now().UnixNano()) / 1e9 }
