package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ErrUnsupported means that a folder's files are right and that this program
// can't run such a network.
var ErrUnsupported = errors.New("network is not supported")

// Limits of a config.json. The largest networks in use have 2,816 numbers in a
// row and ten transformers in a block.
const (
	maxConfig   = 1 << 20
	maxBlocks   = 8
	maxLayers   = 64
	maxDepth    = 32
	maxChannels = 1 << 14
	maxHeads    = 1 << 10
	maxVocab    = 1 << 20
	maxTokens   = 1 << 12
)

// perBlock is a setting that is one number for all blocks or a number for each.
type perBlock []int64

// UnmarshalJSON reads a number or a list of numbers.
func (p *perBlock) UnmarshalJSON(raw []byte) error {
	var one int64
	if json.Unmarshal(raw, &one) == nil {
		*p = perBlock{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]int64)(p))
}

// spread gives every block its number.
func (p perBlock) spread(blocks int) perBlock {
	if len(p) != 1 {
		return p
	}
	return slices.Repeat(p, min(blocks, maxBlocks))
}

// readConfig decodes a config.json over the values that missing settings have.
// fixed lists settings of which this program does some values only, in JSON and
// separated by bars; null is a missing setting and always right. It returns the
// class, one of those given.
func readConfig(raw []byte, classes []string, fixed map[string]string, config any) (string, error) {
	if len(raw) > maxConfig {
		return "", fmt.Errorf("config.json has more than %d KB", maxConfig>>10)
	}
	var settings map[string]json.RawMessage
	if err := json.Unmarshal(raw, &settings); err != nil {
		return "", fmt.Errorf("read config.json: %w", err)
	}

	class := className(settings)
	if !slices.Contains(classes, class) {
		return "", fmt.Errorf("%w: config.json describes %.100q, want one of %v", ErrUnsupported, class, classes)
	}
	for name, known := range fixed {
		value, ok := settings[name]
		if ok && string(value) != "null" && !slices.Contains(strings.Split(known, "|"), string(value)) {
			return "", fmt.Errorf("%w: config.json has %s = %.100s, and this program knows %s", ErrUnsupported, name, value, known)
		}
	}
	if err := json.Unmarshal(raw, config); err != nil {
		return "", fmt.Errorf("read config.json: %w", err)
	}
	return class, nil
}

// className is the name that diffusers or transformers wrote into the file.
func className(settings map[string]json.RawMessage) string {
	var class string
	json.Unmarshal(settings["_class_name"], &class)
	var classes []string
	json.Unmarshal(settings["architectures"], &classes)
	if class == "" && len(classes) == 1 {
		class = classes[0]
	}
	return class
}

// limit is what a setting has and the largest that it may have.
type limit struct {
	name  string
	value int64
	most  int64
}

// check refuses the first number outside of 1 to its limit.
func check(limits ...limit) error {
	for _, l := range limits {
		if l.value < 1 || l.value > l.most {
			return fmt.Errorf("config.json has %s = %d, want 1 to %d", l.name, l.value, l.most)
		}
	}
	return nil
}

// checkEach refuses a list of another length than wanted, and the first number
// outside of 1 to the limit.
func checkEach(name string, values []int64, length int, most int64) error {
	if len(values) != length {
		return fmt.Errorf("config.json has %d values of %s, want %d", len(values), name, length)
	}
	for _, v := range values {
		if err := check(limit{name, v, most}); err != nil {
			return err
		}
	}
	return nil
}

// checkEps refuses a norm that would divide by nothing.
func checkEps(name string, eps float64) error {
	if !(eps > 0 && eps < 1) {
		return fmt.Errorf("config.json has %s = %v, want more than 0 and less than 1", name, eps)
	}
	return nil
}
