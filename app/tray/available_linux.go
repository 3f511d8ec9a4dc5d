package tray

import "github.com/godbus/dbus/v5"

// available asks the session's bus whether anybody shows tray icons. Without a
// bus the tray library would crash at the end, and without a watcher the icon
// would be nowhere.
func available() bool {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer conn.Close()
	var owned bool
	err = conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&owned)
	return err == nil && owned
}
