// Package tool asks the programs of the system and of its drivers.
//
// An answer is what such a program printed. The promise: asking ends in time,
// shows no window, and what is missing is told from what fails.
package tool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// AbsentError says that there is no such program on this computer.
type AbsentError struct{ Name string }

func (e *AbsentError) Error() string { return "there is no " + e.Name + " here" }

// maxOutput is what is kept of a program's output, in bytes.
const maxOutput = 4 << 20

// Ask starts a program, without translations, and returns what it printed; with
// an error too, as far as it came. A program that is not here is an AbsentError.
func Ask(ctx context.Context, limit time.Duration, name string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.WaitDelay = time.Second
	withoutWindow(cmd)
	out, err := cmd.Output()
	out = out[:min(len(out), maxOutput)]
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, &AbsentError{name}
	case ctx.Err() != nil:
		return out, fmt.Errorf("%s gave no answer in %s", name, limit)
	case err != nil:
		return out, fmt.Errorf("%s: %w", name, err)
	}
	return out, nil
}
