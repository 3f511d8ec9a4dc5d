package worker

import (
	"os/exec"
	"syscall"
)

// bindToParent lets the kernel kill the child when the thread that starts it
// ends, which is when the parent does.
func bindToParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

func adopt(*exec.Cmd) (release func(), err error) { return func() {}, nil }
