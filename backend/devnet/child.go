package devnet

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// child is a node as a process of its own, started again when it dies.
type child struct {
	name    string
	program string
	args    []string
	dir     string
	log     *slog.Logger

	// mu guards everything that follows.
	mu  sync.Mutex
	pid int
}

// PID of the process that runs now; 0 between two.
func (c *child) PID() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pid
}

// stopGrace is how long a node may take to end by itself.
const stopGrace = 10 * time.Second

// Serve runs the process until ctx ends, and again whenever it ends before.
func (c *child) Serve(ctx context.Context) error {
	wait := time.Second
	for {
		began := time.Now()
		err := c.run(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if time.Since(began) > time.Minute {
			wait = time.Second
		}
		c.log.Warn("node ended, starting it again", "node", c.name, "err", err, "in", wait)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(wait):
		}
		wait = min(2*wait, 30*time.Second)
	}
}

func (c *child) run(ctx context.Context) error {
	out, err := os.OpenFile(filepath.Join(c.dir, "node.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open log of %s: %w", c.name, err)
	}
	defer out.Close()

	cmd := exec.CommandContext(ctx, c.program, c.args...)
	cmd.Stdout, cmd.Stderr = out, out
	// The node ends when this pipe does, however this process ends.
	alive, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	defer alive.Close()
	cmd.Cancel = func() error { return alive.Close() }
	cmd.WaitDelay = stopGrace
	ownGroup(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", c.name, err)
	}
	c.set(cmd.Process.Pid)
	defer c.set(0)
	return cmd.Wait()
}

func (c *child) set(pid int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pid = pid
}

// lastLine of a file, for an error that a person reads.
func lastLine(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > 4096 {
		f.Seek(-4096, io.SeekEnd)
	}
	last := ""
	for lines := bufio.NewScanner(f); lines.Scan(); {
		last = lines.Text()
	}
	return last
}
