//go:build !windows

package tool

import "os/exec"

func withoutWindow(*exec.Cmd) {}
