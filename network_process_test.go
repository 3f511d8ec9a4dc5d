//go:build linux && !desktop

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
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
	if err := <-started; err != nil {
		return nil, err
	}
	return p, nil
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

// asParent in the environment makes a test start a process and wait to be killed.
const asParent = "HELIUM_TEST_AS_PARENT"

func TestWhatATestHasStartedDiesWithIt(t *testing.T) {
	if os.Getenv(asParent) != "" {
		p, err := begin(exec.Command("sleep", "600"))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(p.Process.Pid)
		<-p.ended
		return
	}
	parent := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	parent.Env = append(os.Environ(), asParent+"=1")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	if !runs(pid) {
		t.Error("it was not started")
	}
	parent.Process.Kill()
	parent.Wait()
	await(t, "the process to die with the test that started it", func() bool { return !runs(pid) })
}

// runs says whether a process is there and not just waited for.
func runs(pid int) bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(state), ") Z ")
}
