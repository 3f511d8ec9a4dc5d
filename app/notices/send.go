package notices

import (
	"errors"
	"fmt"

	"github.com/gen2brain/beeep"

	"helium/build/icons"
)

// ErrNoDesktop says that nobody here shows notifications.
var ErrNoDesktop = errors.New("this system shows no notifications")

// Send shows a notice in the way of this system.
func Send(n Notice) error {
	if !shown() {
		return ErrNoDesktop
	}
	picture, err := icons.Tray("running")
	if err != nil {
		return fmt.Errorf("read the picture of a notice: %w", err)
	}
	beeep.AppName = "Helium"
	if err := beeep.Notify(n.Title, n.Text, picture); err != nil {
		return fmt.Errorf("show a notice: %w", err)
	}
	return nil
}
