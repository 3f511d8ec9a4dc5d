package pretrained

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"helium/inference/checkpoint"
)

// Limits of the numbers in config.json. The first two are the engine's own; it
// ends its process on larger ones.
const (
	maxLayers  = 512
	maxExperts = 1024
	maxWidth   = 1 << 20
	maxVocab   = 1 << 22
	maxContext = 1 << 30
	maxJSON    = 8 << 20
)

// ErrUnsupported means that the folder's files are right and that this program
// can't run such a model.
var ErrUnsupported = errors.New("model is not supported")

// config is a JSON object of settings. The first thing wrong with a setting is
// kept in err, so that a row of the table reads its settings in plain lines.
type config struct {
	name   string // of the file, for messages
	values map[string]json.RawMessage
	err    *error
}

func parseConfig(name string, raw []byte) (*config, error) {
	c := &config{name: name, err: new(error)}
	if err := json.Unmarshal(raw, &c.values); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return c, nil
}

// readConfig reads a file of settings; one that isn't there is empty.
func readConfig(dir, name string) (*config, error) {
	raw, err := checkpoint.ReadLimited(filepath.Join(dir, name), maxJSON)
	if errors.Is(err, os.ErrNotExist) {
		return &config{name: name, err: new(error)}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return parseConfig(name, raw)
}

func (c *config) fail(format string, args ...any) {
	if *c.err == nil {
		*c.err = fmt.Errorf("%s: %w", c.name, fmt.Errorf(format, args...))
	}
}

// unsupported refuses a setting that is legal and not done here.
func (c *config) unsupported(format string, args ...any) {
	c.fail("%w: %w", ErrUnsupported, fmt.Errorf(format, args...))
}

func (c *config) has(key string) bool {
	raw, ok := c.values[key]
	return ok && string(raw) != "null"
}

// read decodes a setting; a missing one leaves v as it is.
func (c *config) read(key string, v any) bool {
	if !c.has(key) {
		return false
	}
	if err := json.Unmarshal(c.values[key], v); err != nil {
		c.fail("%s: %w", key, err)
		return false
	}
	return true
}

// count is a whole number from 1 to limit.
func (c *config) count(key string, limit int64) uint64 {
	if !c.has(key) {
		c.fail("%s is missing", key)
		return 1
	}
	return c.countOr(key, 1, limit)
}

// countOr is count with a value for a missing setting.
func (c *config) countOr(key string, missing uint64, limit int64) uint64 {
	var n int64
	if !c.read(key, &n) {
		return missing
	}
	if n < 1 || n > limit {
		c.fail("%s is %d, want 1 to %d", key, n, limit)
		return 1
	}
	return uint64(n)
}

// number is a finite float.
func (c *config) number(key string, missing float64) float64 {
	v := missing
	c.read(key, &v)
	if math.Abs(v) > math.MaxFloat32 {
		c.fail("%s is %v, too large", key, v)
		return missing
	}
	return v
}

// numbers is a list of at most limit floats.
func (c *config) numbers(key string, limit uint64) []float64 {
	var v []float64
	c.read(key, &v)
	if uint64(len(v)) > limit {
		c.fail("%s has %d values, want at most %d", key, len(v), limit)
		return nil
	}
	return v
}

func (c *config) flag(key string, missing bool) bool {
	v := missing
	c.read(key, &v)
	return v
}

func (c *config) text(key, missing string) string {
	v := missing
	c.read(key, &v)
	return v
}

// want refuses a setting with another text than those that are done here.
func (c *config) want(key, missing string, values ...string) {
	v := c.text(key, missing)
	for _, known := range values {
		if v == known {
			return
		}
	}
	c.unsupported("%s is %q, and this program knows %q", key, v, values)
}

// object is a nested object; its errors are the whole file's.
func (c *config) object(key string) *config {
	o := &config{name: c.name + ": " + key, err: c.err}
	c.read(key, &o.values)
	return o
}
