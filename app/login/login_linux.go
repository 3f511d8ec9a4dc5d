package login

import (
	"fmt"
	"os"
	"path/filepath"
)

func (e Entry) path() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the folder of programs that start at login: %w", err)
	}
	return filepath.Join(dir, "autostart", e.ID+".desktop"), nil
}

// Set turns the entry on, with the command as it is now, or off.
func (e Entry) Set(on bool) error {
	path, err := e.path()
	if err != nil {
		return err
	}
	return setFile(path, e.xdgText(), on)
}

// On says whether the entry is in force, with whatever command.
func (e Entry) On() (bool, error) {
	path, err := e.path()
	if err != nil {
		return false, err
	}
	text, err := readFile(path)
	return text != "" && xdgOn(text), err
}
