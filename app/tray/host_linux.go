package tray

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// watcher is whoever shows tray icons on this session's bus.
const watcher = "org.kde.StatusNotifierWatcher"

// awaitHost returns once somebody shows tray icons, and goes on telling whether
// somebody does until ctx ends. Without a session bus nobody ever will, and the
// tray library must not be started: it would bring up a bus of its own.
func awaitHost(ctx context.Context, shown func(bool)) error {
	conn, err := sessionBus(ctx)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoTray, err)
	}
	changes := make(chan *dbus.Signal, 8)
	conn.Signal(changes)
	err = conn.AddMatchSignal(
		dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchSender("org.freedesktop.DBus"),
		dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher),
	)
	var is bool
	if err == nil {
		err = conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&is)
	}
	if err != nil {
		conn.Close()
		return fmt.Errorf("%w: %w", ErrNoTray, err)
	}

	there := make(chan struct{})
	go func() {
		defer conn.Close()
		first := there
		for {
			if is && first != nil {
				close(first)
				first = nil
			}
			shown(is)
			select {
			case <-ctx.Done():
				return
			case s, open := <-changes:
				if !open {
					shown(false) // the session is over
					return
				}
				if owner, ok := ownerOf(s); ok {
					is = owner != ""
				}
			}
		}
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-there:
		return nil
	}
}

// sessionBus is a connection of its own to the bus of this session, if there is one.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(dbus.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	if err := conn.Auth(nil); err != nil {
		conn.Close()
		return nil, err
	}
	if err := conn.Hello(); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// ownerOf reads NameOwnerChanged: the name, its old and its new owner.
func ownerOf(s *dbus.Signal) (owner string, ok bool) {
	if s.Name != "org.freedesktop.DBus.NameOwnerChanged" || len(s.Body) != 3 || s.Body[0] != watcher {
		return "", false
	}
	owner, ok = s.Body[2].(string)
	return owner, ok
}
