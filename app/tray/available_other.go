//go:build windows || (darwin && cgo)

package tray

// available: these systems always have a place for tray icons.
func available() bool { return true }
