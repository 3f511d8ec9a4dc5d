//go:build !linux

package worker

// residentBytes is not measured here; the check before a model is loaded
// remains.
func residentBytes() (uint64, bool) { return 0, false }
