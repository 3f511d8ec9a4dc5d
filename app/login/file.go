//go:build linux || darwin

package login

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"helium/backend/atomicfile"
)

// setFile writes the entry's file whole or not at all, or takes it away.
func setFile(path, text string, on bool) error {
	if !on {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("no longer start at login: %w", err)
		}
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	if err := atomicfile.Replace(path, []byte(text), 0o644); err != nil {
		return fmt.Errorf("start at login: %w", err)
	}
	return nil
}

// readFile returns the entry's file, empty where there is none.
func readFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("look whether to start at login: %w", err)
	}
	return string(b), nil
}
