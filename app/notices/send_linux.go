package notices

import "github.com/godbus/dbus/v5"

// shown says whether there is a session bus. Without one, asking for it would
// start one that nobody listens on and that outlives this program.
func shown() bool {
	conn, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
