package agent

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
)

// keepFile writes v as JSON, whole or not at all, for this user alone.
func keepFile(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", path, err)
	}
	if err := writeSynced(path+".new", append(b, '\n')); err != nil {
		return fmt.Errorf("keep %s: %w", path, err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		return fmt.Errorf("keep %s: %w", path, err)
	}
	return nil
}

// writeSynced returns when the file is on the disk.
func writeSynced(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}
