package gpt

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/ardanlabs/jinja"
)

// pyJSON encodes as Python's json.dumps does, because models were trained on
// prompts that it made: key order kept, ", " and ": " between, floats as Python
// prints them, nothing escaped for HTML.
type pyJSON struct {
	b            strings.Builder
	ascii        bool // \u escapes for all other characters
	lines        bool // each item on a line of its own
	indent       string
	comma, colon string
	sortKeys     bool
}

// toJSON is the tojson filter that Hugging Face gives to chat templates:
// tojson(x, ensure_ascii, indent, separators, sort_keys).
func toJSON(args []jinja.Value, kwargs map[string]jinja.Value) (jinja.Value, error) {
	if len(args) == 0 {
		return jinja.Undefined(), fmt.Errorf("tojson: missing value")
	}
	arg := func(place int, name string) jinja.Value {
		if v, ok := kwargs[name]; ok {
			return v
		}
		if len(args) > place {
			return args[place]
		}
		return jinja.None()
	}

	enc := pyJSON{ascii: arg(1, "ensure_ascii").IsTruthy(), comma: ", ", colon: ": ", sortKeys: arg(4, "sort_keys").IsTruthy()}
	switch indent := arg(2, "indent"); {
	case indent.IsInt():
		enc.lines, enc.comma = true, ","
		enc.indent = strings.Repeat(" ", int(min(max(indent.AsInt(), 0), 64)))
	case indent.IsString():
		enc.lines, enc.comma = true, ","
		enc.indent = indent.AsString()
	}
	if s := arg(3, "separators"); s.IsList() && s.AsList().Len() == 2 && s.AsList().Get(0).IsString() && s.AsList().Get(1).IsString() {
		enc.comma, enc.colon = s.AsList().Get(0).AsString(), s.AsList().Get(1).AsString()
	}

	if err := enc.value(args[0], 0); err != nil {
		return jinja.Undefined(), err
	}
	return jinja.NewString(enc.b.String()), nil
}

func (e *pyJSON) value(v jinja.Value, depth int) error {
	switch {
	case depth > 100:
		return fmt.Errorf("tojson: nested deeper than 100")
	case v.IsNone():
		e.b.WriteString("null")
	case v.IsBool():
		e.b.WriteString(strconv.FormatBool(v.AsBool()))
	case v.IsInt():
		e.b.WriteString(strconv.FormatInt(v.AsInt(), 10))
	case v.IsFloat():
		e.b.WriteString(pyFloat(v.AsFloat()))
	case v.IsString():
		e.text(v.AsString())
	case v.IsList():
		return e.list(v.AsList(), depth)
	case v.IsDict():
		return e.dict(v.AsDict(), depth)
	default:
		return fmt.Errorf("tojson: a value of this kind has no JSON")
	}
	return nil
}

func (e *pyJSON) list(l *jinja.List, depth int) error {
	if l.Len() == 0 {
		e.b.WriteString("[]")
		return nil
	}

	e.b.WriteByte('[')
	for i, item := range l.Items {
		e.separate(i, depth+1)
		if err := e.value(item, depth+1); err != nil {
			return err
		}
	}
	e.newLine(depth)
	e.b.WriteByte(']')
	return nil
}

func (e *pyJSON) dict(d *jinja.Dict, depth int) error {
	if d.Len() == 0 {
		e.b.WriteString("{}")
		return nil
	}

	e.b.WriteByte('{')
	keys := d.Keys
	if e.sortKeys {
		keys = slices.Sorted(slices.Values(keys))
	}
	for i, key := range keys {
		e.separate(i, depth+1)
		e.text(key)
		e.b.WriteString(e.colon)
		if err := e.value(d.Data[key], depth+1); err != nil {
			return err
		}
	}
	e.newLine(depth)
	e.b.WriteByte('}')
	return nil
}

func (e *pyJSON) separate(i, depth int) {
	if i > 0 {
		e.b.WriteString(e.comma)
	}
	e.newLine(depth)
}

func (e *pyJSON) newLine(depth int) {
	if e.lines {
		e.b.WriteByte('\n')
		e.b.WriteString(strings.Repeat(e.indent, depth))
	}
}

func (e *pyJSON) text(s string) {
	e.b.WriteByte('"')
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		e.char(r)
		s = s[n:]
	}
	e.b.WriteByte('"')
}

func (e *pyJSON) char(r rune) {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\r': `\r`, '\t': `\t`, '\f': `\f`, '\b': `\b`}
	if s, ok := short[r]; ok {
		e.b.WriteString(s)
		return
	}
	switch {
	case e.ascii && r > 0xffff:
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(&e.b, `\u%04x\u%04x`, high, low)
	case r < 0x20 || e.ascii && r > '~':
		fmt.Fprintf(&e.b, `\u%04x`, r)
	default:
		e.b.WriteRune(r)
	}
}

// pyFloat is Python's repr of a float: the shortest digits that read back, with
// an exponent below 1e-4 and from 1e16.
func pyFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	}

	if a := math.Abs(f); a != 0 && (a < 1e-4 || a >= 1e16) {
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}
