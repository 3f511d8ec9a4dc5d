//go:build !linux && !windows

package agent

import (
	"runtime"

	"golang.org/x/sys/unix"
)

// systemName is what the system calls itself, with its version.
func systemName() string {
	version, err := unix.Sysctl("kern.osproductversion")
	if err != nil {
		return runtime.GOOS
	}
	return runtime.GOOS + " " + version
}
