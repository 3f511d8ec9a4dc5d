package login

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// runKey holds what starts at login; approvedKey what the Task Manager's list
// says of it: an odd first byte is off.
const (
	runKey      = `Software\Microsoft\Windows\CurrentVersion\Run`
	approvedKey = `Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run`
)

// Set turns the entry on, with the command as it is now, or off.
func (e Entry) Set(on bool) error {
	key, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	defer key.Close()
	if !on {
		if err := key.DeleteValue(e.ID); err != nil && !errors.Is(err, registry.ErrNotExist) {
			return fmt.Errorf("no longer start at login: %w", err)
		}
		return nil
	}
	if err := key.SetStringValue(e.ID, windows.ComposeCommandLine(e.Command)); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	return e.approve()
}

// approve takes back what was said in the Task Manager.
func (e Entry) approve() error {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	defer key.Close()
	if err := key.DeleteValue(e.ID); err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}

// On says whether the entry is in force, with whatever command.
func (e Entry) On() (bool, error) {
	key, err := registry.OpenKey(registry.CURRENT_USER, runKey, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look whether to start at login: %w", err)
	}
	defer key.Close()
	if _, _, err := key.GetStringValue(e.ID); errors.Is(err, registry.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, fmt.Errorf("look whether to start at login: %w", err)
	}
	return !e.turnedOff(), nil
}

func (e Entry) turnedOff() bool {
	key, err := registry.OpenKey(registry.CURRENT_USER, approvedKey, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close()
	said, _, err := key.GetBinaryValue(e.ID)
	return err == nil && len(said) > 0 && said[0]%2 == 1
}
