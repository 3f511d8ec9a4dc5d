//go:build !linux

package bench

func peakBytes(int) uint64 { return 0 }
