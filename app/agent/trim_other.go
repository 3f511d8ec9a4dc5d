//go:build !linux

package agent

import "runtime/debug"

// trim gives back the heap's free part.
func trim() error {
	debug.FreeOSMemory()
	return nil
}
