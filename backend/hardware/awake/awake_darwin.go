package awake

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
)

// hold runs Apple's own tool, which ends with this program.
func hold(string) (release func(), err error) {
	cmd := exec.Command("caffeinate", "-i", "-w", strconv.Itoa(os.Getpid()))
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("macOS would not stay awake: %w", err)
	}
	return func() {
		cmd.Process.Kill()
		cmd.Wait()
	}, nil
}
