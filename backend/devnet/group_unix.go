//go:build !windows

package devnet

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps a Ctrl-C in the terminal from the child: the devnet stops its
// nodes in order.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
