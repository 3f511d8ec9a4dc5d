package hardware

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

// withoutWindow keeps a driver's tool from opening a console over what is on the
// screen.
func withoutWindow(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}
