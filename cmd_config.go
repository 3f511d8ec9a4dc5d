//go:build !desktop

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// configFile is flags from a JSON file: {"listen": "0.0.0.0:7402", "sponsor": true}.
// What stands on the command line goes before it.
type configFile map[string]any

// maxConfigBytes bounds a file of flags.
const maxConfigBytes = 1 << 20

func readConfig(r io.Reader) (kong.Resolver, error) {
	var c configFile
	dec := json.NewDecoder(io.LimitReader(r, maxConfigBytes))
	dec.UseNumber()
	if err := dec.Decode(&c); err != nil {
		return nil, fmt.Errorf("it is not a JSON object of flags: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	return c, nil
}

// Validate is part of kong.Resolver. Which command it is for is not known here.
func (configFile) Validate(*kong.Application) error { return nil }

// Resolve gives a flag its value, and refuses names that the command has no flag
// of, so that a slip of the pen is not passed over.
func (c configFile) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	known := map[string]bool{}
	for _, f := range ctx.Flags() {
		known[f.Name] = true
	}
	for name := range c {
		if !known[flagName(name)] || flagName(name) == "config" {
			return nil, fmt.Errorf("--config: there is no flag %s", name)
		}
	}
	for name, value := range c {
		if flagName(name) != flag.Name {
			continue
		}
		if number, ok := value.(json.Number); ok {
			return number.String(), nil // as it is written, which is how flags are read
		}
		return value, nil
	}
	return nil, nil
}

// flagName lets names be written as JSON usually has them.
func flagName(key string) string { return strings.ReplaceAll(key, "_", "-") }
