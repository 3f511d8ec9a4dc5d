package awake

import (
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
)

// hold takes an inhibitor of logind's, which lasts as long as a file is open. One
// who isn't at the computer, such as a service, may only keep it from sleeping out
// of idleness.
func hold(why string) (release func(), err error) {
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		return nil, fmt.Errorf("this system has no service that can be asked to stay awake: %w", err)
	}
	defer bus.Close()
	login := bus.Object("org.freedesktop.login1", "/org/freedesktop/login1")
	for _, what := range []string{"sleep:idle", "idle"} {
		var fd dbus.UnixFD
		if err = login.Call("org.freedesktop.login1.Manager.Inhibit", 0, what, "Helium", why, "block").Store(&fd); err == nil {
			file := os.NewFile(uintptr(fd), "inhibitor")
			return func() { file.Close() }, nil
		}
	}
	return nil, fmt.Errorf("the system would not stay awake: %w", err)
}
