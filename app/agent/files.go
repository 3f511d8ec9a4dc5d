package agent

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"helium/backend/atomicfile"
)

// keepFile writes v as JSON, whole or not at all, for this user alone.
func keepFile(path string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("keep %s: %w", path, err)
	}
	return atomicfile.Replace(path, append(b, '\n'), 0o600)
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
