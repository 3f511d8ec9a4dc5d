package worker

import "os/exec"

// bindToParent has nothing to do: the child ends when its input does.
func bindToParent(*exec.Cmd) {}

func adopt(*exec.Cmd) (release func(), err error) { return func() {}, nil }
