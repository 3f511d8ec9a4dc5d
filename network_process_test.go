//go:build linux && !desktop

package main

import (
	"bytes"
	"os/exec"
	"runtime"
	"syscall"
)

// process is one that a test has started. It dies with the test's own process,
// however that ends.
type process struct {
	*exec.Cmd
	// ended is closed when it has, and err is how.
	ended chan struct{}
	err   error
}

// begin starts a command. The kernel ends a process with the thread that started
// it, so that one does nothing else until then.
func begin(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	p := &process{Cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // for good: the thread ends with this function
		err := cmd.Start()
		started <- err
		if err == nil {
			p.err = cmd.Wait()
			close(p.ended)
		}
	}()
	return p, <-started
}

// finish runs a command to its end.
func finish(cmd *exec.Cmd) error {
	p, err := begin(cmd)
	if err != nil {
		return err
	}
	<-p.ended
	return p.err
}

// combined runs a command to its end and returns all that it says.
func combined(cmd *exec.Cmd) (string, error) {
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := finish(cmd)
	return out.String(), err
}
