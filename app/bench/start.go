//go:build linux

package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"helium/app/local"
)

// Usable is what a window logs once its page shows what it is there for.
const Usable = "window is usable"

// StartOptions say what to start.
type StartOptions struct {
	// App and Empty are the two windows' programs.
	App, Empty string
	// Profile of a running network.
	Profile string
	Runs    int
	Log     *slog.Logger
}

// RunStart starts both in turn, the app with no agent running, as after a login.
func RunStart(ctx context.Context, o StartOptions) (*Start, error) {
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := furnish(dir, o.Profile); err != nil {
		return nil, err
	}
	s := &Start{Cold: true}
	for run := range o.Runs + 1 {
		app, coldA, err := startOnce(ctx, o.App, dir)
		if err != nil {
			return nil, err
		}
		empty, coldE, err := startOnce(ctx, o.Empty, dir)
		if err != nil {
			return nil, err
		}
		s.Cold = s.Cold && coldA && coldE
		o.Log.Info("started", "app", app, "empty", empty)
		if run > 0 { // the first makes the wallet and the webview's folders
			s.App, s.Empty = append(s.App, app), append(s.Empty, empty)
		}
	}
	return s, nil
}

// furnish makes a data folder that is set up.
func furnish(dir, profile string) error {
	b, err := os.ReadFile(profile)
	if err != nil {
		return fmt.Errorf("read the network's profile: %w", err)
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "network.json"), b, 0o600),
		os.WriteFile(filepath.Join(dir, "setup.json"), []byte(`{"step":"done"}`), 0o600),
	)
}

// startOnce returns how long a program took until its page said that it can be
// used. It ends the program, and an agent that it started.
func startOnce(ctx context.Context, program, data string) (took time.Duration, cold bool, err error) {
	cold = dropCache() == nil
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program)
	cmd.Env = append(os.Environ(), "HELIUM_DATA="+data, "HOME="+data, "XDG_DATA_HOME="+filepath.Join(data, "xdg"), "XDG_CONFIG_HOME="+filepath.Join(data, "config"))
	out, err := cmd.StderrPipe()
	if err != nil {
		return 0, cold, err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, cold, fmt.Errorf("start %s: %w", program, err)
	}
	lines, said := bufio.NewScanner(out), []string{}
	for took == 0 && lines.Scan() {
		if strings.Contains(lines.Text(), Usable) {
			took = time.Since(began)
		}
		said = append(said, lines.Text())
	}
	cmd.Process.Signal(syscall.SIGTERM)
	for lines.Scan() { // until it has ended
	}
	cmd.Wait()
	if err := lines.Err(); err != nil {
		return 0, cold, fmt.Errorf("read what %s says: %w", program, err)
	}
	if took == 0 {
		return 0, cold, fmt.Errorf("%s ended before it could be used: %s", program, strings.Join(said, "\n"))
	}
	return took, cold, awaitEnd(ctx, data)
}

// awaitEnd waits until the agent has ended that goes with its window.
func awaitEnd(ctx context.Context, data string) error {
	for {
		a, err := local.ReadAddress(data)
		if errors.Is(err, local.ErrNotRunning) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("the agent %d does not end with its window: %w", a.PID, err)
		}
	}
}

// dropCache has the system forget what it read of files.
func dropCache() error {
	syscall.Sync()
	return os.WriteFile("/proc/sys/vm/drop_caches", []byte("3\n"), 0)
}
