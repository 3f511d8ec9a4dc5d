//go:build !windows

package hardware

import (
	"fmt"

	"github.com/jaypipes/ghw"
)

// processorName is the model's; empty where it isn't told.
func processorName() (string, error) {
	info, err := ghw.CPU()
	if err != nil {
		return "", fmt.Errorf("ask for the processor: %w", err)
	}
	if len(info.Processors) == 0 {
		return "", nil
	}
	return info.Processors[0].Model, nil
}

// systemMemory is the computer's, in bytes; 0 where it isn't told.
func systemMemory() (uint64, error) {
	info, err := ghw.Memory()
	if err != nil {
		return 0, fmt.Errorf("ask for the memory: %w", err)
	}
	return uint64(max(info.TotalUsableBytes, 0)), nil
}
