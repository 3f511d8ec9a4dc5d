//go:build !windows

package hardware

import "os/exec"

func withoutWindow(*exec.Cmd) {}
