package awake

import (
	"errors"
	"runtime"

	"golang.org/x/sys/windows"
)

// States of SetThreadExecutionState.
const (
	continuous     = 0x80000000
	systemRequired = 0x00000001
)

// hold sets the state of a thread, which is kept for it.
func hold(string) (release func(), err error) {
	set := windows.NewLazySystemDLL("kernel32.dll").NewProc("SetThreadExecutionState")
	if err := set.Find(); err != nil {
		return nil, err
	}
	held, end, over := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		// The thread ends with the goroutine, and its state with it.
		runtime.LockOSThread()
		defer close(over)
		if before, _, _ := set.Call(continuous | systemRequired); before == 0 {
			held <- errors.New("Windows would not stay awake")
			return
		}
		held <- nil
		<-end
		set.Call(continuous)
	}()
	if err := <-held; err != nil {
		return nil, err
	}
	return func() { close(end); <-over }, nil
}
