package gpt

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/ardanlabs/jinja"
)

// pyDefault is Jinja's default filter. The engine's own looks at its third
// argument only where that has a name.
func pyDefault(args []jinja.Value, kwargs map[string]jinja.Value) (jinja.Value, error) {
	if len(args) == 0 {
		return jinja.Undefined(), errors.New("default: missing value")
	}

	arg := func(place int, name string, otherwise jinja.Value) jinja.Value {
		if v, ok := kwargs[name]; ok {
			return v
		}
		if len(args) > place {
			return args[place]
		}
		return otherwise
	}
	if args[0].IsUndefined() || arg(2, "boolean", jinja.NewBool(false)).IsTruthy() && !args[0].IsTruthy() {
		return arg(1, "default_value", jinja.NewString("")), nil
	}
	return args[0], nil
}

// pyTrim is Jinja's trim filter: Python's str.strip of the value as text.
func pyTrim(args []jinja.Value, kwargs map[string]jinja.Value) (jinja.Value, error) {
	if len(args) == 0 {
		return jinja.Undefined(), errors.New("trim: missing value")
	}
	text, err := pyPrint(args[:1], nil)
	if err != nil {
		return text, err
	}

	chars, ok := kwargs["chars"]
	if !ok && len(args) > 1 {
		chars, ok = args[1], true
	}
	if ok && chars.IsString() {
		return jinja.NewString(strings.Trim(text.AsString(), chars.AsString())), nil
	}
	return jinja.NewString(strings.TrimFunc(text.AsString(), isPySpace)), nil
}

// isPySpace also holds for the separators that Python counts as white space.
func isPySpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// pyRange is range, as short as Jinja's sandbox keeps it: a template comes with
// the model, and must not fill the memory.
func pyRange(args []jinja.Value, _ map[string]jinja.Value) (jinja.Value, error) {
	const longest = 100_000
	bounds := []int64{0, 0, 1}
	for i, a := range args {
		if !a.IsInt() || len(args) > len(bounds) {
			return jinja.Undefined(), errors.New("range: want one to three whole numbers")
		}
		bounds[i] = a.AsInt()
	}
	if len(args) == 1 {
		bounds[0], bounds[1] = 0, bounds[0]
	}

	start, stop, step := bounds[0], bounds[1], bounds[2]
	if len(args) == 0 || step == 0 {
		return jinja.Undefined(), errors.New("range: want one to three whole numbers, the step not 0")
	}
	var items []jinja.Value
	for i := start; step > 0 && i < stop || step < 0 && i > stop; i += step {
		if len(items) == longest {
			return jinja.Undefined(), fmt.Errorf("range: longer than %d", longest)
		}
		items = append(items, jinja.NewInt(i))
	}
	return jinja.NewList(items), nil
}

// pyDict is dict and namespace. The engine hands named arguments over without
// their order and would use a new one each time; here they are sorted.
func pyDict(args []jinja.Value, kwargs map[string]jinja.Value) (jinja.Value, error) {
	out := jinja.NewDict()
	if len(args) > 1 || len(args) == 1 && !args[0].IsDict() {
		return out, errors.New("dict: want a dict, or named values")
	}

	if len(args) == 1 {
		for _, key := range args[0].AsDict().Keys {
			out.AsDict().Set(key, args[0].AsDict().Data[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(kwargs)) {
		out.AsDict().Set(key, kwargs[key])
	}
	return out, nil
}
