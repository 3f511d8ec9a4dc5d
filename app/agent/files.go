package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// readKept has take read what is kept at path; where nothing is, there is no error.
// What take refuses is put aside, for its owner to look at.
func readKept(path string, take func([]byte) error) error {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = take(b)
	}
	if err != nil {
		os.Rename(path, aside(path))
	}
	return err
}

// aside is where a file goes that can't be read.
func aside(path string) string { return path + ".unreadable" }

// strictly reads the first value of b, which may have no unknown field, and returns
// what reads on after it.
func strictly(b []byte, into any) (*json.Decoder, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d, d.Decode(into)
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
