//go:build linux

package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"helium/app/api"
	"helium/app/local"
)

// IdleOptions say what to measure.
type IdleOptions struct {
	// Program is the headless one. A copy of it is run: pages that it shared with
	// other processes would count only in part.
	Program string
	// Engine is the folder of the engine's packages.
	Engine string
	// Profile of a running network that has a faucet.
	Profile string
	// For is how long the waiting agent is watched.
	For time.Duration
	Log *slog.Logger
}

// settle is how long everything is left alone before it counts.
const settle = 25 * time.Second

// RunIdle starts an agent with a tray, has it join, leaves it alone and pauses it.
func RunIdle(ctx context.Context, o IdleOptions) (*Idle, error) {
	dir, err := os.MkdirTemp("", "helium-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program, err := install(dir, o.Program, o.Engine)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	cmd := exec.CommandContext(ctx, program, "node", "--data", data, "--profile", o.Profile, "--tray", "--run", "--passphrase-file")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the agent: %w", err)
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}()

	is := func(status api.NodeStatus, engine string) func(api.State) bool {
		return func(s api.State) bool {
			return s.Node.Status == status && (engine == "" || s.Engine.Status == engine)
		}
	}
	client, err := dial(ctx, data)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if err := await(ctx, client, is(api.NodeRunning, "")); err != nil {
		return nil, fmt.Errorf("wait for the agent to join: %w", err)
	}
	o.Log.Info("the agent has joined and is left alone", "for", o.For)
	idle := &Idle{For: o.For}
	if idle.Waiting, err = watch(ctx, cmd.Process.Pid, o.For); err != nil {
		return nil, err
	}
	if err := client.Pause(ctx); err != nil {
		return nil, err
	}
	if err := await(ctx, client, is(api.NodePaused, "stopped")); err != nil {
		return nil, fmt.Errorf("wait for the agent to pause: %w", err)
	}
	o.Log.Info("the agent is paused")
	idle.Unloaded, err = watch(ctx, cmd.Process.Pid, time.Second)
	return idle, err
}

// install puts a copy of the program beside the engine's folder.
func install(dir, program, engine string) (string, error) {
	from, err := os.Open(program)
	if err != nil {
		return "", err
	}
	defer from.Close()
	path := filepath.Join(dir, "helium")
	to, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o755)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	engine, errEngine := filepath.Abs(engine)
	if err := errors.Join(err, to.Close(), errEngine); err != nil {
		return "", fmt.Errorf("copy the program: %w", err)
	}
	return path, os.Symlink(engine, filepath.Join(dir, "engine"))
}

func dial(ctx context.Context, data string) (*local.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		if a, err := local.ReadAddress(data); err == nil {
			if c, err := local.Dial(ctx, a); err == nil {
				return c, nil
			}
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for the agent: %w", ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func await(ctx context.Context, c *local.Client, is func(api.State) bool) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	states, ended := make(chan api.State), make(chan error, 1)
	go func() { ended <- c.Watch(ctx, states) }()
	for {
		select {
		case s := <-states:
			if is(s) {
				cancel()
				return nil
			}
		case err := <-ended:
			return err
		}
	}
}

// watch lets everything settle, measures over a time, and says what there is then:
// the agent first, then what it has started.
func watch(ctx context.Context, agent int, over time.Duration) ([]Process, error) {
	if err := sleep(ctx, settle); err != nil {
		return nil, err
	}
	children, err := childrenOf(agent)
	if err != nil {
		return nil, err
	}
	pids := append([]int{agent}, children...)
	before := make([]stat, len(pids))
	for i, pid := range pids {
		if before[i], err = statOf(pid); err != nil {
			return nil, err
		}
	}
	if err := sleep(ctx, over); err != nil {
		return nil, err
	}
	all := make([]Process, len(pids))
	for i, pid := range pids {
		after, err := statOf(pid)
		if err != nil {
			return nil, fmt.Errorf("it did not stay alone: %w", err)
		}
		all[i] = Process{What: "engine", CPU: after.cpu - before[i].cpu}
		if all[i].PSS, err = pssOf(pid); err != nil {
			return nil, err
		}
	}
	all[0].What = "agent"
	return all, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
