// Package launch brings an agent to life for a window, and a window for an agent:
// it finds the one that runs in a data folder, or starts one that outlives
// whoever started it.
package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"helium/app/local"
)

// DataDir is the folder of this user's node: HELIUM_DATA, or "Helium" in the
// system's place for application data.
func DataDir() (string, error) {
	if dir := os.Getenv("HELIUM_DATA"); dir != "" {
		return dir, nil
	}
	base, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the data folder: %w", err)
	}
	return filepath.Join(base, "Helium"), nil
}

// startTimeout is how long an agent may take to answer. A first start makes a
// wallet, which is slow on purpose.
const startTimeout = 60 * time.Second

// Agent returns the address of the agent of dir, starting one if none answers.
func Agent(ctx context.Context, dir string) (local.Address, error) { return agent(ctx, dir) }

// AgentForWindow does as Agent for a window that is opening. An agent that it starts
// answers at once and leaves the computer to the window until that is shown.
func AgentForWindow(ctx context.Context, dir string) (local.Address, error) {
	return agent(ctx, dir, "--window-first")
}

func agent(ctx context.Context, dir string, flags ...string) (local.Address, error) {
	if a, err := running(ctx, dir); err == nil {
		return a, nil
	}
	program, err := find()
	if err != nil {
		return local.Address{}, err
	}
	exited, err := start(program, dir, flags...)
	if err != nil {
		return local.Address{}, fmt.Errorf("start %s: %w", program, err)
	}

	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-exited:
			// Another agent may have won the race for the folder.
			if a, rerr := running(ctx, dir); rerr == nil {
				return a, nil
			}
			return local.Address{}, fmt.Errorf("the agent ended at once (%v): its log is %s", err, logFile(dir))
		case <-ctx.Done():
			return local.Address{}, fmt.Errorf("the agent does not answer: its log is %s", logFile(dir))
		case <-tick.C:
			if a, err := running(ctx, dir); err == nil {
				return a, nil
			}
		}
	}
}

// WindowShown tells the agent of dir, if one runs, that its window can be used.
func WindowShown(ctx context.Context, dir string) error {
	return tell(ctx, dir, (*local.Client).WindowShown)
}

// WindowClosed tells the agent of dir, if one runs, that its window was closed.
func WindowClosed(ctx context.Context, dir string) error {
	return tell(ctx, dir, (*local.Client).WindowClosed)
}

func tell(ctx context.Context, dir string, what func(*local.Client, context.Context) error) error {
	a, err := local.ReadAddress(dir)
	if errors.Is(err, local.ErrNotRunning) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := local.Dial(ctx, a)
	if err != nil {
		return err
	}
	defer c.Close()
	return what(c, ctx)
}

// Left says whether an agent runs in dir or ended there without a goodbye.
func Left(dir string) bool {
	_, err := local.ReadAddress(dir)
	return !errors.Is(err, local.ErrNotRunning)
}

func running(ctx context.Context, dir string) (local.Address, error) {
	a, err := local.ReadAddress(dir)
	if err != nil {
		return a, err
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	c, err := local.Dial(ctx, a)
	if err != nil {
		return a, err
	}
	defer c.Close()
	return a, nil
}

// Window shows the window of the agent of dir, which may be open already.
func Window(dir string) error {
	program, err := WindowProgram()
	if err != nil {
		return err
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), "HELIUM_DATA="+dir)
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("open the window: %w", err)
	}
	go cmd.Wait()
	return nil
}

// AtLogin is the command that starts the agent of dir without a window.
func AtLogin(dir string) ([]string, error) {
	program, err := WindowProgram()
	if err != nil {
		return nil, err
	}
	return []string{program, HiddenFlag, "--data", dir}, nil
}

// HiddenFlag has the window's program start the agent and end.
const HiddenFlag = "--hidden"

// WindowProgram is the desktop program, beside this one or a folder above.
func WindowProgram() (string, error) {
	name := "Helium"
	if runtime.GOOS == "windows" {
		name = "Helium.exe"
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the window: %w", err)
	}
	for _, dir := range []string{filepath.Dir(self), filepath.Dir(filepath.Dir(self)), filepath.Join(filepath.Dir(self), "..", "MacOS")} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && !sameFile(path, self) {
			return path, nil
		}
	}
	return "", errors.New("the window " + name + " is missing beside " + self + ": install Helium again")
}

// find looks for the headless program beside this one, then on the PATH.
func find() (string, error) {
	name := "helium"
	if runtime.GOOS == "windows" {
		name = "helium.exe"
	}
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("find the agent: %w", err)
	}
	// On disks that don't tell capitals apart, Helium and helium are one file.
	for _, dir := range []string{filepath.Dir(self), filepath.Join(filepath.Dir(self), "agent"), filepath.Join(filepath.Dir(self), "..", "Resources")} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() && !sameFile(path, self) {
			return path, nil
		}
	}
	if path, err := exec.LookPath(name); err == nil && !sameFile(path, self) {
		return path, nil
	}
	return "", errors.New("the program " + name + " is missing beside " + self + ": install Helium again")
}

func sameFile(a, b string) bool {
	ia, errA := os.Stat(a)
	ib, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(ia, ib)
}

// LogDir is where an agent of dir keeps its log.
func LogDir(dir string) string { return filepath.Join(dir, "logs") }

// logFile is what a start says before the agent's own log is open, and why it ended
// at once.
func logFile(dir string) string { return filepath.Join(LogDir(dir), "start.log") }

// start runs the agent in a session of its own, so that it outlives the window.
func start(program, dir string, flags ...string) (exited <-chan error, err error) {
	if err := os.MkdirAll(LogDir(dir), 0o700); err != nil {
		return nil, err
	}
	out, err := os.OpenFile(logFile(dir), os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(program, append([]string{"node", "--data", dir, "--tray", "--log-to-file"}, flags...)...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.Env = agentEnv(os.Environ())
	detach(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	return done, nil
}

// agentEnv drops what belongs to the window's own libraries.
func agentEnv(env []string) []string {
	kept := env[:0:0]
	for _, e := range env {
		if !strings.HasPrefix(e, "GTK_") && !strings.HasPrefix(e, "WEBKIT_") {
			kept = append(kept, e)
		}
	}
	return kept
}
